"""PNG and APNG: chunks (W3C, "Portable Network Graphics (PNG) Specification", third edition).

Only chunks that a viewer needs are copied, byte for byte. Of those that describe colors the first of cICP, iCCP,
sRGB, gAMA with cHRM counts, so what a kept one overrules goes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from kraken_desktop.engines.local.metadata import exif, iptc, xmp
from kraken_desktop.engines.local.metadata.container import Blocks, broken, inflate, require_few
from kraken_desktop.engines.local.metadata.facts import ExifFacts, Metadata
from kraken_desktop.engines.local.metadata.icc import is_profile, is_srgb

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LARGEST = 2**31 - 1
_CRITICAL_BIT = 0x20
_NEEDED = frozenset({b"tRNS", b"cICP", b"mDCV", b"mDCv", b"cLLI", b"cLLi", b"pHYs", b"acTL", b"fcTL", b"fdAT"})
"""Beside the critical chunks, whose first letter is a capital. Density counts where pixels are not square."""
_GAMMA = frozenset({b"gAMA", b"cHRM"})
_COLORS = _GAMMA | {b"iCCP", b"sRGB"}
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_XMP = "XML:com.adobe.xmp"
_RAW = "Raw profile type "
"""ImageMagick's way: a profile in hexadecimal digits as a text."""
_XMP_IN_JPEG = b"http://ns.adobe.com/xap/1.0/\0"
_SRGB_GAMMA = 45455
_SRGB_CHROMATICITIES = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    start: int
    """Of its length."""
    end: int
    """After its checksum."""

    def body(self, data: bytes) -> bytes:
        return data[self.start + 8 : self.end - 4]

    def is_sound(self, data: bytes) -> bool:
        return zlib.crc32(data[self.start + 4 : self.end - 4]) == int.from_bytes(data[self.end - 4 : self.end], "big")


def read(data: bytes) -> Metadata:
    """What the chunks hold, texts of ImageMagick included.

    Raises:
        ImageBrokenError: a chunk is cut or missing.
    """
    chunks = _chunks(data)
    texts = _texts(data, chunks)
    facts = _first_exif(data, chunks, texts)
    packet = texts.get(_XMP) or texts.get(f"{_RAW}xmp") or _after(texts.get(f"{_RAW}APP1", b""), _XMP_IN_JPEG)
    records = texts.get(f"{_RAW}iptc") or texts.get(f"{_RAW}8bim", b"")
    return Metadata(
        icc=_profile(data, chunks),
        orientation=facts.orientation or 1,
        exif=facts,
        xmp=xmp.parse(packet),
        iptc_copyright=iptc.copyright_of(iptc.records_of(records.removeprefix(iptc.PREFIX)) or records),
    )


def rewrite(data: bytes, blocks: Blocks, *, keep_profile: bool) -> bytes:
    """The same pixels with no metadata but ``blocks``, and the profile if it is kept or needed.

    Raises:
        ImageBrokenError: as ``read``.
    """
    chunks = _chunks(data)
    overruled = _overruled(data, chunks, keep_profile=keep_profile)
    colors = {kind: _first(chunks, kind, data) for kind in _COLORS - overruled}
    pieces = [_SIGNATURE]
    for chunk in chunks:
        is_critical = not chunk.kind[0] & _CRITICAL_BIT
        if is_critical or chunk.kind in _NEEDED or chunk == colors.get(chunk.kind):
            pieces.append(data[chunk.start : chunk.end])
        if chunk.kind == b"IHDR":
            pieces += _made(blocks)
    return b"".join(pieces)


def _made(blocks: Blocks) -> Iterator[bytes]:
    if blocks.exif is not None:
        yield _chunk(b"eXIf", blocks.exif)
    if blocks.xmp is not None:
        yield _chunk(b"iTXt", _XMP.encode() + b"\0\0\0\0\0" + blocks.xmp)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _chunks(data: bytes) -> list[_Chunk]:
    """All chunks up to the end of the image; what follows that is left out."""
    if not data.startswith(_SIGNATURE):
        raise broken("no PNG")
    chunks: list[_Chunk] = []
    has_image = False
    at = len(_SIGNATURE)
    while at + 12 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + size
        if size > _LARGEST or not kind.isalpha():
            raise broken("what should be a chunk is none")
        if end > len(data):
            break
        if (kind == b"IHDR") != (not chunks):
            raise broken("no header, or two")
        if kind == b"IDAT" and has_image and chunks[-1].kind != b"IDAT":
            # Decoders give up there. Put together it would be another image.
            raise broken("image data in pieces")
        has_image = has_image or kind == b"IDAT"
        require_few(len(chunks))
        chunks.append(_Chunk(kind, at, end))
        if kind == b"IEND":
            return chunks
        at = end
    raise broken("it ends in front of the image's end")


def _first(chunks: list[_Chunk], kind: bytes, data: bytes) -> _Chunk | None:
    """The first chunk of a kind whose checksum is right."""
    return next((chunk for chunk in chunks if chunk.kind == kind and chunk.is_sound(data)), None)


def _body(chunks: list[_Chunk], kind: bytes, data: bytes) -> bytes | None:
    chunk = _first(chunks, kind, data)
    return None if chunk is None else chunk.body(data)


def _profile(data: bytes, chunks: list[_Chunk]) -> bytes | None:
    body = _body(chunks, b"iCCP", data)
    if body is None:
        return None
    name, _, packed = body[:82].partition(b"\0")
    if not packed or packed[0] != 0:
        return None
    icc = inflate(body[len(name) + 2 :])
    return icc if icc is not None and is_profile(icc) else None


def _overruled(data: bytes, chunks: list[_Chunk], *, keep_profile: bool) -> set[bytes]:
    """The chunks about colors that need not stay."""
    kinds = {chunk.kind for chunk in chunks}
    icc = _profile(data, chunks)
    if icc is not None and (keep_profile or not is_srgb(icc)):
        return {b"sRGB", *_GAMMA}
    if icc is not None or b"sRGB" in kinds:
        return {b"iCCP", *_GAMMA}
    return {b"iCCP", *(_GAMMA if _says_srgb(data, chunks) else ())}


def _says_srgb(data: bytes, chunks: list[_Chunk]) -> bool:
    """Whether gamma and chromaticities are sRGB's own: what a viewer takes a picture for that has neither."""
    gamma, primaries = _body(chunks, b"gAMA", data), _body(chunks, b"cHRM", data)
    if gamma is not None and int.from_bytes(gamma, "big") != _SRGB_GAMMA:
        return False
    return primaries is None or (
        len(primaries) == 32
        and all(
            abs(part - right) <= 10
            for part, right in zip(struct.unpack(">8I", primaries), _SRGB_CHROMATICITIES, strict=True)
        )
    )


def _first_exif(data: bytes, chunks: list[_Chunk], texts: dict[str, bytes]) -> ExifFacts:
    for stream in (
        _body(chunks, b"eXIf", data),
        texts.get(f"{_RAW}exif"),
        _after(texts.get(f"{_RAW}APP1", b""), exif.PREFIX),
    ):
        facts = exif.parse(stream or b"")
        if facts != ExifFacts():
            return facts
    return ExifFacts()


def _after(data: bytes, prefix: bytes) -> bytes:
    return data[len(prefix) :] if data.startswith(prefix) else b""


def _texts(data: bytes, chunks: list[_Chunk]) -> dict[str, bytes]:
    """XMP and ImageMagick's profiles by keyword, the first of each; no other text is even inflated."""
    texts: dict[str, bytes] = {}
    tried: set[str] = set()
    for chunk in chunks:
        if chunk.kind not in _TEXTS:
            continue
        keyword = data[chunk.start + 8 : min(chunk.start + 88, chunk.end - 4)].partition(b"\0")[0].decode("latin-1")
        if keyword in tried or not (keyword == _XMP or keyword.startswith(_RAW)) or len(tried) > 8:
            continue
        tried.add(keyword)
        text = _text(chunk.kind, chunk.body(data)[len(keyword) + 1 :]) if chunk.is_sound(data) else None
        if text is not None:
            texts[keyword] = _from_hexadecimal(text) if keyword.startswith(_RAW) else text
    return texts


def _text(kind: bytes, rest: bytes) -> bytes | None:
    """A text chunk's text, ``rest`` being what follows its keyword."""
    if kind == b"tEXt":
        return rest
    if kind == b"zTXt":
        return inflate(rest[1:])
    compressed = rest[:1] == b"\1"
    parts = rest[2:].split(b"\0", 2)
    if len(parts) < 3:
        return None
    return inflate(parts[2]) if compressed else parts[2]


def _from_hexadecimal(text: bytes) -> bytes:
    """A profile out of its text: a name, a length, and digits on many lines."""
    parts = text.strip().split(None, 2)
    if len(parts) < 3 or not parts[1].isdigit():
        return b""
    try:
        return bytes.fromhex(parts[2].decode("ascii"))
    except ValueError:
        return b""
