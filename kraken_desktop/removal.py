"""Takes objects out of buckets again: those that this computer stored, and only if they are still the same."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from kraken_desktop.cancel import CancelToken
from kraken_desktop.destinations import Destinations, profile_now, same_place
from kraken_desktop.known_images import is_another
from kraken_desktop.model.errors import (
    BucketLookupError,
    NotOursError,
    ObjectReplacedError,
    RemovalUncheckedError,
)
from kraken_desktop.model.job import JobStatus, Skipped, StoredImage
from kraken_desktop.model.links import encode_key, is_web_address
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.settings import Settings
from kraken_desktop.stores.journal import Journal, Stored

if TYPE_CHECKING:
    from kraken_desktop.buckets.bucket import Bucket

_log = logging.getLogger(__name__)

_NOT_ALLOWED = frozenset({401, 403})


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """One object that is there no longer."""

    was_there: bool
    """False: somebody else had removed it already."""
    statuses: tuple[JobStatus, ...]
    """What the list shows from now on of the jobs that had stored it."""


class Removal:
    """Finds and removes objects. Asks the journal, the keyring and the network: not for a thread that paints.

    Args:
        settings: reads them as they are now.
        now: this computer's clock, in UTC.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        destinations: Destinations,
        settings: Callable[[], Settings],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._journal = journal
        self._destinations = destinations
        self._settings = settings
        self._now = now

    def find(self, text: str) -> tuple[Stored, ...]:
        """The objects with this key or address that this computer stored: one for each place, the newest job's.

        Raises:
            NotOursError: there is none.
        """
        ours: list[Stored] = []
        for found in self._journal.stored(_spellings(text)):
            # What a skipped job found in its place was not stored by it.
            if not isinstance(found.status.outcome, Skipped) and not any(_same_object(found, each) for each in ours):
                ours.append(found)
        if not ours:
            raise NotOursError(name=text)
        return tuple(ours)

    def of(self, job_id: str, image: StoredImage) -> Stored:
        """What a job stored, as the journal has it.

        Raises:
            NotOursError: the journal does not have it, or has it as removed.
        """
        for found in self._journal.stored([image.key]):
            if found.status.job.id == job_id and found.image.key == image.key:
                return found
        raise NotOursError(name=image.key)

    def profile_name(self, stored: Stored) -> str:
        """What the profile it went through is called now, or was when it is gone."""
        frozen = stored.status.job.snapshot.profile
        now = self._settings().profile(frozen.id)
        return now.name if now is not None else frozen.name

    def remove(self, stored: Stored, cancel: CancelToken, *, whatever_it_is: bool = False) -> Removed:
        """Remove an object from its bucket, and note that in the journal.

        The profile is used as it is now, with its new keys, unless it leads elsewhere now.

        Args:
            whatever_it_is: also if it was replaced since, or if that cannot be known: the person confirmed it.

        Raises:
            ObjectReplacedError: something else is there now.
            RemovalUncheckedError: we may not look at what is there.
            BucketError, TransportError, SecretError, AwsProfileError: one of their subclasses.
            CancelledError: the token was cancelled.
        """
        profile = self._profile_now(stored)
        bucket = self._destinations.open(profile, cancel)
        key = stored.image.key
        there = self._look(bucket, profile, stored, cancel, whatever_it_is=whatever_it_is)
        if there:
            bucket.delete(key, cancel)
            if profile.folder and bucket.head(key, cancel) is not None:
                # A folder of this name, or a file that differs from it in case only.
                raise ObjectReplacedError(bucket=_bucket(profile), key=key)
            _log.info("removed an object of job %s", stored.status.job.id)
        return Removed(was_there=there, statuses=self._note(stored))

    def _look(
        self, bucket: Bucket, profile: Profile, stored: Stored, cancel: CancelToken, *, whatever_it_is: bool
    ) -> bool:
        key = stored.image.key
        try:
            found = bucket.head(key, cancel)
        except BucketLookupError as error:
            if error.status not in _NOT_ALLOWED:
                raise
            if not whatever_it_is:
                raise RemovalUncheckedError(bucket=_bucket(profile), key=key, status=error.status) from error
            return True
        if found is None:
            return False
        if not whatever_it_is and is_another(found, stored, self._now()):
            raise ObjectReplacedError(bucket=_bucket(profile), key=key)
        return True

    def _profile_now(self, stored: Stored) -> Profile:
        return profile_now(stored.status.job.snapshot.profile, self._settings())

    def _note(self, stored: Stored) -> tuple[JobStatus, ...]:
        """Every job that stored under this name, or found it stored, has lost it."""
        key = stored.image.key
        lost = [each for each in self._journal.stored([key]) if each.image.key == key and _same_object(each, stored)]
        return self._journal.mark_removed({each.status.job.id: (key,) for each in (*lost, stored)})


def _same_object(one: Stored, other: Stored) -> bool:
    profiles = (one.status.job.snapshot.profile, other.status.job.snapshot.profile)
    return one.image.key == other.image.key and same_place(*profiles)


def _bucket(profile: Profile) -> str:
    return profile.folder or profile.bucket


def _spellings(text: str) -> frozenset[str]:
    """A key or an address in every form that the journal may have it in."""
    found = {text, text.removeprefix("/")}
    bare = text.partition("#")[0].partition("?")[0]
    if is_web_address(text) or text.lower().startswith("file:"):
        found.add(bare)
        # Browsers show an address with fewer escapes than it has, and some programs copy it like that.
        scheme, _, rest = bare.partition("://")
        host, _, path = rest.partition("/")
        found.add(f"{scheme.lower()}://{host.lower()}/{encode_key(unquote(path))}")
    return frozenset(found) - {""}
