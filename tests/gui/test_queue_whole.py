"""A queue that waits, with the real runner, real requests and servers: what is seen, and what reaches the bucket."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from kraken_desktop.composition import Services
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.translation import translate_message
from kraken_desktop.messages import Words
from kraken_desktop.model.job import JobState
from kraken_desktop.model.settings import Settings
from tests.gui.conftest import no_picture
from tests.servers.kraken_api import KrakenApi
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.s3_handle import StrictS3Handle
from tests.servers.strict_s3 import S3Fault
from tests.support.gui import drop, mime_of_files, write_image
from tests.support.stage import FETCHED, HERE, PUSHED
from tests.support.world import World

WAIT_MS = 30_000
AT_ONCE = 4
"""Jobs that run at the same time, as settings have it at first: so many may meet what stops the batch."""


@pytest.fixture
def world(kraken_api: KrakenApi, strict_s3: StrictS3Handle, bucket: str) -> World:
    return World(home=Path(os.environ["KRAKEN_DESKTOP_HOME"]), s3=strict_s3, api=kraken_api, bucket=bucket)


@pytest.fixture
def services(world: World) -> Iterator[Services]:
    made = world.services()
    world.set_up(made, **HERE)
    yield made
    made.close()


@pytest.fixture
def window(services: Services, theme: Theme, translations: None, qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow(
        services, services.settings.load(), theme=theme, words=Words(translate_message), decode=no_picture
    )
    made.show()
    yield made
    made.quit_unasked()
    made.deleteLater()


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    return [write_image(tmp_path / f"{number}.png", size=16 + number) for number in range(4)]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Nobody listens there, and nobody else gets it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_what_is_dropped_into_a_paused_queue_reaches_nobody_before_it_goes_on(
    window: MainWindow, world: World, qtbot: QtBot, images: list[Path]
) -> None:
    window.uploads.suspend()
    qtbot.waitUntil(lambda: window.queue.state.suspended)
    drop(window, mime_of_files(*images))
    qtbot.waitUntil(lambda: window.status_bar.counts.full_text == "Paused: 4 wait", timeout=WAIT_MS)
    assert [window.queue._row_text.state(status) for status in window.model.statuses] == ["Paused"] * 4
    assert world.s3.keys(world.bucket) == ()
    window.status_bar.pause_button.click()
    qtbot.waitUntil(lambda: window.model.tally.counts[JobState.DONE] == 4, timeout=WAIT_MS)
    assert len(world.s3.keys(world.bucket)) == 4
    assert not window.queue.state.stopped


def test_without_a_connection_it_waits_says_so_once_and_goes_on_with_what_was_mended(
    window: MainWindow, services: Services, world: World, qtbot: QtBot, images: list[Path], closed_port: int
) -> None:
    def moved(endpoint: str) -> None:
        def change(settings: Settings) -> Settings:
            return settings.with_profile(replace(settings.profiles[-1], endpoint=endpoint))

        window._on_settings(services.settings.update(change))

    moved(f"http://127.0.0.1:{closed_port}")
    drop(window, mime_of_files(*images))
    qtbot.waitUntil(lambda: window.banners.banner("waits") is not None, timeout=WAIT_MS)
    told = window.banners.banner("waits")
    assert told.message.what.startswith("No connection to 127.0.0.1")
    assert told.countdown.startswith("Trying again")
    qtbot.waitUntil(lambda: window.model.tally.counts[JobState.RUNNING] == 0, timeout=WAIT_MS)
    assert window.banners.banner("paused") is None
    assert window.model.tally.counts[JobState.FAILED] == 0
    moved(world.s3.endpoint)
    qtbot.waitUntil(lambda: window.model.tally.counts[JobState.DONE] == 4, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.banners.banner("waits") is None)
    assert window.queue.state.holds == ()
    assert len(world.s3.keys(world.bucket)) == 4


def test_the_same_image_again_is_there_with_its_link_and_nothing_is_sent(
    window: MainWindow, world: World, qtbot: QtBot, images: list[Path]
) -> None:
    for times in (1, 2):
        drop(window, mime_of_files(images[0]))
        qtbot.waitUntil(lambda: window.model.tally.ended == times, timeout=WAIT_MS)  # noqa: B023
    first, second = window.model.statuses
    assert (first.state, second.state) == (JobState.DONE, JobState.SKIPPED)
    assert [image.url for image in second.links] == [image.url for image in first.links]
    text = window.queue._row_text
    assert text.state(second) == "Already there"
    assert text.link(second) == text.link(first)
    assert window.model.tally.images == 2
    window.wishes.copy_all()
    assert QGuiApplication.clipboard().text().splitlines() == [text.link(first)] * 2
    window.view.clearSelection()
    window.view.selectRow(1)
    assert "Already in the bucket: its link is known, nothing was sent." in window.details.text
    assert len(world.s3.keys(world.bucket)) == 1


# --- what stops the batch -------------------------------------------------------------------------

Act = Callable[[Services, World], None]


def no_more(**fault: Any) -> Act:
    return lambda _services, world: world.api.order(Fault(endpoint="upload", times=None, **fault))


def kraken_again(_services: Services, world: World) -> None:
    world.api.clear_faults()


def full(status: int, code: str) -> Act:
    def order(_services: Services, world: World) -> None:
        s3_of(world).order(S3Fault(status=status, code=code, message="No room.", method="PUT", times=None))

    return order


def room_again(_services: Services, world: World) -> None:
    s3_of(world).clear_faults()


def secrets(*, api: bool = True, s3: bool = True) -> Act:
    """Whether the secrets that are kept are the right ones."""

    def keep(services: Services, world: World) -> None:
        services.secrets.keep(world.account().secret_name, world.api.api_secret if api else "another one")
        services.secrets.keep(world.profile().secret_name, world.s3.secret if s3 else "another one")

    return keep


def s3_of(world: World) -> StrictS3Handle:
    assert isinstance(world.s3, StrictS3Handle)
    return world.s3


@pytest.mark.parametrize(
    ("route", "spoil", "mend", "what"),
    [
        pytest.param(
            PUSHED,
            no_more(kind=FaultKind.SUSPENDED),
            kraken_again,
            "Kraken.io has suspended this account.",
            id="suspended",
        ),
        pytest.param(
            PUSHED,
            secrets(api=False),
            secrets(),
            "Kraken.io does not accept the API key or the API secret.",
            id="wrong API secret",
        ),
        pytest.param(
            HERE, secrets(s3=False), secrets(), "The secret does not belong to the access key ID.", id="wrong S3 secret"
        ),
        pytest.param(HERE, full(507, "XMinioStorageFull"), room_again, "The bucket is full.", id="full disks"),
        pytest.param(
            FETCHED, full(400, "XMinioAdminBucketQuotaExceeded"), room_again, "The bucket is full.", id="full bucket"
        ),
    ],
)
def test_what_every_image_would_meet_is_told_once_and_nothing_is_burnt_through(
    window: MainWindow,
    services: Services,
    world: World,
    qtbot: QtBot,
    tmp_path: Path,
    route: dict[str, Any],
    spoil: Act,
    mend: Act,
    what: str,
) -> None:
    window._on_settings(world.set_up(services, **route))
    spoil(services, world)
    told: list[str] = []
    window._bridge.paused.connect(lambda why: told.append("" if why is None else window.messages._of_pause(why).what))
    files = [write_image(tmp_path / f"{number}.png", size=16 + number) for number in range(2 * AT_ONCE)]
    drop(window, mime_of_files(*files))
    qtbot.waitUntil(
        lambda: window.banners.banner("paused") is not None and not window.model.tally.counts[JobState.RUNNING],
        timeout=WAIT_MS,
    )
    tally = window.model.tally
    assert told == [f"The queue is on hold: {what}"]
    assert (tally.total, tally.ended) == (len(files), 0)
    assert window.status_bar.counts.full_text == f"{len(files)} on hold"
    assert len(world.api.uploads) <= AT_ONCE
    assert len(s3_of(world).requests(world.bucket)) <= AT_ONCE
    mend(services, world)
    buttons = window.banners.banner("paused").buttons
    next(button for button in buttons if button.text() == "&Try again").click()
    qtbot.waitUntil(lambda: tally.counts[JobState.DONE] == len(files), timeout=WAIT_MS)
    assert told[1:] == [""]
    assert window.banners.banner("paused") is None
    assert len(world.s3.keys(world.bucket)) == len(files)
    charged = [upload for upload in world.api.uploads if upload.charged]
    assert len(charged) == (0 if route is HERE else len(files))
