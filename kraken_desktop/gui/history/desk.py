"""Opens the history beside the main window, keeps it up to date, and brings both together."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QWidget

from kraken_desktop.gui.jobs import Background, JobBridge, deadline
from kraken_desktop.gui.row_layout import THUMBNAIL
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.thumbnails import Thumbnails
from kraken_desktop.messages import Words
from kraken_desktop.model.job import JobStatus, Source, SourceKind

if TYPE_CHECKING:
    from kraken_desktop.composition import Services
    from kraken_desktop.gui.banners import Toast
    from kraken_desktop.gui.history.view import HistoryView
    from kraken_desktop.gui.history.window import HistoryWindow
    from kraken_desktop.gui.history.wishes import Wishes
    from kraken_desktop.gui.history.work import Work
    from kraken_desktop.gui.main_window import MainWindow
    from kraken_desktop.gui.removing import Removing

_THREADS = 3
"""A search, the rows in sight, and something that takes a while do not wait for each other."""
_REFRESH_MS = 400
"""After jobs ended: hundreds of small ones a second make no hundred looks into the history."""

_ASIDE = 48
_LOAD_AFTER_MS = 3_000
"""After the start, when nobody waits for anything else."""


class HistoryDesk(QObject):
    """The window of the history, made when it is first asked for; it is kept with its size until the program ends.

    Args:
        main: its button opens the history, its list hears of images that are removed from a bucket there.
    """

    def __init__(
        self,
        main: MainWindow,
        services: Services,
        bridge: JobBridge,
        thumbnails: Thumbnails,
        theme: Theme,
        words: Words,
        row_text: RowText,
    ) -> None:
        super().__init__(main)
        self._main = main
        self._services = services
        self._thumbnails = thumbnails
        self._theme = theme
        self._words = words
        self._row_text = row_text
        self._background = Background(_THREADS, self)
        self._removing: Removing | None = None
        self._heard: set[str] = set()
        """Jobs of this run: the runner knows them."""
        self.window: HistoryWindow | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_REFRESH_MS)
        self._later.timeout.connect(self._refresh)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(_LOAD_AFTER_MS)
        self._idle.timeout.connect(self._load)
        self._idle.start()
        bridge.changed.connect(self._on_jobs)
        main.top_bar.history_wanted.connect(self.open)
        QShortcut(QKeySequence(self.tr("Ctrl+H")), main).activated.connect(self.open)

    def open(self) -> None:
        """Show the window, or bring it to the front."""
        window = self.window or self._make()
        if not window.isVisible():
            window.show()
            return
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.raise_()
        window.activateWindow()

    def _load(self) -> None:
        """Load what the window is made of, off this thread: the first time it opens as quickly as the next."""
        # What fails here fails again where the window is opened, and is told there.
        self._background.run(_load_window, lambda _nothing: None, lambda _error: None)

    def _make(self) -> HistoryWindow:
        # Not at the start: the main window does not wait for the parts of another.
        from kraken_desktop.gui.history.window import HistoryWindow
        from kraken_desktop.gui.removing import Removing

        self.window = window = HistoryWindow(
            self._services.history,
            self._background,
            theme=self._theme,
            words=self._words,
            row_text=self._row_text,
            wishes=self._wishes,
            forgotten=partial(_forget_pictures, self._services),
            thumbnail=self._picture,
            now=lambda: datetime.now().astimezone(),
        )
        self._removing = Removing(self._services.removal, window.view, self, window.toast, window.show_trouble, window)
        self._place(window)
        window.retry_wanted.connect(self._retry)
        window.wishes.format_chosen.connect(self._main.wishes.choose_format)
        window.set_link_format(self._main.wishes.link_format)
        self._main.wishes.format_chosen.connect(window.set_link_format)
        self._thumbnails.arrived.connect(window.view.show_picture)
        return window

    def _place(self, window: HistoryWindow) -> None:
        """A little beside the main window, so that both are seen; where there is no room for that, on the screen."""
        main = self._main.window()
        free = main.screen().availableGeometry()
        # Nobody knows the frame of a window before it is shown; those of two windows of a desktop are alike.
        whole = window.size() + (main.frameGeometry().size() - main.size())
        place = main.pos() + QPoint(_ASIDE, _ASIDE)
        window.move(
            max(free.left(), min(place.x(), free.right() + 1 - whole.width())),
            max(free.top(), min(place.y(), free.bottom() + 1 - whole.height())),
        )

    def _wishes(self, view: HistoryView, work: Work, toast: Toast, parent: QWidget) -> Wishes:
        from kraken_desktop.gui.history.wishes import Wishes

        return Wishes(view, work, toast, self._row_text, self._services.fresh_links, parent)

    def close(self, seconds: float) -> bool:
        """Close the window and stop; whether that took no longer."""
        left = deadline(seconds)
        self._idle.stop()
        if self.window is None or self._removing is None:
            return self._background.close(left())
        self.window.close()
        self.window.work.stop()
        ended = [self._removing.close(left() / 2), self._background.close(left())]
        self.window.deleteLater()
        self.window = None
        return all(ended)

    def _picture(self, status: JobStatus, scale: float) -> QPixmap | None:
        """Of the source, or of a result on this computer where there is no source any more."""
        source = status.job.source
        picture = self._thumbnails.picture(source, THUMBNAIL, scale)
        if picture is None and self._thumbnails.has_none(source, THUMBNAIL, scale):
            result = _result_of(status)
            return self._thumbnails.picture(result, THUMBNAIL, scale) if result is not None else None
        return picture

    # --- what happens to jobs ---

    def _on_jobs(self, statuses: Sequence[JobStatus]) -> None:
        self._heard.update(status.job.id for status in statuses)
        if self.window is None:
            return
        ended = [status for status in statuses if status.state.ended]
        self.window.model.apply(ended)
        # What goes on again is no past any more.
        numbers = self.window.model.entries.number_of
        again = [numbers(status.job.id) for status in statuses if not status.state.ended]
        gone = [number for number in again if number is not None]
        self.window.model.entries.forget(gone)
        if (ended or gone) and not self._later.isActive():
            self._later.start()

    def _refresh(self) -> None:
        if self.window is not None:
            self.window.refresh()

    def _retry(self, statuses: Sequence[JobStatus]) -> None:
        self._main.uploads.know_ended([status for status in statuses if status.job.id not in self._heard])
        self._main.uploads.retry([status.job.id for status in statuses])

    # --- both lists, for what removes images from a bucket ---

    def row_of(self, job_id: str) -> int | None:
        """Where a job is, in either list."""
        row = self.window.model.row_of(job_id) if self.window is not None else None
        return row if row is not None else self._main.model.row_of(job_id)

    def apply(self, statuses: Iterable[JobStatus]) -> None:
        """Let both lists take over newer states."""
        known = list(statuses)
        self._main.model.apply([status for status in known if self._main.model.row_of(status.job.id) is not None])
        if self.window is not None:
            self.window.model.apply(known)


def _load_window() -> None:
    importlib.import_module("kraken_desktop.gui.history.window")


def _result_of(status: JobStatus) -> Source | None:
    """A result on this computer, as something to make a picture of."""
    from kraken_desktop.gui.results import local_files

    path = next(local_files(status), "")
    name = status.job.source.name
    return Source(kind=SourceKind.FILE, location=path, name=name) if path else None


def _forget_pictures(services: Services, numbers: Sequence[int]) -> None:
    """Of what the history is to forget no picture stays either. Not for the thread that paints."""
    from kraken_desktop.cancel import CancelToken
    from kraken_desktop.gui.history.records import read_all

    for entry in read_all(services.history, numbers, CancelToken(), lambda _done: None):
        source = entry.status.job.source
        services.thumbnails.forget(source.location, source.mtime_ns or 0)
