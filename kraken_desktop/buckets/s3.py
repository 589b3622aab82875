"""S3 from this computer. In this version only the look at an object, for an upload whose fate is unknown.

Signed by botocore's Signature Version 4, sent by our own transport, so that cancelling, proxies and TLS
are one code. botocore is imported when the first request is signed: it costs a tenth of a second.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from kraken_desktop.buckets.bucket import ObjectInfo
from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.errors import BucketLookupError
from kraken_desktop.model.links import bucket_url
from kraken_desktop.model.profile import Profile
from kraken_desktop.transport import Answer, Timeouts, Transport

_EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class S3Bucket:
    """One profile's bucket. Holds secrets, so it lives no longer than its job."""

    def __init__(
        self,
        transport: Transport,
        profile: Profile,
        *,
        access_key: str,
        secret: str,
        session_token: str | None = None,
    ) -> None:
        self._transport = transport
        self._profile = profile
        self._access_key = access_key
        self._secret = secret
        self._session_token = session_token

    def head(self, key: str, cancel: CancelToken | None = None, *, anonymous: bool = False) -> ObjectInfo | None:
        """The object, or None if there is none.

        Args:
            anonymous: ask as anybody would: enough for a public object, and needs no right to read.

        Raises:
            BucketLookupError: we may not look (403 stands for both "no" and "not allowed" without the
                right to list), or the answer is another refusal.
            TransportError: no answer.
        """
        answer = self._send("HEAD", key, cancel, signed=not anonymous)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise BucketLookupError(status=answer.status, bucket=self._profile.bucket, key=key)
        try:
            return ObjectInfo(
                size=int(answer.headers["content-length"]),
                modified=parsedate_to_datetime(answer.headers["last-modified"]),
                asked=parsedate_to_datetime(answer.headers["date"]),
            )
        except (KeyError, ValueError) as error:
            raise BucketLookupError(status=answer.status, bucket=self._profile.bucket, key=key) from error

    def _send(self, method: str, key: str, cancel: CancelToken | None, *, signed: bool) -> Answer:
        url = bucket_url(self._profile, key)
        return self._transport.request(
            method,
            url,
            headers=self._signature(method, url) if signed else {},
            cancel=cancel,
            timeouts=Timeouts(read=20, total=30),
        )

    def _signature(self, method: str, url: str) -> dict[str, str]:
        from botocore.auth import S3SigV4Auth  # slow to import, and rarely needed
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        request = AWSRequest(method=method, url=url, headers={"x-amz-content-sha256": _EMPTY_SHA256})
        credentials = Credentials(self._access_key, self._secret, self._session_token)
        S3SigV4Auth(credentials, "s3", self._profile.region).add_auth(request)
        return dict(request.headers.items())
