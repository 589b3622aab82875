"""The check of a folder: one that takes the place of a bucket, or gets local copies."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.buckets.folder import FolderBucket
from kraken_desktop.cancel import CancelToken
from kraken_desktop.doctor.notes import Notes
from kraken_desktop.doctor.opening import check_public_link
from kraken_desktop.doctor.sample import BYTES, key_of, written_to
from kraken_desktop.model.diagnosis import CheckVerdict, Step
from kraken_desktop.model.errors import BucketError, Fact, SourceError
from kraken_desktop.model.profile import Profile
from kraken_desktop.stores.scratch import Scratch

if TYPE_CHECKING:
    from kraken_desktop.transport import Transport

LITTLE_BYTES = 200_000_000
"""Of free space: a batch of large photos fills that."""


class FolderCheck:
    """Tries a folder with one small file, and removes it again."""

    def __init__(
        self,
        transport: Callable[[], Transport],
        profile: Profile,
        scratch: Scratch,
        *,
        notes: Notes,
        cancel: CancelToken,
    ) -> None:
        self._transport = transport
        self._profile = profile
        self._scratch = scratch
        self._notes = notes
        self._cancel = cancel

    def run(self) -> None:
        """The folder in the place of a bucket.

        Raises:
            CancelledError: the person stopped the check.
            StoreError: there is no place for a temporary file.
        """
        notes = self._notes
        bucket = FolderBucket(Path(self._profile.folder), public_url=self._profile.public_url)
        notes.begin(Step.STORE)
        was_there = _is_there(bucket.folder)
        if not self._store(bucket, Step.STORE, "doctor.folder_ok"):
            return
        try:
            self._space(bucket.folder)
            if self._profile.public_url:
                notes.begin(Step.OPEN)
                key = key_of(self._profile)
                check_public_link(self._transport(), self._profile, key, bucket.link(key).url, notes, self._cancel)
        finally:
            self._remove(bucket, Step.REMOVE, was_there=was_there)

    def copies(self) -> None:
        """The folder for local copies. Raises as :meth:`run` does."""
        self._notes.begin(Step.COPY)
        bucket = FolderBucket(Path(self._profile.local_copy))
        was_there = _is_there(bucket.folder)
        if self._store(bucket, Step.COPY, "doctor.copy_ok"):
            self._remove(bucket, Step.COPY, was_there=was_there)

    def _store(self, bucket: FolderBucket, step: Step, code: str) -> bool:
        """Whether our file lies there now."""
        notes, key = self._notes, key_of(self._profile)
        try:
            found = bucket.head(key, self._cancel)
            if found is not None and not _is_ours(bucket.path(key)):
                facts = {"bucket": str(bucket.folder), "key": key}
                notes.add(step, CheckVerdict.WARNING, "doctor.name_taken", facts)
                return False
            with self._scratch.job() as folder:
                upload = written_to(folder, only_if_absent=found is None)
                bucket.put(key, upload, self._cancel, _nobody)
        except (BucketError, SourceError) as error:
            notes.error(step, error)
            return False
        notes.ok(step, code, folder=str(bucket.folder))
        return True

    def _space(self, folder: Path) -> None:
        self._notes.begin(Step.SPACE)
        try:
            free = shutil.disk_usage(folder).free
        except OSError:
            # Some file systems of networks do not say.
            return
        facts: dict[str, Fact] = {"free": free, "folder": str(folder)}
        if free < LITTLE_BYTES:
            self._notes.add(Step.SPACE, CheckVerdict.WARNING, "doctor.space_low", facts)
        else:
            self._notes.add(Step.SPACE, CheckVerdict.OK, "doctor.space_ok", facts)

    def _remove(self, bucket: FolderBucket, step: Step, *, was_there: bool) -> None:
        key = key_of(self._profile)
        try:
            bucket.delete(key)
        except BucketError as error:
            self._notes.error(step, error, CheckVerdict.WARNING)
            facts = {"bucket": str(bucket.folder), "key": key}
            self._notes.add(step, CheckVerdict.WARNING, "doctor.left_over", facts)
            return
        if not was_there:
            # As it was before; somebody else may have put something into it meanwhile.
            with suppress(OSError):
                bucket.folder.rmdir()
        if step is Step.REMOVE:
            self._notes.ok(step, "doctor.removed", key=key)


def _is_there(folder: Path) -> bool:
    """Also where nobody can tell: what may have been there is not removed."""
    try:
        return folder.exists()
    except OSError:
        return True


def _is_ours(path: Path) -> bool:
    try:
        return path.read_bytes() == BYTES
    except OSError:
        return False


def _nobody(_sent: int, _size: int) -> None:
    """Who does not listen: the file is too small for progress."""
