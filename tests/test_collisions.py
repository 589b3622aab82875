"""Names that are taken: for each image of a set, and for an original that goes where Kraken.io stored nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.model.job import Failed, Skipped
from kraken_desktop.model.profile import Acl, Collision
from kraken_desktop.model.recipe import OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.planning import DIGEST_METADATA
from tests.servers.images import ImageKind, make_image
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.s3_handle import StrictS3Handle
from tests.servers.strict_s3 import S3Fault
from tests.support.stage import HERE, PUSHED, ROUTES, Stage, code_of, done, picture
from tests.support.world import World

SET = Recipe(
    variants=(
        Variant(name="small", resize=Resize(strategy=Strategy.LANDSCAPE, width=80)),
        Variant(name="modern", convert=OutputFormat.WEBP),
    )
)
THEIRS = b"somebody else's"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_image(ImageKind.JPEG, tmp_path / "beach.jpg", size=(320, 240))


# --- sets ---


@pytest.mark.parametrize(
    ("collision", "ends"),
    [
        (Collision.RENAME, ["beach-small-2.jpg", "beach-modern-2.webp"]),
        (Collision.OVERWRITE, ["beach-small.jpg", "beach-modern.webp"]),
        (Collision.SKIP, "name_taken"),
        (Collision.FAIL, "bucket.exists"),
    ],
)
@pytest.mark.parametrize("route", ROUTES)
def test_one_taken_name_decides_for_the_set(
    stage: Stage, world: World, photo: Path, route: dict[str, Any], collision: Collision, ends: Any
) -> None:
    world.s3.put(world.bucket, "beach-modern.webp", THEIRS)
    template = "{stem}-{variant}{ext}"
    outcome = stage.put(photo, recipe=SET, **route, path_template=template, collision=collision)
    match outcome:
        case Skipped():
            assert outcome.reason == ends
        case Failed():
            assert outcome.failure.code == ends
        case _:
            assert [image.key for image in done(outcome).images] == ends
    theirs = world.s3.get(world.bucket, "beach-modern.webp").body == THEIRS
    assert theirs == (collision is not Collision.OVERWRITE)
    if isinstance(outcome, Skipped | Failed):
        assert world.api.uploads == [], "nothing is paid for"


@pytest.mark.parametrize("route", ROUTES)
def test_skipping_completes_a_set_of_which_a_part_is_there(
    stage: Stage, world: World, photo: Path, route: dict[str, Any]
) -> None:
    told: dict[str, Any] = {**route, "path_template": "{stem}-{variant}{ext}", "collision": Collision.SKIP}
    first = done(stage.put(photo, recipe=SET, **told))
    again = stage.put(photo, recipe=SET, **told)
    assert isinstance(again, Skipped)
    assert again.reason == "already_stored"
    (job,) = stage.jobs(photo, recipe=SET, **told)
    bucket = stage.services.destinations.s3(job.snapshot.profile, stage.services.secrets.s3_keys(job.snapshot.profile))
    bucket.delete("beach-modern.webp")
    paid = len(world.api.uploads)
    assert [image.key for image in done(stage.run(job)).images] == [image.key for image in first.images]
    assert world.s3.exists(world.bucket, "beach-modern.webp")
    if route is not HERE:
        assert len(world.api.uploads) == paid + 1, "what is there is not paid for again"


def test_a_name_that_is_taken_in_the_middle_of_a_set_renames_all_of_it(
    stage: Stage, tmp_path: Path, photo: Path
) -> None:
    folder = tmp_path / "results"
    told: dict[str, Any] = {**HERE, "folder": str(folder), "bucket": "", "acl": Acl.NONE, "endpoint": ""}
    (job,) = stage.jobs(photo, recipe=SET, **told, path_template="{stem}-{variant}{ext}")
    done(stage.run(job))  # and the program dies before it is journaled
    (folder / "beach-modern.webp").write_bytes(THEIRS)
    images = done(stage.run(job)).images
    assert [image.key for image in images] == ["beach-small-2.jpg", "beach-modern-2.webp"]
    assert (folder / "beach-modern.webp").read_bytes() == THEIRS


# --- the original in the place of what Kraken.io did not make ---


@pytest.mark.parametrize("collision", list(Collision))
def test_an_original_replaces_nothing_unless_the_profile_says_so(
    stage: Stage, world: World, photo: Path, collision: Collision
) -> None:
    world.s3.put(world.bucket, "beach.jpg", THEIRS)
    world.api.order(Fault(kind=FaultKind.NO_URL))
    (job,) = stage.jobs(photo, **PUSHED, path_template="{name}", collision=collision)
    outcome = stage.run(job)
    there = world.s3.get(world.bucket, "beach.jpg").body
    assert (there == THEIRS) == (collision is not Collision.OVERWRITE)
    if collision is Collision.SKIP:
        assert outcome == Skipped(reason="name_taken", original_bytes=photo.stat().st_size)
    elif collision is Collision.FAIL:
        assert code_of(outcome) == "bucket.exists"
    else:
        (image,) = done(outcome).images
        assert image.key == ("beach.jpg" if collision is Collision.OVERWRITE else "beach-2.jpg")
        assert picture(world.s3.anonymous_get(image.url).body).size == (320, 240)
        assert [each.key for each in stage.services.journal.planned(job.id)] == [image.key]
    assert len(world.api.uploads) == (0 if collision in {Collision.SKIP, Collision.FAIL} else 1)


def test_an_original_that_arrived_although_nobody_said_so_is_known(
    stage: Stage, strict_s3: StrictS3Handle, world: World, photo: Path
) -> None:
    world.api.order(Fault(kind=FaultKind.NO_URL))
    lost = S3Fault(status=503, code="SlowDown", headers={"Retry-After": "600"}, method="PUT", stored=True)
    strict_s3.order(lost)
    (job,) = stage.jobs(photo, **PUSHED, path_template="{name}")
    assert code_of(stage.run(job)) == "bucket.busy"
    (image,) = done(stage.run(job)).images
    assert image.key == "beach.jpg"
    assert DIGEST_METADATA in strict_s3.get(world.bucket, image.key).metadata
    assert len(world.api.uploads) == 1
