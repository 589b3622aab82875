"""The system tells the program to end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.ending import Ending

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@pytest.fixture
def ending() -> Iterator[Ending]:
    # The tests may run under nohup, which the program would respect.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    made = Ending()
    yield made
    made.close()
    signal.signal(signal.SIGHUP, before)


def send(number: signal.Signals) -> None:
    assert callable(signal.getsignal(number)), "it would end the tests"
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_is_told_in_the_event_loop(ending: Ending, qtbot: QtBot, number: signal.Signals) -> None:
    told: list[bool] = []
    ending.asked.connect(lambda: told.append(True))
    send(number)
    assert not told
    qtbot.waitUntil(lambda: told == [True])


def test_other_signals_end_nothing(ending: Ending, qtbot: QtBot) -> None:
    before = signal.signal(signal.SIGUSR1, lambda _number, _frame: None)
    try:
        with qtbot.assertNotEmitted(ending.asked, wait=1):
            send(signal.SIGUSR1)
            qtbot.wait(1)  # one round of events
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_program_that_is_to_outlive_its_terminal_does(qtbot: QtBot) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        ending = Ending()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        ending.close()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_afterwards_all_is_as_before() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP)
    Ending().close()
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP)) == before
    assert signal.set_wakeup_fd(-1) == -1
