"""New links for private objects, when those that were signed at the upload open no longer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kraken_desktop.cancel import CancelToken
from kraken_desktop.destinations import Destinations, profile_now
from kraken_desktop.model.job import JobStatus, StoredImage
from kraken_desktop.model.settings import Settings


class FreshLinks:
    """Signs links anew. Asks the keyring, or whoever has the keys: not for a thread that paints.

    Args:
        settings: reads them as they are now.
    """

    def __init__(self, *, destinations: Destinations, settings: Callable[[], Settings]) -> None:
        self._destinations = destinations
        self._settings = settings

    def renewed(self, status: JobStatus, expired: Callable[[StoredImage], bool], cancel: CancelToken) -> JobStatus:
        """A job whose images have links that open, where they are still there.

        The profile is used as it is now, with its new keys, unless it leads elsewhere now. Nothing is noted in the
        journal: a link that is signed lives for a few days.

        Args:
            expired: whether an image needs another link.

        Raises:
            SecretError, AwsProfileError: what has to sign cannot be had.
            CancelledError: the token was cancelled.
        """
        if status.outcome is None or not any(expired(image) for image in status.links):
            return status
        bucket = self._destinations.open(profile_now(status.job.snapshot.profile, self._settings()), cancel)

        def fresh(image: StoredImage) -> StoredImage:
            if not image.there or not expired(image):
                return image
            link = bucket.link(image.key)
            return replace(image, url=link.url, expires_at=link.expires_at)

        images = tuple(fresh(image) for image in status.outcome.images)
        return replace(status, outcome=replace(status.outcome, images=images))
