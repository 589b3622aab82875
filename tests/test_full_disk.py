"""A disk that is full, for real: each further job would fail alike, so all wait, and nothing is lost or paid twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.messages import Message, Words
from kraken_desktop.model.errors import Scope
from kraken_desktop.model.job import Outcome
from tests.servers.images import ImageKind, make_image
from tests.support.small_disk import NoSmallDiskError, SmallDisk
from tests.support.stage import FETCHED, HERE, Stage, done, failed
from tests.support.world import World

NO_SPACE = "The system said: “No space left on device”."


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    mount_point = tmp_path / "disk"
    mount_point.mkdir()
    try:
        made = SmallDisk(mount_point)
    except NoSmallDiskError as error:
        pytest.skip(str(error))
    with made:
        yield made


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_image(ImageKind.JPEG, tmp_path / "beach.jpg", size=(320, 240))


def read(outcome: Outcome) -> Message:
    failure = failed(outcome).failure
    assert (failure.scope, failure.retryable) == (Scope.BATCH, False)
    return Words().failure(failure)


@pytest.mark.parametrize(("route", "charged"), [(HERE, 0), (FETCHED, 1)], ids=["route 3", "route 2"])
def test_no_room_for_what_is_made(
    stage: Stage, world: World, photo: Path, disk: SmallDisk, route: dict[str, Any], charged: int
) -> None:
    cache = world.home / "cache"
    cache.mkdir(parents=True)
    (disk.path / "work").mkdir()
    (cache / "work").symlink_to(disk.path / "work")
    (job,) = stage.jobs(photo, **route)
    disk.fill()
    told = read(stage.run(job))
    assert told.what == "There is no room on this computer for what is made."
    assert told.why.startswith("Results are kept in ")
    assert told.why.endswith(f"until they are stored. {NO_SPACE}")
    assert told.remedy == "Free some space on that disk, or check the rights of the folder, then retry."
    assert world.s3.keys(world.bucket) == ()
    disk.empty()
    (image,) = done(stage.run(job)).images
    assert world.s3.keys(world.bucket) == (image.key,)
    assert len(world.api.uploads) == charged


def test_no_room_in_a_folder_in_the_place_of_a_bucket(stage: Stage, photo: Path, disk: SmallDisk) -> None:
    folder = disk.path / "pictures"
    folder.mkdir()
    (job,) = stage.jobs(photo, **HERE, folder=str(folder))
    disk.fill()
    told = read(stage.run(job))
    assert told.what == f"The disk of {folder} is full."
    assert NO_SPACE in told.why
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    disk.empty()
    assert len(done(stage.run(job)).images) == 1
