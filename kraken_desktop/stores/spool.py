"""Pasted bytes, and bytes dragged out of a browser, kept as files until a start after their job is done.

The list still shows their picture until then; what no unfinished job needs is swept at the next start.

A spool file is named by us, with nothing of the given name but a harmless extension: the real name travels in
the job's source. Nothing outside the folder is ever touched, and no link is ever followed.
"""

from __future__ import annotations

import logging
import os
import re
import stat
import time
import uuid
from collections.abc import Collection
from pathlib import Path, PurePath

from kraken_desktop.model.errors import SpoolError
from kraken_desktop.stores import atomic_file

_log = logging.getLogger(__name__)

_EXTENSION = re.compile(r"\.[a-z0-9]{1,8}")
_OURS = re.compile(r"[0-9a-f-]{36}(\.[a-z0-9]{1,8})?(\.[0-9a-f]+\.tmp)?")

SWEEP_AGE_SECONDS = 3600.0
"""Younger files are left: another process may have spooled them and not journaled their job yet."""


class Spool:
    """The spool folder, made when it is first needed. Safe to use from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def keep(self, data: bytes, name: str) -> Path:
        """Write ``data`` to a new file, on the disk when this returns, and return its absolute path.

        ``name`` is the name the image has where it comes from, and may be anything.

        Raises:
            SpoolError: it cannot be written; nothing is left behind.
        """
        extension = PurePath(name).suffix.lower()
        path = self._folder / f"{uuid.uuid4()}{extension if _EXTENSION.fullmatch(extension) else ''}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            atomic_file.replace(path, data)
        except OSError as error:
            raise SpoolError(path=str(path), reason=error.strerror or str(error)) from error
        return path

    def release(self, path: Path) -> None:
        """Remove a file that ``keep`` made; nothing happens if it is gone.

        Raises:
            SpoolError: it cannot be removed, or is none of ours and is left alone.
        """
        if not self._holds(path):
            raise SpoolError(path=str(path), reason="not in the spool")
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SpoolError(path=str(path), reason=error.strerror or str(error)) from error

    def sweep(self, in_use: Collection[Path], *, min_age: float = SWEEP_AGE_SECONDS) -> tuple[Path, ...]:
        """Remove our files that are not ``in_use`` and at least ``min_age`` seconds old; return them.

        What cannot be removed is logged and left for the next time.

        Raises:
            SpoolError: the folder cannot be read.
        """
        # By name, which is unique: the way to the folder may be spelled otherwise than when the file was kept.
        needed = {path.name for path in in_use}
        youngest = time.time() - min_age
        removed: list[Path] = []
        try:
            with os.scandir(self._folder) as entries:
                found = [Path(entry.path) for entry in entries if _OURS.fullmatch(entry.name)]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise SpoolError(path=str(self._folder), reason=error.strerror or str(error)) from error
        for path in found:
            if path.name in needed:
                continue
            try:
                status = path.lstat()
                if stat.S_ISDIR(status.st_mode) or status.st_mtime > youngest:
                    continue
                path.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                _log.warning("spool file %s cannot be removed: %s", path, error)
                continue
            removed.append(path)
        return tuple(removed)

    def _holds(self, path: Path) -> bool:
        """Whether this names one of our files right in the folder, however the way there is spelled."""
        if not _OURS.fullmatch(path.name):
            return False
        try:
            return path.parent == self._folder or path.parent.samefile(self._folder)
        except OSError:
            return False
