"""Exif: reads the few tags that may be kept, and writes a new stream with just these.

Nothing of the source's stream is copied, so no maker note, thumbnail or unknown tag can slip through. Tags and
types: Exif 2.32 (CIPA DC-008) and TIFF 6.0.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from kraken_desktop.engines.local.metadata.facts import ExifFacts, Gps, Rational

PREFIX = b"Exif\0\0"
"""In front of the stream in a JPEG, and by mistake elsewhere."""

_ORIENTATION, _COPYRIGHT, _EXIF_IFD, _GPS_IFD = 0x0112, 0x8298, 0x8769, 0x8825
_ORIGINAL, _DIGITIZED, _ORIGINAL_OFFSET, _DIGITIZED_OFFSET = 0x9003, 0x9004, 0x9011, 0x9012
_GPS_VERSION, _LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 0, 1, 2, 3, 4

_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL, _UNDEFINED = 1, 2, 3, 4, 5, 7
_SIZES = {_BYTE: 1, _ASCII: 1, _SHORT: 2, _LONG: 4, _RATIONAL: 8, _UNDEFINED: 1}
_NUMBERS = {_BYTE: "B", _SHORT: "H", _LONG: "I"}
_INLINE = 4

_MOST_ENTRIES = 1000
_LONGEST_TEXT = 16 * 1024
_DEFAULT_GPS_VERSION = b"\x02\x02\0\0"

_DATE = re.compile(rb"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d")
_OFFSET = re.compile(rb"[+-]\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class _Value:
    kind: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class _Stream:
    """A TIFF stream with its byte order, ``<`` or ``>``."""

    data: bytes
    order: str

    def directory(self, offset: int) -> Mapping[int, _Value]:
        """The tags of one directory by number; what does not lie inside the stream is left out."""
        found: dict[int, _Value] = {}
        if not 8 <= offset <= len(self.data) - 2:
            return found
        (count,) = struct.unpack_from(f"{self.order}H", self.data, offset)
        room = (len(self.data) - offset - 2) // 12
        for index in range(min(count, room, _MOST_ENTRIES)):
            entry = offset + 2 + 12 * index
            tag, kind, length = struct.unpack_from(f"{self.order}HHI", self.data, entry)
            size = _SIZES.get(kind, 0) * length
            start = entry + 8
            if size > _INLINE:
                (start,) = struct.unpack_from(f"{self.order}I", self.data, start)
            if 0 < size <= _LONGEST_TEXT and start + size <= len(self.data):
                found.setdefault(tag, _Value(kind, self.data[start : start + size]))
        return found

    def number(self, value: _Value | None) -> int | None:
        code = _NUMBERS.get(value.kind) if value is not None else None
        if value is None or code is None:
            return None
        return int(struct.unpack_from(f"{self.order}{code}", value.raw)[0])

    def below(self, value: _Value | None) -> Mapping[int, _Value]:
        """The directory that a tag points to; empty if there is none."""
        offset = self.number(value)
        return {} if offset is None else self.directory(offset)

    def angle(self, value: _Value | None) -> tuple[Rational, Rational, Rational] | None:
        if value is None or value.kind != _RATIONAL or len(value.raw) != 24:
            return None
        d, d_by, m, m_by, s, s_by = struct.unpack(f"{self.order}6I", value.raw)
        if d_by == 0 or (m_by == 0 and m != 0) or (s_by == 0 and s != 0):
            return None
        return (d, d_by), (m, m_by), (s, s_by)


def parse(data: bytes) -> ExifFacts:
    """Read the facts of a TIFF stream, with or without ``PREFIX``; nonsense has none."""
    data = data.removeprefix(PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None or len(data) < 8:
        return ExifFacts()
    stream = _Stream(data, order)
    first = stream.directory(struct.unpack_from(f"{order}I", data, 4)[0])
    more = stream.below(first.get(_EXIF_IFD))
    orientation = stream.number(first.get(_ORIENTATION))
    return ExifFacts(
        orientation=orientation if orientation is not None and 1 <= orientation <= 8 else None,
        copyright=_text(first.get(_COPYRIGHT)).strip(b"\0 "),
        original=_matching(_DATE, more.get(_ORIGINAL)),
        digitized=_matching(_DATE, more.get(_DIGITIZED)),
        original_offset=_matching(_OFFSET, more.get(_ORIGINAL_OFFSET)),
        digitized_offset=_matching(_OFFSET, more.get(_DIGITIZED_OFFSET)),
        gps=_gps(stream, stream.below(first.get(_GPS_IFD))),
    )


def build(facts: ExifFacts) -> bytes | None:
    """A TIFF stream with just these facts; None if there is none. 26 bytes for an orientation alone."""
    first: dict[int, tuple[int, bytes]] = {}
    if facts.orientation is not None:
        first[_ORIENTATION] = _SHORT, struct.pack("<H", facts.orientation)
    if facts.copyright:
        first[_COPYRIGHT] = _ASCII, facts.copyright + b"\0"
    dates = {
        tag: (_ASCII, text + b"\0")
        for tag, text in (
            (_ORIGINAL, facts.original),
            (_DIGITIZED, facts.digitized),
            (_ORIGINAL_OFFSET, facts.original_offset),
            (_DIGITIZED_OFFSET, facts.digitized_offset),
        )
        if text
    }
    place = _gps_entries(facts.gps) if facts.gps is not None else {}
    if not first and not dates and not place:
        return None
    below = [(tag, entries) for tag, entries in ((_EXIF_IFD, dates), (_GPS_IFD, place)) if entries]
    for tag, _ in below:
        first[tag] = _LONG, bytes(4)
    offset = 8 + _length(first)
    tail = b""
    for tag, entries in below:
        first[tag] = _LONG, struct.pack("<I", offset + len(tail))
        tail += _directory(entries, offset + len(tail))
    return b"II*\0" + struct.pack("<I", 8) + _directory(first, 8) + tail


def _gps(stream: _Stream, tags: Mapping[int, _Value]) -> Gps | None:
    """A place, if it is whole: half of it is no place."""
    latitude, longitude = stream.angle(tags.get(_LATITUDE)), stream.angle(tags.get(_LONGITUDE))
    north, east = _text(tags.get(_LATITUDE_REF))[:1], _text(tags.get(_LONGITUDE_REF))[:1]
    if latitude is None or longitude is None or north not in {b"N", b"S"} or east not in {b"E", b"W"}:
        return None
    told = tags.get(_GPS_VERSION)
    version = told.raw if told is not None and told.kind in {_BYTE, _UNDEFINED} and len(told.raw) == 4 else None
    return Gps(
        version=version or _DEFAULT_GPS_VERSION,
        latitude_ref=north,
        latitude=latitude,
        longitude_ref=east,
        longitude=longitude,
    )


def _gps_entries(gps: Gps) -> dict[int, tuple[int, bytes]]:
    return {
        _GPS_VERSION: (_BYTE, gps.version),
        _LATITUDE_REF: (_ASCII, gps.latitude_ref + b"\0"),
        _LATITUDE: (_RATIONAL, _packed(gps.latitude)),
        _LONGITUDE_REF: (_ASCII, gps.longitude_ref + b"\0"),
        _LONGITUDE: (_RATIONAL, _packed(gps.longitude)),
    }


def _packed(angle: tuple[Rational, Rational, Rational]) -> bytes:
    return b"".join(struct.pack("<2I", *part) for part in angle)


def _text(value: _Value | None) -> bytes:
    return value.raw if value is not None and value.kind in {_ASCII, _BYTE, _UNDEFINED} else b""


def _matching(pattern: re.Pattern[bytes], value: _Value | None) -> bytes:
    text = _text(value).strip(b"\0 ")
    return text if pattern.fullmatch(text) else b""


def _length(entries: Mapping[int, tuple[int, bytes]]) -> int:
    """Bytes of a directory and the values outside it, each on an even offset."""
    outside = sum(len(raw) + len(raw) % 2 for _, raw in entries.values() if len(raw) > _INLINE)
    return 2 + 12 * len(entries) + 4 + outside


def _directory(entries: Mapping[int, tuple[int, bytes]], offset: int) -> bytes:
    """A directory for a place ``offset`` bytes into the stream. It links to no other: there is no thumbnail."""
    head = struct.pack("<H", len(entries))
    outside = b""
    start = offset + 2 + 12 * len(entries) + 4
    for tag in sorted(entries):
        kind, raw = entries[tag]
        head += struct.pack("<HHI", tag, kind, len(raw) // _SIZES[kind])
        if len(raw) <= _INLINE:
            head += raw.ljust(_INLINE, b"\0")
        else:
            head += struct.pack("<I", start + len(outside))
            outside += raw + bytes(len(raw) % 2)
    return head + bytes(4) + outside
