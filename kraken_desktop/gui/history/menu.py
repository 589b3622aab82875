"""The menu of the history's rows."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from kraken_desktop.gui.history.model import HistoryModel
from kraken_desktop.gui.history.view import HistoryView
from kraken_desktop.gui.history.wishes import Wishes
from kraken_desktop.gui.row_menu import format_names, row_menu
from kraken_desktop.gui.theme import Theme
from kraken_desktop.model.job import JobStatus


def menu_of(view: HistoryView, model: HistoryModel, statuses: list[JobStatus], wishes: Wishes, theme: Theme) -> QMenu:
    """What can be done with these: as in the list, and a new link where one has expired."""
    menu = row_menu(view, model, statuses, theme, of_history=True)
    if wishes.has_expired(statuses):
        renewing = QAction(theme.icon("retry"), _tr("Copy a ne&w link"), menu)
        renewing.triggered.connect(lambda: wishes.copy_renewed(tuple(statuses)))
        menu.insertAction(menu.actions()[0], renewing)
    return menu


def menu_of_many(view: HistoryView, wishes: Wishes, theme: Theme) -> QMenu:
    """The same without anything that depends on what the entries are: thousands are not read for a menu."""
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction(theme.icon("copy"), _tr("&Copy links"), view.copy_chosen_wanted.emit)
    formats = menu.addMenu(theme.icon("link"), _tr("Copy &as"))
    for name, text in format_names().items():
        formats.addAction(text, partial(wishes.copy, view.chosen, name))
    menu.addSeparator()
    menu.addAction(theme.icon("bucket"), _tr("Remove from the &bucket…"), view.unpublish_chosen_wanted.emit)
    menu.addAction(theme.icon("clear"), _tr("Re&move from the history"), view.forget_wanted.emit)
    return menu


def _tr(text: str) -> str:
    return QCoreApplication.translate("history", text)
