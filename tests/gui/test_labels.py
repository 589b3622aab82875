"""Names are anybody's: an imported profile, or an address, may be called what Qt would read as markup."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.banners import Banner, Choice
from kraken_desktop.gui.labels import ElidedLabel, plain_tip
from kraken_desktop.gui.settings.entry_list import EntryList
from kraken_desktop.gui.settings.page import PageHeader
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Message

ODD = '<img src="//elsewhere/share/x.png">'
HARMLESS = "&lt;img src=&quot;//elsewhere/share/x.png&quot;&gt;"


@pytest.mark.parametrize(
    ("text", "tip"), [("a & b", "a & b"), ("", ""), (ODD, f"<div>{HARMLESS}</div>"), ("a <b", "<div>a &lt;b</div>")]
)
def test_a_tool_tip_is_never_markup(text: str, tip: str) -> None:
    assert plain_tip(text) == tip


def test_what_is_cut_off_is_told_as_it_is(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    label = ElidedLabel(parent)
    label.resize(20, 20)
    label.set_full_text(ODD)
    assert HARMLESS in label.toolTip()


def test_the_title_of_a_page_holds_names(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    header = PageHeader(parent)
    header.set_texts(ODD, ODD)
    assert {label.textFormat() for label in header.findChildren(QLabel)} == {Qt.TextFormat.PlainText}


def test_a_list_of_entries_tells_their_whole_names(qtbot: QtBot) -> None:
    entries = EntryList(with_default=False)
    qtbot.addWidget(entries)
    entries.show_entries([("1", ODD, ODD)], "1")
    item = entries.findChildren(QListWidget)[0].item(0)
    assert item.text() == ODD
    tips = [item.toolTip(), entries.box.itemData(0, Qt.ItemDataRole.ToolTipRole)]
    assert tips == [f"<div>{HARMLESS}</div>"] * 2


def test_the_button_of_a_way_out_tells_of_a_profile(qtbot: QtBot, theme: Theme) -> None:
    banner = Banner(Message("a", "", ""), look="info", theme=theme, choices=[Choice("b", lambda: None, ODD)])
    qtbot.addWidget(banner)
    assert banner.buttons[0].toolTip() == f"<div>{HARMLESS}</div>"
