"""What a HEIC or AVIF file shows, from its boxes: sizes, turns, depth, colors, frames.

Sources: ISO/IEC 14496-12 (``moov``), ISO/IEC 23008-12 (``ispe``, ``irot``, ``pixi``), MIAF's ``clap``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from kraken_desktop.engines.local.metadata import items
from kraken_desktop.engines.local.metadata.boxes import Box, children, fields, walk

_VERSION_AND_FLAGS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Primary:
    """The image that a file shows."""

    width: int
    height: int
    """Pixels as they are shown: cut and turned as its properties say."""
    bits: int = 8
    """Of the deepest channel."""
    primaries: int = 0
    """Color primaries by ITU-T H.273; 0 if the file has no such note."""
    transfer: int = 0
    """Transfer characteristics by ITU-T H.273; 0 if the file has no such note."""


def primary(data: bytes) -> Primary | None:
    """What the primary image of the file is; None if there is none, or none that has a size.

    Raises:
        ImageBrokenError: the boxes are cut or contradict themselves.
    """
    found = next((box for box in walk(data, 0, len(data)) if box.kind == b"meta"), None)
    if found is None:
        return None
    meta = items.parse(data, found)
    return _described(data, items.properties(data, meta, meta.primary))


def frame_count(data: bytes) -> int:
    """How many samples the longest track has; 0 if the file has no tracks. Raises as ``primary`` does."""
    counts = [0]
    for track in _tracks(data):
        found = _inside(data, track, (b"mdia", b"minf", b"stbl", b"stsz"))
        if found is not None:
            told = fields(data, found)
            told.raw(_VERSION_AND_FLAGS + 4)
            counts.append(told.number(4))
    return max(counts)


def track_size(data: bytes) -> tuple[int, int]:
    """Width and height of the largest track; zeros if there is none. Raises as ``primary`` does."""
    sizes = [(0, 0)]
    for track in _tracks(data):
        header = _inside(data, track, (b"tkhd",))
        if header is not None and header.end - header.body >= 8:
            # The last two fields, each with 16 bits behind the point.
            width, height = struct.unpack_from(">II", data, header.end - 8)
            sizes.append((width >> 16, height >> 16))
    return max(sizes)


def _tracks(data: bytes) -> Iterator[Box]:
    for box in walk(data, 0, len(data)):
        if box.kind == b"moov":
            yield from (part for part in children(data, box) if part.kind == b"trak")


def _inside(data: bytes, box: Box, path: tuple[bytes, ...]) -> Box | None:
    found: Box | None = box
    for wanted in path:
        found = next((part for part in children(data, found) if part.kind == wanted), None) if found else None
    return found


def _described(data: bytes, properties: list[Box]) -> Primary | None:
    width = height = 0
    bits, primaries, transfer = 8, 0, 0
    for box in properties:
        content = data[box.body : box.end]
        if box.kind == b"ispe":
            width, height = struct.unpack_from(">II", content, _VERSION_AND_FLAGS)
        elif box.kind == b"clap":
            width, height = _clean(content, width, height)
        elif box.kind == b"irot" and content[0] & 1:
            width, height = height, width
        elif box.kind == b"pixi":
            count = content[_VERSION_AND_FLAGS]
            bits = max(content[_VERSION_AND_FLAGS + 1 : _VERSION_AND_FLAGS + 1 + count], default=8)
        elif box.kind == b"colr" and content[:4] == b"nclx":
            primaries, transfer = struct.unpack_from(">HH", content, 4)
    if not width or not height:
        return None
    return Primary(width=width, height=height, bits=bits, primaries=primaries, transfer=transfer)


def _clean(content: bytes, width: int, height: int) -> tuple[int, int]:
    """The clean aperture: two fractions; one that is none, or larger than the image, cuts nothing."""
    over, under, high, low = struct.unpack_from(">IIII", content)
    if not under or not low:
        return width, height
    return min(width, over // under), min(height, high // low)
