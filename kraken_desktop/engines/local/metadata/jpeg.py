"""JPEG: segments (ITU-T T.81), with what JFIF, Exif, XMP, ICC and Adobe put into them.

Only the segments that a decoder needs are copied, scans byte for byte. What follows the end of the image goes: a
second picture (MPO, gain maps of Apple and Ultra HDR) may hold a place of its own. A file that is cut stays cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kraken_desktop.engines.local.metadata import exif, iptc, xmp
from kraken_desktop.engines.local.metadata.container import MOST_BYTES, Blocks, broken, require_few
from kraken_desktop.engines.local.metadata.facts import Metadata
from kraken_desktop.engines.local.metadata.icc import is_profile, is_srgb

_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_APP0, _APP1, _APP2, _APP13, _APP14 = 0xE0, 0xE1, 0xE2, 0xED, 0xEE
_DNL, _DHP, _EXP = 0xDC, 0xDE, 0xDF
_NEEDED = frozenset((*range(0xC0, 0xC8), *range(0xC9, 0xD0), _SOS, 0xDB, 0xDD))
"""Frames, scans and tables; all of them have a length, and decoders refuse one that does not fit."""
_REMOVED = frozenset((*range(0xE0, 0xF0), _COM, _DNL))
_HIERARCHICAL = frozenset((_DHP, _EXP))
"""Of files that no decoder in use reads."""
_DNL_LENGTH = b"\0\4"
"""The number of lines, in two bytes, and nothing else; only behind a scan does it mean anything."""
_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))
"""Markers without a length that mean nothing between segments; decoders skip them."""

_ANY_MARKER = re.compile(rb"\xff[\x01-\xfe]")
_SCAN_END = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""Not a stuffed byte and not a restart."""

_LARGEST = 65_533
"""Bytes in one segment."""
_JFIF, _ADOBE, _ICC = b"JFIF\0", b"Adobe", b"ICC_PROFILE\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_JFIF_BYTES, _ADOBE_BYTES = 14, 12


@dataclass(frozen=True, slots=True)
class _Segment:
    """One segment in front of the first scan."""

    marker: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class _Head:
    segments: list[_Segment]
    scan: int
    """Where the marker of the first scan is."""

    def payloads(self, marker: int, prefix: bytes) -> Iterator[bytes]:
        for segment in self.segments:
            if segment.marker == marker and segment.payload.startswith(prefix):
                yield segment.payload[len(prefix) :]

    def profile(self) -> bytes | None:
        """The ICC profile, if all its parts are there."""
        parts: dict[int, bytes] = {}
        counts: set[int] = set()
        for part in self.payloads(_APP2, _ICC):
            if len(part) < 2 or part[0] in parts:
                return None
            parts[part[0]] = part[2:]
            counts.add(part[1])
        if counts != {len(parts)} or sorted(parts) != list(range(1, len(parts) + 1)):
            return None
        whole = b"".join(parts[number] for number in sorted(parts))
        return whole if len(whole) <= MOST_BYTES and is_profile(whole) else None


def read(data: bytes) -> Metadata:
    """What the segments in front of the first scan hold.

    Raises:
        ImageBrokenError: there is no scan, or a segment is cut.
    """
    head = _head(data)
    facts = exif.parse(next(head.payloads(_APP1, exif.PREFIX), b""))
    resources = b"".join(head.payloads(_APP13, iptc.PREFIX))
    return Metadata(
        icc=head.profile(),
        orientation=facts.orientation or 1,
        exif=facts,
        xmp=xmp.parse(next(head.payloads(_APP1, _XMP), b"")),
        iptc_copyright=iptc.copyright_of(iptc.records_of(resources)),
    )


def rewrite(data: bytes, blocks: Blocks, *, keep_profile: bool) -> bytes:
    """The same scans with no metadata but ``blocks``, and the profile if it is kept or needed.

    Raises:
        ImageBrokenError: as ``read``.
    """
    head = _head(data)
    profile = head.profile()
    has_profile = profile is not None and (keep_profile or not is_srgb(profile))
    front: list[bytes] = []
    rest: list[bytes] = []
    jfif = next((part for part in head.payloads(_APP0, _JFIF) if len(part) >= _JFIF_BYTES - len(_JFIF)), None)
    if jfif is not None:
        # Without its thumbnail, which the last two bytes measure.
        front.append(_segment(_APP0, _JFIF + jfif[: _JFIF_BYTES - len(_JFIF) - 2] + b"\0\0"))
    for segment in head.segments:
        payload = segment.payload
        if segment.marker in _NEEDED or (has_profile and segment.marker == _APP2 and payload.startswith(_ICC)):
            rest.append(_segment(segment.marker, payload))
        elif segment.marker == _APP14 and payload.startswith(_ADOBE) and len(payload) >= _ADOBE_BYTES:
            rest.append(_segment(_APP14, payload[:_ADOBE_BYTES]))
    if blocks.exif is not None:
        front.append(_segment(_APP1, exif.PREFIX + blocks.exif))
    if blocks.xmp is not None:
        front.append(_segment(_APP1, _XMP + blocks.xmp))
    if blocks.iptc is not None:
        front.append(_segment(_APP13, iptc.PREFIX + iptc.resources(blocks.iptc)))
    return b"".join((b"\xff\xd8", *front, *rest, *_scans(data, head.scan)))


def _segment(marker: int, payload: bytes) -> bytes:
    if len(payload) > _LARGEST:
        raise ValueError(f"{len(payload)} bytes do not fit into a segment")
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload


def _head(data: bytes) -> _Head:
    """The segments up to the first scan. Bytes between them are skipped, as decoders do."""
    if not data.startswith(b"\xff\xd8"):
        raise broken("no JPEG")
    segments: list[_Segment] = []
    at = 2
    while (found := _ANY_MARKER.search(data, at)) is not None:
        marker, at = data[found.start() + 1], found.end()
        if marker in _ALONE:
            continue
        if marker not in _NEEDED and marker not in _REMOVED:
            raise broken(f"marker {marker:02X} in front of the image")
        end = _end_of_segment(data, at)
        if end is None:
            break
        if marker == _SOS:
            return _Head(segments, found.start())
        require_few(len(segments))
        segments.append(_Segment(marker, data[at + 2 : end]))
        at = end
    raise broken("it ends in front of the image")


def _end_of_segment(data: bytes, at: int) -> int | None:
    """Where the segment ends whose length is at ``at``; None if that is beyond the data."""
    length = int.from_bytes(data[at : at + 2], "big")
    if at + 2 <= len(data) and length < 2:
        raise broken("a segment without a length")
    return at + length if at + 2 <= len(data) and at + length <= len(data) else None


def _scans(data: bytes, at: int) -> Iterator[bytes]:
    """From the first scan's marker to the end of the image, or of the data: pieces to be joined.

    Nothing is added: what is cut, or makes no sense, is for the decoder to judge.
    """
    pattern = _ANY_MARKER
    start = at
    removed = 0
    while (found := pattern.search(data, at)) is not None:
        marker, at = data[found.start() + 1], found.end()
        if marker == _EOI:
            yield data[start:at]
            return
        if marker in _NEEDED or (marker == _DNL and data.startswith(_DNL_LENGTH, at)):
            end = _end_of_segment(data, at)
            if end is None:
                break
            at = end
            pattern = _SCAN_END if marker == _SOS else _ANY_MARKER
        elif marker in _REMOVED or marker in _HIERARCHICAL:
            removed += 1
            require_few(removed)
            yield data[start : found.start()]
            end = _end_of_segment(data, at)
            if end is None:
                return
            # Bytes that follow it are not part of the scan before it.
            following = _ANY_MARKER.search(data, end)
            start = at = following.start() if following is not None else len(data)
            pattern = _ANY_MARKER
    yield data[start:]
