"""What the window of the history costs with 100,000 entries: opening, scrolling, typing, new entries at the top.

``.venv/bin/python -m tests.bench.history_window [--jobs N]`` prints a table. Each script runs twice, with many entries
and with a handful: what a long history adds stands beside what a window costs anyway. Milliseconds of processor time of
the window's thread, for each turn of its event loop, and by the clock until the rows are seen.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from kraken_desktop.cancel import CancelToken
from kraken_desktop.gui.app import SWITCH_SECONDS
from kraken_desktop.gui.history.window import HistoryWindow
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.translation import install_translations, translate_message
from kraken_desktop.messages import Words
from kraken_desktop.model.job import Done
from tests.bench.history import fill, rows
from tests.bench.turns import Spread, Turns
from tests.support.gui import SETTINGS, WindowServices

_STEP_MS = 16
_SCROLLS = 240
_TYPED = "berlin holiday 2022"
_KEY_EVERY = 6
"""In steps: a quick writer."""
_FEW = 12

Steps = Generator[Callable[[], bool], None, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One script."""

    name: str
    seconds: float
    """By the clock."""
    turns: Spread


class Bench:
    """Plays scripts in a window on a history, on the window's own thread.

    Args:
        home: where its journal is.
    """

    def __init__(self, application: QApplication, theme: Theme, home: Path) -> None:
        os.environ["KRAKEN_DESKTOP_HOME"] = str(home)
        self._turns = Turns()
        self.services = WindowServices()
        self.main = MainWindow(self.services, SETTINGS, theme=theme, words=Words(translate_message), decode=_no_picture)
        self.main.show()
        self._application = application
        self._wait(0.5)

    @property
    def window(self) -> HistoryWindow:
        """Of the history."""
        assert self.main.history.window is not None
        return self.main.history.window

    def play(self, name: str, script: Callable[[], Steps]) -> Measured:
        """Play a script to its end."""
        self._turns.begin()
        began = time.monotonic()
        for is_over in script():
            while not is_over():
                self._wait(_STEP_MS / 1000)
        return Measured(name=name, seconds=time.monotonic() - began, turns=Spread.of(self._turns.costs))

    def _wait(self, seconds: float) -> None:
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    def _is_settled(self) -> bool:
        window = self.window
        view, model = window.view, window.model
        if window.search.busy or window.filters.is_waiting:
            return False
        first = max(0, view.rowAt(0))
        last = view.rowAt(view.viewport().height() - 1)
        return not any(model.line(row).is_unread for row in range(first, last + 1 if last >= 0 else model.rowCount()))

    # --- scripts ---

    def opening(self) -> Steps:
        """From the key to the rows."""
        self.main.history.open()
        yield lambda: self.window.model.rowCount() > 0 and self._is_settled()

    def scrolling(self) -> Steps:
        """By the wheel, with a jump now and then."""
        bar = self.window.view.verticalScrollBar()
        for step in range(_SCROLLS):
            far = step % 20 == 19
            bar.setValue((bar.value() + (bar.maximum() // 7 if far else 3 * bar.singleStep())) % max(1, bar.maximum()))
            yield lambda: True
            self._wait(_STEP_MS / 1000)
        yield self._is_settled

    def typing(self) -> Steps:
        """Letter by letter, then all of it removed."""
        field = self.window.filters.search
        for letter in _TYPED:
            field.insert(letter)
            self._wait(_KEY_EVERY * _STEP_MS / 1000)
            yield lambda: True
        yield self._is_settled
        field.clear()
        yield self._is_settled

    def selecting(self) -> Steps:
        """All rows, and one again."""
        self.window.view.selectAll()
        self._wait(0.1)
        yield self._is_settled
        self.window.view.selectRow(3)
        self._wait(0.1)
        yield self._is_settled

    def growing(self) -> Steps:
        """Jobs that end in the main window, one after the other, while something is read further down."""
        self.window.view.verticalScrollBar().setValue(1000)
        for number, (job, _, _) in enumerate(rows(10, seed=99)):
            made = replace(job, id=f"{job.id[:-6]}{number:06}", batch_id="new")
            self.services.journal.add([made])
            self.services.journal.finish(made.id, Done(images=()))
            self.window.refresh()
            yield self._is_settled

    def copying(self) -> Steps:
        """The links of all."""
        self.window.view.clearSelection()
        self.window.foot.copy_wanted.emit(None)
        yield lambda: not self.window.work.busy

    def exporting(self) -> Steps:
        """All of it, as a table."""
        with tempfile.TemporaryDirectory(prefix="kraken-bench-") as name:
            self.window.export_to(Path(name, "all.csv"))
            yield lambda: not self.window.work.busy

    def close(self) -> None:
        """Leave the main window."""
        self.main.quit_unasked()
        self.services.close()


def _no_picture(_path: str, _size: int, _cancel: CancelToken) -> bytes | None:
    return None


def measure(application: QApplication, theme: Theme, home: Path, count: int) -> list[Measured]:
    """Fill a history and play every script."""
    (home / "journal").mkdir(parents=True)
    fill(home / "journal", count)
    bench = Bench(application, theme, home)
    found = [
        bench.play("open", bench.opening),
        bench.play("scroll", bench.scrolling),
        bench.play("type a search and clear it", bench.typing),
        bench.play("select all, then one", bench.selecting),
        bench.play("10 jobs end", bench.growing),
        bench.play("copy all links", bench.copying),
        bench.play("export all as CSV", bench.exporting),
    ]
    bench.window.close()
    found.append(bench.play("open again", bench.opening))
    bench.close()
    return found


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--jobs", type=int, default=100_000, metavar="N", help="length of the history")
    count = arguments.parse_args().jobs
    sys.setswitchinterval(SWITCH_SECONDS)
    application = QApplication([])
    install_translations(application)
    theme = Theme(application)
    with tempfile.TemporaryDirectory(prefix="kraken-bench-") as name:
        few = measure(application, theme, Path(name, "few"), _FEW)
        many = measure(application, theme, Path(name, "many"), count)
    print(f"{'':28}{'by the clock':>22}{'p99 of a turn':>22}{'worst turn':>22}")
    print(f"{'':28}" + f"{_FEW:>12}{count:>10}" * 3)
    for one, other in zip(few, many, strict=True):
        pairs = (
            (one.seconds * 1000, other.seconds * 1000),
            (one.turns.p99, other.turns.p99),
            (one.turns.worst, other.turns.worst),
        )
        print(f"{one.name:28}" + "".join(f"{before:>12.1f}{after:>10.1f}" for before, after in pairs) + "  ms")


if __name__ == "__main__":
    main()
