"""The tables of the journal, and how a file of an older version gets those of this one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from kraken_desktop.stores import journal_entries

Step = Callable[[sqlite3.Connection], None]

_V1 = (
    """
    CREATE TABLE snapshot (
        id INTEGER PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,
        record TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE job (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        batch TEXT NOT NULL,
        position INTEGER NOT NULL,
        dropped_at TEXT NOT NULL,
        source TEXT NOT NULL,
        spooled INTEGER NOT NULL,
        snapshot INTEGER NOT NULL REFERENCES snapshot (id),
        state TEXT NOT NULL,
        owner TEXT NOT NULL,
        outcome TEXT,
        ended_at INTEGER
    )
    """,
    "CREATE INDEX job_unfinished ON job (owner) WHERE ended_at IS NULL",
    "CREATE INDEX job_newest ON job (ended_at) WHERE ended_at IS NOT NULL",
    "CREATE INDEX job_spooled ON job (state) WHERE spooled",
    """
    CREATE TABLE image (
        id INTEGER PRIMARY KEY,
        job INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
        batch TEXT NOT NULL,
        variant TEXT NOT NULL,
        planned_key TEXT,
        state TEXT NOT NULL,
        key TEXT,
        url TEXT,
        kraked_url TEXT,
        width INTEGER,
        height INTEGER,
        bytes INTEGER,
        UNIQUE (job, variant)
    )
    """,
    "CREATE UNIQUE INDEX image_reserved ON image (batch, planned_key) WHERE planned_key IS NOT NULL",
    """
    CREATE TABLE attempt (
        id INTEGER PRIMARY KEY,
        job INTEGER NOT NULL REFERENCES job (seq) ON DELETE CASCADE,
        owner TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        phase TEXT NOT NULL,
        bytes_sent INTEGER NOT NULL DEFAULT 0,
        maybe_charged INTEGER NOT NULL DEFAULT 0,
        ended_at INTEGER
    )
    """,
    "CREATE INDEX attempt_of_job ON attempt (job)",
)

_V2 = (
    # Its newest name, for who looks for what went through it.
    "CREATE TABLE profile (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, name TEXT NOT NULL)",
    "ALTER TABLE snapshot ADD COLUMN profile INTEGER REFERENCES profile (id)",
    "ALTER TABLE job ADD COLUMN digest BLOB",
    "ALTER TABLE job ADD COLUMN kept TEXT",
    "CREATE INDEX job_digest ON job (digest) WHERE digest IS NOT NULL",
    # Without it, removing a snapshot reads every job.
    "CREATE INDEX job_snapshot ON job (snapshot)",
    # The highest number that a removed job had: numbers are never given out twice.
    "CREATE TABLE forgotten (seq INTEGER NOT NULL)",
    "INSERT INTO forgotten VALUES (0)",
    # What the history is sorted and filtered by; a row an ended job.
    """
    CREATE TABLE entry (
        job INTEGER PRIMARY KEY REFERENCES job (seq) ON DELETE CASCADE,
        ended_at INTEGER NOT NULL,
        profile INTEGER REFERENCES profile (id),
        state TEXT NOT NULL,
        name TEXT NOT NULL,
        size INTEGER,
        saved INTEGER
    )
    """,
    # By itself: what is looked through for words is read as a whole.
    "CREATE TABLE words (job INTEGER PRIMARY KEY REFERENCES job (seq) ON DELETE CASCADE, text TEXT NOT NULL)",
    "UPDATE image SET kraked_url = NULL WHERE kraked_url = ''",
    "CREATE INDEX image_key ON image (key) WHERE key IS NOT NULL",
    # As journal_stored asks for it: a presigned link has another query each time.
    "CREATE INDEX image_url ON image (substr(url, 1, instr(url || '?', '?') - 1)) WHERE url IS NOT NULL",
    "CREATE INDEX image_kraked_url ON image (kraked_url) WHERE kraked_url IS NOT NULL",
)

_V2_INDEXES = (
    # Each holds all that any filter asks for, so that no order and no filter has to look up 100,000 rows one by one.
    "CREATE INDEX entry_ended ON entry (ended_at, job, profile, state)",
    "CREATE INDEX entry_name ON entry (name, ended_at, profile, state)",
    "CREATE INDEX entry_size ON entry (size, ended_at, profile, state)",
    "CREATE INDEX entry_saved ON entry (saved, ended_at, profile, state)",
)


def _first(connection: sqlite3.Connection) -> None:
    _execute(connection, _V1)


def _second(connection: sqlite3.Connection) -> None:
    _execute(connection, _V2)
    journal_entries.fill(connection)
    # Afterwards: an index of many rows is made in a third of the time that it takes to grow.
    _execute(connection, _V2_INDEXES)


def _execute(connection: sqlite3.Connection, statements: tuple[str, ...]) -> None:
    for statement in statements:
        connection.execute(statement)


STEPS: tuple[Step, ...] = (_first, _second)
"""Step *n* brings a file of version *n* to version *n* + 1; a new file goes through all of them."""

TABLES = (
    frozenset({"snapshot", "job", "image", "attempt"}),
    frozenset({"snapshot", "job", "image", "attempt", "profile", "forgotten", "entry", "words"}),
)
"""What a file of version *n* + 1 has to have."""
