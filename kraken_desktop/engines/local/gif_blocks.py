"""The blocks of a GIF file: read into frames, and written again without any metadata.

GIF89a (CompuServe, 1990), and the looping extension that Netscape added to it. Compressed data is not looked into.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from kraken_desktop.model.errors import ImageBrokenError

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_CONTROL, _APPLICATION, _PLAIN_TEXT = 0xF9, 0xFF, 0x01
_LOOPING = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_MOST_FRAMES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One image of the file and the control block before it."""

    left: int
    top: int
    width: int
    height: int
    palette: bytes | None
    """R G B a color, 2 to 256 of them; None: the file's own."""
    interlaced: bool
    code_bits: int
    """Least code size of the LZW data."""
    data: bytes
    """LZW data, no longer cut into sub-blocks."""
    delay: int = 0
    """Hundredths of a second."""
    disposal: int = 0
    """What becomes of it before the next frame: 2 clears its box, 3 restores what was there, else it stays."""
    waits: bool = False
    """For a key of the person's."""
    transparent: int | None = None
    """The palette index that draws nothing."""

    @property
    def size(self) -> int:
        """Bytes it takes in the file, with its control block."""
        return 8 + 10 + len(self.palette or b"") + 1 + len(self.data) + -(-len(self.data) // 255) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Gif:
    """A file's frames, and what they share."""

    width: int
    height: int
    palette: bytes | None
    background: int
    """Palette index. No browser draws it."""
    color_bits: int
    """Color resolution of the original, less one; says nothing about the pixels."""
    aspect: int
    """Of a pixel, as the file codes it; 0: not given."""
    loop: int | None
    """Repetitions after the first showing, 0 for ever; None: shown once."""
    frames: tuple[Frame, ...]

    def palette_of(self, frame: Frame) -> bytes:
        """The colors that the frame's indices mean.

        Raises:
            ImageBrokenError: it has none.
        """
        palette = frame.palette or self.palette
        if palette is None:
            raise _broken("a frame has no palette")
        return palette


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        piece = self._data[self._at : self._at + count]
        if len(piece) < count:
            raise _broken("it ends in the middle of a block")
        self._at += count
        return piece

    def byte(self) -> int:
        return self.take(1)[0]

    def sub_blocks(self) -> list[bytes]:
        blocks = []
        while length := self.byte():
            blocks.append(self.take(length))
        return blocks

    def palette(self, flags: int) -> bytes | None:
        return self.take(3 << (flags & 7) + 1) if flags & 0x80 else None

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._data)


@dataclass(slots=True)
class _Control:
    """What a control block says about the image after it."""

    delay: int = 0
    disposal: int = 0
    waits: bool = False
    transparent: int | None = None


def parse(data: bytes) -> Gif:
    """Read the blocks; comments and foreign extensions are passed over.

    Raises:
        ImageBrokenError: no GIF, cut off inside a block, or without an image.
    """
    reader = _Reader(data)
    if reader.take(6) not in {b"GIF87a", b"GIF89a"}:
        raise _broken("it does not begin as a GIF")
    width, height, flags, background, aspect = struct.unpack("<HHBBB", reader.take(7))
    palette = reader.palette(flags)
    loop: int | None = None
    control = _Control()
    frames: list[Frame] = []
    # Many programs read a file that lacks its last byte, and write such ones.
    while not reader.at_end and (kind := reader.byte()) != _TRAILER:
        if kind == _IMAGE:
            frames.append(_frame(reader, control))
            control = _Control()
            if len(frames) > _MOST_FRAMES:
                raise _broken(f"it has more than {_MOST_FRAMES} frames")
        elif kind == _EXTENSION:
            label = reader.byte()
            blocks = reader.sub_blocks()
            if label == _CONTROL and blocks and len(blocks[0]) >= 4:
                control = _control(blocks[0])
            elif label == _PLAIN_TEXT:
                control = _Control()
            elif label == _APPLICATION and blocks and blocks[0] in _LOOPING:
                for block in blocks[1:]:
                    if len(block) >= 3 and block[0] & 7 == 1:
                        loop = struct.unpack_from("<H", block, 1)[0]
        elif kind:
            raise _broken(f"there is no block of kind {kind}")
    if not frames:
        raise _broken("it has no image")
    return Gif(
        width=width,
        height=height,
        palette=palette,
        background=background,
        color_bits=flags >> 4 & 7,
        aspect=aspect,
        loop=loop,
        frames=tuple(frames),
    )


def write(gif: Gif) -> bytes:
    """The file: header, looping, frames, and nothing else."""
    flags = (0x80 | _size_bits(gif.palette) if gif.palette else 0) | gif.color_bits << 4
    parts = [
        b"GIF89a",
        struct.pack("<HHBBB", gif.width, gif.height, flags, gif.background, gif.aspect),
        gif.palette or b"",
    ]
    if gif.loop is not None:
        parts.append(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", gif.loop) + b"\0")
    for frame in gif.frames:
        parts.extend(_frame_parts(frame))
    parts.append(bytes([_TRAILER]))
    return b"".join(parts)


def padded(palette: bytes) -> bytes:
    """With black added up to the next size that a file can hold: 2, 4, 8 ... 256 colors."""
    count = max(2, 1 << (len(palette) // 3 - 1).bit_length())
    return palette + bytes(3 * count - len(palette))


def _frame(reader: _Reader, control: _Control) -> Frame:
    left, top, width, height, flags = struct.unpack("<HHHHB", reader.take(9))
    if not width or not height:
        raise _broken("a frame has no pixels")
    return Frame(
        left=left,
        top=top,
        width=width,
        height=height,
        palette=reader.palette(flags),
        interlaced=bool(flags & 0x40),
        code_bits=reader.byte(),
        data=b"".join(reader.sub_blocks()),
        delay=control.delay,
        disposal=control.disposal,
        waits=control.waits,
        transparent=control.transparent,
    )


def _control(block: bytes) -> _Control:
    flags, delay, transparent = struct.unpack_from("<BHB", block)
    disposal = flags >> 2 & 7
    return _Control(
        delay=delay,
        # Some early encoders wrote "restore" as 4, and programs read it so.
        disposal=3 if disposal == 4 else disposal,
        waits=bool(flags & 2),
        transparent=transparent if flags & 1 else None,
    )


def _frame_parts(frame: Frame) -> Sequence[bytes]:
    flags = frame.disposal << 2 | frame.waits << 1 | (frame.transparent is not None)
    parts = []
    if flags or frame.delay:
        parts.append(b"\x21\xf9\x04" + struct.pack("<BHBB", flags, frame.delay, frame.transparent or 0, 0))
    shape = frame.interlaced << 6 | (0x80 | _size_bits(frame.palette) if frame.palette else 0)
    parts.append(b"\x2c" + struct.pack("<HHHHB", frame.left, frame.top, frame.width, frame.height, shape))
    parts.append(frame.palette or b"")
    parts.append(bytes([frame.code_bits]))
    for at in range(0, len(frame.data), 255):
        piece = frame.data[at : at + 255]
        parts.append(bytes([len(piece)]) + piece)
    parts.append(b"\0")
    return parts


def _size_bits(palette: bytes) -> int:
    return (len(palette) // 3 - 1).bit_length() - 1


def _broken(reason: str) -> ImageBrokenError:
    return ImageBrokenError(path="", reason=reason)
