"""Any S3, from this computer: put, head, delete, and the link of an object.

Signed by botocore's Signature Version 4, sent by our own transport, so that streaming, progress, cancelling,
proxies and TLS are one code. The region and the time of a signature are corrected by what the server says, once a
request. What our own verbs may repeat is repeated here, for the source may have been paid for already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from kraken_desktop.buckets.bucket import Link, ObjectInfo, SentCallback, Upload
from kraken_desktop.buckets.known import KnownBuckets
from kraken_desktop.buckets.s3_answers import (
    Refusal,
    clock_error,
    error_of,
    http_date,
    refusal,
    server_time,
)
from kraken_desktop.buckets.s3_headers import put_headers
from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.errors import (
    BucketBusyError,
    BucketLookupError,
    BucketRefusedError,
    ConnectionLostError,
    ObjectExistsError,
)
from kraken_desktop.model.links import bucket_url, is_aws, object_url
from kraken_desktop.model.profile import Acl, Profile
from kraken_desktop.model.s3_keys import S3Keys
from kraken_desktop.transport import Answer, Body, FileBody, Timeouts, Transport

PAUSES = (0.5, 2.0)
"""Seconds before a verb is tried again, when the server was busy or the connection broke off."""

_LONGEST_PAUSE = 10
"""Seconds: whoever asks for more patience than this gets it from the queue."""

_LINK_SECONDS = 7 * 24 * 3600
"""The longest life of a presigned link (AWS: "Sharing objects with presigned URLs")."""

_UNTOLD_SECONDS = 3600
"""The life of a link that a session token signed whose own end nobody told: the shortest usual one."""

_SKEW = timedelta(minutes=5)
"""From here on a clock may be what was refused; AWS bears 15 minutes, others less."""

_FOR_NOW = frozenset({429, 500, 502, 503, 504})

_WRITING = Timeouts(read=120, answer=180)
_ASKING = Timeouts(read=20, total=30)
_ANSWER_LIMIT = 256 * 1024

T = TypeVar("T")


def utc_now() -> datetime:
    """This computer's clock."""
    return datetime.now(UTC)


class S3Bucket:
    """One profile's bucket. Holds secrets, so it lives no longer than its job; used by one thread at a time.

    Args:
        known: what was learned of buckets so far; one for all jobs saves them the learning.
        pauses: seconds before each further try of a verb.
        now: this computer's clock, in UTC.
    """

    def __init__(
        self,
        transport: Transport,
        profile: Profile,
        keys: S3Keys,
        *,
        known: KnownBuckets | None = None,
        pauses: Sequence[float] = PAUSES,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._transport = transport
        self._profile = profile
        self._keys = keys
        self._known = known or KnownBuckets()
        self._pauses = tuple(pauses)
        self._now = now
        self._region = self._known.region(profile)
        self._ahead = self._known.clock(profile)

    def put(self, key: str, upload: Upload, cancel: CancelToken, on_sent: SentCallback) -> None:
        """Store a file under ``key``, whole or not at all.

        Where the server knows no condition, ``only_if_absent`` looks before, which is less than a promise.

        Raises:
            ObjectExistsError: there is one, and ``only_if_absent`` was asked for.
            BucketError, TransportError, SourceError: one of their subclasses.
            CancelledError: the token was cancelled.
        """
        tell = _rising(on_sent)
        body = FileBody(upload.path, size=upload.size, sha256=upload.sha256, own=upload.own, on_sent=tell)
        began = self._now()
        tries = 0

        def put_once() -> None:
            nonlocal tries
            tries += 1
            try:
                self._put_once(key, upload, body, cancel)
            except ObjectExistsError:
                # What is there now may be what an earlier try left whose answer was lost.
                if tries == 1 or not self._is_ours(key, upload, began, cancel):
                    raise
                tell(upload.size, upload.size)

        self._patiently(put_once, cancel)

    def head(self, key: str, cancel: CancelToken | None = None, *, anonymous: bool = False) -> ObjectInfo | None:
        """The object, or None if there is none.

        Args:
            anonymous: ask as anybody would: enough for a public object, and needs no right to read.

        Raises:
            BucketLookupError: we may not look (403 stands for both "no" and "not allowed" without the
                right to list), or the answer is another refusal.
            TransportError: no answer.
        """
        token = cancel or CancelToken()

        def ask() -> Answer:
            answer = self._send("HEAD", key, {}, token, signed=not anonymous)
            # An answer to HEAD has no body, and so no code.
            if answer.status in _FOR_NOW:
                raise self._error(refusal(answer), answer, key, "head")
            return answer

        try:
            answer = self._patiently(ask, token)
        except BucketBusyError as error:
            raise BucketLookupError(status=error.status, bucket=self._profile.bucket, key=key) from None
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise BucketLookupError(status=answer.status, bucket=self._profile.bucket, key=key)
        return self._info(key, answer)

    def delete(self, key: str, cancel: CancelToken | None = None) -> None:
        """Remove an object; nothing happens if it is gone.

        Raises:
            BucketError, TransportError: one of their subclasses.
        """
        token = cancel or CancelToken()

        def delete_once() -> None:
            answer = self._send("DELETE", key, {}, token)
            told = refusal(answer)
            gone = answer.status == 404 and told.code in {"", "NoSuchKey"}
            if answer.status not in {200, 202, 204} and not gone:
                raise self._error(told, answer, key, "delete")

        self._patiently(delete_once, token)

    def link(self, key: str) -> Link:
        """The address that we show for an object: of the public base, of the bucket, or presigned if it is private.

        A presigned one opens for seven days, or for as long as what signed it lives.
        """
        profile = self._place()
        if profile.public_url or profile.acl is not Acl.PRIVATE:
            return Link(url=object_url(profile, key))
        from kraken_desktop.buckets.signing import presigned_url  # slow to import

        at = self._server_now()
        seconds = self._link_seconds(at)
        url = presigned_url(self._keys, bucket_url(profile, key), region=self._region, at=at, seconds=seconds)
        return Link(url=url, expires_at=at + timedelta(seconds=seconds))

    # --- put ---

    def _put_once(self, key: str, upload: Upload, body: Body, cancel: CancelToken) -> None:
        headers = put_headers(self._profile, upload)
        conditional = upload.only_if_absent and self._known.takes_conditions(self._profile)
        if upload.only_if_absent and not conditional:
            self._require_absent(key, cancel)
        condition = {"If-None-Match": "*"} if conditional else {}
        answer = self._send("PUT", key, headers | condition, cancel, body=body, sha256=upload.sha256)
        if conditional and refusal(answer).unconditional:
            self._require_absent(key, cancel)
            answer = self._send("PUT", key, headers, cancel, body=body, sha256=upload.sha256)
            if answer.status == 200:
                self._known.learn_unconditional(self._profile)
        told = refusal(answer)
        if answer.status == 412:
            raise ObjectExistsError(bucket=self._profile.bucket, key=key)
        if answer.status not in {200, 201, 204}:
            raise self._error(told, answer, key, "put", acl=headers.get("x-amz-acl", ""))
        if answer.body and "etag" not in answer.headers:
            # S3 answers with an ETag and no body: somebody else did, such as the sign-in page of a network.
            raise BucketRefusedError(bucket=self._profile.bucket, key=key, status=answer.status)

    def _require_absent(self, key: str, cancel: CancelToken) -> None:
        if self.head(key, cancel) is not None:
            raise ObjectExistsError(bucket=self._profile.bucket, key=key)

    def _is_ours(self, key: str, upload: Upload, began: datetime, cancel: CancelToken) -> bool:
        """Whether the object came there since we began; the server's clock is held against itself."""
        try:
            found = self.head(key, cancel)
        except BucketLookupError:
            return False
        if found is None or found.size != upload.size:
            return False
        # HTTP's dates have whole seconds.
        return found.modified >= found.asked - (self._now() - began) - timedelta(seconds=2)

    # --- requests ---

    def _send(
        self,
        method: str,
        key: str,
        headers: Mapping[str, str],
        cancel: CancelToken,
        *,
        body: Body | None = None,
        sha256: str = "",
        signed: bool = True,
    ) -> Answer:
        """The answer, after the region and the clock were put right if it was that; each at most once."""
        moved = set_right = False
        while True:
            url = bucket_url(self._place(), key)
            answer = self._transport.request(
                method,
                url,
                body=body,
                headers=self._signed(method, url, headers, sha256) if signed else headers,
                cancel=cancel,
                timeouts=_WRITING if body is not None else _ASKING,
                limit=_ANSWER_LIMIT,
            )
            told = refusal(answer) if answer.status >= 300 else None
            if told is not None and told.elsewhere and not moved and self._move(told, cancel):
                moved = True
            elif told is not None and told.clock and signed and not set_right and self._set_clock(answer):
                set_right = True
            else:
                break
        if moved and not (told and told.elsewhere):
            self._known.learn_region(self._profile, self._region)
        if set_right and not (told and told.clock):
            self._known.learn_clock(self._profile, self._ahead)
        return answer

    def _signed(self, method: str, url: str, headers: Mapping[str, str], sha256: str) -> dict[str, str]:
        from kraken_desktop.buckets.signing import EMPTY_SHA256, signed_headers  # slow to import

        return signed_headers(
            self._keys,
            method,
            url,
            headers,
            sha256=sha256 or EMPTY_SHA256,
            region=self._region,
            at=self._server_now(),
        )

    def _place(self) -> Profile:
        """The profile as it should be, by what the server told."""
        if self._region == self._profile.region:
            return self._profile
        # An endpoint of AWS serves its own region only.
        endpoint = "" if is_aws(self._profile.endpoint) else self._profile.endpoint
        return replace(self._profile, region=self._region, endpoint=endpoint)

    def _move(self, told: Refusal, cancel: CancelToken) -> bool:
        """Go to the region that the server names; whether there is a new one."""
        region = told.region or self._ask_region(cancel)
        if not region or region == self._region:
            return False
        self._region = region
        return True

    def _ask_region(self, cancel: CancelToken) -> str:
        """The region in the header of an answer about the bucket itself, which AWS gives to anybody."""
        answer = self._transport.request(
            "HEAD", bucket_url(self._place(), ""), cancel=cancel, timeouts=_ASKING, limit=_ANSWER_LIMIT
        )
        return refusal(answer).region

    def _set_clock(self, answer: Answer) -> bool:
        """Sign by the server's clock from now on; whether it differs enough to be the reason."""
        theirs = server_time(answer)
        if theirs is None or abs(theirs - self._server_now()) < _SKEW:
            return False
        self._ahead = theirs - self._now()
        return True

    def _server_now(self) -> datetime:
        return self._now() + self._ahead

    # --- answers ---

    def _info(self, key: str, answer: Answer) -> ObjectInfo:
        prefix = "x-amz-meta-"
        headers = answer.headers
        modified, asked = http_date(headers.get("last-modified", "")), server_time(answer)
        size = headers.get("content-length", "")
        if modified is None or asked is None or not size.isdecimal():
            raise BucketLookupError(status=answer.status, bucket=self._profile.bucket, key=key)
        return ObjectInfo(
            size=int(size),
            modified=modified,
            asked=asked,
            content_type=headers.get("content-type", ""),
            etag=headers.get("etag", "").strip('"'),
            metadata={name.removeprefix(prefix): value for name, value in headers.items() if name.startswith(prefix)},
        )

    def _error(self, told: Refusal, answer: Answer, key: str, doing: str, *, acl: str = "") -> BucketRefusedError:
        bucket = self._profile.bucket
        for secret in (self._keys.secret, self._keys.session_token):
            # A server that quotes requests would quote the token.
            if secret and secret in told.said:
                told = replace(told, said="")
        theirs = server_time(answer)
        if told.code == "RequestTimeTooSkewed":
            seconds = round((self._now() - theirs).total_seconds()) if theirs is not None else 0
            return clock_error(told, bucket=bucket, key=key, doing=doing, seconds=seconds)
        return error_of(told, bucket=bucket, key=key, doing=doing, acl=acl.replace("-", "_"))

    # --- time ---

    def _link_seconds(self, at: datetime) -> int:
        if self._keys.expires_at is not None:
            left = int((self._keys.expires_at - at).total_seconds())
            return max(1, min(_LINK_SECONDS, left))
        return _UNTOLD_SECONDS if self._keys.session_token else _LINK_SECONDS

    def _patiently(self, work: Callable[[], T], cancel: CancelToken) -> T:
        """Do it again after a pause if the server was busy, or the connection broke off."""
        for pause in self._pauses:
            try:
                return work()
            except BucketBusyError as error:
                wait = max(pause, error.retry_after or 0)
                if wait > _LONGEST_PAUSE:
                    raise
            except ConnectionLostError:
                wait = pause
            cancel.wait(wait)
        return work()


def _rising(on_sent: SentCallback) -> SentCallback:
    """Progress that never goes back, although a body may be sent again."""
    most = -1

    def tell(sent: int, size: int) -> None:
        nonlocal most
        if sent > most:
            most = sent
            on_sent(sent, size)

    return tell
