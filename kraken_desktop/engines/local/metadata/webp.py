"""WebP: chunks of a RIFF file (RFC 9649).

A file whose extended header says nothing any more gets the simple form, as an encoder would write it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from kraken_desktop.engines.local.metadata import exif, xmp
from kraken_desktop.engines.local.metadata.container import MOST_BYTES, Blocks, broken, require_few
from kraken_desktop.engines.local.metadata.facts import Metadata
from kraken_desktop.engines.local.metadata.icc import is_profile, is_srgb

_ICC_FLAG, _ALPHA_FLAG, _EXIF_FLAG, _XMP_FLAG, _ANIMATION_FLAG = 0x20, 0x10, 0x08, 0x04, 0x02
_IMAGE = frozenset({b"VP8 ", b"VP8L"})
_FRAME_PARTS = _IMAGE | {b"ALPH"}
_FRAME_HEADER = 16


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    body: bytes

    def packed(self) -> bytes:
        return self.kind + struct.pack("<I", len(self.body)) + self.body + bytes(len(self.body) % 2)


def read(data: bytes) -> Metadata:
    """What the chunks hold.

    Raises:
        ImageBrokenError: a chunk is cut, or there is no image.
    """
    chunks = _chunks(data)
    facts = exif.parse(_first(chunks, b"EXIF"))
    return Metadata(
        icc=_profile(chunks),
        orientation=facts.orientation or 1,
        exif=facts,
        xmp=xmp.parse(_first(chunks, b"XMP ")),
    )


def rewrite(data: bytes, blocks: Blocks, *, keep_profile: bool) -> bytes:
    """The same pixels with no metadata but ``blocks``, and the profile if it is kept or needed.

    Raises:
        ImageBrokenError: as ``read``.
    """
    chunks = _chunks(data)
    profile = _profile(chunks)
    if profile is not None and not keep_profile and is_srgb(profile):
        profile = None
    image = [_frame(chunk) for chunk in chunks if chunk.kind in _FRAME_PARTS or chunk.kind in {b"ANIM", b"ANMF"}]
    header = _header(chunks)
    flags = header[0] & (_ALPHA_FLAG | _ANIMATION_FLAG)
    for flag, block in ((_ICC_FLAG, profile), (_EXIF_FLAG, blocks.exif), (_XMP_FLAG, blocks.xmp)):
        flags |= flag if block is not None else 0
    made = [_Chunk(b"ICCP", profile)] if profile is not None else []
    made += image
    made += [_Chunk(b"EXIF", blocks.exif)] if blocks.exif is not None else []
    made += [_Chunk(b"XMP ", blocks.xmp)] if blocks.xmp is not None else []
    is_simple = [chunk.kind in _IMAGE for chunk in made] == [True] and header[4:] == _header(made)[4:]
    if not is_simple:
        made.insert(0, _Chunk(b"VP8X", bytes((flags,)) + header[1:]))
    body = b"WEBP" + b"".join(chunk.packed() for chunk in made)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunks(data: bytes) -> list[_Chunk]:
    """The chunks of the file; what follows the file's own length is left out."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise broken("no WebP")
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise broken("it is cut short")
    chunks = list(_walk(data, 12, end))
    if not any(chunk.kind in _IMAGE or chunk.kind == b"ANMF" for chunk in chunks):
        raise broken("no image")
    return chunks


def _walk(data: bytes, at: int, end: int) -> Iterator[_Chunk]:
    count = 0
    while at + 8 <= end:
        count += 1
        require_few(count)
        kind, size = struct.unpack_from("<4sI", data, at)
        at += 8
        if at + size > end:
            raise broken("a chunk is cut")
        yield _Chunk(kind, data[at : at + size])
        at += size + size % 2


def _first(chunks: list[_Chunk], kind: bytes) -> bytes:
    return next((chunk.body for chunk in chunks if chunk.kind == kind), b"")


def _profile(chunks: list[_Chunk]) -> bytes | None:
    icc = _first(chunks, b"ICCP")
    return icc if len(icc) <= MOST_BYTES and is_profile(icc) else None


def _frame(chunk: _Chunk) -> _Chunk:
    """A frame of an animation with its image alone; any other chunk as it is."""
    if chunk.kind != b"ANMF":
        return chunk
    parts = _walk(chunk.body, _FRAME_HEADER, len(chunk.body))
    image = b"".join(part.packed() for part in parts if part.kind in _FRAME_PARTS)
    return _Chunk(b"ANMF", chunk.body[:_FRAME_HEADER] + image)


def _header(chunks: list[_Chunk]) -> bytes:
    """The body of the extended header, made up from the image if there is none."""
    found = next((chunk.body for chunk in chunks if chunk.kind == b"VP8X"), None)
    if found is not None:
        if len(found) < 10:
            raise broken("the header is cut")
        return found[:10]
    flags, width, height = 0, 0, 0
    image = next((chunk for chunk in chunks if chunk.kind in _IMAGE), _Chunk(b"", b""))
    body = image.body
    if image.kind == b"VP8L" and len(body) >= 5 and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        flags = _ALPHA_FLAG if bits >> 28 & 1 else 0
    elif image.kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) >= 10:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<2H", body, 6))
    if not width or not height:
        raise broken("no image")
    return bytes((flags, 0, 0, 0)) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
