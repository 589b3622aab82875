"""Who works on which job: one lock file a process, which the operating system frees when the process dies.

A process that opens the journal holds ``owners/<its name>.lock``, and its jobs carry that name. A name whose
lock can be taken, or whose file is gone, belongs to nobody any more.

``owners/<its name>.unsaved`` says that what became of its jobs may not be in the journal: the disk was full.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

_log = logging.getLogger(__name__)

_FOLDER = "owners"
_UNSAVED = ".unsaved"


class Owner:
    """This process as an owner of jobs, until ``release``."""

    def __init__(self, folder: Path) -> None:
        """Register in the journal's folder.

        The caller holds the ``FolderLock``: between making the file and locking it, an owner looks dead.

        Raises:
            OSError: the lock file cannot be made or locked.
        """
        self.name = uuid.uuid4().hex
        self._folder = folder / _FOLDER
        self._path = self._folder / f"{self.name}.lock"
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._lock = _lock(self._path)
        self._lock.acquire()

    def release(self) -> None:
        """Die on purpose: the jobs that are left go to whoever takes over next."""
        self._lock.release()
        _remove(self._path)

    def note_unsaved(self, *, unsaved: bool) -> None:
        """Note whether the journal on the disk knows less of this owner's jobs than became of them.

        A file without content: a disk that is full takes that, mostly.
        """
        path = self._path.with_suffix(_UNSAVED)
        try:
            if unsaved:
                path.touch(mode=0o600)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("it cannot be noted that jobs are not saved: %s", error.strerror)

    def unsaved(self) -> frozenset[str]:
        """The names of all owners that left such a note."""
        return frozenset(path.stem for path in self._folder.glob(f"*{_UNSAVED}"))

    def forget_unsaved(self, names: Collection[str]) -> None:
        """Their jobs are taken over."""
        for name in names:
            _remove(self._folder / f"{name}{_UNSAVED}")

    def others_alive(self) -> frozenset[str]:
        """The names of all other living owners. Lock files of dead ones are removed.

        The caller holds the ``FolderLock``.
        """
        return frozenset(path.stem for path in self._folder.glob("*.lock") if path != self._path and _alive(path))


def surely_alive(folder: Path) -> frozenset[str]:
    """The names of owners that live for certain, asked by somebody who is none and may not be able to write there.

    The caller holds the ``FolderLock`` if that can be had.
    """
    alive: set[str] = set()
    for path in (folder / _FOLDER).glob("*.lock"):
        lock = _lock(path)
        try:
            lock.acquire()
        except Timeout:
            alive.add(path.stem)
        except OSError:
            continue
        else:
            lock.release()
    return frozenset(alive)


def _alive(path: Path) -> bool:
    lock = _lock(path)
    try:
        lock.acquire()
    except Timeout:
        return True
    except OSError:
        # Not known, and a job that two processes work on is worse than one that waits.
        return True
    lock.release()
    _remove(path)
    return False


def _lock(path: Path) -> FileLock:
    return FileLock(path, timeout=0, mode=0o600, thread_local=False)


def _remove(path: Path) -> None:
    # Windows refuses while another process is trying the lock; that one, or the next, removes the file.
    with suppress(FileNotFoundError, PermissionError):
        path.unlink()
