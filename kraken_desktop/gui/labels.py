"""Small parts of pages: labels for text of any length, wrapped or cut with an ellipsis, lines, and looks."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget
from typing_extensions import override


def wrapping_label(text: str, parent: QWidget, look: str = "", *, selectable: bool = False) -> QLabel:
    """Plain text that takes the width it is given and the height it needs."""
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("look", look)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    if selectable:
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return label


class ElidedLabel(QLabel):
    """One line that never asks for more width than there is; what is cut off is in its tool tip."""

    def __init__(self, parent: QWidget, look: str = "") -> None:
        super().__init__(parent)
        self._full = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("look", look)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def full_text(self) -> str:
        """All of it."""
        return self._full

    def set_full_text(self, text: str) -> None:
        """Show as much of it as there is room for."""
        if text != self._full:
            self._full = text
            self.setAccessibleName(text)
            self._cut()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._cut()

    def _cut(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, self.width())
        self.setText(shown)
        self.setToolTip(plain_tip(self._full) if shown != self._full else "")


def plain_tip(text: str) -> str:
    """The text as a tool tip that is never read as markup: Qt would take a name such as ``<img src=…>`` for some."""
    return f"<div>{html.escape(text)}</div>" if "<" in text else text


def line(parent: QWidget) -> QFrame:
    """A thin line across."""
    made = QFrame(parent)
    made.setProperty("look", "line")
    made.setFixedHeight(1)
    return made


def set_look(widget: QWidget, look: str) -> None:
    """Give a widget another look of the style sheet, which Qt goes by only when it is told to."""
    if widget.property("look") != look:
        widget.setProperty("look", look)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
