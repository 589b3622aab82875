"""Small square pictures, made by the real child from friendly and from hostile files."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import pyvips
from PIL import Image, ImageCms

from kraken_desktop.engines.local.engine import LocalEngine
from tests.support import hostile

SIZE = 16
RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    made = LocalEngine(workers=1, scratch=tmp_path_factory.mktemp("scratch"))
    yield made
    made.close()


def square(data: bytes | None, size: int = SIZE) -> Image.Image:
    assert data is not None
    assert len(data) == 4 * size * size
    return Image.frombytes("RGBA", (size, size), data, "raw", "BGRA")


def is_near(pixel: object, color: tuple[int, ...], most: int = 12) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= most for one, other in zip(pixel, color, strict=False))


def two_halves(size: tuple[int, int] = (80, 80)) -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0], size[1] // 2))
    return image


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_decodes(engine: LocalEngine, tmp_path: Path, image_format: str) -> None:
    Image.new("RGB", (300, 200), "#cc2244").save(tmp_path / "image", image_format)
    made = square(engine.thumbnail(tmp_path / "image", SIZE))
    assert is_near(made.getpixel((8, 8)), (0xCC, 0x22, 0x44, 255))


@pytest.mark.parametrize("image_format", ["GIF", "WEBP", "AVIF", "PNG"])
def test_shows_the_first_frame(engine: LocalEngine, tmp_path: Path, image_format: str) -> None:
    frames = [Image.new("RGB", (40, 40), color) for color in (RED, BLUE, RED)]
    frames[0].save(tmp_path / "image", image_format, save_all=True, append_images=frames[1:], duration=100)
    made = square(engine.thumbnail(tmp_path / "image", SIZE))
    assert is_near(made.getpixel((8, 2)), (*RED, 255))
    assert is_near(made.getpixel((8, 13)), (*RED, 255))


def test_decodes_svg_with_text(engine: LocalEngine, tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="#00ff00"/>'
        '<text x="30" y="39" font-size="4">a</text></svg>',
        encoding="utf-8",
    )
    assert square(engine.thumbnail(path, SIZE)).getpixel((4, 4)) == (0, 255, 0, 255)


def test_turns_photos_upright(engine: LocalEngine, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise: the top is at the right then
    two_halves().save(tmp_path / "x.jpg", exif=exif)
    made = square(engine.thumbnail(tmp_path / "x.jpg", SIZE))
    assert is_near(made.getpixel((13, 8)), RED, 40)
    assert is_near(made.getpixel((2, 8)), BLUE, 40)


@pytest.mark.parametrize(
    ("size", "alpha", "corner", "left", "top"),
    [
        ((64, 32), 255, 255, 255, 255),
        ((64, 32), 128, 0, 128, 0),
        ((8, 8), 255, 0, 0, 0),
        ((32, 64), 128, 0, 0, 128),
        ((300, 8), 255, 0, 255, 0),
    ],
    ids=["photo fills", "logo fits", "small stays small", "tall logo fits", "narrow is not enlarged"],
)
def test_every_picture_is_a_square(
    engine: LocalEngine, tmp_path: Path, size: tuple[int, int], alpha: int, corner: int, left: int, top: int
) -> None:
    mode, color = ("RGB", (16, 32, 48)) if alpha == 255 else ("RGBA", (16, 32, 48, alpha))
    Image.new(mode, size, color).save(tmp_path / "x.png")
    made = square(engine.thumbnail(tmp_path / "x.png", SIZE))
    places = ((0, 0), (0, 8), (8, 0), (8, 8))
    assert [made.getpixel(place)[3] for place in places] == [corner, left, top, alpha]
    # Premultiplied, as the window draws it.
    expected = tuple(round(part * alpha / 255) for part in (16, 32, 48))
    assert is_near(made.getpixel((8, 8)), (*expected, alpha), 1)


@pytest.mark.parametrize(
    ("mode", "color", "expected"),
    [
        ("L", 90, (90, 90, 90, 255)),
        ("LA", (90, 255), (90, 90, 90, 255)),
        ("1", 1, (255, 255, 255, 255)),
        ("P", 1, (10, 200, 30, 255)),
        ("I;16", 0x5A5A, (90, 90, 90, 255)),
    ],
)
def test_every_kind_of_pixel(
    engine: LocalEngine, tmp_path: Path, mode: str, color: int, expected: tuple[int, ...]
) -> None:
    image = Image.new(mode, (40, 40), color)
    if mode == "P":
        image.putpalette([0, 0, 0, 10, 200, 30])
    image.save(tmp_path / "x.png")
    assert is_near(square(engine.thumbnail(tmp_path / "x.png", SIZE)).getpixel((8, 8)), expected, 2)


def test_a_profile_is_honored(engine: LocalEngine, tmp_path: Path) -> None:
    wide = pyvips.Operation.call("profile_load", "p3")
    image = Image.new("RGB", (40, 40), (200, 40, 80))
    image.save(tmp_path / "x.png", icc_profile=wide)
    seen = ImageCms.profileToProfile(
        image, ImageCms.ImageCmsProfile(io.BytesIO(wide)), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert seen is not None
    expected = seen.getpixel((0, 0))
    assert isinstance(expected, tuple)
    assert not is_near(expected, (200, 40, 80), 4), "or it proves nothing"
    assert is_near(square(engine.thumbnail(tmp_path / "x.png", SIZE)).getpixel((8, 8)), expected, 3)


@pytest.mark.parametrize("name", sorted(hostile.BROKEN))
def test_a_hostile_file_costs_one_placeholder(engine: LocalEngine, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(hostile.BROKEN[name]())
    two_halves().save(tmp_path / "good.png")
    assert engine.thumbnail(tmp_path / name, SIZE) is None
    assert engine.thumbnail(tmp_path / "good.png", SIZE) is not None


def test_no_picture_without_a_file(engine: LocalEngine, tmp_path: Path) -> None:
    assert engine.thumbnail(tmp_path / "x.png", SIZE) is None


def test_a_name_that_is_no_text(engine: LocalEngine, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.png")
    two_halves().save(tmp_path / "good.png")
    (tmp_path / "good.png").rename(path)
    assert engine.thumbnail(path, SIZE) is not None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_a_pipe_is_not_waited_for(engine: LocalEngine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")  # opening it waits for a writer, who never comes
    assert engine.thumbnail(tmp_path / "pipe.png", SIZE) is None


def test_a_broken_photo_is_no_news_for_a_terminal(
    engine: LocalEngine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "a.jpg"
    Image.effect_noise((400, 400), 80).save(photo)
    photo.write_bytes(photo.read_bytes()[:-900] + bytes(range(256)) * 3)
    assert engine.thumbnail(photo, SIZE) is not None
    assert capfd.readouterr().err == ""
