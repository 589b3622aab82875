"""A window of the history with records in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.history.window import HistoryWindow
from kraken_desktop.gui.history.wishes import Wishes
from kraken_desktop.gui.jobs import Background
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.translation import translate_message
from kraken_desktop.messages import Words
from tests.support.gui import WindowServices
from tests.support.history import MemoryRecords

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
MakeHistory = Callable[[MemoryRecords], HistoryWindow]


@pytest.fixture
def make_history(qtbot: QtBot, theme: Theme, translations: None) -> Iterator[MakeHistory]:
    made: list[tuple[HistoryWindow, Background, MemoryRecords]] = []
    words = Words(translate_message)
    row_text = RowText(words, now=lambda: NOW)
    services: list[WindowServices] = []

    def fresh_links() -> object:
        services.append(WindowServices())
        return services[-1].fresh_links()

    def make(records: MemoryRecords) -> HistoryWindow:
        background = Background(3)
        window = HistoryWindow(
            records,
            background,
            theme=theme,
            words=words,
            row_text=row_text,
            wishes=lambda view, work, toast, parent: Wishes(view, work, toast, row_text, fresh_links, parent),
            forgotten=lambda _numbers: None,
            thumbnail=lambda _status, _scale: None,
            now=lambda: NOW,
        )
        made.append((window, background, records))
        window.resize(900, 660)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield make
    for window, background, records in made:
        records.gate.set()
        window.close()
        window.work.stop()
        assert background.close(20)
        window.deleteLater()
    for each in services:
        each.close()


@pytest.fixture
def settled(qtbot: QtBot) -> Callable[[HistoryWindow], None]:
    """Waits until the window shows what it was asked for, and its rows are there."""

    def is_settled(window: HistoryWindow) -> bool:
        top = max(0, window.view.rowAt(0))
        rows = range(top, min(top + 4, window.model.rowCount()))
        return (
            not window.search.busy
            and not window.filters.is_waiting
            and not window.work.busy
            and not any(window.model.line(row).is_unread for row in rows)
        )

    return lambda window: qtbot.waitUntil(partial(is_settled, window), timeout=20_000)
