"""Pictures that outlive their sources: kept, found, forgotten, pruned; and files that are no pictures."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kraken_desktop.stores.thumbnail_cache import MOST_DAYS, ThumbnailCache

OPAQUE = bytes(range(3)) + b"\xff"
CLEAR = b"\x01\x02\x03\x7f"
DAY = 86_400


class Clock:
    def __init__(self) -> None:
        self.now = 2_000_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(tmp_path: Path, clock: Clock) -> ThumbnailCache:
    return ThumbnailCache(tmp_path / "thumbnails", now=clock)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "thumbnails").rglob("*") if path.is_file())


def refuse() -> bytes:
    pytest.fail("nothing to decode")


@pytest.mark.parametrize("pixel", [OPAQUE, CLEAR], ids=["opaque", "translucent"])
def test_what_is_kept_comes_back(cache: ThumbnailCache, pixel: bytes) -> None:
    cache.put("/a.png", 1, 8, pixel * 64)
    assert cache.get("/a.png", 1, 8) == pixel * 64


def test_by_source_time_and_size(cache: ThumbnailCache) -> None:
    cache.put("/a.png", 1, 8, OPAQUE * 64)
    assert [cache.get("/b.png", 1, 8), cache.get("/a.png", 2, 8), cache.get("/a.png", 1, 4)] == [None] * 3


def test_a_name_that_is_no_text(cache: ThumbnailCache) -> None:
    cache.put("/\udce9.png", 1, 8, OPAQUE * 64)
    assert cache.get("/\udce9.png", 1, 8) == OPAQUE * 64


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:-3], lambda data: b"x" * 100])
def test_a_damaged_file_is_no_picture_and_goes(
    cache: ThumbnailCache, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    cache.put("/a.png", 1, 8, CLEAR * 64)
    (path,) = files(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    assert cache.get("/a.png", 1, 8) is None
    assert files(tmp_path) == []


def test_what_is_no_square_is_not_kept(cache: ThumbnailCache, tmp_path: Path) -> None:
    cache.put("/a.png", 1, 8, OPAQUE * 63)
    assert not (tmp_path / "thumbnails").exists()


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = ThumbnailCache(tmp_path / "file" / "thumbnails")
    cache.put("/a.png", 1, 8, OPAQUE * 64)
    cache.prune()
    assert cache.get("/a.png", 1, 8) is None


class TestSource:
    def test_it_is_decoded_once_and_outlives_the_source(self, cache: ThumbnailCache, tmp_path: Path) -> None:
        source = tmp_path / "a.png"
        source.write_bytes(b"image")
        time = source.stat().st_mtime_ns
        assert cache.picture(str(source), time, 8, lambda: OPAQUE * 64) == OPAQUE * 64
        source.unlink()
        assert cache.picture(str(source), time, 8, refuse) == OPAQUE * 64

    def test_a_source_that_was_changed_shows_nothing_else(self, cache: ThumbnailCache, tmp_path: Path) -> None:
        source = tmp_path / "a.png"
        source.write_bytes(b"image")
        assert cache.picture(str(source), source.stat().st_mtime_ns - 1, 8, refuse) is None

    def test_a_source_that_is_gone(self, cache: ThumbnailCache, tmp_path: Path) -> None:
        assert cache.picture(str(tmp_path / "a.png"), 1, 8, refuse) is None
        assert cache.picture("/nul\0in name", 1, 8, refuse) is None

    def test_without_a_time_any_file_will_do_and_nothing_is_kept(self, cache: ThumbnailCache, tmp_path: Path) -> None:
        assert cache.picture("/a.png", 0, 8, lambda: OPAQUE * 64) == OPAQUE * 64
        assert not (tmp_path / "thumbnails").exists()

    def test_what_cannot_be_decoded(self, cache: ThumbnailCache, tmp_path: Path) -> None:
        source = tmp_path / "a.png"
        source.write_bytes(b"image")
        assert cache.picture(str(source), source.stat().st_mtime_ns, 8, lambda: None) is None


def test_forgotten_in_every_size(cache: ThumbnailCache, tmp_path: Path) -> None:
    for pixels in (4, 8):
        cache.put("/a.png", 1, pixels, OPAQUE * pixels * pixels)
    cache.put("/b.png", 1, 8, OPAQUE * 64)
    cache.forget("/a.png", 1)
    assert len(files(tmp_path)) == 1
    assert cache.get("/b.png", 1, 8) is not None


class TestPruning:
    def age(self, folder: Path, clock: Clock, location: str, days: float) -> None:
        cache = ThumbnailCache(folder / "thumbnails", now=clock)
        before = set(files(folder))
        cache.put(location, 1, 16, os.urandom(4 * 256))
        (path,) = set(files(folder)) - before
        os.utime(path, (clock.now - days * DAY,) * 2)

    def test_what_nobody_saw_for_long_goes(self, cache: ThumbnailCache, tmp_path: Path, clock: Clock) -> None:
        self.age(tmp_path, clock, "/old.png", MOST_DAYS + 1)
        self.age(tmp_path, clock, "/new.png", MOST_DAYS - 1)
        cache.prune()
        assert cache.get("/old.png", 1, 16) is None
        assert cache.get("/new.png", 1, 16) is not None

    def test_the_oldest_make_room(self, tmp_path: Path, clock: Clock) -> None:
        for number in (3, 1, 4, 2):
            self.age(tmp_path, clock, f"/{number}.png", number)
        one = files(tmp_path)[0].stat().st_size
        cache = ThumbnailCache(tmp_path / "thumbnails", most_bytes=round(2.5 * one), now=clock)
        cache.prune()
        assert [cache.get(f"/{number}.png", 1, 16) is not None for number in (1, 2, 3, 4)] == [True, True, False, False]

    def test_what_is_seen_is_not_old(self, tmp_path: Path, clock: Clock) -> None:
        for number in (3, 1):
            self.age(tmp_path, clock, f"/{number}.png", number)
        cache = ThumbnailCache(tmp_path / "thumbnails", most_bytes=1500, now=clock)
        assert cache.get("/3.png", 1, 16) is not None
        cache.prune()
        assert cache.get("/3.png", 1, 16) is not None
        assert cache.get("/1.png", 1, 16) is None

    def test_what_a_killed_process_left_half_written(self, cache: ThumbnailCache, tmp_path: Path, clock: Clock) -> None:
        folder = tmp_path / "thumbnails" / "ab"
        folder.mkdir(parents=True)
        for name, age in (("old.tmp", 4000), ("new.tmp", 60)):
            (folder / name).write_bytes(b"half")
            os.utime(folder / name, (clock.now - age,) * 2)
        cache.prune()
        assert [path.name for path in files(tmp_path)] == ["new.tmp"]

    def test_it_stops_when_it_is_told_to(self, cache: ThumbnailCache, tmp_path: Path, clock: Clock) -> None:
        self.age(tmp_path, clock, "/old.png", MOST_DAYS + 1)
        cache.prune(lambda: True)
        assert len(files(tmp_path)) == 1
