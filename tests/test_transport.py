from __future__ import annotations

import hashlib
import os
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.model.errors import (
    AddressInvalidError,
    ConnectError,
    ConnectionLostError,
    ProxyRefusedError,
    SourceChangedError,
    SourceMissingError,
    TimeoutExpiredError,
    TlsError,
    TransportError,
)
from kraken_desktop.transport import PIECE, BytesBody, FileBody, Timeouts, Transport, connections, system_proxies
from tests.support.raw_server import Peer, RawServer

LARGE = 20 * 1024 * 1024
"""More than the kernel's buffers swallow on loopback."""

PATIENT = Timeouts(connect=60, read=60, total=60)
"""Longer than any test waits: what ends earlier was ended by us."""

AT_ONCE = 2
"""Seconds that tell an interrupted request from one that a time limit or the server ends."""

Serve = Callable[[Callable[[Peer], None]], RawServer]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def serving(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> Transport:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    return Transport(connections=1, user_agent="Test/1", ssl_context=context)


@pytest.fixture(params=["http", "https"])
def serve(request: pytest.FixtureRequest, authority: trustme.CA) -> Serve:
    """A server of each scheme; ``trusted`` can talk to both."""
    context = serving(authority, "127.0.0.1") if request.param == "https" else None
    return lambda script: RawServer(script, context)


@pytest.fixture
def trusted(authority: trustme.CA) -> Iterator[Transport]:
    made = trusting(authority)
    yield made
    made.close()


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport(connections=4, user_agent="Test/1")
    yield made
    made.close()


def write(path: Path, size: int) -> Path:
    path.write_bytes(hashlib.shake_256(b"image").digest(size))
    return path


def body_of(path: Path, **more: object) -> FileBody:
    content = path.read_bytes()
    return FileBody(path, size=len(content), sha256=hashlib.sha256(content).hexdigest(), **more)  # type: ignore[arg-type]


def echo(seen: list[tuple[str, dict[str, str], bytes]]) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        while True:
            seen.append(peer.read_request())
            peer.answer()

    return script


@pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 5 * PIECE + 7])
def test_a_file_arrives_whole_between_head_and_tail(transport: Transport, tmp_path: Path, size: int) -> None:
    path = write(tmp_path / "image.jpg", size)
    seen: list[tuple[str, dict[str, str], bytes]] = []
    progress: list[tuple[int, int]] = []
    body = body_of(path, head=b"<head>", tail=b"<tail>", on_sent=lambda sent, of: progress.append((sent, of)))
    with RawServer(echo(seen)) as server:
        answer = transport.request("POST", server.url, body=body)
    assert answer.status == 200
    line, headers, content = seen[0]
    assert line == "POST / HTTP/1.1"
    assert content == b"<head>" + path.read_bytes() + b"<tail>"
    assert headers["content-length"] == str(len(content))
    assert "transfer-encoding" not in headers
    assert headers["user-agent"] == "Test/1"
    assert progress[0] == (0, size)
    assert progress[-1] == (size, size)
    assert progress == sorted(progress)
    assert body.sent_all


def test_the_last_piece_waits_for_before_last(transport: Transport, tmp_path: Path) -> None:
    path = write(tmp_path / "image.jpg", 3 * PIECE)
    seen: list[tuple[str, dict[str, str], bytes]] = []
    sent: list[int] = []
    at_that_time: list[tuple[int, int]] = []
    body = body_of(
        path,
        on_sent=lambda count, _: sent.append(count),
        before_last=lambda: at_that_time.append((sent[-1], len(seen))),
    )
    with RawServer(echo(seen)) as server:
        transport.request("POST", server.url, body=body)
    assert at_that_time == [(2 * PIECE, 0)]


@pytest.mark.parametrize("change", ["other bytes", "shorter", "gone"])
def test_a_changed_file_never_completes_a_request(transport: Transport, tmp_path: Path, change: str) -> None:
    path = write(tmp_path / "image.jpg", 4 * PIECE)
    body = body_of(path, tail=b"tail")
    match change:
        case "other bytes":
            path.write_bytes(b"\0" * 4 * PIECE)
        case "shorter":
            path.write_bytes(b"short")
        case _:
            path.unlink()
    completed: list[tuple[str, dict[str, str], bytes]] = []
    with RawServer(echo(completed)) as server, pytest.raises((SourceChangedError, SourceMissingError)) as caught:
        transport.request("POST", server.url, body=body)
    assert isinstance(caught.value, SourceMissingError) == (change == "gone")
    assert completed == []
    assert not body.sent_all


def test_connections_are_kept_alive(transport: Transport) -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []
    with RawServer(echo(seen)) as server:
        for _ in range(3):
            transport.request("POST", server.url, body=BytesBody(b"{}"))
        assert server.connections == 1
    assert len(seen) == 3


# --- cancelling ---


def never_read(peer: Peer) -> None:
    peer.read_head()
    peer.wait()


def never_answer(peer: Peer) -> None:
    peer.read_request()
    peer.wait()


def never_shake_hands(peer: Peer) -> None:
    peer.connection.recv(1)
    peer.wait()


def drip(peer: Peer) -> None:
    peer.read_request()
    peer.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    peer.hanging.set()
    while not peer.stopping.wait(0.01):
        peer.connection.sendall(b" ")


def dripping(head: bytes) -> Callable[[Peer], None]:
    """An answer that goes on like this, and then byte by byte."""

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.connection.sendall(b"HTTP/1.1 200 Told\r\n" + head)
        peer.hanging.set()
        while not peer.stopping.wait(0.02):
            peer.connection.sendall(b"a")

    return script


class Canceller:
    """Cancels once the server hangs and the client stands still, and tells how long that took to work."""

    def __init__(self, server: RawServer, progress: list[int] | None = None) -> None:
        self.token = CancelToken()
        self._server = server
        self._progress = progress if progress is not None else []
        self._cancelled_at = 0.0
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self) -> None:
        assert self._server.hanging.wait(30)
        until = threading.Event()
        before = -1
        while len(self._progress) != before:
            before = len(self._progress)
            until.wait(0.2)
        self._cancelled_at = time.monotonic()
        self.token.cancel()

    def seconds(self) -> float:
        now = time.monotonic()
        self._thread.join(60)
        assert self._cancelled_at, "it ended before anybody cancelled"
        return now - self._cancelled_at


@pytest.mark.parametrize(
    ("script", "size", "sent_all"),
    [
        pytest.param(never_read, LARGE, False, id="stops reading"),
        pytest.param(never_answer, 10, True, id="never answers"),
        pytest.param(drip, 10, True, id="drips its answer"),
        pytest.param(dripping(b"Content-Length: 99999\r\nConnection: close\r\n\r\n"), 10, True, id="last answer"),
        pytest.param(dripping(b"\r\n"), 10, True, id="ends with its connection"),
        pytest.param(dripping(b"X-Long: "), 10, True, id="drips its head"),
    ],
)
def test_cancel_wakes_a_blocked_request(
    trusted: Transport, serve: Serve, tmp_path: Path, script: Callable[[Peer], None], size: int, sent_all: bool
) -> None:
    progress: list[int] = []
    body = body_of(write(tmp_path / "image.jpg", size), on_sent=lambda sent, _: progress.append(sent))
    with serve(script) as server:
        canceller = Canceller(server, progress)
        with pytest.raises(CancelledError) as caught:
            trusted.request("POST", server.url, body=body, cancel=canceller.token, timeouts=PATIENT)
        assert canceller.seconds() < AT_ONCE
    assert caught.value.sent_all is sent_all


def test_cancel_wakes_a_tls_handshake(transport: Transport) -> None:
    with RawServer(never_shake_hands) as server:
        canceller = Canceller(server)
        with pytest.raises(CancelledError) as caught:
            transport.request(
                "POST",
                f"https://127.0.0.1:{server.port}/",
                body=BytesBody(b"{}"),
                cancel=canceller.token,
                timeouts=PATIENT,
            )
        assert canceller.seconds() < AT_ONCE
    assert not caught.value.sent_all


def test_a_token_cancelled_before_sends_nothing(transport: Transport) -> None:
    token = CancelToken()
    token.cancel()
    with RawServer(never_answer) as server:
        with pytest.raises(CancelledError):
            transport.request("GET", server.url, cancel=token)
        assert server.connections == 0


def test_cancelling_one_request_leaves_the_next_on_its_connection_alone(transport: Transport) -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []
    token = CancelToken()
    with RawServer(echo(seen)) as server:
        transport.request("GET", server.url, cancel=token)
        token.cancel()
        assert transport.request("GET", server.url).status == 200
        assert server.connections == 1


# --- time limits ---


@pytest.mark.parametrize(
    ("script", "size", "timeouts", "phase", "sent_all"),
    [
        (never_answer, 10, Timeouts(connect=30, read=0.2), "read", True),
        (never_read, LARGE, Timeouts(connect=0.2, read=30), "send", False),
        (never_answer, 10, Timeouts(connect=30, read=30, total=0.2), "total", True),
        (drip, 10, Timeouts(connect=30, read=30, total=0.3), "total", True),
        (drip, 10, Timeouts(connect=30, read=30, answer=0.3), "read", True),
        (dripping(b"\r\n"), 10, Timeouts(connect=30, read=30, total=0.3), "total", True),
        (dripping(b"X-Long: "), 10, Timeouts(connect=30, read=30, total=0.3), "total", True),
        (dripping(b"Connection: close\r\n\r\n"), 10, Timeouts(connect=30, read=30, answer=0.3), "read", True),
    ],
)
def test_time_limits(
    transport: Transport,
    tmp_path: Path,
    script: Callable[[Peer], None],
    size: int,
    timeouts: Timeouts,
    phase: str,
    sent_all: bool,
) -> None:
    body = body_of(write(tmp_path / "image.jpg", size))
    with RawServer(script) as server, pytest.raises(TimeoutExpiredError) as caught:
        transport.request("POST", server.url, body=body, timeouts=timeouts)
    assert (caught.value.phase, caught.value.sent_all) == (phase, sent_all)


def test_the_limit_for_the_answer_does_not_run_while_sending(transport: Transport, tmp_path: Path) -> None:
    def slow_line(peer: Peer) -> None:
        _, headers, rest = peer.read_head()
        left = int(headers["content-length"]) - len(rest)
        while left:
            peer.stopping.wait(0.005)
            left -= len(peer.connection.recv(65536))
        peer.answer()

    body = body_of(write(tmp_path / "image.jpg", LARGE))
    began = time.monotonic()
    with RawServer(slow_line) as server:
        answer = transport.request("POST", server.url, body=body, timeouts=Timeouts(answer=1))
    assert answer.status == 200
    assert time.monotonic() - began > 1, "the line was too fast for this test to tell anything"


def test_the_limit_for_the_answer_holds_without_a_body(transport: Transport) -> None:
    with RawServer(never_answer) as server, pytest.raises(TimeoutExpiredError) as caught:
        transport.request("GET", server.url, timeouts=Timeouts(read=30, answer=0.2))
    assert caught.value.phase == "read"


# --- broken answers ---


def refuse_early(peer: Peer) -> None:
    peer.read_head()
    peer.answer(413, b'{"success": false}', "Connection: close\r\n")
    peer.reset()


def reset_while_sending(peer: Peer) -> None:
    peer.read_head()
    peer.reset()


def reset_after(peer: Peer) -> None:
    peer.read_request()
    peer.reset()


def cut(peer: Peer) -> None:
    peer.read_request()
    peer.answer(200, b'{"succ', length=100)


def not_tls_any_more(peer: Peer) -> None:
    peer.read_request()
    with socket.socket(fileno=os.dup(peer.connection.fileno())) as below:
        below.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
    peer.wait()


def test_an_early_refusal_is_read(trusted: Transport, serve: Serve, tmp_path: Path) -> None:
    body = body_of(write(tmp_path / "image.jpg", LARGE))
    with serve(refuse_early) as server:
        answer = trusted.request("POST", server.url, body=body, timeouts=PATIENT)
    assert answer.status == 413
    assert answer.body == b'{"success": false}'


@pytest.mark.parametrize(
    ("script", "size", "sent_all"),
    [(reset_while_sending, LARGE, False), (reset_after, 10, True), (cut, 10, True)],
)
def test_a_lost_connection_tells_whether_all_was_sent(
    trusted: Transport, serve: Serve, tmp_path: Path, script: Callable[[Peer], None], size: int, sent_all: bool
) -> None:
    body = body_of(write(tmp_path / "image.jpg", size))
    with serve(script) as server, pytest.raises(ConnectionLostError) as caught:
        trusted.request("POST", server.url, body=body, timeouts=PATIENT)
    assert caught.value.sent_all is sent_all
    assert caught.value.retryable
    assert server.connections == 1, "what may have been charged is not sent twice"


@pytest.mark.parametrize("location", ["{url}/elsewhere", "http://["])
def test_redirects_are_not_followed(transport: Transport, location: str) -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.answer(307, b"", f"Location: {location.format(url=server.url)}\r\n")

    with RawServer(script) as server:
        answer = transport.request("POST", server.url, body=BytesBody(b"{}"))
    assert answer.status == 307
    assert answer.headers["location"].startswith("http://")
    assert server.connections == 1


def test_an_endless_answer_is_cut_off(transport: Transport) -> None:
    def script(peer: Peer) -> None:
        peer.read_request()
        peer.answer(200, b"x" * 1_000_000)

    with RawServer(script) as server:
        assert len(transport.request("GET", server.url, limit=1000).body) == 1000


def test_nobody_listens(transport: Transport) -> None:
    with RawServer(never_read) as server:
        url = server.url
    with pytest.raises(ConnectError) as caught:
        transport.request("GET", url)
    assert caught.value.host == "127.0.0.1"


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1/",
        "ftp://127.0.0.1/",
        "http://a..b/",
        f"http://{'a' * 70}.example/",
        "http://127.0.0.1:99999/",
        "http://[::1/",
        "http://[",
    ],
)
def test_a_malformed_address_is_not_tried_again(transport: Transport, url: str) -> None:
    with pytest.raises(AddressInvalidError) as caught:
        transport.request("GET", url, timeouts=Timeouts(connect=5))
    assert not caught.value.retryable
    assert not caught.value.sent_all


@pytest.mark.parametrize("value", ["hush\u2019", "hush\nhush"])
def test_a_header_that_cannot_be_sent_is_not_quoted(transport: Transport, value: str) -> None:
    with RawServer(never_answer) as server:
        with pytest.raises(AddressInvalidError) as caught:
            transport.request("GET", server.url, headers={"Authorization": value})
        assert server.connections == 0
    assert "hush" not in "".join(traceback.format_exception(caught.value))


def test_socket_options_are_a_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_NOTSENT_LOWAT", 9999)
    made = Transport(connections=1, user_agent="Test/1")
    with RawServer(echo([])) as server:
        assert made.request("GET", server.url).status == 200
    made.close()


# --- TLS ---


def test_a_server_that_hangs_up_in_the_handshake_is_no_question_of_trust(trusted: Transport) -> None:
    def script(peer: Peer) -> None:
        peer.connection.recv(65536)
        peer.connection.close()

    with RawServer(script) as server, pytest.raises(ConnectionLostError) as caught:
        trusted.request("POST", f"https://127.0.0.1:{server.port}/", body=BytesBody(b"{}"), timeouts=PATIENT)
    assert not caught.value.sent_all


def test_broken_records_after_a_whole_request_lose_the_answer(trusted: Transport, authority: trustme.CA) -> None:
    with (
        RawServer(not_tls_any_more, serving(authority, "127.0.0.1")) as server,
        pytest.raises(ConnectionLostError) as caught,
    ):
        trusted.request("POST", server.url, body=BytesBody(b"{}"), timeouts=PATIENT)
    assert caught.value.sent_all


def test_a_server_without_tls_is_not_trusted(trusted: Transport) -> None:
    def script(peer: Peer) -> None:
        peer.connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        peer.wait()

    with RawServer(script) as server, pytest.raises(TlsError):
        trusted.request("POST", f"https://127.0.0.1:{server.port}/", body=BytesBody(b"{}"), timeouts=PATIENT)


def test_a_trusted_certificate_is_enough(authority: trustme.CA, tmp_path: Path) -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []
    path = write(tmp_path / "image.jpg", 3 * PIECE)
    transport = trusting(authority)
    with RawServer(echo(seen), serving(authority, "127.0.0.1")) as server:
        assert transport.request("POST", server.url, body=body_of(path)).status == 200
    transport.close()
    assert seen[0][2] == path.read_bytes()


def test_the_system_trust_store_refuses_a_stranger(
    transport: Transport, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(str(bundle))
    # What makes requests trust a stranger must not reach us.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with RawServer(never_answer, serving(authority, "127.0.0.1")) as server, pytest.raises(TlsError) as caught:
        transport.request("GET", server.url)
    assert "certificate" in caught.value.reason.lower()
    assert not caught.value.retryable


def test_another_name_on_the_certificate_is_refused(authority: trustme.CA) -> None:
    transport = trusting(authority)
    with RawServer(never_answer, serving(authority, "other.example")) as server, pytest.raises(TlsError):
        transport.request("GET", server.url)
    transport.close()


# --- proxies ---


def through(proxy: RawServer) -> Transport:
    return Transport(connections=1, user_agent="Test/1", proxies_for=lambda _: {"http": proxy.url, "https": proxy.url})


def test_requests_go_through_the_proxy() -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []
    with RawServer(echo(seen)) as proxy:
        transport = through(proxy)
        assert transport.request("GET", "http://api.example/v1").status == 200
        transport.close()
    assert seen[0][0] == "GET http://api.example/v1 HTTP/1.1"


def test_a_refusing_proxy_is_named() -> None:
    def script(peer: Peer) -> None:
        peer.read_head()
        peer.answer(407, b"")

    with RawServer(script) as proxy:
        transport = through(proxy)
        with pytest.raises(ProxyRefusedError):
            transport.request("GET", "https://api.example/v1")
        transport.close()


def test_cancel_wakes_a_hanging_proxy() -> None:
    with RawServer(never_shake_hands) as proxy:
        transport = through(proxy)
        canceller = Canceller(proxy)
        with pytest.raises(CancelledError):
            transport.request("GET", "https://api.example/v1", cancel=canceller.token, timeouts=PATIENT)
        assert canceller.seconds() < AT_ONCE
        transport.close()


@pytest.mark.parametrize(
    "proxy", ["http://", "foo://proxy.example:1", "http://proxy.example:abc", "socks9://me:hush@127.0.0.1:9"]
)
def test_a_malformed_proxy_address_is_the_proxy_s_fault(proxy: str) -> None:
    transport = Transport(connections=1, user_agent="Test/1", proxies_for=lambda _: {"http": proxy, "https": proxy})
    with pytest.raises(ProxyRefusedError) as caught:
        transport.request("GET", "https://api.example/v1", timeouts=Timeouts(connect=5))
    assert not caught.value.retryable
    assert "hush" not in "".join(traceback.format_exception(caught.value))
    transport.close()


def test_system_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "internal.example")
    assert system_proxies("https://api.kraken.io/v1/upload")["https"] == "http://proxy.example:3128"
    assert "https" not in system_proxies("https://internal.example/")
    assert system_proxies("https://127.0.0.1:1/") == {}


def test_every_failure_is_one_of_ours(transport: Transport) -> None:
    with pytest.raises(TransportError):
        transport.request("GET", "http://127.0.0.1:9/", timeouts=Timeouts(connect=5))
