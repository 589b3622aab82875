"""What can be done with a row: what is offered, what is not, and where the keyboard is after it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.model.errors import AddressBlockedError, FileTooLargeError, ServerFaultError
from kraken_desktop.model.job import JobState, JobStatus, SourceKind
from tests.support.gui import NotingRunner, cancelled, done, failed, queued, running

LARGE = FileTooLargeError(status=413, limit=32_000_000)


def blocked(number: int, *, redirected: bool = False) -> JobStatus:
    address = "http://nas/a.png"
    error = AddressBlockedError(path=address, host="nas", redirected=redirected)
    return failed(number, error, kind=SourceKind.URL, location=address)


def menu_of(window: MainWindow, *rows: int) -> dict[str, bool]:
    """What the menu of these rows says, and whether it can be done."""
    menu = window.view.menu_for([window.model.status(row) for row in rows])
    found = {action.text().replace("&", ""): action.isEnabled() for action in menu.actions() if action.text()}
    menu.close()
    return found


class TestWhatIsOffered:
    def test_an_address_of_a_private_network_is_not_tried_again(
        self, window: MainWindow, runner: NotingRunner, qtbot: QtBot
    ) -> None:
        window.model.apply([blocked(0)])
        window.view.selectRow(0)
        assert "enter it in “Add addresses”" in window.details.text
        assert not window.details.retry_button.isVisible()
        assert not window.status_bar.retry_button.isVisible()
        assert not menu_of(window, 0)["Retry"]
        window.view.act_on(window.model.line(0))
        window.wishes.retry_selected_or_all()
        window.wishes.retry_all()
        window.uploads.wish(lambda: runner.asked.append(("last", None)))
        qtbot.waitUntil(lambda: runner.asked == [("last", None)])

    def test_others_are(self, window: MainWindow) -> None:
        window.model.apply([blocked(0), blocked(1, redirected=True), cancelled(2), failed(3), done(4)])
        assert [menu_of(window, row)["Retry"] for row in range(5)] == [False, True, True, True, False]
        assert window.status_bar.retry_button.accessibleName() == "Retry 3 failed or cancelled images"
        window.view.selectRow(3)
        assert window.details.retry_button.isVisible()

    def test_links_are_offered_where_there_are_some(self, window: MainWindow) -> None:
        window.model.apply([done(0), failed(1), running(2), queued(3)])
        about_links = {"Copy 1 link", "Copy as", "Open in the browser"}
        for rows, offered in (((0,), True), ((1,), False), ((2,), False), ((1, 3), False), ((0, 1), True)):
            assert about_links.issubset(menu_of(window, *rows)) is offered, rows
            assert about_links.isdisjoint(menu_of(window, *rows)) is not offered, rows


class TestWhatIsCounted:
    def test_what_is_on_hold_is_called_so_as_in_its_row(self, window: MainWindow) -> None:
        held = [JobStatus(job=queued(number).job, waiting_for=failed(0).outcome.failure) for number in range(7)]
        window.model.apply([*held, queued(8)])
        assert window.status_bar.counts.full_text == "1 queued, 7 on hold"

    def test_images_are_counted_alike_whenever_they_came(self, window: MainWindow) -> None:
        window.model.apply([done(0)])
        window.model.apply([running(1), done(2), failed(3, ServerFaultError(status=500))])
        assert window.status_bar.counts.full_text == "2 done, 1 failed, 1 running"
        assert "3 of 4 images, 3.5 kB of 4.0 kB" in window.status_bar.figures.full_text


class TestWhereTheKeyboardIs:
    @pytest.fixture
    def chosen(self, window: MainWindow, qtbot: QtBot) -> MainWindow:
        """The last of many rows, which failed, is selected and in sight."""
        window.activateWindow()
        window.model.apply([*(done(number) for number in range(20)), failed(20, LARGE)])
        window.view.setFocus()
        window.view.scrollToBottom()
        window.view.selectRow(20)
        qtbot.waitUntil(lambda: is_in_sight(window, 20))
        return window

    @pytest.mark.parametrize("name", ["way_button", "retry_button"])
    def test_it_is_in_the_list_again_when_a_button_below_goes(
        self, chosen: MainWindow, runner: NotingRunner, name: str, qtbot: QtBot
    ) -> None:
        button = getattr(chosen.details, name)
        button.setFocus()
        assert QApplication.focusWidget() is button
        QTest.keyClick(button, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: ("retry", ("job-20",)) in runner.asked)
        chosen.model.apply([JobStatus(job=queued(20).job)])
        assert not chosen.details.isVisible()
        assert QApplication.focusWidget() is chosen.view

    def test_the_row_stays_in_sight(self, chosen: MainWindow, qtbot: QtBot) -> None:
        for status in (running(20), failed(20, LARGE), JobStatus(job=queued(20).job, state=JobState.QUEUED)):
            chosen.model.apply([status])
            qtbot.wait(1)
            qtbot.waitUntil(lambda: is_in_sight(chosen, 20))

    def test_a_row_out_of_sight_stays_there(self, chosen: MainWindow, qtbot: QtBot) -> None:
        chosen.view.scrollToTop()
        before = chosen.view.viewport().height()
        chosen.model.apply([queued(20)])
        qtbot.waitUntil(lambda: chosen.view.viewport().height() != before)
        assert chosen.view.verticalScrollBar().value() == 0

    def test_the_focus_of_others_is_left_alone(self, chosen: MainWindow) -> None:
        chosen.top_bar.add_button.setFocus()
        chosen.model.apply([queued(20)])
        assert QApplication.focusWidget() is chosen.top_bar.add_button


def is_in_sight(window: MainWindow, row: int) -> bool:
    whole = QRect(window.view.viewport().rect())
    return whole.contains(window.view.visualRect(window.model.index(row, 0)))
