"""Pytest fixtures for the test servers; conftest names this module in ``pytest_plugins``."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.servers.kraken_api import KrakenApi
from tests.servers.radosgw import RadosgwHandle, unavailable_because
from tests.servers.s3_handle import S3Handle, StrictS3Handle

KrakenApiMaker = Callable[..., KrakenApi]


@pytest.fixture(scope="session")
def strict_s3_process() -> Iterator[StrictS3Handle]:
    """The strict S3 server of this session."""
    handle = StrictS3Handle()
    yield handle
    handle.stop()


@pytest.fixture
def strict_s3(strict_s3_process: StrictS3Handle) -> Iterator[StrictS3Handle]:
    """A strict S3 server, without faults left over by another test."""
    yield strict_s3_process
    strict_s3_process.clear_faults()


@pytest.fixture(scope="session")
def radosgw() -> Iterator[RadosgwHandle]:
    """Ceph's S3 gateway. The test is skipped where it isn't installed."""
    reason = unavailable_because()
    if reason is not None:
        pytest.skip(reason)
    handle = RadosgwHandle()
    yield handle
    handle.stop()


@pytest.fixture(params=["strict_s3", "radosgw"])
def s3_server(request: pytest.FixtureRequest) -> S3Handle:
    """Both S3 servers in turn."""
    handle: S3Handle = request.getfixturevalue(request.param)
    return handle


@pytest.fixture
def bucket(request: pytest.FixtureRequest) -> str:
    """A new bucket that takes ACLs: in ``s3_server`` or ``radosgw`` if the test has them, else in ``strict_s3``."""
    wanted = [name for name in ("s3_server", "radosgw") if name in request.fixturenames]
    handle: S3Handle = request.getfixturevalue(wanted[0] if wanted else "strict_s3")
    return handle.new_bucket()


@pytest.fixture
def make_kraken_api() -> Iterator[KrakenApiMaker]:
    """Makes started Kraken.io servers: ``make_kraken_api(s3, limit_bytes=...)``. They stop with the test.

    What went wrong inside a server, and was not ordered, fails the test.
    """
    made: list[KrakenApi] = []

    def make(s3: S3Handle | None = None, **options: object) -> KrakenApi:
        server = KrakenApi(s3_endpoint=None if s3 is None else s3.endpoint, **options)  # type: ignore[arg-type]
        made.append(server.start())
        return server

    yield make
    for server in made:
        server.stop()
    assert [error for server in made for error in server.errors] == []


@pytest.fixture
def kraken_api(make_kraken_api: KrakenApiMaker, strict_s3: StrictS3Handle) -> KrakenApi:
    """A Kraken.io server of this test's own, pushing to ``strict_s3``."""
    return make_kraken_api(strict_s3)
