"""Every job and every image, on disk before anything happens: the queue that survives, and the history.

The window and the terminal share one journal. Each job has an owner, a living process; ``take_over`` adopts
what dead ones left. If the file cannot be used the journal goes on in memory and says so once: a result is
never lost, or shown as a failure, because its history could not be written.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from kraken_desktop.model.errors import JournalError
from kraken_desktop.model.job import Done, Job, JobStatus, Outcome, Phase, PlannedImage, Skipped
from kraken_desktop.model.records import Json
from kraken_desktop.stores import journal_entries, journal_stored
from kraken_desktop.stores import journal_reading as reading
from kraken_desktop.stores import journal_rows as rows
from kraken_desktop.stores.journal_facts import Attempt, Known, Recovered, Stored, Unfinished
from kraken_desktop.stores.journal_file import WRITE, JournalFile

__all__ = ["Attempt", "Journal", "Recovered", "Stored", "Unfinished"]

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_MOST_ENDED = 10_000
"""Ended jobs that are remembered, to be written anew if the file is lost; of older ones is there what can be read."""

_FORGOTTEN_AT_ONCE = 500
"""Jobs: between them, what the queue has to write gets its turn."""


class Journal:
    """The journal of this process; use it from any thread, but not from the one that draws the window.

    A call may wait for the disk, or for another process to end its own. Every method raises JournalError
    when even memory fails, or after ``close``, and KeyError for a job that was never added.
    """

    def __init__(self, folder: Path, on_problem: Callable[[JournalError], None], clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[str, Known] = {}
        self._ended: deque[str] = deque()
        self._job_of: dict[int, str] = {}
        self._file = JournalFile(folder, on_problem, self._restore)

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
        journal._file.tell()
        return journal

    @property
    def problem(self) -> JournalError | None:
        """What was told last to ``on_problem``; never waits."""
        return self._file.problem

    @property
    def in_memory(self) -> bool:
        """Whether what it is told is gone with this program, as things stand; never waits."""
        return self._file.in_memory

    def add(self, jobs: Sequence[Job]) -> None:
        """Write new jobs as queued, all or none. A job that is there already stays as it is."""
        prepared = rows.prepared(jobs)
        self._file.run(WRITE, lambda connection: rows.insert_jobs(connection, prepared, self._file.name))
        with self._file.lock:
            for job in jobs:
                self._known.setdefault(job.id, Known(job=job))

    def reserve(self, job_id: str, images: Sequence[PlannedImage], digest: str = "") -> None:
        """Keep the keys of a job for it, all or none, before its bytes move.

        Reserving the same again changes nothing. Reserving others replaces the plan: a key that turned out to
        be taken in the bucket, or a source that changed, is planned anew.

        Args:
            job_id: whose.
            images: all of the plan.
            digest: 64 hexadecimal digits that tell source, engine and recipe, for ``same``; empty leaves it as it is.

        Raises:
            KeyTakenError: another job of the same batch holds one of the keys.
        """
        self._file.run(WRITE, lambda connection: rows.reserve(connection, job_id, images, digest), durable=False)
        self._update(job_id, lambda known: replace(known, planned=tuple(images), digest=digest.lower() or known.digest))

    def renew(self, jobs: Sequence[Job]) -> None:
        """Keep the snapshots of jobs that have not ended: the person mended what they were told at the drop."""
        if not jobs:
            return
        self._file.run(WRITE, lambda connection: rows.renew(connection, jobs))
        for job in jobs:
            self._update(job.id, partial(_renewed, job=job))

    def planned(self, job_id: str) -> tuple[PlannedImage, ...]:
        """The keys that are kept for a job, in the recipe's order; empty before the plan."""
        return self._file.look(lambda connection: reading.planned(connection, job_id))

    def keep(self, job_id: str, record: Mapping[str, Json]) -> None:
        """Keep what came of a job so far, until it ends as done or skipped; an empty record forgets it."""
        self._file.run(WRITE, lambda connection: rows.keep(connection, job_id, record), durable=False)
        self._update(job_id, lambda known: replace(known, kept=dict(record) or None))

    def kept(self, job_id: str) -> dict[str, Json] | None:
        """What was kept of a job, by whatever process; None if nothing was."""
        return self._file.look(lambda connection: reading.kept(connection, job_id))

    def begin_attempt(self, job_id: str, charged_since: datetime | None = None) -> int:
        """Note that a job runs, from now; return the attempt's id. An earlier one of this process is over by that.

        ``charged_since``: when the first attempt began that may have been charged; this one takes its place.
        """
        began = charged_since or datetime.fromtimestamp(self._clock(), UTC)
        number, charged = secrets.randbits(53), charged_since is not None
        attempt = Attempt(id=number, started_at=began, phase=Phase.PLANNING, maybe_charged=charged)
        self._file.run(
            WRITE, lambda connection: rows.insert_attempt(connection, job_id, attempt, self._file.name), durable=False
        )
        with self._file.lock:
            before = self._known[job_id].attempt if job_id in self._known else None
            if before is not None:
                self._job_of.pop(before.id, None)
            self._job_of[attempt.id] = job_id
        self._update(job_id, lambda known: replace(known, attempt=attempt))
        return attempt.id

    def note_sent(self, attempt_id: int, *, bytes_sent: int, maybe_charged: bool) -> None:
        """Note how many bytes have left, and whether an answer that is lost from now on may cost money.

        The newest call counts: after an answer that charged nothing, such as a 429, say ``False`` again.
        """
        phase = Phase.OPTIMIZING if maybe_charged else Phase.UPLOADING
        with self._file.lock:
            job_id = self._job_of.get(attempt_id, "")
            attempt = self._known[job_id].attempt if job_id in self._known else None
        if attempt is None or attempt.id != attempt_id:
            # The job has ended, or another attempt has begun.
            return
        noted = replace(attempt, phase=phase, bytes_sent=bytes_sent, maybe_charged=maybe_charged)
        self._file.run(WRITE, lambda connection: rows.note_sent(connection, noted), durable=maybe_charged)
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
        # Ten thousand jobs that are cancelled share one outcome.
        different = {id(outcome): outcome for outcome in outcomes.values()}
        made = {number: rows.Ending.of(outcome, ended_at) for number, outcome in different.items()}
        endings = {job_id: made[id(outcome)] for job_id, outcome in outcomes.items()}

        def work(connection: sqlite3.Connection) -> list[str]:
            return [job_id for job_id, ending in endings.items() if rows.finish(connection, job_id, ending)]

        ended = self._file.run(WRITE, work)
        if len(ended) < len(outcomes):
            _log.debug("%d outcomes ignored: their jobs have ended already", len(outcomes) - len(ended))
        with self._file.lock:
            for job_id in ended:
                attempt = self._known[job_id].attempt if job_id in self._known else None
                if attempt is not None:
                    self._job_of.pop(attempt.id, None)
                self._update(job_id, partial(_ended, outcome=outcomes[job_id], ended_at=ended_at))
            self._ended.extend(ended)
            self._let_go()

    def requeue(self, job_id: str) -> None:
        """Queue an ended job again, for this process; its keys stay its own. Nothing happens if it has not ended."""
        self._requeue({job_id: None})

    def requeue_all(self, jobs: Collection[Job]) -> None:
        """Queue many ended jobs again, all or none; one that was forgotten since it ended is added anew."""
        self._requeue({job.id: job for job in jobs})

    def _requeue(self, jobs: Mapping[str, Job | None]) -> None:
        def work(connection: sqlite3.Connection) -> list[Known]:
            queued: list[Known | None] = []
            for job_id, job in jobs.items():
                if job is None or reading.exists(connection, job_id):
                    queued.append(rows.requeue(connection, job_id, self._file.name))
                else:
                    rows.insert_jobs(connection, rows.prepared([job]), self._file.name)
                    queued.append(Known(job=job))
            return [known for known in queued if known is not None]

        for known in self._file.run(WRITE, work):
            with self._file.lock:
                self._known[known.job.id] = known

    def take_over(self) -> tuple[Recovered, ...]:
        """Adopt the unfinished jobs whose owner is dead, oldest first.

        Of two processes that ask at once, each job goes to one. In memory there is nothing to adopt: what could
        not be marked as ours on disk would be done again at every start.
        """
        file = self._file
        try:
            with file.lock:
                file.require_open()
                if file.in_memory:
                    return ()
                try:
                    with file.folder_lock:
                        unsaved = file.owner.unsaved() - file.owner.others_alive() if file.owner is not None else ()
                        recovered = file.run_held(WRITE, self._adopt)
                        if file.owner is not None and not file.in_memory:
                            file.owner.forget_unsaved(unsaved)
                except JournalError as error:
                    _log.warning("unfinished jobs cannot be taken over now: %s", error)
                    return ()
                for each in recovered:
                    self._known[each.job.id] = Known(
                        job=each.job,
                        planned=each.planned,
                        left_behind=each.attempt,
                        digest=each.digest,
                        kept=each.kept,
                    )
                return recovered
        finally:
            file.tell()

    def unfinished(self) -> tuple[Unfinished, ...]:
        """The jobs of all processes that have not ended, oldest first. A row that cannot be read is left out."""
        found = self._file.look(reading.unfinished)
        alive = {self._file.name}
        if self._file.owner is not None:
            try:
                with self._file.folder_lock:
                    alive |= self._file.owner.others_alive()
            except JournalError as error:
                # Not known: as with a lock that cannot be tried.
                _log.warning("who works on unfinished jobs cannot be asked now: %s", error)
                alive |= {owner for _, owner, _ in found}
        return tuple(
            Unfinished(status=status, owner_alive=owner in alive, maybe_charged=charged)
            for status, owner, charged in found
        )

    def recent(self, limit: int) -> tuple[JobStatus, ...]:
        """Up to ``limit`` ended jobs of all processes, newest first. A row that cannot be read is left out."""
        found: list[JobStatus] = []
        before: tuple[int, int] | None = None
        while len(found) < limit:
            page = self._file.look(partial(reading.newest, limit=limit - len(found), before=before))
            if not page:
                break
            # Decoding is the slow part, and needs no lock.
            found += reading.statuses(page)
            before = (page[-1][0]["ended_at"], page[-1][0]["seq"])
        return tuple(found)

    def stored(self, texts: Collection[str]) -> tuple[Stored, ...]:
        """The images that ended jobs of all processes left, found by object key or address; newest job first."""
        return self._file.look(lambda connection: journal_stored.stored(connection, texts))

    def same(self, digest: str) -> tuple[Stored, ...]:
        """The images that ended jobs of all processes left of this content, newest job first; see ``reserve``.

        Raises:
            ValueError: the digest is not hexadecimal.
        """
        return self._file.look(lambda connection: journal_stored.same(connection, digest))

    def look(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Run ``work``, which only reads the tables, as one transaction beside what is written meanwhile."""
        return self._file.look(work)

    def complete_entries(self) -> None:
        """Write the entries of ended jobs that have none."""
        self._file.run(WRITE, journal_entries.fill)

    def forget(self, numbers: Sequence[int]) -> int:
        """Remove ended jobs, by row number, with all that belongs to them; how many were there.

        Their objects stay in their buckets. One that was queued again meanwhile stays.
        """
        count = 0
        for start in range(0, len(numbers), _FORGOTTEN_AT_ONCE):
            part = numbers[start : start + _FORGOTTEN_AT_ONCE]
            gone = self._file.run(WRITE, partial(rows.forget, numbers=part))
            with self._file.lock:
                for job_id in gone:
                    self._known.pop(job_id, None)
            count += len(gone)
        return count

    def mark_removed(self, keys: Mapping[str, Collection[str]]) -> tuple[JobStatus, ...]:
        """Note that objects are there no longer, by job; what the list shows of these jobs from now on."""

        def work(connection: sqlite3.Connection) -> tuple[dict[str, Outcome], tuple[JobStatus, ...]]:
            amended = journal_stored.mark_removed(connection, keys)
            return amended, journal_stored.statuses_of(connection, amended)

        amended, statuses = self._file.run(WRITE, work)
        for job_id, outcome in amended.items():
            self._update(job_id, partial(_amended, outcome=outcome))
        return statuses

    def removed(self, job_id: str) -> frozenset[str]:
        """The keys of a job that were removed from their bucket since it ended last."""
        return self._file.look(lambda connection: journal_stored.removed(connection, job_id))

    def spool_in_use(self) -> frozenset[Path] | None:
        """The spool files that some job of any process may still need: it has not ended, or could be tried again.

        None if that is not known, as in memory: then nothing may be swept.
        """
        locations = self._file.look(reading.spool_locations)
        if self._file.in_memory or locations is None:
            return None
        return frozenset(Path(location) for location in locations)

    def close(self) -> None:
        """Leave: unfinished jobs wait for the next ``take_over``. What memory holds is tried once more on disk."""
        self._file.close(len(self._known))

    def _restore(self, connection: sqlite3.Connection) -> None:
        rows.restore(connection, self._known.values(), self._file.name)

    def _adopt(self, connection: sqlite3.Connection) -> tuple[Recovered, ...]:
        # Asked anew on a replacement of the file, which may be memory.
        owner = self._file.owner
        if owner is None or self._file.in_memory:
            return ()
        return rows.adopt(connection, owner.name, owner.others_alive(), owner.unsaved())

    def _let_go(self) -> None:
        """Leave old endings to the file. The newest are those that a file which fails now may not have safely."""
        while len(self._ended) > _MOST_ENDED and not self._file.in_memory:
            job_id = self._ended.popleft()
            if job_id in self._known and self._known[job_id].outcome is not None:
                del self._known[job_id]

    def _update(self, job_id: str, change: Callable[[Known], Known]) -> None:
        with self._file.lock:
            if job_id in self._known:
                self._known[job_id] = change(self._known[job_id])


def _renewed(known: Known, job: Job) -> Known:
    return replace(known, job=job)


def _ended(known: Known, outcome: Outcome, ended_at: int) -> Known:
    kept = None if isinstance(outcome, Done | Skipped) else known.kept
    return replace(known, outcome=outcome, ended_at=ended_at, left_behind=None, attempt=None, kept=kept)


def _amended(known: Known, outcome: Outcome) -> Known:
    return replace(known, outcome=outcome)
