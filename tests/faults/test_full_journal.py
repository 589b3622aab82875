"""No room for the journal: what was dropped is done all the same, is told, and is not done again at the next start."""

from __future__ import annotations

import itertools
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kraken_desktop.composition import Services
from tests.faults.books import DONE, Fate, audit
from tests.faults.cells import ROUTES
from tests.faults.fronts import PROGRAM, ROOT, Terminal, Window
from tests.faults.scene import Scene
from tests.servers.kraken_faults import Fault, FaultKind
from tests.support.journal_files import query

pytestmark = pytest.mark.faults

SceneMaker = Callable[..., Scene]


def fill(services: Services) -> None:
    """Let SQLite itself say that the disk is full, from the next new page on."""
    connection = services.journal._file.connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    # What is free inside the file is used up too.
    fillers = ((f"{number}".encode() * 300,) for number in itertools.count())
    with pytest.raises(sqlite3.OperationalError, match="full"):
        connection.executemany("INSERT INTO snapshot (hash, record) VALUES (?, '')", fillers)


@pytest.mark.expect_log("the journal's file failed")
@pytest.mark.parametrize("moment", ["before the drop", "while answers are awaited"])
def test_in_the_window(moment: str, make_scene: SceneMaker, open_window: Callable[[Services], Window]) -> None:
    scene = make_scene(ROUTES["route 1"])
    scene.set_up()
    problems: list[Exception] = []
    services = Services(scene.world.environ, problems.append)
    window = open_window(services)
    window.wait(lambda: services.journal.unfinished() == ())
    if moment == "before the drop":
        fill(services)
        window.drop(scene.files)
    else:
        scene.order(Fault(kind=FaultKind.STALL_ANSWERING, endpoint="upload", times=3, seconds=2))
        window.drop(scene.files)
        window.wait(lambda: sum(each.charged for each in scene.world.api.uploads) >= 3)
        fill(services)
        scene.mend()
    assert set(window.wait_ended().values()) == {DONE}
    assert len(problems) == 1, "told, once"
    assert all(row.links for row in window.rows()), "what is there can be copied"
    # There is room again before the window is closed.
    window.close()
    audit(scene.world, scene.world.home, dict.fromkeys(scene.files, Fate()), {})


LIMITED = ["sh", "-c", 'ulimit -f "$1"; shift; exec "$@"', "sh"]
"""In blocks of 512 bytes (POSIX: "ulimit"). Neither the file nor its write-ahead log grows beyond."""


def cramped(scene: Scene, blocks: Callable[[Path], int]) -> Path:
    """Put all files but the first where the journal's files may not grow beyond so many blocks; the journal."""
    first, *rest = scene.files
    code, _, said = Terminal(scene.environment()).put([first])
    assert code == 0, said
    file = scene.world.home / "journal" / "journal.sqlite3"
    code, told, said = Terminal(scene.environment(), prefix=[*LIMITED, str(blocks(file))]).put(rest)
    assert told == dict.fromkeys(map(str, rest), DONE), said
    assert code == 0
    assert said.count("The history cannot be saved.") == 1
    return file


def resumed(scene: Scene) -> None:
    """At the next start there is room again: whatever is on the disk goes on."""
    ended = subprocess.run([*PROGRAM, "queue", "resume"], cwd=ROOT, env=scene.environment(), check=False, timeout=60)
    assert ended.returncode == 0


NO_LIMIT = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")


@NO_LIMIT
def test_in_the_terminal(make_scene: SceneMaker) -> None:
    scene = make_scene(ROUTES["route 1"])
    scene.set_up()
    cramped(scene, lambda file: file.stat().st_size // 512)
    resumed(scene)
    audit(scene.world, scene.world.home, dict.fromkeys(scene.files, Fate()), {})


@NO_LIMIT
def test_ends_that_were_never_written_down(make_scene: SceneMaker) -> None:
    """The disk took the jobs, and not how they ended, until the program had ended as well."""
    scene = make_scene(ROUTES["route 1"])
    scene.set_up()
    file = cramped(scene, lambda _file: 120)
    if query(file, "SELECT count(*) FROM job WHERE ended_at IS NULL") != [(len(scene.files) - 1,)]:
        raise RuntimeError("the limit does not fall between the jobs and their ends")
    resumed(scene)
    audit(scene.world, scene.world.home, dict.fromkeys(scene.files, Fate()), {})
