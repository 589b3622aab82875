from __future__ import annotations

import re
from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.colors import DARK, LIGHT, Colors
from kraken_desktop.gui.style_sheet import style_sheet
from kraken_desktop.gui.theme import Theme, application_icon
from kraken_desktop.resource_files import resource

SCHEMES = pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
_TEXTS = ("text", "muted", "accent", "danger", "success", "warning")
_GROUNDS = ("base", "window", "raised", "hover", "selection")


def luminance(color: str) -> float:
    """WCAG 2.1, relative luminance."""
    told = QColor(color)
    parts = [part / 255 for part in (told.red(), told.green(), told.blue())]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@SCHEMES
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *(
            (text, ground)
            for text in ("text", "muted", "accent", "danger", "success", "warning")
            for ground in _GROUNDS
        ),
        *(("text", f"{kind}_soft") for kind in ("danger", "warning", "success", "accent")),
        *((kind, f"{kind}_soft") for kind in ("danger", "warning", "success", "accent")),
        ("on_accent", "accent"),
        ("on_accent", "accent_hover"),
        ("muted", "accent_soft"),
        ("muted", "track"),
    ],
)
def test_everything_written_can_be_read(colors: Colors, text: str, ground: str) -> None:
    assert contrast(getattr(colors, text), getattr(colors, ground)) >= 4.5


@SCHEMES
def test_colors_are_complete_and_well_formed(colors: Colors) -> None:
    assert all(re.fullmatch(r"#[0-9a-f]{6}", getattr(colors, field.name)) for field in fields(colors))
    sheet = style_sheet(colors, "/icons", dark=colors is DARK)
    assert "$" not in sheet
    assert colors.accent in sheet


def test_the_pictures_of_the_sheet_are_there() -> None:
    for dark in (False, True):
        for name in re.findall(r"url\(/icons/(.*?)\)", style_sheet(LIGHT, "/icons", dark=dark)):
            assert resource("icons", name).is_file()


@pytest.mark.parametrize("path", sorted(resource("icons").glob("*.svg")), ids=lambda path: path.stem)
def test_every_icon_draws_something(theme: Theme, path: object) -> None:
    image = theme.pixmap(path.stem, "danger", 24, 2.0).toImage()
    assert (image.width(), image.devicePixelRatio()) == (48, 2.0)
    assert any(image.pixelColor(x, y).alpha() for x in range(48) for y in range(48))


def test_icons_take_the_color_of_the_scheme(theme: Theme) -> None:
    def drawn() -> set[str]:
        image = theme.pixmap("cancel", "danger", 24, 1.0).toImage()
        found = [image.pixelColor(x, y) for x in range(24) for y in range(24)]
        return {color.name() for color in found if color.alpha() == 255}

    assert drawn() == {LIGHT.danger}
    theme.force(True)
    assert drawn() == {DARK.danger}


def test_a_change_is_told_once(theme: Theme, qtbot: QtBot) -> None:
    told: list[bool] = []
    theme.changed.connect(lambda: told.append(theme.dark))
    theme.force(True)
    theme.force(True)
    theme.force(False)
    assert told == [True, False]
    assert theme.color("base").name() == LIGHT.base


def test_the_palette_is_the_schemes(theme: Theme, qapp: object) -> None:
    theme.force(True)
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == DARK.window
    disabled = qapp.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert disabled.name() == DARK.strong_border


def test_it_follows_the_system(theme: Theme, qapp: object) -> None:
    theme.force(None)
    assert theme.dark is (qapp.styleHints().colorScheme() is Qt.ColorScheme.Dark)


@pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")
@SCHEMES
def test_what_the_keyboard_is_on_stands_out_in_a_choice(theme: Theme, qtbot: QtBot, colors: Colors) -> None:
    theme.force(colors is DARK)
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItems(["one", "two", "three"])
    box.setCurrentIndex(1)
    box.showPopup()
    rows = box.view()
    image = rows.viewport().grab().toImage()
    places = [rows.visualRect(rows.model().index(row, 0)) for row in (0, 1, 2)]
    shown = [image.pixelColor(place.right() - 2, place.center().y()).name() for place in places]
    assert shown == [colors.raised, colors.selection, colors.raised]


def test_disabled_icons_look_so(theme: Theme) -> None:
    icon = theme.icon("copy")
    assert icon.pixmap(20, QIcon.Mode.Disabled).toImage() != icon.pixmap(20).toImage()
    assert theme.icon("copy") is icon


def test_the_program_has_a_sign_of_its_own(qapp: object) -> None:
    assert {size.width() for size in application_icon().availableSizes()} == {16, 24, 32, 48, 64, 128, 256}
