import io
import struct

import pytest
from PIL import Image

from kraken_desktop.engines.local.metadata import Metadata, insert, read, strip
from kraken_desktop.engines.local.metadata.container import MOST_PARTS
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import KeptMetadata as Kept
from tests.engines.local.metadata.samples import EXIF, SECRET, encoded, full, picture, pixels, riff, srgb, tiff

NOTHING: frozenset[Kept] = frozenset()
ICC_FLAG, ALPHA_FLAG, EXIF_FLAG, XMP_FLAG = 0x20, 0x10, 0x08, 0x04


def webp(*chunks: bytes) -> bytes:
    return riff(b"RIFF", b"WEBP" + b"".join(chunks))


def image(data: bytes) -> bytes:
    """The chunks of a file."""
    return data[12:]


def extended(flags: int, width: int = 24, height: int = 16) -> bytes:
    return riff(
        b"VP8X", bytes((flags, 0, 0, 0)) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    )


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_header_that_says_nothing_goes(lossless: bool, mode: str) -> None:
    plain = encoded(".webp", picture(mode=mode), lossless=lossless)
    full = encoded(".webp", picture(mode=mode), lossless=lossless, exif=tiff(1), icc_profile=srgb())
    assert strip(full, ".webp", NOTHING) == plain


def test_a_canvas_larger_than_its_image_stays() -> None:
    plain = image(encoded(".webp"))
    source = webp(extended(XMP_FLAG, 30, 30), plain, riff(b"XMP ", SECRET))
    assert strip(source, ".webp", NOTHING) == webp(extended(0, 30, 30), plain)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [False, True])
def test_flags_say_what_is_there(lossless: bool, mode: str) -> None:
    fresh = encoded(".webp", picture(mode=mode), lossless=lossless)
    written = insert(fresh, ".webp", Metadata(exif=EXIF), frozenset({Kept.DATE}))
    assert written[12:16] == b"VP8X"
    # A header that was there, or the alpha bit of a lossless image, says it.
    assert written[20] == EXIF_FLAG | (ALPHA_FLAG if mode == "RGBA" else 0)
    assert pixels(written) == pixels(fresh)


def test_an_animation_keeps_frames_times_and_loop() -> None:
    out = io.BytesIO()
    frames = [picture(mode="RGBA", hue=hue) for hue in (0, 100, 200)]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=[30, 60, 90], loop=3, exif=tiff(1))
    stripped = strip(out.getvalue(), ".webp", NOTHING)
    assert pixels(stripped) == pixels(out.getvalue())
    with Image.open(io.BytesIO(stripped)) as image:
        assert image.info["loop"] == 3
    assert SECRET not in stripped


def test_chunks_inside_a_frame_go_too() -> None:
    frame = bytes(12) + bytes((50, 0, 0, 0)) + image(encoded(".webp")) + riff(b"XMP ", SECRET)
    source = webp(extended(0x02), riff(b"ANIM", bytes(6)), riff(b"ANMF", frame))
    assert SECRET not in strip(source, ".webp", NOTHING)


def test_what_follows_the_file_goes() -> None:
    assert strip(encoded(".webp") + SECRET, ".webp", NOTHING) == encoded(".webp")


def test_exif_with_the_prefix_of_jpeg() -> None:
    source = webp(extended(EXIF_FLAG), image(encoded(".webp")), riff(b"EXIF", b"Exif\0\0" + tiff()))
    assert read(source, ".webp").exif == EXIF


def test_a_corrupt_profile_goes() -> None:
    source = webp(extended(ICC_FLAG), riff(b"ICCP", SECRET), image(encoded(".webp")))
    assert strip(source, ".webp", frozenset(Kept)) == encoded(".webp")


@pytest.mark.parametrize(
    "data",
    [
        full(".webp")[:-3],
        webp(),
        webp(riff(b"VP8 ", b"SECRET")),
        webp(riff(b"VP8L", b"SECRET")),
        webp(riff(b"VP8X", b""), riff(b"VP8 ", b"")),
        webp(b"VP8 " + struct.pack("<I", 2**32 - 1)),
        webp(riff(b"SECR", b"") * (MOST_PARTS + 2)),
    ],
    ids=range(7),
)
def test_a_broken_structure_is_refused(data: bytes) -> None:
    with pytest.raises(ImageBrokenError):
        strip(data, ".webp", NOTHING)
