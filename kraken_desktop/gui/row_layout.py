"""Where things are in the rows of the list, and what the mouse can do with them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from typing import TypeVar

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QStyle

from kraken_desktop.gui.job_lines import can_retry
from kraken_desktop.gui.theme import GRID
from kraken_desktop.model.job import JobStatus

THUMBNAIL = 56
"""Device-independent pixels, both ways."""
ICON = 16
_ACTION = 32
_SIDE = 176
TEXT_LEFT = 4 * GRID + THUMBNAIL
"""From the edge of a row to its text."""


class Action(Enum):
    """What the button of a row does."""

    COPY = "copy"
    RETRY = "retry"
    CANCEL = "cancel"


class Zone(Enum):
    """The parts of a row that answer the mouse on their own."""

    LINK = "link"
    ACTION = "action"
    OPENER = "opener"
    """Shows or hides the images of the job."""


def action_of(status: JobStatus) -> Action | None:
    """What is most wanted of a job in this state."""
    if not status.state.ended:
        return Action.CANCEL
    if can_retry(status):
        return Action.RETRY
    return Action.COPY if status.links else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLayout:
    """Where things are in a row, in device-independent pixels."""

    opener: QRect
    thumbnail: QRect
    first: QRect
    second: QRect
    third: QRect
    state: QRect
    sizes: QRect
    saving: QRect
    action: QRect


def row_height(metrics: QFontMetrics) -> int:
    """The height of the row of a job in this font."""
    return max(THUMBNAIL, 3 * metrics.height() + GRID) + 3 * GRID


def image_row_height(metrics: QFontMetrics) -> int:
    """The height of the row of one image of several."""
    return max(ICON, metrics.height()) + GRID + GRID // 2


def lay_out(rect: QRect, metrics: QFontMetrics, direction: Qt.LayoutDirection) -> RowLayout:
    """Divide a row; mirrored where people read from right to left."""
    line = metrics.height()
    block = 3 * line + GRID
    top = rect.top() + (rect.height() - block) // 2
    tops = (top, top + line + GRID // 2, top + 2 * (line + GRID // 2))
    thumbnail = QRect(rect.left() + 2 * GRID, rect.center().y() - THUMBNAIL // 2 + 1, THUMBNAIL, THUMBNAIL)
    action = QRect(rect.right() + 1 - 2 * GRID - _ACTION, rect.center().y() - _ACTION // 2 + 1, _ACTION, _ACTION)
    side = action.left() - 2 * GRID - _SIDE
    left = thumbnail.right() + 1 + 2 * GRID
    width = max(0, side - 3 * GRID - left)
    made = RowLayout(
        opener=QRect(rect.left(), rect.top(), thumbnail.left() - rect.left(), rect.height()),
        thumbnail=thumbnail,
        first=QRect(left, tops[0], width, line),
        second=QRect(left, tops[1], width, line),
        third=QRect(left, tops[2], width, line),
        state=QRect(side, tops[0], _SIDE, line),
        sizes=QRect(side, tops[1], _SIDE, line),
        saving=QRect(side, tops[2], _SIDE, line),
        action=action,
    )
    return _mirrored(made, rect, direction)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLayout:
    """Where things are in the row of one image of several."""

    name: QRect
    link: QRect
    figures: QRect
    action: QRect


def lay_out_image(rect: QRect, metrics: QFontMetrics, direction: Qt.LayoutDirection) -> ImageLayout:
    """Divide such a row: in the columns of the job's own row."""
    left = rect.left() + TEXT_LEFT
    action = QRect(rect.right() + 1 - 2 * GRID - _ACTION, rect.top(), _ACTION, rect.height() - 1)
    side = action.left() - 2 * GRID - _SIDE
    width = max(0, side - 3 * GRID - left)
    name = min(width * 2 // 5, 18 * metrics.averageCharWidth())
    made = ImageLayout(
        name=QRect(left, rect.top(), name, rect.height()),
        link=QRect(left + name + GRID, rect.top(), max(0, width - name - GRID), rect.height()),
        figures=QRect(side, rect.top(), _SIDE, rect.height()),
        action=action,
    )
    return _mirrored(made, rect, direction)


_Layout = TypeVar("_Layout", RowLayout, ImageLayout)


def _mirrored(made: _Layout, rect: QRect, direction: Qt.LayoutDirection) -> _Layout:
    if direction is Qt.LayoutDirection.LeftToRight:
        return made
    places = {field.name: QStyle.visualRect(direction, rect, getattr(made, field.name)) for field in fields(made)}
    return type(made)(**places)


def fitted_name(folder: str, name: str, metrics: QFontMetrics, width: int) -> str:
    """A source's name with its folder, of which as much is left out as has to be: the name itself goes last."""
    whole = f"{folder}/{name}" if folder else name
    if metrics.horizontalAdvance(whole) <= width:
        return whole
    # One less: parts that are rounded each may be narrower than their sum.
    room = width - metrics.horizontalAdvance(f"/{name}") - 1
    cut = metrics.elidedText(folder, Qt.TextElideMode.ElideMiddle, room) if room > 0 else ""
    return f"{cut}/{name}" if cut else metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width)


def is_on(text: str, place: QRect, metrics: QFontMetrics, direction: Qt.LayoutDirection, point: QPoint) -> bool:
    """Whether a point is on a text at the beginning of its place."""
    if not text:
        return False
    width = min(metrics.horizontalAdvance(text), place.width())
    found = QRect(place.topLeft(), QSize(width, place.height()))
    return QStyle.visualRect(direction, place, found).contains(point)
