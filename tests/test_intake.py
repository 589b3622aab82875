"""From dropped things to sources."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from PIL import Image

from kraken_desktop.buckets.places import Places
from kraken_desktop.intake import LeftOut, LeftOutReason, Refused, Repeated, expand, natural_key
from kraken_desktop.model.errors import (
    SourceEmptyError,
    SourceError,
    SourceMissingError,
    SourceTooLargeError,
    SourceUnreadableError,
    UnsupportedTypeError,
)
from kraken_desktop.model.job import LARGEST_SOURCE, Source, SourceKind
from kraken_desktop.source_files import examine

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX file systems")
linux = pytest.mark.skipif(sys.platform != "linux", reason="file names that are no Unicode")

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def make(path: Path, content: bytes = PNG) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def sources(*dropped: str | Path) -> list[Source]:
    return [found for found in expand(dropped) if isinstance(found, Source)]


def only(*dropped: str | Path) -> Source | Refused | LeftOut:
    found = list(expand(dropped))
    assert len(found) == 1
    return found[0]


def refusal(dropped: str | Path) -> SourceError:
    found = only(dropped)
    assert isinstance(found, Refused)
    return found.error


# --- single files ---


def test_a_file_is_described_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpeg"
    Image.new("RGB", (4, 4)).save(path)
    about = path.stat()
    assert only(str(path)) == Source(
        kind=SourceKind.FILE,
        location=str(path),
        name="photo.jpeg",
        size=about.st_size,
        mtime_ns=about.st_mtime_ns,
        extension=".jpg",
    )


def test_a_wrong_extension_does_not_matter(tmp_path: Path) -> None:
    found = only(make(tmp_path / "picture.JPG"))
    assert isinstance(found, Source)
    assert (found.name, found.extension) == ("picture.JPG", ".png")


def test_an_svg_after_a_long_comment_is_found(tmp_path: Path) -> None:
    found = only(make(tmp_path / "a.svg", b"<!--" + b"licence " * 4000 + b"--><svg/>"))
    assert isinstance(found, Source)
    assert found.extension == ".svg"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param('it\'s "quoted" `too`; $(rm -rf ~) & |.png', marks=posix),
        "-rf.png",
        "{uuid}.png",
        pytest.param("100%25 #1?.png", marks=posix),
        "日本 😀 é.png",
        pytest.param("two\nlines\t.png", marks=posix),
        pytest.param("back\\slash.png", marks=posix),
    ],
)
def test_strange_names_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path = make(tmp_path / name)
    assert [source.name for source in sources(str(path))] == [name]
    assert [source.name for source in sources(path.as_uri())] == [name]
    monkeypatch.chdir(tmp_path)
    assert [source.location for source in sources(name)] == [str(path)]
    assert [source.name for source in sources(tmp_path)] == [name]


@linux
def test_names_that_are_no_text_are_shown_but_not_changed(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/b\xe9b\xe9"
    make(Path(os.fsdecode(raw + b"/caf\xe9.png")))
    by_name, by_folder, by_url = (
        sources(dropped)[0]
        for dropped in (
            os.fsdecode(raw + b"/caf\xe9.png"),
            os.fsdecode(raw),
            f"file://{tmp_path}/b%E9b%E9/caf%E9.png",
        )
    )
    for found in (by_name, by_folder, by_url):
        assert found.name == "caf_.png"
        assert os.fsencode(found.location) == raw + b"/caf\xe9.png"
    assert by_folder.folder == "b_b_"
    missing = only(os.fsdecode(raw + b"/\xff.png"))
    assert isinstance(missing, Refused)
    assert missing.name == "_.png"


def test_relative_and_dotted_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "a" / "x.png")
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path / "b")
    assert [source.folder for source in sources("../a")] == ["a"]
    assert [source.folder for source in sources("..")] == [f"{tmp_path.name}/a"]
    monkeypatch.chdir(tmp_path / "a")
    assert [source.folder for source in sources(".")] == ["a"]


# --- refusals ---


@pytest.mark.parametrize(
    ("name", "content", "detected"),
    [
        ("a.pdf", b"%PDF-1.4", "pdf"),
        ("a.jpg", b"<!doctype html><title>Not found</title>", "html"),
        ("a.tif", b"II*\0\x08\0\0\0", "tiff"),
        ("a.png", b"hello", "text"),
        ("a.png", b"\0\x01\x02\x03", ""),
    ],
)
def test_other_files_are_refused_by_name(tmp_path: Path, name: str, content: bytes, detected: str) -> None:
    error = refusal(make(tmp_path / name, content))
    assert isinstance(error, UnsupportedTypeError)
    assert error.detected == detected
    assert error.path == str(tmp_path / name)


def test_missing_and_empty(tmp_path: Path) -> None:
    assert isinstance(refusal(tmp_path / "no.png"), SourceMissingError)
    assert isinstance(refusal(make(tmp_path / "a.png", b"")), SourceEmptyError)
    assert isinstance(refusal(tmp_path / "a.png" / "b.png"), SourceMissingError)
    assert isinstance(refusal("nul\0.png"), SourceMissingError)
    assert isinstance(refusal(""), SourceMissingError)


@posix
def test_links_that_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "broken.png").symlink_to(tmp_path / "gone.png")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    assert isinstance(refusal(tmp_path / "broken.png"), SourceMissingError)
    assert isinstance(refusal(tmp_path / "loop.png"), SourceUnreadableError)
    inside = {found.name: type(found.error) for found in expand([tmp_path]) if isinstance(found, Refused)}
    assert inside == {"broken.png": SourceMissingError, "loop.png": SourceUnreadableError}


@posix
@pytest.mark.parametrize("kind", ["fifo", "socket", "device"])
def test_special_files_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    path = tmp_path / "a.png"
    server = socket.socket(socket.AF_UNIX)
    with server:
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "socket":
            monkeypatch.chdir(tmp_path)  # a socket's path must be short
            server.bind("a.png")
        else:
            path = Path(os.devnull)
        error = refusal(path)
    assert isinstance(error, UnsupportedTypeError)
    assert error.detected == "special"


@posix
def test_a_pipe_that_takes_the_place_of_a_file_does_not_block(tmp_path: Path) -> None:
    about = make(tmp_path / "a.png").stat()
    (tmp_path / "a.png").unlink()
    os.mkfifo(tmp_path / "a.png")
    found = examine(str(tmp_path / "a.png"), about, folder="")
    assert isinstance(found, SourceError)


@pytest.fixture
def sees_rights() -> None:
    if os.name == "nt" or os.geteuid() == 0:
        pytest.skip("root may read everything")


def forbid(monkeypatch: pytest.MonkeyPatch, what: str, path: Path) -> None:
    """Root may read everything, so the system's refusal comes from here."""
    real: Callable[..., object] = getattr(os, what)

    def refuse(asked: object, *args: object, **options: object) -> object:
        if str(asked) == str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return real(asked, *args, **options)

    monkeypatch.setattr(os, what, refuse)


def test_unreadable_files_and_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, closed = make(tmp_path / "a" / "secret.png"), tmp_path / "a" / "closed"
    make(closed / "x.png")
    make(tmp_path / "a" / "z" / "fine.png")
    forbid(monkeypatch, "open", secret)
    forbid(monkeypatch, "scandir", closed)
    error = refusal(secret)
    assert isinstance(error, SourceUnreadableError)
    assert error.reason == "Permission denied"
    found = list(expand([tmp_path / "a"]))
    assert [(type(each), getattr(each, "name", "")) for each in found] == [
        (Refused, "secret.png"),
        (Refused, "closed"),
        (Source, "fine.png"),
    ]
    assert isinstance(refusal(closed), SourceUnreadableError)


@pytest.mark.usefixtures("sees_rights")
def test_rights_of_the_real_file_system(tmp_path: Path) -> None:
    make(tmp_path / "a.png").chmod(0)
    folder = make(tmp_path / "b" / "x.png").parent
    folder.chmod(0)
    try:
        assert isinstance(refusal(tmp_path / "a.png"), SourceUnreadableError)
        assert isinstance(refusal(folder), SourceUnreadableError)
    finally:
        folder.chmod(0o700)


def test_the_largest_file(tmp_path: Path) -> None:
    path = make(tmp_path / "a.png")
    os.truncate(path, LARGEST_SOURCE)
    assert isinstance(only(path), Source)
    os.truncate(path, LARGEST_SOURCE + 1)
    error = refusal(path)
    assert isinstance(error, SourceTooLargeError)
    assert (error.size, error.limit) == (LARGEST_SOURCE + 1, LARGEST_SOURCE)


def test_a_large_video_is_called_a_video(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", b"\0\0\0\x14ftypisom\0\0\0\0mp41")
    os.truncate(path, LARGEST_SOURCE * 10)
    error = refusal(path)
    assert isinstance(error, UnsupportedTypeError)
    assert error.detected == "video"


# --- addresses ---


@pytest.mark.parametrize(
    ("url", "name", "extension"),
    [
        ("https://example.com/a/b%20c.png?w=1#x", "b c.png", ".png"),
        ("HTTP://example.com/%E2%82%AC.JPEG", "€.JPEG", ".jpg"),
        ("https://example.com/photos/", "photos", ""),
        ("https://example.com", "example.com", ""),
        ("http://[::1]:8080/", "::1", ""),
        ("https://example.com/image.php", "image.php", ""),
        ("https://example.com/caf%E9.png", "caf_.png", ".png"),
        ("https://example.com/@user/a.png", "a.png", ".png"),
        ("  https://example.com/a.heif\n", "a.heif", ".heic"),
    ],
)
def test_addresses(url: str, name: str, extension: str) -> None:
    assert only(url) == Source(kind=SourceKind.URL, location=url.strip(), name=name, extension=extension)


@pytest.mark.parametrize(
    "url", ["https://", "https:///a.png", "http://[bad/a.png", "https://example.com:99999/", "ftp://example.com/a.png",
            "smb://server/share/a.png", "file://server/share/a.png", "https://example.com/a b.png", "http:/a.png"]
)  # fmt: skip
def test_addresses_that_nobody_can_fetch(url: str) -> None:
    if url.startswith("file:") and os.name == "nt":
        pytest.skip("a share of the network on Windows")
    error = refusal(url)
    assert isinstance(error, UnsupportedTypeError)
    assert error.detected == "address"


@pytest.mark.parametrize("url", ["https://me:hunter2@example.com/a.png", "https://me:hunter2@[bad/a.png"])
def test_a_password_in_an_address_goes_no_further(url: str) -> None:
    found = only(url)
    assert isinstance(found, Refused)
    assert isinstance(found.error, UnsupportedTypeError)
    assert found.error.detected == "address_with_password"
    assert "hunter2" not in repr(found) + str(found.error.facts)


@pytest.mark.parametrize("form", ["file://{}", "file://localhost{}", "FILE://LOCALHOST{}", "file:{}"])
@posix
def test_file_addresses(tmp_path: Path, form: str) -> None:
    path = make(tmp_path / "a b.png")
    assert [source.location for source in sources(form.format(path.as_uri().removeprefix("file://")))] == [str(path)]


def test_a_name_that_looks_like_an_address_is_a_file_if_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.name == "nt":
        pytest.skip("no colons in names")
    make(tmp_path / "https:" / "example.com" / "a.png")
    monkeypatch.chdir(tmp_path)
    assert [source.kind for source in sources("https://example.com/a.png")] == [SourceKind.FILE]


# --- folders ---


def test_folders_are_walked_in_natural_order(tmp_path: Path) -> None:
    top = tmp_path / "Holiday"
    for name in ("img10.png", "img2.png", "IMG1.png", "img.png", "b/10/x.png", "b/9/y.png", "A/z.png"):
        make(top / name)
    found = sources(f"{top}/")
    assert [(source.folder, source.name) for source in found] == [
        ("Holiday", "img.png"),
        ("Holiday", "IMG1.png"),
        ("Holiday", "img2.png"),
        ("Holiday", "img10.png"),
        ("Holiday/A", "z.png"),
        ("Holiday/b/9", "y.png"),
        ("Holiday/b/10", "x.png"),
    ]


def test_natural_order() -> None:
    names = ["img10", "img2", "img", "Img2b", "2", "10", "img02", "", "²"]
    assert sorted(names, key=natural_key) == ["", "2", "10", "img", "img02", "img2", "Img2b", "img10", "²"]


def test_what_is_no_image_is_counted_and_what_claims_to_be_one_is_refused(tmp_path: Path) -> None:
    top = tmp_path / "mixed"
    make(top / "ok.png")
    make(top / ".DS_Store")
    make(top / ".git" / "x.png")
    make(top / "sub" / ".hidden.png")
    make(top / "doc.pdf", b"%PDF-1.4")
    make(top / "scan.tif", b"II*\0\x08\0\0\0")
    make(top / "Thumbs.db", b"\xd0\xcf\x11\xe0")
    make(top / "empty.txt", b"")
    make(top / "sub" / "notes.txt", b"hello")
    make(top / "error.jpg", b"<html>")
    make(top / "nothing.png", b"")
    found = list(expand([top, make(tmp_path / "after.png")]))
    assert [(type(each).__name__, getattr(each, "name", "")) for each in found] == [
        ("Refused", "error.jpg"),
        ("Refused", "nothing.png"),
        ("Source", "ok.png"),
        ("LeftOut", ""),
        ("Source", "after.png"),
    ]
    left_out = found[3]
    assert isinstance(left_out, LeftOut)
    assert left_out.folder == "mixed"
    assert dict(left_out.counts) == {
        LeftOutReason.HIDDEN: 3,
        LeftOutReason.PDF: 1,
        LeftOutReason.OTHER_IMAGE: 1,
        LeftOutReason.NOT_AN_IMAGE: 3,
    }
    assert left_out.total == 8


# --- what is left out, whatever it holds ---


def left_out(found: Iterable[Source | Refused | LeftOut]) -> list[tuple[str, dict[LeftOutReason, int]]]:
    return [(each.folder, dict(each.counts)) for each in found if isinstance(each, LeftOut)]


def names(found: Iterable[Source | Refused | LeftOut]) -> list[str]:
    return [each.name for each in found if isinstance(each, Source)]


def detected(found: Iterable[Source | Refused | LeftOut]) -> list[tuple[str, str]]:
    refused = [each for each in found if isinstance(each, Refused)]
    assert all(isinstance(each.error, UnsupportedTypeError) for each in refused)
    return [(each.name, getattr(each.error, "detected", "")) for each in refused]


def test_a_folder_bucket_inside_a_dropped_folder_is_left_out(tmp_path: Path) -> None:
    bucket = tmp_path / "Pictures" / "Kraken Desktop"
    make(bucket / "2026" / "a.png")
    make(bucket / "b.png")
    make(tmp_path / "Pictures" / "c.png")
    found = list(expand([tmp_path / "Pictures"], buckets=[bucket, tmp_path / "not" / "there"]))
    assert names(found) == ["c.png"]
    assert left_out(found) == [("Pictures", {LeftOutReason.STORED: 1})]
    assert names(expand([tmp_path / "Pictures"])) == ["c.png", "b.png", "a.png"]


def test_what_is_dropped_out_of_a_folder_bucket_is_left_out_and_says_so(tmp_path: Path) -> None:
    bucket = tmp_path / "Kraken Desktop"
    inside = make(bucket / "2026" / "a.png")
    found = list(expand([bucket, bucket / "2026", inside, inside], buckets=[bucket]))
    assert left_out(found) == [("Kraken Desktop", {LeftOutReason.STORED: 1}), ("2026", {LeftOutReason.STORED: 1})]
    assert detected(found) == [("a.png", "stored")]
    assert names(found) == []
    beside = make(tmp_path / "Kraken Desktop 2" / "a.png")
    assert names(expand([beside], buckets=[bucket])) == ["a.png"]


@posix
def test_a_folder_bucket_is_known_by_every_way_to_it(tmp_path: Path) -> None:
    bucket = make(tmp_path / "Kraken Desktop" / "2026" / "a.png").parents[1]
    elsewhere = make(tmp_path / "elsewhere" / "x.png").parent
    (elsewhere / "to-folder").symlink_to(bucket / "2026")
    (elsewhere / "to-file.png").symlink_to(bucket / "2026" / "a.png")
    (tmp_path / "alias").symlink_to(bucket)
    (bucket / "out").symlink_to(elsewhere)
    for spelled in (bucket, tmp_path / "alias", bucket / "2026" / ".."):
        found = list(expand([elsewhere], buckets=[spelled]))
        assert names(found) == ["x.png"]
        assert left_out(found) == [("elsewhere", {LeftOutReason.STORED: 2})]
    assert detected(expand([elsewhere / "to-file.png"], buckets=[bucket])) == [("to-file.png", "stored")]
    # A link in the bucket is a way to where the file really is.
    assert names(expand([bucket / "out" / "x.png"], buckets=[bucket])) == ["x.png"]


def test_a_folder_bucket_in_another_case_is_the_same_where_the_disk_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = make(tmp_path / "Pictures" / "a.png").parent
    if not (tmp_path / "PICTURES").exists():
        # This disk tells them apart, so one that does not is made of a hard fact: the same numbers.
        make(tmp_path / "PICTURES" / "a.png")
        real = os.stat

        def blind(path: object, *more: object, **named: object) -> os.stat_result:
            return real(str(path).replace("PICTURES", "Pictures"), *more, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(os, "stat", blind)
    assert detected(expand([tmp_path / "PICTURES" / "a.png"], buckets=[bucket])) == [("a.png", "stored")]


def test_local_copies_are_left_out_of_folders_above_only(tmp_path: Path) -> None:
    copies = make(tmp_path / "Pictures" / "copies" / "a.png").parent
    make(tmp_path / "Pictures" / "b.png")
    found = list(expand([tmp_path / "Pictures"], copies=[copies]))
    assert names(found) == ["b.png"]
    assert left_out(found) == [("Pictures", {LeftOutReason.STORED: 1})]
    assert names(expand([copies], copies=[copies])) == ["a.png"]
    assert names(expand([copies / "a.png"], copies=[copies])) == ["a.png"]


def test_a_hidden_file_is_left_out_and_says_so(tmp_path: Path) -> None:
    assert detected(expand([make(tmp_path / ".a.png")])) == [(".a.png", "hidden")]
    assert names(expand([make(tmp_path / ".folder" / "a.png").parent])) == ["a.png"]


def test_looking_for_folder_buckets_costs_one_look_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = make(tmp_path / "bucket" / "a.png").parent
    for number in range(50):
        make(tmp_path / "many" / f"{number}.png")
    looks: list[str] = []
    real = Places._is_top

    def counted(self: Places, folder: str) -> bool:
        looks.append(folder)
        return real(self, folder)

    monkeypatch.setattr(Places, "_is_top", counted)
    assert len(names(expand([tmp_path / "many"], buckets=[bucket]))) == 50
    assert len(looks) == len(set(looks)) <= len((tmp_path / "many").parts)


@posix
def test_a_pipe_in_a_folder_does_not_stop_the_walk(tmp_path: Path) -> None:
    make(tmp_path / "z.png")
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.png")
    found = list(expand([tmp_path]))
    assert [each.name for each in found if isinstance(each, Refused)] == ["pipe.png"]
    assert [each.name for each in found if isinstance(each, Source)] == ["z.png"]
    assert [each.counts for each in found if isinstance(each, LeftOut)] == [((LeftOutReason.NOT_AN_IMAGE, 1),)]


def test_the_same_file_counts_once(tmp_path: Path) -> None:
    one = make(tmp_path / "a" / "one.png")
    make(tmp_path / "a" / "two.png")
    dropped: Iterable[str | Path] = [one, str(one), one.as_uri(), tmp_path / "a", tmp_path / "a" / ".." / "a"]
    assert [source.name for source in sources(*dropped)] == ["one.png", "two.png"]
    _, again = expand(["https://example.com/a.png"] * 2)
    assert again == Repeated(count=1)
    assert len(list(expand([tmp_path / "no.png"] * 2))) == 1


@posix
def test_links_to_the_same_file_count_once_but_keep_their_name(tmp_path: Path) -> None:
    real = make(tmp_path / "real" / "20240101.png")
    (tmp_path / "alias.png").symlink_to(real)
    assert [source.name for source in sources(tmp_path / "alias.png", real)] == ["alias.png"]


@posix
def test_names_of_one_hard_linked_file_stay_apart(tmp_path: Path) -> None:
    os.link(make(tmp_path / "a.png"), tmp_path / "b.png")
    assert [source.name for source in sources(tmp_path)] == ["a.png", "b.png"]


@posix
def test_linked_folders_are_followed_once_and_loops_end(tmp_path: Path) -> None:
    make(tmp_path / "top" / "a" / "x.png")
    make(tmp_path / "elsewhere" / "y.png")
    (tmp_path / "top" / "a" / "up").symlink_to(tmp_path / "top", target_is_directory=True)
    (tmp_path / "top" / "b").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (tmp_path / "top" / "c").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert [(source.folder, source.name) for source in sources(tmp_path / "top")] == [
        ("top/a", "x.png"),
        ("top/b", "y.png"),
    ]


def test_the_first_image_is_there_before_the_walk_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        for image in range(50):
            make(tmp_path / "many" / f"folder{number}" / f"{image}.png")
    listed: list[object] = []
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: (listed.append(path), real(path))[1])
    walk = expand([tmp_path / "many"])
    assert isinstance(next(walk), Source)
    assert len(listed) == 2
    assert sum(isinstance(found, Source) for found in walk) == 1999
    assert len(listed) == 41


def test_a_deep_tree_is_walked_without_recursion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(400):
        Path("d").mkdir()
        os.chdir("d")
    make(Path("x.png"))
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(300)
        found = sources(tmp_path / "d")
    finally:
        sys.setrecursionlimit(limit)
    assert [source.folder.count("/") for source in found] == [399]


def test_cancelling_ends_the_walk(tmp_path: Path) -> None:
    for number in range(20):
        make(tmp_path / "many" / f"{number}.png")
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 8

    found = list(expand([tmp_path / "many", make(tmp_path / "after.png")], cancelled=cancelled))
    assert 0 < len(found) < 10
    assert all(isinstance(each, Source) for each in found)
    assert list(expand([tmp_path / "many"], cancelled=lambda: True)) == []
