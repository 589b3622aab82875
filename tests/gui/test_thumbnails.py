"""Which pictures are fetched, in which order, and how many are kept. What decodes them is the engine's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from kraken_desktop.cancel import CancelToken
from kraken_desktop.engines.local.engine import LocalEngine
from kraken_desktop.gui.jobs import Background
from kraken_desktop.gui.thumbnails import MOST_KEPT, MOST_WANTED, Thumbnails
from kraken_desktop.model.job import Source, SourceKind
from tests.support.gui import write_image


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    made = Background(1)
    yield made
    made.close(10)


def source(name: str, kind: SourceKind = SourceKind.FILE) -> Source:
    return Source(kind=kind, location=f"/{name}", name=name, size=1, mtime_ns=1)


def test_fetches_what_is_asked_for_and_keeps_it(qtbot: QtBot, background: Background) -> None:
    asked: list[tuple[str, int]] = []

    def decode(path: str, size: int, _cancel: CancelToken) -> bytes:
        asked.append((path, size))
        return b"\xff" * (4 * size * size)

    thumbnails = Thumbnails(decode, background)
    with qtbot.waitSignal(thumbnails.arrived):
        assert thumbnails.picture(source("a.png"), 8, 2.0) is None
    picture = thumbnails.picture(source("a.png"), 8, 2.0)
    assert picture is not None
    assert (picture.width(), picture.devicePixelRatio()) == (16, 2.0)
    assert thumbnails.picture(source("a.png"), 8, 2.0) is picture
    assert asked == [("/a.png", 16)]


def test_what_failed_is_not_asked_for_again(qtbot: QtBot, background: Background) -> None:
    asked: list[str] = []
    thumbnails = Thumbnails(lambda path, *_: asked.append(path), background)
    for name in ("a.png", "b.png", "a.png"):
        thumbnails.picture(source(name), 8, 1.0)
        qtbot.waitUntil(lambda: not thumbnails._busy)
    assert asked == ["/a.png", "/b.png"]


def test_addresses_have_none(background: Background) -> None:
    thumbnails = Thumbnails(lambda *_: pytest.fail("nothing to decode"), background)
    assert thumbnails.picture(source("a.png", SourceKind.URL), 8, 1.0) is None


def test_what_was_asked_for_last_comes_first_and_the_rest_is_bounded(qtbot: QtBot, background: Background) -> None:
    asked: list[str] = []

    def decode(path: str, size: int, _cancel: CancelToken) -> bytes:
        asked.append(path)
        return b"\xff" * (4 * size * size)

    thumbnails = Thumbnails(decode, background)
    for number in range(200):
        thumbnails.picture(source(f"{number}.png"), 8, 1.0)
    qtbot.waitUntil(lambda: not thumbnails._busy)
    assert asked[1] == "/199.png"
    assert len(asked) <= MOST_WANTED + 1


def test_memory_is_bounded(qtbot: QtBot, background: Background) -> None:
    thumbnails = Thumbnails(lambda _path, size, _cancel: b"\xff" * (4 * size * size), background)
    for number in range(MOST_KEPT + 20):
        thumbnails.picture(source(f"{number}.png"), 2, 1.0)
        if number % 50 == 0:
            qtbot.waitUntil(lambda: not thumbnails._busy)
    qtbot.waitUntil(lambda: not thumbnails._busy)
    assert len(thumbnails._kept) <= MOST_KEPT


def test_closing_gives_up_what_is_being_fetched_and_fetches_nothing_more(qtbot: QtBot, background: Background) -> None:
    asked: list[str] = []
    begun, cancelled = Event(), Event()

    def decode(path: str, _size: int, cancel: CancelToken) -> None:
        asked.append(path)
        with cancel.interrupting(cancelled.set):
            begun.set()
            assert cancelled.wait(10)

    thumbnails = Thumbnails(decode, background)
    for name in ("a.png", "b.png"):
        thumbnails.picture(source(name), 8, 1.0)
    assert begun.wait(10)
    thumbnails.close()
    qtbot.waitUntil(lambda: not thumbnails._busy)
    thumbnails.picture(source("c.png"), 8, 1.0)
    assert background.close(10)
    assert asked == ["/a.png"]


def test_what_is_transparent_has_a_light_ground(qtbot: QtBot, background: Background) -> None:
    def decode(_path: str, size: int, _cancel: CancelToken) -> bytes:
        # Hardly anything, in black, and empty to the right: the picture is no square.
        return (bytes((0, 0, 0, 1)) * (size - 4) + bytes(16)) * size

    thumbnails = Thumbnails(decode, background)
    with qtbot.waitSignal(thumbnails.arrived):
        thumbnails.picture(source("a.png"), 24, 1.0)
    picture = thumbnails.picture(source("a.png"), 24, 1.0)
    assert picture is not None
    image = picture.toImage()
    shown = {image.pixelColor(at, 12).lightness() for at in range(20)}
    assert image.pixelColor(22, 12).alpha() == 0
    assert len(shown) == 2
    assert min(shown) > 200


def test_what_the_engine_makes_is_what_is_drawn(qtbot: QtBot, background: Background, tmp_path: Path) -> None:
    engine = LocalEngine(scratch=tmp_path / "scratch")
    path = write_image(tmp_path / "a.png", size=64, color="#2050a0")
    thumbnails = Thumbnails(engine.thumbnail, background)
    asked = Source(kind=SourceKind.FILE, location=str(path), name=path.name, size=1, mtime_ns=1)
    with qtbot.waitSignal(thumbnails.arrived, timeout=30_000):
        thumbnails.picture(asked, 16, 1.0)
    picture = thumbnails.picture(asked, 16, 1.0)
    engine.close()
    assert picture is not None
    assert picture.toImage().pixelColor(8, 8).name() == "#2050a0"
    assert picture.toImage().pixelColor(0, 0).alpha() == 0, "the corners are round"
