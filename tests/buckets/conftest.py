"""A transport, and buckets of it on a running S3 server."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.buckets.bucket import Upload
from kraken_desktop.buckets.s3 import S3Bucket
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.s3_keys import S3Keys
from kraken_desktop.transport import Transport
from tests.servers.s3_handle import S3Handle

Uploads = Callable[..., Upload]
Buckets = Callable[..., S3Bucket]


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport(connections=2, user_agent="Test/1")
    yield made
    made.close()


@pytest.fixture
def upload(tmp_path: Path) -> Uploads:
    """Makes a file that wants to be uploaded: ``upload(content, only_if_absent=True, ...)``."""

    def make(content: bytes = b"12345", **changes: Any) -> Upload:
        path = tmp_path / f"{hashlib.sha256(content).hexdigest()[:8]}.png"
        path.write_bytes(content)
        made = Upload(
            path=path, size=len(content), sha256=hashlib.sha256(content).hexdigest(), content_type="image/png"
        )
        return replace(made, **changes)

    return make


def profile_of(s3: S3Handle, bucket: str, **changes: Any) -> Profile:
    return replace(Profile(id="p", name="Web", bucket=bucket, region=s3.region, endpoint=s3.endpoint), **changes)


@pytest.fixture
def open_bucket(transport: Transport) -> Buckets:
    """Makes a bucket: ``open_bucket(server, name, keys=..., known=..., **profile)``; it waits for nobody."""

    def make(
        s3: S3Handle, name: str, *, keys: S3Keys | None = None, secret: str = "", options: Any = None, **changes: Any
    ) -> S3Bucket:
        keys = keys or S3Keys(access_key=s3.access_key, secret=secret or s3.secret)
        return S3Bucket(transport, profile_of(s3, name, **changes), keys, **({"pauses": (0, 0)} | (options or {})))

    return make
