"""Recipes: their limits, and the fingerprint that goes into every hash."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from kraken_desktop.model.recipe import (
    DEFAULT_RECIPE_ID,
    Chroma,
    KeptMetadata,
    OutputFormat,
    QualityTarget,
    Recipe,
    Resize,
    Strategy,
    Variant,
    rgb,
)


def test_the_default_recipe() -> None:
    recipe = Recipe()
    assert recipe.id == DEFAULT_RECIPE_ID
    assert recipe.lossy
    assert recipe.auto_orient
    assert recipe.quality is None
    assert recipe.keep_metadata == frozenset()


@pytest.mark.parametrize("quality", [None, 1, 100])
def test_quality_within_limits(quality: int | None) -> None:
    assert Recipe(quality=quality).quality == quality


@pytest.mark.parametrize("quality", [0, 101, -1])
def test_quality_beyond_limits(quality: int) -> None:
    with pytest.raises(ValueError, match=f"not {quality}"):
        Recipe(quality=quality)


def test_a_recipe_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Recipe().lossy = False  # type: ignore[misc]


def test_fingerprints_are_pinned() -> None:
    # A change here gives every stored image a new key.
    assert Recipe().fingerprint() == "03a10c4858f3c461"
    full = Recipe(quality=80, keep_metadata=frozenset(KeptMetadata))
    assert full.fingerprint() == "1b5fb4bfea100ef6"


@pytest.mark.parametrize(
    "changes",
    [
        {"lossy": False},
        {"quality": 80},
        {"quality": 81},
        {"auto_orient": False},
        {"keep_metadata": frozenset({KeptMetadata.DATE})},
        {"keep_metadata": frozenset({KeptMetadata.GEOTAG})},
    ],
)
def test_whatever_changes_the_image_changes_the_fingerprint(changes: dict[str, object]) -> None:
    base = Recipe(quality=None)
    assert replace(base, **changes).fingerprint() != base.fingerprint()


@pytest.mark.parametrize("changes", [{"name": "other"}, {"id": "1"}])
def test_names_change_no_fingerprint(changes: dict[str, str]) -> None:
    assert replace(Recipe(), **changes).fingerprint() == Recipe().fingerprint()


def test_quality_means_nothing_without_loss() -> None:
    assert Recipe(lossy=False, quality=50).fingerprint() == Recipe(lossy=False).fingerprint()


def test_the_order_of_metadata_means_nothing() -> None:
    words = list(KeptMetadata)
    prints = {Recipe(keep_metadata=frozenset(each)).fingerprint() for each in (words, reversed(words))}
    assert len(prints) == 1


def test_the_words_are_those_of_kraken_io() -> None:
    assert {word.value for word in KeptMetadata} == {"profile", "date", "copyright", "geotag", "orientation"}


@pytest.mark.parametrize(
    ("strategy", "sizes", "problem"),
    [
        (Strategy.LANDSCAPE, {"height": 5}, "width"),
        (Strategy.PORTRAIT, {"width": 5}, "height"),
        (Strategy.SQUARE, {"width": 5, "height": 5}, "size"),
        (Strategy.FILL, {"width": 5}, "height"),
        (Strategy.EXACT, {"width": 0, "height": 5}, "width"),
        (Strategy.EXACT, {"width": 5, "height": 100_001}, "height"),
    ],
)
def test_a_resize_needs_the_sizes_of_its_strategy(strategy: Strategy, sizes: dict[str, int], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Resize(strategy=strategy, **sizes)  # type: ignore[arg-type]


def test_a_new_field_changes_no_key_until_it_is_used() -> None:
    # Of the version that had the first four fields only: a changed value would give every image a new key.
    assert Recipe().fingerprint() == "03a10c4858f3c461"
    changed = [
        Recipe(target=QualityTarget.FINEST),
        Recipe(chroma=Chroma.FULL),
        Recipe(resize=Resize(strategy=Strategy.LANDSCAPE, width=5)),
        Recipe(resize=Resize(strategy=Strategy.LANDSCAPE, width=6)),
        Recipe(convert=OutputFormat.WEBP),
        Recipe(background="#000000"),
        Recipe(variants=(Variant(name="a"),)),
    ]
    assert len({recipe.fingerprint() for recipe in [Recipe(), *changed]}) == 8


def test_a_variant_inherits_what_it_does_not_say() -> None:
    small = Resize(strategy=Strategy.LANDSCAPE, width=480)
    recipe = Recipe(
        quality=70,
        convert=OutputFormat.WEBP,
        variants=(Variant(name="480", resize=small, quality=50), Variant(name="full", convert=OutputFormat.JPEG)),
    )
    first, second = recipe.outputs(".png")
    assert (first.variant, first.extension, first.quality, first.resize) == ("480", ".webp", 50, small)
    assert (second.variant, second.extension, second.quality, second.resize) == ("full", ".jpg", 70, None)
    assert first.converts
    (plain,) = Recipe().outputs(".png")
    assert (plain.variant, plain.extension, plain.converts) == ("", ".png", False)
    assert Recipe().outputs(".heic")[0].extension == ".jpg"


@pytest.mark.parametrize(
    "wrong",
    [
        {"background": "red"},
        {"variants": tuple(Variant(name=str(number)) for number in range(11))},
        {"variants": (Variant(name="a"), Variant(name="a"))},
    ],
)
def test_a_recipe_refuses_what_no_engine_can_do(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"color|at most|same name"):
        Recipe(**wrong)  # type: ignore[arg-type]


def test_a_color_has_three_parts() -> None:
    assert rgb("#f60") == rgb("#FF6600") == (255, 102, 0)


def test_a_variant_has_a_name_for_a_key() -> None:
    with pytest.raises(ValueError, match="letters"):
        Variant(name="a/b")
