"""Messages above the list, and the small one that goes by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget
from typing_extensions import override

from kraken_desktop.gui.labels import plain_tip, wrapping_label
from kraken_desktop.gui.theme import GRID, Theme
from kraken_desktop.messages import Message

Act = Callable[[], object]


class Choice(NamedTuple):
    """A button's text, what it does, and what its tool tip says of that."""

    text: str
    act: Act
    told: str = ""


AnyChoice = Choice | tuple[str, Act]

_ICONS = {"danger": "failed", "warning": "warning", "info": "info"}
_COLORS = {"danger": "danger", "warning": "warning", "info": "accent"}
_GRAVITY = {"danger": 0, "warning": 1, "info": 2}
TOAST_MS = 6000
_MOST_OF_A_ROW = 0.5
"""The share of a message's width above which its buttons get a row of their own."""


class Banner(QFrame):
    """One message with its buttons, in the color of its gravity: ``danger``, ``warning`` or ``info``."""

    def __init__(
        self,
        message: Message,
        *,
        look: str,
        theme: Theme,
        choices: Sequence[AnyChoice] = (),
        on_close: Act | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.message = message
        self.countdown = ""
        self.look = look
        self.closable = on_close is not None
        self._theme = theme
        self.setProperty("look", look)
        self._sign = QLabel(self)
        self._sign.setAccessibleName({"danger": self.tr("Error"), "warning": self.tr("Warning")}.get(look, ""))
        told = _rest_of(message)
        what = wrapping_label(message.what, self, "strong", selectable=True)
        rest = wrapping_label(told, self, selectable=True)
        rest.setVisible(bool(rest.text()))
        words = QVBoxLayout()
        words.setSpacing(GRID // 2)
        words.addWidget(what)
        words.addWidget(rest)
        self._what, self._rest = what, rest
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID + GRID // 2, GRID + GRID // 2, GRID, GRID + GRID // 2)
        row.setSpacing(GRID + GRID // 2)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop if told else Qt.AlignmentFlag.AlignVCenter)
        self._row_of_buttons = QHBoxLayout()
        self._row_of_buttons.setSpacing(GRID)
        self.buttons: list[QPushButton] = []
        for text, act, told_before in (Choice(*choice) for choice in choices):
            button = QPushButton(text, self)
            button.setToolTip(plain_tip(told_before))
            button.clicked.connect(act)
            self._row_of_buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
            self.buttons.append(button)
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._middle.setSpacing(GRID + GRID // 2)
        self._middle.addLayout(words, 1)
        self._middle.addLayout(self._row_of_buttons)
        row.addLayout(self._middle, 1)
        self._close = QToolButton(self)
        self._close.setAccessibleName(self.tr("Dismiss this message"))
        self._close.setToolTip(self.tr("Dismiss"))
        self._close.setVisible(on_close is not None)
        if on_close is not None:
            self._close.clicked.connect(on_close)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        self.set_message(message)
        theme.changed.connect(self._paint_icons)
        self._paint_icons()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Beside too many buttons the words would be a tower.
        below = self._row_of_buttons.sizeHint().width() > _MOST_OF_A_ROW * self.width()
        if below != (self._middle.direction() is QBoxLayout.Direction.TopToBottom):
            direction = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
            self._middle.setDirection(direction)
            edge = Qt.AlignmentFlag.AlignLeft if below else Qt.AlignmentFlag(0)
            self._middle.setAlignment(self._row_of_buttons, edge)

    def set_message(self, message: Message) -> None:
        """Say something else, of the same gravity."""
        self.message = message
        self._what.setText(message.what)
        self._set_rest()
        self.setAccessibleName(" ".join(part for part in (message.what, _rest_of(message)) if part))

    def set_countdown(self, text: str) -> None:
        """Say how long until something happens. It is no part of the name: nobody wants to hear it each second."""
        if text != self.countdown:
            self.countdown = text
            self._set_rest()

    def _set_rest(self) -> None:
        told = " ".join(part for part in (_rest_of(self.message), self.countdown) if part)
        self._rest.setText(told)
        self._rest.setVisible(bool(told))

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """What takes the focus of the keyboard, in the order on the screen."""
        return (self._what, self._rest, *self.buttons, self._close)

    def _paint_icons(self) -> None:
        ratio = self.devicePixelRatioF()
        self._sign.setPixmap(self._theme.pixmap(_ICONS[self.look], _COLORS[self.look], 20, ratio))
        self._close.setIcon(self._theme.icon("cancel", "muted"))


def _rest_of(message: Message) -> str:
    return " ".join(part for part in (message.why, message.remedy) if part)


class Banners(QWidget):
    """The messages, one above the other; each has a key, and a newer one takes the place of its older one.

    Args:
        after: the widget that the keyboard comes from.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, after: QWidget | None = None) -> None:
        super().__init__(parent)
        self._after = after
        self._theme = theme
        self._banners: dict[str, Banner] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(2 * GRID, GRID + GRID // 2, 2 * GRID, GRID + GRID // 2)
        self._column.setSpacing(GRID)
        self.hide()

    def show_message(
        self,
        key: str,
        message: Message,
        *,
        look: str = "info",
        choices: Sequence[AnyChoice] = (),
        closable: bool = True,
    ) -> Banner:
        """Show a message until it is dismissed, or taken away by its key."""
        self.remove(key)
        banner = Banner(
            message,
            look=look,
            theme=self._theme,
            choices=choices,
            on_close=(lambda: self.remove(key)) if closable else None,
            parent=self,
        )
        self._banners[key] = banner
        # The gravest first; of the same gravity the newest last.
        above = [each for each in self._banners.values() if _GRAVITY[each.look] <= _GRAVITY[look]]
        self._column.insertWidget(len(above) - 1, banner)
        self._order_stops()
        self.show()
        announce(self, banner.accessibleName())
        return banner

    def remove(self, key: str) -> None:
        """Take a message away."""
        banner = self._banners.pop(key, None)
        if banner is not None:
            self._column.removeWidget(banner)
            banner.hide()
            banner.deleteLater()
        self.setVisible(bool(self._banners))

    def remove_read(self) -> None:
        """Take away what only told something, and asks for nothing."""
        for key in [key for key, banner in self._banners.items() if banner.look == "info" and banner.closable]:
            self.remove(key)

    def _order_stops(self) -> None:
        before = self._after
        # Sorting keeps the order of the same gravity.
        for banner in sorted(self._banners.values(), key=lambda each: _GRAVITY[each.look]):
            for stop in banner.stops:
                if before is not None:
                    QWidget.setTabOrder(before, stop)
                before = stop

    def banner(self, key: str) -> Banner | None:
        """The message with this key, if it is shown."""
        return self._banners.get(key)


class Toast(QFrame):
    """A line at the foot of a widget that says what just happened, and may offer to undo it."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setProperty("look", "toast")
        self._over = over
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._button = QPushButton(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(self._label)
        row.addWidget(self._button)
        self._act: Act | None = None
        self._button.clicked.connect(self._choose)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        over.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._label.text()

    def say(self, text: str, choice: AnyChoice | None = None, milliseconds: int = TOAST_MS) -> None:
        """Say something for a while."""
        self._label.setText(text)
        self._act = choice[1] if choice is not None else None
        self._button.setVisible(choice is not None)
        if choice is not None:
            self._button.setText(choice[0])
        row = self.layout()
        if row is not None:
            row.setContentsMargins(2 * GRID, GRID, GRID if choice is not None else 2 * GRID, GRID)
        self._place()
        self.show()
        self.raise_()
        self._timer.start(milliseconds)
        announce(self._over, text)

    def choose(self) -> None:
        """Do what the button does, if it is there."""
        if self.isVisible() and self._act is not None:
            self._choose()

    def _choose(self) -> None:
        act, self._act = self._act, None
        self.hide()
        if act is not None:
            act()

    def _place(self) -> None:
        wanted = self.sizeHint().expandedTo(QSize(0, 5 * GRID)).boundedTo(self._over.size())
        self.setGeometry(
            (self._over.width() - wanted.width()) // 2,
            self._over.height() - wanted.height() - 2 * GRID,
            wanted.width(),
            wanted.height(),
        )

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader say it."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))
