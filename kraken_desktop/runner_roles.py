"""What a runner is given: who runs its work, who does it, who listens, who keeps time."""

from __future__ import annotations

import threading
from collections.abc import Callable
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


class Listener(Protocol):
    """Hears what happens, from any thread, one call at a time. May not call the runner back.

    It is told before the job's worker goes on: who is slow slows the queue down.
    """

    def job_changed(self, status: JobStatus) -> None:
        """A job has another state; the status is whole and frozen."""

    def queue_paused(self, why: Failure | None) -> None:
        """The queue stopped because each further job would fail alike; None: it goes on."""


class CallLater(Protocol):
    """Calls something once, after some seconds; what it returns can take that back."""

    def __call__(self, seconds: float, call: Callable[[], None], /) -> Callable[[], None]: ...


Renewal = Callable[[Job], Job]
"""The job with another snapshot, or the very same job where nothing changed."""


def call_later(seconds: float, call: Callable[[], None]) -> Callable[[], None]:
    """A timer on a thread of its own, which does not keep the program alive."""
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()
    return timer.cancel
