"""Bytes become pixels, whole or not at all."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageCms

from kraken_desktop.engines.local import decode, headers
from kraken_desktop.engines.local.decode import Decoded
from kraken_desktop.engines.local.picture import Picture
from kraken_desktop.engines.local.protocol import Limits
from kraken_desktop.model.errors import ImageBrokenError
from tests.support import pictures
from tests.support.pictures import CORNERS, is_near


def decoded(data: bytes, **options: object) -> Decoded:
    return decode.decode(data, headers.read(data, "/some/file", Limits()), "/some/file", **options)  # type: ignore[arg-type]


def picture(data: bytes, **options: object) -> Picture:
    return decode.in_memory(decoded(data, **options).picture())


def shown(picture: Picture) -> Image.Image:
    pixels = picture.pixels
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[pixels.bands]
    return Image.frombytes(mode, (pixels.width, pixels.height), bytes(pixels.write_to_memory()))


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("JPEG", {"quality": 95}),
        ("JPEG", {"quality": 95, "progressive": True}),
        ("PNG", {}),
        ("GIF", {}),
        ("WEBP", {"lossless": True}),
        ("AVIF", {"quality": 95, "speed": 10}),
    ],
)
def test_each_type_is_decoded(form: str, options: dict[str, object]) -> None:
    made = picture(pictures.encoded(pictures.corners(), form, **options))
    assert (made.width, made.height, made.frames, made.icc) == (48, 32, 1, None)
    colors = pictures.colors_at_corners(shown(made))
    assert all(is_near(*pair) for pair in zip(colors, CORNERS, strict=True))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_picture_is_turned_upright(form: str, orientation: int) -> None:
    # Stored as a camera would have it: the picture is upright once the orientation is undone.
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = pictures.corners() if orientation == 1 else pictures.corners().transpose(undo[orientation])
    data = pictures.encoded(stored, form, orientation=orientation, quality=95)
    made = picture(data)
    assert (made.width, made.height) == (48, 32)
    colors = pictures.colors_at_corners(shown(made))
    assert all(is_near(*pair) for pair in zip(colors, CORNERS, strict=True))
    as_stored = decoded(data).picture(turn=False)
    assert (as_stored.width, as_stored.height) == stored.size


def test_a_png_with_a_palette_and_alpha() -> None:
    image = pictures.corners().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 24, 16))
    made = shown(picture(pictures.encoded(image.quantize(16), "PNG")))
    assert made.mode == "RGBA"
    assert made.getpixel((5, 5))[3] == 0  # type: ignore[index]
    assert is_near(made.getpixel((40, 28))[:3], CORNERS[3])  # type: ignore[index]


@pytest.mark.parametrize(("mode", "bands"), [("L", 1), ("LA", 2), ("1", 1)])
def test_gray_stays_gray(mode: str, bands: int) -> None:
    image = pictures.photo().convert("L").convert(mode)
    if mode == "LA":
        image.putalpha(99)
    assert picture(pictures.encoded(image, "PNG")).pixels.bands == bands


def test_sixteen_bits_stay() -> None:
    made = picture(pictures.deep_png())
    assert made.is_deep
    assert made.pixels(3, 2) == [3 * 2000 + 2, 2 * 3000 + 3, 5007]


def test_a_profile_is_applied_or_kept() -> None:
    profile = pictures.other_profile()
    data = pictures.encoded(Image.new("RGB", (16, 16), (250, 20, 30)), "PNG", icc_profile=profile)
    source = decoded(data, icc=profile)
    turned, kept = (source.picture(keep_profile=each) for each in (False, True))
    assert (turned.icc, kept.icc) == (None, profile)
    assert is_near(tuple(turned.pixels(1, 1)), (30, 20, 250))
    assert kept.pixels(1, 1) == [250, 20, 30]


def test_inks_are_never_kept_in_their_profile() -> None:
    data = pictures.encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95)
    made = decoded(data, icc=b"some profile").picture(keep_profile=True)
    assert (made.pixels.bands, made.icc) == (3, None)


# --- animations ---


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
@pytest.mark.parametrize("count", [2, 4])
def test_frames_and_delays(form: str, count: int) -> None:
    made = picture(pictures.animated(form, count))
    assert made.animation is not None
    assert (made.width, made.height, made.frames) == (40, 24, count)
    assert made.animation.delays == tuple(40 + 10 * index for index in range(count))
    frames = shown(made).convert("RGB")
    for index in range(count):
        assert is_near(frames.getpixel((9 + 6 * index, 24 * index + 10)), (200, 20, 20))  # type: ignore[arg-type]
        assert is_near(frames.getpixel((1, 24 * index + 1)), (230, 230, 230))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("form", "stored", "times"),
    [
        # A GIF tells how often it is repeated, or nothing at all; the others how often it is shown.
        ("GIF", None, 1),
        ("GIF", 0, 0),
        ("GIF", 1, 2),
        ("GIF", 4, 5),
        ("WEBP", 0, 0),
        ("WEBP", 1, 1),
        ("WEBP", 4, 4),
        ("PNG", 0, 0),
        ("PNG", 3, 3),
    ],
)
def test_how_often_it_is_shown(form: str, stored: int | None, times: int) -> None:
    made = picture(pictures.animated(form, 2, loop=stored))
    assert made.animation is not None
    assert made.animation.loop == times


@pytest.mark.parametrize("loop", [0, 1, 2, 5])
def test_encoders_of_libvips_are_told_all_of_it(loop: int) -> None:
    made = picture(pictures.animated("WEBP", 3, loop=loop))
    gif = made.pixels.gifsave_buffer()
    again = picture(bytes(gif))
    assert again.animation == made.animation


def test_an_animated_avif() -> None:
    made = picture(pictures.animated("AVIF", 3))
    assert (made.width, made.height, made.frames) == (40, 24, 3)


def test_the_first_image_of_an_apng_may_be_no_frame() -> None:
    frames = [Image.new("RGB", (8, 8), shade) for shade in CORNERS[:3]]
    stream = io.BytesIO()
    frames[0].save(stream, "PNG", save_all=True, append_images=frames[1:], default_image=True, duration=50)
    made = picture(stream.getvalue())
    assert made.frames == 2
    assert is_near(shown(made).convert("RGB").getpixel((4, 4)), CORNERS[1])  # type: ignore[arg-type]


def test_the_first_frame_alone() -> None:
    still = decode.first_frame(picture(pictures.animated("GIF", 3)))
    assert (still.animation, still.pixels.width, still.pixels.height) == (None, 40, 24)
    plain = picture(pictures.encoded(pictures.corners(), "PNG"))
    assert decode.first_frame(plain) is plain


# --- scaling while decoding ---


@pytest.mark.parametrize(("shrink", "width"), [(1.0, 160), (3.9, 160), (4.0, 80), (8.0, 40), (100.0, 20)])
def test_a_jpeg_is_decoded_smaller_with_twice_the_pixels_to_spare(shrink: float, width: int) -> None:
    data = pictures.encoded(pictures.corners(160, 160), "JPEG")
    made = picture(data, shrink=shrink)
    assert (made.width, made.height) == (width, width)


# --- what is broken ---


def _cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


STILLS = [
    pictures.encoded(pictures.photo(), "JPEG"),
    pictures.encoded(pictures.photo(), "JPEG", progressive=True),
    pictures.encoded(pictures.photo(), "PNG"),
    pictures.encoded(pictures.photo(), "GIF"),
    pictures.encoded(pictures.photo(), "WEBP"),
    pictures.encoded(pictures.photo(), "AVIF", speed=10),
    pictures.animated("GIF", 3),
    pictures.animated("WEBP", 3),
    pictures.animated("PNG", 3),
    pictures.animated("AVIF", 3),
]


@pytest.mark.parametrize("index", range(len(STILLS)))
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_what_is_cut_is_broken(index: int, share: float) -> None:
    with pytest.raises(ImageBrokenError) as caught:
        picture(_cut(STILLS[index], share))
    assert caught.value.path == "/some/file"
    assert caught.value.reason


def test_a_flipped_gif_is_broken() -> None:
    data = bytearray(pictures.encoded(pictures.photo(), "GIF"))
    place = data.index(b"\x2c", 13 + 768) + 40
    data[place : place + 60] = b"\xff" * 60
    with pytest.raises(ImageBrokenError):
        picture(bytes(data))


def test_a_digest_tells_animations_apart() -> None:
    data = pictures.animated("PNG", 3)
    others = [
        pictures.animated("PNG", 2),
        pictures.animated("PNG", 3, loop=2),
        pictures.animated("PNG", 3, size=(40, 25)),
    ]
    assert len({decode.frames_digest(each, "") for each in (data, *others)}) == 4
    commented = pictures.with_chunk(data, b"tEXt", b"Comment\0something")
    assert decode.frames_digest(commented, "") == decode.frames_digest(data, "")


def test_a_digest_needs_every_frame_whole() -> None:
    data = pictures.animated("PNG", 3)
    place = data.rindex(b"fdAT")
    with pytest.raises(ImageBrokenError):
        decode.frames_digest(data[: place + 8] + bytes(20) + data[place + 28 :], "/some/file")


def test_raw_pixels_are_as_they_are_stored() -> None:
    data = pictures.encoded(pictures.corners(), "JPEG", orientation=6, icc_profile=pictures.other_profile())
    pixels = decode.raw_pixels(data, ".jpg")
    assert (pixels.width, pixels.height) == (48, 32)
    assert is_near(tuple(pixels(2, 2)), CORNERS[0])


def test_nothing_of_the_file_is_carried_along() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = pictures.encoded(pictures.photo(), "JPEG", orientation=6, icc_profile=srgb)
    fields = set(picture(data).pixels.get_fields())
    assert not {"exif-data", "icc-profile-data", "orientation"} & fields
