"""What a drop is uploaded with: the profile that the person saw, as it is on the disk now."""

from __future__ import annotations

import threading
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.messages import Message
from kraken_desktop.model.recipes import BUILT_IN_RECIPES
from tests.support.gui import (
    PRIVATE,
    PROFILE,
    SETTINGS,
    NotingRunner,
    WindowServices,
    drop,
    mime_of_files,
    write_image,
)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return write_image(tmp_path / "a.png")


def test_a_long_page_is_looked_through_elsewhere(
    window: MainWindow, runner: NotingRunner, services: WindowServices, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.settings.update(lambda _: SETTINGS)
    places: list[bool] = []
    feed = HTMLParser.feed

    def noting(parser: HTMLParser, data: str) -> None:
        places.append(threading.current_thread() is threading.main_thread())
        feed(parser, data)

    monkeypatch.setattr(HTMLParser, "feed", noting)
    mime = QMimeData()
    mime.setHtml("<p>words</p>" * 10_000 + '<img src="https://example.com/a.png">')
    drop(window, mime)
    qtbot.waitUntil(lambda: len(runner.jobs) == 1)
    assert runner.jobs[0].source.location == "https://example.com/a.png"
    assert places
    assert not any(places)


class TestWhatTheTerminalChanged:
    """A drop onto a window in the background does not turn to it first."""

    @pytest.fixture
    def behind(self, window: MainWindow, services: WindowServices, qtbot: QtBot) -> MainWindow:
        services.settings.update(lambda _: SETTINGS)
        other = QWidget()
        qtbot.addWidget(other)
        other.show()
        other.activateWindow()
        qtbot.waitUntil(other.isActiveWindow)
        return window

    def test_a_drop_takes_the_profile_as_it_is_now(
        self, behind: MainWindow, runner: NotingRunner, services: WindowServices, qtbot: QtBot, image: Path
    ) -> None:
        edited = replace(PROFILE, bucket="other-images", recipe_id=BUILT_IN_RECIPES[3].id)
        services.settings.update(lambda now: now.with_profile(edited))
        assert behind.profile == PROFILE
        drop(behind, mime_of_files(image))
        qtbot.waitUntil(lambda: len(runner.jobs) == 1)
        assert runner.jobs[0].snapshot.profile == edited
        assert runner.jobs[0].snapshot.recipe == BUILT_IN_RECIPES[3]
        assert behind.profile == edited

    def test_what_is_dropped_in_a_row_comes_in_that_order(
        self, behind: MainWindow, runner: NotingRunner, services: WindowServices, qtbot: QtBot, tmp_path: Path
    ) -> None:
        images = [write_image(tmp_path / f"{number}.png") for number in range(5)]
        for number, path in enumerate(images):
            edited = replace(PROFILE, bucket=f"images-{number}")
            services.settings.update(lambda now, edited=edited: now.with_profile(edited))
            drop(behind, mime_of_files(path))
        qtbot.waitUntil(lambda: len(runner.jobs) == 5)
        assert [job.source.name for job in runner.jobs] == [path.name for path in images]

    def test_nothing_goes_elsewhere_because_its_profile_is_gone(
        self, behind: MainWindow, runner: NotingRunner, services: WindowServices, qtbot: QtBot, image: Path
    ) -> None:
        services.settings.update(lambda _: replace(SETTINGS, profiles=(PRIVATE,), default_profile_id=PRIVATE.id))
        drop(behind, mime_of_files(image))
        qtbot.waitUntil(lambda: behind.banners.banner("profile") is not None)
        assert behind.banners.banner("profile").message == Message(
            "There is no profile “Blog”.",
            "“a.png” was not uploaded.",
            "Choose another profile above, then add it again.",
        )
        assert behind.profile == PRIVATE
        assert runner.jobs == []

    def test_the_profile_at_the_drop_counts_and_not_the_one_chosen_after_it(
        self, behind: MainWindow, runner: NotingRunner, qtbot: QtBot, image: Path
    ) -> None:
        drop(behind, mime_of_files(image))
        assert behind.choose_profile(PRIVATE.name)
        qtbot.waitUntil(lambda: len(runner.jobs) == 1)
        assert runner.jobs[0].snapshot.profile == PROFILE
