"""Recipes that together say all that a recipe can say."""

from __future__ import annotations

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

_SIDES = {
    Strategy.LANDSCAPE: {"width": 80},
    Strategy.PORTRAIT: {"height": 60},
    Strategy.SQUARE: {"size": 25},
}
RESIZES = [
    *(Resize(strategy=each, **_SIDES.get(each, {"width": 80, "height": 60}), enhance=True) for each in Strategy),
    Resize(strategy=Strategy.AUTO, width=80, height=80),
]
EVERY_RECIPE = [
    Recipe(),
    Recipe(lossy=False, sandbox=True, auto_orient=False, keep_metadata=frozenset(KeptMetadata)),
    Recipe(quality=70, convert=OutputFormat.WEBP),
    *(Recipe(target=each) for each in QualityTarget),
    *(Recipe(chroma=each) for each in Chroma),
    *(Recipe(resize=each) for each in RESIZES),
    Recipe(
        variants=(
            Variant(name="a"),
            Variant(name="b", quality=7, chroma=Chroma.FULL, convert=OutputFormat.PNG),
            Variant(name="c", lossy=True, resize=RESIZES[0]),
        )
    ),
    Recipe(variants=(Variant(name="a", lossy=False),)),
]
