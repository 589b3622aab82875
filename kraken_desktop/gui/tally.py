"""Counts over the rows of the list, kept up row by row: never a walk over ten thousand of them."""

from __future__ import annotations

from collections import Counter

from kraken_desktop.gui.job_lines import can_retry
from kraken_desktop.gui.progress import share_of
from kraken_desktop.model.job import Done, JobState, JobStatus


class Tally:
    """How many jobs are in which state, and their bytes. Sizes in bytes; unknown ones count as nothing."""

    def __init__(self) -> None:
        self.counts: Counter[JobState] = Counter()
        self.held = 0
        """Of the queued jobs, those that nothing but the person can let go on."""
        self.not_started: Counter[str] = Counter()
        """Queued and waiting jobs, by the id of their profile."""
        self.retryable = 0
        self.bytes_total = 0
        """Of all sources."""
        self.bytes_through = 0
        """Of sources that ended, and of those that run as much as they have behind them."""
        self.bytes_before = 0
        """Of the sources of done jobs whose saving is known."""
        self.bytes_saved = 0
        self.images = 0
        """Links to copy."""

    @property
    def total(self) -> int:
        """All jobs."""
        return self.counts.total()

    @property
    def ended(self) -> int:
        """Jobs of which nothing more comes."""
        return sum(count for state, count in self.counts.items() if state.ended)

    @property
    def unfinished(self) -> int:
        """Jobs that run or wait."""
        return self.total - self.ended

    @property
    def moving(self) -> int:
        """Jobs that run, or will without anybody's doing."""
        return self.unfinished - self.held

    def add(self, status: JobStatus) -> None:
        """Count a row."""
        self._count(status, 1)

    def remove(self, status: JobStatus) -> None:
        """Take back what :meth:`add` counted for the same value."""
        self._count(status, -1)

    def _count(self, status: JobStatus, sign: int) -> None:
        # Called up to four times a change of a job: what cannot have happened is not asked for.
        self.counts[status.state] += sign
        size = status.job.source.size or 0
        self.bytes_total += sign * size
        if status.state is JobState.RUNNING:
            self.bytes_through += sign * round(size * share_of(status))
        elif not status.state.ended:
            self.not_started[status.job.snapshot.profile.id] += sign
            if status.state is JobState.QUEUED and status.waiting_for is not None:
                self.held += sign
        if status.outcome is None:
            return
        self.bytes_through += sign * size
        self.retryable += sign * can_retry(status)
        self.images += sign * len(status.links)
        # Of several images none is what the source became: nothing can be said of what they save.
        if (
            isinstance(status.outcome, Done)
            and len(status.outcome.images) == 1
            and status.outcome.saved_bytes is not None
        ):
            self.bytes_before += sign * (status.outcome.original_bytes or 0)
            self.bytes_saved += sign * status.outcome.saved_bytes
