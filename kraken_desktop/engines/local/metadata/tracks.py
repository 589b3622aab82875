"""The ``moov`` box of an animated AVIF: tracks without what is said about them, pointing to where frames are now.

Boxes and fields: ISO/IEC 14496-12, 8.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from itertools import accumulate

from kraken_desktop.engines.local.metadata.boxes import Box, children, fields, packed, packed_full
from kraken_desktop.engines.local.metadata.container import broken, require_few
from kraken_desktop.engines.local.metadata.spans import Span

_PICTURES = frozenset({b"pict", b"auxv", b"vide", b"soun"})
"""Tracks that are seen or heard; others hold metadata over time."""
_PATH = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
"""Down to the tables, each inside the one before."""
_NEEDED = {
    b"moov": frozenset({b"mvhd", b"trak"}),
    b"trak": frozenset({b"tkhd", b"tref", b"edts", b"trgr", b"mdia"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf"}),
    b"minf": frozenset({b"vmhd", b"smhd", b"nmhd", b"dinf", b"stbl"}),
    b"stbl": frozenset(
        {b"stsd", b"stts", b"ctts", b"cslg", b"stss", b"stsc", b"stsz", b"stco", b"co64", b"sdtp", b"sbgp", b"sgpd"}
    ),
}
"""What stays on the way down; what is left out is said about a track, or is unknown."""
_DATED = frozenset({b"mvhd", b"tkhd", b"mdhd"})


def spans(data: bytes, moov: Box) -> Iterator[Span]:
    """Where the frames of all tracks that stay lie in the file.

    Raises:
        ImageBrokenError: a track is cut, or says nothing of its frames.
    """
    for track in _tracks(data, moov):
        table = _inside(data, track, *_PATH[2:])
        boxes = {box.kind: box for box in children(data, table)}
        offsets = _offsets(data, boxes)
        if not offsets:
            continue
        if b"stsz" not in boxes or b"stsc" not in boxes:
            raise broken("frames without sizes")
        yield from _chunk_spans(data, boxes, offsets)


def rebuilt(data: bytes, moov: Box, moved: Callable[[int], int]) -> bytes:
    """The box without user data, metadata and dates. Its length does not depend on ``moved``."""
    kept = frozenset(track.start for track in _tracks(data, moov))
    return _needed(data, moov, moved, kept)


def _tracks(data: bytes, moov: Box) -> list[Box]:
    found = []
    for box in children(data, moov):
        if box.kind == b"trak":
            told = fields(data, _inside(data, box, b"mdia", b"hdlr"))
            told.full()
            told.number(4)
            if told.raw(4) in _PICTURES:
                found.append(box)
    if not found:
        raise broken("no track with pictures")
    return found


def _inside(data: bytes, box: Box, *path: bytes) -> Box:
    for kind in path:
        found = next((child for child in children(data, box) if child.kind == kind), None)
        if found is None:
            raise broken("a track without its parts")
        box = found
    return box


def _offsets(data: bytes, boxes: dict[bytes, Box]) -> tuple[int, ...]:
    for kind, size in ((b"stco", 4), (b"co64", 8)):
        if kind in boxes:
            return _numbers(data, boxes[kind], size)
    return ()


def _numbers(data: bytes, box: Box, size: int, each: int = 1) -> tuple[int, ...]:
    """All numbers of a table that begins with how many entries of ``each`` numbers it has."""
    told = fields(data, box)
    told.full()
    count = told.number(4) * each
    require_few(count)
    return struct.unpack(f">{count}{'I' if size == 4 else 'Q'}", told.raw(count * size))


def _chunk_spans(data: bytes, boxes: dict[bytes, Box], offsets: tuple[int, ...]) -> Iterator[Span]:
    told = fields(data, boxes[b"stsz"])
    told.full()
    uniform, count = told.number(4), told.number(4)
    require_few(0 if uniform else count)
    ends = (0,) if uniform else (0, *accumulate(struct.unpack(f">{count}I", told.raw(count * 4))))
    runs = _numbers(data, boxes[b"stsc"], 4, each=3)
    starts, samples = runs[0::3], runs[1::3]
    run, sample = 0, 0
    for number, offset in enumerate(offsets, 1):
        while run + 1 < len(starts) and starts[run + 1] <= number:
            run += 1
        if not starts or starts[run] > number:
            raise broken("frames in no chunk")
        last = min(sample + samples[run], count)
        length = (last - sample) * uniform if uniform else ends[last] - ends[sample]
        # An empty chunk points somewhere too.
        yield offset, offset + max(length, 1)
        sample = last


def _needed(data: bytes, box: Box, moved: Callable[[int], int], kept: frozenset[int], depth: int = 0) -> bytes:
    """A box, ``depth`` steps down, with what is needed of what is inside it; ``kept`` is where kept tracks begin."""
    if _PATH[depth : depth + 1] == (box.kind,):
        inside = (child for child in children(data, box) if child.kind in _NEEDED[box.kind])
        parts = (
            _needed(data, child, moved, kept, depth + 1)
            for child in inside
            if child.kind != b"trak" or child.start in kept
        )
        return packed(box.kind, *parts)
    if box.kind in {b"stco", b"co64"}:
        size = 4 if box.kind == b"stco" else 8
        offsets = [moved(offset) for offset in _numbers(data, box, size)]
        code = "I" if size == 4 else "Q"
        return packed_full(box.kind, 0, 0, struct.pack(f">I{len(offsets)}{code}", len(offsets), *offsets))
    if box.kind in _DATED:
        told = fields(data, box)
        size = 16 if told.full()[0] == 1 else 8
        told.raw(size)
        # When it was made and changed.
        return data[box.start : box.body + 4] + bytes(size) + data[box.body + 4 + size : box.end]
    return data[box.start : box.end]
