from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QThread, QTimer
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.jobs import MOST_AT_ONCE, Background, JobBridge, QtExecutor, StopFlag
from kraken_desktop.model.errors import ServerFaultError
from kraken_desktop.model.job import Failure, JobState, JobStatus, Phase, Progress
from tests.support.gui import done, make_job, queued, running


@pytest.fixture
def background(qtbot: QtBot) -> Background:
    made = Background(1)
    yield made
    assert made.close(5)


@pytest.fixture
def bridge(qtbot: QtBot) -> JobBridge:
    return JobBridge()


class TestBackground:
    def test_works_elsewhere_and_answers_here(self, qtbot: QtBot, background: Background) -> None:
        places: list[object] = []

        def work() -> int:
            places.append(QThread.currentThread())
            return 7

        background.run(work, lambda got: places.append((got, QThread.currentThread())), places.append)
        qtbot.waitUntil(lambda: len(places) == 2)
        here = QThread.currentThread()
        assert places[0] is not here
        assert places[1] == (7, here)

    def test_hands_over_what_was_raised(self, qtbot: QtBot, background: Background) -> None:
        got: list[object] = []
        error = ServerFaultError(status=503)

        def work() -> None:
            raise error

        background.run(work, lambda _result: got.append("done"), got.append)
        qtbot.waitUntil(lambda: bool(got))
        assert got == [error]

    def test_runs_in_order_on_one_thread(self, qtbot: QtBot, background: Background) -> None:
        got: list[int] = []
        for number in range(50):
            background.run(lambda number=number: number, got.append, got.append)
        qtbot.waitUntil(lambda: len(got) == 50)
        assert got == list(range(50))

    def test_calls_nobody_after_close(self, qtbot: QtBot, qapp: object) -> None:
        background, may_end, got = Background(1), threading.Event(), []
        background.run(may_end.wait, got.append, got.append)
        assert not background.close(0)
        may_end.set()
        assert background.close(5)
        qtbot.wait(1)  # one round of events
        background.run(lambda: 1, got.append, got.append)
        assert got == []


def test_the_executor_runs_and_ends() -> None:
    executor, ran, may_end = QtExecutor(2), threading.Event(), threading.Event()

    def work() -> None:
        ran.set()
        may_end.wait(10)

    executor.submit(work)
    assert ran.wait(10)
    assert not executor.close(0)
    may_end.set()
    assert executor.close(10)


def test_a_flag_is_seen_from_another_thread() -> None:
    flag, seen = StopFlag(), threading.Event()

    def look() -> None:
        while not flag.is_set():
            threading.Event().wait(0.001)
        seen.set()

    threading.Thread(target=look, daemon=True).start()
    assert not flag.is_set()
    flag.set()
    assert seen.wait(10)


class TestJobBridge:
    def test_tells_many_changes_at_once_and_in_order(self, qtbot: QtBot, bridge: JobBridge) -> None:
        with qtbot.waitSignal(bridge.changed) as told:
            worker = threading.Thread(
                target=lambda: [bridge.job_changed(queued(number)) for number in range(MOST_AT_ONCE)]
            )
            worker.start()
            worker.join()
        assert [status.job.id for status in told.args[0]] == [f"job-{number}" for number in range(MOST_AT_ONCE)]

    def test_tells_very_many_in_parts_and_sees_to_the_window_between(self, qtbot: QtBot, bridge: JobBridge) -> None:
        heard: list[object] = []

        def hear(statuses: list[JobStatus]) -> None:
            if not heard:
                # Whoever wants something of the window meanwhile does not wait for the rest.
                QTimer.singleShot(0, lambda: heard.append("another event"))
            heard.append([status.job.id for status in statuses])

        bridge.changed.connect(hear)
        bridge.paused.connect(heard.append)
        why = Failure.of(ServerFaultError(status=503))
        count = 2 * MOST_AT_ONCE + 1
        bridge.announce([queued(number) for number in range(count)])
        bridge.queue_paused(why)
        qtbot.waitUntil(lambda: why in heard)
        parts = [part for part in heard if isinstance(part, list)]
        assert [len(part) for part in parts] == [MOST_AT_ONCE, MOST_AT_ONCE, 1]
        assert [job_id for part in parts for job_id in part] == [f"job-{number}" for number in range(count)]
        # The list has to know of a pause's job before.
        assert heard[-1] == why
        assert heard.index("another event") < heard.index(parts[-1])

    def test_tells_only_the_newest_of_a_job(self, qtbot: QtBot, bridge: JobBridge) -> None:
        with qtbot.waitSignal(bridge.changed) as told:
            for status in (queued(1), running(1), done(1)):
                bridge.job_changed(status)
        assert [status.state for status in told.args[0]] == [JobState.DONE]

    def test_adds_progress_and_the_key(self, qtbot: QtBot, bridge: JobBridge) -> None:
        newest = {"job-1": Progress(phase=Phase.UPLOADING, sent=3, total=9, key="a/b.png")}
        bridge.watch(lambda: newest)
        with qtbot.waitSignal(bridge.changed) as told:
            bridge.job_changed(JobStatus(job=make_job(1), state=JobState.RUNNING))
        (status,) = told.args[0]
        assert status.progress == newest["job-1"]
        assert status.keys == ("a/b.png",)

    def test_forgets_progress_of_what_has_ended(self, qtbot: QtBot, bridge: JobBridge) -> None:
        bridge.watch(lambda: {"job-1": Progress(phase=Phase.UPLOADING, sent=3, total=9)})
        with qtbot.waitSignal(bridge.changed) as told:
            bridge.job_changed(running(1))
            bridge.job_changed(done(1))
        assert [(status.state, status.progress) for status in told.args[0]] == [(JobState.DONE, None)]

    def test_a_late_queued_does_not_undo_running(self, qtbot: QtBot, bridge: JobBridge) -> None:
        with qtbot.waitSignal(bridge.changed) as told:
            bridge.job_changed(running(1))
            bridge.job_changed(queued(1))
        assert [status.state for status in told.args[0]] == [JobState.RUNNING]

    def test_but_a_job_can_be_put_on_hold_and_tried_again(self, qtbot: QtBot, bridge: JobBridge) -> None:
        held = JobStatus(job=make_job(1), waiting_for=Failure.of(ServerFaultError(status=503)))
        for first, second in ((running(1), held), (done(1), queued(1))):
            with qtbot.waitSignal(bridge.changed) as told:
                bridge.job_changed(first)
                bridge.job_changed(second)
            assert told.args[0] == [second]

    def test_sleeps_while_nothing_happens(self, qtbot: QtBot, bridge: JobBridge) -> None:
        ticks: list[int] = []

        def count() -> dict[str, Progress]:
            ticks.append(1)
            return {}

        bridge.watch(count)
        with qtbot.waitSignal(bridge.changed):
            bridge.job_changed(done(1))
        qtbot.waitUntil(lambda: not bridge._timer.isActive())
        seen = len(ticks)
        with qtbot.waitSignal(bridge.changed):
            bridge.job_changed(done(2))
        assert len(ticks) > seen

    def test_pauses_are_told_here(self, qtbot: QtBot, bridge: JobBridge) -> None:
        why = Failure.of(ServerFaultError(status=503))
        with qtbot.waitSignal(bridge.paused) as told:
            threading.Thread(target=bridge.queue_paused, args=(why,)).start()
        assert told.args == [why]
