"""A table of names and values: tags, metadata, headers."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from kraken_desktop.model.profile import Pairs

_MOST_ROWS_SHOWN = 6


class PairsEditor(QWidget):
    """Rows are added with the button or Insert, removed with the button or Delete, edited with F2 or by typing.

    A row with neither name nor value does not count.

    Signals:
        edited: a cell or the number of rows changed by the person's hand.
    """

    edited = Signal()

    def __init__(self, name: str, *, most: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most = most
        self.table = QTableWidget(0, 2, self)
        self.table.setAccessibleName(name)
        self.table.setHorizontalHeaderLabels([self.tr("Name"), self.tr("Value")])
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setStyleSheet("QTableView { border: 1px solid palette(dark); }")
        self.table.setColumnWidth(0, 176)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        triggers = QAbstractItemView.EditTrigger
        self.table.setEditTriggers(
            triggers.DoubleClicked | triggers.SelectedClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed
        )
        self.table.installEventFilter(self)
        self.add_button = QPushButton(self.tr("Add a row"), self)
        self.remove_button = QPushButton(self.tr("Remove the row"), self)
        for button, what in (
            (self.add_button, self.tr("Add a row: %s")),
            (self.remove_button, self.tr("Remove the row: %s")),
        ):
            button.setAutoDefault(False)
            button.setAccessibleName(what.replace("%s", name))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.remove_button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.table)
        layout.addLayout(buttons)
        # Without a policy of its own a label's letter would not lead here.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.table)
        self.table.itemChanged.connect(lambda _item: self._on_edited())
        self.table.currentCellChanged.connect(lambda *_cells: self._render())
        self.add_button.clicked.connect(self.add_row)
        self.remove_button.clicked.connect(self.remove_row)
        self._render()

    def set_pairs(self, pairs: Pairs) -> None:
        """Shows these."""
        self.table.blockSignals(True)
        self.table.setRowCount(0)
        for name, value in pairs:
            self._append(name, value)
        self.table.blockSignals(False)
        self._render()

    def pairs(self) -> Pairs:
        """What stands in the table, white space around it left out."""
        told = ((self._text(row, 0), self._text(row, 1)) for row in range(self.table.rowCount()))
        return tuple((name, value) for name, value in told if name or value)

    def add_row(self) -> None:
        """A new row, ready to be typed into."""
        if not self.add_button.isEnabled():
            return
        self.table.blockSignals(True)
        self._append("", "")
        self.table.blockSignals(False)
        row = self.table.rowCount() - 1
        self._render()
        self.table.setFocus()
        self.table.setCurrentCell(row, 0)
        item = self.table.item(row, 0)
        if item is not None:
            self.table.editItem(item)

    def remove_row(self) -> None:
        """Takes out the row that the cursor is in."""
        row = self.table.currentRow()
        if row < 0:
            return
        self.table.removeRow(row)
        if not self.table.rowCount():
            self.add_button.setFocus()
        self._on_edited()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Insert and Delete add and remove rows."""
        if watched is self.table and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Insert:
                self.add_row()
                return True
            if event.key() == Qt.Key.Key_Delete:
                self.remove_row()
                return True
        return super().eventFilter(watched, event)

    def _append(self, name: str, value: str) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        for column, text in enumerate((name, value)):
            self.table.setItem(row, column, QTableWidgetItem(text))

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return item.text().strip() if item is not None else ""

    def _on_edited(self) -> None:
        self._render()
        self.edited.emit()

    def _render(self) -> None:
        rows = self.table.rowCount()
        self.add_button.setEnabled(self._most is None or rows < self._most)
        self.remove_button.setEnabled(self.table.currentRow() >= 0)
        self.table.setVisible(rows > 0)
        self.remove_button.setVisible(rows > 0)
        self.setFocusProxy(self.table if rows else self.add_button)
        if rows:
            row_height = self.table.verticalHeader().sectionSize(0)
            header = self.table.horizontalHeader().sizeHint().height()
            frame = 2 * self.table.frameWidth()
            self.table.setFixedHeight(header + min(rows, _MOST_ROWS_SHOWN) * row_height + frame)
