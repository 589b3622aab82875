"""Each rule on profiles and accounts, at its borders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraken_desktop.model.object_key import PROBLEMS as TEMPLATE_PROBLEMS
from kraken_desktop.model.profile import (
    Account,
    Acl,
    Credentials,
    CredentialSource,
    Engine,
    Finding,
    Profile,
    Severity,
    Uploader,
)
from kraken_desktop.model.profile_rules import PROBLEMS, check_account, check_profile

ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def profile(**changes: Any) -> Profile:
    told: dict[str, Any] = {
        "id": "p",
        "name": "Blog",
        "account_id": "a",
        "bucket": "my-images",
        "region": "eu-west-1",
        "credentials": Credentials(access_key=ACCESS_KEY),
    }
    return Profile(**(told | changes))


def account(**changes: Any) -> Account:
    return Account(**({"id": "a", "api_key": "0123456789abcdef"} | changes))


def told(findings: Sequence[Finding]) -> list[str]:
    """Codes; those of warnings with a question mark."""
    return [each.problem + "?" * (each.severity is Severity.WARNING) for each in findings]


LOCAL = {"engine": Engine.LOCAL, "uploader": Uploader.LOCAL, "account_id": None}
FOLDER = {
    **LOCAL,
    "folder": str(Path("/pictures").absolute()),
    "bucket": "",
    "region": "",
    "credentials": Credentials(),
}
R2 = {"uploader": Uploader.LOCAL, "acl": Acl.NONE, "endpoint": "https://0123.r2.cloudflarestorage.com"}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        LOCAL,
        {"uploader": Uploader.LOCAL, "acl": Acl.NONE},
        {**R2, "region": "auto"},
        {"endpoint": "https://s3.eu-west-1.amazonaws.com"},
        {"public_url": "https://cdn.example.org/images"},
        {"public_url": "http://localhost:8080/x"},
        FOLDER,
        {**FOLDER, "engine": Engine.KRAKEN, "account_id": "a"},
        # Nothing of S3 matters for a folder.
        {**FOLDER, "endpoint": "x", "path_style": False, "tags": (("", ""),), "storage_class": "?", "acl": Acl.NONE},
        {"local_copy": str(Path("/copies").absolute())},
        {"path_style": False},
        {"path_style": True, "uploader": Uploader.LOCAL},
        {"uploader": Uploader.LOCAL, "storage_class": "STANDARD_IA"},
        {**R2, "storage_class": "InfrequentAccess"},
        {"uploader": Uploader.LOCAL, "endpoint": "http://localhost:9000", "path_style": False},
    ],
)
def test_a_good_profile_has_no_findings(changes: dict[str, Any]) -> None:
    assert check_profile(profile(**changes)) == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": " "}, ["name.empty"]),
        ({"account_id": None}, ["account_id.missing"]),
        ({"account_id": ""}, ["account_id.missing"]),
        ({"engine": Engine.LOCAL}, ["uploader.needs_kraken_engine"]),
        ({"acl": Acl.NONE}, ["acl.none_with_kraken"]),
        ({**FOLDER, "uploader": Uploader.KRAKEN}, ["uploader.needs_kraken_engine", "folder.needs_local_uploader"]),
        (
            {**FOLDER, "engine": Engine.KRAKEN, "account_id": "a", "uploader": Uploader.KRAKEN, "acl": Acl.NONE},
            ["folder.needs_local_uploader"],
        ),
        ({**FOLDER, "folder": "pictures"}, ["folder.not_absolute"]),
        ({**FOLDER, "folder": "~/pictures"}, ["folder.not_absolute"]),
        ({**FOLDER, "folder": FOLDER["folder"] + "/a\0b"}, ["folder.not_absolute"]),
        ({**FOLDER, "local_copy": "copies"}, ["local_copy.not_absolute"]),
        ({"local_copy": "copies"}, ["local_copy.not_absolute"]),
        ({"path_template": "/{name}"}, ["template.leading_slash", "template.not_unique?"]),
        ({"path_template": "{name}"}, ["template.not_unique?"]),
    ],
)
def test_name_route_and_template(changes: dict[str, Any], expected: list[str]) -> None:
    assert told(check_profile(profile(**changes))) == expected


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [
        ("abc", []),
        ("a" * 63, []),
        ("1-2-3", []),
        ("", ["bucket.empty"]),
        ("ab", ["bucket.too_short"]),
        ("a" * 64, ["bucket.too_long"]),
        ("My-Images", ["bucket.upper_case"]),
        ("my_images", ["bucket.underscore"]),
        ("my images", ["bucket.characters"]),
        ("b\xfccher", ["bucket.characters"]),
        ("images\n", ["bucket.characters"]),
        ("-images", ["bucket.ends"]),
        ("images-", ["bucket.ends"]),
        (".images", ["bucket.ends", "bucket.dots?"]),
        ("my.images", ["bucket.dots?"]),
        ("my..images", ["bucket.double_dot"]),
        ("192.168.5.4", ["bucket.ip_address"]),
        ("192.168.5.400", ["bucket.dots?"]),
        ("xn--images", ["bucket.reserved_prefix"]),
        ("sthree-images", ["bucket.reserved_prefix"]),
        ("amzn-s3-demo-images", ["bucket.reserved_prefix"]),
        ("images-s3alias", ["bucket.reserved_suffix"]),
        ("images--ol-s3", ["bucket.reserved_suffix"]),
        ("images.mrap", ["bucket.reserved_suffix", "bucket.dots?"]),
        ("images--x-s3", ["bucket.reserved_suffix"]),
        ("images--table-s3", ["bucket.reserved_suffix"]),
        ("s3://images", ["bucket.not_a_name"]),
        ("arn:aws:s3:::images", ["bucket.not_a_name"]),
        ("images/2024", ["bucket.not_a_name"]),
    ],
)
def test_bucket(bucket: str, expected: list[str]) -> None:
    assert told(check_profile(profile(bucket=bucket))) == expected


def test_old_buckets_of_us_east_1_are_only_warned_of() -> None:
    found = check_profile(profile(bucket="My_Images", region="us-east-1"))
    assert told(found) == ["bucket.upper_case?", "bucket.underscore?"]
    assert [finding.detail for finding in found] == ["MI", "_"]


def test_the_detail_shows_what_cannot_be_seen() -> None:
    (found,) = check_profile(profile(bucket="a b\u200b\xe9c"))
    assert found.detail == "space U+200B \xe9"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"region": "us-east-1"}, []),
        ({"region": ""}, ["region.empty"]),
        ({"region": " "}, ["region.empty"]),
        ({"region": "eu-west-9"}, ["region.unknown?"]),
        ({"region": "xx-word-1"}, ["region.unknown?"]),
        ({"region": "EU (Ireland)"}, ["region.implausible"]),
        ({"region": "EU-WEST-1"}, ["region.implausible"]),
        ({"region": "eu-west-1 "}, ["region.implausible"]),
        ({"region": "eu-west-1\n"}, ["region.implausible"]),
        ({"region": "auto"}, ["endpoint.missing"]),
        ({"region": "auto", "endpoint": "https://s3.amazonaws.com"}, ["region.implausible"]),
        ({"region": "", **R2}, ["region.empty"]),
        ({"region": "us east", **R2}, ["region.implausible"]),
        ({"region": "fsn1", **R2}, []),
        ({"region": "cn-north-1"}, ["region.apart?"]),
        ({"region": "us-gov-west-1"}, ["region.apart?"]),
        ({"region": "cn-north-1", "uploader": Uploader.LOCAL}, []),
    ],
)
def test_region(changes: dict[str, Any], expected: list[str]) -> None:
    assert told(check_profile(profile(**changes))) == expected


URLS = [
    ("https://images.example.org", []),
    ("https://images.example.org:8443/base/", []),
    ("http://127.0.0.1:9000", []),
    ("http://[::1]:9000", []),
    ("http://images.example.org", ["not_https"]),
    ("http://127.0.0.1.example.org", ["not_https"]),
    ("images.example.org", ["not_a_url"]),
    ("ftp://images.example.org", ["not_a_url"]),
    ("file:///tmp", ["not_a_url"]),
    ("https://", ["not_a_url"]),
    ("https://a b", ["not_a_url"]),
    ("https://a\n.org", ["not_a_url"]),
    ("https://a.org\\@b.org", ["not_a_url"]),
    ("https://[::1", ["not_a_url"]),
    ("https://a.org:99999", ["not_a_url"]),
    ("https://a.org:0", ["not_a_url"]),
    ("https://a.org?x=1", ["extra_parts"]),
    ("https://a.org/#", ["extra_parts"]),
    ("https://me:hunter2@a.org", ["user_info"]),
    ("http://me:hunter2@a.org/?x", ["user_info", "extra_parts"]),
    ("me:hunter2@a.org", ["not_a_url"]),
]


@pytest.mark.parametrize(("url", "expected"), URLS)
def test_addresses(url: str, expected: list[str]) -> None:
    local = profile(uploader=Uploader.LOCAL)
    assert told(check_profile(profile(public_url=url))) == [f"public_url.{each}" for each in expected]
    for found in (
        check_profile(profile(uploader=local.uploader, endpoint=url)),
        tuple(each for each in check_account(account(api_url=url)) if each.problem != "api_url.path"),
    ):
        assert [each.problem.partition(".")[2] for each in found] == expected
        assert "hunter2" not in repr(found)


@pytest.mark.parametrize("endpoint", ["https://0123.r2.cloudflarestorage.com", "http://localhost:9000"])
def test_kraken_io_cannot_write_to_another_s3(endpoint: str) -> None:
    assert told(check_profile(profile(endpoint=endpoint))) == ["endpoint.kraken_uploader?"]


LOCAL_UPLOADER = {"uploader": Uploader.LOCAL}
ON_LOOPBACK = {**LOCAL_UPLOADER, "endpoint": "http://localhost:9000", "path_style": False}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({**R2, "endpoint": "https://my-images.fra1.digitaloceanspaces.com"}, ["endpoint.has_bucket?"]),
        ({**R2, "endpoint": "https://0123.r2.cloudflarestorage.com/my-images/"}, ["endpoint.has_bucket?"]),
        ({**R2, "endpoint": "https://0123.r2.cloudflarestorage.com/x"}, []),
        ({**R2, "endpoint": "https://my-images2.org"}, []),
        ({**R2, "acl": Acl.PUBLIC_READ}, ["acl.not_of_objects?"]),
        ({**R2, "acl": Acl.PUBLIC_READ, "endpoint": "https://s3.example.com"}, []),
        ({**R2, "acl": Acl.PUBLIC_READ, "endpoint": "https://fra1.digitaloceanspaces.com"}, []),
        ({**R2, "tags": (("team", "web"),)}, ["tags.not_there?"]),
        ({**R2, "tags": (("team", "web"),), "endpoint": "https://gateway.storjshare.io"}, []),
        ({"bucket": "my.images", "path_style": False}, ["bucket.dots?", "path_style.dotted_bucket?"]),
        ({"bucket": "my.images", "path_style": True}, ["bucket.dots?"]),
        ({**ON_LOOPBACK, "bucket": "my.images"}, ["bucket.dots?"]),
        ({"storage_class": "STANDARD_IA"}, ["storage_class.kraken_uploader?"]),
        ({**LOCAL_UPLOADER, "storage_class": "standard"}, ["storage_class.unknown?"]),
        ({**LOCAL_UPLOADER, "storage_class": "GLACIER_IR"}, []),
        ({**LOCAL_UPLOADER, "storage_class": "GLACIER"}, ["storage_class.archive?"]),
        ({**R2, "storage_class": "DEEP_ARCHIVE"}, ["storage_class.archive?"]),
        ({**R2, "storage_class": "A B"}, ["storage_class.characters"]),
        ({**R2, "storage_class": "A\r\nHost: evil"}, ["storage_class.characters"]),
        ({**LOCAL_UPLOADER, "headers": (("Content-Type", "image/png"),)}, ["headers.content_type_ignored?"]),
    ],
)
def test_what_only_our_own_uploader_uses(changes: dict[str, Any], expected: list[str]) -> None:
    assert told(check_profile(profile(**changes))) == expected


def many(count: int) -> tuple[tuple[str, str], ...]:
    return tuple((f"k{number}", "") for number in range(count))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (many(10), []),
        (many(11), ["tags.too_many"]),
        ((("", "x"),), ["tags.empty_key"]),
        ((("a", "1"), ("a", "2")), ["tags.duplicate"]),
        ((("a", "1"), ("A", "2")), []),
        ((("k" * 128, "v" * 256),), []),
        ((("k" * 129, ""),), ["tags.key_too_long"]),
        ((("k", "v" * 257),), ["tags.value_too_long"]),
        ((("\U00020000" * 64, "\U00020000" * 128),), []),
        ((("\U00020000" * 65, ""),), ["tags.key_too_long"]),
        ((("k", "\U00020000" * 129),), ["tags.value_too_long"]),
        ((("project + - = . _ : / @", "\u65e5\u672c \xe9 9"),), []),
        ((("a&b", ""),), ["tags.characters"]),
        ((("a", "b\n"),), ["tags.characters"]),
        ((("a", "\U0001f600"),), ["tags.characters"]),
        ((("aws:x", ""),), ["tags.aws_prefix"]),
        ((("AWS:x", ""),), ["tags.aws_prefix"]),
        ((("a", "Aws:x"),), ["tags.aws_prefix"]),
        ((("laws:x", ""),), []),
    ],
)
def test_tags(tags: tuple[tuple[str, str], ...], expected: list[str]) -> None:
    assert told(check_profile(profile(tags=tags))) == expected


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ((("author", "me"), ("empty", "")), []),
        ((("a" * 48, "b" * 2000),), []),
        ((("a" * 48, "b" * 2001),), ["metadata.too_large"]),
        ((("a", "b" * 2047), ("c", "")), ["metadata.too_large"]),
        ((("", "x"),), ["metadata.empty_name"]),
        ((("two words", "x"),), ["metadata.bad_name"]),
        ((("a:", "x"),), ["metadata.bad_name"]),
        ((("\xe9", "x"),), ["metadata.bad_name"]),
        ((("a\n", "x"),), ["metadata.bad_name"]),
        ((("a", "x\r\nHost: evil"),), ["metadata.control_character"]),
        ((("a", "x\x00"),), ["metadata.control_character"]),
        ((("a", "\xe9"),), ["metadata.not_ascii"]),
        ((("Author", "x"), ("author", "y")), ["metadata.duplicate"]),
        ((("x-amz-meta-author", "x"),), ["metadata.prefix?"]),
        ((("X-Amz-Meta-Author", "x"),), ["metadata.prefix?"]),
    ],
)
def test_metadata(metadata: tuple[tuple[str, str], ...], expected: list[str]) -> None:
    assert told(check_profile(profile(metadata=metadata))) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((("Cache-Control", "public, max-age=31536000"), ("x-amz-storage-class", "STANDARD_IA")), []),
        ((("", "x"),), ["headers.empty_name"]),
        ((("Cache Control", "x"),), ["headers.bad_name"]),
        ((("Expires:", "x"),), ["headers.bad_name"]),
        ((("Expires", ""),), ["headers.empty_value?"]),
        ((("Expires", "a\nb"),), ["headers.control_character"]),
        ((("Expires", "\u2028"),), ["headers.not_ascii", "headers.empty_value?"]),
        ((("Expires", "x"), ("expires", "y")), ["headers.duplicate"]),
        ((("Host", "x"),), ["headers.reserved"]),
        ((("content-length", "1"),), ["headers.reserved"]),
        ((("Authorization", "x"),), ["headers.reserved"]),
        ((("x-amz-security-token", "x"),), ["headers.reserved"]),
        ((("X-Amz-Acl", "public-read"),), ["headers.use_acl"]),
        ((("x-amz-grant-read", "x"),), ["headers.use_acl"]),
        ((("x-amz-tagging", "a=b"),), ["headers.use_tags"]),
        ((("x-amz-meta-author", "x"),), ["headers.use_metadata"]),
        ((("Host ", "x"),), ["headers.bad_name", "headers.reserved"]),
        ((("Content-Type", "image/png"),), ["headers.content_type?"]),
    ],
)
def test_headers(headers: tuple[tuple[str, str], ...], expected: list[str]) -> None:
    assert told(check_profile(profile(headers=headers))) == expected


KEYRING, ENVIRONMENT, AWS_PROFILE = CredentialSource


@pytest.mark.parametrize(
    ("credentials", "changes", "expected"),
    [
        (Credentials(), {}, ["credentials.access_key_empty"]),
        (Credentials(source=ENVIRONMENT), {}, []),
        (Credentials(source=ENVIRONMENT, access_key="AKIA"), {}, ["credentials.access_key_length?"]),
        (Credentials(source=AWS_PROFILE), {}, ["credentials.aws_profile_empty"]),
        (Credentials(source=AWS_PROFILE, aws_profile="default"), LOCAL_UPLOADER, []),
        (Credentials(source=AWS_PROFILE, aws_profile="default", access_key="x"), LOCAL_UPLOADER, []),
        (Credentials(source=AWS_PROFILE, aws_profile="default"), {}, ["credentials.aws_profile_with_kraken?"]),
        (Credentials(access_key=ACCESS_KEY + "\n"), {}, ["credentials.access_key_whitespace"]),
        (Credentials(access_key=" " + ACCESS_KEY), {}, ["credentials.access_key_whitespace"]),
        (Credentials(access_key="A" * 15), {}, ["credentials.access_key_length?"]),
        (Credentials(access_key="A" * 16), {}, []),
        (Credentials(access_key="A" * 128), {}, []),
        (Credentials(access_key="A" * 129), {}, ["credentials.access_key_length?"]),
        (Credentials(access_key="minioadmin"), R2, []),
        (Credentials(access_key="ASIAIOSFODNN7EXAMPLE"), {}, ["credentials.temporary_key"]),
        (Credentials(access_key="ASIAIOSFODNN7EXAMPLE"), {"uploader": Uploader.LOCAL}, []),
        (Credentials(access_key=SECRET), {}, ["credentials.looks_like_secret"]),
        (Credentials(access_key=SECRET), R2, []),
    ],
)
def test_credentials(credentials: Credentials, changes: dict[str, Any], expected: list[str]) -> None:
    found = check_profile(profile(credentials=credentials, **changes))
    assert told(found) == expected
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"name": ""}, ["name.empty"]),
        ({"api_key": ""}, ["api_key.empty"]),
        ({"api_key": " "}, ["api_key.empty"]),
        ({"api_key": "", "source": ENVIRONMENT}, []),
        ({"api_key": "abc "}, ["api_key.whitespace"]),
        ({"api_key": "a\u200bbc"}, ["api_key.whitespace"]),
        ({"api_url": " "}, ["api_url.empty"]),
        ({"api_url": "http://api.kraken.io"}, ["api_url.not_https"]),
        ({"api_url": "https://api.kraken.io/v1"}, ["api_url.path?"]),
        ({"api_url": "https://api.kraken.io/"}, []),
        ({"api_url": "http://localhost:8000"}, []),
    ],
)
def test_account(changes: dict[str, Any], expected: list[str]) -> None:
    assert told(check_account(account(**changes))) == expected


def test_each_finding_names_a_field_of_the_dataclass_and_starts_with_it() -> None:
    wrong = profile(
        name="",
        bucket="",
        region="",
        endpoint="x",
        path_template="",
        public_url="x",
        tags=(("", ""),),
        metadata=(("", ""),),
        headers=(("", ""),),
        credentials=Credentials(),
    )
    for finding in (*check_profile(wrong), *check_account(account(api_key="", api_url=""))):
        assert hasattr(wrong, finding.field) or hasattr(account(), finding.field)
        assert finding.problem.startswith((f"{finding.field}.", "template."))


def test_a_folder_that_is_meant_but_not_named_is_asked_for_and_nothing_of_s3() -> None:
    found = check_profile(
        profile(**FOLDER | {"folder": "", "bucket": "", "credentials": Credentials()}), to_folder=True
    )
    assert [each.problem for each in found] == ["folder.empty"]


def test_the_list_of_problems_is_exactly_what_can_be_found() -> None:
    cases = [
        case
        for name, test in globals().items()
        if name.startswith("test_")
        for mark in getattr(test, "pytestmark", ())
        if mark.name == "parametrize"
        for case in mark.args[1]
    ]
    expected = {each.rstrip("?") for case in cases if isinstance(case, tuple) for each in case[-1]}
    urls = {f"{field}.{each}" for field in ("endpoint", "public_url", "api_url") for _, case in URLS for each in case}
    elsewhere = {"endpoint.kraken_uploader", "folder.empty"}
    tried = {each for each in expected if "." in each} | urls | elsewhere
    assert sorted(tried - set(TEMPLATE_PROBLEMS)) == sorted(PROBLEMS)
    assert len(set(PROBLEMS)) == len(PROBLEMS)


PAIRS = st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), max_size=12).map(tuple)


@given(text=st.text(), pairs=PAIRS)
def test_nothing_that_can_be_typed_makes_the_check_fail(text: str, pairs: tuple[tuple[str, str], ...]) -> None:
    found = check_profile(
        profile(
            name=text,
            bucket=text,
            region=text,
            endpoint=text,
            path_template=text,
            public_url=f"https://{text}",
            tags=pairs,
            metadata=pairs,
            headers=pairs,
            storage_class=text,
            local_copy=text,
            credentials=Credentials(access_key=text),
        )
    )
    found += check_profile(profile(**FOLDER | {"folder": text}))
    found += check_account(account(api_key=text, api_url=f"http://{text}"))
    assert {each.problem for each in found} <= {*PROBLEMS, *TEMPLATE_PROBLEMS}
