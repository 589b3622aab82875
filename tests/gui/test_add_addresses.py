from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.add_addresses import AddAddresses
from kraken_desktop.gui.incoming import Incoming
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.translation import translate_message
from kraken_desktop.messages import Message, Words
from kraken_desktop.model.errors import AddressUnreachableError, KrakenDesktopError
from kraken_desktop.model.job import Failed, SourceKind
from kraken_desktop.model.settings import Settings
from tests.support.gui import NotingRunner, drop

A, B = "https://example.com/a.png", "https://example.com/b.png"
DATA = "data:image/svg+xml,%3Csvg/%3E"

Made = tuple[AddAddresses, list[Incoming]]


def nas_is_out_of_reach(address: str) -> KrakenDesktopError | None:
    return AddressUnreachableError(path=address, host="nas") if "//nas/" in address else None


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme, translations: None) -> Made:
    made = AddAddresses(theme, Words(translate_message), "This computer fetches them.", nas_is_out_of_reach)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    chosen: list[Incoming] = []
    made.chosen.connect(chosen.append)
    made.show()
    qtbot.waitExposed(made)
    return made, chosen


def paste(made: AddAddresses, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    made.box.paste()


def test_it_begins_empty_with_the_cursor_in_the_box(dialog: Made) -> None:
    made, _ = dialog
    assert made.box.hasFocus()
    assert not made.add_button.isEnabled()
    assert (made.summary.isVisible(), made.remarks.isVisible(), made.hint.isVisible()) == (False, False, True)


def test_it_counts_while_one_types(dialog: Made, qtbot: QtBot) -> None:
    made, _ = dialog
    qtbot.keyClicks(made.box, A)
    qtbot.waitUntil(lambda: made.summary.text() == "1 address")
    assert made.add_button.text() == "Add 1"
    qtbot.keyClick(made.box, Qt.Key.Key_Return)
    qtbot.keyClicks(made.box, B)
    qtbot.waitUntil(lambda: made.summary.text() == "2 addresses")
    assert made.box.toPlainText() == f"{A}\n{B}"


def test_it_names_duplicates_and_lines_that_are_no_addresses(dialog: Made) -> None:
    made, _ = dialog
    paste(
        made, f"{A}\n{B}\n{A}\n\nhello\nhttps://example.com/page.html\nwww.example.com/a.png\nhttps://u:pw@a.example/"
    )
    made.read()
    assert made.summary.text() == "2 addresses, 1 duplicate, 4 not usable: lines 5, 6, 7, 8"
    assert made.remarks.text() == (
        "Line 5, “hello”: Only complete http and https addresses can be fetched.\n"
        "Line 6, “https://example.com/page.html”: The address leads to a web page. The image may be on that page.\n"
        "Line 8, “a.example/”: Addresses are kept in the history and sent to Kraken.io, so a password must not be in "
        "them."
    )
    assert [mark.cursor.block().text() for mark in made.box.extraSelections()][:2] == [
        "hello",
        "https://example.com/page.html",
    ]
    assert not made.hint.isVisible()


def test_the_window_answers_while_a_long_text_is_read(dialog: Made, qtbot: QtBot) -> None:
    made, _ = dialog
    answered: list[None] = []
    timer = QTimer(made)
    timer.timeout.connect(lambda: answered.append(None))
    paste(made, "\n".join(f"https://example.com/{number}.png" for number in range(4000)))
    made._begin()
    timer.start(0)
    qtbot.waitUntil(lambda: made.summary.text() == "4000 addresses", timeout=20_000)
    assert len(answered) >= 3


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("hello", "0 addresses, 1 not usable: line 1"),
        ("\n".join(["no"] * 6), "0 addresses, 6 not usable: lines 1, 2, 3, 4 and more"),
        ("# a comment", ""),
        (f"{A}\n" * 3, "1 address, 2 duplicates"),
        (f"![x]({A}) {DATA}", "1 address"),
        (DATA, "1 address"),
    ],
)
def test_summaries(dialog: Made, text: str, summary: str) -> None:
    made, _ = dialog
    paste(made, text)
    made.read()
    assert made.summary.text() == summary
    assert made.add_button.isEnabled() is (bool(summary) and not summary.startswith("0"))


def test_what_this_profile_cannot_have_is_told_before_anything_is_sent(dialog: Made) -> None:
    made, _ = dialog
    paste(made, f"http://nas/a.png\n{A}")
    made.read()
    assert made.summary.text() == "1 address, 1 not usable: line 1"
    assert made.remarks.text() == (
        "Line 1, “http://nas/a.png”: nas is this computer, or is in a private network, and Kraken.io is outside. "
        "Download the image and add the file, or choose a profile with this computer’s engine."
    )


@pytest.mark.parametrize("how", ["button", "keys"])
def test_adding_gives_typed_addresses(dialog: Made, qtbot: QtBot, how: str) -> None:
    made, chosen = dialog
    paste(made, f"{A}\nhello\n{DATA}\n{B}\n{A}")
    # At once: what was pasted last counts, read or not.
    if how == "keys":
        qtbot.keyClick(made.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    else:
        made.read()
        made.add_button.click()
    (incoming,) = chosen
    assert incoming.things == (A, B)
    assert incoming.typed
    assert incoming.embedded == (DATA,)
    assert not made.isVisible()


def test_without_addresses_nothing_is_added(dialog: Made, qtbot: QtBot) -> None:
    made, chosen = dialog
    paste(made, "hello")
    qtbot.keyClick(made.box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert made.isVisible()
    assert chosen == []
    qtbot.keyClick(made.box, Qt.Key.Key_Escape)
    assert not made.isVisible()
    assert chosen == []


def test_tab_leaves_the_box(dialog: Made, qtbot: QtBot) -> None:
    made, _ = dialog
    paste(made, A)
    made.read()
    qtbot.keyClick(made.box, Qt.Key.Key_Tab)
    assert not made.box.hasFocus()
    assert "\t" not in made.box.toPlainText()


# --- in the window ---


def test_the_menu_leads_there_and_the_addresses_go_their_way(
    window: MainWindow, runner: NotingRunner, qtbot: QtBot
) -> None:
    action: QAction = window.top_bar.addresses_action
    assert action in window.top_bar.add_button.menu().actions()
    assert action in window.actions()
    action.trigger()
    made = window.findChild(AddAddresses)
    assert made is not None
    assert made.isModal()
    paste(made, f"{A}\n{B}")
    made.read()
    made.add_button.click()
    qtbot.waitUntil(lambda: len(runner.jobs) == 2)
    assert [(job.source.location, job.source.kind, job.source.typed) for job in runner.jobs] == [
        (A, SourceKind.URL, True),
        (B, SourceKind.URL, True),
    ]


def test_before_the_set_up_it_leads_to_the_set_up(make_window: Callable[..., MainWindow]) -> None:
    window = make_window(Settings())
    asked: list[bool] = []
    window.adding.set_up_wanted.disconnect()
    window.adding.set_up_wanted.connect(lambda: asked.append(True))
    window.adding.addresses()
    assert asked == [True]
    assert window.findChild(AddAddresses) is None


def test_pasting_many_lines_into_the_window(window: MainWindow, runner: NotingRunner, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText(f"{A}\nhello you\n{B}\n{A}#x\nhttps://example.com/a.pdf\n{'w' * 99}\nc\nd")
    window.arrivals.paste()
    qtbot.waitUntil(lambda: window.model.rowCount() == 3)
    assert [job.source.location for job in runner.jobs] == [A, B]
    assert not any(job.source.typed for job in runner.jobs)
    qtbot.waitUntil(lambda: window.banners.banner("repeated") is not None)
    repeated, left = window.banners.banner("repeated"), window.banners.banner("lines")
    assert repeated is not None
    assert repeated.message.what == "1 address was there twice; each is taken once."
    assert left is not None
    assert left.message.what == "4 lines left out: no address of an image."
    assert left.message.why == f"Line 2: “hello you”. Line 6: “{'w' * 39}…”. Line 7: “c”. And 1 more."
    refused = window.model.status(2)
    assert isinstance(refused.outcome, Failed)
    assert Words().failure(refused.outcome.failure) == Message(
        "“https://example.com/a.pdf” is not an image that Kraken Desktop can work on.",
        "The address leads to a PDF document.",
        "Use the address of a JPEG, PNG, GIF, WebP, AVIF, HEIC or SVG.",
    )


def test_dropping_many_addresses_out_of_a_browser(window: MainWindow, runner: NotingRunner, qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setData("text/uri-list", f"# from a page\r\n{A}\r\n{B}\r\n{A}\r\n".encode())
    assert drop(window, mime).isAccepted()
    qtbot.waitUntil(lambda: len(runner.jobs) == 2)
    assert [(job.source.location, job.source.typed) for job in runner.jobs] == [(A, False), (B, False)]
    qtbot.waitUntil(lambda: window.banners.banner("repeated") is not None)
