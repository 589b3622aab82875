"""What a person reads when Kraken.io says no: each status and each odd answer, provoked through the whole pipeline.

The statuses and texts are those that the vendor documents, and those that its users have met.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.messages import Message, Words
from kraken_desktop.model.errors import KrakenDesktopError, Scope
from kraken_desktop.model.job import Job, Outcome
from kraken_desktop.model.profile import Uploader
from kraken_desktop.model.recipe import Recipe, Resize, Strategy
from kraken_desktop.transport import Timeouts
from tests.servers.images import ImageKind, make_image
from tests.servers.kraken_faults import Fault, FaultKind
from tests.support.raw_server import Peer, RawServer
from tests.support.stage import FETCHED, KRAKEN_ROUTES, Stage, failed
from tests.support.world import World


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_image(ImageKind.JPEG, tmp_path / "beach.jpg", size=(64, 48))


def read(outcome: Outcome) -> Message:
    """What the person reads of a failure."""
    return Words().failure(failed(outcome).failure)


def said(text: str) -> str:
    return f" Kraken.io said: “{text}”" + ("" if text.endswith(".") else ".")


# --- the statuses ----------------------------------------------------------------------------------


NO_JSON = "Incoming request body does not contain a valid JSON object"
NO_KEY = "Incoming request body does not contain a valid auth.api_key or auth.api_secret"
OVERDUE = "Your account is overdue. Please pay your invoice."
SUSPENDED = "Your account has been temporarily suspended"
TOO_LARGE = "File size too large. The maximum file size is 1000 bytes (0.001 MB)"
NO_TYPE = "File type not supported"
BROKEN = "This file type is not supported or file is corrupted."
NO_WAIT = "You need to specify either callback_url or wait flag"
NO_SIZE = "For 'square' strategy image size must be set"
FAULT = "Kraken.io has encountered an unexpected error and cannot fulfill your request"
STORAGE = "Error while creating temporary directory in file storage."
AT_REST = "This image can not be optimized any further"

BAD_REQUEST = Message(
    "Kraken.io could not read our request.",
    "This is a fault of Kraken Desktop, not of the image.",
    "Update Kraken Desktop; if that does not help, please report it with the log.",
)
BAD_CREDENTIALS = Message(
    "Kraken.io does not accept the API key or the API secret.",
    "One of them is wrong, or was replaced on kraken.io.",
    "Copy both again from “API Credentials” on kraken.io into the account, then retry.",
)
NOT_PAID = Message(
    "Kraken.io has stopped this account over an unpaid invoice.",
    "Nothing is optimized until it is paid.",
    "Pay the invoice on kraken.io, then retry.",
)
STOPPED = Message(
    "Kraken.io has suspended this account.",
    "Nothing is optimized while it is suspended.",
    "Ask Kraken.io’s support, or use another account in the profile.",
)
LARGE = Message(
    "The image is too large for your Kraken.io plan.",
    "Each plan has a largest file size.",
    "Make it on this computer, save it with fewer pixels, or choose a larger plan on kraken.io.",
)
NOT_READ = Message(
    "Kraken.io cannot read this image.",
    "The file is damaged, or of a kind that Kraken.io does not support.",
    "Open it in an image editor and save it anew, then add that file.",
)
NOT_SUITED = Message(
    "Kraken.io refused the request.",
    "A setting does not suit this image or your plan, or the address of the image could not be fetched.",
    "For an address, check that it opens in a browser; otherwise check the recipe. Then retry.",
)
PAUSE = Message(
    "Kraken.io asks for a pause.",
    "There were too many requests at once.",
    "Retry in a minute, with fewer uploads at once.",
)
USED_UP = Message(
    "The quota of your Kraken.io plan is used up.",
    "Nothing more is optimized until it is renewed.",
    "Choose a larger plan on kraken.io or wait for the renewal, then retry.",
)
REFUSED = Message(
    "Kraken.io refused this image.",
    "Its answer had the status 200.",
    "Save the image anew in an image editor, then retry.",
)
ELSEWHERE = Message(
    "Kraken.io’s address sends us elsewhere, so nothing was handed over.",
    "A sign-in page of this network may stand in between, or the API address is wrong.",
    "Sign in to the network in a browser, or check the API address, then retry.",
)
NO_API = Message(
    "Kraken.io’s answer cannot be understood.",
    "Something was missing in it, or something between us and Kraken.io changed it.",
    "Check the API address of the account, then retry.",
)


def own_problem(status: int) -> Message:
    return Message(
        "Kraken.io has a problem of its own.",
        f"Its server answered with the status {status}; your image is not at fault.",
        "Retry later; status.kraken.io tells of outages.",
    )


def status(code: int, message: str | list[str], **more: Any) -> Fault:
    return Fault(kind=FaultKind.STATUS, status=code, message=message, **more)


JOB, BATCH = Scope.JOB, Scope.BATCH


@pytest.mark.parametrize("route", KRAKEN_ROUTES)
@pytest.mark.parametrize(
    ("fault", "message", "quote", "scope", "retryable"),
    [
        pytest.param(status(400, NO_JSON), BAD_REQUEST, NO_JSON, JOB, False, id="400"),
        pytest.param(status(400, NO_KEY), BAD_REQUEST, NO_KEY, JOB, False, id="400-key"),
        pytest.param(status(401, NO_KEY), BAD_CREDENTIALS, NO_KEY, BATCH, False, id="401-key"),
        pytest.param(Fault(kind=FaultKind.OVERDUE), NOT_PAID, OVERDUE, BATCH, False, id="402"),
        pytest.param(Fault(kind=FaultKind.SUSPENDED), STOPPED, SUSPENDED, BATCH, False, id="403"),
        pytest.param(
            Fault(kind=FaultKind.TOO_LARGE, message=TOO_LARGE),
            Message(
                LARGE.what,
                "Your plan takes files of 1.0 kB at most.",
                "Make it on this computer, or save it with fewer pixels. If your plan is a larger one by now, check "
                "the key pair of the account, then retry.",
            ),
            TOO_LARGE,
            JOB,
            False,
            id="413",
        ),
        pytest.param(Fault(kind=FaultKind.TOO_LARGE, message="No."), LARGE, "No.", JOB, False, id="413-no-number"),
        pytest.param(status(415, NO_TYPE), NOT_READ, NO_TYPE, JOB, False, id="415"),
        pytest.param(status(415, BROKEN), NOT_READ, BROKEN, JOB, False, id="415-broken"),
        pytest.param(status(422, NO_WAIT), NOT_SUITED, NO_WAIT, JOB, False, id="422"),
        pytest.param(status(422, NO_SIZE), NOT_SUITED, NO_SIZE, JOB, False, id="422-size"),
        pytest.param(Fault(kind=FaultKind.RATE_LIMIT), PAUSE, "Request limit reached", JOB, True, id="429-too-many"),
        pytest.param(Fault(kind=FaultKind.QUOTA), USED_UP, "Overage usage limit hit.", BATCH, False, id="429-quota"),
        pytest.param(status(500, FAULT), own_problem(500), FAULT, JOB, True, id="500"),
        pytest.param(status(500, STORAGE), own_problem(500), STORAGE, JOB, True, id="500-storage"),
        pytest.param(Fault(kind=FaultKind.HTML), own_problem(502), "", JOB, True, id="502"),
        pytest.param(Fault(kind=FaultKind.EMPTY), own_problem(503), "", JOB, True, id="503"),
        pytest.param(Fault(kind=FaultKind.HTML, status=504), own_problem(504), "", JOB, True, id="504"),
        pytest.param(Fault(kind=FaultKind.UNSUCCESSFUL), REFUSED, AT_REST, JOB, False, id="200"),
        pytest.param(Fault(kind=FaultKind.REDIRECT), ELSEWHERE, "", JOB, False, id="307"),
        pytest.param(status(404, "Not found"), NO_API, "Not found", JOB, False, id="404"),
        pytest.param(status(422, "no", message_key="error"), NOT_SUITED, "no", JOB, False, id="error"),
        pytest.param(status(422, ["one", "two"], message_key="error"), NOT_SUITED, "one; two", JOB, False, id="list"),
    ],
)
def test_each_status_has_its_sentence(
    stage: Stage,
    world: World,
    photo: Path,
    route: dict[str, Any],
    fault: Fault,
    message: Message,
    quote: str,
    scope: Scope,
    retryable: bool,
) -> None:
    world.api.order(replace(fault, endpoint="upload"))
    outcome = failed(stage.put(photo, **route))
    assert read(outcome) == replace(message, why=message.why + (said(quote) if quote else ""))
    assert (outcome.failure.scope, outcome.failure.retryable) == (scope, retryable)
    assert len(world.api.uploads) == 1, "nothing is sent again by itself"
    assert world.s3.keys(world.bucket) == ()


def test_a_wrong_pair_of_keys(stage: Stage, world: World, photo: Path) -> None:
    (job,) = stage.jobs(photo)
    stage.services.secrets.keep(world.account().secret_name, "wrong")
    quote = said("Unnknown API Key. Please check your API key and try again")
    assert read(stage.run(job)) == replace(BAD_CREDENTIALS, why=BAD_CREDENTIALS.why + quote)


def test_a_pair_of_keys_that_lacks_a_half_is_never_sent(stage: Stage, world: World, photo: Path) -> None:
    (job,) = stage.jobs(photo)
    stage.services.secrets.forget(world.account().secret_name)
    assert read(stage.run(job)).what == "The Kraken.io API secret is missing."
    assert world.api.requests == []


def test_an_address_that_kraken_io_cannot_open(stage: Stage, world: World, photo: Path) -> None:
    outcome = stage.put(f"{world.s3.endpoint}/{world.bucket}/nothing-there.jpg")
    quote = said("The image at the given url can not be fetched (status 403)")
    assert read(outcome) == replace(NOT_SUITED, why=NOT_SUITED.why + quote)


@pytest.mark.parametrize("route", KRAKEN_ROUTES)
def test_a_success_without_an_image_where_one_was_to_be_made(
    stage: Stage, world: World, photo: Path, route: dict[str, Any]
) -> None:
    world.api.order(Fault(kind=FaultKind.NO_URL))
    recipe = Recipe(resize=Resize(strategy=Strategy.SQUARE, size=32))
    assert read(stage.put(photo, recipe=recipe, **route)) == Message(
        "Kraken.io made nothing of this image, and stored nothing.",
        "It found nothing to save. The original cannot stand for the result: another size or type was asked for, or"
        " the original is not on this computer.",
        "Choose lossy in the recipe, or let this computer make the image, then retry.",
    )


# --- no answer, or one that cannot be trusted ------------------------------------------------------


def fate_unknown(key: str) -> Message:
    return Message(
        "The image was sent, but the answer was lost. It may have been charged.",
        f"All of it had left this computer. “{key}” could not be found in the bucket, or the bucket could not be"
        " asked.",
        "Look in the bucket first. Retry sends the image again, which may be charged once more.",
    )


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.RESET_AFTER_BODY, work=False),
        Fault(kind=FaultKind.MALFORMED, work=False),
        Fault(kind=FaultKind.HTML, status=200, work=False),
        Fault(kind=FaultKind.STALL_ANSWERING, work=False),
    ],
    ids=lambda fault: fault.kind.value,
)
def test_an_answer_that_never_came_is_told_as_such(
    stage: Stage, world: World, photo: Path, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault.kind is FaultKind.STALL_ANSWERING:
        # No test can wait for the minutes that Kraken.io is given.
        brief = Timeouts(read=0.3, answer=0.3)
        monkeypatch.setattr("kraken_desktop.engines.kraken_io.Timeouts", lambda **_: brief)
    world.api.order(replace(fault, endpoint="upload"))
    outcome = failed(stage.put(photo, path_template="there/{name}"))
    world.api.clear_faults()
    assert read(outcome) == fate_unknown("there/beach.jpg")
    assert not outcome.failure.retryable
    assert len(world.api.uploads) == 1


def test_a_connection_that_broke_off_before_all_was_sent(stage: Stage, world: World, photo: Path) -> None:
    # More than fits into the sockets; what follows a JPEG's end is harmless.
    photo.write_bytes(photo.read_bytes() + b"\0" * 8_000_000)
    world.api.order(Fault(kind=FaultKind.RESET_IN_UPLOAD, endpoint="upload"))
    outcome = failed(stage.put(photo))
    told = read(outcome)
    assert (told.what, told.remedy) == (
        "The connection to 127.0.0.1 was lost.",
        "Check the internet connection, then retry.",
    )
    assert told.why.startswith("It broke off before the answer was complete.")
    assert outcome.failure.retryable


def with_api(stage: Stage, world: World, photo: Path, url: str, **profile: Any) -> Job:
    """A job whose account leads elsewhere."""
    (job,) = stage.jobs(photo, **profile)
    return replace(job, snapshot=replace(job.snapshot, account=replace(world.account(), api_url=url)))


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://127.0.0.1:9", "127.0.0.1 does not answer."),
        ("https://api.kraken.invalid", "api.kraken.invalid was not found."),
    ],
)
def test_nobody_at_the_address_of_the_api(stage: Stage, world: World, photo: Path, url: str, what: str) -> None:
    outcome = failed(stage.run(with_api(stage, world, photo, url)))
    assert read(outcome).what == what
    assert outcome.failure.retryable


class Telling:
    """Answers each POST with the same JSON, and each GET with the same bytes."""

    def __init__(self, told: Callable[[str], object], image: bytes = b"") -> None:
        self.posts = 0
        self.url = ""
        self._told = told
        self._image = image

    def __call__(self, peer: Peer) -> None:
        while True:
            line, _, _ = peer.read_request()
            if line.startswith("GET"):
                peer.answer(200, self._image)
            else:
                self.posts += 1
                peer.answer(200, json.dumps(self._told(self.url)).encode())


@pytest.mark.parametrize(
    "told",
    [
        {"id": "18fede37617a787649c3f60b9f1f280d"},
        {"success": True, "kraked_url": "javascript:alert(1)"},
        {"success": True, "kraked_url": "ftp://dl.kraken.io/a.jpg"},
        ["success"],
    ],
    ids=["taken only", "script", "ftp", "list"],
)
def test_an_odd_answer_is_looked_for_in_the_bucket_and_never_sent_again(
    stage: Stage, world: World, photo: Path, told: object
) -> None:
    script = Telling(lambda _url: told)
    with RawServer(script) as server:
        job = with_api(stage, world, photo, server.url, path_template="there/{name}")
        outcome = stage.run(job)
    assert read(outcome) == fate_unknown("there/beach.jpg")
    assert script.posts == 1


@pytest.mark.parametrize("name", ["success", "error"])
def test_a_failure_with_the_status_of_a_success(stage: Stage, world: World, photo: Path, name: str) -> None:
    answer = {"success": {"success": "false", "message": AT_REST}, "error": {"error": AT_REST}}[name]
    with RawServer(Telling(lambda _url: answer)) as server:
        outcome = stage.run(with_api(stage, world, photo, server.url))
    assert read(outcome) == replace(REFUSED, why=REFUSED.why + said(AT_REST))


def test_a_result_of_another_size_than_was_announced_is_not_stored(stage: Stage, world: World, photo: Path) -> None:
    def announced(url: str) -> object:
        return {"success": True, "kraked_size": 10, "kraked_url": f"{url}/a.jpg"}

    script = Telling(announced, b"x" * 9)
    with RawServer(script) as server:
        script.url = server.url
        outcome = failed(stage.run(with_api(stage, world, photo, server.url, **FETCHED)))
    assert read(outcome) == Message(
        "Kraken.io made the image smaller, but the result did not arrive whole.",
        "It has another size than was announced.",
        "Retry: the result is asked for again, and nothing is charged for that.",
    )
    assert outcome.failure.retryable
    assert world.s3.keys(world.bucket) == ()


def test_a_result_that_cannot_be_had(stage: Stage, world: World, photo: Path) -> None:
    world.api.order(status(404, "Not found", endpoint="download", times=3))
    (job,) = stage.jobs(photo, uploader=Uploader.LOCAL)
    lost, _, gone = (read(stage.run(job)) for _ in range(3))
    assert lost == Message(
        "Kraken.io made the image smaller, but the result did not arrive.",
        "The server answered with the status 404.",
        "Retry: the result is asked for again, and nothing is charged for that.",
    )
    assert gone == Message(
        "Kraken.io made the image smaller, and has the result no longer.",
        "It keeps results for some time only. The answer was the status 404.",
        "Retry, if the image may be charged again.",
    )


# --- the account -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "message", "quote"),
    [
        (Fault(kind=FaultKind.OVERDUE), NOT_PAID, OVERDUE),
        (Fault(kind=FaultKind.SUSPENDED), STOPPED, SUSPENDED),
        (Fault(kind=FaultKind.UNSUCCESSFUL, message="User not found"), BAD_CREDENTIALS, "User not found"),
        (
            Fault(kind=FaultKind.UNSUCCESSFUL, message="API Key and API Secret mismatch"),
            BAD_CREDENTIALS,
            "API Key and API Secret mismatch",
        ),
        (Fault(kind=FaultKind.HTML), own_problem(502), ""),
        (Fault(kind=FaultKind.HTML, status=404), NO_API, ""),
        (Fault(kind=FaultKind.REDIRECT), ELSEWHERE, ""),
    ],
    ids=["402", "403", "200-user", "200-mismatch", "502", "404", "307"],
)
def test_what_is_said_when_the_account_is_asked_for(
    stage: Stage, world: World, fault: Fault, message: Message, quote: str
) -> None:
    world.set_up(stage.services)
    world.api.order(replace(fault, endpoint="user_status"))
    with pytest.raises(KrakenDesktopError) as caught:
        stage.services.account_status(world.account())
    told = Words().error(caught.value)
    assert told == replace(message, why=message.why + (said(quote) if quote else ""))
