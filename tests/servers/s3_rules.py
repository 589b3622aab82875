"""What Amazon S3 refuses although the signature is right: rights, ownership, public access, and limits.

Sources: Amazon S3 user guide ("Controlling ownership of objects", "Blocking public access", "Creating object
key names", "Working with object metadata", "Categorizing your objects using tags") and its error list.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from tests.servers.s3_signature import Key, S3RefusedError, S3Request

MAX_KEY_BYTES = 1024
MAX_METADATA_BYTES = 2048
MAX_TAGS = 10
_TAG_TEXT = re.compile(r"[\w\s+\-=.:/@]*")
_PUBLIC_ACLS = frozenset({"public-read", "public-read-write", "authenticated-read"})
_WRITING = frozenset({"PUT", "POST", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketRules:
    """How a bucket is set up."""

    region: str
    acls_disabled: bool
    """Object Ownership is "Bucket owner enforced"."""
    public_access_blocked: bool


def denied() -> S3RefusedError:
    """The text for every missing right."""
    return S3RefusedError(403, "AccessDenied", "Access Denied")


def check_rights(request: S3Request, key: Key | None, bucket: BucketRules | None) -> None:
    """Raise S3RefusedError unless this key (None: nobody) may do this."""
    if key is None:
        readable = request.method in {"GET", "HEAD"} and request.key
        blocked = bucket is not None and bucket.public_access_blocked
        if not readable or blocked or request.query.keys() & {"acl", "tagging"}:
            raise denied()
        return
    writing = request.method in _WRITING
    about_acl = "x-amz-acl" in request.headers or "acl" in request.query
    about_tags = "x-amz-tagging" in request.headers or "tagging" in request.query
    forbidden = (
        (writing and not key.may_write)
        or (not writing and not key.may_read)
        or (not writing and not request.key and not key.may_list)
        or (request.key and not request.key.startswith(key.prefix))
        or (writing and about_acl and not key.may_set_acl)
        or (writing and about_tags and not key.may_tag)
        or (request.method == "DELETE" and not key.may_delete)
    )
    if forbidden:
        raise denied()
    if writing and about_acl and bucket is not None:
        _check_acl(request.headers.get("x-amz-acl"), bucket)


def _check_acl(acl: str | None, bucket: BucketRules) -> None:
    if bucket.acls_disabled and acl != "bucket-owner-full-control":
        raise S3RefusedError(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")
    if bucket.public_access_blocked and acl in _PUBLIC_ACLS:
        raise denied()


def check_limits(request: S3Request) -> None:
    """Raise S3RefusedError for a key, metadata or tags beyond the limits, and for a digest of something else."""
    if len(request.key.encode()) > MAX_KEY_BYTES:
        raise S3RefusedError(400, "KeyTooLongError", "Your key is too long", MaxSizeAllowed=str(MAX_KEY_BYTES))
    metadata = sum(
        len(name.removeprefix("x-amz-meta-")) + len(value.encode("latin-1", "replace"))
        for name, value in request.headers.items()
        if name.startswith("x-amz-meta-")
    )
    if metadata > MAX_METADATA_BYTES:
        raise S3RefusedError(
            400,
            "MetadataTooLarge",
            "Your metadata headers exceed the maximum allowed metadata size",
            MaxSizeAllowed=str(MAX_METADATA_BYTES),
        )
    if "x-amz-tagging" in request.headers:
        _check_tags(request.headers["x-amz-tagging"])
    if "content-md5" in request.headers:
        _check_digest(request.headers["content-md5"], request.body)


def _check_digest(header: str, body: bytes) -> None:
    try:
        digest = base64.b64decode(header, validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != 16:
        raise S3RefusedError(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
    if digest != hashlib.md5(body).digest():
        raise S3RefusedError(400, "BadDigest", "The Content-MD5 you specified did not match what we received.")


def _check_tags(header: str) -> None:
    tags = parse_qsl(header, keep_blank_values=True)
    if len(tags) > MAX_TAGS:
        raise S3RefusedError(400, "BadRequest", f"Object tags cannot be greater than {MAX_TAGS}")
    if len({name for name, _ in tags}) < len(tags):
        raise S3RefusedError(400, "InvalidTag", "Cannot provide multiple Tags with the same key")
    for name, value in tags:
        if name.lower().startswith("aws:") or value.lower().startswith("aws:"):
            raise S3RefusedError(400, "InvalidTag", "System tags cannot be added/updated by requester")
        if not name or _length(name) > 128 or not _TAG_TEXT.fullmatch(name):
            raise S3RefusedError(400, "InvalidTag", "The TagKey you have provided is invalid")
        if _length(value) > 256 or not _TAG_TEXT.fullmatch(value):
            raise S3RefusedError(400, "InvalidTag", "The TagValue you have provided is invalid")


def _length(text: str) -> int:
    """In UTF-16 units, as S3 counts."""
    return len(text.encode("utf-16-le")) // 2
