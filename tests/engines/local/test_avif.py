from __future__ import annotations

import io

import numpy as np
import pytest
import pyvips
from PIL import Image, ImageCms

from kraken_desktop.engines.local import avif, metric, search
from kraken_desktop.model.recipe import Chroma, QualityTarget
from tests.engines.local.pictures import decoded, moving, pixels, scene, still, wish, with_alpha

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("target", [QualityTarget.SMALLER, QualityTarget.FINEST])
def test_a_found_quality_scores_what_was_asked(target: QualityTarget, alpha: bool) -> None:
    array = with_alpha(scene()) if alpha else scene()
    data = avif.encode(still(array), wish(target=target))
    assert metric.Judge(pixels(array)).score(pixels(decoded(data))) >= search.GOALS[target]


def test_a_given_quality_is_that_quality() -> None:
    sizes = [len(avif.encode(still(scene()), wish(quality=quality))) for quality in (5, 50, 90)]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("alpha", [False, True])
def test_without_loss_every_pixel_is_kept(alpha: bool) -> None:
    array = with_alpha(scene(64, 48)) if alpha else scene(64, 48)
    assert (decoded(avif.encode(still(array), wish(lossy=False))) == array).all()


@pytest.mark.parametrize(("lossy", "bits", "off"), [(True, 10, 6000), (False, 12, 16)])
def test_deep_pixels_keep_more_than_eight_bits(lossy: bool, bits: int, off: int) -> None:
    array = scene(64, 48).astype(np.uint16) * 256 + 100
    data = avif.encode(still(array), wish(lossy=lossy, quality=80 if lossy else None))
    read = pyvips.Image.heifload_buffer(data)
    assert read.get("bits-per-sample") == bits
    assert abs(read.numpy().astype(int) - array).max() < off


@pytest.mark.parametrize(("chroma", "subsampling"), [(None, 444), (Chroma.FULL, 444), (Chroma.HALF, 420)])
def test_chroma_is_sampled_as_wished(chroma: Chroma | None, subsampling: int) -> None:
    data = avif.encode(still(scene(64, 48)), wish(quality=70, chroma=chroma))
    # AV1CodecConfigurationRecord: chroma_subsampling_x and _y are the bits 3 and 2 of its third byte.
    configuration = data[data.index(b"av1C") + 4 :]
    assert (configuration[2] >> 2 & 0b11) == (0b00 if subsampling == 444 else 0b11)


@pytest.mark.parametrize("icc", [None, PROFILE])
@pytest.mark.parametrize(("lossy", "quality"), [(False, None), (True, None), (True, 60)])
def test_the_profile_is_all_that_is_written(lossy: bool, quality: int | None, icc: bytes | None) -> None:
    info = Image.open(io.BytesIO(avif.encode(still(scene(64, 48), icc=icc), wish(lossy=lossy, quality=quality)))).info
    assert info.get("icc_profile") == icc
    assert not {"exif", "xmp"} & set(info)


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize(("lossy", "quality"), [(False, None), (True, None), (True, 60)])
def test_frames_and_delays_are_kept(lossy: bool, quality: int | None, alpha: bool) -> None:
    picture = moving(3, delays=(40, 120, 70), alpha=alpha)
    opened = Image.open(io.BytesIO(avif.encode(picture, wish(lossy=lossy, quality=quality))))
    delays = []
    for number in range(opened.n_frames):
        opened.seek(number)
        opened.load()
        delays.append(opened.info["duration"])
    assert delays == [40, 120, 70]
    assert opened.size == (96, 64)
    assert opened.mode == ("RGBA" if alpha else "RGB")


def test_gray_is_encoded() -> None:
    array = scene()[:, :, :1]
    read = decoded(avif.encode(still(array), wish()))
    assert metric.Reference(array).score(read[:, :, :1]) >= search.GOALS[QualityTarget.BALANCED]
