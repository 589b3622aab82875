"""The line between original and result, the zoom, and what is painted."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from kraken_desktop.gui.settings.preview_comparison import Comparison
from kraken_desktop.gui.settings.preview_layers import Layer

RED, BLUE, CLEAR = QColor("red"), QColor("blue"), QColor(0, 0, 0, 0)
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def layer(color: QColor, size: tuple[int, int], at: tuple[int, int] = (0, 0)) -> Layer:
    image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(color)
    return Layer(image, QRectF(*at, *size))


@pytest.fixture
def comparison(qtbot, theme):
    made = Comparison(theme)
    qtbot.addWidget(made)
    made.resize(200, 100)
    made.show()
    qtbot.waitExposed(made)
    return made


def fill(comparison: Comparison, size=(800, 400), *, is_sharp: bool = True, result: QColor = BLUE) -> None:
    comparison.show_pictures(QSizeF(*size), layer(RED, size), layer(result, size), is_sharp=is_sharp)


def color_at(comparison: Comparison, x: int, y: int = 20) -> QColor:
    return comparison.grab().toImage().pixelColor(x, y)


def test_left_of_the_line_is_the_original_and_right_of_it_the_result(comparison):
    fill(comparison)
    assert color_at(comparison, 50) == RED
    assert color_at(comparison, 150) == BLUE
    comparison.set_divider(0.1)
    assert color_at(comparison, 50) == BLUE
    comparison.set_divider(1.0)
    assert color_at(comparison, 150) == RED


def test_a_pattern_is_behind_what_is_transparent(comparison):
    fill(comparison, result=CLEAR)
    seen = {color_at(comparison, x).name() for x in range(110, 190, 4)}
    assert seen == {"#ffffff", "#e3e5e8"}


def test_the_original_alone_is_shown_whole(comparison):
    comparison.show_pictures(QSizeF(800, 400), layer(RED, (800, 400)), None, is_sharp=True)
    assert not comparison.has_both
    assert not comparison.can_zoom
    assert color_at(comparison, 150) == RED


def test_what_is_of_an_older_recipe_is_dimmed_and_nothing_shines_through(comparison):
    fill(comparison)
    comparison.set_busy("Working…")
    colors = {color_at(comparison, x).name() for x in range(4, 90, 4)}
    assert len(colors) == 1
    assert colors != {RED.name()}
    comparison.set_busy("")
    assert color_at(comparison, 50) == RED


@pytest.mark.parametrize(
    ("keys", "divider"),
    [
        ([Qt.Key.Key_Right], 0.52),
        ([Qt.Key.Key_Left, Qt.Key.Key_Left], 0.46),
        ([Qt.Key.Key_Home], 0.0),
        ([Qt.Key.Key_End, Qt.Key.Key_Right], 1.0),
    ],
)
def test_keys_move_the_line(comparison, keys, divider):
    fill(comparison)
    heard: list[float] = []
    comparison.divider_moved.connect(heard.append)
    for key in keys:
        QTest.keyClick(comparison, key)
    assert comparison.divider == pytest.approx(divider)
    assert heard[-1] == pytest.approx(divider)


def test_the_line_follows_the_mouse_wherever_it_is_taken(comparison):
    fill(comparison)
    QTest.mousePress(comparison, Qt.MouseButton.LeftButton, pos=QPoint(20, 50))
    QTest.mouseMove(comparison, QPoint(100, 50))
    QTest.mouseMove(comparison, QPoint(150, 50))
    QTest.mouseRelease(comparison, Qt.MouseButton.LeftButton, pos=QPoint(150, 50))
    assert comparison.divider == pytest.approx(0.75)
    assert not comparison.is_zoomed


def test_a_click_shows_every_pixel_around_it_and_another_one_all(comparison):
    fill(comparison, is_sharp=False)
    wanted: list[QRect] = []
    comparison.detail_wanted.connect(wanted.append)
    QTest.mouseClick(comparison, Qt.MouseButton.LeftButton, pos=QPoint(150, 25))
    assert comparison.is_zoomed
    # The pixel under the mouse, 600, 100, stays there; what is around it is asked for.
    (area,) = wanted
    assert area.contains(QRect(450, 75, 200, 100))
    assert QRect(0, 0, 800, 400).contains(area)
    QTest.mouseClick(comparison, Qt.MouseButton.LeftButton, pos=QPoint(150, 25))
    assert not comparison.is_zoomed


def test_a_detail_is_painted_over_the_whole_and_not_asked_for_again(comparison):
    fill(comparison, size=(4000, 2000), is_sharp=False)
    wanted: list[QRect] = []
    comparison.detail_wanted.connect(wanted.append)
    QTest.keyClick(comparison, Qt.Key.Key_Space)
    (area,) = wanted
    green, place = QColor("lime"), (area.x(), area.y())
    size = (area.width(), area.height())
    comparison.show_detail(QRectF(area), layer(green, size, place), layer(green, size, place))
    assert color_at(comparison, 50) == green == color_at(comparison, 150)
    QTest.keyClick(comparison, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert len(wanted) == 1
    for _ in range(40):
        QTest.keyClick(comparison, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert len(wanted) > 1
    assert wanted[-1].right() == 3999


def test_at_full_size_a_drag_moves_the_picture_and_the_line_only_at_the_line(comparison):
    fill(comparison)
    QTest.keyClick(comparison, Qt.Key.Key_Space)
    before = comparison._place().left()
    QTest.mousePress(comparison, Qt.MouseButton.LeftButton, pos=QPoint(30, 50))
    QTest.mouseMove(comparison, QPoint(60, 50))
    QTest.mouseMove(comparison, QPoint(90, 50))
    QTest.mouseRelease(comparison, Qt.MouseButton.LeftButton, pos=QPoint(90, 50))
    assert comparison._place().left() == before + 60
    assert comparison.divider == 0.5
    QTest.mousePress(comparison, Qt.MouseButton.LeftButton, pos=QPoint(100, 50))
    QTest.mouseMove(comparison, QPoint(150, 50))
    QTest.mouseRelease(comparison, Qt.MouseButton.LeftButton, pos=QPoint(150, 50))
    assert comparison.divider == pytest.approx(0.75)


def test_the_picture_cannot_be_moved_out_of_sight(comparison):
    fill(comparison)
    QTest.keyClick(comparison, Qt.Key.Key_Space)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Left):
        for _ in range(30):
            QTest.keyClick(comparison, key, Qt.KeyboardModifier.ShiftModifier)
    assert comparison._place().topLeft().toTuple() == (0, 0)


def test_what_fits_in_is_shown_at_full_size_already(comparison):
    fill(comparison, size=(100, 50))
    assert not comparison.can_zoom
    QTest.mouseClick(comparison, Qt.MouseButton.LeftButton, pos=QPoint(100, 50))
    assert not comparison.is_zoomed
    assert comparison._place() == QRectF(50, 25, 100, 50)


def test_more_room_ends_the_zoom(comparison):
    fill(comparison, size=(300, 150))
    comparison.set_zoomed(True)
    assert comparison.is_zoomed
    comparison.resize(400, 300)
    assert not comparison.is_zoomed
