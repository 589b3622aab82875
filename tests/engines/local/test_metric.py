from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from kraken_desktop.engines.local import metric, metric_weights
from tests.engines.local.pictures import pixels, scene, with_alpha


def _jpeg(array: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(array).save(file, "JPEG", quality=quality, subsampling=0)
    return np.asarray(Image.open(file).convert("RGB"))


@pytest.mark.parametrize("size", [(192, 160), (97, 33), (8, 8), (5, 3), (1, 1), (300, 9)])
def test_a_picture_is_identical_to_itself_whatever_its_size(size: tuple[int, int]) -> None:
    array = scene(*size)
    assert metric.Reference(array).score(array.copy()) == metric.IDENTICAL


@pytest.mark.parametrize("quality", [20, 50, 90])
def test_scores_are_those_of_the_plain_formula(quality: int) -> None:
    array = scene(201, 155)
    copy = _jpeg(array, quality)
    assert metric.Reference(array).score(copy) == pytest.approx(_plain(array, copy), abs=0.02)


def test_a_scale_less_does_not_change_what_a_score_means() -> None:
    copies = [(scene(side, side), _jpeg(scene(side, side), 75)) for side in (225, 224, 112)]
    largest, *smaller = (metric.Reference(array).score(copy) for array, copy in copies)
    assert smaller == pytest.approx([largest] * 2, abs=6)


def test_a_better_copy_scores_higher() -> None:
    array = scene()
    reference = metric.Reference(array)
    scores = [reference.score(_jpeg(array, quality)) for quality in (10, 30, 60, 85, 96)]
    assert scores == sorted(scores)
    assert scores[0] < 40
    assert scores[-1] > 85


def test_bands_of_rows_change_no_score(monkeypatch: pytest.MonkeyPatch) -> None:
    array = scene(140, 300)
    copy = _jpeg(array, 40)
    whole = metric.Reference(array).score(copy)
    monkeypatch.setattr(metric, "_BAND", 1)
    assert metric.Reference(array).score(copy) == pytest.approx(whole, abs=1e-3)


def test_gray_scores_as_the_same_picture_in_color() -> None:
    gray = scene()[:, :, :1]
    copy = np.clip(gray.astype(int) + np.random.default_rng(3).integers(-9, 9, gray.shape), 0, 255).astype(np.uint8)
    in_color = metric.Reference(np.repeat(gray, 3, axis=2)).score(np.repeat(copy, 3, axis=2))
    assert metric.Reference(gray).score(copy) == pytest.approx(in_color, abs=1e-3)


def test_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        metric.Reference(scene()).score(scene(10, 10))


def test_what_is_lost_in_transparency_shows_on_one_background() -> None:
    white = np.full((64, 64, 3), 255, np.uint8)
    seen = with_alpha(white)
    gone = seen.copy()
    gone[:, :, 3] = 0
    judge = metric.Judge(pixels(seen))
    assert judge.score(pixels(seen)) == metric.IDENTICAL
    assert judge.score(pixels(gone)) < 0


def test_color_under_full_transparency_does_not_count() -> None:
    one = with_alpha(scene())
    one[:, :, 3] = 0
    other = with_alpha(scene(seed=5))
    other[:, :, 3] = 0
    assert metric.Judge(pixels(one)).score(pixels(other)) == metric.IDENTICAL


@pytest.mark.parametrize("size", [(300, 300), (4000, 90), (90, 4000)])
def test_a_small_or_narrow_picture_is_its_own_probe(size: tuple[int, int]) -> None:
    image = pixels(scene(*size))
    assert metric.tiles(image, across=2) is image


@pytest.mark.parametrize("alpha", [False, True])
def test_tiles_have_the_busiest_part_and_some_of_the_rest(alpha: bool) -> None:
    array = np.full((1024, 1280, 3), 90, np.uint8)
    array[512:768, 256:512] = np.random.default_rng(1).integers(0, 255, (256, 256, 3))
    opaque = np.full((1024, 1280, 1), 255, np.uint8)
    probe = metric.tiles(pixels(np.dstack([array, opaque]) if alpha else array), across=2)
    assert (probe.width, probe.height, probe.hasalpha()) == (512, 512, alpha)
    assert (probe.numpy()[256:, 256:, :3] == array[512:768, 256:512]).all()


def test_the_constants_are_the_published_ones() -> None:
    flat = np.array(metric_weights.WEIGHTS)
    assert flat.shape == (3, 6, 2, 3)
    assert np.count_nonzero(flat) == 52
    assert flat.max() == pytest.approx(225.205, abs=1e-3)
    assert flat.sum() == pytest.approx(888.3148, abs=1e-3)
    assert np.sum(metric_weights.ABSORBANCE, axis=1) == pytest.approx([1, 1, 1])
    assert 2 * sum(metric_weights.BLUR) - metric_weights.BLUR[0] == pytest.approx(1)


def _plain(original: np.ndarray, copy: np.ndarray) -> float:
    def linear(array: np.ndarray) -> np.ndarray:
        level = array / 255
        return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)

    def xyb(light: np.ndarray) -> np.ndarray:
        cones = np.cbrt(light @ np.array(metric_weights.ABSORBANCE).T + 0.0037930732552754493)
        first, second, third = np.moveaxis(cones - np.cbrt(0.0037930732552754493), 2, 0)
        luma = (first + second) / 2
        return np.stack([(first - second) * 7 + 0.42, luma + 0.01, third - luma + 0.55])

    def blur(planes: np.ndarray) -> np.ndarray:
        kernel = np.array(metric_weights.BLUR[:0:-1] + metric_weights.BLUR)
        for axis in (1, 2):
            planes = np.apply_along_axis(np.convolve, axis, planes, kernel, "same")
        return planes

    def halve(light: np.ndarray) -> np.ndarray:
        height, width, _ = light.shape
        light = np.pad(light, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        return light.reshape(light.shape[0] // 2, 2, light.shape[1] // 2, 2, 3).mean(axis=(1, 3))

    lights, total = [linear(original), linear(copy)], 0.0
    for scale in range(6):
        if min(lights[0].shape[:2]) < 8:
            break
        one, two = map(xyb, lights)
        mean1, mean2 = blur(one), blur(two)
        likeness = (1 - (mean1 - mean2) ** 2) * (2 * (blur(one * two) - mean1 * mean2) + 0.0009)
        likeness /= blur(one * one) - mean1**2 + blur(two * two) - mean2**2 + 0.0009
        edges = (1 + abs(two - mean2)) / (1 + abs(one - mean1)) - 1
        for number, errors in enumerate((np.maximum(1 - likeness, 0), np.maximum(edges, 0), np.maximum(-edges, 0))):
            for channel in range(3):
                weights = metric_weights.WEIGHTS[channel][scale]
                total += weights[0][number] * errors[channel].mean()
                total += weights[1][number] * (errors[channel] ** 4).mean() ** 0.25
        lights = [halve(light) for light in lights]
    total *= 0.9562382616834844
    total = 2.326765642916932 * total - 0.020884521182843837 * total**2 + 6.248496625763138e-05 * total**3
    return 100 - 10 * total**0.6276336467831387
