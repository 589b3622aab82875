"""``kill -9`` at random moments of a drop, in the middle of whatever it is doing: nothing is lost, or done twice."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kraken_desktop.model.job import JobState
from kraken_desktop.model.settings import Preferences
from tests.faults.books import audit
from tests.faults.cells import ROUTES
from tests.faults.conftest import KINDS, SIZE
from tests.faults.lives import Drop, in_sessions
from tests.faults.scene import Scene
from tests.servers.images import make_set
from tests.servers.kraken_faults import Fault, FaultKind

pytestmark = pytest.mark.faults

FRONTS = ("terminal", "window")
EACH = [pytest.param(front, route, id=f"{front}, {route}") for front in FRONTS for route in ROUTES]
SHORT = [
    pytest.param("terminal", "route 1", 1, id="terminal, route 1, while it sends"),
    pytest.param("window", "route 2", 5, id="window, route 2, while it hears answers"),
    pytest.param("terminal", "route 3", 9, id="terminal, route 3, while it writes down"),
]
"""Each route once, and both front ends; the seeds are such that the programs are killed then."""

MadeHere = Callable[[list[Path]], Mapping[str, str]]
DropMaker = Callable[..., Drop]


@pytest.fixture
def make_drop(make_scene: Callable[..., Scene], tmp_path: Path) -> DropMaker:
    def make(front: str, route: str, count: int, seed: int, *, at_once: int = 4) -> Drop:
        scene = make_scene(ROUTES[route])
        scene.files = make_set(tmp_path / "many", count, kinds=KINDS, size=SIZE)
        wire = scene.wire()
        scene.set_up()
        with closing(scene.services()) as services:
            services.settings.update(lambda now: replace(now, preferences=Preferences(concurrency=at_once)))
        return Drop(scene.world, front, scene.environment(), scene.files, wire, random.Random(seed))

    return make


@pytest.mark.parametrize(("front", "route", "seed"), SHORT)
def test_killed_once(front: str, route: str, seed: int, make_drop: DropMaker, made_here: MadeHere) -> None:
    drop = make_drop(front, route, 16, seed)
    killed_and_resumed(drop, kills=1)
    assert drop.kills == 1
    require_all_there(drop, route, made_here)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("front", "route"), EACH)
def test_killed_fifty_times(front: str, route: str, make_drop: DropMaker, made_here: MadeHere) -> None:
    # What runs at once is what a kill meets: more would leave no work for the last ones.
    drop = make_drop(front, route, 200, seed=50, at_once=2)
    killed_and_resumed(drop, kills=50)
    assert drop.kills == 50
    assert len(drop.moments) == 4
    require_all_there(drop, route, made_here)


def killed_and_resumed(drop: Drop, *, kills: int) -> None:
    """Let it live, and die, so often; then let it end."""
    while drop.kills < kills or not drop.complete:
        drop.live(drop.moment(kills - drop.kills) if drop.kills < kills else None)
        if drop.complete and (unknown := drop.unknown()):
            # A person looks into the bucket, and tries again.
            drop.retry(unknown)
        elif drop.complete and drop.kills < kills:
            # Too quick for its killers.
            break


def require_all_there(drop: Drop, route: str, made_here: MadeHere) -> None:
    """What may have been charged is a person's to decide on; on route 1 it is looked for, and never paid for twice."""
    assert route != "route 3" or not drop.retries
    statuses = audit(
        drop.world,
        drop.world.home,
        drop.fates(paid_again=route == "route 2"),
        made_here(list(drop.files)) if route == "route 3" else {},
    )
    assert Counter(status.state for status in statuses) == {JobState.DONE: len(drop.files)}
    assert len(drop.world.s3.keys(drop.world.bucket)) == len(drop.files)
    deadline = time.monotonic() + 20
    while in_sessions(drop.sessions):
        assert time.monotonic() < deadline, "something is left running"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("front", "route"),
    [
        pytest.param(front, route, id=f"{front}, {route}", marks=[] if gate else pytest.mark.soak)
        for front, route, gate in (
            ("terminal", "route 1", False),
            ("terminal", "route 2", True),
            ("window", "route 1", True),
            ("window", "route 2", False),
        )
    ],
)
def test_killed_while_answers_are_awaited(front: str, route: str, make_drop: DropMaker) -> None:
    """All bytes had left: on route 1 the objects are found, on route 2 a person decides, and nothing is paid twice."""
    drop = make_drop(front, route, 6, seed=1)
    api = drop.world.api
    api.order(Fault(kind=FaultKind.STALL_ANSWERING, endpoint="upload", times=4))

    def four_wait() -> bool:
        return sum(each.charged for each in api.uploads) >= 4

    drop.live(four_wait)
    assert drop.kills == 1
    api.clear_faults()
    while not drop.complete:
        drop.live(None)
    unknown = drop.unknown()
    assert len(unknown) == (4 if route == "route 2" else 0)
    assert sum(each.charged for each in api.uploads) == 6, "nobody was asked"
    if unknown:
        drop.retry(unknown)
        drop.live(None)
    require_all_there(drop, route, _nothing)


def _nothing(_sources: list[Path]) -> Mapping[str, str]:
    return {}
