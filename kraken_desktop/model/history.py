"""The history: ended jobs, how one looks for them, and in which order they come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kraken_desktop.model.job import JobState, JobStatus


class Order(StrEnum):
    """What the history is sorted by."""

    ENDED = "ended"
    """The time of the outcome."""
    NAME = "name"
    """The source's own name, regardless of case."""
    SIZE = "size"
    """Bytes of the source."""
    SAVED = "saved"
    """Bytes that the result is smaller by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """Which ended jobs, and in which order. Without an argument: all of them, newest first."""

    text: str = ""
    """Words that all occur in name, folder, keys or addresses, regardless of case."""
    profile: str = ""
    """The id of the profile it went through; empty for any."""
    states: frozenset[JobState] = frozenset()
    """Outcomes; empty for any."""
    since: datetime | None = None
    """Ended at this moment or later; aware of its zone."""
    until: datetime | None = None
    """Ended before this moment; aware of its zone."""
    order: Order = Order.ENDED
    descending: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One ended job."""

    number: int
    """What tells it from every other entry of the same journal; it never changes."""
    status: JobStatus
    ended_at: datetime
    """Wall-clock time, UTC."""
