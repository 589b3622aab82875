"""A journal in a folder of the test's own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from kraken_desktop.model.errors import JournalError
from kraken_desktop.stores.journal import Journal
from tests.support.journal_files import Opener


@pytest.fixture
def problems() -> list[JournalError]:
    return []


@pytest.fixture
def open_journal(tmp_path: Path, problems: list[JournalError]) -> Iterator[Opener]:
    """Opens journals in ``tmp_path``/journal, on a clock that ticks a second a call."""
    journals: list[Journal] = []
    clock = itertools.count(1_700_000_000.0)

    def open_journal(folder: Path = tmp_path / "journal") -> Journal:
        journals.append(Journal.open(folder, problems.append, clock=clock.__next__))
        return journals[-1]

    yield open_journal
    for journal in journals:
        journal.close()


@pytest.fixture
def journal(open_journal: Opener) -> Journal:
    return open_journal()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal" / "journal.sqlite3"
