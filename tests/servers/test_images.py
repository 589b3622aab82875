from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from tests.servers.images import (
    BAD_KINDS,
    ORIENTATION,
    ImageKind,
    image_bytes,
    make_image,
    make_set,
)


@pytest.mark.parametrize("kind", ImageKind)
def test_the_same_bytes_for_the_same_wish(tmp_path: Path, kind: ImageKind) -> None:
    path = make_image(kind.value, tmp_path / f"image{kind.extension}", size=(64, 48), seed=3)
    assert path.read_bytes() == image_bytes(kind, size=(64, 48), seed=3)
    if kind is not ImageKind.EMPTY:
        assert path.read_bytes() != image_bytes(kind, size=(64, 48), seed=4)


@pytest.mark.parametrize("kind", [kind for kind in BAD_KINDS if kind is not ImageKind.BMP])
def test_the_bad_do_not_open(kind: ImageKind) -> None:
    with pytest.raises((OSError, SyntaxError)):
        Image.open(io.BytesIO(image_bytes(kind))).load()


@pytest.mark.parametrize(
    ("kind", "mode", "frames"),
    [
        (ImageKind.JPEG, "RGB", 1),
        (ImageKind.JPEG_CMYK, "CMYK", 1),
        (ImageKind.JPEG_GRAY, "L", 1),
        (ImageKind.PNG_ALPHA, "RGBA", 1),
        (ImageKind.PNG_16, "I;16", 1),
        (ImageKind.PNG_PALETTE, "P", 1),
        (ImageKind.GIF_ANIMATED, "P", 3),
        (ImageKind.WEBP_ANIMATED, "RGB", 3),
    ],
)
def test_the_kinds_are_what_they_say(kind: ImageKind, mode: str, frames: int) -> None:
    with Image.open(io.BytesIO(image_bytes(kind))) as image:
        assert (image.mode, getattr(image, "n_frames", 1), image.size) == (mode, frames, (320, 240))


def test_a_phone_tells_where_it_was() -> None:
    with Image.open(io.BytesIO(image_bytes(ImageKind.JPEG_EXIF))) as image:
        exif = image.getexif()
    assert exif[Base.Orientation] == ORIENTATION
    assert exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] == (52, 5, 15)


def test_a_set_has_no_two_alike(tmp_path: Path) -> None:
    made = make_set(tmp_path / "set", 23)
    assert len({path.read_bytes() for path in made}) == len({path.name for path in made}) == 23
