"""The two front ends as a person uses them: the terminal as a process, the window with real services behind it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from kraken_desktop.composition import Services
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.translation import translate_message
from kraken_desktop.messages import Words
from kraken_desktop.model.job import JobState, JobStatus
from tests.faults.books import outcome_of
from tests.support.gui import drop, mime_of_files
from tests.support.world import World

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "tests.faults.program"]
_WAIT_MS = 60_000


class Terminal:
    """``kraken-s3 put``, run to its end.

    Args:
        prefix: a command that runs it.
    """

    def __init__(self, environ: Mapping[str, str], options: Sequence[str] = (), prefix: Sequence[str] = ()) -> None:
        self._environ = environ
        self._options = options
        self._prefix = prefix

    def put(self, files: Sequence[Path]) -> tuple[int, dict[str, str], str]:
        """Exit code, outcome or failure's code by source, and what stands on standard error."""
        ended = subprocess.run(
            [*self._prefix, *PROGRAM, *self._options, "put", "--json", *map(str, files)],
            cwd=ROOT,
            env=dict(self._environ),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=100,
            check=False,
        )
        told = [json.loads(line) for line in ended.stdout.splitlines()]
        assert [each["source"] for each in told] == [str(path) for path in files], ended.stderr
        return ended.returncode, {each["source"]: _outcome(each) for each in told}, ended.stderr


def _outcome(told: Mapping[str, Any]) -> str:
    return str(told["error"]["code"]) if "error" in told else str(told["status"])


class Window:
    """The main window, with all that is behind it."""

    def __init__(self, qtbot: QtBot, services: Services, theme: Theme) -> None:
        self._qtbot = qtbot
        self.services = services
        self.window = MainWindow(
            services,
            services.settings.load(),
            theme=theme,
            words=Words(translate_message),
            decode=lambda _path, _size, _cancel: None,
        )
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.uploads.take_up()

    def drop(self, files: Sequence[Path]) -> None:
        """Let them go over the window."""
        drop(self.window, mime_of_files(*files))
        self.wait(lambda: len(self.rows()) == len(files))

    def rows(self) -> list[JobStatus]:
        model = self.window.model
        return [model.status(row) for row in range(model.rowCount())]

    def outcomes(self) -> dict[str, str]:
        """By source, of what has ended."""
        return {row.job.source.location: outcome_of(row) for row in self.rows() if row.state.ended}

    def wait(self, happened: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(happened, timeout=_WAIT_MS)

    def wait_ended(self) -> dict[str, str]:
        """Until every row has ended."""
        self.wait(lambda: all(row.state.ended for row in self.rows()))
        return self.outcomes()

    def button(self, text: str) -> QPushButton | None:
        """That of a message above the list."""
        found = self.window.banners.findChildren(QPushButton)
        return next((each for each in found if each.isVisible() and each.text().replace("&", "") == text), None)

    def retry_failed(self) -> None:
        """Try everything again that failed."""
        self.window.wishes.retry([row.job.id for row in self.rows() if row.state is JobState.FAILED])
        self.wait(lambda: all(row.state is not JobState.FAILED for row in self.rows()))

    def close(self) -> None:
        if self.window.isVisible():
            with self._qtbot.waitSignal(self.window.closed, timeout=10_000) as closed:
                self.window.quit_unasked()
            assert closed.args == [True], "everything stopped in time"
            self.services.close()
        self.window.deleteLater()


def bare_environment(world: World, home: Path) -> dict[str, str]:
    """What a program of ours is started with: no keyring, no secret."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONWARNINGS": "error",
        "QT_QPA_PLATFORM": "offscreen",
        **world.environ,
    }
