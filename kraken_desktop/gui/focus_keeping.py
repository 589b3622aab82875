"""Where the keyboard goes when the button that had it disappears."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget


class FocusKeeper(QObject):
    """Leads the focus home from a widget that was hidden while it had it.

    Qt gives it to the next widget in the order of Tab, which after the last button of a window is its first field:
    there an arrow key that is meant for the list would choose another profile.

    Args:
        places: those whose buttons come and go.
        home: gives the focus to where it is wanted.
    """

    def __init__(self, places: Sequence[QWidget], home: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._places = places
        self._home = home
        self._window = parent
        self._found: QWidget | None = None
        self._wait = QTimer(self)
        self._wait.setInterval(0)
        self._wait.setSingleShot(True)
        self._wait.timeout.connect(self._go_home)
        cast("QApplication", QApplication.instance()).focusChanged.connect(self._on_moved)

    def _on_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is None or new is None or old.isVisible() or not self._window.isVisible():
            return
        if any(place is old or place.isAncestorOf(old) for place in self._places):
            # What hid it may be about to show another page.
            self._found = new
            self._wait.start()

    def _go_home(self) -> None:
        if QApplication.focusWidget() is self._found:
            self._home()
        self._found = None
