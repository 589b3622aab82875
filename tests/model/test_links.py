"""Addresses that open, and the formats they are copied in."""

from __future__ import annotations

import html.parser
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraken_desktop.model.job import StoredImage
from kraken_desktop.model.links import (
    LinkFormat,
    alternative_text,
    encode_key,
    format_link,
    is_aws,
    is_loopback,
    object_url,
    shown_url,
)
from kraken_desktop.model.profile import Profile


def profile(**changes: Any) -> Profile:
    return Profile(**({"id": "p", "name": "Blog", "bucket": "images", "region": "eu-west-1"} | changes))


def link(link_format: LinkFormat, *, url: str = "https://x.org/a.png", alt: str = "", **size: int) -> str:
    return format_link(StoredImage(key="a.png", url=url, **size), link_format, alt)


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("a/b-c_d.e~f.png", "a/b-c_d.e~f.png"),
        ("a b.png", "a%20b.png"),
        ("a%20b.png", "a%2520b.png"),
        ("a+b&c=d.png", "a%2Bb%26c%3Dd.png"),
        ("a#b?c.png", "a%23b%3Fc.png"),
        ("caf\xe9.png", "caf%C3%A9.png"),
        ("\u65e5.png", "%E6%97%A5.png"),
        ("\U0001f600.png", "%F0%9F%98%80.png"),
        ("it's (1)*!.png", "it%27s%20%281%29%2A%21.png"),
    ],
)
def test_a_key_is_encoded_once(key: str, path: str) -> None:
    assert encode_key(key) == path


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_what_a_server_decodes_is_the_key(key: str) -> None:
    path = urlsplit(f"https://x.org/{encode_key(key)}").path
    assert unquote(path) == f"/{key}"
    assert path.isascii()


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({}, "https://images.s3.eu-west-1.amazonaws.com/a%20b.png"),
        ({"region": "us-east-1"}, "https://images.s3.us-east-1.amazonaws.com/a%20b.png"),
        ({"region": "cn-north-1"}, "https://images.s3.cn-north-1.amazonaws.com.cn/a%20b.png"),
        ({"bucket": "my.images"}, "https://s3.eu-west-1.amazonaws.com/my.images/a%20b.png"),
        ({"bucket": "my.images", "path_style": False}, "https://my.images.s3.eu-west-1.amazonaws.com/a%20b.png"),
        ({"path_style": True}, "https://s3.eu-west-1.amazonaws.com/images/a%20b.png"),
        ({"path_style": True, "region": "cn-north-1"}, "https://s3.cn-north-1.amazonaws.com.cn/images/a%20b.png"),
        ({"bucket": "My_Images", "path_style": False}, "https://s3.eu-west-1.amazonaws.com/My_Images/a%20b.png"),
        ({"endpoint": "http://127.0.0.1:9000/"}, "http://127.0.0.1:9000/images/a%20b.png"),
        ({"endpoint": "https://s3.org:8443/x/", "path_style": True}, "https://s3.org:8443/x/images/a%20b.png"),
        ({"endpoint": "https://s3.org:8443/x/", "path_style": False}, "https://images.s3.org:8443/x/a%20b.png"),
        (
            {"endpoint": "https://s3.org", "path_style": False, "bucket": "my.images"},
            "https://my.images.s3.org/a%20b.png",
        ),
        ({"public_url": "https://cdn.org"}, "https://cdn.org/a%20b.png"),
        (
            {"public_url": "https://cdn.org/base/", "endpoint": "https://s3.org"},
            "https://cdn.org/base/a%20b.png",
        ),
    ],
)
def test_object_url(changes: dict[str, Any], url: str) -> None:
    told = profile(**changes)
    assert object_url(told, "a b.png") == url
    assert object_url(told, "a b.png") == url
    assert told == profile(**changes)


OWN = "https://images.s3.eu-west-1.amazonaws.com/k.png"


@pytest.mark.parametrize(
    ("changes", "kraked_url", "url"),
    [
        (
            {"region": "us-east-1"},
            "https://s3.amazonaws.com/images/k.png",
            "https://s3.amazonaws.com/images/k.png",
        ),
        (
            {"region": "us-east-1"},
            "http://s3.amazonaws.com/images/k.png",
            "https://s3.amazonaws.com/images/k.png",
        ),
        ({}, "https://s3.amazonaws.com/images/k.png", OWN),
        ({}, "http://s3.amazonaws.com/images/k.png", OWN),
        ({}, "https://images.s3.amazonaws.com/k.png", OWN),
        ({}, "https://other.s3.amazonaws.com/k.png", "https://other.s3.amazonaws.com/k.png"),
        (
            {},
            "https://s3-eu-west-1.amazonaws.com/images/k.png",
            "https://s3-eu-west-1.amazonaws.com/images/k.png",
        ),
        (
            {},
            "https://s3.eu-west-1.amazonaws.com/images/k.png",
            "https://s3.eu-west-1.amazonaws.com/images/k.png",
        ),
        ({}, OWN, OWN),
        ({}, "http://127.0.0.1:9000/images/k.png", "http://127.0.0.1:9000/images/k.png"),
        ({}, "http://localhost.example.org/k.png", "https://localhost.example.org/k.png"),
        ({}, "https://dl.kraken.io/api/aa/k.png", "https://dl.kraken.io/api/aa/k.png"),
        ({}, "http://dl.kraken.io/ec/df/a5/0f/k.png", "https://dl.kraken.io/ec/df/a5/0f/k.png"),
        ({"public_url": "https://cdn.org"}, "https://s3.amazonaws.com/images/k.png", "https://cdn.org/k.png"),
    ],
)
def test_shown_url(changes: dict[str, Any], kraked_url: str, url: str) -> None:
    assert shown_url(profile(**changes), "k.png", kraked_url) == url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:1", True),
        ("http://LOCALHOST/", True),
        ("http://127.0.0.1/", True),
        ("http://[::1]:9000/", True),
        ("http://127.0.0.1.org/", False),
        ("http://localhost@evil.org/", False),
        ("", False),
    ],
)
def test_loopback(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://s3.eu-west-1.amazonaws.com", True),
        ("https://S3.CN-NORTH-1.AMAZONAWS.COM.CN/x", True),
        ("https://s3.eusc-de-east-1.amazonaws.eu", True),
        ("https://amazonaws.com.evil.org", False),
        ("https://evilamazonaws.com", False),
        ("https://evil.org/.amazonaws.com", False),
        ("", False),
    ],
)
def test_what_belongs_to_aws(url: str, expected: bool) -> None:
    assert is_aws(url) is expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.png", "a"),
        ("sunset-at_sea.JPEG", "sunset at sea"),
        ("_DSC0042.jpg", "DSC0042"),
        ("Screenshot_2026-11-23 at 10.15.webp", "Screenshot 2026-11-23 at 10.15"),
        ("8-bit-art.gif", "8 bit art"),
        ("release 1.2", "release 1.2"),
        ("Šárka -- na horách.avif", "Šárka na horách"),
        ("two\nlines.png", "two lines"),
        ("-.png", "-.png"),
        (".png", ".png"),
        ("", ""),
    ],
)
def test_the_alternative_text_is_the_name_in_words(name: str, text: str) -> None:
    assert alternative_text(name) == text


def test_plain() -> None:
    assert link(LinkFormat.PLAIN, alt="unused") == "https://x.org/a.png"


@pytest.mark.parametrize(
    ("url", "alt", "expected"),
    [
        ("https://x.org/a.png", "a.png", "![a.png](https://x.org/a.png)"),
        ("https://x.org/a_(1).png", "a (1).png", "![a (1).png](https://x.org/a_%281%29.png)"),
        ("https://x.org/a.png", "a]b[c\\", r"![a\]b\[c\\](https://x.org/a.png)"),
        ("https://x.org/a.png", "two\nlines", "![two lines](https://x.org/a.png)"),
    ],
)
def test_markdown(url: str, alt: str, expected: str) -> None:
    assert link(LinkFormat.MARKDOWN, url=url, alt=alt) == expected


@given(url=st.text(), alt=st.text())
def test_html_is_one_image_whatever_the_name(url: str, alt: str) -> None:
    seen: list[tuple[str, dict[str, str | None]]] = []

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append((tag, dict(attrs)))

    Reader().feed(link(LinkFormat.HTML, url=url, alt=alt))
    assert seen == [("img", {"src": url, "alt": alt})]


@pytest.mark.parametrize(
    ("size", "attributes"),
    [({"width": 8, "height": 6}, ' width="8" height="6"'), ({"width": 8}, ""), ({}, "")],
)
def test_html_tells_the_size_where_both_sides_are_known(size: dict[str, int], attributes: str) -> None:
    expected = f'<img src="https://x.org/a.png"{attributes} alt="it&#x27;s">'
    assert link(LinkFormat.HTML, alt="it's", **size) == expected


def test_css_and_bbcode() -> None:
    assert link(LinkFormat.CSS) == 'url("https://x.org/a.png")'
    assert link(LinkFormat.CSS, url='https://x.org/"\\') == 'url("https://x.org/\\"\\\\")'
    assert link(LinkFormat.BBCODE) == "[img]https://x.org/a.png[/img]"


@pytest.mark.parametrize(
    ("changes", "kraked_url", "url"),
    [
        # Not a URL at all: never an exception for an object that is there.
        ({}, "https://[::1", OWN),
        # The global host with the bucket in front has no certificate for a bucket with dots.
        (
            {"bucket": "my.images", "region": "us-east-1"},
            "https://my.images.s3.amazonaws.com/k.png",
            "https://s3.us-east-1.amazonaws.com/my.images/k.png",
        ),
        # A default port of http is not the one of https.
        ({}, "http://x.org:80/k.png", "https://x.org/k.png"),
    ],
)
def test_shown_url_opens(changes: dict[str, Any], kraked_url: str, url: str) -> None:
    assert shown_url(profile(**changes), "k.png", kraked_url) == url


@pytest.mark.parametrize(
    ("bucket", "region", "url"),
    [
        # Host names know no case and no underscore.
        ("My_Images", "us-east-1", "https://s3.us-east-1.amazonaws.com/My_Images/k.png"),
        ("images", "eusc-de-east-1", "https://images.s3.eusc-de-east-1.amazonaws.eu/k.png"),
    ],
)
def test_object_url_opens(bucket: str, region: str, url: str) -> None:
    assert object_url(profile(bucket=bucket, region=region), "k.png") == url


@pytest.mark.parametrize("alt", ["a`b", "<i>", "a\r"])
def test_markdown_alt_is_text_only(alt: str) -> None:
    told = link(LinkFormat.MARKDOWN, alt=alt)
    assert not any(char in told.replace("\\`", "").replace("\\<", "") for char in "`<\r")
