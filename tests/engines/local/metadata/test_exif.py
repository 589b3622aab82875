import struct

import pytest

from kraken_desktop.engines.local.metadata import exif
from kraken_desktop.engines.local.metadata.facts import ExifFacts
from tests.engines.local.metadata.samples import EXIF, GPS, SECRET, tiff


def stream(*entries: bytes, order: str = "<", after: bytes = b"", link: int = 0) -> bytes:
    """One directory, and bytes after it."""
    head = {"<": b"II*\0", ">": b"MM\0*"}[order]
    pack = struct.pack
    return head + pack(f"{order}IH", 8, len(entries)) + b"".join(entries) + pack(f"{order}I", link) + after


def entry(tag: int, kind: int, count: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(f"{order}HHI", tag, kind, count) + value.ljust(4, b"\0")


def test_what_others_write_is_read() -> None:
    assert exif.parse(tiff()) == EXIF
    assert exif.parse(b"Exif\0\0" + tiff()) == EXIF


def test_what_is_written_is_read_back() -> None:
    written = exif.build(EXIF)
    assert written is not None
    assert exif.parse(written) == EXIF
    assert SECRET not in written


def test_an_orientation_alone_takes_26_bytes() -> None:
    assert exif.build(ExifFacts(orientation=6)) == stream(entry(0x0112, 3, 1, b"\6\0"))
    assert len(exif.build(ExifFacts(orientation=6)) or b"") == 26


def test_nothing_is_written_of_nothing() -> None:
    assert exif.build(ExifFacts()) is None


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(("kind", "code"), [(1, "B"), (3, "H"), (4, "I")])
@pytest.mark.parametrize(("told", "right"), [(0, None), (1, 1), (8, 8), (9, None)])
def test_an_orientation_is_read_in_every_form(order: str, kind: int, code: str, told: int, right: int | None) -> None:
    value = struct.pack(order + code, told)
    assert exif.parse(stream(entry(0x0112, kind, 1, value, order), order=order)).orientation == right


@pytest.mark.parametrize("text", [b"    :  :     :  :  ", b"2024-05-06 07:08:09", b"SECRET SECRET SECRE"])
def test_a_date_that_is_none_is_not_there(text: bytes) -> None:
    directory = struct.pack("<H", 1) + entry(0x9003, 2, len(text) + 1, struct.pack("<I", 44)) + bytes(4)
    data = stream(entry(0x8769, 4, 1, struct.pack("<I", 26)), after=directory + text + b"\0")
    assert exif.parse(data).original == b""
    right = data.replace(text, b"2024:05:06 07:08:09")
    assert exif.parse(right).original == b"2024:05:06 07:08:09"


@pytest.mark.parametrize("missing", range(1, 5))
def test_half_a_place_is_no_place(missing: int) -> None:
    written = exif.build(ExifFacts(gps=GPS)) or b""
    at = written.index(struct.pack("<HHI", 1, 2, 2)) + 12 * (missing - 1)
    assert exif.parse(written).gps == GPS
    assert exif.parse(written[:at] + b"\x77\x77" + written[at + 2 :]).gps is None


def test_a_place_without_denominators_is_no_place() -> None:
    written = exif.build(ExifFacts(gps=GPS)) or b""
    assert exif.parse(written.replace(struct.pack("<2I", 33, 1), struct.pack("<2I", 33, 0))).gps is None


def test_editors_share_a_copyright() -> None:
    both = ExifFacts(copyright=b"Photographer\0Editor")
    assert exif.parse(exif.build(both) or b"") == both


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"II*\0",
        b"II*\0\xff\xff\xff\xff",
        b"II*\0\0\0\0\0",
        b"XX*\0\x08\0\0\0",
        stream(entry(0x8298, 2, 0xFFFFFFFF, b"\0\0\0\0")),
        stream(entry(0x8298, 2, 100, b"\xff\xff\xff\x7f")),
        stream(entry(0x8298, 99, 4, b"abcd")),
        stream(entry(0x0112, 2, 1, b"\6")),
        stream(entry(0x8769, 4, 1, b"\x08\0\0\0")),
        stream(entry(0x8825, 4, 1, b"\xff\xff\xff\xff")),
        b"II*\0\x08\0\0\0\xff\xff",
    ],
)
def test_nonsense_has_no_facts(data: bytes) -> None:
    assert exif.parse(data) == ExifFacts()


def test_every_cut_is_survived() -> None:
    whole = tiff()
    for end in range(len(whole)):
        exif.parse(whole[:end])
