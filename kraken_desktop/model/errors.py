"""Everything that can go wrong, as one tree. Errors carry facts; the words are in ``messages.py``.

::

    KrakenDesktopError
    ├── SourceError                     the file or address that was dropped
    │   ├── SourceMissingError
    │   ├── SourceUnreadableError
    │   ├── SourceEmptyError
    │   ├── SourceChangedError
    │   ├── SourceTooLargeError
    │   ├── AddressBlockedError         it leads into a private network, and the person did not type it
    │   ├── AddressRedirectError        it leads on and on, or to what cannot be fetched
    │   ├── AddressSlowError            its bytes come, and do not end in time
    │   ├── AddressRefusedError         its server answered, and not with the image
    │   │   └── AddressBusyError        for now
    │   ├── AddressAwayError            its host is not to be found, or does not answer
    │   ├── AddressUntrustedError       its host shows a certificate that cannot be trusted
    │   ├── AddressEncodedError         its server compresses what nobody asked it to
    │   ├── AddressUnreachableError     Kraken.io, which would fetch it, cannot get there
    │   └── UnsupportedTypeError
    ├── PlanError                       the name in the bucket
    │   ├── TemplateError
    │   ├── UnsafeKeyError
    │   ├── KeyTakenError
    │   └── ProfileInvalidError
    ├── TransportError                  HTTP could not do its part
    │   ├── AddressInvalidError
    │   ├── NameLookupError
    │   ├── ConnectError
    │   ├── TlsError
    │   ├── TrustFileError              the file with further certificate authorities
    │   ├── ProxyRefusedError
    │   ├── TimeoutExpiredError
    │   └── ConnectionLostError
    ├── KrakenError                     Kraken.io answered, and not with a result
    │   ├── BadRequestError             400
    │   ├── BadCredentialsError         401
    │   ├── AccountOverdueError         402
    │   ├── AccountSuspendedError       403
    │   ├── FileTooLargeError           413
    │   ├── TypeRefusedError            415
    │   ├── ParameterRefusedError       422
    │   ├── RateLimitedError            429, quota left
    │   ├── QuotaExhaustedError         429, nothing left
    │   ├── ServerFaultError            5xx
    │   ├── BadAnswerError              not the answer that the API promises
    │   ├── RefusedError                success is false, with any other status
    │   ├── StorePushError              optimized, but S3 refused the push
    │   │   ├── StoreDeniedError        as it would refuse every push of this profile
    │   │   └── StoreBusyError          for now
    │   └── NothingStoredError          a success without a kraked_url
    ├── QuotaShortError                 a drop needs more than the quota has left: nothing was sent
    ├── FateUnknownError                all bytes left, the answer was lost: maybe done, maybe charged
    ├── EngineError                     this computer's engine could not make the image
    │   ├── ImageBrokenError            it cannot be decoded, or not whole
    │   ├── ImageUnsupportedError       whole, but of a kind that no decoder here knows
    │   ├── ImageTooManyPixelsError     refused before a pixel is decoded
    │   ├── EngineTimeoutError          stopped by its time limit
    │   ├── EngineMemoryError           stopped by its memory limit
    │   ├── EngineDiedError             the decoder crashed, and its process with it
    │   └── EngineUnavailableError      a library that this needs is not there
    ├── ResultLostError                 Kraken.io's result could not be fetched
    ├── ResultExpiredError              and Kraken.io has it no longer
    ├── BucketError                     S3, or a folder in its place, answered and did not do it
    │   ├── BucketLookupError           we may not look into the bucket
    │   ├── ObjectExistsError           an object of this name is there already
    │   ├── BucketRefusedError          any other refusal of one object
    │   │   ├── BucketDeniedError       as it would refuse every object of this profile
    │   │   ├── WrongRegionError        the bucket is elsewhere
    │   │   ├── AclRefusedError         the bucket takes no ACL, or no public one
    │   │   ├── ClockSkewError          this computer's clock is wrong
    │   │   └── BucketBusyError         for now
    │   └── FolderError                 a folder in the place of a bucket, or of local copies
    │       └── OutsideFolderError      one name would lead out of it
    ├── LocalCopyError                  stored, but without the copy on this computer
    ├── AwsProfileError                 the AWS configuration gives no credentials
    ├── RemovalError                    an object stays: it may not be the one that is meant
    │   ├── NotOursError                this computer did not store it
    │   ├── ObjectReplacedError         it is another one now
    │   └── RemovalUncheckedError       we may not look
    ├── SecretError                     keyring or environment
    │   ├── NoKeyringError
    │   ├── KeyringLockedError
    │   ├── KeyringDeniedError
    │   ├── SecretMissingError
    │   └── SecretTooLongError
    ├── StoreError                      our own files
    │   ├── SettingsError
    │   ├── ExchangeError               profiles from elsewhere
    │   │   └── ExchangeDamagedError    a field of them is not what it has to be
    │   ├── JournalError
    │   ├── SpoolError
    │   └── ScratchError                no room for what is made, until it is stored
    └── UnexpectedError                 a bug: the traceback is in the log
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from typing_extensions import override

Fact = str | int | bool | None


class Scope(StrEnum):
    """How far an error reaches."""

    JOB = "job"
    BATCH = "batch"
    """Every other job of the same profile would fail alike: the queue pauses once, with one message."""


@dataclass(kw_only=True, eq=False)
class KrakenDesktopError(Exception):
    """Base of all expected errors. Fields of the subclasses are its facts; none ever holds a secret."""

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False
    """Whether the same request may succeed later without anybody changing anything."""
    scope: ClassVar[Scope] = Scope.JOB

    @property
    def facts(self) -> dict[str, Fact]:
        """The fields by name, as they are journaled and put into words."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @override
    def __reduce__(self) -> tuple[Callable[..., KrakenDesktopError], tuple[type[KrakenDesktopError], dict[str, Fact]]]:
        # Exceptions are copied by their positional arguments, and these have none.
        return _rebuilt, (type(self), self.facts)

    @override
    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.facts.items() if value not in (None, ""))
        return f"{self.code}({told})"


def _rebuilt(kind: type[KrakenDesktopError], facts: dict[str, Fact]) -> KrakenDesktopError:
    return kind(**facts)


# --- the source -----------------------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class SourceError(KrakenDesktopError):
    """The file or address that was dropped cannot be used.

    ``path`` is the file's path or the address.
    """

    code: ClassVar[str] = "source.error"
    path: str


@dataclass(kw_only=True, eq=False)
class SourceMissingError(SourceError):
    """There is no such file (any more)."""

    code: ClassVar[str] = "source.missing"


@dataclass(kw_only=True, eq=False)
class SourceUnreadableError(SourceError):
    """The operating system refuses to let us read it. ``reason`` is the system's own text."""

    code: ClassVar[str] = "source.unreadable"
    reason: str = ""


@dataclass(kw_only=True, eq=False)
class SourceEmptyError(SourceError):
    """The file has no bytes."""

    code: ClassVar[str] = "source.empty"


@dataclass(kw_only=True, eq=False)
class SourceChangedError(SourceError):
    """The file changed while it was being sent; nothing mixed is ever kept."""

    code: ClassVar[str] = "source.changed"
    retryable: ClassVar[bool] = True


@dataclass(kw_only=True, eq=False)
class SourceTooLargeError(SourceError):
    """Larger than anybody's plan takes: refused before a byte is sent. Sizes in bytes; 0 for one that is not known."""

    code: ClassVar[str] = "source.too_large"
    size: int
    limit: int


@dataclass(kw_only=True, eq=False)
class AddressBlockedError(SourceError):
    """An address that was dropped or pasted, or a redirect, leads into a private network or to this computer.

    ``host`` is where it leads; ``redirected``: the address itself does not, its server sent us there.
    """

    code: ClassVar[str] = "source.blocked"
    host: str
    redirected: bool = False


@dataclass(kw_only=True, eq=False)
class AddressRedirectError(SourceError):
    """A redirect that is not followed. ``most`` is how many are.

    ``problem``: ``too_many``, ``loop``, ``no_target``, ``scheme`` (neither http nor https), ``password``.
    """

    code: ClassVar[str] = "source.redirect"
    problem: str
    most: int


@dataclass(kw_only=True, eq=False)
class AddressSlowError(SourceError):
    """Its bytes, or its redirects, did not end within ``seconds``."""

    code: ClassVar[str] = "source.slow"
    host: str
    seconds: int


@dataclass(kw_only=True, eq=False)
class AddressRefusedError(SourceError):
    """The server of an address did not give the image. ``status`` is HTTP's."""

    code: ClassVar[str] = "source.refused"
    host: str
    status: int


@dataclass(kw_only=True, eq=False)
class AddressBusyError(AddressRefusedError):
    """It may do so later: 408, 425, 429 and 5xx. ``retry_after`` in seconds, None if not said."""

    code: ClassVar[str] = "source.busy"
    retryable: ClassVar[bool] = True
    retry_after: int | None = None


@dataclass(kw_only=True, eq=False)
class AddressAwayError(SourceError):
    """There is no such host, or no connection to it: other addresses may well be fetched."""

    code: ClassVar[str] = "source.away"
    retryable: ClassVar[bool] = True
    host: str
    reason: str = ""


@dataclass(kw_only=True, eq=False)
class AddressUntrustedError(SourceError):
    """The certificate of its host cannot be trusted, so nothing was asked for."""

    code: ClassVar[str] = "source.untrusted"
    host: str
    reason: str = ""


@dataclass(kw_only=True, eq=False)
class AddressEncodedError(SourceError):
    """The server compressed its answer although it was asked not to: unpacked, it might be of any size."""

    code: ClassVar[str] = "source.encoded"
    host: str
    encoding: str


@dataclass(kw_only=True, eq=False)
class AddressUnreachableError(SourceError):
    """Kraken.io would fetch the address, and ``host`` is one that only this computer, or its network, can reach."""

    code: ClassVar[str] = "source.unreachable"
    host: str


@dataclass(kw_only=True, eq=False)
class UnsupportedTypeError(SourceError):
    """Not an image that we can work on. ``detected`` names what it seems to be, or is empty."""

    code: ClassVar[str] = "source.unsupported"
    detected: str = ""


# --- the plan -------------------------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class PlanError(KrakenDesktopError):
    """No good object key can be made."""

    code: ClassVar[str] = "plan.error"


@dataclass(kw_only=True, eq=False)
class TemplateError(PlanError):
    """The path template itself is wrong. ``problem`` is a lint code, ``detail`` the part at fault."""

    code: ClassVar[str] = "plan.template"
    scope: ClassVar[Scope] = Scope.BATCH
    template: str
    problem: str
    detail: str = ""


@dataclass(kw_only=True, eq=False)
class UnsafeKeyError(PlanError):
    """The template is fine, but for this source it gives a key that S3 or a URL cannot bear."""

    code: ClassVar[str] = "plan.unsafe_key"
    name: str
    key: str
    problem: str
    detail: str = ""


@dataclass(kw_only=True, eq=False)
class KeyTakenError(PlanError):
    """Another job of the same drop has this key already, and the template cannot tell them apart."""

    code: ClassVar[str] = "plan.key_taken"
    name: str
    key: str


@dataclass(kw_only=True, eq=False)
class ProfileInvalidError(PlanError):
    """The profile cannot work as it is. ``field`` and ``problem`` as in a profile finding."""

    code: ClassVar[str] = "plan.profile"
    scope: ClassVar[Scope] = Scope.BATCH
    profile: str
    field: str
    problem: str
    detail: str = ""


# --- transport ------------------------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class TransportError(KrakenDesktopError):
    """HTTP failed before a complete answer was there.

    ``host`` is the server's name; ``sent_all`` tells whether every byte of the request had left.
    """

    code: ClassVar[str] = "transport.error"
    retryable: ClassVar[bool] = True
    host: str
    sent_all: bool = False
    reason: str = ""


@dataclass(kw_only=True, eq=False)
class AddressInvalidError(TransportError):
    """No request can be made of it: a malformed address, or a character that no header may hold."""

    code: ClassVar[str] = "transport.address"
    retryable: ClassVar[bool] = False
    scope: ClassVar[Scope] = Scope.BATCH


@dataclass(kw_only=True, eq=False)
class NameLookupError(TransportError):
    """The server's name has no address: no network, or a wrong name."""

    code: ClassVar[str] = "transport.name_lookup"


@dataclass(kw_only=True, eq=False)
class ConnectError(TransportError):
    """Nobody answers there."""

    code: ClassVar[str] = "transport.connect"


@dataclass(kw_only=True, eq=False)
class TlsError(TransportError):
    """The server's certificate is not to be trusted. Never worked around."""

    code: ClassVar[str] = "transport.tls"
    retryable: ClassVar[bool] = False
    scope: ClassVar[Scope] = Scope.BATCH


@dataclass(kw_only=True, eq=False)
class TrustFileError(TransportError):
    """The file with further certificate authorities cannot be used; no request goes out without it.

    ``problem``: missing, unreadable, too_large, not_pem, damaged, no_authority. ``host`` is empty while no request
    is made.
    """

    code: ClassVar[str] = "transport.trust_file"
    retryable: ClassVar[bool] = False
    scope: ClassVar[Scope] = Scope.BATCH
    path: str
    problem: str = ""


@dataclass(kw_only=True, eq=False)
class ProxyRefusedError(TransportError):
    """The proxy refuses or cannot be reached.

    ``proxy`` is its name and port, without user and password. ``problem``: login (it wants another user or password),
    refused (with ``status``), unreachable, name, address (malformed, or of a kind that we do not speak); empty if the
    proxy did not say.
    """

    code: ClassVar[str] = "transport.proxy"
    retryable: ClassVar[bool] = False
    scope: ClassVar[Scope] = Scope.BATCH
    proxy: str
    problem: str = ""
    status: int = 0


@dataclass(kw_only=True, eq=False)
class TimeoutExpiredError(TransportError):
    """Too long without progress. ``phase`` is ``connect``, ``send``, ``read`` or ``total``; ``seconds`` the limit."""

    code: ClassVar[str] = "transport.timeout"
    phase: str = "read"
    seconds: int = 0


@dataclass(kw_only=True, eq=False)
class ConnectionLostError(TransportError):
    """The connection broke off."""

    code: ClassVar[str] = "transport.lost"


# --- Kraken.io ------------------------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class KrakenError(KrakenDesktopError):
    """Kraken.io answered, and not with a result. ``status`` is HTTP's; ``said`` their text, shown as it is."""

    code: ClassVar[str] = "kraken.error"
    status: int
    said: str = ""


@dataclass(kw_only=True, eq=False)
class BadRequestError(KrakenError):
    """400: the body could not be read; a fault of this program."""

    code: ClassVar[str] = "kraken.bad_request"


@dataclass(kw_only=True, eq=False)
class BadCredentialsError(KrakenError):
    """401: wrong API key or secret."""

    code: ClassVar[str] = "kraken.bad_credentials"
    scope: ClassVar[Scope] = Scope.BATCH


@dataclass(kw_only=True, eq=False)
class AccountOverdueError(KrakenError):
    """402: an unpaid invoice."""

    code: ClassVar[str] = "kraken.overdue"
    scope: ClassVar[Scope] = Scope.BATCH


@dataclass(kw_only=True, eq=False)
class AccountSuspendedError(KrakenError):
    """403: the account is suspended."""

    code: ClassVar[str] = "kraken.suspended"
    scope: ClassVar[Scope] = Scope.BATCH


@dataclass(kw_only=True, eq=False)
class FileTooLargeError(KrakenError):
    """413: over the plan's limit. ``limit`` in bytes, parsed from the text; None if it is not there."""

    code: ClassVar[str] = "kraken.file_too_large"
    limit: int | None = None


@dataclass(kw_only=True, eq=False)
class TypeRefusedError(KrakenError):
    """415: unsupported, or a broken file."""

    code: ClassVar[str] = "kraken.type_refused"


@dataclass(kw_only=True, eq=False)
class ParameterRefusedError(KrakenError):
    """422: a parameter is wrong, or the address cannot be fetched."""

    code: ClassVar[str] = "kraken.parameter_refused"


@dataclass(kw_only=True, eq=False)
class RateLimitedError(KrakenError):
    """429 with quota left: too many requests. ``retry_after`` in seconds, None if not said."""

    code: ClassVar[str] = "kraken.rate_limited"
    retryable: ClassVar[bool] = True
    retry_after: int | None = None


@dataclass(kw_only=True, eq=False)
class QuotaExhaustedError(KrakenError):
    """429 with nothing left of the plan's quota."""

    code: ClassVar[str] = "kraken.quota"
    scope: ClassVar[Scope] = Scope.BATCH


@dataclass(kw_only=True, eq=False)
class ServerFaultError(KrakenError):
    """5xx: their fault; worth another try. ``retry_after`` in seconds, None if not said."""

    code: ClassVar[str] = "kraken.server_fault"
    retryable: ClassVar[bool] = True
    retry_after: int | None = None


@dataclass(kw_only=True, eq=False)
class BadAnswerError(KrakenError):
    """An answer that the API does not promise: not JSON, cut short, the wrong types, a redirect."""

    code: ClassVar[str] = "kraken.bad_answer"
    reason: str = ""


@dataclass(kw_only=True, eq=False)
class RefusedError(KrakenError):
    """``success`` is false for a reason of its own."""

    code: ClassVar[str] = "kraken.refused"


@dataclass(kw_only=True, eq=False)
class StorePushError(KrakenError):
    """Optimized and charged, but S3 refused the push. ``aws_code`` is S3's error code if the text names it."""

    code: ClassVar[str] = "kraken.store_push"
    aws_code: str = ""


@dataclass(kw_only=True, eq=False)
class StoreDeniedError(StorePushError):
    """S3 refused what the profile says: key, secret, bucket, region, ACL, tags.

    Each further push would be refused alike, and charged all the same.
    """

    code: ClassVar[str] = "kraken.store_denied"
    scope: ClassVar[Scope] = Scope.BATCH


@dataclass(kw_only=True, eq=False)
class StoreBusyError(StorePushError):
    """S3 asks for patience (``SlowDown``, ``InternalError``, ``ServiceUnavailable``).

    Not tried again by itself: whether the try was charged is not documented, and it is assumed.
    """

    code: ClassVar[str] = "kraken.store_busy"


@dataclass(kw_only=True, eq=False)
class NothingStoredError(KrakenError):
    """A success without a ``kraked_url``: no saving was found, so nothing was stored."""

    code: ClassVar[str] = "kraken.nothing_stored"


@dataclass(kw_only=True, eq=False)
class QuotaShortError(KrakenDesktopError):
    """A drop needs more than the quota has left, so it waits for the person, and nothing was sent.

    ``size`` is what it needs, ``limit`` what is left, both in bytes.
    """

    code: ClassVar[str] = "quota.short"
    size: int
    limit: int


@dataclass(kw_only=True, eq=False)
class FateUnknownError(KrakenDesktopError):
    """All bytes had left for Kraken.io when the answer was lost: maybe done, maybe charged.

    ``reason`` is the code of the transport or answer error; ``key`` the planned object key.
    Never tried again by itself.
    """

    code: ClassVar[str] = "fate.unknown"
    reason: str
    key: str = ""


# --- this computer's engine -----------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class EngineError(KrakenDesktopError):
    """This computer's engine could not make the image. ``path`` is the source; ``reason`` the decoder's own text."""

    code: ClassVar[str] = "engine.error"
    path: str
    reason: str = ""


@dataclass(kw_only=True, eq=False)
class ImageBrokenError(EngineError):
    """It cannot be decoded, or not to its end."""

    code: ClassVar[str] = "engine.broken"


@dataclass(kw_only=True, eq=False)
class ImageUnsupportedError(EngineError):
    """It uses something that neither the decoders here nor browsers know; it need not be damaged.

    ``feature``: ``jpeg_12_bit``, ``jpeg_lossless``, ``jpeg_hierarchical``.
    """

    code: ClassVar[str] = "engine.unsupported"
    feature: str


@dataclass(kw_only=True, eq=False)
class ImageTooManyPixelsError(EngineError):
    """Refused by its header, before a pixel is decoded. Sizes in pixels, of all frames together."""

    code: ClassVar[str] = "engine.too_many_pixels"
    width: int
    height: int
    frames: int = 1
    limit: int


@dataclass(kw_only=True, eq=False)
class EngineTimeoutError(EngineError):
    """Not done within ``seconds``."""

    code: ClassVar[str] = "engine.timeout"
    seconds: int


@dataclass(kw_only=True, eq=False)
class EngineMemoryError(EngineError):
    """It wanted more memory than a decoder may have. ``limit`` in bytes."""

    code: ClassVar[str] = "engine.memory"
    limit: int


@dataclass(kw_only=True, eq=False)
class EngineDiedError(EngineError):
    """The process that decoded it ended by itself. ``exit_code`` as the system tells it, negative for a signal."""

    code: ClassVar[str] = "engine.died"
    exit_code: int | None = None


@dataclass(kw_only=True, eq=False)
class EngineUnavailableError(EngineError):
    """A library that this needs cannot be loaded here. ``library`` is its name."""

    code: ClassVar[str] = "engine.unavailable"
    scope: ClassVar[Scope] = Scope.BATCH
    library: str


# --- the result, and the bucket -------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class ResultLostError(KrakenDesktopError):
    """Kraken.io made the image smaller, but its result could not be fetched, or is not what it said.

    ``problem``: ``status``, ``size``; ``status`` is HTTP's. Asking for it again costs nothing.
    """

    code: ClassVar[str] = "result.lost"
    retryable: ClassVar[bool] = True
    host: str = ""
    problem: str
    status: int = 0


@dataclass(kw_only=True, eq=False)
class ResultExpiredError(KrakenDesktopError):
    """Kraken.io keeps results for some time only, and this one was not fetched by then. Another try is charged."""

    code: ClassVar[str] = "result.expired"
    host: str = ""
    status: int = 0


@dataclass(kw_only=True, eq=False)
class BucketError(KrakenDesktopError):
    """The bucket answered, and did not do it. ``bucket`` is its name, or the path of the folder."""

    code: ClassVar[str] = "bucket.error"
    bucket: str
    key: str = ""


@dataclass(kw_only=True, eq=False)
class BucketLookupError(BucketError):
    """We may not look whether an object is there. ``status`` is HTTP's, 0 if there was no answer."""

    code: ClassVar[str] = "bucket.lookup"
    status: int
    aws_code: str = ""


@dataclass(kw_only=True, eq=False)
class ObjectExistsError(BucketError):
    """An object of this name is there already, and the profile does not say that it may be replaced."""

    code: ClassVar[str] = "bucket.exists"


@dataclass(kw_only=True, eq=False)
class BucketRefusedError(BucketError):
    """S3 refused one request. ``status`` is HTTP's, ``aws_code`` S3's error code, ``said`` its text.

    ``doing``: ``put``, ``delete``.
    """

    code: ClassVar[str] = "bucket.refused"
    status: int
    aws_code: str = ""
    said: str = ""
    doing: str = "put"


@dataclass(kw_only=True, eq=False)
class BucketDeniedError(BucketRefusedError):
    """Key, secret, bucket or policy: every other object of this profile would be refused alike."""

    code: ClassVar[str] = "bucket.denied"
    scope: ClassVar[Scope] = Scope.BATCH


@dataclass(kw_only=True, eq=False)
class WrongRegionError(BucketRefusedError):
    """The bucket is in another region. ``region`` is the right one; empty if S3 did not say."""

    code: ClassVar[str] = "bucket.wrong_region"
    scope: ClassVar[Scope] = Scope.BATCH
    region: str = ""


@dataclass(kw_only=True, eq=False)
class AclRefusedError(BucketRefusedError):
    """The bucket takes no ACL at all (``AccessControlListNotSupported``), or no public one. ``acl`` was asked for."""

    code: ClassVar[str] = "bucket.acl_refused"
    scope: ClassVar[Scope] = Scope.BATCH
    acl: str = ""


@dataclass(kw_only=True, eq=False)
class ClockSkewError(BucketRefusedError):
    """This computer's clock differs by more than S3 allows (15 minutes). ``seconds`` ahead; negative: behind."""

    code: ClassVar[str] = "bucket.clock"
    scope: ClassVar[Scope] = Scope.BATCH
    seconds: int = 0


@dataclass(kw_only=True, eq=False)
class BucketBusyError(BucketRefusedError):
    """S3 asks for patience, or has a fault of its own. ``retry_after`` in seconds, None if not said."""

    code: ClassVar[str] = "bucket.busy"
    retryable: ClassVar[bool] = True
    retry_after: int | None = None


@dataclass(kw_only=True, eq=False)
class FolderError(BucketError):
    """A folder on this computer cannot be written.

    ``problem``: ``missing`` (its disk or its parent), ``denied``, ``full``, ``other``; ``reason`` the system's own
    text.
    """

    code: ClassVar[str] = "bucket.folder"
    scope: ClassVar[Scope] = Scope.BATCH
    problem: str = "other"
    reason: str = ""


@dataclass(kw_only=True, eq=False)
class OutsideFolderError(FolderError):
    """A link inside the folder leads out of it, or the key does: other keys may have a place there."""

    code: ClassVar[str] = "bucket.outside"
    scope: ClassVar[Scope] = Scope.JOB
    problem: str = "unsafe"


@dataclass(kw_only=True, eq=False)
class LocalCopyError(KrakenDesktopError):
    """The object is stored, but its copy on this computer is not. ``folder`` is where, ``reason`` the code of why."""

    code: ClassVar[str] = "copy.local"
    folder: str
    key: str
    reason: str = ""


@dataclass(kw_only=True, eq=False)
class AwsProfileError(KrakenDesktopError):
    """The AWS configuration of this computer gives no credentials.

    ``problem``: ``missing`` (no such profile), ``incomplete``, ``expired`` (an SSO login), ``failed``;
    ``reason`` is botocore's own text.
    """

    code: ClassVar[str] = "aws.profile"
    scope: ClassVar[Scope] = Scope.BATCH
    aws_profile: str
    problem: str = "failed"
    reason: str = ""


# --- taking objects back --------------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class RemovalError(KrakenDesktopError):
    """An object that stays where it is, because it may not be the one that is meant."""

    code: ClassVar[str] = "removal.error"


@dataclass(kw_only=True, eq=False)
class NotOursError(RemovalError):
    """The journal knows no object of this address or key, ``name``, that this computer stored."""

    code: ClassVar[str] = "removal.unknown"
    name: str


@dataclass(kw_only=True, eq=False)
class ObjectReplacedError(RemovalError):
    """What is there now is not what the job stored."""

    code: ClassVar[str] = "removal.replaced"
    bucket: str
    key: str


@dataclass(kw_only=True, eq=False)
class RemovalUncheckedError(RemovalError):
    """We may not look at what is there. ``status`` is HTTP's."""

    code: ClassVar[str] = "removal.unchecked"
    bucket: str
    key: str
    status: int


# --- secrets --------------------------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class SecretError(KrakenDesktopError):
    """A secret could not be had or kept. ``name`` is its name in the keyring, never its value."""

    code: ClassVar[str] = "secret.error"
    scope: ClassVar[Scope] = Scope.BATCH
    name: str = ""
    reason: str = ""


@dataclass(kw_only=True, eq=False)
class NoKeyringError(SecretError):
    """This computer offers no keyring."""

    code: ClassVar[str] = "secret.no_keyring"


@dataclass(kw_only=True, eq=False)
class KeyringLockedError(SecretError):
    """The keyring is locked, and nobody unlocked it."""

    code: ClassVar[str] = "secret.locked"


@dataclass(kw_only=True, eq=False)
class KeyringDeniedError(SecretError):
    """The keyring refuses, or failed in a way of its own."""

    code: ClassVar[str] = "secret.denied"


@dataclass(kw_only=True, eq=False)
class SecretMissingError(SecretError):
    """There is no such secret: never entered, or entered for an earlier session only."""

    code: ClassVar[str] = "secret.missing"
    variable: str = ""
    """The environment variable that would hold it, if the profile refers to the environment."""
    profile: str = ""
    """The name of the profile that it belongs to; empty for an account's."""


@dataclass(kw_only=True, eq=False)
class SecretTooLongError(SecretError):
    """Longer than we can keep. ``limit`` in characters."""

    code: ClassVar[str] = "secret.too_long"
    limit: int


# --- our own files --------------------------------------------------------------------------------


@dataclass(kw_only=True, eq=False)
class StoreError(KrakenDesktopError):
    """One of our own files cannot be read or written."""

    code: ClassVar[str] = "store.error"
    path: str
    reason: str = ""


@dataclass(kw_only=True, eq=False)
class SettingsError(StoreError):
    """The settings file. ``problem``: truncated, foreign, newer, unreadable, unwritable."""

    code: ClassVar[str] = "store.settings"
    problem: str = ""
    restored: bool = True
    """False: nothing good was left of the file or of its copy, so the settings are empty now."""


@dataclass(kw_only=True, eq=False)
class ExchangeError(StoreError):
    """A file that profiles were to come from, or to go to; nothing was taken.

    ``problem``: missing, unreadable, unwritable, too_large, not_json, not_ini, foreign, newer, empty, damaged, or
    not_found (``reason`` names the places that were looked at, and ``path`` the program).
    """

    code: ClassVar[str] = "store.exchange"
    problem: str = ""


@dataclass(kw_only=True, eq=False)
class ExchangeDamagedError(ExchangeError):
    """``place`` is the field at fault, such as ``profiles[2].acl``, and ``expected`` what belongs there."""

    code: ClassVar[str] = "store.exchange_damaged"
    problem: str = "damaged"
    place: str
    expected: str


@dataclass(kw_only=True, eq=False)
class JournalError(StoreError):
    """The journal. ``problem``: corrupt, newer, unreadable, unwritable."""

    code: ClassVar[str] = "store.journal"
    problem: str = ""
    left_behind: int = 0
    """Unfinished jobs of dead processes in a file that is not used: nobody goes on with them now."""


@dataclass(kw_only=True, eq=False)
class SpoolError(StoreError):
    """Pasted bytes could not be kept."""

    code: ClassVar[str] = "store.spool"


@dataclass(kw_only=True, eq=False)
class ScratchError(StoreError):
    """What is made, or fetched, cannot be kept until it is stored: mostly the disk is full, for each job alike."""

    code: ClassVar[str] = "store.scratch"
    scope: ClassVar[Scope] = Scope.BATCH


@dataclass(kw_only=True, eq=False)
class UnexpectedError(KrakenDesktopError):
    """A bug. ``kind`` is the exception's class; the traceback is in the log."""

    code: ClassVar[str] = "unexpected"
    kind: str


def all_error_types() -> tuple[type[KrakenDesktopError], ...]:
    """Every class of the tree, in definition order: what ``messages.py`` has to have words for."""

    def below(kind: type[KrakenDesktopError]) -> list[type[KrakenDesktopError]]:
        return [kind, *(each for child in kind.__subclasses__() for each in below(child))]

    return tuple(below(KrakenDesktopError))
