"""Below the list: how far everything is, what came of it, and what can be done with all of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFrame, QProgressBar, QPushButton, QWidget
from typing_extensions import override

from kraken_desktop.gui.bottom_bar import lay_out
from kraken_desktop.gui.labels import ElidedLabel, set_look
from kraken_desktop.gui.queue_state import QueueState
from kraken_desktop.gui.quota_button import QuotaButton
from kraken_desktop.gui.tally import Tally
from kraken_desktop.gui.theme import GRID, Theme
from kraken_desktop.messages import Words, number, percent
from kraken_desktop.model.job import JobState

_STEPS = 1000
_NARROW = 840
"""Below this width the quota is told in short."""
_LEAST_WORDS, _QUOTA, _AROUND_TEXT = 300, 120, 60
"""Device-independent pixels: of the figures, and of the quota beside them; of a button beside its text. Where less is
left for the figures the buttons are signs without words."""


class StatusBar(QFrame):
    """Progress, counts, saving, what is left of the quota, and buttons for all rows.

    Signals:
        cancel_all_wanted, retry_wanted, clear_wanted: a button.
        pause_wanted: another; the queue is to be paused (True), or to go on.
        stop_scanning_wanted: the look through a folder is to end.
    """

    cancel_all_wanted = Signal()
    retry_wanted = Signal()
    clear_wanted = Signal()
    pause_wanted = Signal(bool)
    stop_scanning_wanted = Signal()

    def __init__(self, theme: Theme, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = words
        self._scanned: int | None = None
        self._tally = Tally()
        self._queue = QueueState()
        self._texts: dict[QPushButton, str] = {}
        self.setProperty("look", "bar")

        self.progress = QProgressBar(self)
        self.progress.setRange(0, _STEPS)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Overall progress"))
        self.counts = ElidedLabel(self, "strong")
        self.figures = ElidedLabel(self, "muted")
        self.quota = QuotaButton(words, self)
        self.stop_button = self._button(self.tr("Sto&p looking"), self.stop_scanning_wanted)
        self.retry_button = self._button(self.tr("&Retry"), self.retry_wanted)
        self.clear_button = self._button(self.tr("C&lear finished"), self.clear_wanted)
        self.pause_button = self._button(self.tr("Pa&use"), self._pause_clicked)
        self.cancel_button = self._button(self.tr("Ca&ncel all"), self.cancel_all_wanted)

        buttons = (self.stop_button, self.retry_button, self.clear_button, self.pause_button, self.cancel_button)
        lay_out(self, self.progress, (self.counts, self.figures), (self.quota, *buttons))
        theme.changed.connect(self._render_icons)
        self._render_icons()
        self.show_scan(None)
        self.show_queue(QueueState())
        self.show_tally(Tally(), Tally())

    def _button(self, text: str, wish: SignalInstance | Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setFlat(True)
        button.setIconSize(QSize(18, 18))
        button.setAccessibleName(text.replace("&", ""))
        button.setToolTip(text.replace("&", ""))
        button.clicked.connect(wish)
        self._texts[button] = text
        return button

    def _set_retryable(self, count: int) -> None:
        self.retry_button.setVisible(count > 0)
        self._texts[self.retry_button] = self.tr("&Retry {count}").replace("{count}", number(count))
        told = self.tr("Retry %n failed or cancelled image(s)", "", count)
        self.retry_button.setAccessibleName(told)
        self.retry_button.setToolTip(told)

    def _set_texts(self) -> None:
        shown = [text for button, text in self._texts.items() if button.isVisibleTo(self)]
        wanted = sum(self.fontMetrics().horizontalAdvance(text.replace("&", "")) + _AROUND_TEXT for text in shown)
        narrow = self.width() < wanted + _LEAST_WORDS + (_QUOTA if self.quota.isVisibleTo(self) else 0)
        self.quota.set_narrow(narrow or self.width() < _NARROW or self.width() < wanted + self._wanted_by_words())
        for button, text in self._texts.items():
            button.setText("" if narrow else text)
            set_look(button, "sign" if narrow else "")

    def _wanted_by_words(self) -> int:
        """Room for all counts beside all that the quota has to say."""
        counts = self.counts.fontMetrics().horizontalAdvance(self.counts.full_text)
        return counts + 4 * GRID + (self.quota.full_width + GRID if self.quota.isVisibleTo(self) else 0)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            # The quota, or a count, needs more room than before, or less.
            self._set_texts()
        return super().event(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_texts()

    @property
    def scanning(self) -> bool:
        """Whether somebody looks through folders."""
        return self._scanned is not None

    @property
    def idle(self) -> bool:
        """Whether there is no progress to show."""
        return not self.progress.isVisibleTo(self)

    def show_scan(self, found: int | None) -> None:
        """How many images a look through folders has found; None when nobody looks."""
        self._scanned = found
        self.stop_button.setVisible(found is not None)
        self._set_texts()

    @property
    def can_pause(self) -> bool:
        """Whether the queue can be paused, or let go on."""
        return self.pause_button.isVisibleTo(self)

    @property
    def suspended(self) -> bool:
        """Whether the queue is paused by the person, also where nothing waits in it."""
        return self._queue.suspended

    def show_queue(self, queue: QueueState) -> None:
        """Whether the queue starts what waits in it; the button does the other thing."""
        self._queue = queue
        keys = QKeySequence(self.tr("Ctrl+P")).toString(QKeySequence.SequenceFormat.NativeText)
        text, told = self.tr("Pa&use"), self.tr("Start nothing more; what runs runs on")
        if queue.stopped:
            text, told = self.tr("Res&ume"), self.tr("Go on with what waits")
        self._texts[self.pause_button] = text
        self.pause_button.setAccessibleName(text.replace("&", ""))
        self.pause_button.setAccessibleDescription(told)
        self.pause_button.setToolTip(f"{told} ({keys})")
        self._render_icons()
        self._show_counts()
        self._set_texts()

    def _show_counts(self) -> None:
        tally = self._tally
        self.counts.set_full_text(self._counts() or self.tr("No images yet"))
        self.pause_button.setVisible(tally.unfinished > tally.held or self._queue.stopped)

    def _counts(self) -> str:
        counts, summary = self._tally.counts, self._words.summary
        waiting = counts[JobState.QUEUED] + counts[JobState.WAITING]
        if not self._queue.stopped:
            return summary(counts, self._tally.held)
        if not self._queue.suspended:
            return summary({**counts, JobState.QUEUED: waiting, JobState.WAITING: 0}, held=waiting)
        paused = self._words.waiting.paused_counts(waiting, counts[JobState.RUNNING])
        ended = summary({state: count for state, count in counts.items() if state.ended})
        return "  ·  ".join(part for part in (paused, ended) if part)

    def pause_or_resume(self) -> None:
        """What the button does now, if it is there."""
        if self.can_pause:
            self._pause_clicked()

    def _pause_clicked(self) -> None:
        self.pause_wanted.emit(not self._queue.stopped)

    def show_tally(self, tally: Tally, run: Tally) -> None:
        """Figures of all rows; the bar is about those on their way."""
        self._tally = tally
        self._show_counts()
        self.figures.set_full_text(self._figures(tally))
        self.figures.setVisible(bool(self.figures.full_text))
        busy = tally.unfinished > 0
        value = _STEPS * run.ended // run.total if run.total else 0
        if run.bytes_total:
            value = (value + _STEPS * run.bytes_through // run.bytes_total) // 2
        self._show_progress(min(_STEPS, value))
        self.progress.setVisible(busy)
        self.progress.setAccessibleDescription(self.figures.full_text)
        self.cancel_button.setVisible(busy)
        self._set_retryable(tally.retryable)
        self.clear_button.setVisible(tally.ended > tally.counts[JobState.FAILED])
        self._set_texts()

    def _show_progress(self, value: int) -> None:
        if value == self.progress.value():
            return
        # A new value is painted at once, and with it all else that waits to be: twice in one turn, then.
        self.progress.setUpdatesEnabled(False)
        self.progress.setValue(value)
        self.progress.setUpdatesEnabled(True)

    def _figures(self, tally: Tally) -> str:
        told: list[str] = []
        if self._scanned is not None:
            told.append(self.tr("Looking for images: %n found", "", self._scanned))
        if tally.unfinished:
            size = self._words.size
            text = self.tr("{ended} of {total} images, {through} of {bytes}")
            if not tally.bytes_total:
                # Addresses: nobody knows yet.
                text = self.tr("{ended} of {total} images")
            told.append(
                text.replace("{ended}", number(tally.ended))
                .replace("{total}", number(tally.total))
                .replace("{through}", size(tally.bytes_through))
                .replace("{bytes}", size(tally.bytes_total))
            )
        if tally.bytes_saved:
            text = self.tr("{size} saved ({share})")
            told.append(
                text.replace("{size}", self._words.size(tally.bytes_saved)).replace(
                    "{share}", percent(tally.bytes_saved, tally.bytes_before)
                )
            )
        return "  ·  ".join(told)

    def _render_icons(self) -> None:
        icon = self._theme.icon
        self.stop_button.setIcon(icon("stop"))
        self.retry_button.setIcon(icon("retry"))
        self.clear_button.setIcon(icon("clear"))
        self.pause_button.setIcon(icon("resume" if self._queue.stopped else "pause"))
        self.cancel_button.setIcon(icon("cancel"))
