"""A job of several images: its row opens to show them, and each can be dealt with by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.job_lines import images_of, narrowed
from kraken_desktop.gui.job_list import JobListModel
from kraken_desktop.gui.lines_model import Role
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.row_layout import image_row_height, lay_out, lay_out_image, row_height
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Words
from kraken_desktop.model.errors import BadCredentialsError
from kraken_desktop.model.job import Done, Failed, Failure, JobState, JobStatus, LinkCheck, Verdict
from kraken_desktop.model.links import LinkFormat
from tests.support.gui import Catcher, done, failed, image_set, queued, with_image

KEYS = Qt.Key
LTR = Qt.LayoutDirection.LeftToRight
FORBIDDEN = LinkCheck(verdict=Verdict.FORBIDDEN, status=403)
OPENS = LinkCheck(verdict=Verdict.OPENS, status=200, content_type="image/png")


def changed(status: JobStatus, at: int, **changes: object) -> JobStatus:
    outcome = status.outcome
    assert outcome is not None
    images = tuple(replace(image, **changes) if place == at else image for place, image in enumerate(outcome.images))
    return replace(status, outcome=replace(outcome, images=images))


class TestModel:
    @pytest.fixture
    def model(self, qtbot: QtBot) -> JobListModel:
        made = JobListModel(RowText(Words()))
        made.tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
        return made

    def lines(self, model: JobListModel) -> list[str]:
        return [model.line(row).key for row in range(model.rowCount())]

    def test_opens_and_closes_where_it_is(self, model: JobListModel) -> None:
        model.apply([done(0), image_set(1, widths=(480,)), done(2)])
        assert model.rowCount() == 3
        model.set_open(["job-1", "job-0", "unknown"], True)
        assert self.lines(model) == ["job-0", "job-1", "job-1 0", "job-1 1", "job-1 2", "job-2"]
        assert (model.row_of("job-1"), model.row_of("job-2")) == (1, 5)
        assert [status.job.id for status in model.statuses] == ["job-0", "job-1", "job-2"]
        model.set_open(["job-1"], True)
        assert model.rowCount() == 6
        model.set_open(["job-1"], False)
        assert self.lines(model) == ["job-0", "job-1", "job-2"]

    def test_the_figures_do_not_change_with_it(self, model: JobListModel) -> None:
        model.apply([done(0), image_set(1)])
        before = (model.tally.images, model.tally.total, model.tally.bytes_saved)
        model.set_open(["job-1"], True)
        assert (model.tally.images, model.tally.total, model.tally.bytes_saved) == before == (10, 2, 600)

    def test_an_open_job_that_changes_stays_open_while_it_has_as_many(self, model: JobListModel) -> None:
        model.apply([image_set(0, widths=(480,)), done(1)])
        model.set_open(["job-0"], True)
        model.apply([changed(image_set(0, widths=(480,)), 1, removed=True)])
        assert model.line(2).image is not None
        assert model.line(2).image.removed
        model.apply([queued(0)])
        assert self.lines(model) == ["job-0", "job-1"]
        model.apply([image_set(0, widths=(480,))])
        assert self.lines(model) == ["job-0", "job-1"]

    @pytest.mark.parametrize("count", [3, 100])
    def test_many_at_once_and_a_job_goes_with_its_images(self, model: JobListModel, count: int) -> None:
        model.apply([image_set(number, widths=(480,)) for number in range(count)])
        ids = [f"job-{number}" for number in range(count)]
        model.set_open(ids, True)
        assert model.rowCount() == 4 * count
        taken = model.take(ids[1::2])
        assert model.rowCount() == 4 * ((count + 1) // 2)
        model.put_back(taken)
        assert [status.job.id for status in model.statuses] == ids
        assert model.row_of("job-2") == 5
        model.set_open(ids, False)
        assert self.lines(model) == ids

    def test_a_screen_reader_hears_what_is_open(self, model: JobListModel) -> None:
        model.apply([changed(image_set(0), 2, check=FORBIDDEN)])

        def spoken(row: int) -> str:
            return str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole))

        assert spoken(0) == "image-0.png, 1 link(s) to check, 9 images, 480 to 1600 px wide, 912 kB in all, collapsed"
        model.set_open(["job-0"], True)
        assert spoken(0).endswith(", expanded")
        assert spoken(1) == "avif-480, 480 × 320 px, 48.0 kB"
        assert spoken(3) == "avif-1600, 1600 × 1066 px, 160 kB, Not public: 403"
        assert model.index(1, 0).data(Role.STATUS) is model.status(0)
        assert "image-0-avif-480.avif" in model.index(1, 0).data(Qt.ItemDataRole.AccessibleDescriptionRole)
        assert model.index(1, 0).data(Qt.ItemDataRole.DisplayRole) == "avif-480"

    def test_a_single_image_has_nothing_to_open(self, model: JobListModel) -> None:
        model.apply([done(0)])
        model.set_open(["job-0"], True)
        assert model.rowCount() == 1
        assert "collapsed" not in str(model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole))


class TestView:
    @pytest.fixture
    def opened(self, window: MainWindow) -> MainWindow:
        window.model.apply([done(0), image_set(1), done(2)])
        window.model.set_open(["job-1"], True)
        return window

    def press(self, qtbot: QtBot, window: MainWindow, *keys: Qt.Key) -> None:
        for key in keys:
            qtbot.keyClick(window.view, key)

    def clipboard(self) -> list[str]:
        return QGuiApplication.clipboard().text().splitlines()

    def test_rows_of_images_are_lower(self, opened: MainWindow) -> None:
        rows, metrics = opened.view.verticalHeader(), opened.view.fontMetrics()
        assert [rows.sectionSize(row) for row in (0, 1, 2, 10, 11)] == [
            *[row_height(metrics)] * 2,
            *[image_row_height(metrics)] * 2,
            row_height(metrics),
        ]
        opened.model.put_back(opened.model.take(["job-0"]))
        assert [rows.sectionSize(row) for row in (1, 2, 10)] == [
            row_height(metrics),
            *[image_row_height(metrics)] * 2,
        ]

    def test_right_and_left_as_in_a_tree(self, window: MainWindow, qtbot: QtBot) -> None:
        window.model.apply([done(0), image_set(1), done(2)])
        view = window.view
        view.setCurrentIndex(window.model.index(1, 0))
        self.press(qtbot, window, KEYS.Key_Right)
        assert (window.model.rowCount(), view.currentIndex().row()) == (12, 1)
        self.press(qtbot, window, KEYS.Key_Right)
        assert view.currentIndex().row() == 2
        self.press(qtbot, window, KEYS.Key_Down, KEYS.Key_Right, KEYS.Key_Left)
        assert (window.model.rowCount(), view.currentIndex().row()) == (12, 1)
        self.press(qtbot, window, KEYS.Key_Left)
        assert (window.model.rowCount(), view.currentIndex().row()) == (3, 1)
        self.press(qtbot, window, KEYS.Key_Left, KEYS.Key_Up, KEYS.Key_Right)
        assert (window.model.rowCount(), view.currentIndex().row()) == (3, 0)

    def test_from_right_to_left_the_arrows_are_mirrored(self, window: MainWindow, qtbot: QtBot) -> None:
        window.model.apply([image_set(0)])
        window.view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        window.view.setCurrentIndex(window.model.index(0, 0))
        self.press(qtbot, window, KEYS.Key_Right)
        assert window.model.rowCount() == 1
        self.press(qtbot, window, KEYS.Key_Left)
        assert window.model.rowCount() == 10

    @pytest.mark.parametrize("where", ["triangle", "words", "double click"])
    def test_the_mouse_opens_it_too(self, window: MainWindow, qtbot: QtBot, where: str) -> None:
        window.model.apply([image_set(0)])
        rect = window.view.visualRect(window.model.index(0, 0))
        layout = lay_out(rect, window.view.fontMetrics(), LTR)
        port = window.view.viewport()
        if where == "double click":
            qtbot.mouseDClick(port, Qt.MouseButton.LeftButton, pos=layout.first.center())
        else:
            third = QPoint(layout.third.left() + 10, layout.third.center().y())
            place = layout.opener.center() if where == "triangle" else third
            qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=place)
        assert window.model.rowCount() == 10

    def test_the_row_copies_all_links_in_the_order_of_the_recipe(self, opened: MainWindow, qtbot: QtBot) -> None:
        opened.view.setCurrentIndex(opened.model.index(1, 0))
        self.press(qtbot, opened, KEYS.Key_Return)
        assert self.clipboard() == [image.url for image in images_of(image_set(1))]
        assert opened.toast.text == "9 links copied"

    def test_an_image_is_copied_by_itself(self, opened: MainWindow, qtbot: QtBot) -> None:
        url = images_of(image_set(1))[1].url
        opened.view.setCurrentIndex(opened.model.index(3, 0))
        self.press(qtbot, opened, KEYS.Key_Return)
        assert self.clipboard() == [url]
        QGuiApplication.clipboard().clear()
        qtbot.keyClick(opened.view, KEYS.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert self.clipboard() == [url]
        QGuiApplication.clipboard().clear()
        rect = opened.view.visualRect(opened.model.index(3, 0))
        place = lay_out_image(rect, opened.view.fontMetrics(), LTR).action.center()
        qtbot.mouseClick(opened.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert self.clipboard() == [url]

    def test_some_images_and_a_whole_job_are_copied_once_each(self, opened: MainWindow) -> None:
        selection, select = opened.view.selectionModel(), opened.view.selectionModel().SelectionFlag.Select
        for row in (3, 5, 11):
            selection.select(opened.model.index(row, 0), select)
        opened.wishes.copy_links(opened.view.selected())
        images = images_of(image_set(1))
        assert self.clipboard() == [images[1].url, images[3].url, images_of(done(2))[0].url]
        selection.select(opened.model.index(1, 0), select)
        assert opened.view.selected() == [opened.model.status(1), opened.model.status(11)]
        assert [status.job.id for status in opened.view.selected_jobs()] == ["job-1", "job-2"]

    def test_as_a_picture_element_it_is_one(self, opened: MainWindow) -> None:
        opened.wishes.copy_all(LinkFormat.PICTURE)
        text = QGuiApplication.clipboard().text()
        assert (text.count("<picture>"), text.count("<img"), text.count("<source")) == (3, 3, 2)
        assert all(image.url in text for image in images_of(image_set(1)))
        assert opened.toast.text == "11 links copied"

    def test_delete_takes_no_image_off_the_list(self, opened: MainWindow, qtbot: QtBot) -> None:
        opened.view.setCurrentIndex(opened.model.index(3, 0))
        self.press(qtbot, opened, KEYS.Key_Delete)
        assert opened.model.rowCount() == 12
        opened.view.setCurrentIndex(opened.model.index(1, 0))
        self.press(qtbot, opened, KEYS.Key_Delete)
        assert opened.model.rowCount() == 2

    def test_the_menu_is_about_what_is_chosen(self, opened: MainWindow) -> None:
        def enabled() -> set[str]:
            menu = opened.view.menu_for(opened.view.selected())
            found = {action.text().replace("&", "") for action in menu.actions() if action.isEnabled()}
            menu.close()
            return found - {""}

        opened.view.setCurrentIndex(opened.model.index(3, 0))
        assert enabled() == {
            "Copy 1 link",
            "Copy as",
            "Open in the browser",
            "Show the original’s folder",
            "Remove from the bucket…",
        }
        opened.view.setCurrentIndex(opened.model.index(1, 0))
        assert {"Copy 9 links", "Hide the images of the set", "Remove from the list"} <= enabled()

    def test_an_image_opens_by_its_link(self, opened: MainWindow, qtbot: QtBot) -> None:
        urls: list[str] = []
        catcher = Catcher(urls)
        QDesktopServices.setUrlHandler("https", catcher, "take")
        rect = opened.view.visualRect(opened.model.index(2, 0))
        link = lay_out_image(rect, opened.view.fontMetrics(), LTR).link
        place = QPoint(link.left() + 5, link.center().y())
        qtbot.mouseClick(opened.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        QDesktopServices.unsetUrlHandler("https")
        assert urls == [images_of(image_set(1))[0].url]

    def test_the_details_are_those_of_the_image(self, window: MainWindow) -> None:
        window.model.apply([changed(image_set(0), 1, check=FORBIDDEN)])
        window.model.set_open(["job-0"], True)
        window.view.setCurrentIndex(window.model.index(1, 0))
        assert "2026/image-0-avif-480.avif" in window.details.text
        assert "not public" not in window.details.text
        window.view.setCurrentIndex(window.model.index(2, 0))
        assert "its link is not public" in window.details.text

    def test_every_row_is_painted_whole(self, opened: MainWindow, theme: Theme) -> None:
        window = opened
        window.model.apply([changed(changed(image_set(1), 1, check=FORBIDDEN), 2, removed=True)])
        for width, direction in ((960, LTR), (640, Qt.LayoutDirection.RightToLeft)):
            window.resize(width, 600)
            window.view.setLayoutDirection(direction)
            picture = window.view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
            shown = {picture.pixelColor(x, 200).name() for x in range(picture.width())}
            assert len(shown) > 1

    def test_two_thousand_open_sets(self, window: MainWindow) -> None:
        window.model.apply([image_set(number) for number in range(2000)])
        window.model.set_open([f"job-{number}" for number in range(2000)], True)
        assert window.model.rowCount() == 20_000
        bar = window.view.verticalScrollBar()
        QApplication.processEvents()
        bar.setValue(bar.maximum())
        assert window.view.indexAt(QPoint(200, window.view.viewport().height() - 5)).row() == 19_999
        window.model.set_open(["job-1000"], False)
        assert window.model.row_of("job-1001") == 10_001


@pytest.mark.usefixtures("translations")
class TestWords:
    TEXT = RowText(Words(), clock=lambda: 0.0)

    def test_a_set_says_what_it_is_instead_of_a_saving(self) -> None:
        status = image_set(1)
        assert self.TEXT.images(status) == "9 images, 480 to 1600 px wide, 912 kB in all"
        assert (self.TEXT.sizes(status), self.TEXT.saving(status), self.TEXT.link(status)) == ("1.0 kB", "", "")
        assert self.TEXT.images(done(1)) == ""
        assert self.TEXT.images(changed(status, 0, removed=True)).endswith(", 1 removed")

    @pytest.mark.parametrize(
        ("check", "state", "place"),
        [
            (None, "Done", "2026/image-1.png"),
            (OPENS, "Done", "2026/image-1.png · Anyone can open it"),
            (FORBIDDEN, "Not public: 403", "2026/image-1.png"),
            (LinkCheck(verdict=Verdict.MISSING, status=404), "Link not found: 404", "2026/image-1.png"),
        ],
    )
    def test_the_row_says_who_can_open_it(self, check: LinkCheck | None, state: str, place: str) -> None:
        status = with_image(done(1), check=check)
        assert (self.TEXT.state(status), self.TEXT.destination(status)) == (state, place)
        assert self.TEXT.link(status) == images_of(status)[0].url
        assert status.state is JobState.DONE
        assert (self.TEXT.warning(status) is not None) == (check == FORBIDDEN or state.startswith("Link"))

    def test_of_several_links_those_to_check_are_counted(self) -> None:
        status = changed(image_set(1), 0, check=FORBIDDEN)
        assert self.TEXT.state(status) == "1 link to check"
        for at in range(1, 9):
            status = changed(status, at, check=FORBIDDEN)
        assert self.TEXT.state(status) == "Not public: 403"

    def test_a_failed_check_can_be_reported(self) -> None:
        report = self.TEXT.report(with_image(done(1), check=FORBIDDEN))
        assert "its link is not public" in report
        assert images_of(done(1))[0].url in report

    def test_a_test_of_the_sandbox_is_called_one(self, window: MainWindow) -> None:
        status = with_image(done(1), sandbox=True, url="")
        told = "Only a test: Kraken.io’s sandbox stored nothing, and its numbers are made up"
        assert (self.TEXT.state(status), self.TEXT.note(status)) == ("Only a test", told)
        assert (self.TEXT.sizes(status), self.TEXT.saving(status), self.TEXT.link(status)) == ("1.0 kB", "", "")
        assert told in self.TEXT.tool_tip(status)
        assert Words().state(status) == told
        window.model.apply([status, done(2)])
        assert (window.model.tally.images, window.model.tally.bytes_saved) == (1, 600)
        window.wishes.copy_links([status])
        assert window.toast.text == "There is no link to copy yet."
        window.view.setCurrentIndex(window.model.index(0, 0))
        assert "Turn the sandbox off" in window.details.text

    def test_what_was_removed_says_so(self) -> None:
        status = with_image(done(1), removed=True)
        assert (self.TEXT.state(status), self.TEXT.note(status)) == ("Removed", "Removed from the bucket")
        assert self.TEXT.link(status) == ""

    def test_a_partly_failed_set_counts_what_is_there(self) -> None:
        failure = Failure.of(BadCredentialsError(status=401))
        outcome = Failed(failure=failure, images=images_of(image_set(1))[:4])
        status = changed(replace(failed(1), outcome=outcome), 0, removed=True)
        assert Words().state(status).startswith("Failed with 3 images stored")
        assert len(narrowed(status, (0, 1)).links) == 1

    def test_nothing_of_a_job_without_outcome(self) -> None:
        assert narrowed(queued(1), (0,)) == queued(1)
        assert isinstance(done(1).outcome, Done)
