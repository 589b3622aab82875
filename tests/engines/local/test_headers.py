"""What is known of a file before a pixel is decoded, and what is refused there."""

from __future__ import annotations

import contextlib
import struct
import zlib

import pytest
import pyvips
from PIL import Image

from kraken_desktop.engines.local import decode, headers, heif_header
from kraken_desktop.engines.local.headers import Header
from kraken_desktop.engines.local.protocol import Limits
from kraken_desktop.model.errors import ImageBrokenError, ImageTooManyPixelsError, ImageUnsupportedError
from tests.support import pictures

SMALL = Limits(pixels=10_000, animated_pixels=20_000, svg_side=100, inflated_bytes=50_000)


def read(data: bytes, limits: Limits = Limits()) -> Header:  # noqa: B008 - frozen
    return headers.read(data, "/some/file", limits)


@pytest.mark.parametrize(
    ("form", "extension", "options"),
    [
        ("JPEG", ".jpg", {}),
        ("JPEG", ".jpg", {"progressive": True}),
        ("PNG", ".png", {}),
        ("GIF", ".gif", {}),
        ("WEBP", ".webp", {}),
        ("WEBP", ".webp", {"lossless": True}),
        ("AVIF", ".avif", {"speed": 10}),
    ],
)
def test_a_still_image(form: str, extension: str, options: dict[str, bool]) -> None:
    header = read(pictures.encoded(pictures.photo(50, 30), form, **options))
    assert (header.extension, header.size, header.frames, header.orientation) == (extension, (50, 30), 1, 1)
    assert not header.is_animated
    assert not header.is_deep


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
@pytest.mark.parametrize("frames", [2, 5])
def test_frames_are_counted(form: str, frames: int) -> None:
    assert read(pictures.animated(form, frames)).frames == frames


def test_frames_of_an_animated_avif() -> None:
    data = pictures.animated("AVIF", 3)
    assert (read(data).size, read(data).frames) == ((40, 24), 3)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_is_the_upright_one(form: str, orientation: int) -> None:
    header = read(pictures.encoded(pictures.photo(50, 30), form, orientation=orientation))
    assert header.orientation == orientation
    assert (header.width, header.height) == (50, 30)
    assert header.size == ((30, 50) if orientation >= 5 else (50, 30))


def test_sixteen_bits_are_seen() -> None:
    assert read(pictures.deep_png()).is_deep


def test_a_name_does_not_count() -> None:
    assert headers.read(pictures.encoded(pictures.photo(), "JPEG"), "/some/file.png", Limits()).extension == ".jpg"


def test_bytes_between_segments_are_forgiven() -> None:
    data = pictures.encoded(pictures.photo(50, 30), "JPEG")
    assert read(data[:20] + b"\x00junk\xff\xff" + data[20:]).size == (50, 30)


def test_a_first_frame_beyond_the_screen_enlarges_it() -> None:
    data = bytearray(pictures.encoded(Image.new("P", (20, 10)), "GIF"))
    struct.pack_into("<HH", data, 6, 5, 5)
    assert read(bytes(data)).size == (20, 10)


def test_a_later_frame_far_outside_of_the_screen_is_refused() -> None:
    frame = b"\x2c" + struct.pack("<HHHHB", 9000, 9000, 1, 1, 0) + b"\x02\x02\x4c\x01\x00"
    data = pictures.encoded(Image.new("P", (9, 9)), "GIF")[:-1] + frame + b"\x3b"
    assert read(data).frames == 2
    with pytest.raises(ImageTooManyPixelsError):
        read(data, SMALL)


# --- what is refused ---


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><body>404</body></html>",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"GIF89a\x05\x00\x05\x00\x00\x00\x00;",
        b"RIFF\x04\x00\x00\x00WEBP",
        b"RIFF\xff\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1",
    ],
)
def test_no_header_is_broken(data: bytes) -> None:
    with pytest.raises(ImageBrokenError):
        read(data)


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def rare_jpeg(marker: int, bits: int) -> bytes:
    """Eight gray pixels square, as a frame of this kind; decodable where lossless coding is."""
    frame = segment(marker, struct.pack(">BHHB", bits, 8, 8, 1) + bytes((1, 0x11, 0)))
    # One code of one bit: no difference to the pixel before.
    table = segment(0xC4, bytes((0, 1)) + bytes(16))
    return b"\xff\xd8" + frame + table + segment(0xDA, bytes((1, 1, 0, 1, 0, 0))) + bytes(8) + b"\xff\xd9"


@pytest.mark.parametrize(
    ("marker", "bits", "feature"),
    [
        (0xC1, 12, "jpeg_12_bit"),
        (0xC2, 12, "jpeg_12_bit"),
        (0xC9, 12, "jpeg_12_bit"),
        (0xC3, 12, "jpeg_lossless"),
        (0xC3, 16, "jpeg_lossless"),
        (0xCB, 8, "jpeg_lossless"),
        (0xC5, 8, "jpeg_hierarchical"),
        (0xCF, 8, "jpeg_hierarchical"),
    ],
)
def test_a_jpeg_that_no_decoder_knows_is_not_called_damaged(marker: int, bits: int, feature: str) -> None:
    data = rare_jpeg(marker, bits)
    with pytest.raises(ImageUnsupportedError) as caught:
        read(data)
    assert (caught.value.path, caught.value.feature) == ("/some/file", feature)
    with pytest.raises(pyvips.Error):
        decode.raw_pixels(data, ".jpg").avg()


def test_a_lossless_jpeg_of_8_bits_is_read() -> None:
    data = rare_jpeg(0xC3, 8)
    assert read(data).size == (8, 8)
    assert decode.raw_pixels(data, ".jpg").avg() == 128


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_cut_anywhere_it_is_broken_or_read(form: str) -> None:
    data = pictures.encoded(pictures.photo(20, 10), form)
    for length in range(0, min(len(data), 700), 3):
        with contextlib.suppress(ImageBrokenError):
            assert read(data[:length]).size == (20, 10)


@pytest.mark.parametrize("kind", [b"IHDR", b"PLTE", b"IDAT", b"IEND"])
def test_a_png_with_a_wrong_checksum_is_refused(kind: bytes) -> None:
    png = pictures.encoded(pictures.photo(20, 10).quantize(16), "PNG")
    at = png.index(kind)
    end = at + 4 + int.from_bytes(png[at - 4 : at], "big")
    assert read(png).width == 20
    with pytest.raises(ImageBrokenError, match=f"checksum of {kind.decode()}"):
        read(png[:end] + bytes((png[end] ^ 1,)) + png[end + 1 :])


def test_what_follows_a_png_has_no_checksum() -> None:
    png = pictures.encoded(pictures.photo(20, 10), "PNG")
    assert read(png + b"\0\0\0\0IDAT\0\0\0\0").width == 20


@pytest.mark.parametrize(("form", "at"), [("PNG", 16), ("GIF", 6)])
def test_no_width_is_broken(form: str, at: int) -> None:
    data = bytearray(pictures.encoded(Image.new("P", (9, 9)), form))
    data[at : at + 4] = bytes(4)
    if form == "GIF":
        place = data.index(b"\x2c", 13)
        data[place + 5 : place + 9] = bytes(4)
    with pytest.raises(ImageBrokenError):
        read(bytes(data))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_too_many_pixels_of_a_still_image(form: str) -> None:
    with pytest.raises(ImageTooManyPixelsError) as caught:
        read(pictures.encoded(Image.new("RGB", (101, 100)), form), SMALL)
    error = caught.value
    assert (error.width, error.height, error.frames, error.limit) == (101, 100, 1, 10_000)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_too_many_pixels_of_an_animation(form: str) -> None:
    assert read(pictures.animated(form, 4, size=(70, 70)), SMALL).frames == 4
    with pytest.raises(ImageTooManyPixelsError) as caught:
        read(pictures.animated(form, 5, size=(70, 70)), SMALL)
    assert (caught.value.frames, caught.value.limit) == (5, 20_000)


def test_a_vector_image_has_a_limit_of_its_own() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="50"/>'
    assert read(svg.format(100).encode(), SMALL).size == (100, 50)
    with pytest.raises(ImageTooManyPixelsError):
        read(svg.format(101).encode(), SMALL)


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [(b"iCCP", b"icc\0\0"), (b"zTXt", b"Comment\0\0"), (b"iTXt", b"Comment\0\1\0en\0Comment\0")],
)
def test_a_chunk_that_inflates_too_much(kind: bytes, prefix: bytes) -> None:
    png = pictures.encoded(pictures.photo(20, 10), "PNG")
    modest, bomb = (prefix + zlib.compress(bytes(size)) for size in (50_000, 50_001))
    assert read(pictures.with_chunk(png, kind, modest), SMALL).size == (20, 10)
    with pytest.raises(ImageBrokenError, match="inflates"):
        read(pictures.with_chunk(png, kind, bomb), SMALL)


# --- boxes ---


def box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def heif(*properties: bytes, item: int = 1) -> bytes:
    shown = bytes([0x80 | (index + 1) for index in range(len(properties))])
    ipma = box(b"ipma", bytes(4), struct.pack(">IHB", 1, item, len(shown)), shown)
    iprp = box(b"iprp", box(b"ipco", *properties), ipma)
    meta = box(b"meta", bytes(4), box(b"pitm", bytes(4), struct.pack(">H", item)), iprp)
    return box(b"ftyp", b"heic", bytes(4), b"mif1heic") + meta


SIZE = box(b"ispe", bytes(4), struct.pack(">II", 40, 30))


@pytest.mark.parametrize(
    ("more", "size"),
    [
        ((), (40, 30)),
        ((box(b"irot", b"\1"),), (30, 40)),
        ((box(b"irot", b"\2"),), (40, 30)),
        ((box(b"clap", struct.pack(">IIIIiIiI", 20, 1, 10, 1, 0, 1, 0, 1)),), (20, 10)),
        ((box(b"clap", struct.pack(">IIIIiIiI", 20, 0, 10, 1, 0, 1, 0, 1)),), (40, 30)),
        ((box(b"clap", struct.pack(">IIIIiIiI", 20, 1, 10, 1, 0, 1, 0, 1)), box(b"irot", b"\3")), (10, 20)),
    ],
)
def test_the_boxes_of_an_image(more: tuple[bytes, ...], size: tuple[int, int]) -> None:
    assert read(heif(SIZE, *more)).size == size


def test_depth_and_colors_stand_in_boxes() -> None:
    deep = box(b"pixi", bytes(4), b"\3\x0a\x0a\x0a")
    colors = box(b"colr", b"nclx", struct.pack(">HHHB", 9, 16, 9, 0x80))
    header = read(heif(SIZE, deep, colors, item=7))
    assert (header.is_deep, header.is_hdr, header.primaries) == (True, True, 9)


def test_the_wrong_item_has_no_size() -> None:
    data = heif(SIZE).replace(box(b"pitm", bytes(4), b"\0\1"), box(b"pitm", bytes(4), b"\0\2"))
    assert heif_header.primary(data) is None


@pytest.mark.parametrize(
    "data",
    [
        box(b"ftyp", b"heic") + struct.pack(">I4s", 4000, b"meta"),
        box(b"ftyp", b"heic") + box(b"meta", bytes(4), box(b"iprp", box(b"ipco", box(b"ispe")), box(b"ipma"))),
        box(b"ftyp", b"heic") + box(b"meta", bytes(4), box(b"iprp", box(b"ipma", b"\0" * 4 + b"\xff" * 9))),
        heif(box(b"ispe", bytes(4))),
        heif(SIZE, box(b"irot")),
        heif(SIZE, box(b"pixi")),
        heif(SIZE, box(b"clap", bytes(3))),
    ],
)
def test_boxes_that_lie_are_broken(data: bytes) -> None:
    with pytest.raises(ImageBrokenError):
        read(data)
