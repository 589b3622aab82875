"""A journal as the first version of its tables had it, written by the statements of then."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from kraken_desktop.model.job import Job, Outcome, PlannedImage, state_of
from kraken_desktop.model.records import outcome_to_record, to_record

_TABLES = """
CREATE TABLE snapshot (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, record TEXT NOT NULL);
CREATE TABLE job (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, batch TEXT NOT NULL, position INTEGER NOT NULL,
    dropped_at TEXT NOT NULL, source TEXT NOT NULL, spooled INTEGER NOT NULL,
    snapshot INTEGER NOT NULL REFERENCES snapshot (id), state TEXT NOT NULL, owner TEXT NOT NULL, outcome TEXT,
    ended_at INTEGER);
CREATE INDEX job_unfinished ON job (owner) WHERE ended_at IS NULL;
CREATE INDEX job_newest ON job (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX job_spooled ON job (state) WHERE spooled;
CREATE TABLE image (id INTEGER PRIMARY KEY, job INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
    batch TEXT NOT NULL, variant TEXT NOT NULL, planned_key TEXT, state TEXT NOT NULL, key TEXT, url TEXT,
    kraked_url TEXT, width INTEGER, height INTEGER, bytes INTEGER, UNIQUE (job, variant));
CREATE UNIQUE INDEX image_reserved ON image (batch, planned_key) WHERE planned_key IS NOT NULL;
CREATE TABLE attempt (id INTEGER PRIMARY KEY, job INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
    owner TEXT NOT NULL, started_at INTEGER NOT NULL, phase TEXT NOT NULL, bytes_sent INTEGER NOT NULL DEFAULT 0,
    maybe_charged INTEGER NOT NULL DEFAULT 0, ended_at INTEGER);
CREATE INDEX attempt_of_job ON attempt (job);
PRAGMA application_id = 0x4B52414B;
PRAGMA user_version = 1;
"""

Row = tuple[Job, tuple[PlannedImage, ...], Outcome | None]


def write(file: Path, rows: Iterable[Row]) -> None:
    """Write jobs with their plans, one ended each second, as the first version would have."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_TABLES)
        connection.execute("BEGIN")
        for seq, (job, plan, outcome) in enumerate(rows, start=1):
            _write(connection, seq, job, plan, outcome)
        connection.execute("COMMIT")


def _write(
    connection: sqlite3.Connection, seq: int, job: Job, plan: tuple[PlannedImage, ...], outcome: Outcome | None
) -> None:
    record = _text(to_record(job.snapshot))
    digest = hashlib.sha256(record.encode()).digest()
    connection.execute("INSERT OR IGNORE INTO snapshot (hash, record) VALUES (?, ?)", (digest, record))
    (snapshot,) = connection.execute("SELECT id FROM snapshot WHERE hash = ?", (digest,)).fetchone()
    end = (_text(outcome_to_record(outcome)), 1_700_000_000_000 + seq * 1000) if outcome is not None else (None, None)
    state = state_of(outcome).value if outcome is not None else "queued"
    source = (job.dropped_at.isoformat(), _text(to_record(job.source)), job.source.kind.value == "spool")
    connection.execute(
        "INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'gone', ?, ?)",
        (seq, job.id, job.batch_id, job.position, *source, snapshot, state, *end),
    )
    connection.executemany(
        "INSERT INTO image (job, batch, variant, planned_key, state) VALUES (?, ?, ?, ?, 'planned')",
        ((seq, job.batch_id, image.variant, image.key) for image in plan),
    )
    for image in outcome.images if outcome is not None else ():
        connection.execute(
            "INSERT INTO image (job, batch, variant, state, key, url, kraked_url) VALUES (?, ?, ?, 'stored', ?, ?, ?)"
            " ON CONFLICT (job, variant) DO UPDATE SET state = 'stored', key = excluded.key, url = excluded.url,"
            " kraked_url = excluded.kraked_url",
            (seq, job.batch_id, image.variant, image.key, image.url, image.kraked_url),
        )


def _text(record: object) -> str:
    return json.dumps(record, separators=(",", ":"))
