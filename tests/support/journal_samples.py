"""Jobs and outcomes for tests of the journal."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from kraken_desktop.model.errors import Scope
from kraken_desktop.model.job import (
    Done,
    Failure,
    Job,
    PlannedImage,
    Snapshot,
    Source,
    SourceKind,
    StoredImage,
)
from kraken_desktop.model.profile import Account, Profile
from kraken_desktop.model.recipe import KeptMetadata, Recipe

SNAPSHOT = Snapshot(
    profile=Profile(id="profile", name="Blog", bucket="pictures", tags=(("team", "web"),)),
    recipe=Recipe(keep_metadata=frozenset({KeptMetadata.COPYRIGHT})),
    account=Account(id="account", api_key="key"),
)

FAILURE = Failure(
    code="kraken.rate_limited",
    facts={"status": 429, "said": "slow\x00 \udcff", "retry_after": None, "sent_all": True},
    retryable=True,
    scope=Scope.BATCH,
)


def job(number: int = 1, *, batch: str = "batch", name: str = "", kind: SourceKind = SourceKind.FILE) -> Job:
    """A job whose id is made of its batch and its place in it."""
    name = name or f"photo {number}.jpg"
    return Job(
        id=f"{batch}-{number}",
        batch_id=batch,
        position=number,
        dropped_at=datetime(2024, 5, 6, 7, 8, 9, 123456, timezone(timedelta(hours=5, minutes=30))),
        source=Source(
            kind=kind,
            location=f"/pictures/{name}",
            name=name,
            size=1000,
            mtime_ns=10**18 + 1,
            extension=".jpg",
        ),
        snapshot=SNAPSHOT,
    )


def image(key: str, variant: str = "") -> PlannedImage:
    """One of a plan."""
    return PlannedImage(variant=variant, key=key)


def plan(job: Job) -> tuple[PlannedImage, ...]:
    """Two variants, not in the order of their names."""
    return (
        PlannedImage(variant="small", key=f"{job.id}-small.jpg"),
        PlannedImage(variant="large", key=f"{job.id}-large.jpg"),
    )


def stored(key: str, variant: str = "") -> StoredImage:
    """An object that is there."""
    url = f"https://pictures.s3.amazonaws.com/{key}"
    return StoredImage(variant=variant, key=key, url=url, kraked_url=url, width=40, height=30, bytes=800)


def done(job: Job) -> Done:
    """All of the plan is there."""
    return Done(images=tuple(stored(image.key, image.variant) for image in plan(job)), original_bytes=1000)
