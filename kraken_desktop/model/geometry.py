"""Which pixels of an image go where when it gets a new size: one answer for planning and for every engine."""

from __future__ import annotations

from dataclasses import dataclass

from kraken_desktop.model.recipe import CropMode, Resize, Strategy

Size = tuple[int, int]
"""Width and height in pixels, of the upright image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Cut ``crop`` out of the source, scale it to ``scaled``, and lay that on ``canvas`` at ``offset``."""

    crop: tuple[int, int, int, int]
    """Left, top, width, height."""
    scaled: Size
    canvas: Size
    """The size of the result."""
    offset: tuple[int, int] = (0, 0)

    @property
    def pads(self) -> bool:
        """Whether the background shows."""
        return self.scaled != self.canvas


def place(size: Size, resize: Resize | None) -> Placement:
    """How an upright image of this size is resized.

    Portrait, landscape and auto never enlarge (Kraken.io docs, "Image resizing"); the others give the size that
    was asked for.
    """
    width, height = size
    whole = (0, 0, width, height)
    if resize is None:
        return Placement(crop=whole, scaled=size, canvas=size)
    match resize.strategy:
        case Strategy.EXACT:
            box = _box(resize)
            return Placement(crop=whole, scaled=box, canvas=box)
        case Strategy.FIT | Strategy.CROP | Strategy.SQUARE:
            box = _box(resize)
            return Placement(crop=_cropped(size, box, resize.crop_mode), scaled=box, canvas=box)
        case Strategy.FILL:
            box = _box(resize)
            inside = _inside(size, box)
            offset = ((box[0] - inside[0]) // 2, (box[1] - inside[1]) // 2)
            return Placement(crop=whole, scaled=inside, canvas=box, offset=offset)
    by_width = resize.strategy is Strategy.LANDSCAPE or (resize.strategy is Strategy.AUTO and width >= height)
    scaled = _by_width(size, resize.width or 0) if by_width else _by_height(size, resize.height or 0)
    return Placement(crop=whole, scaled=scaled, canvas=scaled)


def fixed_size(resize: Resize | None) -> Size | None:
    """The size of the result where it does not depend on the source; None where it does."""
    if resize is None or resize.strategy in {Strategy.PORTRAIT, Strategy.LANDSCAPE, Strategy.AUTO}:
        return None
    return _box(resize)


def _box(resize: Resize) -> Size:
    if resize.strategy is Strategy.SQUARE:
        return resize.size or 0, resize.size or 0
    return resize.width or 0, resize.height or 0


def _by_width(size: Size, width: int) -> Size:
    return size if width >= size[0] else (width, max(1, round(size[1] * width / size[0])))


def _by_height(size: Size, height: int) -> Size:
    return size if height >= size[1] else (max(1, round(size[0] * height / size[1])), height)


def _inside(size: Size, box: Size) -> Size:
    if size[0] * box[1] >= size[1] * box[0]:
        return box[0], min(box[1], max(1, round(size[1] * box[0] / size[0])))
    return min(box[0], max(1, round(size[0] * box[1] / size[1]))), box[1]


def _cropped(size: Size, box: Size, mode: CropMode) -> tuple[int, int, int, int]:
    """The largest part of the image that has the ratio of the box."""
    width, height = size
    if width * box[1] >= height * box[0]:
        kept = min(width, max(1, round(height * box[0] / box[1])))
        return (width - kept) // 2, 0, kept, height
    kept = min(height, max(1, round(width * box[1] / box[0])))
    return 0, height - kept if mode is CropMode.BOTTOM else (height - kept) // 2, width, kept
