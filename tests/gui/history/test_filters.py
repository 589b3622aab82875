"""What is typed and chosen above the list of the history."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QDateEdit, QToolButton
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.history.filters import Filters
from kraken_desktop.gui.history.periods import Period
from kraken_desktop.gui.theme import Theme


@pytest.fixture
def filters(theme: Theme, qtbot: QtBot) -> Filters:
    made = Filters(theme)
    qtbot.addWidget(made)
    made.period.set_value(Period.RANGE)
    made.period.activated.emit(0)
    made.show()
    return made


def test_the_two_days_keep_their_order(filters: Filters) -> None:
    filters.last_day.setDate(QDate(2026, 3, 20))
    assert filters.first_day.date() == QDate(2026, 3, 20)
    filters.first_day.setDate(QDate(2026, 3, 10))
    assert filters.last_day.date() == QDate(2026, 3, 20)
    filters.first_day.setDate(QDate(2026, 4, 1))
    assert filters.last_day.date() == QDate(2026, 4, 1)
    query = filters.query
    assert query.since is not None
    assert query.until is not None
    assert (query.since.date(), query.until.date()) == (date(2026, 4, 1), date(2026, 4, 2))


def test_half_a_day_that_is_typed_moves_nothing(filters: Filters, qtbot: QtBot) -> None:
    last = filters.last_day
    last.setDate(QDate(2026, 3, 20))
    filters.first_day.setDate(QDate(2026, 3, 10))
    last.setDisplayFormat("dd.MM.yyyy")
    last.setFocus()
    last.setSelectedSection(QDateEdit.Section.DaySection)
    qtbot.keyClicks(last, "1")
    assert filters.first_day.date() == QDate(2026, 3, 10)
    qtbot.keyClicks(last, "5")
    with qtbot.waitSignal(filters.changed):
        qtbot.keyClick(last, Qt.Key.Key_Return)
    assert last.date() == QDate(2026, 3, 15)
    assert filters.first_day.date() == QDate(2026, 3, 10)


def test_the_button_that_empties_the_search_goes_with_the_scheme(filters: Filters, qtbot: QtBot, theme: Theme) -> None:
    def buttons() -> list[QToolButton]:
        found = filters.search.findChildren(QToolButton)
        return sorted((each for each in found if not each.isHidden()), key=QToolButton.x)

    assert len(buttons()) == 1
    filters.search.setText("lake")
    _, empties = buttons()
    assert empties.toolTip() == "Empty the search field"
    for dark in (True, False):
        theme.force(dark)
        drawn = empties.icon().pixmap(20).toImage()
        pixels = (drawn.pixelColor(x, y) for x in range(drawn.width()) for y in range(drawn.height()))
        assert {pixel.name() for pixel in pixels if pixel.alpha() > 250} == {theme.color("muted").name()}
    qtbot.mouseClick(empties, Qt.MouseButton.LeftButton)
    assert filters.search.text() == ""
    qtbot.waitUntil(empties.isHidden)
