"""Runs a program of Qt and says when its window was first painted, and what it had loaded by then.

``python -m`` would load more than the program itself does, so this is a script: ``start_probe.py FD SECONDS SCRIPT
[ARGUMENTS]``. It writes lines of JSON to the file descriptor: the first after the first paint, the second when the
program says that its window is complete. Then it waits so many seconds, closes the window, and so the program ends;
with a negative number it ends at once, and there is only the first line if the program is not ours.

The probe costs the program one look at each event until the first paint: the same in every program.
"""

from __future__ import annotations

import os
import sys
import time

from PySide6 import QtCore, QtGui, QtWidgets

_FRAMES = (QtCore.QEvent.Type.Expose, QtCore.QEvent.Type.UpdateRequest, QtCore.QEvent.Type.Paint)


class Probe(QtCore.QObject):
    """Watches the application from its first event on."""

    def __init__(self, application: QtWidgets.QApplication, output: int, linger: float) -> None:
        super().__init__(application)
        self._application = application
        self._output = output
        self._linger = linger
        self._inside = False
        self._has_painted = False
        self._turn = self._longest = 0.0
        application.installEventFilter(self)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        kind = event.type()
        if kind is QtCore.QEvent.Type.Paint and isinstance(watched, QtWidgets.QWidget):
            self._has_painted = self._has_painted or watched.isWindow()
            return False
        if self._inside or kind not in _FRAMES or not isinstance(watched, QtGui.QWindow):
            return False
        # One level deeper, so as to be there when the frame is on the screen.
        self._inside = True
        QtCore.QCoreApplication.sendEvent(watched, event)
        self._inside = False
        if self._has_painted:
            self._application.removeEventFilter(self)
            self._on_first_paint()
        return True

    def _on_first_paint(self) -> None:
        self._tell(modules=sorted(sys.modules))
        if self._linger < 0 and not _is_ours():
            os._exit(0)
        self._turn = time.thread_time()
        QtCore.QAbstractEventDispatcher.instance().aboutToBlock.connect(self._on_turn)

    def _on_turn(self) -> None:
        now = time.thread_time()
        self._longest = max(self._longest, now - self._turn)
        self._turn = now

    def on_complete(self, program: object) -> None:
        """Connected to the signal that says so."""
        self._on_turn()
        self._tell(modules=sorted(sys.modules), longest=self._longest)
        if self._linger < 0:
            os._exit(0)
        QtCore.QTimer.singleShot(round(self._linger * 1000), program.window.quit_unasked)

    def _tell(self, **facts: object) -> None:
        import json

        facts |= {"at": time.monotonic(), "cpu": time.process_time()}
        os.write(self._output, json.dumps(facts).encode() + b"\n")


def _is_ours() -> bool:
    return "kraken_desktop" in sys.modules


def watch(output: int, linger: float) -> None:
    """Give every program that asks for an application one with a probe."""

    class Watched(QtWidgets.QApplication):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)
            self.probe = probe = Probe(self, output, linger)
            if not _is_ours():
                return
            from kraken_desktop.gui import app  # the program has loaded it

            begin = app.Program.begin

            def watched(program: app.Program, request: object) -> bool:
                program.started.connect(lambda: probe.on_complete(program))
                return begin(program, request)

            app.Program.begin = watched

    QtWidgets.QApplication = Watched


if __name__ == "__main__":
    watch(int(sys.argv[1]), float(sys.argv[2]))
    del sys.argv[:3]
    with open(sys.argv[0]) as _script:  # noqa: PTH123 - pathlib is the program's to load
        _code = compile(_script.read(), sys.argv[0], "exec")
    exec(_code, {"__name__": "__main__", "__file__": sys.argv[0]})
