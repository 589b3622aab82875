"""Blocking calls of a page: keyring, settings file, network. Late answers never reach a page that is gone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Signal

from kraken_desktop.model.errors import KrakenDesktopError, UnexpectedError

RunInBackground = Callable[[Callable[[], Any], Callable[[Any], object], Callable[[Exception], object]], object]
"""Calls the first on another thread, then the second or third, with what it gave, on the GUI's thread."""

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class Background(QObject):
    """Runs one call a channel; starting another on the same channel makes the older one's answer void.

    Signals:
        busy_changed: a call began or ended.
    """

    busy_changed = Signal()

    def __init__(self, run_in_background: RunInBackground, parent: QObject) -> None:
        super().__init__(parent)
        self._run_in_background = run_in_background
        self._current: dict[str, object] = {}

    def is_busy(self, channel: str) -> bool:
        """Whether a call of this channel has not answered yet."""
        return channel in self._current

    def cancel(self, channel: str) -> None:
        """Lets go of the call: it may still run, but nobody hears of it."""
        if self._current.pop(channel, None) is not None:
            self.busy_changed.emit()

    def run(
        self,
        channel: str,
        work: Callable[[], _T],
        done: Callable[[_T], None],
        failed: Callable[[KrakenDesktopError], None],
    ) -> None:
        """Calls ``work`` in the background, then one of the others here."""
        token = object()
        self._current[channel] = token

        def is_wanted() -> bool:
            if not shiboken6.isValid(self) or self._current.get(channel) is not token:
                return False
            del self._current[channel]
            self.busy_changed.emit()
            return True

        def on_done(result: _T) -> None:
            if is_wanted():
                done(result)

        def on_failed(error: Exception) -> None:
            if not isinstance(error, KrakenDesktopError):
                # Its text may hold anything, so the log gets the place, not the words.
                _log.error("unexpected %s in the settings", type(error).__name__)
                error = UnexpectedError(kind=type(error).__name__)
            if is_wanted():
                failed(error)

        self.busy_changed.emit()
        self._run_in_background(work, on_done, on_failed)
