"""A field of a line to type into, and a button that helps with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLineEdit, QWidget


class LineWithButton(QWidget):
    """The line, with room for a button at its end.

    Signals:
        edited: the text changed by the person's hand.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit(self)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._layout.addWidget(self.line, 1)
        # Without a policy of its own a label's letter would not lead here.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.line)
        self.line.textEdited.connect(self.edited)

    def take_button(self, button: QAbstractButton) -> None:
        """Puts the button at the end of the line."""
        self._layout.addWidget(button)
