"""The page before the first drop, and the sign over the whole window while something is held above it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from kraken_desktop.gui.routes import place_of, route_story, short_place_of
from kraken_desktop.gui.theme import GRID, Theme
from kraken_desktop.gui.top_bar import publicity
from kraken_desktop.model.profile import Profile

_MARK = 88
_RADIUS = 16


class DropArea(QWidget):
    """A large inviting place to drop images on.

    Signals:
        add_wanted: the button was pressed.
        folder_wanted: another, where images go to a folder.
    """

    add_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._mark = QLabel(self)
        self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = QLabel(self.tr("Drop images here"), self)
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.9)
        font.setWeight(font.Weight.DemiBold)
        self._title.setFont(font)
        self._ways = QLabel(self.tr("Files, folders, or pictures from a web page. Pasting works as well."), self)
        self.button = QPushButton(self.tr("&Add images…"), self)
        self.button.setProperty("look", "primary")
        self.button.clicked.connect(self.add_wanted)
        self.folder_button = QPushButton(self.tr("&Open the folder"), self)
        self.folder_button.setFlat(True)
        self.folder_button.clicked.connect(self.folder_wanted)
        self._destination = QLabel(self)
        self._destination.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self._title, self._ways, self._destination):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        for label in (self._ways, self._destination):
            label.setProperty("look", "muted")

        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(7 * GRID, 6 * GRID, 7 * GRID, 6 * GRID)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self._mark)
        column.addSpacing(3 * GRID)
        column.addWidget(self._title)
        column.addSpacing(GRID)
        column.addWidget(self._ways)
        column.addSpacing(3 * GRID)
        column.addLayout(row)
        column.addSpacing(4 * GRID)
        column.addWidget(self._destination)
        column.addSpacing(GRID)
        column.addWidget(self.folder_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        theme.changed.connect(self._render)
        self._render()

    def set_profile(self, profile: Profile | None) -> None:
        """Say where the images go."""
        if profile is None:
            self._destination.setText("")
            self.folder_button.hide()
            return
        self._destination.setText(route_story(profile))
        self.folder_button.setVisible(bool(profile.folder))

    def _render(self) -> None:
        self._mark.setPixmap(self._theme.pixmap("kraken-desktop", "accent", _MARK, self.devicePixelRatioF()))
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self._theme.color("strong_border"), 1.5)
        pen.setDashPattern([5.0, 4.0])
        painter.setPen(pen)
        painter.setBrush(self._theme.color("base"))
        edge = 3 * GRID
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), _RADIUS, _RADIUS)


class DropOverlay(QWidget):
    """Covers its parent while something that can be dropped is over it."""

    def __init__(self, theme: Theme, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._theme = theme
        self._text = ""
        self._detail = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        over.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    def show_profile(self, profile: Profile | None) -> None:
        """Say where a drop goes; None before the set-up."""
        if profile is None:
            self.show_text(self.tr("Drop to keep it for after the set-up"), "")
            return
        if profile.folder:
            text = self.tr("Drop to put into the folder “{folder}”").replace("{folder}", short_place_of(profile))
        else:
            text = self.tr("Drop to upload to {profile}").replace("{profile}", profile.name)
        self.show_text(text, f"{publicity(profile)[0]} · {place_of(profile)}")

    def show_text(self, text: str, detail: str) -> None:
        """Cover the window, and say what letting go will do."""
        self._text, self._detail = text, detail
        self.setAccessibleName(text)
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() is QEvent.Type.Resize:
            self.setGeometry(self._over.rect())
        return super().eventFilter(watched, event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._theme.color("accent_soft"))
        painter.setPen(QPen(self._theme.color("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inside = QRectF(self.rect()).adjusted(2 * GRID, 2 * GRID, -2 * GRID, -2 * GRID)
        painter.drawRoundedRect(inside, _RADIUS, _RADIUS)

        center = self.rect().center()
        mark = self._theme.pixmap("upload", "accent", 8 * GRID, self.devicePixelRatioF())
        painter.drawPixmap(center.x() - 4 * GRID, center.y() - 10 * GRID, mark)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.7)
        font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(self._theme.color("accent"))
        words = self.rect().adjusted(4 * GRID, 0, -4 * GRID, 0)
        words.setTop(center.y())
        words.setHeight(5 * GRID)
        flags = Qt.AlignmentFlag.AlignCenter
        shown = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideMiddle, words.width())
        painter.drawText(words, flags, shown)
        painter.setFont(self.font())
        painter.setPen(self._theme.color("muted"))
        words.translate(0, 5 * GRID)
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, self._detail)
