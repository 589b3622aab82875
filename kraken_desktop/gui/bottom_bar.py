"""How a bar below a list is laid out: progress over its whole width, then two lines of words, then what can be done."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from kraken_desktop.gui.theme import GRID


def lay_out(bar: QFrame, progress: QProgressBar, lines: Iterable[QWidget], tools: Iterable[QWidget]) -> None:
    """Put these into the bar; the words get all the room that the tools leave."""
    words = QVBoxLayout()
    words.setSpacing(2)
    for line in lines:
        words.addWidget(line)
    row = QHBoxLayout()
    row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
    row.setSpacing(GRID)
    row.addLayout(words, 1)
    for tool in tools:
        row.addWidget(tool, 0, Qt.AlignmentFlag.AlignVCenter)
    column = QVBoxLayout(bar)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(progress)
    column.addLayout(row)
