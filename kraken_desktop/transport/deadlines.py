"""The time limits of all requests on their way, watched by one thread that lives while there are any.

Starting a thread for each would cost a small upload half of its time.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from functools import partial

_LOOK_SECONDS = 1.0
"""The longest wait between two looks at the clock: a wait does not count the time that the computer slept."""

_LINGER_SECONDS = 10.0
"""How long the thread stays without work."""


def _clock() -> Callable[[], float]:
    # ``time.monotonic`` stands still on Linux and macOS while the computer sleeps. These do not (clock_gettime(2) of
    # Linux, clock_gettime(3) of macOS), and on Windows it does not either.
    if sys.platform == "linux":
        return partial(time.clock_gettime, time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return partial(time.clock_gettime, time.CLOCK_MONOTONIC)
    return time.monotonic


elapsed = _clock()
"""Seconds since some moment; never goes back, and goes on while the computer sleeps."""


class Deadlines:
    """Calls what is to be called when its time is over. Thread-safe.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = elapsed) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._watched: dict[int, tuple[float, Callable[[], None]]] = {}
        self._last = 0
        self._looks_at = 0.0
        self._thread: threading.Thread | None = None

    def watch(self, seconds: float, then: Callable[[], None]) -> int:
        """Call ``then`` after so many seconds, from a thread of this object's: it has to be quick.

        Returns the number to :meth:`forget` it by.
        """
        with self._changed:
            self._last += 1
            ends = self._clock() + seconds
            self._watched[self._last] = (ends, then)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif ends < self._looks_at:
                self._changed.notify()
            return self._last

    def forget(self, number: int) -> None:
        """Do not call it any more. It may be called all the same if its time is over just now."""
        with self._changed:
            self._watched.pop(number, None)

    def look(self) -> None:
        """Look at the clock now, as after a sleep of the computer."""
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        idle_since = self._clock()
        while True:
            with self._changed:
                now = self._clock()
                over = [number for number, (ends, _) in self._watched.items() if ends <= now]
                called = [self._watched.pop(number)[1] for number in over]
                if not called:
                    if self._watched:
                        idle_since = now
                    elif now - idle_since >= _LINGER_SECONDS:
                        self._thread = None
                        return
                    wait = min([ends - now for ends, _ in self._watched.values()] + [_LOOK_SECONDS])
                    self._looks_at = now + wait
                    self._changed.wait(wait)
            for then in called:
                then()
