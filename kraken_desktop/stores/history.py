"""The history: what the journal has of ended jobs, found, read page by page, and forgotten.

A search reads narrow tables that are written when a job ends, so 100,000 jobs take a twentieth of a second. It has a
connection of its own and returns all numbers as one value: the queue's commits do not wait for it, and a thread that
paints does not lose Python's lock to it row by row.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Sequence
from typing import cast

from kraken_desktop.model.errors import JournalError
from kraken_desktop.model.history import HistoryEntry, HistoryQuery, Order
from kraken_desktop.stores import journal_reading as reading
from kraken_desktop.stores.journal import Journal
from kraken_desktop.stores.journal_entries import folded

_log = logging.getLogger(__name__)

_ORDERS = {
    # Each an index of journal_tables, to the end: nothing is left to be sorted.
    Order.ENDED: ("ended_at", "job"),
    Order.NAME: ("name", "ended_at"),
    Order.SIZE: ("size", "ended_at"),
    Order.SAVED: ("saved", "ended_at"),
}
_LONGEST_PATTERN = 1000
"""Characters; SQLite refuses a pattern of more than 50,000 bytes (SQLite docs: "Limits In SQLite")."""


class History:
    """The ended jobs of all processes. Use it from any thread, but not from the one that draws the window.

    Every method raises JournalError when even memory fails, or after the journal was closed.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._unreadable: set[str] = set()
        self._complete = False

    @property
    def problem(self) -> JournalError | None:
        """Why entries of earlier may be missing, or new ones will not be kept; never waits."""
        return self._journal.problem

    def find(self, query: HistoryQuery) -> tuple[int, ...]:
        """The numbers of the entries that are asked for, in order.

        What has no size or saving counts as smaller than all others.
        """
        self._catch_up()
        words = folded(query.text).split()
        chosen, arguments = _filter(query)
        order, then = _ORDERS[query.order]
        way = "DESC" if query.descending else "ASC"
        # LIMIT keeps the order of the inner query (SQLite docs: "group_concat" has none of its own).
        everything = (
            f"SELECT group_concat(job) FROM (SELECT job FROM entry{chosen}"  # noqa: S608 - columns of ours
            f" ORDER BY {order} {way}, {then} {way} LIMIT -1)"
        )

        def work(connection: sqlite3.Connection) -> tuple[list[int], list[int] | None]:
            matching = _matching(connection, words) if words else None
            return ([] if matching == [] else _numbers(connection, everything, arguments)), matching

        found, matching = self._journal.look(work)
        return tuple(found) if matching is None else tuple(filter(set(matching).__contains__, found))

    def entries(self, numbers: Sequence[int]) -> tuple[HistoryEntry, ...]:
        """The entries with these numbers, in this order.

        What is there no longer, or cannot be read, is left out; the latter is logged once.
        """
        found = self._journal.look(lambda connection: reading.ended_rows(connection, numbers))
        # Decoding is the slow part, and needs no file.
        entries = {
            number: HistoryEntry(number=number, status=status, ended_at=ended_at)
            for number, status, ended_at in reading.decoded(found, self._on_unreadable)
        }
        return tuple(entries[number] for number in numbers if number in entries)

    def profiles(self) -> tuple[tuple[str, str], ...]:
        """Id and last known name of the profiles that ended jobs went through, by name."""
        self._catch_up()
        found = self._journal.look(
            lambda connection: connection.execute(
                "SELECT uuid, name FROM profile WHERE id IN (SELECT DISTINCT profile FROM entry) ORDER BY name, uuid"
            ).fetchall()
        )
        return tuple((row["uuid"], row["name"]) for row in sorted(found, key=lambda row: folded(row["name"])))

    def forget(self, numbers: Sequence[int]) -> int:
        """Remove entries; their objects stay in their buckets. A job that goes on again meanwhile stays.

        Returns:
            how many were removed.
        """
        return self._journal.forget(numbers)

    def count(self) -> int:
        """How many entries there are."""
        self._catch_up()
        return self._journal.look(
            lambda connection: cast("int", connection.execute("SELECT count(*) FROM entry").fetchone()[0])
        )

    def _catch_up(self) -> None:
        """Once: have entries written that are missing, as an older program, or one that was killed, left it."""
        if self._complete:
            return
        ended, there = self._journal.look(
            lambda connection: connection.execute(
                "SELECT (SELECT count(*) FROM job WHERE ended_at IS NOT NULL), (SELECT count(*) FROM entry)"
            ).fetchone()
        )
        if ended != there:
            _log.info("%d ended jobs have no entry in the history yet", ended - there)
            self._journal.complete_entries()
        self._complete = True

    def _on_unreadable(self, row: sqlite3.Row, error: Exception) -> None:
        if row["id"] not in self._unreadable:
            self._unreadable.add(row["id"])
            reading.unreadable(row, error)


def _filter(query: HistoryQuery) -> tuple[str, list[object]]:
    conditions: list[str] = []
    arguments: list[object] = []
    if query.profile:
        conditions.append("profile = (SELECT id FROM profile WHERE uuid = ?)")
        arguments.append(query.profile)
    if query.states:
        conditions.append(f"state IN ({', '.join('?' for _ in query.states)})")
        arguments += sorted(state.value for state in query.states)
    for moment, comparison in ((query.since, ">="), (query.until, "<")):
        if moment is not None:
            conditions.append(f"ended_at {comparison} ?")
            arguments.append(moment.timestamp() * 1000)
    return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), arguments


def _matching(connection: sqlite3.Connection, words: Sequence[str]) -> list[int]:
    # GLOB takes two thirds of the time of instr(); both sides are folded already.
    short = [f"*{''.join(f'[{each}]' if each in '*?[' else each for each in word)}*" for word in words]
    tests = ["text GLOB ?" if len(pattern) <= _LONGEST_PATTERN else "instr(text, ?)" for pattern in short]
    arguments = [
        pattern if len(pattern) <= _LONGEST_PATTERN else word for pattern, word in zip(short, words, strict=True)
    ]
    return _numbers(
        connection,
        f"SELECT group_concat(job) FROM words WHERE {' AND '.join(tests)}",  # noqa: S608 - no text of others
        arguments,
    )


def _numbers(connection: sqlite3.Connection, statement: str, arguments: Sequence[object]) -> list[int]:
    (joined,) = connection.execute(statement, arguments).fetchone()
    return cast("list[int]", json.loads(f"[{joined or ''}]"))
