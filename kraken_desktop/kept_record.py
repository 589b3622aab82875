"""What the journal keeps of a job between two runs of the program, beside what it tells of every job."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kraken_desktop.engines.kraken_answers import Result
from kraken_desktop.model.job import Cancelled, StoredImage
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.records import Json, RecordError, from_record
from kraken_desktop.stores.journal_facts import Recovered

_log = logging.getLogger(__name__)


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


def read(job_id: str, record: Mapping[str, Json] | None) -> KeptRecord | None:
    """What the journal keeps of a job; None if that is nothing, or written by a newer program.

    What may have been charged is in the attempts as well.
    """
    if record is None:
        return None
    try:
        return from_record(KeptRecord, record)
    except RecordError as error:
        _log.warning("what is kept of job %s cannot be read: %s", job_id, error)
        return None


def given_up(recovered: Recovered) -> Cancelled:
    """How a job that another run left behind ends, if nobody goes on with it: with what is in the bucket already."""
    kept = read(recovered.job.id, recovered.kept)
    return Cancelled(
        may_arrive=recovered.attempt is not None and recovered.attempt.maybe_charged,
        images=kept.there if kept is not None else (),
        original_bytes=kept.original_bytes if kept is not None else None,
    )
