"""Which job next: a state machine without threads, clocks or disks.

Every method takes the time as an argument and answers at once; the runner does what it says.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from kraken_desktop.model.errors import Scope
from kraken_desktop.model.job import Failed, Failure, JobState, Outcome, state_of

MAX_TRIES = 4
_FIRST_PAUSE = 2.0
_LONGEST_PAUSE = 60.0
_LONGEST_RETRY_AFTER = 600.0

_MET_BY_ALL = frozenset({"kraken.rate_limited", "transport.name_lookup", "transport.connect"})
"""What the next job would meet as well: all wait, and one alone tries whether it is over."""


@dataclass(slots=True)
class _Entry:
    state: JobState = JobState.QUEUED
    tries: int = 0
    retry_at: float = 0.0
    resumes: int = 0
    """How often the queue had been resumed when it started."""


class Verdict(Enum):
    """What follows from a job's outcome."""

    ENDED = "ended"
    TRY_AGAIN = "try again"
    HELD = "held"
    """Its fault is the batch's: the job is queued again, and the queue waits for the person if it is paused."""


class JobQueue:
    """Jobs by id, first come first served, at most ``limit`` of them running.

    An error that every other job would meet as well pauses the queue: nothing is burnt through. One that may
    pass by itself (a rate limit, no network) holds all of them back, and one job at a time tries until the next
    success; when its tries are used up, the queue pauses too.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._slowed = False
        self._held_until = 0.0
        self._entries: dict[str, _Entry] = {}
        self._ready: deque[str] = deque()
        self._queued = 0  # of _ready, which also holds ids that were cancelled there
        self._waiting: set[str] = set()
        self._due: list[tuple[float, str]] = []  # a heap; holds stale pairs too
        self._running: set[str] = set()
        self._resumes = 0
        self.paused = False

    # --- asking ---

    @property
    def idle(self) -> bool:
        """Whether nothing runs, waits, or could start."""
        return not self._running and not self._waiting and not self._queued

    @property
    def running(self) -> frozenset[str]:
        """The ids of the jobs that run."""
        return frozenset(self._running)

    def state(self, job_id: str) -> JobState | None:
        """The state of a job; None if it is not known."""
        entry = self._entries.get(job_id)
        return entry.state if entry is not None else None

    def tries(self, job_id: str) -> int:
        """How often the job was started since it was added or retried by hand."""
        return self._entries[job_id].tries

    def ids_in(self, *states: JobState) -> tuple[str, ...]:
        """The ids of all jobs in one of these states, in the order they were added."""
        return tuple(job_id for job_id, entry in self._entries.items() if entry.state in states)

    def retry_at(self, job_id: str) -> float:
        """When a waiting job is tried again."""
        return max(self._entries[job_id].retry_at, self._held_until)

    def wake_at(self) -> float | None:
        """When time alone lets a job start; None if it never does."""
        if self.paused or not (self._waiting or self._queued):
            return None
        due = self._next_due()
        if self._queued or due is None:
            return self._held_until
        return max(due[0], self._held_until)

    # --- telling ---

    def add(self, job_ids: Iterable[str]) -> None:
        """Queue new jobs, or ended ones anew."""
        for job_id in job_ids:
            entry = self._entries.get(job_id)
            if entry is not None and not entry.state.ended:
                continue
            self._entries.pop(job_id, None)
            self._entries[job_id] = _Entry()
            self._ready.append(job_id)
            self._queued += 1

    def start_next(self, now: float) -> str | None:
        """The id of the job to start now, which counts as running from here; None if none may."""
        limit = 1 if self._slowed else self._limit
        if self.paused or now < self._held_until or len(self._running) >= limit:
            return None
        due = self._next_due()
        if due is not None and due[0] <= now:
            heapq.heappop(self._due)
            self._waiting.discard(due[1])
            return self._start(due[1])
        while self._ready:
            job_id = self._ready.popleft()
            if self._entries[job_id].state is JobState.QUEUED:
                self._queued -= 1
                return self._start(job_id)
        return None

    def finish(self, job_id: str, outcome: Outcome, now: float, jitter: float) -> Verdict:
        """Take note of how a run ended.

        Args:
            jitter: 0 to 1, drawn by the caller: jobs that failed together are not tried again together.
        """
        self._running.discard(job_id)
        entry = self._entries[job_id]
        if not isinstance(outcome, Failed):
            self._slowed = False
        elif self._is_of_all(outcome.failure, entry):
            # One that started before the person mended things tells nothing of how they are now.
            self.paused = self.paused or entry.resumes == self._resumes
            self._requeue_first(job_id)
            return Verdict.HELD
        elif outcome.failure.retryable and entry.tries < MAX_TRIES:
            self._wait(job_id, now + _pause(outcome.failure, entry.tries, jitter))
            if outcome.failure.code in _MET_BY_ALL:
                self._slowed = True
                self._held_until = max(self._held_until, entry.retry_at)
            return Verdict.TRY_AGAIN
        entry.state = state_of(outcome)
        return Verdict.ENDED

    def end(self, job_id: str, state: JobState) -> None:
        """Take a running job for ended, whatever its worker still does."""
        self._running.discard(job_id)
        self._entries[job_id].state = state

    def cancel(self, job_id: str) -> bool:
        """Take a job that does not run out of the queue; False if it runs or has ended already."""
        entry = self._entries.get(job_id)
        if entry is None or entry.state not in {JobState.QUEUED, JobState.WAITING}:
            return False
        if entry.state is JobState.QUEUED:
            self._queued -= 1
        self._waiting.discard(job_id)
        entry.state = JobState.CANCELLED  # start_next passes over it: removing from the middle would be slow
        return True

    def resume(self) -> None:
        """Go on after a pause; jobs that wait are tried at once, as the person just said so."""
        self.paused = False
        self._resumes += 1
        self._held_until = 0.0
        for job_id in self._waiting:
            self._entries[job_id].retry_at = 0.0
        self._due = [(0.0, job_id) for job_id in self._entries if job_id in self._waiting]

    # --- the machinery ---

    def _is_of_all(self, failure: Failure, entry: _Entry) -> bool:
        return failure.scope is Scope.BATCH or (failure.code in _MET_BY_ALL and entry.tries >= MAX_TRIES)

    def _next_due(self) -> tuple[float, str] | None:
        """The waiting job whose time comes first; stale pairs before it are dropped."""
        while self._due:
            retry_at, job_id = self._due[0]
            if job_id in self._waiting and self._entries[job_id].retry_at == retry_at:
                return self._due[0]
            heapq.heappop(self._due)
        return None

    def _start(self, job_id: str) -> str:
        entry = self._entries[job_id]
        entry.state = JobState.RUNNING
        entry.tries += 1
        entry.resumes = self._resumes
        self._running.add(job_id)
        return job_id

    def _wait(self, job_id: str, retry_at: float) -> None:
        entry = self._entries[job_id]
        entry.state = JobState.WAITING
        entry.retry_at = retry_at
        self._waiting.add(job_id)
        heapq.heappush(self._due, (retry_at, job_id))

    def _requeue_first(self, job_id: str) -> None:
        entry = self._entries[job_id]
        entry.state = JobState.QUEUED
        entry.tries = 0
        self._ready.appendleft(job_id)
        self._queued += 1


def _pause(failure: Failure, tries: int, jitter: float) -> float:
    """Seconds until the next try: growing, spread by half, and never less than the server asked for."""
    grown = min(_LONGEST_PAUSE, _FIRST_PAUSE * 4.0 ** (tries - 1))
    asked = min(float(failure.retry_after or 0), _LONGEST_RETRY_AFTER)
    return max(grown * (0.5 + 0.5 * jitter), asked)
