"""Every job and every image, on disk before anything happens: the queue that survives, and the history.

The window and the terminal share one journal. Each job has an owner, a living process; ``take_over`` adopts
what dead ones left. If the file cannot be used the journal goes on in memory and says so once: a result is
never lost, or shown as a failure, because its history could not be written.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from kraken_desktop.model.errors import JournalError
from kraken_desktop.model.job import Job, JobStatus, Outcome, Phase, PlannedImage
from kraken_desktop.stores import journal_rows as rows
from kraken_desktop.stores import journal_schema as schema
from kraken_desktop.stores import journal_stored
from kraken_desktop.stores.journal_facts import Attempt, Known, Recovered, Stored
from kraken_desktop.stores.journal_owner import Owner

__all__ = ["Attempt", "Journal", "Recovered", "Stored"]

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_READ = "BEGIN"
# Asking for the write lock at once: a reader that wants to write later can be refused without waiting.
_WRITE = "BEGIN IMMEDIATE"


class Journal:
    """The journal of this process; use it from any thread, but not from the one that draws the window.

    A call may wait for the disk, or for another process to end its own. Every method raises JournalError
    when even memory fails, or after ``close``, and KeyError for a job that was never added.
    """

    # One connection and one lock rather than a connection a thread: SQLite has one writer at a time anyway, a
    # database in memory has one connection by nature, and the change to it happens in one place.

    def __init__(self, folder: Path, on_problem: Callable[[JournalError], None], clock: Callable[[], float]) -> None:
        self._folder = folder
        self._path = folder / schema.FILE_NAME
        self._on_problem = on_problem
        self._clock = clock
        self._lock = threading.RLock()
        self._untold: list[JournalError] = []
        self._known: dict[str, Known] = {}
        self._job_of: dict[int, str] = {}
        self._folder_lock = schema.FolderLock(folder)
        self._owner: Owner | None = None
        self._in_memory = False
        self._closed = False
        self._identity: tuple[int, int] | None = None
        self._connection = self._open()

    @classmethod
    def open(
        cls,
        folder: Path,
        on_problem: Callable[[JournalError], None],
        *,
        clock: Callable[[], float] = time.time,
    ) -> Journal:
        """Open the journal in ``folder``; this never fails.

        ``on_problem`` is called, in the calling thread and without a lock held, when the file is not what the
        journal runs on as it should: ``corrupt`` (set aside, ``path`` is where; a fresh one is in use), ``newer``
        (left alone) or ``unwritable`` (both: in memory). ``clock`` gives seconds since 1970.
        """
        journal = cls(folder, on_problem, clock)
        journal._tell()
        return journal

    def add(self, jobs: Sequence[Job]) -> None:
        """Write new jobs as queued, all or none. A job that is there already stays as it is."""
        self._run(_WRITE, lambda connection: rows.insert_jobs(connection, jobs, self._name))
        with self._lock:
            for job in jobs:
                self._known.setdefault(job.id, Known(job=job))

    def reserve(self, job_id: str, images: Sequence[PlannedImage]) -> None:
        """Keep the keys of a job for it, all or none, before its bytes move.

        Reserving the same again changes nothing. Reserving others replaces the plan: a key that turned out to
        be taken in the bucket, or a source that changed, is planned anew.

        Raises:
            KeyTakenError: another job of the same batch holds one of the keys.
        """
        self._run(_WRITE, lambda connection: rows.reserve(connection, job_id, images))
        self._update(job_id, lambda known: replace(known, planned=tuple(images)))

    def renew(self, jobs: Sequence[Job]) -> None:
        """Keep the snapshots of jobs that have not ended: the person mended what they were told at the drop."""
        if not jobs:
            return
        self._run(_WRITE, lambda connection: rows.renew(connection, jobs))
        for job in jobs:
            self._update(job.id, partial(_renewed, job=job))

    def planned(self, job_id: str) -> tuple[PlannedImage, ...]:
        """The keys that are kept for a job, in the recipe's order; empty before the plan."""
        return self._run(_READ, lambda connection: rows.planned(connection, job_id))

    def begin_attempt(self, job_id: str, charged_since: datetime | None = None) -> int:
        """Note that a job runs, from now; return the attempt's id. An earlier one of this process is over by that.

        ``charged_since``: when the first attempt began that may have been charged; this one takes its place.
        """
        began = charged_since or datetime.fromtimestamp(self._clock(), UTC)
        number, charged = secrets.randbits(53), charged_since is not None
        attempt = Attempt(id=number, started_at=began, phase=Phase.PLANNING, maybe_charged=charged)
        self._run(_WRITE, lambda connection: rows.insert_attempt(connection, job_id, attempt, self._name))
        with self._lock:
            self._job_of[attempt.id] = job_id
        self._update(job_id, lambda known: replace(known, attempt=attempt))
        return attempt.id

    def note_sent(self, attempt_id: int, *, bytes_sent: int, maybe_charged: bool) -> None:
        """Note how many bytes have left, and whether an answer that is lost from now on may cost money.

        The newest call counts: after an answer that charged nothing, such as a 429, say ``False`` again.
        """
        phase = Phase.OPTIMIZING if maybe_charged else Phase.UPLOADING
        with self._lock:
            job_id = self._job_of[attempt_id]
            attempt = self._known[job_id].attempt
        if attempt is None or attempt.id != attempt_id:
            # The job has ended, or another attempt has begun.
            return
        noted = replace(attempt, phase=phase, bytes_sent=bytes_sent, maybe_charged=maybe_charged)
        self._run(_WRITE, lambda connection: rows.note_sent(connection, noted))
        self._update(job_id, lambda known: replace(known, attempt=noted))

    def finish(self, job_id: str, outcome: Outcome) -> None:
        """End a job: outcome, images and state in one transaction.

        The first outcome wins. Another one, until ``requeue``, changes nothing: a cancel and a result may both
        arrive, and what was shown and journaled stays true.
        """
        self.finish_all({job_id: outcome})

    def finish_all(self, outcomes: Mapping[str, Outcome]) -> None:
        """End many jobs, all or none, in the time of one: what cancelling a big drop needs."""
        ended_at = int(self._clock() * 1000)

        def work(connection: sqlite3.Connection) -> list[str]:
            return [
                job_id for job_id, outcome in outcomes.items() if rows.finish(connection, job_id, outcome, ended_at)
            ]

        ended = self._run(_WRITE, work)
        if len(ended) < len(outcomes):
            _log.debug("%d outcomes ignored: their jobs have ended already", len(outcomes) - len(ended))
        for job_id in ended:
            self._update(job_id, partial(_ended, outcome=outcomes[job_id], ended_at=ended_at))

    def requeue(self, job_id: str) -> None:
        """Queue an ended job again, for this process; its keys stay its own. Nothing happens if it has not ended."""
        self.requeue_all([job_id])

    def requeue_all(self, job_ids: Collection[str]) -> None:
        """Queue many ended jobs again, all or none."""

        def work(connection: sqlite3.Connection) -> list[Known | None]:
            return [rows.requeue(connection, job_id, self._name) for job_id in job_ids]

        for known in self._run(_WRITE, work):
            if known is not None:
                with self._lock:
                    self._known[known.job.id] = known

    def take_over(self) -> tuple[Recovered, ...]:
        """Adopt the unfinished jobs whose owner is dead, oldest first.

        Of two processes that ask at once, each job goes to one. In memory there is nothing to adopt: what could
        not be marked as ours on disk would be done again at every start.
        """
        try:
            with self._lock:
                self._require_open()
                if self._in_memory:
                    return ()
                try:
                    with self._folder_lock:
                        recovered = self._run_held(_WRITE, self._adopt)
                except JournalError as error:
                    _log.warning("unfinished jobs cannot be taken over now: %s", error)
                    return ()
                for each in recovered:
                    self._known[each.job.id] = Known(job=each.job, planned=each.planned, left_behind=each.attempt)
                return recovered
        finally:
            self._tell()

    def recent(self, limit: int) -> tuple[JobStatus, ...]:
        """Up to ``limit`` ended jobs of all processes, newest first. A row that cannot be read is left out."""
        found: list[JobStatus] = []
        before: tuple[int, int] | None = None
        while len(found) < limit:
            page = self._run(_READ, partial(rows.newest, limit=limit - len(found), before=before))
            if not page:
                break
            # Decoding is the slow part, and needs no lock.
            found += rows.statuses(page)
            before = (page[-1][0]["ended_at"], page[-1][0]["seq"])
        return tuple(found)

    def stored(self, texts: Collection[str]) -> tuple[Stored, ...]:
        """The images that ended jobs of all processes left, found by object key or address; newest job first."""
        return self._run(_READ, lambda connection: journal_stored.stored(connection, texts))

    def mark_removed(self, keys: Mapping[str, Collection[str]]) -> tuple[JobStatus, ...]:
        """Note that objects are there no longer, by job; what the list shows of these jobs from now on."""

        def work(connection: sqlite3.Connection) -> tuple[dict[str, Outcome], tuple[JobStatus, ...]]:
            amended = journal_stored.mark_removed(connection, keys)
            return amended, journal_stored.statuses_of(connection, amended)

        amended, statuses = self._run(_WRITE, work)
        for job_id, outcome in amended.items():
            self._update(job_id, partial(_amended, outcome=outcome))
        return statuses

    def removed(self, job_id: str) -> frozenset[str]:
        """The keys of a job that were removed from their bucket since it ended last."""
        return self._run(_READ, lambda connection: journal_stored.removed(connection, job_id))

    def spool_in_use(self) -> frozenset[Path] | None:
        """The spool files that some job of any process may still need: it has not ended, or could be tried again.

        None if that is not known, as in memory: then nothing may be swept.
        """
        locations = self._run(_READ, rows.spool_locations)
        if self._in_memory or locations is None:
            return None
        return frozenset(Path(location) for location in locations)

    def close(self) -> None:
        """Leave: unfinished jobs wait for the next ``take_over``. What memory holds is tried once more on disk."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._connection.close()
            if self._in_memory and self._known:
                self._write_back()
            if self._owner is not None:
                self._owner.release()

    @property
    def _name(self) -> str:
        return self._owner.name if self._owner is not None else ""

    def _open(self) -> sqlite3.Connection:
        try:
            with self._folder_lock:
                connection = self._open_file()
                try:
                    self._owner = Owner(self._folder)
                except OSError as error:
                    connection.close()
                    raise schema.journal_error(error, self._folder) from error
                return connection
        except JournalError as error:
            self._untold.append(error)
            self._in_memory = True
            return schema.open_memory(self._path if error.problem == "unwritable" else None)

    def _open_file(self) -> sqlite3.Connection:
        """Open the file, or set it aside and make another; the caller holds the folder's lock."""
        try:
            connection = schema.open_file(self._path)
        except JournalError as error:
            if error.problem != "corrupt":
                raise
            self._set_aside(error)
            connection = schema.open_file(self._path)
        self._identity = schema.identity(self._path)
        return connection

    def _set_aside(self, error: JournalError) -> None:
        try:
            kept = schema.set_aside(self._path)
        except OSError as refused:
            _log.warning("the damaged journal cannot be set aside: %s", refused)
            raise error from refused
        self._untold.append(JournalError(path=str(kept), reason=error.reason, problem=error.problem))

    def _run(self, begin: str, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Run ``work`` as one transaction; if the file fails, again on what replaces it."""
        try:
            with self._lock:
                return self._run_held(begin, work)
        finally:
            self._tell()

    def _run_held(self, begin: str, work: Callable[[sqlite3.Connection], _T]) -> _T:
        self._require_open()
        renewed = False
        while True:
            try:
                return schema.transaction(self._connection, begin, work)
            except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
                # A mistake of ours, and the same on any other file.
                raise
            except sqlite3.DatabaseError as error:
                self._give_way(schema.journal_error(error, self._path), may_renew=not renewed)
                renewed = True

    def _require_open(self) -> None:
        if self._closed:
            raise JournalError(path=str(self._path), reason="closed", problem="unwritable")

    def _give_way(self, error: JournalError, *, may_renew: bool) -> None:
        """Put a fresh file, or memory, in place of the file that failed."""
        if self._in_memory:
            raise error
        _log.warning("the journal's file failed: %s", error)
        if error.problem == "corrupt" and may_renew:
            self._connection.close()
            try:
                self._connection = self._renew(error)
                return
            except JournalError as again:
                error = again
                memory = schema.open_memory()
        else:
            memory = schema.open_memory(self._connection if error.problem == "unwritable" else None)
            self._connection.close()
        self._in_memory = True
        self._untold.append(error)
        self._connection = memory
        schema.transaction(memory, _WRITE, self._restore)

    def _renew(self, error: JournalError) -> sqlite3.Connection:
        with self._folder_lock:
            # Another process may have been here first: its fresh file is not to be set aside.
            if schema.identity(self._path) == self._identity:
                self._set_aside(error)
            connection = self._open_file()
        try:
            schema.transaction(connection, _WRITE, self._restore)
        except sqlite3.Error as again:
            connection.close()
            raise schema.journal_error(again, self._path) from again
        return connection

    def _write_back(self) -> None:
        try:
            with self._folder_lock:
                connection = schema.open_file(self._path)
                try:
                    schema.transaction(connection, _WRITE, self._restore)
                finally:
                    connection.close()
        except (JournalError, sqlite3.Error) as error:
            _log.warning("%d jobs of this session are not in the journal: %s", len(self._known), error)

    def _restore(self, connection: sqlite3.Connection) -> None:
        rows.restore(connection, self._known.values(), self._name)

    def _adopt(self, connection: sqlite3.Connection) -> tuple[Recovered, ...]:
        # Asked anew on a replacement of the file, which may be memory.
        if self._owner is None or self._in_memory:
            return ()
        return rows.adopt(connection, self._owner.name, self._owner.others_alive())

    def _update(self, job_id: str, change: Callable[[Known], Known]) -> None:
        with self._lock:
            if job_id in self._known:
                self._known[job_id] = change(self._known[job_id])

    def _tell(self) -> None:
        with self._lock:
            untold, self._untold = self._untold, []
        for error in untold:
            self._on_problem(error)


def _renewed(known: Known, job: Job) -> Known:
    return replace(known, job=job)


def _ended(known: Known, outcome: Outcome, ended_at: int) -> Known:
    return replace(known, outcome=outcome, ended_at=ended_at, left_behind=None, attempt=None)


def _amended(known: Known, outcome: Outcome) -> Known:
    return replace(known, outcome=outcome)
