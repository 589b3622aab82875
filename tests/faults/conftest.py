"""A scene for each cell; what this computer's engine makes of its files, once for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kraken_desktop.composition import Services
from kraken_desktop.gui.theme import Theme
from tests.faults.books import digest
from tests.faults.fronts import Window
from tests.faults.hurry import hurry
from tests.faults.scene import Scene
from tests.servers.fixtures import KrakenApiMaker
from tests.servers.images import ImageKind, make_set
from tests.servers.s3_handle import StrictS3Handle
from tests.support.stage import HERE, Stage, done
from tests.support.world import World

FILES = 5
SIZE = (96, 72)
KINDS = (ImageKind.JPEG, ImageKind.PNG)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Small ones, no two alike."""
    return make_set(tmp_path / "images", FILES, kinds=KINDS, size=SIZE)


@pytest.fixture
def world(home: Path, strict_s3: StrictS3Handle, make_kraken_api: KrakenApiMaker, bucket: str) -> World:
    """Kraken.io feels a stall soon, and tells of one too."""
    return World(home / "kraken", strict_s3, make_kraken_api(strict_s3, receive_buffer=65536), bucket)


@pytest.fixture
def make_scene(
    world: World, files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Scene]]:
    hurry(monkeypatch.setattr)
    with ExitStack() as stack:
        yield lambda route: Scene(world, dict(route), files, monkeypatch, tmp_path, stack)


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture
def open_window(qtbot: QtBot, theme: Theme) -> Iterator[Callable[[Services], Window]]:
    """Opens the window; what is open at the end is closed."""
    opened: list[Window] = []

    def start(services: Services) -> Window:
        opened.append(Window(qtbot, services, theme))
        return opened[-1]

    yield start
    for window in opened:
        window.close()


_made: dict[str, str] = {}


@pytest.fixture
def made_here(world: World, tmp_path: Path) -> Callable[[list[Path]], Mapping[str, str]]:
    """What the engine makes of sources where nothing goes wrong: SHA-256 of the result by that of the source."""

    def make(sources: list[Path]) -> Mapping[str, str]:
        missing = [path for path in sources if digest(path.read_bytes()) not in _made]
        if missing:
            quiet = World(tmp_path / "quiet", world.s3, world.api, world.bucket)
            services = quiet.services()
            stage = Stage(quiet, services)
            jobs = stage.jobs(*missing, **HERE, folder=str(tmp_path / "quiet-results"))
            for path, job in zip(missing, jobs, strict=True):
                (image,) = done(stage.run(job)).images
                _made[digest(path.read_bytes())] = digest((tmp_path / "quiet-results" / image.key).read_bytes())
            services.close()
        return _made

    return make
