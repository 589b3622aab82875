"""Signatures, checked by what the strict test server checks them with; also for hosts that cannot be had here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraken_desktop.buckets.bucket import Upload
from kraken_desktop.buckets.s3 import S3Bucket
from kraken_desktop.buckets.signing import EMPTY_SHA256, presigned_url, signed_headers
from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.links import bucket_url
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.s3_keys import S3Keys
from kraken_desktop.transport import Transport
from tests.buckets.conftest import Uploads
from tests.servers.s3_signature import Key, S3RefusedError, S3Request, authenticate
from tests.support.raw_server import Peer, RawServer

KEYS = S3Keys(access_key="AKIA1", secret="se/cret+", session_token="to/ken+=")
KNOWN = {"AKIA1": Key(access_key="AKIA1", secret="se/cret+", session_token="to/ken+=")}
NOW = datetime(2026, 11, 26, 11, 0, 0, tzinfo=UTC)
PROFILE = Profile(id="p", name="Web", bucket="my.images", region="eu-west-3")


def request_of(method: str, url: str, headers: Mapping[str, str]) -> S3Request:
    parts = urlsplit(url)
    told = {name.lower(): value for name, value in headers.items()} | {"host": parts.netloc}
    return S3Request(method=method, raw_path=parts.path, raw_query=parts.query, headers=told, body=b"")


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40))
def test_any_key_can_be_signed(key: str) -> None:
    url = bucket_url(PROFILE, key)
    headers = {"Content-Type": "image/png", "x-amz-meta-a": "two  blanks", "Cache-Control": "a, b"}
    signed = signed_headers(KEYS, "PUT", url, headers, sha256=EMPTY_SHA256, region="eu-west-3", at=NOW)
    assert headers.items() <= signed.items()
    assert authenticate(request_of("PUT", url, signed), KNOWN, "eu-west-3", now=NOW) is KNOWN["AKIA1"]
    link = presigned_url(KEYS, url, region="eu-west-3", at=NOW, seconds=60)
    opened = request_of("GET", link, {})
    assert authenticate(opened, KNOWN, "eu-west-3", now=NOW + timedelta(seconds=60)) is KNOWN["AKIA1"]
    with pytest.raises(S3RefusedError, match="AccessDenied"):
        authenticate(opened, KNOWN, "eu-west-3", now=NOW + timedelta(seconds=61))


@pytest.mark.parametrize("bucket", ["images", "my.images"])
def test_a_bucket_in_the_host_name_is_signed_with_it(bucket: str, upload: Uploads) -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []

    def script(peer: Peer) -> None:
        seen.append(peer.read_request())
        peer.answer(200, b"", 'ETag: "x"\r\n')

    # A proxy is asked for names that do not exist here.
    with RawServer(script) as proxy:
        transport = Transport(connections=1, user_agent="Test/1", proxies_for=lambda url: {"http": proxy.url})
        profile = Profile(
            id="p", name="Web", bucket=bucket, region="auto", endpoint="http://s3.test:8080/", path_style=False
        )
        wanted: Upload = upload(b"12345")
        S3Bucket(transport, profile, KEYS).put("a b/+.png", wanted, CancelToken(), lambda sent, size: None)
        transport.close()
    ((line, headers, body),) = seen
    assert line == f"PUT http://{bucket}.s3.test:8080/a%20b/%2B.png HTTP/1.1"
    request = S3Request(method="PUT", raw_path="/a%20b/%2B.png", raw_query="", headers=headers, body=body)
    assert headers["host"] == f"{bucket}.s3.test:8080"
    stamp = datetime.now(UTC)
    assert authenticate(request, KNOWN, "auto", now=stamp) is KNOWN["AKIA1"]
    assert body == b"12345"
