from __future__ import annotations

import pytest

from kraken_desktop.model.data_address import decoded
from kraken_desktop.model.web_address import ascii_form, name_of, problem_of, same_form


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a.png",
        "https://example.com/page",
        "https://example.com/image.php?id=3",
        "https://example.com",
        "http://[::1]:8080/a.png",
        "https://bücher.example/größe.png",
        "https://example.com/a.HEIC",
        "https://example.com/v1.2/photo",
        "https://example.com/a.png?download=a.pdf",
    ],
)
def test_what_may_be_an_image(url: str) -> None:
    assert problem_of(url) is None


@pytest.mark.parametrize(
    ("url", "detected"),
    [
        ("https://example.com/index.HTML", "html"),
        ("https://example.com/a.pdf?page=1", "pdf"),
        ("https://example.com/a%2Epdf", "pdf"),
        ("https://example.com/a.zip", "zip"),
        ("https://example.com/a.docx", "zip"),
        ("https://example.com/a.tar.gz", "archive"),
        ("https://example.com/clip.mp4", "video"),
        ("https://example.com/scan.tiff", "tiff"),
        ("https://example.com/favicon.ico", "ico"),
        ("https://example.com/readme.txt", "text"),
        ("https://example.com/shot.cr2", "raw"),
        ("https://me@example.com/a.png", "address_with_password"),
        ("https://me:pw@[bad/a.png", "address_with_password"),
        ("https://me:p/w@example.com/a.png", "address_with_password"),
        ("https://example.com:99999/a@2x.png", "address"),
        ("ftp://example.com/a.png", "address"),
        ("https:///a.png", "address"),
        ("https://example.com:99999/", "address"),
        ("https://example.com/a b.png", "address"),
        ("https://example.com\\@127.0.0.1/", "address_with_password"),
        ("https://example.com/\n.png", "address"),
        ("https://" + "ü" * 80 + ".example/", "address"),
    ],
)
def test_what_cannot(url: str, detected: str) -> None:
    error = problem_of(url)
    assert error is not None
    assert error.detected == detected
    assert "pw" not in error.path


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.com/a/b%20c.png?w=1#x", "b c.png"),
        ("https://example.com/caf%E9.png", "caf_.png"),
        ("https://example.com/photos/", "photos"),
        ("https://example.com", "example.com"),
        ("https://example.com/a%2Fb.png", "a/b.png"),
    ],
)
def test_names(url: str, name: str) -> None:
    assert name_of(url) == name


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://example.com/a%20b.png?x=1&y=%2F#z", "https://example.com/a%20b.png?x=1&y=%2F#z"),
        ("https://bücher.example:8443/größe%20a.png?ä=1", "https://xn--bcher-kva.example:8443/gr%C3%B6%C3%9Fe%20a.png?%C3%A4=1"),
    ],
)  # fmt: skip
def test_what_is_sent(url: str, sent: str) -> None:
    assert ascii_form(url) == sent


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://Example.com/a.png", "https://example.com:443/a.png#top"),
        ("HTTP://example.com", "http://example.com:80/"),
        ("https://bücher.example/ä.png", "https://xn--bcher-kva.example/%C3%A4.png"),
        ("https://example.com./a.png", "https://example.com/a.png"),
    ],
)
def test_the_same_thing_asked_twice(one: str, other: str) -> None:
    assert same_form(one) == same_form(other)


@pytest.mark.parametrize(
    "other", ["http://example.com/a.png", "https://example.com/A.png", "https://example.com/a.png?v=2",
              "https://example.com:444/a.png", "https://www.example.com/a.png"]
)  # fmt: skip
def test_different_things(other: str) -> None:
    assert same_form("https://example.com/a.png") != same_form(other)


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("data:image/png;base64,aGVsbG8=", b"hello"),
        ("data:image/png;base64,aGVs\n bG8", b"hello"),
        ("data:image/png;base64,aGVsbG8%3D", b"hello"),
        ("data:image/png;name=x;BASE64,_-8=", b"\xff\xef"),
        ("data:image/svg+xml;utf8,<svg/>", b"<svg/>"),
        ("data:image/svg+xml,%3Csvg/%3E", b"<svg/>"),
        ("data:image/png;base64", b""),
        ("data:image/png;base64,!!", b""),
        ("data:image/png;base64,a", b""),
    ],
)
def test_what_a_data_address_holds(address: str, data: bytes) -> None:
    assert decoded(address) == data
