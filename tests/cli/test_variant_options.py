"""An image set as it is typed."""

from __future__ import annotations

import argparse

import pytest

from kraken_desktop.cli.console import UsageError
from kraken_desktop.cli.recipe_options import add_options, changed
from kraken_desktop.model.image_set import grid
from kraken_desktop.model.recipe import Chroma, CropMode, OutputFormat, Recipe, Resize, Strategy, Variant


def recipe_of(*options: str, base: Recipe | None = None) -> Recipe:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_options(parser)
    return changed(base or Recipe(), parser.parse_args(options))


@pytest.mark.parametrize(
    ("typed", "variant"),
    [
        ("a", Variant(name="a")),
        ("a:480w", Variant(name="a", resize=Resize(strategy=Strategy.LANDSCAPE, width=480))),
        ("a:900h", Variant(name="a", resize=Resize(strategy=Strategy.PORTRAIT, height=900))),
        ("a:16w9h", Variant(name="a", resize=Resize(strategy=Strategy.AUTO, width=16, height=9))),
        ("a:400x300", Variant(name="a", resize=Resize(strategy=Strategy.CROP, width=400, height=300))),
        ("a:400x400", Variant(name="a", resize=Resize(strategy=Strategy.SQUARE, size=400))),
        ("a:40x40-fit", Variant(name="a", resize=Resize(strategy=Strategy.FIT, width=40, height=40))),
        ("a:40X30-exact", Variant(name="a", resize=Resize(strategy=Strategy.EXACT, width=40, height=30))),
        (
            "a:#F60:40x30-fill",
            Variant(name="a", resize=Resize(strategy=Strategy.FILL, width=40, height=30, background="#f60")),
        ),
        (
            "a:bottom:40x30:sharpen",
            Variant(
                name="a",
                resize=Resize(strategy=Strategy.CROP, width=40, height=30, crop_mode=CropMode.BOTTOM, enhance=True),
            ),
        ),
        ("a:JPG:444", Variant(name="a", convert=OutputFormat.JPEG, chroma=Chroma.FULL)),
        ("a:webp:q70", Variant(name="a", convert=OutputFormat.WEBP, lossy=True, quality=70)),
        ("a:lossless", Variant(name="a", lossy=False)),
        ("a:lossy", Variant(name="a", lossy=True)),
    ],
)
def test_a_variant(typed: str, variant: Variant) -> None:
    assert recipe_of("--variant", typed).variants == (variant,)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("a b:480w", "name"),
        (":480w", "name"),
        ("a:480", "480"),
        ("a:0w", "1 to 100000"),
        ("a:q0", "1 to 100"),
        ("a:40x30-zoom", "zoom"),
        ("a:sharpen", "needs a size"),
        ("a:9w:#12", "color"),
        ("a:", "nothing"),
    ],
)
def test_what_is_no_variant_is_told(typed: str, why: str) -> None:
    with pytest.raises((argparse.ArgumentError, argparse.ArgumentTypeError), match=why):
        recipe_of("--variant", typed)


def test_widths_and_formats() -> None:
    expected = grid((480, 960), (OutputFormat.AVIF, OutputFormat.JPEG))
    assert recipe_of("--widths", "480,960w", "--formats", "avif, jpg").variants == expected


def test_formats_alone_take_the_size_that_there_is() -> None:
    size = Resize(strategy=Strategy.LANDSCAPE, width=800)
    formats = (OutputFormat.WEBP, OutputFormat.JPEG)
    assert recipe_of("--formats", "webp,jpeg", "--max-width", "800").variants == grid((), formats, size)
    assert recipe_of("--formats", "webp,jpeg", base=Recipe(resize=size)).variants == grid((), formats, size)


def test_a_set_and_one_image_more() -> None:
    made = recipe_of("--widths", "480", "--variant", "square:9x9").variants
    assert [each.name for each in made] == ["480", "square"]


def test_a_set_is_given_up() -> None:
    several = Recipe(variants=grid((1, 2), ()))
    assert recipe_of("--variant", "", base=several).variants == ()
    assert recipe_of("--size", "original", base=several).variants == ()
    assert recipe_of("--format", "same", base=several).variants == ()


def test_finer_points_go_to_every_size_of_a_set() -> None:
    made = recipe_of("--widths", "1,2", "--enhance").variants
    assert all(each.resize is not None and each.resize.enhance for each in made)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--variant", "a", "--variant", "A"), "Two images of the set are named “A”"),
        (("--widths", "1,2,3,4", "--formats", "avif,webp,jpeg"), "The set has 12 images"),
        (("--widths", "1", "--max-width", "5"), "--widths says the sizes"),
        (("--formats", "webp", "--format", "webp"), "--formats says the formats"),
        (("--enhance",), "need a size"),
        (("--crop-mode", "bottom"), "need a size"),
    ],
)
def test_what_does_not_go_together_is_told(options: tuple[str, ...], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        recipe_of(*options)
