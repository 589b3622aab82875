"""The bytes of a source."""

from __future__ import annotations

import stat
from pathlib import Path

from kraken_desktop.model.errors import SourceEmptyError, SourceMissingError, SourceUnreadableError


def read(path: str) -> bytes:
    """The whole file.

    Raises:
        SourceMissingError: there is none of this name.
        SourceUnreadableError: the system refuses, or it is no file.
        SourceEmptyError: it has no bytes.
    """
    file = Path(path)
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            # Opening a pipe would wait for somebody who writes into it.
            raise SourceUnreadableError(path=path, reason="not a regular file")
        data = file.read_bytes()
    except FileNotFoundError as error:
        raise SourceMissingError(path=path) from error
    except OSError as error:
        raise SourceUnreadableError(path=path, reason=error.strerror or str(error)) from error
    if not data:
        raise SourceEmptyError(path=path)
    return data
