"""Images inside of an SVG: what they tell of a person goes, and what they show stays."""

from __future__ import annotations

import base64
import re
import urllib.parse

import pytest

from kraken_desktop.engines.local import metadata, svg
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import KeptMetadata
from tests.engines.local.metadata.samples import SECRET, encoded, full, pixels, segment, tiff, with_segments

NOTHING: frozenset[KeptMetadata] = frozenset()
DATA = re.compile(rb"data:[^,]*,([A-Za-z0-9+/=]*)")
SIZE = 'width="24" height="16"'


def drawing(inside: str) -> bytes:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {names} {SIZE}>{inside}</svg>".encode()


def link(data: bytes, mime: str = "image/jpeg") -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def embedded(data: bytes) -> list[bytes]:
    return [base64.b64decode(body) for body in DATA.findall(data)]


@pytest.mark.parametrize("attribute", ["href", "xlink:href"])
@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp", ".gif", ".avif"])
def test_an_image_inside_loses_its_metadata(extension: str, attribute: str) -> None:
    source = full(extension)
    result = svg.shrink(drawing(f"<image {attribute}='{link(source)}' {SIZE}/>"))
    (found,) = embedded(result)
    assert found == metadata.strip(source, extension, NOTHING)
    assert SECRET not in found
    assert pixels(found) == pixels(source)


def wrapped(text: str) -> str:
    return "&#10; ".join(re.findall(".{1,76}", text))


@pytest.mark.parametrize(
    "inside",
    [
        "<filter id='f'><feImage href='{0}'/></filter><rect filter='url(#f)' width='9' height='9'/>",
        "<style>rect {{ background: url({0}) }}</style><rect width='9' height='9'/>",
        "<style>rect {{ background: url(\"{0}\") }}</style><rect width='9' height='9'/>",
        "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml' style='background: url(\"{0}\")'/></foreignObject>",
        "<image width='9' height='9'><animate attributeName='href' dur='1s' values='{0};{0}'/></image>",
        "<foreignObject><img xmlns='http://www.w3.org/1999/xhtml' srcset='{0} 2x'/></foreignObject>",
        '<script>show("{0}")</script>',
        "<image href='{1}' width='9' height='9'/>",
        "<image href='{2}' width='9' height='9'/>",
        "<image href='{3}' width='9' height='9'/>",
    ],
)
def test_wherever_it_stands_and_however_it_is_written(inside: str) -> None:
    source = full(".jpg")
    plain = link(source)
    ways = plain, wrapped(plain), f"DATA:;BASE64,{urllib.parse.quote(plain.partition(',')[2])}"
    quoted = f"data:image/jpeg,{urllib.parse.quote(source)}"
    found = embedded(svg.shrink(drawing(inside.format(*ways, quoted))))
    assert found
    assert set(found) == {metadata.strip(source, ".jpg", NOTHING)}


def test_what_is_to_stay_stays() -> None:
    source = full(".jpg")
    keep = frozenset({KeptMetadata.GEOTAG, KeptMetadata.COPYRIGHT})
    (found,) = embedded(svg.shrink(drawing(f"<image href='{link(source)}' {SIZE}/>"), keep))
    assert found == metadata.strip(source, ".jpg", keep)
    assert metadata.read(found, ".jpg").exif.gps is not None


def test_an_svg_inside_an_svg_is_cleaned_too() -> None:
    inner = drawing(f"<metadata>SECRET</metadata><image href='{link(full('.jpg'))}' {SIZE}/>")
    result = svg.shrink(drawing(f"<image href='{link(inner, 'image/svg+xml')}' {SIZE}/>"))
    (found,) = embedded(result)
    assert b"metadata" not in found
    assert embedded(found) == [metadata.strip(full(".jpg"), ".jpg", NOTHING)]


def test_svg_files_too_deep_in_each_other_are_refused() -> None:
    source = drawing("<rect width='9' height='9'/>")
    for _ in range(5):
        source = drawing(f"<image href='{link(source, 'image/svg+xml')}' {SIZE}/>")
    with pytest.raises(ImageBrokenError, match="in each other"):
        svg.shrink(source)


def test_an_image_without_metadata_keeps_its_text() -> None:
    address = link(metadata.strip(encoded(".png"), ".png", NOTHING), "image/png")
    assert address.encode() in svg.shrink(drawing(f"<image href='{address}' {SIZE}/>"))


@pytest.mark.parametrize("data", [b"", b"wOF2" + bytes(40), b"\xff\xd8\xff\xe0\0", encoded(".jpg")[:40]])
def test_what_is_broken_and_tells_nothing_stays(data: bytes) -> None:
    address = link(data)
    assert address.encode() in svg.shrink(drawing(f"<image href='{address}' {SIZE}/>"))


@pytest.mark.parametrize(
    "data",
    [
        with_segments(encoded(".jpg"), segment(0xE1, b"Exif\0\0" + tiff()))[:600],
        b"MM\0*" + bytes(40),
        b"BM" + bytes(40) + b"<x:xmpmeta",
    ],
    ids=["cut", "TIFF", "BMP"],
)
def test_what_cannot_be_cleaned_and_may_tell_is_refused(data: bytes) -> None:
    with pytest.raises(ImageBrokenError, match="an image inside of it keeps its metadata"):
        svg.shrink(drawing(f"<image href='{link(data)}' {SIZE}/>"))


def test_a_string_that_a_script_continues_stays() -> None:
    half = link(full(".jpg"))[:200]
    assert half.encode() in svg.shrink(drawing(f'<script>show("{half}" + rest)</script>'))
