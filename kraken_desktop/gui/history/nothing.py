"""What is seen in the place of the list when there is nothing to list."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from kraken_desktop.gui.theme import GRID, Theme

_SIGN = 56


class Nothing(QWidget):
    """Says why there is nothing, and what to do about it.

    Signals:
        clear_wanted: look for everything again.
    """

    clear_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = "history"
        self._sign = QLabel(self)
        self._title = QLabel(self)
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.4)
        font.setWeight(font.Weight.DemiBold)
        self._title.setFont(font)
        self._text = QLabel(self)
        self._text.setProperty("look", "muted")
        for label in (self._sign, self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        self.clear_button = QPushButton(self.tr("&Clear the search"), self)
        self.clear_button.clicked.connect(self.clear_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * GRID, 2 * GRID, 4 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addStretch(1)
        column.addWidget(self._sign)
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addSpacing(GRID)
        column.addWidget(self.clear_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        theme.changed.connect(self._render)
        self.show_reason(is_narrow=False, is_emptied=False)

    @property
    def text(self) -> str:
        """All that is said."""
        return f"{self._title.text()} {self._text.text()}"

    def show_reason(self, *, is_narrow: bool, is_emptied: bool) -> None:
        """Nothing was found, or all was taken out, or nothing was ever uploaded."""
        self._icon = "search" if is_narrow else "history"
        if is_narrow:
            self._title.setText(self.tr("Nothing found"))
            self._text.setText(self.tr("Fewer or other words, another profile or a longer time may find it."))
        else:
            self._title.setText(self.tr("The history is empty now") if is_emptied else self.tr("No history yet"))
            self._text.setText(self.tr("Every image that you upload is kept here with its links."))
        self.clear_button.setVisible(is_narrow)
        self.setAccessibleName(self.text)
        self._render()

    def _render(self) -> None:
        self._sign.setPixmap(self._theme.pixmap(self._icon, "muted", _SIGN, self.devicePixelRatioF()))
