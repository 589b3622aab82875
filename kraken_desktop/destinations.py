"""Where a profile's objects go: opens its bucket, on S3 or in a folder, with its secrets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kraken_desktop.buckets.known import KnownBuckets
from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.links import is_aws
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.settings import Settings
from kraken_desktop.stores.secret_store import Secrets

if TYPE_CHECKING:
    from kraken_desktop.buckets.bucket import Bucket
    from kraken_desktop.buckets.folder import FolderBucket
    from kraken_desktop.buckets.s3 import S3Bucket
    from kraken_desktop.model.s3_keys import S3Keys
    from kraken_desktop.transport import Transport


class Destinations:
    """Opens buckets; what is learned of one (its region, its clock) is known for the next. Thread-safe.

    Args:
        transport: makes, or hands out, the one transport. A callable, because importing it is slow.
    """

    def __init__(self, *, transport: Callable[[], Transport], secrets: Secrets) -> None:
        self._transport = transport
        self._secrets = secrets
        self._known = KnownBuckets()

    def open(self, profile: Profile, cancel: CancelToken) -> Bucket:
        """The profile's bucket. It holds secrets: it lives no longer than its job.

        Raises:
            SecretError, AwsProfileError: the keys cannot be had.
            CancelledError: the token was cancelled.
        """
        if profile.folder:
            return self.folder(profile.folder, profile.public_url)
        return self.s3(profile, self._secrets.s3_keys(profile, cancel))

    def s3(self, profile: Profile, keys: S3Keys) -> S3Bucket:
        """The profile's bucket on S3, with these keys."""
        from kraken_desktop.buckets.s3 import S3Bucket  # slow to import

        return S3Bucket(self._transport(), profile, keys, known=self._known)

    def folder(self, folder: str, public_url: str = "") -> FolderBucket:
        """A folder that takes the place of a bucket, or gets local copies."""
        from kraken_desktop.buckets.folder import FolderBucket

        return FolderBucket(Path(folder), public_url=public_url)


def profile_now(frozen: Profile, settings: Settings) -> Profile:
    """The profile that a job went through as it is now, with its new keys; as it was if it leads elsewhere now."""
    now = settings.profile(frozen.id)
    return now if now is not None and same_place(now, frozen) else frozen


def same_place(one: Profile, other: Profile) -> bool:
    """Whether two profiles lead into the same bucket. A region is no part of it: it may have been corrected."""
    if one.folder or other.folder:
        return one.folder == other.folder
    return one.bucket == other.bucket and _server(one) == _server(other)


def _server(profile: Profile) -> str:
    if not profile.endpoint or is_aws(profile.endpoint):
        return ""
    return urlsplit(profile.endpoint).netloc.lower()
