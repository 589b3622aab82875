from __future__ import annotations

from dataclasses import replace

import pytest

from kraken_desktop.gui.progress import share_of
from kraken_desktop.gui.routes import Route
from kraken_desktop.model.job import JobStatus, Phase, SourceKind
from tests.support.gui import done, queued, running


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
