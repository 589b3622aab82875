"""The headers of an upload, where a server cannot show them."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.buckets.bucket import Upload
from kraken_desktop.buckets.s3_headers import put_headers
from kraken_desktop.model.profile import Acl, Profile

SHA256 = hashlib.sha256(b"12345")
UPLOAD = Upload(path=Path("a.png"), size=5, sha256=SHA256.hexdigest(), content_type="image/png")


def headers(upload: Upload = UPLOAD, **changes: Any) -> dict[str, str]:
    return put_headers(Profile(id="p", name="Web", bucket="images", **({"acl": Acl.NONE} | changes)), upload)


@pytest.mark.parametrize(
    ("endpoint", "sent"),
    [
        ("", True),
        ("https://s3.eu-west-1.amazonaws.com", True),
        ("https://0123.r2.cloudflarestorage.com", False),
        ("http://127.0.0.1:9000", False),
    ],
)
def test_a_checksum_is_for_aws_only(endpoint: str, sent: bool) -> None:
    told = headers(endpoint=endpoint)
    expected = {"x-amz-checksum-sha256": base64.b64encode(SHA256.digest()).decode()} if sent else {}
    assert told == {"Content-Type": "image/png"} | expected


def test_a_type_that_nobody_knows_is_bytes() -> None:
    unknown = Upload(path=Path("a"), size=5, sha256=SHA256.hexdigest(), content_type="")
    assert headers(unknown)["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("name", ["Content-Type", " CONTENT-TYPE ", "If-None-Match"])
def test_what_is_not_the_profiles_to_say(name: str) -> None:
    assert headers(headers=((name, "x"), ("Cache-Control", "no-cache"))) == headers(
        headers=(("Cache-Control", "no-cache"),)
    )


@pytest.mark.parametrize(
    ("tags", "sent"),
    [
        ((("a", "b"), ("c", "")), "a=b&c="),
        ((("a b", "c&d=e+f/g"),), "a%20b=c%26d%3De%2Bf%2Fg"),
        ((("é", "日"),), "%C3%A9=%E6%97%A5"),
    ],
)
def test_tags_are_a_query(tags: tuple[tuple[str, str], ...], sent: str) -> None:
    assert headers(tags=tags)["x-amz-tagging"] == sent
