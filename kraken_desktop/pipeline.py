"""One job from its source to its outcome. The only module that knows the order of things.

Three routes (engine, uploader):

1. Kraken.io, Kraken.io: one request does both.
2. Kraken.io, this computer: the result is fetched, then stored.
3. this computer, this computer: the original goes nowhere.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.destinations import Destinations
from kraken_desktop.kraken_job import KrakenJob, linked
from kraken_desktop.making import Making
from kraken_desktop.model.errors import (
    FateUnknownError,
    KrakenDesktopError,
    LocalCopyError,
    ObjectExistsError,
    UnexpectedError,
)
from kraken_desktop.model.image_types import content_type
from kraken_desktop.model.job import (
    Cancelled,
    Done,
    Failed,
    Failure,
    Job,
    Outcome,
    Phase,
    Progress,
    Skipped,
    StoredImage,
)
from kraken_desktop.model.object_key import numbered
from kraken_desktop.model.profile import Collision, Uploader
from kraken_desktop.planning import (
    Content,
    Errand,
    Look,
    Plan,
    Presence,
    Tell,
    examine,
    looks_before,
    make_plan,
    require_usable,
)
from kraken_desktop.stores.journal import Journal
from kraken_desktop.stores.secret_store import Secrets

if TYPE_CHECKING:
    from kraken_desktop.buckets.bucket import Bucket, Upload
    from kraken_desktop.buckets.folder import FolderBucket
    from kraken_desktop.engines.local.engine import LocalEngine
    from kraken_desktop.making import MadeFile
    from kraken_desktop.stores.scratch import Scratch
    from kraken_desktop.transport import Transport

_log = logging.getLogger(__name__)

DIGEST_METADATA = "kraken-desktop"
"""User metadata that tells what an object was made of, where its key does not."""
_MOST_COPIES = 1_000


class Pipeline:
    """Runs one job at a time in each thread that calls it.

    Between two tries of a job it keeps what the engine made, so that nothing is made, or charged, twice.

    Args:
        transport, engine, scratch: make, or hand out, the one of the program. Callables, because they are slow to
            import.
        look_pauses: seconds before each look for an object whose fate is unknown.
    """

    def __init__(
        self,
        *,
        transport: Callable[[], Transport],
        secrets: Secrets,
        journal: Journal,
        engine: Callable[[], LocalEngine],
        scratch: Callable[[], Scratch],
        destinations: Destinations,
        look_pauses: Iterable[float] = (0, 1, 3),
    ) -> None:
        self._journal = journal
        self._engine = engine
        self._destinations = destinations
        self._kraken = KrakenJob(transport=transport, secrets=secrets, journal=journal, look_pauses=look_pauses)
        self._making = Making(kraken=self._kraken, transport=transport, journal=journal, engine=engine, scratch=scratch)

    def run(self, job: Job, cancel: CancelToken, tell: Tell, suspected_since: datetime | None = None) -> Outcome:
        """Bring one job to its outcome. Never raises: the unexpected becomes a failure, its traceback is logged.

        Args:
            tell: hears how far it is, from this thread, often.
            suspected_since: an earlier attempt, begun then, ended unseen after all its bytes had left; the
                bucket is asked, and nothing is sent.
        """
        errand = Errand(job, cancel, tell)
        try:
            outcome = self._run(errand, suspected_since)
        except _PartlyStoredError as error:
            outcome = _ended_by(error.why, job, error.images)
        except Exception as error:  # noqa: BLE001 - a bug costs one job, not the program
            outcome = _ended_by(error, job)
        self._making.ended(job, outcome)
        return outcome

    # --- the order of things ---

    def _run(self, errand: Errand, suspected_since: datetime | None) -> Outcome:
        if suspected_since is not None:
            return self._look_again(errand, suspected_since)
        return self._store(errand)

    def _store(self, errand: Errand) -> Outcome:
        job = errand.job
        profile = job.snapshot.profile
        require_usable(job)
        errand.tell(Progress(phase=Phase.PLANNING))
        content = examine(job, errand.cancel, lambda path, extension: self._measure(path, extension, errand.cancel))
        if profile.uploader is Uploader.KRAKEN:
            plan = make_plan(job, content, self._journal, None)
            if isinstance(plan, Skipped):
                return plan
            done = self._kraken.push(errand, plan, lambda keys: self._destinations.s3(profile, keys))
            return self._copied(errand, done)
        return self._stored_here(errand, content)

    def _stored_here(self, errand: Errand, content: Content) -> Outcome:
        profile = errand.job.snapshot.profile
        bucket = self._destinations.open(profile, errand.cancel)
        own = frozenset(image.key for image in self._journal.planned(errand.job.id))
        try:
            return self._planned_and_put(errand, content, bucket, own)
        except ObjectExistsError:
            if profile.collision is not Collision.RENAME:
                raise
            # Somebody took the name since it was looked for, or what is there is not what this job left.
            return self._planned_and_put(errand, content, bucket, frozenset())

    def _planned_and_put(self, errand: Errand, content: Content, bucket: Bucket, own: frozenset[str]) -> Outcome:
        look = _look(errand, bucket, own) if looks_before(errand.job) else None
        plan = make_plan(errand.job, content, self._journal, look)
        if isinstance(plan, Skipped):
            return plan
        return self._put(errand, plan, self._making.files(errand, plan), bucket)

    def _put(self, errand: Errand, plan: Plan, files: tuple[MadeFile, ...], bucket: Bucket) -> Done:
        """Bring what was made to its places: the local copy first, because its failure leaves nothing half done."""
        profile = errand.job.snapshot.profile
        copies = self._destinations.folder(profile.local_copy) if profile.local_copy else None
        total = sum(file.bytes for file in files)
        moved = 0
        images: tuple[StoredImage, ...] = ()
        try:
            for target, file in zip(plan.targets, files, strict=True):
                copy = _copy(copies, target.key, file, errand) if copies is not None else ""
                upload = _upload(
                    file,
                    plan.digest if plan.careful else "",
                    only_if_absent=plan.careful and not target.replaces,
                )

                def on_sent(count: int, of: int, key: str = target.key, before: int = moved) -> None:
                    left = count == of
                    progress = Progress(phase=Phase.STORING, sent=before + count, total=total, key=key, may_arrive=left)
                    errand.tell(progress)

                _put_once(bucket, target.key, file, upload, errand.cancel, on_sent)
                moved += file.bytes
                image = StoredImage(
                    variant=target.output.variant,
                    key=target.key,
                    url="",
                    kraked_url=file.kraked_url,
                    width=file.width or None,
                    height=file.height or None,
                    bytes=file.bytes,
                    already_optimal=file.already_optimal,
                    local_copy=copy,
                )
                images += (linked(image, bucket, profile),)
        except Exception as error:
            if images:
                raise _PartlyStoredError(error, images) from error
            raise
        size = plan.content.size
        return Done(images=images, original_bytes=size if size is not None else self._making.original_bytes(errand.job))

    def _copied(self, errand: Errand, done: Done) -> Done:
        """With the local copy of what Kraken.io pushed, if one is wanted."""
        profile = errand.job.snapshot.profile
        if not profile.local_copy:
            return done
        (image,) = done.images
        try:
            fetched = self._making.fetched(errand, image)
            copy = _copy(self._destinations.folder(profile.local_copy), image.key, fetched, errand)
        except CancelledError:
            # The image is there all the same.
            return done
        except (KrakenDesktopError, OSError) as error:
            reason = error.code if isinstance(error, KrakenDesktopError) else str(error.strerror)
            _log.info("job %s: no local copy: %s", errand.job.id, reason)
            failure = LocalCopyError(folder=profile.local_copy, key=image.key, reason=reason)
            raise _PartlyStoredError(failure, done.images) from error
        return replace(done, images=(replace(image, local_copy=copy),))

    def _look_again(self, errand: Errand, since: datetime) -> Outcome:
        planned = self._journal.planned(errand.job.id)
        if not planned:
            raise FateUnknownError(reason="interrupted")
        bucket = self._destinations.open(errand.job.snapshot.profile, errand.cancel)
        return self._kraken.look(errand, bucket, planned[0].key, since=since, reason="interrupted")

    def _measure(self, path: Path, extension: str, cancel: CancelToken) -> tuple[int, int] | None:
        probed = self._engine().probe(path, extension=extension, cancel=cancel)
        return (probed.width, probed.height) if probed.width and probed.height else None


class _PartlyStoredError(Exception):
    """Some of the images are there, and that is not all that was promised."""

    def __init__(self, why: Exception, images: tuple[StoredImage, ...]) -> None:
        super().__init__(str(why))
        self.why = why
        self.images = images


def _ended_by(error: Exception, job: Job, images: tuple[StoredImage, ...] = ()) -> Outcome:
    """The outcome of a job that an error ended; ``images`` are there all the same."""
    size = job.source.size
    match error:
        case CancelledError():
            return Cancelled(may_arrive=error.sent_all, images=images, original_bytes=size if images else None)
        case KrakenDesktopError():
            _log.info("job %s failed: %s", job.id, error.code)
            return Failed(failure=Failure.of(error), images=images, original_bytes=size)
        case _:
            _log.error("job %s failed unexpectedly", job.id, exc_info=error)
            failure = Failure.of(UnexpectedError(kind=type(error).__name__))
            return Failed(failure=failure, images=images, original_bytes=size)


def _put_once(
    bucket: Bucket, key: str, file: MadeFile, upload: Upload, cancel: CancelToken, on_sent: Callable[[int, int], None]
) -> None:
    """Store a file, unless an earlier try of the job did. Raises as ``Bucket.put`` does."""
    from kraken_desktop.buckets.folder import FolderBucket

    try:
        bucket.put(key, upload, cancel, on_sent)
    except ObjectExistsError:
        # On S3 the bucket itself knows what an earlier try left.
        if not (isinstance(bucket, FolderBucket) and _same_content(bucket.path(key), file)):
            raise


def _look(errand: Errand, bucket: Bucket, own: frozenset[str]) -> Look:
    """``own``: the keys that an earlier try of the job may have stored under."""
    profile, job = errand.job.snapshot.profile, errand.job

    def look(key: str, digest: str) -> Presence:
        found = bucket.head(key, errand.cancel)
        if found is None:
            return Presence.NOTHING
        if not profile.folder:
            return Presence.SAME if found.metadata.get(DIGEST_METADATA) == digest else Presence.OTHER
        if _is_source(bucket, key, job):
            return Presence.SOURCE
        # A file has no metadata; its bytes tell, once there are some to compare them with.
        return Presence.MAYBE if key in own else Presence.OTHER

    return look


def _upload(file: MadeFile, digest: str = "", *, only_if_absent: bool = False) -> Upload:
    from kraken_desktop.buckets.bucket import Upload

    return Upload(
        path=file.path,
        size=file.bytes,
        sha256=file.sha256,
        content_type=content_type(file.extension),
        metadata=((DIGEST_METADATA, digest),) if digest else (),
        only_if_absent=only_if_absent,
    )


def _copy(copies: FolderBucket, key: str, file: MadeFile, errand: Errand) -> str:
    """Put a local copy under the key, or the key with a number if something else is there. Returns its path."""
    for each in (key, *(numbered(key, n) for n in range(2, _MOST_COPIES))):
        path = copies.path(each)
        if path.is_file() and _same_content(path, file):
            return str(path)
        try:
            copies.put(each, _upload(file, only_if_absent=True), errand.cancel, _unheard)
        except ObjectExistsError:
            continue
        return str(path)
    raise ObjectExistsError(bucket=str(copies.folder), key=key)


def _same_content(path: Path, file: MadeFile) -> bool:
    try:
        if path.stat().st_size != file.bytes:
            return False
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == file.sha256
    except OSError:
        return False


def _is_source(bucket: Bucket, key: str, job: Job) -> bool:
    from kraken_desktop.buckets.folder import FolderBucket

    try:
        return isinstance(bucket, FolderBucket) and bucket.path(key).samefile(job.source.location)
    except OSError:
        return False


def _unheard(_sent: int, _of: int) -> None:
    """A copy on this computer is too quick to be shown."""
