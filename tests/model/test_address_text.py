from __future__ import annotations

import time

import pytest

from kraken_desktop.model.address_text import MOST_LINES, AddressText, is_data, lines_of, read_addresses
from kraken_desktop.model.errors import AddressUnreachableError, KrakenDesktopError, UnsupportedTypeError

A, B, C = (f"https://example.com/{name}.png" for name in "abc")
DATA = "data:image/png;base64,iVBORw0KGgo="


def addresses(text: str) -> tuple[str, ...]:
    return read_addresses(text).addresses


@pytest.mark.parametrize(
    "text",
    [
        f"{A}\n{B}\n",
        f"{A}\r\n{B}",
        f"\ufeff{A}\n\n   {B}  ",
        f"{A} {B}",
        f"{A}\t{B}",
        f"{A}, {B},",
        f'<{A}>\n"{B}"',
        f"# mine\n{A}\n// old\n{B}\n<!-- end -->",
        f"- {A}\n- {B}",
        f"1. {A}\n2) {B}",
        f'![a]({A})\n![]( {B} "title")',
        f"text ![a]({A}) and ![b](<{B}>)",
        f"[![a]({A})](https://example.com/page.html) ![b]({B})",
        f"<img src=\"{A}\" alt=x><img alt='' src='{B}'>",
        f"<a href='https://example.com/'><IMG width=3 src={A}></a>\n<img src={B}>",
        f"background: url('{A}');\nbackground: url({B})",
        f"[img]{A}[/img][img=3x4]{B}[/img]",
    ],
)
def test_addresses_in_whatever_form(text: str) -> None:
    assert read_addresses(text) == AddressText(addresses=(A, B))


def test_entities_in_markup_are_read() -> None:
    assert addresses('<img src="https://example.com/a.png?x=1&amp;y=2">') == ("https://example.com/a.png?x=1&y=2",)


def test_duplicates_are_counted_and_taken_once() -> None:
    found = read_addresses(f"{A}\n{B}\n{A}#top\n{A} {B}\nHTTPS://EXAMPLE.COM/a.png\n{C}\n{DATA}\n{DATA}")
    assert found.addresses == (A, B, C, DATA)
    assert found.repeated == 5


@pytest.mark.parametrize(
    ("text", "detected"),
    [
        ("hello world", "address"),
        (f"see {A} for more", "address"),
        (f"{A} is what I mean", "address"),
        ("example.com/a.png", "address"),
        ("//cdn.example.com/a.png", "address"),
        ("ftp://example.com/a.png", "address"),
        ("javascript:alert(1)", "address"),
        ("data:text/html,hello", "address"),
        ("https://", "address"),
        ("https://example.com/a.pdf", "pdf"),
        ("![x](https://example.com/page.html)", "html"),
        ("https://me:pw@example.com/a.png", "address_with_password"),
        (f"https://me:{'pw' * 200}@example.com/a.png", "address_with_password"),
        (f"https://me:{'pw' * 200}@example.com/a.png is mine", "address"),
        ("https://example.com/" + "x" * 9000, "address"),
    ],
)
def test_other_lines_are_named(text: str, detected: str) -> None:
    found = read_addresses(f"{A}\n\n{text}\n{B}")
    assert found.addresses == (A, B)
    (bad,) = found.bad
    assert (bad.number, bad.text) == (3, text)
    assert isinstance(bad.error, UnsupportedTypeError)
    assert bad.error.detected == detected
    assert "pw" not in bad.shown + bad.error.path


def test_a_line_with_a_good_and_a_bad_address_gives_both() -> None:
    (line,) = lines_of(f"{A} https://example.com/a.zip {B}")
    assert line.addresses == (A, B)
    assert line.refused == ("https://example.com/a.zip",)
    assert line.error is not None


def test_what_else_is_wrong_with_an_address_is_asked_for() -> None:
    def trouble(address: str) -> KrakenDesktopError | None:
        return AddressUnreachableError(path=address, host="nas") if "nas" in address else None

    found = read_addresses(f"{A}\nhttp://nas/a.png\n{B}", trouble)
    assert found.addresses == (A, B)
    assert [(line.number, line.error.code if line.error else "") for line in found.bad] == [(2, "source.unreachable")]


@pytest.mark.parametrize(
    ("address", "yes"), [(DATA, True), ("DATA:IMAGE/gif,x", True), ("data:text/plain,x", False), (A, False)]
)
def test_data_addresses_are_images_only(address: str, yes: bool) -> None:
    assert is_data(address) is yes


def test_a_long_text_is_cut_and_says_so() -> None:
    found = read_addresses("\n".join(f"https://example.com/{n}.png" for n in range(MOST_LINES + 1)))
    assert (len(found.addresses), found.cut) == (MOST_LINES, True)
    assert not read_addresses(A).cut


@pytest.mark.parametrize("piece", ["<img ", "![", "url(", "[img", "- ", "<img src=", "data:image/png,", "https://a/ "])
def test_no_text_takes_long(piece: str) -> None:
    began = time.process_time()
    read_addresses(piece * (2_000_000 // len(piece)))
    read_addresses("\n".join([piece * (8000 // len(piece))] * 20))
    assert time.process_time() - began < 2
