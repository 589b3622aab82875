"""Beside the form, below it, or only a line: as there is room, and as the person wants."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.preview_place import WithPreview
from kraken_desktop.gui.settings.recipe_preview import RecipePreview
from kraken_desktop.messages import Words
from tests.gui.settings.conftest import Steps
from tests.gui.settings.test_preview_run import NotedPreviews

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


class Place:
    def __init__(self, qtbot, theme) -> None:
        self.form = QWidget()
        self.preview = RecipePreview(
            NotedPreviews(),  # type: ignore[arg-type]
            Steps(at_once=False),
            Words(),
            theme,
            newest=None,
            samples=lambda: [Path("a.jpg")],
        )
        self.whole = WithPreview(self.form, self.preview)
        qtbot.addWidget(self.whole)

    def show(self, lines_wide: int, lines_high: int) -> None:
        unit = self.whole.fontMetrics().height()
        self.whole.resize(lines_wide * unit, lines_high * unit)
        self.whole.show()
        QTest.qWait(0)

    @property
    def is_open(self) -> bool:
        return not self.preview.body.isHidden()

    @property
    def seen(self) -> tuple[QRect, QRect]:
        preview = self.preview
        return self.form.geometry(), QRect(preview.mapTo(self.whole, preview.rect().topLeft()), preview.size())


class LayoutRequests(QObject):
    """Counts how often a widget is asked to lay itself out."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.LayoutRequest
        return False


@pytest.fixture
def place(qtbot, theme) -> Iterator[Place]:
    return Place(qtbot, theme)


def test_beside_the_form_where_there_is_room(place):
    place.show(80, 30)
    form, preview = place.seen
    assert place.is_open
    assert form.right() < preview.left()
    assert form.width() > preview.width()
    assert form.height() == place.whole.height()


def test_below_the_form_where_there_is_height(place):
    place.show(40, 40)
    form, preview = place.seen
    assert place.is_open
    assert form.bottom() < preview.top()
    assert form.height() > preview.height() > 10 * place.whole.fontMetrics().height()


def test_only_a_line_in_a_small_window(place):
    place.show(26, 20)
    form, preview = place.seen
    assert not place.is_open
    assert preview.height() < 4 * place.whole.fontMetrics().height()
    assert form.height() + preview.height() > place.whole.height() * 0.9


def test_what_the_person_chose_stays(place):
    place.show(40, 40)
    place.preview.disclosure.click()
    assert not place.is_open
    place.show(80, 40)
    assert not place.is_open
    for width in (50, 26):
        place.show(width, 30)
    place.preview.disclosure.click()
    assert place.is_open
    # Nothing overlaps: what is below is as high as its parts.
    parts = place.preview.comparison, place.preview.slider, place.preview.facts
    QTest.qWait(0)
    tops = [part.mapTo(place.whole, part.rect().topLeft()).y() for part in parts]
    bottoms = [part.mapTo(place.whole, part.rect().bottomLeft()).y() for part in parts]
    assert bottoms[0] < tops[1]
    assert bottoms[1] < tops[2]


@pytest.mark.parametrize("size", [(80, 30), (40, 40), (26, 20)], ids=["beside", "below", "a line"])
def test_once_laid_out_it_rests(place, size):
    place.show(*size)
    requests = LayoutRequests(place.whole)
    place.preview.facts.bytes_line.setText("2 MB")
    for _ in range(20):
        QTest.qWait(0)
    assert requests.count < 10


def test_in_a_low_window_it_takes_the_forms_place_until_the_form_is_wanted(place):
    place.show(40, 17)
    place.preview.disclosure.click()
    QTest.qWait(0)
    assert place.is_open
    assert not place.form.isVisible()
    _, preview = place.seen
    parts = place.preview.comparison, place.preview.slider, place.preview.zoom
    bottoms = [part.mapTo(place.whole, part.rect().bottomLeft()).y() for part in parts]
    assert max(bottoms) <= preview.bottom() < place.whole.height()
    place.whole.uncover()
    assert place.form.isVisible()
    assert not place.is_open


def test_it_can_be_made_narrow_again(place):
    place.show(80, 30)
    unit = place.whole.fontMetrics().height()
    assert place.whole.minimumSizeHint().width() < 40 * unit
    assert place.whole.minimumSizeHint().height() < 17 * unit
