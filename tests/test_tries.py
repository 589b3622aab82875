"""Several tries of one job: what is paid for, and what is listed, when some of them fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kraken_desktop.cancel import CancelToken
from kraken_desktop.link_check import JOB_SECONDS
from kraken_desktop.messages import Words
from kraken_desktop.model.errors import SecretMissingError
from kraken_desktop.model.job import Cancelled, Failed, Job, Outcome, Phase, Progress
from kraken_desktop.model.profile import Acl, Collision
from kraken_desktop.model.recipe import Recipe
from tests.servers.images import ImageKind, make_image
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.s3_handle import StrictS3Handle
from tests.servers.strict_s3 import S3Fault
from tests.support.stage import FETCHED, HERE, PUSHED, SET, Stage, code_of, done
from tests.support.world import World

PLAIN_NAMES: dict[str, Any] = {"path_template": "{stem}-{variant}{ext}", "collision": Collision.OVERWRITE}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_image(ImageKind.JPEG, tmp_path / "beach.jpg", size=(320, 240))


def failed(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed), outcome
    return outcome


def told_otherwise(job: Job, **profile: Any) -> Job:
    """As a job is after its profile was mended."""
    snapshot = job.snapshot
    return replace(job, snapshot=replace(snapshot, profile=replace(snapshot.profile, **profile)))


def formats(world: World) -> list[str | None]:
    """What each request to Kraken.io converted to."""
    return [(upload.parameters.get("convert") or {}).get("format") for upload in world.api.uploads]


def half_done(stage: Stage, world: World, photo: Path, **profile: Any) -> tuple[Job, Failed]:
    """A job on route 1 whose first request was carried out, and whose second one failed."""
    (job,) = stage.jobs(photo, recipe=SET, **PUSHED, **profile)
    world.api.order(Fault(kind=FaultKind.LIST))
    world.api.order(Fault(kind=FaultKind.STATUS, status=500))
    first = failed(stage.run(job))
    assert [image.variant for image in first.images] == ["small", "full"]
    return job, first


# --- what is paid for ---


def test_an_answer_without_a_saving_is_paid_for_once(
    stage: Stage, strict_s3: StrictS3Handle, world: World, photo: Path
) -> None:
    world.api.order(Fault(kind=FaultKind.NO_URL))
    strict_s3.order(S3Fault(status=503, code="SlowDown", headers={"Retry-After": "600"}, method="PUT"))
    (job,) = stage.jobs(photo, **PUSHED)
    assert code_of(stage.run(job)) == "bucket.busy"
    (image,) = done(stage.run(job)).images
    assert image.already_optimal
    assert len(world.api.uploads) == 1


def test_nor_is_it_when_another_request_fails_or_the_name_changes(stage: Stage, world: World, photo: Path) -> None:
    recipe = replace(SET, variants=SET.variants[1:][::-1])  # the plain one first
    world.api.order(Fault(kind=FaultKind.NO_URL))
    world.api.order(Fault(kind=FaultKind.STATUS, status=500))
    (job,) = stage.jobs(photo, recipe=recipe, **PUSHED)
    assert failed(stage.run(job)).images == ()
    images = done(stage.run(told_otherwise(job, path_template="other/{stem}{ext}"))).images
    assert [image.key for image in images] == ["other/beach.jpg", "other/beach.webp"]
    assert formats(world) == [None, "webp", "webp"]


@pytest.mark.parametrize("change", ["bucket", "acl", "template", "metadata"])
def test_what_was_pushed_counts_only_where_it_would_go_now(
    stage: Stage, strict_s3: StrictS3Handle, world: World, photo: Path, change: str
) -> None:
    job, _ = half_done(stage, world, photo, **PLAIN_NAMES)
    changes: dict[str, dict[str, Any]] = {
        "bucket": {"bucket": strict_s3.new_bucket()},
        "acl": {"acl": Acl.PRIVATE},
        "template": {"path_template": "again/{stem}-{variant}{ext}"},
        "metadata": {"metadata": (("origin", "desk"),)},
    }
    again = told_otherwise(job, **changes[change])
    images = done(stage.run(again)).images
    profile = again.snapshot.profile
    assert [image.variant for image in images] == ["small", "modern", "full"]
    assert {strict_s3.acl(profile.bucket, image.key) for image in images} == {profile.acl.value.replace("_", "-")}
    assert [strict_s3.get(profile.bucket, image.key).metadata for image in images] == [dict(profile.metadata)] * 3


@pytest.mark.parametrize("change", ["secret", "copy", "collision"])
def test_what_does_not_move_it_costs_nothing(
    stage: Stage, world: World, photo: Path, tmp_path: Path, change: str
) -> None:
    job, _ = half_done(stage, world, photo)
    changes: dict[str, dict[str, Any]] = {
        "secret": {"credentials": replace(job.snapshot.profile.credentials, access_key=world.s3.access_key)},
        "copy": {"local_copy": str(tmp_path / "copies")},
        "collision": {"collision": Collision.SKIP},
    }
    assert len(done(stage.run(told_otherwise(job, **changes[change]))).images) == 3
    assert formats(world) == [None, "webp", "webp"]


def interrupted(stage: Stage, world: World, photo: Path, **profile: Any) -> tuple[Job, datetime]:
    """As a killed program leaves a job on route 1 of which one of two requests was carried out."""
    began = datetime.now(UTC)
    job, _ = half_done(stage, world, photo, **profile)
    stage.pipeline = stage.new_pipeline(stage.services.transport)
    return job, began


def test_what_an_interrupted_try_left_is_not_paid_for_again(stage: Stage, world: World, photo: Path) -> None:
    job, began = interrupted(stage, world, photo)
    found = failed(stage.run(job, since=began))
    assert found.failure.code == "fate.unknown"
    assert [image.variant for image in found.images] == ["small", "full"]
    images = done(stage.run(job)).images
    assert [image.variant for image in images] == ["small", "modern", "full"]
    assert formats(world) == [None, "webp", "webp"]


def test_what_an_interrupted_try_left_of_another_content_is_made_anew(stage: Stage, world: World, photo: Path) -> None:
    job, began = interrupted(stage, world, photo, **PLAIN_NAMES)
    make_image(ImageKind.JPEG, photo, size=(320, 240), seed=99)
    assert len(failed(stage.run(job, since=began)).images) == 2
    assert len(done(stage.run(job)).images) == 3
    assert formats(world) == [None, "webp", None, "webp"]


@pytest.mark.parametrize("asked_for", [False, True], ids=["by itself", "by the person"])
def test_a_kill_in_a_later_try_forgets_nothing_of_an_earlier_one(
    stage: Stage, world: World, photo: Path, asked_for: bool
) -> None:
    job, first = half_done(stage, world, photo)
    ended = datetime.now(UTC)
    if asked_for:
        stage.services.journal.finish(job.id, first)
        stage.services.journal.requeue(job.id)
    world.api.order(Fault(kind=FaultKind.STATUS, status=500))
    assert code_of(stage.run(job)) == "kraken.server_fault"
    stage.services.journal.close()  # as a killed process leaves it
    again = world.services()
    (recovered,) = again.recover()
    assert recovered.attempt is not None
    assert recovered.attempt.maybe_charged
    # What is in the bucket since then is this job's.
    assert recovered.attempt.started_at < ended
    again.close()


def test_a_copy_that_fails_in_the_middle_of_a_set_is_made_later_at_no_cost(
    stage: Stage, world: World, photo: Path, tmp_path: Path
) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    (copies / "modern").write_text("a file where a folder should be")
    (job,) = stage.jobs(photo, recipe=SET, **PUSHED, path_template="{variant}/{name}", local_copy=str(copies))
    first = failed(stage.run(job))
    assert first.failure.code == "copy.local"
    assert [(image.variant, bool(image.local_copy)) for image in first.images] == [
        ("small", True),
        ("modern", False),
        ("full", False),
    ]
    (copies / "modern").unlink()
    images = done(stage.run(job)).images
    assert [Path(image.local_copy) for image in images] == [copies / image.key for image in images]
    assert formats(world) == [None, "webp"]


@pytest.mark.parametrize("route", [PUSHED, FETCHED], ids=["route 1", "route 2"])
def test_an_address_without_a_saving_is_told_and_paid_for_once(
    stage: Stage, world: World, photo: Path, route: dict[str, Any]
) -> None:
    (there,) = done(stage.put(photo, **HERE)).images
    world.api.order(Fault(kind=FaultKind.NO_URL, endpoint="url"))
    (job,) = stage.jobs(there.url, **route, path_template="copies/{name}")
    for _ in range(2):
        outcome = failed(stage.run(job))
        assert outcome.failure.code == "kraken.nothing_stored"
        assert "the original is not on this computer" in Words().failure(outcome.failure).why
    assert len([each for each in world.api.requests if each.endpoint == "url"]) == 1


# --- what is listed ---


@pytest.mark.parametrize("route", [FETCHED, HERE], ids=["route 2", "route 3"])
def test_what_an_earlier_try_stored_is_listed_when_a_later_one_fails_sooner(
    stage: Stage, strict_s3: StrictS3Handle, photo: Path, route: dict[str, Any]
) -> None:
    busy = S3Fault(status=503, code="SlowDown", headers={"Retry-After": "600"}, method="PUT", key="*modern*")
    strict_s3.order(busy)
    (job,) = stage.jobs(photo, recipe=SET, **route, **PLAIN_NAMES)
    assert [image.variant for image in failed(stage.run(job)).images] == ["small"]
    photo.unlink()
    later = failed(stage.run(job))
    assert later.failure.code == "source.missing"
    assert [image.variant for image in later.images] == ["small"]


def test_what_was_removed_since_is_stored_again(stage: Stage, world: World, photo: Path) -> None:
    job, first = half_done(stage, world, photo)
    services = stage.services
    services.journal.finish(job.id, first)
    services.removal().remove(services.removal().of(job.id, first.images[0]), CancelToken())
    services.journal.requeue(job.id)
    world.api.order(Fault(kind=FaultKind.STATUS, status=500))
    assert failed(stage.run(job)).images == first.images[1:]
    images = done(stage.run(job)).images
    assert [image.variant for image in images] == ["small", "modern", "full"]
    assert all(world.s3.anonymous_get(image.url).status == 200 for image in images)


def test_the_size_of_an_address_is_what_kraken_told(stage: Stage, photo: Path) -> None:
    (there,) = done(stage.put(photo)).images
    outcome = done(stage.put(there.url, path_template="copies/{name}", **PUSHED))
    assert outcome.original_bytes == there.bytes


def test_a_check_that_fails_costs_no_link(
    stage: Stage, world: World, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_password(*_: Any, **_named: Any) -> Any:
        raise SecretMissingError(name="proxy/password", reason="missing")

    monkeypatch.setattr("kraken_desktop.link_check.LinkChecks.check", no_password)
    (image,) = done(stage.put(photo, **PUSHED)).images
    assert image.check is None
    assert world.s3.anonymous_get(image.url).status == 200


def test_slow_links_do_not_hold_a_job_for_long(stage: Stage, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, JOB_SECONDS - 1))
    monkeypatch.setattr("kraken_desktop.pipeline.time", SimpleNamespace(monotonic=lambda: next(clock)))
    images = done(stage.put(photo, recipe=SET, **PUSHED)).images
    assert [image.check is not None for image in images] == [True, False, False]


def test_nothing_can_arrive_from_the_sandbox(stage: Stage, world: World, photo: Path) -> None:
    token = CancelToken()
    world.api.order(Fault(kind=FaultKind.STALL_ANSWERING))
    (job,) = stage.jobs(photo, recipe=Recipe(sandbox=True), **PUSHED)

    def tell(progress: Progress) -> None:
        if progress.phase is Phase.OPTIMIZING:
            token.cancel()

    assert stage.pipeline.run(job, token, tell) == Cancelled(may_arrive=False)
