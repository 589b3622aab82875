"""Drives the queue with any executor: the window's thread pool, the terminal's, or a test's own hands."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from kraken_desktop.cancel import CancelToken
from kraken_desktop.job_queue import JobQueue, Verdict
from kraken_desktop.left_images import LeftImages
from kraken_desktop.model.errors import JournalError
from kraken_desktop.model.job import (
    Cancelled,
    Failed,
    Failure,
    Job,
    JobState,
    JobStatus,
    Outcome,
    Progress,
)
from kraken_desktop.runner_roles import CallLater, Executor, Hold, Listener, Renewal, Work, as_it_was, call_later
from kraken_desktop.runner_telling import Telling
from kraken_desktop.stores.journal import Journal, Recovered

_log = logging.getLogger(__name__)

_PART = 500
_NOT_STARTED = (JobState.QUEUED, JobState.WAITING)


class Runner:
    """The queue at work. Every method may be called from any thread.

    ``submit``, ``cancel`` and ``retry`` write to the journal: not for a thread that paints.

    Args:
        limit: how many jobs run at the same time.
        patient: without a network, or with a rate limit, jobs wait as long as that takes; else the queue pauses
            once a job's tries are used up.
        draw: a random number of 0 to 1, for the jitter of pauses.
    """

    def __init__(
        self,
        *,
        executor: Executor,
        work: Work,
        journal: Journal,
        listener: Listener,
        limit: int,
        patient: bool = False,
        clock: Callable[[], float] = time.monotonic,
        later: CallLater = call_later,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._executor = executor
        self._work = work
        self._journal = journal
        self._telling = Telling(listener, status_of=self._status_of, holds=self._holds)
        self._clock = clock
        self._later = later
        self._draw = draw
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._queue = JobQueue(limit, patient=patient)
        self._status: dict[str, JobStatus] = {}
        self._tokens: dict[str, CancelToken] = {}
        self._suspected: dict[str, datetime] = {}
        self._progress: dict[str, Progress] = {}
        self._ending: set[str] = set()  # ended in the queue, not yet in the journal
        self._unwanted: set[str] = set()  # running, and cancelled by the person
        self._renewal: Renewal = as_it_was  # the last one
        self._left = LeftImages(journal)
        self._forget_timer: Callable[[], None] | None = None
        self._closing = False

    # --- what a front end asks for ---

    def submit(self, jobs: Sequence[Job]) -> None:
        """Journal new jobs, then queue them."""
        self._journal.add(jobs)
        self._enqueue(jobs)

    def resume_jobs(self, recovered: Sequence[Recovered]) -> None:
        """Queue the jobs of an earlier run. One that may have been charged is only looked for, not sent."""
        with self._lock:
            for each in recovered:
                self._left.recover(each)
                if each.attempt is not None and each.attempt.maybe_charged:
                    self._suspected[each.job.id] = each.attempt.started_at
        self._enqueue([each.job for each in recovered])

    def cancel(self, job_ids: Iterable[str] | None = None) -> None:
        """Stop jobs wherever they are; all of them without an argument. Ended ones stay as they are.

        A pause that holds nothing any more ends with it.
        """
        with self._lock:
            unfinished = (JobState.QUEUED, JobState.WAITING, JobState.RUNNING)
            chosen = self._queue.ids_in(*unfinished) if job_ids is None else tuple(job_ids)
            taken = [job_id for job_id in chosen if self._queue.cancel(job_id)]
            running = [job_id for job_id in chosen if job_id in self._tokens]
            tokens = [self._tokens[job_id] for job_id in running]
            self._unwanted.update(running)
            self._ending.update(taken)
        for token in tokens:
            token.cancel()
        self._end_all(taken, Cancelled())
        with self._lock:
            stopped = self._queue.paused or self._queue.suspended
            holds_nothing = stopped and not self._closing and not self._queue.ids_in(*_NOT_STARTED)
        if holds_nothing:
            self.resume()
        self._telling.held()

    def retry(self, job_ids: Iterable[str] | None = None, renewed: Renewal = as_it_was) -> None:
        """Queue failed and cancelled jobs anew; all failed ones without an argument.

        A pause ends with it, unless it is the person's own.

        Args:
            renewed: gives a job what the person mended since the drop.
        """
        with self._lock:
            again = (JobState.FAILED,) if job_ids is None else (JobState.FAILED, JobState.CANCELLED)
            chosen = self._queue.ids_in(*again) if job_ids is None else tuple(job_ids)
            # What is still being journaled is not to be retried yet: its outcome would come after.
            before = [
                self._status[job_id]
                for job_id in chosen
                if self._queue.state(job_id) in again and job_id not in self._ending
            ]
        jobs = [renewed(status.job) for status in before]
        self._journal.requeue_all(jobs)
        self._journal.renew([new for new, old in zip(jobs, before, strict=True) if new is not old.job])
        for status in before:
            self._left.note(status.job.id, status.outcome)
        self._enqueue(jobs)
        self._unpause(renewed)

    def suspend(self) -> None:
        """Start nothing more, because the person wants it so; ``resume`` ends it, and so does the last job's end."""
        with self._lock:
            self._queue.suspended = True
        self._telling.suspended(lambda: self._queue.suspended)

    def try_now(self, renewed: Renewal = as_it_was) -> None:
        """Wait no longer for another try: there may be a network again. A pause goes on.

        Args:
            renewed: as for ``resume``.
        """
        self._renew_waiting(renewed)
        with self._lock:
            self._queue.try_now()
        self._pump()

    def resume(self, renewed: Renewal = as_it_was) -> None:
        """Go on after a pause, the person's own included.

        Args:
            renewed: gives a job what the person mended since the drop. One whose fate is unknown stays as it was:
                it has to be looked for where it may be.
        """
        with self._lock:
            was_suspended, self._queue.suspended = self._queue.suspended, False
        if was_suspended:
            self._telling.suspended(lambda: self._queue.suspended)
        self._unpause(renewed)

    def abandon(self, failure: Failure) -> None:
        """Let every job that has not started fail with this failure: nobody is there to mend it."""
        with self._lock:
            taken = [job_id for job_id in self._queue.ids_in(*_NOT_STARTED) if self._queue.cancel(job_id)]
            self._ending.update(taken)
        self._end_all(taken, Failed(failure=failure))

    def give_up(self) -> None:
        """Take every job that still runs for cancelled, whatever its worker does after that.

        For the end of a program that cannot wait: looking a name up, connecting, and a keyring that asks its
        owner cannot be interrupted.
        """
        with self._lock:
            running = tuple(self._tokens)
            arriving = {job_id for job_id in running if (at := self._progress.get(job_id)) and at.may_arrive}
            for job_id in running:
                del self._tokens[job_id]
                self._queue.end(job_id, JobState.CANCELLED)
            self._ending.update(running)
        for may_arrive in (False, True):
            chosen = [job_id for job_id in running if (job_id in arriving) == may_arrive]
            self._end_all(chosen, Cancelled(may_arrive=may_arrive))

    @property
    def paused(self) -> bool:
        """Whether the queue waits for the person."""
        with self._lock:
            return self._queue.paused

    def take_progress(self) -> dict[str, Progress]:
        """The newest progress of each job since the last call."""
        with self._lock:
            taken, self._progress = self._progress, {}
        return taken

    def wait_idle(self, timeout: float | None = None) -> bool:
        """Wait until nothing runs or waits; False if that took longer than ``timeout`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._queue.idle and not self._ending, timeout)

    def close(self, timeout: float = 2.0) -> bool:
        """Stop everything for the end of the program; what has not ended is taken up at the next start.

        Returns False if a worker did not end within ``timeout`` seconds.
        """
        with self._lock:
            self._closing = True
            self._queue.paused = True
            tokens = tuple(self._tokens.values())
            if self._forget_timer is not None:
                self._forget_timer()
        for token in tokens:
            token.cancel()
        with self._changed:
            return self._changed.wait_for(lambda: not self._tokens and not self._ending, timeout)

    # --- the machinery ---

    def _unpause(self, renewed: Renewal) -> None:
        self._renew_waiting(renewed)
        with self._lock:
            was_paused = self._queue.paused
            self._queue.resume()
        if was_paused:
            self._telling.paused(lambda: self._queue.paused_by)
        self._pump()

    def _renew_waiting(self, renewed: Renewal) -> None:
        with self._lock:
            if renewed is not as_it_was:
                self._renewal = renewed
            held = [job_id for job_id in self._queue.ids_in(*_NOT_STARTED) if job_id not in self._suspected]
            before = [self._status[job_id].job for job_id in held]
        changed = {old.id: new for old in before if (new := renewed(old)) is not old}
        self._journal.renew(list(changed.values()))
        with self._lock:
            for job_id, job in changed.items():
                if self._queue.state(job_id) in _NOT_STARTED:
                    self._status[job_id] = replace(self._status[job_id], job=job)
        self._telling.jobs(list(changed))

    def _enqueue(self, jobs: Sequence[Job]) -> None:
        with self._lock:
            for job in jobs:
                earlier = self._status.get(job.id)
                self._status[job.id] = JobStatus(job=job, keys=earlier.keys if earlier is not None else ())
            for profile_id, of_profile in groupby(jobs, lambda job: job.snapshot.profile.id):
                self._queue.add((job.id for job in of_profile), profile_id)
        self._telling.jobs([job.id for job in jobs])
        self._pump()

    def _pump(self) -> None:
        """Start what may start, and make sure to be called again when something waits."""
        started: dict[str, Callable[[], None]] = {}
        with self._lock:
            if self._closing:
                return
            # One look at the clock: what comes due between two of them would neither start nor be waited for.
            now = self._clock()
            while (job_id := self._queue.start_next(now)) is not None:
                self._tokens[job_id] = CancelToken()
                self._status[job_id] = self._status[job_id].started(self._queue.tries(job_id))
                started[job_id] = self._runs(job_id, self._renewal)
            self._set_timer(now)
        self._telling.jobs(tuple(started))
        self._telling.held()
        for run in started.values():
            self._executor.submit(run)

    def _set_timer(self, now: float) -> None:
        if self._forget_timer is not None:
            self._forget_timer()
            self._forget_timer = None
        wake_at = self._queue.wake_at(now)
        if wake_at is not None:
            self._forget_timer = self._later(wake_at - now, self._pump)

    def _runs(self, job_id: str, renewal: Renewal) -> Callable[[], None]:
        def run() -> None:
            with self._lock:
                job, token = self._status[job_id].job, self._tokens.get(job_id)
                suspected = self._suspected.get(job_id)
            if token is None:
                return  # given up before it began

            def tell(progress: Progress) -> None:
                with self._lock:
                    self._progress[job_id] = progress
                    if progress.key and not self._status[job_id].keys:
                        self._status[job_id] = replace(self._status[job_id], keys=(progress.key,))
                    is_through = progress.moved and self._queue.reached(job_id)
                if is_through:
                    self._pump()

            self._ran(job_id, self._work(job, token, tell, suspected), renewal)

        return run

    def _ran(self, job_id: str, outcome: Outcome, renewal: Renewal) -> None:
        mended: list[Job] = []
        with self._lock:
            if self._tokens.pop(job_id, None) is None:
                return  # given up: it has its outcome
            self._progress.pop(job_id, None)
            unwanted = job_id in self._unwanted
            self._unwanted.discard(job_id)
            if unwanted and isinstance(outcome, Failed) and outcome.failure.goes_on:
                outcome = Cancelled(images=outcome.images, original_bytes=outcome.original_bytes)
            if self._closing and isinstance(outcome, Cancelled) and not unwanted:
                # Not the person's wish: the journal shows it unfinished, and the next start looks after it.
                self._changed.notify_all()
                return
            was_paused = self._queue.paused
            verdict = self._queue.finish(job_id, outcome, self._clock(), self._draw())
            if verdict is Verdict.ENDED:
                self._ending.add(job_id)
                self._suspected.pop(job_id, None)
            elif isinstance(outcome, Failed):
                retry_at = self._queue.retry_at(job_id) if verdict is Verdict.TRY_AGAIN else None
                status = self._status[job_id].put_back(outcome.failure, retry_at)
                if self._renewal is not renewal and job_id not in self._suspected:
                    # Mended while it ran: its next try would meet the same again.
                    status = replace(status, job=self._renewal(status.job))
                    mended.append(status.job)
                self._status[job_id] = status
                self._left.note(job_id, outcome)
            has_paused = self._queue.paused and not was_paused
        if verdict is Verdict.ENDED:
            self._end_all([job_id], outcome)
        else:
            self._journal.renew(mended)
            self._telling.jobs([job_id])
        if has_paused:
            self._telling.paused(lambda: self._queue.paused_by)
        self._end_idle_suspension()
        self._pump()

    def _end_idle_suspension(self) -> None:
        """With the last job the person's wish is fulfilled: the next drop is another matter."""
        with self._lock:
            ends = self._queue.suspended and self._queue.idle and not self._closing
            if ends:
                self._queue.suspended = False
        if ends:
            self._telling.suspended(lambda: self._queue.suspended)

    def _end_all(self, job_ids: Sequence[str], outcome: Outcome) -> None:
        """Journal the outcome first: what is shown as ended has ended for good. Many end in parts, the first soon."""
        for start in range(0, len(job_ids), _PART):
            self._end_part(job_ids[start : start + _PART], outcome)

    def _end_part(self, job_ids: Sequence[str], outcome: Outcome) -> None:
        outcomes = {job_id: self._left.listed(job_id, outcome) for job_id in job_ids}
        try:
            self._journal.finish_all(outcomes)
        except JournalError:
            # Not even memory takes it. The result is there all the same, and has to be seen.
            _log.exception("the journal does not take %d outcomes", len(job_ids))
        with self._lock:
            for job_id, told in outcomes.items():
                self._status[job_id] = self._status[job_id].ended(told)
        self._telling.jobs(job_ids)
        with self._changed:
            self._ending.difference_update(job_ids)
            self._changed.notify_all()

    def _status_of(self, job_id: str) -> JobStatus:
        with self._lock:
            return self._status[job_id]

    def _holds(self) -> tuple[Hold, ...]:
        with self._lock:
            return tuple(Hold(why=why, until=until, profile_id=lane) for lane, why, until in self._queue.holds())
