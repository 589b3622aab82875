"""The entries that are in sight, fetched in the background; those that were are kept while there is room."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from kraken_desktop.gui.history.records import Records
from kraken_desktop.gui.jobs import Background
from kraken_desktop.model.history import HistoryEntry
from kraken_desktop.model.job import JobStatus

_log = logging.getLogger(__name__)

MOST_KEPT = 1_000
MOST_AT_ONCE = 48
"""Entries of one fetch: what a tall window shows, and a little beyond."""


class Entries(QObject):
    """Entries by their numbers. What is asked for last is fetched first: it is what the person looks at.

    Args:
        around: the numbers near a place of the list: likely to be looked at next.

    Signals:
        arrived: some that were asked for are there, or will never be: a ``dict`` of their numbers and places.
        missed: some could not be had: somebody else removed them from the history, or they cannot be read.
        failed: the history cannot be read; an ``Exception``.
    """

    arrived = Signal(object)
    missed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        records: Records,
        background: Background,
        around: Callable[[int], Sequence[int]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._records = records
        self._background = background
        self._around = around
        self._kept: OrderedDict[int, HistoryEntry] = OrderedDict()
        self._numbers: dict[str, int] = {}
        self._wanted: OrderedDict[int, int] = OrderedDict()
        self._gone: set[int] = set()
        self._missed: set[int] = set()
        """Told once: an entry that cannot be read stays in the list."""
        self._fetching: dict[int, int] = {}
        self._busy = False
        # A whole screen of rows is asked for one by one, and fetched at once.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._fetch)

    def entry(self, number: int) -> HistoryEntry | None:
        """An entry, if it is here."""
        found = self._kept.get(number)
        if found is not None:
            self._kept.move_to_end(number)
        return found

    def is_lost(self, number: int) -> bool:
        """Whether an entry that is listed could not be had."""
        return number in self._gone

    def number_of(self, job_id: str) -> int | None:
        """The entry of a job, if it is here."""
        return self._numbers.get(job_id)

    def want(self, number: int, place: int) -> None:
        """Fetch an entry that is not here, and that the list has at this place."""
        if number in self._gone or number in self._fetching:
            return
        self._wanted[number] = place
        self._wanted.move_to_end(number)
        while len(self._wanted) > MOST_AT_ONCE:
            # Rows that scrolled by need no entry any more.
            self._wanted.popitem(last=False)
        if not self._busy:
            self._soon.start()

    def know(self, statuses: Iterable[JobStatus]) -> None:
        """Take over what became of jobs since they were read."""
        for status in statuses:
            number = self._numbers.get(status.job.id)
            if number is not None:
                self._kept[number] = replace(self._kept[number], status=status)

    def forget(self, numbers: Iterable[int]) -> None:
        """Read these anew when they are seen again."""
        for number in numbers:
            self._drop(number)

    def _drop(self, number: int) -> None:
        entry = self._kept.pop(number, None)
        if entry is not None:
            self._numbers.pop(entry.status.job.id, None)

    def _fetch(self) -> None:
        if self._busy or not self._wanted:
            return
        self._fetching = dict(self._wanted)
        self._wanted.clear()
        near = self._around(next(reversed(self._fetching.values())))
        numbers = tuple(dict.fromkeys([*self._fetching, *(each for each in near if each not in self._kept)]))
        numbers = numbers[:MOST_AT_ONCE]
        self._busy = True
        self._background.run(
            partial(self._records.entries, numbers), partial(self._fetched, numbers), partial(self._failed, numbers)
        )

    def _fetched(self, numbers: Sequence[int], entries: Sequence[HistoryEntry]) -> None:
        for entry in entries:
            self._kept[entry.number] = entry
            self._kept.move_to_end(entry.number)
            self._numbers[entry.status.job.id] = entry.number
        while len(self._kept) > MOST_KEPT:
            self._drop(next(iter(self._kept)))
        missing = set(numbers).difference(entry.number for entry in entries)
        self._gone |= missing
        news = missing - self._missed
        self._missed |= missing
        self._end_fetch()
        if news:
            self.missed.emit()

    def _failed(self, numbers: Sequence[int], error: Exception) -> None:
        # Asked for again when the list is read anew, not at every paint.
        self._gone.update(numbers)
        self._end_fetch()
        self.failed.emit(error)

    def _end_fetch(self) -> None:
        self._busy = False
        fetched, self._fetching = self._fetching, {}
        self.arrived.emit(fetched)
        if self._wanted:
            self._soon.start()

    def begin_anew(self) -> None:
        """The list was read anew: what could not be read then may be there now."""
        self._gone.clear()
