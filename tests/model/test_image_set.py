from __future__ import annotations

import pytest

from kraken_desktop.model.image_set import are_apart, free_variant_name, grid, told_apart
from kraken_desktop.model.recipe import OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.model.recipes import BUILT_IN_RECIPES


def wide(width: int) -> Resize:
    return Resize(strategy=Strategy.LANDSCAPE, width=width)


def test_every_width_in_every_format() -> None:
    made = grid((480, 960), (OutputFormat.AVIF, OutputFormat.JPEG))
    assert made == (
        Variant(name="480-avif", resize=wide(480), convert=OutputFormat.AVIF),
        Variant(name="960-avif", resize=wide(960), convert=OutputFormat.AVIF),
        Variant(name="480-jpeg", resize=wide(480), convert=OutputFormat.JPEG),
        Variant(name="960-jpeg", resize=wide(960), convert=OutputFormat.JPEG),
    )


def test_widths_alone_and_formats_alone() -> None:
    assert grid((480, 480, 960), ()) == (Variant(name="480", resize=wide(480)), Variant(name="960", resize=wide(960)))
    assert grid((), (OutputFormat.WEBP,), wide(800)) == (
        Variant(name="webp", resize=wide(800), convert=OutputFormat.WEBP),
    )
    assert grid((), ()) == ()


def test_a_width_out_of_range() -> None:
    with pytest.raises(ValueError, match="width"):
        grid((0,), ())


def test_the_responsive_set_is_what_it_is_called() -> None:
    (responsive,) = [each for each in BUILT_IN_RECIPES if each.name == "Responsive set"]
    outputs = responsive.outputs(".png")
    assert [(each.variant, each.extension, each.resize) for each in outputs] == [
        (f"{width}-{name}", extension, wide(width))
        for name, extension in (("avif", ".avif"), ("webp", ".webp"), ("jpeg", ".jpg"))
        for width in (480, 960, 1600)
    ]


@pytest.mark.parametrize("recipe", BUILT_IN_RECIPES[1:], ids=lambda recipe: recipe.name)
def test_no_built_in_recipe_shifts_colors(recipe: Recipe) -> None:
    assert "profile" in recipe.keep_metadata


def test_free_names() -> None:
    assert free_variant_name("small", ()) == "small"
    assert free_variant_name("small", ("Small", "small-2")) == "small-3"


def test_keys_that_are_the_same_get_the_name_of_the_variant() -> None:
    assert told_apart(("a.avif", "a.jpg"), ("x", "y")) == ("a.avif", "a.jpg")
    assert told_apart(("a.jpg", "A.jpg", "b.jpg"), ("x", "y", "z")) == ("a-x.jpg", "A-y.jpg", "b-z.jpg")
    assert not are_apart(("a.jpg", "A.jpg"))
