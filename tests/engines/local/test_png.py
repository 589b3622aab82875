from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
import pyvips
from PIL import Image

from kraken_desktop.engines.local import png
from kraken_desktop.engines.local.metric import Judge
from kraken_desktop.engines.local.picture import Picture, Wish
from kraken_desktop.engines.local.png_chunks import SIGNATURE, chunk, chunks
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import QualityTarget


def wish(*, lossy: bool = True, quality: int | None = None, target: QualityTarget = QualityTarget.BALANCED) -> Wish:
    return Wish(lossy=lossy, quality=quality, target=target, chroma=None)


def picture(array: np.ndarray, icc: bytes | None = None) -> Picture:
    array = array if array.ndim == 3 else array[:, :, None]
    deep, gray = array.dtype == np.uint16, array.shape[2] < 3
    space = {(False, False): "srgb", (True, False): "rgb16", (False, True): "b-w", (True, True): "grey16"}[deep, gray]
    pixels = pyvips.Image.new_from_array(array, interpretation=space)
    return Picture(pixels=pixels, width=pixels.width, height=pixels.height, is_deep=deep, icc=icc)


def smooth(bands: int = 3, side: int = 64, dtype: type = np.uint8) -> np.ndarray:
    y, x = np.mgrid[:side, :side] / side
    noise = np.random.default_rng(1).normal(0, 0.01, (side, side))
    planes = [x, y, 1 - x * y, 0.2 + 0.8 * x][:bands]
    top = np.iinfo(dtype).max
    return np.stack([np.clip(plane + noise, 0, 1) * top for plane in planes], 2).astype(dtype)


def few(colors: int, side: int = 48) -> np.ndarray:
    rng = np.random.default_rng(2)
    palette = rng.integers(0, 256, (colors, 3), np.uint8)
    return palette[rng.integers(0, colors, (side, side))]


def header(data: bytes) -> tuple[int, int]:
    """Depth and color type."""
    return data[24], data[25]


def decoded(data: bytes) -> np.ndarray:
    return pyvips.Image.pngload_buffer(data).numpy()


def kinds(data: bytes) -> list[bytes]:
    return [kind for kind, _ in chunks(data)]


def test_a_lossy_photo_gets_a_palette_and_looks_good():
    source = picture(smooth())
    found = png.encode(source, wish())
    exact = png.encode(source, wish(lossy=False))
    assert header(found)[1] == 3
    assert len(found) < 0.7 * len(exact)
    assert Judge(source.pixels).score(pyvips.Image.pngload_buffer(found)) > 60


@pytest.mark.parametrize(
    ("score", "with_palette"),
    [
        (50, set()),
        (62, {QualityTarget.SMALLER}),
        (70, {QualityTarget.SMALLER, QualityTarget.BALANCED}),
        (80, set(QualityTarget)),
    ],
)
def test_the_target_says_how_good_a_palette_has_to_look(monkeypatch, score, with_palette):
    monkeypatch.setattr(Judge, "score", lambda self, pixels: score)
    found = {target: png.encode(picture(smooth(3, 32)), wish(target=target)) for target in QualityTarget}
    assert {target for target, data in found.items() if header(data)[1] == 3} == with_palette


def test_quality_is_the_palettes_own():
    source = picture(smooth())
    assert len(png.encode(source, wish(quality=5))) < len(png.encode(source, wish(quality=95)))


@pytest.mark.parametrize("colors", [2, 5, 16])
def test_few_colors_stay_exact(colors):
    array = few(colors)
    assert np.array_equal(decoded(png.encode(picture(array), wish())), array)


def test_a_palette_that_is_larger_is_not_taken():
    array = smooth(3, 48) // 16 * 16
    assert len(png.encode(picture(array), wish())) <= len(png.encode(picture(array), wish(lossy=False)))


@pytest.mark.parametrize("lossy", [True, False])
@pytest.mark.parametrize("bands", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_gray_alpha_and_depth_come_out_right(lossy, bands, dtype):
    array = smooth(bands, 32, dtype) if bands != 2 else smooth(4, 32, dtype)[:, :, 2:]
    found = pyvips.Image.pngload_buffer(png.encode(picture(array), wish(lossy=lossy)))
    assert found.hasalpha() == (bands in {2, 4})
    assert found.format == ("ushort" if dtype == np.uint16 and not lossy else "uchar")
    scale = 257 if dtype == np.uint16 and lossy else 1
    expected, tolerance = array.astype(float) / scale, (40 if lossy else 0)
    got = found.numpy().astype(float).reshape(32, 32, -1)
    if expected.shape[2] < got.shape[2]:
        got = got[:, :, [0, 3] if bands == 2 else [0]]
    assert np.abs(got - expected).max() <= tolerance


def test_a_profile_is_embedded_and_nothing_else(tmp_path):
    from PIL import ImageCms

    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for lossy in (True, False):
        found = png.encode(picture(smooth(3, 24), icc), wish(lossy=lossy))
        assert Image.open(io.BytesIO(found)).info["icc_profile"] == icc
        assert set(kinds(found)) <= {b"IHDR", b"iCCP", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
        assert b"iCCP" not in kinds(png.encode(picture(smooth(3, 24)), wish(lossy=lossy)))


def plain_png(array: np.ndarray, **options: object) -> bytes:
    return picture(array).pixels.pngsave_buffer(compression=0, keep="none", **options)


@pytest.mark.parametrize(
    "array",
    [smooth(), smooth(4), smooth(1), smooth(3, 32, np.uint16), few(7)],
    ids=["rgb", "rgba", "gray", "16", "few"],
)
@pytest.mark.parametrize("interlace", [False, True])
def test_without_loss_every_pixel_stays(array, interlace):
    data = plain_png(array, interlace=interlace)
    found = png.lossless(data)
    assert len(found) < len(data)
    assert np.array_equal(Image.open(io.BytesIO(found)).convert("RGBA"), Image.open(io.BytesIO(data)).convert("RGBA"))
    if array.dtype == np.uint16:
        assert np.array_equal(decoded(found), array)


def test_colors_under_transparent_pixels_may_be_somebodys():
    array = smooth(4)
    array[:20, :, 3] = 0
    assert np.array_equal(decoded(png.lossless(plain_png(array))), array)


def test_without_loss_other_chunks_stay():
    data = plain_png(smooth())
    where = data.index(b"IDAT") - 4
    data = data[:where] + chunk(b"eXIf", b"MM\0*") + data[where:]
    assert b"eXIf" in kinds(png.lossless(data))


def test_what_shows_something_else_is_not_taken(monkeypatch):
    data, other = plain_png(smooth()), plain_png(few(3, 64))
    stream = io.BytesIO()
    Image.open(io.BytesIO(other)).save(stream, "PNG")
    monkeypatch.setattr(png, "_run_oxipng", lambda data: stream.getvalue())
    assert png.lossless(data) == data


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.95])
def test_a_cut_file_is_broken(cut):
    data = plain_png(smooth())
    with pytest.raises(ImageBrokenError):
        png.lossless(data[: int(len(data) * cut)])


def test_no_png_is_broken():
    with pytest.raises(ImageBrokenError):
        png.lossless(b"GIF89a")


def animated(frames: int = 3) -> bytes:
    images = [Image.fromarray(np.roll(smooth(4, 40), 7 * number, 1)) for number in range(frames)]
    stream = io.BytesIO()
    images[0].save(
        stream, "PNG", save_all=True, append_images=images[1:], duration=[40, 50, 60], loop=3, compress_level=1
    )
    return stream.getvalue()


def test_an_animation_is_recognized():
    assert png.is_animated(animated())
    assert not png.is_animated(plain_png(smooth()))


def test_an_animation_keeps_frames_times_and_loops_in_fewer_bytes():
    data = animated()
    found = png.lossless(data)
    assert len(found) < len(data)
    one, other = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(found))
    assert (one.n_frames, one.info["loop"]) == (other.n_frames, other.info["loop"]) == (3, 3)
    for number in range(3):
        one.seek(number)
        other.seek(number)
        assert one.info["duration"] == other.info["duration"]
        assert one.tobytes() == other.tobytes()


def test_the_parts_of_an_animation_are_numbered_anew():
    numbers = [
        struct.unpack(">I", content[:4])[0]
        for kind, content in chunks(png.lossless(animated()))
        if kind in {b"fcTL", b"fdAT"}
    ]
    assert numbers == list(range(len(numbers)))


@pytest.mark.parametrize("content", [b"", b"\0\0\0\1"])
def test_an_animation_with_short_chunks_is_broken(content):
    rest = chunk(b"acTL", bytes(8)) + chunk(b"fcTL", content) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(ImageBrokenError):
        png.lossless(SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + rest)
