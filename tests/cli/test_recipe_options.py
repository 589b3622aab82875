"""Options of ``put`` become a recipe, or are refused with a reason."""

from __future__ import annotations

import argparse

import pytest

from kraken_desktop.cli.console import UsageError
from kraken_desktop.cli.recipe_options import add_options, changed
from kraken_desktop.model.recipe import (
    KeptMetadata,
    OutputFormat,
    QualityTarget,
    Recipe,
    Resize,
    Strategy,
    Variant,
)

BASE = Recipe(name="mine", quality=70)


def recipe_of(*options: str, base: Recipe = BASE) -> Recipe:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_options(parser)
    return changed(base, parser.parse_args(options))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), BASE),
        (("--lossless",), Recipe(name="mine", quality=70, lossy=False)),
        (("--quality", "55"), Recipe(name="mine", quality=55)),
        (("--target", "finest"), Recipe(name="mine", target=QualityTarget.FINEST)),
        (("--format", "JPG"), Recipe(name="mine", quality=70, convert=OutputFormat.JPEG)),
        (("--format", "webp"), Recipe(name="mine", quality=70, convert=OutputFormat.WEBP)),
        (
            ("--keep-meta", "copyright,date"),
            Recipe(name="mine", quality=70, keep_metadata=frozenset({KeptMetadata.COPYRIGHT, KeptMetadata.DATE})),
        ),
        (("--keep-meta", "none"), BASE),
    ],
)
def test_an_option_changes_its_part_of_the_recipe(options: tuple[str, ...], expected: Recipe) -> None:
    assert recipe_of(*options) == expected


@pytest.mark.parametrize(
    ("options", "resize"),
    [
        (("--max-width", "1600"), Resize(strategy=Strategy.LANDSCAPE, width=1600)),
        (("--max-height", "900"), Resize(strategy=Strategy.PORTRAIT, height=900)),
        (("--max-width", "16", "--max-height", "9"), Resize(strategy=Strategy.AUTO, width=16, height=9)),
        (("--size", "400x300"), Resize(strategy=Strategy.CROP, width=400, height=300)),
        (("--size", "400X300", "--strategy", "fill"), Resize(strategy=Strategy.FILL, width=400, height=300)),
        (("--size", "40x40", "--strategy", "square"), Resize(strategy=Strategy.SQUARE, size=40)),
        (("--size", "40x30", "--strategy", "portrait"), Resize(strategy=Strategy.PORTRAIT, height=30)),
        (("--size", "40x30", "--strategy", "landscape"), Resize(strategy=Strategy.LANDSCAPE, width=40)),
    ],
)
def test_sizes_become_the_strategy_that_they_mean(options: tuple[str, ...], resize: Resize) -> None:
    assert recipe_of(*options).resize == resize


def test_a_size_of_its_own_is_one_image_and_no_set() -> None:
    several = Recipe(variants=(Variant(name="a"), Variant(name="b")))
    assert recipe_of("--max-width", "5", base=several).variants == ()
    assert recipe_of("--lossless", base=several).variants == several.variants


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--lossless", "--quality", "5"), "--lossy"),
        (("--size", "4x4", "--max-width", "5"), "both sides"),
        (("--strategy", "crop"), "--size"),
        (("--size", "4x5", "--strategy", "square"), "equal sides"),
    ],
)
def test_what_does_not_go_together_is_told(options: tuple[str, ...], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        recipe_of(*options)


@pytest.mark.parametrize(
    "options",
    [
        ("--quality", "0"),
        ("--quality", "101"),
        ("--max-width", "0"),
        ("--max-width", "100001"),
        ("--size", "400"),
        ("--size", "0x5"),
        ("--format", "bmp"),
        ("--strategy", "zoom"),
        ("--keep-meta", "everything"),
        ("--target", "best"),
    ],
)
def test_what_is_no_value_is_refused(options: tuple[str, ...]) -> None:
    with pytest.raises((argparse.ArgumentError, argparse.ArgumentTypeError)):
        recipe_of(*options)
