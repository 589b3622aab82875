"""What disks of many kinds have in common: moving a file into its place, and what went wrong.

Hard links, case, open files and errors differ from system to system and from disk to disk.
"""

from __future__ import annotations

import errno
import os
import unicodedata
from pathlib import Path

from kraken_desktop.file_system import patiently


def _codes(*names: str) -> frozenset[int]:
    """The numbers of error codes that this system knows."""
    return frozenset(getattr(errno, name) for name in names if hasattr(errno, name))


_PROBLEMS = {
    "full": _codes("ENOSPC", "EDQUOT"),
    "denied": _codes("EACCES", "EPERM", "EROFS"),
    "missing": _codes("ENOENT", "ENODEV", "ENXIO", "ESTALE", "ENOTCONN", "EHOSTDOWN"),
}
# ERROR_NOT_READY, ERROR_BAD_NETPATH, ERROR_BAD_NET_NAME, ERROR_HANDLE_DISK_FULL (Microsoft: System Error Codes).
# Python tells the first as EACCES, and the last as nothing in particular.
_WINDOWS_PROBLEMS = {21: "missing", 53: "missing", 67: "missing", 39: "full"}
# What FAT, exFAT and network disks answer to a hard link.
_NO_HARD_LINKS = _codes("EPERM", "EOPNOTSUPP", "ENOTSUP", "ENOSYS", "EMLINK", "EINVAL", "EXDEV")


def problem(error: OSError) -> str:
    """What an error of the system means for a folder: ``full``, ``denied``, ``missing`` or ``other``."""
    of_windows = _WINDOWS_PROBLEMS.get(getattr(error, "winerror", None) or 0)
    return of_windows or next((name for name, codes in _PROBLEMS.items() if error.errno in codes), "other")


def write_all(descriptor: int, piece: memoryview) -> None:
    """Write all of it. Raises ``OSError``."""
    while piece:
        piece = piece[os.write(descriptor, piece) :]


def move_new(temporary: Path, path: Path) -> None:
    """Move a file to where nothing is; it may leave a second name behind where it was.

    Raises:
        FileExistsError: something is there, and is left alone.
        OSError: it cannot be moved.
    """
    if os.name == "nt":
        # There, renaming never replaces.
        patiently(lambda: temporary.rename(path))
        return
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        _claim(temporary, path)


def _claim(temporary: Path, path: Path) -> None:
    """As ``move_new``, for a moment with an empty file in the place."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    try:
        temporary.replace(path)
    except OSError:
        path.unlink()
        raise


def is_spelled_otherwise(path: Path) -> bool:
    """Whether something is at ``path`` that its folder lists in another case only."""
    if not _is_blind_for_case(path):
        return False
    # HFS+ lists names in a normal form of its own.
    wanted = unicodedata.normalize("NFC", path.name)
    with os.scandir(path.parent) as entries:
        return all(unicodedata.normalize("NFC", entry.name) != wanted for entry in entries)


def _is_blind_for_case(path: Path) -> bool:
    """Whether the disk finds the same thing under the name in the other case."""
    other = path.with_name(path.name.swapcase())
    try:
        return other.name != path.name and os.path.samestat(other.lstat(), path.lstat())
    except OSError:
        return False
