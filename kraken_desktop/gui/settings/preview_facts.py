"""What a recipe made of an image, in numbers: bytes, pixels, type; and all images of a set."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from kraken_desktop.engines.local.protocol import Made, View
from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.messages import Words, percent
from kraken_desktop.model.image_types import IMAGE_TYPES
from kraken_desktop.previewing import Previewed

_NO_BREAK = "\u00a0"
_MOST_ROWS = 5
"""Of a set that are in sight at once."""
_TYPE_NAMES = {kind.extension: kind.name for kind in IMAGE_TYPES}


class PreviewFacts(QWidget):
    """Before and after, on two lines, and a table if there are several results.

    Signals:
        picked: the person chose one of the results, by its place.
    """

    picked = Signal(int)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._original: View | None = None
        self._result: Previewed | None = None
        self._image = 0
        self.bytes_line = wrapping(QLabel(self))
        self.bytes_line.setProperty("look", "strong")
        self.pixels_line = wrapping(QLabel(self))
        self.frames_line = muted(wrapping(QLabel(self)))
        self.table = QTableWidget(0, 3, self)
        self.table.setHorizontalHeaderLabels([self.tr("Image"), self.tr("Pixels"), self.tr("Bytes")])
        self.table.setAccessibleName(self.tr("Images of the set; the chosen one is shown"))
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.bytes_line)
        layout.addWidget(self.pixels_line)
        layout.addWidget(self.frames_line)
        layout.addSpacing(4)
        layout.addWidget(self.table)
        self.table.hide()
        self.frames_line.hide()
        self.table.currentCellChanged.connect(self._on_row)

    @property
    def summary(self) -> str:
        """Bytes and the saving, on one line; empty before there is a result."""
        return self.bytes_line.text()

    @property
    def text(self) -> str:
        """Everything that is said, without the table."""
        lines = (self.bytes_line, self.pixels_line, self.frames_line)
        return " ".join(line.text() for line in lines if not line.isHidden() and line.text())

    def show_original(self, view: View) -> None:
        """Takes the facts of the source."""
        self._original = view

    def show_result(self, result: Previewed, image: int) -> None:
        """Shows one of the results, and all of them in the table."""
        self._result, self._image = result, image
        self._fill_table(result)
        self._render()

    def set_outdated(self, is_outdated: bool) -> None:
        """Takes back the stress from numbers of a recipe that is not the newest any more."""
        for line in (self.bytes_line, self.pixels_line):
            line.setEnabled(not is_outdated)

    def clear(self) -> None:
        """Nothing is known any more."""
        self._result = None
        for line in (self.bytes_line, self.pixels_line, self.frames_line):
            line.clear()
        self.frames_line.hide()
        self.table.hide()

    def _fill_table(self, result: Previewed) -> None:
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(result.images))
            for row, made in enumerate(result.images):
                name = made.variant or self.tr("Image")
                told = (name, f"{made.width} × {made.height}", self._words.size(made.bytes))
                for column, text in enumerate(told):
                    self.table.setItem(row, column, QTableWidgetItem(text))
            self.table.setCurrentCell(self._image, 0)
        shown = min(len(result.images), _MOST_ROWS)
        height = self.table.verticalHeader().defaultSectionSize()
        self.table.setMaximumHeight(self.table.horizontalHeader().sizeHint().height() + shown * height + 4)
        self.table.setMinimumHeight(self.table.horizontalHeader().sizeHint().height() + 2 * height)
        self.table.setVisible(len(result.images) > 1)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Names first: without room for all, the pixels of the chosen image above have to do."""
        wanted = sum(self.table.sizeHintForColumn(column) for column in range(self.table.columnCount()))
        bar = self.table.verticalScrollBar().sizeHint().width()
        self.table.setColumnHidden(1, wanted + bar > self.width())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """There may be more room, or less."""
        super().resizeEvent(event)
        self._fit_columns()

    def _on_row(self, row: int, _column: int, before: int, _before_column: int) -> None:
        if row >= 0 and row != before and self._result is not None:
            self._image = row
            self._render()
            self.picked.emit(row)

    def _render(self) -> None:
        original, result = self._original, self._result
        if original is None or result is None:
            return
        made = result.images[self._image]
        size, before, after = self._words.size, result.source_bytes, made.bytes
        told = [f"{size(before)} → {size(after)}", self._saving(before, made)]
        self.bytes_line.setText(", ".join(part for part in told if part))
        was = [f"{original.full_width} × {original.full_height} px", _TYPE_NAMES.get(original.extension, "")]
        now = [f"{made.width} × {made.height} px", _TYPE_NAMES.get(made.extension, "")]
        if not made.width:
            # A vector image without a size of its own.
            was, now = was[1:], now[1:]
        changes = [one if one == other else f"{one} → {other}" for one, other in zip(was, now, strict=True)]
        # A line breaks between the two, or before an arrow.
        parts = (each.replace(" ", _NO_BREAK).replace(f"{_NO_BREAK}→", " →") for each in changes)
        self.pixels_line.setText(", ".join(parts))
        self.frames_line.setText(self.tr("%n frames; the first one is shown", "", original.frames))
        self.frames_line.setVisible(original.frames > 1)

    def _saving(self, before: int, made: Made) -> str:
        if made.already_optimal and made.bytes == before:
            return self._words.already_optimal()
        if made.bytes > before:
            return self.tr("{share} larger").replace("{share}", percent(made.bytes - before, before))
        return self._words.saving(before - made.bytes, before)
