"""What a runner is given: who runs its work, who does it, who listens, who keeps time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.job import Failure, Job, JobStatus, Outcome, Progress


class Executor(Protocol):
    """Runs callables on other threads, or later."""

    def submit(self, work: Callable[[], None], /) -> object:
        """Run ``work`` once, soon."""


class Work(Protocol):
    """What the pipeline does: one job to its outcome, never raising."""

    def __call__(
        self,
        job: Job,
        cancel: CancelToken,
        tell: Callable[[Progress], None],
        suspected_since: datetime | None = None,
        /,
    ) -> Outcome: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why jobs wait that could run: one of them met what the others would meet, and alone tries again."""

    why: Failure
    """What it met: no network, or a rate limit."""
    until: float
    """When it is tried again, on the runner's monotonic clock; in the past while a try is on its way."""
    profile_id: str
    """Whose jobs wait: those of other profiles go on."""


class Listener(Protocol):
    """Hears what happens, from any thread, one call at a time. May not call the runner back.

    It is told before the job's worker goes on: who is slow slows the queue down.
    """

    def job_changed(self, status: JobStatus) -> None:
        """A job has another state; the status is whole and frozen."""

    def queue_paused(self, why: Failure | None) -> None:
        """The queue stopped because each further job would fail alike; None: it goes on."""

    def queue_suspended(self, suspended: bool) -> None:
        """The person stopped the queue, or let it go on: nothing more starts, and what runs runs on."""

    def queue_held(self, holds: tuple[Hold, ...]) -> None:
        """What holds jobs back now, the one that ends first at the head; empty: nothing does."""


class CallLater(Protocol):
    """Calls something once, after some seconds; what it returns can take that back."""

    def __call__(self, seconds: float, call: Callable[[], None], /) -> Callable[[], None]: ...


Renewal = Callable[[Job], Job]
"""The job with another snapshot, or the very same job where nothing changed."""


def as_it_was(job: Job) -> Job:
    """The renewal that changes nothing."""
    return job


def call_later(seconds: float, call: Callable[[], None]) -> Callable[[], None]:
    """A timer on a thread of its own, which does not keep the program alive."""
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()
    return timer.cancel
