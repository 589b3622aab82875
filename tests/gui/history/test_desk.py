"""The history beside the main window, on a real journal: what happens in one of them is seen in the other."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.history.window import HistoryWindow
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.row_layout import THUMBNAIL
from kraken_desktop.model.errors import JournalError
from kraken_desktop.model.job import JobState, JobStatus, SourceKind, StoredImage
from kraken_desktop.model.links import LinkFormat
from kraken_desktop.model.profile import LOCAL_PROFILE_ID, Engine, Profile, Uploader
from tests.support.gui import NotingRunner, WindowServices, done, failed, url_of, with_image
from tests.support.history import named

Settled = Callable[[HistoryWindow], None]


def keep(services: WindowServices, *statuses: JobStatus) -> None:
    """As an earlier run left them."""
    for status in statuses:
        assert status.outcome is not None
        services.journal.add([status.job])
        services.journal.finish(status.job.id, status.outcome)


@pytest.fixture
def opened(window: MainWindow, services: WindowServices, settled: Settled, qtbot: QtBot) -> HistoryWindow:
    """The history of an earlier run."""
    keep(services, done(1), failed(2), named(3, "Straße am Meer.png"))
    qtbot.mouseClick(window.top_bar.history_button, Qt.MouseButton.LeftButton)
    made = window.history.window
    assert made is not None
    settled(made)
    return made


def names(window: HistoryWindow) -> list[str]:
    return [window.model.line(row).status.job.source.name for row in range(window.model.rowCount())]


class TestWindow:
    def test_the_button_opens_it(self, opened: HistoryWindow) -> None:
        assert opened.isVisible()
        assert names(opened) == ["Straße am Meer.png", "image-2.png", "image-1.png"]

    def test_a_key_opens_it_again_as_it_was(
        self, opened: HistoryWindow, window: MainWindow, settled: Settled, qtbot: QtBot
    ) -> None:
        opened.resize(QSize(700, 500))
        opened.close()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.keyClick(window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
        assert window.history.window is opened
        assert opened.isVisible()
        assert opened.size() == QSize(700, 500)

    def test_it_opens_whole_beside_a_main_window_in_the_corner(
        self, window: MainWindow, services: WindowServices, settled: Settled
    ) -> None:
        screen = window.screen().availableGeometry()
        window.move(screen.bottomRight() - QPoint(200, 200))
        window.history.open()
        opened = window.history.window
        assert opened is not None
        settled(opened)
        assert opened.frameGeometry() != opened.geometry(), "a frame is part of what is to be seen"
        assert screen.contains(opened.frameGeometry())

    def test_it_goes_with_the_main_window(self, opened: HistoryWindow, window: MainWindow) -> None:
        window.quit_unasked()
        assert not opened.isVisible()
        assert window.history.window is None

    def test_words_of_any_case_are_found(self, opened: HistoryWindow, settled: Settled) -> None:
        opened.filters.search.setText("MEER strasse")
        settled(opened)
        assert names(opened) == ["Straße am Meer.png"]

    def test_a_journal_that_is_no_file_is_spoken_of(
        self, opened: HistoryWindow, services: WindowServices, settled: Settled, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert opened.banners.banner("journal") is None
        problem = JournalError(path="/data/journal.sqlite3", problem="unwritable", reason="Read-only file system")
        services.journal._file.problem = problem
        opened.refresh()
        settled(opened)
        banner = opened.banners.banner("journal")
        assert banner is not None
        assert "The history cannot be saved." in banner.accessibleName()
        opened.banners.remove("journal")
        opened.refresh()
        settled(opened)
        assert opened.banners.banner("journal") is None


class TestBoth:
    def test_what_ends_is_listed_at_once(
        self, opened: HistoryWindow, runner: NotingRunner, services: WindowServices, settled: Settled, qtbot: QtBot
    ) -> None:
        keep(services, done(7))
        runner.listener.job_changed(done(7))
        qtbot.waitUntil(lambda: opened.model.rowCount() == 4)
        settled(opened)
        assert names(opened)[0] == "image-7.png"

    def test_what_the_terminal_did_is_there_when_one_turns_to_the_window(
        self, opened: HistoryWindow, window: MainWindow, services: WindowServices, qtbot: QtBot
    ) -> None:
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        keep(services, done(7))
        opened.activateWindow()
        qtbot.waitUntil(lambda: opened.model.rowCount() == 4)

    def test_an_earlier_job_is_tried_again(
        self, opened: HistoryWindow, runner: NotingRunner, settled: Settled, qtbot: QtBot
    ) -> None:
        opened.view.act_on(opened.model.line(1))
        qtbot.waitUntil(lambda: any(name == "resume_jobs" for name, _ in runner.asked))
        ((_, recovered), *_rest) = [each for each in runner.asked if each[0] == "resume_jobs"]
        assert [each.job.id for each in recovered] == ["job-2"]  # type: ignore[attr-defined]
        runner.listener.job_changed(JobStatus(job=failed(2).job))
        qtbot.waitUntil(lambda: opened.model.rowCount() == 2)

    def test_a_job_of_this_run_is_tried_again_by_its_runner(
        self, opened: HistoryWindow, runner: NotingRunner, window: MainWindow, settled: Settled, qtbot: QtBot
    ) -> None:
        runner.listener.job_changed(failed(2))
        qtbot.waitUntil(lambda: window.model.row_of("job-2") is not None)
        settled(opened)
        row = opened.model.row_of("job-2")
        assert row is not None
        opened.view.act_on(opened.model.line(row))
        qtbot.waitUntil(lambda: ("retry", ("job-2",)) in runner.asked)

    def test_the_usual_format_is_that_of_both(
        self, opened: HistoryWindow, window: MainWindow, services: WindowServices, settled: Settled, qtbot: QtBot
    ) -> None:
        opened.foot.copy_wanted.emit(LinkFormat.MARKDOWN)
        settled(opened)
        assert QGuiApplication.clipboard().text().startswith("![")
        assert window.wishes.link_format is LinkFormat.MARKDOWN
        qtbot.waitUntil(lambda: services.settings.load().preferences.link_format is LinkFormat.MARKDOWN)
        window.wishes.choose_format(LinkFormat.PLAIN)
        assert opened.wishes.link_format is LinkFormat.PLAIN

    def test_removed_from_a_folder_bucket(
        self,
        opened: HistoryWindow,
        window: MainWindow,
        services: WindowServices,
        settled: Settled,
        qtbot: QtBot,
        tmp_path: Path,
    ) -> None:
        path = tmp_path / "2026" / "a.png"
        path.parent.mkdir()
        path.write_bytes(b"drawn")
        profile = Profile(
            id=LOCAL_PROFILE_ID, name="Here", engine=Engine.LOCAL, uploader=Uploader.LOCAL, folder=str(tmp_path)
        )
        status = done(8)
        status = replace(status, job=replace(status.job, snapshot=replace(status.job.snapshot, profile=profile)))
        status = with_image(status, key="2026/a.png", url=path.as_uri(), bytes=5)
        keep(services, status)
        window.model.apply([status])
        opened.refresh()
        settled(opened)
        opened.view.selectRow(0)
        qtbot.keyClick(opened.view, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
        settled(opened)
        box = opened.findChild(QMessageBox, "unpublish")
        assert isinstance(box, QMessageBox)
        assert "2026/a.png (Here)" in box.informativeText()
        (removing,) = [each for each in box.buttons() if each.text() == "&Remove"]
        assert isinstance(removing, QPushButton)
        qtbot.mouseClick(removing, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: opened.toast.text == "1 image removed from the bucket", timeout=20_000)
        assert not path.exists()
        assert opened.model.line(0).status.links == ()
        assert window.model.statuses[0].links == ()


class TestPictures:
    def test_the_picture_of_a_source_that_is_gone(
        self, opened: HistoryWindow, window: MainWindow, services: WindowServices, qtbot: QtBot
    ) -> None:
        status = done(1)
        pixels = THUMBNAIL
        services.thumbnails.put(status.job.source.location, 1, pixels, b"\x10\x20\x30\xff" * pixels * pixels)
        picture = window.history._picture
        window._thumbnails._refused.clear()
        qtbot.waitUntil(lambda: picture(status, 1.0) is not None)
        shown = picture(status, 1.0)
        assert shown is not None
        assert shown.toImage().pixelColor(28, 28).getRgb() == (0x30, 0x20, 0x10, 255)

    def test_of_an_address_the_result_on_this_computer(
        self, opened: HistoryWindow, window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        monkeypatch.setattr(window._thumbnails, "_decode", lambda path, *_: asked.append(path))
        status = with_image(
            done(5, kind=SourceKind.URL, location="https://example.com/a.png"), local_copy=str(tmp_path / "a.png")
        )
        assert window.history._picture(status, 1.0) is None
        qtbot.waitUntil(lambda: asked == [str(tmp_path / "a.png")])

    def test_what_nobody_saw_for_long_goes_at_the_next_start(self, services: WindowServices) -> None:
        services.thumbnails.put("/old.png", 1, 8, b"\x10\x20\x30\xff" * 64)
        (path,) = (services.folders.cache / "thumbnails").rglob("*.thumbnail")
        os.utime(path, (0, 0))
        services.thumbnails.put("/new.png", 1, 8, b"\x10\x20\x30\xff" * 64)
        services.sweep_folders(lambda: False)
        assert services.thumbnails.get("/old.png", 1, 8) is None
        assert services.thumbnails.get("/new.png", 1, 8) is not None

    def test_what_is_forgotten_leaves_no_picture(
        self, opened: HistoryWindow, services: WindowServices, settled: Settled, qtbot: QtBot
    ) -> None:
        source = done(1).job.source
        services.thumbnails.put(source.location, 1, 8, b"\x10\x20\x30\xff" * 64)
        opened.view.selectRow(2)
        qtbot.keyClick(opened.view, Qt.Key.Key_Delete)
        opened.forgetting.settle()
        qtbot.waitUntil(lambda: services.history.count() == 2)
        assert services.thumbnails.get(source.location, 1, 8) is None
        # What it stored is known no longer either.
        assert services.journal.stored([url_of(1)]) == ()


def test_nothing_of_the_window_is_made_before_it_is_wanted(window: MainWindow) -> None:
    assert window.history.window is None
    assert window.history.close(1)


def test_an_ended_job_without_a_link_is_listed(window: MainWindow, services: WindowServices, settled: Settled) -> None:
    keep(services, with_image(done(1), removed=True))
    window.history.open()
    made = window.history.window
    assert made is not None
    settled(made)
    status = made.model.line(0).status
    assert status.state is JobState.DONE
    assert status.outcome is not None
    assert isinstance(status.outcome.images[0], StoredImage)
    assert status.links == ()
