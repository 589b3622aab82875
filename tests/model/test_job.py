"""Outcomes, states and failures as values."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest

from kraken_desktop.model.errors import BadCredentialsError, RateLimitedError, Scope, SourceMissingError
from kraken_desktop.model.job import (
    Cancelled,
    Done,
    Failed,
    Failure,
    Job,
    JobState,
    JobStatus,
    Outcome,
    Skipped,
    Snapshot,
    Source,
    SourceKind,
    StoredImage,
    state_of,
)
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.recipe import Recipe

FAILURE = Failure(code="source.missing")
JOB = Job(
    id="j",
    batch_id="b",
    position=1,
    dropped_at=datetime(2024, 3, 5, tzinfo=UTC),
    source=Source(kind=SourceKind.FILE, location="/a.png", name="a.png"),
    snapshot=Snapshot(profile=Profile(id="p", name="Blog"), recipe=Recipe()),
)


def image(size: int | None = None) -> StoredImage:
    return StoredImage(key="a.png", url="https://x.org/a.png", bytes=size)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Done(images=()), JobState.DONE),
        (Skipped(reason="same"), JobState.SKIPPED),
        (Cancelled(), JobState.CANCELLED),
        (Failed(failure=FAILURE), JobState.FAILED),
    ],
)
def test_each_outcome_ends_in_its_state(outcome: Outcome, state: JobState) -> None:
    assert state_of(outcome) is state
    assert state.ended


def test_the_other_states_have_not_ended() -> None:
    assert {state for state in JobState if not state.ended} == {
        JobState.QUEUED,
        JobState.RUNNING,
        JobState.WAITING,
    }


@pytest.mark.parametrize(
    ("original", "sizes", "saved"),
    [
        (100, [40], 60),
        (100, [100], 0),
        (100, [140], 0),
        (None, [40], None),
        (100, [None], None),
        (100, [40, None], None),
        (100, [40, 30], None),
        (100, [], None),
    ],
)
def test_saved_bytes(original: int | None, sizes: list[int | None], saved: int | None) -> None:
    done = Done(images=tuple(image(size) for size in sizes), original_bytes=original)
    assert done.saved_bytes == saved


def test_a_failure_is_the_error_as_a_value() -> None:
    failure = Failure.of(BadCredentialsError(status=401, said="Unnknown API Key"))
    assert failure == Failure(
        code="kraken.bad_credentials",
        facts={"status": 401, "said": "Unnknown API Key"},
        retryable=False,
        scope=Scope.BATCH,
    )
    assert Failure.of(SourceMissingError(path="/a")).scope is Scope.JOB


@pytest.mark.parametrize("seconds", [None, 0, 30])
def test_retry_after(seconds: int | None) -> None:
    failure = Failure.of(RateLimitedError(status=429, retry_after=seconds))
    assert failure.retryable
    assert failure.retry_after == seconds


def test_a_failure_without_a_wait_has_none() -> None:
    assert FAILURE.retry_after is None
    assert Failure(code="x", facts={"retry_after": "soon"}).retry_after is None


@pytest.mark.parametrize(
    ("outcome", "count"),
    [
        (None, 0),
        (Done(images=(image(),)), 1),
        (Skipped(reason="same", images=(image(),)), 1),
        (Failed(failure=FAILURE, images=(image(), image())), 2),
        (Cancelled(), 0),
    ],
)
def test_links_are_what_is_really_there(outcome: Outcome | None, count: int) -> None:
    assert len(JobStatus(job=JOB, outcome=outcome).links) == count


def test_a_new_status_is_queued_and_frozen() -> None:
    status = JobStatus(job=JOB)
    assert (status.state, status.tries, status.keys) == (JobState.QUEUED, 0, ())
    with pytest.raises(FrozenInstanceError):
        status.tries = 1  # type: ignore[misc]
