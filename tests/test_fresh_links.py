"""A private object's link that has expired, and the one that takes its place: real server, real signatures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from kraken_desktop.cancel import CancelToken
from kraken_desktop.composition import Services
from kraken_desktop.model.errors import SecretError
from kraken_desktop.model.job import Done, JobState, JobStatus, StoredImage
from kraken_desktop.model.profile import Acl, Credentials, Engine, Profile, Uploader
from tests.servers.s3_handle import StrictS3Handle
from tests.support.gui import WindowServices, done, make_job

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def services() -> Iterator[Services]:
    made = WindowServices()
    yield made
    made.close()


def keep_profile(services: Services, s3: StrictS3Handle, bucket: str) -> Profile:
    key = s3.new_key()
    profile = Profile(
        id="p",
        name="Drafts",
        bucket=bucket,
        region=s3.region,
        endpoint=s3.endpoint,
        acl=Acl.PRIVATE,
        engine=Engine.LOCAL,
        uploader=Uploader.LOCAL,
        credentials=Credentials(access_key=key.access_key),
    )
    services.secrets.keep(profile.secret_name, key.secret)
    services.settings.update(lambda now: now.with_profile(profile))
    return profile


def stored(profile: Profile, *images: StoredImage) -> JobStatus:
    job = make_job(1)
    job = replace(job, snapshot=replace(job.snapshot, profile=profile))
    return JobStatus(job=job, state=JobState.DONE, outcome=Done(images=images))


def expired(image: StoredImage) -> bool:
    return image.expires_at is not None and image.expires_at < datetime.now(UTC)


def test_only_what_has_expired_gets_another_link(services: Services, strict_s3: StrictS3Handle, bucket: str) -> None:
    profile = keep_profile(services, strict_s3, bucket)
    strict_s3.put(bucket, "a b.png", b"drawn")
    old = StoredImage(key="a b.png", url="https://old.example/", expires_at=LONG_AGO)
    good = StoredImage(key="b.png", url="https://good.example/", expires_at=datetime.now(UTC) + timedelta(hours=1))
    gone = replace(old, key="c.png", removed=True)
    status = services.fresh_links().renewed(stored(profile, old, good, gone), expired, CancelToken())
    assert status.outcome is not None
    renewed, kept, removed = status.outcome.images
    assert requests.get(renewed.url, timeout=5).content == b"drawn"
    assert renewed.expires_at is not None
    assert renewed.expires_at > datetime.now(UTC) + timedelta(hours=1)
    assert (kept, removed) == (good, gone)


def test_nobody_is_asked_where_every_link_opens(services: Services) -> None:
    status = done(1)
    assert services.fresh_links().renewed(status, expired, CancelToken()) is status


def test_without_the_secret_it_says_so(services: Services, strict_s3: StrictS3Handle, bucket: str) -> None:
    profile = keep_profile(services, strict_s3, bucket)
    services.secrets.forget(profile.secret_name)
    old = StoredImage(key="a.png", url="https://old.example/", expires_at=LONG_AGO)
    with pytest.raises(SecretError):
        services.fresh_links().renewed(stored(profile, old), expired, CancelToken())
