"""What the journal tells of a job beyond the job itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kraken_desktop.model.job import Job, JobStatus, Outcome, Phase, PlannedImage, StoredImage
from kraken_desktop.model.records import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a job that has no end in the journal."""

    id: int
    """Random: unique in whatever file the attempt is written to again."""
    started_at: datetime
    """Wall-clock time, UTC."""
    phase: Phase
    bytes_sent: int = 0
    maybe_charged: bool = False
    """All bytes had left and no answer was noted: the object may be there, and may be paid for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """A job that another process left behind."""

    job: Job
    planned: tuple[PlannedImage, ...]
    attempt: Attempt | None
    """The one that matters: the first that may have been charged, else the newest, of those without an end."""
    digest: str = ""
    """Of source, engine and recipe, as ``{hash}`` shows it; empty before the plan."""
    kept: Mapping[str, Json] | None = None
    """What came of it so far."""
    outcome: Outcome | None = None
    """How it had ended, if it was queued again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that this process knows of a job: enough to write it anew if the file is lost."""

    job: Job
    planned: tuple[PlannedImage, ...] = ()
    left_behind: Attempt | None = None
    """Of a dead process."""
    attempt: Attempt | None = None
    """Of this process."""
    outcome: Outcome | None = None
    ended_at: int | None = None
    digest: str = ""
    """Of source, engine and recipe, as ``{hash}`` shows it; empty before the plan."""
    kept: Mapping[str, Json] | None = None
    """What came of it so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A job that has not ended, of whatever process."""

    status: JobStatus
    """Running or queued, as the journal has it."""
    owner_alive: bool
    """Whether the process that has it still runs; if not, the next ``take_over`` gets the job."""
    maybe_charged: bool = False
    """All bytes have left, or had left, and no answer is noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An object that a job of this computer stored, or found stored already."""

    status: JobStatus
    image: StoredImage
    ended_at: datetime
    """Wall-clock time of the job's end, UTC."""
