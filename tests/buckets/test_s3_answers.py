"""What an answer of S3 means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraken_desktop.buckets.s3_answers import Refusal, error_of, http_date, refusal
from kraken_desktop.model.errors import (
    AclRefusedError,
    BucketBusyError,
    BucketDeniedError,
    BucketRefusedError,
    WrongRegionError,
)
from kraken_desktop.transport import Answer

DEEP = "<x>" * 2_000


def answer(status: int, body: str = "", **headers: str) -> Answer:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=told, body=body.encode())


def xml(code: str, message: str = "", more: str = "") -> str:
    return f'<?xml version="1.0"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>'


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (xml("NoSuchKey", "Not &lt;here&gt;\n  now"), "NoSuchKey", "Not <here> now"),
        ('<Error xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Code>X</Code></Error>', "X", ""),
        ("<Error><Code>X</Code><Inner><Code>Y</Code></Inner></Error>", "X", ""),
        ("<Error><Code>X</Code><Message>cut", "X", "cut"),
        ("<Other><Code>X</Code></Other>", "", ""),
        ("<html><Error></html>", "", ""),
        ('{"Code": "X"}', "", ""),
        ("", "", ""),
        ('<!DOCTYPE e SYSTEM "file:///etc/passwd"><Error><Code>X</Code></Error>', "", ""),
        ('<!DOCTYPE e [<!ENTITY a "b">]><Error><Code>&a;</Code></Error>', "", ""),
        (f"<Error><Code>X</Code>{DEEP}</Error>", "X", ""),
        ('<?xml version="1.0" encoding="unheard-of"?><Error><Code>X</Code></Error>', "", ""),
        (xml("X", "y" * 9_000), "X", "y" * 500),
    ],
)
def test_xml_and_what_is_none(body: str, code: str, said: str) -> None:
    told = refusal(answer(400, body))
    assert (told.code, told.said) == (code, said)


@given(st.binary(max_size=200))
def test_no_body_makes_the_reading_fail(body: bytes) -> None:
    for content in (body, b"<Error><Code>" + body, b"<Error>" + body + b"</Error>"):
        told = refusal(Answer(status=500, headers={}, body=content))
        assert isinstance(error_of(told, bucket="b", key="k", doing="put"), BucketRefusedError)


@pytest.mark.parametrize(
    ("told", "region"),
    [
        (answer(400, xml("AuthorizationHeaderMalformed", "x", "<Region>eu-west-3</Region>")), "eu-west-3"),
        (answer(400, xml("AuthorizationHeaderMalformed", "'a' is wrong; expecting 'eu-west-3'")), "eu-west-3"),
        (answer(301, x_amz_bucket_region="eu-west-3"), "eu-west-3"),
        (
            answer(
                400,
                xml(
                    "IllegalLocationConstraintException",
                    "The me-south-1 location constraint is incompatible for the region specific endpoint",
                ),
            ),
            "me-south-1",
        ),
        (answer(301, xml("PermanentRedirect", "", "<Endpoint>b.s3-eu-west-1.amazonaws.com</Endpoint>")), "eu-west-1"),
        (answer(307, location="https://b.s3.eu-west-1.amazonaws.com/k?x#y"), "eu-west-1"),
        (answer(307, location="https://b.s3.cn-north-1.amazonaws.com.cn/k"), "cn-north-1"),
        (answer(307, location="https://evil.org/b.s3.eu-west-1.amazonaws.com"), ""),
        (answer(301, x_amz_bucket_region="evil.org/"), ""),
        (answer(301, xml("PermanentRedirect", "", "<Region>a.b</Region>")), ""),
        (answer(301), ""),
    ],
)
def test_where_the_bucket_is(told: Answer, region: str) -> None:
    assert refusal(told).region == region
    assert refusal(told).elsewhere


BLOCKED = "User: arn:aws:iam::1:user/x is not authorized to perform: s3:PutObject because of BlockPublicAcls"
NO_ACL = "User: arn:aws:iam::1:user/x is not authorized to perform: s3:PutObjectAcl on resource"
NO_PUT = "User: arn:aws:iam::1:user/x is not authorized to perform: s3:PutObject on resource"
CAP = "Cannot upload files, storage cap exceeded. See the Caps & Alerts page to increase your cap."
NO_TAG = "User: arn:aws:iam::1:user/x is not authorized to perform: s3:PutObjectTagging on resource"


@pytest.mark.parametrize(
    ("told", "acl", "kind"),
    [
        (Refusal(status=403, code="AccessDenied", said="Access Denied"), "", BucketDeniedError),
        (Refusal(status=403, code="AccessDenied", said="Access Denied"), "public_read", AclRefusedError),
        (Refusal(status=403, code="AccessDenied", said=BLOCKED), "public_read", AclRefusedError),
        (Refusal(status=403, code="AccessDenied", said=NO_ACL), "public_read", AclRefusedError),
        (Refusal(status=403, code="AccessDenied", said=NO_PUT), "public_read", BucketDeniedError),
        (Refusal(status=403, code="AccessDenied", said=NO_TAG), "public_read", BucketDeniedError),
        (Refusal(status=400, code="AccessControlListNotSupported"), "", AclRefusedError),
        (Refusal(status=403, code="SignatureDoesNotMatch"), "public_read", BucketDeniedError),
        (Refusal(status=400, code="ExpiredToken"), "", BucketDeniedError),
        (Refusal(status=400, code="AuthorizationHeaderMalformed"), "", BucketDeniedError),
        (Refusal(status=400, code="AuthorizationHeaderMalformed", region="x"), "", WrongRegionError),
        (Refusal(status=301), "", WrongRegionError),
        (Refusal(status=307, code="TemporaryRedirect"), "", BucketBusyError),
        (Refusal(status=401), "", BucketDeniedError),
        (Refusal(status=400), "", BucketRefusedError),
        (Refusal(status=400, code="InvalidTag"), "", BucketDeniedError),
        (Refusal(status=400, code="KMS.DisabledException"), "", BucketDeniedError),
        (Refusal(status=400, code="EntityTooLarge"), "", BucketRefusedError),
        (Refusal(status=400, code="RequestTimeout"), "", BucketBusyError),
        (Refusal(status=400, code="XAmzContentSHA256Mismatch"), "", BucketBusyError),
        (Refusal(status=409, code="ConditionalRequestConflict"), "", BucketBusyError),
        (Refusal(status=429), "", BucketBusyError),
        (Refusal(status=500), "", BucketBusyError),
        (Refusal(status=501, code="NotImplemented"), "public_read", BucketDeniedError),
        (Refusal(status=501, code="NotImplemented", said="Header 'x-amz-acl' ..."), "public_read", AclRefusedError),
        (Refusal(status=501, code="NotImplemented", said="Header 'x-amz-tagging' ..."), "", BucketDeniedError),
        (Refusal(status=501), "", BucketDeniedError),
        (Refusal(status=503, code="SlowDown"), "", BucketBusyError),
        (Refusal(status=507), "", BucketDeniedError),
        (Refusal(status=507, code="XMinioStorageFull"), "", BucketDeniedError),
        (Refusal(status=503, code="QuotaExceeded"), "", BucketDeniedError),
        (Refusal(status=400, code="XMinioAdminBucketQuotaExceeded"), "", BucketDeniedError),
        (Refusal(status=403, code="AccessDenied", said=CAP), "public_read", BucketDeniedError),
    ],
)
def test_each_refusal_is_its_error(told: Refusal, acl: str, kind: type[BucketRefusedError]) -> None:
    error = error_of(told, bucket="b", key="k", doing="put", acl=acl)
    assert type(error) is kind
    assert (error.status, error.aws_code, error.said) == (told.status, told.code, told.said)


@pytest.mark.parametrize(
    ("told", "unconditional"),
    [
        (Refusal(status=501), True),
        (Refusal(status=501, code="NotImplemented", said="A header you provided is not implemented"), True),
        (Refusal(status=501, code="NotImplemented", said="Header 'x-amz-tagging' not implemented"), False),
        (Refusal(status=500), False),
    ],
)
def test_a_header_that_is_named_is_what_was_not_known(told: Refusal, unconditional: bool) -> None:
    assert told.unconditional is unconditional


@pytest.mark.parametrize(("text", "seconds"), [("7", 7), ("", None), ("-1", None), ("soon", None), ("9" * 30, None)])
def test_how_long_to_wait(text: str, seconds: int | None) -> None:
    assert refusal(answer(503, retry_after=text)).retry_after == seconds


@pytest.mark.parametrize("text", ["Thu, 26 Nov 2026 11:00:00 GMT", "Thu, 26 Nov 2026 11:00:00 -0000"])
def test_dates_know_their_zone(text: str) -> None:
    told = http_date(text)
    assert told is not None
    assert told.isoformat() == "2026-11-26T11:00:00+00:00"
    assert http_date("yesterday") is None
