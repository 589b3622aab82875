import io

import pytest
from PIL import Image

from kraken_desktop.engines.local.metadata import read, strip
from kraken_desktop.engines.local.metadata.container import MOST_PARTS
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import KeptMetadata as Kept
from tests.engines.local.metadata.samples import (
    SECRET,
    encoded,
    full,
    picture,
    pixels,
    segment,
    srgb,
    tiff,
    wide,
    with_segments,
)

NOTHING: frozenset[Kept] = frozenset()
ICC = b"ICC_PROFILE\0"


def bare(**more: object) -> bytes:
    return strip(encoded(".jpg", **more), ".jpg", NOTHING)


def scans(jpeg: bytes) -> bytes:
    return jpeg[jpeg.index(b"\xff\xda") :]


@pytest.mark.parametrize("progressive", [False, True])
def test_scans_are_the_same_bytes(progressive: bool) -> None:
    source = encoded(".jpg", progressive=progressive, exif=tiff())
    assert scans(strip(source, ".jpg", NOTHING)) == scans(source)


def test_a_turned_picture_takes_36_bytes_more() -> None:
    assert len(strip(full(".jpg"), ".jpg", NOTHING)) == len(bare()) + 36


@pytest.mark.parametrize("mode", ["CMYK", "L", "RGB"])
def test_the_meaning_of_the_channels_stays(mode: str) -> None:
    source = encoded(".jpg", picture(mode=mode), exif=tiff())
    stripped = strip(source, ".jpg", NOTHING)
    assert pixels(stripped) == pixels(source)
    assert (b"Adobe" in stripped) == (mode == "CMYK")


def test_an_adobe_segment_has_no_room_for_more() -> None:
    stripped = strip(with_segments(bare(), segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01SECRET")), ".jpg", NOTHING)
    assert segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01") in stripped


def test_the_thumbnail_of_jfif_goes() -> None:
    jfif = segment(0xE0, b"JFIF\0\1\2\1\0\x48\0\x48\1\1SEC")
    stripped = strip(with_segments(encoded(".jpg"), jfif, segment(0xE0, b"JFXX\0SECRET")), ".jpg", NOTHING)
    assert stripped.startswith(b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\2\1\0\x48\0\x48\0\0"))
    assert SECRET[:3] not in stripped


def test_a_second_picture_goes() -> None:
    out = io.BytesIO()
    picture().save(out, "MPO", save_all=True, append_images=[picture(hue=250)], exif=tiff())
    stripped = strip(out.getvalue(), ".jpg", NOTHING)
    assert stripped.count(b"\xff\xd9") == 1
    assert stripped.endswith(b"\xff\xd9")
    with Image.open(io.BytesIO(stripped)) as image:
        assert image.format == "JPEG"
    assert pixels(stripped) == pixels(out.getvalue())


def test_a_thumbnail_does_not_end_the_picture() -> None:
    source = with_segments(bare(), segment(0xE1, b"Exif\0\0" + tiff() + encoded(".jpg")))
    assert strip(source, ".jpg", NOTHING)[-200:] == bare()[-200:]


@pytest.mark.parametrize("removed", [1, 2, 30])
def test_a_cut_file_stays_cut(removed: int) -> None:
    source = full(".jpg").partition(SECRET + b" after")[0][:-removed]
    stripped = strip(source, ".jpg", NOTHING)
    assert b"\xff\xd9" not in scans(stripped)
    assert scans(stripped) == scans(source)


@pytest.mark.parametrize("count", [1, 3])
def test_a_profile_in_parts(count: int) -> None:
    icc = wide()
    size = -(-len(icc) // count)
    parts = [icc[at : at + size] for at in range(0, len(icc), size)]
    segments = [segment(0xE2, ICC + bytes((number, count)) + part) for number, part in enumerate(parts, 1)]
    source = with_segments(bare(), *reversed(segments))
    assert read(source, ".jpg").icc == icc
    assert read(strip(source, ".jpg", NOTHING), ".jpg").icc == icc


@pytest.mark.parametrize(
    "segments",
    [
        [ICC],
        [ICC + b"\1\2" + wide()],
        [ICC + b"\2\1" + wide()],
        [ICC + b"\1\1" + wide(), ICC + b"\1\1" + wide()],
        [ICC + b"\1\1" + wide()[:-9]],
        [ICC + b"\1\1SECRET"],
    ],
)
def test_a_corrupt_profile_is_not_there(segments: list[bytes]) -> None:
    source = with_segments(bare(), *(segment(0xE2, part) for part in segments))
    assert read(source, ".jpg").icc is None
    assert strip(source, ".jpg", frozenset(Kept)) == bare()


def test_srgb_goes_unless_it_is_kept() -> None:
    source = encoded(".jpg", icc_profile=srgb())
    assert strip(source, ".jpg", NOTHING) == bare()
    assert read(strip(source, ".jpg", frozenset({Kept.PROFILE})), ".jpg").icc == srgb()


def test_metadata_between_scans_goes() -> None:
    source = encoded(".jpg", picture((64, 64)), progressive=True)
    second = source.rindex(b"\xff\xda")
    for inserted in (segment(0xFE, SECRET), segment(0xE1, SECRET) + SECRET):
        assert strip(source[:second] + inserted + source[second:], ".jpg", NOTHING) == strip(source, ".jpg", NOTHING)


@pytest.mark.parametrize("marker", [0xDC, 0xDE, 0xDF])
def test_no_rare_segment_carries_a_secret(marker: int) -> None:
    secret = segment(marker, SECRET)
    source = encoded(".jpg", progressive=True)
    first = source.index(b"\xff\xda")
    second = source.index(b"\xff\xda", first + 2)
    assert strip(source[:second] + secret + source[second:], ".jpg", NOTHING) == bare(progressive=True)
    if marker == 0xDC:
        assert strip(with_segments(source, secret), ".jpg", NOTHING) == bare(progressive=True)
    else:
        with pytest.raises(ImageBrokenError):
            strip(with_segments(source, secret), ".jpg", NOTHING)


def test_the_number_of_lines_behind_the_first_scan_stays() -> None:
    source = encoded(".jpg")[:-2] + segment(0xDC, b"\0\x10") + b"\xff\xd9"
    assert scans(strip(source, ".jpg", NOTHING)) == scans(source)


def test_bytes_between_segments_are_skipped_as_decoders_do() -> None:
    assert strip(with_segments(bare(), b"\0SECRET\xff\0\xff\xff"), ".jpg", NOTHING) == bare()


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xd8" + bare()[2:],
        with_segments(bare(), b"\xff\xe1\0\1"),
        with_segments(bare(), b"\xff\xf0\0\2"),
        bare()[:40],
        b"\xff\xd8" + segment(0xE1, b"") * (MOST_PARTS + 2) + bare()[2:],
    ],
    ids=range(7),
)
def test_a_broken_structure_is_refused(data: bytes) -> None:
    with pytest.raises(ImageBrokenError):
        strip(data, ".jpg", NOTHING)


def test_endless_segments_between_scans_are_refused() -> None:
    with pytest.raises(ImageBrokenError):
        strip(bare()[:-2] + segment(0xE1, b"") * (MOST_PARTS + 2), ".jpg", NOTHING)
