"""One drop being looked through: what is found becomes rows and jobs, some at a time, off the window's thread."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.gui.incoming import Blob, Incoming, encoded, unpacked
from kraken_desktop.gui.jobs import StopFlag, deadline
from kraken_desktop.intake import LeftOut, Refused, Repeated, expand
from kraken_desktop.model.errors import SpoolError, UnsupportedTypeError
from kraken_desktop.model.image_types import HEAD_BYTES, detect, sniff
from kraken_desktop.model.job import Failed, Failure, Job, JobState, JobStatus, Source, SourceKind
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.settings import Settings
from kraken_desktop.stores.drops import Drop

if TYPE_CHECKING:
    from kraken_desktop.composition import Services

BATCH = 100
"""Rows that appear, and are journaled, at once."""
FIRST_BATCH = 20
"""The first of them fill a window, and do not wait for what nobody sees yet."""
BATCH_SECONDS = 0.25
"""On a slow disk fewer rows come, but not later."""

LookAgain = tuple[str, Profile, Settings]
"""Where something was that was refused, and what it was to be uploaded with."""


class Batch:
    """A few rows of a drop."""

    def __init__(self) -> None:
        self.statuses: list[JobStatus] = []
        self.jobs: list[Job] = []
        self.refused: dict[str, LookAgain] = {}
        self.held_back = False
        """Somebody else starts the jobs."""


class Found:
    """What one whole drop gave."""

    def __init__(self) -> None:
        self.rows = 0
        self.passed_over = 0
        self.stopped = False
        self.left_out: tuple[LeftOut, ...] = ()
        self.repeated = 0

    def add(self, batch: Batch) -> None:
        """Count another batch."""
        self.rows += len(batch.statuses)


class Scan:
    """One drop being looked through, on a thread of its own. All its jobs are one batch of the journal.

    Args:
        again: the row that the first thing found takes; empty for a new one.
        left: the drop itself, if an earlier run began to look through it.
        known: its jobs so far.
    """

    def __init__(
        self,
        *,
        services: Services,
        incoming: Incoming,
        profile: Profile,
        settings: Settings,
        stop: StopFlag,
        again: str = "",
        left: Drop | None = None,
        known: Sequence[Job] = (),
    ) -> None:
        self._services = services
        self._incoming = incoming
        self._profile = profile
        self._settings = settings
        self._stop = stop
        self._again = again
        self._last = max(known, key=lambda job: job.position, default=None)
        self._known = {(job.source.location, job.source.folder) for job in known}
        self._drop = left or Drop(
            batch_id=str(uuid.uuid4()),
            dropped_at=datetime.now().astimezone(),
            profile=profile,
            things=incoming.things,
            typed=incoming.typed,
        )
        self._noting = threading.Lock()
        self._ended = False
        self.left_out: list[LeftOut] = []
        self.repeated = 0
        self.passed_over = 0
        """What has its row already."""

    @property
    def stopped(self) -> bool:
        """Whether somebody wanted no more of it."""
        return self._stop.is_set()

    def begin(self) -> None:
        """Note the drop, so that the next start finds what a crash cuts off. From any thread, and more than once."""
        with self._noting:
            if self._drop.things and not self._again and not self._ended:
                self._services.drops.begin(self._drop)

    def end(self) -> None:
        """All of it is in the journal, or not wanted."""
        with self._noting:
            self._ended = True
            self._services.drops.end(self._drop.batch_id)

    def batches(self) -> Iterator[Batch]:
        """Rows, as they are found."""
        waiting: list[Source | Refused] = []
        most, left = FIRST_BATCH, deadline(BATCH_SECONDS)
        for found in self._all():
            if isinstance(found, LeftOut):
                self.left_out.append(found)
                continue
            if isinstance(found, Repeated):
                self.repeated = found.count
                continue
            if isinstance(found, Source) and (found.location, found.folder) in self._known:
                self.passed_over += 1
                continue
            waiting.append(found)
            if len(waiting) >= most or not left():
                yield self._batch(waiting)
                waiting, most, left = [], BATCH, deadline(BATCH_SECONDS)
        if waiting:
            yield self._batch(waiting)

    def _all(self) -> Iterator[Source | Refused | LeftOut | Repeated]:
        settings = self._settings
        yield from expand(
            self._incoming.things,
            typed=self._incoming.typed,
            buckets=settings.bucket_folders,
            copies=settings.copy_folders,
            cancelled=self._stop.is_set,
        )
        for blob in self._blobs():
            yield self._spooled(blob)

    def _blobs(self) -> Iterator[Blob]:
        yield from self._incoming.blobs
        yield from map(unpacked, self._incoming.embedded)
        if self._incoming.image is not None:
            yield encoded(self._incoming.image)

    def _spooled(self, blob: Blob) -> Source | Refused:
        found = sniff(blob.data[:HEAD_BYTES], blob.name)
        if found is None:
            detected = detect(blob.data[:HEAD_BYTES], blob.name)
            return Refused(
                location=blob.name, name=blob.name, error=UnsupportedTypeError(path=blob.name, detected=detected)
            )
        path = self._services.spool.keep(blob.data, f"image{found.extension}")
        try:
            about = path.stat()
        except OSError as error:
            raise SpoolError(path=str(path), reason=error.strerror or "") from error
        return Source(
            kind=SourceKind.SPOOL,
            location=str(path),
            name=blob.name,
            size=about.st_size,
            mtime_ns=about.st_mtime_ns,
            extension=found.extension,
        )

    def _batch(self, found: Sequence[Source | Refused]) -> Batch:
        jobs = iter(self._jobs([each for each in found if isinstance(each, Source)]))
        batch = Batch()
        for each in found:
            if isinstance(each, Source):
                job = self._in_its_row(next(jobs))
                batch.jobs.append(job)
                batch.statuses.append(JobStatus(job=job))
            else:
                status = self._refusal(each)
                batch.statuses.append(status)
                batch.refused[status.job.id] = (each.location, self._profile, self._settings)
        return batch

    def _jobs(self, sources: Sequence[Source]) -> tuple[Job, ...]:
        made = self._services.new_jobs(sources, self._profile, self._settings, goes_on=self._last)
        if self._last is None:
            drop = self._drop
            made = tuple(replace(job, batch_id=drop.batch_id, dropped_at=drop.dropped_at) for job in made)
        self._last = made[-1] if made else self._last
        return made

    def _in_its_row(self, job: Job) -> Job:
        again, self._again = self._again, ""
        return replace(job, id=again) if again else job

    def _refusal(self, refused: Refused) -> JobStatus:
        """A row for something that was dropped and cannot be used: it never becomes a job."""
        source = Source(
            kind=SourceKind.FILE,
            location=refused.location,
            name=refused.name,
            extension=Path(refused.name).suffix.lower()[:5],
        )
        (job,) = self._services.new_jobs([source], self._profile, self._settings)
        return JobStatus(
            job=self._in_its_row(job),
            state=JobState.FAILED,
            outcome=Failed(failure=Failure.of(refused.error)),
        )
