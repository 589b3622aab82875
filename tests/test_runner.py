from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kraken_desktop.cancel import CancelToken
from kraken_desktop.kept_record import KeptRecord
from kraken_desktop.model.errors import Scope
from kraken_desktop.model.job import (
    Cancelled,
    Done,
    Failed,
    Failure,
    Job,
    JobState,
    JobStatus,
    Outcome,
    Phase,
    Progress,
    Snapshot,
    Source,
    SourceKind,
    StoredImage,
)
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.model.records import to_record
from kraken_desktop.runner import Runner
from kraken_desktop.runner_roles import Hold
from kraken_desktop.stores.journal import Journal, Recovered

WRONG_KEY = Failed(failure=Failure(code="kraken.bad_credentials", scope=Scope.BATCH))
BUSY = Failed(failure=Failure(code="kraken.server_fault", retryable=True))
BROKEN = Failed(failure=Failure(code="source.missing"))
OFFLINE = Failed(failure=Failure(code="transport.connect", retryable=True))


def stored(name: str) -> Done:
    return Done(images=(StoredImage(key=name, url=f"https://cdn.example/{name}"),), original_bytes=10)


def jobs_of(count: int) -> list[Job]:
    snapshot = Snapshot(profile=Profile(id="p", name="Web"), recipe=Recipe())
    batch = str(uuid.uuid4())
    return [
        Job(
            id=f"job{n}",
            batch_id=batch,
            position=n + 1,
            dropped_at=datetime.now(UTC),
            source=Source(kind=SourceKind.FILE, location=f"/images/{n}.png", name=f"{n}.png", size=10),
            snapshot=snapshot,
        )
        for n in range(count)
    ]


class ByHand:
    """An executor that runs what the test says, when it says so."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def submit(self, work: Callable[[], None], /) -> None:
        self.waiting.append(work)

    def run_all(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


@dataclass
class Heard:
    """A listener that keeps what it hears."""

    statuses: list[JobStatus] = field(default_factory=list)
    pauses: list[Failure | None] = field(default_factory=list)
    suspensions: list[bool] = field(default_factory=list)
    holds: list[tuple[Hold, ...]] = field(default_factory=list)

    def job_changed(self, status: JobStatus) -> None:
        self.statuses.append(status)

    def queue_paused(self, why: Failure | None) -> None:
        self.pauses.append(why)

    def queue_suspended(self, suspended: bool) -> None:
        self.suspensions.append(suspended)

    def queue_held(self, holds: tuple[Hold, ...]) -> None:
        self.holds.append(holds)

    def states(self, job_id: str) -> list[JobState]:
        return [status.state for status in self.statuses if status.job.id == job_id]

    def last(self, job_id: str) -> JobStatus:
        return [status for status in self.statuses if status.job.id == job_id][-1]


@dataclass
class Stage:
    """A runner in a test's hands: time, threads and outcomes are what the test says."""

    journal: Journal
    executor: ByHand = field(default_factory=ByHand)
    heard: Heard = field(default_factory=Heard)
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    suspected: dict[str, datetime | None] = field(default_factory=dict)
    now: float = 0.0
    timers: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)

    def work(
        self,
        job: Job,
        cancel: CancelToken,
        tell: Callable[[Progress], None],
        suspected_since: datetime | None = None,
        /,
    ) -> Outcome:
        self.ran.append(job.id)
        self.suspected[job.id] = suspected_since
        told = self.outcomes.get(job.id)
        sent = 0 if told and told[0] == OFFLINE else 5
        tell(Progress(phase=Phase.UPLOADING, sent=sent, total=10, key=f"{job.id}.png"))
        if cancel.cancelled:
            return Cancelled()
        return told.pop(0) if told else stored(f"{job.id}.png")

    def later(self, seconds: float, call: Callable[[], None], /) -> Callable[[], None]:
        timer = (self.now + seconds, call)
        self.timers.append(timer)
        return lambda: self.timers.remove(timer) if timer in self.timers else None

    def pass_time(self, until: float) -> None:
        self.now = until
        for timer in [timer for timer in self.timers if timer[0] <= until]:
            self.timers.remove(timer)
            timer[1]()

    def cancelled_runner(self, outcome: Outcome) -> Runner:
        """A runner whose person cancels each job while it runs, and whose work ends with ``outcome`` all the same."""

        def work(
            job: Job, cancel: CancelToken, tell: Callable[[Progress], None], since: datetime | None = None, /
        ) -> Outcome:
            runner.cancel([job.id])
            return outcome

        self.work = work  # type: ignore[method-assign]
        runner = self.runner()
        return runner

    def runner(self, limit: int = 2, *, patient: bool = False) -> Runner:
        return Runner(
            executor=self.executor,
            work=self.work,
            journal=self.journal,
            listener=self.heard,
            limit=limit,
            patient=patient,
            clock=lambda: self.now,
            later=self.later,
            draw=lambda: 1.0,
        )


def no_problem(error: Exception) -> None:
    raise AssertionError(f"the journal is not kept: {error}")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal.open(tmp_path / "journal", no_problem)
    yield opened
    opened.close()


@pytest.fixture
def stage(journal: Journal) -> Stage:
    return Stage(journal)


def test_every_job_is_run_once_and_journaled(stage: Stage) -> None:
    runner = stage.runner()
    runner.submit(jobs_of(5))
    assert len(stage.executor.waiting) == 2, "as many as the limit allows"
    stage.executor.run_all()
    assert stage.ran == [f"job{n}" for n in range(5)]
    assert stage.heard.states("job4") == [JobState.QUEUED, JobState.RUNNING, JobState.DONE]
    assert runner.wait_idle(0)
    assert {status.job.id for status in stage.journal.recent(10)} == {f"job{n}" for n in range(5)}


def test_a_status_carries_the_planned_key(stage: Stage) -> None:
    stage.outcomes["job0"] = [BROKEN]
    stage.runner().submit(jobs_of(1))
    stage.executor.run_all()
    assert stage.heard.last("job0").keys == ("job0.png",)


def test_progress_is_the_newest_of_each_job_and_taken_once(stage: Stage) -> None:
    release = threading.Event()

    def work(
        job: Job, cancel: CancelToken, tell: Callable[[Progress], None], since: datetime | None = None, /
    ) -> Outcome:
        for sent in range(1, 6):
            tell(Progress(phase=Phase.UPLOADING, sent=sent, total=5))
        release.wait(10)
        return stored(job.id)

    stage.work = work  # type: ignore[method-assign]
    with ThreadPoolExecutor(1) as pool:
        stage.executor = pool  # type: ignore[assignment]
        runner = stage.runner()
        runner.submit(jobs_of(1))
        seen: dict[str, Progress] = {}
        waiting = threading.Event()
        for _ in range(500):
            seen |= runner.take_progress()
            if seen and seen["job0"].sent == 5:
                break
            waiting.wait(0.01)
        assert seen["job0"].sent == 5
        assert runner.take_progress() == {}
        release.set()
        assert runner.wait_idle(10)


def test_a_failure_that_may_pass_is_tried_again_after_a_pause(stage: Stage) -> None:
    stage.outcomes["job0"] = [BUSY]
    runner = stage.runner()
    runner.submit(jobs_of(1))
    stage.executor.run_all()
    waiting = stage.heard.last("job0")
    assert (waiting.state, waiting.retry_at, waiting.waiting_for) == (JobState.WAITING, 2.0, BUSY.failure)
    assert not runner.wait_idle(0)
    stage.pass_time(2.0)
    stage.executor.run_all()
    assert stage.heard.last("job0").state is JobState.DONE
    assert stage.heard.last("job0").tries == 2


def test_one_bad_credential_is_told_once_and_holds_the_rest(stage: Stage) -> None:
    stage.outcomes = {"job0": [WRONG_KEY], "job1": [WRONG_KEY]}
    runner = stage.runner()
    runner.submit(jobs_of(50))
    stage.executor.run_all()
    assert stage.heard.pauses == [WRONG_KEY.failure]
    assert stage.ran == ["job0", "job1"]
    assert stage.heard.last("job0").state is JobState.QUEUED
    assert stage.heard.last("job0").waiting_for == WRONG_KEY.failure
    runner.resume()
    stage.executor.run_all()
    assert stage.heard.pauses == [WRONG_KEY.failure, None]
    assert all(stage.heard.last(f"job{n}").state is JobState.DONE for n in range(50))


def test_abandon_ends_what_nobody_can_mend(stage: Stage) -> None:
    stage.outcomes["job0"] = [WRONG_KEY]
    runner = stage.runner(limit=1)
    runner.submit(jobs_of(3))
    stage.executor.run_all()
    runner.abandon(WRONG_KEY.failure)
    assert runner.wait_idle(0)
    assert [stage.heard.last(f"job{n}").outcome for n in range(3)] == [WRONG_KEY] * 3
    assert stage.ran == ["job0"]


def test_cancel_one_and_cancel_all(stage: Stage) -> None:
    runner = stage.runner(limit=1)
    runner.submit(jobs_of(4))
    runner.cancel(["job2"])
    assert stage.heard.last("job2").state is JobState.CANCELLED
    runner.cancel()
    stage.executor.run_all()
    assert runner.wait_idle(0)
    assert [stage.heard.last(f"job{n}").state for n in range(4)] == [JobState.CANCELLED] * 4
    assert stage.ran == ["job0"], "only the one that had started"


def test_cancel_leaves_ended_jobs_alone(stage: Stage) -> None:
    runner = stage.runner()
    runner.submit(jobs_of(1))
    stage.executor.run_all()
    runner.cancel()
    assert stage.heard.last("job0").state is JobState.DONE


@pytest.mark.parametrize("chosen", [["job0"], None])
def test_retry_runs_a_failed_job_again(stage: Stage, chosen: list[str] | None) -> None:
    stage.outcomes["job0"] = [BROKEN]
    runner = stage.runner()
    runner.submit(jobs_of(2))
    stage.executor.run_all()
    assert stage.heard.last("job0").state is JobState.FAILED
    runner.retry(chosen)
    stage.executor.run_all()
    assert stage.heard.last("job0").state is JobState.DONE
    assert stage.ran.count("job1") == 1


def test_pause_starts_nothing_more(stage: Stage) -> None:
    runner = stage.runner(limit=1)
    runner.submit(jobs_of(2))
    runner.suspend()
    stage.executor.run_all()
    assert stage.ran == ["job0"]
    runner.resume()
    stage.executor.run_all()
    assert stage.ran == ["job0", "job1"]


def test_the_person_s_pause_is_told_and_outlasts_a_retry(stage: Stage) -> None:
    stage.outcomes["job0"] = [BROKEN]
    runner = stage.runner(limit=1)
    runner.submit(jobs_of(3))
    runner.suspend()
    stage.executor.run_all()
    assert stage.heard.suspensions == [True]
    runner.retry(["job0"])
    runner.try_now()
    assert stage.ran == ["job0"], "neither is a word about the rest"
    runner.resume()
    stage.executor.run_all()
    assert stage.ran == ["job0", "job1", "job2", "job0"]
    assert stage.heard.suspensions == [True, False]


@pytest.mark.parametrize("ends", ["the last one runs out", "the rest is cancelled"])
def test_a_pause_of_the_person_ends_with_the_work(stage: Stage, ends: str) -> None:
    runner = stage.runner(limit=1)
    runner.submit(jobs_of(1 if ends == "the last one runs out" else 3))
    runner.suspend()
    if ends == "the rest is cancelled":
        runner.cancel(["job1", "job2"])
    stage.executor.run_all()
    assert stage.heard.suspensions == [True, False]
    runner.submit([replace(job, id=f"new-{job.id}") for job in jobs_of(1)])
    stage.executor.run_all()
    assert stage.heard.last("new-job0").state is JobState.DONE


def test_what_holds_jobs_back_is_told_once_and_until_it_is_over(stage: Stage) -> None:
    stage.outcomes["job0"] = [OFFLINE, OFFLINE]
    runner = stage.runner(limit=1, patient=True)
    runner.submit(jobs_of(3))
    stage.executor.run_all()
    (hold,) = stage.heard.holds[-1]
    assert (hold.why, hold.profile_id) == (OFFLINE.failure, jobs_of(1)[0].snapshot.profile.id)
    assert hold.until == stage.heard.last("job0").retry_at
    stage.pass_time(hold.until)
    stage.executor.run_all()
    assert [len(told) for told in stage.heard.holds] == [1, 1], "a new time is told, the same one is not"
    runner.try_now()
    stage.executor.run_all()
    assert stage.heard.holds[-1] == ()
    assert len(stage.heard.holds) == 4, "that it is tried now is told as well"
    assert stage.ran == ["job0", "job0", "job0", "job1", "job2"]


def test_the_others_go_on_as_soon_as_one_gets_through(stage: Stage) -> None:
    stage.outcomes["job0"] = [OFFLINE]
    runner = stage.runner(limit=2, patient=True)
    runner.submit(jobs_of(4))
    first, second = stage.executor.waiting
    stage.executor.waiting.clear()
    first()
    assert len(stage.heard.holds[-1]) == 1
    assert stage.executor.waiting == []
    second()  # it was on its way already
    assert stage.heard.holds[-1] == ()
    assert len(stage.executor.waiting) == 2, "one place was free at its first bytes, and one at its end"


def test_a_look_for_what_was_sent_shows_no_network(stage: Stage) -> None:
    stage.outcomes["job0"] = [OFFLINE]
    runner = stage.runner(limit=2, patient=True)

    def looks(
        job: Job, cancel: CancelToken, tell: Callable[[Progress], None], since: datetime | None = None, /
    ) -> Outcome:
        tell(Progress(phase=Phase.CHECKING, sent=10, total=10, may_arrive=True))
        assert len(stage.heard.holds[-1]) == 1
        return OFFLINE

    runner.submit(jobs_of(4))
    first, second = stage.executor.waiting
    stage.executor.waiting.clear()
    first()
    runner._work = looks
    second()
    assert stage.executor.waiting == []


def test_what_was_running_at_the_end_of_the_program_is_there_at_the_next_start(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal", no_problem)
    stage = Stage(journal)
    runner = stage.runner(limit=1)
    runner.submit(jobs_of(2))
    closer = threading.Thread(target=runner.close)
    closer.start()
    for _ in range(500):
        if runner.paused:
            break
        threading.Event().wait(0.01)
    stage.executor.run_all()
    closer.join(10)
    journal.close()
    again = Journal.open(tmp_path / "journal", no_problem)
    assert [each.job.id for each in again.take_over()] == ["job0", "job1"]
    again.close()


def test_a_suspected_job_of_an_earlier_run_is_only_looked_for(tmp_path: Path) -> None:
    first = Journal.open(tmp_path / "journal", no_problem)
    first.add(jobs_of(2))
    first.note_sent(first.begin_attempt("job0"), bytes_sent=10, maybe_charged=True)
    first.begin_attempt("job1")
    first.close()
    journal = Journal.open(tmp_path / "journal", no_problem)
    stage = Stage(journal)
    runner = stage.runner()
    runner.resume_jobs(journal.take_over())
    stage.executor.run_all()
    assert stage.suspected["job0"] is not None
    assert stage.suspected["job1"] is None
    journal.close()


def test_many_jobs_on_many_threads_end_once_each(stage: Stage) -> None:
    with ThreadPoolExecutor(8) as pool:
        stage.executor = pool  # type: ignore[assignment]
        runner = stage.runner(limit=8)
        runner.submit(jobs_of(300))
        assert runner.wait_idle(60)
    ended = [status.job.id for status in stage.heard.statuses if status.state.ended]
    assert sorted(ended) == sorted(f"job{n}" for n in range(300))


@pytest.mark.parametrize("met", [BUSY, WRONG_KEY])
def test_a_cancelled_job_is_not_tried_again(stage: Stage, met: Failed) -> None:
    runner = stage.cancelled_runner(met)
    runner.submit(jobs_of(1))
    stage.executor.run_all()
    assert stage.heard.last("job0").state is JobState.CANCELLED
    assert runner.wait_idle(0)
    assert not runner.paused


@pytest.mark.parametrize("end", [Cancelled(), Failed(failure=WRONG_KEY.failure)], ids=["cancel", "abandon"])
def test_what_is_there_is_listed_although_the_job_is_not_tried_again(stage: Stage, end: Outcome) -> None:
    partly = replace(BUSY, images=stored("a.png").images, original_bytes=10)
    stage.outcomes = {"job0": [partly]}
    runner = stage.runner()
    runner.submit(jobs_of(1))
    stage.executor.run_all()
    assert stage.heard.last("job0").state is JobState.WAITING
    if isinstance(end, Cancelled):
        runner.cancel()
    else:
        runner.abandon(end.failure)
    told = replace(end, images=partly.images, original_bytes=10)
    assert stage.heard.last("job0").outcome == told
    (status,) = stage.journal.recent(1)
    assert status.outcome == told


@pytest.mark.parametrize("run", ["this one", "an earlier one"])
@pytest.mark.parametrize("removed", [False, True], ids=["there", "removed"])
def test_what_is_there_is_listed_although_a_retry_is_cancelled(stage: Stage, run: str, removed: bool) -> None:
    images = stored("a.png").images
    partly = Failed(failure=BROKEN.failure, images=images, original_bytes=10)
    stage.outcomes = {"job0": [partly]}
    runner = stage.runner()
    (job,) = jobs_of(1)
    runner.submit([job])
    stage.executor.run_all()
    if removed:
        stage.journal.mark_removed({"job0": ["a.png"]})
    if run == "an earlier one":
        runner = stage.runner()
        stage.journal.requeue_all([job])
    runner.suspend()
    if run == "an earlier one":
        runner.resume_jobs([Recovered(job=job, planned=(), attempt=None, outcome=partly)])
    else:
        runner.retry(["job0"])
    runner.cancel(["job0"])
    assert stage.heard.last("job0").links == (() if removed else images)
    assert stage.journal.recent(1)[0].links == (() if removed else images)


def test_what_may_have_been_charged_is_told_even_if_it_was_cancelled(stage: Stage) -> None:
    unknown = Failed(failure=Failure(code="fate.unknown"))
    runner = stage.cancelled_runner(unknown)
    runner.submit(jobs_of(1))
    stage.executor.run_all()
    assert stage.heard.last("job0").outcome == unknown


def test_a_job_that_the_person_cancelled_does_not_come_back(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal", no_problem)
    stage = Stage(journal)
    runner = stage.runner()
    runner.submit(jobs_of(1))
    runner.cancel()
    closer = threading.Thread(target=runner.close)
    closer.start()
    stage.executor.run_all()
    closer.join(10)
    journal.close()
    again = Journal.open(tmp_path / "journal", no_problem)
    assert again.take_over() == ()
    again.close()


def test_a_suspicion_outlives_a_locked_keyring(tmp_path: Path) -> None:
    first = Journal.open(tmp_path / "journal", no_problem)
    first.add(jobs_of(1))
    first.note_sent(first.begin_attempt("job0"), bytes_sent=10, maybe_charged=True)
    first.close()
    journal = Journal.open(tmp_path / "journal", no_problem)
    stage = Stage(journal)
    stage.outcomes["job0"] = [Failed(failure=Failure(code="secret.locked", scope=Scope.BATCH))]
    runner = stage.runner()
    runner.resume_jobs(journal.take_over())
    stage.executor.run_all()
    stage.suspected.clear()
    runner.resume()
    stage.executor.run_all()
    assert stage.suspected["job0"] is not None, "still only looked for, never sent"
    journal.close()


@pytest.mark.expect_log("a listener failed")
def test_a_failing_listener_does_not_stop_the_queue(stage: Stage) -> None:
    def broken(status: JobStatus) -> None:
        raise BrokenPipeError

    stage.heard.job_changed = broken  # type: ignore[method-assign]
    runner = stage.runner(limit=1)
    runner.submit(jobs_of(3))
    stage.executor.run_all()
    assert runner.wait_idle(0)
    assert len(stage.ran) == 3


@pytest.mark.expect_log("the journal does not take")
def test_a_result_is_seen_although_no_journal_takes_it(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal", no_problem)
    stage = Stage(journal)
    runner = stage.runner()
    runner.submit(jobs_of(1))
    journal.close()
    stage.executor.run_all()
    assert stage.heard.last("job0").state is JobState.DONE
    assert runner.wait_idle(0)


def test_giving_up_ends_what_cannot_be_stopped(stage: Stage) -> None:
    release, begun = threading.Event(), threading.Event()

    def stuck(
        job: Job, cancel: CancelToken, tell: Callable[[Progress], None], since: datetime | None = None, /
    ) -> Outcome:
        begun.set()
        release.wait(30)
        return stored(job.id)

    stage.work = stuck  # type: ignore[method-assign]
    with ThreadPoolExecutor(1) as pool:
        stage.executor = pool  # type: ignore[assignment]
        runner = stage.runner(limit=2)
        runner.submit(jobs_of(2))
        begun.wait(10)
        runner.cancel()
        runner.give_up()
        assert runner.wait_idle(0)
        assert {stage.heard.last(f"job{n}").state for n in range(2)} == {JobState.CANCELLED}
        release.set()
    assert {stage.heard.last(f"job{n}").state for n in range(2)} == {JobState.CANCELLED}
    assert {status.state for status in stage.journal.recent(5)} == {JobState.CANCELLED}


def test_no_start_is_missed_between_two_looks_at_the_clock(stage: Stage) -> None:
    stage.outcomes["job0"] = [BUSY]
    runner = stage.runner()
    runner.submit(jobs_of(1))
    stage.executor.run_all()
    (timer,) = stage.timers
    stage.timers.clear()
    # Clocks of some systems count in steps: a timer may fire before its time by them.
    looks = iter([1.999, 2.0])
    runner._clock = lambda: next(looks, 2.0)
    timer[1]()
    for _, call in tuple(stage.timers):
        call()
    assert stage.heard.last("job0").state is JobState.RUNNING


def test_a_pause_is_told_as_it_is_when_its_turn_has_come(stage: Stage) -> None:
    """Who resumes in the moment of a pause: a front end must not take the queue for paused after that."""
    stage.outcomes["job0"] = [WRONG_KEY]
    runner = stage.runner(limit=1)
    runner.submit(jobs_of(2))
    heard = stage.heard.job_changed

    def resumes(status: JobStatus) -> None:
        heard(status)
        if status.waiting_for is not None:
            runner._queue.resume()  # as another thread does that tells so a moment later

    stage.heard.job_changed = resumes  # type: ignore[method-assign]
    stage.executor.run_all()
    assert stage.heard.pauses == [None]
    stage.executor.run_all()
    assert runner.wait_idle(0)


# --- what the person mended since the drop ---


def mended(job: Job) -> Job:
    return replace(job, snapshot=replace(job.snapshot, profile=Profile(id="p", name="Web", bucket="right")))


def test_what_was_mended_reaches_the_jobs_that_wait_for_it(stage: Stage) -> None:
    stage.outcomes = {"job0": [WRONG_KEY], "job1": [BROKEN]}
    runner = stage.runner()
    runner.submit(jobs_of(4))
    stage.executor.run_all()
    assert stage.heard.last("job1").state is JobState.FAILED
    runner.resume(mended)
    stage.executor.run_all()
    assert [stage.heard.last(f"job{n}").job.snapshot.profile.bucket for n in range(4)] == [
        "right",
        "",
        "right",
        "right",
    ]
    runner.retry(["job1"], mended)
    stage.executor.run_all()
    assert stage.heard.last("job1").job.snapshot.profile.bucket == "right"
    journaled = {status.job.id: status.job.snapshot.profile.bucket for status in stage.journal.recent(10)}
    assert journaled == {f"job{n}": "right" for n in range(4)}


@pytest.mark.parametrize("met", [WRONG_KEY, OFFLINE, BUSY], ids=["wrong key", "offline", "busy"])
@pytest.mark.parametrize("says", ["resume", "try now", "retry"])
def test_what_was_mended_reaches_one_that_was_still_running(stage: Stage, met: Failed, says: str) -> None:
    stage.outcomes = {"job0": [WRONG_KEY if says != "try now" else OFFLINE], "job1": [met]}
    runner = stage.runner(patient=True)
    runner.submit(jobs_of(2))
    first, second = stage.executor.waiting
    stage.executor.waiting.clear()
    first()
    {"resume": runner.resume, "try now": runner.try_now, "retry": lambda new: runner.retry([], new)}[says](mended)
    second()  # it had begun with what was wrong
    assert stage.heard.last("job1").job.snapshot.profile.bucket == "right"
    if runner.paused:
        runner.resume()
    stage.executor.run_all()
    stage.pass_time(60)
    stage.executor.run_all()
    assert stage.heard.last("job1").state is JobState.DONE
    journaled = {status.job.id: status.job.snapshot.profile.bucket for status in stage.journal.recent(10)}
    assert journaled["job1"] == "right"


def test_a_later_drop_keeps_what_it_was_told(stage: Stage) -> None:
    runner = stage.runner()
    runner.submit(jobs_of(1))
    runner.resume(mended)
    stage.executor.run_all()
    newer = Snapshot(profile=Profile(id="p", name="Web", bucket="newer"), recipe=Recipe())
    stage.outcomes["newer"] = [BUSY]
    runner.submit([replace(job, id="newer", snapshot=newer) for job in jobs_of(1)])
    stage.executor.run_all()
    assert stage.heard.last("newer").job.snapshot.profile.bucket == "newer"


def test_one_that_is_only_looked_for_is_looked_for_where_it_went(tmp_path: Path) -> None:
    first = Journal.open(tmp_path / "journal", no_problem)
    first.add(jobs_of(1))
    first.note_sent(first.begin_attempt("job0"), bytes_sent=10, maybe_charged=True)
    first.close()
    journal = Journal.open(tmp_path / "journal", no_problem)
    stage = Stage(journal)
    runner = stage.runner()
    runner.suspend()
    runner.resume_jobs(journal.take_over())
    runner.resume(mended)
    stage.executor.run_all()
    assert stage.heard.last("job0").job.snapshot.profile.bucket == ""
    journal.close()


def test_many_are_cancelled_in_parts(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = stage.runner()
    runner.submit(jobs_of(1_202))
    told: list[int] = []
    finish_all = stage.journal.finish_all

    def finish_some(outcomes: Mapping[str, Outcome]) -> None:
        told.append(sum(status.state is JobState.CANCELLED for status in stage.heard.statuses))
        finish_all(outcomes)

    monkeypatch.setattr(stage.journal, "finish_all", finish_some)
    runner.cancel()
    assert told == [0, 500, 1_000], "the first are told before the last are written"
    assert sum(status.state is JobState.CANCELLED for status in stage.heard.statuses) == 1_200


def test_what_an_earlier_run_stored_is_listed_if_nobody_goes_on_with_it(stage: Stage) -> None:
    there = StoredImage(variant="small", key="a-small.png", url="https://example.com/a-small.png")
    (job,) = jobs_of(1)
    kept = to_record(KeptRecord(digest="0" * 64, stored_as=job.snapshot.profile, there=(there,)))
    stage.journal.add([job])
    runner = stage.runner()
    runner.suspend()
    runner.resume_jobs([Recovered(job=job, planned=(), attempt=None, kept=kept)])
    runner.cancel(["job0"])
    assert stage.heard.last("job0").links == (there,)
    assert stage.journal.recent(1)[0].links == (there,)


def test_a_pause_that_holds_nothing_any_more_is_over(stage: Stage) -> None:
    stage.outcomes["job0"] = [WRONG_KEY]
    runner = stage.runner(limit=1)
    runner.submit(jobs_of(3))
    stage.executor.run_all()
    runner.cancel(["job1"])
    assert runner.paused
    runner.cancel()
    assert not runner.paused
    assert stage.heard.pauses == [WRONG_KEY.failure, None]
