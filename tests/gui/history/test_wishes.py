"""What is done with entries of the history: copied, opened, forgotten, exported; asked, told, and undone."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.history.window import HistoryWindow
from kraken_desktop.model.errors import JournalError
from kraken_desktop.model.job import JobStatus
from kraken_desktop.model.links import LinkFormat
from tests.gui.history.conftest import NOW, MakeHistory
from tests.support.gui import Catcher, done, failed, image_set, url_of, with_image
from tests.support.history import MemoryRecords, entry

Settled = Callable[[HistoryWindow], None]


@pytest.fixture
def opened() -> Iterator[list[str]]:
    found: list[str] = []
    catcher = Catcher(found)
    for scheme in ("https", "file"):
        QDesktopServices.setUrlHandler(scheme, catcher, "take")
    yield found
    for scheme in ("https", "file"):
        QDesktopServices.unsetUrlHandler(scheme)


def expired(number: int) -> JobStatus:
    return with_image(done(number), expires_at=NOW - timedelta(hours=1))


def clip() -> str:
    return QGuiApplication.clipboard().text()


def texts(menu: QMenu) -> list[str]:
    return [action.text().replace("&", "") for action in menu.actions() if action.text()]


def press(window: HistoryWindow, qtbot: QtBot) -> None:
    """The button of the toast."""
    assert window.toast.isVisible()
    window.toast.choose()


class TestLinks:
    def test_all_that_is_listed_in_the_order_of_the_list(
        self, make_history: MakeHistory, settled: Settled, qtbot: QtBot
    ) -> None:
        window = make_history(MemoryRecords(*(entry(number) for number in range(1000))))
        settled(window)
        assert window.foot.copy_button.text() == "Copy all links"
        window.foot.copy_button.click()
        qtbot.waitUntil(lambda: window.toast.text == "1000 links copied")
        assert clip().splitlines() == [url_of(number) for number in range(999, -1, -1)]

    @pytest.mark.parametrize("link_format", list(LinkFormat))
    def test_every_format_later(self, make_history: MakeHistory, settled: Settled, link_format: LinkFormat) -> None:
        window = make_history(MemoryRecords(entry(1, image_set(1))))
        settled(window)
        chosen: list[LinkFormat] = []
        window.wishes.format_chosen.connect(chosen.append)
        window.view.selectRow(0)
        window.foot.copy_wanted.emit(link_format)
        settled(window)
        assert clip().count("https://blog-images") == (10 if link_format is LinkFormat.PICTURE else 9)
        assert clip().startswith("<picture>") == (link_format is LinkFormat.PICTURE)
        assert chosen == ([] if link_format is LinkFormat.PLAIN else [link_format])

    def test_one_image_of_a_set(self, make_history: MakeHistory, settled: Settled, qtbot: QtBot) -> None:
        window = make_history(MemoryRecords(entry(1, image_set(1))))
        settled(window)
        window.view.set_open(window.model.line(0), True)
        window.view.selectRow(3)
        window.foot.copy_wanted.emit(None)
        settled(window)
        assert clip().endswith("avif-1600.avif")
        assert len(clip().splitlines()) == 1

    def test_a_link_that_has_expired_is_left_out_and_another_one_offered(
        self, make_history: MakeHistory, settled: Settled, qtbot: QtBot
    ) -> None:
        window = make_history(MemoryRecords(entry(1, expired(1)), entry(2)))
        settled(window)
        window.view.selectAll()
        window.foot.copy_wanted.emit(None)
        settled(window)
        assert window.toast.text == "1 link copied, 1 expired link left out"
        assert clip() == url_of(2)
        menu = window._menu_of([window.model.line(1).status])
        assert texts(menu)[0] == "Copy a new link"
        assert "Copy a new link" not in texts(window._menu_of([window.model.line(0).status]))

    def test_a_new_link_that_cannot_be_signed_is_explained(
        self, make_history: MakeHistory, settled: Settled, qtbot: QtBot
    ) -> None:
        window = make_history(MemoryRecords(entry(1, expired(1))))
        settled(window)
        window.foot.copy_wanted.emit(None)
        settled(window)
        assert window.toast.text == "1 expired link left out"
        press(window, qtbot)
        settled(window)
        (banner,) = window.banners._banners.values()
        assert "The S3 access key ID is missing." in banner.accessibleName()
        assert "Enter it in the settings" in banner.accessibleName()

    def test_nothing_to_copy(self, make_history: MakeHistory, settled: Settled) -> None:
        window = make_history(MemoryRecords(entry(1, failed(1))))
        settled(window)
        window.foot.copy_wanted.emit(None)
        settled(window)
        assert window.toast.text == "There is no link here."

    def test_the_button_of_a_row(self, make_history: MakeHistory, settled: Settled) -> None:
        window = make_history(MemoryRecords(entry(1)))
        settled(window)
        window.view.act_on(window.model.line(0))
        assert clip() == url_of(1)


class TestOpening:
    def test_enter_opens(self, make_history: MakeHistory, settled: Settled, qtbot: QtBot, opened: list[str]) -> None:
        window = make_history(MemoryRecords(entry(1), entry(2)))
        settled(window)
        window.view.selectRow(1)
        qtbot.keyClick(window.view, Qt.Key.Key_Return)
        settled(window)
        assert opened == [url_of(1)]

    def test_not_a_hundred_at_once(self, make_history: MakeHistory, settled: Settled, opened: list[str]) -> None:
        window = make_history(MemoryRecords(*(entry(number) for number in range(11))))
        settled(window)
        window.view.selectAll()
        window.foot.open_wanted.emit()
        assert window.toast.text == "At most 10 images at once."
        assert opened == []

    def test_what_has_expired_is_not_opened(
        self, make_history: MakeHistory, settled: Settled, opened: list[str]
    ) -> None:
        window = make_history(MemoryRecords(entry(1, expired(1))))
        settled(window)
        window.view.selectRow(0)
        window.foot.open_wanted.emit()
        settled(window)
        assert window.toast.text == "The link has expired."
        assert opened == []

    def test_a_file_of_a_folder_bucket_is_shown(
        self, make_history: MakeHistory, settled: Settled, opened: list[str], tmp_path: Path
    ) -> None:
        path = tmp_path / "a b.png"
        window = make_history(MemoryRecords(entry(1, with_image(done(1), url=path.as_uri())), entry(2)))
        settled(window)
        window.view.selectRow(1)
        window.foot.folder_wanted.emit()
        settled(window)
        assert [QUrl(each).toLocalFile() for each in opened] == [str(tmp_path)]
        window.view.selectRow(0)
        window.foot.folder_wanted.emit()
        settled(window)
        assert window.toast.text == "It is in a bucket, not in a folder on this computer."


class TestForgetting:
    def test_it_can_be_undone(self, make_history: MakeHistory, settled: Settled, qtbot: QtBot) -> None:
        records = MemoryRecords(*(entry(number) for number in range(10)))
        window = make_history(records)
        settled(window)
        window.view.selectRow(0)
        qtbot.keyClick(window.view, Qt.Key.Key_Delete)
        settled(window)
        assert window.model.numbers == tuple(range(8, -1, -1))
        assert window.foot.count.full_text == "9 images"
        assert window.toast.text == "1 image removed from the history"
        assert 9 in records.kept
        press(window, qtbot)
        settled(window)
        assert window.model.numbers[0] == 9

    def test_what_is_not_undone_is_forgotten(self, make_history: MakeHistory, settled: Settled, qtbot: QtBot) -> None:
        records = MemoryRecords(*(entry(number) for number in range(10)))
        window = make_history(records)
        settled(window)
        window.view.selectRow(0)
        qtbot.keyClick(window.view, Qt.Key.Key_Delete)
        window.close()
        qtbot.waitUntil(lambda: 9 not in records.kept)
        window.show()
        settled(window)
        assert len(window.model.numbers) == 9

    def test_many_only_after_a_question(self, make_history: MakeHistory, settled: Settled, qtbot: QtBot) -> None:
        records = MemoryRecords(*(entry(number) for number in range(100)))
        window = make_history(records)
        settled(window)
        window.view.selectAll()
        qtbot.keyClick(window.view, Qt.Key.Key_Delete)
        box = window.findChild(QMessageBox, "forget")
        assert isinstance(box, QMessageBox)
        assert box.text() == "Remove 100 images from the history?"
        assert "The images stay in their buckets" in box.informativeText()
        assert box.defaultButton().text() == "&Keep"
        (removing,) = [each for each in box.buttons() if each.text() == "&Remove"]
        removing.click()
        settled(window)
        assert window.model.numbers == ()
        assert window.nothing.isVisible()
        assert "The history is empty now" in window.nothing.text

    def test_a_row_that_is_not_selected_stays(self, make_history: MakeHistory, settled: Settled, qtbot: QtBot) -> None:
        window = make_history(MemoryRecords(entry(1)))
        settled(window)
        window.view.setFocus()
        assert window.view.currentIndex().isValid()
        qtbot.keyClick(window.view, Qt.Key.Key_Delete)
        qtbot.keyClick(window.view, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
        settled(window)
        assert window.forgetting.hidden == frozenset()
        assert not window.toast.isVisible()

    def test_images_of_a_set_are_no_entries(self, make_history: MakeHistory, settled: Settled, qtbot: QtBot) -> None:
        window = make_history(MemoryRecords(entry(1, image_set(1))))
        settled(window)
        window.view.set_open(window.model.line(0), True)
        window.view.selectRow(3)
        qtbot.keyClick(window.view, Qt.Key.Key_Delete)
        settled(window)
        assert window.model.numbers == (1,)

    def test_a_history_that_cannot_be_written_has_them_again(
        self, make_history: MakeHistory, settled: Settled, qtbot: QtBot
    ) -> None:
        class ReadOnly(MemoryRecords):
            def forget(self, numbers: object) -> int:
                raise JournalError(path="/data/journal", problem="unwritable", reason="Read-only file system")

        window = make_history(ReadOnly(entry(1), entry(2)))
        settled(window)
        window.view.selectRow(0)
        qtbot.keyClick(window.view, Qt.Key.Key_Delete)
        window.forgetting.settle()
        qtbot.waitUntil(lambda: window.banners.banner("store.journal") is not None)
        settled(window)
        assert window.model.numbers == (2, 1)


class TestMenu:
    def test_of_one(self, make_history: MakeHistory, settled: Settled) -> None:
        window = make_history(MemoryRecords(entry(1)))
        settled(window)
        told = texts(window._menu_of([window.model.line(0).status]))
        assert "Remove from the history" in told
        assert "Remove from the bucket…" in told
        assert "Cancel" not in told
        assert "Remove from the list" not in told

    def test_of_what_is_out_of_sight(
        self, make_history: MakeHistory, settled: Settled, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        window = make_history(MemoryRecords(*(entry(number) for number in range(150))))
        settled(window)
        shown: list[QMenu] = []
        monkeypatch.setattr(QMenu, "popup", lambda menu, _place: shown.append(menu))
        window.view.selectAll()
        window.view.menu_wanted.emit(window.mapToGlobal(window.rect().center()))
        qtbot.waitUntil(lambda: bool(shown))
        assert texts(shown[0])[0] == "Copy 150 links"

    def test_thousands_are_not_read_for_it(self, make_history: MakeHistory, settled: Settled) -> None:
        records = MemoryRecords(*(entry(number) for number in range(1000)))
        window = make_history(records)
        settled(window)
        window.view.selectAll()
        before = len(records.fetched)
        assert texts(window._menu_of([])) == [
            "Copy links",
            "Copy as",
            "Remove from the bucket…",
            "Remove from the history",
        ]
        assert len(records.fetched) == before

    def test_retry_tells_where_it_goes(self, make_history: MakeHistory, settled: Settled) -> None:
        window = make_history(MemoryRecords(entry(1, failed(1))))
        settled(window)
        wanted: list[object] = []
        window.retry_wanted.connect(wanted.append)
        window.view.act_on(window.model.line(0))
        assert wanted == [[window.model.line(0).status]]
        assert window.toast.text == "Trying 1 image again: see the main window."


class TestExport:
    def test_what_is_listed_as_csv(self, make_history: MakeHistory, settled: Settled, tmp_path: Path) -> None:
        window = make_history(MemoryRecords(*(entry(number) for number in range(500)), entry(900, failed(900))))
        settled(window)
        window.filters.outcome.set_value(done(1).state)
        window.filters.outcome.activated.emit(0)
        settled(window)
        target = tmp_path / "all.csv"
        target.write_bytes(b"old")
        window.export_to(target)
        settled(window)
        with target.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["url"] for row in rows] == [url_of(number) for number in range(499, -1, -1)]
        assert target.read_bytes().startswith(b"\xef\xbb\xbf")
        assert [path.name for path in tmp_path.iterdir()] == ["all.csv"]
        assert window.toast.text == "Exported to “all.csv”."

    def test_as_json(self, make_history: MakeHistory, settled: Settled, tmp_path: Path) -> None:
        window = make_history(MemoryRecords(entry(1), entry(2, failed(2))))
        settled(window)
        window.export_to(tmp_path / "all.JSON")
        settled(window)
        told = json.loads((tmp_path / "all.JSON").read_text())
        assert [each["name"] for each in told] == ["image-2.png", "image-1.png"]

    def test_a_place_that_cannot_be_written_is_named(
        self, make_history: MakeHistory, settled: Settled, tmp_path: Path
    ) -> None:
        window = make_history(MemoryRecords(entry(1)))
        settled(window)
        window.export_to(tmp_path / "missing" / "all.csv")
        settled(window)
        banner = window.banners.banner("store.exchange")
        assert banner is not None
        assert "“all.csv” could not be written." in banner.accessibleName()
        assert f"{tmp_path / 'missing' / 'all.csv'}" in banner.accessibleName()
        assert "Check the free space and the rights of its folder" in banner.accessibleName()

    def test_what_is_stopped_leaves_the_old_file(
        self, make_history: MakeHistory, settled: Settled, tmp_path: Path, qtbot: QtBot
    ) -> None:
        records = MemoryRecords(*(entry(number) for number in range(5000)))
        window = make_history(records)
        settled(window)
        target = tmp_path / "all.csv"
        target.write_bytes(b"old")
        records.gate.clear()
        window.export_to(target)
        qtbot.waitUntil(window.foot.stop_button.isVisible)
        assert "Exporting…" in window.foot.chosen.full_text
        assert "5000" in window.foot.chosen.full_text
        window.export_to(target)
        assert window.toast.text == "Something else is still being done."
        qtbot.mouseClick(window.foot.stop_button, Qt.MouseButton.LeftButton)
        records.gate.set()
        settled(window)
        assert target.read_bytes() == b"old"
        assert [path.name for path in tmp_path.iterdir()] == ["all.csv"]
        assert not window.foot.stop_button.isVisible()

    def test_the_dialog_asks_for_a_place(self, make_history: MakeHistory, settled: Settled) -> None:
        window = make_history(MemoryRecords(entry(1)))
        settled(window)
        window.foot.export_wanted.emit("json")
        dialog = window.findChild(QFileDialog, "export")
        assert isinstance(dialog, QFileDialog)
        assert dialog.defaultSuffix() == "json"
        assert dialog.selectedNameFilter() == "JSON for scripts (*.json)"
        assert dialog.nameFilters() == ["Table for spreadsheets (*.csv)", "JSON for scripts (*.json)"]
        dialog.reject()
