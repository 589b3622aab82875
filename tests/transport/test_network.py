"""Every request takes the proxy and trusts the authorities of the settings; what goes wrong is told, but no secret."""

from __future__ import annotations

import ssl
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from kraken_desktop.messages import Message, Words
from kraken_desktop.model.errors import (
    KrakenDesktopError,
    ProxyRefusedError,
    SecretMissingError,
    TlsError,
    TrustFileError,
)
from kraken_desktop.model.settings import PROXY_SECRET, Network, ProxyMode
from kraken_desktop.transport import Timeouts, Transport
from kraken_desktop.transport.network import open_transport, read_trust_file
from tests.servers.proxy import Proxy
from tests.support.raw_server import Peer, RawServer

PASSWORD = "pässwort:42@"
QUICK = Timeouts(connect=10, read=10)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Example Company", organization_unit_name="Root of the company")


@pytest.fixture
def company(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "company.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def answering(peer: Peer) -> None:
    while True:
        line, _, _ = peer.read_request()
        peer.answer(200, line.encode())


@pytest.fixture(scope="module")
def secure(authority: trustme.CA) -> Iterator[RawServer]:
    """A server that calls itself ``api.example`` and has a certificate of the company's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.example", "127.0.0.1").configure_cert(context)
    with RawServer(answering, context) as server:
        yield server


@pytest.fixture(scope="module")
def plain() -> Iterator[RawServer]:
    with RawServer(answering) as server:
        yield server


class Opener:
    """Opens transports, and closes them after the test."""

    def __init__(self) -> None:
        self.opened: list[Transport] = []

    def __call__(self, network: Network, password: str | None = None) -> Transport:
        def give() -> str:
            if password is None:
                raise SecretMissingError(name=PROXY_SECRET)
            return password

        self.opened.append(open_transport(network, give, connections=2, user_agent="Test/1"))
        return self.opened[-1]


@pytest.fixture
def opening() -> Iterator[Opener]:
    opener = Opener()
    yield opener
    for each in opener.opened:
        each.close()


def manual(proxy: Proxy | str, **more: Any) -> Network:
    return Network(proxy=ProxyMode.MANUAL, proxy_url=proxy if isinstance(proxy, str) else proxy.url, **more)


def refusal(transport: Transport, url: str) -> KrakenDesktopError:
    with pytest.raises(KrakenDesktopError) as caught:
        transport.request("GET", url, timeouts=QUICK)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(caught.value.facts)
    assert "wrong-42" not in told
    assert b"wrong-42".hex() not in told
    return caught.value


def said(error: KrakenDesktopError) -> Message:
    return Words().error(error)


# --- the proxy ---


@pytest.mark.parametrize("kind", ["http", "socks5"])
@pytest.mark.parametrize("login", [None, ("me@example", PASSWORD)])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_requests_go_through_a_manual_proxy(
    opening: Opener,
    plain: RawServer,
    secure: RawServer,
    company: str,
    kind: str,
    login: tuple[str, str] | None,
    scheme: str,
) -> None:
    port = (secure if scheme == "https" else plain).port
    with Proxy(names={"api.example": port}, login=login, kind=kind) as proxy:
        network = manual(proxy, proxy_user=login[0] if login else "", ca_file=company)
        transport = opening(network, PASSWORD)
        answer = transport.request("GET", f"{scheme}://api.example/v1", timeouts=QUICK)
        transport.close()
    assert (answer.status, answer.body) == (200, b"GET /v1 HTTP/1.1")
    by_name = f"CONNECT api.example:{443 if scheme == 'https' else 80}"
    assert proxy.seen == ["GET http://api.example/v1" if (kind, scheme) == ("http", "http") else by_name]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("network", ["user", "none"])
def test_a_proxy_that_wants_another_login_is_told_so(opening: Opener, scheme: str, network: str) -> None:
    with Proxy(login=("me", "right")) as proxy:
        user = "me" if network == "user" else ""
        error = refusal(opening(manual(proxy, proxy_user=user), "wrong-42"), f"{scheme}://api.example/v1")
    assert isinstance(error, ProxyRefusedError)
    assert not error.retryable
    told = said(error)
    assert told.what == f"The proxy {proxy.place} wants a user name and a password."
    assert told.why == "It got none, or wrong ones, so it does not let us through to api.example."
    assert told.remedy == (
        "Enter them under Settings, Network, or in a terminal with "
        "“kraken-s3 network set --proxy-user NAME --proxy-password-stdin”."
    )


def test_a_proxy_that_refuses_an_address_is_told_with_its_status(opening: Opener) -> None:
    with Proxy(refuses=403) as proxy:
        told = said(refusal(opening(manual(proxy)), "https://api.example/v1"))
    assert told.what == "The proxy does not let us through to api.example."
    assert told.why == f"The proxy {proxy.place} refused with the status 403."
    assert told.remedy == "Ask who runs the proxy to allow api.example, then retry."


@pytest.mark.parametrize("kind", ["http", "socks5"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_nobody_runs(opening: Opener, scheme: str, kind: str) -> None:
    with Proxy(kind=kind) as proxy:
        pass
    told = said(refusal(opening(manual(proxy, proxy_user="me"), PASSWORD), f"{scheme}://api.example/v1"))
    assert told.what == f"The proxy {proxy.place} cannot be reached."
    assert told.why.startswith("Everything to api.example has to go through it, and nobody answers there.")
    assert told.remedy == "Check the proxy under Settings, Network, then retry."


def test_a_proxy_whose_name_is_unknown(opening: Opener) -> None:
    told = said(refusal(opening(manual("http://proxy.invalid:3128")), "https://api.example/v1"))
    assert told.what == "The proxy proxy.invalid:3128 was not found."


@pytest.mark.parametrize("url", ["https://127.0.0.1:1", "http://proxy.example:abc"])
def test_a_proxy_of_a_kind_that_we_do_not_speak(opening: Opener, url: str) -> None:
    told = said(refusal(opening(manual(url)), "https://api.example/v1"))
    assert told.what == "The address of the proxy cannot be used."
    assert "other than http and SOCKS 5" in told.why


def test_a_wrong_password_for_socks(opening: Opener, plain: RawServer) -> None:
    with Proxy(names={"api.example": plain.port}, login=("me", "right"), kind="socks5") as proxy:
        told = said(refusal(opening(manual(proxy, proxy_user="me"), "wrong-42"), "http://api.example/v1"))
    assert told.what == f"The proxy {proxy.place} wants a user name and a password."


def test_this_computers_own_addresses_never_take_the_proxy(opening: Opener, plain: RawServer) -> None:
    with Proxy() as proxy:
        assert opening(manual(proxy)).request("GET", plain.url, timeouts=QUICK).status == 200
    assert proxy.seen == []


def test_no_proxy_means_none(opening: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    with Proxy(names={"api.invalid": 9}) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        error = refusal(opening(Network(proxy=ProxyMode.NONE)), "http://api.invalid/")
    assert said(error).what == "api.invalid was not found."
    assert proxy.seen == []


def test_the_systems_proxy_is_taken_unless_told_otherwise(
    opening: Opener, monkeypatch: pytest.MonkeyPatch, plain: RawServer
) -> None:
    with Proxy(names={"api.example": plain.port}) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert opening(Network()).request("GET", "http://api.example/", timeouts=QUICK).status == 200
    assert proxy.seen == ["GET http://api.example/"]


def test_a_missing_password_is_told_before_anything_is_sent(opening: Opener) -> None:
    with Proxy() as proxy:
        told = said(refusal(opening(manual(proxy, proxy_user="me")), "http://api.example/v1"))
    assert told.what == "The password of the proxy is missing."
    assert "kraken-s3 network set --proxy-password-stdin" in told.remedy
    assert proxy.seen == []


# --- whom to trust ---


def test_a_companys_certificate_is_trusted_with_its_file_only(opening: Opener, secure: RawServer, company: str) -> None:
    error = refusal(opening(Network()), secure.url)
    assert isinstance(error, TlsError)
    told = said(error)
    assert told.what == "The connection to 127.0.0.1 is not safe, so nothing was sent."
    assert "choose the file with its certificates under Settings, Network" in told.remedy
    assert opening(Network(ca_file=company)).request("GET", secure.url, timeouts=QUICK).status == 200


def test_another_companys_file_does_not_help(opening: Opener, secure: RawServer, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    assert isinstance(refusal(opening(Network(ca_file=str(other))), secure.url), TlsError)


def test_what_a_good_file_tells(authority: trustme.CA, tmp_path: Path) -> None:
    path = tmp_path / "company.pem"
    remark = "Zertifikate der Fïrma\r\n".encode("latin-1")
    old = trustme.CA(organization_unit_name="The old root")
    path.write_bytes(remark + authority.cert_pem.bytes() + remark + old.cert_pem.bytes())
    found = read_trust_file(str(path))
    assert found.authorities == ("Root of the company", "The old root")
    assert found.expired == ()


def test_an_expired_authority_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "company.pem"
    trustme.CA(organization_unit_name="The old root").cert_pem.write_to_path(str(path))
    far = datetime(3500, 1, 1, tzinfo=UTC).timestamp()
    monkeypatch.setattr("kraken_desktop.transport.network.time.time", lambda: far)
    assert read_trust_file(str(path)).expired == ("The old root",)


def broken(authority: trustme.CA, kind: str, path: Path) -> None:
    good = authority.cert_pem.bytes()
    match kind:
        case "missing":
            return
        case "unreadable":
            path.mkdir()
        case "too_large":
            path.write_bytes(good + b"\n" * (8 * 1024 * 1024))
        case "not_pem":
            path.write_bytes(b"\x30\x82\x03\x10" + bytes(range(256)))
        case "empty":
            path.write_bytes(b"")
        case "damaged":
            path.write_bytes(good.replace(b"MII", b"MIX", 1))
        case "cut":
            path.write_bytes(good + good[: len(good) // 2])
        case "no_authority":
            path.write_bytes(authority.issue_cert("api.example").cert_chain_pems[0].bytes())


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("missing", "There is no such file (any more): {path}"),
        ("unreadable", "This computer does not let us read {path}."),
        ("too_large", "It is far larger than any file with certificates: {path}"),
        ("not_pem", "No certificate in the PEM format is in it: {path}"),
        ("empty", "No certificate in the PEM format is in it: {path}"),
        ("damaged", "A certificate in it is damaged or cut short: {path}"),
        ("cut", "A certificate in it is damaged or cut short: {path}"),
        ("no_authority", "It holds certificates of servers, but none of an authority that vouches for them: {path}"),
    ],
)
def test_without_its_file_no_request_goes_out(
    opening: Opener, authority: trustme.CA, plain: RawServer, tmp_path: Path, kind: str, why: str
) -> None:
    path = tmp_path / "company.pem"
    broken(authority, kind, path)
    with pytest.raises(TrustFileError) as caught:
        read_trust_file(str(path))
    transport = opening(Network(ca_file=str(path)))
    before = plain.connections
    error = refusal(transport, plain.url)
    assert plain.connections == before
    assert isinstance(error, TrustFileError)
    assert (error.problem, error.path, error.host) == (caught.value.problem, str(path), "127.0.0.1")
    told = said(error)
    assert told.what == "The file company.pem of the network settings cannot be used, so nothing was sent."
    assert told.why.startswith(why.format(path=path))
    assert told.remedy
