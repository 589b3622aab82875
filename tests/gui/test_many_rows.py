"""Of ten thousand rows only those in sight are painted and have a picture, and each of them once a turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from kraken_desktop.gui.job_delegate import JobDelegate
from kraken_desktop.gui.job_list import JobListModel
from kraken_desktop.gui.job_view import JobView
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.status_bar import StatusBar
from kraken_desktop.gui.tally import Tally
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.translation import translate_message
from kraken_desktop.messages import Words
from kraken_desktop.model.job import JobStatus
from tests.support.gui import done, queued

COUNT = 1000


class Sight:
    """A view of many rows, and those that a picture was asked for: the ones that were painted."""

    def __init__(self, theme: Theme, qtbot: QtBot) -> None:
        words = RowText(Words(translate_message))
        self.asked: list[str] = []
        self.model = JobListModel(words)
        self._delegate = JobDelegate(theme=theme, row_text=words, thumbnail=self._ask)
        self.view = JobView(self.model, self._delegate, theme)
        qtbot.addWidget(self.view)
        self.view.resize(640, 400)
        self.view.show()
        qtbot.waitExposed(self.view)
        self.model.apply([queued(number) for number in range(COUNT)])
        self._qtbot = qtbot

    def _ask(self, status: JobStatus, _scale: float) -> None:
        self.asked.append(status.job.id)

    def painted(self) -> list[str]:
        """What is painted until all is."""
        self._qtbot.waitUntil(lambda: bool(self.asked))
        self._qtbot.wait(1)  # one round of events
        asked, self.asked = self.asked, []
        return asked

    @property
    def rows(self) -> list[str]:
        """What is in sight."""
        first, last = self.view.rowAt(0), self.view.rowAt(self.view.viewport().height() - 1)
        return [self.model.status(row).job.id for row in range(first, last + 1)]


@pytest.fixture
def sight(light_theme: Theme, qtbot: QtBot) -> Iterator[Sight]:
    made = Sight(light_theme, qtbot)
    made.painted()
    return made


def test_only_rows_in_sight_want_a_picture(sight: Sight) -> None:
    sight.view.viewport().update()
    assert sight.painted() == sight.rows
    assert len(sight.rows) < COUNT / 50
    before = set(sight.rows)
    sight.view.verticalScrollBar().setValue(sight.view.verticalScrollBar().maximum() // 2)
    assert set(sight.painted()) == set(sight.rows)
    assert not before & set(sight.rows)


def test_rows_out_of_sight_change_unpainted(sight: Sight) -> None:
    sight.model.apply([done(number) for number in range(COUNT // 2, COUNT)])
    sight.model.apply([done(2), done(3), done(COUNT // 4)])
    assert sight.painted() == ["job-2", "job-3"]


def test_a_picture_paints_its_row_alone(sight: Sight) -> None:
    for number in (COUNT - 1, 1):
        sight.view.show_picture(sight.model.status(number).job.source.location)
    assert sight.painted() == ["job-1"]


def test_progress_paints_nothing_twice(light_theme: Theme, qtbot: QtBot) -> None:
    class Neighbor(QWidget):
        painted = 0

        @override
        def paintEvent(self, event: QPaintEvent) -> None:
            self.painted += 1

    place, neighbor = QWidget(), Neighbor()
    bar = StatusBar(light_theme, Words(translate_message))
    column = QVBoxLayout(place)
    column.addWidget(neighbor)
    column.addWidget(bar)
    qtbot.addWidget(place)
    tally = Tally()
    for status in (done(1), queued(2), queued(3)):
        tally.add(status)
    bar.show_tally(tally, tally)
    place.resize(640, 200)
    place.show()
    qtbot.waitUntil(lambda: neighbor.painted > 0 and bar.progress.isVisible())
    qtbot.wait(1)  # one round of events
    neighbor.painted = 0
    neighbor.update()
    tally.add(done(4))
    bar.show_tally(tally, tally)
    assert neighbor.painted == 0
    qtbot.waitUntil(lambda: neighbor.painted == 1)
