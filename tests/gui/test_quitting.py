"""The window ends within two seconds whatever it does, and leaves no thread behind: on real stores and servers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kraken_desktop.composition import Services
from kraken_desktop.gui import drop_scan
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.translation import translate_message
from kraken_desktop.messages import Words
from kraken_desktop.model.job import JobState, Source, SourceKind
from tests.support.gui import drop, mime_of_files, write_image
from tests.support.world import World

LIMIT_SECONDS = 2.0
COUNT = 12

Open = Callable[..., MainWindow]


@pytest.fixture
def services(world: World) -> Iterator[Services]:
    made = world.services()
    yield made
    made.close()


@pytest.fixture
def open_window(world: World, services: Services, light_theme: Theme, translations: None, qtbot: QtBot) -> Open:
    """A window whose account is at this address, or at the server that answers."""

    def make(api_url: str = "") -> MainWindow:
        settings = world.set_up(services)
        if api_url:
            (account,) = settings.accounts
            settings = services.settings.update(lambda now: now.with_account(replace(account, api_url=api_url)))
        words = Words(translate_message)
        window = MainWindow(services, settings, theme=light_theme, words=words, decode=lambda *_: None)
        qtbot.addWidget(window)
        window.show()
        qtbot.waitExposed(window)
        return window

    return make


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    return [write_image(tmp_path / f"{number}.png", color=f"#{number:06x}") for number in range(COUNT)]


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def away() -> Iterator[str]:
    """Nobody listens there, and nobody else takes the port."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def quits(window: MainWindow, qtbot: QtBot) -> None:
    """Close it, and hold it to its word."""
    began = time.monotonic()
    with qtbot.waitSignal(window.closed) as closed:
        window.quit_unasked()
    assert closed.args == [True]
    assert time.monotonic() - began < LIMIT_SECONDS


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    # Threads of Qt have ended with their pools: the window says so. Daemons keep no program alive.
    left = [each for each in set(threading.enumerate()) - before if not each.daemon]
    for each in left:
        each.join(LIMIT_SECONDS)
    assert not [each.name for each in left if each.is_alive()]


def test_with_nothing_to_do(open_window: Open, qtbot: QtBot) -> None:
    quits(open_window(), qtbot)


def test_while_a_folder_is_looked_through(
    open_window: Open, qtbot: QtBot, silent: str, images: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()

    def endless(_things: object, *, cancelled: Callable[[], bool], **_more: object) -> Iterator[Source]:
        while not cancelled():
            yield Source(kind=SourceKind.FILE, location=str(images[0]), name="a.png", size=1, extension=".png")
        stopped.set()

    monkeypatch.setattr(drop_scan, "expand", endless)
    window = open_window(silent)
    drop(window, mime_of_files(images[0].parent))
    qtbot.waitUntil(lambda: window.model.rowCount() > drop_scan.BATCH, timeout=20_000)
    assert window.status_bar.scanning
    quits(window, qtbot)
    assert stopped.is_set()


def test_while_a_server_says_nothing(open_window: Open, qtbot: QtBot, silent: str, images: list[Path]) -> None:
    window = open_window(silent)
    drop(window, mime_of_files(*images))
    qtbot.waitUntil(lambda: window.model.tally.counts[JobState.RUNNING] > 1, timeout=20_000)
    quits(window, qtbot)


def test_while_there_is_no_network(open_window: Open, qtbot: QtBot, away: str, images: list[Path]) -> None:
    window = open_window(away)
    drop(window, mime_of_files(*images))
    qtbot.waitUntil(lambda: window.model.tally.counts[JobState.WAITING] > 0, timeout=20_000)
    quits(window, qtbot)


def test_while_the_queue_is_paused(
    open_window: Open, qtbot: QtBot, services: Services, world: World, images: list[Path]
) -> None:
    window = open_window()
    services.secrets.keep(world.account().secret_name, "wrong")
    drop(window, mime_of_files(*images))
    qtbot.waitUntil(lambda: window.uploads.runner.paused, timeout=20_000)
    quits(window, qtbot)


def test_while_all_is_cancelled(open_window: Open, qtbot: QtBot, silent: str, images: list[Path]) -> None:
    window = open_window(silent)
    drop(window, mime_of_files(*images))
    qtbot.waitUntil(lambda: window.model.tally.counts[JobState.RUNNING] > 1, timeout=20_000)
    window.status_bar.cancel_all_wanted.emit()
    quits(window, qtbot)
