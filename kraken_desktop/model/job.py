"""A job: one source on its way through one profile, and the outcome it ends in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from kraken_desktop.model.errors import Fact, KrakenDesktopError, Scope
from kraken_desktop.model.profile import Account, Profile
from kraken_desktop.model.recipe import Recipe

LARGEST_SOURCE = 100 * 1024 * 1024
"""Bytes: no plan of Kraken.io takes a larger file (the vendor's command-line client 0.4.2)."""


class SourceKind(StrEnum):
    """Where the bytes are."""

    FILE = "file"
    SPOOL = "spool"
    """Pasted or dragged bytes, kept by us until the job is done."""
    URL = "url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One thing that was dropped. A file is known by size and time, so that a change is noticed."""

    kind: SourceKind
    location: str
    """Absolute path of the file or spool file, or the address."""
    name: str
    """The name it had where it came from, with its extension: what the path template sees."""
    folder: str = ""
    """Path below a dropped folder with ``/``, that folder's name included; empty for a single file."""
    size: int | None = None
    """Bytes; None for an address."""
    mtime_ns: int | None = None
    extension: str = ""
    """Of the sniffed type, with its dot; for an address what its name claims, which may be nothing."""
    typed: bool = False
    """The person typed the address: it may lead into a private network. One that was dropped or pasted may not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What the job was told at the drop. Later edits of the settings reach it only when the person tries again."""

    profile: Profile
    recipe: Recipe
    account: Account | None = None
    here: bool = False
    """The person chose this computer for this job: a later profile does not change that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One source on its way through one profile."""

    id: str
    batch_id: str
    position: int
    """Place in the drop, from 1."""
    dropped_at: datetime
    """Local time of the drop, aware of its zone."""
    source: Source
    snapshot: Snapshot


class Phase(StrEnum):
    """What a running job is doing."""

    PLANNING = "planning"
    FETCHING = "fetching"
    """The bytes of an address come to this computer."""
    UPLOADING = "uploading"
    OPTIMIZING = "optimizing"
    """The engine works: this computer's, or Kraken.io's once all bytes have left."""
    DOWNLOADING = "downloading"
    """Kraken.io's result comes to this computer."""
    STORING = "storing"
    """This computer writes the result into the bucket."""
    CHECKING = "checking"
    """An answer was lost: we look whether the object is there."""
    VERIFYING = "verifying"
    """The link is opened as anybody would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a running job is."""

    phase: Phase
    sent: int = 0
    total: int = 0
    """Bytes that were moved, of how many: of the source while uploading, of the results after that."""
    made: int = 0
    outputs: int = 0
    """Images that this computer's engine has made, of how many; zeros where nobody counts them."""
    key: str = ""
    may_arrive: bool = False
    """All bytes have left to somebody who stores them: cancelling comes too late."""

    @property
    def moved(self) -> bool:
        """Whether bytes get through: who looks for what was sent before has not moved any yet."""
        return self.sent > 0 and self.phase is not Phase.CHECKING


class JobState(StrEnum):
    """Where a job is in its life. The last four are the outcomes."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    """For the next try."""
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in _OUTCOMES


_OUTCOMES = frozenset({JobState.DONE, JobState.SKIPPED, JobState.CANCELLED, JobState.FAILED})


class Verdict(StrEnum):
    """What anybody who opens a link gets."""

    OPENS = "opens"
    FORBIDDEN = "forbidden"
    """401 or 403: not public, or not for this address."""
    MISSING = "missing"
    """404 or 410."""
    WRONG_TYPE = "wrong_type"
    """It opens, and is not served as the image that it is: browsers download it, or show nothing."""
    WRONG_LENGTH = "wrong_length"
    """It opens, and is not what was stored: mostly an older copy in a cache."""
    REFUSED = "refused"
    """Another status, a redirect included."""
    UNREACHABLE = "unreachable"
    """No answer: no such host, no connection, a bad certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCheck:
    """One anonymous look at a link, just after its object was stored."""

    verdict: Verdict
    status: int = 0
    """HTTP; 0 without an answer."""
    content_type: str = ""
    """As it was served."""
    reason: str = ""
    """The code of the transport's error, without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredImage:
    """An object that is really there, unless ``there`` says otherwise."""

    variant: str = ""
    key: str
    url: str
    """The link that we show and copy."""
    kraked_url: str = ""
    """What Kraken.io answered, as it came; empty if Kraken.io had no part in storing."""
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    expires_at: datetime | None = None
    """When ``url`` stops to open, aware of its zone: it is the presigned link of a private object."""
    already_optimal: bool = False
    """The engine could not make it smaller: the pixels are the original's, the metadata as the recipe says."""
    local_copy: str = ""
    """Path of the copy beside the upload; empty if there is none."""
    check: LinkCheck | None = None
    """What anybody gets who opens ``url``; None where nobody looked: private objects, folders."""
    sandbox: bool = False
    """Kraken.io's sandbox made this up: nothing was stored, there is no link, and the sizes mean nothing."""
    removed: bool = False
    """It was there, and the person removed it from the bucket."""

    @property
    def there(self) -> bool:
        """Whether the object is there, so that its link may be shown and copied."""
        return not (self.sandbox or self.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedImage:
    """A name that is reserved for one variant before its bytes move. It never changes afterwards."""

    variant: str = ""
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error as a value: it is journaled, shown and counted."""

    code: str
    facts: dict[str, Fact] = field(default_factory=dict)
    retryable: bool = False
    scope: Scope = Scope.JOB

    @classmethod
    def of(cls, error: KrakenDesktopError) -> Failure:
        """The value of an error."""
        return cls(code=error.code, facts=error.facts, retryable=error.retryable, scope=error.scope)

    @property
    def goes_on(self) -> bool:
        """Whether the queue starts the job again: by itself, or once the person has mended what stopped all."""
        return self.retryable or self.scope is Scope.BATCH

    @property
    def retry_after(self) -> int | None:
        """Seconds that the server asked us to wait."""
        told = self.facts.get("retry_after")
        return told if isinstance(told, int) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Every image is there."""

    images: tuple[StoredImage, ...]
    original_bytes: int | None = None

    @property
    def saved_bytes(self) -> int | None:
        """How much smaller the one result is than the source, never negative.

        None where a size is unknown or made up, and for a set, whose images are no smaller copy of the source.
        """
        if self.original_bytes is None or len(self.images) != 1:
            return None
        (image,) = self.images
        return None if image.bytes is None or image.sandbox else max(0, self.original_bytes - image.bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Nothing had to be done. ``reason`` is a code for ``messages.py``."""

    reason: str
    images: tuple[StoredImage, ...] = ()
    original_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """The person stopped it. ``may_arrive``: all bytes had left, so the object may still appear."""

    may_arrive: bool = False
    images: tuple[StoredImage, ...] = ()
    original_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """It did not work; images that are there all the same are listed."""

    failure: Failure
    images: tuple[StoredImage, ...] = ()
    original_bytes: int | None = None


Outcome = Done | Skipped | Cancelled | Failed


def state_of(outcome: Outcome) -> JobState:
    """The state that a job ends in with this outcome."""
    match outcome:
        case Done():
            return JobState.DONE
        case Skipped():
            return JobState.SKIPPED
        case Cancelled():
            return JobState.CANCELLED
        case Failed():
            return JobState.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """A job with all that is known of it now: what a row shows. Replaced whole, never changed."""

    job: Job
    state: JobState = JobState.QUEUED
    progress: Progress | None = None
    outcome: Outcome | None = None
    keys: tuple[str, ...] = ()
    """The planned object keys; empty before the plan."""
    tries: int = 0
    retry_at: float | None = None
    """On the runner's monotonic clock, while waiting."""
    waiting_for: Failure | None = None
    """Why it is waiting for another try."""

    @property
    def links(self) -> tuple[StoredImage, ...]:
        """The images that are really there, whatever the outcome."""
        return tuple(image for image in self.outcome.images if image.there) if self.outcome is not None else ()

    def started(self, tries: int) -> JobStatus:
        """The same job as it runs, for this many times."""
        return replace(
            self, state=JobState.RUNNING, tries=tries, retry_at=None, waiting_for=None, outcome=None, progress=None
        )

    def put_back(self, why: Failure, retry_at: float | None) -> JobStatus:
        """The same job as it waits for another try: until then, or for the person."""
        state = JobState.QUEUED if retry_at is None else JobState.WAITING
        return replace(self, state=state, retry_at=retry_at, waiting_for=why, progress=None)

    def ended(self, outcome: Outcome) -> JobStatus:
        """The same job as it came out."""
        keys = tuple(image.key for image in outcome.images) or self.keys
        return replace(
            self, state=state_of(outcome), outcome=outcome, keys=keys, progress=None, retry_at=None, waiting_for=None
        )
