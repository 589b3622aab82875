"""Signatures for S3, made by botocore's Signature Version 4. Slow to import: a tenth of a second.

Two things are ours: the time, which may have to be the server's instead of this computer's, and the hash of the
body, which is known before its bytes are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from kraken_desktop.model.s3_keys import S3Keys

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""Of no bytes at all."""

_STAMP = "%Y%m%dT%H%M%SZ"


class _HeaderAuth(S3SigV4Auth):  # type: ignore[misc]
    def __init__(self, credentials: Credentials, region: str, *, stamp: str, sha256: str) -> None:
        super().__init__(credentials, "s3", region)
        self._stamp = stamp
        self._sha256 = sha256

    def payload(self, request: Any) -> str:  # noqa: ARG002 - the body is not asked, its hash is known
        return self._sha256

    def _modify_request_before_signing(self, request: Any) -> None:
        request.context["timestamp"] = self._stamp
        super()._modify_request_before_signing(request)


class _QueryAuth(S3SigV4QueryAuth):  # type: ignore[misc]
    def __init__(self, credentials: Credentials, region: str, *, stamp: str, seconds: int) -> None:
        super().__init__(credentials, "s3", region, expires=seconds)
        self._stamp = stamp

    def _modify_request_before_signing(self, request: Any) -> None:
        request.context["timestamp"] = self._stamp
        super()._modify_request_before_signing(request)


def signed_headers(
    keys: S3Keys,
    method: str,
    url: str,
    headers: Mapping[str, str],
    *,
    sha256: str,
    region: str,
    at: datetime,
) -> dict[str, str]:
    """The headers, and those of the signature, which covers them all.

    Args:
        url: its path encoded once.
        sha256: of the body, in hex.
        at: the time by the server's clock, in UTC.
    """
    request = AWSRequest(method=method, url=url, headers=dict(headers))
    _HeaderAuth(_credentials(keys), region, stamp=at.strftime(_STAMP), sha256=sha256).add_auth(request)
    return dict(request.headers.items())


def presigned_url(keys: S3Keys, url: str, *, region: str, at: datetime, seconds: int) -> str:
    """An address that lets anybody GET the object for so long.

    Args:
        url: its path encoded once.
        at: the time by the server's clock, in UTC.
    """
    request = AWSRequest(method="GET", url=url)
    _QueryAuth(_credentials(keys), region, stamp=at.strftime(_STAMP), seconds=seconds).add_auth(request)
    return str(request.url)


def _credentials(keys: S3Keys) -> Credentials:
    return Credentials(keys.access_key, keys.secret, keys.session_token)
