"""A set-up person and a stage for whole jobs; a module that needs another world has fixtures of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.fixtures import KrakenApiMaker
from tests.servers.kraken_api import KrakenApi
from tests.servers.s3_handle import S3Handle, StrictS3Handle
from tests.support.stage import Stage
from tests.support.world import World


@pytest.fixture
def world(home: Path, strict_s3: StrictS3Handle, kraken_api: KrakenApi, bucket: str) -> World:
    """With the strict S3 server."""
    return World(home / "kraken", strict_s3, kraken_api, bucket)


@pytest.fixture
def either_world(home: Path, s3_server: S3Handle, make_kraken_api: KrakenApiMaker, bucket: str) -> World:
    """With the strict S3 server, and with Ceph's."""
    return World(home / "kraken", s3_server, make_kraken_api(s3_server), bucket)


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """For jobs in the test's own thread; in ``either_world`` if the test has it."""
    name = "either_world" if "either_world" in request.fixturenames else "world"
    world: World = request.getfixturevalue(name)
    services = world.services()
    yield Stage(world, services)
    services.close()
