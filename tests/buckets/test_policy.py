"""The least policy: exactly as JSON for every kind of profile, and enforced by a real S3."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from kraken_desktop.buckets.policy import (
    Ownership,
    Policy,
    PublicAccess,
    Purpose,
    as_json,
    least_policy,
    ownership,
    public_access,
    public_policy,
    rights,
)
from kraken_desktop.buckets.s3 import S3Bucket
from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.errors import BucketDeniedError, BucketLookupError, BucketRefusedError
from kraken_desktop.model.links import bucket_url
from kraken_desktop.model.profile import Acl, Collision, Engine, Profile, Uploader
from kraken_desktop.model.s3_keys import S3Keys
from kraken_desktop.transport import Transport
from tests.buckets.conftest import Uploads, profile_of
from tests.servers.radosgw import RadosgwHandle
from tests.servers.s3_handle import StrictS3Handle

KRAKEN = Profile(id="p", name="Web", bucket="photos", path_template="images/{stem}-{hash:8}{ext}")
OWN = replace(KRAKEN, engine=Engine.LOCAL, uploader=Uploader.LOCAL, acl=Acl.NONE)
LOOKING = replace(OWN, path_template="images/{stem}{ext}")
"""Its names may be taken by something else, so the bucket is asked before."""

OBJECTS = "arn:aws:s3:::photos/images/*"
NAMES = {
    "Sid": "Names",
    "Effect": "Allow",
    "Action": ["s3:ListBucket"],
    "Resource": "arn:aws:s3:::photos",
    "Condition": {"StringLike": {"s3:prefix": "images/*"}},
}


def images(*actions: str, resource: str = OBJECTS) -> Policy:
    return {"Sid": "Images", "Effect": "Allow", "Action": list(actions), "Resource": resource}


def encryption(*actions: str, **more: Any) -> Policy:
    key = "arn:aws:kms:us-east-1:*:key/1234"
    return {"Sid": "EncryptionKey", "Effect": "Allow", "Action": list(actions), "Resource": key} | more


PUT, ACL, TAG = "s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectTagging"
GET, DELETE = "s3:GetObject", "s3:DeleteObject"
KMS_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"


@pytest.mark.parametrize(
    ("profile", "statements"),
    [
        (KRAKEN, [images(PUT, ACL)]),
        (replace(KRAKEN, acl=Acl.PRIVATE), [images(PUT, ACL, GET)]),
        (replace(KRAKEN, acl=Acl.PRIVATE, public_url="https://cdn.example.com"), [images(PUT, ACL)]),
        (replace(KRAKEN, tags=(("team", "web"),)), [images(PUT, ACL, TAG)]),
        # This computer looks, whoever stores.
        (replace(KRAKEN, path_template="images/{stem}{ext}"), [images(PUT, ACL, GET), NAMES]),
        (OWN, [images(PUT)]),
        (replace(OWN, engine=Engine.KRAKEN), [images(PUT)]),
        (replace(OWN, acl=Acl.PUBLIC_READ), [images(PUT, ACL)]),
        # Our own uploader sends no ACL for it: it is what S3 does anyway.
        (replace(OWN, acl=Acl.PRIVATE), [images(PUT, GET)]),
        (replace(OWN, tags=(("team", "web"),)), [images(PUT, TAG)]),
        (LOOKING, [images(PUT, GET), NAMES]),
        (replace(LOOKING, collision=Collision.SKIP), [images(PUT, GET), NAMES]),
        (replace(LOOKING, collision=Collision.FAIL), [images(PUT, GET), NAMES]),
        (replace(LOOKING, collision=Collision.OVERWRITE), [images(PUT)]),
        (replace(LOOKING, collision=Collision.OVERWRITE, acl=Acl.PRIVATE), [images(PUT, GET)]),
        (
            replace(LOOKING, acl=Acl.PUBLIC_READ, tags=(("a", "b"),)),
            [images(PUT, ACL, TAG, GET), NAMES],
        ),
        (
            replace(LOOKING, path_template="{stem}{ext}"),
            [
                images(PUT, GET, resource="arn:aws:s3:::photos/*"),
                {name: value for name, value in NAMES.items() if name != "Condition"},
            ],
        ),
        (replace(OWN, headers=((KMS_HEADER, "1234"),)), [images(PUT), encryption("kms:GenerateDataKey")]),
        (
            replace(OWN, acl=Acl.PRIVATE, headers=((KMS_HEADER.title(), " 1234 "),)),
            [images(PUT, GET), encryption("kms:GenerateDataKey", "kms:Decrypt")],
        ),
        (
            replace(OWN, headers=((KMS_HEADER, "arn:aws:kms:eu-west-1:123456789012:key/1234"),)),
            [
                images(PUT),
                encryption("kms:GenerateDataKey", Resource="arn:aws:kms:eu-west-1:123456789012:key/1234"),
            ],
        ),
        (
            replace(OWN, headers=((KMS_HEADER, "alias/web"),)),
            [
                images(PUT),
                encryption(
                    "kms:GenerateDataKey",
                    Resource="arn:aws:kms:us-east-1:*:key/*",
                    Condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/web"}},
                ),
            ],
        ),
        # The account's own key for S3 needs no right.
        (replace(OWN, headers=(("x-amz-server-side-encryption", "aws:kms"),)), [images(PUT)]),
        (
            replace(
                OWN,
                headers=(
                    ("x-amz-object-lock-mode", "GOVERNANCE"),
                    ("x-amz-object-lock-retain-until-date", "2030-01-01T00:00:00Z"),
                    ("x-amz-object-lock-legal-hold", "ON"),
                ),
            ),
            [images(PUT, "s3:PutObjectRetention", "s3:PutObjectLegalHold")],
        ),
    ],
)
def test_exactly_what_the_profile_needs(profile: Profile, statements: Sequence[Policy]) -> None:
    told = least_policy(profile)
    assert told["Version"] == "2012-10-17"
    assert told["Statement"] == statements


@pytest.mark.parametrize("profile", [KRAKEN, OWN, LOOKING])
def test_removing_is_a_choice(profile: Profile) -> None:
    without, told = least_policy(profile), least_policy(profile, with_delete=True)
    # An image is looked at before it is removed: it may be another one by now.
    before = [each for each in without["Statement"][0]["Action"] if each != GET]
    assert told["Statement"][0]["Action"] == [*before, GET, DELETE]
    assert told["Statement"][1:] == without["Statement"][1:]


@pytest.mark.parametrize(
    ("region", "beginning"),
    [
        ("us-east-1", "arn:aws:s3:::"),
        ("cn-north-1", "arn:aws-cn:s3:::"),
        ("us-gov-west-1", "arn:aws-us-gov:s3:::"),
        ("eusc-de-east-1", "arn:aws-eusc:s3:::"),
        ("auto", "arn:aws:s3:::"),
    ],
)
def test_each_partition_has_its_own_word(region: str, beginning: str) -> None:
    profile = replace(LOOKING, region=region)
    for statement in least_policy(profile)["Statement"]:
        assert statement["Resource"].startswith(f"{beginning}photos")
    opened = public_policy(profile)
    assert opened is not None
    assert opened["Statement"][0]["Resource"] == f"{beginning}photos/images/*"


def test_what_is_a_wildcard_in_policies_is_a_letter_in_names() -> None:
    profile = replace(LOOKING, path_template="a*b?c$/{stem}{ext}")
    first, second = least_policy(profile)["Statement"]
    assert first["Resource"] == "arn:aws:s3:::photos/a${*}b${?}c${$}/*"
    assert second["Condition"] == {"StringLike": {"s3:prefix": "a${*}b${?}c${$}/*"}}


@pytest.mark.parametrize(
    ("profile", "owned", "blocked", "is_opened_by_policy"),
    [
        (KRAKEN, Ownership.ACLS_ENABLED, PublicAccess.ACLS, False),
        (replace(KRAKEN, acl=Acl.PRIVATE), Ownership.ACLS_ENABLED, PublicAccess.NOTHING, False),
        (replace(OWN, acl=Acl.PUBLIC_READ), Ownership.ACLS_ENABLED, PublicAccess.ACLS, False),
        (replace(OWN, acl=Acl.PRIVATE), Ownership.ANY, PublicAccess.NOTHING, False),
        (OWN, Ownership.ANY, PublicAccess.POLICIES, True),
        (replace(OWN, public_url="https://cdn.example.com"), Ownership.ANY, PublicAccess.NOTHING, False),
        (replace(OWN, bucket="", folder="/home/me/Web"), Ownership.ANY, PublicAccess.POLICIES, False),
        (replace(OWN, endpoint="https://x.r2.cloudflarestorage.com"), Ownership.ANY, PublicAccess.POLICIES, False),
        (replace(OWN, endpoint="https://fra1.digitaloceanspaces.com"), Ownership.ANY, PublicAccess.POLICIES, True),
    ],
)
def test_what_the_bucket_has_to_allow(
    profile: Profile, owned: Ownership, blocked: PublicAccess, is_opened_by_policy: bool
) -> None:
    assert (ownership(profile), public_access(profile)) == (owned, blocked)
    assert (public_policy(profile) is not None) is is_opened_by_policy


def test_the_bucket_policy_opens_images_and_lists_nothing() -> None:
    assert public_policy(OWN) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AnybodyMayOpenImages",
                "Effect": "Allow",
                "Principal": "*",
                "Action": ["s3:GetObject"],
                "Resource": OBJECTS,
            }
        ],
    }


def test_each_right_says_what_it_is_for() -> None:
    profile = replace(LOOKING, acl=Acl.PRIVATE, tags=(("a", "b"),))
    assert [(right.action, right.purpose) for right in rights(profile, with_delete=True)] == [
        (PUT, Purpose.STORE),
        (TAG, Purpose.TAG),
        (GET, Purpose.LOOK_AND_SHARE),
        ("s3:ListBucket", Purpose.ABSENCE),
        (DELETE, Purpose.REMOVE),
    ]


def test_the_json_is_what_the_console_takes() -> None:
    policy = least_policy(replace(OWN, path_template="bilder-für/{stem}-{hash}{ext}"))
    assert json.loads(as_json(policy)) == policy
    assert "bilder-für/*" in as_json(policy)


# --- enforced ---


class Limited:
    """What a key with a policy can do with the profile's bucket."""

    def __init__(self, transport: Transport, profile: Profile, keys: S3Keys, uploads: Uploads) -> None:
        self.bucket = S3Bucket(transport, profile, keys, pauses=(0, 0))
        self.uploads = uploads

    def put(self, key: str) -> None:
        self.bucket.put(key, self.uploads(), CancelToken(), lambda _sent, _of: None)


@pytest.fixture(scope="module")
def user(radosgw: RadosgwHandle) -> tuple[str, S3Keys]:
    access_key, secret = radosgw.new_user("limited")
    return "limited", S3Keys(access_key=access_key, secret=secret)


def without(policy: Policy, action: str) -> Policy:
    """The policy with one right less."""
    statements = [
        statement | {"Action": kept}
        for statement in policy["Statement"]
        if (kept := [each for each in statement["Action"] if each != action])
    ]
    return policy | {"Statement": statements}


@pytest.mark.parametrize(
    "changes",
    [
        {"path_template": "images/{stem}-{hash:8}{ext}"},
        {"path_template": "images/{stem}-{hash:8}{ext}", "acl": Acl.PUBLIC_READ},
        {"path_template": "images/{stem}-{hash:8}{ext}", "acl": Acl.PRIVATE},
        {"path_template": "{stem}{ext}"},
        {"path_template": "{stem}{ext}", "acl": Acl.PUBLIC_READ, "tags": (("a", "b"),)},
    ],
    ids=["put", "public", "private", "look", "look, public, tags"],
)
def test_the_least_policy_is_enough_and_not_a_right_too_many(
    radosgw: RadosgwHandle,
    bucket: str,
    transport: Transport,
    upload: Uploads,
    user: tuple[str, S3Keys],
    changes: Mapping[str, Any],
) -> None:
    name, keys = user
    profile = replace(profile_of(radosgw, bucket, uploader=Uploader.LOCAL, acl=Acl.NONE), **changes)
    policy = least_policy(profile, with_delete=True)
    limited = Limited(transport, profile, keys, upload)
    looks = "s3:ListBucket" in [right.action for right in rights(profile)]

    # Whose own object it is may read it anyway, so what is looked at is the owner's of the bucket.
    radosgw.put(bucket, "images/owl.png", b"12345")
    shared = limited.bucket.link("images/owl.png").url

    radosgw.allow(name, policy)
    limited.put("images/cat.png")
    found = limited.bucket.head("images/owl.png")
    assert found is not None
    assert found.size == 5
    if looks:
        assert limited.bucket.head("images/dog.png") is None
    if profile.acl is Acl.PRIVATE:
        assert radosgw.anonymous_get(shared).status == 200
    limited.bucket.delete("images/cat.png")
    assert not radosgw.exists(bucket, "images/cat.png")

    radosgw.allow(name, without(policy, PUT))
    with pytest.raises(BucketRefusedError, match="AccessDenied"):
        limited.put("images/cat.png")
    radosgw.allow(name, without(policy, DELETE))
    with pytest.raises(BucketDeniedError):
        limited.bucket.delete("images/owl.png")
    radosgw.allow(name, without(policy, GET))
    with pytest.raises(BucketLookupError):
        limited.bucket.head("images/owl.png")
    if profile.acl is Acl.PRIVATE:
        assert radosgw.anonymous_get(shared).status == 403
    if looks:
        radosgw.allow(name, without(policy, "s3:ListBucket"))
        with pytest.raises(BucketLookupError):
            limited.bucket.head("images/dog.png")


def test_the_policy_ends_where_the_path_of_the_profile_ends(
    radosgw: RadosgwHandle, bucket: str, transport: Transport, upload: Uploads, user: tuple[str, S3Keys]
) -> None:
    name, keys = user
    profile = profile_of(radosgw, bucket, uploader=Uploader.LOCAL, acl=Acl.NONE, path_template="images/{stem}{ext}")
    radosgw.allow(name, least_policy(profile, with_delete=True))
    limited = Limited(transport, profile, keys, upload)
    limited.put("images/cat.png")
    radosgw.put(bucket, "other/cat.png", b"1")
    with pytest.raises(BucketDeniedError):
        limited.put("other/dog.png")
    with pytest.raises(BucketLookupError):
        limited.bucket.head("other/cat.png")
    with pytest.raises(BucketDeniedError):
        limited.bucket.delete("other/cat.png")


def test_the_bucket_policy_opens_the_images_to_anybody_and_nothing_else(radosgw: RadosgwHandle, bucket: str) -> None:
    profile = profile_of(radosgw, bucket, uploader=Uploader.LOCAL, acl=Acl.NONE, path_template="images/{stem}{ext}")
    for key in ("images/cat.png", "other/cat.png"):
        radosgw.put(bucket, key, b"1")
        assert radosgw.anonymous_get(bucket_url(profile, key)).status == 403
    opened = public_policy(profile)
    assert opened is not None
    radosgw.client.put_bucket_policy(Bucket=bucket, Policy=as_json(opened))
    assert radosgw.anonymous_get(bucket_url(profile, "images/cat.png")).status == 200
    assert radosgw.anonymous_get(bucket_url(profile, "other/cat.png")).status == 403
    assert radosgw.anonymous_get(bucket_url(profile, "")).status == 403


@pytest.mark.parametrize(
    ("changes", "action", "limit"),
    [
        ({"acl": Acl.PUBLIC_READ}, ACL, {"may_set_acl": False}),
        ({"acl": Acl.NONE, "tags": (("a", "b"),)}, TAG, {"may_tag": False}),
    ],
)
def test_acl_and_tags_need_a_right_of_their_own_as_at_amazon(
    strict_s3: StrictS3Handle,
    bucket: str,
    transport: Transport,
    upload: Uploads,
    changes: Mapping[str, Any],
    action: str,
    limit: Mapping[str, bool],
) -> None:
    """Ceph asks for no right to set an ACL or tags with an upload; Amazon does."""
    profile = profile_of(strict_s3, bucket, uploader=Uploader.LOCAL, **changes)
    assert action in [right.action for right in rights(profile)]
    key = strict_s3.new_key(**limit)
    limited = Limited(transport, profile, S3Keys(access_key=key.access_key, secret=key.secret), upload)
    with pytest.raises(BucketRefusedError, match="AccessDenied"):
        limited.put("cat.png")
    plain = replace(profile, acl=Acl.NONE, tags=())
    assert action not in [right.action for right in rights(plain)]
    Limited(transport, plain, S3Keys(access_key=key.access_key, secret=key.secret), upload).put("cat.png")
