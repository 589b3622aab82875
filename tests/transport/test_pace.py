from __future__ import annotations

import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.transport import PIECE, FileBody, Timeouts, Transport
from kraken_desktop.transport.pace import Bucket, Pace, Stride
from tests.support.raw_server import Peer, RawServer

LONG = 10
"""Seconds for what takes none, on a busy machine."""


def answers(peer: Peer) -> None:
    while True:
        peer.read_request()
        peer.answer()


@dataclass
class Limit:
    now: int | None

    def __call__(self) -> int | None:
        return self.now


def file_body(folder: Path, size: int, name: str = "image.jpg") -> FileBody:
    content = hashlib.shake_256(name.encode()).digest(size)
    path = folder / name
    path.write_bytes(content)
    return FileBody(path, size=size, sha256=hashlib.sha256(content).hexdigest())


# --- the bucket, by a clock of the test ---


@pytest.mark.parametrize(
    ("limit", "late"), [(10_000, 0.0), (10_000, 0.004), (1_000_000, 0.0), (1_000_000, 0.004), (10_000_000, 0.004)]
)
def test_what_leaves_in_a_minute_is_what_the_limit_says(limit: int, late: float) -> None:
    now, left = 1000.0, 0
    bucket, piece = Bucket(now), min(PIECE, limit // 16)
    while now < 1060:
        bucket.take(piece, limit, now)
        left += piece
        # No wait ends on time.
        now += max(bucket.wait(now), 0) + late
    assert left == pytest.approx(60 * limit, rel=0.01)


def test_a_pause_is_not_saved_up() -> None:
    bucket = Bucket(0.0)
    bucket.take(1000, 1000, 3600.0)
    assert bucket.wait(3600.0) == pytest.approx(0.95)


def test_what_is_owed_is_owed_at_the_new_limit() -> None:
    bucket = Bucket(0.0)
    bucket.take(10_000, 1000, 0.0)
    bucket.change(1000, 10_000, 1.0)
    assert bucket.wait(1.0) == pytest.approx(0.9)


# --- uploads over real connections ---


def test_an_upload_keeps_to_the_limit(tmp_path: Path) -> None:
    limit, size = 1_000_000, 1_000_000
    transport = Transport(connections=1, user_agent="Test/1", pace=Pace(Limit(limit)))
    body = file_body(tmp_path, size)
    with RawServer(answers) as server:
        began = time.monotonic()
        transport.request("PUT", server.url, body=body)
        took = time.monotonic() - began
    transport.close()
    assert 0.9 * size / limit < took, "a piece and a pause may leave at once"
    assert took < 1.25 * size / limit


def test_uploads_share_the_limit_evenly(tmp_path: Path) -> None:
    limit, size = 600_000, 240_000
    transport = Transport(connections=2, user_agent="Test/1", pace=Pace(Limit(limit)))
    bodies = [file_body(tmp_path, size, name) for name in ("one.jpg", "two.jpg")]
    ended: list[float] = []

    def upload(body: FileBody) -> None:
        transport.request("PUT", server.url, body=body)
        ended.append(time.monotonic())

    with RawServer(answers) as server:
        began = time.monotonic()
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(upload, bodies))
    transport.close()
    first, last = (at - began for at in ended)
    assert 0.85 * 2 * size / limit < last < 1.35 * 2 * size / limit
    assert first > 0.75 * last, "none has to wait until the other has ended"


def test_a_download_is_not_held_back() -> None:
    content = bytes(300_000)

    def serves(peer: Peer) -> None:
        peer.read_request()
        peer.answer(200, content)

    transport = Transport(connections=1, user_agent="Test/1", pace=Pace(Limit(1000)))
    with RawServer(serves) as server:
        began = time.monotonic()
        assert transport.request("GET", server.url).body == content
        assert time.monotonic() - began < LONG
    transport.close()


@pytest.mark.parametrize("waiting", [1, 3])
def test_who_waits_can_be_stopped_at_once(tmp_path: Path, waiting: int) -> None:
    transport = Transport(connections=waiting, user_agent="Test/1", pace=Pace(Limit(1000)))
    token = CancelToken()
    bodies = [file_body(tmp_path, 500_000, f"{number}.jpg") for number in range(waiting)]
    started = threading.Semaphore(0)

    def started_one(peer: Peer) -> None:
        peer.read_head()
        started.release()
        peer.wait()

    def upload(body: FileBody) -> bool:
        with pytest.raises(CancelledError) as raised:
            transport.request("PUT", server.url, body=body, cancel=token)
        return raised.value.sent_all

    with RawServer(started_one) as server, ThreadPoolExecutor(waiting) as threads:
        running = [threads.submit(upload, body) for body in bodies]
        for _ in bodies:
            assert started.acquire(timeout=LONG)
        began = time.monotonic()
        token.cancel()
        sent = [each.result(LONG) for each in running]
        assert time.monotonic() - began < 1
    transport.close()
    assert not any(sent)


@pytest.mark.parametrize("after", [None, 50_000_000])
def test_another_limit_holds_for_what_is_on_its_way(tmp_path: Path, after: int | None) -> None:
    limit = Limit(1000)
    transport = Transport(connections=1, user_agent="Test/1", pace=Pace(limit))
    body = file_body(tmp_path, 500_000)
    begun = threading.Event()

    def script(peer: Peer) -> None:
        _, headers, rest = peer.read_head()
        left = int(headers["content-length"]) - len(rest)
        while left:
            left -= len(peer.connection.recv(65536))
            begun.set()
        peer.answer()

    with RawServer(script) as server, ThreadPoolExecutor(1) as threads:
        running = threads.submit(transport.request, "PUT", server.url, body=body)
        assert begun.wait(LONG)
        limit.now = after
        assert running.result(LONG).status == 200
    transport.close()


def test_waiting_for_a_turn_is_no_stall(tmp_path: Path) -> None:
    """Each of three waits longer for its turn than a send may take."""
    transport = Transport(connections=3, user_agent="Test/1", pace=Pace(Limit(8192)))
    bodies = [file_body(tmp_path, 3072, f"{number}.jpg") for number in range(3)]
    timeouts = Timeouts(connect=0.25, read=LONG, answer=0.5)
    with RawServer(answers) as server, ThreadPoolExecutor(3) as threads:
        began = time.monotonic()
        running = [threads.submit(transport.request, "PUT", server.url, body=b, timeouts=timeouts) for b in bodies]
        assert [each.result(LONG).status for each in running] == [200] * 3
        assert time.monotonic() - began > 0.9
    transport.close()


# --- the size of a piece ---


def test_a_low_limit_makes_pieces_small_so_that_nobody_is_silent_for_long() -> None:
    assert Pace(Limit(None)).piece is None
    assert Pace(Limit(10_000)).piece == 1024
    assert Pace(Limit(320_000)).piece == 20_000
    assert Pace(Limit(100_000_000)).piece == PIECE


def test_pieces_grow_on_a_quick_connection_and_shrink_on_a_slow_one() -> None:
    now = 0.0
    stride = Stride(lambda: now)
    for _ in range(20):
        stride.begin()
        now += 0.0005
        stride.end()
    assert stride.piece > PIECE
    stride.begin()
    now += 0.5
    stride.end()
    assert stride.piece == PIECE
