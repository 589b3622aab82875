"""Boxes of the ISO base media file format (ISO/IEC 14496-12), the container of HEIC and AVIF."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from kraken_desktop.engines.local.metadata.container import broken, require_few

_LARGE, _TO_THE_END = 1, 0


@dataclass(frozen=True, slots=True)
class Box:
    """Where a box lies in the data."""

    kind: bytes
    start: int
    body: int
    end: int


@dataclass(slots=True)
class Fields:
    """Reads big-endian numbers one after the other; running out of bytes means that the file is broken."""

    data: bytes
    at: int
    end: int

    def number(self, size: int) -> int:
        """An unsigned number of ``size`` bytes, which may be 0."""
        return int.from_bytes(self.raw(size), "big")

    def raw(self, size: int) -> bytes:
        if self.at + size > self.end:
            raise broken("a box is too short for what it holds")
        self.at += size
        return self.data[self.at - size : self.at]

    def text(self) -> bytes:
        """Up to a zero byte, or the end."""
        stop = self.data.find(b"\0", self.at, self.end)
        stop = self.end if stop < 0 else stop
        text = self.data[self.at : stop]
        self.at = min(stop + 1, self.end)
        return text

    def full(self) -> tuple[int, int]:
        """Version and flags, with which most boxes begin."""
        return self.number(1), self.number(3)


def fields(data: bytes, box: Box) -> Fields:
    """A reader of a box's body."""
    return Fields(data, box.body, box.end)


def walk(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes that fill these bytes.

    Raises:
        ImageBrokenError: a box has no sound header, or reaches beyond ``end``.
    """
    count = 0
    while start < end:
        count += 1
        require_few(count)
        box = first(data, start, end)
        if box is None or box.end > end:
            raise broken("a box is cut")
        yield box
        start = box.end


def first(data: bytes, start: int, end: int) -> Box | None:
    """The box that begins at ``start``; None if that is no box. It may claim to reach beyond ``end``."""
    if start + 8 > end:
        return None
    size, kind = struct.unpack_from(">I4s", data, start)
    body = start + 8
    if size == _LARGE:
        if start + 16 > end:
            return None
        (size,) = struct.unpack_from(">Q", data, body)
        body += 8
    elif size == _TO_THE_END:
        size = end - start
    return Box(kind, start, body, start + size) if start + size >= body else None


def children(data: bytes, box: Box, skip: int = 0) -> list[Box]:
    """The boxes inside a box, behind ``skip`` bytes of its own."""
    return list(walk(data, box.body + skip, box.end))


def packed(kind: bytes, *parts: bytes) -> bytes:
    """A box with this body."""
    size = 8 + sum(map(len, parts))
    head = struct.pack(">I4s", size, kind) if size < 2**32 else struct.pack(">I4sQ", _LARGE, kind, size + 8)
    return b"".join((head, *parts))


def packed_full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """A box that begins with version and flags."""
    return packed(kind, struct.pack(">I", version << 24 | flags), *parts)
