"""Every verdict, from servers that really answer so."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme

from kraken_desktop import link_check
from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.link_check import MOST_REDIRECTS, check_link, wants_check
from kraken_desktop.model.job import LinkCheck, StoredImage, Verdict
from kraken_desktop.model.links import object_url
from kraken_desktop.model.profile import Acl, Engine, Profile, Uploader
from kraken_desktop.transport import Transport
from tests.buckets.conftest import Buckets, Uploads, open_bucket, profile_of, transport, upload
from tests.servers.loopback import LoopbackHandler, LoopbackServer
from tests.servers.s3_handle import S3Handle
from tests.support.raw_server import Peer, RawServer

__all__ = ["open_bucket", "transport", "upload"]  # fixtures

PNG = "image/png"
CONTENT = b"\x89PNG, 20 bytes long."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": PNG})
    body: bytes = CONTENT
    head: int | None = None
    """Another status for HEAD."""


class Site(LoopbackServer):
    """Answers by path, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []


class _Handler(LoopbackHandler):
    server: Site

    def handle_one(self) -> None:
        told = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.command, self.path, told))
        reply = self.server.replies[self.path]
        if self.command == "HEAD" and reply.head is not None:
            self.reply(reply.head)
        elif self.command == "GET" and reply.status == 206:
            self.reply(206, reply.body[:1], reply.headers)
        else:
            self.reply(reply.status, reply.body, reply.headers)


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    server.start()
    yield server
    server.stop()
    assert server.errors == []


@pytest.fixture
def other_site() -> Iterator[Site]:
    server = Site()
    server.start()
    yield server
    server.stop()


def image_at(url: str, **changes: Any) -> StoredImage:
    return replace(StoredImage(key="cat.png", url=url, bytes=len(CONTENT)), **changes)


def look(transport: Transport, url: str, expected_type: str = PNG, **changes: Any) -> LinkCheck:
    return check_link(transport, image_at(url, **changes), expected_type, CancelToken())


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (Reply(), Verdict.OPENS),
        (Reply(headers={"Content-Type": "Image/PNG; charset=binary"}), Verdict.OPENS),
        (Reply(status=401), Verdict.FORBIDDEN),
        (Reply(status=403), Verdict.FORBIDDEN),
        (Reply(status=404), Verdict.MISSING),
        (Reply(status=410), Verdict.MISSING),
        (Reply(headers={"Content-Type": "application/octet-stream"}), Verdict.WRONG_TYPE),
        (Reply(headers={}), Verdict.WRONG_TYPE),
        (Reply(headers={"Content-Type": "text/html"}, body=b"<p>"), Verdict.WRONG_TYPE),
        (Reply(body=b"an older copy"), Verdict.WRONG_LENGTH),
        (Reply(body=b"coded", headers={"Content-Type": PNG, "Content-Encoding": "gzip"}), Verdict.OPENS),
        (Reply(status=204, body=b""), Verdict.REFUSED),
        (Reply(status=400), Verdict.REFUSED),
        (Reply(status=503), Verdict.REFUSED),
        (Reply(status=301), Verdict.REFUSED),
    ],
)
def test_a_status_a_type_and_a_length_make_the_verdict(
    transport: Transport, site: Site, reply: Reply, verdict: Verdict
) -> None:
    site.replies["/cat.png"] = reply
    assert look(transport, f"{site.url}/cat.png") == LinkCheck(
        verdict=verdict, status=reply.status, content_type=reply.headers.get("Content-Type", "")
    )


@pytest.mark.parametrize(
    ("served", "expected"),
    [("image/jpg", "image/jpeg"), ("image/pjpeg", "image/jpeg"), ("image/jpeg", "image/jpg"), ("text/plain", "")],
)
def test_what_browsers_take_for_the_same_type_is_the_same(
    transport: Transport, site: Site, served: str, expected: str
) -> None:
    site.replies["/a"] = Reply(headers={"Content-Type": served})
    assert look(transport, f"{site.url}/a", expected).verdict is Verdict.OPENS


def test_a_length_that_nobody_knows_is_not_compared(transport: Transport, site: Site) -> None:
    site.replies["/a"] = Reply(body=b"anything")
    assert look(transport, f"{site.url}/a", bytes=None).verdict is Verdict.OPENS


def test_anybody_has_neither_a_key_nor_a_cookie(transport: Transport, site: Site) -> None:
    site.replies["/a"] = Reply(headers={"Content-Type": PNG, "Set-Cookie": "seen=before; Path=/"})
    for _ in range(2):
        look(transport, f"{site.url}/a")
    assert [method for method, _, _ in site.asked] == ["HEAD", "HEAD"]
    for _, _, headers in site.asked:
        assert not {"authorization", "cookie", "x-amz-date"} & set(headers)


@pytest.mark.parametrize("refusal", [405, 501])
@pytest.mark.parametrize(
    ("content_range", "verdict"),
    [
        (f"bytes 0-0/{len(CONTENT)}", Verdict.OPENS),
        ("bytes 0-0/7", Verdict.WRONG_LENGTH),
        ("bytes 0-0/*", Verdict.OPENS),
        ("all of it", Verdict.OPENS),
    ],
)
def test_one_byte_is_fetched_where_nobody_may_ask_without(
    transport: Transport, site: Site, refusal: int, content_range: str, verdict: Verdict
) -> None:
    headers = {"Content-Type": PNG, "Content-Range": content_range}
    site.replies["/a"] = Reply(head=refusal, status=206, headers=headers)
    assert look(transport, f"{site.url}/a").verdict is verdict
    assert site.asked[-1][0] == "GET"
    assert site.asked[-1][2]["range"] == "bytes=0-0"


def test_a_server_without_ranges_is_not_listened_to_till_the_end(transport: Transport, site: Site) -> None:
    large = bytes(3 * 1024 * 1024)
    site.replies["/a"] = Reply(head=405, body=large)
    assert look(transport, f"{site.url}/a", bytes=len(large)).verdict is Verdict.OPENS


# --- redirects ---


def test_a_redirect_that_ends_at_the_image_opens(transport: Transport, site: Site, other_site: Site) -> None:
    site.replies["/a"] = Reply(status=302, headers={"Location": "/b"}, body=b"")
    site.replies["/b"] = Reply(status=307, headers={"Location": f"{other_site.url}/c"}, body=b"")
    other_site.replies["/c"] = Reply()
    assert look(transport, f"{site.url}/a") == LinkCheck(verdict=Verdict.OPENS, status=200, content_type=PNG)


@pytest.mark.parametrize("there", [Reply(status=200, headers={"Content-Type": "text/html"}), Reply(status=403)])
def test_a_redirect_elsewhere_that_does_not_open_is_a_refusal(
    transport: Transport, site: Site, other_site: Site, there: Reply
) -> None:
    site.replies["/a"] = Reply(status=302, headers={"Location": f"{other_site.url}/login"}, body=b"")
    other_site.replies["/login"] = there
    assert look(transport, f"{site.url}/a") == LinkCheck(verdict=Verdict.REFUSED, status=302)


def test_a_redirect_to_nobody_is_a_refusal(transport: Transport, site: Site) -> None:
    site.replies["/a"] = Reply(status=301, headers={"Location": "https://nobody.invalid/a"}, body=b"")
    assert look(transport, f"{site.url}/a") == LinkCheck(verdict=Verdict.REFUSED, status=301)


def test_a_redirect_on_the_same_site_tells_what_is_wrong_there(transport: Transport, site: Site) -> None:
    site.replies["/a"] = Reply(status=308, headers={"Location": "b"}, body=b"")
    site.replies["/b"] = Reply(status=404)
    assert look(transport, f"{site.url}/a").verdict is Verdict.MISSING


@pytest.mark.parametrize("location", ["http://example.com/a", "http://[bad", "ftp://127.0.0.1/a", "data:,x"])
def test_a_redirect_that_is_none_is_not_followed(transport: Transport, site: Site, location: str) -> None:
    site.replies["/a"] = Reply(status=302, headers={"Location": location}, body=b"")
    assert look(transport, f"{site.url}/a").verdict is Verdict.REFUSED


def test_nobody_goes_round_in_circles(transport: Transport, site: Site) -> None:
    site.replies["/a"] = Reply(status=302, headers={"Location": "/a"}, body=b"")
    assert look(transport, f"{site.url}/a") == LinkCheck(verdict=Verdict.REFUSED, status=302)
    assert len(site.asked) == 1 + MOST_REDIRECTS


# --- no answer ---


def test_a_name_without_an_address(transport: Transport) -> None:
    assert look(transport, "https://cdn.invalid/a.png") == LinkCheck(
        verdict=Verdict.UNREACHABLE, reason="transport.name_lookup"
    )


def test_nobody_listens_there(transport: Transport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    told = look(transport, f"http://127.0.0.1:{port}/a.png")
    assert told == LinkCheck(verdict=Verdict.UNREACHABLE, reason="transport.connect")


def test_a_certificate_that_nobody_trusts() -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(serving)
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    stranger.configure_trust(trusting)
    made = Transport(connections=1, user_agent="Test/1", ssl_context=trusting)
    with RawServer(lambda peer: peer.answer(), serving) as server:
        assert look(made, server.url) == LinkCheck(verdict=Verdict.UNREACHABLE, reason="transport.tls")
    made.close()


def test_what_is_no_address_is_a_verdict_too(transport: Transport) -> None:
    assert look(transport, "https://a..b/").reason == "transport.address"


def test_a_connection_that_breaks_off_once_is_no_verdict(transport: Transport) -> None:
    tries: list[str] = []

    def script(peer: Peer) -> None:
        tries.append(peer.read_request()[0])
        if len(tries) == 1:
            peer.reset()
        else:
            peer.answer(body=b"", headers=f"Content-Type: {PNG}\r\n", length=len(CONTENT))

    with RawServer(script) as server:
        assert look(transport, server.url).verdict is Verdict.OPENS
    assert len(tries) == 2


def test_a_server_that_never_answers_is_left_in_time(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_check, "TOTAL_SECONDS", 0.3)
    with RawServer(lambda peer: peer.wait()) as server:
        told = look(transport, server.url)
    assert told == LinkCheck(verdict=Verdict.UNREACHABLE, reason="transport.timeout")


def test_cancelling_ends_the_look_at_once(transport: Transport) -> None:
    cancel = CancelToken()
    with RawServer(lambda peer: peer.wait()) as server:
        canceller = threading.Thread(target=lambda: (server.hanging.wait(10), cancel.cancel()))
        canceller.start()
        with pytest.raises(CancelledError):
            check_link(transport, image_at(server.url), PNG, cancel)
        canceller.join()


# --- a real S3 ---


@pytest.mark.parametrize(
    ("acl", "verdict"),
    [(Acl.PUBLIC_READ, Verdict.OPENS), (Acl.PRIVATE, Verdict.FORBIDDEN), (Acl.NONE, Verdict.FORBIDDEN)],
)
def test_of_an_object_on_s3(
    transport: Transport,
    s3_server: S3Handle,
    bucket: str,
    open_bucket: Buckets,
    upload: Uploads,
    acl: Acl,
    verdict: Verdict,
) -> None:
    opened = open_bucket(s3_server, bucket, acl=acl)
    opened.put("cat.png", upload(CONTENT), CancelToken(), lambda _sent, _of: None)
    assert look(transport, object_url(profile_of(s3_server, bucket), "cat.png")).verdict is verdict


# --- who wants it ---

PUBLIC = Profile(id="p", name="Web", bucket="photos", acl=Acl.PUBLIC_READ)
LINK = image_at("https://photos.s3.us-east-1.amazonaws.com/cat.png")


@pytest.mark.parametrize(
    ("profile", "image", "wanted"),
    [
        (PUBLIC, LINK, True),
        (replace(PUBLIC, uploader=Uploader.LOCAL, acl=Acl.NONE), LINK, True),
        (replace(PUBLIC, acl=Acl.PRIVATE, public_url="https://cdn.example.com"), LINK, True),
        (PUBLIC, image_at("http://127.0.0.1:9000/photos/cat.png"), True),
        (PUBLIC, image_at("http://photos.example.com/cat.png"), False),
        (PUBLIC, image_at("file:///home/me/cat.png"), False),
        (PUBLIC, image_at(""), False),
        (replace(PUBLIC, acl=Acl.PRIVATE), LINK, False),
        (PUBLIC, replace(LINK, expires_at=datetime(2026, 1, 1, tzinfo=UTC)), False),
        (PUBLIC, replace(LINK, sandbox=True), False),
        (PUBLIC, replace(LINK, removed=True), False),
        (replace(PUBLIC, folder="/home/me/Web", engine=Engine.LOCAL, public_url="https://example.com"), LINK, False),
    ],
)
def test_only_a_link_for_anybody_wants_a_check(profile: Profile, image: StoredImage, wanted: bool) -> None:
    assert wants_check(profile, image) is wanted
