from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from kraken_desktop.gui.settings.pairs_editor import PairsEditor

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def editor(qtbot):
    made = PairsEditor("Tags", most=3)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_rows_are_filled_in_with_the_keyboard_alone(editor, qtbot):
    qtbot.keyClick(editor.add_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: editor.table.findChild(QLineEdit) is not None)
    qtbot.keyClicks(editor.table.findChild(QLineEdit), " team ")
    qtbot.keyClick(editor.table.findChild(QLineEdit), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: editor.pairs() == (("team", ""),) and editor.table.findChild(QLineEdit) is None)
    editor.table.setCurrentCell(0, 1)
    qtbot.keyClick(editor.table, "w")
    qtbot.keyClicks(editor.table.findChild(QLineEdit), "eb")
    qtbot.keyClick(editor.table.findChild(QLineEdit), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: editor.pairs() == (("team", "web"),))


def test_insert_and_delete_add_and_remove_rows(editor, qtbot):
    editor.set_pairs((("a", "1"), ("b", "2")))
    editor.table.setCurrentCell(0, 0)
    with qtbot.waitSignal(editor.edited):
        qtbot.keyClick(editor.table, Qt.Key.Key_Delete)
    assert editor.pairs() == (("b", "2"),)
    qtbot.keyClick(editor.table, Qt.Key.Key_Insert)
    assert editor.table.rowCount() == 2
    assert editor.pairs() == (("b", "2"),)


def test_there_is_a_limit(editor):
    editor.set_pairs((("a", "1"), ("b", "2")))
    editor.add_button.click()
    assert not editor.add_button.isEnabled()
    assert editor.table.rowCount() == 3


def test_showing_is_not_editing(editor, qtbot):
    with qtbot.assertNotEmitted(editor.edited):
        editor.set_pairs((("a", "1"),))
