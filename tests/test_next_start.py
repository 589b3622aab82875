"""What was paid for in one run of the program is not paid for in the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.model.job import Job, Outcome
from kraken_desktop.model.profile import Acl, Collision
from kraken_desktop.model.recipe import Recipe
from tests.servers.images import ImageKind, make_image
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.strict_s3 import S3Fault
from tests.support.stage import FETCHED, PUSHED, SET, Stage, code_of, done, failed
from tests.support.world import World


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_image(ImageKind.JPEG, tmp_path / "beach.jpg", size=(320, 240))


@pytest.fixture
def stages(world: World) -> Iterator[Iterator[Stage]]:
    """One run of the program after the other; each ends as a killed one does, without a word."""
    made: list[Stage] = []

    def runs() -> Iterator[Stage]:
        while True:
            if made:
                made[-1].services.close()
            made.append(Stage(world, world.services()))
            yield made[-1]

    yield runs()
    made[-1].services.close()


def left_behind(stage: Stage) -> tuple[Job, Outcome]:
    """What the next start makes of the one job that it finds."""
    (found,) = stage.services.recover()
    since = found.attempt.started_at if found.attempt is not None and found.attempt.maybe_charged else None
    return found.job, stage.run(found.job, since=since)


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param({**FETCHED}, id="unique"),
        pytest.param({**FETCHED, "path_template": "{stem}-{variant}{ext}"}, id="plain"),
    ],
)
@pytest.mark.parametrize("recipe", [None, SET], ids=["one", "set"])
def test_a_result_that_was_not_stored_yet_is_fetched_again(
    stages: Iterator[Stage], world: World, photo: Path, recipe: Recipe | None, profile: dict[str, Any]
) -> None:
    first = next(stages)
    (job,) = first.jobs(photo, recipe=recipe, **profile)
    world.s3.order(S3Fault(method="PUT", status=503, code="SlowDown", times=None))
    assert code_of(first.run(job)) == "bucket.busy"
    world.s3.clear_faults()
    paid = len(world.api.uploads)
    _, outcome = left_behind(next(stages))
    assert len(done(outcome).images) == len(SET.variants if recipe else "1")
    assert len(world.api.uploads) == paid


def test_a_result_that_is_gone_is_not_waited_for_in_the_next_run_too(
    stages: Iterator[Stage], world: World, photo: Path
) -> None:
    first = next(stages)
    (job,) = first.jobs(photo, **FETCHED)
    world.api.order(Fault(kind=FaultKind.STATUS, status=404, endpoint="download", times=3))
    outcomes = [failed(first.run(job)) for _ in range(3)]
    assert outcomes[-1].failure.code == "result.expired"
    first.services.journal.finish(job.id, outcomes[-1])
    second = next(stages)
    second.services.journal.requeue_all([job])
    assert len(done(second.run(job)).images) == 1
    assert len(world.api.uploads) == 2, "the person was told that it may be charged"


def test_one_format_that_fails_leaves_the_others_paid(stages: Iterator[Stage], world: World, photo: Path) -> None:
    first = next(stages)
    (job,) = first.jobs(photo, recipe=SET, **PUSHED)
    world.api.order(Fault(kind=FaultKind.LIST))
    world.api.order(Fault(kind=FaultKind.STATUS, status=500))
    outcome = failed(first.run(job))
    assert [image.variant for image in outcome.images] == ["small", "full"]
    first.services.journal.finish(job.id, outcome)
    asked = len(world.api.uploads)
    second = next(stages)
    second.services.journal.requeue(job.id)
    again = done(second.run(job))
    assert [image.variant for image in again.images] == ["small", "modern", "full"]
    assert replace(again.images[0], check=None) == outcome.images[0]
    assert len(world.api.uploads) == asked + 1


def test_a_lost_answer_is_found_before_anything_is_paid_for_again(
    stages: Iterator[Stage], world: World, photo: Path
) -> None:
    told = {**PUSHED, "path_template": "{stem}{ext}", "collision": Collision.RENAME}
    first = next(stages)
    (job,) = first.jobs(photo, **told)
    world.api.order(Fault(kind=FaultKind.RESET_AFTER_BODY, endpoint="upload"))
    world.s3.order(S3Fault(method="HEAD", status=0))  # the look for a free name
    world.s3.order(S3Fault(method="HEAD", status=503, code="SlowDown", times=None))
    outcome = failed(first.run(job))
    assert outcome.failure.code == "fate.unknown"
    first.services.journal.finish(job.id, outcome)
    world.s3.clear_faults()
    second = next(stages)
    second.services.journal.requeue(job.id)
    (image,) = done(second.run(job)).images
    assert image.key == "beach.jpg"
    assert len(world.api.uploads) == 1, "it is there, and told by what it was made of"
    assert world.s3.anonymous_get(image.url).status == 200


@pytest.mark.parametrize("ends", ["in this run", "in the next", "in the one after it"])
def test_a_name_that_is_nobody_else_s_is_looked_for_before_it_is_paid_for_again(
    stages: Iterator[Stage], world: World, photo: Path, ends: str
) -> None:
    stage = next(stages)
    (job,) = stage.jobs(photo, **PUSHED)
    world.api.order(Fault(kind=FaultKind.RESET_AFTER_BODY, endpoint="upload"))
    world.s3.order(S3Fault(method="HEAD", status=403, code="AccessDenied", times=None))
    outcome = failed(stage.run(job))
    if ends == "in the one after it":
        # Killed before its end was noted, and without a network at the next start.
        stage = next(stages)
        _, unknown = left_behind(stage)
        outcome = failed(unknown)
    assert outcome.failure.code == "fate.unknown"
    stage.services.journal.finish(job.id, outcome)
    world.s3.clear_faults()
    stage = stage if ends == "in this run" else next(stages)
    stage.services.journal.requeue(job.id)
    (image,) = done(stage.run(job)).images
    assert len(world.api.uploads) == 1
    assert world.s3.anonymous_get(image.url).status == 200


def test_what_was_pushed_when_the_program_was_killed_is_copied_too(
    stages: Iterator[Stage], world: World, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = next(stages)
    (job,) = first.jobs(photo, **PUSHED, local_copy=str(tmp_path / "copies"))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(first.services.journal, "keep", killed)
    with pytest.raises(KeyboardInterrupt):
        first.run(job)
    (image,) = done(left_behind(next(stages))[1]).images
    assert Path(image.local_copy).read_bytes() == world.s3.get(world.bucket, image.key).body
    assert len(world.api.uploads) == 1


def test_what_is_not_there_is_sent_when_the_person_says_so(stages: Iterator[Stage], world: World, photo: Path) -> None:
    stage = next(stages)
    (job,) = stage.jobs(photo, **PUSHED)
    world.api.order(Fault(kind=FaultKind.RESET_AFTER_BODY, endpoint="upload", work=False))
    assert code_of(stage.run(job)) == "fate.unknown"
    assert len(done(stage.run(job)).images) == 1
    assert len(world.api.uploads) == 2


def test_a_source_that_cannot_be_read_now_forgets_nothing_that_was_paid_for(
    stages: Iterator[Stage], world: World, photo: Path
) -> None:
    first = next(stages)
    (job,) = first.jobs(photo, recipe=SET, **FETCHED)
    world.api.order(Fault(kind=FaultKind.LIST))
    world.api.order(Fault(kind=FaultKind.RESET_AFTER_BODY))
    assert code_of(first.run(job)) == "fate.unknown"
    second = next(stages)
    away = photo.rename(photo.with_suffix(".away"))
    _, outcome = left_behind(second)
    assert code_of(outcome) == "fate.unknown"
    away.rename(photo)
    asked = len(world.api.uploads)
    assert len(done(second.run(job)).images) == 3
    assert len(world.api.uploads) == asked + 1, "only for the format whose answer was lost"


def test_what_would_be_stored_otherwise_now_is_stored_again(stages: Iterator[Stage], world: World, photo: Path) -> None:
    told = {**PUSHED, "path_template": "{stem}-{variant}{ext}"}
    first = next(stages)
    (job,) = first.jobs(photo, recipe=SET, **told)
    world.api.order(Fault(kind=FaultKind.LIST))
    world.api.order(Fault(kind=FaultKind.STATUS, status=500))
    outcome = failed(first.run(job))
    first.services.journal.finish(job.id, outcome)
    snapshot = job.snapshot
    private = replace(job, snapshot=replace(snapshot, profile=replace(snapshot.profile, acl=Acl.PRIVATE)))
    second = next(stages)
    second.services.journal.requeue(job.id)
    second.services.journal.renew([private])
    images = done(second.run(private)).images
    assert [world.s3.acl(world.bucket, image.key) for image in images] == ["private"] * 3


def test_what_was_removed_meanwhile_is_stored_again(stages: Iterator[Stage], world: World, photo: Path) -> None:
    first = next(stages)
    (job,) = first.jobs(photo, recipe=SET, **PUSHED)
    world.api.order(Fault(kind=FaultKind.LIST))
    world.api.order(Fault(kind=FaultKind.STATUS, status=500))
    outcome = failed(first.run(job))
    first.services.journal.finish(job.id, outcome)
    key = outcome.images[0].key
    world.s3.client.delete_object(Bucket=world.bucket, Key=key)
    first.services.journal.mark_removed({job.id: (key,)})
    second = next(stages)
    second.services.journal.requeue(job.id)
    images = done(second.run(job)).images
    assert [image.variant for image in images] == ["small", "modern", "full"]
    assert all(world.s3.exists(world.bucket, image.key) for image in images)


def test_the_record_ends_with_the_job(stages: Iterator[Stage], photo: Path) -> None:
    stage = next(stages)
    (job,) = stage.jobs(photo, **PUSHED)
    outcome = done(stage.run(job))
    assert stage.services.journal.kept(job.id) is not None
    stage.services.journal.finish(job.id, outcome)
    assert stage.services.journal.kept(job.id) is None
