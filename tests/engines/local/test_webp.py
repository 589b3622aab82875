from __future__ import annotations

import io

import numpy as np
import pytest
import pyvips
from PIL import Image, ImageCms

from kraken_desktop.engines.local import metric, search, webp
from kraken_desktop.engines.local.picture import Picture
from kraken_desktop.model.recipe import QualityTarget
from tests.engines.local.pictures import decoded, moving, pixels, scene, still, wish, with_alpha

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("target", [QualityTarget.SMALLER, QualityTarget.FINEST])
def test_a_found_quality_scores_what_was_asked(target: QualityTarget, alpha: bool) -> None:
    array = with_alpha(scene()) if alpha else scene()
    data = webp.encode(still(array), wish(target=target))
    assert metric.Judge(pixels(array)).score(pixels(decoded(data))) >= search.GOALS[target]
    assert not webp.is_lossless(data)


def test_a_given_quality_is_that_quality() -> None:
    sizes = [len(webp.encode(still(scene()), wish(quality=quality))) for quality in (1, 40, 80, 100)]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("bands", [1, 3, 4])
def test_without_loss_every_pixel_is_kept(bands: int) -> None:
    array = with_alpha(scene()) if bands == 4 else scene()[:, :, :bands]
    data = webp.encode(still(array), wish(lossy=False))
    read = decoded(data)
    seen = read[:, :, -1:] > 0 if bands == 4 else True
    assert webp.is_lossless(data)
    assert (np.where(seen, read, 0) == np.where(seen, array if bands > 1 else np.repeat(array, 3, axis=2), 0)).all()


def test_a_graphic_is_written_without_loss_when_that_is_smaller() -> None:
    array = np.zeros((240, 320, 3), np.uint8)
    array[40:90, 30:200] = (200, 30, 40)
    array[::16, :, 1] = 255
    data = webp.encode(still(array), wish())
    assert webp.is_lossless(data)
    assert (decoded(data) == array).all()


@pytest.mark.parametrize("icc", [None, PROFILE])
@pytest.mark.parametrize("lossy", [False, True])
@pytest.mark.parametrize("quality", [None, 60])
def test_the_profile_is_all_that_is_written(quality: int | None, lossy: bool, icc: bytes | None) -> None:
    data = webp.encode(still(scene(64, 64), icc=icc), wish(quality=quality, lossy=lossy))
    info = Image.open(io.BytesIO(data)).info
    assert info.get("icc_profile") == icc
    assert not {"exif", "xmp"} & set(info)


def _timing(data: bytes) -> tuple[list[int], int]:
    read = pyvips.Image.webpload_buffer(data, n=-1)
    return read.get("delay"), read.get("loop")


@pytest.mark.parametrize("loop", [0, 1, 7])
@pytest.mark.parametrize("lossy", [False, True])
def test_frames_delays_and_loops_are_kept(lossy: bool, loop: int) -> None:
    picture = moving(3, delays=(40, 120, 70), loop=loop)
    data = webp.encode(picture, wish(lossy=lossy, quality=70 if lossy else None))
    assert _timing(data) == ([40, 120, 70], loop)
    assert webp.is_lossless(data) is not lossy
    if not lossy:
        assert (decoded(data)[:, :, :3] == picture.pixels.numpy()).all()


@pytest.mark.parametrize("alpha", [False, True])
def test_the_quality_of_an_animation_is_found_on_its_frames(alpha: bool) -> None:
    picture = moving(4, delays=(50,) * 4, alpha=alpha)
    data = webp.encode(picture, wish())
    read = pixels(decoded(data) if alpha else decoded(data)[:, :, :3])
    assert metric.Judge(picture.pixels).score(read) > search.GOALS[QualityTarget.BALANCED] - 5
    assert len(data) < len(webp.encode(picture, wish(quality=95)))


def test_an_animation_of_one_frame_is_an_image() -> None:
    picture = moving(1, delays=(100,))
    assert decoded(webp.encode(picture, wish())).shape[:2] == (64, 96)


def test_a_side_too_long_for_the_format_is_an_error() -> None:
    long = pyvips.Image.black(16384, 1, bands=3).copy(interpretation="srgb")
    with pytest.raises(pyvips.Error):
        webp.encode(Picture(pixels=long, width=16384, height=1), wish(quality=50))


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"RIFF\x08\0\0\0WEBPVP8L", b"RIFF\xff\xff\xff\xffWEBPANMF\xff\xff\xff\xff" + b"\0" * 40]
)
def test_what_is_no_webp_is_not_without_loss(data: bytes) -> None:
    assert not webp.is_lossless(data)
