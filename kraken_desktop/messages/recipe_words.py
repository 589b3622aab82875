"""A recipe in one line: what becomes of an image."""

from __future__ import annotations

from collections.abc import Iterator

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Translate, fill, identity, number
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
from kraken_desktop.model.resizing import Sizing, wanted_of

FORMATS = {
    OutputFormat.JPEG: "JPEG",
    OutputFormat.PNG: "PNG",
    OutputFormat.GIF: "GIF",
    OutputFormat.WEBP: "WebP",
    OutputFormat.AVIF: "AVIF",
}
"""Names of formats, the same in every language."""

_ORIGINAL = QT_TRANSLATE_NOOP("messages", "original size")
_WIDTHS = QT_TRANSLATE_NOOP("messages", "at most {width} wide")
_HEIGHTS = QT_TRANSLATE_NOOP("messages", "at most {height} high")
_SIDES = QT_TRANSLATE_NOOP("messages", "at most {width} wide or {height} high")
_LONGER_SIDE = QT_TRANSLATE_NOOP("messages", "longer side at most {width}")
_EXACTLY = {
    Sizing.CROPPED: QT_TRANSLATE_NOOP("messages", "exactly {width} × {height}, cropped"),
    Sizing.BORDERED: QT_TRANSLATE_NOOP("messages", "exactly {width} × {height}, with a border"),
    Sizing.STRETCHED: QT_TRANSLATE_NOOP("messages", "exactly {width} × {height}, stretched"),
}
_SHARPENED = QT_TRANSLATE_NOOP("messages", "sharpened")
_LOSSLESS = QT_TRANSLATE_NOOP("messages", "lossless")
_AUTOMATIC = {
    QualityTarget.SMALLER: QT_TRANSLATE_NOOP("messages", "automatic quality, smaller"),
    QualityTarget.BALANCED: QT_TRANSLATE_NOOP("messages", "automatic quality"),
    QualityTarget.FINEST: QT_TRANSLATE_NOOP("messages", "automatic quality, finest"),
}
_QUALITY = QT_TRANSLATE_NOOP("messages", "quality {quality}")
_COLORS = {
    Chroma.HALF: QT_TRANSLATE_NOOP("messages", "coarser colors"),
    Chroma.HORIZONTAL: QT_TRANSLATE_NOOP("messages", "finer colors"),
    Chroma.FULL: QT_TRANSLATE_NOOP("messages", "all colors"),
}
_IMAGES = QT_TRANSLATE_NOOP("messages", "{count} images")
_ONE_OF_A_SET = QT_TRANSLATE_NOOP("messages", "1 image")
_KEEPS = QT_TRANSLATE_NOOP("messages", "keeps {what}")
_KEPT = {
    KeptMetadata.PROFILE: QT_TRANSLATE_NOOP("messages", "color profile"),
    KeptMetadata.DATE: QT_TRANSLATE_NOOP("messages", "date"),
    KeptMetadata.COPYRIGHT: QT_TRANSLATE_NOOP("messages", "copyright"),
    KeptMetadata.GEOTAG: QT_TRANSLATE_NOOP("messages", "place"),
    KeptMetadata.ORIENTATION: QT_TRANSLATE_NOOP("messages", "orientation mark"),
}
_NOT_TURNED = QT_TRANSLATE_NOOP("messages", "not turned upright")
_SANDBOX = QT_TRANSLATE_NOOP("messages", "only a test: nothing is stored")


def resizing(resize: Resize | None, translate: Translate = identity) -> str:
    """A size: ``at most 1600 wide``."""
    wanted = wanted_of(resize)
    width, height = wanted.width, wanted.height
    values = {name: number(side) for name, side in (("width", width), ("height", height)) if side is not None}
    match wanted.sizing:
        case Sizing.ORIGINAL:
            return translate(_ORIGINAL)
        case Sizing.AT_MOST:
            both = _LONGER_SIDE if width == height else _SIDES
            text = _HEIGHTS if width is None else _WIDTHS if height is None else both
        case exact:
            text = _EXACTLY[exact]
    told = fill(translate, text, values)
    return f"{told}, {translate(_SHARPENED)}" if wanted.enhance else told


def variant(told: Variant, translate: Translate = identity) -> str:
    """One image of a set, without its name: ``AVIF, at most 480 wide, quality 60``."""
    parts = [FORMATS[told.convert]] if told.convert is not None else []
    parts.append(resizing(told.resize, translate))
    if told.lossy is False:
        parts.append(translate(_LOSSLESS))
    elif told.quality is not None:
        parts.append(fill(translate, _QUALITY, {"quality": str(told.quality)}))
    elif told.lossy:
        parts.append(translate(_AUTOMATIC[QualityTarget.BALANCED]))
    if told.chroma is not None:
        parts.append(translate(_COLORS[told.chroma]))
    return ", ".join(parts)


def summary(recipe: Recipe, translate: Translate = identity) -> str:
    """All that a recipe does, on one line: ``WebP, at most 1600 wide, automatic quality; keeps copyright``."""
    return "; ".join(
        part
        for part in (
            ", ".join(_images(recipe, translate)),
            ", ".join(_compression(recipe, translate)),
            _kept(recipe, translate),
            translate(_NOT_TURNED) if not recipe.auto_orient else "",
            translate(_SANDBOX) if recipe.sandbox else "",
        )
        if part
    )


def _images(recipe: Recipe, translate: Translate) -> Iterator[str]:
    if not recipe.variants:
        if recipe.convert is not None:
            yield FORMATS[recipe.convert]
        if recipe.resize is not None:
            yield resizing(recipe.resize, translate)
        return
    count = len(recipe.variants)
    yield fill(translate, _IMAGES if count > 1 else _ONE_OF_A_SET, {"count": str(count)})
    formats = dict.fromkeys(each.convert or recipe.convert for each in recipe.variants)
    yield from (FORMATS[form] for form in formats if form is not None)
    sizes = tuple(dict.fromkeys(each.resize for each in recipe.variants))
    if all(each is not None and each.strategy is Strategy.LANDSCAPE and not each.enhance for each in sizes):
        widths = "/".join(str(each.width) for each in sizes if each is not None)
        yield fill(translate, _WIDTHS, {"width": widths})
    else:
        yield from (resizing(each, translate) for each in sizes)


def _compression(recipe: Recipe, translate: Translate) -> Iterator[str]:
    if not recipe.lossy:
        yield translate(_LOSSLESS)
    elif recipe.quality is not None:
        yield fill(translate, _QUALITY, {"quality": str(recipe.quality)})
    else:
        yield translate(_AUTOMATIC[recipe.target])
    if recipe.chroma is not None:
        yield translate(_COLORS[recipe.chroma])


def _kept(recipe: Recipe, translate: Translate) -> str:
    kept = [translate(text) for what, text in _KEPT.items() if what in recipe.keep_metadata]
    return fill(translate, _KEEPS, {"what": ", ".join(kept)}) if kept else ""
