"""A folder on this computer in the place of a bucket: the same verbs, the same keys, ``file://`` links.

Also where the local copies of a profile go. A file is whole or not there: it is written beside its place under
a hidden name, flushed to the disk, and moved. Nothing outside the folder is ever touched.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from typing_extensions import override

from kraken_desktop.buckets import disk
from kraken_desktop.buckets.bucket import Bucket, Link, ObjectInfo, SentCallback, Upload
from kraken_desktop.buckets.folder_names import file_names
from kraken_desktop.cancel import CancelToken
from kraken_desktop.file_system import patiently, sync_folder
from kraken_desktop.model.errors import (
    FolderError,
    ObjectExistsError,
    OutsideFolderError,
    SourceChangedError,
    SourceMissingError,
    SourceUnreadableError,
)
from kraken_desktop.model.links import encode_key

_log = logging.getLogger(__name__)

PIECE = 256 * 1024
"""Bytes that are copied between two looks at the cancel token."""
SWEEP_AGE_SECONDS = 3600.0
"""Younger leftovers are left: another process may be writing them."""

_TEMPORARY = re.compile(r"\.kraken-desktop-[0-9a-f]{16}\.tmp")
_TRIES = 3


class FolderBucket(Bucket):
    """A folder in the place of a bucket. Holds no secret; safe to use from several threads and processes.

    The folder is made when it is first needed: below the home folder with all that leads there, elsewhere
    only if its own parent is there. A disk that is not connected is never taken for an empty one.

    Keys that differ in case only stay apart even where the disk does not tell them apart: the second one
    counts as taken.

    Args:
        folder: absolute.
        public_url: base of the links, where a web server shows the folder; empty for ``file://``.
    """

    def __init__(self, folder: Path, *, public_url: str = "") -> None:
        self.folder = folder.absolute()
        self._public_url = public_url.rstrip("/")

    # --- names ------------------------------------------------------------------------------------

    def path(self, key: str) -> Path:
        """Where a key's file is, or would be.

        The names are the key's own, but for what Windows cannot bear (see ``folder_names``).

        Raises:
            OutsideFolderError: for a key with an empty segment, ``.`` or ``..``.
        """
        return self.folder.joinpath(*self._names(key))

    @override
    def link(self, key: str) -> Link:
        """Below the public base if there is one, else a ``file://`` address. Neither expires.

        Raises:
            OutsideFolderError: for a key that :meth:`path` refuses.
        """
        if self._public_url:
            return Link(url=f"{self._public_url}/{encode_key('/'.join(self._names(key)))}")
        return Link(url=self.path(key).as_uri())

    # --- the verbs --------------------------------------------------------------------------------

    @override
    def put(self, key: str, upload: Upload, cancel: CancelToken, on_sent: SentCallback) -> None:
        """Copy a file to ``key``, whole or not at all. Folders are made as they are needed.

        Raises:
            ObjectExistsError: something is there, and ``only_if_absent`` was asked for; or a file whose key
                differs from this one in a way that the disk does not tell.
            FolderError: it cannot be written there.
            SourceMissingError, SourceUnreadableError, SourceChangedError: about the file to be stored.
            CancelledError: the token was cancelled.
        """
        path = self.path(key)
        cancel.check()
        with self._telling(key):
            descriptor, temporary = self._created_beside(path, key)
            try:
                with os.fdopen(descriptor, "wb", buffering=0) as file:
                    for piece in _checked_pieces(upload, cancel, on_sent):
                        disk.write_all(file.fileno(), piece)
                    os.fsync(file.fileno())
                cancel.check()
                self._place(temporary, path, key, only_if_absent=upload.only_if_absent)
            finally:
                with suppress(OSError):
                    temporary.unlink()
            sync_folder(path.parent)

    @override
    def head(self, key: str, cancel: CancelToken | None = None, *, anonymous: bool = False) -> ObjectInfo | None:
        """What is at ``key``, or None. A folder of that name counts as taken, and has the size 0.

        Raises:
            FolderError: we may not look, a link leads out of the folder, or its disk is missing.
        """
        path = self.path(key)
        if cancel is not None:
            cancel.check()
        with self._telling(key):
            self._require_disk(key)
            try:
                self._require_inside(path.parent, key)
                about = path.lstat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        size = about.st_size if stat.S_ISREG(about.st_mode) else 0
        return ObjectInfo(size=size, modified=datetime.fromtimestamp(about.st_mtime, UTC), asked=datetime.now(UTC))

    @override
    def delete(self, key: str, cancel: CancelToken | None = None) -> None:
        """Remove the file at ``key``, and the folders above it that are empty then; never the folder itself.

        Raises:
            FolderError: it cannot be removed, a link leads out of the folder, or its disk is missing.
        """
        path = self.path(key)
        if cancel is not None:
            cancel.check()
        with self._telling(key):
            self._require_disk(key)
            try:
                self._require_inside(path.parent, key)
                if stat.S_ISDIR(path.lstat().st_mode) or self._is_another_key(path):
                    return
                patiently(path.unlink)
            except (FileNotFoundError, NotADirectoryError):
                return
        for above in path.parents:
            if above == self.folder:
                break
            try:
                above.rmdir()
            except OSError:
                # Most often because something else is in it.
                break

    def sweep(self, *, min_age: float = SWEEP_AGE_SECONDS, cancelled: Callable[[], bool] = lambda: False) -> int:
        """Remove what killed processes left half written, at least ``min_age`` seconds old; return how many.

        Walks the whole folder: once a start, and on no thread that somebody waits for.
        """
        youngest = time.time() - min_age
        removed = 0
        for folder, _, names in os.walk(self.folder):
            if cancelled():
                break
            for name in filter(_TEMPORARY.fullmatch, names):
                path = Path(folder, name)
                try:
                    if path.lstat().st_mtime <= youngest:
                        path.unlink()
                        removed += 1
                except FileNotFoundError:
                    continue
                except OSError as error:
                    _log.warning("leftover %s cannot be removed: %s", path, error)
        return removed

    # --- the way there ----------------------------------------------------------------------------

    def _names(self, key: str) -> tuple[str, ...]:
        names = file_names(key)
        if names is None:
            raise OutsideFolderError(bucket=str(self.folder), key=key)
        return names

    def _created_beside(self, path: Path, key: str) -> tuple[int, Path]:
        """A new hidden file beside ``path``, open for writing, and its path."""
        for attempt in range(1, _TRIES + 1):
            self._make_top(key)
            self._make_folders(path.parent, key)
            temporary = path.with_name(f".kraken-desktop-{secrets.token_hex(8)}.tmp")
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
            try:
                return os.open(temporary, flags, 0o666), temporary
            except FileNotFoundError:
                # Somebody deleted the last file in there, and the empty folder with it.
                if attempt == _TRIES:
                    raise
        raise AssertionError("not reached")

    def _make_top(self, key: str) -> None:
        if self.folder.is_dir():
            return
        self._require_disk(key)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError as error:
            # A file, or a link to a disk that is not there.
            raise self._error(key, "missing", error.strerror or "") from error

    def _require_disk(self, key: str) -> None:
        """That the folder is there, or may be made."""
        if not (self.folder.is_dir() or self.folder.parent.is_dir() or _is_below_home(self.folder)):
            raise self._error(key, "missing")

    def _make_folders(self, folder: Path, key: str) -> None:
        self._require_inside(folder, key)
        folder.mkdir(parents=True, exist_ok=True)
        # Once more: a link may have come in between.
        self._require_inside(folder, key)

    def _require_inside(self, folder: Path, key: str) -> None:
        """That no link on the way to a folder leads out of ours; what is not there yet is no link."""
        if not self._is_inside(Path(os.path.realpath(folder))):
            raise OutsideFolderError(bucket=str(self.folder), key=key)

    def _is_inside(self, real: Path) -> bool:
        top = Path(os.path.realpath(self.folder))
        if real.is_relative_to(top):
            return True
        # Spelled otherwise, where the disk does not tell case apart.
        for above in (real, *real.parents):
            with suppress(OSError):
                if above.samefile(top):
                    return True
        return False

    # --- the place --------------------------------------------------------------------------------

    def _place(self, temporary: Path, path: Path, key: str, *, only_if_absent: bool) -> None:
        if only_if_absent:
            try:
                disk.move_new(temporary, path)
            except FileExistsError as error:
                raise self._exists(key) from error
            return
        if self._is_another_key(path):
            raise self._exists(key)
        patiently(lambda: temporary.replace(path))

    def _is_another_key(self, path: Path) -> bool:
        """Whether what is at ``path`` has a name that this disk takes for the same, and that is another one."""
        while path != self.folder:
            if disk.is_spelled_otherwise(path):
                return True
            path = path.parent
        return False

    # --- errors -----------------------------------------------------------------------------------

    @contextmanager
    def _telling(self, key: str) -> Iterator[None]:
        """The system's errors as ours."""
        try:
            yield
        except OSError as error:
            raise self._error(key, disk.problem(error), error.strerror or type(error).__name__) from error

    def _error(self, key: str, problem: str, reason: str = "") -> FolderError:
        return FolderError(bucket=str(self.folder), key=key, problem=problem, reason=reason)

    def _exists(self, key: str) -> ObjectExistsError:
        return ObjectExistsError(bucket=str(self.folder), key=key)


def _checked_pieces(upload: Upload, cancel: CancelToken, on_sent: SentCallback) -> Iterator[memoryview]:
    """The file's bytes; each piece is told to ``on_sent`` after it was taken.

    Raises:
        SourceMissingError, SourceUnreadableError, SourceChangedError: the latter at the end at the latest.
    """
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(PIECE))
    read = 0
    on_sent(0, upload.size)
    try:
        with upload.path.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                cancel.check()
                read += count
                if read > upload.size:
                    break
                digest.update(buffer[:count])
                yield buffer[:count]
                on_sent(read, upload.size)
    except FileNotFoundError as error:
        raise SourceMissingError(path=str(upload.path)) from error
    except OSError as error:
        raise SourceUnreadableError(path=str(upload.path), reason=error.strerror or "") from error
    if read != upload.size or digest.hexdigest() != upload.sha256:
        raise SourceChangedError(path=str(upload.path))


def _is_below_home(folder: Path) -> bool:
    try:
        home = Path.home()
    except RuntimeError:
        return False
    return home.is_dir() and folder.is_relative_to(home)
