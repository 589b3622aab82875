"""Records: whatever we keep comes back as it was, and nothing else comes back as if it were ours."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraken_desktop.model.errors import Scope
from kraken_desktop.model.job import (
    Cancelled,
    Done,
    Failed,
    Failure,
    Job,
    Skipped,
    Snapshot,
    Source,
    SourceKind,
    StoredImage,
)
from kraken_desktop.model.profile import (
    Account,
    Acl,
    Collision,
    Credentials,
    CredentialSource,
    Engine,
    Profile,
    Uploader,
)
from kraken_desktop.model.recipe import KeptMetadata, Recipe
from kraken_desktop.model.records import (
    RecordError,
    from_record,
    outcome_from_record,
    outcome_to_record,
    to_record,
)

# Surrogates too: a file name that is no valid UTF-8 has them.
TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)
WHOLE = st.integers(min_value=0, max_value=2**63)
MAYBE_WHOLE = st.none() | WHOLE

CREDENTIALS = st.builds(Credentials, source=st.sampled_from(CredentialSource), access_key=TEXT, aws_profile=TEXT)
ACCOUNTS = st.builds(Account, id=TEXT, name=TEXT, api_key=TEXT, api_url=TEXT, source=st.sampled_from(CredentialSource))
RECIPES = st.builds(
    Recipe,
    id=TEXT,
    name=TEXT,
    lossy=st.booleans(),
    quality=st.none() | st.integers(1, 100),
    auto_orient=st.booleans(),
    keep_metadata=st.frozensets(st.sampled_from(KeptMetadata)),
)
PROFILES = st.builds(
    Profile,
    id=TEXT,
    name=TEXT,
    engine=st.sampled_from(Engine),
    uploader=st.sampled_from(Uploader),
    account_id=st.none() | TEXT,
    bucket=TEXT,
    path_template=TEXT,
    acl=st.sampled_from(Acl),
    tags=PAIRS,
    metadata=PAIRS,
    headers=PAIRS,
    collision=st.sampled_from(Collision),
    credentials=CREDENTIALS,
)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
JOBS = st.builds(
    Job,
    id=TEXT,
    batch_id=TEXT,
    position=WHOLE,
    dropped_at=st.datetimes(timezones=ZONES),
    source=st.builds(
        Source,
        kind=st.sampled_from(SourceKind),
        location=TEXT,
        name=TEXT,
        folder=TEXT,
        size=MAYBE_WHOLE,
        mtime_ns=MAYBE_WHOLE,
        extension=TEXT,
    ),
    snapshot=st.builds(Snapshot, profile=PROFILES, recipe=RECIPES, account=st.none() | ACCOUNTS),
)
IMAGES = st.lists(
    st.builds(
        StoredImage,
        variant=TEXT,
        key=TEXT,
        url=TEXT,
        kraked_url=TEXT,
        width=MAYBE_WHOLE,
        height=MAYBE_WHOLE,
        bytes=MAYBE_WHOLE,
    ),
    max_size=3,
).map(tuple)
FACTS = st.dictionaries(TEXT, TEXT | st.integers() | st.booleans() | st.none(), max_size=4)
FAILURES = st.builds(Failure, code=TEXT, facts=FACTS, retryable=st.booleans(), scope=st.sampled_from(Scope))
OUTCOMES = st.one_of(
    st.builds(Done, images=IMAGES, original_bytes=MAYBE_WHOLE),
    st.builds(Skipped, reason=TEXT, images=IMAGES, original_bytes=MAYBE_WHOLE),
    st.builds(Cancelled, may_arrive=st.booleans(), images=IMAGES, original_bytes=MAYBE_WHOLE),
    st.builds(Failed, failure=FAILURES, images=IMAGES, original_bytes=MAYBE_WHOLE),
)


def through_json(record: object) -> object:
    return json.loads(json.dumps(record).encode("ascii"))


@given(obj=st.one_of(PROFILES, RECIPES, ACCOUNTS, JOBS))
def test_what_is_kept_comes_back_as_it_was(obj: object) -> None:
    assert from_record(type(obj), through_json(to_record(obj))) == obj


@given(outcome=OUTCOMES)
def test_every_outcome_comes_back_as_what_it_was(outcome: Any) -> None:
    back = outcome_from_record(through_json(outcome_to_record(outcome)))
    assert back == outcome
    assert type(back) is type(outcome)
    if isinstance(outcome, Failed) and isinstance(back, Failed):
        assert {name: type(fact) for name, fact in outcome.failure.facts.items()} == {
            name: type(fact) for name, fact in back.failure.facts.items()
        }


def test_the_zone_of_the_drop_stays() -> None:
    dropped_at = datetime(2025, 3, 30, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    job = Job(
        id="j",
        batch_id="b",
        position=1,
        dropped_at=dropped_at,
        source=Source(kind=SourceKind.FILE, location="/a.png", name="a.png"),
        snapshot=Snapshot(profile=Profile(id="p", name="P"), recipe=Recipe()),
    )
    assert from_record(Job, to_record(job)).dropped_at.utcoffset() == timedelta(hours=5, minutes=45)


def test_sets_are_written_in_one_order() -> None:
    kept = frozenset({KeptMetadata.PROFILE, KeptMetadata.COPYRIGHT, KeptMetadata.DATE})
    assert to_record(Recipe(keep_metadata=kept))["keep_metadata"] == ["copyright", "date", "profile"]


def test_unknown_fields_are_ignored_and_missing_ones_take_their_defaults() -> None:
    data = {"id": "p", "name": "P", "glitter": {"deep": [1]}}
    assert from_record(Profile, data) == Profile(id="p", name="P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    share: float = 0.0
    sides: tuple[int, str] = (0, "")


def test_a_whole_number_is_a_number_too() -> None:
    assert from_record(Measured, {"share": 1, "sides": [2, "x"]}) == Measured(share=1.0, sides=(2, "x"))


@pytest.mark.parametrize(
    ("cls", "data", "path"),
    [
        (Profile, [], ""),
        (Profile, None, ""),
        (Profile, {"id": "p"}, "name"),
        (Profile, {"id": 7, "name": "P"}, "id"),
        (Profile, {"id": None, "name": "P"}, "id"),
        (Profile, {"id": "p", "name": "P", "acl": "secretish"}, "acl"),
        (Profile, {"id": "p", "name": "P", "acl": 1}, "acl"),
        (Profile, {"id": "p", "name": "P", "account_id": 1}, "account_id"),
        (Profile, {"id": "p", "name": "P", "tags": {"a": "b"}}, "tags"),
        (Profile, {"id": "p", "name": "P", "tags": [["a", "b"], ["a"]]}, "tags[1]"),
        (Profile, {"id": "p", "name": "P", "tags": [["a", 2]]}, "tags[0][1]"),
        (Profile, {"id": "p", "name": "P", "credentials": {"source": ""}}, "credentials.source"),
        (Recipe, {"lossy": 1}, "lossy"),
        (Recipe, {"quality": True}, "quality"),
        (Recipe, {"quality": 70.5}, "quality"),
        (Recipe, {"quality": 101}, ""),
        (Recipe, {"keep_metadata": ["date", "everything"]}, "keep_metadata[1]"),
        (Failure, {"code": "c", "facts": {"deep": {}}}, "facts.deep"),
        (Failure, {"code": "c", "facts": []}, "facts"),
        (Measured, {"share": "1"}, "share"),
        (Measured, {"sides": [1, "x", 2]}, "sides"),
    ],
)
def test_wrong_types_are_refused_and_the_place_is_named(cls: type, data: object, path: str) -> None:
    with pytest.raises(RecordError) as refused:
        from_record(cls, data)
    assert refused.value.path == path
    assert "secretish" not in str(refused.value)


@pytest.mark.parametrize("told", ["yesterday", "", 5, None])
def test_a_time_must_be_one(told: object) -> None:
    job = Job(
        id="j",
        batch_id="b",
        position=1,
        dropped_at=datetime(2025, 1, 1, tzinfo=UTC),
        source=Source(kind=SourceKind.FILE, location="/a.png", name="a.png"),
        snapshot=Snapshot(profile=Profile(id="p", name="P"), recipe=Recipe()),
    )
    with pytest.raises(RecordError, match="dropped_at"):
        from_record(Job, {**to_record(job), "dropped_at": told})


@pytest.mark.parametrize("data", [None, [], {}, {"outcome": "lost"}, {"outcome": ["done"]}])
def test_an_outcome_without_a_known_tag_is_refused(data: object) -> None:
    with pytest.raises(RecordError, match="outcome"):
        outcome_from_record(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    key: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    inside: Signed


@pytest.mark.parametrize("obj", [Signed(key="k", secret="s"), Box(inside=Signed(key="k", secret="s"))])
def test_what_hides_from_repr_goes_into_no_record(obj: object) -> None:
    with pytest.raises(TypeError, match="secret"):
        to_record(obj)


@pytest.mark.parametrize("obj", [Profile, "text", None, Failure(code="c", facts={1: "x"})])  # type: ignore[dict-item]
def test_only_our_own_kind_of_value_is_written(obj: object) -> None:
    with pytest.raises(TypeError):
        to_record(obj)


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    what: bytes = b""


def test_a_type_that_no_record_can_hold_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="what"):
        from_record(Odd, {"what": "x"})
