"""What every bucket can do, on S3 or on this computer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.profile import Pairs

SentCallback = Callable[[int, int], None]
"""Called with the bytes that left, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectInfo:
    """What a HEAD tells of an object."""

    size: int
    modified: datetime
    """By the bucket's clock."""
    asked: datetime
    """The bucket's clock at the answer: ``modified`` may be compared with it, whatever our own clock says."""
    content_type: str = ""
    etag: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    """User metadata by bare name, in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file on its way into a bucket."""

    path: Path
    size: int
    """Bytes."""
    sha256: str
    """Of the file, in hex."""
    content_type: str
    """Empty: nobody knows it."""
    metadata: Pairs = ()
    """Further user metadata by bare name, beside the profile's; a folder keeps none."""
    own: bool = False
    """In a folder that only this program writes to: what was counted once is not counted again."""
    only_if_absent: bool = False
    """Refuse to replace an object, where the bucket can promise that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that opens an object."""

    url: str
    expires_at: datetime | None = None
    """When it stops to open, aware of its zone; None: never."""


class Bucket(Protocol):
    """Bytes in, a link out. Holds secrets, so it lives no longer than its job; used by one thread at a time."""

    def put(self, key: str, upload: Upload, cancel: CancelToken, on_sent: SentCallback) -> None:
        """Store a file under ``key``, whole or not at all.

        Raises:
            ObjectExistsError: there is one, and ``only_if_absent`` was asked for.
            BucketError, TransportError, SourceError: one of their subclasses.
            CancelledError: the token was cancelled.
        """

    def head(self, key: str, cancel: CancelToken | None = None, *, anonymous: bool = False) -> ObjectInfo | None:
        """The object, or None if there is none.

        Args:
            anonymous: ask as anybody would; a folder has no other way.

        Raises:
            BucketLookupError: we may not look, or the answer is no answer.
            TransportError: no answer.
        """

    def delete(self, key: str, cancel: CancelToken | None = None) -> None:
        """Remove an object; nothing happens if it is gone.

        Raises:
            BucketError, TransportError: one of their subclasses.
        """

    def link(self, key: str) -> Link:
        """The address that we show for an object: of the public base, of the bucket, or presigned if it is private.

        Raises:
            AwsProfileError, SecretError: what has to sign it cannot be had.
        """
