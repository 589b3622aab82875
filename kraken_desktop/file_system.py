"""What replacing and moving files takes beyond Python's own calls, for all that writes files."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

_PATIENCE_SECONDS = 2.0

_T = TypeVar("_T")


def patiently(action: Callable[[], _T]) -> _T:
    """Windows refuses to read a file that is just being replaced, and the reverse; it is over soon.

    Raises whatever ``action`` does, there after two seconds.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return action()
        except PermissionError:
            if os.name != "nt" or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def sync_folder(folder: Path) -> None:
    """Makes a new name in the folder last, where the system can: Windows and some network disks cannot."""
    if os.name == "nt":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
