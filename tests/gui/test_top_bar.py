from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.top_bar import ProfilePicker


@pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")
def test_the_list_has_room_for_names_that_are_longer_than_the_chosen_one(theme: Theme, qtbot: QtBot) -> None:
    del theme  # it brings the style sheet
    picker = ProfilePicker()
    qtbot.addWidget(picker)
    picker.addItems(["Web  ·  b", "Photographs of the year  ·  a-bucket-with-a-long-name"])
    picker.resize(120, 32)
    picker.show()
    picker.showPopup()
    rows = picker.view()
    assert rows.viewport().width() >= rows.sizeHintForColumn(0)


def test_the_wheel_chooses_no_profile(qtbot: QtBot) -> None:
    picker = ProfilePicker()
    qtbot.addWidget(picker)
    picker.addItems(["Drafts", "Web"])
    picker.show()
    place = QPointF(picker.rect().center())
    event = QWheelEvent(
        place,
        QPointF(picker.mapToGlobal(place)),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(picker, event)
    assert picker.currentText() == "Drafts"
