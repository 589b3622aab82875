"""What the window shows and offers about a queue that waits, with a runner that only notes what it is asked for."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.banners import Banner
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.settings import SettingsDialog
from kraken_desktop.model.errors import BadCredentialsError, ConnectError, NameLookupError, RateLimitedError
from kraken_desktop.model.job import Failure, JobState, JobStatus
from kraken_desktop.runner_roles import Hold
from tests.support.gui import (
    PRIVATE,
    SETTINGS,
    NotingRunner,
    WindowServices,
    done,
    drop,
    failed,
    mime_of_files,
    queued,
    running,
    write_image,
)

NO_HOST = Failure.of(NameLookupError(host="api.kraken.io"))
NO_ANSWER = Failure.of(ConnectError(host="s3.example.com"))
BUSY = Failure.of(RateLimitedError(status=429, retry_after=300))
BAD_KEY = Failure.of(BadCredentialsError(status=401, said="Unknown API Key"))


def hold(why: Failure = NO_HOST, seconds: float = 30, profile_id: str = "p1") -> Hold:
    return Hold(why=why, until=time.monotonic() + seconds, profile_id=profile_id)


def waiting(number: int, why: Failure = NO_HOST, seconds: float = 30) -> JobStatus:
    return replace(queued(number), state=JobState.WAITING, waiting_for=why, retry_at=time.monotonic() + seconds)


def of_drafts(status: JobStatus) -> JobStatus:
    return replace(status, job=replace(status.job, snapshot=replace(status.job.snapshot, profile=PRIVATE)))


def banner(window: MainWindow, key: str = "waits") -> Banner | None:
    return window.banners.banner(key)


def states(window: MainWindow) -> list[str]:
    return [window.queue._row_text.state(status) for status in window.model.statuses]


class TestPause:
    def test_the_button_is_there_while_something_waits_or_runs(self, window: MainWindow) -> None:
        button = window.status_bar.pause_button
        for rows, shown in (([queued(0)], True), ([running(0)], True), ([done(0)], False)):
            window.model.apply(rows)
            assert button.isVisible() is shown
        assert button.accessibleName() == "Pause"
        assert "Ctrl+P" in button.toolTip()

    @pytest.mark.parametrize("by_key", [False, True])
    def test_pause_and_resume(self, window: MainWindow, runner: NotingRunner, qtbot: QtBot, by_key: bool) -> None:
        def press() -> None:
            if by_key:
                qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
            else:
                window.status_bar.pause_button.click()

        window.model.apply([done(0), running(1), queued(2), waiting(3)])
        press()
        qtbot.waitUntil(lambda: runner.asked == [("suspend", None)])
        runner.listener.queue_suspended(True)
        qtbot.waitUntil(lambda: window.queue.state.suspended)
        assert window.status_bar.counts.full_text == "Paused: 2 wait, 1 still running  ·  1 done"
        assert states(window) == ["Done", "Uploading, 50%", "Paused", "Paused"]
        assert window.status_bar.pause_button.accessibleName() == "Resume"
        window.model.apply([done(1)])
        assert window.status_bar.counts.full_text == "Paused: 2 wait  ·  2 done"
        press()
        qtbot.waitUntil(lambda: runner.asked[1:] == [("resume", None)])
        runner.listener.queue_suspended(False)
        qtbot.waitUntil(lambda: not window.queue.state.suspended)
        assert window.status_bar.counts.full_text == "2 done, 1 waiting for another try, 1 queued"
        assert window.status_bar.pause_button.accessibleName() == "Pause"

    def test_where_the_figures_have_no_room_beside_words_the_buttons_are_signs(self, window: MainWindow) -> None:
        bar = window.status_bar
        window.resize(960, 680)
        window.model.apply([done(0), running(1)])
        assert bar.pause_button.text() == "Pa&use"
        window.model.apply([failed(2)])
        bar.show_scan(100)
        assert {each.text() for each in (bar.pause_button, bar.stop_button, bar.retry_button)} == {""}
        bar.show_scan(None)
        assert bar.pause_button.text() == "Pa&use"

    def test_the_key_does_nothing_where_nothing_can_be_paused(
        self, window: MainWindow, runner: NotingRunner, qtbot: QtBot
    ) -> None:
        window.model.apply([done(0)])
        qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
        window.uploads.cancel(["job-0"])
        qtbot.waitUntil(lambda: bool(runner.asked))
        assert runner.asked == [("cancel", ("job-0",))]

    def test_a_pause_can_be_ended_although_the_list_is_empty(
        self, window: MainWindow, runner: NotingRunner, qtbot: QtBot
    ) -> None:
        window.model.apply([done(0)])
        window._bridge.suspended.emit(True)
        window.status_bar.clear_button.click()
        assert window.model.rowCount() == 0
        assert window.status_bar.pause_button.isVisible()
        assert window.status_bar.counts.full_text == "Paused"
        window.status_bar.pause_button.click()
        qtbot.waitUntil(lambda: ("resume", None) in runner.asked)

    def test_what_is_dropped_meanwhile_waits_and_that_is_said(
        self, window: MainWindow, runner: NotingRunner, qtbot: QtBot, tmp_path: Path
    ) -> None:
        window._bridge.suspended.emit(True)
        drop(window, mime_of_files(*(write_image(tmp_path / f"{number}.png") for number in range(3))))
        qtbot.waitUntil(lambda: window.toast.isVisible())
        assert window.toast.text == "3 images added; paused until you resume"
        qtbot.waitUntil(lambda: states(window) == ["Paused"] * 3)
        window.toast.choose()
        qtbot.waitUntil(lambda: ("resume", None) in runner.asked)

    def test_a_drop_is_not_spoken_of_while_the_queue_runs(
        self, window: MainWindow, runner: NotingRunner, qtbot: QtBot, tmp_path: Path
    ) -> None:
        drop(window, mime_of_files(write_image(tmp_path / "a.png")))
        qtbot.waitUntil(lambda: window.model.rowCount() == 1 and not window.status_bar.scanning)
        assert not window.toast.isVisible()


class TestBothPauses:
    """What the person paused, and what the person has to mend, have one way on."""

    def test_a_failure_stops_the_queue_and_both_buttons_let_it_go_on(
        self, window: MainWindow, runner: NotingRunner, qtbot: QtBot
    ) -> None:
        window.model.apply([replace(queued(0), waiting_for=BAD_KEY), queued(1), waiting(2), running(3)])
        runner.listener.queue_paused(BAD_KEY)
        qtbot.waitUntil(lambda: banner(window, "paused") is not None)
        assert window.status_bar.pause_button.accessibleName() == "Resume"
        assert states(window)[:3] == ["On hold"] * 3
        assert window.status_bar.counts.full_text == "1 running, 3 on hold"
        assert "3 images on hold." in banner(window, "paused").accessibleName()
        window.status_bar.pause_button.click()
        banner(window, "paused").buttons[0].click()
        qtbot.waitUntil(lambda: runner.asked == [("resume", None)] * 2)

    def test_paused_by_both_it_says_both_and_one_click_ends_both(
        self, window: MainWindow, runner: NotingRunner, qtbot: QtBot
    ) -> None:
        window.model.apply([queued(0), running(1)])
        runner.listener.queue_suspended(True)
        runner.listener.queue_paused(BAD_KEY)
        qtbot.waitUntil(lambda: banner(window, "paused") is not None and window.queue.state.suspended)
        assert window.status_bar.counts.full_text == "Paused: 1 waits, 1 still running"
        assert banner(window, "paused").buttons[0].text() == "&Try again"
        banner(window, "paused").buttons[0].click()
        qtbot.waitUntil(lambda: runner.asked == [("resume", None)])
        runner.listener.queue_suspended(False)
        runner.listener.queue_paused(None)
        qtbot.waitUntil(lambda: not window.queue.state.stopped)
        assert banner(window, "paused") is None
        assert window.status_bar.pause_button.accessibleName() == "Pause"

    def test_a_stopped_queue_promises_no_next_try(self, window: MainWindow, runner: NotingRunner, qtbot: QtBot) -> None:
        window.model.apply([waiting(0), queued(1)])
        runner.listener.queue_held((hold(),))
        qtbot.waitUntil(lambda: banner(window) is not None)
        assert window.queue._timer.isActive()
        for stop in (window._bridge.suspended, window._bridge.paused):
            stop.emit(BAD_KEY if stop is window._bridge.paused else True)
            assert banner(window) is None
            assert not window.queue._timer.isActive()
            assert not window.queue.connectivity.watching
            stop.emit(None if stop is window._bridge.paused else False)
            assert banner(window) is not None


class TestHold:
    def test_no_network_is_one_calm_message_that_goes_by_itself(
        self, window: MainWindow, runner: NotingRunner, qtbot: QtBot
    ) -> None:
        window.model.apply([waiting(0), *(queued(number) for number in range(1, 12)), done(12)])
        runner.listener.queue_held((hold(seconds=29.5),))
        qtbot.waitUntil(lambda: banner(window) is not None)
        told = banner(window)
        assert (told.look, told.closable) == ("info", False)
        assert told.message.what == "No connection to api.kraken.io: 12 images wait."
        assert told.message.why == "This computer is offline, or there is no server of that name."
        assert told.message.remedy == "The upload goes on by itself."
        assert told.countdown == "Trying again in 30 s."
        assert told._rest.text().endswith("by itself. Trying again in 30 s.")
        assert "Trying again in" not in told.accessibleName()
        assert states(window) == ["Trying again in 30 s", *["No connection"] * 11, "Done"]
        assert "api.kraken.io was not found" in window.queue._row_text.described(window.model.status(5))
        told.buttons[0].click()
        qtbot.waitUntil(lambda: runner.asked == [("try_now", None)])
        runner.listener.queue_held(())
        qtbot.waitUntil(lambda: banner(window) is None)
        assert states(window)[1] == "Queued"

    def test_the_message_stays_the_same_one_while_it_is_tried_again(
        self, window: MainWindow, runner: NotingRunner, qtbot: QtBot
    ) -> None:
        window.model.apply([waiting(0)])
        runner.listener.queue_held((hold(seconds=2),))
        qtbot.waitUntil(lambda: banner(window) is not None)
        told = banner(window)
        told.buttons[0].setFocus()
        window.model.apply([running(0)])
        runner.listener.queue_held((hold(seconds=-1),))
        qtbot.waitUntil(lambda: told.countdown == "Trying again now.")
        assert told.message.what == "No connection to api.kraken.io: 1 image waits."
        window.model.apply([waiting(0, seconds=8), queued(1)])
        runner.listener.queue_held((hold(seconds=8),))
        qtbot.waitUntil(lambda: told.countdown == "Trying again in 8 s.")
        assert banner(window) is told
        assert told.message.what == "No connection to api.kraken.io: 2 images wait."
        assert QApplication.focusWidget() is told.buttons[0]

    def test_a_row_that_is_tried_again_is_no_failure_below_the_list(self, window: MainWindow) -> None:
        window.model.apply([waiting(0), failed(1)])
        for row, look in ((0, "caution"), (1, "details")):
            # Keys that another test pressed would add to what is selected.
            window.view.clearSelection()
            window.view.selectRow(row)
            assert window.details.property("look") == look

    def test_a_rate_limit_has_its_own_words(self, window: MainWindow) -> None:
        window.model.apply([waiting(0, BUSY), queued(1)])
        window._bridge.held.emit((hold(BUSY, seconds=299.5),))
        told = banner(window)
        assert told.message.what == "Kraken.io asks for a pause: 2 images wait."
        assert told.countdown == "Trying again in 5 min."
        assert states(window) == ["Trying again in 5 min", "Kraken.io is busy"]

    def test_several_are_named_on_one_line(self, window: MainWindow) -> None:
        window.model.apply([waiting(0), queued(1), of_drafts(waiting(2, NO_ANSWER)), done(3)])
        window._bridge.held.emit((hold(seconds=9.5), hold(NO_ANSWER, seconds=40, profile_id="p2")))
        told = banner(window)
        assert told.message.what == "No connection to api.kraken.io and s3.example.com: 3 images wait."
        assert told.countdown == "Trying again in 10 s."
        window._bridge.held.emit((hold(seconds=9.5), hold(BUSY, seconds=40, profile_id="p2")))
        assert told.message.what == "No connection to api.kraken.io; Kraken.io asks for a pause: 3 images wait."

    def test_other_profiles_are_queued_as_ever(self, window: MainWindow) -> None:
        window.model.apply([waiting(0), of_drafts(queued(1))])
        window._bridge.held.emit((hold(),))
        assert states(window)[1] == "Queued"
        assert banner(window).message.what == "No connection to api.kraken.io: 1 image waits."

    def test_a_misspelled_host_can_be_mended(
        self, window: MainWindow, services: WindowServices, runner: NotingRunner, qtbot: QtBot
    ) -> None:
        services.settings.update(lambda _: SETTINGS)
        window.model.apply([waiting(0)])
        window._bridge.held.emit((hold(),))
        banner(window).buttons[1].click()
        dialog = window.findChild(SettingsDialog)
        assert dialog.profiles_page.form.name.text() == "Blog"
        dialog.close()

    def test_other_settings_are_tried_at_once_where_something_is_held(
        self, window: MainWindow, services: WindowServices, runner: NotingRunner, qtbot: QtBot
    ) -> None:
        services.settings.update(lambda _: SETTINGS)
        window._on_settings(SETTINGS.with_default("p2"))
        window._bridge.held.emit((hold(),))
        window._on_settings(SETTINGS)
        qtbot.waitUntil(lambda: runner.asked == [("try_now", None)])

    def test_a_network_that_is_back_is_tried_at_once(
        self, window: MainWindow, runner: NotingRunner, qtbot: QtBot
    ) -> None:
        window.model.apply([waiting(0)])
        window._bridge.held.emit((hold(),))
        assert window.queue.connectivity.watching
        window.queue.connectivity.back.emit()
        qtbot.waitUntil(lambda: runner.asked == [("try_now", None)])
        window._bridge.held.emit(())
        window.model.apply([done(0)])
        assert not window.queue.connectivity.watching


class TestCountdown:
    def test_only_rows_in_sight_that_wait_are_painted_anew(self, window: MainWindow) -> None:
        window.model.apply([waiting(0), *(queued(number) for number in range(1, 10_000)), waiting(10_000)])
        window._bridge.held.emit((hold(),))
        for _ in range(5):
            QApplication.processEvents()
        painted: list[int] = []
        delegate, paint = window.view.itemDelegate(), type(window.view.itemDelegate()).paint

        def noting(painter: object, option: object, index: object) -> None:
            painted.append(index.row())
            paint(delegate, painter, option, index)

        delegate.paint = noting
        window.queue.tick()
        QApplication.processEvents()
        # Its neighbor may share a line of pixels with it.
        assert set(painted) <= {0, 1}
        assert 0 in painted

    def test_the_clock_runs_only_while_there_is_something_to_count(self, window: MainWindow) -> None:
        timer = window.queue._timer
        for rows, counts in (([queued(0)], False), ([waiting(0)], True), ([running(0)], False), ([failed(0)], False)):
            window.model.apply(rows)
            assert timer.isActive() is counts
