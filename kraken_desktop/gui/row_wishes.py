"""What a person wants of rows: copy, retry, cancel, clear; of one, of the selected ones, or of all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from kraken_desktop.gui.banners import Toast
from kraken_desktop.gui.clipboard import links_of
from kraken_desktop.gui.job_lines import can_retry
from kraken_desktop.gui.job_list import JobListModel
from kraken_desktop.gui.job_view import JobView
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.uploads import Uploads
from kraken_desktop.model.job import JobState, JobStatus
from kraken_desktop.model.links import LinkFormat


class RowWishes(QObject):
    """Does it, and says what was done.

    Signals:
        format_chosen: the ``LinkFormat`` that is the usual one from now on.
    """

    format_chosen = Signal(object)

    def __init__(
        self, model: JobListModel, view: JobView, uploads: Uploads, toast: Toast, row_text: RowText, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._view = view
        self._uploads = uploads
        self._toast = toast
        self._row_text = row_text
        self.link_format = LinkFormat.PLAIN
        """The usual one."""

    def copy_all(self, link_format: LinkFormat | None = None) -> None:
        """All links to the clipboard; a format that is picked becomes the usual one."""
        if link_format is not None:
            self.choose_format(link_format)
        self.copy_links(self._model.statuses, link_format)

    def choose_format(self, link_format: LinkFormat) -> None:
        """Make a format the usual one."""
        if link_format is not self.link_format:
            self.link_format = link_format
            self.format_chosen.emit(link_format)

    def copy_links(self, statuses: Sequence[JobStatus], link_format: LinkFormat | None = None) -> None:
        """The links of these rows to the clipboard, in the order of the list."""
        copied = links_of(statuses, link_format or self.link_format, self._row_text.is_expired)
        expired = self.tr("%n expired link(s) left out", "", copied.expired) if copied.expired else ""
        if not copied.count:
            self._toast.say(expired or self.tr("There is no link to copy yet."))
            return
        QGuiApplication.clipboard().setText(copied.text)
        self._view.show_copied(copied.urls)
        told = self.tr("%n link(s) copied", "", copied.count)
        self._toast.say(", ".join(part for part in (told, expired) if part))

    def copy_reports(self, statuses: Sequence[JobStatus]) -> None:
        """The details of what went wrong to the clipboard."""
        reports = [report for status in statuses if (report := self._row_text.report(status))]
        QGuiApplication.clipboard().setText("\n\n".join(reports))
        self._toast.say(self.tr("Details copied"))

    def retry(self, job_ids: Collection[str]) -> None:
        """Try these again."""
        self._uploads.retry(job_ids)

    def cancel_all(self) -> None:
        """Stop everything that has not ended."""
        self._uploads.cancel()

    def retry_all(self) -> None:
        """All failed and cancelled ones."""
        self.retry([status.job.id for status in self._model.statuses if can_retry(status)])

    def retry_selected_or_all(self) -> None:
        """The selected ones if there are any that can be, else all."""
        chosen = [status.job.id for status in self._view.selected() if can_retry(status)]
        if chosen:
            self.retry(chosen)
        else:
            self.retry_all()

    def clear_finished(self) -> None:
        """Take the rows off the list that ended well, or as the person wished; the images stay where they are.

        What failed stays, until it is tried again or removed by hand.
        """
        cleared = [each for each in self._model.statuses if each.state.ended and each.state is not JobState.FAILED]
        self.remove([status.job.id for status in cleared])

    def remove(self, job_ids: Collection[str]) -> None:
        """Take rows off the list; can be undone."""
        taken = self._model.take(job_ids)
        if taken:
            undo = partial(self._model.put_back, taken)
            self._toast.say(self.tr("%n row(s) cleared from the list", "", len(taken)), (self.tr("Undo"), undo))
