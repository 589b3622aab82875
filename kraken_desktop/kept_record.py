"""What the journal keeps of a job between two runs of the program, beside what it tells of every job."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from kraken_desktop.engines.kraken_answers import Result
from kraken_desktop.model.job import StoredImage
from kraken_desktop.model.profile import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecord:
    """What Kraken.io was asked for and made, so that nobody pays for it twice. Has the fields of a record."""

    digest: str
    """Of the source, engine and recipe."""
    stored_as: Profile
    """What of the profile made what is there as it is."""
    there: tuple[StoredImage, ...] = ()
    unsaved: tuple[str, ...] = ()
    charged_since: datetime | None = None
    original_bytes: int | None = None
    results: dict[str, Result] = field(default_factory=dict)
    """By variant: what Kraken.io made, and keeps for some time."""
