"""What goes over the wire, byte by byte. What comes back from a whole service is in the pipeline's tests."""

from __future__ import annotations

import email
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.engines.kraken_answers import Result
from kraken_desktop.engines.kraken_io import Asked, KrakenClient, S3Store, ascii_file_name, recipe_parameters
from kraken_desktop.model.errors import QuotaExhaustedError, RateLimitedError
from kraken_desktop.model.profile import Acl, Profile
from kraken_desktop.model.recipe import Chroma, CropMode, KeptMetadata, OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.transport import Answer, Timeouts, Transport
from tests.support.raw_server import Peer, RawServer

SECRET = "s3-secret-value"
STORE = S3Store.of(
    Profile(
        id="p",
        name="Web",
        bucket="photos",
        region="us-east-1",
        tags=(("team", "web"),),
        metadata=(("origin", "desk"),),
        headers=(("Cache-Control", "max-age=60"),),
    ),
    path="2026/11/é.png",
    access_key="AKIDEXAMPLE",
    secret=SECRET,
)

Request = tuple[str, dict[str, str], bytes]


class Api:
    """Answers every request with the next of its answers, and keeps what came."""

    def __init__(self, *answers: tuple[int, dict[str, Any]]) -> None:
        self.seen: list[Request] = []
        self._answers = list(answers)

    def __call__(self, peer: Peer) -> None:
        while True:
            self.seen.append(peer.read_request())
            status, told = self._answers.pop(0)
            peer.answer(status, json.dumps(told).encode())


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport(connections=2, user_agent="KrakenDesktop/test")
    yield made
    made.close()


def client_of(transport: Transport, url: str) -> KrakenClient:
    return KrakenClient(transport, api_url=url + "/", api_key="the-key", api_secret="the-secret")


def upload(
    client: KrakenClient,
    path: Path,
    recipe: Recipe,
    store: S3Store | None,
    cancel: CancelToken | None = None,
    **more: Callable[..., None],
) -> Result | None:
    content = path.read_bytes()
    (result,) = client.upload(
        path,
        name=path.name,
        extension=path.suffix,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        asked=Asked(recipe=recipe, outputs=recipe.outputs(path.suffix), store=store),
        cancel=cancel or CancelToken(),
        on_sent=more.get("on_sent", lambda sent, of: None),
        before_last=more.get("before_last", lambda: None),
    )
    return result


def parts_of(request: Request) -> list[Message]:
    _, headers, body = request
    whole = email.message_from_bytes(b"Content-Type: " + headers["content-type"].encode() + b"\r\n\r\n" + body)
    parts = whole.get_payload()
    assert isinstance(parts, list)
    return parts  # type: ignore[return-value]


LOSSLESS = Recipe(lossy=False)
SUCCESS = {"success": True, "kraked_url": "https://s3.amazonaws.com/photos/2026/11/%C3%A9.png", "kraked_size": 7}


def test_upload_sends_data_then_upload(transport: Transport, tmp_path: Path) -> None:
    path = tmp_path / "Grüße aus Köln 100%.png"
    path.write_bytes(b"\x89PNG pretend bytes \x00\r\n--")
    api = Api((200, SUCCESS))
    with RawServer(api) as server:
        result = upload(client_of(transport, server.url), path, Recipe(), STORE)
    assert result == Result(kraked_url=str(SUCCESS["kraked_url"]), kraked_bytes=7)
    line, headers, body = api.seen[0]
    assert line == "POST /v1/upload HTTP/1.1"
    assert int(headers["content-length"]) == len(body)
    assert "transfer-encoding" not in headers
    assert "expect" not in headers
    assert headers["user-agent"] == "KrakenDesktop/test"
    data, file = parts_of(api.seen[0])
    assert data.get_param("name", header="content-disposition") == "data"
    assert data.get_filename() is None
    assert file.get_param("name", header="content-disposition") == "upload"
    assert file.get_filename() == "Grue-aus-Koln-100.png"
    assert path.read_bytes() in body
    told = json.loads(str(data.get_payload()))
    assert told == {
        "auth": {"api_key": "the-key", "api_secret": "the-secret"},
        "wait": True,
        "lossy": True,
        "auto_orient": True,
        "s3_store": {
            "key": "AKIDEXAMPLE",
            "secret": SECRET,
            "bucket": "photos",
            "region": "us-east-1",
            "path": "2026/11/é.png",
            "acl": "public_read",
            "tags": {"team": "web"},
            "metadata": {"origin": "desk"},
            "headers": {"Cache-Control": "max-age=60"},
        },
    }


def test_upload_without_a_store_says_nothing_of_one(transport: Transport, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"bytes")
    api = Api((200, SUCCESS))
    with RawServer(api) as server:
        upload(client_of(transport, server.url), path, Recipe(), None)
    assert "s3_store" not in json.loads(str(parts_of(api.seen[0])[0].get_payload()))


def test_fetch_sends_json(transport: Transport) -> None:
    api = Api((200, SUCCESS))
    with RawServer(api) as server:
        client_of(transport, server.url).fetch(
            "https://site.example/a b.jpg",
            asked=Asked(recipe=LOSSLESS, outputs=LOSSLESS.outputs(".jpg"), store=STORE),
            cancel=CancelToken(),
        )
    line, headers, body = api.seen[0]
    assert line == "POST /v1/url HTTP/1.1"
    assert headers["content-type"] == "application/json"
    told = json.loads(body)
    assert told["url"] == "https://site.example/a b.jpg"
    assert told["lossy"] is False
    assert told["s3_store"]["region"] == "us-east-1"


def test_account_status_asks_without_the_version(transport: Transport) -> None:
    api = Api((200, {"success": True, "active": True, "plan_name": "X", "quota_total": 9, "quota_used": 4}))
    with RawServer(api) as server:
        assert client_of(transport, server.url).account_status().quota_remaining == 5
    line, _, body = api.seen[0]
    assert line == "POST /user_status HTTP/1.1"
    assert json.loads(body) == {"auth": {"api_key": "the-key", "api_secret": "the-secret"}}


@pytest.mark.parametrize(
    ("remaining", "kind"), [(0, QuotaExhaustedError), (-5, QuotaExhaustedError), (5, RateLimitedError)]
)
def test_a_429_is_understood_by_asking_for_the_quota(
    transport: Transport, tmp_path: Path, remaining: int, kind: type[Exception]
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"bytes")
    status = {"success": True, "quota_total": 10, "quota_used": 10, "quota_remaining": remaining}
    api = Api((429, {"success": False, "message": "Request limit reached"}), (200, status))
    with RawServer(api) as server, pytest.raises(kind):
        upload(client_of(transport, server.url), path, Recipe(), STORE)
    assert [line for line, _, _ in api.seen] == ["POST /v1/upload HTTP/1.1", "POST /user_status HTTP/1.1"]


def refused(peer: Peer) -> None:
    peer.read_request()
    peer.answer(429, b'{"success": false, "message": "Request limit reached"}')
    peer.read_request()


def then_reset(peer: Peer) -> None:
    refused(peer)
    peer.reset()


def then_html(peer: Peer) -> None:
    refused(peer)
    peer.answer(200, b"<html>")


def then_unauthorized(peer: Peer) -> None:
    refused(peer)
    peer.answer(401, b'{"success": false}')


def then_hang(peer: Peer) -> None:
    refused(peer)
    peer.wait()


@pytest.mark.parametrize("script", [then_reset, then_html, then_unauthorized])
def test_a_429_stays_one_when_the_quota_cannot_be_asked(
    transport: Transport, tmp_path: Path, script: Callable[[Peer], None]
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"bytes")
    with RawServer(script) as server, pytest.raises(RateLimitedError):
        upload(client_of(transport, server.url), path, Recipe(), STORE)


def test_cancelling_while_the_quota_is_asked_leaves_nothing_on_its_way(transport: Transport, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"bytes")
    token = CancelToken()
    with RawServer(then_hang) as server:
        cancelled_at: list[float] = []
        canceller = threading.Thread(
            target=lambda: (server.hanging.wait(30), cancelled_at.append(time.monotonic()), token.cancel())
        )
        canceller.start()
        with pytest.raises(CancelledError) as caught:
            upload(client_of(transport, server.url), path, Recipe(), STORE, token)
        seconds = time.monotonic() - cancelled_at[0]
        canceller.join(10)
    assert seconds < 2, "a time limit ended it, not the token"
    assert not caught.value.sent_all


class Noting(Transport):
    """Keeps the time limits that it was given, which no test can wait for."""

    timeouts: Timeouts

    def request(self, *args: Any, **more: Any) -> Answer:
        self.timeouts = more["timeouts"]
        return super().request(*args, **more)


@pytest.mark.parametrize("size", [5, 10_000_001])
def test_a_slow_line_is_given_the_time_it_needs(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(bytes(size))
    transport = Noting(connections=1, user_agent="KrakenDesktop/test")
    with RawServer(Api((200, SUCCESS))) as server:
        upload(client_of(transport, server.url), path, Recipe(), None)
    transport.close()
    assert transport.timeouts.total is None
    assert transport.timeouts.answer == (300 if size > 10_000_000 else 180)


@pytest.mark.parametrize(
    ("recipe", "extension", "told"),
    [
        (Recipe(lossy=False), ".png", {"lossy": False, "auto_orient": True}),
        (Recipe(lossy=False, quality=50), ".png", {"lossy": False, "auto_orient": True}),
        (Recipe(quality=50), ".jpg", {"lossy": True, "quality": 50, "auto_orient": True}),
        (Recipe(auto_orient=False), ".jpg", {"lossy": True, "auto_orient": False, "preserve_meta": ["orientation"]}),
        (
            Recipe(keep_metadata=frozenset({KeptMetadata.PROFILE, KeptMetadata.COPYRIGHT})),
            ".jpg",
            {"lossy": True, "auto_orient": True, "preserve_meta": ["copyright", "profile"]},
        ),
        (Recipe(), ".heic", {"lossy": True, "auto_orient": True, "convert": {"format": "jpeg"}}),
        (
            Recipe(resize=Resize(strategy=Strategy.LANDSCAPE, width=1600), chroma=Chroma.FULL),
            ".jpg",
            {
                "lossy": True,
                "auto_orient": True,
                "sampling_scheme": "4:4:4",
                "resize": {"strategy": "landscape", "width": 1600},
            },
        ),
        (
            Recipe(resize=Resize(strategy=Strategy.FILL, width=8, height=9, background="#000", enhance=True)),
            ".png",
            {
                "lossy": True,
                "auto_orient": True,
                "resize": {"strategy": "fill", "width": 8, "height": 9, "background": "#000", "enhance": True},
            },
        ),
        (
            Recipe(
                resize=Resize(strategy=Strategy.CROP, width=8, height=9, crop_mode=CropMode.BOTTOM),
                convert=OutputFormat.JPEG,
                background="#123456",
            ),
            ".png",
            {
                "lossy": True,
                "auto_orient": True,
                "resize": {"strategy": "crop", "width": 8, "height": 9, "crop_mode": "b"},
                "convert": {"format": "jpeg", "background": "#123456"},
            },
        ),
        (
            Recipe(resize=Resize(strategy=Strategy.SQUARE, size=64), convert=OutputFormat.AVIF),
            ".avif",
            {"lossy": True, "auto_orient": True, "resize": {"strategy": "square", "size": 64}},
        ),
    ],
)
def test_a_recipe_in_the_words_of_the_api(recipe: Recipe, extension: str, told: dict[str, Any]) -> None:
    assert recipe_parameters(recipe, recipe.outputs(extension)) == told


SET = Recipe(
    quality=70,
    chroma=Chroma.HORIZONTAL,
    keep_metadata=frozenset({KeptMetadata.DATE}),
    variants=(
        Variant(name="small", resize=Resize(strategy=Strategy.LANDSCAPE, width=80), convert=OutputFormat.WEBP),
        Variant(name="face", resize=Resize(strategy=Strategy.SQUARE, size=64), quality=40, convert=OutputFormat.WEBP),
        Variant(name="exact", lossy=False, chroma=Chroma.FULL, convert=OutputFormat.WEBP),
    ),
)


@pytest.mark.parametrize("paths", [(), ("a/small.webp", "a/face.webp", "a/exact.webp")])
def test_a_set_in_the_words_of_the_api(paths: tuple[str, ...]) -> None:
    told = recipe_parameters(SET, SET.outputs(".png"), paths)
    entries = [
        {
            "id": "small",
            "strategy": "landscape",
            "width": 80,
            "lossy": True,
            "quality": 70,
            "sampling_scheme": "4:2:2",
        },
        {"id": "face", "strategy": "square", "size": 64, "lossy": True, "quality": 40, "sampling_scheme": "4:2:2"},
        {"id": "exact", "strategy": "none", "lossy": False, "sampling_scheme": "4:4:4"},
    ]
    for entry, path in zip(entries, paths, strict=False):
        entry["storage_path"] = path
    assert told == {
        "auto_orient": True,
        "preserve_meta": ["date"],
        "convert": {"format": "webp"},
        "lossy": True,
        "resize": entries,
    }


def test_one_of_its_format_is_a_plain_request() -> None:
    (small, _, _) = SET.outputs(".png")
    assert recipe_parameters(SET, [small], ["a/small.webp"])["resize"] == {"strategy": "landscape", "width": 80}


def test_the_sandbox_is_asked_for() -> None:
    recipe = Recipe(sandbox=True)
    assert recipe_parameters(recipe, recipe.outputs(".png"))["dev"] is True
    assert "dev" not in recipe_parameters(Recipe(), recipe.outputs(".png"))


@pytest.mark.parametrize("acl", list(Acl))
def test_the_acl_is_always_sent(acl: Acl) -> None:
    store = S3Store(access_key="k", secret="s", bucket="b", region="us-east-1", path="a.png", acl=acl)
    assert store.parameters()["acl"] == acl.value
    assert store.parameters()["region"] == "us-east-1"


@pytest.mark.parametrize(
    ("name", "extension", "sent"),
    [
        ("photo.JPG", ".jpg", "photo.jpg"),
        ('a"b\r\nc.png', ".png", "a-b-c.png"),
        ("写真.png", ".png", "image.png"),
        ("é" * 300 + ".webp", ".webp", "e" * 40 + ".webp"),
        ("drawing", ".svg", "drawing.svg"),
        (".png", ".png", "png.png"),
    ],
)
def test_a_short_ascii_name_with_the_right_extension(name: str, extension: str, sent: str) -> None:
    assert ascii_file_name(name, extension) == sent


def test_nothing_that_holds_a_secret_shows_it() -> None:
    assert SECRET not in repr(STORE)
    assert "the-secret" not in repr(KrakenClient(None, api_url="", api_key="k", api_secret="the-secret"))  # type: ignore[arg-type]
