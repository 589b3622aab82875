"""What the window's thread does in each turn of its event loop: processor time, lateness, pauses of the collector."""

from __future__ import annotations

import cProfile
import gc
import io
import pstats
import time
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractEventDispatcher, QObject, Qt, QTimer

LEAST_TURN = 0.0002
"""Seconds of processor: a shorter turn did nothing but the meter's own work, and would flatter the percentiles."""
TICK_MS = 4
_MOST_OFFENDERS = 8
_LINES = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Many durations in few figures, in milliseconds."""

    count: int
    p50: float
    p99: float
    worst: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Spread:
        """The figures of durations in seconds."""
        found = sorted(seconds)
        if not found:
            return cls(count=0, p50=0.0, p99=0.0, worst=0.0)
        at = [found[min(len(found) - 1, int(share * len(found)))] * 1000 for share in (0.5, 0.99)]
        return cls(count=len(found), p50=at[0], p99=at[1], worst=found[-1] * 1000)


class Turns(QObject):
    """Processor time of this thread for each turn of its event loop, from one wait for events to the next.

    Args:
        offenders: profile every turn, and keep what the dearest did; this makes all of them dearer.
    """

    def __init__(self, *, offenders: bool = False) -> None:
        super().__init__()
        self.costs = array("d")
        self._offenders: list[tuple[float, str]] = []
        self._profile = cProfile.Profile() if offenders else None
        self._last = time.thread_time()
        dispatcher = QAbstractEventDispatcher.instance()
        assert dispatcher is not None
        dispatcher.aboutToBlock.connect(self._turned)

    def begin(self) -> None:
        """Forget what was before."""
        self.costs = array("d")
        self._offenders.clear()
        self._last = time.thread_time()

    def _turned(self) -> None:
        if self._profile is not None:
            self._profile.disable()
        cost = time.thread_time() - self._last
        if cost >= LEAST_TURN:
            self.costs.append(cost)
        if self._profile is not None:
            self._keep(cost)
            self._profile = cProfile.Profile()
            self._profile.enable()
        self._last = time.thread_time()

    def _keep(self, cost: float) -> None:
        dearest = min((each for each, _ in self._offenders), default=0.0)
        if len(self._offenders) >= _MOST_OFFENDERS and cost <= dearest:
            return
        told = io.StringIO()
        try:
            pstats.Stats(self._profile, stream=told).sort_stats("cumulative").print_stats(_LINES)
        except TypeError:
            return  # nothing of Python ran
        lines = told.getvalue().splitlines()
        self._offenders.append((cost, "\n".join(line for line in lines if line.strip())))
        self._offenders = sorted(self._offenders, reverse=True)[:_MOST_OFFENDERS]

    @property
    def offenders(self) -> list[str]:
        """What the dearest turns did."""
        return [f"{cost * 1000:.1f} ms\n{told}" for cost, told in self._offenders]


class Lateness(QObject):
    """How late a short timer comes, by the clock: what a person could feel, and what the machine's load does to it."""

    def __init__(self) -> None:
        super().__init__()
        self.moments = array("d")
        self.late = array("d")
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._ticked)

    def begin(self) -> None:
        """Start anew."""
        self.moments, self.late = array("d"), array("d")
        self._last = time.monotonic()
        self._timer.start()

    def between(self, first: float, last: float) -> Spread:
        """Of the ticks within these moments of the monotonic clock."""
        pairs = zip(self.moments, self.late, strict=True)
        return Spread.of(late for moment, late in pairs if first <= moment <= last)

    def _ticked(self) -> None:
        now = time.monotonic()
        self.moments.append(now)
        self.late.append(max(0.0, now - self._last - TICK_MS / 1000))
        self._last = now


class Collections:
    """Pauses of Python's collector, in processor time: nothing else of Python runs meanwhile, on any thread."""

    def __init__(self) -> None:
        self.pauses = array("d")
        self._began = 0.0
        gc.callbacks.append(self._on)

    def _on(self, phase: str, _about: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.thread_time()
        else:
            self.pauses.append(time.thread_time() - self._began)
