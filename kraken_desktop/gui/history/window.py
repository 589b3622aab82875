"""The window of the history: what is looked for above, the list, and what can be done with it below."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeyEvent, QKeySequence, QPixmap, QShortcut, QShowEvent
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from kraken_desktop.gui.banners import Banners, Toast
from kraken_desktop.gui.details import Details
from kraken_desktop.gui.history.delegate import HistoryDelegate
from kraken_desktop.gui.history.exporting import ask_for_target, export
from kraken_desktop.gui.history.filters import Filters
from kraken_desktop.gui.history.foot import Foot
from kraken_desktop.gui.history.forgetting import Forgetting
from kraken_desktop.gui.history.menu import menu_of, menu_of_many
from kraken_desktop.gui.history.model import HistoryModel
from kraken_desktop.gui.history.nothing import Nothing
from kraken_desktop.gui.history.records import Records
from kraken_desktop.gui.history.search import Found, Search
from kraken_desktop.gui.history.view import Chosen, HistoryView
from kraken_desktop.gui.history.wishes import Wishes
from kraken_desktop.gui.history.work import Task, Work
from kraken_desktop.gui.jobs import Background
from kraken_desktop.gui.labels import line
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.window_manners import press_with_enter, resize_within_screen, set_tab_order
from kraken_desktop.gui.yielding import Yielding
from kraken_desktop.messages import Words, number
from kraken_desktop.model.errors import KrakenDesktopError, UnexpectedError
from kraken_desktop.model.job import JobStatus
from kraken_desktop.model.links import LinkFormat

_log = logging.getLogger(__name__)

_LEAST_BANNERS, _LEAST_DETAILS = 96, 80
_MOST_IN_MENU = 200
"""Selected entries that are read to say in the menu what can be done with them."""


class HistoryWindow(QWidget):
    """Everything that was uploaded.

    Args:
        thumbnail: the picture for an entry, or None while there is none.
        now: aware of the person's zone.

    Signals:
        retry_wanted: a ``list[JobStatus]``, to be tried again.
    """

    retry_wanted = Signal(object)

    def __init__(
        self,
        records: Records,
        background: Background,
        *,
        theme: Theme,
        words: Words,
        row_text: RowText,
        wishes: Callable[[HistoryView, Work, Toast, QWidget], Wishes],
        forgotten: Callable[[Sequence[int]], object],
        thumbnail: Callable[[JobStatus, float], QPixmap | None],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self._records = records
        self._theme = theme
        self._words = words
        self._problem: KrakenDesktopError | None = None
        self._folder = ""
        self._total = 0
        self._had_entries = False
        self._is_stale = True
        self.setWindowTitle(self.tr("History"))
        self.setMinimumSize(560, 360)
        resize_within_screen(self, QSize(900, 660))

        self.model = HistoryModel(records, background, row_text, now, self)
        self.search = Search(records, background, self)
        self.work = Work(records, background, self)
        self.filters = Filters(theme, self)
        self.banners = Banners(theme, self, after=self.filters.order)
        delegate = HistoryDelegate(theme=theme, row_text=row_text, thumbnail=thumbnail, now=now, parent=self)
        self._pages = QStackedWidget(self)
        self.view = HistoryView(self.model, delegate, theme, self._pages)
        self.nothing = Nothing(theme, self._pages)
        self.details = Details(theme, row_text, self)
        self.foot = Foot(theme, self)
        self.toast = Toast(self._pages)
        self.wishes = wishes(self.view, self.work, self.toast, self)
        self.forgetting = Forgetting(records, background, self.toast, self, forgotten)
        self._lay_out()
        self._connect()
        set_tab_order(
            self.filters.search, self.filters.profile, self.filters.outcome, self.filters.period, self.filters.order
        )

    def _lay_out(self) -> None:
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        above = (self.filters, line(self), Yielding(self.banners, _LEAST_BANNERS, self))
        below = (Yielding(self.details, _LEAST_DETAILS, self), line(self), self.foot)
        for widget in (*above, self._pages, *below):
            column.addWidget(widget, 1 if widget is self._pages else 0)

    def _connect(self) -> None:
        view, foot, wishes, forgetting = self.view, self.foot, self.wishes, self.forgetting
        self.filters.changed.connect(self._look_for_others)
        self.filters.list_wanted.connect(self._go_to_list)
        self.nothing.clear_wanted.connect(self._clear_search)
        self.search.found.connect(self._show_found)
        self.search.failed.connect(self._show_failure)
        self.model.entries.failed.connect(self._show_failure)
        self.model.entries.missed.connect(self.refresh)
        self.work.told.connect(self._tell_work)
        self.work.ended.connect(self._on_work_ended)
        foot.stop_wanted.connect(self.work.stop)
        view.chosen_changed.connect(self._on_chosen)
        view.current_changed.connect(self._show_details)
        view.copy_wanted.connect(wishes.copy_statuses)
        view.copy_chosen_wanted.connect(lambda: wishes.copy(view.chosen))
        view.open_chosen_wanted.connect(lambda: wishes.open(view.chosen))
        view.report_wanted.connect(wishes.copy_reports)
        view.retry_wanted.connect(self._retry)
        view.remove_wanted.connect(self._forget_jobs)
        view.forget_wanted.connect(self._forget_chosen)
        view.unpublish_chosen_wanted.connect(self._unpublish)
        view.menu_wanted.connect(self._open_menu)
        view.opening.failed.connect(self._on_not_opened)
        foot.copy_wanted.connect(self._copy)
        foot.open_wanted.connect(lambda: wishes.open(view.chosen))
        foot.folder_wanted.connect(lambda: wishes.show_in_folder(view.chosen))
        foot.unpublish_wanted.connect(self._unpublish)
        foot.forget_wanted.connect(self._forget_chosen)
        foot.export_wanted.connect(self._ask_for_target)
        wishes.troubled.connect(self.show_trouble)
        forgetting.changed.connect(self.refresh)
        forgetting.failed.connect(self.show_trouble)
        self.details.focus_lost.connect(view.setFocus)
        self.details.retry_wanted.connect(self._retry)
        self.details.report_wanted.connect(wishes.copy_reports)
        self.details.folder_wanted.connect(view.opening.folder_of)
        for keys, act in (
            (QKeySequence(QKeySequence.StandardKey.Find), self._go_to_search),
            (QKeySequence(QKeySequence.StandardKey.Refresh), self.refresh),
            (QKeySequence(QKeySequence.StandardKey.Undo), self.toast.choose),
            (QKeySequence(QKeySequence.StandardKey.Save), self._ask_for_target),
            (QKeySequence(QKeySequence.StandardKey.Close), self.close),
        ):
            QShortcut(keys, self).activated.connect(act)

    # --- finding ---

    def refresh(self) -> None:
        """Look anew for the same: rows that stay are still selected, and where they were."""
        if not self.isVisible():
            self._is_stale = True
            return
        self._is_stale = False
        self._ask(is_again=True)

    def _look_for_others(self) -> None:
        self._ask(is_again=False)

    def _ask(self, *, is_again: bool) -> None:
        self.search.ask(self.filters.query, self.model.numbers, self.forgetting.hidden, is_again=is_again)

    def _clear_search(self) -> None:
        self.filters.clear()
        self._go_to_search()

    def _show_found(self, found: Found) -> None:
        self.banners.remove("search")
        # What was hidden, or listed, meanwhile is looked for once more.
        if found.asked.before is not self.model.numbers or found.asked.hidden != self.forgetting.hidden:
            self.search.ask(
                self.filters.query, self.model.numbers, self.forgetting.hidden, is_again=found.asked.is_again
            )
            return
        if found.profiles is not None:
            self.filters.set_profiles(found.profiles)
        self.view.show_numbers(found.numbers, found.change, keeps=found.asked.is_again)
        self._total = found.total
        self._had_entries |= found.total > 0
        self._show_counts()
        self._show_problem()

    def _show_counts(self) -> None:
        found, is_narrow = len(self.model.numbers), self.filters.is_narrow
        self.foot.show_counts(found, self._total, is_narrow=is_narrow)
        self.nothing.show_reason(is_narrow=is_narrow and self._total > 0, is_emptied=self._had_entries)
        page = self.view if found else self.nothing
        if self._pages.currentWidget() is not page:
            had_focus = self.view.hasFocus() or self.nothing.clear_button.hasFocus()
            self._pages.setCurrentWidget(page)
            self.toast.raise_()
            if had_focus:
                (self.view if found else self.filters.search).setFocus()

    def _show_failure(self, error: object) -> None:
        again = (self.tr("&Try again"), self.refresh)
        self.banners.show_message("search", self._words.error(_told(error)), look="warning", choices=(again,))
        self._show_counts()

    def show_trouble(self, error: object) -> None:
        """Something that was wished, and did not work."""
        told = _told(error)
        self.banners.show_message(told.code, self._words.error(told), look="warning")

    def _show_problem(self) -> None:
        """What the person should know of the history as a whole; once, since they may close it."""
        problem = self._records.problem
        if problem is not None and problem is not self._problem:
            self.banners.show_message("journal", self._words.error(problem), look="warning")
        self._problem = problem

    # --- what is selected ---

    @property
    def _chosen_or_all(self) -> Chosen:
        return self.view.chosen if self.view.count_chosen else Chosen(numbers=self.model.numbers)

    def _on_chosen(self) -> None:
        if not self.work.busy:
            self.foot.show_chosen(self.view.count_chosen)

    def _show_details(self, status: JobStatus | None) -> None:
        self.details.show_status(status if status is not None and status.job.id else None)

    def _copy(self, link_format: LinkFormat | None) -> None:
        if link_format is not None and link_format is not self.wishes.link_format:
            self.wishes.link_format = link_format
            self.foot.set_link_format(link_format)
            self.wishes.format_chosen.emit(link_format)
        self.wishes.copy(self._chosen_or_all, link_format)

    def set_link_format(self, link_format: LinkFormat) -> None:
        """The usual one."""
        self.wishes.link_format = link_format
        self.foot.set_link_format(link_format)

    def _unpublish(self) -> None:
        # Never the row with the keyboard's frame alone.
        if self.view.count_chosen:
            self.wishes.use(self.tr("Reading…"), self.view.chosen, self.view.unpublish_wanted.emit)

    def _forget_chosen(self) -> None:
        if self.view.count_chosen:
            self.forgetting.take(self.view.chosen.whole)

    def _forget_jobs(self, job_ids: Collection[str]) -> None:
        numbers = [number for job_id in job_ids if (number := self.model.entries.number_of(job_id)) is not None]
        self.forgetting.take(numbers)

    def _retry(self, job_ids: Collection[str]) -> None:
        rows = [row for job_id in job_ids if (row := self.model.row_of(job_id)) is not None]
        statuses = [self.model.line(row).status for row in rows]
        if statuses:
            self.retry_wanted.emit(statuses)
            self.toast.say(self.tr("Trying %n image(s) again: see the main window.", "", len(statuses)))

    def _on_not_opened(self, what: str) -> None:
        self.toast.say(self.tr("No program opens this: {what}").replace("{what}", what))

    def _open_menu(self, place: QPoint) -> None:
        chosen = self.view.chosen
        if len(chosen.numbers) > _MOST_IN_MENU:
            self._menu_of([]).popup(place)
            return
        entries = [self.model.entries.entry(number) for number in chosen.numbers]
        here = [chosen.status(entry) for entry in entries if entry is not None]
        if len(here) == len(entries):
            self._menu_of(here).popup(place)
        else:
            self.wishes.use(self.tr("Reading…"), chosen, lambda statuses: self._menu_of(statuses).popup(place))

    def _menu_of(self, statuses: list[JobStatus]) -> QMenu:
        """For these; without any, for what is selected, whatever it is."""
        if statuses:
            return menu_of(self.view, self.model, statuses, self.wishes, self._theme)
        return menu_of_many(self.view, self.wishes, self._theme)

    # --- what takes a while ---

    def _tell_work(self, task: Task) -> None:
        text = self.tr("{what} {done} of {of}").replace("{what}", task.text)
        text = text.replace("{done}", number(task.done)).replace("{of}", number(len(task.numbers)))
        self.foot.show_work(text, task.done, len(task.numbers))

    def _on_work_ended(self) -> None:
        self.foot.end_work(self.view.count_chosen)

    def _ask_for_target(self, ending: str = "csv") -> None:
        if self.model.numbers:
            ask_for_target(self, self._folder, ending, self.export_to)

    def export_to(self, path: Path) -> None:
        """Write what is listed into a file."""
        self._folder = str(path.parent)
        words, text = self._words, self.tr("Exporting…")

        def exported(written: Path) -> None:
            told = self.tr("Exported to “{file}”.").replace("{file}", written.name)
            show = partial(self.view.opening.folder_of, str(written))
            self.toast.say(told, (self.tr("&Show"), show))

        begun = self.work.start(
            text,
            self.model.numbers,
            lambda entries, cancel: export(path, entries, words, cancel),
            exported,
            self.show_trouble,
        )
        if not begun:
            self.toast.say(self.tr("Something else is still being done."))

    # --- window ---

    def _go_to_search(self) -> None:
        self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.search.selectAll()

    def _go_to_list(self) -> None:
        if self._pages.currentWidget() is self.view:
            self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if not self.view.count_chosen:
                # Whoever comes by the arrow key goes on by keys.
                self.view.selectRow(max(0, self.view.currentIndex().row()))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.filters.is_narrow:
                self._clear_search()
            else:
                self.close()
        elif not press_with_enter(self, event):
            super().keyPressEvent(event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale and not event.spontaneous():
            self.refresh()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self._is_stale = True

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow():
            # The terminal may have uploaded something meanwhile.
            self.refresh()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self.forgetting.settle()
        super().closeEvent(event)


def _told(error: object) -> KrakenDesktopError:
    if isinstance(error, KrakenDesktopError):
        return error
    _log.error("unexpected %s in the history", type(error).__name__)
    return UnexpectedError(kind=type(error).__name__)
