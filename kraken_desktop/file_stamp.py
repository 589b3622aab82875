"""Whether a file is still what was read of it, told without reading it again."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

_SETTLED_NS = 2_000_000_000
"""Clocks of file systems may count two seconds at a time (FAT): a younger change could be followed by an unseen one."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What changes whenever somebody writes to a file; nobody can set ``changed_ns`` back (POSIX, ``stat.h``).

    Two changes it does not show: those through a mapping whose page is not on the disk yet (``mmap``; Linux notes the
    first one), and, for some seconds, those that another computer makes on a network's disk.
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
        return stamp if os.name == "posix" and age >= _SETTLED_NS else None

    def holds(self, descriptor: int) -> bool:
        """Whether an open file is the one of the stamp, and unchanged since."""
        return self == FileStamp.of(descriptor)
