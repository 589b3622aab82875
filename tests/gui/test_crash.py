from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qWarning
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.crash import CrashDialog, CrashDialogs, CrashPath, report
from kraken_desktop.log import LOG_FILE, start_log, stop_log

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    handler = start_log(tmp_path / "logs")
    assert handler is not None
    yield tmp_path / "logs" / LOG_FILE
    stop_log(handler)


@pytest.fixture
def crash(qtbot: QtBot) -> Iterator[CrashPath]:
    made = CrashPath()
    made.install()
    yield made
    made.remove()


def boom() -> None:
    raise ValueError(f"secret={SECRET}")


def raised() -> ValueError:
    try:
        boom()
    except ValueError as error:
        return error
    raise AssertionError


def test_a_report_says_where_and_on_what(qapp: object) -> None:
    error = raised()
    text = report(error, error.__traceback__)
    assert "Kraken Desktop" in text
    assert "in boom" in text
    assert "ValueError: secret=[hidden]" in text


@pytest.mark.expect_log("not caught")
@pytest.mark.parametrize("in_thread", [False, True])
def test_what_nobody_caught_is_told_and_logged(crash: CrashPath, log: Path, qtbot: QtBot, in_thread: bool) -> None:
    with qtbot.waitSignal(crash.crashed) as told:
        if in_thread:
            threading.Thread(target=boom).start()
        else:
            error = raised()
            sys.excepthook(type(error), error, error.__traceback__)
    assert "in boom" in told.args[0]
    written = log.read_text()
    assert "in boom" in written
    assert SECRET not in written + told.args[0]


@pytest.mark.expect_log("a warning of Qt")
def test_qts_messages_are_logged(crash: CrashPath, log: Path) -> None:
    qWarning("a warning of Qt")
    assert "a warning of Qt" in log.read_text()


def test_one_dialog_at_a_time_with_a_text_to_copy(qtbot: QtBot, tmp_path: Path) -> None:
    dialogs = CrashDialogs(tmp_path, lambda: None)
    for text in ("first", "second"):
        dialogs.show_report(text)
    dialog = dialogs._open
    assert isinstance(dialog, CrashDialog)
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == "first"
    dialog.close()
    dialogs.show_report("first")
    assert dialogs._open is None
    dialogs.show_report("third")
    assert dialogs._open is not None
    dialogs._open.close()
