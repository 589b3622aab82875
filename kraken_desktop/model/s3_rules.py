"""Amazon S3's own rules: bucket names, object tags, user metadata and headers.

Each function looks at one field and yields findings; ``profile_rules.py`` puts them together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address

from kraken_desktop.model.profile import Finding, Pairs, Severity
from kraken_desktop.model.regions import DEFAULT_REGION

MAX_TAGS = 10
"""An object's tags (AWS: object tagging)."""

MAX_TAG_KEY = 128
"""In UTF-16 code units."""

MAX_TAG_VALUE = 256
"""In UTF-16 code units."""

STORAGE_CLASSES = (
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "REDUCED_REDUNDANCY",
    "EXPRESS_ONEZONE",
)
"""Of AWS, where an object opens at once (AWS: "Understanding and managing Amazon S3 storage classes")."""

_ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})

MAX_METADATA_BYTES = 2048
"""Names and values together (AWS: working with object metadata)."""

# AWS: "General purpose bucket naming rules".
_BUCKET_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_BUCKET_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")

# RFC 9110: the token that a field name is.
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")

# Set by whoever makes the request; another value breaks the signature or the transfer.
_RESERVED_HEADERS = frozenset(
    {
        "host",
        "authorization",
        "content-length",
        "content-md5",
        "transfer-encoding",
        "connection",
        "expect",
        "date",
        "x-amz-date",
        "x-amz-content-sha256",
        "x-amz-security-token",
        "x-amz-decoded-content-length",
    }
)


def check_bucket(bucket: str, region: str = "") -> Iterator[Finding]:
    """Findings on a bucket name.

    Old buckets of us-east-1 may have upper case and underscores: a warning there, an error elsewhere.
    """
    if not bucket:
        yield error("bucket", "empty")
        return
    if "/" in bucket or ":" in bucket:
        yield error("bucket", "not_a_name", bucket)
        return
    if len(bucket) < 3:
        yield error("bucket", "too_short", str(len(bucket)))
    if len(bucket) > 63:
        yield error("bucket", "too_long", str(len(bucket)))
    legacy = warning if region == DEFAULT_REGION else error
    if upper := re.findall(r"[A-Z]", bucket):
        yield legacy("bucket", "upper_case", "".join(dict.fromkeys(upper)))
    if "_" in bucket:
        yield legacy("bucket", "underscore", "_")
    if others := re.findall(r"[^A-Za-z0-9._-]", bucket):
        yield error("bucket", "characters", _shown(others))
    elif not (bucket[0].isalnum() and bucket[-1].isalnum()):
        yield error("bucket", "ends", bucket[0] if not bucket[0].isalnum() else bucket[-1])
    yield from _bucket_shape(bucket)


def _bucket_shape(bucket: str) -> Iterator[Finding]:
    for prefix in _BUCKET_PREFIXES:
        if bucket.startswith(prefix):
            yield error("bucket", "reserved_prefix", prefix)
    for suffix in _BUCKET_SUFFIXES:
        if bucket.endswith(suffix):
            yield error("bucket", "reserved_suffix", suffix)
    if ".." in bucket:
        yield error("bucket", "double_dot", "..")
    elif _is_ip_address(bucket):
        yield error("bucket", "ip_address", bucket)
    elif "." in bucket:
        # The wildcard certificate covers one label only (AWS: virtual hosting of buckets).
        yield warning("bucket", "dots", bucket)


def _is_ip_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def check_tags(tags: Pairs) -> Iterator[Finding]:
    """Findings on object tags (AWS: categorizing your objects using tags)."""
    if len(tags) > MAX_TAGS:
        yield error("tags", "too_many", str(len(tags)))
    for key in _repeated(key for key, _ in tags):
        yield error("tags", "duplicate", key)
    for key, value in tags:
        if not key:
            yield error("tags", "empty_key", value)
        if _utf16_units(key) > MAX_TAG_KEY:
            yield error("tags", "key_too_long", key)
        if _utf16_units(value) > MAX_TAG_VALUE:
            yield error("tags", "value_too_long", key)
        if key.lower().startswith("aws:") or value.lower().startswith("aws:"):
            yield error("tags", "aws_prefix", key)
        if others := [char for char in key + value if not _fits_a_tag(char)]:
            yield error("tags", "characters", _shown(others))


def _fits_a_tag(char: str) -> bool:
    return char in "+-=._:/@" or unicodedata.category(char)[0] in "LNZ"


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def check_metadata(metadata: Pairs) -> Iterator[Finding]:
    """Findings on user metadata by bare name, which becomes ``x-amz-meta-`` headers."""
    size = sum(len((name + value).encode(errors="replace")) for name, value in metadata)
    if size > MAX_METADATA_BYTES:
        yield error("metadata", "too_large", str(size))
    yield from _check_fields("metadata", metadata)
    for name, _ in metadata:
        if name.lower().startswith("x-amz-meta-"):
            yield warning("metadata", "prefix", name)


def check_headers(headers: Pairs, *, own_type: bool = False) -> Iterator[Finding]:
    """Findings on further headers of the object, such as ``Cache-Control``.

    Args:
        own_type: the Content-Type is the file's, whatever stands here.
    """
    yield from _check_fields("headers", headers)
    for name, value in headers:
        if problem := _claimed(name.strip().lower()):
            yield error("headers", problem, name)
        elif name.strip().lower() == "content-type":
            yield warning("headers", "content_type_ignored" if own_type else "content_type", value)
        if name and not value.strip():
            yield warning("headers", "empty_value", name)


def check_storage_class(storage_class: str, *, aws: bool) -> Iterator[Finding]:
    """Findings on a storage class. Services other than AWS have names of their own."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", storage_class):
        yield error("storage_class", "characters", storage_class)
    elif storage_class in _ARCHIVES:
        yield warning("storage_class", "archive", storage_class)
    elif aws and storage_class not in STORAGE_CLASSES:
        yield warning("storage_class", "unknown", storage_class)


def _claimed(name: str) -> str:
    if name in _RESERVED_HEADERS:
        return "reserved"
    if name == "x-amz-acl" or name.startswith("x-amz-grant-"):
        return "use_acl"
    if name == "x-amz-tagging":
        return "use_tags"
    return "use_metadata" if name.startswith("x-amz-meta-") else ""


def _check_fields(field: str, pairs: Pairs) -> Iterator[Finding]:
    """What holds for every HTTP field: a token as its name, one line of ASCII as its value."""
    for name in _repeated(name.lower() for name, _ in pairs):
        yield error(field, "duplicate", name)
    for name, value in pairs:
        if not name:
            yield error(field, "empty_name", value)
        elif not _TOKEN.fullmatch(name):
            yield error(field, "bad_name", name)
        if any(unicodedata.category(char) == "Cc" for char in value):
            yield error(field, "control_character", name)
        elif not value.isascii():
            yield error(field, "not_ascii", name)


def _repeated(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    repeated: dict[str, None] = {}
    for name in names:
        if name in seen and name:
            repeated[name] = None
        seen.add(name)
    return list(repeated)


def _shown(chars: Iterable[str]) -> str:
    """Characters for a message, each once, invisible ones by their number."""
    told = (char if char.isprintable() else f"U+{ord(char):04X}" for char in dict.fromkeys(chars))
    return " ".join("space" if char == " " else char for char in told)


def error(field: str, problem: str, detail: str = "") -> Finding:
    """A finding that forbids using the profile; its code is ``field.problem``."""
    return Finding(field=field, problem=f"{field}.{problem}", detail=detail)


def warning(field: str, problem: str, detail: str = "") -> Finding:
    """A finding that the person may ignore."""
    return replace(error(field, problem, detail), severity=Severity.WARNING)
