"""Image sets, the sandbox and odd answers: what Kraken.io makes of one image, on both of its routes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.cancel import CancelToken
from kraken_desktop.messages import Words
from kraken_desktop.model.image_types import content_type
from kraken_desktop.model.job import Cancelled, Done, Phase, StoredImage, Verdict
from kraken_desktop.model.profile import Acl
from kraken_desktop.model.recipe import KeptMetadata, OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.model.recipes import BUILT_IN_RECIPES
from tests.servers.images import ImageKind, make_image
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.strict_s3 import S3Fault
from tests.support.stage import HERE, KRAKEN_ROUTES, PUSHED, ROUTES, Stage, code_of, done, failed, picture
from tests.support.world import World

SET = Recipe(
    id="set",
    name="Set",
    variants=(
        Variant(name="small", resize=Resize(strategy=Strategy.LANDSCAPE, width=80)),
        Variant(name="modern", convert=OutputFormat.WEBP),
        Variant(name="icon", resize=Resize(strategy=Strategy.SQUARE, size=32), convert=OutputFormat.PNG),
        Variant(name="wide", resize=Resize(strategy=Strategy.CROP, width=160, height=40)),
    ),
)
SIZES = {"small": (80, 60), "modern": (320, 240), "icon": (32, 32), "wide": (160, 40)}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_image(ImageKind.JPEG, tmp_path / "beach.jpg", size=(320, 240))


def keys_of(images: tuple[StoredImage, ...]) -> list[str]:
    return [image.key for image in images]


# --- sets ---


@pytest.mark.parametrize("route", ROUTES)
def test_every_variant_opens_as_it_was_promised(stage: Stage, world: World, photo: Path, route: dict[str, Any]) -> None:
    outcome = done(stage.put(photo, recipe=SET, path_template="set/{stem}{ext}", **route))
    assert keys_of(outcome.images) == [
        "set/beach-small.jpg",
        "set/beach-modern.webp",
        "set/beach-icon.png",
        "set/beach-wide.jpg",
    ]
    for image in outcome.images:
        answer = world.s3.anonymous_get(image.url)
        extension = f".{image.key.rpartition('.')[2]}"
        assert picture(answer.body).size == (image.width, image.height) == SIZES[image.variant]
        assert answer.headers["content-type"] == content_type(extension)
        assert len(answer.body) == image.bytes
        assert image.check is not None
        assert image.check.verdict is Verdict.OPENS
    assert outcome.original_bytes == photo.stat().st_size


@pytest.mark.parametrize("route", KRAKEN_ROUTES)
def test_kraken_is_asked_and_charges_once_a_format(
    stage: Stage, world: World, photo: Path, route: dict[str, Any]
) -> None:
    before = world.api.account.quota_used
    done(stage.put(photo, recipe=SET, path_template="{variant}/{width}x{height}{ext}", **route))
    asked = [upload.parameters for upload in world.api.uploads]
    assert [each.get("convert") for each in asked] == [None, {"format": "webp"}, {"format": "png"}]
    assert [entry["id"] for entry in asked[0]["resize"]] == ["small", "wide"]
    assert "resize" not in asked[1], "the size of the source needs no resize"
    assert world.api.account.quota_used - before == 3 * photo.stat().st_size
    if route is PUSHED:
        assert [entry["storage_path"] for entry in asked[0]["resize"]] == ["small/80x60.jpg", "wide/160x40.jpg"]
        assert asked[2]["s3_store"]["path"] == "icon/32x32.png"
    else:
        assert all("s3_store" not in each for each in asked)
        assert all("storage_path" not in entry for entry in asked[0]["resize"])


@pytest.mark.parametrize("route", KRAKEN_ROUTES)
def test_a_set_that_comes_as_a_list_is_understood(stage: Stage, world: World, photo: Path, route: Any) -> None:
    world.api.order(Fault(kind=FaultKind.LIST, times=None))
    images = done(stage.put(photo, recipe=SET, **route)).images
    assert {image.variant: (image.width, image.height) for image in images} == SIZES


def test_the_built_in_set_is_asked_for_in_three_requests(stage: Stage, world: World, tmp_path: Path) -> None:
    recipe = next(each for each in BUILT_IN_RECIPES if each.name == "Responsive set")
    large = make_image(ImageKind.JPEG, tmp_path / "large.jpg", size=(1700, 200))
    images = done(stage.put(large, recipe=recipe, **PUSHED)).images
    assert len(images) == 9
    assert len(world.api.uploads) == 3
    assert sorted({image.width for image in images if image.width}) == [480, 960, 1600]


@pytest.mark.parametrize("route", KRAKEN_ROUTES)
def test_what_was_made_of_a_set_is_not_paid_for_again(stage: Stage, world: World, photo: Path, route: Any) -> None:
    world.api.order(Fault(kind=FaultKind.LIST))
    world.api.order(Fault(kind=FaultKind.STATUS, status=500))
    (job,) = stage.jobs(photo, recipe=SET, **route)
    first = failed(stage.run(job))
    assert first.failure.code == "kraken.server_fault"
    there = ["small", "wide"] if route is PUSHED else []
    assert [image.variant for image in first.images] == there
    for image in first.images:
        assert world.s3.anonymous_get(image.url).body
    images = done(stage.run(job)).images
    assert [image.variant for image in images] == ["small", "modern", "icon", "wide"]
    asked = [(upload.parameters.get("convert") or {}).get("format") for upload in world.api.uploads]
    assert asked == [None, "webp", "webp", "png"]


def test_a_lost_answer_of_a_set_is_looked_for_in_the_bucket(stage: Stage, world: World, photo: Path) -> None:
    world.api.order(Fault(kind=FaultKind.RESET_AFTER_BODY))
    outcome = done(stage.put(photo, recipe=SET, **PUSHED))
    assert [image.variant for image in outcome.images] == ["small", "modern", "icon", "wide"]
    assert len(world.api.uploads) == 3
    for image in outcome.images:
        assert len(world.s3.get(world.bucket, image.key).body) == image.bytes


def test_what_is_there_of_an_interrupted_set_is_listed(stage: Stage, world: World, photo: Path) -> None:
    (job,) = stage.jobs(photo, recipe=SET, **PUSHED)
    began = datetime.now(UTC)
    images = done(stage.run(job)).images
    (again,) = stage.jobs(photo, recipe=SET, **PUSHED)
    stage.services.journal.reserve(again.id, stage.services.journal.planned(job.id))
    assert keys_of(done(stage.run(again, since=began)).images) == keys_of(images)
    stage.services.destinations.open(again.snapshot.profile, CancelToken()).delete(images[1].key)
    outcome = failed(stage.run(again, since=began))
    assert outcome.failure.code == "fate.unknown"
    assert keys_of(outcome.images) == keys_of((images[0], *images[2:]))


def test_cancelling_a_set_keeps_what_is_there(stage: Stage, world: World, photo: Path) -> None:
    cancel = CancelToken()
    (job,) = stage.jobs(photo, recipe=SET, **PUSHED)

    def hear(progress: Any) -> None:
        if progress.phase is Phase.UPLOADING and progress.key.endswith(".webp"):
            cancel.cancel()

    outcome = stage.pipeline.run(job, cancel, hear)
    assert isinstance(outcome, Cancelled)
    assert [image.variant for image in outcome.images] == ["small", "wide"]
    assert world.s3.anonymous_get(outcome.images[0].url).body


# --- what an answer lacks ---


@pytest.mark.parametrize("route", KRAKEN_ROUTES)
@pytest.mark.parametrize("kind", [FaultKind.NO_URL, FaultKind.LARGER])
def test_where_nothing_is_saved_the_original_is_stored(
    stage: Stage, world: World, tmp_path: Path, kind: FaultKind, route: dict[str, Any]
) -> None:
    source = make_image(ImageKind.JPEG_EXIF, tmp_path / "phone.jpg", size=(96, 64))
    world.api.order(Fault(kind=kind))
    (image,) = done(stage.put(source, **route, metadata=(("origin", "desk"),))).images
    stored = world.s3.get(world.bucket, image.key)
    assert image.already_optimal
    assert image.bytes == len(stored.body) <= source.stat().st_size
    assert stored.metadata["origin"] == "desk"
    assert not picture(stored.body).getexif().get_ifd(0x8825), "the place where it was taken is gone"
    assert world.s3.acl(world.bucket, image.key) == "public-read"
    assert image.url.endswith(image.key)
    assert len(world.api.uploads) == 1


def test_an_original_that_we_may_not_store_is_told(stage: Stage, world: World, photo: Path) -> None:
    world.api.order(Fault(kind=FaultKind.NO_URL))
    world.s3.order(S3Fault(status=404, code="NoSuchBucket", message="It does not exist", method="PUT"))
    outcome = failed(stage.put(photo, **PUSHED))
    assert outcome.failure.code == "bucket.denied"
    assert outcome.images == ()


def test_a_larger_result_stays_where_it_cannot_be_replaced(stage: Stage, world: World, photo: Path) -> None:
    world.api.order(Fault(kind=FaultKind.LARGER))
    world.s3.order(S3Fault(status=0, method="PUT"))
    world.s3.order(S3Fault(status=403, code="AccessDenied", message="Access Denied", method="PUT"))
    (image,) = done(stage.put(photo, **PUSHED)).images
    assert image.bytes is not None
    assert image.bytes > photo.stat().st_size
    assert image.kraked_url


@pytest.mark.parametrize("route", KRAKEN_ROUTES)
def test_a_resized_image_without_a_result_is_a_failure(
    stage: Stage, world: World, photo: Path, route: dict[str, Any]
) -> None:
    world.api.order(Fault(kind=FaultKind.NO_URL))
    recipe = Recipe(resize=Resize(strategy=Strategy.SQUARE, size=64))
    outcome = failed(stage.put(photo, recipe=recipe, **route))
    assert outcome.failure.code == "kraken.nothing_stored"
    assert Words().failure(outcome.failure).what


@pytest.mark.parametrize("route", KRAKEN_ROUTES)
def test_a_larger_result_of_a_resize_is_what_was_asked_for(
    stage: Stage, world: World, photo: Path, route: dict[str, Any]
) -> None:
    world.api.order(Fault(kind=FaultKind.LARGER))
    recipe = Recipe(resize=Resize(strategy=Strategy.EXACT, width=400, height=300))
    (image,) = done(stage.put(photo, recipe=recipe, **route)).images
    assert not image.already_optimal
    assert (image.width, image.height) == (400, 300)


# --- the sandbox ---


@pytest.mark.parametrize("route", KRAKEN_ROUTES)
@pytest.mark.parametrize("recipe", [Recipe(id="r"), SET], ids=["plain", "set"])
def test_the_sandbox_stores_nothing_and_says_so(
    stage: Stage, world: World, photo: Path, route: dict[str, Any], recipe: Recipe
) -> None:
    before = world.api.account.quota_used
    outcome = done(stage.put(photo, recipe=replace(recipe, sandbox=True), **route))
    assert all(image.sandbox and not image.there and image.url == "" for image in outcome.images)
    assert len(outcome.images) == max(1, len(recipe.variants))
    assert outcome.original_bytes == photo.stat().st_size
    assert outcome.saved_bytes is None, "no saving is claimed"
    assert world.api.account.quota_used == before
    assert all(upload.parameters["dev"] is True for upload in world.api.uploads)
    assert [upload.store.get("bucket") for upload in world.api.uploads] == [
        world.bucket if route is PUSHED else None for _ in world.api.uploads
    ]
    assert world.s3.keys(world.bucket) == ()


def test_the_sandbox_checks_the_account(stage: Stage, world: World, photo: Path) -> None:
    (job,) = stage.jobs(photo, recipe=Recipe(sandbox=True), **PUSHED)
    stage.services.secrets.keep(world.account().secret_name, "wrong")
    assert code_of(stage.run(job)) == "kraken.bad_credentials"


def test_a_lost_answer_of_the_sandbox_costs_nothing(stage: Stage, world: World, photo: Path) -> None:
    world.api.order(Fault(kind=FaultKind.RESET_AFTER_BODY))
    outcome = failed(stage.put(photo, recipe=Recipe(sandbox=True), **PUSHED))
    assert outcome.failure.code == "transport.lost"
    assert outcome.failure.retryable


def test_this_computer_has_no_sandbox(stage: Stage, world: World, photo: Path) -> None:
    (image,) = done(stage.put(photo, recipe=Recipe(sandbox=True), **HERE)).images
    assert image.there
    assert world.s3.keys(world.bucket) == (image.key,)


# --- the largest file ---


def test_the_file_limit_of_the_plan_is_learned_and_kept(stage: Stage, world: World, photo: Path) -> None:
    size = photo.stat().st_size
    told = f"File size too large. The maximum file size is {size - 1} bytes"
    world.api.order(Fault(kind=FaultKind.TOO_LARGE, message=told))
    assert code_of(stage.put(photo, **PUSHED)) == "kraken.file_too_large"
    (account,) = stage.services.settings.load().accounts
    assert account.file_limit == size - 1
    (job,) = stage.jobs(photo, **PUSHED)
    job = replace(job, snapshot=replace(job.snapshot, account=account))
    before = len(world.api.uploads)
    outcome = failed(stage.run(job))
    assert outcome.failure.code == "kraken.file_too_large"
    assert outcome.failure.facts["limit"] == size - 1
    assert len(world.api.uploads) == before, "nothing is sent for it"


def test_a_limit_that_the_file_keeps_is_not_believed(stage: Stage, world: World, photo: Path) -> None:
    world.api.order(Fault(kind=FaultKind.TOO_LARGE, message="The maximum file size is 33554432 bytes"))
    assert code_of(stage.put(photo, **PUSHED)) == "kraken.file_too_large"
    assert [account.file_limit for account in stage.services.settings.load().accounts] == [None]


# --- will anyone see it? ---


def test_a_bucket_that_is_not_public_is_told(stage: Stage, world: World, photo: Path) -> None:
    (image,) = done(stage.put(photo, **HERE, acl=Acl.NONE)).images
    assert image.check is not None
    assert image.check.verdict is Verdict.FORBIDDEN
    assert image.check.status == 403


@pytest.mark.parametrize("changes", [{"acl": Acl.PRIVATE}], ids=["private"])
def test_private_objects_are_nobodys_business(stage: Stage, photo: Path, changes: dict[str, Any]) -> None:
    (image,) = done(stage.put(photo, **HERE, **changes)).images
    assert image.expires_at is not None
    assert image.check is None


def test_what_was_kept_of_a_photo_is_asked_for_once_a_request(stage: Stage, world: World, photo: Path) -> None:
    recipe = replace(SET, keep_metadata=frozenset({KeptMetadata.COPYRIGHT, KeptMetadata.DATE}), auto_orient=False)
    outcome = stage.put(photo, recipe=recipe, **PUSHED)
    assert isinstance(outcome, Done)
    asked = [upload.parameters for upload in world.api.uploads]
    assert [each["preserve_meta"] for each in asked] == [["copyright", "date", "orientation"]] * 3
    assert [each["auto_orient"] for each in asked] == [False] * 3
