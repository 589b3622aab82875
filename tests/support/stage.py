"""Runs whole jobs in the test's own thread, through real servers."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kraken_desktop.buckets.s3 import PAUSES, S3Bucket
from kraken_desktop.cancel import CancelToken
from kraken_desktop.composition import Services
from kraken_desktop.destinations import Destinations
from kraken_desktop.intake import expand
from kraken_desktop.model.job import Done, Failed, Job, Outcome, Progress, Source
from kraken_desktop.model.profile import Engine, Profile, Uploader
from kraken_desktop.model.recipe import OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.model.s3_keys import S3Keys
from kraken_desktop.pipeline import Pipeline
from kraken_desktop.transport import Transport
from tests.support.world import World

PUSHED: dict[str, Any] = {"engine": Engine.KRAKEN, "uploader": Uploader.KRAKEN}
"""Route 1, as changes of a profile."""
FETCHED: dict[str, Any] = {"engine": Engine.KRAKEN, "uploader": Uploader.LOCAL}
"""Route 2."""
HERE: dict[str, Any] = {"engine": Engine.LOCAL, "uploader": Uploader.LOCAL, "account_id": None}
"""Route 3."""

KRAKEN_ROUTES = [pytest.param(PUSHED, id="route 1"), pytest.param(FETCHED, id="route 2")]
"""Where Kraken.io makes the images."""
OWN_UPLOADS = [pytest.param(FETCHED, id="route 2"), pytest.param(HERE, id="route 3")]
"""Where this computer stores them."""
ROUTES = [*KRAKEN_ROUTES, pytest.param(HERE, id="route 3")]

SET = Recipe(
    id="set",
    name="Set",
    variants=(
        Variant(name="small", resize=Resize(strategy=Strategy.LANDSCAPE, width=80)),
        Variant(name="modern", convert=OutputFormat.WEBP),
        Variant(name="full"),
    ),
)
"""An image set of two formats: two requests to Kraken.io."""


class _Quick(Destinations):
    """Buckets whose verbs are repeated as often as ever, and with hardly a pause."""

    def s3(self, profile: Profile, keys: S3Keys) -> S3Bucket:
        made = super().s3(profile, keys)
        made._pauses = (0.01,) * len(PAUSES)
        return made


class Stage:
    """Runs jobs in the test's own thread."""

    def __init__(self, world: World, services: Services) -> None:
        self.world = world
        self.services = services
        self.heard: list[Progress] = []
        self.pipeline = self.new_pipeline(services.transport)

    def new_pipeline(self, transport: Callable[[], Transport]) -> Pipeline:
        return Pipeline(
            transport=transport,
            secrets=self.services.secrets,
            journal=self.services.journal,
            engine=self.services.engine,
            scratch=self.services.scratch,
            destinations=_Quick(transport=transport, secrets=self.services.secrets),
            look_pauses=(0, 0.05),
            on_file_limit=self.services.keep_file_limit,
        )

    def jobs(self, *sources: Path | str | Source, recipe: Recipe | None = None, **profile: Any) -> tuple[Job, ...]:
        settings = self.world.set_up(self.services, **profile)
        found = [each if isinstance(each, Source) else next(iter(expand([each]))) for each in sources]
        assert all(isinstance(each, Source) for each in found), found
        default = settings.default_profile
        assert default is not None
        jobs = self.services.new_jobs(found, default, settings, recipe)  # type: ignore[arg-type]
        self.services.journal.add(jobs)
        return jobs

    def run(self, job: Job, cancel: CancelToken | None = None, since: datetime | None = None) -> Outcome:
        return self.pipeline.run(job, cancel or CancelToken(), self.heard.append, since)

    def put(self, *sources: Path | str | Source, recipe: Recipe | None = None, **profile: Any) -> Outcome:
        (job,) = self.jobs(*sources, recipe=recipe, **profile)
        return self.run(job)


def done(outcome: Outcome) -> Done:
    assert isinstance(outcome, Done), outcome
    return outcome


def failed(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed), outcome
    return outcome


def code_of(outcome: Outcome) -> str:
    return failed(outcome).failure.code


def picture(body: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(body))
    image.load()
    return image
