"""Recipes: their limits, and the fingerprint that goes into every hash."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from kraken_desktop.model.recipe import DEFAULT_RECIPE_ID, KeptMetadata, Recipe


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
