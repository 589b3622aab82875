import io

import pytest
from PIL import Image

from kraken_desktop.engines.local.metadata import Metadata, insert, read, strip
from kraken_desktop.engines.local.metadata.container import MOST_PARTS
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import KeptMetadata as Kept
from tests.engines.local.metadata.samples import SECRET, XMP, encoded, picture, pixels, srgb, wide

NOTHING: frozenset[Kept] = frozenset()


def animation() -> bytes:
    out = io.BytesIO()
    frames = [picture(hue=hue).convert("P") for hue in (0, 100, 200)]
    frames[0].save(
        out, "GIF", save_all=True, append_images=frames[1:], duration=[30, 60, 90], loop=3, transparency=0, disposal=2
    )
    return out.getvalue()


def application(name: bytes, *parts: bytes) -> bytes:
    return b"\x21\xff\x0b" + name + b"".join(bytes((len(part),)) + part for part in parts) + b"\0"


def in_front_of_the_end(gif: bytes, *blocks: bytes) -> bytes:
    return gif[:-1] + b"".join(blocks) + gif[-1:]


def test_an_animation_keeps_every_byte() -> None:
    assert strip(animation(), ".gif", NOTHING) == animation()
    with Image.open(io.BytesIO(animation())) as image:
        assert (image.n_frames, image.info["loop"]) == (3, 3)


@pytest.mark.parametrize(
    "block",
    [
        b"\x21\xfe\x06SECRET\0",
        b"\x21\x01\x0c" + bytes(12) + b"\x06SECRET\0",
        b"\x21\x77\x06SECRET\0",
        b"\x21\xff\x03SEC\x06SECRET\0",
        application(b"SECRET PROG", b"SECRET"),
        application(b"NETSCAPE2.0", b"\x02SECRET"),
        application(b"XMP DataXMP", SECRET),
        application(b"ICCRGBG1012", SECRET),
        application(b"ICCRGBG1012", *(srgb()[at : at + 255] for at in range(0, len(srgb()), 255))),
    ],
    ids=range(9),
)
def test_what_is_no_frame_goes(block: bytes) -> None:
    assert strip(in_front_of_the_end(animation(), block), ".gif", NOTHING) == animation()


@pytest.mark.parametrize("name", [b"NETSCAPE2.0", b"ANIMEXTS1.0"])
def test_a_loop_stays_alone(name: bytes) -> None:
    source = in_front_of_the_end(encoded(".gif"), application(name, b"\2SEC", b"\1\5\0", b"\1SECRET"))
    assert strip(source, ".gif", NOTHING) == in_front_of_the_end(encoded(".gif"), application(name, b"\1\5\0"))


def test_a_profile_other_than_srgb_stays() -> None:
    profile = application(b"ICCRGBG1012", *(wide()[at : at + 255] for at in range(0, len(wide()), 255)))
    source = in_front_of_the_end(encoded(".gif"), profile)
    assert read(source, ".gif").icc == wide()
    assert strip(source, ".gif", NOTHING) == source


def test_xmp_makes_an_old_file_a_new_one() -> None:
    old = b"GIF87a" + encoded(".gif")[6:]
    written = insert(old, ".gif", Metadata(xmp=XMP), frozenset({Kept.COPYRIGHT}))
    assert written.startswith(b"GIF89a")
    assert pixels(written) == pixels(old)
    assert strip(written, ".gif", NOTHING)[6:] == old[6:]


def test_a_file_without_an_end_gets_none() -> None:
    open_ended = animation()[:-1]
    assert strip(open_ended, ".gif", NOTHING) == open_ended
    assert strip(open_ended + b"SECRET", ".gif", NOTHING) == open_ended


@pytest.mark.parametrize("end", [b"\x21", b"\x21\xfe", b"\x21\xfe\x06SECRET", b"\x21\xff\x0bXMP DataXMPSECRET"])
def test_a_cut_extension_ends_the_file(end: bytes) -> None:
    assert strip(animation()[:-1] + end, ".gif", NOTHING) == animation()[:-1]


@pytest.mark.parametrize(
    "data",
    [
        animation()[:20],
        animation()[:-6],
        b"GIF89a" + bytes(7) + b";",
        b"GIF88a" + animation()[6:],
        in_front_of_the_end(animation(), b"\x21\xfe\0" * (MOST_PARTS + 2)),
    ],
    ids=range(5),
)
def test_a_broken_structure_is_refused(data: bytes) -> None:
    with pytest.raises(ImageBrokenError):
        strip(data, ".gif", NOTHING)
