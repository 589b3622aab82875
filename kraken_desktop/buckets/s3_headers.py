"""The headers of an upload: what the profile asks for, as S3 wants to hear it."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote, urlencode

from kraken_desktop.buckets.bucket import Upload
from kraken_desktop.model.links import is_aws
from kraken_desktop.model.profile import Acl, Profile

UNKNOWN_TYPE = "application/octet-stream"

_FIXED = frozenset({"content-type", "if-none-match"})
"""Not the profile's to say: the type is the file's, the condition that of the upload."""


def put_headers(profile: Profile, upload: Upload) -> dict[str, str]:
    """All headers but those of the signature and of the transfer.

    An ACL is sent for public objects only: ``private`` is what S3 does anyway, and a bucket with ACLs turned off
    refuses every one. The signature covers the hash of the body; a checksum beside it, which the object keeps and a
    bucket with Object Lock asks for, is for AWS only, because not every S3 knows it.
    """
    headers = {
        name.strip(): value.strip()
        for name, value in profile.headers
        if value.strip() and name.strip().lower() not in _FIXED
    }
    headers |= {f"x-amz-meta-{name.lower()}": value.strip() for name, value in (*profile.metadata, *upload.metadata)}
    if profile.tags:
        headers["x-amz-tagging"] = urlencode(profile.tags, quote_via=quote, safe="")
    if profile.storage_class:
        headers = {name: value for name, value in headers.items() if name.lower() != "x-amz-storage-class"}
        headers["x-amz-storage-class"] = profile.storage_class.strip()
    if profile.acl is Acl.PUBLIC_READ:
        headers["x-amz-acl"] = "public-read"
    if not profile.endpoint or is_aws(profile.endpoint):
        headers["x-amz-checksum-sha256"] = b64encode(bytes.fromhex(upload.sha256)).decode()
    headers["Content-Type"] = upload.content_type or UNKNOWN_TYPE
    return headers
