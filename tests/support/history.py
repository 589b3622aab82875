"""A history in memory, in the place of the one on the disk, and entries by hand."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.model.history import HistoryEntry, HistoryQuery, Order
from kraken_desktop.model.job import Done, JobStatus
from tests.support.gui import done

NEWEST = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def entry(number: int, status: JobStatus | None = None, ended_at: datetime | None = None) -> HistoryEntry:
    """Higher numbers ended later, an hour each."""
    told = ended_at or NEWEST + timedelta(hours=number)
    return HistoryEntry(number=number, status=status or done(number), ended_at=told)


class MemoryRecords:
    """What ``Records`` promises. ``gate`` holds back every answer while it is closed."""

    def __init__(self, *entries: HistoryEntry) -> None:
        self.kept = {each.number: each for each in entries}
        self.asked: list[HistoryQuery] = []
        self.fetched: list[tuple[int, ...]] = []
        self.trouble: Exception | None = None
        self.problem: KrakenDesktopError | None = None
        self.gate = threading.Event()
        self.gate.set()

    def _enter(self) -> None:
        assert self.gate.wait(20)
        assert threading.current_thread() is not threading.main_thread()
        if self.trouble is not None:
            raise self.trouble

    def add(self, *entries: HistoryEntry) -> None:
        self.kept.update((each.number, each) for each in entries)

    def find(self, query: HistoryQuery) -> tuple[int, ...]:
        self.asked.append(query)
        self._enter()
        found = [each for each in self.kept.values() if self._fits(each, query)]
        found.sort(key=lambda each: self._key(each, query.order), reverse=query.descending)
        return tuple(each.number for each in found)

    def _fits(self, each: HistoryEntry, query: HistoryQuery) -> bool:
        source, profile = each.status.job.source, each.status.job.snapshot.profile
        text = " ".join((source.name, source.folder, *each.status.keys, *(image.url for image in each.status.links)))
        return (
            all(word.lower() in text.lower() for word in query.text.split())
            and query.profile in {"", profile.id}
            and (not query.states or each.status.state in query.states)
            and (query.since is None or each.ended_at >= query.since)
            and (query.until is None or each.ended_at < query.until)
        )

    def _key(self, each: HistoryEntry, order: Order) -> object:
        match order:
            case Order.ENDED:
                return each.ended_at
            case Order.NAME:
                return each.status.job.source.name.lower()
            case Order.SIZE:
                return each.status.job.source.size or 0
            case Order.SAVED:
                outcome = each.status.outcome
                return (outcome.saved_bytes or 0) if isinstance(outcome, Done) else 0

    def entries(self, numbers: Sequence[int]) -> tuple[HistoryEntry, ...]:
        self.fetched.append(tuple(numbers))
        self._enter()
        return tuple(self.kept[number] for number in numbers if number in self.kept)

    def profiles(self) -> tuple[tuple[str, str], ...]:
        self._enter()
        found = {
            each.status.job.snapshot.profile.id: each.status.job.snapshot.profile.name for each in self.kept.values()
        }
        return tuple(sorted(found.items(), key=lambda pair: pair[1]))

    def count(self) -> int:
        self._enter()
        return len(self.kept)

    def forget(self, numbers: Sequence[int]) -> int:
        self._enter()
        return sum(self.kept.pop(number, None) is not None for number in numbers)


def named(number: int, name: str) -> JobStatus:
    status = done(number)
    return replace(status, job=replace(status.job, source=replace(status.job.source, name=name)))
