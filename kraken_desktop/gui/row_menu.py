"""The context menu of the list."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QKeyCombination, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from kraken_desktop.gui.job_lines import can_open, can_retry
from kraken_desktop.gui.results import local_files
from kraken_desktop.gui.row_text import failure_of
from kraken_desktop.gui.theme import Theme
from kraken_desktop.model.job import JobStatus, SourceKind
from kraken_desktop.model.links import LinkFormat, is_web_address

if TYPE_CHECKING:
    from kraken_desktop.gui.job_view import JobView
    from kraken_desktop.gui.lines_model import LinesModel

UNPUBLISH = QKeyCombination(Qt.KeyboardModifier.ShiftModifier, Qt.Key.Key_Delete)
"""Beside the key that takes a row off the list, and not it."""
_MOST_OPENED = 10
"""So many pages at once, and no more: a hundred tabs are no help."""


def row_menu(
    view: JobView, model: LinesModel, chosen: list[JobStatus], theme: Theme, *, of_history: bool = False
) -> QMenu:
    """What can be done with these rows; of a job some of whose images are chosen, with those."""
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    _add_links(menu, view, chosen, theme)
    menu.addSeparator()
    _add_work(menu, view, chosen, theme, of_history=of_history)
    menu.addSeparator()
    _add_rows(menu, view, model, chosen, theme, of_history=of_history)
    return menu


def _add_links(menu: QMenu, view: JobView, chosen: list[JobStatus], theme: Theme) -> None:
    linked = [status for status in chosen if status.links]
    if not linked:
        return
    count = sum(len(status.links) for status in linked)
    copying = menu.addAction(
        theme.icon("copy"), _count("&Copy %n link(s)", count), partial(view.copy_wanted.emit, linked, None)
    )
    copying.setShortcut(QKeySequence.StandardKey.Copy)
    formats = menu.addMenu(theme.icon("link"), _tr("Copy &as"))
    for name, text in format_names().items():
        formats.addAction(text, partial(view.copy_wanted.emit, linked, name))
    in_browser = any(is_web_address(status.links[0].url) for status in linked)
    opening = _tr("&Open in the browser") if in_browser else _tr("&Open")
    menu.addAction(theme.icon("open"), opening, lambda: view.open_links(linked)).setEnabled(len(linked) <= _MOST_OPENED)
    on_disk = [path for status in linked for path in local_files(status)]
    if on_disk:
        menu.addAction(
            theme.icon("folder"), _tr("Sho&w in folder"), lambda: view.opening.folder_of(on_disk[0])
        ).setEnabled(len(chosen) == 1)


def _add_work(menu: QMenu, view: JobView, chosen: list[JobStatus], theme: Theme, *, of_history: bool) -> None:
    failed = [status.job.id for status in chosen if can_retry(status)]
    running = [status.job.id for status in chosen if not status.state.ended]
    troubled = [status for status in chosen if failure_of(status) is not None]
    for way in view.ways_of(chosen[0]) if len(chosen) == 1 else ():
        menu.addAction(theme.icon("retry"), way.label, partial(view.way_wanted.emit, chosen[0], way.offer))
    menu.addAction(theme.icon("retry"), _tr("Retr&y"), lambda: view.retry_wanted.emit(failed)).setEnabled(bool(failed))
    if not of_history:
        menu.addAction(theme.icon("cancel"), _tr("Ca&ncel"), lambda: view.cancel_wanted.emit(running)).setEnabled(
            bool(running)
        )
    menu.addAction(
        theme.icon("paste"), _tr("Copy the &error’s details"), lambda: view.report_wanted.emit(troubled)
    ).setEnabled(bool(troubled))


def _add_rows(
    menu: QMenu, view: JobView, model: LinesModel, chosen: list[JobStatus], theme: Theme, *, of_history: bool
) -> None:
    source = chosen[0].job.source
    menu.addAction(
        theme.icon("folder"), _tr("Show the ori&ginal’s folder"), lambda: view.opening.folder_of(source.location)
    ).setEnabled(len(chosen) == 1 and source.kind is SourceKind.FILE)
    whole = [status for status in chosen if model.is_whole(status)]
    sets = [status.job.id for status in whole if can_open(status)]
    if sets:
        rows = [row for job_id in sets if (row := model.row_of(job_id)) is not None]
        hidden = not all(model.line(row).is_open for row in rows)
        text = _tr("Sho&w the images of the set") if hidden else _tr("&Hide the images of the set")
        menu.addAction(theme.icon("image"), text, partial(model.set_open, sets, hidden))
    linked = [status for status in chosen if status.links]
    unpublishing = menu.addAction(
        theme.icon("bucket"), _tr("Remove from the &bucket…"), partial(view.unpublish_wanted.emit, linked)
    )
    unpublishing.setShortcut(QKeySequence(UNPUBLISH))
    unpublishing.setEnabled(bool(linked) and all(status.state.ended for status in linked))
    removing = menu.addAction(
        theme.icon("clear"),
        _tr("Re&move from the history") if of_history else _tr("Re&move from the list"),
        partial(view.remove_wanted.emit, [status.job.id for status in whole]),
    )
    removing.setShortcut(QKeySequence.StandardKey.Delete)
    removing.setEnabled(bool(whole) and all(status.state.ended for status in chosen))


def format_names() -> dict[LinkFormat, str]:
    """The formats of links, as a menu names them."""
    return {
        LinkFormat.PLAIN: _link("Plain address"),
        LinkFormat.MARKDOWN: _link("Markdown"),
        LinkFormat.HTML: _link("HTML"),
        LinkFormat.CSS: _link("CSS"),
        LinkFormat.BBCODE: _link("BBCode"),
        LinkFormat.PICTURE: _link("<picture> element"),
    }


def _tr(text: str) -> str:
    return QCoreApplication.translate("JobView", text)


def _count(text: str, count: int) -> str:
    return QCoreApplication.translate("JobView", text, "", count)


def _link(text: str) -> str:
    return QCoreApplication.translate("links", text)
