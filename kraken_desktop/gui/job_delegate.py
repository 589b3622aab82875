"""Paints a row of the list. All in one pass and from one role, so that ten thousand rows scroll smoothly."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QSize
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from kraken_desktop.gui.job_lines import Line, can_open
from kraken_desktop.gui.lines_model import Role
from kraken_desktop.gui.row_layout import (
    Zone,
    action_of,
    image_row_height,
    is_on,
    lay_out,
    lay_out_image,
    row_height,
)
from kraken_desktop.gui.row_painting import ImagePainting, JobPainting
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages.text import shown
from kraken_desktop.model.job import JobStatus


class JobDelegate(QStyledItemDelegate):
    """Paints what the row says.

    Args:
        thumbnail: gives the picture for a row, or None while there is none (and may fetch it).
    """

    def __init__(
        self,
        *,
        theme: Theme,
        row_text: RowText,
        thumbnail: Callable[[JobStatus, float], QPixmap | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.row_text = row_text
        self.thumbnail = thumbnail
        self.hovered: tuple[str, Zone | None] | None = None
        """The line under the mouse, by its key, and the part of it."""
        self.just_copied: frozenset[str] = frozenset()
        """Addresses."""

    def zone_at(self, option: QStyleOptionViewItem, line: Line, point: QPoint) -> Zone | None:
        """What is at a point of a row, of which ``option`` has place, font and direction."""
        rect, metrics, direction = option.rect, option.fontMetrics, option.direction
        if line.image is not None:
            image_layout = lay_out_image(rect, metrics, direction)
            if not line.image.there:
                return None
            if image_layout.action.contains(point):
                return Zone.ACTION
            hindered = bool(self.row_text.hindrance(line.image))
            link = "" if hindered else shown(line.image.url)
            return Zone.LINK if is_on(link, image_layout.link, metrics, direction, point) else None
        status = line.status
        layout = lay_out(rect, metrics, direction)
        if action_of(status) is not None and layout.action.contains(point):
            return Zone.ACTION
        trouble = self.row_text.trouble(status)
        if can_open(status):
            images = "" if trouble else self.row_text.images(status)
            on_images = is_on(images, layout.third, metrics, direction, point)
            return Zone.OPENER if on_images or layout.opener.contains(point) else None
        link = "" if self.row_text.expired(status) or trouble else self.row_text.link(status)
        return Zone.LINK if is_on(link, layout.third, metrics, direction, point) else None

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        line = index.data(Role.LINE)
        height = image_row_height if isinstance(line, Line) and line.at is not None else row_height
        return QSize(480, height(option.fontMetrics))

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        line = index.data(Role.LINE)
        if not isinstance(line, Line):
            return
        painter.save()
        painter.setLayoutDirection(option.direction)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self.painting(painter, option, line).paint()
        painter.restore()

    def painting(self, painter: QPainter, option: QStyleOptionViewItem, line: Line) -> JobPainting | ImagePainting:
        """What paints this line."""
        kind = JobPainting if line.at is None else ImagePainting
        return kind(self, painter, option, line)
