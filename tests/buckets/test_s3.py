"""Objects that come, are looked at, linked and go: on the strict server and on a production S3."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kraken_desktop.buckets.known import KnownBuckets
from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.errors import (
    BucketBusyError,
    BucketLookupError,
    ObjectExistsError,
    SourceChangedError,
)
from kraken_desktop.model.profile import Acl
from kraken_desktop.model.s3_keys import S3Keys
from tests.buckets.conftest import Buckets, Uploads
from tests.servers.s3_handle import S3Handle, StrictS3Handle
from tests.servers.strict_s3 import S3Fault

AWKWARD = "2026/a b+c%20#?é/🐙 写~!'()*&=;:@,.png"


def nobody(sent: int, size: int) -> None:
    """Who does not listen."""


# --- put ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("acl", Acl)
def test_who_may_read(open_bucket: Buckets, s3_server: S3Handle, bucket: str, upload: Uploads, acl: Acl) -> None:
    own = open_bucket(s3_server, bucket, acl=acl)
    own.put("a.png", upload(), CancelToken(), nobody)
    assert s3_server.get(bucket, "a.png").body == b"12345"
    assert s3_server.acl(bucket, "a.png") == ("public-read" if acl is Acl.PUBLIC_READ else "private")
    link = own.link("a.png")
    anybody = s3_server.anonymous_get(link.url)
    assert anybody.status == (403 if acl is Acl.NONE else 200)
    assert (link.expires_at is not None) == (acl is Acl.PRIVATE)


@pytest.mark.parametrize("acl", [Acl.PRIVATE, Acl.NONE])
def test_a_bucket_without_acls_takes_what_sends_none(
    open_bucket: Buckets, strict_s3: StrictS3Handle, upload: Uploads, acl: Acl
) -> None:
    name = strict_s3.new_bucket(acls_disabled=True, public_access_blocked=True)
    open_bucket(strict_s3, name, acl=acl).put("a.png", upload(), CancelToken(), nobody)
    assert strict_s3.exists(name, "a.png")


def test_a_bucket_with_dots(open_bucket: Buckets, s3_server: S3Handle, upload: Uploads) -> None:
    name = s3_server.new_bucket("my.images")
    own = open_bucket(s3_server, name)
    own.put("a.png", upload(), CancelToken(), nobody)
    assert s3_server.anonymous_get(own.link("a.png").url).body == b"12345"


def test_everything_that_a_profile_asks_for(
    open_bucket: Buckets, s3_server: S3Handle, bucket: str, upload: Uploads
) -> None:
    own = open_bucket(
        s3_server,
        bucket,
        tags=(("project", "a b+c=d/é"), ("empty", "")),
        metadata=(("Author", " me  and  you "), ("x", "1")),
        headers=(
            ("Cache-Control", "public, max-age=31536000"),
            ("Content-Disposition", 'inline; filename="a  b.png"'),
            ("content-type", "text/html"),
            ("Expires", " "),
        ),
        storage_class="STANDARD",
    )
    own.put("a.png", upload(metadata=(("kraken-source", "ff"),)), CancelToken(), nobody)
    stored = s3_server.get(bucket, "a.png")
    assert stored.headers["content-type"] == "image/png"
    assert stored.headers["cache-control"] == "public, max-age=31536000"
    assert stored.headers["content-disposition"] == 'inline; filename="a  b.png"'
    assert "expires" not in stored.headers
    assert stored.metadata == {"author": "me  and  you", "x": "1", "kraken-source": "ff"}
    assert s3_server.tags(bucket, "a.png") == {"project": "a b+c=d/é", "empty": ""}


def test_the_storage_class_of_the_field_goes_before_that_of_a_header(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads
) -> None:
    own = open_bucket(strict_s3, bucket, storage_class="STANDARD_IA", headers=(("X-Amz-Storage-Class", "ONEZONE_IA"),))
    own.put("a.png", upload(), CancelToken(), nobody)
    assert strict_s3.get(bucket, "a.png").headers["x-amz-storage-class"] == "STANDARD_IA"


def test_nothing_is_sent_that_other_servers_do_not_know(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads
) -> None:
    open_bucket(strict_s3, bucket, acl=Acl.PRIVATE).put("a.png", upload(), CancelToken(), nobody)
    (asked,) = strict_s3.requests(bucket)
    amazon = {name for name in asked["headers"] if name.startswith(("x-amz", "amz", "if-", "transfer"))}
    assert amazon == {"x-amz-content-sha256", "x-amz-date"}
    assert asked["headers"]["x-amz-content-sha256"] == upload().sha256


def test_progress_rises_to_the_end_although_the_body_is_sent_again(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads
) -> None:
    heard: list[tuple[int, int]] = []
    strict_s3.order(S3Fault(status=503, code="SlowDown", method="PUT", bucket=bucket))
    content = b"x" * 300_000
    open_bucket(strict_s3, bucket).put(
        "a.png", upload(content), CancelToken(), lambda sent, size: heard.append((sent, size))
    )
    assert strict_s3.get(bucket, "a.png").body == content
    sent = [each for each, _ in heard]
    assert sent == sorted(set(sent))
    assert (sent[0], heard[-1]) == (0, (300_000, 300_000))
    assert len(sent) > 4


def test_a_file_that_is_not_the_planned_one_is_not_stored(
    open_bucket: Buckets, s3_server: S3Handle, bucket: str, upload: Uploads
) -> None:
    wanted = upload(b"planned" * 50_000)
    wanted.path.write_bytes(b"another" * 50_000)
    with pytest.raises(SourceChangedError):
        open_bucket(s3_server, bucket).put("a.png", wanted, CancelToken(), nobody)
    assert s3_server.keys(bucket) == ()


# --- only if absent -------------------------------------------------------------------------------


def test_nothing_is_replaced_that_was_there(
    open_bucket: Buckets, s3_server: S3Handle, bucket: str, upload: Uploads
) -> None:
    own = open_bucket(s3_server, bucket)
    own.put("a.png", upload(b"first", only_if_absent=True), CancelToken(), nobody)
    with pytest.raises(ObjectExistsError):
        own.put("a.png", upload(b"other", only_if_absent=True), CancelToken(), nobody)
    assert s3_server.get(bucket, "a.png").body == b"first"
    own.put("a.png", upload(b"third"), CancelToken(), nobody)
    assert s3_server.get(bucket, "a.png").body == b"third"


@pytest.mark.parametrize("there", [True, False])
def test_a_server_without_conditions_is_looked_at_first_and_remembered(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads, there: bool
) -> None:
    if there:
        strict_s3.put(bucket, "a.png", b"first")
    strict_s3.order(S3Fault(status=501, code="NotImplemented", method="PUT", bucket=bucket))
    known = KnownBuckets()
    own = open_bucket(strict_s3, bucket, options={"known": known})
    before = len(strict_s3.requests(bucket))
    if there:
        with pytest.raises(ObjectExistsError):
            own.put("a.png", upload(only_if_absent=True), CancelToken(), nobody)
        assert strict_s3.get(bucket, "a.png").body == b"first"
        return
    own.put("a.png", upload(only_if_absent=True), CancelToken(), nobody)
    own.put("b.png", upload(only_if_absent=True), CancelToken(), nobody)
    asked = [(each["method"], "if-none-match" in each["headers"]) for each in strict_s3.requests(bucket)[before:]]
    assert asked == [("PUT", True), ("HEAD", False), ("PUT", False), ("HEAD", False), ("PUT", False)]


def test_without_the_right_to_look_it_may_be_of_another(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads
) -> None:
    key = strict_s3.new_key(may_read=False)
    strict_s3.order(S3Fault(method="PUT", bucket=bucket, stored=True, reset=True, status=0))
    own = open_bucket(strict_s3, bucket, keys=S3Keys(access_key=key.access_key, secret=key.secret))
    with pytest.raises(ObjectExistsError):
        own.put("a.png", upload(only_if_absent=True), CancelToken(), nobody)


@pytest.mark.parametrize("of_another", [True, False])
def test_what_an_earlier_try_left_is_ours(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads, of_another: bool
) -> None:
    if of_another:
        strict_s3.put(bucket, "a.png", b"of another")
    strict_s3.order(S3Fault(method="PUT", bucket=bucket, stored=not of_another, reset=True, status=0))
    own = open_bucket(strict_s3, bucket)
    if of_another:
        with pytest.raises(ObjectExistsError):
            own.put("a.png", upload(only_if_absent=True), CancelToken(), nobody)
    else:
        own.put("a.png", upload(only_if_absent=True), CancelToken(), nobody)
        assert strict_s3.get(bucket, "a.png").body == b"12345"


# --- head and delete ------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["a.png", AWKWARD])
def test_head_tells_all_of_an_object(open_bucket: Buckets, s3_server: S3Handle, bucket: str, key: str) -> None:
    s3_server.put(bucket, key, b"12345", ContentType="image/png", Metadata={"source": "ff"})
    info = open_bucket(s3_server, bucket).head(key)
    assert info is not None
    assert (info.size, info.content_type, info.metadata) == (5, "image/png", {"source": "ff"})
    assert info.etag == "827ccb0eea8a706c4c34a16891f84e7b"
    assert abs(info.asked - info.modified) < timedelta(seconds=30)


def test_nothing_there_is_none(open_bucket: Buckets, s3_server: S3Handle, bucket: str) -> None:
    assert open_bucket(s3_server, bucket).head("nothing.png") is None


@pytest.mark.parametrize("public", [True, False])
def test_anybody_may_look_at_public_objects_only(
    open_bucket: Buckets, s3_server: S3Handle, bucket: str, public: bool
) -> None:
    s3_server.put(bucket, "a.png", b"12345", ACL="public-read" if public else "private")
    looking = open_bucket(s3_server, bucket)
    if public:
        info = looking.head("a.png", anonymous=True)
        assert info is not None
    else:
        with pytest.raises(BucketLookupError) as caught:
            looking.head("a.png", anonymous=True)
        assert caught.value.status == 403


def test_a_refusal_is_not_an_absence(open_bucket: Buckets, s3_server: S3Handle, bucket: str) -> None:
    s3_server.put(bucket, "a.png", b"12345")
    with pytest.raises(BucketLookupError) as caught:
        open_bucket(s3_server, bucket, secret="wrong").head("a.png")
    assert caught.value.status == 403


@pytest.mark.parametrize("key", ["a.png", AWKWARD])
def test_delete_may_come_twice(open_bucket: Buckets, s3_server: S3Handle, bucket: str, key: str) -> None:
    own = open_bucket(s3_server, bucket)
    s3_server.put(bucket, key, b"12345")
    s3_server.put(bucket, "other.png", b"12345")
    own.delete(key)
    own.delete(key)
    assert s3_server.keys(bucket) == ("other.png",)


def test_a_look_is_repeated_and_then_given_up(open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str) -> None:
    strict_s3.order(S3Fault(status=503, code="SlowDown", bucket=bucket, times=2))
    own = open_bucket(strict_s3, bucket)
    assert own.head("a.png") is None
    strict_s3.order(S3Fault(bucket=bucket, reset=True, status=0, times=2))
    assert own.head("a.png") is None
    strict_s3.order(S3Fault(status=503, code="SlowDown", bucket=bucket, times=3))
    with pytest.raises(BucketLookupError) as caught:
        own.head("a.png")
    assert caught.value.status == 503
    assert len(strict_s3.requests(bucket)) == 9


# --- links ----------------------------------------------------------------------------------------

KEYS = [
    "plain.png",
    AWKWARD,
    "a b/c d.png",
    "a+b.png",
    "a%20b%2Fc%.png",
    "a#b?c=d&e.png",
    "~tilde-_.png",
    "日本/語.png",
    "🐙.png",
    "it's (1)*!.png",
    '$@:;,=[]{}|^`"<>\\.png',
    "cafe\u0301.png",
]


@pytest.mark.parametrize("acl", [Acl.PUBLIC_READ, Acl.PRIVATE])
def test_links_open_whatever_the_key(
    open_bucket: Buckets, s3_server: S3Handle, bucket: str, upload: Uploads, acl: Acl
) -> None:
    own = open_bucket(s3_server, bucket, acl=acl)
    for key in KEYS:
        own.put(key, upload(key.encode()), CancelToken(), nobody)
        url = own.link(key).url
        assert url.isascii()
        answer = s3_server.anonymous_get(url)
        assert (answer.status, answer.body) == (200, key.encode()), url
    assert sorted(s3_server.keys(bucket)) == sorted(KEYS)


def test_a_presigned_link_is_for_its_object_and_its_time_only(
    open_bucket: Buckets, s3_server: S3Handle, bucket: str, upload: Uploads
) -> None:
    own = open_bucket(s3_server, bucket, acl=Acl.PRIVATE)
    for key in ("a.png", "b.png"):
        own.put(key, upload(), CancelToken(), nobody)
    link = own.link("a.png")
    assert link.expires_at is not None
    assert timedelta(days=7) - (link.expires_at - datetime.now(UTC)) < timedelta(seconds=30)
    assert s3_server.anonymous_get(link.url).status == 200
    assert s3_server.anonymous_get(link.url.replace("a.png", "b.png")).status == 403
    assert s3_server.anonymous_get(link.url.replace("Expires=604800", "Expires=604799")).status == 403
    eight_days_ago = {"now": lambda: datetime.now(UTC) - timedelta(days=8)}
    old = open_bucket(s3_server, bucket, acl=Acl.PRIVATE, options=eight_days_ago).link("a.png")
    assert s3_server.anonymous_get(old.url).status == 403


def test_a_public_base_is_the_link_of_private_objects_too(open_bucket: Buckets, strict_s3: StrictS3Handle) -> None:
    own = open_bucket(strict_s3, "images", acl=Acl.PRIVATE, public_url="https://cdn.example.org/x")
    link = own.link("a b.png")
    assert (link.url, link.expires_at) == ("https://cdn.example.org/x/a%20b.png", None)


# --- temporary keys -------------------------------------------------------------------------------


def test_temporary_keys_do_everything(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads
) -> None:
    key = strict_s3.new_key(session_token="to/ken+with=signs" * 20)
    keys = S3Keys(
        access_key=key.access_key,
        secret=key.secret,
        session_token=key.session_token,
        expires_at=datetime.now(UTC) + timedelta(minutes=30),
    )
    own = open_bucket(strict_s3, bucket, keys=keys, acl=Acl.PRIVATE)
    own.put("a.png", upload(), CancelToken(), nobody)
    assert own.head("a.png") is not None
    link = own.link("a.png")
    assert link.expires_at is not None
    assert abs(link.expires_at - keys.expires_at) < timedelta(seconds=2)
    assert strict_s3.anonymous_get(link.url).body == b"12345"
    own.delete("a.png")
    assert strict_s3.keys(bucket) == ()


def test_a_link_signed_by_a_token_without_a_known_end_promises_an_hour(
    open_bucket: Buckets, strict_s3: StrictS3Handle
) -> None:
    keys = S3Keys(access_key="ASIA", secret="s", session_token="t")
    expires_at = open_bucket(strict_s3, "images", keys=keys, acl=Acl.PRIVATE).link("a.png").expires_at
    assert expires_at is not None
    assert abs(expires_at - datetime.now(UTC) - timedelta(hours=1)) < timedelta(seconds=30)


# --- patience -------------------------------------------------------------------------------------


def test_patience_has_an_end(open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads) -> None:
    strict_s3.order(S3Fault(status=503, code="SlowDown", message="Please reduce", bucket=bucket, times=None))
    own = open_bucket(strict_s3, bucket)
    with pytest.raises(BucketBusyError) as caught:
        own.put("a.png", upload(), CancelToken(), nobody)
    assert (caught.value.aws_code, caught.value.said, caught.value.doing) == ("SlowDown", "Please reduce", "put")
    assert len(strict_s3.requests(bucket)) == 3
    with pytest.raises(BucketBusyError) as caught:
        own.delete("a.png")
    assert caught.value.doing == "delete"


def test_who_asks_for_more_patience_gets_it_from_the_queue(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads
) -> None:
    strict_s3.order(S3Fault(status=503, code="SlowDown", headers={"Retry-After": "77"}, bucket=bucket))
    with pytest.raises(BucketBusyError) as caught:
        open_bucket(strict_s3, bucket).put("a.png", upload(), CancelToken(), nobody)
    assert caught.value.retry_after == 77
    assert len(strict_s3.requests(bucket)) == 1
