from __future__ import annotations

import itertools
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from kraken_desktop.model.errors import JournalError, KeyTakenError, Scope
from kraken_desktop.model.job import (
    Cancelled,
    Done,
    Failed,
    Failure,
    Outcome,
    PlannedImage,
    Skipped,
    SourceKind,
    StoredImage,
    state_of,
)
from kraken_desktop.stores.journal import Journal
from tests.support.journal_samples import done, job, plan, stored

Opener = Callable[..., Journal]


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


def query(file: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.text_factory = lambda raw: raw.decode(errors="replace")
        return connection.execute(sql).fetchall()


def kinds(problems: list[JournalError]) -> list[str]:
    return [error.problem for error in problems]


FAILURE = Failure(
    code="kraken.rate_limited",
    facts={"status": 429, "said": "slow\x00 \udcff", "retry_after": None, "sent_all": True},
    retryable=True,
    scope=Scope.BATCH,
)


# --- a job's life ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "outcome",
    [
        done(job()),
        Skipped(reason="same_content", images=(stored("elsewhere.jpg"),)),
        Cancelled(may_arrive=True),
        Failed(failure=FAILURE, images=(stored("batch-1-small.jpg", "small"),), original_bytes=1000),
        Done(images=(StoredImage(key="k", url="https://a/\udcff", kraked_url="\udcff", width=10**30),)),
    ],
    ids=lambda outcome: type(outcome).__name__,
)
def test_an_outcome_survives(outcome: Outcome, open_journal: Opener, file: Path) -> None:
    first = open_journal()
    first.add([job()])
    first.reserve(job().id, plan(job()))
    first.begin_attempt(job().id)
    first.note_sent(first.begin_attempt(job().id), bytes_sent=1000, maybe_charged=True)
    first.finish(job().id, outcome)
    first.close()
    second = open_journal()
    assert second.take_over() == ()
    (status,) = second.recent(10)
    assert status.job == job()
    assert status.job.dropped_at.utcoffset() == job().dropped_at.utcoffset()
    assert (status.outcome, status.state) == (outcome, state_of(outcome))
    assert status.keys == tuple(image.key for image in plan(job()))
    assert status.tries == 2
    there = query(file, "SELECT key FROM image WHERE state = 'stored'")
    assert there == [(image.key,) for image in outcome.images]


@pytest.mark.parametrize("name", ["\udcff.jpg", "a\nb.jpg", "nul\x00.jpg", "🦑 é é.jpg", "'; DROP TABLE job; --.jpg"])
def test_any_name_comes_back(name: str, open_journal: Opener) -> None:
    first = open_journal()
    first.add([job(name=name)])
    first.close()
    (recovered,) = open_journal().take_over()
    assert recovered.job == job(name=name)


def test_the_first_outcome_wins(journal: Journal) -> None:
    journal.add([job()])
    journal.finish(job().id, done(job()))
    journal.finish(job().id, Cancelled())
    assert [status.outcome for status in journal.recent(10)] == [done(job())]


def test_a_requeued_job_keeps_its_keys_and_gets_another_outcome(journal: Journal) -> None:
    journal.add([job()])
    journal.reserve(job().id, plan(job()))
    journal.finish(job().id, Failed(failure=FAILURE))
    journal.requeue(job().id)
    assert journal.recent(10) == ()
    assert journal.planned(job().id) == plan(job())
    journal.finish(job().id, done(job()))
    assert [status.outcome for status in journal.recent(10)] == [done(job())]


def test_many_jobs_end_and_are_queued_again_together(journal: Journal) -> None:
    jobs = [job(number) for number in range(1, 5)]
    journal.add(jobs)
    journal.finish(job(2).id, done(job(2)))
    with pytest.raises(KeyError):
        journal.finish_all({each.id: Cancelled() for each in [*jobs, job(9)]})
    assert len(journal.recent(10)) == 1
    journal.finish_all({each.id: Cancelled() for each in jobs})
    assert {status.job.position: status.outcome for status in journal.recent(10)} == {
        1: Cancelled(),
        2: done(job(2)),
        3: Cancelled(),
        4: Cancelled(),
    }
    journal.requeue_all([each.id for each in jobs[1:]])
    assert [status.job for status in journal.recent(10)] == [job(1)]


def test_requeue_leaves_a_job_that_has_not_ended(open_journal: Opener) -> None:
    first, second = open_journal(), open_journal()
    first.add([job()])
    second.requeue(job().id)
    second.close()
    assert open_journal().take_over() == ()


def test_adding_twice_changes_nothing(journal: Journal) -> None:
    journal.add([job()])
    journal.finish(job().id, done(job()))
    journal.add([job(), job(2)])
    assert [status.job for status in journal.recent(10)] == [job()]


def test_an_attempt_of_an_ended_job_changes_nothing(journal: Journal) -> None:
    journal.add([job()])
    running = journal.begin_attempt(job().id)
    journal.finish(job().id, Cancelled())
    journal.note_sent(running, bytes_sent=5, maybe_charged=True)
    journal.note_sent(journal.begin_attempt(job().id), bytes_sent=5, maybe_charged=True)
    assert [status.outcome for status in journal.recent(10)] == [Cancelled()]
    assert journal.take_over() == ()


@pytest.mark.parametrize(
    "call",
    [
        lambda journal: journal.reserve("nobody", ()),
        lambda journal: journal.begin_attempt("nobody"),
        lambda journal: journal.finish("nobody", Cancelled()),
        lambda journal: journal.requeue("nobody"),
    ],
)
def test_an_unknown_job_is_a_mistake(call: Callable[[Journal], object], journal: Journal) -> None:
    with pytest.raises(KeyError, match="nobody"):
        call(journal)
    assert journal.planned("nobody") == ()


def test_threads_may_use_it_together(journal: Journal) -> None:
    jobs = [job(number) for number in range(1, 81)]
    journal.add(jobs)

    def run(at: int) -> None:
        each = jobs[at]
        journal.reserve(each.id, plan(each))
        journal.note_sent(journal.begin_attempt(each.id), bytes_sent=at, maybe_charged=True)
        journal.recent(3)
        journal.finish(each.id, done(each))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, range(80)))
    ended = {status.job.id: status.outcome for status in journal.recent(100)}
    assert ended == {each.id: done(each) for each in jobs}


# --- keys -----------------------------------------------------------------------------------------


def image(key: str, variant: str = "") -> PlannedImage:
    return PlannedImage(variant=variant, key=key)


def test_a_key_belongs_to_one_job_of_a_batch(journal: Journal) -> None:
    journal.add([job(1), job(2), job(1, batch="tomorrow")])
    journal.reserve(job(1).id, [image("a.jpg")])
    with pytest.raises(KeyTakenError) as taken:
        journal.reserve(job(2).id, [image("free.jpg", "small"), image("a.jpg", "large")])
    assert taken.value.facts == {"name": job(2).source.name, "key": "a.jpg"}
    assert journal.planned(job(2).id) == ()
    journal.reserve(job(2).id, [image("A.jpg")])
    journal.reserve("tomorrow-1", [image("a.jpg")])


def test_variants_of_a_job_never_share_a_key(journal: Journal) -> None:
    journal.add([job()])
    with pytest.raises(KeyTakenError):
        journal.reserve(job().id, [image("a.jpg", "small"), image("a.jpg", "large")])


def test_reserving_again_is_harmless_and_a_new_plan_replaces_the_old(journal: Journal) -> None:
    journal.add([job(1), job(2)])
    for _ in range(2):
        journal.reserve(job(1).id, plan(job(1)))
    assert journal.planned(job(1).id) == plan(job(1))
    other = (image("b.jpg", "large"),)
    journal.reserve(job(1).id, other)
    assert journal.planned(job(1).id) == other
    journal.reserve(job(2).id, plan(job(1)))  # free again


# --- history --------------------------------------------------------------------------------------


def test_recent_is_newest_first_and_limited(journal: Journal) -> None:
    journal.add([job(number) for number in range(1, 6)])
    for number in (3, 1, 5, 2):
        journal.finish(job(number).id, Cancelled())
    assert [status.job.position for status in journal.recent(10)] == [2, 5, 1, 3]
    assert [status.job.position for status in journal.recent(2)] == [2, 5]
    assert journal.recent(0) == ()


DAMAGE = [
    "UPDATE job SET outcome = 'null' WHERE id = 'batch-2'",
    "UPDATE job SET outcome = replace(outcome, 'cancelled', 'teleported') WHERE id = 'batch-2'",
    "UPDATE job SET source = substr(source, 1, 20) WHERE id = 'batch-2'",
    "UPDATE job SET source = replace(source, '\"file\"', '\"telepathy\"') WHERE id = 'batch-2'",
    "UPDATE job SET source = CAST(x'fffe00' AS TEXT) WHERE id = 'batch-2'",
    "UPDATE job SET dropped_at = 'yesterday' WHERE id = 'batch-2'",
    "INSERT INTO snapshot VALUES (99, x'00', '{}'); UPDATE job SET snapshot = 99 WHERE id = 'batch-2'",
]


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.expect_log("job batch-2 in the journal cannot be read")
def test_a_row_that_cannot_be_read_hides_no_other(damage: str, open_journal: Opener, file: Path) -> None:
    first = open_journal()
    first.add([job(number) for number in (1, 2, 3)])
    for number in (1, 2, 3):
        first.finish(job(number).id, Cancelled())
    first.close()
    for statement in damage.split("; "):
        query(file, statement)
    assert [status.job for status in open_journal().recent(2)] == [job(3), job(1)]


@pytest.mark.parametrize("damage", DAMAGE[2:])
@pytest.mark.expect_log("job batch-2 in the journal cannot be read")
def test_an_unfinished_row_that_cannot_be_read_is_left_to_a_newer_program(
    damage: str, open_journal: Opener, file: Path
) -> None:
    first = open_journal()
    first.add([job(number) for number in (1, 2, 3)])
    first.close()
    for statement in damage.split("; "):
        query(file, statement)
    before = query(file, "SELECT * FROM job WHERE id = 'batch-2'")
    assert [each.job for each in open_journal().take_over()] == [job(1), job(3)]
    assert query(file, "SELECT * FROM job WHERE id = 'batch-2'") == before


def test_a_big_drop_stores_its_snapshot_once(open_journal: Opener, file: Path) -> None:
    journal = open_journal()
    journal.add([job(number) for number in range(1, 10_001)])
    journal.close()
    assert query(file, "SELECT count(*), (SELECT count(*) FROM snapshot) FROM job") == [(10_000, 1)]
    assert file.stat().st_size < 6_000_000


def test_history_is_read_by_its_index(open_journal: Opener) -> None:
    journal = open_journal()
    journal.add([job(number) for number in (1, 2, 3)])
    for number in (1, 2, 3):
        journal.finish(job(number).id, Cancelled())
    statements: list[str] = []
    journal._connection.set_trace_callback(statements.append)
    journal.recent(1)
    journal.take_over()
    journal._connection.set_trace_callback(None)
    asked = [statement for statement in statements if "JOIN snapshot" in statement and statement.startswith("SELECT")]
    assert len(asked) == 2
    for statement, index in zip(asked, ("job_newest", "job_unfinished"), strict=True):
        steps = [row[3] for row in journal._connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
        assert any(index in step for step in steps), steps
    assert not any("TEMP B-TREE" in row[3] for row in journal._connection.execute(f"EXPLAIN QUERY PLAN {asked[0]}"))


def test_spool_files_are_in_use_until_their_job_is_done(open_journal: Opener) -> None:
    journal = open_journal()
    outcomes: list[Outcome | None] = [
        None,
        done(job(2)),
        Skipped(reason="same"),
        Cancelled(),
        Failed(failure=FAILURE),
    ]
    jobs = [job(number, kind=SourceKind.SPOOL) for number in range(1, 6)]
    journal.add([*jobs, job(6)])
    for each, outcome in zip(jobs, outcomes, strict=True):
        if outcome is not None:
            journal.finish(each.id, outcome)
    assert journal.spool_in_use() == frozenset(Path(jobs[at].source.location) for at in (0, 3, 4))


def test_spool_files_in_use_are_unknown_if_a_row_cannot_be_read(open_journal: Opener, file: Path) -> None:
    journal = open_journal()
    journal.add([job(kind=SourceKind.SPOOL)])
    query(file, "UPDATE job SET source = 'broken'")
    assert journal.spool_in_use() is None


# --- the file -------------------------------------------------------------------------------------


def test_a_commit_is_on_the_disk(journal: Journal, file: Path) -> None:
    pragmas = [journal._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]
    assert query(file, "PRAGMA user_version") == [(1,)]
    assert query(file, "PRAGMA application_id") == [(0x4B52414B,)]


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
    query(file, "PRAGMA user_version = 2")
    before = file.read_bytes()
    journal = open_journal()
    assert journal.take_over() == ()
    use(journal)
    assert journal.spool_in_use() is None
    journal.close()
    assert kinds(problems) == ["newer"]
    assert file.read_bytes() == before


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
    assert journal.take_over() == ()


def test_the_history_of_an_unwritable_folder_is_shown_all_the_same(
    open_journal: Opener, problems: list[JournalError], file: Path
) -> None:
    first = open_journal()
    first.add([job(1), job(2)])
    first.finish(job(1).id, done(job(1)))
    first.close()
    (file.parent / "owners").rmdir()
    (file.parent / "owners").write_text("in the way")
    second = open_journal()
    assert [status.job for status in second.recent(10)] == [job(1)]
    assert second.take_over() == ()
    use(second)
    assert kinds(problems) == ["unwritable"]


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
    pages = journal._connection.execute("PRAGMA page_count").fetchone()[0]
    journal._connection.execute(f"PRAGMA max_page_count = {pages}")
    # What is free inside the file is used up too.
    fillers = ((f"{number}".encode() * 300,) for number in itertools.count())
    with pytest.raises(sqlite3.OperationalError, match="full"):
        journal._connection.executemany("INSERT INTO snapshot (hash, record) VALUES (?, '')", fillers)


def forbid_writing(journal: Journal, file: Path) -> None:
    journal._connection.execute("PRAGMA query_only = ON")


def zero_the_file(journal: Journal, file: Path) -> None:
    journal._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as opened:
        opened.write(bytes(file.stat().st_size))
    journal._connection.execute("PRAGMA shrink_memory")


BIG = Failed(failure=Failure(code="x", facts={"said": "y" * 20_000}))

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
    second._connection.execute("PRAGMA shrink_memory")
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
        journal.take_over()
