"""Route 1: Kraken.io makes the images and pushes them into the bucket; what it leaves out, this computer adds."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kraken_desktop.cancel import CancelledError
from kraken_desktop.destinations import Destinations
from kraken_desktop.keeping import Keeping, Ledger
from kraken_desktop.kraken_job import KrakenJob, linked
from kraken_desktop.making import Making, may_keep
from kraken_desktop.model.errors import (
    FateUnknownError,
    KrakenDesktopError,
    LocalCopyError,
    NothingStoredError,
    ObjectExistsError,
)
from kraken_desktop.model.job import Done, Phase, Progress, Skipped, StoredImage
from kraken_desktop.model.links import object_url
from kraken_desktop.placing import (
    Looking,
    copy_into,
    image_of,
    names_for,
    note_found,
    put_unless_taken,
    skipped,
    upload_of,
)
from kraken_desktop.planning import (
    AlreadyStored,
    Content,
    Errand,
    Plan,
    Target,
    is_unique,
    looks_before,
    make_plan,
    may_replace,
)
from kraken_desktop.stores.journal import Journal

if TYPE_CHECKING:
    from kraken_desktop.buckets.bucket import Bucket

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushing:
    """Brings plans into buckets by Kraken.io's hand. Safe to use from any thread, for one job in each."""

    kraken: KrakenJob
    making: Making
    keeping: Keeping
    destinations: Destinations
    journal: Journal

    def pushed(self, errand: Errand, content: Content) -> Done | Skipped:
        """Where Kraken.io saved nothing the original is stored by us, who have the keys as well.

        Raises:
            ObjectExistsError: the profile wants it so.
            BucketLookupError: it cannot be known whether a name is taken.
            NothingStoredError: it saved nothing, and the original is not what was asked for.
            LocalCopyError: all images are there; a copy of one is not.
            KrakenDesktopError: what ``KrakenJob.push``, ``Making.original`` and ``Bucket.put`` raise.
            CancelledError: the token was cancelled.
        """
        job = errand.job
        keys = self.kraken.lasting_keys(errand)
        bucket = self.destinations.s3(job.snapshot.profile, keys)
        looking = Looking(errand, bucket, frozenset()) if looks_before(job) else None
        plan = make_plan(job, content, self.journal, looking)
        if isinstance(plan, Skipped):
            return plan
        if isinstance(plan, AlreadyStored):
            return skipped(job, plan.targets, looking)
        kept = self.keeping.taken(job, plan.digest)
        ledger = kept.ledger
        note_found(plan.targets, looking, kept)
        if ledger.charged_since is not None and is_unique(job) and not kept.stored_otherwise:
            # Before anything is paid for once more: a try whose answer was lost may have left it there.
            lacking = tuple(target for target in plan.targets if ledger.lacks(target))
            self.kraken.find(errand, bucket, lacking, since=ledger.charged_since, found=ledger.there)
        try:
            self.kraken.push(errand, plan, keys, bucket, ledger, on_answer=lambda: self.keeping.save(job))
        except FateUnknownError:
            # With what was to be stored where: the next try may be one of another run of the program.
            self.keeping.save(job)
            raise
        targets: list[Target] = []
        for target in plan.targets:
            there, keepable = ledger.there.get(target.key), may_keep(job, target.output)
            if keepable and there is None:
                there = self._original_put(errand, plan, target, bucket)
            elif keepable and there is not None and _grew(there, plan.content):
                there = self._original_instead(errand, plan, target, there, bucket)
            if there is not None:
                ledger.there[there.key] = there
                targets.append(replace(target, key=there.key))
        if len(targets) < len(plan.targets):
            raise NothingStoredError(status=200)
        self.copy(errand, plan.digest, [target.key for target in targets], ledger)
        images = tuple(ledger.there[target.key] for target in targets)
        return Done(images=images, original_bytes=plan.content.size or ledger.original_bytes)

    def _original_put(self, errand: Errand, plan: Plan, target: Target, bucket: Bucket) -> StoredImage:
        """The original where Kraken.io stored nothing: replaces what is there only if the profile says so."""
        job = errand.job
        if may_replace(job):
            return self._original_under(target.key, errand, plan, target, bucket)
        for key in names_for(job, target, self.journal):
            try:
                return self._original_under(key, errand, plan, target, bucket, only_if_absent=True)
            except ObjectExistsError:
                continue
        raise ObjectExistsError(bucket=job.snapshot.profile.bucket, key=target.key)

    def _original_under(
        self, key: str, errand: Errand, plan: Plan, target: Target, bucket: Bucket, *, only_if_absent: bool = False
    ) -> StoredImage:
        file = self.making.original(errand, plan)

        def on_sent(count: int, of: int) -> None:
            errand.tell(Progress(phase=Phase.STORING, sent=count, total=of, key=key, may_arrive=count == of))

        if not only_if_absent:
            bucket.put(key, upload_of(file), errand.cancel, on_sent)
        elif not put_unless_taken(bucket, key, file, plan.digest, errand, on_sent):
            raise ObjectExistsError(bucket=errand.job.snapshot.profile.bucket, key=key)
        profile = errand.job.snapshot.profile
        image = replace(image_of(target, file), key=key, url=object_url(profile, key))
        return linked(image, bucket, profile)

    def _original_instead(
        self, errand: Errand, plan: Plan, target: Target, larger: StoredImage, bucket: Bucket
    ) -> StoredImage:
        """The original in the place of a result that became larger; where that fails the larger one stays."""
        try:
            original = self._original_under(target.key, errand, plan, target, bucket)
        except CancelledError:
            return larger
        except KrakenDesktopError as error:
            _log.info("job %s: the larger result stays: %s", errand.job.id, error.code)
            return larger
        return replace(original, kraked_url=larger.kraked_url)

    def copy(self, errand: Errand, digest: str, keys: Sequence[str], ledger: Ledger) -> None:
        """Make the local copies of what Kraken.io pushed, if they are wanted.

        Args:
            digest: of source and recipe.
            keys: of what is in the ledger by now.

        Raises:
            LocalCopyError: one cannot be made.
        """
        profile = errand.job.snapshot.profile
        if not profile.local_copy:
            return
        copies = self.destinations.folder(profile.local_copy)
        for key in keys:
            image = ledger.there[key]
            try:
                fetched = self.making.fetched(errand, digest, image)
                copy = copy_into(copies, image.key, fetched, errand)
            except CancelledError:
                # The images are there all the same.
                break
            except (KrakenDesktopError, OSError) as error:
                reason = error.code if isinstance(error, KrakenDesktopError) else str(error.strerror)
                _log.info("job %s: no local copy: %s", errand.job.id, reason)
                raise LocalCopyError(folder=profile.local_copy, key=image.key, reason=reason) from error
            ledger.there[image.key] = replace(image, local_copy=copy)


def _grew(image: StoredImage, content: Content) -> bool:
    """Whether Kraken.io's result is larger than the source."""
    return image.bytes is not None and content.size is not None and image.bytes > content.size
