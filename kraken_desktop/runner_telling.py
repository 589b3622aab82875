"""Tells a listener what becomes of the queue: one call at a time, and never something older after something newer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

from kraken_desktop.model.job import Failure, JobStatus
from kraken_desktop.runner_roles import Hold, Listener

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Telling:
    """The one way from a runner to its listener. What is told is asked for when its turn has come.

    A listener that fails costs its own view of things, not the queue.

    Args:
        status_of: what a job is like now.
        holds: what holds jobs back now.
    """

    def __init__(
        self, listener: Listener, *, status_of: Callable[[str], JobStatus], holds: Callable[[], tuple[Hold, ...]]
    ) -> None:
        self._listener = listener
        self._status_of = status_of
        self._holds = holds
        self._lock = threading.Lock()
        self._held: tuple[Hold, ...] = ()

    def jobs(self, job_ids: Iterable[str]) -> None:
        """Tell what jobs are like now."""
        with self._lock:
            for job_id in job_ids:
                self._heed(self._listener.job_changed, self._status_of(job_id))

    def paused(self, now: Callable[[], Failure | None]) -> None:
        """Tell why the queue waits for the person; None if it does not."""
        with self._lock:
            self._heed(self._listener.queue_paused, now())

    def suspended(self, now: Callable[[], bool]) -> None:
        """Tell whether the person has stopped the queue."""
        with self._lock:
            self._heed(self._listener.queue_suspended, now())

    def held(self) -> None:
        """Tell what holds jobs back, if that is another than was told last."""
        with self._lock:
            holds = self._holds()
            if holds != self._held:
                self._held = holds
                self._heed(self._listener.queue_held, holds)

    def _heed(self, told: Callable[[_T], None], what: _T) -> None:
        try:
            told(what)
        except Exception:  # noqa: BLE001 - see above
            _log.exception("a listener failed")
