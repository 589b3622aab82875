"""Fetching Kraken.io's result: whole, safely, and never by an address that is not safe."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.engines.kraken_answers import Result
from kraken_desktop.engines.kraken_result import Downloaded, download, safe_address
from kraken_desktop.model.errors import (
    BadAnswerError,
    ConnectionLostError,
    KrakenDesktopError,
    ResultLostError,
    StoreError,
)
from kraken_desktop.transport import Transport
from tests.support.raw_server import Peer, RawServer

IMAGE = b"smaller than before " * 10_000


@pytest.fixture
def transport() -> Iterator[Transport]:
    with closing(Transport(connections=2, user_agent="test")) as made:
        yield made


def serving(body: bytes = IMAGE, *, status: int = 200, length: int | None = None, headers: str = "") -> RawServer:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.answer(status, body, headers, length)
        peer.connection.close()

    return RawServer(script)


def fetched(transport: Transport, server: RawServer, into: Path, *, size: int | None = len(IMAGE)) -> Downloaded:
    result = Result(kraked_url=f"{server.url}/a.jpg", kraked_bytes=size)
    return download(transport, result, into, CancelToken(), lambda received, of: None)


@pytest.mark.parametrize("size", [len(IMAGE), None])
def test_a_result_arrives_whole(transport: Transport, tmp_path: Path, size: int | None) -> None:
    with serving() as server:
        arrived = fetched(transport, server, tmp_path / "a.jpg", size=size)
    assert (tmp_path / "a.jpg").read_bytes() == IMAGE
    assert arrived == Downloaded(bytes=len(IMAGE), sha256=hashlib.sha256(IMAGE).hexdigest())


@pytest.mark.parametrize(
    ("server", "error", "problem"),
    [
        (lambda: serving(IMAGE[:-1]), ResultLostError, "size"),
        (lambda: serving(IMAGE + b"x"), ResultLostError, "size"),
        (lambda: serving(b""), ResultLostError, "size"),
        (lambda: serving(b"gone", status=404), ResultLostError, "status"),
        (lambda: serving(b"", status=302, headers="Location: http://127.0.0.1:9/\r\n"), ResultLostError, "status"),
        (lambda: serving(IMAGE[:-1], length=len(IMAGE)), ConnectionLostError, None),
    ],
    ids=["short", "long", "empty", "gone", "elsewhere", "cut"],
)
def test_what_is_not_the_result_is_never_taken_for_it(
    transport: Transport, tmp_path: Path, server: object, error: type[KrakenDesktopError], problem: str | None
) -> None:
    with server() as running, pytest.raises(error) as caught:  # type: ignore[operator]
        fetched(transport, running, tmp_path / "a.jpg")
    assert caught.value.facts.get("problem") == problem
    assert caught.value.retryable, "asking again costs nothing"


def test_a_full_disk_is_told_as_such(transport: Transport, tmp_path: Path) -> None:
    def full(received: int, _of: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with serving() as server:
        result = Result(kraked_url=f"{server.url}/a.jpg", kraked_bytes=len(IMAGE))
        with pytest.raises(StoreError, match="No space") as caught:
            download(transport, result, tmp_path / "a.jpg", CancelToken(), full)
    assert not caught.value.retryable


def test_a_download_can_be_cancelled(transport: Transport, tmp_path: Path) -> None:
    token = CancelToken()

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.answer(200, IMAGE[:100_000], length=len(IMAGE))
        peer.wait()

    def received(count: int, _of: int) -> None:
        if count:
            token.cancel()

    with RawServer(script) as server:
        result = Result(kraked_url=f"{server.url}/a.jpg", kraked_bytes=len(IMAGE))
        with pytest.raises(CancelledError):
            download(transport, result, tmp_path / "a.jpg", token, received)


@pytest.mark.parametrize(
    ("told", "safe"),
    [
        ("https://dl.kraken.io/api/a.jpg", "https://dl.kraken.io/api/a.jpg"),
        ("http://dl.kraken.io/api/a.jpg", "https://dl.kraken.io/api/a.jpg"),
        ("http://dl.kraken.io:80/a.jpg", "https://dl.kraken.io/a.jpg"),
        ("http://127.0.0.1:8/a.jpg", "http://127.0.0.1:8/a.jpg"),
    ],
)
def test_plain_http_is_raised_to_https(told: str, safe: str) -> None:
    assert safe_address(told) == safe


@pytest.mark.parametrize("told", ["ftp://dl.kraken.io/a.jpg", "file:///etc/passwd", "a.jpg"])
def test_any_other_scheme_is_refused(told: str) -> None:
    with pytest.raises(BadAnswerError):
        safe_address(told)
