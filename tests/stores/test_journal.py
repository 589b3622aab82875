from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kraken_desktop.model.errors import KeyTakenError
from kraken_desktop.model.job import (
    Cancelled,
    Done,
    Failed,
    Outcome,
    Skipped,
    SourceKind,
    StoredImage,
    state_of,
)
from kraken_desktop.stores.journal import Journal
from tests.support.journal_files import Opener, query
from tests.support.journal_samples import FAILURE, done, image, job, plan, stored

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
    journal.requeue_all(jobs[1:])
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
    "INSERT INTO snapshot (id, hash, record) VALUES (99, x'00', '{}')"
    "; UPDATE job SET snapshot = 99 WHERE id = 'batch-2'",
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
    assert file.stat().st_size < 6_500_000


def test_history_is_read_by_its_index(open_journal: Opener) -> None:
    journal = open_journal()
    journal.add([job(number) for number in (1, 2, 3)])
    for number in (1, 2, 3):
        journal.finish(job(number).id, Cancelled())
    journal.recent(1)
    (reader,) = journal._file._readers
    statements: list[str] = []
    for connection in (reader, journal._file.connection):
        connection.set_trace_callback(statements.append)
    journal.recent(1)
    journal.take_over()
    for connection in (reader, journal._file.connection):
        connection.set_trace_callback(None)
    asked = [statement for statement in statements if "JOIN snapshot" in statement and statement.startswith("SELECT")]
    assert len(asked) == 2
    for statement, index in zip(asked, ("job_newest", "job_unfinished"), strict=True):
        steps = [row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {statement}")]
        assert any(index in step for step in steps), steps
    assert not any("TEMP B-TREE" in row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {asked[0]}"))


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
