"""A set-up person and a stage for whole jobs; a module that needs another world has fixtures of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.kraken_api import KrakenApi
from tests.servers.s3_handle import StrictS3Handle
from tests.support.stage import Stage
from tests.support.world import World


@pytest.fixture
def world(home: Path, strict_s3: StrictS3Handle, kraken_api: KrakenApi, bucket: str) -> World:
    """With the strict S3 server."""
    return World(home / "kraken", strict_s3, kraken_api, bucket)


@pytest.fixture
def stage(world: World) -> Iterator[Stage]:
    """For jobs in the test's own thread."""
    services = world.services()
    yield Stage(world, services)
    services.close()
