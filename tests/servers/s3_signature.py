"""AWS Signature Version 4, seen from the server: who signed this request, and is it true?

Written from AWS's documentation ("Authenticating Requests: Using the Authorization Header", "... Using Query
Parameters"), and on purpose without the signer that the program uses.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self
from urllib.parse import parse_qsl, quote, unquote

_ALGORITHM = "AWS4-HMAC-SHA256"
_SKEW = timedelta(minutes=15)
_STAMP = "%Y%m%dT%H%M%SZ"


class S3RefusedError(Exception):
    """An answer as Amazon S3 refuses: an HTTP status, a code, a text, and further elements."""

    def __init__(self, status: int, code: str, message: str, **elements: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message
        self.elements = elements


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An access key, and what it may not do."""

    access_key: str
    secret: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    may_write: bool = True
    may_read: bool = True
    may_list: bool = True
    """Without it, an object that isn't there is refused as one that may not be read."""
    may_set_acl: bool = True
    may_tag: bool = True
    may_delete: bool = True
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Request:
    """One request as it came over the wire. Header names are in lower case."""

    method: str
    raw_path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """Decoded; ``?acl`` is there with an empty value."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @property
    def bucket(self) -> str:
        """Empty for the service itself."""
        return unquote(self.raw_path).lstrip("/").partition("/")[0]

    @property
    def key(self) -> str:
        """Empty for a bucket."""
        return unquote(self.raw_path).lstrip("/").partition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What a request says about its signature."""

    credential: str
    signed_headers: tuple[str, ...]
    signature: str
    stamp: str
    payload_hash: str
    expires: timedelta | None

    @classmethod
    def of(cls, request: S3Request) -> Self | None:
        """None for an anonymous request."""
        query = request.query
        if "X-Amz-Signature" in query or "X-Amz-Algorithm" in query:
            try:
                return cls(
                    credential=query["X-Amz-Credential"],
                    signed_headers=tuple(query["X-Amz-SignedHeaders"].split(";")),
                    signature=query["X-Amz-Signature"],
                    stamp=query["X-Amz-Date"],
                    payload_hash=query.get("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"),
                    expires=timedelta(seconds=int(query["X-Amz-Expires"])),
                )
            except (KeyError, ValueError):
                raise S3RefusedError(
                    400,
                    "AuthorizationQueryParametersError",
                    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
                    "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
                ) from None
        authorization = request.headers.get("authorization")
        version_2 = "AWSAccessKeyId" in query or "Signature" in query
        if authorization is None and not version_2:
            return None
        if authorization is None or not authorization.startswith(_ALGORITHM):
            raise S3RefusedError(
                400,
                "InvalidRequest",
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
            )
        told = dict(re.findall(r"(Credential|SignedHeaders|Signature)=([^,\s]+)", authorization))
        payload_hash = request.headers.get("x-amz-content-sha256")
        if len(told) != 3:
            raise S3RefusedError(400, "AuthorizationHeaderMalformed", "The authorization header is malformed.")
        if payload_hash is None:
            raise S3RefusedError(
                400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"
            )
        return cls(
            credential=told["Credential"],
            signed_headers=tuple(told["SignedHeaders"].split(";")),
            signature=told["Signature"],
            stamp=request.headers.get("x-amz-date", ""),
            payload_hash=payload_hash,
            expires=None,
        )


def authenticate(
    request: S3Request, keys: Mapping[str, Key], region: str, *, now: datetime | None = None
) -> Key | None:
    """The key that signed, or None if nobody did.

    Args:
        keys: by access key.
        region: where the bucket lives.

    Raises:
        S3RefusedError: as Amazon refuses.
    """
    claim = _Claim.of(request)
    if claim is None:
        return None
    parts = claim.credential.split("/")
    if len(parts) != 5 or parts[3:] != ["s3", "aws4_request"]:
        raise S3RefusedError(400, "AuthorizationHeaderMalformed", "The authorization header is malformed.")
    access_key, day, signed_region = parts[:3]
    key = keys.get(access_key)
    if key is None:
        raise S3RefusedError(
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
            AWSAccessKeyId=access_key,
        )
    if signed_region != region:
        header = claim.expires is None
        raise S3RefusedError(
            400,
            "AuthorizationHeaderMalformed" if header else "AuthorizationQueryParametersError",
            f"The authorization header is malformed; the region '{signed_region}' is wrong; expecting '{region}'",
            Region=region,
        )
    _check_time(claim, day, now or datetime.now(UTC))
    _check_signed_headers(request, claim)
    expected = _signature(request, claim, key.secret, day, region)
    if not hmac.compare_digest(expected, claim.signature):
        raise S3RefusedError(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method.",
            AWSAccessKeyId=access_key,
        )
    token = request.headers.get("x-amz-security-token") or request.query.get("X-Amz-Security-Token")
    if token != key.session_token:
        raise S3RefusedError(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
    digest = claim.payload_hash
    if re.fullmatch("[0-9a-f]{64}", digest) and hashlib.sha256(request.body).hexdigest() != digest:
        raise S3RefusedError(
            400,
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )
    return key


def _check_time(claim: _Claim, day: str, now: datetime) -> None:
    try:
        stamp = datetime.strptime(claim.stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        raise S3RefusedError(
            403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header"
        ) from None
    if claim.expires is not None:
        if now > stamp + claim.expires:
            raise S3RefusedError(403, "AccessDenied", "Request has expired")
    elif abs(now - stamp) > _SKEW:
        raise S3RefusedError(
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            ServerTime=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
    if not claim.stamp.startswith(day):
        raise S3RefusedError(400, "AuthorizationHeaderMalformed", "The credential's date is not that of the request.")


def _check_signed_headers(request: S3Request, claim: _Claim) -> None:
    needed = {"host"}
    if claim.expires is None:
        needed |= {name for name in request.headers if name.startswith("x-amz-")}
    unsigned = sorted(needed - set(claim.signed_headers))
    if unsigned:
        raise S3RefusedError(
            403,
            "AccessDenied",
            "There were headers present in the request which were not signed",
            HeadersNotSigned=", ".join(unsigned),
        )


def _signature(request: S3Request, claim: _Claim, secret: str, day: str, region: str) -> str:
    pairs = [
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in parse_qsl(request.raw_query, keep_blank_values=True)
        if name != "X-Amz-Signature"
    ]
    headers = (f"{name}:{re.sub(' +', ' ', request.headers.get(name, '').strip())}\n" for name in claim.signed_headers)
    canonical = "\n".join(
        (
            request.method,
            quote(unquote(request.raw_path), safe="/-_.~"),
            "&".join(f"{name}={value}" for name, value in sorted(pairs)),
            "".join(headers),
            ";".join(claim.signed_headers),
            claim.payload_hash,
        )
    )
    scope = f"{day}/{region}/s3/aws4_request"
    to_sign = f"{_ALGORITHM}\n{claim.stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, to_sign.encode(), "sha256").hexdigest()
