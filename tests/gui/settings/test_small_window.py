"""The dialog where there is little room: 640 x 440, and a small laptop at twice the size of everything."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QPushButton, QScrollArea, QWidget

from kraken_desktop.gui.settings.action_bar import ActionBar
from kraken_desktop.gui.settings.name_box import NameBox
from kraken_desktop.model.profile import Account
from tests.gui.settings.test_preview_run import NotedPreviews

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

SMALL = QSize(640, 440)
LOW = QSize(640, 340)
"""1366 x 768 at 200 %, less the frame of the window and the bar of the system."""
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenverwaltung"


def cut_off(dialog) -> list[str]:
    """What is not shown in full, and what reaches beyond the window."""
    found = []
    for each in dialog.findChildren(QWidget):
        if not each.isVisible() or not isinstance(each, QLabel | QAbstractButton) or not each.text():
            continue
        right = each.mapTo(dialog, each.rect().topRight()).x()
        too_low = isinstance(each, QLabel) and each.wordWrap() and each.height() < each.heightForWidth(each.width())
        if each.width() < each.minimumSizeHint().width() or right >= dialog.width() or too_low:
            found.append(each.text())
    return found


@pytest.mark.parametrize("size", [SMALL, LOW])
@pytest.mark.parametrize("page", ["account", "profiles", "recipes", "network", "setup"])
def test_it_fits_and_nothing_is_cut_off(house, qapp, page, size):
    if page != "setup":
        house.fill("Blog", f"Shop {LONG}")
        house.store.update(lambda now: now.with_account(Account(id="account-2", name=LONG, api_key="b-key")))
    dialog = house.open(page)
    dialog.resize(size)
    qapp.processEvents()
    assert dialog.size() == size
    assert cut_off(dialog) == []
    areas = [each for each in dialog.findChildren(QScrollArea) if each.isVisible()]
    assert areas
    for area in areas:
        assert area.widget().width() <= area.viewport().width()


@pytest.mark.parametrize("page", ["profiles", "recipes"])
def test_the_form_is_seen_where_the_window_is_low(house, qapp, page):
    house.fill("Blog")
    dialog = house.open(page)
    dialog.resize(LOW)
    qapp.processEvents()
    name = dialog.page.form.name
    assert name.visibleRegion().boundingRect() == name.rect()


def compact(house, qapp, page="profiles", *, size=SMALL):
    dialog = house.open(page)
    dialog.resize(size)
    qapp.processEvents()
    return dialog


def entries_of(menu) -> dict[str, object]:
    menu.aboutToShow.emit()
    return {each.text().replace("&", ""): each for each in menu.actions()}


def test_the_list_is_one_line_that_does_the_same(house, qapp):
    house.fill("Blog", "Shop")
    dialog = compact(house, qapp)
    page = dialog.profiles_page
    box = page.entries.box
    assert box.isVisible()
    assert [box.itemText(row) for row in range(box.count())] == ["Blog (default)", "Shop"]
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert page.form.name.text() == "Shop"
    offered = entries_of(page.entries.actions_button.menu())
    assert list(offered) == ["Duplicate", "Delete…", "Make default", "Import", "Export"]
    assert "From a file…" in entries_of(offered["Import"].menu())
    offered["Make default"].trigger()
    assert house.store.load().default_profile.name == "Shop"
    assert not entries_of(page.entries.actions_button.menu())["Make default"].isEnabled()
    page.entries.add_button.click()
    assert box.currentText() == "New profile (new)"


def test_a_built_in_recipe_is_reset_from_the_line_too(house, qapp):
    dialog = compact(house, qapp, "recipes")
    offered = entries_of(dialog.recipes_page.entries.actions_button.menu())
    assert list(offered) == ["Duplicate", "Reset…"]
    assert not offered["Reset…"].isEnabled()


def test_another_entry_in_the_line_asks_about_changes(house, qapp, qtbot, type_into):
    house.fill("Blog", "Shop")
    dialog = compact(house, qapp)
    page = dialog.profiles_page
    type_into(page.form.name, "New")
    page.entries.box.setFocus()
    QTest.keyClick(page.entries.box, Qt.Key.Key_Down)
    house.answer(dialog, "Keep editing")
    qtbot.waitUntil(lambda: page.entries.box.currentText() == "Blog (default)")
    assert page.form.name.text() == "New"


def test_the_focus_goes_along(house, qapp):
    house.fill("Blog")
    dialog = compact(house, qapp, size=QSize(900, 600))
    entries = dialog.profiles_page.entries
    entries.focus_list()
    for size, shown, hidden in ((SMALL, entries.box, entries.delete_button), (QSize(900, 600), None, entries.box)):
        dialog.resize(size)
        qapp.processEvents()
        focused = dialog.focusWidget()
        assert entries.isAncestorOf(focused)
        assert shown is None or focused is shown
        assert not hidden.isVisible()


def test_the_first_start_tells_what_the_form_is(house, qapp):
    house.fill()
    dialog = compact(house, qapp, "setup", size=LOW)
    assert "Your bucket" in [each.text() for each in dialog.findChildren(QLabel) if each.isVisible()]
    # One step is no step: nothing is said of it, and no room is left for it.
    assert not dialog.setup.header.isVisible()


def test_a_fault_is_shown_though_the_preview_stands_before_it(house, qapp):
    dialog = house.open("recipes", previews=NotedPreviews())
    dialog.resize(LOW)
    qapp.processEvents()
    page = dialog.recipes_page
    page.preview.disclosure.click()
    assert not page.form.isVisible()
    page.form.name.setText("")
    page.form.name.textEdited.emit("")
    assert dialog.bar.fault_button.text() == "Correct: Name"
    dialog.bar.fault_button.click()
    assert page.form.isVisible()
    assert dialog.focusWidget() is page.form.name


# --- names, and what is said ---------------------------------------------------------------------------


def test_a_long_name_is_cut_in_the_middle(qtbot, theme):
    box = NameBox()
    qtbot.addWidget(box)
    box.addItem(f"{LONG} A")
    box.resize(box.minimumSizeHint())
    assert box.width() < 300
    before = box.grab().toImage()
    box.setItemText(0, f"{LONG} B")
    # The end tells names apart, and is always seen.
    assert box.grab().toImage() != before


def test_a_fault_makes_the_bar_no_wider(qtbot):
    bar = ActionBar()
    qtbot.addWidget(bar)
    widths = []
    for fault in ("Bucket", LONG):
        bar.show_state(can_save=True, is_dirty=True, is_busy=False, fault=fault)
        bar.layout().activate()
        widths.append(bar.minimumSizeHint().width())
    assert widths[0] == widths[1]
    assert LONG in bar.fault_button.toolTip()


def test_no_box_of_a_form_is_as_wide_as_the_names_in_it(house, qapp):
    house.fill("Blog")
    house.store.update(lambda now: now.with_account(Account(id="account-2", name=LONG * 3, api_key="b-key")))
    dialog = compact(house, qapp)
    boxes = [each for each in dialog.findChildren(QComboBox) if each.isVisible()]
    assert boxes
    assert dialog.width() == SMALL.width()


# --- made when it is wanted ----------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["account", "profiles", "recipes", "network"])
def test_only_the_page_that_is_shown_is_made(house, page):
    house.fill("Blog")
    dialog = house.open(page)
    assert list(dialog._made) == [page]


def test_a_page_that_is_made_late_has_what_was_saved_before(house, type_into):
    house.fill("Blog")
    dialog = house.open("profiles")
    type_into(dialog.profiles_page.form.name, "New")
    dialog.profiles_page.save()
    dialog.navigation.setCurrentRow(2)
    assert [each.name for each in dialog.recipes_page._settings.profiles] == ["New"]


def test_the_check_is_below_each_profile_and_nothing_else(house, qapp):
    house.fill("Blog")
    dialog = house.open("profiles")
    button = dialog.bar.trial_button
    assert button.isVisible()
    assert button.text() == "Check this profile"
    assert "nothing is charged" in button.accessibleDescription()
    assert dialog.rect().contains(button.mapTo(dialog, QPoint(0, 0)))
    dialog.navigation.setCurrentRow(2)
    assert not button.isVisible()
    assert [each for each in dialog.findChildren(QPushButton) if each.isVisible() and each.isDefault()] == [
        dialog.bar.save_button
    ]
