"""The whole window on real stores, with a runner that only notes what it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.job_delegate import lay_out
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.settings import SettingsDialog
from kraken_desktop.intake import LeftOut, LeftOutReason
from kraken_desktop.messages import Message
from kraken_desktop.model.errors import BadCredentialsError, JournalError, SettingsError
from kraken_desktop.model.job import Failure, Source, SourceKind
from kraken_desktop.model.links import LinkFormat
from kraken_desktop.model.settings import Settings, first_settings
from tests.support.gui import (
    ACCOUNT,
    PRIVATE,
    PROFILE,
    SETTINGS,
    Catcher,
    NotingRunner,
    WindowServices,
    cancelled,
    done,
    drop,
    failed,
    mime_of_files,
    queued,
    running,
    url_of,
    with_image,
    write_image,
)
from tests.support.journal_files import query


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return write_image(tmp_path / "Sea side.png")


class TestComingIn:
    @pytest.mark.parametrize("rows", [0, 1])
    def test_dropped_files_become_jobs_of_the_profile(
        self, window: MainWindow, runner: NotingRunner, qtbot: QtBot, tmp_path: Path, rows: int
    ) -> None:
        window.model.apply([done(99)] * rows)
        files = [write_image(tmp_path / f"{number}.png") for number in range(60)]
        event = drop(window, mime_of_files(*files))
        assert event.isAccepted()
        qtbot.waitUntil(lambda: len(runner.jobs) == 60)
        assert [job.source.location for job in runner.jobs] == [str(path) for path in files]
        assert {job.snapshot.profile.id for job in runner.jobs} == {"p1"}
        qtbot.waitUntil(lambda: window.model.rowCount() == 60 + rows)
        assert window.pages.currentWidget() is window.view

    def test_a_move_is_only_ever_a_copy(self, window: MainWindow, image: Path) -> None:
        both = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
        assert drop(window, mime_of_files(image), both).dropAction() is Qt.DropAction.CopyAction

    def test_nothing_below_the_window_takes_drops_for_itself(self, window: MainWindow) -> None:
        eager = [child for child in window.findChildren(QWidget) if child.acceptDrops()]
        assert eager == []

    def test_it_says_where_a_drop_would_go(self, window: MainWindow, image: Path) -> None:
        keys, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
        mime = mime_of_files(image)
        event = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys)
        QApplication.sendEvent(window, event)
        assert window.overlay.isVisible()
        assert window.overlay.text == "Drop to upload to Blog"
        window.overlay.show_profile(replace(PROFILE, folder="/pictures/small"))
        assert window.overlay.text == "Drop to put into the folder “small”"
        drop(window, mime)
        assert not window.overlay.isVisible()

    def test_colors_and_the_like_are_not_taken(self, window: MainWindow) -> None:
        mime = QMimeData()
        mime.setData("application/x-color", b"\0\0")
        assert not drop(window, mime).isAccepted()
        assert not window.overlay.isVisible()

    @pytest.mark.parametrize("kind", ["pixels", "bytes", "address", "file"])
    def test_pasting(self, window: MainWindow, runner: NotingRunner, qtbot: QtBot, image: Path, kind: str) -> None:
        mime = QMimeData()
        if kind == "pixels":
            mime.setImageData(QImage(str(image)))
        elif kind == "bytes":
            mime.setData("image/png", image.read_bytes())
        elif kind == "address":
            mime.setText("https://example.com/a.png")
        else:
            mime.setUrls([QUrl.fromLocalFile(str(image))])
        QGuiApplication.clipboard().setMimeData(mime)
        window.top_bar.paste_action.trigger()
        qtbot.waitUntil(lambda: len(runner.jobs) == 1)
        source = runner.jobs[0].source
        expected = {"address": SourceKind.URL, "file": SourceKind.FILE}.get(kind, SourceKind.SPOOL)
        assert source.kind is expected
        if kind == "bytes":
            assert Path(source.location).read_bytes() == image.read_bytes()

    def test_pasting_words_says_that_there_is_no_image(self, window: MainWindow, runner: NotingRunner) -> None:
        QGuiApplication.clipboard().setText("hello")
        window.arrivals.paste()
        banner = window.banners.banner("lines")
        assert banner is not None
        assert banner.message == Message(
            "There is no address of an image in this text.",
            "Line 1: “hello”.",
            "An address begins with https:// or http://.",
        )
        assert runner.jobs == []
        QGuiApplication.clipboard().setText("https://example.com/a.png")
        window.arrivals.paste()
        assert window.banners.banner("lines") is None

    def test_pasting_nothing_says_that_there_is_no_image(self, window: MainWindow, runner: NotingRunner) -> None:
        QGuiApplication.clipboard().clear()
        window.arrivals.paste()
        assert window.toast.text == "There is no image on the clipboard."
        assert runner.jobs == []

    def test_a_browsers_image_needs_no_download(
        self, window: MainWindow, runner: NotingRunner, qtbot: QtBot, image: Path
    ) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl("https://example.com/pictures/harbour.png")])
        mime.setData("application/octet-stream", image.read_bytes())
        drop(window, mime)
        qtbot.waitUntil(lambda: len(runner.jobs) == 1)
        assert (runner.jobs[0].source.name, runner.jobs[0].source.kind) == ("harbour.png", SourceKind.SPOOL)

    def test_a_changed_picker_changes_where_the_next_drop_goes(
        self, window: MainWindow, runner: NotingRunner, qtbot: QtBot, image: Path
    ) -> None:
        picker = window.top_bar.picker
        picker.setCurrentIndex(1)
        picker.activated.emit(1)
        drop(window, mime_of_files(image))
        qtbot.waitUntil(lambda: len(runner.jobs) == 1)
        assert runner.jobs[0].snapshot.profile == PRIVATE

    def test_the_route_and_the_place_are_said(self, make_window: Callable[..., MainWindow]) -> None:
        window = make_window(
            first_settings(Path("/pictures/Kraken Desktop")).with_account(ACCOUNT).with_profile(PROFILE)
        )
        assert window.choose_profile("This computer")
        assert "This computer makes each image smaller" in window.top_bar.picker.toolTip()
        assert window.top_bar.picker.currentText() == "This computer  ·  Kraken Desktop"
        assert window.top_bar.badge.text == "Local"
        assert window.choose_profile(PROFILE.name)
        assert "Kraken.io makes each image smaller and stores it" in window.top_bar.picker.accessibleDescription()

    def test_who_sees_it_is_said(self, window: MainWindow) -> None:
        assert window.top_bar.badge.text == "Public"
        assert "Everybody" in window.top_bar.badge.accessibleName()
        assert window.choose_profile("Drafts")
        assert window.top_bar.badge.text == "Private"

    @pytest.mark.parametrize(
        ("things", "why", "remedy"),
        [
            ((), "", "Choose another one above."),
            (("/p/a.png",), "“a.png” was not uploaded.", "Choose another profile above, then add it again."),
            (
                ("/p/a.png", "/p/b.jpeg"),
                "2 images were not uploaded.",
                "Choose another profile above, then add them again.",
            ),
            (
                ("/p/a.png", "/p/Trip", "https://example.com/c"),
                "3 things were not uploaded.",
                "Choose another profile above, then add them again.",
            ),
        ],
    )
    def test_an_unknown_profile_is_refused(
        self, window: MainWindow, things: tuple[str, ...], why: str, remedy: str
    ) -> None:
        assert not window.choose_profile("Nope", things)
        assert window.banners.banner("profile").message == Message("There is no profile “Nope”.", why, remedy)
        assert window.profile == PROFILE

    def test_left_out_files_are_counted(self, window: MainWindow) -> None:
        left_out = LeftOut(folder="Trip", counts=((LeftOutReason.HIDDEN, 2),))
        window.uploads.left_out.emit(left_out)
        assert "Trip" in window.banners.banner("left out Trip").message.what

    def test_scanning_is_shown_and_can_be_stopped(self, window: MainWindow) -> None:
        window.uploads.scanning.emit(1234)
        assert "Looking for images: 1234 found" in window.status_bar.figures.full_text
        assert window.status_bar.stop_button.isVisible()
        window.uploads.scanning.emit(None)
        assert not window.status_bar.stop_button.isVisible()


class TestCopying:
    def test_all_links_in_the_order_of_the_list(self, window: MainWindow) -> None:
        window.model.apply([done(3), queued(4), done(1), failed(5), done(2)])
        window.top_bar.copy_button.click()
        assert clipboard() == "\n".join(url_of(number) for number in (3, 1, 2))
        assert window.toast.text == "3 links copied"

    def test_one_link_by_its_button(self, window: MainWindow, qtbot: QtBot) -> None:
        window.model.apply([done(1), done(2)])
        view = window.view
        rect = view.visualRect(window.model.index(1, 0))
        place = lay_out(rect, view.fontMetrics(), Qt.LayoutDirection.LeftToRight).action.center()
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert clipboard() == url_of(2)
        assert window.toast.text == "1 link copied"
        assert not view.selectionModel().hasSelection()

    def test_the_selected_ones_by_the_keyboard(self, window: MainWindow, qtbot: QtBot) -> None:
        window.model.apply([done(number) for number in range(5)])
        window.view.setFocus()
        qtbot.keyClick(window.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClick(window.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert clipboard() == "\n".join(url_of(number) for number in range(5))

    def test_enter_copies_the_one(self, window: MainWindow, qtbot: QtBot) -> None:
        window.model.apply([done(1), done(2)])
        window.view.selectRow(1)
        qtbot.keyClick(window.view, Qt.Key.Key_Return)
        assert clipboard() == url_of(2)

    def test_a_format_of_the_menu_becomes_the_usual_one(
        self, window: MainWindow, services: WindowServices, qtbot: QtBot
    ) -> None:
        window.model.apply([done(1)])
        actions = window.top_bar.copy_button.menu().actions()
        names = ["Plain address", "Markdown", "HTML", "CSS", "BBCode", "<picture> element"]
        assert [action.text() for action in actions] == names
        actions[1].trigger()
        assert clipboard() == f"![image 1]({url_of(1)})"
        assert actions[1].isChecked()
        assert not actions[0].isChecked()
        qtbot.waitUntil(lambda: services.settings.load().preferences.link_format is LinkFormat.MARKDOWN)
        window.wishes.copy_all()
        assert clipboard().startswith("![")

    def test_without_links_the_clipboard_is_left_alone(self, window: MainWindow) -> None:
        QGuiApplication.clipboard().setText("mine")
        window.model.apply([queued(1)])
        window.wishes.copy_all()
        assert clipboard() == "mine"
        assert not window.top_bar.copy_button.isEnabled()

    def test_details_of_failures(self, window: MainWindow) -> None:
        window.model.apply([failed(1), failed(2), done(3)])
        window.wishes.copy_reports(window.model.statuses)
        assert clipboard().count("[kraken.bad_credentials]") == 2


class TestRows:
    def test_cancel_and_retry_by_the_rows_button(self, window: MainWindow, runner: NotingRunner, qtbot: QtBot) -> None:
        window.model.apply([running(0), failed(1)])
        for row, expected in ((0, ("cancel", ("job-0",))), (1, ("retry", ("job-1",)))):
            runner.asked.clear()
            rect = window.view.visualRect(window.model.index(row, 0))
            place = lay_out(rect, window.view.fontMetrics(), Qt.LayoutDirection.LeftToRight).action.center()
            qtbot.mouseClick(window.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
            qtbot.waitUntil(lambda: bool(runner.asked))
            assert runner.asked == [expected]

    def test_delete_cancels_what_runs_and_clears_what_ended(
        self, window: MainWindow, runner: NotingRunner, qtbot: QtBot
    ) -> None:
        window.model.apply([running(0), done(1)])
        window.view.selectRow(0)
        qtbot.keyClick(window.view, Qt.Key.Key_Delete)
        qtbot.waitUntil(lambda: runner.asked == [("cancel", ("job-0",))])
        window.view.selectRow(1)
        qtbot.keyClick(window.view, Qt.Key.Key_Delete)
        assert [status.job.id for status in window.model.statuses] == ["job-0"]

    def test_all_at_once_by_the_bar(self, window: MainWindow, runner: NotingRunner, qtbot: QtBot) -> None:
        window.resize(960, 680)
        window.model.apply([running(0), queued(1), failed(2), cancelled(3), done(4)])
        assert window.status_bar.retry_button.text() == "&Retry 2"
        window.status_bar.cancel_button.click()
        window.status_bar.retry_button.click()
        qtbot.waitUntil(lambda: len(runner.asked) == 2)
        assert runner.asked == [("cancel", None), ("retry", ("job-2", "job-3"))]

    def test_ctrl_r_retries_the_selected_or_all(self, window: MainWindow, runner: NotingRunner, qtbot: QtBot) -> None:
        window.model.apply([failed(0), cancelled(1), done(2)])
        window.view.selectRow(1)
        window.wishes.retry_selected_or_all()
        window.view.selectRow(2)
        window.wishes.retry_selected_or_all()
        qtbot.waitUntil(lambda: len(runner.asked) == 2)
        assert runner.asked == [("retry", ("job-1",)), ("retry", ("job-0", "job-1"))]

    def test_clearing_can_be_undone(self, window: MainWindow) -> None:
        window.model.apply([done(0), running(1), failed(2)])
        window.status_bar.clear_button.click()
        assert [status.job.id for status in window.model.statuses] == ["job-1", "job-2"]
        assert window.toast.text == "1 row cleared from the list"
        window.toast.choose()
        assert [status.job.id for status in window.model.statuses] == ["job-0", "job-1", "job-2"]

    def test_what_failed_has_a_fate_of_its_own(self, window: MainWindow) -> None:
        window.model.apply([failed(0)])
        assert not window.status_bar.clear_button.isVisible()
        window.wishes.clear_finished()
        assert window.model.rowCount() == 1

    def test_the_row_with_the_keyboards_frame_is_copied_without_a_selection(
        self, window: MainWindow, qtbot: QtBot
    ) -> None:
        window.model.apply([done(0), done(1)])
        window.view.setFocus()
        qtbot.keyClick(window.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
        assert window.view.selected() == []
        qtbot.keyClick(window.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert clipboard() == url_of(1)

    def test_what_no_program_opens_is_named(self, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
        path = str(Path("/pictures/a.png").absolute())
        window.view.opening.folder_of(path)
        assert window.toast.text == f"No program opens this: {Path(path).parent.as_posix()}"

    def test_a_cleared_list_invites_again(self, window: MainWindow) -> None:
        window.model.apply([done(0)])
        window.wishes.clear_finished()
        assert window.pages.currentWidget() is window.pages.drop_area
        assert window.status_bar.counts.full_text == "No images yet"
        assert window.status_bar.quota.isVisible(), "the quota concerns the next drop too"

    def test_a_failure_is_told_in_full_below(self, window: MainWindow, runner: NotingRunner, qtbot: QtBot) -> None:
        window.model.apply([failed(0), done(1)])
        window.view.selectRow(0)
        assert window.details.isVisible()
        assert "Unknown API Key" in window.details.text
        window.details.retry_button.click()
        qtbot.waitUntil(lambda: runner.asked == [("retry", ("job-0",))])
        window.model.apply([queued(0)])
        assert not window.details.isVisible()
        window.view.selectRow(1)
        assert not window.details.isVisible()

    def test_what_has_no_room_in_a_row_is_told_below(self, window: MainWindow, tmp_path: Path) -> None:
        soon = datetime.now().astimezone() + timedelta(days=1)
        file = str(tmp_path / "copy.png")
        window.model.apply([with_image(done(0), expires_at=soon, local_copy=file, already_optimal=True, bytes=1000)])
        window.view.selectRow(0)
        assert window.details.isVisible()
        for part in ("Already optimal", soon.strftime("%Y-%m-%d %H:%M"), file):
            assert part in window.details.text
        assert not window.details.retry_button.isVisible()
        assert not window.details.copy_button.isVisible()
        opened: list[str] = []
        catcher = Catcher(opened)
        QDesktopServices.setUrlHandler("file", catcher, "take")
        window.details.folder_button.click()
        QDesktopServices.unsetUrlHandler("file")
        assert opened == [tmp_path.as_uri()]

    def test_expired_links_are_not_copied(self, window: MainWindow) -> None:
        past = datetime.now().astimezone() - timedelta(hours=1)
        window.model.apply([done(0), with_image(done(1), expires_at=past)])
        window.wishes.copy_all()
        assert clipboard() == url_of(0)
        assert window.toast.text == "1 link copied, 1 expired link left out"
        window.wishes.copy_links([window.model.status(1)])
        assert clipboard() == url_of(0)
        assert window.toast.text == "1 expired link left out"

    def test_a_local_result_opens_and_its_folder_is_shown(self, window: MainWindow, tmp_path: Path) -> None:
        file = tmp_path / "a b.png"
        window.model.apply([with_image(done(0), url=file.as_uri())])
        opened: list[str] = []
        catcher = Catcher(opened)
        QDesktopServices.setUrlHandler("file", catcher, "take")
        menu = window.view.menu_for([window.model.status(0)])
        actions = {action.text().replace("&", ""): action for action in menu.actions()}
        actions["Open"].trigger()
        actions["Show in folder"].trigger()
        menu.close()
        QDesktopServices.unsetUrlHandler("file")
        assert [QUrl(url).toLocalFile() for url in opened] == [str(file), str(tmp_path)]

    def test_the_context_menu_offers_what_can_be_done(self, window: MainWindow) -> None:
        window.model.apply([done(0), failed(1), running(2)])

        def enabled(*rows: int) -> set[str]:
            menu = window.view.menu_for([window.model.status(row) for row in rows])
            found = {action.text().replace("&", "") for action in menu.actions() if action.isEnabled()}
            menu.close()
            return found - {""}

        assert enabled(0) == {
            "Copy 1 link",
            "Copy as",
            "Open in the browser",
            "Show the original’s folder",
            "Remove from the bucket…",
            "Remove from the list",
        }
        assert enabled(1) == {
            "Retry",
            "Copy the error’s details",
            "Show the original’s folder",
            "Remove from the list",
        }
        assert enabled(2) == {"Cancel", "Show the original’s folder"}
        assert "Copy 1 link" in enabled(0, 1, 2)

    def test_a_link_opens_in_the_browser(self, window: MainWindow, qtbot: QtBot) -> None:
        opened: list[str] = []
        catcher = Catcher(opened)
        QDesktopServices.setUrlHandler("https", catcher, "take")
        window.model.apply([done(1)])
        rect = window.view.visualRect(window.model.index(0, 0))
        layout = lay_out(rect, window.view.fontMetrics(), Qt.LayoutDirection.LeftToRight)
        place = QPoint(layout.third.left() + 5, layout.third.center().y())
        qtbot.mouseClick(window.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        QDesktopServices.unsetUrlHandler("https")
        assert opened == [url_of(1)]

    def test_ten_thousand_rows(self, window: MainWindow) -> None:
        for start in range(0, 10_000, 100):
            window.model.apply([queued(number) for number in range(start, start + 100)])
        window.model.apply([running(number) for number in range(9_990, 10_000)])
        window.view.scrollToBottom()
        assert window.view.indexAt(window.view.viewport().rect().center()).row() > 9_900
        assert window.status_bar.counts.full_text == "10 running, 9990 queued"


class TestMessages:
    def test_a_pause_is_one_message_with_ways_out(self, window: MainWindow, runner: NotingRunner, qtbot: QtBot) -> None:
        why = Failure.of(BadCredentialsError(status=401, said="Unknown API Key"))
        runner.listener.queue_paused(why)
        qtbot.waitUntil(lambda: window.banners.banner("paused") is not None)
        banner = window.banners.banner("paused")
        assert [button.text() for button in banner.buttons] == ["&Try again", "S&ettings…"]
        assert "Unknown API Key" in banner.accessibleName()
        banner.buttons[0].click()
        qtbot.waitUntil(lambda: ("resume", None) in runner.asked)
        runner.listener.queue_paused(None)
        qtbot.waitUntil(lambda: window.banners.banner("paused") is None)

    def test_troubles_with_our_own_files_are_told(
        self, make_window: Callable[..., MainWindow], services: WindowServices
    ) -> None:
        services.settings.notices = (SettingsError(path="/x/settings.json", problem="truncated", reason="/x/y"),)
        window = make_window()
        assert window.banners.banner("settings 0").message.what
        window.messages.trouble(JournalError(path="/x/journal", problem="unwritable", reason="read-only"))
        banner = window.banners.banner("store.journal")
        assert "read-only" in banner.message.why
        banner._close.click()
        assert window.banners.banner("store.journal") is None

    def test_progress_and_saving_are_summed_up(self, window: MainWindow) -> None:
        window.model.apply([queued(0), queued(1)])
        window.model.apply([done(0), running(1, sent=500)])
        assert window.status_bar.counts.full_text == "1 done, 1 running"
        figures = window.status_bar.figures.full_text
        assert "1 of 2 images, 1.5 kB of 2.0 kB" in figures
        assert "600 bytes saved (60%)" in figures
        assert window.status_bar.progress.value() == 625


class TestTheEnd:
    def test_of_addresses_nobody_knows_the_bytes(self, window: MainWindow) -> None:
        source = Source(kind=SourceKind.URL, location="https://example.com/a.png", name="a.png")
        first, second = running(0), queued(1)
        window.model.apply([replace(each, job=replace(each.job, source=source)) for each in (first, second)])
        assert window.status_bar.figures.full_text == "0 of 2 images"

    def test_without_work_it_just_closes(
        self, window: MainWindow, runner: NotingRunner, services: WindowServices, qtbot: QtBot
    ) -> None:
        window.model.apply([done(0)])
        with qtbot.waitSignal(window.closed) as told:
            window.close()
        assert told.args == [True]
        assert ("close", None) in runner.asked
        kept = json.loads(services.folders.state_file.read_text())
        assert kept["profile_id"] == "p1"
        assert kept["geometry"]

    @pytest.mark.parametrize("leave", [True, False])
    def test_with_work_it_asks_once(self, window: MainWindow, runner: NotingRunner, qtbot: QtBot, leave: bool) -> None:
        window.model.apply([running(0), queued(1)])
        window.close()
        window.close()
        (box,) = window.findChildren(QMessageBox, "quit")
        assert box.text() == "2 images on the way."
        assert box.informativeText().startswith("Nothing is lost: ")
        roles = QMessageBox.ButtonRole
        wanted = roles.AcceptRole if leave else roles.RejectRole
        (button,) = [button for button in box.buttons() if box.buttonRole(button) is wanted]
        button.click()
        assert window.isVisible() is not leave
        assert (("close", None) in runner.asked) is leave

    @pytest.fixture
    def newer_history(self, home: Path) -> None:
        with closing(WindowServices()) as services:
            file = services.folders.journal / "journal.sqlite3"
        query(file, "PRAGMA user_version = 99")

    def test_it_promises_nothing_that_is_not_remembered(self, newer_history: None, window: MainWindow) -> None:
        window.model.apply([running(0)])
        window.close()
        (box,) = window.findChildren(QMessageBox, "quit")
        assert box.informativeText() == "They are not remembered, because the history cannot be saved."
        assert "go on next time" not in " ".join(button.text() for button in box.buttons())

    def test_the_end_of_the_session_asks_nothing(self, window: MainWindow, qtbot: QtBot) -> None:
        window.model.apply([running(0)])
        with qtbot.waitSignal(window.closed):
            window.quit_unasked()

    def test_the_last_profile_is_picked_again(self, make_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
        first = make_window()
        first.choose_profile("Drafts")
        first.close()
        assert make_window().profile == PRIVATE


class TestEverybody:
    def test_everything_that_takes_the_focus_has_a_name(self, make_window: Callable[..., MainWindow]) -> None:
        for settings in (SETTINGS, Settings()):
            window = make_window(settings)
            window.model.apply([failed(0)])
            window.view.selectRow(0)
            for child in window.findChildren(QWidget):
                if child.focusPolicy() is Qt.FocusPolicy.NoFocus or child.window() is not window:
                    continue
                text = child.text() if isinstance(child, QAbstractButton | QLabel) else ""
                inner = child.objectName().startswith("qt_") or isinstance(child.parent(), type(window.view))
                assert child.accessibleName() or text or inner or not child.isVisible(), child

    def test_shortcuts_do_not_fight(self, window: MainWindow) -> None:
        window.model.apply([failed(0), running(1)])
        texts = [button.text() for button in window.status_bar.findChildren(QPushButton) if button.text()]
        letters = [text[text.index("&") + 1].lower() for text in texts]
        assert len(set(letters)) == len(letters)

    def test_it_fits_a_small_window(self, window: MainWindow) -> None:
        window.resize(window.minimumSize())
        window.model.apply([failed(0), running(1)])
        QApplication.processEvents()
        assert window.size() == window.minimumSize()
        assert window.status_bar.retry_button.text() == ""
        assert window.status_bar.retry_button.accessibleName() == "Retry 1 failed or cancelled image"


class TestSettings:
    @pytest.mark.parametrize(("account_id", "page"), [("a1", "profiles"), (None, "account")])
    def test_they_open_on_the_profiles_unless_one_waits_for_an_account(
        self, make_window: Callable[..., MainWindow], account_id: str | None, page: str
    ) -> None:
        window = make_window(Settings().with_account(ACCOUNT).with_profile(replace(PROFILE, account_id=account_id)))
        window.open_settings()
        dialog = window.findChild(SettingsDialog)
        assert dialog.page is (dialog.profiles_page if page == "profiles" else dialog.account_page)
        dialog.close()

    def test_a_profile_that_the_terminal_added_is_there_when_the_window_is_looked_at(
        self, window: MainWindow, services: WindowServices, qtbot: QtBot
    ) -> None:
        other = QWidget()
        qtbot.addWidget(other)
        other.show()
        other.activateWindow()
        qtbot.waitUntil(other.isActiveWindow)
        added = replace(PROFILE, id="p9", name="From the terminal")
        services.settings.update(lambda _: SETTINGS.with_profile(added))
        window.activateWindow()
        qtbot.waitUntil(lambda: window.settings.profile("p9") is not None)
        assert window.profile is not None
        assert window.profile.id == PROFILE.id
