from __future__ import annotations

import errno
import os
import stat
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from kraken_desktop.model.errors import SpoolError
from kraken_desktop.stores.spool import Spool

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX modes or links")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "spool"


@pytest.fixture
def spool(folder: Path) -> Spool:
    return Spool(folder)


def age(path: Path, seconds: float) -> None:
    now = path.lstat().st_mtime
    os.utime(path, (now - seconds, now - seconds), follow_symlinks=os.utime not in os.supports_follow_symlinks)


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("photo.jpg", ".jpg"),
        ("PHOTO.JPEG", ".jpeg"),
        ("archive.tar.gz", ".gz"),
        ("no extension", ""),
        (".hidden", ""),
        ("", ""),
        ("../../etc/passwd.png", ".png"),
        ("..\\..\\evil.exe .", ""),
        ("a.j/pg", ""),
        ("a.pn\x00g", ""),
        ("a.CON:stream", ""),
        ("a.muchtoolongextension", ""),
        ("a.é", ""),
        ("\udcff.png", ".png"),
        ("x" * 5000 + ".webp", ".webp"),
    ],
)
def test_bytes_are_kept_under_a_safe_name(name: str, extension: str, spool: Spool, folder: Path) -> None:
    path = spool.keep(b"\x89PNG\r\n\x1a\n", name)
    assert path.is_absolute()
    assert path.parent == folder
    assert path.suffix == extension
    uuid.UUID(path.stem)
    assert path.read_bytes() == b"\x89PNG\r\n\x1a\n"
    assert list(folder.iterdir()) == [path]


def test_the_same_name_twice_is_two_files(spool: Spool) -> None:
    first, second = spool.keep(b"1", "image.png"), spool.keep(b"2", "image.png")
    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")


@posix
def test_nobody_else_may_read_it(spool: Spool, folder: Path) -> None:
    path = spool.keep(b"private", "a.png")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_releasing_twice_is_once(spool: Spool) -> None:
    path = spool.keep(b"x", "a.png")
    spool.release(path)
    assert not path.exists()
    spool.release(path)


@pytest.mark.parametrize(
    "stray",
    [
        lambda spool, tmp_path: tmp_path / "mine.png",
        lambda spool, tmp_path: tmp_path / f"{uuid.uuid4()}.png",
        lambda spool, tmp_path: spool / "mine.png",
        lambda spool, tmp_path: spool / ".." / f"{uuid.uuid4()}.png",
        lambda spool, tmp_path: spool / "below" / f"{uuid.uuid4()}.png",
    ],
)
def test_a_file_that_is_not_ours_is_never_released(
    stray: Callable[[Path, Path], Path], spool: Spool, folder: Path, tmp_path: Path
) -> None:
    path = stray(folder, tmp_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"the person's own")
    with pytest.raises(SpoolError) as refused:
        spool.release(path)
    assert refused.value.path == str(path)
    assert path.read_bytes() == b"the person's own"


@posix
def test_the_way_to_the_folder_may_be_spelled_otherwise(spool: Spool, folder: Path, tmp_path: Path) -> None:
    kept, released = spool.keep(b"1", "a.png"), spool.keep(b"2", "a.png")
    (tmp_path / "link").symlink_to(folder)
    spool.release(tmp_path / "link" / released.name)
    spool.sweep([tmp_path / "link" / kept.name], min_age=-60)
    assert list(folder.iterdir()) == [kept]


@posix
def test_a_link_is_removed_and_never_followed(spool: Spool, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious.png"
    target.write_bytes(b"precious")
    folder.mkdir(parents=True)
    links = [folder / f"{uuid.uuid4()}.png" for _ in range(2)]
    for link in links:
        link.symlink_to(target)
    spool.release(links[0])
    assert spool.sweep([], min_age=-60) == (links[1],)
    assert list(folder.iterdir()) == []
    assert target.read_bytes() == b"precious"


def test_sweep_removes_what_nobody_needs(spool: Spool, folder: Path) -> None:
    needed, orphan, young = (spool.keep(b"x", "a.png") for _ in range(3))
    stale = folder / f"{uuid.uuid4()}.png.0123456789ab.tmp"
    strange, below = folder / "notes.txt", folder / str(uuid.uuid4())
    stale.write_bytes(b"half")
    strange.write_bytes(b"not ours")
    below.mkdir()
    for path in (needed, orphan, stale, strange):
        age(path, 7200)
    assert set(spool.sweep({needed})) == {orphan, stale}
    assert set(folder.iterdir()) == {needed, young, strange, below}
    assert spool.sweep({needed}, min_age=-60) == (young,)


def test_sweeping_a_folder_that_is_not_there_is_nothing(spool: Spool, folder: Path) -> None:
    assert spool.sweep([]) == ()
    assert not folder.exists()


def test_disk_trouble_names_path_and_reason(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("in the way")
    spool = Spool(folder)
    with pytest.raises(SpoolError) as kept:
        spool.keep(b"x", "a.png")
    assert Path(kept.value.path).parent == folder
    assert kept.value.reason == os.strerror(errno.EEXIST)
    with pytest.raises(SpoolError) as swept:
        spool.sweep([])
    assert swept.value.facts == {"path": str(folder), "reason": os.strerror(errno.ENOTDIR)}


@posix
def test_a_full_disk_leaves_nothing_behind(spool: Spool, folder: Path) -> None:
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(SpoolError) as full:
            spool.keep(bytes(100_000), "a.png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert full.value.reason == os.strerror(errno.EFBIG)
    assert list(folder.iterdir()) == []
