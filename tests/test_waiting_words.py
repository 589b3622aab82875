"""What is said of a queue that waits, and until when."""

from __future__ import annotations

import pytest

from kraken_desktop.messages import Message, Words
from kraken_desktop.model.errors import (
    BucketBusyError,
    ConnectError,
    KrakenDesktopError,
    NameLookupError,
    TimeoutExpiredError,
)
from kraken_desktop.model.errors import RateLimitedError as Limited
from kraken_desktop.model.job import Failure, Skipped, StoredImage

WAITING = Words().waiting
NO_HOST = NameLookupError(host="api.kraken.io")
NO_ANSWER = ConnectError(host="s3.example.com")
SLOW_DOWN = BucketBusyError(bucket="b", key="k", status=503, aws_code="SlowDown", doing="put")


def held(*errors: KrakenDesktopError, count: int = 3) -> Message:
    return WAITING.held([(Failure.of(error), Words().error(error)) for error in errors], count)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-1, "Trying again now"),
        (0, "Trying again now"),
        (0.2, "Trying again in 1 s"),
        (11.5, "Trying again in 12 s"),
        (100, "Trying again in 100 s"),
        (101, "Trying again in 2 min"),
        (540, "Trying again in 9 min"),
        (541, "Trying again in 10 min"),
    ],
)
def test_a_countdown_ends_at_one_and_is_never_early(seconds: float, told: str) -> None:
    assert WAITING.countdown(seconds) == told


@pytest.mark.parametrize(
    ("errors", "what"),
    [
        ([NO_HOST], "No connection to api.kraken.io: 3 images wait."),
        ([NO_HOST, NO_HOST], "No connection to api.kraken.io: 3 images wait."),
        ([NO_HOST, NO_ANSWER], "No connection to api.kraken.io and s3.example.com: 3 images wait."),
        (
            [NO_HOST, NO_ANSWER, ConnectError(host="nas.local")],
            "No connection to api.kraken.io, s3.example.com and nas.local: 3 images wait.",
        ),
        ([Limited(status=429)], "Kraken.io asks for a pause: 3 images wait."),
        ([Limited(status=429), NO_HOST], "No connection to api.kraken.io; Kraken.io asks for a pause: 3 images wait."),
        ([SLOW_DOWN], "S3 asks for fewer uploads at a time: 3 images wait."),
    ],
)
def test_what_holds_is_named_on_one_line(errors: list[KrakenDesktopError], what: str) -> None:
    told = held(*errors)
    assert told.what == what
    assert told.remedy == "The upload goes on by itself."


def test_the_cause_is_told_where_there_is_one() -> None:
    assert held(NO_HOST, count=1).what == "No connection to api.kraken.io: 1 image waits."
    assert held(NO_HOST).why == "This computer is offline, or there is no server of that name."
    assert held(NO_HOST, NO_ANSWER).why == ""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NO_HOST, "No connection"),
        (NO_ANSWER, "No connection"),
        (TimeoutExpiredError(host="api.kraken.io", phase="connect", seconds=15), "No connection"),
        (Limited(status=429), "Kraken.io is busy"),
    ],
)
def test_a_row_says_it_in_short(error: KrakenDesktopError, told: str) -> None:
    assert WAITING.held_short(Failure.of(error)) == told
    assert WAITING.held_short(Failure.of(SLOW_DOWN)) == "Waiting"


@pytest.mark.parametrize(
    ("waiting", "running", "told"),
    [
        (12, 3, "Paused: 12 wait, 3 still running"),
        (1, 0, "Paused: 1 waits"),
        (0, 2, "Paused: 2 still running"),
        (0, 0, "Paused"),
    ],
)
def test_a_paused_queue_counts_what_waits_and_what_runs_on(waiting: int, running: int, told: str) -> None:
    assert WAITING.paused_counts(waiting, running) == told


def test_what_is_in_the_bucket_already_is_no_failure_and_has_its_link() -> None:
    known = StoredImage(key="a.png", url="https://cdn.example.com/a.png")
    with_link = Skipped(reason="already_stored", images=(known,))
    assert Words().outcome(with_link) == "Already in the bucket: its link is known, nothing was sent"
    assert Words().outcome(Skipped(reason="already_stored")) == "Already in the bucket: nothing was sent"
    assert Words().outcome(Skipped(reason="name_taken")) == "Skipped: there is an object of this name already"
