"""What a recipe does, in one line that a person understands."""

from __future__ import annotations

import pytest

from kraken_desktop.messages import Words
from kraken_desktop.model.recipe import (
    Chroma,
    KeptMetadata,
    OutputFormat,
    QualityTarget,
    Recipe,
    Resize,
    Strategy,
    Variant,
)
from kraken_desktop.model.recipes import BUILT_IN_RECIPES

BUILT_IN = {
    "Web image": "automatic quality",
    "Web photo": "longer side at most 2048; automatic quality; keeps color profile, copyright",
    "Screenshot": "automatic quality, finest, all colors; keeps color profile",
    "Lossless": "lossless; keeps color profile, copyright",
    "Responsive set": "9 images, AVIF, WebP, JPEG, at most 480/960/1600 wide; automatic quality; keeps color profile",
    "Avatar 256": "exactly 256 × 256, cropped; automatic quality; keeps color profile",
}


@pytest.mark.parametrize("recipe", BUILT_IN_RECIPES, ids=lambda recipe: recipe.name)
def test_the_built_in_recipes(recipe: Recipe) -> None:
    assert Words().recipe(recipe) == BUILT_IN[recipe.name]


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        (
            Recipe(convert=OutputFormat.WEBP, resize=Resize(strategy=Strategy.LANDSCAPE, width=800), quality=70),
            "WebP, at most 800 wide; quality 70",
        ),
        (
            Recipe(resize=Resize(strategy=Strategy.AUTO, width=16, height=9, enhance=True), quality=70, lossy=False),
            "at most 16 wide or 9 high, sharpened; lossless",
        ),
        (
            Recipe(resize=Resize(strategy=Strategy.FILL, width=40, height=30), target=QualityTarget.SMALLER),
            "exactly 40 × 30, with a border; automatic quality, smaller",
        ),
        (
            Recipe(sandbox=True, auto_orient=False),
            "automatic quality; not turned upright; only a test: nothing is stored",
        ),
        (Recipe(keep_metadata=frozenset({KeptMetadata.GEOTAG})), "automatic quality; keeps place"),
        (
            Recipe(variants=(Variant(name="a"), Variant(name="b", resize=Resize(strategy=Strategy.SQUARE, size=9)))),
            "2 images, original size, exactly 9 × 9, cropped; automatic quality",
        ),
    ],
)
def test_other_recipes(recipe: Recipe, told: str) -> None:
    assert Words().recipe(recipe) == told


@pytest.mark.parametrize(
    ("variant", "told"),
    [
        (Variant(name="a"), "original size"),
        (
            Variant(name="a", convert=OutputFormat.AVIF, quality=60, chroma=Chroma.FULL),
            "AVIF, original size, quality 60, all colors",
        ),
        (Variant(name="a", lossy=False), "original size, lossless"),
        (Variant(name="a", lossy=True), "original size, automatic quality"),
    ],
)
def test_one_image_of_a_set(variant: Variant, told: str) -> None:
    assert Words().variant(variant) == told
