"""Every strategy gives the size that Kraken.io documents, and stays inside the source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraken_desktop.model.geometry import Placement, fixed_size, place
from kraken_desktop.model.recipe import CropMode, Resize, Strategy


def resize(strategy: Strategy, **more: object) -> Resize:
    sizes = {"square": {"size": 100}, "portrait": {"height": 100}, "landscape": {"width": 200}}
    return Resize(strategy=strategy, **({"width": 200, "height": 100} | sizes.get(strategy, {}) | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "asked", "crop", "scaled", "canvas"),
    [
        ((400, 400), resize(Strategy.EXACT), (0, 0, 400, 400), (200, 100), (200, 100)),
        ((20, 20), resize(Strategy.EXACT), (0, 0, 20, 20), (200, 100), (200, 100)),
        ((400, 300), resize(Strategy.LANDSCAPE), (0, 0, 400, 300), (200, 150), (200, 150)),
        ((150, 300), resize(Strategy.LANDSCAPE), (0, 0, 150, 300), (150, 300), (150, 300)),
        ((400, 300), resize(Strategy.PORTRAIT), (0, 0, 400, 300), (133, 100), (133, 100)),
        ((400, 90), resize(Strategy.PORTRAIT), (0, 0, 400, 90), (400, 90), (400, 90)),
        ((400, 300), resize(Strategy.AUTO), (0, 0, 400, 300), (200, 150), (200, 150)),
        ((300, 400), resize(Strategy.AUTO), (0, 0, 300, 400), (75, 100), (75, 100)),
        ((400, 400), resize(Strategy.FIT), (0, 100, 400, 200), (200, 100), (200, 100)),
        ((400, 400), resize(Strategy.CROP, crop_mode=CropMode.BOTTOM), (0, 200, 400, 200), (200, 100), (200, 100)),
        ((900, 300), resize(Strategy.CROP), (150, 0, 600, 300), (200, 100), (200, 100)),
        ((300, 500), resize(Strategy.SQUARE), (0, 100, 300, 300), (100, 100), (100, 100)),
        ((400, 400), resize(Strategy.FILL), (0, 0, 400, 400), (100, 100), (200, 100)),
        ((10_000, 1), resize(Strategy.LANDSCAPE), (0, 0, 10_000, 1), (200, 1), (200, 1)),
    ],
)
def test_a_strategy_gives_its_size(
    size: tuple[int, int],
    asked: Resize,
    crop: tuple[int, int, int, int],
    scaled: tuple[int, int],
    canvas: tuple[int, int],
) -> None:
    placed = place(size, asked)
    assert (placed.crop, placed.scaled, placed.canvas) == (crop, scaled, canvas)
    assert placed.pads == (asked.strategy is Strategy.FILL)


def test_without_a_resize_everything_stays() -> None:
    assert place((7, 9), None) == Placement(crop=(0, 0, 7, 9), scaled=(7, 9), canvas=(7, 9))


sides = st.integers(1, 20_000)


@given(size=st.tuples(sides, sides), strategy=st.sampled_from(Strategy), box=st.tuples(sides, sides))
def test_nothing_leaves_source_or_canvas(size: tuple[int, int], strategy: Strategy, box: tuple[int, int]) -> None:
    placed = place(size, Resize(strategy=strategy, width=box[0], height=box[1], size=box[0]))
    left, top, width, height = placed.crop
    assert 0 <= left < left + width <= size[0]
    assert 0 <= top < top + height <= size[1]
    assert min(placed.scaled) >= 1
    assert placed.offset[0] + placed.scaled[0] <= placed.canvas[0]
    assert placed.offset[1] + placed.scaled[1] <= placed.canvas[1]
    if strategy in {Strategy.PORTRAIT, Strategy.LANDSCAPE, Strategy.AUTO}:
        assert placed.canvas[0] <= size[0]
        assert placed.canvas[1] <= size[1]


@pytest.mark.parametrize("strategy", Strategy)
def test_a_size_is_fixed_where_every_source_gets_the_same(strategy: Strategy) -> None:
    asked = resize(strategy)
    sizes = {place(size, asked).canvas for size in [(1000, 500), (500, 1000), (3, 3)]}
    assert fixed_size(asked) == (sizes.pop() if len(sizes) == 1 else None)
    assert fixed_size(None) is None
