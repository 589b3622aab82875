"""Bytes become pixels: whole, or not at all. Which decoder is trusted with what stands here and nowhere else."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyvips
from PIL import Image

from kraken_desktop.engines.local import color
from kraken_desktop.engines.local.headers import Header
from kraken_desktop.engines.local.picture import Animation, Picture, Pixels
from kraken_desktop.model.errors import EngineUnavailableError, ImageBrokenError

# Pillow's own limit only warns; the header has been checked before any decoder sees the file.
Image.MAX_IMAGE_PIXELS = None

_PILLOW_ERRORS = (OSError, SyntaxError, ValueError, EOFError, TypeError, LookupError, RuntimeError, struct.error)
"""What Pillow raises for a broken file, over all its formats."""
_JPEG_SHRINKS = (8, 4, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A source in memory as its decoder gave it: not turned yet, in its own colors."""

    pixels: Pixels
    width: int
    height: int
    """Of one frame."""
    header: Header
    icc: bytes | None
    animation: Animation | None = None

    def picture(self, *, keep_profile: bool = False, turn: bool = True) -> Picture:
        """Pixels ready to be resized and encoded, lazily computed.

        Args:
            keep_profile: leave the colors in their own profile, where an RGB or gray file can have it.
            turn: make them upright.
        """
        pixels, icc = self.pixels, None
        if keep_profile and self.icc is not None and not color.is_cmyk(pixels):
            icc = self.icc
        else:
            pixels = color.to_srgb(pixels, self.icc, primaries=self.header.primaries, gamma=self.header.gamma)
        width, height = self.width, self.height
        if turn and self.header.orientation != 1 and self.animation is None:
            pixels = turned(pixels, self.header.orientation)
            width, height = pixels.width, pixels.height
        return Picture(
            pixels=pixels,
            width=width,
            height=height,
            animation=self.animation,
            is_deep=pixels.format == "ushort",
            icc=icc,
        )


def turned(pixels: Pixels, orientation: int) -> Pixels:
    """Pixels upright, by an EXIF orientation."""
    pixels = pixels.copy()
    pixels.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return pixels.autorot()


def in_memory(picture: Picture, known: Pixels | None = None) -> Picture:
    """The same picture, computed, with its frames told in the way of libvips' encoders.

    Args:
        picture: maybe lazy.
        known: pixels that are in memory already; if they are the picture's own, nothing is copied.
    """
    pixels = color.without_useless_alpha(picture.pixels)
    if pixels is not known:
        pixels = color.in_memory(pixels)
    if picture.animation is not None:
        pixels.set_type(pyvips.GValue.gint_type, "page-height", picture.height)
        pixels.set_type(pyvips.GValue.gint_type, "loop", picture.animation.loop)
        pixels.set_type(pyvips.GValue.array_int_type, "delay", list(picture.animation.delays))
    return replace(picture, pixels=pixels)


def first_frame(picture: Picture) -> Picture:
    """A still picture of the first frame."""
    if picture.animation is None:
        return picture
    still = picture.pixels.crop(0, 0, picture.width, picture.height)
    return replace(picture, pixels=still, animation=None)


def decode(data: bytes, header: Header, path: str, *, shrink: float = 1.0, icc: bytes | None = None) -> Decoded:
    """Every frame of a raster image.

    Args:
        data: the whole file.
        header: what ``headers.read`` found in it.
        path: for errors.
        shrink: it will be scaled down so many times at least: a decoder may skip what nobody will see.
        icc: its profile, if that is not sRGB.

    Raises:
        ImageBrokenError: it cannot be decoded to its end.
        EngineUnavailableError: the decoder is not there.
    """
    try:
        pixels, animation = _load(data, header, shrink)
    except pyvips.Error as error:
        raise ImageBrokenError(path=path, reason=_first_line(error)) from error
    except ImportError as error:
        raise EngineUnavailableError(path=path, library=error.name or "pi_heif") from error
    except _PILLOW_ERRORS as error:
        raise ImageBrokenError(path=path, reason=_first_line(error)) from error
    frames = len(animation.delays) if animation is not None else 1
    return Decoded(
        pixels=pixels,
        width=pixels.width,
        height=pixels.height // frames,
        header=header,
        icc=icc,
        animation=animation,
    )


def first_of_animation(data: bytes, header: Header, path: str, *, icc: bytes | None = None) -> Decoded:
    """The first frame, and no other one is decoded.

    Raises:
        ImageBrokenError: it cannot be decoded.
    """
    try:
        if header.extension in {".png", ".avif"}:
            # libvips takes the still image of the one for its first frame, and reads nothing of the other.
            pixels = _from_pillow(next(_frames(data)).convert("RGBA"))
        else:
            pixels = color.in_memory(pyvips.Image.new_from_buffer(data, ""))
    except pyvips.Error as error:
        raise ImageBrokenError(path=path, reason=_first_line(error)) from error
    except (*_PILLOW_ERRORS, StopIteration) as error:
        raise ImageBrokenError(path=path, reason=_first_line(error)) from error
    return Decoded(pixels=pixels, width=pixels.width, height=pixels.height, header=header, icc=icc)


def frames_digest(data: bytes, path: str) -> bytes:
    """What tells one animation from another: every frame as it is shown, how long, and how often all of it.

    Raises:
        ImageBrokenError: a frame is not whole.
    """
    digest = hashlib.blake2b()
    try:
        for frame in _frames(data):
            digest.update(frame.convert("RGBA").tobytes())
            digest.update(repr((frame.size, frame.info.get("duration"), frame.info.get("loop"))).encode())
    except _PILLOW_ERRORS as error:
        raise ImageBrokenError(path=path, reason=_first_line(error)) from error
    return digest.digest()


def raw_pixels(data: bytes, extension: str) -> Pixels:
    """All frames from top to bottom, in the colors of the file, turned as they are stored; lazily decoded once.

    Raises:
        pyvips.Error: at once or while they are read.
    """
    # Progressive and interlaced files are held in memory by libvips, all others pass through.
    options = {"access": "sequential", "fail_on": "truncated"}
    match extension:
        case ".jpg":
            return pyvips.Image.jpegload_buffer(data, **options)
        case ".png":
            return pyvips.Image.pngload_buffer(data, **options)
        case ".gif":
            return pyvips.Image.gifload_buffer(data, n=-1, **options)
        case ".webp":
            return pyvips.Image.webpload_buffer(data, n=-1, **options)
    return pyvips.Image.heifload_buffer(data, **options)


def _load(data: bytes, header: Header, shrink: float) -> tuple[Pixels, Animation | None]:
    extension = header.extension
    if extension == ".heic":
        return _heic(data), None
    if header.is_animated and extension in {".png", ".avif"}:
        # libvips reads the first frame of the one, and nothing of the other.
        return _animated(data)
    if extension == ".jpg":
        factor = next((each for each in _JPEG_SHRINKS if each * 2 <= shrink), 1)
        options = {"access": "sequential", "fail_on": "truncated", "shrink": factor}
        return color.in_memory(pyvips.Image.jpegload_buffer(data, **options)), None
    if extension == ".gif":
        # libnsgif pads what is missing; Pillow says so.
        for _ in _frames(data):
            pass
    source = raw_pixels(data, extension)
    return color.in_memory(source), _animation(source)


def _animation(source: Pixels) -> Animation | None:
    """As libvips tells it for GIF and WebP alike: ``loop`` is how often it is shown, whatever the file counts."""
    fields = set(source.get_fields())
    pages = source.get("n-pages") if "n-pages" in fields else 1
    if pages < 2 or "delay" not in fields:
        return None
    delays = [*source.get("delay"), *[0] * pages][:pages]
    return Animation(delays=tuple(delays), loop=source.get("loop") if "loop" in fields else 0)


def _heic(data: bytes) -> Pixels:
    # Loaded late: there is no build of it for every system, and few images need it.
    import pi_heif

    opened = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
    image = opened.to_pillow()
    return _from_pillow(image if image.mode in {"L", "RGB", "RGBA"} else image.convert("RGBA"))


def _from_pillow(image: Image.Image) -> Pixels:
    pixels = pyvips.Image.new_from_memory(image.tobytes(), image.width, image.height, len(image.getbands()), "uchar")
    return pixels.copy(interpretation="b-w" if image.mode == "L" else "srgb")


def _frames(data: bytes) -> Iterator[Image.Image]:
    """Each frame as it is shown, decoded."""
    with Image.open(io.BytesIO(data)) as opened:
        # An APNG may have a first image that is only for programs that know no animations.
        first = 1 if opened.info.get("default_image") and getattr(opened, "n_frames", 1) > 1 else 0
        for index in range(first, getattr(opened, "n_frames", 1)):
            opened.seek(index)
            opened.load()
            yield opened


def _animated(data: bytes) -> tuple[Pixels, Animation | None]:
    joined = bytearray()
    delays: list[int] = []
    loop = 0
    size = (0, 0)
    for frame in _frames(data):
        size = frame.size
        loop = int(frame.info.get("loop", 0) or 0)
        delays.append(round(float(frame.info.get("duration", 0) or 0)))
        joined += frame.convert("RGBA").tobytes()
    pixels = pyvips.Image.new_from_memory(joined, size[0], size[1] * len(delays), 4, "uchar")
    animation = Animation(delays=tuple(delays), loop=loop) if len(delays) > 1 else None
    return pixels.copy(interpretation="srgb"), animation


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:300]
