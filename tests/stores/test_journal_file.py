"""The journal's file: damaged, newer, unwritable, and in trouble while it is used."""

from __future__ import annotations

import itertools
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kraken_desktop.messages import Words
from kraken_desktop.model.errors import JournalError
from kraken_desktop.model.job import (
    Failed,
    Failure,
)
from kraken_desktop.stores.journal import Journal
from tests.support.journal_files import Opener, kinds, query
from tests.support.journal_samples import FAILURE, done, image, job, plan


def test_a_commit_is_on_the_disk(journal: Journal, file: Path) -> None:
    pragmas = [
        journal._file.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
    ]
    assert pragmas == ["wal", 2]
    assert query(file, "PRAGMA user_version") == [(2,)]
    assert query(file, "PRAGMA application_id") == [(0x4B52414B,)]


def test_only_what_may_be_charged_or_has_ended_waits_for_the_disk(journal: Journal) -> None:
    """What a power cut undoes of the rest is done anew; a kill undoes none of it."""
    told: list[str] = []
    journal.add([job()])
    journal._file.connection.set_trace_callback(told.append)

    def waits(work: Callable[[], object]) -> bool:
        told.clear()
        work()
        assert any(statement == "COMMIT" for statement in told)
        assert journal._file.connection.execute("PRAGMA synchronous").fetchone()[0] == 2
        return "PRAGMA synchronous = NORMAL" not in told

    attempts: list[int] = []
    assert not waits(lambda: journal.reserve(job().id, plan(job())))
    assert not waits(lambda: attempts.append(journal.begin_attempt(job().id)))
    assert waits(lambda: journal.note_sent(attempts[0], bytes_sent=1, maybe_charged=True))
    assert not waits(lambda: journal.note_sent(attempts[0], bytes_sent=0, maybe_charged=False))
    assert not waits(lambda: journal.keep(job().id, {"digest": "x"}))
    assert waits(lambda: journal.finish(job().id, done(job())))
    assert waits(lambda: journal.add([job(2)]))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_may_read_it(journal: Journal, file: Path) -> None:
    journal.add([job()])
    modes = {path.name: path.stat().st_mode & 0o077 for path in [file.parent, *file.parent.rglob("*")]}
    assert len(modes) >= 6
    assert set(modes.values()) == {0}


def real_journal(file: Path) -> None:
    made = Journal.open(file.parent, lambda error: pytest.fail(str(error)))
    made.add([job()])
    made.close()


def truncated(file: Path) -> None:
    real_journal(file)
    file.write_bytes(file.read_bytes()[:-5000])


def zero_filled(file: Path) -> None:
    real_journal(file)
    file.write_bytes(bytes(file.stat().st_size))


def zero_pages(file: Path) -> None:
    real_journal(file)
    data = file.read_bytes()
    file.write_bytes(data[:4096] + bytes(len(data) - 4096))


def foreign(file: Path) -> None:
    query(file, "CREATE TABLE job (id)")


def without_a_table(file: Path) -> None:
    real_journal(file)
    query(file, "DROP TABLE attempt")


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda file: file.write_bytes(bytes(512)), id="short zeros"),
        pytest.param(lambda file: file.write_bytes(b"\0"), id="one zero"),
        pytest.param(lambda file: file.write_bytes(b"not a database, however you look at it" * 99), id="text"),
        truncated,
        zero_filled,
        pytest.param(zero_pages, marks=pytest.mark.expect_log("the journal's file failed")),
        foreign,
        without_a_table,
    ],
)
def test_a_damaged_file_is_set_aside(
    damage: Callable[[Path], None], open_journal: Opener, problems: list[JournalError], file: Path
) -> None:
    file.parent.mkdir()
    damage(file)
    bad = file.read_bytes()
    journal = open_journal()
    journal.take_over()
    journal.add([job(2)])
    journal.finish(job(2).id, done(job(2)))
    assert [status.job for status in journal.recent(10)] == [job(2)]
    assert kinds(problems) == ["corrupt"]
    kept = Path(problems[0].path)
    assert kept.parent == file.parent
    assert kept != file
    assert kept.read_bytes() == bad
    journal.close()
    assert [status.job for status in open_journal().recent(10)] == [job(2)]
    assert kinds(problems) == ["corrupt"]


def test_the_write_ahead_log_goes_with_a_damaged_file(
    open_journal: Opener, problems: list[JournalError], file: Path
) -> None:
    file.parent.mkdir()
    file.write_bytes(b"no database" * 1000)
    Path(f"{file}-wal").write_bytes(b"no log")
    open_journal().add([job()])
    assert Path(f"{problems[0].path}-wal").read_bytes() == b"no log"
    assert open_journal().recent(1) == ()
    assert kinds(problems) == ["corrupt"]


def test_an_empty_file_is_a_new_journal(open_journal: Opener, problems: list[JournalError], file: Path) -> None:
    file.parent.mkdir()
    file.touch()
    journal = open_journal()
    journal.add([job()])
    journal.close()
    assert [each.job for each in open_journal().take_over()] == [job()]
    assert problems == []


def use(journal: Journal) -> None:
    """All that a run does, with what it must give."""
    journal.add([job(7), job(8)])
    journal.reserve(job(7).id, plan(job(7)))
    journal.note_sent(journal.begin_attempt(job(7).id), bytes_sent=3, maybe_charged=True)
    journal.finish(job(7).id, done(job(7)))
    assert journal.planned(job(7).id) == plan(job(7))
    assert journal.recent(1)[0].outcome == done(job(7))
    journal.finish(job(8).id, Failed(failure=FAILURE))
    journal.requeue(job(8).id)
    assert [status.job for status in journal.recent(1)] == [job(7)]


@pytest.mark.expect_log("2 jobs of this session are not in the journal")
def test_a_newer_file_is_left_alone(open_journal: Opener, problems: list[JournalError], file: Path) -> None:
    file.parent.mkdir()
    real_journal(file)
    query(file, "PRAGMA user_version = 99")
    before = file.read_bytes()
    journal = open_journal()
    assert journal.take_over() == ()
    use(journal)
    assert journal.spool_in_use() is None
    journal.close()
    assert kinds(problems) == ["newer"]
    assert problems[0].left_behind == 1
    assert (
        "New uploads are not kept in it. 1 image that an earlier run left in it goes on once the file can be used "
        "again, not before."
    ) in Words().error(problems[0]).why
    assert file.read_bytes() == before


def test_jobs_of_a_living_owner_are_not_left_behind(
    open_journal: Opener, problems: list[JournalError], file: Path
) -> None:
    living = open_journal()
    living.add([job(1), job(2)])
    query(file, "PRAGMA user_version = 99")
    open_journal()
    assert kinds(problems) == ["newer"]
    assert problems[0].left_behind == 0
    assert "earlier run" not in Words().error(problems[0]).why
    query(file, "PRAGMA user_version = 2")


@pytest.mark.expect_log("the journal's file failed")
def test_a_file_that_fails_before_anything_was_taken_over_says_what_waits_in_it(
    open_journal: Opener, problems: list[JournalError], file: Path
) -> None:
    file.parent.mkdir()
    real_journal(file)
    journal = open_journal()
    journal._file.connection.execute("PRAGMA query_only = ON")
    assert journal.take_over() == ()
    assert kinds(problems) == ["unwritable"]
    assert problems[0].left_behind == 1


def file_for_folder(file: Path) -> None:
    file.parent.rmdir()
    file.parent.write_text("in the way")


@pytest.mark.parametrize("obstacle", [file_for_folder, Path.mkdir, lambda file: file.with_name("journal.lock").mkdir()])
@pytest.mark.expect_log("2 jobs of this session are not in the journal")
def test_an_unwritable_folder_means_memory(
    obstacle: Callable[[Path], None], open_journal: Opener, problems: list[JournalError], file: Path
) -> None:
    file.parent.mkdir()
    obstacle(file)
    journal = open_journal()
    use(journal)
    assert kinds(problems) == ["unwritable"]
    assert journal.in_memory
    assert "Errno" not in problems[0].reason
    assert journal.take_over() == ()


def test_the_history_of_an_unwritable_folder_is_shown_all_the_same(
    open_journal: Opener, problems: list[JournalError], file: Path
) -> None:
    first = open_journal()
    first.add([job(1), job(2), job(3)])
    first.finish(job(1).id, done(job(1)))
    first.close()
    (file.parent / "owners").rmdir()
    (file.parent / "owners").write_text("in the way")
    second = open_journal()
    assert [status.job for status in second.recent(10)] == [job(1)]
    assert second.take_over() == ()
    use(second)
    assert kinds(problems) == ["unwritable"]
    assert problems[0].left_behind == 2
    assert "2 images that an earlier run left in it go on once the file can be used again" in (
        Words().error(problems[0]).why
    )


@pytest.mark.expect_log("2 jobs of this session are not in the journal: database disk image is malformed")
def test_a_file_that_is_both_damaged_and_unwritable_is_not_copied(
    open_journal: Opener, problems: list[JournalError], file: Path
) -> None:
    file.parent.mkdir()
    zero_pages(file)
    (file.parent / "owners").rmdir()
    (file.parent / "owners").write_text("in the way")
    use(open_journal())
    assert kinds(problems) == ["unwritable"]


# --- trouble while running ------------------------------------------------------------------------


def fill_disk(journal: Journal, file: Path) -> None:
    pages = journal._file.connection.execute("PRAGMA page_count").fetchone()[0]
    journal._file.connection.execute(f"PRAGMA max_page_count = {pages}")
    # What is free inside the file is used up too.
    fillers = ((f"{number}".encode() * 300,) for number in itertools.count())
    with pytest.raises(sqlite3.OperationalError, match="full"):
        journal._file.connection.executemany("INSERT INTO snapshot (hash, record) VALUES (?, '')", fillers)


def forbid_writing(journal: Journal, file: Path) -> None:
    journal._file.connection.execute("PRAGMA query_only = ON")


def zero_the_file(journal: Journal, file: Path) -> None:
    journal._file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as opened:
        opened.write(bytes(file.stat().st_size))
    journal._file.connection.execute("PRAGMA shrink_memory")


BIG = Failed(failure=Failure(code="x", facts={"said": "y" * 20_000}))


@pytest.mark.expect_log("the journal's file failed")
@pytest.mark.parametrize("killed", [True, False])
def test_what_ended_in_memory_alone_is_looked_for_and_not_sent_again(
    open_journal: Opener, file: Path, problems: list[JournalError], killed: bool
) -> None:
    journal = open_journal()
    journal.add([job(1), job(2)])
    fill_disk(journal, file)
    journal.finish(job(1).id, BIG)
    notes = file.parent / "owners"
    assert len(list(notes.glob("*.unsaved"))) == 1
    if killed:
        assert journal._file.owner is not None
        journal._file.owner.release()
    else:
        journal.close()
        assert list(notes.glob("*.unsaved")) == [], "there is room again, and all of it is written"
    for _ in range(2):
        later = open_journal()
        recovered = {each.job.id: each.attempt for each in later.take_over()}
        assert recovered.keys() == ({job(1).id, job(2).id} if killed else {job(2).id})
        assert all(attempt is not None and attempt.maybe_charged for attempt in recovered.values()) is killed
        assert list(notes.glob("*.unsaved")) == []
        later.close()
    assert kinds(problems) == ["unwritable"]


OPERATIONS: dict[str, Callable[[Journal, int], object]] = {
    "add": lambda journal, attempt: journal.add([job(number) for number in range(10, 500)]),
    "reserve": lambda journal, attempt: journal.reserve(job(2).id, [image("z" * 9000)]),
    "begin_attempt": lambda journal, attempt: [journal.begin_attempt(job(2).id) for _ in range(500)],
    "note_sent": lambda journal, attempt: journal.note_sent(attempt, bytes_sent=2**60, maybe_charged=True),
    "finish": lambda journal, attempt: journal.finish(job(2).id, BIG),
    "requeue": lambda journal, attempt: journal.requeue(job(3).id),
}


def expect_all_ended(journal: Journal) -> None:
    outcomes = {status.job.id: status.outcome for status in journal.recent(10)}
    assert outcomes == {job(1).id: done(job(1)), job(2).id: BIG, job(3).id: done(job(3))}
    assert journal.planned(job(1).id) == plan(job(1))


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("trouble", [fill_disk, forbid_writing, zero_the_file])
@pytest.mark.expect_log("the journal's file failed")
def test_trouble_while_running_loses_nothing(
    trouble: Callable[[Journal, Path], None],
    operation: str,
    open_journal: Opener,
    problems: list[JournalError],
    file: Path,
) -> None:
    first = open_journal()
    first.add([job(1), job(2), job(3)])
    first.reserve(job(1).id, plan(job(1)))
    first.finish(job(3).id, done(job(3)))
    attempt = first.begin_attempt(job(2).id)
    trouble(first, file)

    OPERATIONS[operation](first, attempt)
    first.finish(job(1).id, done(job(1)))
    first.finish(job(2).id, BIG)
    first.finish(job(3).id, done(job(3)))

    assert kinds(problems) == ["corrupt" if trouble is zero_the_file else "unwritable"]
    expect_all_ended(first)
    # The disk has room again: at the end, everything is there after all.
    first.close()
    expect_all_ended(open_journal())
    assert len(problems) == 1
    left = [each.job.position for each in open_journal().take_over()]
    assert left == (list(range(10, 500)) if operation == "add" else [])


@pytest.mark.expect_log("the journal's file failed")
def test_a_damaged_file_is_set_aside_by_one_process_only(
    open_journal: Opener, problems: list[JournalError], file: Path
) -> None:
    first, second = open_journal(), open_journal()
    first.add([job(1)])
    second.add([job(2)])
    zero_the_file(first, file)
    second._file.connection.execute("PRAGMA shrink_memory")
    first.finish(job(1).id, done(job(1)))
    second.finish(job(2).id, done(job(2)))
    assert kinds(problems) == ["corrupt"]
    assert {status.job.id for status in open_journal().recent(10)} == {job(1).id, job(2).id}


@pytest.mark.expect_log("the journal's file failed")
def test_an_attempt_goes_on_in_a_fresh_file(open_journal: Opener, file: Path) -> None:
    first = open_journal()
    first.add([job()])
    first.note_sent(first.begin_attempt(job().id), bytes_sent=1000, maybe_charged=True)
    first.close()
    second = open_journal()
    (before,) = second.take_over()
    attempt = second.begin_attempt(job().id)
    zero_the_file(second, file)
    second.note_sent(attempt, bytes_sent=7, maybe_charged=False)
    second.close()
    (after,) = open_journal().take_over()
    assert after.attempt == before.attempt


@pytest.mark.expect_log("the journal's file failed")
def test_a_job_that_another_process_has_now_is_not_written_back(open_journal: Opener, file: Path) -> None:
    first, second = open_journal(), open_journal()
    first.add([job()])
    first.finish(job().id, Failed(failure=FAILURE))
    forbid_writing(first, file)
    first.add([job(2)])
    second.requeue(job().id)
    first.close()
    assert second.recent(10) == ()
    assert [each.job for each in second.take_over()] == [job(2)]


@pytest.mark.expect_log("the journal's file failed")
def test_a_problem_is_told_without_holding_the_journal(tmp_path: Path) -> None:
    told = threading.Event()

    def on_problem(error: JournalError) -> None:
        asking = threading.Thread(target=opened.recent, args=(1,))
        asking.start()
        asking.join(timeout=20)
        assert not asking.is_alive()
        told.set()

    opened = Journal.open(tmp_path, on_problem)
    try:
        forbid_writing(opened, tmp_path)
        opened.add([job()])
        assert told.is_set()
    finally:
        opened.close()


def test_after_close_every_call_says_so(open_journal: Opener) -> None:
    journal = open_journal()
    journal.add([job()])
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="closed"):
        journal.finish(job().id, done(job()))
    with pytest.raises(JournalError, match="closed"):
        journal.keep(job().id, {})
    with pytest.raises(JournalError, match="closed"):
        journal.take_over()
