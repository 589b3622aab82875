"""Files into places: the put that an earlier try may have done, local copies, and what is there already."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.cancel import CancelToken
from kraken_desktop.kraken_job import linked
from kraken_desktop.model.errors import BucketLookupError, KeyTakenError, ObjectExistsError
from kraken_desktop.model.image_types import content_type
from kraken_desktop.model.job import Job, Skipped, StoredImage
from kraken_desktop.model.links import object_url
from kraken_desktop.model.object_key import numbered
from kraken_desktop.model.profile import Collision
from kraken_desktop.planning import DIGEST_METADATA, Errand, Presence, Target
from kraken_desktop.stores.journal import Journal

if TYPE_CHECKING:
    from kraken_desktop.buckets.bucket import Bucket, Upload
    from kraken_desktop.buckets.folder import FolderBucket
    from kraken_desktop.keeping import Kept, MadeFile

_MOST_COPIES = 1_000


def put_once(
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


def put_unless_taken(
    bucket: Bucket, key: str, file: MadeFile, digest: str, errand: Errand, on_sent: Callable[[int, int], None]
) -> bool:
    """Store a file where nothing is; whether it is there now. An earlier try may have stored it: its digest tells.

    Raises as ``Bucket.put`` does, but for ``ObjectExistsError``.
    """
    try:
        bucket.put(key, upload_of(file, digest, only_if_absent=True), errand.cancel, on_sent)
    except ObjectExistsError:
        try:
            return Looking(errand, bucket, frozenset())(key, digest) is Presence.SAME
        except BucketLookupError:
            return False
    return True


def names_for(job: Job, target: Target, journal: Journal) -> Iterator[str]:
    """The key that is planned for one image and, where the profile renames, others; each is reserved when it comes."""
    yield target.key
    if job.snapshot.profile.collision is not Collision.RENAME:
        return
    for n in range(2, _MOST_COPIES):
        key, variant = numbered(target.key, n), target.output.variant
        planned = [replace(each, key=key) if each.variant == variant else each for each in journal.planned(job.id)]
        try:
            journal.reserve(job.id, planned)
        except KeyTakenError:
            continue
        yield key


@dataclass(frozen=True, slots=True)
class Looking:
    """What a job finds in its bucket: a :data:`~kraken_desktop.planning.Look`.

    Args:
        own: the keys that an earlier try of the job may have stored under.
    """

    errand: Errand
    bucket: Bucket
    own: frozenset[str]
    sizes: dict[str, int] = field(default_factory=dict)
    """Bytes of what was found, by key."""

    def __call__(self, key: str, digest: str) -> Presence:
        """What is under a key.

        Raises:
            BucketError, TransportError: one of their subclasses.
            CancelledError: the token was cancelled.
        """
        job = self.errand.job
        found = self.bucket.head(key, self.errand.cancel)
        if found is None:
            return Presence.NOTHING
        self.sizes[key] = found.size
        if not job.snapshot.profile.folder:
            return Presence.SAME if found.metadata.get(DIGEST_METADATA) == digest else Presence.OTHER
        if _is_source(self.bucket, key, job):
            return Presence.SOURCE
        # A file has no metadata; its bytes tell, once there are some to compare them with.
        return Presence.MAYBE if key in self.own else Presence.OTHER

    def image(self, target: Target) -> StoredImage:
        """What was found under the key of a target, with its link."""
        profile = self.errand.job.snapshot.profile
        url, size = object_url(profile, target.key), self.sizes.get(target.key)
        image = StoredImage(variant=target.output.variant, key=target.key, url=url, bytes=size)
        return linked(image, self.bucket, profile)


def skipped(job: Job, targets: Sequence[Target], looking: Looking | None) -> Skipped:
    """All of a job is there already, with the links that open it."""
    images = tuple(looking.image(target) for target in targets) if looking is not None else ()
    return Skipped(reason="already_stored", images=images, original_bytes=job.source.size)


def note_found(targets: Sequence[Target], looking: Looking | None, kept: Kept) -> None:
    """Enter what is there already into the ledger, unless it was stored in another way than it would be now."""
    for target in targets:
        if looking is not None and target.there and not kept.stored_otherwise and target.key not in kept.ledger.there:
            kept.ledger.there[target.key] = looking.image(target)


def image_of(target: Target, file: MadeFile) -> StoredImage:
    """What a file is in the bucket, but for its link."""
    return StoredImage(
        variant=target.output.variant,
        key=target.key,
        url="",
        kraked_url=file.kraked_url,
        width=file.width or None,
        height=file.height or None,
        bytes=file.bytes,
        already_optimal=file.already_optimal,
    )


def upload_of(file: MadeFile, digest: str = "", *, only_if_absent: bool = False) -> Upload:
    """A file on its way into a bucket; with the digest where the key does not tell what it was made of."""
    from kraken_desktop.buckets.bucket import Upload

    return Upload(
        path=file.path,
        size=file.bytes,
        sha256=file.sha256,
        content_type=content_type(file.extension) if file.extension else "",
        metadata=((DIGEST_METADATA, digest),) if digest else (),
        own=True,
        only_if_absent=only_if_absent,
    )


def copy_into(copies: FolderBucket, key: str, file: MadeFile, errand: Errand) -> str:
    """Put a local copy under the key, or the key with a number if something else is there. Returns its path."""
    for each in (key, *(numbered(key, n) for n in range(2, _MOST_COPIES))):
        path = copies.path(each)
        if path.is_file() and _same_content(path, file):
            return str(path)
        try:
            copies.put(each, upload_of(file, only_if_absent=True), errand.cancel, _unheard)
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
