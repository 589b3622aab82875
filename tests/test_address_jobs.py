"""Jobs whose source is an address: what comes of them on each engine, whoever chose the address."""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import trustme

from kraken_desktop.cancel import CancelToken
from kraken_desktop.messages import Words
from kraken_desktop.model.errors import Scope
from kraken_desktop.model.job import Cancelled, Failed, Outcome, Phase, Source, SourceKind
from kraken_desktop.model.object_key import content_digest
from kraken_desktop.model.profile import Engine, Uploader
from kraken_desktop.model.recipe import Recipe
from tests.servers.images import ImageKind, image_bytes
from tests.support.raw_server import Peer, RawServer
from tests.support.stage import HERE, Stage, code_of, done, picture
from tests.support.world import World

PHOTO = image_bytes(ImageKind.JPEG, size=(320, 240))


def source(url: str, *, typed: bool = True) -> Source:
    return Source(kind=SourceKind.URL, location=url, name=url.rpartition("/")[2], typed=typed)


def gives_the_photo(peer: Peer) -> None:
    peer.read_head()
    peer.answer(body=PHOTO, headers="Connection: close\r\n")


def why(outcome: Outcome) -> str:
    assert isinstance(outcome, Failed)
    return Words().failure(outcome.failure).why


def test_what_this_computer_fetches_is_hashed_measured_and_counted(stage: Stage, world: World) -> None:
    with RawServer(gives_the_photo) as server:
        template = "{width}x{height}/{stem}-{hash}{ext}"
        outcome = done(stage.put(source(f"{server.url}/view"), **HERE, path_template=template))
    (image,) = outcome.images
    digest = content_digest(hashlib.sha256(PHOTO).hexdigest(), "local", Recipe().fingerprint())
    assert image.key == f"320x240/view-{digest}.jpg"
    assert outcome.original_bytes == len(PHOTO)
    assert picture(world.s3.anonymous_get(image.url).body).size == (320, 240)
    phases = [progress.phase for progress in stage.heard]
    assert phases[0] is Phase.FETCHING
    assert (stage.heard[1].sent, stage.heard[1].total) == (len(PHOTO), len(PHOTO))


def test_a_dropped_address_into_a_private_network_fails_and_stores_nothing(stage: Stage, world: World) -> None:
    with RawServer(gives_the_photo) as server:
        outcome = stage.put(source(f"{server.url}/view", typed=False), **HERE)
        assert server.connections == 0
    assert code_of(outcome) == "source.blocked"
    assert why(outcome).startswith("127.0.0.1 is this computer, or is in a private network.")
    assert not world.s3.keys(world.bucket)


def test_another_try_fetches_it_again(stage: Stage) -> None:
    answers = iter([(503, b"busy"), (200, PHOTO)])

    def script(peer: Peer) -> None:
        peer.read_head()
        status, body = next(answers)
        peer.answer(status, body, headers="Connection: close\r\n")

    with RawServer(script) as server:
        (job,) = stage.jobs(source(f"{server.url}/a.jpg"), **HERE)
        first = stage.run(job)
        assert isinstance(first, Failed)
        assert (first.failure.code, first.failure.retryable) == ("source.busy", True)
        assert done(stage.run(job)).images


def test_cancelling_while_it_comes(stage: Stage, world: World) -> None:
    cancel = CancelToken()

    def script(peer: Peer) -> None:
        peer.read_head()
        peer.answer(body=PHOTO, length=len(PHOTO) + 1)
        peer.wait()

    with RawServer(script) as server:
        (job,) = stage.jobs(source(f"{server.url}/a.jpg"), **HERE)
        stopper = threading.Thread(target=lambda: (server.hanging.wait(30), cancel.cancel()))
        stopper.start()
        assert isinstance(stage.run(job, cancel), Cancelled)
        stopper.join()
    assert not world.s3.keys(world.bucket)


def test_an_image_that_is_broken_is_called_by_its_address(stage: Stage) -> None:
    def script(peer: Peer) -> None:
        peer.read_head()
        peer.answer(body=image_bytes(ImageKind.TRUNCATED_JPEG), headers="Connection: close\r\n")

    with RawServer(script) as server:
        outcome = stage.put(source(f"{server.url}/a.jpg"), **HERE)
        assert isinstance(outcome, Failed)
        assert Words().failure(outcome.failure).what == f"“{server.url}/a.jpg” is damaged."


@pytest.mark.parametrize("uploader", Uploader)
def test_a_size_that_only_the_image_knows_is_refused_before_kraken_io_is_asked(
    stage: Stage, world: World, uploader: Uploader
) -> None:
    outcome = stage.put(source("https://example.com/a.jpg"), uploader=uploader, path_template="{width}/{name}")
    assert isinstance(outcome, Failed)
    assert Words().failure(outcome.failure).what == "{width} is not known for “a.jpg”."
    assert world.api.requests == []


@pytest.mark.parametrize("host", ["localhost", "10.0.0.8", "[::1]", "intranet"])
@pytest.mark.parametrize("uploader", Uploader)
def test_an_address_that_kraken_io_cannot_reach_is_not_sent_there(
    stage: Stage, world: World, uploader: Uploader, host: str
) -> None:
    (job,) = stage.jobs(source(f"http://{host}/a.jpg"), engine=Engine.KRAKEN, uploader=uploader)
    account = replace(world.account(), api_url="https://api.kraken.io")
    outcome = stage.run(replace(job, snapshot=replace(job.snapshot, account=account)))
    assert code_of(outcome) == "source.unreachable"
    bare = host.strip("[]")
    assert why(outcome) == f"{bare} is this computer, or is in a private network, and Kraken.io is outside."


@pytest.fixture
def untrusted() -> Iterator[str]:
    """A server whose certificate nobody on this computer knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with RawServer(gives_the_photo, context) as server:
        yield f"{server.url}/a.png"


@pytest.fixture
def away() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/a.png"


@pytest.mark.parametrize(
    ("which", "code", "retryable", "told"),
    [
        ("untrusted", "source.untrusted", False, "The certificate of 127.0.0.1 cannot be trusted."),
        ("away", "source.away", True, "127.0.0.1 was not found, or does not answer."),
    ],
)
def test_what_is_wrong_with_one_host_is_no_matter_of_the_others(
    request: pytest.FixtureRequest, stage: Stage, world: World, which: str, code: str, retryable: bool, told: str
) -> None:
    outcome = stage.put(source(request.getfixturevalue(which)), **HERE)
    assert isinstance(outcome, Failed)
    assert (outcome.failure.code, outcome.failure.retryable) == (code, retryable)
    assert outcome.failure.scope is Scope.JOB, "the queue goes on"
    assert why(outcome).startswith(told)
    assert world.s3.keys(world.bucket) == ()
