"""One file: what kind of image it is, or why it is no source.

No special file is ever opened, and nothing is written. Blocking.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from urllib.parse import unquote_to_bytes

from kraken_desktop.model.errors import (
    SourceEmptyError,
    SourceError,
    SourceMissingError,
    SourceTooLargeError,
    SourceUnreadableError,
    UnsupportedTypeError,
)
from kraken_desktop.model.image_types import HEAD_BYTES, detect, may_need_more, sniff
from kraken_desktop.model.job import LARGEST_SOURCE, Source, SourceKind

_FIRST_BYTES = 4096


def examine(path: str, about: os.stat_result, *, folder: str) -> Source | SourceError:
    """One file that is no folder: a source, or what is wrong with it."""
    if not stat.S_ISREG(about.st_mode):
        # A pipe would keep us waiting for ever, a device may do anything.
        return UnsupportedTypeError(path=path, detected="special")
    if about.st_size == 0:
        return SourceEmptyError(path=path)
    try:
        head = _head(path)
    except OSError as error:
        return trouble(path, error)
    name = Path(path).name
    found = sniff(head, name)
    if found is None:
        return UnsupportedTypeError(path=path, detected=detect(head, name))
    if about.st_size > LARGEST_SOURCE:
        return SourceTooLargeError(path=path, size=about.st_size, limit=LARGEST_SOURCE)
    return Source(
        kind=SourceKind.FILE,
        location=path,
        name=printable(name),
        folder=folder,
        size=about.st_size,
        mtime_ns=about.st_mtime_ns,
        extension=found.extension,
    )


def _head(path: str) -> bytes:
    """The first bytes; more of them only for markup. A pipe put there since the look cannot block us."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    with os.fdopen(os.open(path, flags), "rb", buffering=0) as file:
        head = file.read(_FIRST_BYTES) or b""
        while len(head) < HEAD_BYTES and may_need_more(head):
            more = file.read(HEAD_BYTES - len(head))
            if not more:
                break
            head += more
    return head


def trouble(path: str, error: OSError | ValueError) -> SourceError:
    """What the system's answer means for a source."""
    if isinstance(error, FileNotFoundError | NotADirectoryError) or not isinstance(error, OSError):
        return SourceMissingError(path=path)
    return SourceUnreadableError(path=path, reason=error.strerror or "")


def path_of(url: str) -> str | None:
    """The path of a ``file:`` URL; None for one on another computer. ``?`` and ``#`` belong to the name."""
    rest = url.partition(":")[2]
    host = ""
    if rest.startswith("//"):
        host, slash, rest = rest[2:].partition("/")
        rest = slash + rest
    local = host.lower() in {"", "localhost"}
    if os.name == "nt":
        from nturl2path import url2pathname  # deprecated, and there is no other way

        try:
            return url2pathname(rest if local else f"//{host}{rest}")
        except OSError:  # "Bad URL": more colons than a drive has
            return None
    return os.fsdecode(unquote_to_bytes(os.fsencode(rest))) if local else None


def printable(name: str) -> str:
    """The name with ``_`` for what is no character: bytes that the system's encoding does not know."""
    return re.sub(r"[\ud800-\udfff]", "_", name)
