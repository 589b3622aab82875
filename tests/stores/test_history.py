"""What is found in the history, in which order, and what is left when entries are forgotten."""

from __future__ import annotations

import itertools
import random
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kraken_desktop.model.history import HistoryQuery, Order
from kraken_desktop.model.job import Cancelled, Done, Failed, Job, JobState, Outcome, Skipped, SourceKind, StoredImage
from kraken_desktop.stores.history import History
from kraken_desktop.stores.journal import Journal
from tests.support.journal_files import Opener, query
from tests.support.journal_samples import FAILURE, SNAPSHOT, done, image, job, plan, stored

START = datetime.fromtimestamp(1_700_000_000, UTC)
SHOP = replace(SNAPSHOT, profile=replace(SNAPSHOT.profile, id="shop", name="Shop"))


@pytest.fixture
def history(journal: Journal) -> History:
    return History(journal)


def end(journal: Journal, *ended: tuple[Job, Outcome]) -> None:
    """Add and end jobs; each ends a second after the one before, from the first second on."""
    journal.add([each for each, _ in ended])
    for each, outcome in ended:
        journal.finish(each.id, outcome)


def positions(history: History, **facts: object) -> list[int]:
    found = history.entries(history.find(HistoryQuery(**facts)))  # type: ignore[arg-type]
    return [entry.status.job.position for entry in found]


def sized(number: int, name: str, size: int | None, saved: int | None) -> tuple[Job, Outcome]:
    made = job(number, name=name)
    made = replace(made, source=replace(made.source, size=size))
    if size is None or saved is None:
        return made, Cancelled()
    return made, Done(images=(replace(stored(name), bytes=size - saved),), original_bytes=size)


# --- looking --------------------------------------------------------------------------------------


def test_an_entry_is_all_that_the_list_shows(journal: Journal, history: History) -> None:
    journal.add([job(1), job(2)])
    journal.reserve(job(1).id, plan(job(1)))
    journal.begin_attempt(job(1).id)
    journal.finish(job(1).id, done(job(1)))
    (number,) = history.find(HistoryQuery())
    (entry,) = history.entries([number])
    assert entry.number == number
    assert (entry.status.job, entry.status.outcome, entry.status.state) == (job(1), done(job(1)), JobState.DONE)
    assert (entry.status.keys, entry.status.tries) == (tuple(each.key for each in plan(job(1))), 1)
    assert START < entry.ended_at < START + timedelta(seconds=10)
    assert history.count() == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        ("  \n ", [1, 2, 3, 4, 5, 6]),
        ("straße", [1]),
        ("STRASSE", [1]),
        ("ΣΟΦΟΣ", [2]),
        ("σοφος", [2]),
        ("éLAN", [3]),
        ("e\u0301lan", [3]),
        ("lan png", [3]),
        ("png élan pictures", [3]),
        ("png jpg", []),
        ("100%", [4]),
        ("50%", []),
        ("a_b", [4]),
        ("[x]*?", [4]),
        ("*", [4]),
        ("?", [4]),
        ("]", [4]),
        ("shoots/spring", [5]),
        ("cdn.example.org/only-here", [5]),
        ("krakencloud", [5]),
        ("x-amz-signature", []),
        ("planned-only", [6]),
        ("\\udcff", [6]),
        ("spool", []),
        ("'; drop table words", []),
        ("\x00", []),
        ("é" * 20_000, []),
        ("*" * 2_000, []),
    ],
)
def test_words_are_found_wherever_they_are(text: str, found: list[int], journal: Journal, history: History) -> None:
    elsewhere = StoredImage(
        key="k5", url="https://cdn.example.org/only-here?X-Amz-Signature=1", kraked_url="https://s.krakencloud.net/1"
    )
    inside = job(5, name="five.jpg")
    end(
        journal,
        (job(1, name="Große Straße.jpg"), Cancelled()),
        (job(2, name="Σοφός.jpg".replace("ό", "ο")), Cancelled()),
        (job(3, name="Élan.png"), Cancelled()),
        (job(4, name="100% a_b [x]*?.jpg"), Cancelled()),
        (replace(inside, source=replace(inside.source, folder="Shoots/Spring")), Done(images=(elsewhere,))),
    )
    last = job(6, name="\udcff.jpg", kind=SourceKind.SPOOL)
    journal.add([replace(last, source=replace(last.source, location="/spool/1"))])
    journal.reserve(last.id, [image("planned-only.jpg")])
    journal.finish(last.id, Failed(failure=FAILURE))
    assert sorted(positions(history, text=text)) == found


def test_a_word_is_never_put_together_of_two_places(journal: Journal, history: History) -> None:
    end(journal, (job(1, name="one"), Done(images=(StoredImage(key="two", url="three"),))))
    assert positions(history, text="two three") == [1]
    assert positions(history, text="twothree") == []


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, [6, 5, 4, 3, 2, 1]),
        ({"profile": "shop"}, [5, 2]),
        ({"profile": "gone"}, []),
        ({"states": frozenset({JobState.DONE})}, [5, 1]),
        ({"states": frozenset({JobState.FAILED, JobState.SKIPPED})}, [6, 3, 2]),
        ({"states": frozenset({JobState.QUEUED})}, []),
        ({"since": START + timedelta(seconds=3)}, [6, 5, 4, 3]),
        ({"until": START + timedelta(seconds=3)}, [2, 1]),
        ({"since": START + timedelta(seconds=2), "until": START + timedelta(seconds=4)}, [3, 2]),
        ({"since": START + timedelta(seconds=2, microseconds=1), "until": START + timedelta(seconds=4)}, [3]),
        ({"since": (START + timedelta(seconds=5)).astimezone()}, [6, 5]),
        ({"profile": "shop", "states": frozenset({JobState.DONE}), "text": "photo", "descending": False}, [5]),
    ],
)
def test_what_is_asked_for_is_found(
    facts: dict[str, object], found: list[int], journal: Journal, history: History
) -> None:
    outcomes = [
        done(job(1)),
        Failed(failure=FAILURE),
        Skipped(reason="same"),
        Cancelled(),
        done(job(5)),
        Failed(failure=FAILURE),
    ]
    jobs = [replace(job(at), snapshot=SHOP if at in (2, 5) else SNAPSHOT) for at in range(1, 7)]
    journal.add([job(7)])  # not ended
    journal._clock = itertools.count(START.timestamp() + 1).__next__
    end(journal, *zip(jobs, outcomes, strict=True))
    assert positions(history, **facts) == found


@pytest.mark.parametrize(
    ("order", "rising"),
    [
        (Order.ENDED, [1, 2, 3, 4, 5]),
        (Order.NAME, [5, 1, 4, 2, 3]),
        (Order.SIZE, [3, 2, 1, 4, 5]),
        (Order.SAVED, [3, 5, 1, 4, 2]),
    ],
)
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("facts", [{}, {"text": "jpg"}, {"profile": "profile", "states": frozenset(JobState)}])
def test_each_order_goes_both_ways(
    order: Order, rising: list[int], descending: bool, facts: dict[str, object], journal: Journal, history: History
) -> None:
    end(
        journal,
        sized(1, "b.jpg", 3000, 20),
        sized(2, "C.jpg", 2000, 900),
        sized(3, "ç.jpg", None, None),
        sized(4, "B.JPG", 3000, 20),
        sized(5, "A.jpg", 10_000, 0),
    )
    found = positions(history, order=order, descending=descending, **facts)
    assert found == (rising[::-1] if descending else rising)


def test_jobs_that_ended_together_come_in_the_order_of_the_drop(journal: Journal, history: History) -> None:
    jobs = [job(number) for number in range(1, 30)]
    journal.add(jobs)
    journal.finish_all({each.id: Cancelled() for each in jobs})
    assert positions(history, descending=False) == list(range(1, 30))


def test_profiles_have_their_last_names(journal: Journal, history: History) -> None:
    assert history.profiles() == ()
    renamed = replace(SHOP, profile=replace(SHOP.profile, name="Älterer Laden"))
    unused = replace(SHOP, profile=replace(SHOP.profile, id="unused"))
    end(journal, (replace(job(1), snapshot=SHOP), Cancelled()), (job(2), Cancelled()))
    journal.add([replace(job(3), snapshot=renamed), replace(job(4), snapshot=unused)])
    assert history.profiles() == (("shop", "Älterer Laden"), ("profile", "Blog"))
    journal.add([replace(job(5), snapshot=SHOP)])  # its old name again
    assert history.profiles() == (("profile", "Blog"), ("shop", "Shop"))


def test_a_job_that_goes_on_is_no_history(journal: Journal, history: History) -> None:
    end(journal, (job(1), Failed(failure=FAILURE)), (job(2), Cancelled()))
    (number, _) = history.find(HistoryQuery(order=Order.ENDED, descending=False))
    journal.requeue(job(1).id)
    assert positions(history) == positions(history, text="photo") == [2]
    assert history.entries([number]) == ()
    journal.finish(job(1).id, done(job(1)))
    assert positions(history, text="photo") == [1, 2]
    assert history.find(HistoryQuery())[0] == number


def test_a_page_comes_in_the_order_that_was_asked_for(journal: Journal, history: History) -> None:
    end(journal, *((job(number), Cancelled()) for number in range(1, 1201)))
    numbers = list(history.find(HistoryQuery()))
    random.Random(5).shuffle(numbers)
    assert [entry.number for entry in history.entries([*numbers, 10**9])] == numbers


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE job SET outcome = 'null' WHERE id = 'batch-2'",
        "UPDATE job SET source = '{' WHERE id = 'batch-2'",
        "UPDATE job SET ended_at = 9223372036854775807 WHERE id = 'batch-2'",
    ],
)
@pytest.mark.expect_log("job batch-2 in the journal cannot be read")
def test_what_cannot_be_read_is_left_out_and_logged_once(
    damage: str, journal: Journal, history: History, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    end(journal, *((job(number), Cancelled()) for number in (1, 2, 3)))
    query(file, damage)
    for _ in range(2):
        assert positions(history) == [3, 1]
    assert len(caplog.records) == 1


def test_entries_that_are_missing_are_written(open_journal: Opener, file: Path) -> None:
    """An older program ended jobs in a file of ours, or one was killed while it took over a damaged file."""
    journal = open_journal()
    end(journal, *((job(number), done(job(number))) for number in (1, 2, 3)))
    query(file, "DELETE FROM entry WHERE job = 2")
    query(file, "DELETE FROM words WHERE job = 2")
    assert positions(History(open_journal()), text="photo") == [3, 2, 1]
    query(file, "DELETE FROM entry")
    query(file, "DELETE FROM words WHERE job = 3")
    assert History(journal).count() == 3
    assert positions(History(journal), text="photo") == [3, 2, 1]


# --- forgetting -----------------------------------------------------------------------------------


def test_what_is_forgotten_is_gone_and_the_rest_is_not(journal: Journal, history: History, file: Path) -> None:
    end(
        journal,
        (job(1), done(job(1))),
        (replace(job(2, name="very secret.jpg"), snapshot=SHOP), done(job(2))),
        (job(3), Cancelled()),
    )
    journal.add([job(4)])
    everything = history.find(HistoryQuery())
    (unfinished,) = [row[0] for row in query(file, "SELECT seq FROM job WHERE ended_at IS NULL")]
    numbers = [
        *history.find(HistoryQuery(text="secret")),
        *history.find(HistoryQuery(states=frozenset({JobState.DONE}))),
    ]
    assert history.forget([*numbers, unfinished, 10**9]) == 2
    assert positions(history) == [3]
    assert history.entries(everything) == history.entries(history.find(HistoryQuery()))
    assert history.count() == 1
    assert history.profiles() == (("profile", "Blog"),)
    assert len(journal.unfinished()) == 1
    tables = ("job", "entry", "words", "image", "attempt", "snapshot")
    assert [query(file, f"SELECT count(*) FROM {table}")[0][0] for table in tables] == [2, 1, 1, 0, 0, 1]
    assert query(file, "PRAGMA foreign_key_check") == []
    journal.close()
    assert b"very secret" not in file.read_bytes()


def test_a_number_is_never_given_out_again(open_journal: Opener) -> None:
    journal = open_journal()
    history = History(journal)
    end(journal, (job(1), Cancelled()), (job(2), Cancelled()))
    numbers = history.find(HistoryQuery())
    assert history.forget(numbers) == 2
    journal.close()
    journal = open_journal()
    end(journal, (job(3), Cancelled()))
    assert History(journal).find(HistoryQuery())[0] > max(numbers)


@pytest.mark.expect_log("the journal's file failed")
def test_what_is_forgotten_does_not_come_back_with_a_fresh_file(journal: Journal, history: History) -> None:
    end(journal, (job(1), Cancelled()), (job(2), Cancelled()))
    history.forget(history.find(HistoryQuery())[:1])
    journal._file.connection.execute("PRAGMA query_only = ON")
    end(journal, (job(3), Cancelled()))
    assert positions(history) == [3, 1]


def test_what_was_forgotten_may_be_tried_again(journal: Journal, history: History) -> None:
    """The list of the window still has it."""
    end(journal, (job(1), Failed(failure=FAILURE)), (job(2), Failed(failure=FAILURE)))
    history.forget(history.find(HistoryQuery())[:1])
    journal.requeue_all([job(1), job(2)])
    assert [each.status.job for each in journal.unfinished()] == [job(1), job(2)]
    journal.finish(job(2).id, done(job(2)))
    assert positions(history) == [2]


def test_a_thousand_are_forgotten(journal: Journal, history: History) -> None:
    end(journal, *((job(number), Cancelled()) for number in range(1, 1201)))
    assert history.forget(history.find(HistoryQuery())[1:]) == 1199
    assert positions(history) == [1200]


# --- beside the queue -----------------------------------------------------------------------------


def test_a_search_does_not_hold_up_the_queue(journal: Journal) -> None:
    """A commit is made while a search is in the middle of its own."""
    end(journal, (job(1), Cancelled()))
    journal.add([job(2)])

    def long(connection: sqlite3.Connection) -> int:
        before = connection.execute("SELECT count(*) FROM entry").fetchone()[0]
        finishing = threading.Thread(target=journal.finish, args=(job(2).id, Cancelled()))
        finishing.start()
        finishing.join(timeout=20)
        assert not finishing.is_alive()
        # One search sees one state of things.
        assert connection.execute("SELECT count(*) FROM entry").fetchone()[0] == before
        return int(before)

    assert journal.look(long) == 1
    assert History(journal).count() == 2


def test_another_process_sees_what_this_one_ended(open_journal: Opener) -> None:
    first, second = open_journal(), open_journal()
    history = History(second)
    assert history.find(HistoryQuery()) == ()
    end(first, (job(1), Cancelled()))
    assert positions(history) == [1]


@pytest.mark.parametrize(
    "call",
    [
        lambda history: history.find(HistoryQuery(text="photo")),
        lambda history: history.entries([1]),
        lambda history: history.profiles(),
        lambda history: history.count(),
    ],
)
@pytest.mark.expect_log("the journal's file failed")
def test_a_file_that_fails_under_a_search_is_replaced(
    call: Callable[[History], object], journal: Journal, history: History, file: Path
) -> None:
    end(journal, (job(1), Cancelled()))
    before = call(history)
    journal._file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as opened:
        opened.write(bytes(file.stat().st_size))
    journal._file.connection.execute("PRAGMA shrink_memory")
    for reader in journal._file._readers:
        reader.execute("PRAGMA shrink_memory")
    assert call(history) == before


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("facts", [{}, {"profile": "profile", "states": frozenset({JobState.DONE}), "since": START}])
def test_no_order_has_to_sort(order: Order, facts: dict[str, object], journal: Journal, history: History) -> None:
    history.count()
    (reader,) = journal._file._readers
    asked: list[str] = []
    reader.set_trace_callback(asked.append)
    history.find(HistoryQuery(order=order, **facts))  # type: ignore[arg-type]
    reader.set_trace_callback(None)
    (statement,) = [each for each in asked if "FROM entry" in each]
    steps = [row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert any("USING COVERING INDEX entry_" in step for step in steps), steps
    assert not any("TEMP B-TREE" in step for step in steps), steps


# --- who has what is left -------------------------------------------------------------------------


def test_unfinished_jobs_are_told_with_their_owners(open_journal: Opener) -> None:
    first, second = open_journal(), open_journal()
    first.add([job(1)])
    first.close()
    second.add([job(2), job(3)])
    second.finish(job(3).id, Cancelled())
    second.reserve(job(2).id, plan(job(2)))
    second.note_sent(second.begin_attempt(job(2).id), bytes_sent=1000, maybe_charged=True)
    third = open_journal()
    third.add([job(4)])
    found = third.unfinished()
    assert [each.maybe_charged for each in found] == [False, True, False]
    assert [(each.status.job, each.status.state, each.owner_alive) for each in found] == [
        (job(1), JobState.QUEUED, False),
        (job(2), JobState.RUNNING, True),
        (job(4), JobState.QUEUED, True),
    ]
    assert (found[1].status.keys, found[1].status.tries) == (tuple(each.key for each in plan(job(2))), 1)
