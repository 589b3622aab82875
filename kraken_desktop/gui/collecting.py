"""Python's garbage collector, on the window's thread alone and in short pauses.

By itself it runs on whichever thread makes the next object, and takes apart there what it finds: a widget, or a
timer, that only a circle of references kept alive. Qt allows that on its own thread only.

Nothing else of Python runs while it does, on any thread. With the modules of a running window a full collection takes
several frames, with ten thousand jobs more than a tenth of a second: what has lived for long is not looked through
again and again.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

_TICK_MS = 250
_THRESHOLDS = (2000, 5, 2)
"""New objects, and collections of the generation before, after which a generation is looked through.

A full collection about every 36,000 objects that stay: as many as can be looked through in a few milliseconds.
"""
_OLDEST = 2
_SELDOM_SECONDS = 600


class Collecting(QObject):
    """Sets aside what survived a full collection, until the person turns to another program.

    Objects that refer to each other in a circle are the only ones that wait for that; all others go at once, as
    ever. What was made before this is set aside at once. :meth:`close` brings back Python's own ways.

    Args:
        clock: seconds; who turns away again and again causes a long pause only now and then.
    """

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._next_look = 0.0
        self._was_enabled = gc.isenabled()
        gc.disable()
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        gc.callbacks.append(self._collected)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._on_state)

    def close(self) -> None:
        """At the end of the program."""
        self._timer.stop()
        gc.callbacks.remove(self._collected)
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    def look(self) -> None:
        """Collect, if there is enough to be looked through."""
        count = gc.get_count()
        if count[0] < _THRESHOLDS[0]:
            return
        oldest = 0
        while oldest < _OLDEST and count[oldest + 1] >= _THRESHOLDS[oldest + 1]:
            oldest += 1
        gc.collect(oldest)

    def _collected(self, phase: str, about: dict[str, int]) -> None:
        if phase == "stop" and about["generation"] == _OLDEST:
            gc.freeze()

    def _on_state(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationInactive and self._clock() >= self._next_look:
            # Nobody looks: a pause is not felt.
            self._next_look = self._clock() + _SELDOM_SECONDS
            gc.unfreeze()
            gc.collect()
