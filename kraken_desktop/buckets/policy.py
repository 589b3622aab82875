"""The rights that exactly one profile needs, as policies of AWS, and the settings that its bucket needs.

Pure: a profile goes in, JSON comes out. Sources: Amazon S3 User Guide, "Required permissions for Amazon S3 API
operations", "Controlling ownership of objects and disabling ACLs", "Blocking public access to your Amazon S3
storage"; Amazon S3 API Reference, "HeadObject" (404 needs ``s3:ListBucket``); AWS KMS Developer Guide, "AWS KMS
permissions"; IAM User Guide, "Policy variables" (``${*}``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kraken_desktop.model.errors import TemplateError
from kraken_desktop.model.key_prefix import key_prefix
from kraken_desktop.model.object_key import PathTemplate
from kraken_desktop.model.profile import Acl, Collision, Profile, Uploader
from kraken_desktop.model.providers import provider_of

Policy = dict[str, Any]
"""A policy document of AWS, ready for JSON."""

_VERSION = "2012-10-17"
_NAME_IN_ARN = str.maketrans({"*": "${*}", "?": "${?}", "$": "${$}"})
"""What would be a wildcard or a variable otherwise."""

_KMS_KEY = "x-amz-server-side-encryption-aws-kms-key-id"
_OBJECT_LOCK = {
    "x-amz-object-lock-mode": "s3:PutObjectRetention",
    "x-amz-object-lock-retain-until-date": "s3:PutObjectRetention",
    "x-amz-object-lock-legal-hold": "s3:PutObjectLegalHold",
}


class Purpose(StrEnum):
    """What a right is for."""

    STORE = "store"
    ACL_KRAKEN = "acl_kraken"
    """Kraken.io sets an ACL on everything that it stores."""
    ACL_PUBLIC = "acl_public"
    TAG = "tag"
    LOCK = "lock"
    LOOK = "look"
    """To see whether a name is taken, and by what."""
    SHARE = "share"
    """A presigned link opens what its key may open."""
    LOOK_AND_SHARE = "look_and_share"
    ABSENCE = "absence"
    """To be told that a name is free: without it the answer is the same as for what must not be seen."""
    REMOVE = "remove"
    LOOK_BEFORE_REMOVING = "look_before_removing"
    """To remove only what is still the image that was stored."""
    ENCRYPT = "encrypt"
    DECRYPT = "decrypt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """One action that the key must be allowed."""

    action: str
    purpose: Purpose


class Ownership(StrEnum):
    """What the bucket's setting "Object Ownership" has to be."""

    ACLS_ENABLED = "acls_enabled"
    ANY = "any"


class PublicAccess(StrEnum):
    """What of "Block public access" must be off."""

    NOTHING = "nothing"
    ACLS = "acls"
    """The two that block access granted through ACLs."""
    POLICIES = "policies"
    """The two that block access granted through policies; a bucket policy then opens the images."""


def rights(profile: Profile, *, with_delete: bool = False) -> tuple[Right, ...]:
    """All rights that the profile's key needs, and none besides.

    Args:
        with_delete: also to remove what was stored, by hand or after a check of the profile.
    """
    return (*_writing(profile), *_reading(profile, with_delete=with_delete), *_encrypting(profile))


def least_policy(profile: Profile, *, with_delete: bool = False) -> Policy:
    """The IAM policy for the profile's key: this bucket, the beginning of its path, these actions."""
    needed = rights(profile, with_delete=with_delete)
    objects = [right.action for right in needed if right.action.startswith("s3:") and right.action != "s3:ListBucket"]
    statements: list[Policy] = [_allow("Images", objects, objects_arn(profile))]
    if any(right.action == "s3:ListBucket" for right in needed):
        told = _allow("Names", ["s3:ListBucket"], _bucket(profile))
        if prefix := _escaped_prefix(profile):
            told["Condition"] = {"StringLike": {"s3:prefix": f"{prefix}*"}}
        statements.append(told)
    if key_actions := [right.action for right in needed if right.action.startswith("kms:")]:
        statements.append(_allow("EncryptionKey", key_actions, *_kms_key(profile)))
    return _document(statements)


def public_policy(profile: Profile) -> Policy | None:
    """The bucket policy that lets anybody open the images, and not list them; None where none is wanted.

    That is where an ACL opens them, where they are private or served from another address, in a folder, and at
    services that have no such policies.
    """
    if profile.folder or not provider_of(profile.endpoint).bucket_policies:
        return None
    if public_access(profile) is not PublicAccess.POLICIES:
        return None
    statement = _allow("AnybodyMayOpenImages", ["s3:GetObject"], objects_arn(profile))
    return _document([{"Sid": statement["Sid"], "Effect": "Allow", "Principal": "*"} | statement])


def ownership(profile: Profile) -> Ownership:
    """Whether the bucket must allow ACLs: whoever sends one is refused otherwise, ``private`` included."""
    sends = profile.uploader is Uploader.KRAKEN or profile.acl is Acl.PUBLIC_READ
    return Ownership.ACLS_ENABLED if sends else Ownership.ANY


def public_access(profile: Profile) -> PublicAccess:
    """What must not be blocked so that the profile's links open.

    Where links begin with another address, whoever answers there reads the bucket in its own way.
    """
    if profile.acl is Acl.PUBLIC_READ:
        return PublicAccess.ACLS
    if profile.acl is Acl.NONE and not profile.public_url:
        return PublicAccess.POLICIES
    return PublicAccess.NOTHING


def as_json(policy: Policy) -> str:
    """The document as the console shows it."""
    return json.dumps(policy, indent=4, ensure_ascii=False)


# --- rights ---------------------------------------------------------------------------------------


def _writing(profile: Profile) -> Iterator[Right]:
    yield Right(action="s3:PutObject", purpose=Purpose.STORE)
    if profile.uploader is Uploader.KRAKEN:
        yield Right(action="s3:PutObjectAcl", purpose=Purpose.ACL_KRAKEN)
    elif profile.acl is Acl.PUBLIC_READ:
        yield Right(action="s3:PutObjectAcl", purpose=Purpose.ACL_PUBLIC)
    if profile.tags:
        yield Right(action="s3:PutObjectTagging", purpose=Purpose.TAG)
    for action in dict.fromkeys(action for name, action in _OBJECT_LOCK.items() if name in _headers(profile)):
        yield Right(action=action, purpose=Purpose.LOCK)


def _reading(profile: Profile, *, with_delete: bool) -> Iterator[Right]:
    looks, shares = _looks(profile), _shares(profile)
    if looks or shares:
        purpose = Purpose.LOOK if not shares else Purpose.LOOK_AND_SHARE if looks else Purpose.SHARE
        yield Right(action="s3:GetObject", purpose=purpose)
    elif with_delete:
        yield Right(action="s3:GetObject", purpose=Purpose.LOOK_BEFORE_REMOVING)
    if looks:
        yield Right(action="s3:ListBucket", purpose=Purpose.ABSENCE)
    if with_delete:
        yield Right(action="s3:DeleteObject", purpose=Purpose.REMOVE)


def _encrypting(profile: Profile) -> Iterator[Right]:
    """The key of the account itself, ``aws/s3``, needs no right of its own."""
    if not _headers(profile).get(_KMS_KEY):
        return
    yield Right(action="kms:GenerateDataKey", purpose=Purpose.ENCRYPT)
    # A look asks for the headers alone, which are not encrypted.
    if _shares(profile):
        yield Right(action="kms:Decrypt", purpose=Purpose.DECRYPT)


def _looks(profile: Profile) -> bool:
    """Whether the bucket is asked what it holds before something is stored.

    Nobody asks where the name tells contents apart, or everything may be replaced.
    """
    return profile.collision is not Collision.OVERWRITE and not _is_unique(profile.path_template)


def _shares(profile: Profile) -> bool:
    """Whether links are presigned."""
    return profile.acl is Acl.PRIVATE and not profile.public_url


def _is_unique(template: str) -> bool:
    try:
        return PathTemplate.parse(template).unique
    except TemplateError:
        return False


def _headers(profile: Profile) -> dict[str, str]:
    return {name.strip().lower(): value.strip() for name, value in profile.headers}


# --- documents ------------------------------------------------------------------------------------


def _document(statements: list[Policy]) -> Policy:
    return {"Version": _VERSION, "Statement": statements}


def _allow(sid: str, actions: list[str], resource: str, condition: Policy | None = None) -> Policy:
    told: Policy = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}
    return told | {"Condition": condition} if condition else told


def objects_arn(profile: Profile) -> str:
    """The objects of a profile, as a policy names them: all that begin as its keys do."""
    return f"{_bucket(profile)}/{_escaped_prefix(profile)}*"


def _bucket(profile: Profile) -> str:
    return f"arn:{_partition(profile.region)}:s3:::{profile.bucket}"


def _escaped_prefix(profile: Profile) -> str:
    return key_prefix(profile.path_template).translate(_NAME_IN_ARN)


def _partition(region: str) -> str:
    """AWS's word for a part of it that has accounts of its own (botocore's ``partitions.json``)."""
    for beginning, partition in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("eusc-", "aws-eusc")):
        if region.startswith(beginning):
            return partition
    return "aws"


def _kms_key(profile: Profile) -> tuple[str, Policy | None]:
    """The key's ARN, and what it is narrowed by: an alias is no resource."""
    named = _headers(profile)[_KMS_KEY]
    keys = f"arn:{_partition(profile.region)}:kms:{profile.region}:*:key/"
    alias = named if named.startswith("alias/") else named.rpartition(":alias/")[2] if ":alias/" in named else ""
    if alias:
        name = alias if alias.startswith("alias/") else f"alias/{alias}"
        return f"{keys}*", {"ForAnyValue:StringEquals": {"kms:ResourceAliases": name}}
    return (named if named.startswith("arn:") else f"{keys}{named}"), None
