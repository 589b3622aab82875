from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.servers.images import ImageKind, image_bytes
from tests.servers.kraken_api import KrakenApi
from tests.servers.kraken_requests import store_of, upload
from tests.servers.s3_handle import S3Handle, StrictS3Handle
from tests.servers.s3_signature import Key


@pytest.mark.parametrize(
    ("acl", "stored_acl", "status"), [("public_read", "public-read", 200), ("private", "private", 403)]
)
def test_all_of_s3_store_reaches_s3(
    make_kraken_api: Callable[..., KrakenApi],
    s3_server: S3Handle,
    bucket: str,
    acl: str,
    stored_acl: str,
    status: int,
) -> None:
    api = make_kraken_api(s3_server)
    key = "2024/ümlaut & 100% (1)+~.jpg"
    store = store_of(
        s3_server,
        bucket,
        path=key,
        acl=acl,
        metadata={"origin": "a test", "Author": "Jane"},
        headers={"cache-control": "max-age=60", "Content-Disposition": "inline"},
        tags={"team": "web = print+", "über": ""},
    )
    told = upload(api, image_bytes(ImageKind.JPEG), s3_store=store).json()
    assert told["success"] is True
    stored = s3_server.get(bucket, key)
    assert len(stored.body) == told["kraked_size"]
    assert stored.headers["content-type"] == "image/jpeg"
    assert stored.headers["cache-control"] == "max-age=60"
    assert stored.headers["content-disposition"] == "inline"
    assert stored.metadata == {"origin": "a test", "author": "Jane"}
    assert s3_server.tags(bucket, key) == {"team": "web = print+", "über": ""}
    assert s3_server.acl(bucket, key) == stored_acl
    stranger = s3_server.anonymous_get(told["kraked_url"])
    assert stranger.status == status
    assert (stranger.body == stored.body) == (status == 200)


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"secret": "wrong"}, "does not match the signature you provided"),
        ({"key": "AKIANOBODY"}, "does not exist in our records"),
        ({"bucket": "there-is-no-such-bucket"}, "The specified bucket does not exist"),
        ({"region": "eu-west-3"}, "the region 'eu-west-3' is wrong; expecting 'us-east-1'"),
        ({"path": "a" * 1025}, "Your key is too long"),
        ({"tags": {"aws:x": "y"}}, "System tags cannot be added"),
        ({"metadata": {"long": "x" * 2048}}, "maximum allowed metadata size"),
    ],
)
def test_a_refusal_of_s3_is_passed_on_and_charged(
    kraken_api: KrakenApi, strict_s3: StrictS3Handle, bucket: str, changed: dict[str, object], text: str
) -> None:
    body = image_bytes(ImageKind.JPEG)
    answer = upload(kraken_api, body, s3_store=store_of(strict_s3, bucket, **changed))
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("Error while pushing file to S3: ")
    assert text in answer.json()["message"]
    assert kraken_api.account.quota_used == len(body)
    assert strict_s3.keys(bucket) == ()


@pytest.mark.parametrize(
    ("options", "acl", "text"),
    [
        ({"acls_disabled": True}, "public_read", "The bucket does not allow ACLs"),
        ({"acls_disabled": True}, "private", "The bucket does not allow ACLs"),
        ({"public_access_blocked": True}, "public_read", "Access Denied"),
        ({"public_access_blocked": True}, "private", None),
    ],
)
def test_todays_buckets_refuse_acls(
    kraken_api: KrakenApi, strict_s3: StrictS3Handle, options: dict[str, bool], acl: str, text: str | None
) -> None:
    bucket = strict_s3.new_bucket(**options)
    told = upload(kraken_api, image_bytes(ImageKind.JPEG), s3_store=store_of(strict_s3, bucket, acl=acl)).json()
    assert told["success"] is (text is None)
    if text is not None:
        assert text in told["message"]


def test_the_bucket_of_another_region_takes_its_own_region(kraken_api: KrakenApi, strict_s3: StrictS3Handle) -> None:
    bucket = strict_s3.new_bucket(region="eu-central-1")
    store = store_of(strict_s3, bucket, region="eu-central-1")
    assert upload(kraken_api, image_bytes(ImageKind.JPEG), s3_store=store).status_code == 200
    del store["region"]
    assert (
        "expecting 'eu-central-1'" in upload(kraken_api, image_bytes(ImageKind.JPEG), s3_store=store).json()["message"]
    )


@pytest.mark.parametrize(
    ("limits", "more", "allowed"),
    [
        ({"may_set_acl": False}, {}, False),
        ({"may_tag": False}, {"tags": {"a": "b"}}, False),
        ({"may_tag": False}, {}, True),
        ({"may_read": False}, {}, True),
        ({"prefix": "a/"}, {}, True),
        ({"prefix": "b/"}, {}, False),
    ],
)
def test_a_key_needs_the_rights_that_kraken_uses(
    kraken_api: KrakenApi,
    strict_s3: StrictS3Handle,
    bucket: str,
    limits: dict[str, Any],
    more: dict[str, Any],
    allowed: bool,
) -> None:
    key: Key = strict_s3.new_key(**limits)
    store = {**store_of(strict_s3, bucket, **more), "key": key.access_key, "secret": key.secret}
    answer = upload(kraken_api, image_bytes(ImageKind.JPEG), s3_store=store)
    assert (answer.status_code == 200) == allowed, answer.text
    assert strict_s3.exists(bucket, "a/b.jpg") == allowed
