"""A list of named entries with its buttons; or one line with the same, where room is scarce."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kraken_desktop.gui.labels import plain_tip
from kraken_desktop.gui.settings.name_box import NameBox


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
        self._is_compact = False
        self._list = QListWidget(self)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.box = NameBox(self)
        """The list, where it is one line."""
        self.add_button = QPushButton(self.tr("&Add"), self)
        self.duplicate_button = QPushButton(self.tr("D&uplicate"), self)
        self.delete_button = QPushButton(self.tr("De&lete…"), self)
        self.default_button = QPushButton(self.tr("Make &default"), self)
        self.default_button.setVisible(with_default)
        self.actions_button = QPushButton(self.tr("Actions"), self)
        """What the other buttons do, where there is no room for them."""
        self._folded: list[QPushButton] = [
            self.duplicate_button,
            self.delete_button,
            *([self.default_button] if with_default else []),
        ]
        self._menu = QMenu(self.actions_button)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.actions_button.setMenu(self._menu)
        self._buttons = buttons = QGridLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.duplicate_button, 0, 1)
        buttons.addWidget(self.delete_button, 1, 0)
        buttons.addWidget(self.default_button, 1, 1)
        for column in (0, 1):
            buttons.setColumnStretch(column, 1)
        self._line = QHBoxLayout()
        self._line.setSpacing(8)
        self._line.addWidget(self.box, 1)
        self._line.addWidget(self.actions_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._list, 1)
        layout.addLayout(buttons)
        layout.addLayout(self._line)
        for button, wanted in (
            (self.add_button, self.add_wanted),
            (self.duplicate_button, self.duplicate_wanted),
            (self.delete_button, self.delete_wanted),
            (self.default_button, self.default_wanted),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(wanted)
        self.actions_button.setAutoDefault(False)
        deleting = QShortcut(QKeySequence.StandardKey.Delete, self._list)
        deleting.setContext(Qt.ShortcutContext.WidgetShortcut)
        deleting.activated.connect(self.delete_button.click)
        self._list.currentItemChanged.connect(self._on_current)
        self.box.activated.connect(lambda row: self.picked.emit(self.box.itemData(row)))
        self._arrange()

    def add_buttons(self, left: QPushButton, right: QPushButton) -> None:
        """Two more, below the others."""
        row = self._buttons.rowCount()
        self._buttons.addWidget(left, row, 0)
        self._buttons.addWidget(right, row, 1)
        self._folded += [left, right]

    # --- one line ---------------------------------------------------------------------------------

    def set_compact(self, compact: bool) -> None:
        """One line, or a list with its buttons below."""
        if compact == self._is_compact:
            return
        had_focus = self._list.hasFocus() or self.box.hasFocus()
        self._is_compact = compact
        self._arrange()
        if had_focus:
            self.focus_list()

    def list_width(self) -> int:
        """The least width for the list with its buttons."""
        columns: dict[int, int] = {}
        for at, button in enumerate((self.add_button, *self._folded)):
            columns[at % 2] = max(columns.get(at % 2, 0), button.minimumSizeHint().width())
        return sum(columns.values()) + self._buttons.spacing()

    def compact_size(self) -> QSize:
        """The least room for the line."""
        parts = [each.minimumSizeHint() for each in (self.box, self.add_button, self.actions_button)]
        gaps = self._line.spacing() * (len(parts) - 1)
        return QSize(sum(each.width() for each in parts) + gaps, max(each.height() for each in parts))

    def _arrange(self) -> None:
        compact = self._is_compact
        self._list.setVisible(not compact)
        self.box.setVisible(compact)
        self.actions_button.setVisible(compact)
        for each in self._folded:
            each.setVisible(not compact)
        if compact:
            self._line.insertWidget(1, self.add_button)
        else:
            self._buttons.addWidget(self.add_button, 0, 0)
        for before, after in ((self._list, self.box), (self.box, self.add_button)):
            QWidget.setTabOrder(before, after)

    def _fill_menu(self) -> None:
        self._menu.clear()
        for button in self._folded:
            inner = button.menu()
            if inner is not None:
                inner.setTitle(button.text())
                self._menu.addMenu(inner)
            else:
                self._menu.addAction(button.text(), button.click).setEnabled(button.isEnabled())

    # --- entries ----------------------------------------------------------------------------------

    def focus_list(self) -> None:
        """Leads to the list, or to what fills it."""
        shown = self.box if self._is_compact else self._list
        (shown if self._list.count() else self.add_button).setFocus()

    def set_name(self, name: str) -> None:
        """How a screen reader calls the list."""
        self._list.setAccessibleName(name)
        self.box.setAccessibleName(name)

    def show_entries(self, entries: Iterable[tuple[str, str, str]], current: str | None) -> None:
        """Each with its id, its text and a longer text for those who point at it."""
        self._list.blockSignals(True)
        self._list.clear()
        self.box.clear()
        for row, (entry_id, text, tip) in enumerate(entries):
            item = QListWidgetItem(text, self._list)
            item.setData(Qt.ItemDataRole.UserRole, entry_id)
            item.setToolTip(plain_tip(tip))
            item.setSizeHint(QSize(0, self.fontMetrics().height() + 10))
            self.box.addItem(text, entry_id)
            self.box.setItemData(row, plain_tip(tip), Qt.ItemDataRole.ToolTipRole)
        self._list.blockSignals(False)
        self.set_current(current)

    def set_current(self, entry_id: str | None) -> None:
        """Marks the entry, without telling anybody."""
        self._list.blockSignals(True)
        for row in range(self._list.count()):
            if self._list.item(row).data(Qt.ItemDataRole.UserRole) == entry_id:
                self._list.setCurrentRow(row)
        self._list.blockSignals(False)
        self.box.setCurrentIndex(self.box.findData(entry_id))
        self.box.setEnabled(self.box.count() > 0)

    def texts(self) -> list[str]:
        """What is shown, from top to bottom."""
        return [self._list.item(row).text() for row in range(self._list.count())]

    def pick(self, row: int) -> None:
        """As if the person had chosen the row."""
        self._list.setCurrentRow(row)

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.picked.emit(item.data(Qt.ItemDataRole.UserRole))
