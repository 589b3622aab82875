"""Checks of profiles against real servers, and the sentences that come of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.cancel import CancelToken
from kraken_desktop.composition import Services
from kraken_desktop.doctor import Doctor
from kraken_desktop.messages import Words
from kraken_desktop.model.diagnosis import CheckVerdict, Diagnosis, Observation, Step
from kraken_desktop.model.profile import Acl, Engine, Profile, Uploader
from kraken_desktop.model.settings import Settings
from kraken_desktop.transport import Transport
from tests.servers.kraken_api import KrakenApi
from tests.servers.s3_handle import S3Handle, StrictS3Handle
from tests.servers.s3_signature import Key
from tests.support.world import World

OK, WARNING, PROBLEM, NOT_CHECKED = CheckVerdict
KRAKEN: dict[str, Any] = {"engine": Engine.KRAKEN, "uploader": Uploader.KRAKEN}
"""Kraken.io does all of the work."""


@dataclass
class Clinic:
    """A doctor, a bucket, and a profile that goes there."""

    world: World
    services: Services
    settings: Settings
    profile: Profile
    told: list[Step | Observation]

    @property
    def s3(self) -> S3Handle:
        return self.world.s3

    @property
    def bucket(self) -> str:
        return self.profile.bucket

    def check(
        self, *, key: Key | None = None, doctor: Doctor | None = None, secret: str | None = None, **changes: Any
    ) -> Diagnosis:
        """The profile with these changes, checked. ``key`` takes the place of the owner's."""
        profile = replace(self.profile, **changes)
        if key is not None:
            profile = replace(profile, credentials=replace(profile.credentials, access_key=key.access_key))
            secret = key.secret
        return (doctor or self.services.doctor()).examine(
            profile, self.settings, CancelToken(), self.told.append, secret=secret
        )

    def doctor(
        self, *, transport: Callable[[], Transport] | None = None, now: Callable[[], datetime] | None = None
    ) -> Doctor:
        more: dict[str, Any] = {"now": now} if now is not None else {}
        return Doctor(
            transport=transport or self.services.transport,
            secrets=self.services.secrets,
            scratch=self.services.scratch,
            **more,
        )

    @property
    def keys(self) -> tuple[str, ...]:
        return self.s3.keys(self.bucket)


def verdicts(diagnosis: Diagnosis) -> dict[Step, CheckVerdict]:
    """The worst of each step."""
    order = [OK, NOT_CHECKED, WARNING, PROBLEM]
    told: dict[Step, CheckVerdict] = {}
    for each in diagnosis.observations:
        told[each.step] = max(told.get(each.step, OK), each.verdict, key=order.index)
    return told


def wrong(diagnosis: Diagnosis) -> list[str]:
    """The codes of what is not as it should be, in order."""
    return [each.code for each in diagnosis.observations if each.verdict in {WARNING, PROBLEM}]


def found(diagnosis: Diagnosis, code: str) -> Observation:
    (one,) = [each for each in diagnosis.observations if each.code == code]
    return one


def said(diagnosis: Diagnosis, code: str) -> str:
    """All that the person reads about it."""
    message = Words().diagnosis.observation(found(diagnosis, code))
    return " ".join(part for part in (message.what, message.why, message.remedy) if part)


def make_clinic(tmp_path: Path, s3: S3Handle, api: KrakenApi, bucket: str) -> tuple[Clinic, Services]:
    world = World(home=tmp_path / "home", s3=s3, api=api, bucket=bucket)
    services = world.services()
    changes = {"engine": Engine.LOCAL, "uploader": Uploader.LOCAL, "path_template": "blog/{stem}-{hash:8}{ext}"}
    settings = world.set_up(services, **changes)
    profile = settings.default_profile
    assert profile is not None
    assert profile.acl is Acl.PUBLIC_READ
    return Clinic(world=world, services=services, settings=settings, profile=profile, told=[]), services


@pytest.fixture
def clinic(tmp_path: Path, strict_s3: StrictS3Handle, kraken_api: KrakenApi, bucket: str) -> Iterator[Clinic]:
    made, services = make_clinic(tmp_path, strict_s3, kraken_api, bucket)
    yield made
    services.close()
