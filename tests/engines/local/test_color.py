"""Colors stay right on the way to sRGB."""

from __future__ import annotations

import io
import struct

import pytest
import pyvips
from PIL import Image, ImageCms

from kraken_desktop.engines.local import color
from kraken_desktop.engines.local.picture import Pixels
from tests.support import pictures
from tests.support.pictures import is_near

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def flat(values: list[int], form: str = "uchar", interpretation: str = "srgb") -> Pixels:
    pixels = (pyvips.Image.black(4, 4, bands=len(values)) + values).cast(form)
    return pixels.copy(interpretation=interpretation)


def at(pixels: Pixels) -> tuple[int, ...]:
    return tuple(int(value) for value in pixels(1, 1))


def test_a_profile_is_applied() -> None:
    assert is_near(at(color.to_srgb(flat([250, 20, 30]), pictures.other_profile())), (30, 20, 250))


def test_alpha_is_no_color() -> None:
    made = color.to_srgb(flat([250, 20, 30, 77]), pictures.other_profile())
    assert at(made)[3] == 77
    assert is_near(at(made)[:3], (30, 20, 250))


def test_sixteen_bits_stay_sixteen() -> None:
    made = color.to_srgb(flat([60000, 5000, 8000], "ushort", "rgb16"), pictures.other_profile())
    assert (made.format, made.interpretation) == ("ushort", "rgb16")
    assert at(made)[2] > 59000 > 9000 > at(made)[0]


@pytest.mark.parametrize("broken", [b"", b"no profile", SRGB[:200], bytes(len(SRGB))])
def test_a_profile_that_cannot_be_read_is_none(broken: bytes) -> None:
    assert at(color.to_srgb(flat([250, 20, 30]), broken)) == (250, 20, 30)


@pytest.mark.parametrize("values", [[90], [90, 40]])
def test_gray_stays_gray(values: list[int]) -> None:
    made = color.to_srgb(flat(values, interpretation="b-w"), SRGB)
    assert made.interpretation == "b-w"
    assert at(made) == tuple(values)


def test_a_gray_profile_bends_the_curve() -> None:
    linear = _gray_profile()
    made = color.to_srgb(flat([55, 40], interpretation="b-w"), linear)
    assert made.interpretation == "b-w"
    # 55 of 255 linear is 128 in sRGB.
    assert abs(at(made)[0] - 128) <= 2
    assert at(made)[1] == 40


def _gray_profile() -> bytes:
    """A gray profile with a straight curve: header, three tags, nothing else."""

    def tag(kind: bytes, body: bytes) -> bytes:
        return kind + bytes(4) + body

    white = tag(b"XYZ ", struct.pack(">iii", 63190, 65536, 54061))
    curve = tag(b"curv", struct.pack(">I", 0))
    text = tag(b"desc", struct.pack(">I", 5) + b"gray\0" + bytes(78))
    bodies = {b"wtpt": white, b"kTRC": curve, b"desc": text + bytes(-len(text) % 4)}
    table, content, start = b"", b"", 128 + 4 + 12 * len(bodies)
    for name, body in bodies.items():
        table += struct.pack(">4sII", name, start + len(content), len(body))
        content += body
    size = start + len(content)
    head = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02100000, b"mntr", b"GRAY", b"XYZ ")
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(bodies)) + table + content


def test_inks_without_a_profile_become_sensible_colors() -> None:
    stream = io.BytesIO()
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(stream, "JPEG", quality=95)
    pixels = pyvips.Image.new_from_buffer(stream.getvalue(), "")
    assert color.is_cmyk(pixels)
    made = color.to_srgb(pixels, None)
    red, green, blue = at(made)
    assert red > 180 > 90 > max(green, blue)


def test_wide_primaries_become_narrow() -> None:
    plain, wide = (at(color.to_srgb(flat([200, 80, 80]), None, primaries=each)) for each in (0, 12))
    assert plain == (200, 80, 80)
    assert wide[0] > 205


@pytest.mark.parametrize("form", ["uchar", "ushort"])
def test_a_png_of_linear_light_becomes_brighter(form: str) -> None:
    most = 255 if form == "uchar" else 65535
    pixels = flat([most // 5, 0, most, most // 3], form, "srgb" if form == "uchar" else "rgb16")
    made = at(color.to_srgb(pixels, None, gamma=1.0))
    assert made[1:] == (0, most, most // 3)
    assert abs(made[0] / most - 0.2 ** (1 / 2.2)) < 0.004


# --- depth, alpha, background ---


@pytest.mark.parametrize("value", [0, 1, 77, 128, 254, 255])
def test_what_had_eight_bits_gets_them_back(value: int) -> None:
    deep = flat([value * 257, value * 257, value * 257], "ushort", "rgb16")
    made = color.to_eight_bits(deep)
    assert (at(made), made.format, made.interpretation) == ((value,) * 3, "uchar", "srgb")


def test_sixteen_bits_are_rounded() -> None:
    made = color.to_eight_bits(flat([257 * 9 + 200, 257 * 9 + 20], "ushort", "grey16"))
    assert (at(made), made.interpretation) == ((10, 9), "b-w")


def test_an_opaque_alpha_is_dropped_and_no_other() -> None:
    assert color.without_useless_alpha(flat([1, 2, 3, 255])).bands == 3
    assert color.without_useless_alpha(flat([1, 255], interpretation="b-w")).bands == 1
    assert color.without_useless_alpha(flat([1, 2, 3, 254])).bands == 4
    assert color.without_useless_alpha(flat([1, 2, 65535], "ushort", "rgb16")).bands == 3
    assert color.without_useless_alpha(flat([1, 2, 3, 65535], "ushort", "rgb16")).bands == 3


def test_what_is_transparent_shows_the_background() -> None:
    assert at(color.flattened(flat([1, 2, 3, 0]), "#0f8")) == (0, 255, 136)
    assert at(color.flattened(flat([100, 0], interpretation="b-w"), "#fff")) == (255,)
    assert at(color.flattened(flat([100, 0], interpretation="b-w"), "#fe0000")) == (254, 0, 0)
    assert at(color.flattened(flat([9, 9, 9, 0], "ushort", "rgb16"), "#ff0001")) == (65535, 0, 257)
    opaque = flat([1, 2, 3])
    assert color.flattened(opaque, "#f00") is opaque


def test_in_memory_leaves_everything_else_behind() -> None:
    pixels = pyvips.Image.new_from_buffer(
        pictures.encoded(pictures.photo(), "JPEG", orientation=6, icc_profile=SRGB), ""
    )
    plain = color.in_memory(pixels)
    assert not {"exif-data", "orientation", "icc-profile-data"} & set(plain.get_fields())
    assert (plain - pixels).abs().max() == 0


# --- the same, to the last bit ---


def test_ways_to_store_the_same_are_the_same() -> None:
    assert color.are_same(flat([7], interpretation="b-w"), flat([7, 7, 7]))
    assert color.are_same(flat([7, 7, 7, 255]), flat([7, 7, 7]))
    assert color.are_same(flat([7 * 257] * 3, "ushort", "rgb16"), flat([7, 7, 7]))
    assert color.are_same(flat([7, 8, 9, 0]), flat([0, 0, 0, 0]))


def test_one_bit_is_a_difference() -> None:
    one = flat([7, 7, 7])
    assert not color.are_same(one, flat([7, 7, 8]))
    assert not color.are_same(one, flat([7, 7, 7, 254]))
    assert not color.are_same(one, one.draw_rect([8, 7, 7], 2, 2, 1, 1))
    assert not color.are_same(one, one.crop(0, 0, 4, 3))
    assert not color.are_same(flat([7 * 257 + 1] * 3, "ushort", "rgb16"), one)
    assert not color.are_same(flat([7, 8, 9, 0]), flat([7, 8, 9, 1]))
    inks = flat([7, 7, 7, 255], interpretation="cmyk")
    assert not color.are_same(inks, flat([7, 7, 7, 255]))
    assert color.are_same(inks, inks.copy())
