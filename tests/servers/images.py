"""Test images, made in code: the same bytes for the same arguments, and compressible as photographs are."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageCms, ImageDraw
from PIL.ExifTags import GPS, IFD, Base

COPYRIGHT = "Jane Doe"
TAKEN_AT = "2024:05:06 07:08:09"
ORIENTATION = 6
"""A quarter turn clockwise is needed to show it upright."""
_COMMENT = b"Made by a program that likes to talk about itself. " * 6


class ImageKind(StrEnum):
    """What :func:`make_image` can make."""

    JPEG = "jpeg"
    JPEG_EXIF = "jpeg-exif"
    JPEG_ICC = "jpeg-icc"
    JPEG_GRAY = "jpeg-gray"
    JPEG_CMYK = "jpeg-cmyk"
    PNG = "png"
    PNG_ALPHA = "png-alpha"
    PNG_16 = "png-16"
    PNG_PALETTE = "png-palette"
    GIF = "gif"
    GIF_ANIMATED = "gif-animated"
    WEBP = "webp"
    WEBP_ANIMATED = "webp-animated"
    AVIF = "avif"
    SVG = "svg"
    BMP = "bmp"
    TRUNCATED_JPEG = "truncated-jpeg"
    BROKEN_PNG = "broken-png"
    TEXT_AS_JPEG = "text-as-jpeg"
    EMPTY = "empty"

    @property
    def extension(self) -> str:
        """As a file of this kind is named, with the dot."""
        return _EXTENSIONS.get(self, f".{self.value.partition('-')[0].replace('jpeg', 'jpg')}")


_EXTENSIONS = {
    ImageKind.TRUNCATED_JPEG: ".jpg",
    ImageKind.BROKEN_PNG: ".png",
    ImageKind.TEXT_AS_JPEG: ".jpg",
    ImageKind.EMPTY: ".jpg",
}

GOOD_KINDS = (
    ImageKind.JPEG,
    ImageKind.PNG,
    ImageKind.JPEG_EXIF,
    ImageKind.GIF,
    ImageKind.WEBP,
    ImageKind.PNG_ALPHA,
    ImageKind.SVG,
    ImageKind.GIF_ANIMATED,
    ImageKind.JPEG_ICC,
    ImageKind.PNG_PALETTE,
)
"""What Kraken.io optimizes, mixed as in a folder of the web."""

BAD_KINDS = (ImageKind.TRUNCATED_JPEG, ImageKind.BROKEN_PNG, ImageKind.TEXT_AS_JPEG, ImageKind.BMP)
"""What is answered with 415."""


def make_image(kind: ImageKind | str, path: Path, *, size: tuple[int, int] = (320, 240), seed: int = 0) -> Path:
    """Write one image to ``path``, whatever its name, and return the path."""
    path.write_bytes(image_bytes(ImageKind(kind), size=size, seed=seed))
    return path


def make_set(
    folder: Path,
    count: int,
    *,
    kinds: Sequence[ImageKind] = GOOD_KINDS,
    size: tuple[int, int] = (160, 120),
) -> list[Path]:
    """``count`` files, no two alike, the kinds in turn: ``image-000.jpg``, ``image-001.png``, ..."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        made.append(make_image(kind, folder / f"image-{number:03}{kind.extension}", size=size, seed=number + 1))
    return made


def image_bytes(kind: ImageKind, *, size: tuple[int, int] = (320, 240), seed: int = 0) -> bytes:
    """The encoded image."""
    match kind:
        case ImageKind.SVG:
            return _svg(size, seed)
        case ImageKind.TEXT_AS_JPEG:
            return f"This is no image, number {seed}.\n".encode() * 20
        case ImageKind.EMPTY:
            return b""
        case ImageKind.TRUNCATED_JPEG:
            whole = image_bytes(ImageKind.JPEG, size=size, seed=seed)
            return whole[: len(whole) // 2]
        case ImageKind.BROKEN_PNG:
            whole = image_bytes(ImageKind.PNG, size=size, seed=seed)
            middle = len(whole) // 2
            return whole[:middle] + bytes(64) + whole[middle + 64 :]
        case _:
            return _encoded(kind, photo(size, seed), seed)


def photo(size: tuple[int, int], seed: int = 0) -> Image.Image:
    """Gradients, soft spots and a little grain, in RGB."""
    source = random.Random(seed)
    channels = []
    for number, gradient in enumerate(("linear", "radial", "linear")):
        made = Image.linear_gradient("L") if gradient == "linear" else Image.radial_gradient("L")
        slope = made.rotate(source.choice((0, 90, 180, 270)) + 90 * number).resize(size)
        spots = Image.frombytes("L", (8, 6), source.randbytes(48)).resize(size, Image.Resampling.BICUBIC)
        grain = Image.frombytes("L", size, source.randbytes(size[0] * size[1]))
        channels.append(Image.blend(Image.blend(slope, spots, 0.4), grain, 0.04))
    return Image.merge("RGB", channels)


def exif_of_a_phone() -> Image.Exif:
    """Orientation, dates, copyright and a place."""
    exif = Image.Exif()
    exif[Base.Orientation] = ORIENTATION
    exif[Base.Make] = "Phone"
    exif[Base.Copyright] = COPYRIGHT
    taken = exif.get_ifd(IFD.Exif)
    taken[Base.DateTimeOriginal] = TAKEN_AT
    taken[Base.DateTimeDigitized] = TAKEN_AT
    place = exif.get_ifd(IFD.GPSInfo)
    place[GPS.GPSVersionID] = b"\x02\x03\x00\x00"
    place[GPS.GPSLatitudeRef] = "N"
    place[GPS.GPSLatitude] = (52.0, 5.0, 15.0)
    place[GPS.GPSLongitudeRef] = "E"
    place[GPS.GPSLongitude] = (4.0, 18.0, 30.0)
    place[GPS.GPSAltitude] = 12.0
    return exif


def _encoded(kind: ImageKind, image: Image.Image, seed: int) -> bytes:
    """Encoded carelessly, so that there is something to save."""
    jpeg = {"format": "JPEG", "quality": 93, "subsampling": 0}
    match kind:
        case ImageKind.JPEG:
            return _saved(image, **jpeg)
        case ImageKind.JPEG_EXIF:
            return _saved(image, exif=exif_of_a_phone(), **jpeg)
        case ImageKind.JPEG_ICC:
            profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
            undated = profile[:24] + bytes(12) + profile[36:]
            return _saved(image, icc_profile=undated, **jpeg)
        case ImageKind.JPEG_GRAY:
            return _saved(image.convert("L"), **jpeg)
        case ImageKind.JPEG_CMYK:
            return _saved(image.convert("CMYK"), **jpeg)
        case ImageKind.PNG:
            return _saved(image, format="PNG", compress_level=1)
        case ImageKind.PNG_ALPHA:
            image.putalpha(Image.radial_gradient("L").resize(image.size))
            return _saved(image, format="PNG", compress_level=1)
        case ImageKind.PNG_16:
            deep = image.convert("L").convert("I").point(lambda value: value * 257)
            return _saved(deep.convert("I;16"), format="PNG", compress_level=1)
        case ImageKind.PNG_PALETTE:
            return _saved(_with_palette(image, 64), format="PNG", compress_level=1)
        case ImageKind.GIF:
            return _saved(_with_palette(image, 128), format="GIF", comment=_COMMENT)
        case ImageKind.GIF_ANIMATED:
            return _saved_frames(image, colors=64, format="GIF", comment=_COMMENT)
        case ImageKind.WEBP:
            return _saved(image, format="WEBP", quality=95, method=0)
        case ImageKind.WEBP_ANIMATED:
            return _saved_frames(image, format="WEBP", quality=95, method=0)
        case ImageKind.AVIF:
            return _saved(image, format="AVIF", quality=90, speed=10)
        case ImageKind.BMP:
            return _saved(image, format="BMP")
    raise ValueError(kind)


def _saved(image: Image.Image, **options: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, **options)
    return written.getvalue()


def _with_palette(image: Image.Image, colors: int) -> Image.Image:
    return image.quantize(colors, method=Image.Quantize.FASTOCTREE)


def _saved_frames(image: Image.Image, colors: int = 0, **options: Any) -> bytes:
    """Three frames: the picture moves, and a square wanders over it."""
    frames = []
    for number in range(3):
        frame = ImageChops.offset(image, 7 * number, 3 * number)
        ImageDraw.Draw(frame).rectangle((10 + 20 * number, 10, 30 + 20 * number, 30), fill="red")
        frames.append(_with_palette(frame, colors) if colors else frame)
    return _saved(frames[0], save_all=True, append_images=frames[1:], duration=[80, 120, 160], loop=0, **options)


def _svg(size: tuple[int, int], seed: int) -> bytes:
    source = random.Random(seed)
    width, height = size
    shapes = "\n".join(
        f'    <circle cx="{source.randrange(width)}" cy="{source.randrange(height)}"'
        f' r="{source.randrange(4, 40)}" fill="#{source.randrange(1 << 24):06x}"/>'
        for _ in range(20)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- Drawn by a test, with a comment to be removed. -->\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}">\n  <g>\n{shapes}\n  </g>\n</svg>\n'
    ).encode()
