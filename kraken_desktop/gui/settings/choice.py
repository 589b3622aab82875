"""A button to choose with, and what the choice means in a sentence beneath it."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QLabel, QStyle, QVBoxLayout, QWidget

from kraken_desktop.gui.settings.remarks import muted, wrapping


class Choice(QWidget):
    """The button keeps a short name; the sentence may be as long as it needs."""

    def __init__(self, button: QAbstractButton, meaning: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = button
        button.setParent(self)
        button.setAccessibleDescription(meaning)
        self._label = muted(wrapping(QLabel(meaning, self)))
        style = self.style()
        indent = style.pixelMetric(QStyle.PixelMetric.PM_ExclusiveIndicatorWidth) + style.pixelMetric(
            QStyle.PixelMetric.PM_RadioButtonLabelSpacing
        )
        self._label.setContentsMargins(indent, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(button)
        layout.addWidget(self._label)

    @property
    def meaning(self) -> str:
        """The sentence."""
        return self._label.text()

    def set_meaning(self, meaning: str) -> None:
        """Says something else."""
        self._label.setText(meaning)
        self.button.setAccessibleDescription(meaning)
