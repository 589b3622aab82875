"""What is shown of a source or a result, made by the real child."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import pyvips
from PIL import Image, ImageCms

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.engines.local.engine import LocalEngine
from kraken_desktop.engines.local.protocol import View
from kraken_desktop.model.errors import ImageBrokenError, SourceMissingError
from tests.support.pictures import CORNERS, animated, colors_at_corners, corners, encoded, is_near


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    made = LocalEngine(workers=1, scratch=tmp_path_factory.mktemp("scratch"))
    yield made
    made.close()


def seen(view: View) -> Image.Image:
    assert len(view.pixels) == 4 * view.width * view.height
    return Image.frombytes("RGBA", (view.width, view.height), view.pixels, "raw", "BGRA")


def look(engine: LocalEngine, path: Path, side: int = 100, region: tuple[int, int, int, int] | None = None) -> View:
    return engine.view(path, side=side, region=region, cancel=CancelToken())


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_an_image_is_whole_and_bounded(engine: LocalEngine, tmp_path: Path, form: str) -> None:
    (tmp_path / "x").write_bytes(encoded(corners(240, 120), form, quality=95))
    view = look(engine, tmp_path / "x")
    assert (view.width, view.height, view.full_width, view.full_height) == (100, 50, 240, 120)
    assert (view.region, view.frames) == ((0, 0, 240, 120), 1)
    for found, wanted in zip(colors_at_corners(seen(view)), CORNERS, strict=True):
        assert is_near(found, wanted)


def test_nothing_is_enlarged(engine: LocalEngine, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(encoded(corners(), "PNG"))
    view = look(engine, tmp_path / "x")
    assert (view.width, view.height) == (48, 32)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_of_an_animation_the_first_frame(engine: LocalEngine, tmp_path: Path, form: str) -> None:
    (tmp_path / "x").write_bytes(animated(form))
    view = look(engine, tmp_path / "x")
    assert (view.width, view.height, view.frames) == (40, 24, 3)
    picture = seen(view).convert("RGB")
    assert is_near(picture.getpixel((8, 8)), (200, 20, 20))
    assert is_near(picture.getpixel((15, 8)), (230, 230, 230))


def test_a_photo_is_upright_and_so_is_a_part_of_it(engine: LocalEngine, tmp_path: Path) -> None:
    # As stored: turned by a quarter, so that orientation 6 turns it back.
    (tmp_path / "x").write_bytes(encoded(corners().transpose(Image.Transpose.ROTATE_90), "PNG", orientation=6))
    view = look(engine, tmp_path / "x")
    assert (view.full_width, view.full_height) == (48, 32)
    assert colors_at_corners(seen(view)) == list(CORNERS)
    part = look(engine, tmp_path / "x", region=(24, 16, 24, 16))
    assert (part.width, part.height, part.region) == (24, 16, (24, 16, 24, 16))
    assert seen(part).convert("RGB").getcolors() == [(24 * 16, CORNERS[3])]


@pytest.mark.parametrize(
    ("region", "inside"),
    [
        ((-5, -5, 10, 10), (0, 0, 10, 10)),
        ((40, 30, 50, 50), (40, 30, 8, 2)),
        ((900, 900, 5, 5), (47, 31, 1, 1)),
        ((0, 0, 0, 0), (0, 0, 1, 1)),
    ],
)
def test_a_part_stays_inside(
    engine: LocalEngine, tmp_path: Path, region: tuple[int, int, int, int], inside: tuple[int, int, int, int]
) -> None:
    (tmp_path / "x").write_bytes(encoded(corners(), "PNG"))
    view = look(engine, tmp_path / "x", region=region)
    assert view.region == inside
    assert (view.width, view.height) == inside[2:]


def test_a_part_of_a_large_photo_has_all_its_pixels(engine: LocalEngine, tmp_path: Path) -> None:
    lines = Image.new("RGB", (400, 400), "white")
    for column in range(0, 400, 2):
        lines.paste((0, 0, 0), (column, 0, column + 1, 400))
    (tmp_path / "x").write_bytes(encoded(lines, "JPEG", quality=100, subsampling=0))
    part = seen(look(engine, tmp_path / "x", region=(100, 100, 50, 50))).convert("L")
    assert part.getpixel((0, 10)) < 10
    assert part.getpixel((1, 10)) > 245


def test_transparency_is_premultiplied(engine: LocalEngine, tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (200, 100, 50, 128)).save(tmp_path / "x.png")
    assert is_near(seen(look(engine, tmp_path / "x.png")).getpixel((3, 3)), (100, 50, 25, 128), 1)


def test_a_vector_image_is_drawn_as_large_as_it_is(engine: LocalEngine, tmp_path: Path) -> None:
    head = '<svg xmlns="http://www.w3.org/2000/svg" {}><rect width="40" height="80" fill="#00ff00"/></svg>'
    for name, size in (("own", 'width="400" height="200" viewBox="0 0 80 40"'), ("none", 'viewBox="0 0 80 40"')):
        path = tmp_path / f"{name}.svg"
        path.write_text(head.format(size), encoding="utf-8")
        view = look(engine, path)
        assert view.full_width == 2 * view.full_height
        assert (view.width, view.height) == ((100, 50) if name == "own" else (80, 40))
        assert seen(view).getpixel((10, 10)) == (0, 255, 0, 255)
        assert seen(view).getpixel((view.width - 5, 10)) == (0, 0, 0, 0)
    part = look(engine, tmp_path / "own.svg", region=(190, 0, 20, 20))
    assert [seen(part).getpixel((at, 5))[3] for at in (2, 17)] == [255, 0]


def test_colors_are_those_of_the_profile(engine: LocalEngine, tmp_path: Path) -> None:
    wide = pyvips.Operation.call("profile_load", "p3")
    image = Image.new("RGB", (40, 40), (200, 40, 80))
    image.save(tmp_path / "x.png", icc_profile=wide)
    wanted = ImageCms.profileToProfile(
        image, ImageCms.ImageCmsProfile(io.BytesIO(wide)), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert wanted is not None
    assert is_near(seen(look(engine, tmp_path / "x.png")).convert("RGB").getpixel((8, 8)), wanted.getpixel((0, 0)), 3)


def test_what_cannot_be_seen_is_said(engine: LocalEngine, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(encoded(corners(), "JPEG")[:300])
    with pytest.raises(ImageBrokenError):
        look(engine, tmp_path / "x")
    with pytest.raises(SourceMissingError):
        look(engine, tmp_path / "none")


def test_it_waits_for_no_optimization_and_can_be_given_up(tmp_path: Path) -> None:
    engine = LocalEngine(workers=1, scratch=tmp_path)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledError):
        engine.view(tmp_path / os.devnull, side=10, cancel=cancel)
    engine.close()
