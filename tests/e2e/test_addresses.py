"""Addresses given to the real ``kraken-s3``: this computer fetches them, and a typed one may lead to this computer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.test_cli import kraken_s3
from tests.e2e.test_cli_routes import bare, path_of
from tests.servers.images import ImageKind, image_bytes
from tests.servers.loopback import LoopbackHandler, LoopbackServer
from tests.support.stage import picture
from tests.support.world import World

pytestmark = pytest.mark.e2e


@pytest.fixture
def site() -> Iterator[str]:
    """A web site on this computer."""
    photo = image_bytes(ImageKind.JPEG)

    class Handler(LoopbackHandler):
        def handle_one(self) -> None:
            answers: dict[str, Callable[[], None]] = {
                "/img/photo%201.png": lambda: self.reply(200, photo, {"Content-Type": "image/png"}),
                "/photo": lambda: self.reply(302, b"", {"Location": "/img/photo%201.png"}),
                "/page": lambda: self.reply(200, b"<!doctype html><title>Photo</title>"),
            }
            answers.get(self.path, lambda: self.reply(404, b"nothing"))()

    server = LoopbackServer(Handler).start()
    yield server.url
    server.stop()
    assert server.errors == []


def put(world: World, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    ran = kraken_s3(world, "put", "--json", *arguments, environ=bare(world))
    return ran.returncode, [json.loads(line) for line in ran.stdout.splitlines()], ran.stderr


def test_a_typed_address_is_fetched_by_this_computer(world: World, site: str) -> None:
    code, (told,), said = put(world, f"{site}/img/photo%201.png")
    assert code == 0, said
    assert told["source"] == f"{site}/img/photo%201.png"
    (image,) = told["images"]
    stored = path_of(image["url"])
    # It is called as the address says, and is what its bytes are.
    assert (stored.suffix, stored.stem.startswith("photo-1"), told["status"]) == (".jpg", True, "done")
    assert picture(stored.read_bytes()).size == (image["width"], image["height"])
    assert image["bytes"] <= told["original_bytes"]
    assert world.api.requests == []
    scratch = world.home / "cache" / "scratch"
    assert [path for path in scratch.rglob("*") if path.is_file() and path.suffix != ".lock"] == []


def test_what_is_wrong_with_each_address_is_told(world: World, site: str) -> None:
    code, told, said = put(
        world, f"{site}/photo", f"{site}/page", f"{site}/gone.png", f"{site}/a.pdf", f"{site}/photo#again"
    )
    assert code == 1
    assert [(each["status"], each.get("error", {}).get("code", "")) for each in told] == [
        ("done", ""),
        ("failed", "source.unsupported"),
        ("failed", "source.refused"),
        ("failed", "source.unsupported"),
    ]
    assert [each["error"]["message"] for each in told[1:]] == [
        f"“{site}/page” is not an image. The address leads to a web page. The image may be on that page.",
        f"There is nothing at “{site}/gone.png”. 127.0.0.1 does not know this address (status 404).",
        f"“{site}/a.pdf” is not an image that Kraken Desktop can work on. The address leads to a PDF document.",
    ]
    assert "1 address was there twice; each is taken once." in said


def test_the_size_may_be_in_the_name_and_the_hash_is_of_the_bytes(world: World, site: str) -> None:
    edited = kraken_s3(
        world, "profile", "edit", "This computer", "--path", "{width}x{height}/{hash:8}{ext}", environ=bare(world)
    )
    assert edited.returncode == 0, edited.stderr
    links = []
    for address in (f"{site}/photo", f"{site}/img/photo%201.png"):
        code, (told,), said = put(world, address)
        assert code == 0, said
        (image,) = told["images"]
        assert f"{image['width']}x{image['height']}/" in image["key"]
        links.append(image["url"])
    assert links[0] == links[1]
