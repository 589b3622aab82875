"""How a window behaves on a desktop: its first size, and the keyboard beyond what Qt does by itself."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QAbstractButton, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

LEAST_SIZE, FIRST_SIZE = QSize(640, 440), QSize(960, 680)
"""Of the program's own window."""
_SHARE = 0.9


def resize_within_screen(window: QWidget, wanted: QSize) -> None:
    """Give a window its first size, and leave something of a small screen free around it."""
    window.resize(wanted.boundedTo(window.screen().availableSize() * _SHARE))


def set_tab_order(*widgets: QWidget) -> None:
    """Let the keyboard come to these one after the other."""
    for before, after in pairwise(widgets):
        QWidget.setTabOrder(before, after)


def press_with_enter(window: QWidget, event: QKeyEvent) -> bool:
    """Press the focused button of a window; outside of dialogs Qt's buttons only know the space bar."""
    from PySide6.QtCore import Qt  # slow to load: not before the window is there

    button = window.focusWidget()
    if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter} or not isinstance(button, QAbstractButton):
        return False
    if not event.isAutoRepeat():
        button.click()
    return True
