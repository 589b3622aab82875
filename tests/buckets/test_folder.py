"""A folder as a bucket: whole or not there, never outside, nothing replaced unasked."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from kraken_desktop.buckets import disk, folder
from kraken_desktop.buckets.bucket import Upload
from kraken_desktop.buckets.folder import PIECE, FolderBucket
from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.model.errors import (
    BucketError,
    FolderError,
    ObjectExistsError,
    OutsideFolderError,
    Scope,
    SourceChangedError,
    SourceMissingError,
    SourceUnreadableError,
)

posix = pytest.mark.skipif(os.name == "nt", reason="links and modes of POSIX")

CONTENT = b"content" * 100


@pytest.fixture
def bucket(tmp_path: Path) -> FolderBucket:
    return FolderBucket(tmp_path / "pictures" / "Kraken Desktop")


@pytest.fixture(autouse=True)
def parent(tmp_path: Path) -> Path:
    (tmp_path / "pictures").mkdir()
    return tmp_path / "pictures"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    return tmp_path / "outside"


def upload(tmp_path: Path, content: bytes = CONTENT, *, only_if_absent: bool = False) -> Upload:
    path = tmp_path / f"result-{hashlib.md5(content).hexdigest()}"
    path.write_bytes(content)
    return Upload(
        path=path,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content_type="image/png",
        only_if_absent=only_if_absent,
    )


def put(bucket: FolderBucket, key: str, what: Upload) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    bucket.put(key, what, CancelToken(), lambda sent, total: told.append((sent, total)))
    return told


def problem(action: Callable[[], object]) -> str:
    with pytest.raises(FolderError) as caught:
        action()
    return caught.value.problem


def files(bucket: FolderBucket) -> list[str]:
    found = (path for path in bucket.folder.rglob("*") if not path.is_dir() or path.is_symlink())
    return sorted(path.relative_to(bucket.folder).as_posix() for path in found)


# --- putting --------------------------------------------------------------------------------------


def test_what_was_put_is_there_whole(bucket: FolderBucket, tmp_path: Path) -> None:
    content = os.urandom(2 * PIECE + 5)
    told = put(bucket, "2026/03/a.png", upload(tmp_path, content))
    assert (bucket.folder / "2026" / "03" / "a.png").read_bytes() == content
    assert files(bucket) == ["2026/03/a.png"]
    assert told == [(sent, len(content)) for sent in (0, PIECE, 2 * PIECE, len(content))]


def test_an_empty_file_is_put_too(bucket: FolderBucket, tmp_path: Path) -> None:
    assert put(bucket, "a", upload(tmp_path, b"")) == [(0, 0)]
    assert bucket.path("a").read_bytes() == b""


@posix
def test_rights_are_as_the_umask_says(bucket: FolderBucket, tmp_path: Path) -> None:
    what = upload(tmp_path)
    what.path.chmod(0o600)
    before = os.umask(0o027)
    try:
        put(bucket, "x/a.png", what)
    finally:
        os.umask(before)
    assert stat.S_IMODE(bucket.path("x/a.png").stat().st_mode) == 0o640
    assert stat.S_IMODE(bucket.path("x").stat().st_mode) == 0o750


def test_replacing_is_for_those_who_ask(bucket: FolderBucket, tmp_path: Path) -> None:
    put(bucket, "a.png", upload(tmp_path, b"old", only_if_absent=True))
    with pytest.raises(ObjectExistsError) as caught:
        put(bucket, "a.png", upload(tmp_path, b"new", only_if_absent=True))
    assert (caught.value.bucket, caught.value.key) == (str(bucket.folder), "a.png")
    assert bucket.path("a.png").read_bytes() == b"old"
    put(bucket, "a.png", upload(tmp_path, b"new"))
    assert bucket.path("a.png").read_bytes() == b"new"
    assert files(bucket) == ["a.png"]


@pytest.fixture(params=["hard links", "no hard links"])
def links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    if request.param == "no hard links":
        monkeypatch.setattr(disk.os, "link", refuse)


@pytest.mark.usefixtures("links")
def test_of_many_at_once_exactly_one_gets_the_name(bucket: FolderBucket, tmp_path: Path) -> None:
    whats = [upload(tmp_path, bytes([number]) * 9000, only_if_absent=True) for number in range(8)]

    def attempt(what: Upload) -> bytes | None:
        try:
            put(bucket, "x/a.png", what)
        except ObjectExistsError:
            return None
        return what.path.read_bytes()

    with ThreadPoolExecutor(8) as pool:
        winners = [content for content in pool.map(attempt, whats) if content is not None]
    assert winners == [bucket.path("x/a.png").read_bytes()]
    assert files(bucket) == ["x/a.png"]


def test_a_name_is_given_back_when_the_move_fails(
    bucket: FolderBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "Not supported")

    monkeypatch.setattr(disk.os, "name", "posix")
    monkeypatch.setattr(disk.os, "link", refuse)
    monkeypatch.setattr(Path, "replace", refuse)
    assert problem(lambda: put(bucket, "a.png", upload(tmp_path, only_if_absent=True))) == "other"
    assert files(bucket) == []


def test_a_file_that_changed_is_not_stored(bucket: FolderBucket, tmp_path: Path) -> None:
    what = upload(tmp_path)
    for content in (CONTENT[:-1], CONTENT + b"x", b"x" * len(CONTENT)):
        what.path.write_bytes(content)
        with pytest.raises(SourceChangedError):
            put(bucket, "a.png", what)
    what.path.unlink()
    with pytest.raises(SourceMissingError):
        put(bucket, "a.png", what)
    what.path.mkdir()
    with pytest.raises((SourceUnreadableError, SourceMissingError)):
        put(bucket, "a.png", what)
    assert files(bucket) == []


@pytest.mark.parametrize("after", [0, PIECE, 3 * PIECE])
def test_cancelling_leaves_nothing_behind(bucket: FolderBucket, tmp_path: Path, after: int) -> None:
    cancel = CancelToken()
    what = upload(tmp_path, bytes(3 * PIECE))
    with pytest.raises(CancelledError):
        bucket.put("x/a.png", what, cancel, lambda sent, _: cancel.cancel() if sent >= after else None)
    assert files(bucket) == []
    with pytest.raises(CancelledError):
        bucket.put("x/a.png", what, cancel, lambda *_: None)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (errno.ENOSPC, "full"),
        (errno.EDQUOT, "full"),
        (errno.EIO, "other"),
        (errno.ENODEV, "missing"),
        (errno.EROFS, "denied"),
    ],
)
def test_a_disk_that_fails_says_how(
    bucket: FolderBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, told: str
) -> None:
    what = upload(tmp_path)

    def fail(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(disk.os, "write", fail)
    with pytest.raises(FolderError) as caught:
        bucket.put("x/a.png", what, CancelToken(), lambda *_: None)
    error = caught.value
    assert (error.problem, error.bucket, error.key) == (told, str(bucket.folder), "x/a.png")
    assert error.reason == os.strerror(code)
    assert files(bucket) == []


@pytest.mark.parametrize(("number", "told"), [(21, "missing"), (39, "full"), (5, "denied")])
def test_what_windows_says_is_understood(number: int, told: str) -> None:
    error = PermissionError(errno.EACCES, "Access is denied")
    error.winerror = number  # type: ignore[attr-defined, unused-ignore]
    assert disk.problem(error) == told


def test_a_system_that_forbids_writing(bucket: FolderBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def refuse(path: object, flags: int, *more: object) -> int:
        if flags & os.O_CREAT:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, flags, *more)  # type: ignore[arg-type]

    what = upload(tmp_path)
    monkeypatch.setattr(folder.os, "open", refuse)
    assert problem(lambda: put(bucket, "a.png", what)) == "denied"


def test_a_folder_that_vanishes_just_then_is_made_again(
    bucket: FolderBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = os.open, [1]

    def vanish(path: Path, flags: int, *more: int) -> int:
        if flags & os.O_CREAT and left:
            left.pop()
            path.parent.rmdir()
        return real(path, flags, *more)

    what = upload(tmp_path)
    monkeypatch.setattr(folder.os, "open", vanish)
    put(bucket, "x/a.png", what)
    assert files(bucket) == ["x/a.png"]


# --- the folder itself ----------------------------------------------------------------------------


def test_only_below_home_the_way_there_is_made(home: Path, tmp_path: Path, bucket: FolderBucket) -> None:
    deep = FolderBucket(home / "Bilder" / "Web" / "Kraken Desktop")
    put(deep, "a.png", upload(tmp_path))
    assert files(deep) == ["a.png"]
    unplugged = FolderBucket(tmp_path / "disk" / "pictures")
    for action in (
        lambda: put(unplugged, "a.png", upload(tmp_path)),
        lambda: unplugged.head("a.png"),
        lambda: unplugged.delete("a.png"),
    ):
        assert problem(action) == "missing"
    assert not (tmp_path / "disk").exists()
    assert bucket.head("a.png") is None
    bucket.delete("a.png")
    assert not bucket.folder.exists()


@posix
def test_a_link_to_a_disk_that_is_not_there_is_no_folder(home: Path, tmp_path: Path) -> None:
    (home / "Pictures").symlink_to(tmp_path / "disk")
    bucket = FolderBucket(home / "Pictures" / "Kraken Desktop")
    assert problem(lambda: put(bucket, "a.png", upload(tmp_path))) == "missing"
    (tmp_path / "disk").mkdir()
    put(bucket, "a.png", upload(tmp_path))
    assert (tmp_path / "disk" / "Kraken Desktop" / "a.png").read_bytes() == CONTENT


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert problem(lambda: put(FolderBucket(tmp_path / "file"), "a.png", upload(tmp_path))) == "missing"
    assert problem(lambda: put(FolderBucket(tmp_path / "file" / "x"), "a.png", upload(tmp_path))) == "missing"


# --- nothing outside ------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["../a.png", "x/../../a.png", "/etc/a.png", "//server/share/a.png", ".", "", "a//b"])
def test_a_key_that_names_no_place_inside_is_refused(bucket: FolderBucket, tmp_path: Path, key: str) -> None:
    for action in (
        lambda: put(bucket, key, upload(tmp_path)),
        lambda: bucket.head(key),
        lambda: bucket.delete(key),
        lambda: bucket.link(key),
    ):
        assert problem(action) == "unsafe"
    assert not bucket.folder.exists()


@posix
def test_links_inside_never_lead_out(bucket: FolderBucket, tmp_path: Path, outside: Path) -> None:
    (outside / "b").mkdir()
    (outside / "b" / "precious.png").write_bytes(b"precious")
    bucket.folder.mkdir()
    (bucket.folder / "out").symlink_to(outside)
    (bucket.folder / "nowhere").symlink_to(outside / "new")
    for key in ("out/b/precious.png", "out/b/new.png", "out/c/new.png", "nowhere/a.png"):
        for action in (
            lambda key=key: put(bucket, key, upload(tmp_path)),  # type: ignore[misc]
            lambda key=key: bucket.head(key),  # type: ignore[misc]
            lambda key=key: bucket.delete(key),  # type: ignore[misc]
        ):
            assert problem(action) == "unsafe"
    assert sorted(path.name for path in outside.rglob("*")) == ["b", "precious.png"]
    assert (outside / "b" / "precious.png").read_bytes() == b"precious"
    with pytest.raises(OutsideFolderError) as caught:
        bucket.head("out/a.png")
    # Beside the link there is room for others.
    assert caught.value.scope is Scope.JOB


@posix
def test_a_link_in_the_place_of_a_file_is_replaced_itself(bucket: FolderBucket, tmp_path: Path, outside: Path) -> None:
    precious = outside / "precious.png"
    precious.write_bytes(b"precious")
    bucket.folder.mkdir()
    bucket.path("a.png").symlink_to(precious)
    assert bucket.head("a.png") is not None
    with pytest.raises(ObjectExistsError):
        put(bucket, "a.png", upload(tmp_path, only_if_absent=True))
    put(bucket, "a.png", upload(tmp_path))
    assert not bucket.path("a.png").is_symlink()
    bucket.path("b.png").symlink_to(precious)
    bucket.delete("b.png")
    assert files(bucket) == ["a.png"]
    assert precious.read_bytes() == b"precious"


@posix
def test_links_inside_that_stay_inside_are_followed(bucket: FolderBucket, tmp_path: Path) -> None:
    (bucket.folder / "2026").mkdir(parents=True)
    (bucket.folder / "now").symlink_to(bucket.folder / "2026")
    put(bucket, "now/a.png", upload(tmp_path))
    assert bucket.head("2026/a.png") is not None


# --- names ----------------------------------------------------------------------------------------


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes ``A`` and ``a`` for the same, as those of Windows and macOS."""

    real_scandir = os.scandir

    def spelled(path: str) -> str:
        here = Path(path).anchor
        for part in Path(path).parts[1:]:
            try:
                with real_scandir(here) as entries:
                    same = [entry.name for entry in entries if entry.name.lower() == part.lower()]
            except OSError:
                same = []
            here = f"{here}/{same[0] if same else part}"
        return here

    def wrapped(name: str) -> Callable[..., object]:
        real = getattr(os, name)
        return lambda path, *more, **named: real(spelled(os.fspath(path)), *more, **named)

    for name in ("stat", "lstat", "unlink", "mkdir", "rmdir", "open", "scandir"):
        monkeypatch.setattr(os, name, wrapped(name))
    for name in ("replace", "link"):
        move = getattr(os, name)
        monkeypatch.setattr(os, name, lambda one, other, move=move: move(spelled(str(one)), spelled(str(other))))


@pytest.mark.usefixtures("blind")
def test_keys_that_differ_in_case_never_replace_each_other(bucket: FolderBucket, tmp_path: Path) -> None:
    put(bucket, "x/Logo.png", upload(tmp_path, b"first"))
    for key in ("x/logo.png", "X/Logo.png"):
        assert bucket.head(key) is not None
        for only_if_absent in (False, True):
            with pytest.raises(ObjectExistsError):
                put(bucket, key, upload(tmp_path, b"second", only_if_absent=only_if_absent))
        bucket.delete(key)
    assert bucket.path("x/Logo.png").read_bytes() == b"first"
    put(bucket, "x/Logo.png", upload(tmp_path, b"third"))
    assert bucket.path("x/Logo.png").read_bytes() == b"third"
    bucket.delete("x/Logo.png")
    assert files(bucket) == []


@pytest.mark.parametrize(
    "key",
    ["a b.png", "a+b.png", "100%25.png", "c#1.png", "why?.png", "日本/😀 é.png", "con.png", "a:b*.png", "~a'(1)!.png",
     "x" * 300 + ".png"],
)  # fmt: skip
def test_the_link_opens_what_was_put(bucket: FolderBucket, tmp_path: Path, key: str) -> None:
    put(bucket, key, upload(tmp_path))
    found = bucket.head(key)
    assert found is not None
    assert found.size == len(CONTENT)
    link = bucket.link(key)
    assert link.expires_at is None
    parts = urlsplit(link.url)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("file", "", "", "")
    assert link.url.isascii()
    assert link.url == bucket.path(key).as_uri()
    if os.name == "posix":
        assert Path(unquote(parts.path)) == bucket.path(key)
    # A web server that shows the folder takes the same way from address to file.
    public = FolderBucket(bucket.folder, public_url="https://img.example/x/").link(key).url
    assert public.startswith("https://img.example/x/")
    assert bucket.folder / unquote(public.removeprefix("https://img.example/x/")) == bucket.path(key)


# --- looking and removing -------------------------------------------------------------------------


def test_a_look_tells_size_and_time(bucket: FolderBucket, tmp_path: Path) -> None:
    assert bucket.head("x/a.png") is None
    put(bucket, "x/a.png", upload(tmp_path))
    found = bucket.head("x/a.png", CancelToken(), anonymous=True)
    assert found is not None
    assert found.size == len(CONTENT)
    assert abs(found.asked - datetime.now(UTC)) < timedelta(seconds=60)
    assert abs(found.modified - found.asked) < timedelta(seconds=60)
    assert bucket.head("x/a.png/b.png") is None
    folder_there = bucket.head("x")
    assert folder_there is not None
    assert folder_there.size == 0


def test_a_file_and_a_folder_cannot_share_a_name(bucket: FolderBucket, tmp_path: Path) -> None:
    put(bucket, "x/a.png", upload(tmp_path))
    with pytest.raises(ObjectExistsError):
        put(bucket, "x", upload(tmp_path, only_if_absent=True))
    for key in ("x", "x/a.png/b.png"):
        with pytest.raises(BucketError):
            put(bucket, key, upload(tmp_path))
    bucket.delete("x")
    assert files(bucket) == ["x/a.png"]


def test_removing_takes_the_empty_folders_along_and_nothing_else(bucket: FolderBucket, tmp_path: Path) -> None:
    for key in ("2026/03/a.png", "2026/b.png"):
        put(bucket, key, upload(tmp_path))
    bucket.delete("2026/03/a.png", CancelToken())
    bucket.delete("2026/03/a.png")
    assert files(bucket) == ["2026/b.png"]
    assert not (bucket.folder / "2026" / "03").exists()
    bucket.delete("2026/b.png")
    assert list(bucket.folder.iterdir()) == []


def test_looking_and_removing_can_be_stopped(bucket: FolderBucket) -> None:
    cancel = CancelToken()
    cancel.cancel()
    for action in (lambda: bucket.head("a.png", cancel), lambda: bucket.delete("a.png", cancel)):
        with pytest.raises(CancelledError):
            action()


# --- leftovers ------------------------------------------------------------------------------------


def test_what_a_killed_process_left_is_swept_and_nothing_else(
    bucket: FolderBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bucket, "x/a.png", upload(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda self, **_: None)
        what = upload(tmp_path, b"half")
        patch.setattr(disk.os, "write", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            put(bucket, "x/b.png", what)
    assert len(files(bucket)) == 2
    (bucket.folder / "x" / ".kraken-desktop.tmp").write_bytes(b"not ours")
    assert bucket.sweep() == 0
    assert bucket.sweep(min_age=-5) == 1
    assert files(bucket) == ["x/.kraken-desktop.tmp", "x/a.png"]
    assert FolderBucket(tmp_path / "no" / "such").sweep() == 0


@pytest.mark.expect_log("cannot be removed")
def test_a_leftover_that_cannot_be_removed_waits_for_the_next_time(
    bucket: FolderBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.folder.mkdir()
    (bucket.folder / f".kraken-desktop-{'0' * 16}.tmp").write_bytes(b"")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    assert bucket.sweep(min_age=-5) == 0
