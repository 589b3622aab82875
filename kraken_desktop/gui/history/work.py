"""What is done with many entries takes a while: in the background, with how far it is, and a way to stop it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.gui.history.records import Records, read_all
from kraken_desktop.gui.jobs import Background
from kraken_desktop.model.history import HistoryEntry

_TICK_MS = 100
_PATIENCE_TICKS = 8
"""What takes no longer is not spoken of."""
_T = TypeVar("_T")


class Task:
    """One piece of work. ``done`` is set by the thread that works, and read by the window's."""

    def __init__(self, text: str, numbers: Sequence[int]) -> None:
        self.text = text
        self.numbers = numbers
        self.done = 0
        self.cancel = CancelToken()

    def tell(self, done: int) -> None:
        """So many have been seen to."""
        self.done = done


class Work(QObject):
    """One task at a time.

    Signals:
        told: a ``Task`` that takes a while, and how far it is.
        ended: none runs any more.
    """

    told = Signal(object)
    ended = Signal()

    def __init__(self, records: Records, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records = records
        self._background = background
        self._task: Task | None = None
        self._ticks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def busy(self) -> bool:
        """Whether a task runs."""
        return self._task is not None

    def start(
        self,
        text: str,
        numbers: Sequence[int],
        use: Callable[[Iterator[HistoryEntry], CancelToken], _T],
        done: Callable[[_T], object],
        failed: Callable[[Exception], object],
    ) -> bool:
        """Read these entries and make something of them; False if another task still runs.

        Args:
            text: what is being done, for the person.
            use: on another thread, with an iterable of the entries and a token that says when to stop.
            done: with what ``use`` gave.
            failed: not called for what the person stopped.
        """
        if self._task is not None:
            return False
        task = self._task = Task(text, numbers)
        self._ticks = 0
        self._timer.start()

        def call() -> _T:
            return use(read_all(self._records, task.numbers, task.cancel, task.tell), task.cancel)

        self._background.run(call, partial(self._done, done), partial(self._failed, failed))
        return True

    def stop(self) -> None:
        """End what runs, soon."""
        if self._task is not None:
            self._task.cancel.cancel()

    def _tick(self) -> None:
        self._ticks += 1
        if self._task is not None and self._ticks >= _PATIENCE_TICKS:
            self.told.emit(self._task)

    def _over(self) -> None:
        self._task = None
        self._timer.stop()
        self.ended.emit()

    def _done(self, done: Callable[[_T], object], result: _T) -> None:
        self._over()
        done(result)

    def _failed(self, failed: Callable[[Exception], object], error: Exception) -> None:
        self._over()
        if not isinstance(error, CancelledError):
            failed(error)
