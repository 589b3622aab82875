"""The plan without a network: what a source is, and the key it gets. Whole jobs are in the pipeline's tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.composition import Services
from kraken_desktop.model.errors import (
    ObjectExistsError,
    SourceEmptyError,
    SourceMissingError,
    SourceTooLargeError,
    SourceUnreadableError,
    UnsafeKeyError,
)
from kraken_desktop.model.job import Job, Skipped, Source, SourceKind
from kraken_desktop.model.profile import Collision, Profile, Uploader
from kraken_desktop.model.recipe import OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.model.settings import Settings
from kraken_desktop.planning import AlreadyStored, Content, Plan, Presence, examine, looks_before, make_plan
from tests.servers.images import ImageKind, make_image

PROFILE = Profile(id="p", name="Web", bucket="photos", path_template="{name}")


def fail(error: Exception) -> None:
    raise AssertionError(error)


@pytest.fixture
def services(home: Path) -> Iterator[Services]:
    made = Services({"KRAKEN_DESKTOP_HOME": str(home / "kraken")}, fail)
    yield made
    made.close()


def drop(services: Services, *paths: Path, profile: Profile = PROFILE, recipe: Recipe | None = None) -> tuple[Job, ...]:
    sources = [
        Source(kind=SourceKind.FILE, location=str(path), name=path.name, extension=path.suffix) for path in paths
    ]
    made = services.new_jobs(sources, profile, Settings(), recipe)
    services.journal.add(made)
    return made


CONTENT = Content(sha256="ab" * 32, size=5)


def unmeasured(path: Path, extension: str) -> None:
    raise AssertionError(f"{path} with {extension} is not to be measured")


def plan(
    services: Services, job: Job, *, held: Mapping[str, Presence] | None = None, **content: Any
) -> Plan | AlreadyStored | Skipped:
    """The plan of a job; ``held``: what the bucket holds, if anybody asks it."""
    look = (lambda key, digest: held.get(key, Presence.NOTHING)) if held is not None else None
    return make_plan(job, replace(CONTENT, **content), services.journal, look)


def key_of(services: Services, job: Job, **more: Any) -> str:
    made = plan(services, job, **more)
    assert isinstance(made, Plan), made
    (target,) = made.targets
    return target.key


def test_a_thousand_of_a_name_get_a_thousand_keys(services: Services) -> None:
    made = drop(services, *[Path(f"/{n}/cover.jpg") for n in range(1000)])
    keys = [key_of(services, job) for job in made]
    assert len(set(keys)) == 1000
    assert keys[:3] == ["cover.jpg", "cover-2.jpg", "cover-3.jpg"]
    assert [key_of(services, job) for job in made[:20]] == keys[:20], "the same again"


def test_a_key_that_looks_numbered_already_is_no_trap(services: Services) -> None:
    made = drop(services, *[Path(f"/{name}") for name in ("a-2.png", "a.png")], Path("/b/a.png"))
    assert [key_of(services, job) for job in made] == ["a-2.png", "a.png", "a-3.png"]


def test_a_source_is_read_once_and_measured_only_if_asked(services: Services, tmp_path: Path) -> None:
    path = make_image(ImageKind.JPEG_EXIF, tmp_path / "a.jpg", size=(64, 32))
    sized = replace(PROFILE, path_template="{width}x{height}{ext}")
    (plain,) = drop(services, path)
    (asked,) = drop(services, path, profile=sized)
    told = examine(plain, CancelToken(), unmeasured)
    assert (told.size, told.width) == (path.stat().st_size, None)
    assert examine(asked, CancelToken(), lambda path, extension: (32, 64)) == replace(told, width=32, height=64)


def test_what_cannot_be_read_is_named(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty, large, folder = tmp_path / "empty.png", tmp_path / "large.png", tmp_path / "folder.png"
    empty.touch()
    large.write_bytes(b"x" * 2000)
    folder.mkdir()
    monkeypatch.setattr("kraken_desktop.planning.LARGEST_SOURCE", 1000)
    for path, error in (
        (tmp_path / "missing.png", SourceMissingError),
        (empty, SourceEmptyError),
        (large, SourceTooLargeError),
        (folder, SourceUnreadableError),
    ):
        with pytest.raises(error) as caught:
            examine(drop(services, path)[0], CancelToken(), unmeasured)
        assert caught.value.path == str(path)


def test_hashing_can_be_cancelled(services: Services, tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(CancelledError):
        examine(drop(services, make_image(ImageKind.PNG, tmp_path / "a.png"))[0], token, unmeasured)


# --- several results of one source ---

SET = Recipe(
    variants=(
        Variant(name="small", resize=Resize(strategy=Strategy.LANDSCAPE, width=480)),
        Variant(name="large", resize=Resize(strategy=Strategy.LANDSCAPE, width=960)),
        Variant(name="modern", convert=OutputFormat.WEBP),
    )
)


@pytest.mark.parametrize(
    ("template", "keys"),
    [
        ("{name}", ["a-small.jpg", "a-large.jpg", "a-modern.webp"]),
        ("{variant}/{name}", ["small/a.jpg", "large/a.jpg", "modern/a.webp"]),
        ("{stem}-{width}{ext}", ["a-480.jpg", "a-960.jpg", "a-2000.webp"]),
    ],
)
def test_variants_never_share_a_key(services: Services, template: str, keys: list[str]) -> None:
    (job,) = drop(services, Path("/a.jpg"), profile=replace(PROFILE, path_template=template), recipe=SET)
    made = plan(services, job, width=2000, height=1000)
    assert isinstance(made, Plan)
    assert [target.key for target in made.targets] == keys
    assert [planned.variant for planned in services.journal.planned(job.id)] == ["small", "large", "modern"]


def test_the_size_in_a_key_is_the_planned_one(services: Services) -> None:
    sized = replace(PROFILE, path_template="{stem}-{width}x{height}{ext}")
    recipe = Recipe(resize=Resize(strategy=Strategy.PORTRAIT, height=100))
    (job,) = drop(services, Path("/a.jpg"), profile=sized, recipe=recipe)
    assert key_of(services, job, width=400, height=300) == "a-133x100.jpg"
    square = Recipe(resize=Resize(strategy=Strategy.SQUARE, size=64))
    (job,) = drop(services, Path("/a.jpg"), profile=sized, recipe=square)
    assert key_of(services, job) == "a-64x64.jpg", "the same for every source, so the source need not be known"
    (job,) = drop(services, Path("/a.jpg"), profile=sized)
    with pytest.raises(UnsafeKeyError):
        plan(services, job)


# --- what is in the bucket already ---

OURS = replace(PROFILE, uploader=Uploader.LOCAL)


@pytest.mark.parametrize(
    ("profile", "asks"),
    [
        (OURS, True),
        (replace(OURS, collision=Collision.OVERWRITE), False),
        (replace(OURS, collision=Collision.OVERWRITE, folder="/pictures"), True),
        (replace(OURS, path_template="{stem}-{hash:8}{ext}"), False),
        (replace(OURS, path_template="{uuid}{ext}", folder="/pictures"), False),
        (PROFILE, True),
        (replace(PROFILE, path_template="{stem}-{hash:8}{ext}"), False),
    ],
)
def test_the_bucket_is_asked_only_where_the_answer_matters(services: Services, profile: Profile, asks: bool) -> None:
    (job,) = drop(services, Path("/a.jpg"), profile=profile)
    assert looks_before(job) == asks


@pytest.mark.parametrize(
    ("collision", "found", "key"),
    [
        (Collision.RENAME, Presence.OTHER, "a-2.jpg"),
        (Collision.RENAME, Presence.SAME, "a-2.jpg"),
        (Collision.RENAME, Presence.SOURCE, "a-2.jpg"),
        (Collision.OVERWRITE, Presence.OTHER, "a.jpg"),
        (Collision.OVERWRITE, Presence.SOURCE, "a-2.jpg"),
    ],
)
def test_a_taken_name_is_treated_as_the_profile_says(
    services: Services, collision: Collision, found: Presence, key: str
) -> None:
    (job,) = drop(services, Path("/a.jpg"), profile=replace(OURS, collision=collision))
    assert key_of(services, job, held={"a.jpg": found}) == key


@pytest.mark.parametrize("found", [Presence.OTHER, Presence.SOURCE])
def test_a_taken_name_can_be_passed_over(services: Services, found: Presence) -> None:
    (job,) = drop(services, Path("/a.jpg"), profile=replace(OURS, collision=Collision.SKIP))
    assert plan(services, job, held={"a.jpg": found}) == Skipped(reason="name_taken")
    assert services.journal.planned(job.id) == ()


def test_the_same_image_is_passed_over_by_its_name(services: Services) -> None:
    (job,) = drop(services, Path("/a.jpg"), profile=replace(OURS, collision=Collision.SKIP))
    there = plan(services, job, held={"a.jpg": Presence.SAME})
    assert isinstance(there, AlreadyStored)
    assert [target.key for target in there.targets] == ["a.jpg"]
    assert services.journal.planned(job.id) == ()


def test_a_taken_name_can_be_an_error(services: Services) -> None:
    (job,) = drop(services, Path("/a.jpg"), profile=replace(OURS, collision=Collision.FAIL))
    with pytest.raises(ObjectExistsError) as caught:
        plan(services, job, held={"a.jpg": Presence.SAME})
    assert caught.value.key == "a.jpg"


def test_what_an_interrupted_try_left_is_replaced_under_its_own_name(services: Services) -> None:
    (job,) = drop(services, Path("/a.jpg"), profile=OURS)
    first = plan(services, job, held={})
    again = plan(services, job, held={"a.jpg": Presence.SAME})
    perhaps = plan(services, job, held={"a.jpg": Presence.MAYBE})
    taken = plan(services, job, held={"a.jpg": Presence.OTHER})
    assert isinstance(first, Plan)
    assert isinstance(again, Plan)
    assert isinstance(taken, Plan)
    assert isinstance(perhaps, Plan)
    assert (perhaps.targets[0].key, perhaps.targets[0].replaces) == ("a.jpg", False)
    assert (first.targets[0].key, first.targets[0].replaces) == ("a.jpg", False)
    assert (again.targets[0].key, again.targets[0].replaces) == ("a.jpg", True)
    assert taken.targets[0].key == "a-2.jpg", "somebody else's since then"
