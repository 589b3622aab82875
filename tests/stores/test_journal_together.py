"""Threads that write at the same time: one wait for the disk, and each its own failure."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from kraken_desktop.stores.journal_schema import transaction
from kraken_desktop.stores.journal_together import Together

LONG = 10


class Table:
    """A database of one table, and how often it was committed."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.connection.execute("CREATE TABLE number (value INTEGER UNIQUE)")
        self.commits = 0
        self.durable: list[bool] = []
        self.broken: list[BaseException] = []
        self.together = Together(self.lock, self._commit)

    def _commit(self, work: Callable[[sqlite3.Connection], None], durable: bool) -> None:
        self.durable.append(durable)
        self.commits += 1
        if self.broken:
            raise self.broken.pop()
        transaction(self.connection, "BEGIN IMMEDIATE", work)

    def add(self, value: int, durable: bool = True) -> int:
        def work(connection: sqlite3.Connection) -> int:
            connection.execute("INSERT INTO number VALUES (?)", (value,))
            if value < 0:
                raise LookupError(value)
            return value * 2

        return self.together.run(work, durable=durable)

    @property
    def values(self) -> list[int]:
        return [row[0] for row in self.connection.execute("SELECT value FROM number ORDER BY value")]

    @contextmanager
    def at_once(self, *values: int, durable: Sequence[bool] = ()) -> Iterator[list[Future[int]]]:
        """Each value by a thread of its own, while another one holds the lock."""
        with ThreadPoolExecutor(len(values)) as threads:
            with self.lock:
                wanted = durable or [True] * len(values)
                futures = [threads.submit(self.add, *each) for each in zip(values, wanted, strict=True)]
                until = time.monotonic() + LONG
                while self.together.waiting < len(values):
                    assert time.monotonic() < until
                    time.sleep(0)
            yield futures


@pytest.fixture
def table() -> Iterator[Table]:
    made = Table()
    yield made
    made.connection.close()


def test_one_thread_writes_by_itself(table: Table) -> None:
    assert table.add(1) == 2
    with pytest.raises(LookupError):
        table.add(-1)
    with pytest.raises(sqlite3.IntegrityError):
        table.add(1)
    assert (table.values, table.commits) == ([1], 3)


def test_those_who_wait_are_written_together(table: Table) -> None:
    with table.at_once(1, 2, 3, 4) as futures:
        assert sorted(each.result(LONG) for each in futures) == [2, 4, 6, 8]
    assert (table.values, table.commits) == ([1, 2, 3, 4], 1)
    assert table.add(5) == 10
    assert table.commits == 2


def test_what_fails_undoes_nothing_of_the_others(table: Table) -> None:
    table.add(3)
    with table.at_once(1, -2, 3, 4) as (first, fails, doubled, last):
        assert (first.result(LONG), last.result(LONG)) == (2, 8)
        assert isinstance(fails.exception(LONG), LookupError)
        assert isinstance(doubled.exception(LONG), sqlite3.IntegrityError)
    assert (table.values, table.commits) == ([1, 3, 4], 2)


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk full"), KeyboardInterrupt()])
def test_what_keeps_all_from_the_disk_is_told_to_each(table: Table, error: BaseException) -> None:
    table.broken.append(error)
    with table.at_once(1, 2, 3) as futures:
        assert [each.exception(LONG) for each in futures] == [error] * 3
    assert table.values == []
    assert table.add(4) == 8


def test_many_threads_lose_nothing(table: Table) -> None:
    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(table.add, range(400))) == 400 * 399
    assert table.values == list(range(400))


@pytest.mark.parametrize(
    ("own", "others", "durable"), [(False, True, True), (False, False, False), (True, False, True)]
)
def test_what_a_power_cut_must_not_undo_is_waited_for(table: Table, own: bool, others: bool, durable: bool) -> None:
    with table.at_once(1, 2, durable=[own, others]) as futures:
        for each in futures:
            each.result(LONG)
    assert table.durable == [durable]
