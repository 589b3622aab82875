"""A line with an arrow that shows and hides what few people need."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget


class Disclosure(QToolButton):
    """Open: what belongs to it is shown.

    Signals:
        turned: with whether it is open now.
    """

    turned = Signal(bool)

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setArrowType(Qt.ArrowType.RightArrow)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        # In line with the labels above and below.
        self.setStyleSheet("QToolButton { padding-left: -6px; }")
        self._is_open = False
        self.set_open(False)
        self.clicked.connect(lambda: self.set_open(not self._is_open))

    @property
    def is_open(self) -> bool:
        """Whether what belongs to it is shown."""
        return self._is_open

    def set_open(self, is_open: bool) -> None:
        """Shows or hides what belongs to it."""
        self._is_open = is_open
        self.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self.setAccessibleDescription(self.tr("expanded") if is_open else self.tr("collapsed"))
        self.turned.emit(is_open)
