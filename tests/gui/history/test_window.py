"""The window of the history: finding, the list, the keyboard, what is said where nothing is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.history.periods import Period
from kraken_desktop.gui.history.window import HistoryWindow
from kraken_desktop.model.errors import JournalError
from kraken_desktop.model.history import HistoryEntry, Order
from kraken_desktop.model.job import JobState
from tests.gui.history.conftest import NOW, MakeHistory
from tests.support.gui import PRIVATE, cancelled, done, failed, image_set
from tests.support.history import MemoryRecords, entry, named

Settled = Callable[[HistoryWindow], None]


def names(window: HistoryWindow) -> list[str]:
    return [window.model.line(row).status.job.source.name for row in range(window.model.rowCount())]


@pytest.fixture
def records() -> MemoryRecords:
    drafts = done(3)
    drafts = replace(drafts, job=replace(drafts.job, snapshot=replace(drafts.job.snapshot, profile=PRIVATE)))
    return MemoryRecords(
        entry(1, named(1, "Lighthouse.png")),
        entry(2, failed(2)),
        entry(3, drafts),
        entry(4, cancelled(4), NOW - timedelta(days=100)),
        entry(5, named(5, "lake.jpg")),
    )


@pytest.fixture
def window(make_history: MakeHistory, records: MemoryRecords, settled: Settled) -> HistoryWindow:
    made = make_history(records)
    settled(made)
    return made


class TestFinding:
    def test_all_of_it_newest_first(self, window: HistoryWindow) -> None:
        assert names(window) == ["lake.jpg", "image-3.png", "image-2.png", "Lighthouse.png", "image-4.png"]
        assert window.foot.count.full_text == "5 images"

    def test_words_while_they_are_typed(
        self, window: HistoryWindow, records: MemoryRecords, settled: Settled, qtbot: QtBot
    ) -> None:
        before = len(records.asked)
        qtbot.keyClicks(window.filters.search, "light house")
        settled(window)
        assert names(window) == ["Lighthouse.png"]
        assert window.foot.count.full_text == "1 of 5 found"
        # Not after every letter.
        assert len(records.asked) - before < len("light house")
        assert records.asked[-1].text == "light house"

    def test_a_late_answer_is_dropped(
        self, window: HistoryWindow, records: MemoryRecords, settled: Settled, qtbot: QtBot
    ) -> None:
        records.gate.clear()
        window.filters.search.setText("lake")
        qtbot.waitUntil(lambda: records.asked[-1].text == "lake")
        for text in ("image", "light"):
            window.filters.search.setText(text)
            window.filters.search.returnPressed.emit()
        shown: list[object] = []
        window.search.found.connect(shown.append)
        records.gate.set()
        settled(window)
        assert names(window) == ["Lighthouse.png"]
        assert len(shown) == 1
        assert "image" not in {query.text for query in records.asked}

    def test_filters_go_together(self, window: HistoryWindow, records: MemoryRecords, settled: Settled) -> None:
        filters = window.filters
        assert [filters.profile.itemText(row) for row in range(filters.profile.count())] == [
            "Any profile",
            "Blog",
            "Drafts",
        ]
        filters.profile.set_value("p1")
        filters.outcome.set_value(JobState.FAILED)
        filters.outcome.activated.emit(0)
        settled(window)
        assert names(window) == ["image-2.png"]
        assert (records.asked[-1].profile, records.asked[-1].states) == ("p1", {JobState.FAILED})

    def test_order(self, window: HistoryWindow, records: MemoryRecords, settled: Settled) -> None:
        window.filters.order.set_value((Order.NAME, False))
        window.filters.order.activated.emit(0)
        settled(window)
        assert names(window) == ["image-2.png", "image-3.png", "image-4.png", "lake.jpg", "Lighthouse.png"]
        assert window.foot.count.full_text == "5 images"

    def test_a_range_has_two_days(self, window: HistoryWindow, records: MemoryRecords, settled: Settled) -> None:
        assert not window.filters.first_day.isVisible()
        window.filters.period.set_value(Period.RANGE)
        window.filters.period.activated.emit(0)
        settled(window)
        assert window.filters.first_day.isVisible()
        query = records.asked[-1]
        assert query.since is not None
        assert query.until is not None
        assert query.until - query.since <= timedelta(hours=25)

    def test_what_is_not_found_is_not_selected(self, window: HistoryWindow, settled: Settled) -> None:
        window.view.selectRow(0)
        assert window.foot.chosen.full_text == "1 selected"
        for words in ("no such thing", ""):
            window.filters.search.setText(words)
            settled(window)
            assert window.foot.chosen.isHidden()
            assert not window.foot.remove_button.isEnabled()
            assert window.foot.copy_button.text() == "Copy all links"

    def test_nothing_found_offers_everything_again(self, window: HistoryWindow, settled: Settled, qtbot: QtBot) -> None:
        window.filters.search.setText("zebra")
        settled(window)
        assert window.nothing.isVisible()
        assert "Nothing found" in window.nothing.text
        qtbot.mouseClick(window.nothing.clear_button, Qt.MouseButton.LeftButton)
        settled(window)
        assert window.view.isVisible()
        assert len(names(window)) == 5
        assert window.filters.search.text() == ""

    def test_no_history_yet(self, make_history: MakeHistory, settled: Settled) -> None:
        window = make_history(MemoryRecords())
        settled(window)
        assert window.nothing.isVisible()
        assert "No history yet" in window.nothing.text
        assert not window.nothing.clear_button.isVisible()
        assert not window.foot.copy_button.isEnabled()
        assert not window.foot.export_button.isEnabled()

    def test_a_history_that_cannot_be_read_says_so(
        self, window: HistoryWindow, records: MemoryRecords, settled: Settled, qtbot: QtBot
    ) -> None:
        records.trouble = JournalError(path="/data/journal.sqlite3", problem="unreadable", reason="Input/output error")
        window.refresh()
        settled(window)
        banner = window.banners.banner("search")
        assert banner is not None
        assert "/data/journal.sqlite3 cannot be opened" in banner.accessibleName()
        assert "Input/output error" in banner.accessibleName()
        assert len(names(window)) == 5
        records.trouble = None
        qtbot.mouseClick(banner.buttons[0], Qt.MouseButton.LeftButton)
        settled(window)
        assert window.banners.banner("search") is None


class TestList:
    def test_rows_are_fetched_when_they_are_seen(
        self, make_history: MakeHistory, settled: Settled, qtbot: QtBot
    ) -> None:
        records = MemoryRecords(*(entry(number) for number in range(2000)))
        window = make_history(records)
        settled(window)
        fetched = {number for numbers in records.fetched for number in numbers}
        assert 1999 in fetched
        assert len(fetched) < 100
        records.gate.clear()
        window.view.scrollToBottom()
        last = window.model.index(1999, 0)
        assert last.data(Qt.ItemDataRole.AccessibleTextRole) == "Reading…"
        assert window.model.line(1999).is_unread
        records.gate.set()
        qtbot.waitUntil(lambda: not window.model.line(1999).is_unread)
        assert last.data(Qt.ItemDataRole.AccessibleTextRole).startswith("image-0.png, Done")
        assert len({number for numbers in records.fetched for number in numbers}) < 200

    def test_what_ends_appears_and_selection_and_place_stay(self, make_history: MakeHistory, settled: Settled) -> None:
        records = MemoryRecords(*(entry(number) for number in range(100)))
        window = make_history(records)
        settled(window)
        bar = window.view.verticalScrollBar()
        bar.setValue(1000)
        window.view.selectRow(14)
        chosen, place = window.view.chosen.numbers, window.view.visualRect(window.model.index(14, 0)).top()
        records.add(entry(100), entry(101), entry(102))
        window.refresh()
        settled(window)
        assert window.model.numbers[:3] == (102, 101, 100)
        assert window.view.chosen.numbers == chosen
        assert window.view.visualRect(window.model.index(17, 0)).top() == place

    def test_at_the_top_what_ends_is_seen(self, make_history: MakeHistory, settled: Settled) -> None:
        records = MemoryRecords(*(entry(number) for number in range(100)))
        window = make_history(records)
        settled(window)
        records.add(entry(100))
        window.refresh()
        settled(window)
        assert window.view.verticalScrollBar().value() == 0

    def test_another_order_of_the_same_keeps_selection_and_place(
        self, make_history: MakeHistory, settled: Settled
    ) -> None:
        records = MemoryRecords(*(entry(number) for number in range(100)))
        window = make_history(records)
        settled(window)
        window.view.verticalScrollBar().setValue(1000)
        window.view.selectRow(14)
        chosen, place = window.view.chosen.numbers, window.view.visualRect(window.model.index(14, 0)).top()
        numbers = [number for number in window.model.numbers if number % 2 or number in chosen]
        for number in set(window.model.numbers) - set(numbers):
            del records.kept[number]
        window.refresh()
        settled(window)
        assert list(window.model.numbers) == numbers
        assert window.view.chosen.numbers == chosen
        row = window.model.row_of_number(chosen[0])
        assert row is not None
        assert window.view.visualRect(window.model.index(row, 0)).top() == place

    def test_another_search_begins_at_the_top(self, make_history: MakeHistory, settled: Settled) -> None:
        records = MemoryRecords(*(entry(number) for number in range(100)))
        window = make_history(records)
        settled(window)
        window.view.scrollToBottom()
        window.filters.search.setText("image")
        settled(window)
        assert window.view.verticalScrollBar().value() == 0

    def test_a_set_opens_to_its_images(self, make_history: MakeHistory, settled: Settled, qtbot: QtBot) -> None:
        window = make_history(MemoryRecords(entry(1, image_set(1)), entry(2), entry(3)))
        settled(window)
        row = 2
        window.view.setCurrentIndex(window.model.index(row, 0))
        qtbot.keyClick(window.view, Qt.Key.Key_Right)
        assert window.model.rowCount() == 3 + 9
        heights = {window.view.rowHeight(each) for each in range(row + 1, row + 10)}
        assert len(heights) == 1
        assert heights.pop() < window.view.rowHeight(row)
        window.view.selectRow(row + 2)
        chosen = window.view.chosen
        assert (chosen.numbers, chosen.parts) == ((1,), {1: {1}})
        assert chosen.whole == ()
        window.filters.search.setText("image-2")
        settled(window)
        assert [window.view.rowHeight(0)] == [window.view.verticalHeader().defaultSectionSize()]

    def test_dates_and_what_a_screen_reader_says(self, window: HistoryWindow, records: MemoryRecords) -> None:
        index = window.model.index(0, 0)
        assert index.data(Qt.ItemDataRole.AccessibleTextRole).startswith("lake.jpg, Done")
        assert "2026" in index.data(Qt.ItemDataRole.AccessibleDescriptionRole)

    def test_entries_that_somebody_else_removed_leave_the_list(
        self, make_history: MakeHistory, settled: Settled, qtbot: QtBot
    ) -> None:
        records = MemoryRecords(*(entry(number) for number in range(500)))
        window = make_history(records)
        settled(window)
        for number in range(50):
            del records.kept[number]
        window.view.scrollToBottom()
        qtbot.waitUntil(lambda: window.model.rowCount() == 450)

    def test_an_entry_that_cannot_be_read_says_so_and_stays(
        self, make_history: MakeHistory, settled: Settled, qtbot: QtBot
    ) -> None:
        class Damaged(MemoryRecords):
            def entries(self, numbers: Sequence[int]) -> tuple[HistoryEntry, ...]:
                return tuple(each for each in super().entries(numbers) if each.number != 2)

        window = make_history(Damaged(entry(1), entry(2), entry(3)))
        told = Qt.ItemDataRole.AccessibleTextRole
        lost = "This entry of the history cannot be read."
        qtbot.waitUntil(lambda: window.model.rowCount() == 3 and window.model.index(1, 0).data(told) == lost)
        qtbot.waitUntil(lambda: not window.search.busy)
        window.view.selectRow(1)
        assert not window.grab().isNull()
        assert window._menu_of([]) is not None

    def test_every_row_can_be_painted(self, make_history: MakeHistory, settled: Settled) -> None:
        expired = done(5)
        assert expired.outcome is not None
        (image,) = expired.outcome.images
        image = replace(image, expires_at=NOW - timedelta(days=1))
        expired = replace(expired, outcome=replace(expired.outcome, images=(image,)))
        window = make_history(
            MemoryRecords(entry(1, image_set(1)), entry(2, failed(2)), entry(3, cancelled(3)), entry(5, expired))
        )
        settled(window)
        window.view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        assert not window.grab().isNull()


class TestKeyboard:
    def test_escape_clears_then_closes(self, window: HistoryWindow, settled: Settled, qtbot: QtBot) -> None:
        window.filters.search.setText("lake")
        settled(window)
        _, empties = sorted(window.filters.search.findChildren(QToolButton), key=QToolButton.x)
        assert empties.isVisible()
        assert empties.toolTip() == "Empty the search field"
        qtbot.keyClick(window.filters.search, Qt.Key.Key_Escape)
        settled(window)
        assert window.filters.search.text() == ""
        qtbot.waitUntil(empties.isHidden)
        assert window.isVisible()
        qtbot.keyClick(window.filters.search, Qt.Key.Key_Escape)
        assert not window.isVisible()

    def test_down_goes_from_the_search_to_the_list_and_ctrl_f_back(self, window: HistoryWindow, qtbot: QtBot) -> None:
        window.filters.search.setFocus()
        qtbot.keyClick(window.filters.search, Qt.Key.Key_Down)
        assert window.view.hasFocus()
        assert window.view.chosen.whole == window.model.numbers[:1]
        assert window.foot.chosen.full_text == "1 selected"
        qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert window.filters.search.hasFocus()

    def test_all_and_copy(self, window: HistoryWindow, settled: Settled, qtbot: QtBot) -> None:
        window.view.setFocus()
        qtbot.keyClick(window.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        assert window.foot.chosen.full_text == "5 selected"
        qtbot.keyClick(window.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        settled(window)
        assert len(QGuiApplication.clipboard().text().splitlines()) == 3
        assert window.toast.text == "3 links copied"

    def test_copy_takes_the_row_with_the_frame_where_none_is_selected(
        self, window: HistoryWindow, settled: Settled, qtbot: QtBot
    ) -> None:
        window.view.setFocus()
        window.view.selectRow(1)
        window.view.clearSelection()
        qtbot.keyClick(window.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        settled(window)
        assert window.toast.text == "1 link copied"

    def test_everything_that_takes_the_focus_has_a_name(self, window: HistoryWindow) -> None:
        for widget in window.findChildren(object):
            if isinstance(widget, QLabel) or not hasattr(widget, "focusPolicy") or not hasattr(widget, "text"):
                continue
            if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus and widget.isVisibleTo(window):
                assert widget.accessibleName() or widget.text(), widget
