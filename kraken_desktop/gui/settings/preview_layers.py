"""Where the pixels of original and result lie on each other: pure geometry, and images made of views."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage

from kraken_desktop.engines.local.protocol import View
from kraken_desktop.model.geometry import Placement, Size
from kraken_desktop.previewing import VIEW_SIDE, Region


@dataclass(slots=True)
class Layer:
    """An image, and where it lies in pixels of the result."""

    image: QImage
    target: QRectF
    _scaled: QImage | None = field(default=None)

    def for_size(self, size: QSize) -> QImage:
        """The image made smaller well if that is needed for so many pixels; the last one is remembered."""
        if size.width() >= self.image.width() or size.isEmpty():
            return self.image
        if self._scaled is None or self._scaled.size() != size:
            self._scaled = self.image.scaled(
                size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        return self._scaled


def image_of(view: View) -> QImage:
    """The pixels of a view, as an image that owns them."""
    form = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(view.pixels, view.width, view.height, 4 * view.width, form).copy()


def result_layer(view: View, canvas: Size) -> Layer:
    """Of a result, or of a part of it."""
    across, down = canvas[0] / view.full_width, canvas[1] / view.full_height
    left, top, width, height = view.region
    return Layer(image_of(view), QRectF(left * across, top * down, width * across, height * down))


def original_layer(view: View, placement: Placement) -> Layer:
    """Of an original, or of a part of it: where its pixels went in the result. What was cut off lies outside."""
    crop_left, crop_top, crop_width, crop_height = placement.crop
    across, down = placement.scaled[0] / crop_width, placement.scaled[1] / crop_height
    left, top, width, height = view.region
    target = QRectF((left - crop_left) * across, (top - crop_top) * down, width * across, height * down)
    return Layer(image_of(view), target.translated(*placement.offset))


def original_region(result: Region, placement: Placement) -> Region:
    """The part of the original that became this part of the result, to whole pixels."""
    crop_left, crop_top, crop_width, crop_height = placement.crop
    across, down = crop_width / placement.scaled[0], crop_height / placement.scaled[1]
    left, top = (result[0] - placement.offset[0]) * across, (result[1] - placement.offset[1]) * down
    right, bottom = left + result[2] * across, top + result[3] * down
    # A part that is nothing but background still asks for a pixel.
    first = (min(max(0, int(left)), crop_width - 1), min(max(0, int(top)), crop_height - 1))
    last = (min(crop_width, ceil(right)), min(crop_height, ceil(bottom)))
    return (
        crop_left + first[0],
        crop_top + first[1],
        max(1, last[0] - first[0]),
        max(1, last[1] - first[1]),
    )


def is_sharp(view: View) -> bool:
    """Whether a view of the whole has all pixels that there are."""
    return max(view.full_width, view.full_height) <= VIEW_SIDE
