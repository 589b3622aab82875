from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from kraken_desktop.buckets.s3 import S3Bucket
from kraken_desktop.model.errors import BucketLookupError
from kraken_desktop.model.profile import Profile
from kraken_desktop.transport import Transport
from tests.servers.s3_handle import S3Handle, StrictS3Handle

AWKWARD = "2026/a b+c%20#?é/🐙 写.png"


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport(connections=1, user_agent="Test/1")
    yield made
    made.close()


def profile_of(s3: S3Handle, bucket: str) -> Profile:
    return Profile(id="p", name="Web", bucket=bucket, region=s3.region, endpoint=s3.endpoint)


def bucket_of(transport: Transport, s3: S3Handle, profile: Profile, secret: str | None = None) -> S3Bucket:
    return S3Bucket(transport, profile, access_key=s3.access_key, secret=secret or s3.secret)


@pytest.mark.parametrize("key", ["a.png", AWKWARD])
def test_head_tells_size_and_time(transport: Transport, s3_server: S3Handle, bucket: str, key: str) -> None:
    s3_server.put(bucket, key, b"12345")
    info = bucket_of(transport, s3_server, profile_of(s3_server, bucket)).head(key)
    assert info is not None
    assert info.size == 5
    assert abs(info.asked - info.modified) < timedelta(seconds=30)


def test_nothing_there_is_none(transport: Transport, s3_server: S3Handle, bucket: str) -> None:
    assert bucket_of(transport, s3_server, profile_of(s3_server, bucket)).head("nothing.png") is None


@pytest.mark.parametrize("public", [True, False])
def test_anybody_may_look_at_public_objects_only(
    transport: Transport, s3_server: S3Handle, bucket: str, public: bool
) -> None:
    s3_server.put(bucket, "a.png", b"12345", ACL="public-read" if public else "private")
    looking = bucket_of(transport, s3_server, profile_of(s3_server, bucket))
    if public:
        info = looking.head("a.png", anonymous=True)
        assert info is not None
    else:
        with pytest.raises(BucketLookupError) as caught:
            looking.head("a.png", anonymous=True)
        assert caught.value.status == 403


@pytest.mark.parametrize(("change", "secret", "status"), [({"region": "eu-west-3"}, None, 400), ({}, "wrong", 403)])
def test_a_refusal_is_not_an_absence(
    transport: Transport,
    strict_s3: StrictS3Handle,
    bucket: str,
    change: dict[str, str],
    secret: str | None,
    status: int,
) -> None:
    strict_s3.put(bucket, "a.png", b"12345")
    profile = replace(profile_of(strict_s3, bucket), **change)  # type: ignore[arg-type]
    with pytest.raises(BucketLookupError) as caught:
        bucket_of(transport, strict_s3, profile, secret).head("a.png")
    assert caught.value.status == status
