"""The window as a person has it: real queue, real requests, the test servers at the other end."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.request import urlopen

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.app import Program
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.single_instance import Request
from kraken_desktop.model.job import JobState
from kraken_desktop.model.links import LinkFormat
from kraken_desktop.model.profile import Engine, Uploader
from kraken_desktop.model.recipe import OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.stores.journal import Journal
from tests.servers.kraken_api import KrakenApi
from tests.servers.s3_handle import StrictS3Handle
from tests.support.gui import drop, mime_of_files, write_image
from tests.support.world import World

WAIT_MS = 60_000


@pytest.fixture
def world(kraken_api: KrakenApi, strict_s3: StrictS3Handle, bucket: str) -> World:
    made = World(home=Path(os.environ["KRAKEN_DESKTOP_HOME"]), s3=strict_s3, api=kraken_api, bucket=bucket)
    services = made.services()
    made.set_up(services)
    services.close()
    return made


@pytest.fixture
def window(world: World, qapp: QApplication, qtbot: QtBot) -> Iterator[MainWindow]:
    program = Program(qapp, os.environ)
    with qtbot.waitSignal(program.started, timeout=WAIT_MS):
        assert program.begin(Request())
    assert program.window is not None
    yield program.window
    program.window.quit_unasked()
    assert program.ended_in_time
    program.end()
    for translator in program.translations:
        qapp.removeTranslator(translator)


def test_from_a_drop_to_links_that_open(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    files = [write_image(tmp_path / f"image {number}.png", size=40 + number) for number in range(12)]
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    drop(window, mime_of_files(*files[:6], broken, *files[6:]))
    qtbot.waitUntil(lambda: window.model.tally.ended == 13, timeout=WAIT_MS)
    counts = window.model.tally.counts
    assert (counts[JobState.DONE], counts[JobState.FAILED]) == (12, 1)
    assert [status.job.source.name for status in window.model.statuses] == [
        path.name for path in (*files[:6], broken, *files[6:])
    ]
    window.wishes.copy_all()
    links = QGuiApplication.clipboard().text().splitlines()
    assert len(set(links)) == 12
    for number, link in enumerate(links):
        assert f"image-{number}-" in link
        with urlopen(link) as answer:  # a loopback address
            assert answer.read(8) == b"\x89PNG\r\n\x1a\n"


def test_closing_in_the_middle_is_quick_and_loses_nothing(
    window: MainWindow, world: World, qtbot: QtBot, tmp_path: Path
) -> None:
    drop(window, mime_of_files(*(write_image(tmp_path / f"{number}.png", size=300) for number in range(40))))
    qtbot.waitUntil(lambda: window.model.tally.total == 40, timeout=WAIT_MS)
    before = time.monotonic()
    window.quit_unasked()
    assert time.monotonic() - before < 4  # 2 s, and a machine that does other things
    left = window.model.tally.unfinished
    window._services.close()
    journal = Journal.open(world.home / "journal", lambda _problem: None)
    recovered = journal.take_over()
    ended = journal.recent(100)
    journal.close()
    assert left
    assert len(recovered) + len(ended) == 40


class _Candidates(HTMLParser):
    """What a browser may load for an element: address, width where one is told, content type."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, int | None, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attributes}
        for candidate in told.get("srcset", "").split(", ") if "srcset" in told else ():
            url, _, width = candidate.partition(" ")
            self.found.append((url, int(width.removesuffix("w")) if width else None, told.get("type", "image/jpeg")))
        if tag == "img":
            self.found.append((told["src"], int(told["width"]), "image/jpeg"))


def test_a_set_ends_as_a_picture_element_whose_every_address_opens_as_promised(
    window: MainWindow, world: World, qtbot: QtBot, tmp_path: Path
) -> None:
    recipe = Recipe(
        id="set",
        name="Set",
        variants=tuple(
            Variant(name=f"{form}-{width}", resize=Resize(strategy=Strategy.LANDSCAPE, width=width), convert=form)
            for form in (OutputFormat.AVIF, OutputFormat.WEBP, OutputFormat.JPEG)
            for width in (24, 48, 80)
        ),
    )
    profile = world.profile(engine=Engine.LOCAL, uploader=Uploader.LOCAL, account_id=None, recipe_id=recipe.id)
    settings = window._services.settings.update(lambda now: now.with_recipe(recipe).with_profile(profile))
    window._show_settings(settings, settings.profile(profile.id))
    drop(window, mime_of_files(write_image(tmp_path / "a & b.png", size=100)))
    qtbot.waitUntil(lambda: window.model.tally.ended == 1, timeout=WAIT_MS)
    window.view.setCurrentIndex(window.model.index(0, 0))
    qtbot.keyClick(window.view, Qt.Key.Key_Right)
    assert window.model.rowCount() == 10
    window.wishes.copy_all(LinkFormat.PICTURE)
    text = QGuiApplication.clipboard().text()
    assert text.count("<picture>") == 1
    candidates = _Candidates(text).found
    images = window.model.status(0).links
    assert {url for url, _, _ in candidates} == {image.url for image in images}
    sizes = {image.url: (image.width, image.height) for image in images}
    for url, width, kind in candidates:
        with urlopen(url) as answer:  # a loopback address
            picture = Image.open(io.BytesIO(answer.read()))
            assert answer.headers["content-type"] == kind
            assert (picture.size, picture.get_format_mimetype()) == (sizes[url], kind)
            assert width in {None, picture.width}
