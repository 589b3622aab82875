"""Puts, looks for and removes the one object of a check in a bucket on S3, and knows what lies there by now."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kraken_desktop.buckets.bucket import Link
from kraken_desktop.buckets.known import KnownBuckets
from kraken_desktop.buckets.s3 import S3Bucket
from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.doctor.patience import CLEANUP_SECONDS, Patience, limited
from kraken_desktop.doctor.sample import BYTES, is_ours, key_of, written_to
from kraken_desktop.model.errors import (
    AddressInvalidError,
    BucketLookupError,
    ConnectError,
    NameLookupError,
    ProxyRefusedError,
    TlsError,
    TransportError,
)
from kraken_desktop.model.links import bucket_url
from kraken_desktop.model.profile import Acl, Profile, Uploader
from kraken_desktop.model.s3_keys import S3Keys
from kraken_desktop.transport import Timeouts

if TYPE_CHECKING:
    from kraken_desktop.transport import Answer, Transport

_ASKING = Timeouts(connect=10, read=20, total=25)
_ANSWER_LIMIT = 64 * 1024
_PAUSES = (0.5,)
_NOT_SENT = (AddressInvalidError, NameLookupError, ConnectError, TlsError, ProxyRefusedError)


class Name(Enum):
    """What is known of the object's name."""

    FREE = "free"
    OURS = "ours"
    """An earlier check left it."""
    FOREIGN = "foreign"
    UNKNOWN = "unknown"
    """The key may not look."""


class Trials:
    """One check's requests to one bucket. Holds secrets: it lives no longer than its check.

    Args:
        folder: for the file that is stored.
    """

    def __init__(self, transport: Transport, profile: Profile, keys: S3Keys, folder: Path, patience: Patience) -> None:
        self._transport = transport
        self._keys = keys
        self._folder = folder
        self._patience = patience
        self._known = KnownBuckets()
        self.profile = profile
        self.key = key_of(profile)
        self.name = Name.UNKNOWN
        self.is_stored = False
        self.may_be_stored = False
        """A put was cut off: nobody knows whether it arrived."""

    @property
    def host(self) -> str:
        """The name of the server."""
        return urlsplit(self.url).hostname or ""

    @property
    def url(self) -> str:
        """The bucket's own address."""
        return bucket_url(self.profile, "")

    @property
    def region(self) -> str:
        """Where the bucket is, as far as the server told; by default where the profile says."""
        return self._known.region(self.profile)

    def knock(self) -> Answer:
        """An answer about the bucket as anybody gets it, whatever its status.

        Raises:
            TransportError: there is none.
            CancelledError: the person stopped the check.
        """
        with self._patience.for_one(self.host) as token:
            return self._transport.request("HEAD", self.url, cancel=token, timeouts=_ASKING, limit=_ANSWER_LIMIT)

    def look(self) -> Name:
        """What there is of this name already.

        Raises:
            TransportError: no answer.
            CancelledError: the person stopped the check.
        """
        with self._patience.for_one(self.host) as token:
            try:
                found = self._bucket(self.profile).head(self.key, token)
            except BucketLookupError:
                self.name = Name.UNKNOWN
            else:
                ours = found is not None and is_ours(found)
                self.name = Name.FREE if found is None else Name.OURS if ours else Name.FOREIGN
        return self.name

    def may_see_it(self) -> bool:
        """Whether the key may look at the object, now that it is there. Raises as :meth:`look` does."""
        with self._patience.for_one(self.host) as token:
            try:
                return self._bucket(self.profile).head(self.key, token) is not None
            except BucketLookupError:
                return False

    def put(self, profile: Profile) -> None:
        """Store the object with this profile's ACL, tags, metadata, headers and storage class.

        Raises:
            ObjectExistsError: somebody's object is there, or one that we may not look at.
            BucketRefusedError, BucketLookupError, TransportError: one of their subclasses.
            CancelledError: the person stopped the check.
        """
        upload = written_to(self._folder, only_if_absent=not (self.is_stored or self.name is Name.OURS))
        with self._patience.for_one(self.host) as token:
            try:
                self._bucket(profile).put(self.key, upload, token, _nobody)
            except _NOT_SENT:
                raise
            except (TransportError, CancelledError):
                self.may_be_stored = True
                raise
        self.is_stored = True

    def get(self, url: str) -> Answer:
        """What anybody gets at an address. Raises as :meth:`knock` does."""
        host = urlsplit(url).hostname or ""
        with self._patience.for_one(host) as token:
            return self._transport.request("GET", url, cancel=token, timeouts=_ASKING, limit=_ANSWER_LIMIT)

    def is_seen_by_anybody(self) -> bool:
        """Whether the object of an earlier check can be seen at the bucket's own address. Raises as ``knock``."""
        answer = self.get(bucket_url(replace(self.profile, region=self.region), self.key))
        return answer.status == 200 and answer.body == BYTES

    def link(self) -> Link:
        """The address that the profile shows for it."""
        return self._bucket(self.profile).link(self.key)

    @property
    def may_be_removed(self) -> bool:
        """Whether what lies there now can only be ours."""
        return self.is_stored or (self.may_be_stored and self.name in {Name.FREE, Name.OURS})

    def remove(self) -> None:
        """Remove it, even if the check was stopped meanwhile.

        Raises:
            BucketError, TransportError: one of their subclasses.
        """
        with limited(CancelToken(), CLEANUP_SECONDS, self.host) as token:
            self._bucket(self.profile).delete(self.key, token)
        self.is_stored = self.may_be_stored = False

    def _bucket(self, profile: Profile) -> S3Bucket:
        return S3Bucket(self._transport, profile, self._keys, known=self._known, pauses=_PAUSES)


def as_uploaded(profile: Profile) -> Profile:
    """The profile with what its uploader would send.

    Kraken.io knows no storage class, and sends an ACL whatever it is (Kraken.io docs, "External Storage").
    """
    if profile.uploader is Uploader.LOCAL:
        return profile
    private = (("x-amz-acl", "private"),) if profile.acl is Acl.PRIVATE else ()
    return replace(profile, storage_class="", headers=(*profile.headers, *private))


def _nobody(_sent: int, _size: int) -> None:
    """Who does not listen: the object is too small for progress."""
