from __future__ import annotations

import threading

import pytest

from kraken_desktop.cancel import CancelledError, CancelToken


def test_check_passes_until_somebody_cancels() -> None:
    token = CancelToken()
    token.check()
    token.cancel()
    with pytest.raises(CancelledError):
        token.check()


def test_waiting_passes_unless_somebody_cancels() -> None:
    token = CancelToken()
    token.wait(0)
    waker = threading.Timer(0.05, token.cancel)
    waker.start()
    with pytest.raises(CancelledError):
        token.wait(60)
    waker.join()


def test_cancel_interrupts_what_is_blocking_now() -> None:
    token, called = CancelToken(), []
    with token.interrupting(lambda: called.append("inner")):
        token.cancel()
    assert called == ["inner"]


def test_a_late_interrupt_is_called_at_once() -> None:
    token, called = CancelToken(), []
    token.cancel()
    with token.interrupting(lambda: called.append("late")):
        assert called == ["late"]


def test_nothing_is_interrupted_after_it_ended() -> None:
    token, called = CancelToken(), []
    with token.interrupting(lambda: called.append("over")):
        pass
    token.cancel()
    assert called == []
