from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from PIL import Image, ImageCms

from kraken_desktop.engines.local import jpeg, metric, search
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import Chroma, QualityTarget
from tests.engines.local.pictures import decoded, pixels, scene, still, wish

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SAMPLING = {"4:4:4": [(1, 1)] * 3, "4:2:2": [(2, 1), (1, 1), (1, 1)], "4:2:0": [(2, 2), (1, 1), (1, 1)]}


def _sampling(data: bytes) -> list[tuple[int, int]]:
    opened = Image.open(io.BytesIO(data))
    return [(layer[1], layer[2]) for layer in opened.layer]  # type: ignore[attr-defined]


def _plain(array: np.ndarray, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(array.squeeze()).convert(mode).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.mark.parametrize("target", list(QualityTarget))
def test_a_found_quality_scores_what_was_asked(target: QualityTarget) -> None:
    array = scene()
    data = jpeg.encode(still(array), wish(target=target))
    assert metric.Reference(array).score(decoded(data)) >= search.GOALS[target]
    assert len(data) < len(_plain(array, quality=90))


@pytest.mark.parametrize(
    ("chroma", "sampling"),
    [(None, "4:2:0"), (Chroma.HALF, "4:2:0"), (Chroma.HORIZONTAL, "4:2:2"), (Chroma.FULL, "4:4:4")],
)
@pytest.mark.parametrize("quality", [None, 30, 95])
def test_chroma_is_sampled_as_wished(quality: int | None, chroma: Chroma | None, sampling: str) -> None:
    data = jpeg.encode(still(scene()), wish(quality=quality, chroma=chroma))
    assert _sampling(data) == SAMPLING[sampling]
    assert Image.open(io.BytesIO(data)).info["progressive"] == 1
    assert metric.Reference(scene()).score(decoded(data)) > 40


def test_a_given_quality_is_that_quality() -> None:
    sizes = [len(jpeg.encode(still(scene()), wish(quality=quality))) for quality in (1, 40, 80, 100)]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("chroma", [None, Chroma.HORIZONTAL])
def test_without_loss_means_that_no_eye_sees_one(chroma: Chroma | None) -> None:
    array = scene()
    data = jpeg.encode(still(array), wish(lossy=False, chroma=chroma))
    assert metric.Reference(array).score(decoded(data)) > 86
    assert _sampling(data) == SAMPLING["4:4:4" if chroma is None else "4:2:2"]


@pytest.mark.parametrize("chroma", [None, Chroma.HORIZONTAL, Chroma.FULL])
@pytest.mark.parametrize("quality", [None, 70])
def test_gray_stays_gray(quality: int | None, chroma: Chroma | None) -> None:
    data = jpeg.encode(still(scene()[:, :, :1]), wish(quality=quality, chroma=chroma))
    assert Image.open(io.BytesIO(data)).mode == "L"


@pytest.mark.parametrize("bands", [1, 3])
def test_deep_pixels_become_eight_bits(bands: int) -> None:
    array = scene()[:, :, :bands]
    data = jpeg.encode(still(array.astype(np.uint16) * 257), wish())
    assert metric.Reference(array).score(decoded(data)) >= search.GOALS[QualityTarget.BALANCED] - 0.5


@pytest.mark.parametrize("chroma", [None, Chroma.HORIZONTAL])
@pytest.mark.parametrize("icc", [None, PROFILE])
def test_the_profile_is_all_that_is_written(icc: bytes | None, chroma: Chroma | None) -> None:
    picture = still(scene(), icc=icc)
    picture.pixels.set_type(picture.pixels.get_typeof("width"), "exif-ifd0-Orientation", 6)
    info = Image.open(io.BytesIO(jpeg.encode(picture, wish(quality=70, chroma=chroma)))).info
    assert info.get("icc_profile") == icc
    assert not {"exif", "xmp", "comment", "photoshop"} & set(info)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_lossless_keeps_every_pixel_and_segment(mode: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = _plain(scene(), mode, quality=88, exif=exif, icc_profile=PROFILE, comment=b"kept")
    smaller = jpeg.lossless(data)
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(smaller))
    assert len(smaller) < len(data)
    assert before.tobytes() == after.tobytes()
    assert after.getexif()[0x0112] == 6
    assert after.info["icc_profile"] == PROFILE
    assert after.info["comment"] == b"kept"


def test_lossless_gives_back_what_has_nothing_to_gain() -> None:
    once = jpeg.lossless(_plain(scene(), quality=80))
    assert jpeg.lossless(once) is once


def test_lossless_gives_back_what_would_not_be_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    data, other = _plain(scene(), quality=95), _plain(scene(seed=2), quality=20)
    monkeypatch.setattr("mozjpeg_lossless_optimization.optimize", lambda *_, **__: other)
    assert jpeg.lossless(data) is data


def test_lossless_without_its_library_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mozjpeg_lossless_optimization", None)
    data = _plain(scene(), quality=80)
    assert jpeg.lossless(data) is data


def test_bytes_after_the_image_do_no_harm() -> None:
    data = _plain(scene(), quality=88)
    smaller = jpeg.lossless(data + b"\0" * 50_000)
    assert len(smaller) < len(data)
    assert (decoded(smaller) == decoded(data)).all()


def _marked(data: bytes, marker: int, depth: int = 8) -> bytes:
    """The file with the kind of its frame, and its depth, overwritten."""
    at = data.index(b"\xff\xc0\x00\x11")
    return data[: at + 1] + bytes([marker]) + data[at + 2 : at + 4] + bytes([depth]) + data[at + 5 :]


@pytest.mark.parametrize(("marker", "depth"), [(0xC9, 8), (0xCA, 8), (0xC3, 8), (0xC5, 8), (0xC1, 12)])
def test_codings_that_few_decoders_know_are_left_alone(marker: int, depth: int) -> None:
    data = _marked(_plain(scene(), quality=80), marker, depth)
    assert jpeg.lossless(data) is data


@pytest.mark.parametrize("part", [0.3, 0.9])
def test_a_file_that_is_cut_short_is_broken(part: float) -> None:
    data = _plain(scene(), quality=80)
    with pytest.raises(ImageBrokenError, match="no end of image"):
        jpeg.lossless(data[: int(len(data) * part)])


def test_a_hole_in_a_file_is_shown_as_before() -> None:
    data = _plain(scene(), quality=80)
    holed = data[: len(data) // 2] + b"\xff\xd9"
    assert (decoded(jpeg.lossless(holed)) == decoded(holed)).all()


@pytest.mark.parametrize("head", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\xff\xff", b"\xff\xd8\xff\xff\xff\xd0"])
def test_what_has_no_frame_is_left_alone(head: bytes) -> None:
    data = head + b"\xff\xd9"
    assert jpeg.lossless(data) is data


def test_a_frame_without_its_tables_is_broken() -> None:
    data = _plain(scene(), quality=80)
    at = data.index(b"\xff\xc0")
    with pytest.raises(ImageBrokenError):
        jpeg.lossless(b"\xff\xd8" + data[at : at + 19] + b"\xff\xd9")


def test_pixels_are_not_changed_by_encoding_them() -> None:
    picture = still(scene(), icc=PROFILE)
    before = picture.pixels.numpy().copy()
    jpeg.encode(picture, wish())
    assert (picture.pixels.numpy() == before).all()
    assert "icc-profile-data" not in picture.pixels.get_fields()
    assert (pixels(scene()).numpy() == before).all()
