"""How long a check waits: for each of its requests, and for all of them together."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.model.errors import TimeoutExpiredError

ONE_SECONDS = 25.0
"""For one thing that is asked of a server, with its second try."""

ALL_SECONDS = 120.0
"""For the whole check. Waiting for the person to unlock the keyring does not count."""

CLEANUP_SECONDS = 10.0
"""For removing the object, which is done even after the person has stopped the check."""


class Patience:
    """The limits of one check.

    Args:
        cancel: the person's.
        one: seconds for one request.
        whole: seconds for all.
    """

    def __init__(self, cancel: CancelToken, *, one: float | None = None, whole: float = ALL_SECONDS) -> None:
        self._cancel = cancel
        self._one = ONE_SECONDS if one is None else one
        self._whole = whole
        self._ends = time.monotonic() + whole

    @contextmanager
    def for_one(self, host: str) -> Iterator[CancelToken]:
        """The token of one request.

        Raises:
            TimeoutExpiredError: it took too long.
            CancelledError: the person stopped the check.
        """
        self._cancel.check()
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutExpiredError(host=host, phase="total", seconds=round(self._whole))
        with limited(self._cancel, min(self._one, left), host) as token:
            yield token

    def add(self, seconds: float) -> None:
        """Time that somebody else took."""
        self._ends += seconds


@contextmanager
def limited(cancel: CancelToken, seconds: float, host: str) -> Iterator[CancelToken]:
    """A token that is cancelled with another one, or after so many seconds.

    Raises:
        TimeoutExpiredError: after that time.
        CancelledError: the other one was cancelled.
    """
    inner = CancelToken()
    timer = threading.Timer(seconds, inner.cancel)
    timer.daemon = True
    with cancel.interrupting(inner.cancel):
        timer.start()
        try:
            yield inner
        except CancelledError:
            if cancel.cancelled:
                raise
            raise TimeoutExpiredError(host=host, phase="total", seconds=round(seconds)) from None
        finally:
            timer.cancel()
