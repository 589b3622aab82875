"""Runs a program of Qt and says when its window was first painted, and what it had loaded by then.

``python -m`` would load more than the program itself does, so this is a script: ``start_probe.py FD SECONDS SCRIPT
[ARGUMENTS]``. It writes lines of JSON to the file descriptor: the first after the first paint, the second when the
program says that its window is complete. Then it waits so many seconds, closes the window, and so the program ends;
with a negative number it ends at once, and there is only the first line if the program is not ours.

The probe costs every program the same: one look at each event until the first paint. The program loads Qt by itself,
so that what it does before and how it does it counts.
"""

from __future__ import annotations

import os
import sys
import time
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


class Probe:
    """Gives a program's application an eye on its events, as soon as the program itself loads Qt."""

    def __init__(self, output: int, linger: float) -> None:
        self._output = output
        self._linger = linger
        self._inside = False
        self._has_painted = False
        self._turn = self._longest = 0.0

    def find_spec(self, name: str, path: Any = None, target: object = None) -> ModuleSpec | None:
        """As a finder of modules: lets the module with the application be found, and has a hand in it."""
        if name != "PySide6.QtWidgets":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path)
        assert spec is not None
        loader: Any = spec.loader
        load = loader.exec_module

        def watched(module: ModuleType) -> None:
            load(module)
            self._watch(module)

        loader.exec_module = watched
        return spec

    def _watch(self, module: Any) -> None:
        from PySide6.QtCore import QEvent, QObject

        probe = self

        class Eye(QObject):
            def eventFilter(self, watched: QObject, event: QEvent) -> bool:
                return probe.sees(watched, event)

        class Watched(module.QApplication):
            def __init__(self, *arguments: object) -> None:
                super().__init__(*arguments)
                self.eye = probe.eye = Eye(self)
                self.installEventFilter(self.eye)
                probe.application = self
                probe.hear_program()

        module.QApplication = Watched

    def sees(self, watched: Any, event: Any) -> bool:
        """An event that is about to be delivered; whether that is done."""
        # By name: to load the enumeration of the types costs a tenth of the start.
        if type(event).__name__ == "QPaintEvent" and watched.isWidgetType():
            self._has_painted = self._has_painted or watched.isWindow()
            return False
        if self._inside or not watched.isWindowType():
            return False
        from PySide6.QtCore import QCoreApplication

        # One level deeper, so as to be there when the frame is on the screen.
        self._inside = True
        QCoreApplication.sendEvent(watched, event)
        self._inside = False
        if self._has_painted:
            self.application.removeEventFilter(self.eye)
            self._on_first_paint()
        return True

    def _on_first_paint(self) -> None:
        self._tell(modules=sorted(sys.modules))
        if self._linger < 0 and not _is_ours():
            os._exit(0)
        self._turn = time.thread_time()
        from PySide6.QtCore import QAbstractEventDispatcher

        QAbstractEventDispatcher.instance().aboutToBlock.connect(self._on_turn)

    def _on_turn(self) -> None:
        now = time.thread_time()
        self._longest = max(self._longest, now - self._turn)
        self._turn = now

    def hear_program(self) -> None:
        """If it is ours, when its window is complete."""
        if not _is_ours():
            return
        from kraken_desktop.gui import app  # the program has loaded it

        begin, probe = app.Program.begin, self

        def begun(program: app.Program, request: object) -> bool:
            program.started.connect(lambda: probe.on_complete(program))
            return begin(program, request)

        app.Program.begin = begun

    def on_complete(self, program: object) -> None:
        """Connected to the signal that says so."""
        self._on_turn()
        self._tell(modules=sorted(sys.modules), longest=self._longest)
        if self._linger < 0:
            os._exit(0)
        from PySide6.QtCore import QTimer

        QTimer.singleShot(round(self._linger * 1000), program.window.quit_unasked)

    def _tell(self, **facts: object) -> None:
        import json

        facts |= {"at": time.monotonic(), "cpu": time.process_time()}
        os.write(self._output, json.dumps(facts).encode() + b"\n")


def _is_ours() -> bool:
    return "kraken_desktop" in sys.modules


if __name__ == "__main__":
    sys.meta_path.insert(0, Probe(int(sys.argv[1]), float(sys.argv[2])))
    del sys.argv[:3]
    with open(sys.argv[0]) as _script:  # noqa: PTH123 - pathlib is the program's to load
        _code = compile(_script.read(), sys.argv[0], "exec")
    exec(_code, {"__name__": "__main__", "__file__": sys.argv[0]})
