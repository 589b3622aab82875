"""The speed limit of uploads: one for all that leave at the same time, and each gets its turn."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from kraken_desktop.cancel import CancelToken
from kraken_desktop.transport.bodies import PIECE

_LARGEST_PIECE = 4 * PIECE
_QUICK = 0.002
"""A piece that left within so many seconds was small for a connection like this."""

_SLOW = 0.02

_PATIENCE = 16
"""So many quick pieces have to have left before larger ones do: small files are not worth it."""

_SMALLEST_PIECE = 1024
_PIECES_A_SECOND = 16
"""Of all uploads together under a limit. A server gives up who is silent for long, so nobody waits long for a turn."""

_AHEAD_SECONDS = 0.05
"""How much may leave at once after a pause, in seconds of the limit: what a wait takes too long is made up for."""

_LOOK_SECONDS = 0.5
"""How often the limit is asked for."""


class Bucket:
    """A token bucket that may be in debt: what leaves is paid for by those who come after it. Not thread-safe.

    Args:
        now: seconds, as in every call.
    """

    def __init__(self, now: float) -> None:
        self._free_at = now

    def wait(self, now: float) -> float:
        """Seconds until something may leave; none or less: at once."""
        return self._free_at - now

    def take(self, count: int, limit: int, now: float) -> None:
        """So many bytes leave, at a limit in bytes per second."""
        self._free_at = max(self._free_at, now - _AHEAD_SECONDS) + count / limit

    def change(self, before: int, limit: int, now: float) -> None:
        """From now on another limit holds: also for what is still owed."""
        if self._free_at > now:
            self._free_at = now + (self._free_at - now) * before / limit


class Pace:
    """Lets uploads go on, one piece after the other, as fast as the limit allows. Thread-safe.

    Args:
        limit: bytes per second, None for none. It is asked again and again, so that a change holds at once.
        clock: seconds.
    """

    def __init__(
        self, limit: Callable[[], int | None] = lambda: None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = limit
        self._clock = clock
        self._changed = threading.Condition()
        self._limit: int | None = None
        self._next_look = clock()
        self._bucket = Bucket(clock())
        self._turns: deque[object] = deque()

    @property
    def piece(self) -> int | None:
        """How many bytes should leave at once; None without a limit."""
        limit = self._limit_now()
        return None if limit is None else max(_SMALLEST_PIECE, min(PIECE, limit // _PIECES_A_SECOND))

    def take(self, count: int, cancel: CancelToken) -> None:
        """Wait until so many bytes may leave. Uploads take turns.

        Raises:
            CancelledError: as soon as somebody asks to stop.
        """
        if self._limit_now() is None:
            return
        turn = object()
        with cancel.interrupting(self._wake), self._changed:
            self._turns.append(turn)
            try:
                self._wait_for(turn, count, cancel)
            finally:
                self._turns.remove(turn)
                self._changed.notify_all()

    def _wait_for(self, turn: object, count: int, cancel: CancelToken) -> None:
        while True:
            cancel.check()
            limit = self._limit_now()
            now = self._clock()
            if limit is None:
                return
            wait = self._bucket.wait(now)
            if self._turns[0] is turn and wait <= 0:
                self._bucket.take(count, limit, now)
                return
            longest = self._next_look - now
            self._changed.wait(min(wait, longest) if self._turns[0] is turn else longest)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _limit_now(self) -> int | None:
        now = self._clock()
        with self._changed:
            if now < self._next_look:
                return self._limit
            self._next_look = now + _LOOK_SECONDS
        limit = self._ask()
        with self._changed:
            if limit != self._limit:
                if limit is None or self._limit is None:
                    self._bucket = Bucket(now)
                else:
                    self._bucket.change(self._limit, limit, now)
                self._limit = limit
                self._changed.notify_all()
            return self._limit


class Stride:
    """How much of one body leaves at once without a limit: more where the connection is quick, which costs less CPU.

    On a slow one large pieces would make the progress coarse, and each has to leave within a time limit.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._began = 0.0
        self._quick = 0
        self.piece = PIECE

    def begin(self) -> None:
        """A piece is about to leave."""
        self._began = self._clock()

    def end(self) -> None:
        """It has left."""
        took = self._clock() - self._began
        if took > _SLOW:
            self._quick, self.piece = 0, PIECE
        elif took < _QUICK:
            self._quick += 1
            if self._quick >= _PATIENCE:
                self.piece = _LARGEST_PIECE
