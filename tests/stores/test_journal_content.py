"""What is known of the content of jobs, and of what came of them so far."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from kraken_desktop.model.job import Cancelled, Done, Failed, Outcome, Skipped
from kraken_desktop.stores.journal import Journal
from tests.support.journal_files import Opener, query
from tests.support.journal_samples import FAILURE, SNAPSHOT, done, image, job, plan, stored

DIGEST, OTHER = "ab" * 32, "cd" * 32
LEDGER = {"charged_since": "2026-01-01T00:00:00+00:00", "there": [{"key": "a \udcff.jpg", "bytes": 5}], "none": None}


# --- the same content -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "outcome",
    [
        Done(images=(stored("a.jpg"),)),
        Skipped(reason="same_content", images=(stored("a.jpg"),)),
        Failed(failure=FAILURE, images=(stored("a.jpg"),)),
    ],
    ids=lambda outcome: type(outcome).__name__,
)
def test_what_is_there_of_the_same_content_is_known(outcome: Outcome, open_journal: Opener) -> None:
    first, second = open_journal(), open_journal()
    first.add([job(1), job(2), job(3)])
    first.reserve(job(1).id, [image("a.jpg")], DIGEST)
    first.reserve(job(2).id, [image("b.jpg")], OTHER)
    first.reserve(job(3).id, [image("c.jpg")], DIGEST)
    assert second.same(DIGEST) == ()
    first.finish(job(1).id, outcome)
    first.finish(job(2).id, Done(images=(stored("b.jpg"),)))
    (found,) = second.same(DIGEST.upper())
    assert (found.status.job, found.image) == (job(1), stored("a.jpg"))
    assert second.same("00" * 32) == ()


def test_what_is_not_there_is_not_told(journal: Journal) -> None:
    made_up = replace(stored("c.jpg"), sandbox=True)
    for number, images in enumerate([(), (stored("b.jpg"),), (made_up,)], start=1):
        journal.add([job(number)])
        journal.reserve(job(number).id, [], DIGEST)
        journal.finish(job(number).id, Failed(failure=FAILURE, images=images))
    journal.mark_removed({job(2).id: ["b.jpg"]})
    assert journal.same(DIGEST) == ()


def test_the_newest_job_of_each_name_and_snapshot_counts(journal: Journal) -> None:
    shop = replace(SNAPSHOT, profile=replace(SNAPSHOT.profile, id="shop"))
    jobs = [job(1), job(2), replace(job(3), snapshot=shop), job(4)]
    journal.add(jobs)
    for each, key in zip(jobs, ("a", "a", "a", "b"), strict=True):
        journal.reserve(each.id, [], DIGEST)
        journal.finish(each.id, Done(images=(stored(key),)))
    assert [found.status.job.position for found in journal.same(DIGEST)] == [4, 3, 2]


def test_another_plan_keeps_the_content_until_it_has_one_of_its_own(journal: Journal) -> None:
    journal.add([job()])
    journal.reserve(job().id, [image("a.jpg")], DIGEST)
    journal.reserve(job().id, [image("a-2.jpg")])
    journal.finish(job().id, Done(images=(stored("a-2.jpg"),)))
    assert len(journal.same(DIGEST)) == 1
    journal.requeue(job().id)
    journal.reserve(job().id, [image("a-2.jpg")], OTHER)
    journal.finish(job().id, Done(images=(stored("a-2.jpg"),)))
    assert journal.same(DIGEST) == ()
    assert len(journal.same(OTHER)) == 1


def test_reserving_the_same_writes_nothing(journal: Journal) -> None:
    journal.add([job()])
    journal.reserve(job().id, plan(job()), DIGEST)
    before = journal._file.connection.total_changes
    journal.reserve(job().id, plan(job()), DIGEST)
    assert journal._file.connection.total_changes == before


@pytest.mark.parametrize("wrong", ["xyz", "abc"])
def test_a_digest_is_hexadecimal(wrong: str, journal: Journal) -> None:
    journal.add([job()])
    with pytest.raises(ValueError, match="hex"):
        journal.reserve(job().id, plan(job()), wrong)
    assert journal.planned(job().id) == ()


# --- what came of a job so far --------------------------------------------------------------------


def test_what_came_of_a_job_outlives_its_process(open_journal: Opener) -> None:
    first = open_journal()
    first.add([job(1), job(2)])
    first.keep(job(1).id, {"old": True})
    first.keep(job(1).id, LEDGER)
    first.close()
    second = open_journal()
    assert second.kept(job(1).id) == LEDGER
    assert second.kept(job(2).id) is None
    assert second.kept("nobody") is None
    assert len(second.take_over()) == 2
    second.keep(job(1).id, {})
    assert second.kept(job(1).id) is None


@pytest.mark.parametrize(
    ("outcome", "left"),
    [
        (done(job()), None),
        (Skipped(reason="same"), None),
        (Failed(failure=FAILURE), LEDGER),
        (Cancelled(), LEDGER),
    ],
)
def test_it_is_kept_for_who_may_go_on(
    outcome: Outcome, left: dict[str, object] | None, journal: Journal, open_journal: Opener
) -> None:
    journal.add([job()])
    journal.keep(job().id, LEDGER)
    journal.finish(job().id, outcome)
    assert journal.kept(job().id) == left
    if left is None:
        journal.keep(job().id, LEDGER)  # too late: nothing goes on
        assert journal.kept(job().id) is None
    journal.requeue(job().id)
    journal.close()
    assert open_journal().kept(job().id) == left


@pytest.mark.parametrize("adopted", [False, True])
@pytest.mark.expect_log("the journal's file failed")
def test_it_goes_with_the_job_into_a_fresh_file(adopted: bool, open_journal: Opener, file: Path) -> None:
    journal = open_journal()
    journal.add([job()])
    journal.keep(job().id, LEDGER)
    journal.reserve(job().id, plan(job()), DIGEST)
    if adopted:
        journal.close()
        journal = open_journal()
        journal.take_over()
    journal._file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as opened:
        opened.write(bytes(file.stat().st_size))
    journal._file.connection.execute("PRAGMA shrink_memory")
    assert journal.kept(job().id) == LEDGER
    journal.finish(job().id, done(job()))
    assert len(journal.same(DIGEST)) == 2
    assert query(file, "SELECT count(*) FROM job") == [(1,)]


@pytest.mark.expect_log("job batch-1 in the journal cannot be read")
def test_a_record_that_cannot_be_read_is_none(journal: Journal, file: Path) -> None:
    journal.add([job()])
    query(file, "UPDATE job SET kept = '{'")
    assert journal.kept(job().id) is None


def test_nobody_keeps_nothing(journal: Journal) -> None:
    with pytest.raises(KeyError, match="nobody"):
        journal.keep("nobody", LEDGER)


# --- found without reading everything -------------------------------------------------------------


def test_objects_and_contents_are_found_by_their_indexes(journal: Journal) -> None:
    journal.add([job()])
    journal.finish(job().id, done(job()))
    journal.same(DIGEST)
    (reader,) = journal._file._readers
    asked: list[str] = []
    reader.set_trace_callback(asked.append)
    journal.same(DIGEST)
    assert len(journal.stored([stored("batch-1-small.jpg").url])) == 1
    reader.set_trace_callback(None)
    plans = [_plan(reader, statement) for statement in asked if statement.startswith(("SELECT image.key", "WITH"))]
    assert len(plans) == 2
    for steps, indexes in zip(plans, (["job_digest"], ["image_key", "image_url", "image_kraked_url"]), strict=True):
        assert [name for name in indexes if not any(f" {name} " in step for step in steps)] == [], steps
        assert not any(step.startswith(("SCAN image", "SCAN job")) for step in steps), steps


def _plan(connection: sqlite3.Connection, statement: str) -> list[str]:
    return [f"{row[3]} " for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]


# --- what the process remembers -------------------------------------------------------------------


def test_a_process_remembers_no_more_than_it_needs(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kraken_desktop.stores.journal._MOST_ENDED", 3)
    jobs = [job(number) for number in range(1, 9)]
    journal.add(jobs)
    first = journal.begin_attempt(job(1).id)
    for each in jobs[:7]:
        journal.begin_attempt(each.id)
        journal.note_sent(journal.begin_attempt(each.id), bytes_sent=1, maybe_charged=True)
        journal.finish(each.id, Cancelled())
    journal.note_sent(first, bytes_sent=1, maybe_charged=True)
    assert set(journal._known) == {each.id for each in jobs[4:]}
    assert journal._job_of == {}
    journal.requeue(job(1).id)
    journal.finish(job(1).id, done(job(1)))
    assert set(journal._known) == {job(number).id for number in (1, 6, 7, 8)}
    assert [status.job.position for status in journal.recent(10)] == [1, 7, 6, 5, 4, 3, 2]


@pytest.mark.expect_log("the journal's file failed")
def test_in_memory_everything_is_remembered(
    journal: Journal, open_journal: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kraken_desktop.stores.journal._MOST_ENDED", 3)
    journal._file.connection.execute("PRAGMA query_only = ON")
    jobs = [job(number) for number in range(1, 9)]
    journal.add(jobs)
    for each in jobs:
        journal.finish(each.id, Cancelled())
    journal.close()
    assert len(open_journal().recent(10)) == 8
