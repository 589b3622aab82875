import io
import struct
import zlib

import pytest

from kraken_desktop.engines.local.metadata import Metadata, read, strip
from kraken_desktop.engines.local.metadata.container import MOST_BYTES, MOST_PARTS
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import KeptMetadata as Kept
from tests.engines.local.metadata.samples import (
    EXIF,
    NOTICE,
    PACKET,
    RECORDS,
    XMP,
    chunk,
    encoded,
    picture,
    pixels,
    raw_profile,
    srgb,
    tiff,
    wide,
    with_chunks,
)

NOTHING: frozenset[Kept] = frozenset()
BARE = encoded(".png")
GAMMA, OTHER_GAMMA = chunk(b"gAMA", struct.pack(">I", 45455)), chunk(b"gAMA", struct.pack(">I", 100000))
PRIMARIES = chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000))
SRGB = chunk(b"sRGB", b"\0")


def profile(icc: bytes) -> bytes:
    return chunk(b"iCCP", b"ICC\0\0" + zlib.compress(icc))


@pytest.mark.parametrize(
    ("chunks", "stay"),
    [
        ([GAMMA, PRIMARIES], []),
        ([OTHER_GAMMA, PRIMARIES], [OTHER_GAMMA, PRIMARIES]),
        ([OTHER_GAMMA], [OTHER_GAMMA]),
        ([SRGB, GAMMA, PRIMARIES], [SRGB]),
        ([profile(wide()), OTHER_GAMMA, PRIMARIES], [profile(wide())]),
        ([profile(srgb()), OTHER_GAMMA, PRIMARIES], []),
        ([profile(b"SECRET"), OTHER_GAMMA], [OTHER_GAMMA]),
        ([profile(wide()), profile(b"SECRET")], [profile(wide())]),
        ([profile(wide())[:-1] + b"\0", OTHER_GAMMA], [OTHER_GAMMA]),
        ([chunk(b"iCCP", b"ICC\0\1" + zlib.compress(wide()))], []),
        ([chunk(b"cICP", b"\1\x0d\0\1")], [chunk(b"cICP", b"\1\x0d\0\1")]),
        ([chunk(b"cHRM", b"\0")], [chunk(b"cHRM", b"\0")]),
        (
            [chunk(b"bKGD", bytes(6)), chunk(b"tIME", bytes(7)), chunk(b"iDOT", bytes(28)), chunk(b"sPLT", b"SECRET")],
            [],
        ),
    ],
    ids=range(13),
)
def test_only_what_says_how_colors_look_stays(chunks: list[bytes], stay: list[bytes]) -> None:
    assert strip(with_chunks(BARE, *chunks), ".png", NOTHING) == with_chunks(BARE, *stay)


def test_a_kept_profile_overrules_the_rest() -> None:
    source = with_chunks(BARE, profile(srgb()), GAMMA, SRGB)
    assert strip(source, ".png", frozenset({Kept.PROFILE})) == with_chunks(BARE, profile(srgb()))


@pytest.mark.parametrize("mode", ["P", "LA", "RGBA", "1", "I;16"])
def test_transparency_palette_and_depth_stay(mode: str) -> None:
    image = picture(mode="RGBA").convert("L").convert("I;16") if mode == "I;16" else picture(mode="RGBA").convert(mode)
    source = encoded(".png", image, **({"transparency": 0} if mode == "P" else {}))
    stripped = strip(with_chunks(source, chunk(b"tEXt", b"a\0SECRET")), ".png", NOTHING)
    assert stripped == source


def test_an_animation_keeps_its_frames() -> None:
    out = io.BytesIO()
    frames = [picture(hue=hue) for hue in (0, 100, 200)]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:], duration=[30, 60, 90], loop=3)
    assert strip(with_chunks(out.getvalue(), chunk(b"eXIf", tiff(1))), ".png", NOTHING) == out.getvalue()


@pytest.mark.parametrize(
    ("name", "body", "right"),
    [
        ("exif", tiff(), Metadata(orientation=6, exif=EXIF)),
        ("APP1", b"Exif\0\0" + tiff(), Metadata(orientation=6, exif=EXIF)),
        ("xmp", PACKET, Metadata(xmp=XMP)),
        ("APP1", b"http://ns.adobe.com/xap/1.0/\0" + PACKET, Metadata(xmp=XMP)),
        ("iptc", RECORDS, Metadata(iptc_copyright=NOTICE)),
        ("8bim", b"8BIM\4\4\0\0" + struct.pack(">I", len(RECORDS)) + RECORDS, Metadata(iptc_copyright=NOTICE)),
        ("SECRET", RECORDS, Metadata()),
    ],
)
def test_profiles_of_imagemagick(name: str, body: bytes, right: Metadata) -> None:
    source = with_chunks(BARE, chunk(b"zTXt", raw_profile(name, body)))
    assert read(source, ".png") == right
    orientation = chunk(b"eXIf", b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0")
    assert strip(source, ".png", NOTHING) == with_chunks(BARE, *([orientation] if right.orientation == 6 else []))


@pytest.mark.parametrize("compressed", [False, True])
def test_xmp_in_an_international_text(compressed: bool) -> None:
    text = zlib.compress(PACKET) if compressed else PACKET
    body = b"XML:com.adobe.xmp\0" + bytes((compressed, 0)) + b"en\0XMP\0" + text
    assert read(with_chunks(BARE, chunk(b"iTXt", body)), ".png").xmp == XMP


@pytest.mark.parametrize(
    "damaged",
    [
        chunk(b"eXIf", tiff())[:-1] + b"\0",
        chunk(b"zTXt", b"Raw profile type exif\0\0" + b"SECRET"),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n8\nSECRET")),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n")),
        chunk(b"tEXt", b"Raw profile type exif\0\nexif\nmany\n00"),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0"),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(PACKET)[:-9]),
        chunk(b"iCCP", b"no end" * 30),
        chunk(b"iCCP", b""),
    ],
    ids=range(9),
)
def test_corrupt_metadata_is_not_there(damaged: bytes) -> None:
    source = with_chunks(BARE, damaged)
    assert read(source, ".png") == Metadata()
    assert strip(source, ".png", frozenset(Kept)) == BARE


@pytest.mark.parametrize("kind", [b"iCCP", b"zTXt", b"iTXt"])
def test_bombs_are_not_inflated(kind: bytes) -> None:
    packed = zlib.compress(wide() + bytes(MOST_BYTES))
    head = {
        b"iCCP": b"ICC\0\0",
        b"zTXt": b"Raw profile type exif\0\0",
        b"iTXt": b"XML:com.adobe.xmp\0\1\0\0\0",
    }[kind]
    source = with_chunks(BARE, chunk(kind, head + packed))
    assert read(source, ".png") == Metadata()
    assert strip(source, ".png", frozenset(Kept)) == BARE


@pytest.mark.parametrize(
    "data",
    [
        BARE[:-12],
        BARE[:-1],
        BARE[:8],
        BARE[:8] + BARE[33:],
        with_chunks(BARE, BARE[8:33]),
        with_chunks(BARE, b"\xff\xff\xff\xffaBCd"),
        with_chunks(BARE, chunk(b"a1b2", b"")),
        BARE[:-12] + chunk(b"tEXt", b"a\0b") + chunk(b"IDAT", b"") + BARE[-12:],
        with_chunks(BARE, chunk(b"aBCd", b"") * (MOST_PARTS + 2)),
    ],
    ids=range(9),
)
def test_a_broken_structure_is_refused(data: bytes) -> None:
    with pytest.raises(ImageBrokenError):
        strip(data, ".png", NOTHING)


def test_pixels_are_compared() -> None:
    assert pixels(BARE) != pixels(encoded(".png", picture(hue=1)))
