"""What servers refuse, what is put right by itself, and what each refusal becomes."""

from __future__ import annotations

import logging
import socket
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kraken_desktop.buckets.known import KnownBuckets
from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.model.errors import (
    AclRefusedError,
    BucketBusyError,
    BucketDeniedError,
    BucketLookupError,
    BucketRefusedError,
    ClockSkewError,
    ConnectionLostError,
    WrongRegionError,
)
from kraken_desktop.model.profile import Acl
from kraken_desktop.model.s3_keys import S3Keys
from tests.buckets.conftest import Buckets, Uploads
from tests.servers.s3_handle import S3Handle, StrictS3Handle
from tests.servers.strict_s3 import S3Fault
from tests.support.raw_server import Peer, RawServer


def nobody(sent: int, size: int) -> None:
    """Who does not listen."""


def asked(s3: StrictS3Handle, bucket: str) -> list[tuple[str, int]]:
    return [(each["method"], each["status"]) for each in s3.requests(bucket)]


# --- who may not ----------------------------------------------------------------------------------


def test_a_wrong_secret(open_bucket: Buckets, s3_server: S3Handle, bucket: str, upload: Uploads) -> None:
    own = open_bucket(s3_server, bucket, secret="wrong-CANARY")
    with pytest.raises(BucketDeniedError) as caught:
        own.put("a.png", upload(), CancelToken(), nobody)
    assert (caught.value.status, caught.value.aws_code) == (403, "SignatureDoesNotMatch")
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.facts)
    assert "CANARY" not in told
    with pytest.raises(BucketDeniedError):
        own.delete("a.png")


def test_an_unknown_key(open_bucket: Buckets, s3_server: S3Handle, bucket: str, upload: Uploads) -> None:
    keys = S3Keys(access_key="AKIAUNKNOWN000000000", secret="x")
    with pytest.raises(BucketDeniedError) as caught:
        open_bucket(s3_server, bucket, keys=keys).put("a.png", upload(), CancelToken(), nobody)
    assert caught.value.aws_code == "InvalidAccessKeyId"


def test_no_such_bucket(open_bucket: Buckets, s3_server: S3Handle, upload: Uploads) -> None:
    own = open_bucket(s3_server, "nobody-has-this", acl=Acl.NONE)
    for verb in (lambda: own.put("a.png", upload(), CancelToken(), nobody), lambda: own.delete("a.png")):
        with pytest.raises(BucketDeniedError) as caught:
            verb()
        assert (caught.value.status, caught.value.aws_code) == (404, "NoSuchBucket")


@pytest.mark.parametrize("token", [None, "another"])
def test_a_wrong_token(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads, token: str | None
) -> None:
    key = strict_s3.new_key(session_token="right")
    keys = S3Keys(access_key=key.access_key, secret=key.secret, session_token=token)
    with pytest.raises(BucketDeniedError) as caught:
        open_bucket(strict_s3, bucket, keys=keys).put("a.png", upload(), CancelToken(), nobody)
    assert caught.value.aws_code == "InvalidToken"


@pytest.mark.parametrize(
    ("limits", "changes", "kind"),
    [
        ({"may_write": False}, {"acl": Acl.NONE}, BucketDeniedError),
        ({"may_tag": False}, {"acl": Acl.NONE, "tags": (("a", "b"),)}, BucketDeniedError),
        ({"prefix": "mine/"}, {"acl": Acl.PRIVATE}, BucketDeniedError),
        ({"may_set_acl": False}, {}, AclRefusedError),
        # S3 does not say which of both rights is missing; the words name both.
        ({"may_write": False}, {}, AclRefusedError),
    ],
)
def test_a_key_with_less_rights(
    open_bucket: Buckets,
    strict_s3: StrictS3Handle,
    bucket: str,
    upload: Uploads,
    limits: dict[str, Any],
    changes: dict[str, Any],
    kind: type[BucketRefusedError],
) -> None:
    key = strict_s3.new_key(**limits)
    keys = S3Keys(access_key=key.access_key, secret=key.secret)
    own = open_bucket(strict_s3, bucket, keys=keys, **changes)
    with pytest.raises(BucketRefusedError) as caught:
        own.put("a.png", upload(), CancelToken(), nobody)
    assert type(caught.value) is kind
    assert caught.value.aws_code == "AccessDenied"
    assert strict_s3.keys(bucket) == ()


def test_a_key_that_may_only_put_needs_no_look(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads
) -> None:
    key = strict_s3.new_key(may_read=False, may_list=False, may_set_acl=False)
    keys = S3Keys(access_key=key.access_key, secret=key.secret)
    own = open_bucket(strict_s3, bucket, keys=keys, acl=Acl.PRIVATE)
    own.put("a.png", upload(only_if_absent=True), CancelToken(), nobody)
    with pytest.raises(BucketLookupError) as caught:
        own.head("b.png")
    assert caught.value.status == 403


@pytest.mark.parametrize(
    ("options", "code"),
    [({"acls_disabled": True}, "AccessControlListNotSupported"), ({"public_access_blocked": True}, "AccessDenied")],
)
def test_a_bucket_that_refuses_the_acl(
    open_bucket: Buckets, strict_s3: StrictS3Handle, upload: Uploads, options: dict[str, bool], code: str
) -> None:
    name = strict_s3.new_bucket(**options)
    with pytest.raises(AclRefusedError) as caught:
        open_bucket(strict_s3, name).put("a.png", upload(), CancelToken(), nobody)
    assert (caught.value.aws_code, caught.value.acl) == (code, "public_read")


# --- region ---------------------------------------------------------------------------------------


def test_a_wrong_region_costs_one_request_once(
    open_bucket: Buckets, strict_s3: StrictS3Handle, upload: Uploads
) -> None:
    name = strict_s3.new_bucket(region="eu-west-3")
    known = KnownBuckets()
    for key in ("a.png", "b.png"):
        own = open_bucket(strict_s3, name, acl=Acl.PRIVATE, options={"known": known})
        own.put(key, upload(), CancelToken(), nobody)
        assert strict_s3.anonymous_get(own.link(key).url).body == b"12345"
    assert asked(strict_s3, name) == [("PUT", 400), ("PUT", 200), ("GET", 200), ("PUT", 200), ("GET", 200)]


@pytest.mark.parametrize("verb", ["head", "delete"])
def test_every_verb_finds_the_region(open_bucket: Buckets, strict_s3: StrictS3Handle, verb: str) -> None:
    name = strict_s3.new_bucket(region="eu-west-3")
    owner = open_bucket(strict_s3, name, region="eu-west-3")
    assert owner.head("a.png") is None
    getattr(open_bucket(strict_s3, name), verb)("a.png")
    assert [status for _, status in asked(strict_s3, name)][1:] == ([400, 404] if verb == "head" else [400, 204])


def test_a_region_is_asked_for_where_the_refusal_does_not_name_it(
    open_bucket: Buckets, strict_s3: StrictS3Handle, upload: Uploads
) -> None:
    name = strict_s3.new_bucket(region="eu-west-3")
    strict_s3.order(S3Fault(status=301, code="PermanentRedirect", bucket=name, method="PUT"))
    told = {"x-amz-bucket-region": "eu-west-3"}
    strict_s3.order(S3Fault(status=403, code="AccessDenied", bucket=name, method="HEAD", headers=told))
    open_bucket(strict_s3, name).put("a.png", upload(), CancelToken(), nobody)
    assert asked(strict_s3, name) == [("PUT", 301), ("HEAD", 403), ("PUT", 200)]
    assert "authorization" not in strict_s3.requests(name)[1]["headers"]


@pytest.mark.parametrize(
    ("headers", "region", "requests"),
    [({}, "", 2), ({"x-amz-bucket-region": "us-east-1"}, "us-east-1", 1), ({"x-amz-bucket-region": "x-1"}, "x-1", 2)],
)
def test_a_region_that_does_not_help(
    open_bucket: Buckets,
    strict_s3: StrictS3Handle,
    bucket: str,
    upload: Uploads,
    headers: dict[str, str],
    region: str,
    requests: int,
) -> None:
    strict_s3.order(
        S3Fault(status=301, code="PermanentRedirect", message="Elsewhere.", bucket=bucket, times=None, headers=headers)
    )
    known = KnownBuckets()
    own = open_bucket(strict_s3, bucket, options={"known": known})
    with pytest.raises(WrongRegionError) as caught:
        own.put("a.png", upload(), CancelToken(), nobody)
    assert (caught.value.region, caught.value.said) == (region, "Elsewhere.")
    assert len(asked(strict_s3, bucket)) == requests
    strict_s3.clear_faults()
    open_bucket(strict_s3, bucket, options={"known": known}).put("a.png", upload(), CancelToken(), nobody)
    assert asked(strict_s3, bucket)[requests:] == [("PUT", 200)]


def test_a_redirect_of_a_new_bucket_is_for_now_and_followed_nowhere(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads
) -> None:
    with RawServer(lambda peer: peer.answer(200)) as elsewhere:
        headers = {"Location": f"{elsewhere.url}/{bucket}/a.png"}
        strict_s3.order(
            S3Fault(status=307, code="TemporaryRedirect", bucket=bucket, method="PUT", times=None, headers=headers)
        )
        with pytest.raises(BucketBusyError):
            open_bucket(strict_s3, bucket).put("a.png", upload(), CancelToken(), nobody)
        assert elsewhere.connections == 0


# --- clock ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [timedelta(hours=3), timedelta(days=-400)])
def test_a_wrong_clock_is_put_right_by_the_servers(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads, ahead: timedelta
) -> None:
    options = {"known": KnownBuckets(), "now": lambda: datetime.now(UTC) + ahead}
    for key in ("a.png", "b.png"):
        own = open_bucket(strict_s3, bucket, acl=Acl.PRIVATE, options=options)
        assert own.head(key) is None
        own.put(key, upload(), CancelToken(), nobody)
        link = own.link(key)
        assert strict_s3.anonymous_get(link.url).status == 200
        assert link.expires_at is not None
        assert abs(link.expires_at - datetime.now(UTC) - timedelta(days=7)) < timedelta(seconds=30)
    first, *others = [status for _, status in asked(strict_s3, bucket)]
    assert (first, others.count(403)) == (403, 0)


def test_a_clock_that_cannot_be_put_right(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads
) -> None:
    strict_s3.order(S3Fault(status=403, code="RequestTimeTooSkewed", bucket=bucket, times=None))
    options = {"now": lambda: datetime.now(UTC) + timedelta(hours=1)}
    with pytest.raises(ClockSkewError) as caught:
        open_bucket(strict_s3, bucket, options=options).put("a.png", upload(), CancelToken(), nobody)
    assert abs(caught.value.seconds - 3600) < 30
    assert len(asked(strict_s3, bucket)) == 2


# --- answers that are none ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"<html>Please sign in</html>", BucketRefusedError),
        (302, b"", BucketRefusedError),
        (400, b"<html>", BucketRefusedError),
        (403, b"<html><body>Blocked by your company</body></html>", BucketDeniedError),
        (404, b"", BucketDeniedError),
        (502, b"Bad gateway", BucketBusyError),
        (403, b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>No", AclRefusedError),
        (
            403,
            b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Error><Code>AccessDenied&b;</Code></Error>',
            BucketDeniedError,
        ),
    ],
)
def test_answers_of_others(
    open_bucket: Buckets,
    strict_s3: StrictS3Handle,
    upload: Uploads,
    status: int,
    body: bytes,
    kind: type[BucketRefusedError],
) -> None:
    def script(peer: Peer) -> None:
        line, _, _ = peer.read_request()
        if line.startswith("HEAD"):
            peer.answer(status, b"", length=0)
        else:
            peer.answer(status, body, "Connection: close\r\n")

    with RawServer(script) as server:
        own = open_bucket(strict_s3, "images", endpoint=server.url, options={"pauses": ()})
        with pytest.raises(BucketRefusedError) as caught:
            own.put("a.png", upload(), CancelToken(), nobody)
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert caught.value.said in {"", "No"}


def test_a_server_that_quotes_requests_gives_no_token_away(
    open_bucket: Buckets, strict_s3: StrictS3Handle, upload: Uploads, caplog: pytest.LogCaptureFixture
) -> None:
    def script(peer: Peer) -> None:
        _, headers, _ = peer.read_request()
        token = headers["x-amz-security-token"]
        peer.answer(403, f"<Error><Code>AccessDenied</Code><Message>{token}</Message></Error>".encode())

    keys = S3Keys(access_key="ASIA", secret="CANARY-secret", session_token="CANARY-token")
    with RawServer(script) as server, caplog.at_level(logging.INFO):
        own = open_bucket(strict_s3, "images", keys=keys, endpoint=server.url, acl=Acl.NONE)
        with pytest.raises(BucketDeniedError) as caught:
            own.put("a.png", upload(), CancelToken(), nobody)
    assert "CANARY" not in "".join(traceback.format_exception(caught.value)) + caplog.text + repr(own)


def test_a_connection_that_breaks_off_is_tried_again(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads
) -> None:
    strict_s3.order(S3Fault(method="PUT", bucket=bucket, reset=True, status=0, times=2))
    open_bucket(strict_s3, bucket).put("a.png", upload(), CancelToken(), nobody)
    assert strict_s3.exists(bucket, "a.png")
    strict_s3.order(S3Fault(method="PUT", bucket=bucket, reset=True, status=0, times=3))
    with pytest.raises(ConnectionLostError):
        open_bucket(strict_s3, bucket).put("a.png", upload(), CancelToken(), nobody)


# --- cancel ---------------------------------------------------------------------------------------


def _cancelled_after(seconds_at_most: float, token: CancelToken, ready: threading.Event, work: Any) -> None:
    ended: list[float] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except CancelledError as error:
            raised.append(error)
        ended.append(time.monotonic())

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(30)
    began = time.monotonic()
    token.cancel()
    thread.join(30)
    assert raised
    assert ended[0] - began < seconds_at_most


def test_cancelling_in_the_middle_leaves_nothing(
    open_bucket: Buckets, strict_s3: StrictS3Handle, upload: Uploads
) -> None:
    def script(peer: Peer) -> None:
        peer.read_head()
        peer.wait()

    token = CancelToken()
    with RawServer(script) as server:
        own = open_bucket(strict_s3, "images", endpoint=server.url)
        large = upload(b"x" * 8_000_000)
        _cancelled_after(0.2, token, server.hanging, lambda: own.put("a.png", large, token, nobody))


def test_cancelling_while_waiting_for_a_busy_server(
    open_bucket: Buckets, strict_s3: StrictS3Handle, bucket: str, upload: Uploads
) -> None:
    token, waiting = CancelToken(), threading.Event()
    strict_s3.order(S3Fault(status=503, code="SlowDown", headers={"Retry-After": "9"}, bucket=bucket, times=None))
    own = open_bucket(strict_s3, bucket)

    def sent(count: int, size: int) -> None:
        if count == size:
            waiting.set()

    _cancelled_after(0.5, token, waiting, lambda: own.put("a.png", upload(), token, sent))


def test_an_early_refusal_is_heard_while_the_body_is_still_leaving(
    open_bucket: Buckets, strict_s3: StrictS3Handle, upload: Uploads
) -> None:
    regions: list[str] = []
    heard: list[int] = []

    def script(peer: Peer) -> None:
        _, headers, body = peer.read_head()
        regions.append(headers["authorization"].split("/")[2])
        if len(regions) == 1:
            told = b"<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region></Error>"
            peer.answer(400, told, "Connection: close\r\n")
            peer.connection.shutdown(socket.SHUT_WR)
        left = int(headers["content-length"]) - len(body)
        while left > 0 and (piece := peer.connection.recv(65536)):
            left -= len(piece)
        if not left:
            peer.answer(200, b"", 'ETag: "x"\r\n')

    with RawServer(script) as server:
        own = open_bucket(strict_s3, "images", endpoint=server.url)
        own.put("a.png", upload(b"x" * 8_000_000), CancelToken(), lambda sent, size: heard.append(sent))
    assert regions == ["us-east-1", "eu-west-3"]
    assert heard == sorted(set(heard))
    assert heard[-1] == 8_000_000
