"""A new size as a person thinks of it, and the strategy that it means: both ways, and without loss."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kraken_desktop.model.geometry import Size, place
from kraken_desktop.model.recipe import WHITE, CropMode, Resize, Strategy

_NEVER_ENLARGES = frozenset({Strategy.PORTRAIT, Strategy.LANDSCAPE, Strategy.AUTO})


class Sizing(StrEnum):
    """What a person may want of a size."""

    ORIGINAL = "original"
    AT_MOST = "at_most"
    """So wide, so high, or both, with the ratio kept: ``landscape``, ``portrait``, ``auto``."""
    CROPPED = "cropped"
    """Exactly this size, with what does not fit cut off: ``crop``, ``fit``, ``square``."""
    BORDERED = "bordered"
    """Exactly this size, all of the image in it, and a color around it: ``fill``."""
    STRETCHED = "stretched"
    """Exactly this size, whatever becomes of the ratio: ``exact``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A size in a person's words. Unlike a ``Resize`` it may be unfinished: a form can hold it at any time."""

    sizing: Sizing = Sizing.ORIGINAL
    width: int | None = None
    height: int | None = None
    """In pixels of the upright image; of ``AT_MOST`` either may be left open."""
    crop_mode: CropMode = CropMode.CENTER
    """What is kept; of ``CROPPED`` only."""
    background: str = WHITE
    """Of ``BORDERED`` only."""
    enhance: bool = False
    """Sharpen after scaling."""

    @property
    def is_complete(self) -> bool:
        """Whether it says all that its sizing needs."""
        match self.sizing:
            case Sizing.ORIGINAL:
                return True
            case Sizing.AT_MOST:
                return self.width is not None or self.height is not None
            case _:
                return self.width is not None and self.height is not None


def wanted_of(resize: Resize | None) -> Wanted:
    """What a person would say for it."""
    if resize is None:
        return Wanted()
    width, height = resize.width, resize.height
    match resize.strategy:
        case Strategy.LANDSCAPE:
            sizing, height = Sizing.AT_MOST, None
        case Strategy.PORTRAIT:
            sizing, width = Sizing.AT_MOST, None
        case Strategy.AUTO:
            sizing = Sizing.AT_MOST
        case Strategy.CROP | Strategy.FIT:
            sizing = Sizing.CROPPED
        case Strategy.SQUARE:
            sizing, width, height = Sizing.CROPPED, resize.size, resize.size
        case Strategy.FILL:
            sizing = Sizing.BORDERED
        case Strategy.EXACT:
            sizing = Sizing.STRETCHED
    return Wanted(
        sizing=sizing,
        width=width,
        height=height,
        crop_mode=resize.crop_mode,
        background=resize.background,
        enhance=resize.enhance,
    )


def resize_of(wanted: Wanted, like: Resize | None = None) -> Resize | None:
    """The resize that it means; None for the original size.

    Args:
        wanted: what the person said.
        like: what it was before. Where the words are the same this is kept as it is, and of several strategies with
            the same effect its own one stays.

    Raises:
        ValueError: a side is missing or out of range, or the background is no color.
    """
    if wanted_of(like) == wanted:
        return like
    if wanted.sizing is Sizing.ORIGINAL:
        return None
    width, height = wanted.width, wanted.height
    strategy = _strategy(wanted, like)
    is_square = strategy is Strategy.SQUARE
    return Resize(
        strategy=strategy,
        width=None if is_square else width,
        height=None if is_square else height,
        size=width if is_square else None,
        background=wanted.background,
        crop_mode=wanted.crop_mode,
        enhance=wanted.enhance,
    )


def _strategy(wanted: Wanted, like: Resize | None) -> Strategy:
    match wanted.sizing:
        case Sizing.BORDERED:
            return Strategy.FILL
        case Sizing.STRETCHED:
            return Strategy.EXACT
        case Sizing.CROPPED:
            if like is not None and like.strategy in {Strategy.CROP, Strategy.FIT}:
                return like.strategy
            return Strategy.SQUARE if wanted.width == wanted.height else Strategy.CROP
        case _:
            # In the vendor's code portrait fixes the height and landscape the width, whatever its older texts say.
            if wanted.width is not None and wanted.height is not None:
                return Strategy.AUTO
            return Strategy.LANDSCAPE if wanted.width is not None else Strategy.PORTRAIT


def enlarges(resize: Resize | None, size: Size | None = None) -> bool:
    """Whether an image gets more pixels than it has, and looks blurred.

    Args:
        resize: what is asked for.
        size: the image's; None for whether there can be such an image at all.
    """
    if resize is None or resize.strategy in _NEVER_ENLARGES:
        return False
    if size is None:
        return True
    placed = place(size, resize)
    return placed.scaled[0] > placed.crop[2] or placed.scaled[1] > placed.crop[3]
