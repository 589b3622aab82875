"""Looks into a journal from outside, as another program would."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from kraken_desktop.model.errors import JournalError
from kraken_desktop.stores.journal import Journal

Opener = Callable[..., Journal]


def query(file: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.text_factory = lambda raw: raw.decode(errors="replace")
        return connection.execute(sql).fetchall()


def kinds(problems: list[JournalError]) -> list[str]:
    return [error.problem for error in problems]
