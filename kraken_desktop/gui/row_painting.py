"""Paints the rows of the list: of jobs, and of the images of an open job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from kraken_desktop.gui.job_lines import Line, can_open, images_of
from kraken_desktop.gui.progress import share_of
from kraken_desktop.gui.row_layout import ICON, TEXT_LEFT, Action, Zone, action_of, fitted_name, lay_out, lay_out_image
from kraken_desktop.gui.theme import GRID
from kraken_desktop.messages.text import shown
from kraken_desktop.messages.words import is_sandbox
from kraken_desktop.model.job import JobState, Phase, SourceKind, StoredImage

if TYPE_CHECKING:
    from kraken_desktop.gui.job_delegate import JobDelegate

_BAR = 4
_TRIANGLE = 10

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


_PHASE_ICONS = {
    Phase.FETCHING: "download",
    Phase.OPTIMIZING: "shrink",
    Phase.DOWNLOADING: "download",
    Phase.CHECKING: "clock",
}
"""In the place of the running job's, while it does this."""


class Painting:
    """One row being painted."""

    def __init__(self, delegate: JobDelegate, painter: QPainter, option: QStyleOptionViewItem, line: Line) -> None:
        self._delegate = delegate
        self._theme = delegate.theme
        self._text = delegate.row_text
        self._painter = painter
        self._option = option
        self._row = line
        self._status = line.status
        self._metrics = option.fontMetrics
        self._scale = painter.device().devicePixelRatioF()

    @property
    def _hovered(self) -> bool:
        return self._delegate.hovered is not None and self._delegate.hovered[0] == self._row.key

    def _over(self, zone: Zone) -> bool:
        return self._hovered and self._delegate.hovered is not None and self._delegate.hovered[1] is zone

    def _is_copied(self, images: Sequence[StoredImage]) -> bool:
        good = [image for image in images if not self._text.is_expired(image)]
        return bool(good) and all(image.url in self._delegate.just_copied for image in good)

    def _ground(self) -> None:
        """The row's ground, with the line below it that begins at the text."""
        state, rect, painter = self._option.state, self._option.rect, self._painter
        selected = bool(state & QStyle.StateFlag.State_Selected)
        ground = "selection" if selected else "hover" if self._hovered else "base"
        painter.fillRect(rect, self._theme.color(ground))
        line = QRect(rect.left() + TEXT_LEFT, rect.bottom(), rect.width() - TEXT_LEFT, 1)
        painter.fillRect(QStyle.visualRect(self._option.direction, rect, line), self._theme.color("border"))
        if selected:
            bar = QRect(rect.left(), rect.top(), 4, rect.height())
            painter.fillRect(QStyle.visualRect(self._option.direction, rect, bar), self._theme.color("accent"))
        focus = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
        if state & focus == focus:
            painter.setPen(QPen(self._theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 2, -2, -3), 4, 4)

    # --- the pieces ---

    @property
    def _bold(self) -> QFont:
        font = QFont(self._option.font)
        font.setWeight(QFont.Weight.DemiBold)
        return font

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
        font = self._bold if bold else QFont(self._option.font)
        font.setUnderline(underlined)
        metrics = QFontMetrics(font) if bold else self._metrics
        mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self._painter.setFont(font)
        self._painter.setPen(self._theme.color(color))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        self._painter.drawText(place, flags | Qt.TextFlag.TextSingleLine, metrics.elidedText(text, mode, place.width()))

    def _icon(self, name: str, color: str, place: QRect) -> None:
        self._painter.drawPixmap(place, self._theme.pixmap(name, color, place.width(), self._scale))

    def _action(self, place: QRect, icon: str, *, copied: bool) -> None:
        """A button; ``place`` is what the mouse makes light up."""
        if self._over(Zone.ACTION):
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(self._theme.color("accent_soft"))
            self._painter.drawRoundedRect(QRectF(place), 6, 6)
        color = "success" if copied else "accent" if self._over(Zone.ACTION) else "muted"
        inside = QRect(0, 0, 20, 20)
        inside.moveCenter(place.center())
        self._icon("check" if copied else icon, color, inside)


class JobPainting(Painting):
    """The row of a job."""

    def __init__(self, delegate: JobDelegate, painter: QPainter, option: QStyleOptionViewItem, line: Line) -> None:
        super().__init__(delegate, painter, option, line)
        self._layout = lay_out(option.rect, option.fontMetrics, option.direction)

    def paint(self) -> None:
        """All of it."""
        self._ground()
        self._picture()
        self._words()
        self._side()
        action = action_of(self._status)
        if action is not None:
            self._action(self._layout.action, action.value, copied=self._is_copied(self._status.links))
        if can_open(self._status):
            self._opener()

    def _opener(self) -> None:
        """A triangle that points down where the images are shown, else to them."""
        center, half = QRectF(self._layout.opener).center(), _TRIANGLE / 2
        # Beside the bar of a selected row.
        center += QPointF(2 if self._option.direction is Qt.LayoutDirection.LeftToRight else -2, 0)
        corners: tuple[tuple[float, float], ...] = ((-1.0, -0.6), (1.0, -0.6), (0.0, 0.8))
        if not self._row.is_open:
            sign = 1 if self._option.direction is Qt.LayoutDirection.LeftToRight else -1
            corners = tuple((sign * y, x) for x, y in corners)
        points = [QPointF(center.x() + half * x, center.y() + half * y) for x, y in corners]
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._theme.color("accent" if self._over(Zone.OPENER) else "muted"))
        self._painter.drawPolygon(QPolygonF(points))

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
        source = status.job.source
        name = fitted_name(shown(source.folder), shown(source.name), QFontMetrics(self._bold), layout.first.width())
        self._line(layout.first, name, "text", bold=True, middle=True)
        trouble = self._text.trouble(status)
        if trouble is not None:
            color = "danger" if status.state is JobState.FAILED else "warning"
            self._line(layout.second, trouble.what, color)
            self._line(layout.third, trouble.remedy or trouble.why, "text")
            return
        self._line(layout.second, self._text.destination(status), "muted", middle=True)
        if status.state is JobState.RUNNING:
            self._progress_bar()
        elif images := self._text.images(status):
            self._line(layout.third, images, "accent", underlined=self._over(Zone.OPENER))
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
        if status.state is JobState.DONE and not status.links:
            icon, color = ("cancelled" if images_of(status) and not is_sandbox(status.outcome) else "info"), "muted"
        elif status.state is JobState.DONE and self._text.warning(status) is not None:
            icon, color = "warning", "warning"
        if status.state is JobState.RUNNING and status.progress is not None:
            icon = _PHASE_ICONS.get(status.progress.phase, icon)
        if self._text.is_on_hold(status):
            icon, color = "pause", "warning"
        elif self._text.queue.suspended and status.state in {JobState.QUEUED, JobState.WAITING}:
            icon, color = "pause", "muted"
        place = QRect(layout.state.left(), layout.state.center().y() - ICON // 2 + 1, ICON, ICON)
        self._icon(icon, color, QStyle.visualRect(direction, layout.state, place))
        words = layout.state.adjusted(ICON + GRID, 0, 0, 0)
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


class ImagePainting(Painting):
    """The row of one image of several."""

    def paint(self) -> None:
        """All of it."""
        image, option = self._row.image, self._option
        if image is None:
            return
        layout = lay_out_image(option.rect, option.fontMetrics, option.direction)
        self._ground()
        self._line(layout.name, self._text.variant(self._row), "text")
        hindrance = self._text.hindrance(image)
        if hindrance:
            self._line(layout.link, hindrance, "warning" if image.there else "muted")
        else:
            self._line(layout.link, shown(image.url), "accent", middle=True, underlined=self._over(Zone.LINK))
        self._line(layout.figures, self._text.figures(image), "muted")
        if image.there:
            self._action(layout.action, Action.COPY.value, copied=self._is_copied((image,)))


_URL = "URL"
