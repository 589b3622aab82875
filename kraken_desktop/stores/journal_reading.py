"""Rows of the journal's tables as jobs, plans and outcomes again.

Every function works inside its caller's transaction. A row that cannot be read is left out and logged: it hides no
other.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from kraken_desktop.model.job import (
    Job,
    JobState,
    JobStatus,
    Phase,
    PlannedImage,
    Snapshot,
    Source,
    state_of,
)
from kraken_desktop.model.records import Json, from_record, outcome_from_record
from kraken_desktop.stores.journal_facts import Attempt

_log = logging.getLogger(__name__)

SELECT = (
    "SELECT job.*, snapshot.record, (SELECT count(*) FROM attempt WHERE attempt.job = job.seq) AS tries"
    " FROM job JOIN snapshot ON snapshot.id = job.snapshot"
)
"""A job with all that ``job_of`` reads."""

Ended = tuple[sqlite3.Row, tuple[str, ...]]
"""The row of an ended job, and its planned keys."""

_MOST_NUMBERS = 500
"""At once: older SQLite takes 999 variables in a statement."""


def row_of(connection: sqlite3.Connection, job_id: str) -> sqlite3.Row:
    """The row of a job.

    Raises:
        KeyError: no such job.
    """
    row: sqlite3.Row | None = connection.execute("SELECT * FROM job WHERE id = ?", (job_id,)).fetchone()
    if row is None:
        raise KeyError(job_id)
    return row


def exists(connection: sqlite3.Connection, job_id: str) -> bool:
    """Whether there is such a job."""
    return connection.execute("SELECT 1 FROM job WHERE id = ?", (job_id,)).fetchone() is not None


def planned(connection: sqlite3.Connection, job_id: str) -> tuple[PlannedImage, ...]:
    """The plan of a job; empty if it has none."""
    row = connection.execute("SELECT seq FROM job WHERE id = ?", (job_id,)).fetchone()
    return images_of(connection, row["seq"]) if row is not None else ()


def images_of(connection: sqlite3.Connection, seq: int) -> tuple[PlannedImage, ...]:
    """The plan of the job with this row number, in the recipe's order."""
    rows = connection.execute(
        "SELECT variant, planned_key FROM image WHERE job = ? AND planned_key IS NOT NULL ORDER BY id", (seq,)
    )
    return tuple(PlannedImage(variant=row["variant"], key=row["planned_key"]) for row in rows)


def kept(connection: sqlite3.Connection, job_id: str) -> dict[str, Json] | None:
    """What came of a job so far, as it was kept; None if nothing was, or it cannot be read."""
    row = connection.execute("SELECT id, kept FROM job WHERE id = ?", (job_id,)).fetchone()
    if row is None or row["kept"] is None:
        return None
    try:
        record = json.loads(row["kept"])
    except (ValueError, TypeError) as error:
        unreadable(row, error)
        return None
    return record if isinstance(record, dict) else None


def newest(connection: sqlite3.Connection, limit: int, before: tuple[int, int] | None) -> list[Ended]:
    """Up to ``limit`` rows of ended jobs, newest first, older than ``before``, each with its planned keys."""
    older = "AND (job.ended_at, job.seq) < (?, ?)" if before is not None else ""
    rows = connection.execute(
        f"{SELECT} WHERE job.ended_at IS NOT NULL {older} ORDER BY job.ended_at DESC, job.seq DESC LIMIT ?",
        (*(before or ()), limit),
    ).fetchall()
    return _with_keys(connection, rows)


def statuses(rows: Sequence[Ended]) -> list[JobStatus]:
    """The rows of ``newest`` as the list shows them; those that cannot be read are left out and logged."""
    return [status for _, status, _ in decoded(rows)]


def ended(connection: sqlite3.Connection, sequence: Collection[int]) -> list[tuple[int, JobStatus, datetime]]:
    """The ended ones of the jobs with these row numbers, newest first, each with its number and its end."""
    found = ended_rows(connection, sequence)
    found.sort(key=lambda each: (each[0]["ended_at"], each[0]["seq"]), reverse=True)
    return decoded(found)


def ended_rows(connection: sqlite3.Connection, sequence: Collection[int]) -> list[Ended]:
    """The rows of the ended ones of these jobs, in any order, each with its planned keys."""
    found: list[Ended] = []
    for part in _parts(list(dict.fromkeys(sequence))):
        places = ", ".join("?" for _ in part)
        rows = connection.execute(f"{SELECT} WHERE job.seq IN ({places}) AND job.ended_at IS NOT NULL", part).fetchall()
        found += _with_keys(connection, rows)
    return found


def _with_keys(connection: sqlite3.Connection, rows: Sequence[sqlite3.Row]) -> list[Ended]:
    keys: dict[int, list[str]] = {}
    for part in _parts([row["seq"] for row in rows]):
        places = ", ".join("?" for _ in part)
        for row in connection.execute(
            f"SELECT job, planned_key FROM image WHERE job IN ({places}) AND planned_key IS NOT NULL ORDER BY job, id",  # noqa: S608 - no text of others
            part,
        ):
            keys.setdefault(row["job"], []).append(row["planned_key"])
    return [(row, tuple(keys.get(row["seq"], ()))) for row in rows]


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + _MOST_NUMBERS] for start in range(0, len(numbers), _MOST_NUMBERS))


def decoded(
    rows: Sequence[Ended], on_unreadable: Callable[[sqlite3.Row, Exception], None] | None = None
) -> list[tuple[int, JobStatus, datetime]]:
    """Rows of ended jobs, each as its number, what the list shows, and its end.

    Args:
        rows: with their planned keys.
        on_unreadable: told instead of the log.
    """
    keys = {row["seq"]: planned_keys for row, planned_keys in rows}
    found: list[tuple[int, JobStatus, datetime]] = []
    for row, job in jobs_of([row for row, _ in rows], on_unreadable):
        try:
            outcome = outcome_from_record(json.loads(row["outcome"]))
            at = moment(row["ended_at"])
        except (ValueError, TypeError, OverflowError, OSError) as error:
            (on_unreadable or unreadable)(row, error)
            continue
        seq, state = row["seq"], state_of(outcome)
        found.append((seq, JobStatus(job=job, state=state, outcome=outcome, keys=keys[seq], tries=row["tries"]), at))
    return found


def unfinished(connection: sqlite3.Connection) -> list[tuple[JobStatus, str, bool]]:
    """The jobs that have not ended, oldest first, each with its owner, and whether it may have been charged."""
    rows = connection.execute(f"{SELECT} WHERE job.ended_at IS NULL ORDER BY +job.seq").fetchall()
    found: list[tuple[JobStatus, str, bool]] = []
    for row, job in jobs_of(rows):
        attempt = open_attempt(connection, row["seq"])
        state = JobState.RUNNING if row["state"] == JobState.RUNNING else JobState.QUEUED
        keys = tuple(image.key for image in images_of(connection, row["seq"]))
        status = JobStatus(job=job, state=state, keys=keys, tries=row["tries"])
        found.append((status, row["owner"], attempt is not None and attempt.maybe_charged))
    return found


def spool_locations(connection: sqlite3.Connection) -> frozenset[str] | None:
    """The spool files that a job may still need; None if a row does not tell."""
    rows = connection.execute(
        "SELECT source FROM job WHERE spooled AND state NOT IN (?, ?)",
        (JobState.DONE.value, JobState.SKIPPED.value),
    )
    try:
        return frozenset(str(json.loads(row["source"])["location"]) for row in rows)
    except (ValueError, TypeError, KeyError):
        return None


def jobs_of(
    rows: Iterable[sqlite3.Row], on_unreadable: Callable[[sqlite3.Row, Exception], None] | None = None
) -> Iterator[tuple[sqlite3.Row, Job]]:
    """Each row with its job; those that cannot be read are left out, and logged unless somebody else is told."""
    snapshots: dict[int, Snapshot] = {}
    for row in rows:
        try:
            yield row, job_of(row, snapshots)
        except (ValueError, TypeError) as error:
            (on_unreadable or unreadable)(row, error)


def job_of(row: sqlite3.Row, snapshots: dict[int, Snapshot]) -> Job:
    """The job of a row.

    Args:
        snapshots: those that were read already, by row number; added to.

    Raises:
        ValueError, TypeError: it cannot be read.
    """
    if row["snapshot"] not in snapshots:
        snapshots[row["snapshot"]] = from_record(Snapshot, json.loads(row["record"]))
    return Job(
        id=row["id"],
        batch_id=row["batch"],
        position=row["position"],
        dropped_at=datetime.fromisoformat(row["dropped_at"]),
        source=from_record(Source, json.loads(row["source"])),
        snapshot=snapshots[row["snapshot"]],
    )


def open_attempt(connection: sqlite3.Connection, seq: int) -> Attempt | None:
    """The attempt that matters of those without an end; see ``Recovered``."""
    row = connection.execute(
        "SELECT * FROM attempt WHERE job = ? AND ended_at IS NULL"
        " ORDER BY maybe_charged DESC, CASE WHEN maybe_charged THEN started_at ELSE -started_at END LIMIT 1",
        (seq,),
    ).fetchone()
    if row is None:
        return None
    return Attempt(
        id=row["id"],
        started_at=moment(row["started_at"]),
        # A phase of a newer program is no reason to lose the job: only maybe_charged decides what happens.
        phase=Phase(row["phase"]) if row["phase"] in set(Phase) else Phase.CHECKING,
        bytes_sent=row["bytes_sent"],
        maybe_charged=bool(row["maybe_charged"]),
    )


def unreadable(row: sqlite3.Row, error: Exception) -> None:
    """Log that a row is left out."""
    _log.warning("job %s in the journal cannot be read and is left out: %s", row["id"], error)


def moment(milliseconds: int) -> datetime:
    """A time of the tables."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
