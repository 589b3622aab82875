"""The tab key goes down the form as it stands on the screen, and the page follows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QRadioButton, QScrollArea, QWidget

from kraken_desktop.gui.routes import Route

# The offscreen platform says so whenever a window has a smallest size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture(params=[Route.LOCAL, Route.KRAKEN])
def dialog(house, request):
    house.fill("Blog")
    made = house.open("profiles")
    made.resize(made.width(), 480)
    form = made.profiles_page.form
    form.route.route.button_of(request.param).click()
    form.more.more.set_open(True)
    return made


def stops(dialog, form: QWidget) -> Iterator[QWidget]:
    """What the tab key comes to in the form."""
    form.name.setFocus()
    for _ in range(60):
        if not form.isAncestorOf(dialog.focusWidget()):
            break
        yield dialog.focusWidget()
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)


def in_sight(widget: QWidget) -> bool:
    above = widget.parentWidget()
    while not isinstance(above, QScrollArea):
        above = above.parentWidget()
    place = QRect(widget.mapTo(above.viewport(), QPoint(0, 0)), widget.size())
    return above.viewport().rect().contains(place)


def test_tab_goes_down_the_screen_and_what_it_comes_to_is_in_sight(dialog):
    form = dialog.profiles_page.form
    tops, seen = [], []
    for each in stops(dialog, form):
        assert in_sight(each), each
        assert not isinstance(each, QRadioButton) or each.isChecked()
        tops.append(each.mapTo(form, each.rect().center()).y() // 8)
        seen.append(each)
    assert tops == sorted(tops)
    destination = form.destination
    wanted = [each for each in (destination.bucket, destination.endpoint, destination.region) if each.isVisible()]
    assert [each for each in seen if each in wanted] == wanted
    assert len(seen) > 12


def test_a_labels_letter_brings_its_field_into_sight(dialog, qtbot):
    form = dialog.profiles_page.form
    form.name.setFocus()
    labels = [label for label in form.findChildren(QLabel) if label.buddy() is form.images.recipe]
    assert labels
    assert not in_sight(form.images.recipe)
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_E, Qt.KeyboardModifier.AltModifier)
    assert form.images.recipe.hasFocus()
    assert in_sight(form.images.recipe)


def test_what_has_the_focus_stays_in_sight_when_a_complaint_appears_above_it(dialog, qtbot, qapp):
    form = dialog.profiles_page.form
    bucket = form.destination.bucket
    bucket.setFocus()
    bucket.selectAll()
    QTest.keyClicks(bucket, "No bucket")
    QTest.keyClick(bucket, Qt.Key.Key_Tab)
    after = dialog.focusWidget()
    assert after is not bucket
    qtbot.waitUntil(lambda: form.remarks_of("bucket") != "")
    qapp.processEvents()
    assert in_sight(after)
