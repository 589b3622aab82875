"""What comes back of journals that are damaged, newer, or lack a part: real files, with real holes in them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kraken_desktop.model.errors import JournalError
from kraken_desktop.model.history import HistoryQuery
from kraken_desktop.model.job import Cancelled, Failed, Failure, Job, JobStatus, Outcome
from kraken_desktop.stores import journal_salvage
from kraken_desktop.stores.history import History
from kraken_desktop.stores.journal import Journal
from tests.support import journal_v1
from tests.support.journal_files import Opener, kinds, query
from tests.support.journal_samples import FAILURE, SNAPSHOT, done, job, plan, stored

PAGE = 4096
ENDED, UNFINISHED = 240, 30
LONG = Failed(failure=Failure(code="x", facts={"said": "y" * 30_000}))
"""Does not fit into a page, nor into seven."""


def drop(number: int) -> Job:
    """One of three drops, each with a profile of its own."""
    batch = number % 3
    profile = replace(SNAPSHOT.profile, id=f"profile {batch}", name=f"Site {batch}")
    return replace(job(number, batch=f"drop {batch}"), snapshot=replace(SNAPSHOT, profile=profile))


def outcome(number: int) -> Outcome:
    kinds = (done(drop(number)), Failed(failure=FAILURE), Cancelled(may_arrive=True), LONG)
    return kinds[3 if number % 50 == 0 else number % 3]


JOBS = [drop(number) for number in range(1, ENDED + UNFINISHED + 1)]
OUTCOMES = {each.id: outcome(number) for number, each in enumerate(JOBS, start=1) if number <= ENDED}


def filled(journal: Journal) -> Journal:
    """Ended jobs, and unfinished ones: half of these running, each second of which may have been charged."""
    journal.add(JOBS)
    for each in JOBS:
        journal.reserve(each.id, plan(each), "ab" * 32)
    for each in JOBS[:ENDED]:
        journal.finish(each.id, OUTCOMES[each.id])
    for number, each in enumerate(JOBS[ENDED:]):
        journal.keep(each.id, {"number": number})
        if number % 2:
            attempt = journal.begin_attempt(each.id)
            journal.note_sent(attempt, bytes_sent=number, maybe_charged=number % 4 == 1)
    return journal


def copied(folder: Path, to: Path) -> Path:
    """A folder as a power cut leaves it: what is in the write-ahead log stays there. Nobody owns its jobs."""
    to.mkdir()
    for path in folder.glob("journal.sqlite3*"):
        if not path.name.endswith("-shm"):
            shutil.copyfile(path, to / path.name)
    return to / "journal.sqlite3"


@pytest.fixture(scope="module")
def closed_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All in the one file."""
    folder = tmp_path_factory.mktemp("closed")
    filled(Journal.open(folder, _unexpected)).close()
    return folder / "journal.sqlite3"


@pytest.fixture(scope="module")
def open_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newest in the write-ahead log."""
    folder = tmp_path_factory.mktemp("open")
    journal = filled(Journal.open(folder, _unexpected))
    file = copied(folder, folder / "cut")
    journal.close()
    assert Path(f"{file}-wal").stat().st_size > 500_000
    return file


def _unexpected(error: JournalError) -> None:
    pytest.fail(str(error))


def expect_true(found: list[JobStatus]) -> None:
    """Nothing is told that was not so."""
    for status in found:
        assert status.job in (JOBS[status.job.position - 1], _homeless(JOBS[status.job.position - 1]))
        assert status.outcome == OUTCOMES[status.job.id]


def _homeless(lost: Job) -> Job:
    profile = replace(SNAPSHOT.profile, id="", name="", bucket="", tags=())
    return replace(lost, snapshot=replace(SNAPSHOT, profile=profile, recipe=type(SNAPSHOT.recipe)(), account=None))


# --- damage ---------------------------------------------------------------------------------------


def no_header(file: Path) -> None:
    _overwrite(file, [0], bytes(100))


def no_first_page(file: Path) -> None:
    _overwrite(file, [0], bytes(PAGE))


def other_magic(file: Path) -> None:
    _overwrite(file, [0], b"SQLite format 2\0")


def no_schema(file: Path) -> None:
    """The header says that all is well."""
    data = file.read_bytes()
    file.write_bytes(data[:100] + bytes(PAGE - 100) + data[PAGE:])


def _overwrite(file: Path, pages: list[int], data: bytes) -> None:
    with file.open("r+b") as opened:
        for page in pages:
            opened.seek(page * PAGE)
            opened.write(data)


@pytest.mark.parametrize("damage", [no_header, no_first_page, other_magic, no_schema])
def test_all_of_a_file_without_its_beginning_comes_back(
    damage: Callable[[Path], None],
    closed_file: Path,
    tmp_path: Path,
    open_journal: Opener,
    problems: list[JournalError],
) -> None:
    file = copied(closed_file.parent, tmp_path / "damaged")
    damage(file)
    bad = file.read_bytes()
    journal = open_journal(file.parent)
    assert kinds(problems) == ["corrupt"]
    assert Path(problems[0].path).read_bytes() == bad
    found = journal.recent(1000)
    expect_true(list(found))
    assert {status.job.id: status.outcome for status in found} == OUTCOMES
    assert all(len(status.keys) == 2 for status in found)
    assert len(journal.same("ab" * 32)) == sum(len(each.images) for each in OUTCOMES.values())
    left = journal.take_over()
    assert [each.job for each in left] == JOBS[ENDED:]
    assert [each.kept for each in left] == [{"number": number} for number in range(UNFINISHED)]
    assert all(each.planned == plan(each.job) for each in left)
    assert [each.attempt is not None and each.attempt.maybe_charged for each in left] == [
        number % 4 == 1 for number in range(UNFINISHED)
    ]
    history = History(journal)
    assert history.count() == ENDED
    assert len(history.find(HistoryQuery(text="photo", profile="profile 1"))) == ENDED // 3
    assert query(file, "PRAGMA integrity_check") == [("ok",)]
    assert query(file, "PRAGMA foreign_key_check") == []
    # And it goes on, under numbers of its own.
    journal.add([job(1, batch="later")])
    journal.finish("later-1", Cancelled())
    assert max(history.find(HistoryQuery())) > len(JOBS)


def test_the_write_ahead_log_is_read_too(
    open_file: Path, tmp_path: Path, open_journal: Opener, problems: list[JournalError]
) -> None:
    file = copied(open_file.parent, tmp_path / "damaged")
    no_first_page(file)
    journal = open_journal(file.parent)
    assert kinds(problems) == ["corrupt"]
    assert {status.job.id: status.outcome for status in journal.recent(1000)} == OUTCOMES
    assert [each.job for each in journal.take_over()] == JOBS[ENDED:]


def garbage(file: Path, seed: int) -> None:
    """Each twelfth page, but for the first."""
    chance = random.Random(seed)
    pages = file.stat().st_size // PAGE
    for page in chance.sample(range(1, pages), pages // 12):
        _overwrite(file, [page], chance.randbytes(PAGE))


@pytest.mark.parametrize("seed", range(4))
def test_what_garbage_left_comes_back(
    seed: int, closed_file: Path, tmp_path: Path, open_journal: Opener, problems: list[JournalError]
) -> None:
    file = copied(closed_file.parent, tmp_path / "damaged")
    garbage(file, seed)
    no_header(file)
    journal = open_journal(file.parent)
    assert kinds(problems) == ["corrupt"]
    found = list(journal.recent(1000))
    expect_true(found)
    assert len(found) > ENDED * 0.6
    left = journal.take_over()
    assert len(left) > UNFINISHED * 0.2
    assert all(each.job == JOBS[each.job.position - 1] for each in left)
    for each in left:
        if (each.job.position - ENDED - 1) % 4 == 1:
            # It may have been charged: that is known, or taken for so.
            assert each.attempt is not None
            assert each.attempt.maybe_charged


@pytest.mark.parametrize("table", ["job", "snapshot", "image", "attempt"])
@pytest.mark.expect_log("the journal's file failed")
def test_a_tree_without_its_root_is_found_while_running(
    table: str, closed_file: Path, tmp_path: Path, open_journal: Opener, problems: list[JournalError]
) -> None:
    file = copied(closed_file.parent, tmp_path / "damaged")
    ((root,),) = query(file, f"SELECT rootpage FROM sqlite_master WHERE name = '{table}'")
    assert isinstance(root, int)
    _overwrite(file, [root - 1], random.Random(1).randbytes(PAGE))
    journal = open_journal(file.parent)
    journal.add([job(1, batch="now")])
    journal.begin_attempt("now-1")
    found = list(journal.recent(1000))
    assert kinds(problems) == ["corrupt"]
    expect_true(found)
    # All snapshots were on the page that is lost.
    assert {status.job.id: status.outcome for status in found} == OUTCOMES
    left = [each.job for each in journal.take_over()]
    assert left == ([] if table == "snapshot" else JOBS[ENDED:])
    journal.close()
    assert [each.job for each in open_journal(file.parent).take_over()][-1] == job(1, batch="now")


@pytest.mark.parametrize("part", [0.3, 0.5, 0.9])
def test_what_a_cut_left_comes_back(
    part: float, closed_file: Path, tmp_path: Path, open_journal: Opener, problems: list[JournalError]
) -> None:
    file = copied(closed_file.parent, tmp_path / "damaged")
    size = int(file.stat().st_size * part)
    with file.open("r+b") as opened:
        opened.truncate(size)
    journal = open_journal(file.parent)
    found = list(journal.recent(1000))
    assert kinds(problems) == ["corrupt"]
    expect_true(found)
    assert len(found) > ENDED * part * 0.5


def test_a_record_that_goes_on_in_other_pages_comes_back(
    tmp_path: Path, open_journal: Opener, problems: list[JournalError]
) -> None:
    file = tmp_path / "long" / "journal.sqlite3"
    journal_v1.write(file, [(job(number), (), LONG) for number in range(1, 6)])
    no_first_page(file)
    assert [status.outcome for status in open_journal(file.parent).recent(10)] == [LONG] * 5
    assert kinds(problems) == ["corrupt"]


def test_a_damaged_file_of_the_first_version_comes_back_too(tmp_path: Path, open_journal: Opener) -> None:
    file = tmp_path / "old" / "journal.sqlite3"
    journal_v1.write(file, [(each, plan(each), OUTCOMES.get(each.id)) for each in JOBS])
    no_header(file)
    journal = open_journal(file.parent)
    assert {status.job.id: status.outcome for status in journal.recent(1000)} == OUTCOMES
    assert [each.job for each in journal.take_over()] == JOBS[ENDED:]


# --- the write-ahead log --------------------------------------------------------------------------


def test_without_its_write_ahead_log_a_file_is_what_it_was_before(
    open_file: Path, tmp_path: Path, open_journal: Opener, problems: list[JournalError]
) -> None:
    file = copied(open_file.parent, tmp_path / "damaged")
    Path(f"{file}-wal").unlink()
    journal = open_journal(file.parent)
    expect_true(list(journal.recent(1000)))
    journal.add([job(1, batch="now")])
    assert problems == []


@pytest.mark.parametrize("cut", [1, 100, 5000, 200_000])
@pytest.mark.parametrize("damage", [lambda file: None, no_first_page], ids=["cut", "cut, and no first page"])
def test_a_write_ahead_log_that_was_cut_gives_what_was_committed(
    damage: Callable[[Path], None], cut: int, open_file: Path, tmp_path: Path, open_journal: Opener
) -> None:
    file = copied(open_file.parent, tmp_path / "damaged")
    log = Path(f"{file}-wal")
    with log.open("r+b") as opened:
        opened.truncate(log.stat().st_size - cut)
    damage(file)
    journal = open_journal(file.parent)
    found = list(journal.recent(1000))
    expect_true(found)
    left = [each.job.id for each in journal.take_over()]
    assert len(found) + len(left) == len(JOBS)


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.expect_log("not all of the old journal was read")
def test_a_long_history_does_not_hold_up_the_start(
    closed_file: Path, tmp_path: Path, open_journal: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_salvage, "MOST_SECONDS", dict.fromkeys(journal_salvage.MOST_SECONDS, 0.0))
    monkeypatch.setattr(journal_salvage, "_AT_ONCE", 50)
    file = copied(closed_file.parent, tmp_path / "damaged")
    no_header(file)
    journal = open_journal(file.parent)
    # The newest come first: what was not done yet before all.
    assert [each.job for each in journal.take_over()] == JOBS[ENDED:]
    found = list(journal.recent(1000))
    assert 0 < len(found) < 50
    expect_true(found)


def test_another_process_may_work_meanwhile(closed_file: Path, tmp_path: Path, open_journal: Opener) -> None:
    """Who wrote a job anew before it came back knows better."""
    file = copied(closed_file.parent, tmp_path / "damaged")
    no_header(file)
    other = open_journal(tmp_path / "other")
    other.add([JOBS[0]])
    other.finish(JOBS[0].id, Cancelled())
    salvage = journal_salvage.Salvage.of_damaged(file)
    other._file.run("BEGIN IMMEDIATE", salvage.keep_numbers)
    other.add([job(1, batch="meanwhile")])
    salvage.bring(lambda work: other._file.run("BEGIN IMMEDIATE", work))
    found = {status.job.id: status.outcome for status in other.recent(1000)}
    assert found == OUTCOMES | {JOBS[0].id: Cancelled()}
    assert query(tmp_path / "other" / "journal.sqlite3", "PRAGMA foreign_key_check") == []


# --- a newer program's ----------------------------------------------------------------------------


@pytest.mark.expect_log("1 jobs of this session are not in the journal")
def test_what_can_be_read_of_a_newer_file_is_shown(
    closed_file: Path, tmp_path: Path, open_journal: Opener, problems: list[JournalError]
) -> None:
    file = copied(closed_file.parent, tmp_path / "newer")
    for statement in (
        "ALTER TABLE job ADD COLUMN mood TEXT NOT NULL DEFAULT 'fine'",
        "ALTER TABLE job DROP COLUMN kept",
        "DROP TABLE words",
        "PRAGMA user_version = 99",
    ):
        query(file, statement)
    before = file.read_bytes()
    journal = open_journal(file.parent)
    assert kinds(problems) == ["newer"]
    assert {status.job.id: status.outcome for status in journal.recent(1000)} == OUTCOMES
    assert len(History(journal).find(HistoryQuery(text="photo 121"))) == 1
    assert len(journal.stored([stored(f"{JOBS[2].id}-small.jpg").url])) == 1
    assert problems[0].left_behind == UNFINISHED
    # Its jobs are its own affair.
    assert journal.take_over() == ()
    assert len(journal.unfinished()) == UNFINISHED
    journal.add([job(1, batch="now")])
    journal.finish("now-1", done(job(1, batch="now")))
    assert "now-1" in {status.job.id for status in journal.recent(1000)}
    journal.close()
    assert file.read_bytes() == before


@pytest.mark.parametrize("change", ["DROP TABLE job", "ALTER TABLE job RENAME COLUMN source TO origin"])
def test_a_newer_file_that_cannot_be_read_at_all_is_told_and_left_alone(
    change: str, closed_file: Path, tmp_path: Path, open_journal: Opener, problems: list[JournalError]
) -> None:
    file = copied(closed_file.parent, tmp_path / "newer")
    query(file, change)
    query(file, "PRAGMA user_version = 99")
    before = file.read_bytes()
    journal = open_journal(file.parent)
    assert kinds(problems) == ["newer"]
    assert journal.recent(10) == ()
    assert file.read_bytes() == before


def test_a_damaged_file_that_cannot_be_set_aside_is_read_all_the_same(
    closed_file: Path, tmp_path: Path, open_journal: Opener, problems: list[JournalError]
) -> None:
    file = copied(closed_file.parent, tmp_path / "both")
    no_header(file)
    # In the way of what every process that writes has to make.
    (file.parent / "journal.lock").mkdir()
    journal = open_journal(file.parent)
    assert kinds(problems) == ["unwritable"]
    assert {status.job.id: status.outcome for status in journal.recent(1000)} == OUTCOMES
