"""From a drop to running jobs, off the window's thread: scans, spools, submits; cancels and retries in order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from kraken_desktop.gui.drop_scan import Batch, Found, LookAgain, Scan
from kraken_desktop.gui.incoming import Incoming
from kraken_desktop.gui.jobs import Background, JobBridge, QtExecutor, StopFlag, deadline
from kraken_desktop.model.errors import KrakenDesktopError, UnexpectedError
from kraken_desktop.model.job import Job, JobStatus, Snapshot
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.settings import Settings
from kraken_desktop.runner import Runner
from kraken_desktop.runner_roles import Renewal
from kraken_desktop.stores.drops import Drop
from kraken_desktop.stores.journal_facts import Recovered

if TYPE_CHECKING:
    from kraken_desktop.composition import Services

_log = logging.getLogger(__name__)

MOST_THREADS = 16
MOST_PAST = 10_000
"""Ended jobs that are looked through for those of a drop that is gone on with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _LeftDrop:
    """A drop that an earlier run did not look through to the end, and its jobs so far."""

    drop: Drop
    known: tuple[Job, ...]
    settings: Settings


class Uploads(QObject):
    """The runner, behind wishes and signals.

    Signals:
        scanning: how many images one drop has given so far (int), while it is looked through; None when no
            drop is.
        left_out: a ``LeftOut`` of a dropped folder.
        repeated: how many addresses of a drop were there before (int).
        nothing_found: a drop held nothing at all.
        troubled: a ``KrakenDesktopError`` that belongs to no row.
        went_on: how many images an earlier run left unfinished (int), if it did.
        held_back: jobs that ``asks_first`` is true of; whoever hears it starts them.
        cancelling: the ids of jobs that are not wanted, or None for all.
    """

    scanning = Signal(object)
    left_out = Signal(object)
    repeated = Signal(int)
    nothing_found = Signal()
    troubled = Signal(object)
    went_on = Signal(int)
    held_back = Signal(object)
    cancelling = Signal(object)
    _found_more = Signal(object)
    _past_found = Signal(object)
    _drop_left = Signal(object)

    def __init__(self, services: Services, bridge: JobBridge, concurrency: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._bridge = bridge
        self._executor = QtExecutor(MOST_THREADS)
        self._runner = services.runner(self._executor, bridge, concurrency, patient=True)
        # One thread each: drops come in as they were made, and wishes are heeded in the order they were uttered. Bytes,
        # of which no note is kept, do not wait for folders.
        self._scans = Background(1, self)
        self._bytes = Background(1, self)
        self._wishes = Background(1, self)
        self._stop = StopFlag()
        self._unwanted = StopFlag()
        self._closing = StopFlag()
        self._scans_left = 0
        self._found = 0
        self._refused: dict[str, LookAgain] = {}
        self._past: dict[str, JobStatus] = {}
        """Jobs that the runner does not know: they ended in an earlier run, or before they were started."""
        self.asks_first: Callable[[Snapshot], bool] = lambda _snapshot: False
        bridge.watch(self._runner.take_progress)
        self._past_found.connect(self._past.update)
        self._drop_left.connect(self._look_on)
        self._found_more.connect(self._count)

    # --- wishes ---

    def take_up(self) -> None:
        """Go on with what an earlier run left unfinished."""
        self.wish(self._take_up)

    def add(self, incoming: Incoming, profile: Profile, settings: Settings) -> None:
        """Look through what came, and upload the images in it."""
        self._scan(incoming, profile, settings)

    def _scan(
        self,
        incoming: Incoming,
        profile: Profile,
        settings: Settings,
        again: Mapping[str, LookAgain] = MappingProxyType({}),
        left: _LeftDrop | None = None,
    ) -> None:
        self._scans_left += 1
        if self._scans_left == 1:
            self._found = 0
        if self._scans_left == 1 or self._stop.is_set():
            # What was stopped may take a moment to end: what comes after it is another matter.
            self._stop, self._unwanted = StopFlag(), StopFlag()
        self.scanning.emit(self._found)
        scan = Scan(
            services=self._services,
            incoming=incoming,
            profile=profile,
            settings=settings,
            stop=self._stop,
            again=next(iter(again), ""),
            left=left.drop if left is not None else None,
            known=left.known if left is not None else (),
        )
        if self._scans_left > 1:
            # Its turn may be long in coming.
            self.wish(scan.begin)
        look = partial(self._look_through, scan, self._unwanted)
        scans = self._scans if incoming.things else self._bytes
        scans.run(look, partial(self._looked_through, again), self._scan_failed)

    def stop_scanning(self) -> None:
        """Look no further; what was found stays."""
        self._stop.set()

    def cancel(self, job_ids: Iterable[str] | None = None) -> None:
        """Stop these jobs, or all."""
        if job_ids is None:
            self._unwanted.set()
            self._stop.set()
        chosen = None if job_ids is None else tuple(job_ids)
        self.cancelling.emit(chosen)
        self.wish(lambda: self._runner.cancel(chosen))

    def retry(self, job_ids: Iterable[str], *, here: bool = False) -> None:
        """Try failed and cancelled jobs again. What was refused is looked at anew, and keeps its row.

        Args:
            here: make them on this computer, whatever their profile says.
        """
        chosen: list[str] = []
        past: list[JobStatus] = []
        for job_id in job_ids:
            if job_id in self._refused:
                refused = self._refused.pop(job_id)
                location, profile, settings = refused
                self._scan(Incoming(things=(location,)), profile, settings, again={job_id: refused})
            elif job_id in self._past:
                past.append(self._past.pop(job_id))
            else:
                chosen.append(job_id)
        on_this_computer = frozenset([*chosen, *(status.job.id for status in past)] if here else ())
        if past:
            self.wish(lambda: self._retry_past(past, self._services.renewal(here=on_this_computer)))
        if chosen:
            self.wish(lambda: self._runner.retry(tuple(chosen), self._services.renewal(here=on_this_computer)))

    def resume(self) -> None:
        """Go on after a pause."""
        self.wish(lambda: self._runner.resume(self._services.renewal()))

    def suspend(self) -> None:
        """Start nothing more until :meth:`resume`; what runs runs on."""
        self.wish(self._runner.suspend)

    def try_now(self, *, renewed: bool = True) -> None:
        """Wait no longer for what passes by itself.

        Args:
            renewed: with the profiles as they are now, which may have been mended.
        """
        self.wish(lambda: self._runner.try_now(*([self._services.renewal()] if renewed else [])))

    def change_settings(self, change: Callable[[Settings], Settings]) -> None:
        """Keep a change of the settings on the disk."""
        self.wish(partial(self._services.settings.update, change))

    @property
    def runner(self) -> Runner:
        """For :meth:`wish`."""
        return self._runner

    def know_ended(self, statuses: Iterable[JobStatus]) -> None:
        """Jobs that ended before the runner heard of them: they can be tried again all the same."""
        self._past.update((status.job.id, status) for status in statuses)

    def close(self, seconds: float) -> bool:
        """Stop everything; unfinished jobs wait for the next start. Whether all ended in time."""
        left = deadline(seconds)
        self._closing.set()
        self._stop.set()
        # What is being journaled ends first, or the runner would be closed under it.
        ended = [each.close(left() / 2) for each in (self._bytes, self._scans, self._wishes)]
        ended += [self._runner.close(left()), self._executor.close(left())]
        return all(ended)

    # --- on other threads ---

    def _take_up(self) -> None:
        services = self._services
        recovered, drops = services.recover(), services.drops.left()
        if recovered or drops:
            rows = [JobStatus(job=each.job, keys=tuple(image.key for image in each.planned)) for each in recovered]
            batches = {each.job.batch_id for each in recovered} | {drop.batch_id for drop in drops}
            # With what had ended already the drop is whole again, and so are its links.
            past = [status for status in services.journal.recent(MOST_PAST) if status.job.batch_id in batches]
            self._past_found.emit({status.job.id: status for status in past})
            self._bridge.announce(sorted([*past, *rows], key=_place))
            # What nobody has begun with is weighed as a new drop is.
            new = [each.attempt is None and self.asks_first(each.job.snapshot) for each in recovered]
            self._runner.resume_jobs([each for each, is_new in zip(recovered, new, strict=True) if not is_new])
            if any(new):
                self.held_back.emit([each.job for each, is_new in zip(recovered, new, strict=True) if is_new])
            if recovered:
                self.went_on.emit(len(recovered))
            settings = services.settings.load()
            for drop in drops:
                known = tuple(status.job for status in (*past, *rows) if status.job.batch_id == drop.batch_id)
                self._drop_left.emit(_LeftDrop(drop=drop, known=known, settings=settings))
        # On a thread of its own: it walks whole folders, and cancelling must not wait behind it.
        threading.Thread(target=services.sweep_folders, args=(self._closing.is_set,), name="sweep", daemon=True).start()

    def _retry_past(self, past: Sequence[JobStatus], renewed: Renewal) -> None:
        jobs = [renewed(status.job) for status in past]
        self._services.journal.requeue_all(jobs)
        self._services.journal.renew(jobs)
        self._runner.resume_jobs(
            [
                Recovered(job=job, planned=(), attempt=None, outcome=status.outcome)
                for job, status in zip(jobs, past, strict=True)
            ]
        )
        self._runner.resume(renewed)

    def _look_through(self, scan: Scan, unwanted: StopFlag) -> Found:
        found = Found()
        scan.begin()
        for batch in scan.batches():
            self._bridge.announce(batch.statuses)
            batch.held_back = bool(batch.jobs) and self.asks_first(batch.jobs[0].snapshot)
            if batch.held_back:
                # Before anybody has decided: a crash meanwhile loses none.
                self._services.journal.add(batch.jobs)
            elif batch.jobs:
                self._runner.submit(batch.jobs)
                if unwanted.is_set():
                    # Found before all was cancelled, and not yet in the queue then.
                    self._runner.cancel([job.id for job in batch.jobs])
            found.add(batch)
            self._found_more.emit((batch, unwanted))
        if not self._closing.is_set():
            scan.end()
        found.left_out = tuple(scan.left_out)
        found.repeated, found.passed_over, found.stopped = scan.repeated, scan.passed_over, scan.stopped
        return found

    # --- on the window's thread ---

    def _look_on(self, left: _LeftDrop) -> None:
        incoming = Incoming(things=left.drop.things, typed=left.drop.typed)
        self._scan(incoming, left.drop.profile, left.settings, left=left)

    def _count(self, found: tuple[Batch, StopFlag]) -> None:
        batch, unwanted = found
        self._refused.update(batch.refused)
        self._found += len(batch.statuses)
        if batch.held_back:
            self.held_back.emit(batch.jobs)
            if unwanted.is_set():
                self.cancelling.emit([job.id for job in batch.jobs])
        if self._scans_left:
            self.scanning.emit(self._found)

    def _looked_through(self, again: Mapping[str, LookAgain], found: Found) -> None:
        self._scan_over()
        if not found.rows:
            self._refused.update(again)
        for left_out in found.left_out:
            self.left_out.emit(left_out)
        if found.repeated:
            self.repeated.emit(found.repeated)
        if not (found.rows or found.left_out or found.passed_over or found.stopped):
            self.nothing_found.emit()

    def _scan_failed(self, error: Exception) -> None:
        self._scan_over()
        self._failed(error)

    def _scan_over(self) -> None:
        self._scans_left -= 1
        if not self._scans_left:
            self.scanning.emit(None)

    def wish(self, work: Callable[[], object]) -> None:
        """Call this on the thread where all wishes are heeded, one after the other."""
        self._wishes.run(work, lambda _nothing: None, self._failed)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, KrakenDesktopError):
            _log.error("unexpected %s", type(error).__name__, exc_info=error)
            error = UnexpectedError(kind=type(error).__name__)
        self.troubled.emit(error)


def _place(status: JobStatus) -> tuple[datetime, str, int]:
    """Where a job was in the list."""
    job = status.job
    return job.dropped_at, job.batch_id, job.position
