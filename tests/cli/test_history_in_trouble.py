"""A journal that is damaged, newer, or not to be written hides no link in the terminal, and the person is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kraken_desktop.model.errors import JournalError
from kraken_desktop.stores.journal import Journal
from tests.support.journal_files import query
from tests.support.journal_samples import done, job
from tests.support.terminal import Terminal

LINKS = [image.url for number in (3, 2, 1) for image in done(job(number)).images]


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(capsys, monkeypatch)


@pytest.fixture
def file(home: Path) -> Path:
    """Three ended jobs, and one that was left behind."""

    def problem(error: JournalError) -> None:
        raise AssertionError(error)

    folder = home / "kraken" / "journal"
    journal = Journal.open(folder, problem)
    for number in (1, 2, 3):
        journal.add([job(number)])
        journal.finish(job(number).id, done(job(number)))
    journal.add([job(4)])
    journal.close()
    return folder / "journal.sqlite3"


def damaged(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[:4096] = bytes(4096)
    file.write_bytes(data)


def newer(file: Path) -> None:
    query(file, "ALTER TABLE job ADD COLUMN mood TEXT")
    query(file, "PRAGMA user_version = 7")


def sealed(file: Path) -> None:
    """No process can say here that it works on something."""
    for lock in (file.parent / "owners").iterdir():
        lock.unlink()
    (file.parent / "owners").rmdir()
    (file.parent / "owners").write_text("in the way")


@pytest.mark.parametrize(
    ("trouble", "sentences"),
    [
        (
            damaged,
            (
                "The history was damaged, and a new one was begun.",
                "What could still be read is in the new one. The damaged file is kept: ",
                "Add again what is missing in the list. What is in the bucket is not touched.",
            ),
        ),
        (
            newer,
            (
                "The history was written by a newer Kraken Desktop.",
                " is left as it is, and shown as far as it is understood. New uploads are not kept in it.",
                "Update Kraken Desktop; copy the links of new uploads before you quit.",
            ),
        ),
        (
            sealed,
            (
                "The history cannot be saved.",
                " cannot be written. Uploads go on, remembered until you quit.",
                "Check the free space and the rights of its folder; copy your links before you quit.",
            ),
        ),
    ],
)
def test_the_links_are_there_and_the_person_is_told(
    trouble: Callable[[Path], None], sentences: tuple[str, ...], file: Path, terminal: Terminal
) -> None:
    trouble(file)
    code, out, err = terminal("history", "list", "--link", "plain")
    assert code == 0, err
    assert [line for line in out.split() if line.startswith("https://")] == LINKS
    assert [sentence for sentence in sentences if sentence not in " ".join(err.split())] == []
    code, out, err = terminal("queue", "list")
    assert code == 0, err
    assert job(4).source.name in out
    # Told once if a new file took its place, at every start if not.
    assert (sentences[0] in err) == (trouble is not damaged)


@pytest.mark.parametrize("trouble", [newer, sealed])
def test_nothing_is_promised_that_could_not_be_noted(
    trouble: Callable[[Path], None], file: Path, terminal: Terminal
) -> None:
    trouble(file)
    assert "queue resume" not in terminal("queue", "list")[2]
    code, out, err = terminal("queue", "resume")
    assert (code, out, err.splitlines()[-1]) == (1, "", "Nothing is sent: what is done could not be noted.")
    code, out, err = terminal("queue", "cancel")
    assert (code, out, err.splitlines()[-1]) == (1, "", "Nothing is cancelled: it could not be noted.")
