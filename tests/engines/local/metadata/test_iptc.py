import struct

import pytest

from kraken_desktop.engines.local.metadata import iptc
from tests.engines.local.metadata.samples import NOTICE, RECORDS, SECRET, iim


def resource(number: int, body: bytes, name: bytes = b"\0\0") -> bytes:
    return b"8BIM" + struct.pack(">H", number) + name + struct.pack(">I", len(body)) + body + bytes(len(body) % 2)


def test_the_notice_is_found_among_other_things() -> None:
    resources = resource(0x03ED, b"SECRET!", name=b"\x04name\0") + resource(0x0404, RECORDS)
    assert iptc.copyright_of(iptc.records_of(resources)) == NOTICE


def test_what_is_written_is_read_back() -> None:
    written = iptc.build(NOTICE)
    assert written is not None
    assert iptc.copyright_of(iptc.records_of(iptc.resources(written))) == NOTICE
    assert SECRET not in written
    assert iptc.build("") is None


@pytest.mark.parametrize(
    ("records", "right"),
    [
        (iim(2, 116, "© Ann".encode("latin-1")), "© Ann"),
        (iim(2, 116, "© Ann".encode()), "© Ann"),
        (iim(1, 90, b"\x1b%G") + iim(2, 116, b"\xff"), ""),
        (iim(2, 116, b"Ann\0 "), "Ann"),
    ],
)
def test_character_sets(records: bytes, right: str) -> None:
    assert iptc.copyright_of(records) == right


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"8BIM",
        b"8BIM\4\4\0\0\xff\xff\xff\xff",
        b"8BIM\4\4\xff" + bytes(20),
        b"\x1c\2\x74\xff\xff",
        b"\x1c\2\x74\0\x09a",
    ],
)
def test_nonsense_has_no_notice(data: bytes) -> None:
    assert iptc.copyright_of(iptc.records_of(data)) == ""
    assert iptc.copyright_of(data) == ""


def test_a_notice_as_long_as_a_book_is_none() -> None:
    assert iptc.copyright_of(iim(2, 116, b"a" * 9000)) == ""
