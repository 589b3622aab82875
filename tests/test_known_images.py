"""The same image again: its known link, without another request, another charge or another object."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.known_images import KnownImages
from kraken_desktop.model.job import Done, Job, Outcome, Skipped, Verdict
from kraken_desktop.model.links import is_web_address
from kraken_desktop.model.profile import Acl, Collision
from kraken_desktop.model.recipe import OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.planning import Errand
from tests.servers.images import ImageKind, make_image
from tests.servers.strict_s3 import S3Fault
from tests.support.stage import HERE, PUSHED, ROUTES, Stage, code_of, done
from tests.support.world import World

SET = Recipe(
    variants=(
        Variant(name="small", resize=Resize(strategy=Strategy.LANDSCAPE, width=80)),
        Variant(name="modern", convert=OutputFormat.WEBP),
    )
)
UNIQUE: dict[str, Any] = {"path_template": "{stem}-{hash:8}{ext}"}
PLAIN: dict[str, Any] = {"path_template": "{stem}{ext}"}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_image(ImageKind.JPEG, tmp_path / "beach.jpg", size=(320, 240))


def ended(stage: Stage, job: Job) -> Outcome:
    """The outcome of a job that is in the journal, as the runner leaves it."""
    outcome = stage.run(job)
    stage.services.journal.finish(job.id, outcome)
    return outcome


def put(stage: Stage, photo: Path, *, recipe: Recipe | None = None, **profile: Any) -> Outcome:
    (job,) = stage.jobs(photo, recipe=recipe, **profile)
    return ended(stage, job)


def known(outcome: Outcome) -> Skipped:
    assert isinstance(outcome, Skipped), outcome
    assert outcome.reason == "already_stored"
    return outcome


def gone(world: World, key: str) -> None:
    world.s3.client.delete_object(Bucket=world.bucket, Key=key)


def objects(world: World) -> dict[str, str]:
    """Every object, by the time and content that it was written with."""
    return {key: world.s3.get(world.bucket, key).headers["etag"] for key in world.s3.keys(world.bucket)}


@pytest.mark.parametrize(
    ("template", "collision"),
    [
        pytest.param(UNIQUE, Collision.RENAME, id="unique"),
        (PLAIN, Collision.RENAME),
        (PLAIN, Collision.SKIP),
        (PLAIN, Collision.OVERWRITE),
    ],
)
@pytest.mark.parametrize("route", ROUTES)
def test_the_same_image_again_gets_its_known_link(
    stage: Stage, world: World, photo: Path, route: dict[str, Any], template: dict[str, Any], collision: Collision
) -> None:
    told = {**route, **template, "collision": collision}
    first, before = done(put(stage, photo, **told)), objects(world)
    requests = len(world.api.uploads)
    again = known(put(stage, photo, **told))
    assert again.images == first.images, "sizes and all"
    assert again.original_bytes == photo.stat().st_size
    assert objects(world) == before
    assert len(world.api.uploads) == requests, "no quota is spent"


@pytest.mark.parametrize("route", ROUTES)
def test_a_set_is_known_as_a_whole(stage: Stage, world: World, photo: Path, route: dict[str, Any]) -> None:
    first = done(put(stage, photo, recipe=SET, **route))
    assert known(put(stage, photo, recipe=SET, **route)).images == first.images
    gone(world, first.images[1].key)
    assert isinstance(put(stage, photo, recipe=SET, **route), Done), "a part of it is gone"


def test_another_run_of_the_program_knows_it_too(stage: Stage, world: World, photo: Path) -> None:
    first = done(put(stage, photo, **PUSHED))
    later = world.services()
    try:
        assert known(put(Stage(world, later), photo, **PUSHED)).images == first.images
    finally:
        later.close()


def removed(stage: Stage, world: World, photo: Path, key: str) -> None:
    gone(world, key)


def replaced(stage: Stage, world: World, photo: Path, key: str) -> None:
    world.s3.put(world.bucket, key, b"somebody else's")


def edited(stage: Stage, world: World, photo: Path, key: str) -> None:
    make_image(ImageKind.JPEG, photo, size=(322, 240))


@pytest.mark.parametrize("change", [removed, replaced, edited])
@pytest.mark.parametrize("route", ROUTES)
def test_what_is_not_there_as_it_was_is_stored_anew(
    stage: Stage,
    world: World,
    photo: Path,
    route: dict[str, Any],
    change: Callable[[Stage, World, Path, str], None],
) -> None:
    first = done(put(stage, photo, **route, **UNIQUE))
    change(stage, world, photo, first.images[0].key)
    again = done(put(stage, photo, **route, **UNIQUE))
    assert world.s3.anonymous_get(again.images[0].url).body != b"somebody else's"


@pytest.mark.parametrize(
    ("recipe", "profile"),
    [
        (Recipe(lossy=False), {}),
        (None, {"metadata": (("topic", "sea"),)}),
        (None, {"headers": (("Cache-Control", "max-age=60"),)}),
        (None, {"path_template": "new/{stem}-{hash:8}{ext}"}),
    ],
    ids=["recipe", "metadata", "header", "template"],
)
def test_whoever_wants_it_otherwise_gets_it_otherwise(
    stage: Stage, world: World, photo: Path, recipe: Recipe | None, profile: dict[str, Any]
) -> None:
    first = done(put(stage, photo, **HERE, **UNIQUE))
    again = done(put(stage, photo, recipe=recipe, **{**HERE, **UNIQUE, **profile}))
    assert again.images[0].url != first.images[0].url or profile


def test_a_local_copy_is_wanted_where_the_profile_keeps_them_now(stage: Stage, photo: Path, tmp_path: Path) -> None:
    for folder in ("old", "new"):
        (image,) = done(put(stage, photo, **HERE, **UNIQUE, local_copy=str(tmp_path / folder))).images
        assert Path(image.local_copy).parent == tmp_path / folder
        assert known(put(stage, photo, **HERE, **UNIQUE, local_copy=str(tmp_path / folder))).images == (image,)
    (image,) = known(put(stage, photo, **HERE, **UNIQUE)).images
    assert image.local_copy == "", "nobody asked for it"


def test_a_profile_that_is_part_of_the_name_names_it_anew(stage: Stage, photo: Path) -> None:
    told = {**HERE, "path_template": "{profile}/{stem}-{hash:8}{ext}"}
    (first,) = done(put(stage, photo, **told, name="Web")).images
    (second,) = done(put(stage, photo, **told, name="Shop")).images
    assert (first.key.split("/")[0], second.key.split("/")[0]) == ("Web", "Shop")


def test_a_known_link_is_opened_anew(stage: Stage, world: World, photo: Path) -> None:
    (first,) = done(put(stage, photo, **HERE, **UNIQUE)).images
    world.s3.client.put_object_acl(Bucket=world.bucket, Key=first.key, ACL="private")
    (again,) = known(put(stage, photo, **HERE, **UNIQUE)).images
    assert first.check is not None
    assert first.check.verdict is Verdict.OPENS
    assert again.check is not None
    assert again.check.verdict is Verdict.FORBIDDEN


def test_another_name_is_another_image(stage: Stage, photo: Path) -> None:
    first = done(put(stage, photo, **HERE, **UNIQUE))
    copy = photo.with_name("other.jpg")
    copy.write_bytes(photo.read_bytes())
    again = done(put(stage, copy, **HERE, **UNIQUE))
    assert again.images[0].key != first.images[0].key


def test_who_wants_to_hear_of_a_taken_name_hears_of_it(stage: Stage, photo: Path) -> None:
    told = {**HERE, **PLAIN, "collision": Collision.FAIL}
    done(put(stage, photo, **told))
    assert code_of(put(stage, photo, **told)) == "bucket.exists"


def test_what_was_removed_in_the_program_is_stored_again(stage: Stage, world: World, photo: Path) -> None:
    (job,) = stage.jobs(photo, **PUSHED)
    (image,) = done(ended(stage, job)).images
    gone(world, image.key)
    stage.services.journal.mark_removed({job.id: (image.key,)})
    assert stage.services.journal.same("0" * 64) == ()
    done(put(stage, photo, **PUSHED))


def test_a_private_image_gets_a_new_link(stage: Stage, world: World, photo: Path) -> None:
    told = {**HERE, **UNIQUE, "acl": Acl.PRIVATE}
    (old,) = done(put(stage, photo, **told)).images
    (new,) = known(put(stage, photo, **told)).images
    assert new.expires_at is not None
    assert old.expires_at is not None
    assert new.expires_at >= old.expires_at
    assert is_web_address(new.url)
    assert world.s3.anonymous_get(new.url).status == 200


def test_keys_that_may_only_put_send_it_again(stage: Stage, world: World, photo: Path) -> None:
    told = {**HERE, **UNIQUE, "acl": Acl.PRIVATE}
    first = done(put(stage, photo, **told))
    world.s3.order(S3Fault(method="HEAD", status=403, code="AccessDenied"))
    again = done(put(stage, photo, **told))
    assert again.images[0].key == first.images[0].key


def test_an_object_that_is_younger_than_its_job_is_another(
    stage: Stage, world: World, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = done(put(stage, photo, **HERE, **UNIQUE))
    body = world.s3.get(world.bucket, first.images[0].key).body
    stored = stage.services.journal.stored([first.images[0].key])[0]
    aged = dataclasses.replace(stored, ended_at=stored.ended_at - timedelta(hours=1))
    monkeypatch.setattr(stage.services.journal, "same", lambda _digest: (aged,))
    world.s3.put(world.bucket, first.images[0].key, body)
    done(put(stage, photo, **HERE, **UNIQUE))


def test_what_is_behind_an_address_may_have_changed(stage: Stage, world: World, photo: Path) -> None:
    world.s3.put(world.bucket, "there/beach.jpg", photo.read_bytes(), ACL="public-read")
    address = f"{world.s3.endpoint}/{world.bucket}/there/beach.jpg"
    for _ in range(2):
        (job,) = stage.jobs(address, **PUSHED, path_template="copies/{stem}-{hash:8}{ext}")
        done(ended(stage, job))
    assert len(world.api.requests) == 2


def test_the_sandbox_leaves_nothing_to_be_known(stage: Stage, photo: Path) -> None:
    recipe = Recipe(sandbox=True)
    done(put(stage, photo, recipe=recipe, **PUSHED))
    done(put(stage, photo, recipe=recipe, **PUSHED))


@pytest.mark.parametrize("route", ROUTES)
def test_the_same_image_twice_at_once_is_made_once(
    stage: Stage, world: World, photo: Path, route: dict[str, Any]
) -> None:
    first = stage.jobs(photo, **route)[0]
    jobs = [first, dataclasses.replace(first, id=str(uuid.uuid4()), batch_id="another drop")]
    stage.services.journal.add(jobs)
    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(stage.run, jobs))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Done", "Skipped"]
    assert outcomes[0].images[0].url == outcomes[1].images[0].url
    assert len(world.api.uploads) == (0 if route is HERE else 1)


def test_who_waits_for_another_job_can_be_cancelled(stage: Stage, photo: Path) -> None:
    (job,) = stage.jobs(photo, **HERE)
    cancel = CancelToken()
    cancel.cancel()
    images = KnownImages(journal=stage.services.journal)
    with images.alone(Errand(job, CancelToken(), stage.heard.append), "0" * 64):
        waiting = Errand(job, cancel, stage.heard.append)
        with pytest.raises(CancelledError), images.alone(waiting, "0" * 64):
            raise AssertionError("another job is at it")
