"""Paints a row of the list. All in one pass and from one role, so that ten thousand rows scroll smoothly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from kraken_desktop.gui.job_list import Role
from kraken_desktop.gui.progress import share_of
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.theme import GRID, Theme
from kraken_desktop.model.job import JobState, JobStatus, Phase, SourceKind

THUMBNAIL = 56
"""Device-independent pixels, both ways."""
_ICON = 16
_ACTION = 32
_SIDE = 176
_BAR = 4

_STATE_ICONS: dict[JobState, tuple[str, str]] = {
    JobState.QUEUED: ("clock", "muted"),
    JobState.RUNNING: ("upload", "accent"),
    JobState.WAITING: ("clock", "warning"),
    JobState.DONE: ("done", "success"),
    JobState.SKIPPED: ("skipped", "muted"),
    JobState.CANCELLED: ("cancelled", "muted"),
    JobState.FAILED: ("failed", "danger"),
}
"""Icon and color of a state; the state is always a word as well."""


_PHASE_ICONS = {Phase.OPTIMIZING: "shrink", Phase.DOWNLOADING: "download", Phase.CHECKING: "clock"}
"""In the place of the running job's, while it does this."""


class Action(Enum):
    """What the button of a row does."""

    COPY = "copy"
    RETRY = "retry"
    CANCEL = "cancel"


class Zone(Enum):
    """The parts of a row that answer the mouse on their own."""

    LINK = "link"
    ACTION = "action"


def action_of(status: JobStatus) -> Action | None:
    """What is most wanted of a job in this state."""
    if not status.state.ended:
        return Action.CANCEL
    if status.state in {JobState.FAILED, JobState.CANCELLED}:
        return Action.RETRY
    return Action.COPY if status.links else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLayout:
    """Where things are in a row, in device-independent pixels."""

    thumbnail: QRect
    first: QRect
    second: QRect
    third: QRect
    state: QRect
    sizes: QRect
    saving: QRect
    action: QRect


def row_height(metrics: QFontMetrics) -> int:
    """The height of every row in this font."""
    return max(THUMBNAIL, 3 * metrics.height() + GRID) + 3 * GRID


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
        thumbnail=thumbnail,
        first=QRect(left, tops[0], width, line),
        second=QRect(left, tops[1], width, line),
        third=QRect(left, tops[2], width, line),
        state=QRect(side, tops[0], _SIDE, line),
        sizes=QRect(side, tops[1], _SIDE, line),
        saving=QRect(side, tops[2], _SIDE, line),
        action=action,
    )
    if direction is Qt.LayoutDirection.LeftToRight:
        return made
    return RowLayout(
        **{field.name: QStyle.visualRect(direction, rect, getattr(made, field.name)) for field in fields(made)}
    )


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
        """The job under the mouse, and the part of its row."""
        self.just_copied: frozenset[str] = frozenset()

    def zone_at(self, option: QStyleOptionViewItem, status: JobStatus, point: QPoint) -> Zone | None:
        """What is at a point of a row, of which ``option`` has place, font and direction."""
        rect, metrics, direction = option.rect, option.fontMetrics, option.direction
        layout = lay_out(rect, metrics, direction)
        if action_of(status) is not None and layout.action.contains(point):
            return Zone.ACTION
        link = "" if self.row_text.expired(status) else self.row_text.link(status)
        if link and self.row_text.trouble(status) is None:
            width = min(metrics.horizontalAdvance(link), layout.third.width())
            found = QRect(layout.third.topLeft(), QSize(width, layout.third.height()))
            if QStyle.visualRect(direction, layout.third, found).contains(point):
                return Zone.LINK
        return None

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(480, row_height(option.fontMetrics))

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        status = index.data(Role.STATUS)
        if not isinstance(status, JobStatus):
            return
        painter.save()
        painter.setLayoutDirection(option.direction)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        _Painting(self, painter, option, status).paint()
        painter.restore()


class _Painting:
    """One row being painted."""

    def __init__(
        self, delegate: JobDelegate, painter: QPainter, option: QStyleOptionViewItem, status: JobStatus
    ) -> None:
        self._delegate = delegate
        self._theme = delegate.theme
        self._text = delegate.row_text
        self._painter = painter
        self._option = option
        self._status = status
        self._metrics = option.fontMetrics
        self._layout = lay_out(option.rect, option.fontMetrics, option.direction)
        self._scale = painter.device().devicePixelRatioF()

    @property
    def _hovered(self) -> bool:
        return self._delegate.hovered is not None and self._delegate.hovered[0] == self._status.job.id

    def _over(self, zone: Zone) -> bool:
        return self._hovered and self._delegate.hovered is not None and self._delegate.hovered[1] is zone

    def paint(self) -> None:
        self._ground()
        self._picture()
        self._words()
        self._side()
        self._button()

    def _ground(self) -> None:
        state, rect, painter = self._option.state, self._option.rect, self._painter
        selected = bool(state & QStyle.StateFlag.State_Selected)
        ground = "selection" if selected else "hover" if self._hovered else "base"
        painter.fillRect(rect, self._theme.color(ground))
        line = QRect(self._layout.first.left(), rect.bottom(), rect.width() - self._layout.first.left(), 1)
        painter.fillRect(QStyle.visualRect(self._option.direction, rect, line), self._theme.color("border"))
        if selected:
            bar = QRect(rect.left(), rect.top(), 4, rect.height())
            painter.fillRect(QStyle.visualRect(self._option.direction, rect, bar), self._theme.color("accent"))
        focus = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
        if state & focus == focus:
            painter.setPen(QPen(self._theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 2, -2, -3), 4, 4)

    def _picture(self) -> None:
        place = self._layout.thumbnail
        picture = self._delegate.thumbnail(self._status, self._scale)
        if picture is not None:
            self._painter.drawPixmap(place, picture)
            return
        painter = self._painter
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("track"))
        painter.drawRoundedRect(QRectF(place), GRID, GRID)
        source = self._status.job.source
        is_address = source.kind is SourceKind.URL
        label = _URL if is_address else source.extension.removeprefix(".").upper()
        icon = "globe" if is_address else "image"
        top = place.top() + (GRID if label else 18)
        self._icon(icon, "muted", QRect(place.center().x() - 9, top, 20, 20))
        font = QFont(self._option.font)
        font.setPointSizeF(font.pointSizeF() * 0.78)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(self._theme.color("muted"))
        painter.drawText(place.adjusted(0, 30, 0, -4), Qt.AlignmentFlag.AlignCenter, label)

    def _words(self) -> None:
        status, layout = self._status, self._layout
        self._line(layout.first, self._text.name(status), "text", bold=True, middle=True)
        trouble = self._text.trouble(status)
        if trouble is not None:
            color = "danger" if status.state is JobState.FAILED else "warning"
            self._line(layout.second, trouble.what, color)
            self._line(layout.third, trouble.remedy or trouble.why, "text")
            return
        self._line(layout.second, self._text.destination(status), "muted", middle=True)
        if status.state is JobState.RUNNING:
            self._progress_bar()
        elif expired := self._text.expired(status):
            self._line(layout.third, expired, "warning")
        elif link := self._text.link(status):
            self._line(layout.third, link, "accent", middle=True, underlined=self._over(Zone.LINK))
        elif note := self._text.note(status):
            self._line(layout.third, note, "muted")

    def _progress_bar(self) -> None:
        third = self._layout.third
        track = QRect(third.left(), third.center().y() - _BAR // 2 + 1, min(third.width(), 40 * GRID), _BAR)
        done = QRect(track.left(), track.top(), round(track.width() * share_of(self._status)), _BAR)
        self._painter.setPen(Qt.PenStyle.NoPen)
        for rect, name in ((track, "track"), (done, "accent")):
            if rect.width() > 0:
                self._painter.setBrush(self._theme.color(name))
                visible = QStyle.visualRect(self._option.direction, third, rect)
                self._painter.drawRoundedRect(QRectF(visible), _BAR / 2, _BAR / 2)

    def _side(self) -> None:
        status, layout, direction = self._status, self._layout, self._option.direction
        icon, color = _STATE_ICONS[status.state]
        if status.state is JobState.RUNNING and status.progress is not None:
            icon = _PHASE_ICONS.get(status.progress.phase, icon)
        if status.state is JobState.QUEUED and status.waiting_for is not None:
            icon, color = "pause", "warning"
        place = QRect(layout.state.left(), layout.state.center().y() - _ICON // 2 + 1, _ICON, _ICON)
        self._icon(icon, color, QStyle.visualRect(direction, layout.state, place))
        words = layout.state.adjusted(_ICON + GRID, 0, 0, 0)
        self._line(QStyle.visualRect(direction, layout.state, words), self._text.state(status), color, bold=True)
        self._line(layout.sizes, self._text.sizes(status), "muted")
        saving = self._text.saving(status)
        if saving:
            self._pill(saving)

    def _pill(self, text: str) -> None:
        place = self._layout.saving
        width = self._metrics.horizontalAdvance(text) + 2 * GRID
        pill = QStyle.visualRect(
            self._option.direction, place, QRect(place.left(), place.top() - 1, width, place.height() + 2)
        )
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._theme.color("success_soft"))
        self._painter.drawRoundedRect(QRectF(pill), pill.height() / 2, pill.height() / 2)
        self._painter.setFont(self._option.font)
        self._painter.setPen(self._theme.color("success"))
        self._painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)

    def _button(self) -> None:
        action = action_of(self._status)
        if action is None:
            return
        place = self._layout.action
        copied = self._status.job.id in self._delegate.just_copied
        if self._over(Zone.ACTION):
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(self._theme.color("accent_soft"))
            self._painter.drawRoundedRect(QRectF(place), 6, 6)
        color = "success" if copied else "accent" if self._over(Zone.ACTION) else "muted"
        self._icon("check" if copied else action.value, color, place.adjusted(6, 6, -6, -6))

    # --- the pieces ---

    def _line(
        self,
        place: QRect,
        text: str,
        color: str,
        *,
        bold: bool = False,
        middle: bool = False,
        underlined: bool = False,
    ) -> None:
        if not text:
            return
        font = QFont(self._option.font)
        font.setUnderline(underlined)
        metrics = self._metrics
        if bold:
            font.setWeight(QFont.Weight.DemiBold)
            metrics = QFontMetrics(font)
        mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self._painter.setFont(font)
        self._painter.setPen(self._theme.color(color))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        self._painter.drawText(place, flags | Qt.TextFlag.TextSingleLine, metrics.elidedText(text, mode, place.width()))

    def _icon(self, name: str, color: str, place: QRect) -> None:
        self._painter.drawPixmap(place, self._theme.pixmap(name, color, place.width(), self._scale))


_URL = "URL"
