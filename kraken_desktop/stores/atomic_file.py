"""Files that are whole or not there: written aside, flushed to the disk, moved into place."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from kraken_desktop.file_system import patiently, sync_folder


def read(path: Path) -> bytes:
    """The file's bytes. Raises ``OSError``."""
    return patiently(path.read_bytes)


def create(path: Path, data: bytes) -> None:
    """A new file that only its owner may read, on the disk when this returns.

    Raises:
        FileExistsError: there is one of that name, which is left alone.
        OSError: it cannot be written; nothing is left behind.
    """
    binary: int = getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | binary, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Puts new content in the place of a file, or makes it. A reader sees the old or the new, whole.

    Raises:
        OSError: it cannot be written; the old file is as it was.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(6)}.tmp")
    create(temporary, data)
    try:
        patiently(lambda: os.replace(temporary, path))
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sweep(path: Path) -> None:
    """Removes what a killed ``replace`` of this file left. Only while nobody else can be writing it."""
    for stale in path.parent.glob(f"{path.name}.*.tmp"):
        stale.unlink(missing_ok=True)
