"""Words for a size mean a strategy, and the strategy gives the words back."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from kraken_desktop.model.recipe import CropMode, Resize, Strategy
from kraken_desktop.model.resizing import Sizing, Wanted, enlarges, resize_of, wanted_of

SIDES = {
    Strategy.LANDSCAPE: {"width": 800},
    Strategy.PORTRAIT: {"height": 600},
    Strategy.SQUARE: {"size": 256},
}


def example(strategy: Strategy, **more: object) -> Resize:
    return Resize(strategy=strategy, **SIDES.get(strategy, {"width": 800, "height": 600}), **more)


EVERY = [
    example(strategy, background=background, crop_mode=mode, enhance=enhance)
    for strategy, background, mode, enhance in product(Strategy, ("#ffffff", "#102030"), CropMode, (False, True))
]


@pytest.mark.parametrize("resize", [None, *EVERY], ids=str)
def test_no_resize_is_changed_by_being_put_into_words(resize: Resize | None) -> None:
    assert resize_of(wanted_of(resize), like=resize) == resize


@pytest.mark.parametrize(
    "resize", [each for each in EVERY if each.strategy is not Strategy.FIT], ids=lambda each: str(each.strategy)
)
def test_the_words_alone_give_the_strategy(resize: Resize) -> None:
    assert resize_of(wanted_of(resize)) == resize


@pytest.mark.parametrize(
    ("wanted", "resize"),
    [
        (Wanted(), None),
        (Wanted(sizing=Sizing.AT_MOST, width=1600), Resize(strategy=Strategy.LANDSCAPE, width=1600)),
        (Wanted(sizing=Sizing.AT_MOST, height=900), Resize(strategy=Strategy.PORTRAIT, height=900)),
        (
            Wanted(sizing=Sizing.AT_MOST, width=1600, height=900),
            Resize(strategy=Strategy.AUTO, width=1600, height=900),
        ),
        (
            Wanted(sizing=Sizing.CROPPED, width=400, height=300, crop_mode=CropMode.BOTTOM),
            Resize(strategy=Strategy.CROP, width=400, height=300, crop_mode=CropMode.BOTTOM),
        ),
        (Wanted(sizing=Sizing.CROPPED, width=400, height=400), Resize(strategy=Strategy.SQUARE, size=400)),
        (
            Wanted(sizing=Sizing.BORDERED, width=400, height=300, background="#000"),
            Resize(strategy=Strategy.FILL, width=400, height=300, background="#000"),
        ),
        (
            Wanted(sizing=Sizing.STRETCHED, width=400, height=300, enhance=True),
            Resize(strategy=Strategy.EXACT, width=400, height=300, enhance=True),
        ),
    ],
)
def test_what_a_person_says(wanted: Wanted, resize: Resize | None) -> None:
    assert resize_of(wanted) == resize


@pytest.mark.parametrize("strategy", [Strategy.FIT, Strategy.CROP])
def test_of_two_strategies_with_the_same_effect_the_own_one_stays(strategy: Strategy) -> None:
    before = Resize(strategy=strategy, width=400, height=300)
    after = resize_of(replace(wanted_of(before), width=300), like=before)
    assert after == Resize(strategy=strategy, width=300, height=300)


def test_a_square_that_is_no_square_any_more_is_a_crop() -> None:
    before = Resize(strategy=Strategy.SQUARE, size=300)
    after = resize_of(replace(wanted_of(before), width=400), like=before)
    assert after == Resize(strategy=Strategy.CROP, width=400, height=300)


def test_sides_that_the_strategy_ignores_are_kept_while_nothing_is_changed() -> None:
    odd = Resize(strategy=Strategy.LANDSCAPE, width=800, height=600)
    assert wanted_of(odd) == Wanted(sizing=Sizing.AT_MOST, width=800)
    assert resize_of(wanted_of(odd), like=odd) is odd


@pytest.mark.parametrize("sizing", [each for each in Sizing if each is not Sizing.ORIGINAL])
def test_an_unfinished_size_is_none(sizing: Sizing) -> None:
    wanted = Wanted(sizing=sizing)
    assert not wanted.is_complete
    with pytest.raises(ValueError, match="needs a"):
        resize_of(wanted)
    one = replace(wanted, width=5)
    assert one.is_complete is (sizing is Sizing.AT_MOST)


@pytest.mark.parametrize(
    ("strategy", "size", "expected"),
    [
        *((strategy, (10, 10), False) for strategy in (Strategy.LANDSCAPE, Strategy.PORTRAIT, Strategy.AUTO)),
        *((strategy, (799, 599), True) for strategy in (Strategy.EXACT, Strategy.CROP, Strategy.FIT, Strategy.FILL)),
        *((strategy, (800, 600), False) for strategy in (Strategy.EXACT, Strategy.CROP, Strategy.FIT, Strategy.FILL)),
        (Strategy.EXACT, (4000, 599), True),
        (Strategy.CROP, (4000, 599), True),
        (Strategy.FILL, (4000, 599), False),
        (Strategy.SQUARE, (255, 4000), True),
        (Strategy.SQUARE, (256, 4000), False),
    ],
)
def test_where_an_image_is_enlarged(strategy: Strategy, size: tuple[int, int], expected: bool) -> None:
    assert enlarges(example(strategy), size) is expected


def test_without_an_image_every_exact_size_may_enlarge() -> None:
    enlarging = {strategy for strategy in Strategy if enlarges(example(strategy))}
    assert enlarging == {Strategy.EXACT, Strategy.FIT, Strategy.CROP, Strategy.SQUARE, Strategy.FILL}
    assert not enlarges(None)
