"""Jobs, images and attempts as rows of the journal's tables.

Every function works inside its caller's transaction. Times are whole milliseconds since 1970, UTC; a drop
keeps its ISO text, because the path template needs its time zone.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kraken_desktop.model.errors import KeyTakenError
from kraken_desktop.model.job import (
    Job,
    JobState,
    Outcome,
    Phase,
    PlannedImage,
    Snapshot,
    Source,
    SourceKind,
    state_of,
)
from kraken_desktop.model.profile import Engine
from kraken_desktop.model.records import Json, from_record, outcome_to_record, to_record
from kraken_desktop.stores import journal_entries as entries
from kraken_desktop.stores import journal_reading as reading
from kraken_desktop.stores.journal_entries import storable, whole
from kraken_desktop.stores.journal_facts import Attempt, Known, Recovered

_NOBODY = ""
_NOTHING_LEFT = frozenset({JobState.DONE, JobState.SKIPPED})
"""A job that ended so is not gone on with: nothing of its tries is kept."""


@dataclass(frozen=True, slots=True)
class Ending:
    """An outcome ready to be written: made before the file is held."""

    outcome: Outcome
    ended_at: int
    record: dict[str, Json]
    text: str

    @classmethod
    def of(cls, outcome: Outcome, ended_at: int) -> Ending:
        """The ending with this outcome, at this time."""
        record = outcome_to_record(outcome)
        return cls(outcome, ended_at, record, record_text(record))


def prepared(jobs: Iterable[Job]) -> list[tuple[Job, str]]:
    """Jobs ready for ``insert_jobs``: made before the file is held."""
    return [(job, record_text(to_record(job.source))) for job in jobs]


def insert_jobs(connection: sqlite3.Connection, jobs: Iterable[tuple[Job, str]], owner: str) -> None:
    """Add jobs as queued; one that is there already stays as it is."""
    known = _Snapshots(connection)
    first = connection.execute(
        "SELECT max((SELECT coalesce(max(seq), 0) FROM job), max(seq)) FROM forgotten"
    ).fetchone()

    def rows() -> Iterator[tuple[object, ...]]:
        for seq, (job, source) in enumerate(jobs, start=first[0] + 1):
            yield (
                seq,
                job.id,
                job.batch_id,
                job.position,
                job.dropped_at.isoformat(),
                source,
                job.source.kind is SourceKind.SPOOL,
                known.number(job.snapshot),
                JobState.QUEUED.value,
                owner,
            )

    connection.executemany(
        "INSERT INTO job (seq, id, batch, position, dropped_at, source, spooled, snapshot, state, owner)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        rows(),
    )


def renew(connection: sqlite3.Connection, jobs: Iterable[Job]) -> None:
    """Give jobs that have not ended the snapshots that they have now."""
    known = _Snapshots(connection)
    connection.executemany(
        "UPDATE job SET snapshot = ? WHERE id = ? AND ended_at IS NULL",
        ((known.number(job.snapshot), job.id) for job in jobs),
    )


def reserve(connection: sqlite3.Connection, job_id: str, images: Sequence[PlannedImage], digest: str = "") -> None:
    """Make ``images`` the plan of the job, and ``digest`` what tells its content; an empty one leaves it as it is.

    Raises:
        KeyError: no such job.
        KeyTakenError: another job of the batch, or another variant of this one, has one of the keys.
    """
    job = reading.row_of(connection, job_id)
    content = bytes.fromhex(digest)
    if content and content != job["digest"]:
        connection.execute("UPDATE job SET digest = ? WHERE seq = ?", (content, job["seq"]))
    if reading.images_of(connection, job["seq"]) == tuple(images):
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


def insert_attempt(connection: sqlite3.Connection, job_id: str, attempt: Attempt, owner: str) -> None:
    """Begin an attempt; of a job that has ended it begins ended.

    An earlier attempt of the same owner has ended by that: its owner goes on. One of a dead owner stays open
    until the job's outcome, because nobody knows its end.
    """
    job = reading.row_of(connection, job_id)
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


def keep(connection: sqlite3.Connection, job_id: str, record: Mapping[str, Json]) -> None:
    """Keep what came of a job so far; an empty record forgets it. A job with nothing left to do keeps nothing.

    Raises:
        KeyError: no such job.
    """
    job = reading.row_of(connection, job_id)
    if job["state"] not in _NOTHING_LEFT:
        text = record_text(record) if record else None
        connection.execute("UPDATE job SET kept = ? WHERE seq = ?", (text, job["seq"]))


def finish(connection: sqlite3.Connection, job_id: str, ending: Ending) -> bool:
    """End a job; False if it has ended already, and then nothing changes.

    Raises:
        KeyError: no such job.
    """
    job = reading.row_of(connection, job_id)
    if job["ended_at"] is not None:
        return False
    state = state_of(ending.outcome)
    connection.execute(
        "UPDATE job SET state = ?, outcome = ?, ended_at = ?, kept = ? WHERE seq = ?",
        (state.value, ending.text, ending.ended_at, None if state in _NOTHING_LEFT else job["kept"], job["seq"]),
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
                storable(image.kraked_url) or None,
                whole(image.width),
                whole(image.height),
                whole(image.bytes),
            )
            for image in ending.outcome.images
        ),
    )
    connection.execute(
        "UPDATE attempt SET ended_at = ? WHERE job = ? AND ended_at IS NULL", (ending.ended_at, job["seq"])
    )
    keys = [image.key for image in reading.images_of(connection, job["seq"])]
    entries.write(connection, job["seq"], ending.ended_at, json.loads(job["source"]), ending.record, keys)
    return True


def requeue(connection: sqlite3.Connection, job_id: str, owner: str) -> Known | None:
    """Make an ended job a queued one of ``owner``, with its plan; None if it has not ended.

    Raises:
        KeyError: no such job.
        ValueError: its row cannot be decoded.
    """
    seq = reading.row_of(connection, job_id)["seq"]
    changed = connection.execute(
        "UPDATE job SET state = ?, owner = ?, outcome = NULL, ended_at = NULL WHERE id = ? AND ended_at IS NOT NULL",
        (JobState.QUEUED.value, owner, job_id),
    ).rowcount
    if not changed:
        return None
    entries.remove(connection, seq)
    row = connection.execute(f"{reading.SELECT} WHERE job.seq = ?", (seq,)).fetchone()
    return Known(
        job=reading.job_of(row, {}),
        planned=reading.images_of(connection, seq),
        digest=bytes(row["digest"] or b"").hex(),
        kept=reading.kept(connection, job_id),
    )


def forget(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[str]:
    """Remove the ended ones of the jobs with these row numbers, 999 at most, and what only they needed; their ids."""
    places = ", ".join("?" for _ in numbers)
    found = connection.execute(
        f"SELECT seq, id, snapshot FROM job WHERE seq IN ({places}) AND ended_at IS NOT NULL",  # noqa: S608 - no text
        tuple(numbers),
    ).fetchall()
    # At once: half the time of one after the other.
    places = ", ".join("?" for _ in found)
    connection.execute(f"DELETE FROM job WHERE seq IN ({places})", [row["seq"] for row in found])  # noqa: S608 - no text
    gone = [row["id"] for row in found]
    snapshots = {row["snapshot"] for row in found}
    if gone:
        connection.execute("UPDATE forgotten SET seq = max(seq, ?)", (max(row["seq"] for row in found),))
    connection.executemany(
        "DELETE FROM snapshot WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM job WHERE job.snapshot = ?1)",
        ((each,) for each in snapshots),
    )
    return gone


def adopt(
    connection: sqlite3.Connection, owner: str, alive: Collection[str], unsaved: Collection[str]
) -> tuple[Recovered, ...]:
    """Make unfinished jobs of dead owners those of ``owner``, oldest first.

    A row that this program cannot read keeps its owner: a newer program may know what to do with it.

    Args:
        unsaved: owners whose jobs may have ended although nothing says so; Kraken.io may have charged them.
    """
    recovered: list[Recovered] = []
    spared = {owner, *alive}
    # The plus keeps SQLite on the index of unfinished jobs instead of reading the whole history in order.
    rows = connection.execute(f"{reading.SELECT} WHERE job.ended_at IS NULL ORDER BY +job.seq").fetchall()
    for row, job in reading.jobs_of([row for row in rows if row["owner"] not in spared]):
        if row["owner"] in unsaved and job.snapshot.profile.engine is Engine.KRAKEN:
            attempt = Attempt(
                id=secrets.randbits(53), started_at=job.dropped_at, phase=Phase.CHECKING, maybe_charged=True
            )
            insert_attempt(connection, job.id, attempt, _NOBODY)
        recovered.append(
            Recovered(
                job=job,
                planned=reading.images_of(connection, row["seq"]),
                attempt=reading.open_attempt(connection, row["seq"]),
                digest=bytes(row["digest"] or b"").hex(),
                kept=reading.kept(connection, job.id),
            )
        )
    connection.executemany(
        "UPDATE job SET owner = ?, state = ? WHERE id = ?",
        ((owner, JobState.QUEUED.value, each.job.id) for each in recovered),
    )
    return tuple(recovered)


def restore(connection: sqlite3.Connection, known: Iterable[Known], owner: str) -> None:
    """Write all that is known of these jobs in place of what the tables hold, unless another owner has them now."""
    everything = list(known)
    connection.executemany("DELETE FROM job WHERE id = ? AND owner = ?", ((each.job.id, owner) for each in everything))
    lost = [each for each in everything if not reading.exists(connection, each.job.id)]
    insert_jobs(connection, prepared(each.job for each in lost), owner)
    for each in lost:
        reserve(connection, each.job.id, each.planned, each.digest)
        if each.kept:
            keep(connection, each.job.id, each.kept)
        if each.left_behind is not None:
            insert_attempt(connection, each.job.id, each.left_behind, _NOBODY)
        if each.attempt is not None:
            insert_attempt(connection, each.job.id, each.attempt, owner)
        if each.outcome is not None and each.ended_at is not None:
            finish(connection, each.job.id, Ending.of(each.outcome, each.ended_at))


class _Snapshots:
    """The row numbers of snapshots, which are written when they are first asked for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        # By identity: the jobs of a drop share one snapshot, and 10,000 comparisons of it are dear.
        self._numbers: dict[int, tuple[int, Snapshot]] = {}

    def number(self, snapshot: Snapshot) -> int:
        if id(snapshot) not in self._numbers:
            self._numbers[id(snapshot)] = (self._written(snapshot), snapshot)
        return self._numbers[id(snapshot)][0]

    def _written(self, snapshot: Snapshot) -> int:
        record = record_text(to_record(snapshot))
        digest = hashlib.sha256(record.encode()).digest()
        profile = entries.note_profile(self._connection, snapshot.profile.id, snapshot.profile.name)
        self._connection.execute(
            "INSERT INTO snapshot (hash, record, profile) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING",
            (digest, record, profile),
        )
        return int(self._connection.execute("SELECT id FROM snapshot WHERE hash = ?", (digest,)).fetchone()[0])


def record_text(record: object) -> str:
    """A record as it is kept."""
    # ASCII: file names may hold lone surrogates, which UTF-8 cannot.
    return json.dumps(record, separators=(",", ":"))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
