"""Addresses fetched by this computer, from servers that do what no good server does, and the sentence for each."""

from __future__ import annotations

import gzip
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop import fetching
from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.fetching import fetch
from kraken_desktop.messages import Message, Words
from kraken_desktop.model.errors import (
    AddressAwayError,
    AddressBlockedError,
    AddressRefusedError,
    ConnectionLostError,
    KrakenDesktopError,
    ProxyRefusedError,
    StoreError,
    TimeoutExpiredError,
)
from kraken_desktop.model.job import Source, SourceKind
from kraken_desktop.transport import Timeouts, Transport
from kraken_desktop.transport import fetch as safe
from tests.support.raw_server import Peer, RawServer, hidden_port

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
PATIENT = Timeouts(connect=60, read=60, total=60)
"""Longer than any test waits: what ends earlier was ended by us."""
AT_ONCE = 2

Script = Callable[[Peer], None]
linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address only")


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport(connections=4, user_agent="Test/1")
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "scratch"
    made.mkdir()
    return made


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Public-looking names below ``.example`` that lead to this computer, as a rebinding name server's do."""
    look_up = socket.getaddrinfo

    def lying(host: Any, *more: Any, **named: Any) -> Any:
        told = host.decode() if isinstance(host, bytes) else host
        return look_up("127.0.0.1" if str(told).endswith(".example") else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", lying)


def source(url: str, *, typed: bool = True, name: str = "a.png") -> Source:
    return Source(kind=SourceKind.URL, location=url, name=name, folder="trip", typed=typed)


def serving(answer: Callable[[Peer, str], None]) -> Script:
    """Answers each request of a connection by its path."""

    def script(peer: Peer) -> None:
        with suppress(ConnectionError):
            while True:
                answer(peer, peer.read_head()[0].split()[1])

    return script


def get(
    transport: Transport,
    url: str,
    folder: Path,
    *,
    typed: bool = True,
    timeouts: Timeouts = PATIENT,
    name: str = "a.png",
) -> Source:
    return fetch(
        transport, source(url, typed=typed, name=name), folder, CancelToken(), lambda *_: None, timeouts=timeouts
    )


def refusal(transport: Transport, url: str, folder: Path, **more: Any) -> KrakenDesktopError:
    with pytest.raises(KrakenDesktopError) as caught:
        get(transport, url, folder, **more)
    assert list(folder.iterdir()) == [], "nothing is left of a failure"
    return caught.value


def words(error: KrakenDesktopError) -> Message:
    return Words().error(error)


def fails(transport: Transport, folder: Path, script: Script, path: str = "/a.png", **more: Any) -> Message:
    """The words for what fetching from this server fails with; the address in them is ``URL``, the host ``HOST``."""
    with RawServer(script) as server:
        address = f"{server.url}{path}"
        told = words(refusal(transport, address, folder, **more))
    return Message(*(part.replace(address, "URL") for part in (told.what, told.why, told.remedy)))


# --- what arrives ---


def test_the_image_is_a_file_with_the_name_it_had(transport: Transport, folder: Path) -> None:
    heard: list[tuple[int, int]] = []
    with RawServer(serving(lambda peer, _: peer.answer(body=PNG))) as server:
        given = source(f"{server.url}/x.jpg", name="x.jpg")
        found = fetch(transport, given, folder, CancelToken(), lambda *told: heard.append(told))
    path = Path(found.location)
    assert path.parent == folder
    assert path.suffix == ".png"
    assert path.read_bytes() == PNG
    # The name is what the address claims, the type what the bytes are.
    assert found == Source(
        kind=SourceKind.FILE,
        location=str(path),
        name="x.jpg",
        folder="trip",
        size=len(PNG),
        mtime_ns=path.stat().st_mtime_ns,
        extension=".png",
        typed=True,
    )
    assert heard[-1] == (len(PNG), len(PNG))


def test_nothing_of_the_person_is_sent(transport: Transport, folder: Path) -> None:
    heads: list[dict[str, str]] = []

    def script(peer: Peer) -> None:
        heads.append(peer.read_head()[1])
        peer.answer(body=PNG, headers="Set-Cookie: id=1; Path=/\r\nConnection: close\r\n")

    with RawServer(script) as server:
        for number in range(2):
            (folder / str(number)).mkdir()
            get(transport, f"{server.url}/a.png", folder / str(number))
    for head in heads:
        assert set(head) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
        assert head["user-agent"] == "Test/1"
        assert head["accept-encoding"] == "identity"


def test_an_international_address_is_sent_in_ascii(transport: Transport, folder: Path, names: None) -> None:
    seen: list[tuple[str, str]] = []

    def script(peer: Peer) -> None:
        line, head, _ = peer.read_head()
        seen.append((line, head["host"]))
        peer.answer(body=PNG, headers="Connection: close\r\n")

    with RawServer(script) as server:
        get(transport, f"http://bücher.example:{server.port}/größe%20a.png?ä=1#x", folder)
    assert seen == [("GET /gr%C3%B6%C3%9Fe%20a.png?%C3%A4=1 HTTP/1.1", f"xn--bcher-kva.example:{server.port}")]


def test_an_svg_whose_root_comes_late_byte_by_byte(transport: Transport, folder: Path) -> None:
    svg = b"<?xml version='1.0'?><!--" + b"x" * 5000 + b"--><svg xmlns='http://www.w3.org/2000/svg'/>"

    def script(peer: Peer) -> None:
        peer.read_head()
        peer.connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(svg)}\r\n\r\n".encode())
        for place in range(0, len(svg), 100):
            peer.connection.sendall(svg[place : place + 100])

    with RawServer(script) as server:
        assert get(transport, f"{server.url}/view", folder, name="view").extension == ".svg"


def test_a_folder_that_is_gone(transport: Transport, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        get(transport, "http://127.0.0.1:9/a.png", tmp_path / "gone")


# --- where it may lead ---

BLOCKED = (
    "is this computer, or is in a private network. An address that was dropped or pasted is not followed there, "
    "because a web page could have made it up."
)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "LOCALHOST.", "127.1", "2130706433", "0x7f.0.0.1", "[::1]", "[::ffff:127.0.0.1]",
     "10.0.0.1", "169.254.169.254", "[64:ff9b::a9fe:a9fe]", "[2002:c0a8:1::1]", "nas", "printer.local", "0.0.0.0"]
)  # fmt: skip
def test_a_dropped_address_whose_host_is_private_is_not_even_connected_to(
    transport: Transport, folder: Path, host: str
) -> None:
    with RawServer(serving(lambda peer, _: peer.answer(body=PNG))) as server:
        error = refusal(transport, f"http://{host}:{server.port}/a.png", folder, typed=False)
        assert server.connections == 0
    assert isinstance(error, AddressBlockedError)
    told = words(error)
    assert told.what == f"“http://{host}:{server.port}/a.png” was not fetched."
    assert told.why == f"{error.host} {BLOCKED}"
    assert told.remedy == "If you trust it, enter it in “Add addresses”, in the menu beside “Add images”."
    assert not error.retryable


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_name_that_leads_here_is_noticed_before_a_byte_is_sent(
    transport: Transport, folder: Path, names: None, scheme: str
) -> None:
    received: list[bytes] = []
    ended = threading.Event()

    def script(peer: Peer) -> None:
        received.append(peer.connection.recv(100))
        ended.set()

    with RawServer(script) as server:
        error = refusal(transport, f"{scheme}://images.example:{server.port}/a.png", folder, typed=False)
        assert ended.wait(10)
    assert received == [b""]
    assert words(error).why == f"images.example {BLOCKED}"


def test_a_connection_that_is_kept_from_a_typed_address_is_looked_at_too(
    transport: Transport, folder: Path, names: None
) -> None:
    with RawServer(serving(lambda peer, _: peer.answer(body=PNG))) as server:
        url = f"http://images.example:{server.port}/a.png"
        Path(get(transport, url, folder).location).unlink()
        assert isinstance(refusal(transport, url, folder, typed=False), AddressBlockedError)
        assert server.connections == 1


def test_a_dropped_address_of_a_public_server(
    transport: Transport, folder: Path, names: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    peers: list[str] = []

    def public(peer: str) -> bool:
        peers.append(peer)
        return True

    monkeypatch.setattr(safe, "is_public", public)
    with RawServer(serving(lambda peer, _: peer.answer(body=PNG))) as server:
        assert get(transport, f"http://images.example:{server.port}/a.png", folder, typed=False).size == len(PNG)
    assert peers == ["127.0.0.1"]


@linux
@pytest.mark.parametrize("typed", [True, False])
def test_a_public_server_leads_nobody_into_the_private_network(
    transport: Transport, folder: Path, names: None, monkeypatch: pytest.MonkeyPatch, typed: bool
) -> None:
    monkeypatch.setattr(safe, "is_public", lambda peer: peer == "127.0.0.1")
    with RawServer(serving(lambda peer, _: peer.answer(body=PNG)), host="127.0.0.2") as inside:
        target = f"Location: http://127.0.0.2:{inside.port}/a.png\r\n"
        with RawServer(serving(lambda peer, _: peer.answer(302, headers=target))) as outside:
            url = f"http://images.example:{outside.port}/a.png"
            error = refusal(transport, url, folder, typed=typed)
        assert inside.connections == 0
    assert words(error) == Message(
        f"“{url}” was not fetched.",
        "Its server sends us on to 127.0.0.2, which is this computer, or is in a private network. "
        "Nothing from outside is followed there.",
        "Download the image in your browser, then add the file.",
    )


def test_within_a_private_network_a_typed_address_may_lead_on(transport: Transport, folder: Path) -> None:
    def answer(peer: Peer, path: str) -> None:
        if path == "/a.png":
            port = peer.connection.getsockname()[1]
            peer.answer(302, headers=f"Location: //localhost:{port}/b.png\r\n")
        else:
            peer.answer(body=PNG)

    with RawServer(serving(answer)) as server:
        assert get(transport, f"{server.url}/a.png", folder).size == len(PNG)


# --- through a proxy ---


def proxied(proxy: RawServer) -> Transport:
    return Transport(connections=1, user_agent="Test/1", proxies_for=lambda _: {"http": proxy.url})


def test_a_proxy_may_know_names_that_this_computer_does_not(folder: Path) -> None:
    with RawServer(serving(lambda peer, _: peer.answer(body=PNG))) as proxy:
        transport = proxied(proxy)
        assert get(transport, "http://images.invalid", folder, typed=False).size == len(PNG)
        transport.close()


@pytest.mark.parametrize("host", ["localhost", "10.0.0.1", "intranet", "127.1", "wiki.corp", "images.example"])
def test_a_proxy_is_not_asked_for_what_is_private(folder: Path, names: None, host: str) -> None:
    with RawServer(serving(lambda peer, _: peer.answer(body=PNG))) as proxy:
        transport = proxied(proxy)
        error = refusal(transport, f"http://{host}/a.png", folder, typed=False)
        transport.close()
        assert proxy.connections == 0
    assert words(error).why == f"{host} {BLOCKED}"


def test_a_proxy_that_wants_a_login_is_told_as_such(folder: Path) -> None:
    with RawServer(serving(lambda peer, _: peer.answer(407))) as proxy:
        transport = proxied(proxy)
        assert isinstance(refusal(transport, "http://images.invalid/a.png", folder), ProxyRefusedError)
        transport.close()


# --- redirects ---

COPY_AGAIN = "Open it in a browser, copy the address of the image itself, then add that address."


def redirects(peer: Peer, path: str) -> None:
    """``/5`` leads to the image over five redirects."""
    left = int(path[1:])
    if left:
        peer.answer(307, headers=f"Location: {left - 1}\r\n")
    else:
        peer.answer(body=PNG)


def test_five_redirects_are_followed(transport: Transport, folder: Path) -> None:
    with RawServer(serving(redirects)) as server:
        assert get(transport, f"{server.url}/5", folder).size == len(PNG)


def test_six_redirects_are_not(transport: Transport, folder: Path) -> None:
    told = fails(transport, folder, serving(redirects), "/6")
    assert told == Message("“URL” was not fetched.", "Its server sends us on more than 5 times.", COPY_AGAIN)


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("/a.png", "Its server sends us round in a circle."),
        ("#here", "Its server sends us round in a circle."),
        ("", "Its server sends us on to something that cannot be fetched."),
        ("http://", "Its server sends us round in a circle."),
        ("https://", "Its server sends us on to something that cannot be fetched."),
        ("http://[bad/", "Its server sends us on to something that cannot be fetched."),
        ("http://images.example\\@127.0.0.1/", "Its server sends us on to something that cannot be fetched."),
        ("file:///etc/passwd", "Its server sends us on to an address that begins neither with https nor with http."),
        ("ftp://a.example/a.png", "Its server sends us on to an address that begins neither with https nor with http."),
        (
            "data:image/png;base64,AA",
            "Its server sends us on to an address that begins neither with https nor with http.",
        ),
        ("http://me:pw@a.example/", "Its server sends us on to an address that holds a user name or a password."),
    ],
)
def test_redirects_to_nowhere(transport: Transport, folder: Path, location: str, why: str) -> None:
    told = fails(transport, folder, serving(lambda peer, _: peer.answer(301, headers=f"Location: {location}\r\n")))
    assert (told.what, told.why) == ("“URL” was not fetched.", why)
    assert "pw" not in repr(told)


def test_a_redirect_without_a_target(transport: Transport, folder: Path) -> None:
    told = fails(transport, folder, serving(lambda peer, _: peer.answer(302)))
    assert told.why == "Its server sends us on to something that cannot be fetched."


def test_the_endless_body_of_a_redirect_is_not_waited_for(transport: Transport, folder: Path) -> None:
    def answer(peer: Peer, path: str) -> None:
        if path == "/a.png":
            peer.answer(302, b"more", headers="Location: /größe 1.png\r\n".encode().decode("latin-1"), length=10**9)
            peer.wait()
        else:
            assert path == "/gr%C3%B6%C3%9Fe%201.png"
            peer.answer(body=PNG)

    with RawServer(serving(answer)) as server:
        began = time.monotonic()
        assert get(transport, f"{server.url}/a.png", folder).size == len(PNG)
        assert time.monotonic() - began < AT_ONCE


# --- what the server answers ---


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, Message("“URL” was not fetched.",
                      "127.0.0.1 wants a login (status 401); addresses are fetched without one.",
                      "Download the image in your browser, then add the file.")),
        (403, Message("“URL” was not fetched.", "127.0.0.1 does not give it to everybody (status 403).",
                      "Download the image in your browser, then add the file.")),
        (404, Message("There is nothing at “URL”.", "127.0.0.1 does not know this address (status 404).",
                      "Check that the address is whole and not mistyped, then add it again.")),
        (410, Message("There is nothing at “URL” any more.", "127.0.0.1 says that the image is gone (status 410).",
                      "Look for the image’s new address, then add that one.")),
        (206, Message("“URL” was not fetched.", "127.0.0.1 answered with the status 206 instead of an image.",
                      COPY_AGAIN)),
        (304, Message("“URL” was not fetched.", "127.0.0.1 answered with the status 304 instead of an image.",
                      COPY_AGAIN)),
        (407, Message("“URL” was not fetched.", "127.0.0.1 answered with the status 407 instead of an image.",
                      COPY_AGAIN)),
        (429, Message("“URL” could not be fetched just now.",
                      "127.0.0.1 asks for patience: it was asked for too much (status 429).",
                      "Wait a moment, then retry.")),
        (503, Message("“URL” could not be fetched just now.", "127.0.0.1 has a problem of its own (status 503).",
                      "Retry later, or open the address in a browser to see whether it works.")),
    ],
)  # fmt: skip
def test_refusals(transport: Transport, folder: Path, status: int, told: Message) -> None:
    assert fails(transport, folder, serving(lambda peer, _: peer.answer(status, body=PNG))) == told


@pytest.mark.parametrize(
    ("status", "header", "retryable", "after"),
    [
        (500, "", True, None),
        (503, "Retry-After: 7\r\n", True, 7),
        (503, "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", True, None),
        (429, "Retry-After: 99999\r\n", True, 3600),
        (408, "", True, None),
        (404, "Retry-After: 7\r\n", False, None),
    ],
)
def test_what_may_succeed_later_is_tried_again(
    transport: Transport, folder: Path, status: int, header: str, retryable: bool, after: int | None
) -> None:
    with RawServer(serving(lambda peer, _: peer.answer(status, headers=header))) as server:
        error = refusal(transport, f"{server.url}/a.png", folder)
    assert isinstance(error, AddressRefusedError)
    assert (error.retryable, error.facts.get("retry_after")) == (retryable, after)


@pytest.mark.parametrize(
    ("body", "what", "why"),
    [
        (b"<!DOCTYPE html><p>Hello", "“URL” is not an image.",
         "The address leads to a web page. The image may be on that page."),
        (b"%PDF-1.7", "“URL” is not an image that Kraken Desktop can work on.", "The address leads to a PDF document."),
        (b"II*\0 and more", "“URL” is not an image that Kraken Desktop can work on.",
         "The address leads to a TIFF image."),
        (b"Not here.", "“URL” is not an image that Kraken Desktop can work on.", "The address leads to plain text."),
        (b"\0\1\2\3", "“URL” is not an image that Kraken Desktop can work on.",
         "Its content is of no type that we know, whatever its name says."),
        (b"", "“URL” is empty.", "The file has no content; a download or a copy may have been cut off."),
    ],
)  # fmt: skip
def test_what_is_no_image_is_named(transport: Transport, folder: Path, body: bytes, what: str, why: str) -> None:
    headers = "Content-Type: image/png\r\n"
    told = fails(transport, folder, serving(lambda peer, _: peer.answer(body=body, headers=headers)))
    assert (told.what, told.why) == (what, why)


def test_what_is_no_image_is_not_read_to_its_end(transport: Transport, folder: Path) -> None:
    def script(peer: Peer) -> None:
        peer.read_head()
        peer.answer(body=b"\x1a\x45\xdf\xa3" + bytes(100_000), length=90_000_000)
        peer.wait()

    assert fails(transport, folder, script).why == "The address leads to a video."


# --- how much, and how fast ---


@pytest.mark.parametrize("kind", ["announced", "endless", "chunked"])
def test_too_large(transport: Transport, folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(fetching, "LARGEST_SOURCE", 500_000)

    def script(peer: Peer) -> None:
        peer.read_head()
        if kind == "announced":
            peer.answer(body=PNG, length=700_000)
            peer.wait()
        chunked = kind == "chunked"
        peer.connection.sendall(
            b"HTTP/1.1 200 OK\r\n"
            + (b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"Connection: close\r\n\r\n")
        )
        while True:
            peer.connection.sendall(b"%x\r\n%s\r\n" % (len(PNG), PNG) if chunked else PNG)

    told = fails(transport, folder, script)
    assert told.what == "“URL” is too large."
    if kind == "announced":
        assert told.why == "It is 700 kB; the most is 500 kB, at Kraken.io on any plan and on this computer alike."
    else:
        assert told.why == (
            "More than 500 kB came, which is the most, at Kraken.io on any plan and on this computer alike."
        )


@pytest.mark.parametrize("encoding", ["gzip", "br", "x-odd"])
def test_a_compressed_answer_is_not_unpacked(transport: Transport, folder: Path, encoding: str) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    headers = f"Content-Encoding: {encoding}\r\n"
    told = fails(transport, folder, serving(lambda peer, _: peer.answer(body=bomb, headers=headers)))
    assert told.why == (
        f"127.0.0.1 sends it compressed ({encoding}) although it was asked not to. Such an answer is not unpacked, "
        "because it could be of any size."
    )


def test_bytes_that_drip_for_ever(transport: Transport, folder: Path) -> None:
    def script(peer: Peer) -> None:
        peer.read_head()
        peer.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + PNG[:8])
        while not peer.stopping.wait(0.05):
            peer.connection.sendall(b"x")

    told = fails(transport, folder, script, timeouts=Timeouts(connect=60, read=60, total=0.6))
    assert told == Message(
        "“URL” came too slowly.",
        "127.0.0.1 had not sent all of it after 1 seconds, so it was stopped.",
        "Retry when the connection is faster, or download the image in your browser.",
    )


def test_redirects_share_one_time_limit(transport: Transport, folder: Path) -> None:
    def answer(peer: Peer, path: str) -> None:
        peer.stopping.wait(0.25)
        redirects(peer, path)

    told = fails(transport, folder, serving(answer), "/5", timeouts=Timeouts(connect=60, read=60, total=0.6))
    assert told.what == "“URL” came too slowly."


def test_bytes_that_stop_coming(transport: Transport, folder: Path) -> None:
    def script(peer: Peer) -> None:
        peer.read_head()
        peer.answer(body=PNG, length=len(PNG) + 1)
        peer.wait()

    with RawServer(script) as server:
        timeouts = Timeouts(connect=60, read=0.3, total=60)
        error = refusal(transport, f"{server.url}/a.png", folder, timeouts=timeouts)
    assert isinstance(error, TimeoutExpiredError)
    assert error.retryable
    assert words(error).what == "127.0.0.1 took too long to answer."


def test_a_host_that_hears_nothing_holds_up_no_other(transport: Transport, folder: Path) -> None:
    brief = Timeouts(connect=0.2, read=5, total=5)
    with hidden_port() as port, pytest.raises(AddressAwayError) as met:
        fetch(transport, source(f"http://127.0.0.1:{port}/a.png"), folder, CancelToken(), print, timeouts=brief)
    assert met.value.retryable


def test_an_answer_that_is_cut_short(transport: Transport, folder: Path) -> None:
    def script(peer: Peer) -> None:
        peer.read_head()
        peer.answer(body=PNG, length=len(PNG) + 1)

    with RawServer(script) as server:
        error = refusal(transport, f"{server.url}/a.png", folder)
    assert isinstance(error, ConnectionLostError)
    assert error.retryable
    assert words(error).what == "The connection to 127.0.0.1 was lost."


def test_cancelling_takes_effect_at_once(transport: Transport, folder: Path) -> None:
    cancel = CancelToken()

    def script(peer: Peer) -> None:
        peer.read_head()
        peer.answer(body=PNG, length=len(PNG) + 1)
        peer.wait()

    with RawServer(script) as server:
        stopper = threading.Thread(target=lambda: (server.hanging.wait(30), cancel.cancel()))
        stopper.start()
        began = time.monotonic()
        with pytest.raises(CancelledError):
            fetch(transport, source(f"{server.url}/a.png"), folder, cancel, lambda *_: None, timeouts=PATIENT)
        assert time.monotonic() - began < AT_ONCE
        stopper.join()
    assert list(folder.iterdir()) == []
