"""Which of several starts opens the window. Loaded before the window is there, so it needs no network of Qt's."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLockFile


class WindowLock:
    """A file that one program holds, as long as it lives and no longer.

    A socket of Qt takes the place of a living one without a word; a lock that dies with its process does not.
    """

    def __init__(self, path: Path) -> None:
        self._file = QLockFile(str(path))
        self._file.setStaleLockTime(0)  # however long the window has been open
        self.held = self._try(path)
        """Whether this program holds it."""
        self.taken = not self.held and self._file.error() is QLockFile.LockError.LockFailedError
        """Whether another program does. Without a place for a lock nobody does, and the program runs all the same."""

    def release(self) -> None:
        """Let another start open its window."""
        self._file.unlock()

    def _try(self, path: Path) -> bool:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return False
        return self._file.tryLock(0)
