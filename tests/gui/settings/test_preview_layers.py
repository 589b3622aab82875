"""Where pixels of the original lie in the result."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, QSize

from kraken_desktop.engines.local.protocol import View
from kraken_desktop.gui.settings.preview_layers import image_of, original_layer, original_region, result_layer
from kraken_desktop.model.geometry import place
from kraken_desktop.model.recipe import Resize, Strategy
from kraken_desktop.previewing import Region

SIZE = (400, 200)


def view(region: Region, size: tuple[int, int] = SIZE, pixel: bytes = b"\x01\x02\x03\xff") -> View:
    return View(
        width=region[2],
        height=region[3],
        full_width=size[0],
        full_height=size[1],
        region=region,
        frames=1,
        extension=".png",
        pixels=pixel * (region[2] * region[3]),
    )


RESIZES = {
    "none": None,
    "smaller": Resize(strategy=Strategy.LANDSCAPE, width=100),
    "stretched": Resize(strategy=Strategy.EXACT, width=100, height=100),
    "cropped": Resize(strategy=Strategy.SQUARE, size=100),
    "filled": Resize(strategy=Strategy.FILL, width=100, height=100),
    "enlarged": Resize(strategy=Strategy.EXACT, width=900, height=300),
}


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("none", (0, 0, 400, 200)),
        ("smaller", (0, 0, 100, 50)),
        ("stretched", (0, 0, 100, 100)),
        # What is cut off lies outside, left and right.
        ("cropped", (-50, 0, 200, 100)),
        # And the background shows above and below.
        ("filled", (0, 25, 100, 50)),
        ("enlarged", (0, 0, 900, 300)),
    ],
)
def test_the_original_lies_where_its_pixels_went(name: str, target: tuple[int, int, int, int]) -> None:
    layer = original_layer(view((0, 0, *SIZE)), place(SIZE, RESIZES[name]))
    assert layer.target == QRectF(*target)


@pytest.mark.parametrize("name", RESIZES)
@pytest.mark.parametrize("share", [(0.0, 0.0, 1.0, 1.0), (0.3, 0.4, 0.2, 0.2), (0.9, 0.9, 0.1, 0.1)])
def test_a_part_of_both_shows_the_same(name: str, share: tuple[float, ...]) -> None:
    placement = place(SIZE, RESIZES[name])
    canvas = placement.canvas
    region = (
        round(share[0] * canvas[0]),
        round(share[1] * canvas[1]),
        round(share[2] * canvas[0]),
        round(share[3] * canvas[1]),
    )
    part = original_region(region, placement)
    left, top, width, height = part
    assert left >= 0 <= top
    assert width >= 1 <= height
    assert left + width <= SIZE[0]
    assert top + height <= SIZE[1]
    wanted = QRectF(*region).intersected(QRectF(*placement.offset, *placement.scaled))
    if wanted.isEmpty():
        # Nothing but background: a pixel is as good as none.
        assert (width, height) == (40, 1)
        return
    covered = original_layer(view(part), placement).target
    assert covered.adjusted(-0.01, -0.01, 0.01, 0.01).contains(wanted)
    # And no more than a pixel of the original beyond it.
    slack = (placement.scaled[0] / placement.crop[2], placement.scaled[1] / placement.crop[3])
    assert covered.width() <= wanted.width() + 2 * slack[0] + 0.01
    assert covered.height() <= wanted.height() + 2 * slack[1] + 0.01


def test_a_part_of_the_result_lies_where_it_was() -> None:
    layer = result_layer(view((100, 50, 20, 10)), SIZE)
    assert layer.target == QRectF(100, 50, 20, 10)


def test_an_image_owns_its_pixels_and_is_made_smaller_once() -> None:
    layer = result_layer(view((0, 0, *SIZE)), SIZE)
    assert image_of(view((0, 0, 1, 1))).pixelColor(0, 0).getRgb() == (3, 2, 1, 255)
    small = layer.for_size(QSize(40, 20))
    assert small.size() == QSize(40, 20)
    assert layer.for_size(QSize(40, 20)) is small
    assert layer.for_size(QSize(400, 200)) is layer.image
    assert layer.for_size(QSize(900, 450)) is layer.image
