"""The recipes that are there from the start. Code, not settings: a person's changes are kept under the same ids."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kraken_desktop.model.image_set import grid
from kraken_desktop.model.recipe import (
    Chroma,
    KeptMetadata,
    OutputFormat,
    QualityTarget,
    Recipe,
    Resize,
    Strategy,
)

_RESPONSIVE_FORMATS = (OutputFormat.AVIF, OutputFormat.WEBP, OutputFormat.JPEG)
_RESPONSIVE_WIDTHS = (480, 960, 1600)

_COLORS = frozenset({KeptMetadata.PROFILE})
"""Without its color profile a photo in wide colors looks dull where the engine does not convert it. Telephones take
such photos, and screens of today are photographed in such colors."""
_SHOWN = _COLORS | {KeptMetadata.COPYRIGHT}


def _id(number: int) -> str:
    return f"00000000-0000-4000-8000-0000000001{number:02d}"


BUILT_IN_RECIPES: tuple[Recipe, ...] = (
    Recipe(),
    Recipe(
        id=_id(1),
        name="Web photo",
        resize=Resize(strategy=Strategy.AUTO, width=2048, height=2048),
        keep_metadata=_SHOWN,
    ),
    # Thin colored letters lose their edges where colors are kept in coarser dots than brightness.
    Recipe(id=_id(2), name="Screenshot", target=QualityTarget.FINEST, chroma=Chroma.FULL, keep_metadata=_COLORS),
    Recipe(id=_id(3), name="Lossless", lossy=False, keep_metadata=_SHOWN),
    Recipe(
        id=_id(4),
        name="Responsive set",
        keep_metadata=_COLORS,
        variants=grid(_RESPONSIVE_WIDTHS, _RESPONSIVE_FORMATS),
    ),
    Recipe(
        id=_id(5),
        name="Avatar 256",
        resize=Resize(strategy=Strategy.SQUARE, size=256),
        keep_metadata=_COLORS,
    ),
)
"""The first is the one of every profile that names none."""

BUILT_IN_IDS = frozenset(recipe.id for recipe in BUILT_IN_RECIPES)


def original(recipe_id: str) -> Recipe | None:
    """A built-in recipe as it was at first; None for one of the person's own."""
    return next((each for each in BUILT_IN_RECIPES if each.id == recipe_id), None)


def slug(name: str) -> str:
    """A recipe's name as it may be typed: ``Web photo`` is ``web-photo``."""
    return re.sub(r"[^\w]+", "-", name.casefold()).strip("-_")


def named(recipes: Sequence[Recipe], name: str) -> Recipe | None:
    """The recipe with exactly this name, else with a name that can be typed so.

    A built-in recipe is also found by the name that it had at first.
    """
    typed = slug(name)
    first_id = next((recipe.id for recipe in BUILT_IN_RECIPES if slug(recipe.name) == typed), None)
    candidates = (
        *(recipe for recipe in recipes if recipe.name == name),
        *(recipe for recipe in recipes if slug(recipe.name) == typed),
        *(recipe for recipe in recipes if recipe.id == first_id),
    )
    return next(iter(candidates), None)
