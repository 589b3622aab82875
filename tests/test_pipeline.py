"""One job from source to outcome, through a real server into a real bucket."""

from __future__ import annotations

import hashlib
import threading
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.job import (
    Cancelled,
    Failed,
    Job,
    Phase,
    Source,
    SourceKind,
)
from kraken_desktop.model.profile import Acl
from kraken_desktop.model.recipe import Recipe
from tests.servers.images import ImageKind, make_image
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.s3_handle import StrictS3Handle
from tests.support.stage import Stage, code_of, done, picture
from tests.support.world import World


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_image(ImageKind.JPEG, tmp_path / "Meine Fotos é.jpeg", size=(640, 480))


# --- the main job ---


def test_a_photo_becomes_smaller_and_its_link_opens(stage: Stage, world: World, photo: Path) -> None:
    before = photo.read_bytes()
    (job,) = stage.jobs(photo)
    outcome = done(stage.run(job))
    (image,) = outcome.images
    stored = world.s3.get(world.bucket, image.key)
    assert world.s3.anonymous_get(image.url).body == stored.body
    assert image.bytes == len(stored.body) < len(before) == outcome.original_bytes
    assert outcome.saved_bytes == len(before) - len(stored.body)
    assert (image.width, image.height) == picture(stored.body).size == (640, 480)
    assert image.key.startswith(f"{job.dropped_at:%Y/%m}/meine-fotos-e-")
    assert image.key.endswith(".jpg")
    assert image.kraked_url == image.url
    assert photo.read_bytes() == before, "the source is never changed"


def test_everything_of_the_profile_is_on_the_object(stage: Stage, world: World, photo: Path) -> None:
    outcome = stage.put(
        photo,
        acl=Acl.PRIVATE,
        tags=(("team", "web"), ("übung", "ja nein")),
        metadata=(("origin", "desk"),),
        headers=(("Cache-Control", "public, max-age=60"), ("Content-Disposition", "inline")),
    )
    (image,) = done(outcome).images
    stored = world.s3.get(world.bucket, image.key)
    assert world.s3.acl(world.bucket, image.key) == "private"
    assert world.s3.tags(world.bucket, image.key) == {"team": "web", "übung": "ja nein"}
    assert stored.metadata["origin"] == "desk"
    assert stored.headers["cache-control"] == "public, max-age=60"
    assert stored.headers["content-type"] == "image/jpeg"
    plain = image.url.partition("?")[0]
    assert world.s3.anonymous_get(plain).status == 403
    assert world.s3.anonymous_get(image.url).body == stored.body, "a presigned link"
    assert image.expires_at is not None
    assert datetime.now(UTC) < image.expires_at <= datetime.now(UTC) + timedelta(days=7)


@pytest.mark.parametrize(
    "kind",
    [ImageKind.PNG_ALPHA, ImageKind.GIF_ANIMATED, ImageKind.WEBP, ImageKind.SVG, ImageKind.JPEG_EXIF],
)
def test_every_kind_arrives_with_its_own_extension(stage: Stage, world: World, tmp_path: Path, kind: ImageKind) -> None:
    # Named wrongly on purpose: the content decides.
    (image,) = done(stage.put(make_image(kind, tmp_path / "picture.dat"))).images
    assert image.key.endswith(kind.extension)
    body = world.s3.get(world.bucket, image.key).body
    if kind is ImageKind.SVG:
        assert b"<svg" in body
    elif kind is ImageKind.GIF_ANIMATED:
        assert getattr(picture(body), "n_frames", 1) > 1
    else:
        picture(body)


@pytest.mark.parametrize(
    "name",
    [
        "{uuid}.png",
        "CON.png",
        "🐙.png",
        unicodedata.normalize("NFD", "é à ü.png"),
        "100% + #1?.png",
        "a b%20c.png",
        "写真.png",
        "-rf $(x) `y`;'.png",
        "x" * 200 + ".png",
    ],
)
@pytest.mark.parametrize("template", ["{name}", "shots/{stem|slug}-{hash:8}{ext}"])
def test_awkward_names_give_keys_and_links_that_open(
    stage: Stage, world: World, tmp_path: Path, name: str, template: str
) -> None:
    (image,) = done(stage.put(make_image(ImageKind.PNG, tmp_path / name), path_template=template)).images
    assert world.s3.anonymous_get(image.url).body == world.s3.get(world.bucket, image.key).body


def test_the_dimensions_in_a_key_are_those_of_the_upright_picture(stage: Stage, tmp_path: Path) -> None:
    path = make_image(ImageKind.JPEG_EXIF, tmp_path / "phone.jpg", size=(320, 240))
    (image,) = done(stage.put(path, path_template="{stem}-{width}x{height}{ext}")).images
    assert image.key == "phone-240x320.jpg"
    assert (image.width, image.height) == (240, 320)


def test_two_of_a_name_in_one_drop_do_not_meet(stage: Stage, world: World, tmp_path: Path) -> None:
    paths = []
    for seed in range(3):
        (tmp_path / str(seed)).mkdir()
        paths.append(make_image(ImageKind.PNG, tmp_path / str(seed) / "1.png", seed=seed))
    jobs = stage.jobs(*paths, path_template="{name}")
    keys = [done(stage.run(job)).images[0].key for job in jobs]
    assert keys == ["1.png", "1-2.png", "1-3.png"]
    assert set(world.s3.keys(world.bucket)) == set(keys)


def test_the_recipe_is_part_of_the_hash(stage: Stage, photo: Path) -> None:
    keys = {done(stage.put(photo, recipe=recipe)).images[0].key for recipe in (Recipe(), Recipe(lossy=False))}
    assert len(keys) == 2


def test_an_address_is_fetched_by_kraken(stage: Stage, world: World, photo: Path) -> None:
    (first,) = done(stage.put(photo)).images
    outcome = done(stage.put(first.url, path_template="copies/{name}"))
    (copy,) = outcome.images
    assert copy.key == "copies/" + first.key.rpartition("/")[2]
    picture(world.s3.anonymous_get(copy.url).body)
    assert world.api.requests[-1].endpoint == "url"


def test_progress_goes_through_the_phases_in_order(stage: Stage, photo: Path) -> None:
    stage.put(photo)
    phases = [progress.phase for progress in stage.heard]
    order = [Phase.PLANNING, Phase.UPLOADING, Phase.OPTIMIZING, Phase.VERIFYING]
    assert phases == sorted(phases, key=order.index)
    assert set(phases) == set(order)
    last = next(progress for progress in reversed(stage.heard) if progress.phase is Phase.OPTIMIZING)
    assert last.sent == last.total == photo.stat().st_size


@pytest.mark.parametrize("acl", [Acl.PUBLIC_READ, Acl.PRIVATE])
def test_acl_and_region_always_travel_and_the_endpoint_never(stage: Stage, world: World, photo: Path, acl: Acl) -> None:
    done(stage.put(photo, acl=acl))
    store = world.api.uploads[-1].store
    assert (store["acl"], store["region"]) == (acl.value, world.s3.region)
    assert world.s3.endpoint not in str(store)


def test_a_public_base_makes_the_link(stage: Stage, world: World, photo: Path) -> None:
    base = f"{world.s3.endpoint}/{world.bucket}"
    (image,) = done(stage.put(photo, public_url=f"{base}/", path_template="a b/{name}")).images
    assert image.url == f"{base}/a%20b/Meine%20Fotos%20%C3%A9.jpg"
    assert image.kraked_url.startswith("http://127.0.0.1:")


# --- refusals, each with its own error ---


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(kind=FaultKind.STATUS, status=400), "kraken.bad_request"),
        (Fault(kind=FaultKind.OVERDUE), "kraken.overdue"),
        (Fault(kind=FaultKind.SUSPENDED), "kraken.suspended"),
        (Fault(kind=FaultKind.STATUS, status=415), "kraken.type_refused"),
        (Fault(kind=FaultKind.STATUS, status=422), "kraken.parameter_refused"),
        (Fault(kind=FaultKind.RATE_LIMIT), "kraken.rate_limited"),
        (Fault(kind=FaultKind.QUOTA), "kraken.quota"),
        (Fault(kind=FaultKind.STATUS, status=500), "kraken.server_fault"),
        (Fault(kind=FaultKind.HTML), "kraken.server_fault"),
        (Fault(kind=FaultKind.EMPTY), "kraken.server_fault"),
        (Fault(kind=FaultKind.UNSUCCESSFUL), "kraken.refused"),
        (Fault(kind=FaultKind.TOO_LARGE), "kraken.file_too_large"),
        (Fault(kind=FaultKind.TOO_LARGE, polite=False), "kraken.file_too_large"),
        (Fault(kind=FaultKind.REDIRECT), "kraken.bad_answer"),
        (Fault(kind=FaultKind.PUSH_REFUSED), "kraken.store_denied"),
        (Fault(kind=FaultKind.PUSH_REFUSED, message="SlowDown: Please reduce your request rate"), "kraken.store_busy"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_refusal_is_one_error_and_nothing_is_sent_twice(
    stage: Stage, world: World, photo: Path, fault: Fault, code: str
) -> None:
    world.api.order(replace(fault, endpoint="upload"))
    assert code_of(stage.put(photo)) == code
    assert len(world.api.uploads) == 1
    assert world.s3.keys(world.bucket) == ()


@pytest.mark.parametrize("kind", [FaultKind.RESET_AT_START, FaultKind.RESET_IN_UPLOAD])
def test_a_connection_lost_before_the_end_may_be_tried_again(
    stage: Stage, world: World, photo: Path, kind: FaultKind
) -> None:
    # More than fits into the sockets; JPEG readers stop at the end of the image, so what follows is harmless.
    photo.write_bytes(photo.read_bytes() + b"\0" * 20_000_000)
    world.api.order(Fault(kind=kind, endpoint="upload"))
    (job,) = stage.jobs(photo)
    outcome = stage.run(job)
    assert code_of(outcome) == "transport.lost"
    assert isinstance(outcome, Failed)
    assert outcome.failure.retryable
    done(stage.run(job))


def test_the_limit_is_learned_from_a_413(stage: Stage, world: World, photo: Path) -> None:
    world.api.limit_bytes = 1000
    outcome = stage.put(photo)
    assert isinstance(outcome, Failed)
    assert outcome.failure.facts["limit"] == 1000


@pytest.mark.parametrize(
    ("kind", "code"), [(ImageKind.TRUNCATED_JPEG, "kraken.type_refused"), (ImageKind.BROKEN_PNG, "kraken.type_refused")]
)
def test_a_broken_image_is_refused_there(stage: Stage, tmp_path: Path, kind: ImageKind, code: str) -> None:
    assert code_of(stage.put(make_image(kind, tmp_path / f"broken{kind.extension}"))) == code


def test_a_wrong_secret_stops_the_batch(stage: Stage, world: World, photo: Path) -> None:
    (job,) = stage.jobs(photo)
    stage.services.secrets.keep(world.account().secret_name, "wrong")
    outcome = stage.run(job)
    assert code_of(outcome) == "kraken.bad_credentials"
    assert isinstance(outcome, Failed)
    assert outcome.failure.scope == "batch"


@pytest.mark.parametrize(
    ("wrong", "aws_code"),
    [
        ({"bucket": "no-such-bucket-here"}, "NoSuchBucket"),
        ({"region": "eu-west-3"}, "AuthorizationHeaderMalformed"),
        ({"access key": "AKIANOBODYKNOWSIT"}, "InvalidAccessKeyId"),
        ({"secret": "wrong"}, "SignatureDoesNotMatch"),
    ],
)
def test_what_s3_refuses_is_named(
    stage: Stage, world: World, photo: Path, wrong: dict[str, str], aws_code: str
) -> None:
    changes: dict[str, Any] = {name: value for name, value in wrong.items() if name in {"bucket", "region"}}
    if "access key" in wrong:
        changes["credentials"] = replace(world.profile().credentials, access_key=wrong["access key"])
    (job,) = stage.jobs(photo, **changes)
    if "secret" in wrong:
        stage.services.secrets.keep(world.profile().secret_name, wrong["secret"])
    outcome = stage.run(job)
    assert code_of(outcome) == "kraken.store_denied"
    assert isinstance(outcome, Failed)
    assert outcome.failure.facts["aws_code"] == aws_code
    assert not any(secret in str(outcome) for secret in world.secrets)


@pytest.mark.parametrize(
    ("option", "acl", "aws_code"),
    [
        ({"acls_disabled": True}, Acl.PUBLIC_READ, "AccessControlListNotSupported"),
        ({"acls_disabled": True}, Acl.PRIVATE, "AccessControlListNotSupported"),
        ({"public_access_blocked": True}, Acl.PUBLIC_READ, "AccessDenied"),
    ],
)
def test_buckets_with_the_defaults_of_today_refuse_acls(
    stage: Stage, strict_s3: StrictS3Handle, photo: Path, option: dict[str, bool], acl: Acl, aws_code: str
) -> None:
    outcome = stage.put(photo, bucket=strict_s3.new_bucket(**option), acl=acl)
    assert isinstance(outcome, Failed)
    assert outcome.failure.facts["aws_code"] == aws_code


# --- the source ---


def test_a_source_that_is_gone(stage: Stage, world: World, photo: Path) -> None:
    (job,) = stage.jobs(photo)
    photo.unlink()
    assert code_of(stage.run(job)) == "source.missing"
    assert world.api.requests == []


def test_a_source_that_became_empty(stage: Stage, photo: Path) -> None:
    (job,) = stage.jobs(photo)
    photo.write_bytes(b"")
    assert code_of(stage.run(job)) == "source.empty"


def test_a_source_that_changed_since_is_planned_anew(stage: Stage, world: World, photo: Path) -> None:
    (job,) = stage.jobs(photo)
    world.api.order(Fault(kind=FaultKind.STATUS, endpoint="upload"))
    assert code_of(stage.run(job)) == "kraken.server_fault"
    (before,) = stage.services.journal.planned(job.id)
    assert code_of_retry(stage, job) == before.key, "the same content keeps its key"
    make_image(ImageKind.JPEG, photo, seed=7)
    assert code_of_retry(stage, job) != before.key


def code_of_retry(stage: Stage, job: Job) -> str:
    return done(stage.run(job)).images[0].key


def test_a_profile_that_cannot_work_sends_nothing(stage: Stage, world: World, photo: Path) -> None:
    assert code_of(stage.put(photo, bucket="Not A Bucket")) == "plan.profile"
    assert world.api.requests == []


@pytest.mark.parametrize(
    "variables", [{"KRAKEN_S3_ACCESS_KEY": "ASIATEMPORARYKEY0001"}, {"KRAKEN_S3_SESSION_TOKEN": "token"}]
)
def test_temporary_keys_are_refused_before_they_cost_anything(
    world: World, photo: Path, variables: dict[str, str]
) -> None:
    services = world.services(**{**world.variables(), **variables})
    outcome = Stage(world, services).put(photo)
    services.close()
    assert code_of(outcome) == "plan.profile"
    assert world.api.requests == []


def test_an_address_that_never_left_is_not_suspected(stage: Stage, world: World) -> None:
    (job,) = stage.jobs("https://site.example/a.png")
    nobody = replace(world.account(), api_url="http://127.0.0.1:9")
    job = replace(job, snapshot=replace(job.snapshot, account=nobody))
    assert code_of(stage.run(job)) == "transport.connect"
    stage.services.close()
    again = world.services()
    (recovered,) = again.recover()
    assert recovered.attempt is None or not recovered.attempt.maybe_charged
    again.close()


@pytest.mark.expect_log("the answer could not be taken")
def test_a_bug_after_everything_left_is_no_reason_to_send_again(
    stage: Stage, world: World, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("kraken_desktop.engines.kraken_io.results_of", broken)
    assert len(done(stage.put(photo)).images) == 1
    assert len(world.api.uploads) == 1


# --- cancelling ---


@pytest.mark.parametrize(
    ("fault", "may_arrive"),
    [(Fault(kind=FaultKind.STALL_READING), False), (Fault(kind=FaultKind.STALL_ANSWERING), True)],
)
def test_cancel_tells_whether_it_may_still_arrive(
    stage: Stage, world: World, tmp_path: Path, fault: Fault, may_arrive: bool
) -> None:
    large = tmp_path / "large.png"
    make_image(ImageKind.PNG, large, size=(200, 200))
    if not may_arrive:
        # More than fits into the sockets: PNG readers stop at IEND, so what follows is harmless.
        large.write_bytes(large.read_bytes() + b"\0" * 20_000_000)
    (job,) = stage.jobs(large)
    world.api.order(replace(fault, endpoint="upload"))
    token = CancelToken()

    def cancel() -> None:
        world.api.wait_until(lambda seen: bool(seen) and (not may_arrive or seen[-1].sha256 is not None))
        token.cancel()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    outcome = stage.run(job, token)
    canceller.join(20)
    assert outcome == Cancelled(may_arrive=may_arrive)


# --- unknown fate ---


LOST = [FaultKind.RESET_AFTER_BODY, FaultKind.CUT, FaultKind.LONG_LENGTH, FaultKind.MALFORMED]


@pytest.mark.parametrize("acl", [Acl.PUBLIC_READ, Acl.PRIVATE])
@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_is_made_good_by_a_look_at_the_bucket(
    stage: Stage, world: World, photo: Path, kind: FaultKind, acl: Acl
) -> None:
    world.api.order(Fault(kind=kind, endpoint="upload"))
    outcome = done(stage.put(photo, acl=acl))
    (image,) = outcome.images
    assert image.bytes == len(world.s3.get(world.bucket, image.key).body)
    assert len(world.api.uploads) == 1, "never sent twice"
    if acl is Acl.PUBLIC_READ:
        assert world.s3.anonymous_get(image.url).status == 200


@pytest.mark.parametrize("kind", [FaultKind.RESET_AFTER_BODY, FaultKind.MALFORMED])
def test_a_lost_answer_without_an_object_may_have_been_charged(
    stage: Stage, world: World, photo: Path, kind: FaultKind
) -> None:
    world.api.order(Fault(kind=kind, endpoint="upload", work=False))
    outcome = stage.put(photo)
    assert code_of(outcome) == "fate.unknown"
    assert isinstance(outcome, Failed)
    assert not outcome.failure.retryable
    assert len(world.api.uploads) == 1


def pushed_unseen(stage: Stage, world: World, photo: Path) -> Job:
    """A job whose image is there, and of which no answer ever came."""
    (job,) = stage.jobs(photo)
    world.api.order(Fault(kind=FaultKind.RESET_AFTER_BODY, endpoint="upload"))
    done(stage.run(job))
    return job


def test_an_older_object_is_not_taken_for_ours(stage: Stage, world: World, photo: Path) -> None:
    job = pushed_unseen(stage, world, photo)
    # By the server's clock the object is there since before this attempt began.
    assert code_of(stage.run(job, since=datetime.now(UTC) + timedelta(seconds=30))) == "fate.unknown"


def test_without_the_right_to_look_the_fate_stays_unknown(
    stage: Stage, strict_s3: StrictS3Handle, world: World, photo: Path
) -> None:
    writer = strict_s3.new_key(may_read=False)
    credentials = replace(world.profile().credentials, access_key=writer.access_key)
    (job,) = stage.jobs(photo, acl=Acl.PRIVATE, credentials=credentials)
    stage.services.secrets.keep(world.profile().secret_name, writer.secret)
    world.api.order(Fault(kind=FaultKind.RESET_AFTER_BODY, endpoint="upload"))
    assert code_of(stage.run(job)) == "fate.unknown"


def test_a_killed_attempt_is_looked_for_and_not_sent_again(stage: Stage, world: World, photo: Path) -> None:
    job = pushed_unseen(stage, world, photo)
    outcome = done(stage.run(job, since=datetime.now(UTC) - timedelta(seconds=30)))
    assert outcome.images[0].key == stage.services.journal.planned(job.id)[0].key
    assert len(world.api.uploads) == 1


# --- the rest ---


@pytest.mark.expect_log("failed unexpectedly")
def test_a_bug_is_a_failed_job_with_its_traceback_in_the_log(stage: Stage, photo: Path) -> None:
    (job,) = stage.jobs(photo)

    def broken() -> Any:
        raise ZeroDivisionError

    stage.pipeline = stage.new_pipeline(broken)
    outcome = stage.run(job)
    assert code_of(outcome) == "unexpected"
    assert isinstance(outcome, Failed)
    assert outcome.failure.facts == {"kind": "ZeroDivisionError"}


def test_a_missing_secret_is_told_before_anything_is_sent(stage: Stage, world: World, photo: Path) -> None:
    (job,) = stage.jobs(photo)
    stage.services.secrets.forget(world.profile().secret_name)
    assert code_of(stage.run(job)) == "secret.missing"
    assert world.api.requests == []


def test_the_hash_in_a_key_is_that_of_source_engine_and_recipe(stage: Stage, photo: Path) -> None:
    from kraken_desktop.model.object_key import content_digest

    (image,) = done(stage.put(photo, path_template="{hash}{ext}")).images
    sha256 = hashlib.sha256(photo.read_bytes()).hexdigest()
    assert image.key == content_digest(sha256, "kraken", Recipe().fingerprint()) + ".jpg"


def test_pasted_bytes_come_from_the_spool(stage: Stage, world: World, photo: Path) -> None:
    kept = stage.services.spool.keep(photo.read_bytes(), "screenshot.jpg")
    source = Source(
        kind=SourceKind.SPOOL, location=str(kept), name="screenshot.jpg", size=kept.stat().st_size, extension=".jpg"
    )
    (image,) = done(stage.put(source)).images
    assert "/screenshot-" in image.key
