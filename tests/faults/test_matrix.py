"""Every fault, on every route where it makes sense, in the window and in the terminal: what came of it, by all books.

All of it is for the long run; of each fault one route is in the short one too, once a front end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kraken_desktop.composition import Services
from kraken_desktop.model.job import JobState
from tests.faults.books import DONE, Fate, audit
from tests.faults.cells import CELLS, LARGE, Cell, End, Expected
from tests.faults.fronts import Terminal, Window
from tests.faults.scene import Scene

pytestmark = pytest.mark.faults

AT_ONCE = 4
"""Jobs that run at the same time, as a new person's settings say."""
MANY_TRIES = 5
"""More than the terminal makes."""

EACH_CELL = [pytest.param(cell, id=str(cell), marks=[] if cell.gate else [pytest.mark.soak]) for cell in CELLS]

MadeHere = Callable[[list[Path]], Mapping[str, str]]
SceneMaker = Callable[..., Scene]


def prepared(cell: Cell, make_scene: SceneMaker, made_here: MadeHere) -> Scene:
    scene = make_scene(cell.profile)
    if cell.large:
        for path in scene.some():
            # What follows the end of an image is harmless.
            path.write_bytes(path.read_bytes() + b"\0" * LARGE)
    if not scene.by_kraken:
        made_here(list(scene.files))  # while nothing is wrong
    cell.provoke(scene)
    scene.set_up()
    return scene


def met(cell: Cell, scene: Scene) -> list[Path]:
    """The files that the fault meets."""
    return list(scene.files) if cell.meets_all else scene.some()


def fates(cell: Cell, scene: Scene, fate: Fate) -> dict[Path, Fate]:
    hit = met(cell, scene)
    return {path: fate if path in hit else Fate() for path in scene.files}


def books(scene: Scene, of: Mapping[Path, Fate], made_here: MadeHere) -> None:
    audit(scene.world, scene.world.home, of, made_here(list(scene.files)) if not scene.by_kraken else {})


@pytest.mark.parametrize("cell", EACH_CELL)
def test_in_the_terminal(cell: Cell, make_scene: SceneMaker, made_here: MadeHere) -> None:
    scene = prepared(cell, make_scene, made_here)
    code, told, said = Terminal(scene.environment(), scene.options).put(scene.files)
    expected = fates(cell, scene, cell.terminal.fate)
    assert told == {str(path): fate.outcome for path, fate in expected.items()}, said
    assert code == (0 if set(told.values()) == {DONE} else 1)
    assert "Traceback" not in said
    if cell.window.end is End.PAUSED:
        require_few_sent(scene)
    books(scene, expected, made_here)


@pytest.mark.parametrize("cell", EACH_CELL)
def test_in_the_window(
    cell: Cell, make_scene: SceneMaker, made_here: MadeHere, open_window: Callable[[Services], Window]
) -> None:
    scene = prepared(cell, make_scene, made_here)
    window = open_window(scene.services())
    window.drop(scene.files)
    expected = cell.window
    if expected.end is not End.BY_ITSELF:
        wait_for_the_fault(window, expected)
        require_nothing_burnt(window, scene)
        scene.mend()
    if expected.end is End.PAUSED:
        button = window.button("Try again")
        assert button is not None
        button.click()
    told = window.wait_ended()
    ends = fates(cell, scene, expected.fate)
    assert told == {str(path): fate.outcome for path, fate in ends.items()}
    books(scene, ends, made_here)
    if expected.again is not None:
        scene.mend()
        window.retry_failed()
        assert set(window.wait_ended().values()) == {DONE}
        books(scene, fates(cell, scene, expected.again), made_here)


def wait_for_the_fault(window: Window, expected: Expected) -> None:
    """Until the queue waits, for the person or for better times."""
    if expected.end is End.PAUSED:
        window.wait(lambda: window.button("Try again") is not None)
        window.wait(lambda: all(row.state is not JobState.RUNNING for row in window.rows()))
    else:
        window.wait(lambda: any(row.tries >= MANY_TRIES for row in window.rows()))
        assert window.button("Try again") is None, "it goes on by itself"


def require_nothing_burnt(window: Window, scene: Scene) -> None:
    """No job has failed, and Kraken.io was not asked again and again for what it would refuse each time."""
    assert not any(row.state.ended for row in window.rows())
    require_few_sent(scene)


def require_few_sent(scene: Scene) -> None:
    """What runs at the same time meets the fault at the same time; the rest of the drop is spared."""
    assert len(scene.files) > AT_ONCE
    assert sum(each.sha256 is not None for each in scene.world.api.uploads) <= AT_ONCE
