from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.servers.s3_handle import StrictS3Handle
from tests.servers.s3_signature import Key as S3Key
from tests.servers.s3_signature import S3RefusedError, S3Request, authenticate
from tests.servers.strict_s3 import S3Fault, StrictS3

BODY = b"not an image, and nobody minds"


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.trust_env = False
        yield made


def owner(s3: StrictS3Handle) -> S3Key:
    return S3Key(access_key=s3.access_key, secret=s3.secret)


def put(
    s3: StrictS3Handle,
    bucket: str,
    key: str = "a.bin",
    *,
    by: S3Key | None = None,
    region: str = "us-east-1",
    headers: dict[str, str] | None = None,
    tamper: Callable[[dict[str, str]], None] = lambda _: None,
) -> requests.Response:
    """Signed by botocore, and sent without its client, which would follow a redirect to another region."""
    signer = by or owner(s3)
    url = f"{s3.endpoint}/{bucket}/{key}"
    request = AWSRequest("PUT", url, headers=headers or {}, data=BODY)
    S3SigV4Auth(Credentials(signer.access_key, signer.secret), "s3", region).add_auth(request)
    signed = dict(request.headers.items())
    tamper(signed)
    with requests.Session() as session:
        session.trust_env = False
        return session.put(url, data=BODY, headers=signed, timeout=30, allow_redirects=False)


def code(answer: requests.Response) -> str:
    found = re.search("<Code>(.*?)</Code>", answer.text)
    return f"{answer.status_code} {found[1] if found else ''}".strip()


def test_what_is_put_is_there(strict_s3: StrictS3Handle, bucket: str) -> None:
    headers = {"Content-Type": "image/png", "Cache-Control": "no-cache", "x-amz-meta-a": "b", "x-amz-tagging": "t=1"}
    assert code(put(strict_s3, bucket, "d/e.png", headers=headers)) == "200"
    stored = strict_s3.get(bucket, "d/e.png")
    assert stored.body == BODY
    assert stored.headers["content-type"] == "image/png"
    assert stored.headers["cache-control"] == "no-cache"
    assert stored.metadata == {"a": "b"}
    assert strict_s3.tags(bucket, "d/e.png") == {"t": "1"}
    assert strict_s3.acl(bucket, "d/e.png") == "private"
    assert bucket in strict_s3.buckets
    with pytest.raises(KeyError):
        strict_s3.get(bucket, "missing")


def add_unsigned(headers: dict[str, str]) -> None:
    headers["x-amz-acl"] = "public-read"


def change_hash(headers: dict[str, str]) -> None:
    headers["X-Amz-Content-SHA256"] = hashlib.sha256(b"other").hexdigest()


def drop_hash(headers: dict[str, str]) -> None:
    del headers["X-Amz-Content-SHA256"]


def use_version_2(headers: dict[str, str]) -> None:
    headers["Authorization"] = "AWS AKIA:signature"


def drop_signature(headers: dict[str, str]) -> None:
    del headers["Authorization"]


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (add_unsigned, "403 AccessDenied"),
        (change_hash, "403 SignatureDoesNotMatch"),
        (drop_hash, "400 InvalidRequest"),
        (use_version_2, "400 InvalidRequest"),
        (drop_signature, "403 AccessDenied"),
    ],
)
def test_a_changed_request_is_refused(
    strict_s3: StrictS3Handle, bucket: str, tamper: Callable[[dict[str, str]], None], expected: str
) -> None:
    assert code(put(strict_s3, bucket, tamper=tamper)) == expected
    assert strict_s3.keys(bucket) == ()


def test_a_wrong_signer_is_refused(strict_s3: StrictS3Handle, bucket: str) -> None:
    wrong = dataclasses.replace(owner(strict_s3), secret="wrong")
    assert code(put(strict_s3, bucket, by=wrong)) == "403 SignatureDoesNotMatch"
    nobody = S3Key(access_key="AKIANOBODY", secret="x")
    assert code(put(strict_s3, bucket, by=nobody)) == "403 InvalidAccessKeyId"


def test_a_wrong_region_is_refused_and_the_right_one_named(strict_s3: StrictS3Handle) -> None:
    bucket = strict_s3.new_bucket(region="eu-west-3")
    answer = put(strict_s3, bucket)
    assert code(answer) == "400 AuthorizationHeaderMalformed"
    assert "<Region>eu-west-3</Region>" in answer.text
    assert answer.headers["x-amz-bucket-region"] == "eu-west-3"
    assert code(put(strict_s3, bucket, region="eu-west-3")) == "200"


@pytest.mark.parametrize(
    ("minutes", "expected"), [(-16, "RequestTimeTooSkewed"), (16, "RequestTimeTooSkewed"), (5, None)]
)
def test_a_wrong_clock_is_refused(minutes: int, expected: str | None) -> None:
    key = S3Key(access_key="AKIA", secret="secret")
    signed = AWSRequest("PUT", "http://127.0.0.1:1/b/k", data=BODY)
    S3SigV4Auth(Credentials(key.access_key, key.secret), "s3", "us-east-1").add_auth(signed)
    headers = {name.lower(): value for name, value in signed.headers.items()} | {"host": "127.0.0.1:1"}
    request = S3Request(method="PUT", raw_path="/b/k", raw_query="", headers=headers, body=BODY)
    now = datetime.now(UTC) + timedelta(minutes=minutes)
    if expected is None:
        assert authenticate(request, {"AKIA": key}, "us-east-1", now=now) is key
        return
    with pytest.raises(S3RefusedError) as caught:
        authenticate(request, {"AKIA": key}, "us-east-1", now=now)
    assert caught.value.code == expected


@pytest.mark.parametrize(
    ("key", "headers", "expected"),
    [
        ("a" * 1024, {}, "200"),
        ("a" * 1025, {}, "400 KeyTooLongError"),
        ("a", {"x-amz-meta-a": "x" * 2047}, "200"),
        ("a", {"x-amz-meta-a": "x" * 2048}, "400 MetadataTooLarge"),
        ("a", {"x-amz-tagging": "&".join(f"t{n}=" for n in range(10))}, "200"),
        ("a", {"x-amz-tagging": "&".join(f"t{n}=" for n in range(11))}, "400 BadRequest"),
        ("a", {"x-amz-tagging": "a=1&a=2"}, "400 InvalidTag"),
        ("a", {"x-amz-tagging": "AWS:a=1"}, "400 InvalidTag"),
        ("a", {"x-amz-tagging": "a=what%3F"}, "400 InvalidTag"),
        ("a", {"x-amz-tagging": f"a={'x' * 257}"}, "400 InvalidTag"),
        ("a", {"x-amz-tagging": "%C3%BCber=%2B-%3D._%3A%2F%40"}, "200"),
    ],
)
def test_limits(strict_s3: StrictS3Handle, bucket: str, key: str, headers: dict[str, str], expected: str) -> None:
    assert code(put(strict_s3, bucket, key, headers=headers)) == expected


@pytest.mark.parametrize(
    ("options", "acl", "expected"),
    [
        ({"acls_disabled": True}, "private", "400 AccessControlListNotSupported"),
        ({"acls_disabled": True}, "public-read", "400 AccessControlListNotSupported"),
        ({"acls_disabled": True}, "bucket-owner-full-control", "200"),
        ({"acls_disabled": True}, None, "200"),
        ({"public_access_blocked": True}, "public-read", "403 AccessDenied"),
        ({"public_access_blocked": True}, "private", "200"),
    ],
)
def test_acls(strict_s3: StrictS3Handle, options: dict[str, bool], acl: str | None, expected: str) -> None:
    bucket = strict_s3.new_bucket(**options)
    assert code(put(strict_s3, bucket, headers={"x-amz-acl": acl} if acl else {})) == expected


@pytest.mark.parametrize(
    ("limits", "headers", "expected"),
    [
        ({}, {"x-amz-acl": "private", "x-amz-tagging": "a=b"}, "200"),
        ({"may_write": False}, {}, "403 AccessDenied"),
        ({"may_set_acl": False}, {"x-amz-acl": "private"}, "403 AccessDenied"),
        ({"may_set_acl": False}, {}, "200"),
        ({"may_tag": False}, {"x-amz-tagging": "a=b"}, "403 AccessDenied"),
        ({"may_tag": False}, {}, "200"),
        ({"may_read": False, "may_list": False}, {}, "200"),
        ({"prefix": "other/"}, {}, "403 AccessDenied"),
        ({"session_token": "token"}, {}, "400 InvalidToken"),
        ({"session_token": "token"}, {"x-amz-security-token": "token"}, "200"),
    ],
)
def test_limited_keys(
    strict_s3: StrictS3Handle, bucket: str, limits: dict[str, object], headers: dict[str, str], expected: str
) -> None:
    assert code(put(strict_s3, bucket, by=strict_s3.new_key(**limits), headers=headers)) == expected


def test_strangers_read_what_is_public_and_nothing_else(
    strict_s3: StrictS3Handle, session: requests.Session, bucket: str
) -> None:
    strict_s3.put(bucket, "public.bin", BODY, ACL="public-read")
    strict_s3.put(bucket, "private.bin", BODY)
    assert strict_s3.acl(bucket, "public.bin") == "public-read"
    base = f"{strict_s3.endpoint}/{bucket}"
    assert strict_s3.anonymous_get(f"{base}/public.bin").body == BODY
    for path in ("/private.bin", "/missing.bin", "", "/public.bin?acl", "/public.bin?tagging"):
        assert strict_s3.anonymous_get(base + path).status == 403, path
    assert session.put(f"{base}/new.bin", data=BODY, timeout=30).status_code == 403


def test_without_the_right_to_list_nothing_is_missing(strict_s3: StrictS3Handle, bucket: str) -> None:
    strict_s3.put(bucket, "there.bin", BODY)
    statuses = []
    for limits in ({}, {"may_list": False}, {"may_read": False}):
        key = strict_s3.new_key(**limits)
        for name in ("there.bin", "missing.bin"):
            request = AWSRequest("HEAD", f"{strict_s3.endpoint}/{bucket}/{name}")
            S3SigV4Auth(Credentials(key.access_key, key.secret), "s3", "us-east-1").add_auth(request)
            headers = dict(request.headers.items())
            statuses.append(requests.head(request.url, headers=headers, timeout=30).status_code)
    assert statuses == [200, 404, 200, 403, 403, 403]


def test_presigned_addresses(strict_s3: StrictS3Handle, session: requests.Session, bucket: str) -> None:
    strict_s3.put(bucket, "a b.bin", BODY)
    strict_s3.put(bucket, "other.bin", BODY)
    url = strict_s3.presigned_get(bucket, "a b.bin")
    assert strict_s3.anonymous_get(url).body == BODY
    version_2 = (
        f"{strict_s3.endpoint}/{bucket}/a%20b.bin?AWSAccessKeyId={strict_s3.access_key}&Signature=x&Expires=9999999999"
    )
    assert strict_s3.anonymous_get(version_2).status == 400
    for changed in (
        url.replace("a%20b.bin", "other.bin"),
        url[:-4] + "0000",
        strict_s3.presigned_get(bucket, "a b.bin", seconds=-1),
    ):
        assert strict_s3.anonymous_get(changed).status == 403
    assert session.put(url, data=BODY, timeout=30).status_code == 403


def test_ordered_faults(strict_s3: StrictS3Handle, bucket: str) -> None:
    strict_s3.order(
        S3Fault(
            method="PUT",
            bucket=bucket,
            key="slow/*",
            status=503,
            code="SlowDown",
            headers={"Retry-After": "2"},
            times=2,
        )
    )
    assert code(put(strict_s3, bucket, "quick.bin")) == "200"
    answer = put(strict_s3, bucket, "slow/a.bin")
    assert (code(answer), answer.headers["Retry-After"]) == ("503 SlowDown", "2")
    assert [code(put(strict_s3, bucket, "slow/a.bin")) for _ in range(2)] == ["503 SlowDown", "200"]
    assert [each["status"] for each in strict_s3.requests(bucket)] == [200, 503, 503, 200]


@pytest.mark.parametrize("stored", [True, False])
def test_a_lost_answer(strict_s3: StrictS3Handle, bucket: str, stored: bool) -> None:
    strict_s3.order(S3Fault(bucket=bucket, reset=True, stored=stored))
    with pytest.raises(requests.ConnectionError):
        put(strict_s3, bucket)
    assert strict_s3.exists(bucket, "a.bin") == stored


def test_a_stall_ends_with_the_server(bucket: str) -> None:
    key = S3Key(access_key="AKIA", secret="secret")
    with StrictS3([key]) as server, requests.Session() as session:
        server.order(S3Fault(stall=100, status=0))
        with pytest.raises(requests.ReadTimeout):
            session.get(server.url, timeout=(5, 0.2))
    assert [each["status"] for each in server.requests] == [None]


def test_buckets_as_amazon_makes_them_today() -> None:
    handle = StrictS3Handle(
        "--aws-defaults", "--bucket", "paris:region=eu-west-3", "--bucket", "locked:enforced:blocked"
    )
    try:
        handle.client.create_bucket(Bucket="new")
        assert set(handle.buckets) == {"paris", "locked", "new"}
        for bucket in ("locked", "new"):
            with pytest.raises(ClientError, match="The bucket does not allow ACLs"):
                handle.put(bucket, "a", BODY, ACL="private")
        assert code(put(handle, "paris", region="eu-west-3")) == "200"
    finally:
        handle.stop()
    with pytest.raises(EndpointConnectionError):
        handle.client.list_buckets()


def test_it_ends_with_its_parent() -> None:
    """Also when the parent was killed."""
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys\nfrom tests.servers.child import ChildServer\n"
            "child = ChildServer('tests.servers.strict_s3')\n"
            "print(child.ready['endpoint'], child.pid, flush=True)\nsys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=dict(os.environ),
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    assert parent.stderr is not None
    endpoint = parent.stdout.readline().split()[0]
    assert requests.get(endpoint, timeout=30).status_code == 403
    parent.kill()
    # The child has inherited the other end of this pipe, and holds it until it is gone.
    assert parent.stderr.read() == ""
    parent.wait()
    for stream in (parent.stdin, parent.stdout, parent.stderr):
        stream.close()
    with pytest.raises(requests.ConnectionError):
        requests.get(endpoint, timeout=30)


def test_faults_for_requests_with_and_without_a_header(strict_s3: StrictS3Handle, bucket: str) -> None:
    strict_s3.order(S3Fault(status=501, code="NotImplemented", header="x-amz-tagging", times=None))
    strict_s3.put(bucket, "a.png", b"1")
    with pytest.raises(ClientError, match="NotImplemented"):
        strict_s3.put(bucket, "b.png", b"1", Tagging="a=b")
    strict_s3.clear_faults()
    strict_s3.order(S3Fault(status=403, code="AccessDenied", without="x-amz-server-side-encryption", method="PUT"))
    strict_s3.put(bucket, "c.png", b"1", ServerSideEncryption="AES256")
    with pytest.raises(ClientError, match="AccessDenied"):
        strict_s3.put(bucket, "d.png", b"1")
    assert strict_s3.keys(bucket) == ("a.png", "c.png")
