"""What S3 means with an answer that is no success: its code, what it says, and which error that is.

Codes are those of AWS ("Error responses" of the S3 API reference), and of others that speak S3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from xml.parsers import expat

from kraken_desktop.model.errors import (
    AclRefusedError,
    BucketBusyError,
    BucketDeniedError,
    BucketRefusedError,
    ClockSkewError,
    WrongRegionError,
)
from kraken_desktop.model.full_bucket import is_full
from kraken_desktop.transport import Answer

_SAID_LIMIT = 500
_XML_LIMIT = 64 * 1024
_DEEPEST = 8

_ELSEWHERE = frozenset(
    {
        "PermanentRedirect",
        "TemporaryRedirect",
        "Redirect",
        "AuthorizationHeaderMalformed",
        "AuthorizationQueryParametersError",
        "IllegalLocationConstraintException",
    }
)

# Key, bucket, or what the profile asks for beside the bytes: the same for each of its objects.
_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessForbidden",
        "AccountProblem",
        "AllAccessDisabled",
        "AuthorizationHeaderMalformed",
        "BucketAlreadyExists",
        "ExpiredToken",
        "Forbidden",
        "InvalidAccessKeyId",
        "InvalidBucketName",
        "InvalidEncryptionAlgorithmError",
        "InvalidLocationConstraint",
        "InvalidPayer",
        "InvalidRegion",
        "InvalidSecurity",
        "InvalidStorageClass",
        "InvalidTag",
        "InvalidToken",
        "KMS.DisabledException",
        "KMS.InvalidStateException",
        "KMS.KMSInvalidStateException",
        "KMS.NotFoundException",
        "MetadataTooLarge",
        "MethodNotAllowed",
        "NoSuchBucket",
        "NotImplemented",
        "NotSignedUp",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
        "Unauthorized",
        "UnauthorizedAccess",
        "UserSuspended",
    }
)

# The same request may succeed a little later. The digests differ only if bytes were damaged on their way.
_FOR_NOW = frozenset(
    {
        "BadDigest",
        "ConditionalRequestConflict",
        "IncompleteBody",
        "InternalError",
        "OperationAborted",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "TooManyRequests",
        "XAmzContentSHA256Mismatch",
    }
)

_NOT_IMPLEMENTED = 501
"""The one of the 5xx that stays as it is."""

# The text is the only place where AWS tells a missing right from a bucket that blocks public objects.
_ABOUT_ACL = re.compile(r"PutObjectAcl|BlockPublic|public access|\bACL", re.IGNORECASE)
_ABOUT_WRITING = re.compile(r"s3:PutObject(?:Tagging)?(?![A-Za-z])")

_REGION = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_REGION_IN_TEXT = (
    re.compile(r"expecting '([a-z0-9-]+)'"),
    re.compile(r"[Tt]he ([a-z0-9-]+) location constraint is incompatible"),
)
_REGION_IN_HOST = re.compile(r"(?:^|\.)s3[.-]([a-z0-9-]+)\.amazonaws\.(?:com|com\.cn|eu)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer that is no success."""

    status: int
    code: str = ""
    """S3's error code; empty where the answer has none: to a HEAD, or if it is not from an S3 at all."""
    said: str = ""
    region: str = ""
    """Where the bucket is, if it says so."""
    retry_after: int | None = None
    """Seconds."""

    @property
    def elsewhere(self) -> bool:
        """Whether the request went to the wrong region, or that may be so."""
        return self.status in {301, 307} or self.code in _ELSEWHERE or (self.status == 400 and not self.code)

    @property
    def clock(self) -> bool:
        """Whether the time of the signature was refused, or that may be so."""
        return self.code == "RequestTimeTooSkewed" or (self.status == 403 and not self.code)

    @property
    def unconditional(self) -> bool:
        """Whether the server does not know a header that was sent, and names no other one than the condition."""
        return (self.status == 501 or self.code == "NotImplemented") and "x-amz-" not in self.said.lower()


def refusal(answer: Answer) -> Refusal:
    """What an answer says that is no success."""
    told = _xml_fields(answer.body)
    return Refusal(
        status=answer.status,
        code=told.get("Code", "").strip(),
        said=" ".join(told.get("Message", "").split())[:_SAID_LIMIT],
        region=_region(answer, told),
        retry_after=_seconds(answer.headers.get("retry-after", "")),
    )


def error_of(told: Refusal, *, bucket: str, key: str, doing: str, acl: str = "") -> BucketRefusedError:
    """The error that a refusal is.

    Args:
        acl: the ACL that was asked for; empty if none was.
    """
    facts: dict[str, Any] = {
        "bucket": bucket,
        "key": key,
        "status": told.status,
        "aws_code": told.code,
        "said": told.said,
        "doing": doing,
    }
    if told.elsewhere and (told.region or told.status == 301 or told.code == "PermanentRedirect"):
        return WrongRegionError(**facts, region=told.region)
    if is_full(told.code, told.said, told.status):
        return BucketDeniedError(**facts)
    if told.code == "AccessControlListNotSupported" or (acl and _blames_acl(told)):
        return AclRefusedError(**facts, acl=acl)
    lasting = told.status == _NOT_IMPLEMENTED or (not told.code and told.status in {401, 403, 404, 405})
    if told.code in _DENIED or lasting:
        return BucketDeniedError(**facts)
    if told.code in _FOR_NOW or told.status in {307, 408, 429} or told.status >= 500:
        return BucketBusyError(**facts, retry_after=told.retry_after)
    return BucketRefusedError(**facts)


def clock_error(told: Refusal, *, bucket: str, key: str, doing: str, seconds: int) -> ClockSkewError:
    """The time was refused, and the server's own did not help. ``seconds`` as this computer's clock is ahead."""
    return ClockSkewError(
        bucket=bucket,
        key=key,
        status=told.status,
        aws_code=told.code,
        said=told.said,
        doing=doing,
        seconds=seconds,
    )


def server_time(answer: Answer) -> datetime | None:
    """The server's clock at the answer, aware of its zone."""
    return http_date(answer.headers.get("date", ""))


def http_date(text: str) -> datetime | None:
    """A date of an HTTP header, aware of its zone; None if it is none."""
    try:
        told = parsedate_to_datetime(text)
    except ValueError:
        return None
    return told if told.tzinfo is not None else told.replace(tzinfo=UTC)


def _blames_acl(told: Refusal) -> bool:
    """Whether an ACL may be what was refused. A bare "Access Denied" leaves both causes open."""
    if told.code == "NotImplemented":
        return "x-amz-acl" in told.said.lower()
    if told.code != "AccessDenied":
        return False
    return _ABOUT_ACL.search(told.said) is not None or _ABOUT_WRITING.search(told.said) is None


def _seconds(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text.strip()) else None


def _region(answer: Answer, told: dict[str, str]) -> str:
    """The bucket's region as the answer names it; it becomes a part of a host name."""
    hosts = [told.get("Endpoint", ""), re.sub(r"^https?://|[:/].*$", "", answer.headers.get("location", ""))]
    named = [answer.headers.get("x-amz-bucket-region", ""), told.get("Region", "")]
    named += [found[1] for pattern in _REGION_IN_TEXT if (found := pattern.search(told.get("Message", "")))]
    named += [found[1] for host in hosts if (found := _REGION_IN_HOST.search(host.strip()))]
    return next((name for name in map(str.strip, named) if _REGION.fullmatch(name)), "")


class _ForbiddenError(Exception):
    """A part of XML that an error of S3 does not have."""


def _xml_fields(body: bytes) -> dict[str, str]:
    """The texts directly inside ``<Error>``; whatever else the body is has none.

    What was understood before a fault, such as the end of a cut answer, counts.
    """
    if b"<Error" not in body[:_XML_LIMIT]:
        return {}
    path: list[str] = []
    fields: dict[str, str] = {}

    def start(name: str, _attributes: object) -> None:
        path.append(name)
        if len(path) > _DEEPEST:
            raise _ForbiddenError

    def end(_name: str) -> None:
        path.pop()

    def text(data: str) -> None:
        if len(path) == 2 and path[0] == "Error":
            fields[path[1]] = fields.get(path[1], "") + data

    def forbid(*_told: object) -> None:
        raise _ForbiddenError

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    # Entities, which could grow without end or name files, need a declaration.
    parser.StartDoctypeDeclHandler = forbid
    try:
        parser.Parse(body[:_XML_LIMIT], True)
    except (expat.ExpatError, _ForbiddenError, ValueError, LookupError):
        return fields
    return fields
