"""A list of named entries with its buttons."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget


class EntryList(QWidget):
    """Names to choose from; what is done with them is the page's affair.

    Signals:
        picked: the id of the entry that the person wants to see.
        add_wanted, duplicate_wanted, delete_wanted, default_wanted: a button was pressed.
    """

    picked = Signal(str)
    add_wanted = Signal()
    duplicate_wanted = Signal()
    delete_wanted = Signal()
    default_wanted = Signal()

    def __init__(self, *, with_default: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = QListWidget(self)
        self._list.setStyleSheet("QListWidget::item { padding: 2px 8px; }")
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.add_button = QPushButton(self.tr("&Add"), self)
        self.duplicate_button = QPushButton(self.tr("D&uplicate"), self)
        self.delete_button = QPushButton(self.tr("De&lete…"), self)
        self.default_button = QPushButton(self.tr("Make &default"), self)
        self.default_button.setVisible(with_default)
        self._buttons = buttons = QGridLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.add_button, 0, 0)
        buttons.addWidget(self.duplicate_button, 0, 1)
        buttons.addWidget(self.delete_button, 1, 0)
        buttons.addWidget(self.default_button, 1, 1)
        for column in (0, 1):
            buttons.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._list, 1)
        layout.addLayout(buttons)
        for button, wanted in (
            (self.add_button, self.add_wanted),
            (self.duplicate_button, self.duplicate_wanted),
            (self.delete_button, self.delete_wanted),
            (self.default_button, self.default_wanted),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(wanted)
        deleting = QShortcut(QKeySequence.StandardKey.Delete, self._list)
        deleting.setContext(Qt.ShortcutContext.WidgetShortcut)
        deleting.activated.connect(self.delete_button.click)
        self._list.currentItemChanged.connect(self._on_current)

    def add_buttons(self, left: QPushButton, right: QPushButton) -> None:
        """Two more, below the others."""
        row = self._buttons.rowCount()
        self._buttons.addWidget(left, row, 0)
        self._buttons.addWidget(right, row, 1)

    def focus_list(self) -> None:
        """Leads to the list, or to what fills it."""
        (self._list if self._list.count() else self.add_button).setFocus()

    def set_name(self, name: str) -> None:
        """How a screen reader calls the list."""
        self._list.setAccessibleName(name)

    def show_entries(self, entries: Iterable[tuple[str, str, str]], current: str | None) -> None:
        """Each with its id, its text and a longer text for those who point at it."""
        self._list.blockSignals(True)
        self._list.clear()
        for entry_id, text, tip in entries:
            item = QListWidgetItem(text, self._list)
            item.setData(Qt.ItemDataRole.UserRole, entry_id)
            item.setToolTip(tip)
            item.setSizeHint(QSize(0, self.fontMetrics().height() + 10))
        self._list.blockSignals(False)
        self.set_current(current)

    def set_current(self, entry_id: str | None) -> None:
        """Marks the entry, without telling anybody."""
        self._list.blockSignals(True)
        for row in range(self._list.count()):
            if self._list.item(row).data(Qt.ItemDataRole.UserRole) == entry_id:
                self._list.setCurrentRow(row)
        self._list.blockSignals(False)

    def texts(self) -> list[str]:
        """What is shown, from top to bottom."""
        return [self._list.item(row).text() for row in range(self._list.count())]

    def pick(self, row: int) -> None:
        """As if the person had chosen the row."""
        self._list.setCurrentRow(row)

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.picked.emit(item.data(Qt.ItemDataRole.UserRole))
