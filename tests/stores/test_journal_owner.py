"""Who works on which job: living, dead and restarted processes, real ones, killed for real."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from kraken_desktop.model.errors import JournalError
from kraken_desktop.model.job import Phase
from kraken_desktop.stores.journal import Journal
from tests.support.journal_samples import done, job, plan

Child: TypeAlias = "subprocess.Popen[str]"
ROOT = Path(__file__).parents[2]


def unexpected(error: JournalError) -> None:
    pytest.fail(str(error))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Child]]:
    """Starts children on the journal in ``tmp_path``; none is left at the end."""
    children: list[Child] = []

    def start(*arguments: str, folder: Path = tmp_path) -> Child:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.support.journal_child", str(folder), *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        kill(child)


@pytest.fixture
def open_journal(tmp_path: Path) -> Iterator[Callable[[], Journal]]:
    journals: list[Journal] = []

    def open_journal() -> Journal:
        journals.append(Journal.open(tmp_path, unexpected))
        return journals[-1]

    yield open_journal
    for journal in journals:
        journal.close()


def kill(child: Child) -> None:
    child.kill()
    child.communicate(timeout=30)


def say(child: Child) -> None:
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()


def hear(child: Child) -> list[str]:
    """The words of the child's next line; the run's own time limit bounds the wait."""
    assert child.stdout is not None
    return child.stdout.readline().split()


def test_a_killed_process_leaves_everything_to_the_next(
    start: Callable[..., Child], open_journal: Callable[[], Journal]
) -> None:
    child = start("hold", "4")
    assert hear(child) == ["ready"]
    journal = open_journal()
    assert journal.take_over() == ()  # its owner lives
    kill(child)
    recovered = journal.take_over()
    assert [each.job for each in recovered] == [job(number) for number in range(1, 5)]
    assert [each.planned for each in recovered] == [plan(job(1)), plan(job(2)), plan(job(3)), ()]
    charged, *uploading = [each.attempt for each in recovered[:3]]
    assert charged is not None
    assert (charged.phase, charged.bytes_sent, charged.maybe_charged) == (Phase.OPTIMIZING, 1, True)
    for sent, attempt in enumerate(uploading, start=2):
        assert attempt is not None
        assert (attempt.phase, attempt.bytes_sent, attempt.maybe_charged) == (Phase.UPLOADING, sent, False)
    assert recovered[3].attempt is None
    assert journal.take_over() == ()  # ours now, not once more


@pytest.mark.parametrize("acknowledged", [1, 7, 23])
def test_nothing_acknowledged_is_lost_by_a_kill(
    acknowledged: int, start: Callable[..., Child], open_journal: Callable[[], Journal]
) -> None:
    child = start("work", "2000")
    finished = [hear(child)[1] for _ in range(acknowledged)]
    kill(child)
    journal = open_journal()
    ended = {status.job.id: status for status in journal.recent(5000)}
    left = {each.job.id for each in journal.take_over()}
    assert set(finished) <= set(ended)
    assert ended.keys() | left == {job(number).id for number in range(1, 2001)}
    assert not ended.keys() & left
    assert all(status.outcome == done(status.job) for status in ended.values())


def test_processes_that_start_at_once_share_what_is_left(
    start: Callable[..., Child], open_journal: Callable[[], Journal]
) -> None:
    dead = start("hold", "50")
    assert hear(dead) == ["ready"]
    kill(dead)
    children = [start("take") for _ in range(4)]
    for child in children:
        assert hear(child) == ["ready"]
    for child in children:
        say(child)
    taken = [hear(child) for child in children]
    assert [words[0] for words in taken] == ["took"] * 4
    ids = [job_id for words in taken for job_id in words[1:]]
    assert sorted(ids) == sorted(job(number).id for number in range(1, 51))
    assert open_journal().take_over() == ()  # all four live


def test_processes_that_start_at_once_make_one_file(start: Callable[..., Child], tmp_path: Path) -> None:
    children = [start("take") for _ in range(4)]
    assert [hear(child) for child in children] == [["ready"]] * 4  # and no problem
    assert [path.name for path in tmp_path.glob("*.sqlite3")] == ["journal.sqlite3"]


def test_two_processes_write_at_the_same_time(start: Callable[..., Child], open_journal: Callable[[], Journal]) -> None:
    """Four threads each, five transactions a job: nobody is told that the file is busy, and nothing is lost."""
    children = [start("fight", name) for name in ("one", "two")]
    assert [hear(child) for child in children] == [["ready"]] * 2
    for child in children:
        say(child)
    assert [hear(child) for child in children] == [["over"]] * 2  # and no problem
    ended = {status.job.id: (status.outcome, status.tries) for status in open_journal().recent(1000)}
    jobs = [job(number, batch=name) for name in ("one", "two") for number in range(1, 201)]
    assert ended == {each.id: (done(each), 1) for each in jobs}


@pytest.fixture
def sealed() -> Iterator[Path]:
    """A folder that others may go to; pytest takes that right from its own whenever it starts."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "journal"
        folder.mkdir()
        yield folder
        folder.chmod(0o755)


def seal(folder: Path) -> str:
    """Take the right to write from a folder and its files; the user id that this holds for, 0 for our own."""
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    # Root may do anything: it becomes somebody else.
    return "65534" if os.getuid() == 0 else "0"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
@pytest.mark.parametrize("ended", ["closed", "power cut"])
def test_a_folder_that_may_only_be_read_is_shown(
    ended: str, start: Callable[..., Child], sealed: Path, tmp_path: Path
) -> None:
    """Also what is still in the write-ahead log, which SQLite does not read there."""
    journal = Journal.open(tmp_path / "open", unexpected)
    for number in range(1, 6):
        journal.add([job(number)])
        journal.finish(job(number).id, done(job(number)))
    if ended == "closed":
        journal.close()
    for path in (tmp_path / "open").glob("journal.sqlite3*"):
        if not path.name.endswith("-shm"):
            shutil.copyfile(path, sealed / path.name)
    assert (sealed / "journal.sqlite3-wal").exists() == (ended == "power cut")
    journal.close()
    child = start("look", seal(sealed), folder=sealed)
    assert hear(child) == ["problem", "unwritable"]
    assert hear(child) == ["there", "5", "5"]
    assert hear(child) == ["there", "6", "0"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
def test_a_full_disk_loses_no_outcome(start: Callable[..., Child], open_journal: Callable[[], Journal]) -> None:
    child = start("full", "300000")
    assert hear(child) == ["problem", "unwritable"]
    assert hear(child) == ["there", "300"]
    assert hear(child) == ["closed"]
    assert [status.job.position for status in open_journal().recent(1000)] == list(range(300, 0, -1))


def test_closing_leaves_unfinished_jobs_to_the_next(open_journal: Callable[[], Journal]) -> None:
    first = open_journal()
    first.add([job(1), job(2)])
    first.finish(job(1).id, done(job(1)))
    second = open_journal()
    assert second.take_over() == ()
    first.close()
    assert [each.job for each in second.take_over()] == [job(2)]


def test_an_attempt_that_may_have_been_charged_outlives_a_second_crash(
    tmp_path: Path, open_journal: Callable[[], Journal]
) -> None:
    first = open_journal()
    first.add([job()])
    first.note_sent(first.begin_attempt(job().id), bytes_sent=1000, maybe_charged=True)
    first.close()
    second = open_journal()
    (before,) = second.take_over()
    second.begin_attempt(job().id)
    second.close()
    (after,) = open_journal().take_over()
    assert after.attempt == before.attempt
    assert after.attempt is not None
    assert after.attempt.maybe_charged


def test_an_answer_that_charged_nothing_clears_the_attempt(open_journal: Callable[[], Journal]) -> None:
    first = open_journal()
    first.add([job()])
    attempt = first.begin_attempt(job().id)
    first.note_sent(attempt, bytes_sent=1000, maybe_charged=True)
    first.note_sent(attempt, bytes_sent=1000, maybe_charged=False)
    first.close()
    (recovered,) = open_journal().take_over()
    assert recovered.attempt is not None
    assert not recovered.attempt.maybe_charged


def test_the_next_attempt_of_the_same_process_replaces_the_one_before(
    open_journal: Callable[[], Journal],
) -> None:
    first = open_journal()
    first.add([job()])
    earlier = first.begin_attempt(job().id)
    first.note_sent(earlier, bytes_sent=1000, maybe_charged=True)
    later = first.begin_attempt(job().id)
    first.note_sent(earlier, bytes_sent=999, maybe_charged=True)
    first.close()
    (recovered,) = open_journal().take_over()
    assert recovered.attempt is not None
    assert (recovered.attempt.id, recovered.attempt.maybe_charged) == (later, False)


def test_a_requeued_job_of_the_dead_is_ours(open_journal: Callable[[], Journal]) -> None:
    first = open_journal()
    first.add([job()])
    first.finish(job().id, done(job()))
    first.close()
    second = open_journal()
    second.requeue(job().id)
    assert open_journal().take_over() == ()
    second.close()
    assert [each.job for each in open_journal().take_over()] == [job()]


def test_lock_files_of_the_dead_are_removed(
    start: Callable[..., Child], tmp_path: Path, open_journal: Callable[[], Journal]
) -> None:
    for _ in range(2):
        child = start("hold", "1")
        assert hear(child) == ["ready"]
        kill(child)
    journal = open_journal()
    assert len(list((tmp_path / "owners").iterdir())) == 3
    journal.take_over()
    assert len(list((tmp_path / "owners").iterdir())) == 1
    journal.close()
    assert list((tmp_path / "owners").iterdir()) == []
