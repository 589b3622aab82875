from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from kraken_desktop.model.errors import TimeoutExpiredError
from kraken_desktop.transport import Timeouts, Transport
from kraken_desktop.transport.connections import IDLE_SECONDS
from kraken_desktop.transport.deadlines import Deadlines, elapsed
from tests.support.raw_server import Peer, RawServer

HOUR = 3600.0
LONG = 10
"""Seconds for what takes none, on a busy machine."""


class Clock:
    """Stands still, until it jumps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def transport(clock: Clock) -> Iterator[Transport]:
    made = Transport(connections=2, user_agent="Test/1", clock=clock)
    yield made
    made.close()


def answers(peer: Peer) -> None:
    while True:
        peer.read_request()
        peer.answer()


def test_what_is_over_is_called_once_and_what_is_forgotten_never(clock: Clock) -> None:
    deadlines, called, done = Deadlines(clock), list[str](), threading.Event()
    deadlines.watch(100, lambda: called.append("first"))
    forgotten = deadlines.watch(50, lambda: called.append("forgotten"))
    deadlines.watch(200, done.set)
    deadlines.watch(300, lambda: called.append("later"))
    deadlines.forget(forgotten)
    deadlines.forget(forgotten)
    clock.now += 250
    deadlines.look()
    assert done.wait(LONG)
    assert called == ["first"]


def test_a_nearer_limit_does_not_wait_for_a_farther_one() -> None:
    deadlines, far, near = Deadlines(), threading.Event(), threading.Event()
    deadlines.watch(HOUR, far.set)
    deadlines.watch(0.01, near.set)
    assert near.wait(LONG)
    assert not far.is_set()


def test_one_thread_watches_all_requests(transport: Transport) -> None:
    before = sum(thread.name == "deadlines" for thread in threading.enumerate())
    with RawServer(answers) as server:
        for _ in range(5):
            transport.request("GET", server.url, timeouts=Timeouts(total=HOUR, answer=HOUR))
        after = sum(thread.name == "deadlines" for thread in threading.enumerate())
    # Those of tests before may still linger.
    assert after <= before + 1


def test_the_clock_goes_on() -> None:
    assert elapsed() <= elapsed()


@pytest.mark.parametrize(
    ("timeouts", "phase"), [(Timeouts(total=60), "total"), (Timeouts(answer=180), "read")], ids=["total", "answer"]
)
def test_a_request_that_slept_past_its_limit_ends_at_once(
    transport: Transport, clock: Clock, timeouts: Timeouts, phase: str
) -> None:
    def never_answers(peer: Peer) -> None:
        peer.read_request()
        peer.wait()

    raised: list[BaseException] = []

    def ask() -> None:
        try:
            transport.request("GET", server.url, timeouts=timeouts)
        except TimeoutExpiredError as error:
            raised.append(error)

    with RawServer(never_answers) as server:
        asking = threading.Thread(target=ask)
        asking.start()
        assert server.hanging.wait(LONG)
        clock.now += HOUR
        asking.join(LONG)
        assert not asking.is_alive()
    (error,) = raised
    assert isinstance(error, TimeoutExpiredError)
    assert error.phase == phase


def test_a_connection_in_use_is_kept(transport: Transport, clock: Clock) -> None:
    with RawServer(answers) as server:
        for _ in range(4):
            assert transport.request("GET", server.url).status == 200
            clock.now += IDLE_SECONDS * 0.9
        assert server.connections == 1


@pytest.mark.parametrize("slept", [IDLE_SECONDS, HOUR])
def test_a_peer_that_vanished_while_the_connection_lay_idle_costs_no_request(
    transport: Transport, clock: Clock, slept: float
) -> None:
    def vanishes(peer: Peer) -> None:
        peer.read_request()
        peer.answer()
        if server.connections == 1:
            # No FIN, no answer to whatever comes: half of a connection.
            peer.wait()

    with RawServer(vanishes) as server:
        assert transport.request("GET", server.url).status == 200
        assert server.hanging.wait(LONG)
        clock.now += slept
        assert transport.request("GET", server.url, timeouts=Timeouts(read=LONG)).status == 200


@pytest.mark.parametrize("politely", [True, False], ids=["FIN", "RST"])
def test_a_connection_that_was_closed_meanwhile_costs_no_request(transport: Transport, politely: bool) -> None:
    closed = threading.Event()

    def closes(peer: Peer) -> None:
        peer.read_request()
        peer.answer()
        if politely:
            peer.connection.close()
        else:
            peer.reset()
        closed.set()

    with RawServer(closes) as server:
        for _ in range(3):
            closed.clear()
            assert transport.request("GET", server.url).status == 200
            assert closed.wait(LONG)
    assert not server.errors
