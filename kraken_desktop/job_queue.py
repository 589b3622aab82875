"""Which job next: a state machine without threads, clocks or disks.

Every method takes the time as an argument and answers at once; the runner does what it says.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from kraken_desktop.model.errors import Scope
from kraken_desktop.model.job import Done, Failed, Failure, JobState, Outcome, Skipped, state_of

MAX_TRIES = 4
_FIRST_PAUSE = 2.0
_LONGEST_PAUSE = 60.0
_LONGEST_RETRY_AFTER = 3600.0

_RATE_LIMIT = "kraken.rate_limited"
_MET_BY_ALL = frozenset({_RATE_LIMIT, "transport.name_lookup", "transport.connect"})
"""What the next job of the lane would meet as well: all wait, and one alone tries whether it is over."""

_PAID_AND_REFUSED = "kraken.store_busy"
"""The bucket is busy, and each push that it does not take may be charged: the others wait, and one tries its luck."""

_WAITED, _NEW = 0, 1
"""Which of two jobs that may start comes first: by these, then by time or place."""


@dataclass(slots=True)
class _Entry:
    lane: str
    state: JobState = JobState.QUEUED
    tries: int = 0
    held: int = 0
    """How many of them ended in a hold that is waited for: they use up none."""
    retry_at: float = 0.0
    resumes: int = 0
    """How often the queue had been resumed when it started."""


@dataclass(slots=True)
class _Lane:
    """The jobs of one profile: what one of them meets on its way, the others would meet as well."""

    ready: deque[tuple[int, str]] = field(default_factory=deque)
    """Places in the queue and ids, in order; holds ids that were cancelled there too."""
    due: list[tuple[float, str]] = field(default_factory=list)
    """A heap of times and ids; holds stale pairs too."""
    queued: int = 0
    waiting: int = 0
    running: int = 0
    why: Failure | None = None
    """What the jobs are held back by: one at a time tries again until the next success."""
    held_until: float = 0.0
    strikes: int = 0
    """How many in a row were paid for and not stored."""

    def may_start(self, now: float) -> bool:
        return now >= self.held_until and (self.why is None or not self.running)


class Verdict(Enum):
    """What follows from a job's outcome."""

    ENDED = "ended"
    TRY_AGAIN = "try again"
    HELD = "held"
    """Its fault is the batch's: the job is queued again, and the queue waits for the person if it is paused."""


class JobQueue:
    """Jobs by id, first come first served, at most ``limit`` of them running.

    An error that every other job would meet as well pauses the queue: nothing is burnt through. One that may
    pass by itself (a rate limit, no network) holds back the jobs of its lane, and one of them at a time tries
    until the next success.

    Args:
        patient: such a hold lasts as long as it takes; else it becomes a pause when a job's tries are used up.
    """

    def __init__(self, limit: int, *, patient: bool = False) -> None:
        self._limit = limit
        self._patient = patient
        self._entries: dict[str, _Entry] = {}
        self._lanes: dict[str, _Lane] = {}
        self._running: set[str] = set()
        self._last = 0
        self._first = 0
        self._resumes = 0
        self.paused = False
        """Each further job would fail alike."""
        self.paused_by: Failure | None = None
        """How."""
        self.suspended = False
        """The person wants nothing more to start."""

    # --- asking ---

    @property
    def idle(self) -> bool:
        """Whether nothing runs, waits, or could start."""
        return not self._running and not any(lane.waiting or lane.queued for lane in self._lanes.values())

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
        entry = self._entries[job_id]
        return max(entry.retry_at, self._lanes[entry.lane].held_until)

    def wake_at(self, now: float) -> float | None:
        """When, after now, time alone lets a job start; None if it never does."""
        if self.paused or self.suspended:
            return None
        return min((at for lane in self._lanes.values() if (at := self._lane_wakes_at(lane)) > now), default=None)

    def holds(self) -> tuple[tuple[str, Failure, float], ...]:
        """The lanes that are held back, why, and until when; the one that ends first at the head."""
        held = (
            (name, lane.why, lane.held_until)
            for name, lane in self._lanes.items()
            if lane.why is not None and (lane.queued or lane.waiting or lane.running)
        )
        return tuple(sorted(held, key=lambda each: each[2]))

    # --- telling ---

    def add(self, job_ids: Iterable[str], lane: str = "") -> None:
        """Queue new jobs, or ended ones anew.

        Args:
            lane: what they have in common on their way.
        """
        of_lane = self._lanes.setdefault(lane, _Lane())
        for job_id in job_ids:
            entry = self._entries.get(job_id)
            if entry is not None and not entry.state.ended:
                continue
            self._entries.pop(job_id, None)
            self._entries[job_id] = _Entry(lane)
            self._last += 1
            of_lane.ready.append((self._last, job_id))
            of_lane.queued += 1

    def start_next(self, now: float) -> str | None:
        """The id of the job to start now, which counts as running from here; None if none may."""
        if self.paused or self.suspended or len(self._running) >= self._limit:
            return None
        # What waited for its time comes first, then what came first.
        best: tuple[int, float, str, _Lane] | None = None
        for lane in self._lanes.values():
            if lane.may_start(now) and (head := self._head(lane, now)) and (best is None or head < best[:3]):
                best = (*head, lane)
        if best is None:
            return None
        waited, _, job_id, lane = best
        if waited == _WAITED:
            heapq.heappop(lane.due)
            lane.waiting -= 1
        else:
            lane.ready.popleft()
            lane.queued -= 1
        return self._start(job_id, lane)

    def reached(self, job_id: str) -> bool:
        """Take note that bytes of a running job get through; whether that ends a hold. A rate limit it does not end."""
        lane = self._lanes[self._entries[job_id].lane]
        if lane.why is None or lane.why.code in {_RATE_LIMIT, _PAID_AND_REFUSED}:
            return False
        lane.why, lane.held_until = None, 0.0
        return True

    def finish(self, job_id: str, outcome: Outcome, now: float, jitter: float) -> Verdict:
        """Take note of how a run ended.

        Args:
            jitter: 0 to 1, drawn by the caller: jobs that failed together are not tried again together.
        """
        entry = self._entries[job_id]
        lane = self._ran(job_id, entry)
        if isinstance(outcome, Done | Skipped):
            lane.why, lane.held_until, lane.strikes = None, 0.0, 0
        elif isinstance(outcome, Failed):
            failure = outcome.failure
            if failure.code == _PAID_AND_REFUSED:
                self._strike(lane, failure, entry, now, jitter)
            if self._is_of_all(failure, entry):
                # One that started before the person mended things tells nothing of how they are now.
                if not self.paused and entry.resumes == self._resumes:
                    self.paused, self.paused_by = True, failure
                self._requeue_first(job_id, entry, lane)
                return Verdict.HELD
            held = failure.retryable and _is_met_by_all(failure)
            waits = held and self._patient
            entry.held += waits
            tries = entry.held if waits else entry.tries - entry.held
            if waits or (failure.retryable and tries < MAX_TRIES):
                self._wait(job_id, entry, lane, now + _pause(failure, tries, jitter))
                if held:
                    lane.why, lane.held_until = failure, max(lane.held_until, entry.retry_at)
                return Verdict.TRY_AGAIN
        entry.state = state_of(outcome)
        return Verdict.ENDED

    def end(self, job_id: str, state: JobState) -> None:
        """Take a running job for ended, whatever its worker still does."""
        entry = self._entries[job_id]
        if job_id in self._running:
            self._ran(job_id, entry)
        entry.state = state

    def cancel(self, job_id: str) -> bool:
        """Take a job that does not run out of the queue; False if it runs or has ended already."""
        entry = self._entries.get(job_id)
        if entry is None or entry.state not in {JobState.QUEUED, JobState.WAITING}:
            return False
        # It stays in deque and heap, where start_next passes over it: removing from the middle would be slow.
        lane = self._lanes[entry.lane]
        if entry.state is JobState.QUEUED:
            lane.queued -= 1
        else:
            lane.waiting -= 1
        entry.state = JobState.CANCELLED
        return True

    def resume(self) -> None:
        """Go on after a pause; jobs that wait are tried at once, as the person just said so."""
        self.paused, self.paused_by = False, None
        self._resumes += 1
        for lane in self._lanes.values():
            lane.strikes = 0
        self.try_now()

    def try_now(self) -> None:
        """Wait no longer: what waits for its time is due, and what is held is tried by one."""
        for lane in self._lanes.values():
            lane.held_until = 0.0
            lane.due.clear()
        for job_id, entry in self._entries.items():
            if entry.state is JobState.WAITING:
                entry.retry_at = 0.0
                # Whoever asks expects that it is over: if not, the pauses grow anew.
                entry.tries, entry.held = entry.tries - entry.held, 0
                self._lanes[entry.lane].due.append((0.0, job_id))

    # --- the machinery ---

    def _is_of_all(self, failure: Failure, entry: _Entry) -> bool:
        used_up = _is_met_by_all(failure) and entry.tries >= MAX_TRIES and not self._patient
        return failure.scope is Scope.BATCH or used_up

    def _strike(self, lane: _Lane, failure: Failure, entry: _Entry, now: float, jitter: float) -> None:
        if entry.resumes != self._resumes:
            return
        lane.strikes += 1
        lane.why, lane.held_until = failure, max(lane.held_until, now + _pause(failure, lane.strikes, jitter))
        if lane.strikes >= MAX_TRIES and (lane.queued or lane.waiting) and not self.paused:
            self.paused, self.paused_by = True, failure

    def _head(self, lane: _Lane, now: float) -> tuple[int, float, str] | None:
        """Which job of a lane would start now, and its place among those of other lanes."""
        due = self._next_due(lane)
        if due is not None and due[0] <= now:
            return (_WAITED, *due)
        while lane.ready and self._entries[lane.ready[0][1]].state is not JobState.QUEUED:
            lane.ready.popleft()
        return (_NEW, *lane.ready[0]) if lane.ready else None

    def _next_due(self, lane: _Lane) -> tuple[float, str] | None:
        """The waiting job whose time comes first; stale pairs before it are dropped."""
        while lane.due:
            retry_at, job_id = lane.due[0]
            entry = self._entries[job_id]
            if entry.state is JobState.WAITING and entry.retry_at == retry_at:
                return lane.due[0]
            heapq.heappop(lane.due)
        return None

    def _lane_wakes_at(self, lane: _Lane) -> float:
        due = self._next_due(lane)
        if lane.queued:
            return lane.held_until
        return max(due[0], lane.held_until) if due is not None else 0.0

    def _start(self, job_id: str, lane: _Lane) -> str:
        entry = self._entries[job_id]
        entry.state = JobState.RUNNING
        entry.tries += 1
        entry.resumes = self._resumes
        lane.running += 1
        self._running.add(job_id)
        return job_id

    def _ran(self, job_id: str, entry: _Entry) -> _Lane:
        self._running.discard(job_id)
        lane = self._lanes[entry.lane]
        lane.running -= 1
        return lane

    def _wait(self, job_id: str, entry: _Entry, lane: _Lane, retry_at: float) -> None:
        entry.state = JobState.WAITING
        entry.retry_at = retry_at
        lane.waiting += 1
        heapq.heappush(lane.due, (retry_at, job_id))

    def _requeue_first(self, job_id: str, entry: _Entry, lane: _Lane) -> None:
        entry.state = JobState.QUEUED
        entry.tries = entry.held = 0
        self._first -= 1
        lane.ready.appendleft((self._first, job_id))
        lane.queued += 1


def _is_met_by_all(failure: Failure) -> bool:
    # A cable that is out, or a firewall, answers nothing at all.
    no_way = failure.code == "transport.timeout" and failure.facts.get("phase") == "connect"
    return no_way or failure.code in _MET_BY_ALL


def _pause(failure: Failure, tries: int, jitter: float) -> float:
    """Seconds until the next try: growing, spread by half, and never less than the server asked for."""
    grown = min(_LONGEST_PAUSE, _FIRST_PAUSE * 4.0 ** min(tries - 1, 8))
    asked = min(float(failure.retry_after or 0), _LONGEST_RETRY_AFTER)
    return max(grown * (0.5 + 0.5 * jitter), asked)
