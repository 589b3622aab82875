"""What a person wants of entries: copy, open, try again; of the selected ones, or of all that are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from kraken_desktop.cancel import CancelToken
from kraken_desktop.gui.banners import Toast
from kraken_desktop.gui.clipboard import CopiedLinks, links_of
from kraken_desktop.gui.history.view import Chosen, HistoryView
from kraken_desktop.gui.history.work import Work
from kraken_desktop.gui.results import local_files
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.model.history import HistoryEntry
from kraken_desktop.model.job import JobStatus
from kraken_desktop.model.links import LinkFormat

if TYPE_CHECKING:
    from kraken_desktop.fresh_links import FreshLinks

MOST_OPENED = 10
"""So many pages at once, and no more: a hundred tabs are no help."""


class Wishes(QObject):
    """Does it, and says what was done.

    Args:
        fresh_links: makes what signs links anew.

    Signals:
        format_chosen: the ``LinkFormat`` that is the usual one from now on.
        troubled: an ``Exception``.
    """

    format_chosen = Signal(object)
    troubled = Signal(object)

    def __init__(
        self,
        view: HistoryView,
        work: Work,
        toast: Toast,
        row_text: RowText,
        fresh_links: Callable[[], FreshLinks],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._work = work
        self._toast = toast
        self._row_text = row_text
        self._fresh_links = fresh_links
        self.link_format = LinkFormat.PLAIN
        """The usual one."""

    def use(self, text: str, chosen: Chosen, use: Callable[[list[JobStatus]], object], most: int | None = None) -> None:
        """Read what is chosen, then do something with it.

        Args:
            text: what is being done, for the person.
            most: beyond so many entries nothing is done, and the person is told.
        """
        if most is not None and len(chosen.numbers) > most:
            self._toast.say(self.tr("At most %n image(s) at once.", "", most))
            return

        def read(entries: Iterator[HistoryEntry], _cancel: CancelToken) -> list[JobStatus]:
            return [chosen.status(entry) for entry in entries]

        self._begin(text, chosen.numbers, read, use)

    def _begin(
        self,
        text: str,
        numbers: Sequence[int],
        use: Callable[[Iterator[HistoryEntry], CancelToken], object],
        done: Callable[..., object],
    ) -> None:
        if not self._work.start(text, numbers, use, done, self.troubled.emit):
            self._toast.say(self.tr("Something else is still being done."))

    # --- links ---

    def copy(self, chosen: Chosen, link_format: LinkFormat | None = None, *, renewed: bool = False) -> None:
        """The links of these entries to the clipboard, in the order of the list.

        Args:
            renewed: links that have expired are signed anew first.
        """
        wanted = link_format or self.link_format
        fresh_links, is_expired = self._fresh_links, self._row_text.is_expired

        def copied(entries: Iterator[HistoryEntry], cancel: CancelToken) -> CopiedLinks:
            statuses: Iterator[JobStatus] = (chosen.status(entry) for entry in entries)
            if renewed:
                fresh = fresh_links()
                statuses = (fresh.renewed(status, is_expired, cancel) for status in statuses)
            return links_of(statuses, wanted, is_expired)

        self._begin(
            self.tr("Copying links…"),
            chosen.numbers,
            copied,
            partial(self._copied, partial(self.copy, chosen, wanted, renewed=True)),
        )

    def copy_statuses(self, statuses: Sequence[JobStatus], link_format: LinkFormat | None = None) -> None:
        """The links of entries that are here."""
        wanted = link_format or self.link_format
        again = partial(self.copy_renewed, tuple(statuses), wanted)
        self._copied(again, links_of(statuses, wanted, self._row_text.is_expired))

    def has_expired(self, statuses: Sequence[JobStatus]) -> bool:
        """Whether any link of these opens no longer."""
        return any(self._row_text.is_expired(image) for status in statuses for image in status.links)

    def copy_renewed(self, statuses: Sequence[JobStatus], link_format: LinkFormat | None = None) -> None:
        """The links of entries that are here; those that have expired are signed anew first."""
        wanted = link_format or self.link_format
        fresh_links, is_expired = self._fresh_links, self._row_text.is_expired

        def copied(_entries: Iterator[HistoryEntry], cancel: CancelToken) -> CopiedLinks:
            fresh = fresh_links()
            return links_of((fresh.renewed(each, is_expired, cancel) for each in statuses), wanted, is_expired)

        again = partial(self.copy_renewed, statuses, wanted)
        self._begin(self.tr("Copying links…"), (), copied, partial(self._copied, again))

    def _copied(self, again: Callable[[], object], copied: CopiedLinks) -> None:
        told = [self.tr("%n link(s) copied", "", copied.count)] if copied.count else []
        if copied.expired:
            told.append(self.tr("%n expired link(s) left out", "", copied.expired))
        if copied.count:
            QGuiApplication.clipboard().setText(copied.text)
            self._view.show_copied(copied.urls)
        renewing = (self.tr("&Get new links"), again) if copied.expired else None
        self._toast.say(", ".join(told) or self.tr("There is no link here."), renewing)

    def copy_reports(self, statuses: Sequence[JobStatus]) -> None:
        """The details of what went wrong to the clipboard."""
        reports = [report for status in statuses if (report := self._row_text.report(status))]
        QGuiApplication.clipboard().setText("\n\n".join(reports))
        self._toast.say(self.tr("Details copied"))

    # --- opening ---

    def open(self, chosen: Chosen) -> None:
        """The images, in the browser or in the program for files of their kind."""
        self.use(self.tr("Opening…"), chosen, self._open, MOST_OPENED)

    def _open(self, statuses: list[JobStatus]) -> None:
        linked = [status for status in statuses if status.links and not self._row_text.expired(status)]
        if any(self._row_text.expired(status) for status in statuses if status.links):
            again = partial(self._open_renewed, tuple(statuses))
            self._toast.say(self.tr("The link has expired."), (self.tr("&Open a new link"), again))
        elif not linked:
            self._toast.say(self.tr("There is no link to open."))
        self._view.open_links(linked)

    def _open_renewed(self, statuses: Sequence[JobStatus]) -> None:
        fresh_links, is_expired = self._fresh_links, self._row_text.is_expired

        def renewed(_entries: Iterator[HistoryEntry], cancel: CancelToken) -> list[JobStatus]:
            fresh = fresh_links()
            return [fresh.renewed(status, is_expired, cancel) for status in statuses if self._row_text.expired(status)]

        self._begin(self.tr("Opening…"), (), renewed, self._view.open_links)

    def show_in_folder(self, chosen: Chosen) -> None:
        """The folder of a result that is on this computer."""
        self.use(self.tr("Opening…"), chosen, self._show_in_folder, 1)

    def _show_in_folder(self, statuses: list[JobStatus]) -> None:
        path = next((path for status in statuses for path in local_files(status)), "")
        if path:
            self._view.opening.folder_of(path)
        else:
            self._toast.say(self.tr("It is in a bucket, not in a folder on this computer."))
