"""The scratch folder: private, gone after use, and swept only of what belongs to the dead."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from kraken_desktop.model.errors import StoreError
from kraken_desktop.stores import scratch as scratch_module
from kraken_desktop.stores.scratch import Scratch

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX modes or links")

CHILD = """
import sys
from pathlib import Path
from kraken_desktop.stores.scratch import Scratch
scratch = Scratch(Path(sys.argv[1]))
with scratch.job() as folder:
    (folder / "half.png").write_bytes(b"x")
    print(folder, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "scratch"


@pytest.fixture
def scratch(folder: Path) -> Iterator[Scratch]:
    scratch = Scratch(folder)
    yield scratch
    scratch.close()


@pytest.fixture
def child(folder: Path) -> Iterator[tuple[Callable[[], None], Path]]:
    """Another process in the middle of a job: what kills it, and its job's folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def kill() -> None:
        process.kill()
        process.communicate(timeout=30)

    assert process.stdout is not None
    yield kill, Path(process.stdout.readline().rstrip("\n"))
    kill()


def inside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "entrance.lock")


def test_nothing_is_made_before_it_is_needed(scratch: Scratch, folder: Path) -> None:
    assert scratch.sweep() == 0
    scratch.close()
    assert not folder.parent.exists()


def test_a_jobs_folder_is_empty_private_and_gone_afterwards(scratch: Scratch, folder: Path) -> None:
    with scratch.job() as one, scratch.job() as other:
        assert one != other
        assert folder in one.parents
        assert list(one.iterdir()) == []
        if os.name != "nt":
            assert [stat.S_IMODE(path.stat().st_mode) for path in (one, one.parent, folder)] == [0o700] * 3
        (one / "deep" / "er").mkdir(parents=True)
        (one / "deep" / "er" / "a.png").write_bytes(b"x")
    assert not one.exists()
    assert not other.exists()


def test_it_is_gone_after_an_error_too(scratch: Scratch) -> None:
    def fail() -> None:
        with scratch.job() as folder:
            made.append(folder)
            (folder / "a.png").write_bytes(b"x")
            raise KeyError("a")

    made: list[Path] = []
    with pytest.raises(KeyError):
        fail()
    assert not made[0].exists()


def test_a_job_may_remove_its_folder_itself(scratch: Scratch) -> None:
    with scratch.job() as folder:
        folder.rmdir()


def test_threads_share_one_process_folder(scratch: Scratch, folder: Path) -> None:
    def work(_: int) -> Path:
        with scratch.job() as mine:
            return mine

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(work, range(32)))
    assert len(set(made)) == 32
    assert len({path.parent for path in made}) == 1


def test_closing_takes_all_along_and_a_later_job_begins_anew(scratch: Scratch, folder: Path) -> None:
    with scratch.job() as one:
        (one.parent / "stray").write_bytes(b"")
    scratch.close()
    scratch.close()
    assert inside(folder) == []
    with scratch.job() as other:
        assert other.is_dir()
        assert other.parent != one.parent


@posix
def test_links_are_removed_and_never_followed(scratch: Scratch, folder: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "a.png").write_bytes(b"x")
    with scratch.job() as mine:
        (mine / "link").symlink_to(precious)
    (folder / ("0" * 32)).symlink_to(precious)
    assert scratch.sweep() == 1
    assert (precious / "a.png").exists()
    assert "0" * 32 not in inside(folder)


def test_only_what_the_dead_left_is_swept(
    scratch: Scratch, folder: Path, child: tuple[Callable[[], None], Path]
) -> None:
    kill, theirs = child
    (folder / "notes.txt").write_bytes(b"not ours")
    with scratch.job() as mine:
        assert scratch.sweep() == 0
        assert (theirs / "half.png").exists()
        kill()
        assert scratch.sweep() == 1
        assert mine.is_dir()
        assert inside(folder) == sorted([mine.parent.name, f"{mine.parent.name}.lock", "notes.txt"])
    assert not theirs.parent.exists()


def test_a_lock_without_its_folder_is_swept_too(scratch: Scratch, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / f"{'0' * 32}.lock").write_bytes(b"")
    assert scratch.sweep() == 0
    assert inside(folder) == []


def test_a_folder_that_cannot_be_made_is_told(folder: Path, tmp_path: Path) -> None:
    folder.parent.write_bytes(b"a file")
    with pytest.raises(StoreError) as caught, Scratch(folder).job():
        pytest.fail("no folder")
    assert caught.value.path == str(folder)
    assert caught.value.reason


def test_an_entrance_that_somebody_holds_for_ever(
    scratch: Scratch, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch_module, "_ENTRANCE_SECONDS", 0.05)
    folder.mkdir(parents=True)
    with FileLock(folder / "entrance.lock"), pytest.raises(StoreError), scratch.job():
        pytest.fail("no folder")


@pytest.mark.expect_log("cannot be swept")
def test_a_folder_that_cannot_be_read_is_left(scratch: Scratch, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    folder.mkdir(parents=True)
    monkeypatch.setattr(scratch_module.os, "scandir", refuse)
    assert scratch.sweep() == 0


def failing(times: int) -> tuple[Callable[..., None], list[int]]:
    """A ``shutil.rmtree`` that the system refuses so many times."""
    real, left = scratch_module.shutil.rmtree, [times]

    def rmtree(path: Any) -> None:
        if left[0]:
            left[0] -= 1
            raise PermissionError(errno.EACCES, "The file is in use")
        real(path)

    return rmtree, left


def test_a_file_that_is_still_open_is_waited_for(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    rmtree, left = failing(2)
    with scratch.job() as folder:
        monkeypatch.setattr(scratch_module.shutil, "rmtree", rmtree)
    assert left == [0]
    assert not folder.exists()


@pytest.mark.expect_log("cannot be removed")
def test_what_stays_open_is_left_for_the_next_start(
    folder: Path, scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch_module, "_PATIENCE_SECONDS", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(scratch_module.shutil, "rmtree", failing(99)[0])
        with scratch.job() as mine:
            assert mine.is_dir()
    assert mine.exists()
    scratch.close()
    assert inside(folder) == []


@posix
def test_a_cleaner_that_empties_the_caches_costs_nothing_later(folder: Path) -> None:
    scratch = Scratch(folder)
    with scratch.job() as path:
        shutil.rmtree(folder)
    with scratch.job() as again:
        assert again.is_dir()
        assert again.parent != path.parent
    scratch.close()
    assert not any(each.is_dir() for each in folder.iterdir())
