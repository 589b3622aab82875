"""Small pictures of sources, kept on the disk: the history shows them when the source is gone.

A picture is a file of its own pixels, packed by zlib, so that nothing has to decode an image that lay on a disk. What
was not seen for long goes, and the oldest where they take too much room. Nothing is lost with any of it, so nobody
hears of a disk that is full or read-only.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

_log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024 * 1024
"""Of all pictures."""
MOST_DAYS = 365
"""After that, a picture that nobody saw goes."""
_DAY = 86_400
_STALE = 3600
"""Seconds after which a file that is half written belongs to a process that is gone."""
_LEVEL = 6
_MOST_PIXELS = 512
_ENDING, _UNFINISHED = ".thumbnail", ".tmp"


class ThumbnailCache:
    """Pictures by the source they show, and its time: a file that was changed since has another picture.

    Thread-safe, also between processes. Pictures are squares, premultiplied, B G R A.

    Args:
        now: seconds since 1970.
    """

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._now = now

    def get(self, location: str, mtime_ns: int, pixels: int) -> bytes | None:
        """A picture of so many pixels both ways; None if there is none."""
        path = self._path(location, mtime_ns, pixels)
        try:
            packed = path.read_bytes()
        except OSError:
            return None
        picture = _unpacked(packed, pixels)
        if picture is None:
            path.unlink(missing_ok=True)
            return None
        self._note_use(path)
        return picture

    def put(self, location: str, mtime_ns: int, pixels: int, picture: bytes) -> None:
        """Keep a picture, if there is room for it."""
        if len(picture) != 4 * pixels * pixels or not 0 < pixels <= _MOST_PIXELS:
            return
        path = self._path(location, mtime_ns, pixels)
        temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_UNFINISHED}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                temporary.write_bytes(_packed(picture))
                os.replace(temporary, path)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            _log.info("a thumbnail could not be kept: %s", error.strerror)

    def forget(self, location: str, mtime_ns: int) -> None:
        """Remove the pictures of a source."""
        name, folder = _name(location, mtime_ns), self._folder / _name(location, mtime_ns)[:2]
        for path in folder.glob(f"{name}-*"):
            path.unlink(missing_ok=True)

    def picture(self, location: str, mtime_ns: int, pixels: int, decode: Callable[[], bytes | None]) -> bytes | None:
        """The picture of a source as it was; from the source itself, and kept, if that is still the same.

        Args:
            mtime_ns: 0 where nobody knows it; then any file will do, and its picture is not kept.
            decode: makes it of the source.
        """
        kept = self.get(location, mtime_ns, pixels) if mtime_ns else None
        if kept is not None:
            return kept
        try:
            is_same = not mtime_ns or os.stat(location).st_mtime_ns == mtime_ns
        except (OSError, ValueError):
            is_same = False
        made = decode() if is_same else None
        if made is not None and mtime_ns:
            self.put(location, mtime_ns, pixels, made)
        return made

    def prune(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Remove what is too old, and then the oldest until the rest has room. Walks the folder."""
        kept: list[tuple[float, int, Path]] = []
        now, total = self._now(), 0
        for path, about in self._files():
            if cancelled():
                return
            age = now - about.st_mtime
            if age > (_STALE if path.name.endswith(_UNFINISHED) else MOST_DAYS * _DAY):
                path.unlink(missing_ok=True)
            else:
                kept.append((about.st_mtime, about.st_size, path))
                total += about.st_size
        for _, size, path in sorted(kept):
            if total <= self._most_bytes or cancelled():
                return
            path.unlink(missing_ok=True)
            total -= size

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for folder in self._folder.glob("[0-9a-f][0-9a-f]"):
            try:
                with os.scandir(folder) as found:
                    for each in found:
                        if each.is_file(follow_symlinks=False):
                            yield Path(each.path), each.stat(follow_symlinks=False)
            except OSError:
                # Another process is removing the same.
                continue

    def _path(self, location: str, mtime_ns: int, pixels: int) -> Path:
        name = _name(location, mtime_ns)
        return self._folder / name[:2] / f"{name}-{pixels}{_ENDING}"

    def _note_use(self, path: Path) -> None:
        """Once a day is enough to tell what is old."""
        try:
            if self._now() - path.stat().st_mtime > _DAY:
                os.utime(path, (self._now(), self._now()))
        except OSError as error:
            _log.info("a thumbnail could not be marked as seen: %s", error.strerror)


def _name(location: str, mtime_ns: int) -> str:
    told = f"{location}\0{mtime_ns}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(told).hexdigest()[:40]


def _packed(picture: bytes) -> bytes:
    """Each color by itself, which takes less room; without opacity where all of it is opaque."""
    planes = [picture[at::4] for at in range(4)]
    if planes[3].count(255) == len(planes[3]):
        planes.pop()
    return zlib.compress(b"".join(planes), _LEVEL)


def _unpacked(packed: bytes, pixels: int) -> bytes | None:
    count = pixels * pixels
    reader = zlib.decompressobj()
    try:
        plain = reader.decompress(packed, 4 * count + 1)
    except zlib.error:
        return None
    if not reader.eof or len(plain) not in {3 * count, 4 * count}:
        return None
    if len(plain) == 3 * count:
        plain += b"\xff" * count
    picture = bytearray(4 * count)
    for at in range(4):
        picture[at::4] = plain[at * count : (at + 1) * count]
    return bytes(picture)
