"""The one seam between threads and the window. No other module of the window names a pool, a thread or a lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal, Slot

from kraken_desktop.model.job import Failure, JobState, JobStatus, Progress
from kraken_desktop.runner_roles import Hold

TICK_MS = 33
MOST_AT_ONCE = 250
"""Jobs that the window hears of in one turn of its event loop: more would cost it a frame."""
_T = TypeVar("_T")


class QtExecutor:
    """The runner's executor on threads of Qt. The runner itself limits how much runs at once."""

    def __init__(self, most: int) -> None:
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(most)

    def submit(self, work: Callable[[], None], /) -> None:
        """Run ``work`` soon."""
        self._pool.start(work)

    def close(self, seconds: float) -> bool:
        """Drop what has not begun, and wait for the rest; whether all ended in time."""
        self._pool.clear()
        return self._pool.waitForDone(max(0, round(seconds * 1000)))


class Background(QObject):
    """Blocking calls off the window's thread; the answers come back on it.

    Args:
        threads: how many calls run at once; with one they run in the order they were asked for.
    """

    _answered = Signal(object)

    def __init__(self, threads: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(threads)
        self._closed = False
        self._answered.connect(self._deliver)

    def run(self, work: Callable[[], _T], done: Callable[[_T], object], failed: Callable[[Exception], object]) -> None:
        """Call ``work`` on another thread, then ``done`` with what it gave, or ``failed``, on this one.

        After :meth:`close` nobody is called any more.
        """
        # A bound signal and plain data: the owner of the signal stays on this thread.
        answered = self._answered

        def call() -> None:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - delivered to the one who asked
                answer = _Answer(failed, error)
            else:
                answer = _Answer(done, result)
            try:
                answered.emit(answer)
            except RuntimeError:
                # The window is gone, and with it everybody who waited.
                return

        if not self._closed:
            self._pool.start(call)

    def close(self, seconds: float) -> bool:
        """Drop what has not begun, and wait for the rest; whether all ended in time."""
        self._closed = True
        self._pool.clear()
        return self._pool.waitForDone(max(0, round(seconds * 1000)))

    @Slot(object)
    def _deliver(self, answer: _Answer) -> None:
        if not self._closed:
            answer.receiver(answer.value)


class _Answer:
    """What a call gave, and who gets it."""

    __slots__ = ("receiver", "value")

    def __init__(self, receiver: Callable[..., object], value: object) -> None:
        self.receiver = receiver
        self.value = value


class StopFlag:
    """Asks a blocking call to stop: set here, read there."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask."""
        self._event.set()

    def is_set(self) -> bool:
        """Whether somebody asked."""
        return self._event.is_set()


class JobBridge(QObject):
    """Hears the runner on its threads and tells the window, at most once a tick.

    Workers overwrite the newest status of a job; a timer, which runs only while there is something to tell,
    hands the changed ones over. Of very many at once it hears a part, then sees to its other events, and goes on.

    Signals:
        changed: a ``list[JobStatus]``, at most ``MOST_AT_ONCE``, in the order in which the jobs were first heard of.
        paused: the ``Failure`` that stopped the queue, or None when it goes on.
        suspended: whether the person stopped the queue (bool).
        held: a tuple of ``Hold``: why jobs wait though nobody stopped them; empty when none does.
    """

    changed = Signal(object)
    paused = Signal(object)
    suspended = Signal(bool)
    held = Signal(object)
    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._dirty: dict[str, JobStatus] = {}
        self._pauses: list[Failure | None] = []
        self._suspended: list[bool] = []
        self._holds: list[tuple[Hold, ...]] = []
        self._running: dict[str, JobStatus] = {}
        self._awake = False
        self._take_progress: Callable[[], Mapping[str, Progress]] = dict
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._woken.connect(self._timer.start)

    def watch(self, take_progress: Callable[[], Mapping[str, Progress]]) -> None:
        """Take the progress of running jobs from here, once a tick."""
        self._take_progress = take_progress

    # --- Listener: from any thread ---

    def job_changed(self, status: JobStatus) -> None:
        """A job has another state."""
        self.announce((status,))

    def queue_paused(self, why: Failure | None) -> None:
        """The queue stopped, or goes on. Told after the state of the jobs, so that the list has the one that met it."""
        with self._lock:
            self._pauses.append(why)
        self._wake()

    def queue_suspended(self, suspended: bool) -> None:
        """The person stopped the queue, or let it go on."""
        with self._lock:
            self._suspended = [suspended]
        self._wake()

    def queue_held(self, holds: tuple[Hold, ...]) -> None:
        """What holds jobs back now; the newest counts."""
        with self._lock:
            self._holds = [holds]
        self._wake()

    def announce(self, statuses: Iterable[JobStatus]) -> None:
        """Make jobs known, in this order, before the runner speaks of them."""
        with self._lock:
            for status in statuses:
                self._note(status)
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            wake = not self._awake
            self._awake = True
        if wake:
            self._woken.emit()

    def _note(self, status: JobStatus) -> None:
        job_id = status.job.id
        if status.state is JobState.QUEUED and status.waiting_for is None and job_id in self._running:
            # The runner speaks outside its lock: "queued" of one thread may come after "running" of another.
            return
        if status.state is JobState.RUNNING:
            self._running[job_id] = status
        else:
            self._running.pop(job_id, None)
        self._dirty[job_id] = status

    # --- on the window's thread ---

    @Slot()
    def _tick(self) -> None:
        progress = self._take_progress()
        with self._lock:
            for job_id, newest in progress.items():
                status = self._running.get(job_id)
                if status is not None:
                    keys = status.keys or ((newest.key,) if newest.key else ())
                    status = replace(status, progress=newest, keys=keys)
                    self._running[job_id] = status
                    self._dirty[job_id] = status
            changed = [self._dirty.pop(job_id) for job_id in list(islice(self._dirty, MOST_AT_ONCE))]
            is_more = bool(self._dirty)
            pauses: list[Failure | None] = []
            suspended: list[bool] = []
            holds: list[tuple[Hold, ...]] = []
            if not is_more:
                # After all that the list has to know first.
                pauses, self._pauses = self._pauses, []
                suspended, self._suspended = self._suspended, []
                holds, self._holds = self._holds, []
            self._awake = bool(changed or self._running)
            if not self._awake:
                self._timer.stop()
        pause = 0 if is_more else TICK_MS
        if self._timer.interval() != pause:
            self._timer.setInterval(pause)
        if changed:
            self.changed.emit(changed)
        for why in pauses:
            self.paused.emit(why)
        for is_suspended in suspended:
            self.suspended.emit(is_suspended)
        for held in holds:
            self.held.emit(held)


def deadline(seconds: float) -> Callable[[], float]:
    """What is left of so many seconds from now, never less than nothing."""
    end = time.monotonic() + seconds
    return lambda: max(0.0, end - time.monotonic())
