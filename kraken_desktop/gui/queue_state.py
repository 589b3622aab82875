"""How the queue is, apart from its jobs: what keeps those from starting that could."""

from __future__ import annotations

from dataclasses import dataclass

from kraken_desktop.model.job import Failure, JobState, JobStatus
from kraken_desktop.runner_roles import Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """Replaced whole, never changed."""

    paused: Failure | None = None
    """Each further job would fail alike: it waits until the person has mended that."""
    suspended: bool = False
    """The person paused it."""
    holds: tuple[Hold, ...] = ()
    """What passes by itself; the one that ends first at the head."""

    @property
    def stopped(self) -> bool:
        """Whether nothing starts before the person says so."""
        return self.suspended or self.paused is not None

    def hold_of(self, status: JobStatus) -> Hold | None:
        """What holds back a job that has not started, and ends by itself; None where the queue is stopped anyway."""
        if self.stopped or status.state not in {JobState.QUEUED, JobState.WAITING}:
            return None
        profile_id = status.job.snapshot.profile.id
        return next((hold for hold in self.holds if hold.profile_id == profile_id), None)

    def tried_at(self, status: JobStatus) -> float | None:
        """When a job is tried again, on the runner's clock; None where nobody knows, or it was not tried yet."""
        if self.stopped or status.state is not JobState.WAITING or status.retry_at is None:
            return None
        hold = self.hold_of(status)
        return max(status.retry_at, hold.until) if hold is not None else status.retry_at
