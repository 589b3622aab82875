from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kraken_desktop.file_stamp import FileStamp
from kraken_desktop.model.errors import SourceChangedError
from kraken_desktop.transport import PIECE, FileBody

WRONG = "0" * 64
"""The hash of no file here: whoever looks at it refuses."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there a file is always hashed again")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "image.jpg"
    made.write_bytes(os.urandom(3 * PIECE))
    # What happens within one tick of the kernel's clock has one time.
    other = tmp_path / "other.jpg"
    other.touch()
    while other.stat().st_ctime_ns <= made.stat().st_ctime_ns:
        other.touch()
    return made


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """What was written so far is so old."""

    now = time.time_ns()

    def pass_by(seconds: float) -> None:
        monkeypatch.setattr(time, "time_ns", lambda: now + int(seconds * 1e9))

    return pass_by


def settled(path: Path) -> FileStamp | None:
    with path.open("rb") as file:
        return FileStamp.settled(file.fileno())


def sent(body: FileBody) -> bytes:
    return b"".join(bytes(piece) for piece in body)


def test_what_was_written_just_now_could_be_written_again_unseen(path: Path, later: Callable[[float], None]) -> None:
    assert settled(path) is None
    later(59)
    assert settled(path) is None
    later(61)
    assert settled(path) is not None
    later(-3600)
    assert settled(path) is None, "the clock of this computer is behind that of the disk"


@pytest.mark.parametrize("change", ["write", "append", "replace", "hide"])
def test_every_change_shows(path: Path, later: Callable[[float], None], change: str) -> None:
    later(61)
    stamp, before = settled(path), path.stat()
    assert stamp is not None
    match change:
        case "write":
            path.write_bytes(os.urandom(3 * PIECE))
        case "append":
            path.write_bytes(path.read_bytes() + b"x")
        case "replace":
            other = path.with_name("other.jpg")
            other.write_bytes(path.read_bytes())
            other.replace(path)
        case _:
            path.write_bytes(os.urandom(3 * PIECE))
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            assert path.stat().st_mtime_ns == before.st_mtime_ns
    with path.open("rb") as file:
        assert not stamp.holds(file.fileno())


def test_a_file_whose_stamp_holds_is_not_hashed_again(path: Path, later: Callable[[float], None]) -> None:
    later(61)
    body = FileBody(path, size=3 * PIECE, sha256=WRONG, stamp=settled(path))
    assert sent(body) == path.read_bytes()
    assert body.sent_all


def test_a_file_of_our_own_is_not_hashed_again(path: Path) -> None:
    assert sent(FileBody(path, size=3 * PIECE, sha256=WRONG, own=True)) == path.read_bytes()


def test_a_file_that_changes_on_the_way_never_leaves_whole(path: Path, later: Callable[[float], None]) -> None:
    later(61)
    body = FileBody(path, size=3 * PIECE, sha256=WRONG, stamp=settled(path))
    pieces = iter(body)
    first = bytes(next(pieces))
    with path.open("r+b") as file:
        file.seek(2 * PIECE)
        file.write(b"changed")
    left: list[int] = []
    with pytest.raises(SourceChangedError):
        left.extend(len(piece) for piece in pieces)
    assert len(first) + sum(left) < 3 * PIECE
    assert not body.sent_all


@pytest.mark.parametrize("same", [True, False])
def test_a_file_that_was_touched_before_is_told_by_its_hash(
    path: Path, later: Callable[[float], None], same: bool
) -> None:
    later(61)
    sha256, stamp = hashlib.sha256(path.read_bytes()).hexdigest(), settled(path)
    path.write_bytes(path.read_bytes() if same else os.urandom(3 * PIECE))
    body = FileBody(path, size=3 * PIECE, sha256=sha256, stamp=stamp)
    if same:
        assert sent(body) == path.read_bytes()
    else:
        with pytest.raises(SourceChangedError):
            sent(body)
