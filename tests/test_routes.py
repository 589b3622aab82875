"""Whole jobs on routes 2 and 3: this computer stores, and on route 3 makes, what is stored."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from PIL import ImageOps

from kraken_desktop.cancel import CancelToken
from kraken_desktop.intake import expand
from kraken_desktop.messages import Words
from kraken_desktop.model.errors import Scope
from kraken_desktop.model.job import Cancelled, Failed, Outcome, Phase, Progress, Skipped, Source, StoredImage
from kraken_desktop.model.object_key import content_digest
from kraken_desktop.model.profile import Acl, Collision, Engine
from kraken_desktop.model.recipe import KeptMetadata, OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.planning import DIGEST_METADATA
from tests.servers.images import ImageKind, make_image
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.s3_handle import StrictS3Handle
from tests.servers.strict_s3 import S3Fault
from tests.support.stage import FETCHED, HERE, OWN_UPLOADS, ROUTES, Stage, code_of, done, failed, picture
from tests.support.world import World


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_image(ImageKind.JPEG, tmp_path / "Meine Fotos é.jpeg", size=(320, 240))


def only(outcome: Outcome) -> StoredImage:
    (image,) = done(outcome).images
    return image


# --- what both routes promise ---


@pytest.mark.parametrize("route", OWN_UPLOADS)
def test_everything_of_the_profile_is_on_the_object(
    stage: Stage, either_world: World, photo: Path, route: dict[str, Any]
) -> None:
    world = either_world
    before = photo.read_bytes()
    outcome = done(
        stage.put(
            photo,
            **route,
            tags=(("team", "web"), ("übung", "ja nein")),
            metadata=(("origin", "desk"),),
            headers=(("Cache-Control", "public, max-age=60"), ("Content-Disposition", "inline")),
        )
    )
    (image,) = outcome.images
    stored = world.s3.get(world.bucket, image.key)
    assert world.s3.acl(world.bucket, image.key) == "public-read"
    assert world.s3.anonymous_get(image.url).body == stored.body
    assert world.s3.tags(world.bucket, image.key) == {"team": "web", "übung": "ja nein"}
    assert stored.metadata == {"origin": "desk"}
    assert stored.headers["cache-control"] == "public, max-age=60"
    assert stored.headers["content-disposition"] == "inline"
    assert stored.headers["content-type"] == "image/jpeg"
    assert image.bytes == len(stored.body) < len(before) == outcome.original_bytes
    assert (image.width, image.height) == picture(stored.body).size == (320, 240)
    assert photo.read_bytes() == before, "the source is never changed"
    if route is HERE:
        assert world.api.requests == []
        assert image.kraked_url == ""
    else:
        assert world.api.uploads[0].store == {}, "the S3 secret stays here"
        assert image.kraked_url.startswith(world.api.url)


@pytest.mark.parametrize("route", OWN_UPLOADS)
@pytest.mark.parametrize("acl", [Acl.PRIVATE, Acl.NONE])
def test_what_is_not_public_is_not(
    stage: Stage, either_world: World, photo: Path, route: dict[str, Any], acl: Acl
) -> None:
    world = either_world
    image = only(stage.put(photo, **route, acl=acl))
    stored = world.s3.get(world.bucket, image.key)
    assert world.s3.acl(world.bucket, image.key) == "private"
    assert world.s3.anonymous_get(image.url.partition("?")[0]).status == 403
    if acl is Acl.PRIVATE:
        assert world.s3.anonymous_get(image.url).body == stored.body
        assert image.expires_at is not None
        assert timedelta(0) < image.expires_at - datetime.now(UTC) <= timedelta(days=7)
    else:
        assert (image.expires_at, "?" in image.url) == (None, False)


@pytest.mark.parametrize("route", OWN_UPLOADS)
@pytest.mark.parametrize("option", [{"acls_disabled": True}, {"acls_disabled": True, "public_access_blocked": True}])
def test_a_bucket_of_today_takes_objects_without_an_acl(
    stage: Stage, strict_s3: StrictS3Handle, photo: Path, route: dict[str, Any], option: dict[str, bool]
) -> None:
    bucket = strict_s3.new_bucket(**option)
    image = only(stage.put(photo, **route, bucket=bucket, acl=Acl.NONE))
    assert strict_s3.exists(bucket, image.key)
    outcome = failed(stage.put(photo, **route, bucket=bucket, acl=Acl.PUBLIC_READ, path_template="again/{name}"))
    assert outcome.failure.code == "bucket.acl_refused"
    assert outcome.failure.scope is Scope.BATCH


def test_the_right_region_is_found(stage: Stage, strict_s3: StrictS3Handle, photo: Path) -> None:
    bucket = strict_s3.new_bucket(region="eu-west-3")
    image = only(stage.put(photo, **HERE, bucket=bucket, region="us-east-1", acl=Acl.PRIVATE))
    assert strict_s3.anonymous_get(image.url).status == 200, "the link is signed for it too"
    statuses = [request["status"] for request in strict_s3.requests(bucket) if request["method"] == "PUT"]
    assert statuses == [400, 200]
    only(stage.put(photo, **HERE, bucket=bucket, region="us-east-1", acl=Acl.PRIVATE, path_template="b-{uuid}{ext}"))
    statuses = [request["status"] for request in strict_s3.requests(bucket) if request["method"] == "PUT"]
    assert statuses == [400, 200, 200], "it is asked for once"


@pytest.mark.parametrize(
    ("wrong", "code", "aws_code"),
    [
        ({"bucket": "no-such-bucket-here"}, "bucket.denied", "NoSuchBucket"),
        ({"access key": "AKIANOBODYKNOWSIT"}, "bucket.denied", "InvalidAccessKeyId"),
        ({"secret": "wrong"}, "bucket.denied", "SignatureDoesNotMatch"),
    ],
)
def test_what_s3_refuses_is_named_and_stops_the_batch(
    stage: Stage, world: World, photo: Path, wrong: dict[str, str], code: str, aws_code: str
) -> None:
    changes: dict[str, Any] = {name: value for name, value in wrong.items() if name == "bucket"}
    if "access key" in wrong:
        changes["credentials"] = replace(world.profile().credentials, access_key=wrong["access key"])
    (job,) = stage.jobs(photo, **HERE, **changes)
    if "secret" in wrong:
        stage.services.secrets.keep(world.profile().secret_name, wrong["secret"])
    outcome = failed(stage.run(job))
    assert (outcome.failure.code, outcome.failure.facts["aws_code"]) == (code, aws_code)
    assert outcome.failure.scope is Scope.BATCH
    assert not any(secret in str(outcome) for secret in world.secrets)


def test_progress_goes_through_the_phases_in_order(stage: Stage, photo: Path) -> None:
    order = [
        Phase.PLANNING,
        Phase.UPLOADING,
        Phase.OPTIMIZING,
        Phase.DOWNLOADING,
        Phase.STORING,
        Phase.VERIFYING,
    ]
    done(stage.put(photo, **FETCHED))
    there = [progress.phase for progress in stage.heard]
    stage.heard.clear()
    image = only(stage.put(photo, **HERE))
    here = [progress.phase for progress in stage.heard]
    assert there == sorted(there, key=order.index)
    assert set(there) == set(order)
    assert here == sorted(here, key=order.index)
    assert set(here) == {Phase.PLANNING, Phase.OPTIMIZING, Phase.STORING, Phase.VERIFYING}
    last = next(progress for progress in reversed(stage.heard) if progress.phase is Phase.STORING)
    assert (last.sent, last.total, last.may_arrive) == (image.bytes, image.bytes, True)


# --- route 2: what was paid for is not paid for again ---


def test_a_bucket_that_refuses_costs_no_second_request(stage: Stage, world: World, photo: Path) -> None:
    (job,) = stage.jobs(photo, **FETCHED)
    right = stage.services.secrets.s3_keys(job.snapshot.profile).secret
    stage.services.secrets.keep(world.profile().secret_name, "wrong")
    assert code_of(stage.run(job)) == "bucket.denied"
    stage.services.secrets.keep(world.profile().secret_name, right)
    only(stage.run(job))
    assert len(world.api.uploads) == 1


@pytest.mark.parametrize(
    "fault",
    [Fault(kind=FaultKind.CUT, endpoint="download"), Fault(kind=FaultKind.STATUS, endpoint="download", status=503)],
    ids=["cut", "503"],
)
def test_a_result_that_does_not_arrive_is_asked_for_again(
    stage: Stage, world: World, photo: Path, fault: Fault
) -> None:
    (job,) = stage.jobs(photo, **FETCHED)
    world.api.order(fault)
    outcome = failed(stage.run(job))
    assert outcome.failure.retryable
    only(stage.run(job))
    assert len(world.api.uploads) == 1


@pytest.mark.parametrize("kind", [FaultKind.RESET_AFTER_BODY, FaultKind.MALFORMED])
def test_a_lost_answer_may_have_been_charged(stage: Stage, world: World, photo: Path, kind: FaultKind) -> None:
    world.api.order(Fault(kind=kind, endpoint="upload"))
    outcome = failed(stage.put(photo, **FETCHED))
    assert (outcome.failure.code, outcome.failure.retryable) == ("fate.unknown", False)
    told = Words().failure(outcome.failure)
    assert told.why == "All of it had left this computer, and no result came back."
    assert "bucket" not in told.remedy, "it was not to go there yet"
    assert len(world.api.uploads) == 1


def test_a_crash_after_the_request_is_not_sent_again_by_itself(stage: Stage, world: World, photo: Path) -> None:
    (job,) = stage.jobs(photo, **FETCHED)
    stage.services.secrets.keep(world.profile().secret_name, "wrong")
    assert code_of(stage.run(job)) == "bucket.denied"
    stage.services.journal.close()  # as a killed process leaves it
    again = world.services()
    (recovered,) = again.recover()
    assert recovered.attempt is not None
    assert recovered.attempt.maybe_charged
    again.close()


@pytest.mark.parametrize("kind", [FaultKind.NO_URL, FaultKind.LARGER])
def test_nothing_to_save_keeps_the_original_pixels_without_its_metadata(
    stage: Stage, world: World, tmp_path: Path, kind: FaultKind
) -> None:
    source = make_image(ImageKind.JPEG_EXIF, tmp_path / "phone.jpg", size=(64, 48))
    world.api.order(Fault(kind=kind, endpoint="upload"))
    image = only(stage.put(source, **FETCHED))
    assert image.already_optimal
    body = world.s3.get(world.bucket, image.key).body
    assert len(body) <= source.stat().st_size
    exif = picture(body).getexif()
    assert set(exif) <= {0x0112}, "nothing but the orientation"
    assert (image.width, image.height) == (48, 64)


def test_many_waiting_jobs_are_paid_for_once(
    stage: Stage, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kraken_desktop.keeping.MOST_KEPT", 1)
    paths = [make_image(ImageKind.PNG, tmp_path / f"{n}.png", size=(32, 32), seed=n) for n in range(4)]
    jobs = stage.jobs(*paths, **FETCHED)
    right = stage.services.secrets.s3_keys(jobs[0].snapshot.profile).secret
    stage.services.secrets.keep(world.profile().secret_name, "wrong")
    assert [code_of(stage.run(job)) for job in jobs] == ["bucket.denied"] * 4
    stage.services.secrets.keep(world.profile().secret_name, right)
    assert [only(stage.run(job)).bytes is not None for job in jobs] == [True] * 4
    assert len(world.api.uploads) == 4


def test_who_cancels_what_was_paid_for_can_have_it_later(stage: Stage, world: World, photo: Path) -> None:
    (job,) = stage.jobs(photo, **FETCHED)
    token = CancelToken()

    def tell(progress: Progress) -> None:
        if progress.phase is Phase.DOWNLOADING:
            token.cancel()

    assert isinstance(stage.pipeline.run(job, token, tell), Cancelled)
    only(stage.run(job))
    assert len(world.api.uploads) == 1


def test_a_result_that_is_gone_is_asked_for_anew_only_by_the_person(stage: Stage, world: World, photo: Path) -> None:
    (job,) = stage.jobs(photo, **FETCHED)
    world.api.order(Fault(kind=FaultKind.STATUS, status=404, endpoint="download", times=3))
    outcomes = [failed(stage.run(job)) for _ in range(3)]
    assert [outcome.failure.code for outcome in outcomes] == ["result.lost", "result.lost", "result.expired"]
    assert not outcomes[-1].failure.retryable
    assert len(world.api.uploads) == 1
    only(stage.run(job))
    assert len(world.api.uploads) == 2, "the person was told that it may be charged"


def test_a_disk_that_cannot_be_written_is_no_lost_connection(
    stage: Stage, tmp_path: Path, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kraken_desktop.keeping.Kept.part", lambda *_: tmp_path / "not there")
    outcome = failed(stage.put(photo, **FETCHED))
    assert (outcome.failure.code, outcome.failure.retryable) == ("store.scratch", False)
    stored = failed(stage.put(photo, local_copy=str(tmp_path / "copies")))
    assert (stored.failure.code, len(stored.images)) == ("copy.local", 1)


def test_an_address_goes_through_kraken_and_ends_in_our_bucket(stage: Stage, world: World, photo: Path) -> None:
    first = only(stage.put(photo))
    image = only(stage.put(first.url, **FETCHED, path_template="copies/{name}"))
    assert world.s3.anonymous_get(image.url).status == 200
    assert world.api.requests[-2].endpoint == "url"


def typed(address: str) -> Source:
    (source,) = expand([address])
    assert isinstance(source, Source)
    return replace(source, typed=True)


@pytest.mark.parametrize("collision", [Collision.RENAME, Collision.OVERWRITE])
def test_an_address_is_fetched_and_named_by_its_bytes(
    stage: Stage, world: World, photo: Path, collision: Collision
) -> None:
    world.s3.put(world.bucket, "there/beach.png", photo.read_bytes(), ACL="public-read")
    address = f"{world.s3.endpoint}/{world.bucket}/there/beach.png"
    template = "{stem}-{hash:8}-{width}{ext}"
    outcome = done(stage.put(typed(address), **HERE, path_template=template, collision=collision))
    (image,) = outcome.images
    (same,) = done(stage.put(photo, **HERE, path_template="{hash:8}{ext}")).images
    digest = same.key.removesuffix(".jpg")
    assert image.key == f"beach-{digest}-320.jpg", "the bytes decide, and not the name in the address"
    assert outcome.original_bytes == photo.stat().st_size
    assert picture(world.s3.anonymous_get(image.url).body).size == (320, 240)
    assert Phase.FETCHING in {progress.phase for progress in stage.heard}
    assert not list((world.home / "cache" / "work").rglob("fetched*")), "nothing is left of it"


def test_an_address_on_this_computer_has_to_be_typed(stage: Stage, world: World, photo: Path) -> None:
    world.s3.put(world.bucket, "secret.jpg", photo.read_bytes())
    outcome = failed(stage.put(f"{world.s3.endpoint}/{world.bucket}/secret.jpg", **HERE))
    assert outcome.failure.code == "source.blocked"
    assert world.s3.keys(world.bucket) == ("secret.jpg",)


def test_a_broken_image_of_an_address_is_named_by_the_address(stage: Stage, world: World, tmp_path: Path) -> None:
    broken = make_image(ImageKind.TRUNCATED_JPEG, tmp_path / "broken.jpg").read_bytes()
    world.s3.put(world.bucket, "broken.jpg", broken, ACL="public-read")
    address = f"{world.s3.endpoint}/{world.bucket}/broken.jpg"
    outcome = failed(stage.put(typed(address), **HERE))
    assert outcome.failure.code == "engine.broken"
    assert outcome.failure.facts["path"] == address


# --- route 3 ---


@pytest.mark.parametrize(
    "kind",
    [
        ImageKind.PNG_ALPHA,
        ImageKind.GIF_ANIMATED,
        ImageKind.WEBP,
        ImageKind.SVG,
        ImageKind.JPEG_EXIF,
        ImageKind.AVIF,
    ],
)
@pytest.mark.parametrize("lossy", [True, False])
def test_every_kind_is_made_here(stage: Stage, world: World, tmp_path: Path, kind: ImageKind, lossy: bool) -> None:
    # Named wrongly on purpose: the content decides.
    source = make_image(kind, tmp_path / "picture.dat", size=(96, 64))
    image = only(stage.put(source, recipe=Recipe(lossy=lossy), **HERE))
    assert image.key.endswith(kind.extension)
    stored = world.s3.get(world.bucket, image.key)
    assert len(stored.body) <= source.stat().st_size, "never larger"
    mime = {".svg": "image/svg+xml", ".jpg": "image/jpeg"}.get(kind.extension, f"image/{kind.extension[1:]}")
    assert stored.headers["content-type"] == mime
    if kind is ImageKind.SVG:
        assert b"<svg" in stored.body
        return
    made = picture(stored.body)
    assert (
        ImageOps.exif_transpose(made).size
        == (image.width, image.height)
        == ((64, 96) if kind is ImageKind.JPEG_EXIF else (96, 64))
    )
    assert (getattr(made, "n_frames", 1) > 1) == (kind is ImageKind.GIF_ANIMATED)


def test_a_set_comes_from_one_job(stage: Stage, world: World, photo: Path) -> None:
    recipe = Recipe(
        variants=(
            Variant(name="small", resize=Resize(strategy=Strategy.LANDSCAPE, width=80)),
            Variant(name="modern", convert=OutputFormat.WEBP),
            Variant(name="icon", resize=Resize(strategy=Strategy.SQUARE, size=32), convert=OutputFormat.PNG),
        )
    )
    outcome = done(stage.put(photo, recipe=recipe, **HERE, path_template="{stem|slug}-{width}x{height}{ext}"))
    assert [image.key for image in outcome.images] == [
        "meine-fotos-e-80x60.jpg",
        "meine-fotos-e-320x240.webp",
        "meine-fotos-e-32x32.png",
    ]
    for image in outcome.images:
        answer = world.s3.anonymous_get(image.url)
        assert picture(answer.body).size == (image.width, image.height)
        assert answer.headers["content-type"] == f"image/{image.key.rpartition('.')[2].replace('jpg', 'jpeg')}"


def test_the_place_of_the_photo_goes_unless_it_is_to_stay(stage: Stage, world: World, tmp_path: Path) -> None:
    source = make_image(ImageKind.JPEG_EXIF, tmp_path / "phone.jpg", size=(96, 64))
    gps = 0x8825
    plain = only(stage.put(source, **HERE))
    kept = only(stage.put(source, recipe=Recipe(keep_metadata=frozenset({KeptMetadata.GEOTAG})), **HERE))
    assert gps not in picture(world.s3.get(world.bucket, plain.key).body).getexif()
    assert gps in picture(world.s3.get(world.bucket, kept.key).body).getexif()


@pytest.mark.parametrize("kind", [ImageKind.TRUNCATED_JPEG, ImageKind.BROKEN_PNG])
def test_a_broken_image_is_one_failed_job(stage: Stage, world: World, tmp_path: Path, kind: ImageKind) -> None:
    broken = make_image(kind, tmp_path / f"broken{kind.extension}")
    outcome = failed(stage.put(broken, **HERE))
    assert (outcome.failure.code, outcome.failure.scope) == ("engine.broken", Scope.JOB)
    assert outcome.failure.facts["path"] == str(broken)
    assert world.s3.keys(world.bucket) == ()


def test_a_busy_bucket_costs_no_second_run_of_the_engine(stage: Stage, strict_s3: StrictS3Handle, photo: Path) -> None:
    # So much patience is the queue's, not the bucket's.
    strict_s3.order(S3Fault(status=503, code="SlowDown", headers={"Retry-After": "600"}, method="PUT"))
    (job,) = stage.jobs(photo, **HERE)
    outcome = failed(stage.run(job))
    assert (outcome.failure.code, outcome.failure.retry_after) == ("bucket.busy", 600)
    assert outcome.failure.retryable
    only(stage.run(job))
    assert [progress.made for progress in stage.heard if progress.phase is Phase.OPTIMIZING] == [0, 1]


def test_a_source_that_changes_while_it_waits_is_planned_anew(stage: Stage, world: World, photo: Path) -> None:
    (job,) = stage.jobs(photo, **HERE)
    engine = stage.services.engine()
    optimize = engine.optimize

    def later(*arguments: Any, **named: Any) -> Any:
        make_image(ImageKind.JPEG, photo, size=(320, 240), seed=99)
        return optimize(*arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "optimize", later)
        outcome = failed(stage.run(job))
    assert (outcome.failure.code, outcome.failure.retryable) == ("source.changed", True)
    image = only(stage.run(job))
    digest = content_digest(hashlib.sha256(photo.read_bytes()).hexdigest(), "local", Recipe().fingerprint())
    assert digest[:8] in image.key


def test_variants_that_are_there_are_listed_whatever_came_after(
    stage: Stage, strict_s3: StrictS3Handle, world: World, photo: Path
) -> None:
    recipe = Recipe(variants=(Variant(name="a"), Variant(name="b")))
    told: dict[str, Any] = {**HERE, "path_template": "{variant}/{name}", "collision": Collision.OVERWRITE}
    strict_s3.order(S3Fault(status=503, code="SlowDown", headers={"Retry-After": "600"}, method="PUT", key="b/*"))
    (job,) = stage.jobs(photo, recipe=recipe, **told)
    outcome = failed(stage.run(job))
    assert [image.variant for image in outcome.images] == ["a"]
    assert outcome.failure.retryable
    token = CancelToken()

    def tell(progress: Progress) -> None:
        if progress.phase is Phase.STORING and progress.key.startswith("b/"):
            token.cancel()

    cancelled = stage.pipeline.run(job, token, tell)
    assert isinstance(cancelled, Cancelled)
    assert [image.variant for image in cancelled.images] == ["a"]


def test_a_finished_job_leaves_nothing_behind(stage: Stage, photo: Path) -> None:
    only(stage.put(photo, **HERE))
    left = [path for path in stage.services.folders.cache.rglob("*") if path.is_file() and path.suffix == ".jpg"]
    assert left == []


def test_cancelling_before_the_last_byte_stores_nothing(stage: Stage, world: World, photo: Path) -> None:
    token = CancelToken()
    (job,) = stage.jobs(photo, **HERE)

    def tell(progress: Any) -> None:
        if progress.phase is Phase.OPTIMIZING:
            token.cancel()

    assert stage.pipeline.run(job, token, tell) == Cancelled(may_arrive=False)
    assert world.s3.keys(world.bucket) == ()


# --- a folder in the place of a bucket ---


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "results"


def to_folder(folder: Path, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {**HERE, "folder": str(folder), "bucket": "", "acl": Acl.NONE, "endpoint": ""}
    return told | more


def path_of(url: str) -> Path:
    return Path(unquote(urlsplit(url).path))


def test_a_folder_needs_no_secret_and_gives_a_link_that_opens(stage: Stage, photo: Path, folder: Path) -> None:
    (job,) = stage.jobs(photo, **to_folder(folder, path_template="a b/{stem}+{hash:8}{ext}"))
    stage.services.secrets.forget(job.snapshot.profile.secret_name)
    image = only(stage.run(job))
    assert image.url.startswith("file:///")
    assert path_of(image.url).parent == folder / "a b"
    assert len(path_of(image.url).read_bytes()) == image.bytes
    assert image.expires_at is None


def test_kraken_can_fill_a_folder_too(stage: Stage, world: World, photo: Path, folder: Path) -> None:
    image = only(stage.put(photo, **to_folder(folder, engine=Engine.KRAKEN, account_id="account-1")))
    assert path_of(image.url).is_file()
    assert len(world.api.uploads) == 1


@pytest.mark.parametrize("collision", [Collision.RENAME, Collision.OVERWRITE])
def test_a_source_is_never_replaced_by_its_result(stage: Stage, folder: Path, collision: Collision) -> None:
    folder.mkdir()
    source = make_image(ImageKind.JPEG, folder / "photo.jpg", size=(96, 64))
    before = source.read_bytes()
    image = only(stage.put(source, **to_folder(folder, path_template="{name}", collision=collision)))
    assert source.read_bytes() == before
    assert path_of(image.url) == folder / "photo-2.jpg"


@pytest.mark.parametrize(
    ("collision", "ends"),
    [
        (Collision.RENAME, "photo-2.jpg"),
        (Collision.OVERWRITE, "photo.jpg"),
        (Collision.SKIP, "name_taken"),
        (Collision.FAIL, "bucket.exists"),
    ],
)
@pytest.mark.parametrize("place", ["folder", *ROUTES])
def test_the_collision_rule_holds(
    stage: Stage, world: World, tmp_path: Path, folder: Path, place: Any, collision: Collision, ends: str
) -> None:
    source = make_image(ImageKind.JPEG, tmp_path / "photo.jpg", size=(96, 64))
    if place == "folder":
        folder.mkdir()
        (folder / "photo.jpg").write_bytes(b"somebody else's")
        os.utime(folder / "photo.jpg", (1_000_000_000, 1_000_000_000))  # before the drop
    else:
        world.s3.put(world.bucket, "photo.jpg", b"somebody else's")
    route = to_folder(folder) if place == "folder" else place
    outcome = stage.put(source, **route, path_template="{name}", collision=collision)
    if isinstance(outcome, Skipped):
        assert outcome.reason == ends
    elif isinstance(outcome, Failed):
        assert outcome.failure.code == ends
    else:
        assert only(outcome).key == ends
    there = (folder / "photo.jpg").read_bytes() if place == "folder" else world.s3.get(world.bucket, "photo.jpg").body
    assert (there == b"somebody else's") == (collision is not Collision.OVERWRITE)
    if isinstance(outcome, Skipped | Failed):
        assert world.api.uploads == [], "nothing is paid for"


@pytest.mark.parametrize("same", [True, False])
def test_a_second_try_replaces_only_what_it_stored_itself(
    stage: Stage, tmp_path: Path, folder: Path, photo: Path, same: bool
) -> None:
    told = to_folder(folder, path_template="cover{ext}")
    (job,) = stage.jobs(photo, **told)
    first = only(stage.run(job))  # and the program dies before it is journaled
    if not same:
        path_of(first.url).write_bytes(b"another program's since then")
    again = only(stage.run(job))
    assert again.key == ("cover.jpg" if same else "cover-2.jpg")
    assert (path_of(first.url).read_bytes() == b"another program's since then") == (not same)


@pytest.mark.parametrize("route", ROUTES)
def test_the_same_again_is_known_by_what_it_was_made_of(
    stage: Stage, world: World, photo: Path, route: dict[str, Any]
) -> None:
    told: dict[str, Any] = {**route, "path_template": "{name}", "collision": Collision.SKIP}
    image = only(stage.put(photo, **told))  # and not in the journal: another computer did it
    assert len(world.s3.get(world.bucket, image.key).metadata[DIGEST_METADATA]) == 64
    paid = len(world.api.uploads)
    again = stage.put(photo, **told)
    assert isinstance(again, Skipped)
    assert again.reason == "already_stored"
    (known,) = again.images
    assert (known.url, known.bytes) == (image.url, image.bytes)
    assert world.s3.anonymous_get(known.url).status == 200
    other = stage.put(photo, recipe=Recipe(lossy=False), **told)
    assert isinstance(other, Skipped)
    assert (other.reason, other.images) == ("name_taken", ())
    assert len(world.api.uploads) == paid


# --- local copies ---


@pytest.mark.parametrize("route", [pytest.param({}, id="route 1"), *OWN_UPLOADS])
@pytest.mark.parametrize("acl", [Acl.PUBLIC_READ, Acl.PRIVATE])
def test_a_copy_of_each_result_stays_here(
    stage: Stage, world: World, photo: Path, folder: Path, route: dict[str, Any], acl: Acl
) -> None:
    image = only(stage.put(photo, **route, acl=acl, local_copy=str(folder)))
    copy = Path(image.local_copy)
    assert copy == folder / image.key
    assert copy.read_bytes() == world.s3.get(world.bucket, image.key).body


def test_a_copy_replaces_nothing(stage: Stage, tmp_path: Path, folder: Path) -> None:
    folder.mkdir()
    source = make_image(ImageKind.JPEG, tmp_path / "photo.jpg", size=(96, 64))
    (folder / "photo.jpg").write_bytes(b"mine")
    told: dict[str, Any] = {**HERE, "path_template": "{name}", "collision": Collision.OVERWRITE}
    first = only(stage.put(source, **told, local_copy=str(folder)))
    again = stage.put(source, **told, local_copy=str(folder))
    assert isinstance(again, Skipped)
    assert (folder / "photo.jpg").read_bytes() == b"mine"
    assert first.local_copy == again.images[0].local_copy == str(folder / "photo-2.jpg"), "the same content once"


def test_an_image_without_its_copy_is_told_and_listed(stage: Stage, world: World, photo: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    outcome = failed(stage.put(photo, local_copy=str(blocked)))
    assert outcome.failure.code == "copy.local"
    assert world.s3.anonymous_get(outcome.images[0].url).status == 200
    stopped = failed(stage.put(photo, **HERE, local_copy=str(blocked), path_template="b-{uuid}{ext}"))
    assert stopped.failure.code == "bucket.folder", "where this computer stores, it is found out before"
    assert stopped.images == ()
