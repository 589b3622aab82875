"""Drives the queue with any executor: the window's thread pool, the terminal's, or a test's own hands."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from kraken_desktop.cancel import CancelToken
from kraken_desktop.job_queue import JobQueue, Verdict
from kraken_desktop.model.errors import JournalError, Scope
from kraken_desktop.model.job import (
    Cancelled,
    Failed,
    Failure,
    Job,
    JobState,
    JobStatus,
    Outcome,
    Progress,
    state_of,
)
from kraken_desktop.runner_roles import CallLater, Executor, Listener, Renewal, Work, call_later
from kraken_desktop.stores.journal import Journal, Recovered

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


_NOT_STARTED = (JobState.QUEUED, JobState.WAITING)


def _as_it_was(job: Job) -> Job:
    return job


class Runner:
    """The queue at work. Every method may be called from any thread.

    ``submit``, ``cancel`` and ``retry`` write to the journal: not for a thread that paints.

    Args:
        limit: how many jobs run at the same time.
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
        clock: Callable[[], float] = time.monotonic,
        later: CallLater = call_later,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._executor = executor
        self._work = work
        self._journal = journal
        self._listener = listener
        self._clock = clock
        self._later = later
        self._draw = draw
        self._lock = threading.RLock()
        self._telling = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._queue = JobQueue(limit)
        self._status: dict[str, JobStatus] = {}
        self._tokens: dict[str, CancelToken] = {}
        self._suspected: dict[str, datetime] = {}
        self._progress: dict[str, Progress] = {}
        self._ending: set[str] = set()  # ended in the queue, not yet in the journal
        self._unwanted: set[str] = set()  # running, and cancelled by the person
        self._there: dict[str, Outcome] = {}  # of jobs that go on: the last try that left images
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
            holds_nothing = self._queue.paused and not self._closing and not self._queue.ids_in(*_NOT_STARTED)
        if holds_nothing:
            self.resume()

    def retry(self, job_ids: Iterable[str] | None = None, renewed: Renewal = _as_it_was) -> None:
        """Queue failed and cancelled jobs anew; all failed ones without an argument. A pause ends with it.

        Args:
            renewed: gives a job what the person mended since the drop.
        """
        with self._lock:
            again = (JobState.FAILED,) if job_ids is None else (JobState.FAILED, JobState.CANCELLED)
            chosen = self._queue.ids_in(*again) if job_ids is None else tuple(job_ids)
            # What is still being journaled is not to be retried yet: its outcome would come after.
            before = [
                self._status[job_id].job
                for job_id in chosen
                if self._queue.state(job_id) in again and job_id not in self._ending
            ]
        jobs = [renewed(job) for job in before]
        self._journal.requeue_all([job.id for job in jobs])
        self._journal.renew([new for new, old in zip(jobs, before, strict=True) if new is not old])
        self._enqueue(jobs)
        self.resume(renewed)

    def pause(self) -> None:
        """Start nothing more; what runs, runs on."""
        with self._lock:
            self._queue.paused = True

    def resume(self, renewed: Renewal = _as_it_was) -> None:
        """Go on after a pause.

        Args:
            renewed: gives a job what the person mended since the drop. One whose fate is unknown stays as it was:
                it has to be looked for where it may be.
        """
        with self._lock:
            held = [job_id for job_id in self._queue.ids_in(*_NOT_STARTED) if job_id not in self._suspected]
            before = [self._status[job_id].job for job_id in held]
        changed = {old.id: new for old in before if (new := renewed(old)) is not old}
        self._journal.renew(list(changed.values()))
        with self._lock:
            for job_id, job in changed.items():
                if self._queue.state(job_id) in _NOT_STARTED:
                    self._status[job_id] = replace(self._status[job_id], job=job)
        self._tell(list(changed))
        with self._lock:
            was_paused = self._queue.paused
            self._queue.resume()
        if was_paused:
            self._heed(self._listener.queue_paused, None)
        self._pump()

    def abandon(self, failure: Failure) -> None:
        """Let every job that has not started fail with this failure: nobody is there to mend it."""
        with self._lock:
            waiting = self._queue.ids_in(JobState.QUEUED, JobState.WAITING)
            taken = [job_id for job_id in waiting if self._queue.cancel(job_id)]
            self._ending.update(taken)
        self._end_all(taken, Failed(failure=failure))

    def give_up(self) -> None:
        """Take every job that still runs for cancelled, whatever its worker does after that.

        For the end of a program that cannot wait: looking a name up, connecting, and a keyring that asks its
        owner cannot be interrupted.
        """
        with self._lock:
            running = tuple(self._tokens)
            arriving = {job_id for job_id in running if self._has_left(job_id)}
            for job_id in running:
                del self._tokens[job_id]
                self._queue.end(job_id, JobState.CANCELLED)
            self._ending.update(running)
        for may_arrive in (False, True):
            chosen = [job_id for job_id in running if (job_id in arriving) == may_arrive]
            self._end_all(chosen, Cancelled(may_arrive=may_arrive))

    def _has_left(self, job_id: str) -> bool:
        progress = self._progress.get(job_id)
        return progress is not None and progress.may_arrive

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

    def _enqueue(self, jobs: Sequence[Job]) -> None:
        with self._lock:
            for job in jobs:
                earlier = self._status.get(job.id)
                self._status[job.id] = JobStatus(job=job, keys=earlier.keys if earlier is not None else ())
            self._queue.add(job.id for job in jobs)
        self._tell([job.id for job in jobs])
        self._pump()

    def _pump(self) -> None:
        """Start what may start, and make sure to be called again when something waits."""
        started: list[str] = []
        with self._lock:
            if self._closing:
                return
            while (job_id := self._queue.start_next(self._clock())) is not None:
                self._tokens[job_id] = CancelToken()
                self._status[job_id] = replace(
                    self._status[job_id],
                    state=JobState.RUNNING,
                    tries=self._queue.tries(job_id),
                    retry_at=None,
                    waiting_for=None,
                    outcome=None,
                )
                started.append(job_id)
            self._set_timer()
        self._tell(started)
        for job_id in started:
            self._executor.submit(self._runs(job_id))

    def _set_timer(self) -> None:
        if self._forget_timer is not None:
            self._forget_timer()
            self._forget_timer = None
        wake_at = self._queue.wake_at()
        if wake_at is not None and wake_at > self._clock():
            self._forget_timer = self._later(wake_at - self._clock(), self._pump)

    def _runs(self, job_id: str) -> Callable[[], None]:
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

            self._ran(job_id, self._work(job, token, tell, suspected))

        return run

    def _ran(self, job_id: str, outcome: Outcome) -> None:
        paused_by: Failure | None = None
        with self._lock:
            if self._tokens.pop(job_id, None) is None:
                return  # given up: it has its outcome
            self._progress.pop(job_id, None)
            unwanted = job_id in self._unwanted
            self._unwanted.discard(job_id)
            if unwanted and isinstance(outcome, Failed) and _would_go_on(outcome.failure):
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
                self._put_back(job_id, verdict, outcome.failure)
                if outcome.images:
                    self._there[job_id] = outcome
                if self._queue.paused and not was_paused:
                    paused_by = outcome.failure
        if verdict is Verdict.ENDED:
            self._end_all([job_id], outcome)
        else:
            self._tell([job_id])
        if paused_by is not None:
            self._heed(self._listener.queue_paused, paused_by)
        self._pump()

    def _put_back(self, job_id: str, verdict: Verdict, failure: Failure) -> None:
        waits = verdict is Verdict.TRY_AGAIN
        self._status[job_id] = replace(
            self._status[job_id],
            state=JobState.WAITING if waits else JobState.QUEUED,
            retry_at=self._queue.retry_at(job_id) if waits else None,
            waiting_for=failure,
        )

    def _end_all(self, job_ids: Sequence[str], outcome: Outcome) -> None:
        """Journal the outcome first: what is shown as ended has ended for good."""
        if not job_ids:
            return
        with self._lock:
            outcomes = {job_id: self._with_images(job_id, outcome) for job_id in job_ids}
        try:
            self._journal.finish_all(outcomes)
        except JournalError:
            # Not even memory takes it. The result is there all the same, and has to be seen.
            _log.exception("the journal does not take %d outcomes", len(job_ids))
        with self._lock:
            for job_id, told in outcomes.items():
                keys = tuple(image.key for image in told.images) or self._status[job_id].keys
                self._status[job_id] = replace(
                    self._status[job_id],
                    state=state_of(told),
                    outcome=told,
                    keys=keys,
                    progress=None,
                    retry_at=None,
                    waiting_for=None,
                )
        self._tell(job_ids)
        with self._changed:
            self._ending.difference_update(job_ids)
            self._changed.notify_all()

    def _with_images(self, job_id: str, outcome: Outcome) -> Outcome:
        """What an earlier try left is there, also if the job ends without another one."""
        there = self._there.pop(job_id, None)
        if there is None or outcome.images or not isinstance(outcome, Cancelled | Failed):
            return outcome
        return replace(outcome, images=there.images, original_bytes=there.original_bytes)

    def _tell(self, job_ids: Sequence[str]) -> None:
        """Tell what the jobs are like now. Two threads may come here; an older status never follows a newer one."""
        with self._telling:
            for job_id in job_ids:
                with self._lock:
                    status = self._status[job_id]
                self._heed(self._listener.job_changed, status)

    def _heed(self, told: Callable[[_T], None], what: _T) -> None:
        """A listener that fails costs its own view of things, not the queue."""
        try:
            told(what)
        except Exception:  # noqa: BLE001 - see above
            _log.exception("a listener failed")


def _would_go_on(failure: Failure) -> bool:
    """Whether the queue would start the job again, now or later."""
    return failure.retryable or failure.scope is Scope.BATCH
