"""What a file is, read from its header alone: no pixel is decoded, so no file can be too large to be refused.

What it is follows from its bytes, never from its name. Sources: the specifications of JPEG (ITU-T T.81), PNG
(third edition), GIF89a, the WebP container, and see ``heif_header``.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from kraken_desktop.engines.local import heif_header, metadata, svg
from kraken_desktop.engines.local.protocol import Limits
from kraken_desktop.model import image_types
from kraken_desktop.model.errors import EngineError, ImageBrokenError, ImageTooManyPixelsError, ImageUnsupportedError

_HDR_TRANSFERS = frozenset({16, 18})
"""Of ITU-T H.273: PQ and HLG."""

_FRAMES_OF_SIZE = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
"""JPEG markers of a frame header."""
_LOSSLESS, _LOSSLESS_ARITHMETIC = 0xC3, 0xCB
_EXTENDED_PRECISION = 12
"""The other depth of JPEG with loss, besides 8 bits."""
_HIERARCHICAL = frozenset({0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF})
_BARE = frozenset({0x01, *range(0xD0, 0xDA)})
"""JPEG markers without a segment."""
_TURNED = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap width and height."""
_PNG_SIGNATURE = 8
_CHECKED = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
"""Chunks that a PNG cannot be read without."""
_SRGB_GAMMA = 0.45455
_ALMOST = 0.03
"""Of an exponent: nobody sees the difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What is known before decoding. Sizes in pixels, of one frame."""

    extension: str
    """Of what it really is, with its dot."""
    width: int
    height: int
    """As they are stored; zeros for a vector image without a size of its own."""
    frames: int = 1
    orientation: int = 1
    """By EXIF, 1 to 8: what a decoder leaves to be done. 1 for every animation: nobody turns one."""
    is_deep: bool = False
    """More than 8 bits a channel."""
    is_hdr: bool = False
    """Its values mean light beyond white; 8 bits of an ordinary picture cannot hold them."""
    primaries: int = 0
    """Color primaries by ITU-T H.273; 0 if nobody told. Counts where there is no profile."""
    gamma: float = 0.0
    """What a PNG's samples were raised to, where that is far from sRGB's curve and nothing better is told; else 0."""

    @property
    def is_animated(self) -> bool:
        """Whether it has more than one frame."""
        return self.frames > 1

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as the image is shown, upright."""
        return (self.height, self.width) if self.orientation in _TURNED else (self.width, self.height)


def read(data: bytes, path: str, limits: Limits) -> Header:
    """The header of a file that is not too large.

    Raises:
        ImageBrokenError: there is no such header, or a part of it would inflate beyond all measure.
        ImageTooManyPixelsError: decoding it would ask for more than the limits allow.
        ImageUnsupportedError: no decoder here knows its kind.
    """
    kind = image_types.sniff(data[: image_types.HEAD_BYTES])
    if kind is None:
        raise ImageBrokenError(path=path, reason="not an image of a known type")
    try:
        header = _of_type(data, kind.extension, limits)
    except EngineError as error:
        error.path = path
        raise
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise ImageBrokenError(path=path, reason=f"{kind.name} header: {error}") from error
    _check(header, path, limits)
    return header


def refuse_size(size: tuple[int, int], frames: int, path: str, limits: Limits) -> None:
    """Raises ``ImageTooManyPixelsError`` for what is to be made, as ``read`` does for what is there."""
    width, height = size
    limit = limits.animated_pixels if frames > 1 else limits.pixels
    if width * height * frames > limit:
        raise ImageTooManyPixelsError(path=path, width=width, height=height, frames=frames, limit=limit)


def _check(header: Header, path: str, limits: Limits) -> None:
    if header.extension == ".svg":
        if max(header.width, header.height) > limits.svg_side:
            raise ImageTooManyPixelsError(
                path=path, width=header.width, height=header.height, limit=limits.svg_side * limits.svg_side
            )
        return
    if not header.width or not header.height:
        raise ImageBrokenError(path=path, reason="no width or no height")
    # One frame alone has to fit too: a converted animation may become a still image.
    refuse_size((header.width, header.height), 1, path, limits)
    refuse_size((header.width, header.height), header.frames, path, limits)


def _of_type(data: bytes, extension: str, limits: Limits) -> Header:
    match extension:
        case ".jpg":
            return _jpeg(data)
        case ".png":
            return _png(data, limits)
        case ".gif":
            return _gif(data, limits)
        case ".webp":
            return _webp(data)
        case ".svg":
            width, height = svg.size(data)
            return Header(extension=extension, width=width, height=height)
    return _heif(data, extension)


def _jpeg(data: bytes) -> Header:
    at = 2
    while at + 4 <= len(data):
        marker = data[at + 1]
        # Bytes between segments are an error that every decoder forgives; so does this.
        if data[at] != 0xFF or marker in (0x00, 0xFF):
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker in _FRAMES_OF_SIZE:
            precision, height, width = struct.unpack_from(">BHH", data, at + 4)
            _refuse_unknown_jpeg(marker, precision)
            turn = metadata.read(data, ".jpg").orientation
            return Header(extension=".jpg", width=width, height=height, orientation=turn)
        elif marker == 0xDA:
            break
        else:
            at += 2 + max(2, struct.unpack_from(">H", data, at + 2)[0])
    raise ValueError("no frame before the first scan")


def _refuse_unknown_jpeg(marker: int, precision: int) -> None:
    """Raises ``ImageUnsupportedError`` for what libjpeg-turbo refuses; arithmetic coding with 8 bits it reads."""
    feature = ""
    if marker in _HIERARCHICAL:
        feature = "jpeg_hierarchical"
    elif marker == _LOSSLESS_ARITHMETIC or (marker == _LOSSLESS and precision > 8):
        feature = "jpeg_lossless"
    elif precision == _EXTENDED_PRECISION:
        feature = "jpeg_12_bit"
    if feature:
        raise ImageUnsupportedError(path="", feature=feature)


def _png(data: bytes, limits: Limits) -> Header:
    width = height = depth = primaries = transfer = 0
    frames, gamma = 1, 0.0
    kinds = set()
    view = memoryview(data)
    for kind, start, end in _png_chunks(data):
        kinds.add(kind)
        if kind in _CHECKED and end + 4 <= len(data):
            checksum = int.from_bytes(data[end : end + 4], "big")
            if zlib.crc32(view[start - len(kind) : end]) != checksum:
                # libvips overlooks it; other decoders, and browsers, refuse the file.
                raise ValueError(f"the checksum of {kind.decode('ascii')} is wrong")
        if kind == b"IHDR":
            width, height, depth = struct.unpack_from(">IIB", data, start)
        elif kind == b"acTL":
            frames = max(1, struct.unpack_from(">I", data, start)[0])
        elif kind == b"cICP":
            primaries, transfer = struct.unpack_from(">BB", data, start)
        elif kind == b"gAMA":
            gamma = struct.unpack_from(">I", data, start)[0] / 100_000
        elif kind in {b"iCCP", b"zTXt", b"iTXt"}:
            _refuse_bomb(kind, data[start:end], limits.inflated_bytes)
    if kinds & {b"iCCP", b"sRGB", b"cICP"} or abs(gamma - _SRGB_GAMMA) < _ALMOST or not gamma:
        gamma = 0.0
    turn = metadata.read(data, ".png").orientation
    return Header(
        extension=".png",
        width=width,
        height=height,
        frames=frames,
        orientation=turn if frames < 2 else 1,
        is_deep=depth > 8,
        is_hdr=transfer in _HDR_TRANSFERS,
        primaries=primaries,
        gamma=gamma,
    )


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = _PNG_SIGNATURE
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, at + 8, min(at + 8 + length, len(data))
        if kind == b"IEND":
            return
        at += 12 + length


def _refuse_bomb(kind: bytes, chunk: bytes, limit: int) -> None:
    """Raises ``ValueError`` if what is compressed in a chunk inflates to more than ``limit`` bytes."""
    # A keyword, a zero, then one byte for the method; international text has more of all of them.
    packed = chunk.partition(b"\0")[2][1:]
    if kind == b"iTXt":
        if chunk.partition(b"\0")[2][:1] != b"\1":
            return
        packed = packed[1:].partition(b"\0")[2].partition(b"\0")[2]
    inflator = zlib.decompressobj()
    try:
        size = len(inflator.decompress(packed, limit + 1))
    except zlib.error:
        return  # unreadable is not large: whoever needs it will say so
    if size > limit:
        raise ValueError(f"{kind.decode('ascii')} inflates to more than {limit} bytes")


def _gif(data: bytes, limits: Limits) -> Header:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + _color_table(flags)
    frames = 0
    while at < len(data):
        introducer = data[at]
        if introducer == 0x21:
            at = _after_blocks(data, at + 2)
        elif introducer == 0x2C and at + 10 <= len(data):
            left, top, wide, high, flags = struct.unpack_from("<HHHHB", data, at + 1)
            # A decoder may make room for a frame wherever it is.
            refuse_size((left + wide, top + high), 1, "", limits)
            # All of them enlarge the screen for a first frame that does not fit.
            if not frames:
                width, height = max(width, left + wide), max(height, top + high)
            frames += 1
            at = _after_blocks(data, at + 11 + _color_table(flags))
        else:
            break
    if not frames:
        raise ValueError("no frame")
    return Header(extension=".gif", width=width, height=height, frames=frames)


def _color_table(flags: int) -> int:
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1


def _webp(data: bytes) -> Header:
    (size,) = struct.unpack_from("<I", data, 4)
    if size + 8 > len(data):
        raise ValueError(f"{size + 8 - len(data)} bytes are missing at the end")
    width = height = frames = 0
    at = 12
    while at + 8 <= min(size + 8, len(data)):
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == b"VP8X":
            width = 1 + int.from_bytes(data[at + 12 : at + 15], "little")
            height = 1 + int.from_bytes(data[at + 15 : at + 18], "little")
        elif kind == b"ANMF":
            frames += 1
        elif kind in {b"VP8 ", b"VP8L"} and not width:
            width, height = _webp_still(kind, data, at + 8)
        at += 8 + length + (length & 1)
    turn = metadata.read(data, ".webp").orientation
    return Header(
        extension=".webp", width=width, height=height, frames=max(1, frames), orientation=turn if frames < 2 else 1
    )


def _webp_still(kind: bytes, data: bytes, at: int) -> tuple[int, int]:
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, at + 1)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", data, at + 6)
    return width & 0x3FFF, height & 0x3FFF


def _heif(data: bytes, extension: str) -> Header:
    # A sequence is shown as such only where its brand says so; HEIC bursts are stills for everybody.
    frames = heif_header.frame_count(data) if extension == ".avif" and b"avis" in data[8:64] else 0
    still = heif_header.primary(data)
    if still is None:
        width, height = heif_header.track_size(data)
        return Header(extension=extension, width=width, height=height, frames=max(1, frames))
    return Header(
        extension=extension,
        width=still.width,
        height=still.height,
        frames=max(1, frames),
        is_deep=still.bits > 8,
        is_hdr=still.transfer in _HDR_TRANSFERS,
        primaries=still.primaries,
    )
