"""Below the list of the history: how much was found, and what can be done with it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QProgressBar, QPushButton, QToolButton, QWidget
from typing_extensions import override

from kraken_desktop.gui.bottom_bar import lay_out
from kraken_desktop.gui.labels import ElidedLabel
from kraken_desktop.gui.row_menu import format_names
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import number
from kraken_desktop.model.links import LinkFormat

_NARROW = 760
"""Below this width the buttons are signs without words."""


class Foot(QFrame):
    """Count, buttons, and how far something that takes a while is.

    Signals:
        copy_wanted: a ``LinkFormat``, or None for the usual one.
        open_wanted, folder_wanted, unpublish_wanted, forget_wanted: a button or an entry of its menu.
        export_wanted: another; the ending of the file, ``csv`` or ``json``.
        stop_wanted: what takes a while is to end.
    """

    copy_wanted = Signal(object)
    open_wanted = Signal()
    folder_wanted = Signal()
    unpublish_wanted = Signal()
    forget_wanted = Signal()
    export_wanted = Signal(str)
    stop_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("look", "bar")
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.progress.hide()
        self.count = ElidedLabel(self, "strong")
        self.chosen = ElidedLabel(self, "muted")
        self.stop_button = QPushButton(self.tr("S&top"), self)
        self.stop_button.setFlat(True)
        self.stop_button.clicked.connect(self.stop_wanted)
        self.stop_button.hide()

        self.copy_button = self._button(self.tr("Copy all links"), "copy")
        self.copy_button.clicked.connect(lambda: self.copy_wanted.emit(None))
        formats = QMenu(self.copy_button)
        self._formats: dict[LinkFormat, QAction] = {}
        for name, text in format_names().items():
            action = formats.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(lambda _checked=False, chosen=name: self.copy_wanted.emit(chosen))
            self._formats[name] = action
        self.copy_button.setMenu(formats)

        self.open_button = self._button(self.tr("Open"), "open")
        self.open_button.clicked.connect(self.open_wanted)
        opening = QMenu(self.open_button)
        opening.addAction(self.tr("&Open"), self.open_wanted.emit)
        opening.addAction(self.tr("Sho&w in folder"), self.folder_wanted.emit)
        self.open_button.setMenu(opening)

        self.remove_button = self._button(self.tr("Remove"), "clear")
        self.remove_button.clicked.connect(self.forget_wanted)
        removing = QMenu(self.remove_button)
        removing.addAction(self.tr("Remove from the &history"), self.forget_wanted.emit)
        removing.addAction(self.tr("Remove from the &bucket…"), self.unpublish_wanted.emit)
        self.remove_button.setMenu(removing)

        self.export_button = self._button(self.tr("Export"), "download")
        self.export_button.clicked.connect(lambda: self.export_wanted.emit("csv"))
        exporting = QMenu(self.export_button)
        exporting.addAction(self.tr("As a &table for spreadsheets (CSV)…"), partial(self.export_wanted.emit, "csv"))
        exporting.addAction(self.tr("As &JSON for scripts…"), partial(self.export_wanted.emit, "json"))
        self.export_button.setMenu(exporting)
        self._buttons = (self.copy_button, self.open_button, self.remove_button, self.export_button)

        lay_out(self, self.progress, (self.count, self.chosen), (self.stop_button, *self._buttons))
        theme.changed.connect(self._render)
        self._render()
        self.show_counts(0, 0, is_narrow=False)
        self.show_chosen(0)

    def _button(self, text: str, icon: str) -> QToolButton:
        button = QToolButton(self)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(18, 18))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setProperty("icon_name", icon)
        self._name(button, text)
        return button

    def _name(self, button: QToolButton, text: str) -> None:
        button.setText(text)
        button.setAccessibleName(text)
        button.setToolTip(text)

    # --- what there is ---

    def show_counts(self, found: int, total: int, *, is_narrow: bool) -> None:
        """How many entries are listed, of how many; ``is_narrow``: something is looked for."""
        if is_narrow:
            text = self.tr("{found} of {total} found")
            text = text.replace("{found}", number(found)).replace("{total}", number(total))
        else:
            text = self.tr("%n image(s)", "", found)
        self.count.set_full_text(text)
        self.copy_button.setEnabled(found > 0)
        self.export_button.setEnabled(found > 0)

    def show_chosen(self, count: int) -> None:
        """How many rows are selected."""
        self.chosen.set_full_text(self.tr("%n selected", "", count))
        self.chosen.setVisible(count > 0)
        self._name(self.copy_button, self.tr("Copy links") if count else self.tr("Copy all links"))
        self.open_button.setEnabled(count > 0)
        self.remove_button.setEnabled(count > 0)

    def set_link_format(self, link_format: LinkFormat) -> None:
        """Mark the usual format."""
        for name, action in self._formats.items():
            action.setChecked(name is link_format)

    def show_work(self, text: str, done: int, of: int) -> None:
        """How far something is."""
        self.progress.setRange(0, of)
        self.progress.setValue(done)
        self.progress.setAccessibleDescription(text)
        self.progress.show()
        self.stop_button.show()
        self.chosen.set_full_text(text)
        self.chosen.show()

    def end_work(self, chosen: int) -> None:
        """It is over; ``chosen`` rows are selected."""
        self.progress.hide()
        self.stop_button.hide()
        self.show_chosen(chosen)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < _NARROW
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for button in self._buttons:
            button.setToolButtonStyle(style)

    def _render(self) -> None:
        for button in self._buttons:
            button.setIcon(self._theme.icon(button.property("icon_name")))
