from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.gui.progress import share_of
from kraken_desktop.gui.routes import Route
from kraken_desktop.intake import expand
from kraken_desktop.messages import Words
from kraken_desktop.model.job import JobState, JobStatus, Phase, Progress, Source, SourceKind
from kraken_desktop.model.recipe import OutputFormat, Recipe, Resize, Strategy, Variant
from tests.servers.images import ImageKind, make_image
from tests.servers.kraken_api import KrakenApi
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.s3_handle import StrictS3Handle
from tests.support.gui import done, queued, running
from tests.support.stage import Stage
from tests.support.stage import done as done_of
from tests.support.world import World


def on(route: Route, status: JobStatus) -> JobStatus:
    snapshot = status.job.snapshot
    profile = replace(snapshot.profile, engine=route.engine, uploader=route.uploader)
    return replace(status, job=replace(status.job, snapshot=replace(snapshot, profile=profile)))


ORDER = {
    Route.KRAKEN: [(Phase.PLANNING, 0), (Phase.UPLOADING, 0), (Phase.UPLOADING, 999), (Phase.OPTIMIZING, 1000)],
    Route.MIXED: [
        (Phase.PLANNING, 0),
        (Phase.UPLOADING, 500),
        (Phase.OPTIMIZING, 1000),
        (Phase.DOWNLOADING, 0),
        (Phase.DOWNLOADING, 500),
        (Phase.STORING, 0),
        (Phase.STORING, 1000),
    ],
    Route.LOCAL: [(Phase.PLANNING, 0), (Phase.OPTIMIZING, 0), (Phase.STORING, 0), (Phase.STORING, 1000)],
}


@pytest.mark.parametrize("route", Route)
def test_the_bar_never_goes_back(route: Route) -> None:
    shares = [share_of(on(route, running(1, sent=sent, phase=phase))) for phase, sent in ORDER[route]]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == 1


def test_nor_does_it_for_an_address_that_comes_here_first() -> None:
    order = [(Phase.FETCHING, 0), (Phase.FETCHING, 1000), (Phase.PLANNING, 0), *ORDER[Route.LOCAL][1:]]
    shares = []
    for phase, sent in order:
        status = on(Route.LOCAL, running(1, sent=sent, phase=phase))
        source = replace(status.job.source, kind=SourceKind.URL)
        shares.append(share_of(replace(status, job=replace(status.job, source=source))))
    assert shares == sorted(shares)
    assert shares[0] == 0 < shares[1]


def test_a_wait_is_nothing_and_an_end_is_all() -> None:
    assert share_of(queued(1)) == 0
    assert share_of(done(1)) == 1
    assert share_of(running(1, phase=Phase.CHECKING)) == 1


def test_the_images_of_a_set_move_it_while_they_are_made() -> None:
    shares = []
    for made in range(10):
        progress = Progress(phase=Phase.OPTIMIZING, made=made, outputs=9)
        shares.append(share_of(replace(on(Route.LOCAL, running(1)), progress=progress)))
    assert len(set(shares)) == 10
    assert shares == sorted(shares)


# --- what whole jobs tell ---

SET = Recipe(
    variants=(
        Variant(name="small", resize=Resize(strategy=Strategy.LANDSCAPE, width=80)),
        Variant(name="modern", convert=OutputFormat.WEBP),
        Variant(name="full"),
        Variant(name="icon", resize=Resize(strategy=Strategy.SQUARE, size=32), convert=OutputFormat.PNG),
    )
)


@pytest.fixture
def stage(home: Path, strict_s3: StrictS3Handle, kraken_api: KrakenApi, bucket: str) -> Iterator[Stage]:
    world = World(home / "kraken", strict_s3, kraken_api, bucket)
    services = world.services()
    yield Stage(world, services)
    services.close()


@pytest.mark.parametrize("typed", [False, True], ids=["file", "address"])
@pytest.mark.parametrize("route", Route)
def test_it_does_not_for_a_set_whatever_comes_of_it(stage: Stage, tmp_path: Path, route: Route, typed: bool) -> None:
    world = stage.world
    source: Any = make_image(ImageKind.JPEG, tmp_path / "beach.jpg", size=(320, 240))
    if typed:
        world.s3.put(world.bucket, "there.jpg", source.read_bytes(), ACL="public-read")
        (address,) = expand([f"{world.s3.endpoint}/{world.bucket}/there.jpg"])
        assert isinstance(address, Source)
        source = replace(address, typed=True)
    # Larger than the original: that takes its place, on the routes of Kraken.io.
    world.api.order(Fault(kind=FaultKind.LARGER))
    told: dict[str, Any] = {"local_copy": str(tmp_path / "copies")}
    (job,) = stage.jobs(source, recipe=SET, engine=route.engine, uploader=route.uploader, **told)
    done_of(stage.run(job))
    status = JobStatus(job=job, state=JobState.RUNNING)
    shares = [share_of(replace(status, progress=progress)) for progress in stage.heard]
    assert shares == sorted(shares), [(each.phase, each.sent, each.total) for each in stage.heard]
    assert shares[-1] == 1
    if route is Route.LOCAL:
        told = [Words().state(replace(status, progress=progress)) for progress in stage.heard]
        assert [each for each in told if each.startswith("Optimizing")] == [
            f"Optimizing, {made} of 4" for made in range(5)
        ]
