"""Looks for entries in the background: the newest question counts, and an answer that is late is dropped."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from kraken_desktop.gui.history.records import Records
from kraken_desktop.gui.history.rows import Change, change_between
from kraken_desktop.gui.jobs import Background
from kraken_desktop.model.history import HistoryQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One look."""

    query: HistoryQuery
    before: tuple[int, ...]
    """The list as it is."""
    hidden: frozenset[int]
    """Entries that are not to be found: they are about to be forgotten."""
    is_again: bool
    """It is the same question as before: rows that stay keep their places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of a look."""

    asked: Asked
    numbers: tuple[int, ...]
    change: Change | None
    """How the list becomes this one; None: it is another list."""
    total: int
    """How many entries there are, found or not."""
    profiles: tuple[tuple[str, str], ...] | None
    """That anything went through: ids and names; None where nobody looked anew."""


_ALL = HistoryQuery()


class Search(QObject):
    """One look at a time. What is asked while another one runs waits for its end; only the newest does.

    Signals:
        found: a ``Found``.
        failed: an ``Exception``.
    """

    found = Signal(object)
    failed = Signal(object)

    def __init__(self, records: Records, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records = records
        self._background = background
        self._running: Asked | None = None
        self._next: Asked | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._running is not None

    def ask(self, query: HistoryQuery, before: tuple[int, ...], hidden: Collection[int], *, is_again: bool) -> None:
        """Look; an older question is not answered any more."""
        waiting = self._next or self._running
        # What has not been shown yet is a new list also if the same is asked once more.
        is_again = is_again and (waiting is None or waiting.is_again)
        self._next = Asked(query=query, before=before, hidden=frozenset(hidden), is_again=is_again)
        if self._running is None:
            self._begin()

    def _begin(self) -> None:
        asked, self._next = self._next, None
        self._running = asked
        if asked is not None:
            self._background.run(partial(_look, self._records, asked), self._answered, self._refused)

    def _answered(self, found: Found) -> None:
        if self._next is not None:
            self._begin()
            return
        self._running = None
        self.found.emit(found)

    def _refused(self, error: Exception) -> None:
        if self._next is not None:
            self._begin()
            return
        self._running = None
        self.failed.emit(error)


def _look(records: Records, asked: Asked) -> Found:
    numbers = records.find(asked.query)
    total = len(numbers) if asked.query == _ALL else records.count()
    if asked.hidden:
        numbers = tuple(number for number in numbers if number not in asked.hidden)
    return Found(
        asked=asked,
        numbers=numbers,
        change=change_between(asked.before, numbers) if asked.is_again else None,
        total=total - len(asked.hidden),
        # Who types asks for other words, and not for other profiles.
        profiles=records.profiles() if asked.is_again or not asked.before else None,
    )
