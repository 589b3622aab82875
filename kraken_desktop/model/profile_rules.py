"""What is wrong, or unwise, in a profile or an account: every rule of AWS that can be checked beforehand.

Pure and quick, so that a form can ask at each keystroke. One helper a field; a finding names the field, a
code, and the part at fault, never a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from urllib.parse import SplitResult, urlsplit

from kraken_desktop.model.links import is_aws, is_loopback
from kraken_desktop.model.object_key import lint
from kraken_desktop.model.profile import (
    Account,
    Acl,
    CredentialSource,
    Engine,
    Finding,
    Profile,
    Uploader,
)
from kraken_desktop.model.providers import AUTO, Publishing, provider_of
from kraken_desktop.model.regions import is_plausible, region_named
from kraken_desktop.model.s3_rules import (
    check_bucket,
    check_headers,
    check_metadata,
    check_storage_class,
    check_tags,
    error,
    warning,
)

PROBLEMS = (
    "name.empty",
    "account_id.missing",
    "uploader.needs_kraken_engine",
    "acl.none_with_kraken",
    "acl.not_of_objects",
    "folder.empty",
    "folder.needs_local_uploader",
    "folder.not_absolute",
    "local_copy.not_absolute",
    "bucket.empty",
    "bucket.not_a_name",
    "bucket.too_short",
    "bucket.too_long",
    "bucket.characters",
    "bucket.upper_case",
    "bucket.underscore",
    "bucket.ends",
    "bucket.double_dot",
    "bucket.ip_address",
    "bucket.reserved_prefix",
    "bucket.reserved_suffix",
    "bucket.dots",
    "region.empty",
    "region.implausible",
    "region.unknown",
    "region.apart",
    "endpoint.missing",
    "endpoint.not_a_url",
    "endpoint.not_https",
    "endpoint.extra_parts",
    "endpoint.user_info",
    "endpoint.kraken_uploader",
    "endpoint.has_bucket",
    "path_style.dotted_bucket",
    "storage_class.kraken_uploader",
    "storage_class.characters",
    "storage_class.archive",
    "storage_class.unknown",
    "public_url.not_a_url",
    "public_url.not_https",
    "public_url.extra_parts",
    "public_url.user_info",
    "tags.not_there",
    "tags.too_many",
    "tags.empty_key",
    "tags.duplicate",
    "tags.key_too_long",
    "tags.value_too_long",
    "tags.characters",
    "tags.aws_prefix",
    "metadata.empty_name",
    "metadata.bad_name",
    "metadata.duplicate",
    "metadata.control_character",
    "metadata.not_ascii",
    "metadata.too_large",
    "metadata.prefix",
    "headers.empty_name",
    "headers.bad_name",
    "headers.duplicate",
    "headers.control_character",
    "headers.not_ascii",
    "headers.empty_value",
    "headers.reserved",
    "headers.use_acl",
    "headers.use_tags",
    "headers.use_metadata",
    "headers.content_type",
    "headers.content_type_ignored",
    "credentials.access_key_empty",
    "credentials.access_key_whitespace",
    "credentials.access_key_length",
    "credentials.looks_like_secret",
    "credentials.temporary_key",
    "credentials.aws_profile_empty",
    "credentials.aws_profile_with_kraken",
    "api_key.empty",
    "api_key.whitespace",
    "api_url.empty",
    "api_url.not_a_url",
    "api_url.not_https",
    "api_url.extra_parts",
    "api_url.user_info",
    "api_url.path",
)
"""Every code of a finding, besides those of the path template (``object_key.PROBLEMS``)."""

_SECRET_SHAPE = re.compile(r"[A-Za-z0-9/+]{40}")


def check_profile(profile: Profile, *, to_folder: bool = False) -> tuple[Finding, ...]:
    """Everything wrong or unwise in a profile, field by field in the order of a form.

    A folder in the place of a bucket needs nothing of S3, so nothing of it is looked at.

    Args:
        profile: what to look at.
        to_folder: a folder is meant even if the profile does not name it yet.
    """
    to_folder = to_folder or bool(profile.folder)
    return (
        *check_name(profile.name),
        *_check_route(profile, to_folder=to_folder),
        *(_check_folder(profile) if to_folder else _check_place(profile)),
        *lint(profile.path_template),
        *(() if to_folder else _check_object(profile)),
        *(check_url("public_url", profile.public_url) if profile.public_url else ()),
        *_check_path("local_copy", profile.local_copy),
        *(() if to_folder else _check_credentials(profile)),
    )


def check_account(account: Account) -> tuple[Finding, ...]:
    """Everything wrong or unwise in an account."""
    return (*check_name(account.name), *_check_api_key(account), *_check_api_url(account.api_url))


def check_name(name: str) -> Iterator[Finding]:
    """Findings on the name that a person gives."""
    if not name.strip():
        yield error("name", "empty")


def _check_route(profile: Profile, *, to_folder: bool) -> Iterator[Finding]:
    if profile.engine is Engine.KRAKEN and not profile.account_id:
        yield error("account_id", "missing")
    if profile.uploader is not Uploader.KRAKEN:
        return
    if profile.engine is not Engine.KRAKEN:
        yield error("uploader", "needs_kraken_engine")
    # Leaving it out would mean public_read (Kraken.io docs, "External Storage: Amazon S3").
    if profile.acl is Acl.NONE and not to_folder:
        yield error("acl", "none_with_kraken")


def _check_folder(profile: Profile) -> Iterator[Finding]:
    if not profile.folder:
        yield error("folder", "empty")
    if profile.uploader is Uploader.KRAKEN:
        yield error("folder", "needs_local_uploader", profile.folder)
    yield from _check_path("folder", profile.folder)


def _check_path(field: str, path: str) -> Iterator[Finding]:
    """Findings on a folder of this computer; none is fine."""
    if path and (not PurePath(path).is_absolute() or "\0" in path):
        yield error(field, "not_absolute", path)


def _check_place(profile: Profile) -> Iterator[Finding]:
    """Where the object goes in S3."""
    yield from check_bucket(profile.bucket, profile.region)
    yield from _check_region(profile)
    yield from _check_endpoint(profile)
    # The wildcard certificate covers one label only (AWS: virtual hosting of buckets).
    if profile.path_style is False and "." in profile.bucket and not profile.endpoint.startswith("http:"):
        yield warning("path_style", "dotted_bucket", profile.bucket)


def _check_object(profile: Profile) -> Iterator[Finding]:
    """What S3 keeps beside the bytes."""
    own = profile.uploader is Uploader.LOCAL
    provider = provider_of(profile.endpoint)
    # Of a service that is known for sure; what a port or a name suggests is not enough.
    by_bucket = bool(provider.endpoint) and provider.publishing is not Publishing.OBJECT
    if own and by_bucket and profile.acl is Acl.PUBLIC_READ:
        yield warning("acl", "not_of_objects", provider.name)
    if profile.tags and not provider.tags:
        yield warning("tags", "not_there", provider.name)
    yield from check_tags(profile.tags)
    yield from check_metadata(profile.metadata)
    yield from check_headers(profile.headers, own_type=own)
    if not profile.storage_class:
        return
    if not own:
        yield warning("storage_class", "kraken_uploader", profile.storage_class)
    yield from check_storage_class(profile.storage_class, aws=not profile.endpoint or is_aws(profile.endpoint))


def _check_region(profile: Profile) -> Iterator[Finding]:
    region = profile.region
    if not region.strip():
        yield error("region", "empty")
        return
    if region.strip() == AUTO and not profile.endpoint:
        # Amazon has no such region: a service is meant whose endpoint is not complete.
        yield error("endpoint", "missing", region.strip())
        return
    # Other services have names of their own, such as "auto".
    elsewhere = bool(profile.endpoint) and not is_aws(profile.endpoint)
    if elsewhere and not re.search(r"\s", region):
        return
    listed = region_named(region)
    if not is_plausible(region):
        yield error("region", "implausible", region)
    elif listed is None:
        yield warning("region", "unknown", region)
    elif listed.apart and profile.uploader is Uploader.KRAKEN:
        yield warning("region", "apart", region)


def _check_endpoint(profile: Profile) -> Iterator[Finding]:
    if not profile.endpoint:
        return
    findings = tuple(check_url("endpoint", profile.endpoint))
    yield from findings
    if not findings and profile.uploader is Uploader.KRAKEN and not is_aws(profile.endpoint):
        yield warning("endpoint", "kraken_uploader", profile.endpoint)
    if not findings and profile.bucket and _names_bucket(profile.endpoint, profile.bucket):
        # Copied from a console whole; the bucket would be there twice.
        yield warning("endpoint", "has_bucket", profile.bucket)


def _names_bucket(url: str, bucket: str) -> bool:
    parts = _split(url)
    if parts is None:
        return False
    return (parts.hostname or "").startswith(f"{bucket}.") or parts.path.rstrip("/").endswith(f"/{bucket}")


def check_url(field: str, url: str) -> Iterator[Finding]:
    """Findings on a base URL: https, or plain http to this computer; host and path only."""
    parts = _split(url)
    if parts is None:
        yield error(field, "not_a_url", url if "@" not in url else "")
        return
    if parts.username is not None or parts.password is not None:
        # It may hold a password: not shown.
        yield error(field, "user_info")
    elif parts.scheme == "http" and not is_loopback(url):
        yield error(field, "not_https", url)
    if "?" in url or "#" in url:
        yield error(field, "extra_parts", "?" if "?" in url else "#")


def _split(url: str) -> SplitResult | None:
    """The parts of an http or https URL with a host, or None."""
    if not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if good else None


def _check_credentials(profile: Profile) -> Iterator[Finding]:
    credentials = profile.credentials
    if credentials.source is CredentialSource.AWS_PROFILE and not credentials.aws_profile.strip():
        yield error("credentials", "aws_profile_empty")
    elif credentials.source is CredentialSource.AWS_PROFILE and profile.uploader is Uploader.KRAKEN:
        # Roles and SSO give temporary keys, which need a session token.
        yield warning("credentials", "aws_profile_with_kraken", credentials.aws_profile)
    # From the environment both halves may come.
    if credentials.source is CredentialSource.KEYRING and not credentials.access_key.strip():
        yield error("credentials", "access_key_empty")
    elif credentials.access_key and credentials.source is not CredentialSource.AWS_PROFILE:
        yield from _check_access_key(profile)


def _check_access_key(profile: Profile) -> Iterator[Finding]:
    key = profile.credentials.access_key
    elsewhere = bool(profile.endpoint) and not is_aws(profile.endpoint)
    if re.search(r"\s", key) or not key.isprintable():
        yield error("credentials", "access_key_whitespace")
    if key.strip().startswith("ASIA") and profile.uploader is Uploader.KRAKEN:
        # They need a session token, for which s3_store has no place (Kraken.io docs).
        yield error("credentials", "temporary_key", "ASIA")
    elif _SECRET_SHAPE.fullmatch(key.strip()) and not elsewhere:
        # Pasted into the wrong field, the secret would be kept in a file.
        yield error("credentials", "looks_like_secret")
    elif not 16 <= len(key.strip()) <= 128 and not elsewhere:
        yield warning("credentials", "access_key_length", str(len(key.strip())))


def _check_api_key(account: Account) -> Iterator[Finding]:
    if not account.api_key.strip():
        if account.source is not CredentialSource.ENVIRONMENT:
            yield error("api_key", "empty")
    elif re.search(r"\s", account.api_key) or not account.api_key.isprintable():
        yield error("api_key", "whitespace")


def _check_api_url(url: str) -> Iterator[Finding]:
    if not url.strip():
        yield error("api_url", "empty")
        return
    yield from check_url("api_url", url)
    parts = _split(url)
    if parts is not None and parts.path not in {"", "/"}:
        # The client adds /v1 itself.
        yield warning("api_url", "path", parts.path)
