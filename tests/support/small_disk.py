"""A real disk that is small enough to be filled: a tmpfs in a mount namespace, for root and for ordinary users.

A process holds it; ``/proc`` leads there, for every process of the same person. It is gone with its holder, which
ends with the test.
"""

from __future__ import annotations

import errno
import subprocess
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_WAYS = (["unshare", "--user", "--map-root-user", "--mount"], ["unshare", "--mount"])
"""With a user namespace, and without, where root may not have one."""
_HOLD = 'mount -t tmpfs -o "size=$2" tmpfs "$1" && echo ready && exec cat'
_BLOCK = 4096


class NoSmallDiskError(Exception):
    """This system lets nobody mount one: a container without the right, or no Linux."""


class SmallDisk:
    """Is there while it is entered.

    Args:
        mount_point: an empty folder, which stays empty for all others.
        size: bytes.
    """

    def __init__(self, mount_point: Path, size: int = 1024 * 1024) -> None:
        self._holder = _held(mount_point, size)
        self.path = Path(f"/proc/{self._holder.pid}/root{mount_point}")
        self._ballast = self.path / "ballast"

    def fill(self, *, leave: int = 0) -> None:
        """Let there be only ``leave`` bytes more, in whole blocks."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(_BLOCK))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
            file.truncate(max(0, file.tell() - leave))

    def empty(self) -> None:
        """Let there be room again."""
        self._ballast.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._holder.communicate(timeout=20)


def _held(mount_point: Path, size: int) -> subprocess.Popen[str]:
    for way in _WAYS:
        with suppress(FileNotFoundError):
            holder = subprocess.Popen(
                [*way, "sh", "-c", _HOLD, "sh", str(mount_point), str(size)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            assert holder.stdout is not None
            if holder.stdout.readline() == "ready\n":
                return holder
            holder.communicate(timeout=20)
    raise NoSmallDiskError
