from __future__ import annotations

import numpy as np
import pytest

from kraken_desktop.engines.local import metric, search
from kraken_desktop.engines.local.picture import Pixels
from kraken_desktop.engines.local.search import Curve, Setting, smallest
from kraken_desktop.model.recipe import QualityTarget
from tests.engines.local.pictures import pixels, scene, with_alpha

CURVE = Curve(lowest=40, highest=95, start=72, slope=0.7)


class Encoder:
    """libvips' plain JPEG, and what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, Setting]] = []

    def __call__(self, picture: Pixels, setting: Setting) -> bytes:
        self.asked.append((picture.width * picture.height, setting))
        subsample = "off" if setting.full_chroma else "on"
        data: bytes = picture.jpegsave_buffer(Q=setting.quality, subsample_mode=subsample, keep="none")
        return data


def _score(picture: Pixels, data: bytes) -> float:
    return metric.Judge(picture).score(picture.new_from_buffer(data, ""))


@pytest.mark.parametrize("seed", [1, 3])
@pytest.mark.parametrize("target", list(QualityTarget))
def test_the_file_scores_what_was_asked_and_a_smaller_one_does_not(target: QualityTarget, seed: int) -> None:
    picture = pixels(scene(seed=seed))
    encode = Encoder()
    found = smallest(picture, target, CURVE, encode, full_chroma=False)
    assert found.data == encode(picture, found.setting)
    assert search.GOALS[target] <= found.score
    assert found.score == pytest.approx(_score(picture, found.data))
    assert found.encodes <= 5
    lower = found.setting._replace(quality=found.setting.quality - 8)
    assert _score(picture, encode(picture, lower)) < search.GOALS[target]


def test_each_setting_is_encoded_once() -> None:
    encode = Encoder()
    found = smallest(pixels(scene()), QualityTarget.BALANCED, CURVE, encode, full_chroma=None)
    assert len(encode.asked) == len(set(encode.asked)) == found.encodes


def test_finer_targets_cost_more() -> None:
    picture = pixels(scene())
    sizes = [
        len(smallest(picture, target, CURVE, Encoder(), full_chroma=False).data or b"")
        for target in (QualityTarget.SMALLER, QualityTarget.BALANCED, QualityTarget.FINEST)
    ]
    assert sizes == sorted(set(sizes))


def test_color_that_half_the_chroma_loses_gets_all_of_it() -> None:
    array = np.full((128, 128, 3), (0, 60, 160), np.uint8)
    array[::4], array[:, ::5] = (230, 30, 40), (20, 200, 60)
    picture = pixels(array)
    found = smallest(picture, QualityTarget.BALANCED, CURVE, Encoder(), full_chroma=None)
    assert found.setting.full_chroma
    assert found.score >= search.GOALS[QualityTarget.BALANCED]


@pytest.mark.parametrize("full_chroma", [False, True])
def test_a_wish_for_chroma_is_kept(full_chroma: bool) -> None:
    encode = Encoder()
    array = np.full((128, 128, 3), (0, 60, 160), np.uint8)
    array[::4], array[:, ::5] = (230, 30, 40), (20, 200, 60)
    found = smallest(pixels(array), QualityTarget.BALANCED, CURVE, encode, full_chroma=full_chroma)
    assert found.setting.full_chroma is full_chroma
    assert {setting.full_chroma for _, setting in encode.asked} == {full_chroma}


def test_what_cannot_be_reached_gets_the_highest_quality() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (160, 160, 3), dtype=np.uint8)
    low = Curve(lowest=5, highest=12, start=10, slope=0.7)
    found = smallest(pixels(noise), QualityTarget.FINEST, low, Encoder(), full_chroma=False)
    assert found.setting.quality == 12
    assert found.score < search.GOALS[QualityTarget.FINEST]


def test_what_is_always_reached_gets_the_lowest_quality() -> None:
    found = smallest(
        pixels(np.full((64, 64, 3), 90, np.uint8)), QualityTarget.FINEST, CURVE, Encoder(), full_chroma=False
    )
    assert found.setting.quality == CURVE.lowest


def test_a_large_picture_is_searched_on_tiles_and_proved_on_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric, "_TILE", 64)
    picture = pixels(scene(320, 240))
    encode = Encoder()
    found = smallest(picture, QualityTarget.BALANCED, CURVE, encode, full_chroma=False)
    assert encode.asked[0][0] == 128 * 128
    assert 1 <= sum(size == 320 * 240 for size, _ in encode.asked) <= 4
    assert found.data is not None
    assert _score(picture, found.data) >= search.GOALS[QualityTarget.BALANCED]


def test_a_huge_picture_is_never_encoded_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric, "_TILE", 64)
    monkeypatch.setattr(search, "_WHOLE", 300 * 300)
    picture = pixels(scene(480, 320))
    encode = Encoder()
    found = smallest(picture, QualityTarget.BALANCED, CURVE, encode, full_chroma=False)
    assert found.data is None
    assert {size for size, _ in encode.asked} == {128 * 128, 256 * 256}
    assert _score(picture, encode(picture, found.setting)) >= search.GOALS[QualityTarget.BALANCED] - 3


@pytest.mark.parametrize("bands", [1, 3])
def test_alpha_and_gray_are_judged_with_what_the_decoder_gives(bands: int) -> None:
    array = scene()[:, :, :bands]
    picture = pixels(with_alpha(array)) if bands == 3 else pixels(array)

    def encode(some: Pixels, setting: Setting) -> bytes:
        data: bytes = some.webpsave_buffer(Q=setting.quality, keep="none", effort=0)
        return data

    found = smallest(picture, QualityTarget.BALANCED, CURVE, encode, full_chroma=False)
    assert found.score >= search.GOALS[QualityTarget.BALANCED]
