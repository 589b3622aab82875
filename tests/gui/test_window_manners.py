"""The keyboard, the first size, and what scrolls into sight by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.settings import SettingsDialog
from kraken_desktop.gui.window_manners import resize_within_screen
from kraken_desktop.model.errors import BadCredentialsError
from kraken_desktop.model.job import Failure
from kraken_desktop.model.settings import Settings
from tests.support.gui import NotingRunner, done, drop, failed, mime_of_files, queued, write_image


class TestFirstFocus:
    def test_enter_begins_the_set_up(self, make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
        window = make_window(Settings())
        assert window.focusWidget() is window.pages.welcome.button
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)
        dialog = window.findChild(SettingsDialog)
        assert dialog is not None
        dialog.close()

    def test_or_asks_for_images(self, window: MainWindow, qtbot: QtBot) -> None:
        assert window.focusWidget() is window.pages.drop_area.button
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Enter)
        dialog = window.findChild(QFileDialog)
        assert dialog is not None
        dialog.close()


class TestEnter:
    @pytest.mark.parametrize("name", ["clear_button", "retry_button"])
    def test_presses_the_buttons_below(self, window: MainWindow, qtbot: QtBot, name: str) -> None:
        window.model.apply([failed(0), done(1)])
        button = getattr(window.status_bar, name)
        button.setFocus()
        with qtbot.waitSignal(button.clicked):
            qtbot.keyClick(button, Qt.Key.Key_Return)

    def test_presses_tool_buttons(self, window: MainWindow, qtbot: QtBot) -> None:
        window.model.apply([done(0)])
        window.top_bar.copy_button.setFocus()
        with qtbot.waitSignal(window.top_bar.copy_all_wanted):
            qtbot.keyClick(window.top_bar.copy_button, Qt.Key.Key_Enter)


class TestAButtonThatGoes:
    """The keyboard would land in the field of the profiles, and an arrow key would choose another one."""

    @pytest.fixture
    def active(self, window: MainWindow, qtbot: QtBot) -> MainWindow:
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    def test_leaves_the_keyboard_in_the_list(self, active: MainWindow, qtbot: QtBot) -> None:
        active.model.apply([queued(0), queued(1)])
        active.status_bar.cancel_button.setFocus()
        active.model.apply([done(0), done(1)])
        qtbot.waitUntil(lambda: not active.status_bar.cancel_button.isVisible())
        qtbot.waitUntil(active.view.hasFocus)

    def test_leaves_it_on_the_page_that_is_shown_without_a_list(self, active: MainWindow, qtbot: QtBot) -> None:
        active.model.apply([done(0)])
        active.status_bar.clear_button.setFocus()
        qtbot.keyClick(active.status_bar.clear_button, Qt.Key.Key_Space)
        qtbot.waitUntil(active.pages.drop_area.button.hasFocus)

    def test_leaves_it_in_the_list_if_a_message_goes(
        self, active: MainWindow, runner: NotingRunner, qtbot: QtBot
    ) -> None:
        active.model.apply([queued(0)])
        runner.listener.queue_paused(Failure.of(BadCredentialsError(status=401)))
        qtbot.waitUntil(lambda: active.banners.banner("paused") is not None)
        active.banners.banner("paused").buttons[0].setFocus()
        runner.listener.queue_paused(None)
        qtbot.waitUntil(lambda: active.banners.banner("paused") is None)
        qtbot.waitUntil(active.view.hasFocus)


def test_tab_goes_as_the_eye_does(window: MainWindow, runner: NotingRunner, qtbot: QtBot) -> None:
    window.model.apply([failed(0)])
    window.view.selectRow(0)
    runner.listener.queue_paused(Failure.of(BadCredentialsError(status=401)))
    qtbot.waitUntil(lambda: window.banners.banner("paused") is not None)
    window.messages.went_on(3)
    bar, banner = window.top_bar, window.banners.banner("paused")
    expected: list[QWidget] = [
        bar.picker,
        bar.copy_button,
        bar.add_button,
        bar.settings_button,
        *banner.buttons,
        window.banners.banner("went on")._close,
        window.view,
        window.details.retry_button,
        window.status_bar.retry_button,
        window.status_bar.clear_button,
    ]
    met: list[QWidget] = []
    widget = bar.picker
    while widget is not None and widget not in met:
        met.append(widget)
        widget = widget.nextInFocusChain()
    assert [each for each in met if each in expected] == expected


def test_mnemonics_are_unique(window: MainWindow, runner: NotingRunner, qtbot: QtBot) -> None:
    window.model.apply([failed(0), queued(1)])
    window.view.selectRow(0)
    runner.listener.queue_paused(Failure.of(BadCredentialsError(status=401)))
    qtbot.waitUntil(lambda: window.banners.banner("paused") is not None)
    window.messages.held(2)
    texts = [each.text() for each in window.findChildren(QAbstractButton) if each.isVisible() and "&" in each.text()]
    letters = [text[text.index("&") + 1].lower() for text in texts]
    assert sorted(set(letters)) == sorted(letters), texts


def test_home_and_end_of_the_list(window: MainWindow, qtbot: QtBot) -> None:
    window.model.apply([queued(number) for number in range(50)])
    window.view.selectRow(20)
    window.view.setFocus()
    for key, row in ((Qt.Key.Key_End, 49), (Qt.Key.Key_Home, 0)):
        qtbot.keyClick(window.view, key)
        assert [status.job.id for status in window.view.selected()] == [f"job-{row}"]
    qtbot.keyClick(window.view, Qt.Key.Key_End, Qt.KeyboardModifier.ShiftModifier)
    assert len(window.view.selected()) == 50


def test_the_picker_shows_the_whole_name_where_there_is_room(window: MainWindow) -> None:
    window.resize(960, 680)
    QApplication.processEvents()
    picker = window.top_bar.picker
    assert picker.width() == picker.sizeHint().width()
    window.resize(window.minimumSize())
    window.model.apply([done(0)])
    QApplication.processEvents()
    assert window.size() == window.minimumSize()


class TestNewRows:
    def test_come_into_sight_once_for_each_drop(self, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
        window.model.apply([done(number) for number in range(60)])
        window.view.scrollToTop()
        drop(window, mime_of_files(write_image(tmp_path / "new.png")))
        qtbot.waitUntil(lambda: window.model.rowCount() == 61)
        assert window.view.visualRect(window.model.index(60, 0)).center().y() < window.view.viewport().height()
        window.view.scrollToTop()
        window.model.apply([queued(900)])
        QApplication.processEvents()
        assert window.view.verticalScrollBar().value() == 0

    def test_but_not_if_the_person_turned_to_others(self, window: MainWindow) -> None:
        window.model.apply([done(number) for number in range(60)])
        window.view.scrollToTop()
        window.view.show_next_rows()
        chosen = window.view.selectionModel()
        chosen.select(window.model.index(2, 0), chosen.SelectionFlag.ClearAndSelect)
        window.model.apply([queued(900)])
        QApplication.processEvents()
        assert window.view.verticalScrollBar().value() == 0


def test_a_first_window_leaves_room_on_a_small_screen(window: MainWindow) -> None:
    screen = window.screen().availableSize()
    resize_within_screen(window, QSize(9000, 9000))
    assert window.width() <= screen.width() * 0.9 + 1
    assert window.height() <= screen.height() * 0.9 + 1
    resize_within_screen(window, QSize(650, 450))
    assert window.size() == QSize(650, 450)


@pytest.mark.parametrize("gone", [False, True])
def test_a_dialog_begins_where_the_last_one_ended(window: MainWindow, tmp_path: Path, gone: bool) -> None:
    path = write_image(tmp_path / "trip" / "a.png")
    window.adding._on_chosen([str(path)])
    if gone:
        path.unlink()
        path.parent.rmdir()
    window.adding.files()
    (dialog,) = window.findChildren(QFileDialog)
    begins = Path(dialog.directoryUrl().toLocalFile())
    assert (begins == path.parent) is not gone
    assert begins != Path.cwd()
    dialog.close()
