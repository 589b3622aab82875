"""A place for intermediate files: results on their way from the engine, or from Kraken.io, into a bucket.

Every process has a folder of its own, and holds a lock beside it that the operating system frees when the
process dies. A folder whose lock can be taken belongs to nobody any more and is removed. Nothing outside is
ever touched: a link is removed, and never followed.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import stat
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from kraken_desktop.model.errors import ScratchError

_log = logging.getLogger(__name__)

_OURS = re.compile(r"[0-9a-f]{32}")
_LOCK = ".lock"
_ENTRANCE = "entrance.lock"
_ENTRANCE_SECONDS = 10.0
_PATIENCE_SECONDS = 1.0


class Scratch:
    """The scratch folder of this process, made when it is first needed. Safe to use from any thread.

    Args:
        folder: shared by all processes; only they write there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._guard = threading.Lock()
        self._own: Path | None = None
        self._lock: FileLock | None = None

    @contextmanager
    def job(self) -> Iterator[Path]:
        """A new folder that nobody but the person may enter; removed with all that is in it at the end.

        Raises:
            ScratchError: it cannot be made.
        """
        name = uuid.uuid4().hex
        try:
            try:
                path = self._home() / name
                path.mkdir(mode=0o700)
            except FileNotFoundError:
                # Somebody emptied the caches while we run.
                self._forget_home()
                path = self._home() / name
                path.mkdir(mode=0o700)
        except OSError as error:
            raise ScratchError(path=str(self._folder), reason=error.strerror or str(error)) from error
        try:
            yield path
        finally:
            _remove(path)

    def sweep(self) -> int:
        """Remove the folders of processes that died, and return how many. Never raises.

        What cannot be removed is logged and left for the next time.
        """
        try:
            with self._entrance():
                return sum(self._is_left(name) and _remove(self._folder / name) for name in self._names())
        except FileNotFoundError:
            return 0
        except OSError as error:
            _log.warning("scratch folder %s cannot be swept: %s", self._folder, error)
            return 0

    def close(self) -> None:
        """Remove this process's folder, with what unfinished jobs left in it. Another job begins a new one."""
        with self._guard:
            if self._own is None or self._lock is None:
                return
            _remove(self._own)
            self._lock.release()
            _remove_lock(Path(self._lock.lock_file))
            self._own = self._lock = None

    # --- the folders ------------------------------------------------------------------------------

    def _forget_home(self) -> None:
        with self._guard:
            if self._lock is not None:
                self._lock.release()
            self._own = self._lock = None

    def _home(self) -> Path:
        """This process's folder. Raises ``OSError``."""
        with self._guard:
            if self._own is None:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                own = self._folder / uuid.uuid4().hex
                lock = _lock_of(own)
                # Between making the lock's file and holding it, a process looks dead.
                with self._entrance():
                    lock.acquire()
                own.mkdir(mode=0o700)
                self._own, self._lock = own, lock
            return self._own

    def _names(self) -> list[str]:
        """Names that we give, of folders and of lock files, each once. A lock may outlive its folder."""
        with os.scandir(self._folder) as entries:
            told = {entry.name.removesuffix(_LOCK) for entry in entries}
        return sorted(name for name in told if _OURS.fullmatch(name))

    def _is_left(self, name: str) -> bool:
        """Whether the process that this folder belongs to is dead; its lock file is removed then."""
        path = self._folder / name
        if path == self._own:
            return False
        lock = _lock_of(path)
        try:
            lock.acquire()
        except Timeout:
            return False
        except OSError as error:
            # Not known, and a folder that somebody works in is worse to lose than one that stays.
            _log.warning("scratch folder %s is left alone: %s", path, error)
            return False
        lock.release()
        _remove_lock(Path(lock.lock_file))
        return True

    def _entrance(self) -> FileLock:
        """Held by whoever looks for dead processes, and by whoever begins to live."""
        if not self._folder.is_dir():
            raise FileNotFoundError(str(self._folder))
        return FileLock(self._folder / _ENTRANCE, timeout=_ENTRANCE_SECONDS, mode=0o600, thread_local=False)


def _lock_of(folder: Path) -> FileLock:
    return FileLock(f"{folder}{_LOCK}", timeout=0, mode=0o600, thread_local=False)


def _remove_lock(path: Path) -> None:
    # Windows refuses while another process is trying the lock; that one, or the next, removes the file.
    with suppress(FileNotFoundError, PermissionError):
        path.unlink()


def _remove(path: Path) -> bool:
    """Remove a folder with all that is in it, or a link alone. False, and a word in the log, if that fails."""
    # A decoder that was just killed may not be gone yet, and Windows keeps files that anybody has open.
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            if stat.S_ISDIR(path.lstat().st_mode):
                shutil.rmtree(path)
            else:
                path.unlink()
            return True
        except FileNotFoundError:
            return False
        except OSError as error:
            if time.monotonic() >= deadline:
                _log.warning("scratch folder %s cannot be removed: %s", path, error)
                return False
            time.sleep(0.05)
