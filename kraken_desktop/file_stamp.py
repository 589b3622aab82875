"""Whether a file is still what was read of it, told without reading it again."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

SETTLED_NS = 60_000_000_000
"""Nanoseconds without a change after which the next one shows.

A change within one tick of the file system's clock does not (FAT: two seconds), nor one through a mapping (``mmap``)
before the page is written back: on Linux within some 35 seconds (its documentation: "vm.dirty_expire_centisecs").
"""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What changes whenever somebody writes to a file; nobody can set ``changed_ns`` back (POSIX, ``stat.h``).

    For some seconds it does not show what another computer writes on a network's disk.
    """

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, descriptor: int) -> FileStamp:
        """The stamp of an open file."""
        found = os.fstat(descriptor)
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    @classmethod
    def settled(cls, descriptor: int) -> FileStamp | None:
        """The stamp of an open file whose next change it will show; None where that is not sure.

        On Windows it never is: the time of the last change may be noted when the writer closes the file.
        """
        stamp = cls.of(descriptor)
        age = time.time_ns() - max(stamp.modified_ns, stamp.changed_ns)
        return stamp if os.name == "posix" and age >= SETTLED_NS else None

    def holds(self, descriptor: int) -> bool:
        """Whether an open file is the one of the stamp, and unchanged since."""
        return self == FileStamp.of(descriptor)
