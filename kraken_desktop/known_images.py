"""Images that this computer stored before: the same source with the same recipe and profile gets its known link."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.keeping import stored_alike
from kraken_desktop.kraken_job import linked, look_for
from kraken_desktop.model.job import Job, SourceKind, StoredImage
from kraken_desktop.model.object_key import PathTemplate
from kraken_desktop.model.profile import Acl, Collision
from kraken_desktop.planning import Errand, outputs_of
from kraken_desktop.stores.journal import Journal, Stored

if TYPE_CHECKING:
    from kraken_desktop.buckets.bucket import Bucket, ObjectInfo

_log = logging.getLogger(__name__)

_SLACK = timedelta(minutes=2)
"""So much later than its job an object may be by its own date: dates have whole seconds, and clocks drift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownImages:
    """What the journal knows, held against the bucket. Safe to use from any thread."""

    journal: Journal

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
        for _, found in groupby(self.journal.same(digest), lambda each: each.status.job.id):
            stored = {each.image.variant: each for each in found}
            if not all(variant in stored and _is_alike(job, stored[variant]) for variant in variants):
                continue
            opened = bucket()
            wanted = [stored[variant] for variant in variants]
            if all(self._is_there(errand, each, opened) for each in wanted):
                _log.info("job %s: its images are there already", job.id)
                return tuple(linked(each.image, opened, job.snapshot.profile) for each in wanted)
        return ()

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
    profile = job.snapshot.profile
    # Who wants to hear of a name that is taken hears of it.
    return profile.collision is not Collision.FAIL or PathTemplate.parse(profile.path_template).unique


def _is_alike(job: Job, stored: Stored) -> bool:
    """Whether what an earlier job stored is what this one would: under that name, and as it would be stored now."""
    earlier, profile = stored.status.job, job.snapshot.profile
    copy = stored.image.local_copy
    return (
        earlier.id != job.id
        and (earlier.source.name, earlier.source.folder) == (job.source.name, job.source.folder)
        and earlier.snapshot.profile.path_template == profile.path_template
        and stored_alike(earlier.snapshot.profile, profile)
        and (not profile.local_copy or (bool(copy) and Path(copy).is_file()))
    )
