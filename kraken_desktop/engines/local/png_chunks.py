"""The chunks of a PNG file (W3C PNG, third edition), as far as its animation needs them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kraken_desktop.model.errors import ImageBrokenError

SIGNATURE = b"\x89PNG\r\n\x1a\n"

Recompress = Callable[[bytes], bytes]
"""A whole still PNG in fewer bytes, of the same type, depth and interlacing."""


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of each chunk, up to and with ``IEND``.

    Raises:
        ImageBrokenError: no PNG, or cut off before its end.
    """
    if not data.startswith(SIGNATURE):
        raise ImageBrokenError(path="", reason="it does not begin as a PNG")
    at, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        if at + 12 > len(data):
            raise ImageBrokenError(path="", reason="it ends before its last chunk")
        length, kind = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        if len(content) < length:
            raise ImageBrokenError(path="", reason="it ends in the middle of a chunk")
        yield kind, content
        at += 12 + length


def chunk(kind: bytes, content: bytes) -> bytes:
    """As it stands in the file."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def is_animated(data: bytes) -> bool:
    """Whether it says, before its first pixel, that it moves."""
    for kind, _ in chunks(data):
        if kind == b"acTL":
            return True
        if kind == b"IDAT":
            return False
    return False


@dataclass(slots=True)
class _Rebuild:
    """An animated file being written again, frame by frame."""

    recompress: Recompress
    header: bytes = b""
    colors: list[tuple[bytes, bytes]] = field(default_factory=list)
    """The palette and the transparency, which all frames share."""
    out: list[tuple[bytes, bytes]] = field(default_factory=list)
    kind: bytes = b""
    """``IDAT`` or ``fdAT`` of the pixels being collected."""
    size: tuple[int, int] = (0, 0)
    pixels: list[bytes] = field(default_factory=list)

    def take(self, kind: bytes, content: bytes) -> None:
        if kind in {b"IDAT", b"fdAT"}:
            self.kind = kind
            self.pixels.append(content if kind == b"IDAT" else content[4:])
            return
        self.flush()
        if kind == b"IHDR":
            self.header = content
            self.size = struct.unpack_from(">II", content)
        elif kind in {b"PLTE", b"tRNS"}:
            self.colors.append((kind, content))
        elif kind == b"fcTL":
            self.size = struct.unpack_from(">II", content, 4)
        self.out.append((kind, content))

    def flush(self) -> None:
        """Put the collected pixels of one frame out, in fewer bytes if that can be done."""
        if not self.pixels:
            return
        before = b"".join(self.pixels)
        header = struct.pack(">II", *self.size) + self.header[8:]
        still = [(b"IHDR", header), *self.colors, (b"IDAT", before), (b"IEND", b"")]
        found = list(chunks(self.recompress(SIGNATURE + b"".join(chunk(*one) for one in still))))
        after = b"".join(content for kind, content in found if kind == b"IDAT")
        same = found[0][1] == header and [one for one in found if one[0] in {b"PLTE", b"tRNS"}] == self.colors
        best = after if same and len(after) < len(before) else before
        self.out.append((self.kind, best if self.kind == b"IDAT" else bytes(4) + best))
        self.pixels = []


def recompressed(data: bytes, recompress: Recompress) -> bytes:
    """An animated file with the pixels of each frame compressed again, and everything else as it was.

    Args:
        data: the whole file.
        recompress: is given each frame as a file of its own; what changes more than the data is not taken.

    Raises:
        ImageBrokenError: cut off, or a chunk is shorter than its type says.
    """
    rebuild = _Rebuild(recompress)
    try:
        for kind, content in chunks(data):
            rebuild.take(kind, content)
    except struct.error as error:
        raise ImageBrokenError(path="", reason="a chunk is too short") from error
    number = 0
    parts = [SIGNATURE]
    for kind, content in rebuild.out:
        if kind in {b"fcTL", b"fdAT"}:
            # They are counted through, and there may be fewer of them now.
            parts.append(chunk(kind, struct.pack(">I", number) + content[4:]))
            number += 1
        else:
            parts.append(chunk(kind, content))
    return b"".join(parts)
