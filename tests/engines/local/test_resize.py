"""Pictures in new sizes."""

from __future__ import annotations

import numpy as np
import pytest
import pyvips
from PIL import Image

from kraken_desktop.engines.local.picture import Animation, Picture, Pixels
from kraken_desktop.engines.local.resize import least_shrink, resized
from kraken_desktop.model.geometry import place
from kraken_desktop.model.recipe import CropMode, Resize, Strategy
from tests.support import pictures
from tests.support.pictures import CORNERS


def picture_of(image: Image.Image, **options: object) -> Picture:
    pixels = pyvips.Image.new_from_memory(
        image.tobytes(), image.width, image.height, len(image.getbands()), "uchar"
    ).copy(interpretation="b-w" if len(image.getbands()) < 3 else "srgb")
    return Picture(pixels=pixels, width=image.width, height=image.height, **options)  # type: ignore[arg-type]


def shown(pixels: Pixels) -> Image.Image:
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[pixels.bands]
    return Image.frombytes(mode, (pixels.width, pixels.height), bytes(pixels.write_to_memory()))


def near(color_there: object, color_wanted: tuple[int, ...]) -> bool:
    return pictures.is_near(color_there, color_wanted)  # type: ignore[arg-type]


RESIZES = [
    Resize(strategy=Strategy.EXACT, width=30, height=30),
    Resize(strategy=Strategy.EXACT, width=100, height=7),
    Resize(strategy=Strategy.PORTRAIT, height=9),
    Resize(strategy=Strategy.LANDSCAPE, width=17),
    Resize(strategy=Strategy.LANDSCAPE, width=900),
    Resize(strategy=Strategy.AUTO, width=25, height=25),
    Resize(strategy=Strategy.FIT, width=20, height=30),
    Resize(strategy=Strategy.CROP, width=31, height=8, crop_mode=CropMode.BOTTOM),
    Resize(strategy=Strategy.SQUARE, size=13),
    Resize(strategy=Strategy.SQUARE, size=64),
    Resize(strategy=Strategy.FILL, width=40, height=40),
    Resize(strategy=Strategy.FILL, width=9, height=50, background="#123"),
]


@pytest.mark.parametrize("resize", RESIZES, ids=lambda each: f"{each.strategy}-{each.width}-{each.height}")
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA"])
def test_every_strategy_gives_its_size(resize: Resize, mode: str) -> None:
    made = resized(picture_of(pictures.corners().convert(mode)), resize)
    assert (made.width, made.height) == (made.pixels.width, made.pixels.height) == place((48, 32), resize).canvas
    assert len(made.pixels.write_to_memory()) == made.width * made.height * made.pixels.bands


def test_no_resize_leaves_the_picture_alone() -> None:
    picture = picture_of(pictures.corners())
    assert resized(picture, None) is picture
    assert resized(picture, Resize(strategy=Strategy.LANDSCAPE, width=500)) is picture


def test_exact_stretches_all_of_it() -> None:
    made = shown(resized(picture_of(pictures.corners()), Resize(strategy=Strategy.EXACT, width=20, height=60)).pixels)
    assert all(near(*pair) for pair in zip(pictures.colors_at_corners(made), CORNERS, strict=True))


def test_crop_keeps_the_middle_or_the_bottom() -> None:
    image = Image.new("RGB", (20, 60), (255, 0, 0))
    image.paste((0, 255, 0), (0, 20, 20, 40))
    image.paste((0, 0, 255), (0, 40, 20, 60))
    wanted = {CropMode.CENTER: (0, 255, 0), CropMode.BOTTOM: (0, 0, 255)}
    for mode, middle in wanted.items():
        resize = Resize(strategy=Strategy.CROP, width=10, height=10, crop_mode=mode)
        assert near(shown(resized(picture_of(image), resize).pixels).getpixel((5, 5)), middle)


def test_fill_shows_the_background_beside_the_picture() -> None:
    resize = Resize(strategy=Strategy.FILL, width=60, height=80, background="#0a0b0c")
    made = shown(resized(picture_of(pictures.corners()), resize).pixels)
    assert made.getpixel((30, 5)) == made.getpixel((30, 75)) == (10, 11, 12)
    assert near(made.getpixel((5, 25)), CORNERS[0])


def test_fill_lays_what_is_transparent_on_the_background() -> None:
    image = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    made = resized(picture_of(image), Resize(strategy=Strategy.FILL, width=20, height=20, background="#00ff00"))
    assert shown(made.pixels).getextrema() == ((0, 0), (255, 255), (0, 0))


def test_gray_stays_gray_on_a_gray_background_only() -> None:
    gray = picture_of(pictures.corners().convert("L"))
    assert resized(gray, Resize(strategy=Strategy.FILL, width=9, height=99)).pixels.bands == 1
    colored = resized(gray, Resize(strategy=Strategy.FILL, width=9, height=99, background="#f00"))
    assert shown(colored.pixels).getpixel((4, 2)) == (255, 0, 0)


def test_the_color_of_invisible_pixels_never_shows() -> None:
    image = Image.new("RGBA", (40, 40), (0, 255, 0, 0))
    image.paste((255, 0, 0, 255), (10, 10, 30, 30))
    made = shown(resized(picture_of(image), Resize(strategy=Strategy.SQUARE, size=13)).pixels)
    seen = np.asarray(made).reshape(-1, 4)
    assert seen[seen[:, 3] > 20][:, 1].max() < 12


def test_sixteen_bits_stay() -> None:
    pixels = pyvips.Image.new_from_buffer(pictures.deep_png(), "")
    picture = Picture(pixels=pixels, width=32, height=16, is_deep=True)
    made = resized(picture, Resize(strategy=Strategy.FILL, width=10, height=10, enhance=True)).pixels
    assert made.format == "ushort"
    assert made.interpretation == "rgb16"
    assert made(0, 0) == [65535.0, 65535.0, 65535.0]
    assert len({made(x, 5)[0] for x in range(10)}) > 5


def test_each_frame_is_placed_by_itself() -> None:
    frames = [Image.new("RGB", (20, 10), shade) for shade in CORNERS]
    joined = Image.new("RGB", (20, 40))
    for index, frame in enumerate(frames):
        joined.paste(frame, (0, 10 * index))
    picture = picture_of(joined)
    picture = Picture(pixels=picture.pixels, width=20, height=10, animation=Animation(delays=(10, 20, 30, 40), loop=0))
    made = resized(picture, Resize(strategy=Strategy.FIT, width=5, height=5))
    assert (made.width, made.height, made.frames) == (5, 5, 4)
    assert [shown(made.pixels).getpixel((2, 2 + 5 * index)) for index in range(4)] == list(CORNERS)


def test_enhance_makes_edges_steeper() -> None:
    image = Image.new("L", (80, 80), 60)
    image.paste(190, (40, 0, 80, 80))
    plain, sharp = (
        np.asarray(shown(resized(picture_of(image), Resize(strategy=Strategy.SQUARE, size=27, enhance=each)).pixels))
        for each in (False, True)
    )
    assert np.abs(np.diff(sharp.astype(int), axis=1)).max() > np.abs(np.diff(plain.astype(int), axis=1)).max()


def test_enhance_leaves_transparency_alone() -> None:
    image = pictures.corners().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    plain, sharp = (
        shown(resized(picture_of(image), Resize(strategy=Strategy.SQUARE, size=20, enhance=each)).pixels)
        for each in (False, True)
    )
    assert plain.getchannel("A").tobytes() == sharp.getchannel("A").tobytes()
    assert plain.tobytes() != sharp.tobytes()


def test_a_picture_that_was_decoded_smaller_gives_the_same() -> None:
    whole = picture_of(pictures.corners(96, 64))
    half = picture_of(pictures.corners(48, 32))
    for resize in RESIZES:
        made, other = resized(whole, resize), resized(half, resize, (96, 64))
        assert (made.width, made.height) == (other.width, other.height)
    resize = Resize(strategy=Strategy.FIT, width=16, height=8)
    pairs = zip(*(pictures.colors_at_corners(shown(each.pixels)) for each in (
        resized(whole, resize), resized(half, resize, (96, 64)))), strict=True)  # fmt: skip
    assert all(near(*pair) for pair in pairs)


@pytest.mark.parametrize(
    ("resizes", "wanted"),
    [
        ([Resize(strategy=Strategy.LANDSCAPE, width=100)], 4.0),
        ([Resize(strategy=Strategy.LANDSCAPE, width=100), Resize(strategy=Strategy.LANDSCAPE, width=200)], 2.0),
        ([Resize(strategy=Strategy.LANDSCAPE, width=100), None], 1.0),
        ([Resize(strategy=Strategy.EXACT, width=100, height=300)], 1.0),
        ([Resize(strategy=Strategy.SQUARE, size=50)], 6.0),
        ([], 1.0),
    ],
)
def test_how_much_a_decoder_may_leave_out(resizes: list[Resize | None], wanted: float) -> None:
    assert least_shrink((400, 300), resizes) == wanted
