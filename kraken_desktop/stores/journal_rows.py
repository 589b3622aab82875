"""Jobs, images and attempts as rows of the journal's tables, and back.

Every function works inside its caller's transaction. Times are whole milliseconds since 1970, UTC; a drop
keeps its ISO text, because the path template needs its time zone.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from kraken_desktop.model.errors import KeyTakenError
from kraken_desktop.model.job import (
    Job,
    JobState,
    JobStatus,
    Outcome,
    Phase,
    PlannedImage,
    Snapshot,
    Source,
    SourceKind,
    state_of,
)
from kraken_desktop.model.records import (
    from_record,
    outcome_from_record,
    outcome_to_record,
    to_record,
)
from kraken_desktop.stores.journal_facts import Attempt, Known, Recovered

_log = logging.getLogger(__name__)

_LARGEST = 2**63 - 1
_NOBODY = ""


def insert_jobs(connection: sqlite3.Connection, jobs: Iterable[Job], owner: str) -> None:
    """Add jobs as queued; one that is there already stays as it is."""
    # By identity: the jobs of a drop share one snapshot, and 10,000 comparisons of it are dear.
    ids: dict[int, tuple[int, Snapshot]] = {}

    def rows() -> Iterator[tuple[object, ...]]:
        for job in jobs:
            if id(job.snapshot) not in ids:
                ids[id(job.snapshot)] = (_snapshot_id(connection, job.snapshot), job.snapshot)
            yield (
                job.id,
                job.batch_id,
                job.position,
                job.dropped_at.isoformat(),
                record_text(to_record(job.source)),
                job.source.kind is SourceKind.SPOOL,
                ids[id(job.snapshot)][0],
                JobState.QUEUED.value,
                owner,
            )

    connection.executemany(
        "INSERT INTO job (id, batch, position, dropped_at, source, spooled, snapshot, state, owner)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        rows(),
    )


def renew(connection: sqlite3.Connection, jobs: Iterable[Job]) -> None:
    """Give jobs that have not ended the snapshots that they have now."""
    for job in jobs:
        connection.execute(
            "UPDATE job SET snapshot = ? WHERE id = ? AND ended_at IS NULL",
            (_snapshot_id(connection, job.snapshot), job.id),
        )


def reserve(connection: sqlite3.Connection, job_id: str, images: Sequence[PlannedImage]) -> None:
    """Make ``images`` the plan of the job.

    Raises:
        KeyError: no such job.
        KeyTakenError: another job of the batch, or another variant of this one, has one of the keys.
    """
    job = _row_of(connection, job_id)
    if images_of(connection, job["seq"]) == tuple(images):
        return
    connection.execute("UPDATE image SET planned_key = NULL WHERE job = ?", (job["seq"],))
    for image in images:
        try:
            connection.execute(
                "INSERT INTO image (job, batch, variant, planned_key, state) VALUES (?, ?, ?, ?, 'planned')"
                " ON CONFLICT (job, variant) DO UPDATE SET planned_key = excluded.planned_key",
                (job["seq"], job["batch"], image.variant, image.key),
            )
        except sqlite3.IntegrityError as error:
            name = from_record(Source, json.loads(job["source"])).name
            raise KeyTakenError(name=name, key=image.key) from error
    connection.execute("DELETE FROM image WHERE job = ? AND planned_key IS NULL AND state = 'planned'", (job["seq"],))


def planned(connection: sqlite3.Connection, job_id: str) -> tuple[PlannedImage, ...]:
    """The plan of a job; empty if it has none."""
    row = connection.execute("SELECT seq FROM job WHERE id = ?", (job_id,)).fetchone()
    return images_of(connection, row["seq"]) if row is not None else ()


def insert_attempt(connection: sqlite3.Connection, job_id: str, attempt: Attempt, owner: str) -> None:
    """Begin an attempt; of a job that has ended it begins ended.

    An earlier attempt of the same owner has ended by that: its owner goes on. One of a dead owner stays open
    until the job's outcome, because nobody knows its end.
    """
    job = _row_of(connection, job_id)
    started = _milliseconds(attempt.started_at)
    connection.execute(
        "UPDATE attempt SET ended_at = ? WHERE job = ? AND owner = ? AND ended_at IS NULL",
        (started, job["seq"], owner),
    )
    connection.execute(
        "INSERT INTO attempt (id, job, owner, started_at, phase, bytes_sent, maybe_charged, ended_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            attempt.id,
            job["seq"],
            owner,
            started,
            attempt.phase.value,
            attempt.bytes_sent,
            attempt.maybe_charged,
            job["ended_at"],
        ),
    )
    connection.execute(
        "UPDATE job SET state = ? WHERE seq = ? AND ended_at IS NULL", (JobState.RUNNING.value, job["seq"])
    )


def note_sent(connection: sqlite3.Connection, attempt: Attempt) -> None:
    """Write how far an attempt is."""
    connection.execute(
        "UPDATE attempt SET phase = ?, bytes_sent = ?, maybe_charged = ? WHERE id = ?",
        (attempt.phase.value, attempt.bytes_sent, attempt.maybe_charged, attempt.id),
    )


def finish(connection: sqlite3.Connection, job_id: str, outcome: Outcome, ended_at: int) -> bool:
    """End a job; False if it has ended already, and then nothing changes.

    Raises:
        KeyError: no such job.
    """
    job = _row_of(connection, job_id)
    if job["ended_at"] is not None:
        return False
    connection.execute(
        "UPDATE job SET state = ?, outcome = ?, ended_at = ? WHERE seq = ?",
        (state_of(outcome).value, record_text(outcome_to_record(outcome)), ended_at, job["seq"]),
    )
    connection.executemany(
        "INSERT INTO image (job, batch, variant, state, key, url, kraked_url, width, height, bytes)"
        " VALUES (?, ?, ?, 'stored', ?, ?, ?, ?, ?, ?) ON CONFLICT (job, variant) DO UPDATE SET state = 'stored',"
        " key = excluded.key, url = excluded.url, kraked_url = excluded.kraked_url,"
        " width = excluded.width, height = excluded.height, bytes = excluded.bytes",
        (
            (
                job["seq"],
                job["batch"],
                image.variant,
                storable(image.key),
                storable(image.url),
                storable(image.kraked_url),
                _whole(image.width),
                _whole(image.height),
                _whole(image.bytes),
            )
            for image in outcome.images
        ),
    )
    connection.execute("UPDATE attempt SET ended_at = ? WHERE job = ? AND ended_at IS NULL", (ended_at, job["seq"]))
    return True


def requeue(connection: sqlite3.Connection, job_id: str, owner: str) -> Known | None:
    """Make an ended job a queued one of ``owner``, with its plan; None if it has not ended.

    Raises:
        KeyError: no such job.
        ValueError: its row cannot be decoded.
    """
    _row_of(connection, job_id)
    changed = connection.execute(
        "UPDATE job SET state = ?, owner = ?, outcome = NULL, ended_at = NULL WHERE id = ? AND ended_at IS NOT NULL",
        (JobState.QUEUED.value, owner, job_id),
    ).rowcount
    if not changed:
        return None
    row = connection.execute(f"{_SELECT} WHERE job.id = ?", (job_id,)).fetchone()
    return Known(job=_job(row, {}), planned=images_of(connection, row["seq"]))


def adopt(connection: sqlite3.Connection, owner: str, alive: Collection[str]) -> tuple[Recovered, ...]:
    """Make unfinished jobs of dead owners those of ``owner``, oldest first.

    A row that this program cannot read keeps its owner: a newer program may know what to do with it.
    """
    recovered: list[Recovered] = []
    spared = {owner, *alive}
    # The plus keeps SQLite on the index of unfinished jobs instead of reading the whole history in order.
    rows = connection.execute(f"{_SELECT} WHERE job.ended_at IS NULL ORDER BY +job.seq").fetchall()
    for row, job in _jobs([row for row in rows if row["owner"] not in spared]):
        recovered.append(
            Recovered(
                job=job,
                planned=images_of(connection, row["seq"]),
                attempt=_open_attempt(connection, row["seq"]),
            )
        )
    connection.executemany(
        "UPDATE job SET owner = ?, state = ? WHERE id = ?",
        ((owner, JobState.QUEUED.value, each.job.id) for each in recovered),
    )
    return tuple(recovered)


def newest(
    connection: sqlite3.Connection, limit: int, before: tuple[int, int] | None
) -> list[tuple[sqlite3.Row, tuple[str, ...]]]:
    """Up to ``limit`` rows of ended jobs, newest first, older than ``before``, each with its planned keys."""
    older = "AND (job.ended_at, job.seq) < (?, ?)" if before is not None else ""
    rows = connection.execute(
        f"{_SELECT} WHERE job.ended_at IS NOT NULL {older} ORDER BY job.ended_at DESC, job.seq DESC LIMIT ?",
        (*(before or ()), limit),
    ).fetchall()
    return [(row, tuple(image.key for image in images_of(connection, row["seq"]))) for row in rows]


def statuses(rows: Sequence[tuple[sqlite3.Row, tuple[str, ...]]]) -> list[JobStatus]:
    """The rows of ``newest`` as the list shows them; those that cannot be decoded are left out and logged."""
    keys = {row["seq"]: planned_keys for row, planned_keys in rows}
    found: list[JobStatus] = []
    for row, job in _jobs([row for row, _ in rows]):
        try:
            outcome = outcome_from_record(json.loads(row["outcome"]))
        except (ValueError, TypeError) as error:
            _unreadable(row, error)
            continue
        found.append(
            JobStatus(job=job, state=state_of(outcome), outcome=outcome, keys=keys[row["seq"]], tries=row["tries"])
        )
    return found


def ended(connection: sqlite3.Connection, sequence: Collection[int]) -> list[tuple[JobStatus, datetime]]:
    """The ended ones of the jobs with these row numbers, newest first, each with its end."""
    found: list[tuple[JobStatus, datetime]] = []
    for seq in sequence:
        row = connection.execute(f"{_SELECT} WHERE job.seq = ? AND job.ended_at IS NOT NULL", (seq,)).fetchone()
        keys = tuple(image.key for image in images_of(connection, seq))
        at = datetime.fromtimestamp(row["ended_at"] / 1000, UTC) if row is not None else None
        found += [(status, at) for status in statuses([(row, keys)])] if at is not None else []
    return sorted(found, key=lambda each: each[1], reverse=True)


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


def restore(connection: sqlite3.Connection, known: Iterable[Known], owner: str) -> None:
    """Write all that is known of these jobs in place of what the tables hold, unless another owner has them now."""
    everything = list(known)
    connection.executemany("DELETE FROM job WHERE id = ? AND owner = ?", ((each.job.id, owner) for each in everything))
    lost = [each for each in everything if not _exists(connection, each.job.id)]
    insert_jobs(connection, (each.job for each in lost), owner)
    for each in lost:
        reserve(connection, each.job.id, each.planned)
        if each.left_behind is not None:
            insert_attempt(connection, each.job.id, each.left_behind, _NOBODY)
        if each.attempt is not None:
            insert_attempt(connection, each.job.id, each.attempt, owner)
        if each.outcome is not None and each.ended_at is not None:
            finish(connection, each.job.id, each.outcome, each.ended_at)


def images_of(connection: sqlite3.Connection, seq: int) -> tuple[PlannedImage, ...]:
    """The plan of the job with this row number, in the recipe's order."""
    rows = connection.execute(
        "SELECT variant, planned_key FROM image WHERE job = ? AND planned_key IS NOT NULL ORDER BY id", (seq,)
    )
    return tuple(PlannedImage(variant=row["variant"], key=row["planned_key"]) for row in rows)


_SELECT = (
    "SELECT job.*, snapshot.record, (SELECT count(*) FROM attempt WHERE attempt.job = job.seq) AS tries"
    " FROM job JOIN snapshot ON snapshot.id = job.snapshot"
)


def _exists(connection: sqlite3.Connection, job_id: str) -> bool:
    return connection.execute("SELECT 1 FROM job WHERE id = ?", (job_id,)).fetchone() is not None


def _row_of(connection: sqlite3.Connection, job_id: str) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute("SELECT * FROM job WHERE id = ?", (job_id,)).fetchone()
    if row is None:
        raise KeyError(job_id)
    return row


def _snapshot_id(connection: sqlite3.Connection, snapshot: Snapshot) -> int:
    record = record_text(to_record(snapshot))
    digest = hashlib.sha256(record.encode()).digest()
    connection.execute(
        "INSERT INTO snapshot (hash, record) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING", (digest, record)
    )
    return int(connection.execute("SELECT id FROM snapshot WHERE hash = ?", (digest,)).fetchone()[0])


def _jobs(rows: Iterable[sqlite3.Row]) -> Iterator[tuple[sqlite3.Row, Job]]:
    snapshots: dict[int, Snapshot] = {}
    for row in rows:
        try:
            yield row, _job(row, snapshots)
        except (ValueError, TypeError) as error:
            _unreadable(row, error)


def _job(row: sqlite3.Row, snapshots: dict[int, Snapshot]) -> Job:
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


def _open_attempt(connection: sqlite3.Connection, seq: int) -> Attempt | None:
    row = connection.execute(
        "SELECT * FROM attempt WHERE job = ? AND ended_at IS NULL"
        " ORDER BY maybe_charged DESC, CASE WHEN maybe_charged THEN started_at ELSE -started_at END LIMIT 1",
        (seq,),
    ).fetchone()
    if row is None:
        return None
    return Attempt(
        id=row["id"],
        started_at=datetime.fromtimestamp(row["started_at"] / 1000, UTC),
        # A phase of a newer program is no reason to lose the job: only maybe_charged decides what happens.
        phase=Phase(row["phase"]) if row["phase"] in set(Phase) else Phase.CHECKING,
        bytes_sent=row["bytes_sent"],
        maybe_charged=bool(row["maybe_charged"]),
    )


def _unreadable(row: sqlite3.Row, error: Exception) -> None:
    _log.warning("job %s in the journal cannot be read and is left out: %s", row["id"], error)


def record_text(record: object) -> str:
    """A record as it is kept."""
    # ASCII: file names may hold lone surrogates, which UTF-8 cannot.
    return json.dumps(record, separators=(",", ":"))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def storable(text: str) -> str:
    """For the columns that are searched; the outcome's record keeps a server's odd text as it came."""
    return text.encode("utf-8", "backslashreplace").decode()


def _whole(number: int | None) -> int | None:
    return number if number is not None and -_LARGEST <= number <= _LARGEST else None
