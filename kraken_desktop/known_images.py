"""Images that this computer stored before: the same source with the same recipe and profile gets its known link."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.keeping import stored_alike
from kraken_desktop.kraken_job import linked, look_for
from kraken_desktop.model.job import Done, Job, JobStatus, Outcome, SourceKind, StoredImage
from kraken_desktop.model.object_key import PathTemplate
from kraken_desktop.model.profile import Acl, Collision, Profile
from kraken_desktop.planning import Errand, is_unique, outputs_of
from kraken_desktop.stores.journal import Journal, Stored

if TYPE_CHECKING:
    from kraken_desktop.buckets.bucket import Bucket, ObjectInfo

_log = logging.getLogger(__name__)

_SLACK = timedelta(minutes=2)
"""So much later than its job an object may be by its own date: dates have whole seconds, and clocks drift."""
_MOST_FRESH = 64
"""Jobs that were stored a moment ago and are remembered until the journal has them."""
_LOOK_SECONDS = 0.1


@dataclass(slots=True, kw_only=True)
class KnownImages:
    """What the journal knows, held against the bucket. Safe to use from any thread."""

    journal: Journal
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _underway: set[tuple[str, ...]] = field(default_factory=set)
    """What is being made just now."""
    _fresh: dict[str, tuple[Stored, ...]] = field(default_factory=dict)
    """What was stored a moment ago, by its digest: its outcome may not be in the journal yet."""

    @contextmanager
    def alone(self, errand: Errand, digest: str) -> Iterator[None]:
        """Let no other job make the same meanwhile: who drops a folder twice pays for it once.

        Raises:
            CancelledError: the token was cancelled while another job was at it.
        """
        source = errand.job.source
        same = (digest, source.name, source.folder, errand.job.snapshot.profile.id)
        while not self._begin(same):
            errand.cancel.wait(_LOOK_SECONDS)
        try:
            yield
        finally:
            with self._lock:
                self._underway.discard(same)

    def note(self, job: Job, digest: str, outcome: Outcome) -> None:
        """Remember what a job has just stored."""
        if not isinstance(outcome, Done):
            return
        status, now = JobStatus(job=job, outcome=outcome), datetime.now(UTC)
        stored = tuple(Stored(status=status, image=image, ended_at=now) for image in outcome.images)
        with self._lock:
            self._fresh.pop(digest, None)
            self._fresh[digest] = stored
            if len(self._fresh) > _MOST_FRESH:
                del self._fresh[next(iter(self._fresh))]

    def of(self, errand: Errand, digest: str, bucket: Callable[[], Bucket]) -> tuple[StoredImage, ...]:
        """All images of a job as an earlier one left them, in the recipe's order; empty unless all are still there.

        Args:
            digest: of the source, engine and recipe.
            bucket: opens the profile's; called only if there is something to look for.

        Raises:
            SecretError, AwsProfileError: the bucket cannot be opened.
            CancelledError: the token was cancelled.
        """
        job = errand.job
        if not _may_be_known(job):
            return ()
        variants = [output.variant for output in outputs_of(job)]
        with self._lock:
            fresh = self._fresh.get(digest, ())
        earlier = self.journal.same(digest)
        if not any(each.status.job.id == fresh[0].status.job.id for each in earlier if fresh):
            earlier = (*fresh, *earlier)
        for _, found in groupby(earlier, lambda each: each.status.job.id):
            stored = {each.image.variant: each for each in found}
            if not all(variant in stored and _is_alike(job, stored[variant]) for variant in variants):
                continue
            opened = bucket()
            wanted = [stored[variant] for variant in variants]
            if all(self._is_there(errand, each, opened) for each in wanted):
                _log.info("job %s: its images are there already", job.id)
                return tuple(_as_stored_now(each.image, opened, job.snapshot.profile) for each in wanted)
        return ()

    def _begin(self, same: tuple[str, ...]) -> bool:
        with self._lock:
            if same in self._underway:
                return False
            self._underway.add(same)
            return True

    def _is_there(self, errand: Errand, stored: Stored, bucket: Bucket) -> bool:
        public = errand.job.snapshot.profile.acl is Acl.PUBLIC_READ
        seen = look_for(bucket, stored.image.key, errand.cancel, public=public)
        return seen is not None and not is_another(seen, stored, datetime.now(UTC))


def is_another(found: ObjectInfo, stored: Stored, now: datetime) -> bool:
    """Whether an object is not what its job left. The bucket's clock is held against itself.

    Args:
        now: by this computer's clock, which the journal's times are of.
    """
    if stored.image.bytes is not None and found.size != stored.image.bytes:
        return True
    return found.modified > found.asked - (now - stored.ended_at) + _SLACK


def _may_be_known(job: Job) -> bool:
    if job.source.kind is SourceKind.URL or job.snapshot.recipe.sandbox:
        # What is behind an address may be another image by now.
        return False
    # Who wants to hear of a name that is taken hears of it.
    return job.snapshot.profile.collision is not Collision.FAIL or is_unique(job)


def _is_alike(job: Job, stored: Stored) -> bool:
    """Whether what an earlier job stored is what this one would: under that name, and as it would be stored now."""
    earlier, profile = stored.status.job, job.snapshot.profile
    before, copy = earlier.snapshot.profile, stored.image.local_copy
    return (
        earlier.id != job.id
        and (earlier.source.name, earlier.source.folder) == (job.source.name, job.source.folder)
        and before.path_template == profile.path_template
        and (before.name == profile.name or "profile" not in PathTemplate.parse(profile.path_template).variables)
        and stored_alike(before, profile)
        and (not profile.local_copy or (before.local_copy == profile.local_copy and Path(copy).is_file()))
    )


def _as_stored_now(image: StoredImage, bucket: Bucket, profile: Profile) -> StoredImage:
    """With a link that opens now, and nothing that was true of the earlier job alone."""
    copy = image.local_copy if profile.local_copy else ""
    return linked(replace(image, local_copy=copy, check=None), bucket, profile)
