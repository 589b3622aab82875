"""What can be read of a journal that this program cannot work with, brought into one that it can.

A damaged file is read page by page, a newer program's by the columns that both know. Both give the rows of four tables;
the others follow from them. A snapshot has to fit its hash, and a job its records, or they are left out.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from kraken_desktop.model.job import JobState, Snapshot
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.model.records import to_record
from kraken_desktop.stores import journal_entries
from kraken_desktop.stores.journal_pages import Pages, Value

_log = logging.getLogger(__name__)

MOST_SECONDS = {"snapshot": 2.0, "job": 30.0, "attempt": 10.0, "image": 15.0}
"""How long the rows of each table are brought, in this order, the newest first. 100,000 jobs take some ten seconds."""
_AT_ONCE = 1000
"""Rows a transaction: between them, other processes get their turn."""

_STATES = frozenset(JobState)
_NOTHING = type(None)


@dataclass(frozen=True, slots=True)
class _Table:
    """Columns of a table, each with the types that its values may have; the first is the row number."""

    name: str
    columns: Mapping[str, tuple[type, ...]]
    required: int
    """How many of the columns the first version of the table had; rows of then lack the others."""

    def fits(self, record: Sequence[Value]) -> bool:
        kinds = list(self.columns.values())
        return self.required <= len(record) and all(
            type(value) in kind for value, kind in zip(record, kinds, strict=False)
        )

    def whole(self, row: int, record: Sequence[Value]) -> tuple[Value, ...]:
        """The record with its row number in its place, with nothing for columns that it lacks, without unknown ones."""
        known = record[1 : len(self.columns)]
        return (row, *known, *(None for _ in range(len(self.columns) - 1 - len(known))))

    @property
    def insert(self) -> str:
        # A job may be there already, under another number: who wrote it anew knew it, and knew better. What belongs to
        # the old number comes to nothing.
        names = ", ".join(self.columns)
        places = ", ".join(f"?{at}" for at in range(1, len(self.columns) + 1))
        there = "EXISTS (SELECT 1 FROM job WHERE seq = ?2)" if self.columns.get("job") else "1"
        return f"INSERT INTO {self.name} ({names}) SELECT {places} WHERE {there} ON CONFLICT DO NOTHING"


_TEXT, _NUMBER, _BYTES, _ROW = (str,), (int,), (bytes,), (_NOTHING,)
_MAY_TEXT, _MAY_NUMBER, _MAY_BYTES = (str, _NOTHING), (int, _NOTHING), (bytes, _NOTHING)

_SNAPSHOT = _Table("snapshot", {"id": _ROW, "hash": _BYTES, "record": _TEXT}, 3)
_JOB = _Table(
    "job",
    {
        "seq": _ROW,
        "id": _TEXT,
        "batch": _TEXT,
        "position": _NUMBER,
        "dropped_at": _TEXT,
        "source": _TEXT,
        "spooled": _NUMBER,
        "snapshot": _NUMBER,
        "state": _TEXT,
        "owner": _TEXT,
        "outcome": _MAY_TEXT,
        "ended_at": _MAY_NUMBER,
        "digest": _MAY_BYTES,
        "kept": _MAY_TEXT,
    },
    12,
)
_IMAGE = _Table(
    "image",
    {
        "id": _ROW,
        "job": _NUMBER,
        "batch": _TEXT,
        "variant": _TEXT,
        "planned_key": _MAY_TEXT,
        "state": _TEXT,
        "key": _MAY_TEXT,
        "url": _MAY_TEXT,
        "kraked_url": _MAY_TEXT,
        "width": _MAY_NUMBER,
        "height": _MAY_NUMBER,
        "bytes": _MAY_NUMBER,
    },
    12,
)
_ATTEMPT = _Table(
    "attempt",
    {
        "id": _ROW,
        "job": _NUMBER,
        "owner": _TEXT,
        "started_at": _NUMBER,
        "phase": _TEXT,
        "bytes_sent": _NUMBER,
        "maybe_charged": _NUMBER,
        "ended_at": _MAY_NUMBER,
    },
    8,
)
_TABLES = (_SNAPSHOT, _JOB, _ATTEMPT, _IMAGE)

Run = Callable[[Callable[[sqlite3.Connection], object]], object]
"""Runs something as one writing transaction on the journal that takes what is left."""
_Row = tuple[Value, ...]


class Salvage:
    """What is left of a journal, found and not yet read.

    Raises:
        OSError, sqlite3.Error: it cannot be read at all.
    """

    def __init__(self, last: int, rows: Callable[[_Table], Iterator[_Row]], close: Callable[[], None]) -> None:
        self._last = last
        self._rows = rows
        self._close = close

    @classmethod
    def of_damaged(cls, path: Path) -> Salvage:
        """What is in the pages of a damaged file and of its write-ahead log."""
        pages = Pages(path)
        found: dict[str, list[tuple[int, int]]] = {table.name: [] for table in _TABLES}
        for number in range(2, pages.count + 1):
            page = pages.leaf(number)
            first = next(pages.records(page), None) if page is not None else None
            table = next((table for table in _TABLES if first is not None and table.fits(first[1])), None)
            if first is not None and table is not None:
                found[table.name].append((first[0], number))

        def rows(table: _Table) -> Iterator[_Row]:
            for _, number in sorted(found[table.name], reverse=True):
                page = pages.leaf(number)
                fitting = [each for each in pages.records(page) if table.fits(each[1])] if page is not None else []
                yield from (table.whole(row, record) for row, record in reversed(fitting))

        newest = next(rows(_JOB), None)
        return cls(int(str(newest[0])) if newest is not None else 0, rows, pages.close)

    @classmethod
    def of_newer(cls, path: Path) -> Salvage:
        """What is in the file of a newer program, as far as both know its columns."""
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        connection.text_factory = lambda raw: str(raw, "utf-8", "replace")

        def rows(table: _Table) -> Iterator[_Row]:
            there = {row[1] for row in connection.execute(f"PRAGMA table_info({table.name})")}
            # A column that is gone is nothing; where it must be something, no row fits.
            names = [name if name in there else "NULL" for name in table.columns]
            for row in connection.execute(
                f"SELECT {', '.join(names)} FROM {table.name} ORDER BY 1 DESC"  # noqa: S608 - names of ours
            ):
                if table.fits((None, *row[1:])):
                    yield tuple(row)

        newest = next(rows(_JOB), None)
        return cls(int(str(newest[0])) if newest is not None else 0, rows, connection.close)

    def keep_numbers(self, connection: sqlite3.Connection) -> None:
        """Have new jobs numbered after those that are left: before anybody writes one."""
        connection.execute("UPDATE forgotten SET seq = max(seq, ?)", (self._last,))

    def bring(self, run: Run) -> int:
        """Write what is left into tables that have nothing of it, part by part; how many jobs came."""
        try:
            snapshots = self._bring_snapshots(run)
            jobs, running = self._bring_jobs(run, snapshots)
            running -= self._bring_what_belongs(run, _ATTEMPT, jobs)
            # Nobody knows any more whether they may have been charged.
            run(lambda connection: connection.executemany(_LOST_ATTEMPT, [(each,) for each in running]))
            self._bring_what_belongs(run, _IMAGE, jobs)
            run(journal_entries.fill)
            return len(jobs)
        finally:
            self._close()

    def _bring_snapshots(self, run: Run) -> set[Value]:
        snapshots: set[Value] = {_STAND_IN}
        for part in self._parts(_SNAPSHOT, _fits_its_hash):
            run(partial(_write, table=_SNAPSHOT, part=part))
            snapshots.update(row[0] for row in part)
        return snapshots

    def _bring_jobs(self, run: Run, snapshots: set[Value]) -> tuple[set[Value], set[Value]]:
        jobs: set[Value] = set()
        running: set[Value] = set()
        for part in self._parts(_JOB, _sound):
            # An ended job is shown without its profile rather than not at all; another one could not be run.
            homeless = [row for row in part if row[7] not in snapshots and row[11] is not None]
            if homeless:
                run(partial(_write, table=_SNAPSHOT, part=[_stand_in()]))
            rows = [row for row in part if row[7] in snapshots]
            rows += [(*row[:7], _STAND_IN, *row[8:]) for row in homeless]
            run(partial(_write, table=_JOB, part=rows))
            jobs.update(row[0] for row in rows)
            running.update(row[0] for row in rows if row[8] == JobState.RUNNING)
        return jobs, running

    def _bring_what_belongs(self, run: Run, table: _Table, jobs: set[Value]) -> set[Value]:
        """The jobs that have such a row without an end."""
        open_ones: set[Value] = set()
        for part in self._parts(table, lambda row: row[1] in jobs):
            run(partial(_write, table=table, part=part))
            open_ones.update(row[1] for row in part if row[-1] is None)
        return open_ones

    def _parts(self, table: _Table, sound: Callable[[_Row], bool]) -> Iterator[list[_Row]]:
        ends = time.monotonic() + MOST_SECONDS[table.name]
        rows = (row for row in self._rows(table) if sound(row))
        while part := list(islice(rows, _AT_ONCE)):
            yield part
            if time.monotonic() > ends:
                _log.warning("not all of the old journal was read: it takes too long")
                return


_STAND_IN = 0
"""The row number of the snapshot of those whose own is lost; others are numbered from 1."""
_LOST_ATTEMPT = (
    "INSERT INTO attempt (id, job, owner, started_at, phase, maybe_charged)"
    " SELECT abs(random() >> 11), seq, '', coalesce(CAST(strftime('%s', dropped_at) AS INTEGER), 0) * 1000,"
    " 'checking', 1 FROM job WHERE seq = ?"
)


def _write(connection: sqlite3.Connection, table: _Table, part: Sequence[_Row]) -> None:
    connection.executemany(table.insert, part)


def _fits_its_hash(row: Sequence[Value]) -> bool:
    return isinstance(row[2], str) and hashlib.sha256(row[2].encode()).digest() == row[1]


def _sound(row: Sequence[Value]) -> bool:
    if row[8] not in _STATES or (row[10] is None) != (row[11] is None):
        return False
    try:
        return all(isinstance(json.loads(text), dict) for text in (row[5], row[10]) if isinstance(text, str))
    except ValueError:
        return False


def _stand_in() -> _Row:
    record = json.dumps(to_record(Snapshot(profile=Profile(id="", name=""), recipe=Recipe())), separators=(",", ":"))
    return (_STAND_IN, hashlib.sha256(record.encode()).digest(), record)
