"""A picture gets its new size, as ``geometry.place`` has it; an animation frame by frame."""

from __future__ import annotations

from dataclasses import replace

import pyvips

from kraken_desktop.engines.local import color
from kraken_desktop.engines.local.picture import Picture, Pixels
from kraken_desktop.model.geometry import Placement, Size, place
from kraken_desktop.model.recipe import Resize, Strategy


def resized(picture: Picture, resize: Resize | None, full: Size | None = None) -> Picture:
    """The picture in its new size, lazily computed.

    Scaled in sRGB's own light as other programs do, with transparency taken into account: the color of an
    invisible pixel never shows at an edge.

    Args:
        picture: upright.
        resize: None: as it is.
        full: the size of the source, if the picture was decoded smaller; what is to be made follows from this.
    """
    if resize is None:
        return picture
    here = (picture.width, picture.height)
    whole = full or here
    placement = place(whole, resize)
    if _is_nothing(placement, here) and not (resize.strategy is Strategy.FILL and picture.has_alpha):
        return picture
    crop = _scaled_crop(placement.crop, whole, here)
    frames = [
        _frame(picture.pixels.crop(0, index * picture.height, *here), crop, placement, resize)
        for index in range(picture.frames)
    ]
    # Frames may have become colored by the background, all of them alike.
    pixels = frames[0] if len(frames) == 1 else pyvips.Image.arrayjoin(frames, across=1)
    return replace(picture, pixels=pixels, width=placement.canvas[0], height=placement.canvas[1])


def least_shrink(size: Size, resizes: list[Resize | None]) -> float:
    """How many times at least a source is scaled down, over all that is to be made of it; 1 if anything is not."""
    return min((_shrink(place(size, resize)) for resize in resizes), default=1.0)


def _shrink(placement: Placement) -> float:
    _, _, width, height = placement.crop
    return max(1.0, min(width / placement.scaled[0], height / placement.scaled[1]))


def _is_nothing(placement: Placement, here: Size) -> bool:
    return placement.crop == (0, 0, *here) and placement.scaled == placement.canvas == here


def _scaled_crop(crop: tuple[int, int, int, int], full: Size, here: Size) -> tuple[int, int, int, int]:
    """The same part of a picture that was decoded smaller."""
    across, down = here[0] / full[0], here[1] / full[1]
    width = min(here[0], max(1, round(crop[2] * across)))
    height = min(here[1], max(1, round(crop[3] * down)))
    left = min(round(crop[0] * across), here[0] - width)
    top = min(round(crop[1] * down), here[1] - height)
    return left, top, width, height


def _frame(pixels: Pixels, crop: tuple[int, int, int, int], placement: Placement, resize: Resize) -> Pixels:
    scaled = _scaled(pixels.crop(*crop), placement.scaled)
    if resize.enhance:
        scaled = _sharpened(scaled)
    if resize.strategy is not Strategy.FILL:
        return scaled
    # What is transparent shows the background too, as if the image lay on a sheet of it.
    scaled = color.flattened(scaled, resize.background)
    scaled, told = color.background_for(scaled, resize.background)
    return scaled.embed(*placement.offset, *placement.canvas, extend="background", background=told)


def _scaled(pixels: Pixels, size: Size) -> Pixels:
    if (pixels.width, pixels.height) == size:
        return pixels
    across, down = size[0] / pixels.width, size[1] / pixels.height
    if not pixels.hasalpha():
        return pixels.resize(across, vscale=down)
    form, interpretation = pixels.format, pixels.interpretation
    scaled = pixels.premultiply().resize(across, vscale=down).unpremultiply()
    return scaled.rint().cast(form).copy(interpretation=interpretation)


def _sharpened(pixels: Pixels) -> Pixels:
    if not pixels.hasalpha():
        return pixels.sharpen(sigma=0.6).copy(interpretation=pixels.interpretation)
    solid = pixels[: pixels.bands - 1]
    # One band of two, or three of four: what is left has no alpha of its own.
    return solid.sharpen(sigma=0.6).copy(interpretation=pixels.interpretation).bandjoin(pixels[pixels.bands - 1])
