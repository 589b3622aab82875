"""Paints a row of the history: as the list does, with when it was; quietly while its entry is being fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem
from typing_extensions import override

from kraken_desktop.gui.history.lines import HistoryLine, unread_text
from kraken_desktop.gui.history.moments import moment
from kraken_desktop.gui.job_delegate import JobDelegate
from kraken_desktop.gui.job_lines import Line
from kraken_desktop.gui.row_layout import Zone
from kraken_desktop.gui.row_painting import ImagePainting, JobPainting
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.theme import GRID, Theme
from kraken_desktop.model.job import JobStatus

_BARS = ((0.45, 8), (0.7, 6), (0.6, 6))
"""What stands for the lines of text: a share of the width, and a height in device-independent pixels."""


class HistoryDelegate(JobDelegate):
    """Paints what an entry says.

    Args:
        now: aware of the person's zone.
    """

    def __init__(
        self,
        *,
        theme: Theme,
        row_text: RowText,
        thumbnail: Callable[[JobStatus, float], QPixmap | None],
        now: Callable[[], datetime],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(theme=theme, row_text=row_text, thumbnail=thumbnail, parent=parent)
        self.now = now

    @override
    def zone_at(self, option: QStyleOptionViewItem, line: Line, point: QPoint) -> Zone | None:
        if isinstance(line, HistoryLine) and line.is_unread:
            return None
        return super().zone_at(option, line, point)

    @override
    def painting(self, painter: QPainter, option: QStyleOptionViewItem, line: Line) -> JobPainting | ImagePainting:
        if not isinstance(line, HistoryLine) or (line.at is not None and not line.is_unread):
            return super().painting(painter, option, line)
        if line.is_unread:
            return UnreadPainting(self, painter, option, line, unread_text(line) if line.is_lost else "")
        return EntryPainting(self, painter, option, line, moment(line.ended_at, self.now()))


class EntryPainting(JobPainting):
    """The row of an entry.

    Args:
        when: it ended.
    """

    def __init__(
        self, delegate: JobDelegate, painter: QPainter, option: QStyleOptionViewItem, line: Line, when: str
    ) -> None:
        super().__init__(delegate, painter, option, line)
        self._when = when

    @override
    def _words(self) -> None:
        first, direction = self._layout.first, self._option.direction
        width = min(self._metrics.horizontalAdvance(self._when) + 1, first.width() // 2)
        place = QRect(first.right() + 1 - width, first.top(), width, first.height())
        rest = first.adjusted(0, 0, -width - 2 * GRID, 0)
        self._line(QStyle.visualRect(direction, first, place), self._when, "muted")
        self._layout = replace(self._layout, first=QStyle.visualRect(direction, first, rest))
        super()._words()


class UnreadPainting(JobPainting):
    """The row of an entry that is not here yet: grey where its picture and its words will be.

    Args:
        told: why it will never be here; empty while it may.
    """

    def __init__(
        self, delegate: JobDelegate, painter: QPainter, option: QStyleOptionViewItem, line: Line, told: str
    ) -> None:
        super().__init__(delegate, painter, option, line)
        self._told = told

    @override
    def paint(self) -> None:
        self._ground()
        painter, layout = self._painter, self._layout
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("track"))
        painter.drawRoundedRect(QRectF(layout.thumbnail), GRID, GRID)
        if self._told:
            self._line(layout.second, self._told, "muted")
            return
        for line, (share, height) in zip((layout.first, layout.second, layout.third), _BARS, strict=True):
            bar = QRect(line.left(), line.center().y() - height // 2, round(line.width() * share), height)
            bar = QStyle.visualRect(self._option.direction, line, bar)
            painter.drawRoundedRect(QRectF(bar), height / 2, height / 2)
