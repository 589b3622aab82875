"""Stopping work from another thread, at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class CancelledError(Exception):
    """The person stopped the job.

    Not an ``OSError`` on purpose: no HTTP layer may take it for a network fault and try again.
    ``sent_all`` tells whether a whole request had left when it happened, so that the work may still be done.
    """

    def __init__(self, *, sent_all: bool = False) -> None:
        super().__init__("cancelled")
        self.sent_all = sent_all


class CancelToken:
    """Handed to a worker; anybody may :meth:`cancel` it, from any thread, as often as they like."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._interrupts: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._event.is_set()

    def cancel(self) -> None:
        """Ask to stop, and interrupt what is blocking right now."""
        with self._lock:
            self._event.set()
            interrupts = tuple(self._interrupts)
        for interrupt in interrupts:
            interrupt()

    def check(self) -> None:
        """Raise :class:`CancelledError` if somebody asked to stop."""
        if self._event.is_set():
            raise CancelledError

    def wait(self, seconds: float) -> None:
        """Let time pass. Raises :class:`CancelledError` as soon as somebody asks to stop."""
        self._event.wait(seconds)
        self.check()

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """While inside, cancelling also calls ``interrupt``; at once if it was cancelled before.

        ``interrupt`` runs on the cancelling thread and has to be quick and safe to call twice.
        """
        with self._lock:
            self._interrupts.append(interrupt)
            late = self._event.is_set()
        try:
            if late:
                interrupt()
            yield
        finally:
            with self._lock:
                self._interrupts.remove(interrupt)
