"""The process of :mod:`tests.bench.drop` that is measured: the real program's window, driven and measured from inside.

Told what to do in one JSON argument; tells what it found as lines of JSON.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from typing_extensions import override

from kraken_desktop.gui import app
from kraken_desktop.gui.app import Program
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.model.job import JobState
from tests.bench.turns import Collections, Lateness, Spread, Turns
from tests.support.gui import drop, mime_of_files

_STEP_MS = 5
_SCROLL_EVERY = 10
_JUMP_EVERY = 40
_SELECT_EVERY = 100
"""In steps."""

Steps = Generator[Callable[[], bool], None, None]


def tell(**facts: Any) -> None:
    """One line to whoever started this process."""
    print(json.dumps(facts), flush=True)


class Painted(QObject):
    """When something is painted next, on the monotonic clock."""

    def __init__(self, widget: QWidget, kind: QEvent.Type, counts: Callable[[], bool] = lambda: True) -> None:
        super().__init__(widget)
        self._kind, self._counts = kind, counts
        self.at: float | None = None
        widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.at is None and event.type() is self._kind and self._counts():
            # After this turn it is on the screen.
            QTimer.singleShot(0, self._note)
        return False

    def _note(self) -> None:
        if self.at is None:
            self.at = time.monotonic()


def memory() -> dict[str, float]:
    """Of this process, in MB: resident, proportional, and the most that was ever resident."""
    found: dict[str, float] = {}
    for file in ("smaps_rollup", "status"):
        for line in Path(f"/proc/self/{file}").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in {"Rss", "Pss", "VmHWM"}:
                found[name] = int(rest.split()[0]) / 1024
    return found


class Driver(QObject):
    """Plays one script on the window's own thread."""

    def __init__(self, program: Program, told: dict[str, Any]) -> None:
        super().__init__()
        self._program = program
        self._told = told
        self._turns = Turns(offenders=told["offenders"])
        self._late = Lateness()
        self._collections = Collections()
        self._script: Steps | None = None
        self._until: Callable[[], bool] = lambda: True
        self._count = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self._step)
        program.started.connect(self._start)

    @property
    def window(self) -> MainWindow:
        assert self._program.window is not None
        return self._program.window

    def _start(self) -> None:
        self._script = getattr(self, f"_play_{self._told['kind']}")()
        self._timer.start()

    def _step(self) -> None:
        self._count += 1
        if self._script is None or not self._until():
            return
        try:
            self._until = next(self._script)
        except StopIteration:
            self._timer.stop()
            tell(quitting=time.monotonic())
            self.window.quit_unasked()

    # --- what scripts are made of ---

    def _after(self, seconds: float) -> Callable[[], bool]:
        end = time.monotonic() + seconds
        return lambda: time.monotonic() >= end

    def _rows(self) -> int:
        return self.window.model.rowCount()

    def _all_there(self) -> bool:
        return self._rows() >= self._told["files"] and not self.window.status_bar.scanning

    def _ended(self) -> bool:
        return self._all_there() and self.window.model.tally.unfinished == 0

    def _state(self, state: JobState) -> Callable[[], bool]:
        return lambda: self.window.model.tally.counts[state] > 0

    def _drop(self) -> float:
        """Let the folder go over the window; when that was."""
        began = time.monotonic()
        drop(self.window, mime_of_files(Path(self._told["folder"])))
        return began

    def _browse(self) -> None:
        """What a person does meanwhile: scrolls, jumps, looks at a row."""
        bar, rows = self.window.view.verticalScrollBar(), self._rows()
        if rows and self._count % _SCROLL_EVERY == 0:
            step = bar.pageStep() * 7 if self._count % _JUMP_EVERY == 0 else bar.singleStep() * 3
            bar.setValue((bar.value() + step) % max(1, bar.maximum()))
        if rows and self._count % _SELECT_EVERY == 0:
            self.window.view.selectRow((self._count * 7) % rows)

    # --- scripts ---

    def _play_run(self) -> Steps:
        """Drop a folder and wait for all of it, scrolling."""
        yield self._after(1.0)
        tell(start=memory())
        self._late.begin()
        self._turns.begin()
        self._collections.pauses = type(self._collections.pauses)("d")
        window = self.window
        repaint = Painted(window.window(), QEvent.Type.UpdateRequest)
        rows = Painted(window.view.viewport(), QEvent.Type.Paint, lambda: self._rows() > 0)
        began = self._drop()

        def scanned() -> bool:
            self._browse()
            return self._all_there()

        yield scanned
        all_rows = time.monotonic()
        turns = len(self._turns.costs)

        def ended() -> bool:
            self._browse()
            return self._ended()

        yield ended
        end = time.monotonic()
        costs = self._turns.costs
        counts = {state.value: number for state, number in window.model.tally.counts.items() if number}
        yield self._after(1.0)
        tell(
            first_repaint=_since(began, repaint.at),
            first_rows=_since(began, rows.at),
            all_rows=all_rows - began,
            whole=end - began,
            counts=counts,
            span=(began, end),
            scan_turns=asdict(Spread.of(costs[:turns])),
            turns=asdict(Spread.of(costs)),
            late=asdict(self._late.between(began, end)),
            collector=asdict(Spread.of(self._collections.pauses)),
            end=memory(),
            offenders=self._turns.offenders,
        )

    def _play_cancel(self) -> Steps:
        """Cancel one that runs, one that waits for its turn, and all the rest."""
        yield self._after(0.5)
        self._drop()
        window, model = self.window, self.window.model
        yield self._all_there
        yield self._state(JobState.RUNNING)
        found: dict[str, float] = {}
        for name, state in (("running", JobState.RUNNING), ("queued", JobState.QUEUED)):
            chosen = [each.job.id for each in reversed(model.statuses) if each.state is state][:1]
            began = time.monotonic()
            window.view.cancel_wanted.emit(chosen)
            yield lambda ids=chosen: all(model.status(model.row_of(each) or 0).state.ended for each in ids)
            found[name] = time.monotonic() - began
        self._turns.begin()
        left = model.tally.unfinished
        began, cost = time.monotonic(), time.process_time()
        window.status_bar.cancel_all_wanted.emit()
        yield lambda: model.tally.unfinished == 0
        found["all"], found["cost"] = time.monotonic() - began, time.process_time() - cost
        tell(
            cancelled=found,
            left=left,
            end=memory(),
            turns=asdict(Spread.of(self._turns.costs)),
            offenders=self._turns.offenders,
        )

    def _play_quit(self) -> Steps:
        """Bring the window into one state, and quit."""
        yield self._after(0.5)
        self._drop()
        match self._told["state"]:
            case "scanning":
                yield lambda: self._rows() > 0
            case "running":
                yield self._state(JobState.DONE)
            case "stalled":
                yield self._state(JobState.RUNNING)
                yield self._after(1.5)
            case "paused":
                yield lambda: self.window.uploads.runner.paused
            case "waiting":
                yield self._state(JobState.WAITING)
            case _:
                yield self._ended
        counts = {state.value: number for state, number in self.window.model.tally.counts.items() if number}
        tell(counts=counts, scanning=self.window.status_bar.scanning)

    def _play_file(self) -> Steps:
        """One small file, then the file in question: what memory that takes."""
        yield self._after(0.5)
        drop(self.window, mime_of_files(Path(self._told["small"])))
        yield lambda: self._rows() > 0 and self.window.model.tally.unfinished == 0
        before = memory()
        drop(self.window, mime_of_files(Path(self._told["folder"])))
        yield lambda: self._rows() > 1 and self.window.model.tally.unfinished == 0
        counts = {state.value: number for state, number in self.window.model.tally.counts.items() if number}
        tell(before=before, after=memory(), counts=counts)


def _since(began: float, at: float | None) -> float | None:
    return None if at is None else at - began


class Measured(Program):
    """The program, driven by a script."""

    def __init__(self, application: QApplication, environ: Mapping[str, str], parent: QObject | None = None) -> None:
        super().__init__(application, environ, parent)
        self.driver = Driver(self, json.loads(sys.argv[1]))

    @override
    def _on_closed(self, ended_in_time: bool) -> None:
        tell(in_time=ended_in_time, closed=time.monotonic())
        super()._on_closed(ended_in_time)

    @override
    def end(self) -> None:
        super().end()
        tell(ended=time.monotonic())


def run() -> int:
    """The program from its first line to its last."""
    gc.disable()  # as kraken_desktop.__main__ does
    app.Program = Measured
    return app.main([])


def run_empty() -> int:
    """A window with nothing in it, until asked how late its timer was between two moments."""
    application = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.resize(960, 680)
    window.show()
    late = Lateness()
    late.begin()

    def answer() -> None:
        first, last = json.loads(sys.stdin.readline())
        tell(late=asdict(late.between(first, last)))
        application.quit()

    asked = QSocketNotifier(0, QSocketNotifier.Type.Read)
    asked.activated.connect(answer)
    return application.exec()


def main(plan: str) -> int:
    """What :mod:`tests.bench.drop` starts."""
    told = json.loads(plan)
    return run_empty() if told["kind"] == "empty" else run()
