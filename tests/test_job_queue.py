from __future__ import annotations

from collections.abc import Callable

import pytest

from kraken_desktop.job_queue import MAX_TRIES, JobQueue, Verdict
from kraken_desktop.model.errors import Scope
from kraken_desktop.model.job import Cancelled, Done, Failed, Failure, JobState, Outcome, Skipped, state_of

BUSY = Failed(failure=Failure(code="kraken.server_fault", retryable=True))
LIMITED = Failed(failure=Failure(code="kraken.rate_limited", retryable=True, facts={"retry_after": 30}))
BROKEN = Failed(failure=Failure(code="source.missing"))
WRONG_KEY = Failed(failure=Failure(code="kraken.bad_credentials", scope=Scope.BATCH))
DONE = Done(images=())


def queue_of(count: int, limit: int = 2) -> JobQueue:
    queue = JobQueue(limit)
    queue.add(f"job{n}" for n in range(count))
    return queue


def start_all(queue: JobQueue, now: float = 0.0) -> list[str]:
    started = []
    while (job_id := queue.start_next(now)) is not None:
        started.append(job_id)
    return started


def test_jobs_start_in_order_up_to_the_limit() -> None:
    queue = queue_of(5)
    assert start_all(queue) == ["job0", "job1"]
    queue.finish("job1", DONE, 0, 0)
    assert start_all(queue) == ["job2"]
    assert queue.running == {"job0", "job2"}


@pytest.mark.parametrize("outcome", [DONE, Skipped(reason="same"), Cancelled(), BROKEN])
def test_a_final_outcome_ends_the_job(outcome: Outcome) -> None:
    queue = queue_of(1)
    start_all(queue)
    assert queue.finish("job0", outcome, 0, 0) is Verdict.ENDED
    assert queue.state("job0") is state_of(outcome)
    assert queue.idle


def test_one_bad_file_never_stops_the_others() -> None:
    queue = queue_of(100, limit=1)
    ended = []
    while (job_id := queue.start_next(0)) is not None:
        ended.append(job_id)
        queue.finish(job_id, BROKEN if job_id == "job3" else DONE, 0, 0)
    assert len(ended) == 100
    assert queue.ids_in(JobState.FAILED) == ("job3",)


def test_retries_wait_longer_each_time_and_end() -> None:
    queue, now, pauses = queue_of(1), 0.0, []
    while True:
        assert queue.start_next(now) == "job0"
        if queue.finish("job0", BUSY, now, 1.0) is Verdict.ENDED:
            break
        assert queue.start_next(now) is None, "not before its time"
        wake_at = queue.wake_at(now)
        assert wake_at is not None
        pauses.append(wake_at - now)
        now = wake_at
    assert len(pauses) == MAX_TRIES - 1
    assert pauses == sorted(set(pauses))
    assert queue.state("job0") is JobState.FAILED


def test_jitter_spreads_the_pause_by_half() -> None:
    spread = []
    for jitter in (0.0, 1.0):
        queue = queue_of(1)
        start_all(queue)
        queue.finish("job0", BUSY, 0, jitter)
        spread.append(queue.retry_at("job0"))
    assert spread[0] == spread[1] / 2


def test_the_server_is_not_asked_before_the_time_it_named() -> None:
    queue = queue_of(1)
    start_all(queue)
    queue.finish("job0", LIMITED, 100.0, 0.0)
    assert queue.retry_at("job0") >= 130.0


OFFLINE = Failed(failure=Failure(code="transport.connect", retryable=True))


UNANSWERED = Failed(failure=Failure(code="transport.timeout", retryable=True, facts={"phase": "connect"}))


@pytest.mark.parametrize("met", [LIMITED, OFFLINE, UNANSWERED])
def test_what_all_would_meet_holds_all_back_and_one_alone_tries(met: Failed) -> None:
    queue = queue_of(6, limit=3)
    start_all(queue)
    queue.finish("job0", met, 0, 0)
    queue.finish("job1", BROKEN, 0, 0)
    assert start_all(queue) == [], "nobody runs into the same wall"
    until = queue.retry_at("job0")
    assert queue.wake_at(0) == until
    queue.finish("job2", BROKEN, 0, 0)
    assert start_all(queue, until) == ["job0"]
    queue.finish("job0", DONE, until, 0)
    assert start_all(queue, until) == ["job3", "job4", "job5"]


def test_a_network_that_stays_away_pauses_the_queue_once() -> None:
    queue, now, runs = queue_of(1000, limit=4), 0.0, 0
    while not queue.paused:
        for job_id in start_all(queue, now):
            runs += 1
            queue.finish(job_id, OFFLINE, now, 1.0)
        now = queue.wake_at(now) or now
    assert runs <= 4 * MAX_TRIES, "not a thousand times four"
    assert queue.ids_in(JobState.FAILED) == ()
    queue.resume()
    assert start_all(queue, now) != []


@pytest.mark.parametrize("met", [LIMITED, OFFLINE])
def test_a_patient_queue_goes_on_by_itself_however_long_it_takes(met: Failed) -> None:
    queue, now = JobQueue(4, patient=True), 0.0
    queue.add(f"job{n}" for n in range(100))
    pauses: list[float] = []
    for _ in range(2_000):
        for job_id in start_all(queue, now):
            assert queue.finish(job_id, met, now, 1.0) is Verdict.TRY_AGAIN
        wake_at = queue.wake_at(now)
        assert wake_at is not None
        pauses.append(wake_at - now)
        now = wake_at
    assert not queue.paused
    assert max(pauses) <= 60, "a network that is back is noticed within a minute"
    assert queue.holds() == (("", met.failure, queue.holds()[0][2]),)
    (job_id,) = start_all(queue, now)
    queue.finish(job_id, DONE, now, 1.0)
    assert queue.holds() == ()
    assert len(start_all(queue, now)) == 4


def test_what_holds_one_lane_back_lets_the_others_go_on() -> None:
    queue = JobQueue(2, patient=True)
    queue.add(["a1", "a2", "a3"], "far")
    queue.add(["b1", "b2", "b3"], "near")
    assert start_all(queue) == ["a1", "a2"]
    queue.finish("a1", OFFLINE, 0, 1.0)
    assert start_all(queue) == ["b1"]
    queue.finish("a2", OFFLINE, 0, 1.0)
    assert start_all(queue) == ["b2"]
    assert [lane for lane, _, _ in queue.holds()] == ["far"]
    assert queue.wake_at(0) == queue.retry_at("a1")
    queue.finish("b1", DONE, 0, 0)
    assert [lane for lane, _, _ in queue.holds()] == ["far"], "another lane's success tells nothing"
    until = queue.retry_at("a1")
    assert start_all(queue, until) == ["a1"], "one alone, though another could run beside it"
    queue.finish("b2", DONE, until, 0)
    assert start_all(queue, until) == ["b3"]


def test_a_wait_of_one_lane_is_not_forgotten_while_another_is_tried() -> None:
    queue = JobQueue(4, patient=True)
    queue.add(["a1", "a2"], "far")
    queue.add(["b1"], "near")
    start_all(queue)
    queue.finish("a1", OFFLINE, 0, 1.0)
    queue.finish("a2", OFFLINE, 0, 1.0)
    queue.finish("b1", BUSY, 1.9, 1.0)
    assert start_all(queue, 2.0) == ["a1"], "its lane may start nothing else now, and is due"
    assert queue.wake_at(2.0) == queue.retry_at("b1")


@pytest.mark.parametrize("end", [JobQueue.resume, JobQueue.try_now])
def test_a_hold_can_be_ended_by_hand(end: Callable[[JobQueue], None]) -> None:
    queue = JobQueue(2, patient=True)
    queue.add(["a1", "a2"], "far")
    start_all(queue)
    queue.finish("a1", OFFLINE, 0, 1.0)
    queue.finish("a2", OFFLINE, 0, 1.0)
    assert start_all(queue, 0.1) == []
    end(queue)
    assert start_all(queue, 0.1) == ["a1"]


@pytest.mark.parametrize(("met", "over"), [(OFFLINE, True), (LIMITED, False)])
def test_bytes_that_get_through_show_that_there_is_a_network(met: Failed, over: bool) -> None:
    queue = JobQueue(3, patient=True)
    queue.add(["a", "b", "c"])
    assert queue.start_next(0) == "a"
    queue.finish("a", met, 0, 1.0)
    now = queue.retry_at("a")
    assert start_all(queue, now) == ["a"]
    assert queue.reached("a") is over
    assert not queue.reached("a")
    assert start_all(queue, now) == (["b", "c"] if over else [])
    assert (queue.holds() == ()) is over


STRUCK = Failed(failure=Failure(code="kraken.store_busy"))


def test_a_bucket_that_is_busy_is_not_paid_for_by_all() -> None:
    queue, now = JobQueue(3, patient=True), 0.0
    queue.add(f"job{n}" for n in range(100))
    queue.add(["other"], "other")
    started = start_all(queue)
    assert queue.finish(started[0], STRUCK, now, 1.0) is Verdict.ENDED, "whether it is paid again is the person's wish"
    queue.finish(started[1], DONE, now, 1.0)
    queue.finish(started[2], STRUCK, now, 1.0)
    runs, pauses = 2, []
    while not queue.paused:
        assert start_all(queue, now) in ([], ["other"])
        wake_at = queue.wake_at(now)
        assert wake_at is not None
        pauses.append(wake_at - now)
        now = wake_at
        (job_id,) = start_all(queue, now)
        queue.finish(job_id, STRUCK, now, 1.0)
        runs += 1
    assert runs <= 2 + MAX_TRIES
    assert pauses == sorted(set(pauses)), "longer each time"
    assert queue.paused_by == STRUCK.failure
    queue.finish("other", DONE, now, 1.0)
    queue.resume()
    (job_id,) = start_all(queue, now)
    queue.finish(job_id, DONE, now, 1.0)
    assert queue.holds() == ()
    assert len(start_all(queue, now)) == 3


def test_an_answer_that_does_not_come_is_the_job_s_own_matter() -> None:
    queue = JobQueue(2, patient=True)
    queue.add(["a", "b", "c"])
    start_all(queue)
    slow = Failed(failure=Failure(code="transport.timeout", retryable=True, facts={"phase": "read"}))
    queue.finish("a", slow, 0, 1.0)
    assert start_all(queue) == ["c"]
    assert queue.holds() == ()


def test_who_asks_for_a_try_does_not_wait_longer_for_the_next() -> None:
    queue, now = JobQueue(1, patient=True), 0.0
    queue.add(["a"])
    for _ in range(6):
        (job_id,) = start_all(queue, now)
        queue.finish(job_id, OFFLINE, now, 1.0)
        now = queue.retry_at("a")
    start_all(queue, now)
    queue.finish("a", OFFLINE, now, 1.0)
    assert queue.retry_at("a") - now == 60
    queue.try_now()
    start_all(queue, now)
    queue.finish("a", OFFLINE, now, 1.0)
    assert queue.retry_at("a") - now < 5


@pytest.mark.parametrize("ends", ["cancel", "outcome"])
def test_a_hold_without_jobs_is_none(ends: str) -> None:
    queue = queue_of(1)
    start_all(queue)
    queue.finish("job0", OFFLINE, 0, 1.0)
    assert len(queue.holds()) == 1
    if ends == "cancel":
        queue.cancel("job0")
    else:
        start_all(queue, queue.retry_at("job0"))
        queue.finish("job0", BROKEN, 2, 1.0)
    assert queue.holds() == ()
    queue.add(["job1", "job2"])
    assert start_all(queue, 2) == ["job1"], "the next one tells whether it is over"


def test_nothing_starts_while_the_person_has_stopped_the_queue() -> None:
    queue = queue_of(3)
    assert start_all(queue) == ["job0", "job1"]
    queue.suspended = True
    queue.finish("job0", DONE, 0, 0)
    queue.finish("job1", BUSY, 0, 0)
    assert start_all(queue, 1000) == []
    assert queue.wake_at(0) is None
    assert not queue.idle
    queue.try_now()
    assert start_all(queue, 1000) == [], "a network that is back is no reason"
    queue.resume()
    assert start_all(queue) == [], "nor is an account that is full no longer"
    queue.suspended = False
    assert start_all(queue) == ["job1", "job2"]


def test_a_thousand_waiting_jobs_start_by_their_time() -> None:
    queue = queue_of(1000, limit=1000)
    for number, job_id in enumerate(start_all(queue)):
        queue.finish(job_id, BUSY, float(number), 1.0)
    assert queue.wake_at(0) == queue.retry_at("job0")
    queue.cancel("job0")
    assert queue.wake_at(0) == queue.retry_at("job1")
    assert start_all(queue, queue.retry_at("job3")) == ["job1", "job2", "job3"]


def test_one_bad_credential_holds_the_queue_and_loses_no_job() -> None:
    queue = queue_of(4)
    start_all(queue)
    assert queue.finish("job0", WRONG_KEY, 0, 0) is Verdict.HELD
    assert queue.finish("job1", WRONG_KEY, 0, 0) is Verdict.HELD
    assert queue.paused
    assert start_all(queue) == []
    assert not queue.idle
    queue.resume()
    assert set(start_all(queue)) == {"job0", "job1"}
    assert queue.tries("job0") == 1, "a held try does not count"


def test_who_started_before_the_person_mended_it_does_not_pause_again() -> None:
    queue = queue_of(4)
    start_all(queue)
    queue.finish("job0", WRONG_KEY, 0, 0)
    queue.resume()
    assert queue.finish("job1", WRONG_KEY, 0, 0) is Verdict.HELD
    assert not queue.paused
    assert set(start_all(queue)) == {"job0", "job1"}
    queue.finish("job1", WRONG_KEY, 0, 0)
    assert queue.paused, "this one started after that"


def test_resuming_tries_waiting_jobs_at_once() -> None:
    queue = queue_of(1)
    start_all(queue)
    queue.finish("job0", LIMITED, 0, 0)
    queue.paused = True
    assert queue.wake_at(0) is None
    queue.resume()
    assert start_all(queue) == ["job0"]


@pytest.mark.parametrize("waiting", [False, True])
def test_cancel_takes_a_job_out(waiting: bool) -> None:
    queue = queue_of(2, limit=1)
    if waiting:
        start_all(queue)
        queue.finish("job0", BUSY, 0, 0)
    assert queue.cancel("job0")
    assert not queue.cancel("job0"), "only once"
    assert start_all(queue, now=1e9) == ["job1"]
    assert queue.state("job0") is JobState.CANCELLED


def test_a_running_job_is_not_taken_out() -> None:
    queue = queue_of(1)
    start_all(queue)
    assert not queue.cancel("job0")


def test_a_cancelled_job_can_be_added_again_and_runs_once() -> None:
    queue = queue_of(2, limit=5)
    queue.cancel("job0")
    queue.add(["job0"])
    assert sorted(start_all(queue)) == ["job0", "job1"]
    assert queue.running == {"job0", "job1"}
    assert queue.tries("job0") == 1


def test_adding_a_known_job_again_changes_nothing() -> None:
    queue = queue_of(1)
    queue.add(["job0"])
    assert start_all(queue) == ["job0"]
    queue.add(["job0"])
    assert start_all(queue) == []


def test_a_long_time_without_a_network_uses_up_no_tries() -> None:
    queue, now = JobQueue(1, patient=True), 0.0
    queue.add(["job0"])
    for _ in range(MAX_TRIES + 3):
        assert queue.start_next(now) == "job0"
        assert queue.finish("job0", OFFLINE, now, 1.0) is Verdict.TRY_AGAIN
        now = queue.retry_at("job0")
    pauses = []
    for _ in range(MAX_TRIES - 1):
        assert queue.start_next(now) == "job0"
        assert queue.finish("job0", BUSY, now, 1.0) is Verdict.TRY_AGAIN
        pauses.append(queue.retry_at("job0") - now)
        now = queue.retry_at("job0")
    assert pauses[0] == 2.0, "it is back, and only busy"
    assert queue.start_next(now) == "job0"
    assert queue.finish("job0", BUSY, now, 1.0) is Verdict.ENDED
