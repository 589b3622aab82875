"""Types by their first bytes."""

from __future__ import annotations

import gzip
import io
import time

import pytest
from PIL import Image

from kraken_desktop.model.image_types import HEAD_BYTES, OTHER_FILES, OTHER_IMAGES, detect, may_need_more, sniff


def encoded(pillow_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(file, pillow_format, **options)
    return file.getvalue()


def box(major: bytes, *compatible: bytes) -> bytes:
    body = major + b"\0\0\0\0" + b"".join(compatible)
    return (len(body) + 8).to_bytes(4, "big") + b"ftyp" + body + b"\0\0\0\x10meta"


SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'
ILLUSTRATOR = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!-- Generator: it\'s "A > B" -->\n'
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd" [\n'
    '  <!-- don\'t -->\n  <!ENTITY ns_svg "http://www.w3.org/2000/svg">\n]>\n' + SVG
)
IMAGES = {
    "jpeg": (encoded("JPEG"), ".jpg"),
    "png": (encoded("PNG"), ".png"),
    "apng": (encoded("PNG", save_all=True, append_images=[Image.new("RGB", (8, 6), "red")]), ".png"),
    "gif89": (encoded("GIF"), ".gif"),
    "gif87": (b"GIF87a" + bytes(20), ".gif"),
    "webp": (encoded("WEBP"), ".webp"),
    "avif": (encoded("AVIF"), ".avif"),
    "avif sequence": (box(b"avis", b"avif"), ".avif"),
    "avif under mif1": (box(b"mif1", b"miaf", b"avif"), ".avif"),
    **{brand.decode(): (box(brand, b"mif1"), ".heic") for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc")},
    "heic under mif1": (box(b"mif1", b"heic", b"miaf"), ".heic"),
    "heic under msf1": (box(b"msf1", b"hevc"), ".heic"),
    "heic under a brand of its own": (box(b"xyz1", b"heic"), ".heic"),
    "heif of no codec": (box(b"mif1"), ".heic"),
    "svg": (SVG.encode(), ".svg"),
    "svg after a mark": (b"\xef\xbb\xbf  \n" + SVG.encode(), ".svg"),
    "svg utf-16le": (b"\xff\xfe" + SVG.encode("utf-16-le"), ".svg"),
    "svg utf-16be": (b"\xfe\xff" + SVG.encode("utf-16-be"), ".svg"),
    "svg prefixed": (b"<svg:svg xmlns:svg='x'>", ".svg"),
    "svg of Illustrator": (ILLUSTRATOR.encode(), ".svg"),
    "svg latin-1": (f'<?xml version="1.0" encoding="iso-8859-1"?><!-- café -->{SVG}'.encode("latin-1"), ".svg"),
    "svg after much": (b"<!-- " + "é".encode() * 9000 + b" -->" + SVG.encode(), ".svg"),
}


@pytest.mark.parametrize("case", IMAGES)
def test_images_are_known_whatever_their_name(case: str) -> None:
    head, extension = IMAGES[case]
    found = sniff(head[:HEAD_BYTES], "holiday.pdf")
    assert found is not None
    assert found.extension == extension


OTHERS = {
    "bmp": (encoded("BMP"), "bmp"),
    "tiff": (encoded("TIFF"), "tiff"),
    "big-endian tiff": (b"MM\0*\0\0\0\x08", "tiff"),
    "canon cr2": (b"II*\0\x10\0\0\0CR\x02\0", "raw"),
    "canon cr3": (box(b"crx ", b"isom"), "raw"),
    "fuji": (b"FUJIFILMCCD-RAW 0201", "raw"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "pdf"),
    "pdf after rubbish": (b"\r\n\r\n%PDF-1.7\n", "pdf"),
    "jxl": (b"\xff\x0a\xfa\x1f", "jxl"),
    "jxl container": (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
    "jp2": (encoded("JPEG2000"), "jp2"),
    "ico": (encoded("ICO"), "ico"),
    "psd": (b"8BPS\0\x01", "psd"),
    "mp4": (box(b"isom", b"mp41", b"avc1"), "video"),
    "mov": (box(b"qt  "), "video"),
    "old mov": (b"\0\0\0\x08wide\0\0\0\0mdat", "video"),
    "avi": (b"RIFF\0\0\0\0AVI LIST", "video"),
    "zip": (b"PK\x03\x04\x14\0", "zip"),
    "html": (b"\n<!DOCTYPE html>\n<html><body><svg/></body></html>", "html"),
    "html after a comment": (b"<!-- 404 --><HTML><head>", "html"),
    "xml": (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "xml"),
    "text": ("Grüße, 400 <svg>".encode(), "text"),
    "rubbish": (bytes(range(256)), ""),
    "nothing": (b"", ""),
    "text that begins with BM": (b"BM is short for bookmark.", "text"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_other_files_are_named(case: str) -> None:
    head, code = OTHERS[case]
    assert sniff(head, "x.jpg") is None
    assert detect(head, "x.jpg") == code


@pytest.mark.parametrize(("name", "code"), [("a.dng", "raw"), ("A.NEF", "raw"), ("a.tif", "tiff")])
def test_raw_photos_are_told_from_tiff_by_name(name: str, code: str) -> None:
    assert detect(b"II*\0\x08\0\0\0", name) == code


@pytest.mark.parametrize(("name", "code"), [("logo.svgz", "svgz"), ("logo.svg", "svgz"), ("a.tar.gz", "archive")])
def test_compressed_svg(name: str, code: str) -> None:
    head = gzip.compress(SVG.encode())
    assert sniff(head, name) is None
    assert detect(head, name) == code


def test_every_code_is_listed() -> None:
    codes = {code for _, code in OTHERS.values()} | {"svgz", "archive"}
    assert codes - {""} <= OTHER_IMAGES | OTHER_FILES


def test_only_unfinished_markup_asks_for_more() -> None:
    assert may_need_more(b"<!-- a long licence")
    assert not may_need_more(SVG.encode())
    assert not may_need_more(b"just text")
    assert not may_need_more(encoded("PNG"))


@pytest.mark.parametrize(
    "head",
    [
        b"<!DOCTYPE svg [" + b"<!---->" * 9000,
        b"<!DOCTYPE svg [" + b"<!--" * 16000,
        b"<!DOCTYPE svg " + b'"' * 60001,
        b"<!---->" * 9000,
        b"<?" * 30000,
        b" " * 64000,
    ],
    ids=["comments", "open comments", "quotes", "many comments", "open declarations", "blanks"],
)
def test_mean_markup_is_looked_at_quickly(head: bytes) -> None:
    before = time.process_time()
    assert sniff(head, "x.svg") is None
    assert time.process_time() - before < 1
