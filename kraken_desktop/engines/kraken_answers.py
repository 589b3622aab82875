"""What Kraken.io answers: results read leniently, errors decided by status, never by exact wording.

Source of the shapes: the vendor's documentation ("HTTP Status Codes", "User Status") and its clients.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kraken_desktop.model.errors import (
    AccountOverdueError,
    AccountSuspendedError,
    BadAnswerError,
    BadCredentialsError,
    BadRequestError,
    FileTooLargeError,
    KrakenError,
    ParameterRefusedError,
    RateLimitedError,
    RefusedError,
    ServerFaultError,
    StoreBusyError,
    StoreDeniedError,
    StorePushError,
    TypeRefusedError,
)
from kraken_desktop.model.links import is_web_address
from kraken_desktop.transport import Answer

_SAID_LENGTH = 500

_PUSH = re.compile(r"push\w*\s+(?:the\s+)?(?:file|image)?.*\bs3\b", re.IGNORECASE | re.DOTALL)

_AWS_CODES: tuple[tuple[str, str], ...] = (
    ("does not allow acls", "AccessControlListNotSupported"),
    ("must be addressed using the specified endpoint", "PermanentRedirect"),
    ("re-send this request to the specified temporary endpoint", "TemporaryRedirect"),
    ("access key id you provided does not exist", "InvalidAccessKeyId"),
    ("signature we calculated does not match", "SignatureDoesNotMatch"),
    ("specified bucket does not exist", "NoSuchBucket"),
    ("specified bucket is not valid", "InvalidBucketName"),
    ("authorization header is malformed", "AuthorizationHeaderMalformed"),
    ("provided token has expired", "ExpiredToken"),
    ("provided token is malformed", "InvalidToken"),
    ("reduce your request rate", "SlowDown"),
    ("encountered an internal error", "InternalError"),
    ("not read from or written to within the timeout", "RequestTimeout"),
    ("request time and the current time is too large", "RequestTimeTooSkewed"),
    ("your key is too long", "KeyTooLongError"),
    ("metadata headers exceed", "MetadataTooLarge"),
    ("tagkey you have provided", "InvalidTag"),
    ("tagvalue you have provided", "InvalidTag"),
    ("multiple tags with the same key", "InvalidTag"),
    ("system tags cannot be added", "InvalidTag"),
    ("access denied", "AccessDenied"),
    ("is not authorized to perform", "AccessDenied"),
)
"""S3's sentences where the code itself is missing (AWS: S3 error responses)."""

_AWS_CODE = re.compile(
    r"\b(AccessControlListNotSupported|AccessDenied|AccountProblem|AllAccessDisabled|AuthorizationHeaderMalformed"
    r"|AuthorizationQueryParametersError|BucketAlreadyExists|EntityTooLarge|ExpiredToken|IllegalLocationConstraintException"
    r"|InternalError|InvalidAccessKeyId|InvalidArgument|InvalidBucketName|InvalidEncryptionAlgorithmError"
    r"|InvalidLocationConstraint|InvalidRegion|InvalidRequest|InvalidStorageClass|InvalidTag|InvalidToken"
    r"|KMS\.(?:Disabled|NotFound|InvalidState|KMSInvalidState)Exception|KeyTooLongError|MetadataTooLarge|MethodNotAllowed"
    r"|NoSuchBucket|NotImplemented|NotSignedUp|PermanentRedirect|QuotaExceeded|RequestTimeTooSkewed|RequestTimeout"
    r"|ServiceUnavailable|SignatureDoesNotMatch|SlowDown|TemporaryRedirect|TokenRefreshRequired|UserSuspended"
    r"|XMinioAdminBucketQuotaExceeded|XMinioStorageFull)\b"
)
_BUSY = frozenset({"InternalError", "RequestTimeout", "ServiceUnavailable", "SlowDown"})
_OF_ONE_FILE = frozenset({"", "EntityTooLarge", "KeyTooLongError"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An optimized image. Sizes in bytes, dimensions in pixels; None where the answer does not say."""

    kraked_url: str
    original_bytes: int | None = None
    kraked_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    original_width: int | None = None
    original_height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatus:
    """``user_status``. Quotas in bytes; ``quota_remaining`` is negative for an account over its quota."""

    active: bool
    plan_name: str
    quota_total: int
    quota_used: int
    quota_remaining: int


def results_of(answer: Answer, ids: Sequence[str]) -> tuple[Result | None, ...]:
    """The result of each output of a successful answer, in the order of ``ids``.

    None stands for a success without ``kraked_url``: no saving was found, and nothing was stored.

    Args:
        ids: of the entries of a set; one of whatever kind for a plain request.

    Raises:
        BadAnswerError: not the JSON of a success, or an entry is missing or bad.
    """
    told = _json(answer)
    if len(ids) == 1:
        return (_result(told, answer.status),)
    return tuple(_result(entry, answer.status) for entry in _entries(told.get("results"), ids, answer.status))


def _entries(results: object, ids: Sequence[str], status: int) -> list[Mapping[str, Any]]:
    """A map by id, or a list: then by the ``id`` of each, or in the order that was asked for."""
    if isinstance(results, list):
        by_id = {str(each["id"]): each for each in results if isinstance(each, dict) and "id" in each}
        results = by_id if by_id.keys() >= set(ids) else dict(zip(ids, results, strict=False))
    if not isinstance(results, dict):
        raise BadAnswerError(status=status, reason="results")
    entries = [results.get(each) for each in ids]
    good: list[Mapping[str, Any]] = [
        each for each in entries if isinstance(each, dict) and _is_true(each.get("success", True))
    ]
    if len(good) != len(ids):
        raise BadAnswerError(status=status, reason="results")
    return good


def _result(told: Mapping[str, Any], status: int) -> Result | None:
    url = told.get("kraked_url")
    if url in (None, ""):
        return None
    if not isinstance(url, str) or not is_web_address(url):
        raise BadAnswerError(status=status, reason="kraked_url")
    return Result(
        kraked_url=url,
        original_bytes=_number(told.get("original_size")),
        kraked_bytes=_number(told.get("kraked_size")),
        width=_number(told.get("kraked_width")),
        height=_number(told.get("kraked_height")),
        original_width=_number(told.get("original_width")),
        original_height=_number(told.get("original_height")),
    )


def account_status_of(answer: Answer) -> AccountStatus:
    """The account's plan and quota. Raises BadAnswerError if the figures are missing."""
    told = _json(answer)
    total, used, remaining = (_number(told.get(f"quota_{name}")) for name in ("total", "used", "remaining"))
    if total is None or used is None:
        raise BadAnswerError(status=answer.status, reason="quota")
    return AccountStatus(
        active=bool(told.get("active", True)),
        plan_name=str(told.get("plan_name") or ""),
        quota_total=total,
        quota_used=used,
        quota_remaining=total - used if remaining is None else remaining,
    )


def error_of(answer: Answer, *, hide: tuple[str, ...] = ()) -> KrakenError | None:
    """The error that an answer tells of, or None for a success.

    Args:
        hide: secrets that must not be repeated, should the server repeat them.
    """
    status = answer.status
    try:
        told = _json(answer)
    except BadAnswerError as error:
        if 200 <= status < 300:
            return error
        told = {}
    if 200 <= status < 300 and _is_true(told.get("success")):
        return None
    if 200 <= status < 300 and "success" not in told and told.get("id"):
        # Taken, and answered later to nobody: a desktop program has no address for a callback.
        return BadAnswerError(status=status, reason="id")
    said = _said(told, hide)
    if _PUSH.search(said):
        return _push_error(status, said)
    retry_after = _number(answer.headers.get("retry-after"))
    match status:
        case 400:
            return BadRequestError(status=status, said=said)
        case 401:
            return BadCredentialsError(status=status, said=said)
        case 402:
            return AccountOverdueError(status=status, said=said)
        case 403:
            return AccountSuspendedError(status=status, said=said)
        case 413:
            return FileTooLargeError(status=status, said=said, limit=_limit(said))
        case 415:
            return TypeRefusedError(status=status, said=said)
        case 422:
            return ParameterRefusedError(status=status, said=said)
        case 429:
            return RateLimitedError(status=status, said=said, retry_after=retry_after)
        case _ if status >= 500:
            return ServerFaultError(status=status, said=said, retry_after=retry_after)
        case _ if 300 <= status < 400 or status in {404, 405}:
            # Kraken.io knows its own addresses: something else answers there.
            return BadAnswerError(status=status, said=said, reason="redirect" if status < 400 else "address")
        case _:
            return RefusedError(status=status, said=said)


def _json(answer: Answer) -> Mapping[str, Any]:
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise BadAnswerError(status=answer.status, reason="json") from error
    if not isinstance(told, dict):
        raise BadAnswerError(status=answer.status, reason="json")
    return told


def _said(told: Mapping[str, Any], hide: tuple[str, ...]) -> str:
    """The text of an error: ``error`` before ``message``, a text or a list of texts."""
    value = told.get("error") or told.get("message") or ""
    said = "; ".join(str(each) for each in value) if isinstance(value, list) else str(value)
    for secret in hide:
        if secret:
            said = said.replace(secret, "…")
    return said[:_SAID_LENGTH]


def _push_error(status: int, said: str) -> StorePushError:
    named = _AWS_CODE.search(said)
    lowered = said.lower()
    aws_code = named[1] if named else next((code for text, code in _AWS_CODES if text in lowered), "")
    if aws_code in _BUSY:
        return StoreBusyError(status=status, said=said, aws_code=aws_code)
    if aws_code in _OF_ONE_FILE:
        return StorePushError(status=status, said=said, aws_code=aws_code)
    return StoreDeniedError(status=status, said=said, aws_code=aws_code)


def _limit(said: str) -> int | None:
    found = re.search(r"(\d[\d.,]*)\s*bytes", said, re.IGNORECASE)
    return _number(re.sub(r"\D", "", found[1])) if found else None


def _is_true(value: object) -> bool:
    """Whether a success is told; form callbacks have it as a text."""
    return value is True or value == "true"


def _number(value: object) -> int | None:
    """A whole number, also one that stands there as a float or a text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return int(float(value))
    except (ValueError, OverflowError):
        return None
