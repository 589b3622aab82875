"""A button that asks somebody far away, and what is seen while no answer has come."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget


class AskingRow(QWidget):
    """The button, and beside it a bar and a word while it works.

    Args:
        text: of the button.
        spoken: what the bar is called.
        meanwhile: said beside it.
    """

    def __init__(self, text: str, *, spoken: str, meanwhile: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QPushButton(text, self)
        self.button.setAutoDefault(False)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(96)
        self._bar.setAccessibleName(spoken)
        self._meanwhile = QLabel(meanwhile, self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.button)
        layout.addWidget(self._bar)
        layout.addWidget(self._meanwhile)
        layout.addStretch(1)
        self.set_asking(False)

    @property
    def is_asking(self) -> bool:
        """Whether the bar is seen."""
        return self._bar.isVisible()

    def set_asking(self, asking: bool) -> None:
        """Whether an answer is waited for."""
        self._bar.setVisible(asking)
        self._meanwhile.setVisible(asking)
