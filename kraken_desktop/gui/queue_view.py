"""A queue that waits: what the window says of it, counts down and offers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from kraken_desktop.gui.banners import Choice, announce
from kraken_desktop.gui.connectivity import Connectivity
from kraken_desktop.gui.jobs import JobBridge
from kraken_desktop.gui.queue_state import QueueState
from kraken_desktop.messages import Words
from kraken_desktop.model.job import Failure, JobState
from kraken_desktop.runner_roles import Hold

if TYPE_CHECKING:
    from kraken_desktop.gui.main_window import MainWindow
    from kraken_desktop.gui.row_text import RowText

_TICK_MS = 500
"""Twice a second: rows are painted for other reasons too, and would be a second ahead of the message."""


class QueueView(QObject):
    """Shows why images wait, and turns what a person wishes of the queue into what is asked of it.

    The queue is stopped by the person, or by what the person has to mend; *Resume* below the list and the button of
    the message above it do the same, and end both. What passes by itself is told once, calmly, and counted down.

    Args:
        clock: the runner's.
    """

    def __init__(
        self,
        window: MainWindow,
        bridge: JobBridge,
        words: Words,
        row_text: RowText,
        *,
        clock: Callable[[], float] = time.monotonic,
        connectivity: Connectivity | None = None,
    ) -> None:
        super().__init__(window)
        self._uploads = window.uploads
        self._model = window.model
        self._view = window.view
        self._status_bar = window.status_bar
        self._messages = window.messages
        self._toast = window.toast
        self._words = words
        self._row_text = row_text
        self._clock = clock
        self._found = 0
        self.connectivity = connectivity or Connectivity(self)
        self.connectivity.back.connect(partial(self._uploads.try_now, renewed=False))
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)
        bridge.paused.connect(self._on_paused)
        bridge.suspended.connect(self._on_suspended)
        bridge.held.connect(self._on_held)
        self._status_bar.pause_wanted.connect(self._on_wish)
        self._messages.try_now_wanted.connect(self._uploads.try_now)
        self._uploads.scanning.connect(self._on_scanning)
        self._model.tally_changed.connect(self._follow)

    @property
    def state(self) -> QueueState:
        """How the queue is now, as far as the window has heard."""
        return self._row_text.queue

    def tick(self) -> None:
        """Count down: what the message says, and the rows in sight that wait for their time."""
        self._tell()
        view = self._view
        first, last = view.rowAt(0), view.rowAt(view.viewport().height() - 1)
        if first < 0:
            return
        for row in range(first, (last if last >= 0 else self._model.rowCount() - 1) + 1):
            if self._model.status(row).state is JobState.WAITING:
                view.update(self._model.index(row, 0))

    def try_mended(self) -> None:
        """The settings are others: what is held may have been so by a misspelled host."""
        if self.state.holds:
            self._uploads.try_now()

    # --- what the runner tells ---

    def _on_paused(self, why: Failure | None) -> None:
        self._show(replace(self.state, paused=why))

    def _on_suspended(self, suspended: bool) -> None:
        self._show(replace(self.state, suspended=suspended))
        announce(self._status_bar, self._status_bar.counts.full_text)

    def _on_held(self, holds: tuple[Hold, ...]) -> None:
        self._show(replace(self.state, holds=holds))

    def _show(self, state: QueueState) -> None:
        self._row_text.queue = state
        self._status_bar.show_queue(state)
        self._view.viewport().update()
        self._follow()

    def _follow(self) -> None:
        """Keep the message, the clock and the watch as the queue is."""
        waiting = self._model.tally.counts[JobState.WAITING] > 0 and not self.state.stopped
        held = bool(self.state.holds) and not self.state.stopped
        if waiting or held:
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()
        self.connectivity.watch(waiting or held)
        self._tell()

    def _tell(self) -> None:
        """The message about what passes by itself; while the queue is stopped it would promise too much."""
        holds = () if self.state.stopped else self.state.holds
        if not holds:
            self._messages.waits_no_more()
            return
        not_started = self._model.tally.not_started
        # The last one may be on its way, to try whether it is over.
        count = max(1, sum(not_started[profile_id] for profile_id in {hold.profile_id for hold in holds}))
        words = self._words
        message = words.waiting.held([(hold.why, words.failure(hold.why)) for hold in holds], count)
        countdown = words.waiting.countdown(holds[0].until - self._clock())
        self._messages.waits(message, holds[0].why, f"{countdown}.")

    # --- what the person wishes ---

    def _on_wish(self, pause: bool) -> None:
        if pause:
            self._uploads.suspend()
        else:
            self._uploads.resume()

    def _on_scanning(self, found: int | None) -> None:
        if found is not None:
            self._found = found
        elif self._found and self.state.suspended:
            text = self.tr("%n image(s) added; paused until you resume", "", self._found)
            self._toast.say(text, Choice(self.tr("Resume"), self._uploads.resume))
