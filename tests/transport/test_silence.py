"""A peer that is gone without a word: what the kernel is asked to do, and what is said of it."""

from __future__ import annotations

import errno
import socket
import sys

import pytest
import requests

from kraken_desktop.model.errors import ConnectionLostError
from kraken_desktop.transport import Timeouts
from kraken_desktop.transport.connections import _notice_silence
from kraken_desktop.transport.failures import converted


@pytest.mark.skipif(sys.platform != "linux", reason="each system has its own names")
def test_the_kernel_asks_a_silent_peer_and_gives_it_up_within_a_minute() -> None:
    with socket.socket() as made:
        _notice_silence(made)
        assert made.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        found = {
            name: made.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
            for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")
        }
    assert found["TCP_KEEPIDLE"] + found["TCP_KEEPINTVL"] * found["TCP_KEEPCNT"] <= 60
    assert found["TCP_USER_TIMEOUT"] == 60_000


@pytest.mark.parametrize("sent_all", [False, True])
def test_a_peer_that_the_kernel_gave_up_is_a_lost_connection_and_no_time_limit_of_ours(sent_all: bool) -> None:
    error = requests.exceptions.ConnectionError(OSError(errno.ETIMEDOUT, "Connection timed out"))
    told = converted(error, "api.example", proxy="", sent_all=sent_all, timeouts=Timeouts())
    assert isinstance(told, ConnectionLostError)
    assert (told.sent_all, told.reason) == (sent_all, "Connection timed out")
