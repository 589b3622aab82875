"""A file of the first version of the tables becomes one of this, with all that it held."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kraken_desktop.model.job import Cancelled, Failed, Skipped
from tests.support import journal_v1
from tests.support.journal_files import Opener, query
from tests.support.journal_samples import FAILURE, SNAPSHOT, done, job, plan, stored


def renamed(name: str) -> object:
    return replace(SNAPSHOT, profile=replace(SNAPSHOT.profile, name=name))


def test_all_of_an_older_file_is_there(open_journal: Opener, file: Path) -> None:
    shop = replace(SNAPSHOT, profile=replace(SNAPSHOT.profile, id="shop", name="Shop \udcff"))
    jobs = [
        job(1, name="Straße.JPG"),
        replace(job(2), snapshot=shop),
        replace(job(3), snapshot=renamed("Weblog")),
        job(4),
        job(5),
    ]
    outcomes = [
        done(jobs[0]),
        Failed(failure=FAILURE),
        Skipped(reason="same", images=(stored("x"),)),
        Cancelled(),
        None,
    ]
    journal_v1.write(file, [(each, plan(each), outcome) for each, outcome in zip(jobs, outcomes, strict=True)])

    journal = open_journal()
    assert [(status.job, status.outcome) for status in journal.recent(10)] == [*zip(jobs, outcomes, strict=True)][3::-1]
    (left,) = journal.take_over()
    assert (left.job, left.planned) == (jobs[4], plan(jobs[4]))
    assert journal.kept(jobs[4].id) is None
    assert [found.status.job for found in journal.stored([stored("x").url])] == [jobs[2]]

    assert query(file, "PRAGMA user_version") == [(2,)]
    assert query(file, "SELECT job, state, name, size, saved FROM entry ORDER BY job") == [
        (1, "done", "strasse.jpg", 1000, None),
        (2, "failed", "photo 2.jpg", 1000, None),
        (3, "skipped", "photo 3.jpg", 1000, None),
        (4, "cancelled", "photo 4.jpg", 1000, None),
    ]
    assert query(file, "SELECT profile.name FROM entry JOIN profile ON profile.id = profile ORDER BY job") == [
        ("Weblog",),
        ("Shop \\udcff",),
        ("Weblog",),
        ("Weblog",),
    ]
    words = [str(row[0]) for row in query(file, "SELECT text FROM words ORDER BY job")]
    assert "/pictures/strasse.jpg" in words[0]
    assert "https://pictures.s3.amazonaws.com/batch-1-small.jpg" in words[0]
    assert "batch-2-large.jpg" in words[1]


@pytest.mark.parametrize("column", ["source", "outcome"])
@pytest.mark.expect_log("job batch-1 in the journal cannot be read")
def test_a_row_that_cannot_be_read_does_not_stop_the_upgrade(column: str, open_journal: Opener, file: Path) -> None:
    journal_v1.write(file, [(job(number), (), done(job(number))) for number in (1, 2)])
    query(file, f"UPDATE job SET {column} = '{{' WHERE id = 'batch-1'")
    journal = open_journal()
    assert [status.job for status in journal.recent(10)] == [job(2)]
    assert query(file, "SELECT count(*) FROM entry") == [(2,)]


def test_an_upgrade_that_is_stopped_changes_nothing(open_journal: Opener, file: Path, problems: list[object]) -> None:
    journal_v1.write(file, [(job(), (), done(job()))])
    # What the upgrade makes is there already: it fails in the middle, and the file goes on to be read.
    query(file, "CREATE TABLE words (job INTEGER)")
    journal = open_journal()
    assert len(problems) == 1
    journal.close()
    assert query(file, "PRAGMA user_version") == [(1,)]
    assert query(file, "SELECT count(*) FROM sqlite_master WHERE name = 'entry'") == [(0,)]
