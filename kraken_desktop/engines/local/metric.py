"""How like its original a picture looks: SSIMULACRA2, in numpy, and a probe that makes it cheap.

Scores: 100 is identical, 90 cannot be told apart side by side, 80 is very good, 70 good, 50 mediocre. The metric is
libjxl's (see ``metric_weights``), with one difference: a picture with a side of less than 225 pixels has fewer than
six scales, and each of them keeps its own weights here. libjxl counts its weights through, so that such a picture gets
those of other scales and channels, and its score jumps by tens of points from one size to the next.

Only loaded in a child process.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyvips
from numpy.lib.stride_tricks import as_strided

from kraken_desktop.engines.local import metric_weights as constants
from kraken_desktop.engines.local.metric_weights import Norms
from kraken_desktop.engines.local.picture import Pixels

Bytes: TypeAlias = npt.NDArray[np.uint8]
Floats: TypeAlias = npt.NDArray[np.float32]

IDENTICAL = 100.0

_SMALLEST_SIDE = 8
_SMALLEST_WEIGHT = 0.01
"""What weighs less moves a score by some hundredths, and is two thirds of the work."""
_BLOCK = 64
_BAND = 1 << 18
"""Pixels worked on at a time, about."""
_REACH = len(constants.BLUR) - 1

_TILE = 256
_GLANCE = 8
"""How much smaller the picture is in which detail is looked for."""
_NOT_MUCH_LARGER = 1.4

_DARK, _LIGHT = 26, 230
"""Gray levels behind transparent pixels: 0.1 and 0.9 of white."""


def _linear_table() -> Floats:
    """The curve of sRGB (IEC 61966-2-1) for each of 256 levels."""
    level = np.arange(256) / 255
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _blur_matrix() -> Floats:
    """Makes ``_BLOCK`` blurred pixels of as many and ``_REACH`` more on both sides."""
    kernel = np.array(constants.BLUR[:0:-1] + constants.BLUR, np.float32)
    matrix = np.zeros((_BLOCK + 2 * _REACH, _BLOCK), np.float32)
    for column in range(_BLOCK):
        matrix[column : column + len(kernel), column] = kernel
    return matrix


_LINEAR = _linear_table()
_ABSORBANCE = np.array(constants.ABSORBANCE, np.float32)
_BLUR_ROWS = _blur_matrix()
_BLUR_COLUMNS = np.ascontiguousarray(_BLUR_ROWS.T)
_SCALES = tuple(
    tuple(
        channel
        for channel in range(3)
        if max(weight for norms in constants.WEIGHTS[channel][scale] for weight in norms) >= _SMALLEST_WEIGHT
    )
    for scale in range(6)
)
"""The channels that count at each scale."""


class _Scale:
    """What is known of the original at one scale: the planes that count, their blurred values and squares."""

    def __init__(self, planes: Floats) -> None:
        self.planes = planes
        self.mean, self.variance, self.edges = np.empty_like(planes), np.empty_like(planes), np.empty_like(planes)
        for rows, halo, inner in _bands(planes):
            part = planes[:, halo]
            mean, square = _blurred(inner, part, part * part)
            self.mean[:, rows] = mean
            self.variance[:, rows] = square - mean * mean
            self.edges[:, rows] = 1 + np.abs(planes[:, rows] - mean)


class Reference:
    """An original, ready to be compared with any number of copies.

    Args:
        rgb: height, width, 3; or height, width, 1 for a gray one. sRGB.
    """

    def __init__(self, rgb: Bytes) -> None:
        self._shape = rgb.shape
        self._scales = [
            _Scale(planes) if channels else None for channels, planes in zip(_SCALES, _pyramid(rgb), strict=False)
        ]

    def score(self, rgb: Bytes) -> float:
        """SSIMULACRA2 of a copy of the same shape: 100 at best, and without a lower end."""
        if rgb.shape != self._shape:
            raise ValueError(f"a copy has the shape {self._shape}, not {rgb.shape}")
        error = 0.0
        for number, (original, planes) in enumerate(zip(self._scales, _pyramid(rgb), strict=True)):
            if original is not None:
                error += _error(original, planes, [constants.WEIGHTS[channel][number] for channel in _SCALES[number]])
        error *= constants.FACTOR
        first, second, third = constants.CUBIC
        bent = first * error + second * error**2 + third * error**3
        return IDENTICAL - 10 * bent**constants.POWER if bent > 0 else IDENTICAL


class Judge:
    """Compares whole pictures, with their transparency: the worse of its looks on dark and on light counts.

    Args:
        pixels: the original: sRGB or gray, 8 bits a band, with or without alpha.
    """

    def __init__(self, pixels: Pixels) -> None:
        self._levels = (_DARK, _LIGHT) if pixels.hasalpha() else (0,)
        self._references = [Reference(_on(pixels, level)) for level in self._levels]

    def score(self, pixels: Pixels) -> float:
        """SSIMULACRA2 of a copy of the same size."""
        return min(
            reference.score(_on(pixels, level)) for reference, level in zip(self._references, self._levels, strict=True)
        )


def tiles(pixels: Pixels, *, across: int) -> Pixels:
    """A probe: ``across`` times ``across`` tiles of a picture, joined; the whole of one that is not much larger."""
    return cut(pixels, places(pixels, across=across))


def places(pixels: Pixels, *, across: int) -> list[tuple[int, int]]:
    """Where the tiles of a probe lie, left and top; none: it is the whole picture.

    Tiles are taken at even steps of how much detail they have, the busiest among them, and lie on multiples of their
    side, so that an encoder's own blocks fall as they do in the picture.
    """
    width, height, wanted = pixels.width, pixels.height, across * across
    if width * height <= _NOT_MUCH_LARGER * wanted * _TILE * _TILE or min(width, height) < _TILE:
        return []
    cell = _TILE // _GLANCE
    gray = pixels.flatten(background=[_LIGHT] * (pixels.bands - 1)) if pixels.hasalpha() else pixels
    glance = gray.colourspace("b-w").shrink(_GLANCE, _GLANCE).numpy()
    columns, rows = width // _TILE, height // _TILE
    cells = glance[: rows * cell, : columns * cell].reshape(rows, cell, columns, cell)
    order = np.argsort(cells.std(axis=(1, 3)).ravel(), kind="stable")
    steps = np.linspace(1 / wanted, 1, wanted) * (len(order) - 1)
    chosen = [divmod(int(order[round(step)]), columns) for step in steps]
    return [(column * _TILE, row * _TILE) for row, column in chosen]


def cut(pixels: Pixels, corners: list[tuple[int, int]]) -> Pixels:
    """The tiles at these places, of a picture or a copy of it, joined to a square; without places all of it."""
    if not corners:
        return pixels
    crops = [pixels.crop(left, top, _TILE, _TILE) for left, top in corners]
    square: Pixels = pyvips.Image.arrayjoin(crops, across=math.isqrt(len(corners)))
    return square.copy_memory()


def _on(pixels: Pixels, level: int) -> Bytes:
    if pixels.hasalpha():
        pixels = pixels.flatten(background=[level] * (pixels.bands - 1))
    array: Bytes = pixels.cast("uchar").numpy()
    return array.reshape(pixels.height, pixels.width, pixels.bands)


def _pyramid(rgb: Bytes) -> Iterator[Floats]:
    """The planes that count, for each scale that the picture is large enough for."""
    height, width, bands = rgb.shape
    missing = [(0, max(0, _SMALLEST_SIDE - side)) for side in (height, width)]
    rgb = np.pad(rgb, (*missing, (0, 0)), mode="edge") if any(pad for _, pad in missing) else rgb
    height, width, bands = rgb.shape
    linear = _LINEAR[rgb.reshape(-1, bands).T]
    if bands == 1:
        linear = np.repeat(linear, 3, axis=0)
    # Averaging and the absorbance are both linear: the cones' values are averaged instead of the light.
    cones = (_ABSORBANCE @ linear).reshape(3, height, width) + np.float32(constants.ABSORBANCE_BIAS)
    for channels in _SCALES:
        if min(cones.shape[1:]) < _SMALLEST_SIDE:
            return
        yield _channels(cones, channels)
        cones = _halved(cones)


def _channels(cones: Floats, channels: tuple[int, ...]) -> Floats:
    """X, Y and B - Y, moved so that none is negative."""
    if not channels:
        return cones[:0]
    # numpy's cbrt is many times slower than its exp and log.
    roots = np.log(cones if 2 in channels else cones[:2])
    roots *= np.float32(1 / 3)
    np.exp(roots, out=roots)
    roots -= np.float32(constants.ABSORBANCE_BIAS ** (1 / 3))
    luma = (roots[0] + roots[1]) * np.float32(0.5)
    planes = np.empty((len(channels), *luma.shape), np.float32)
    for plane, channel in zip(planes, channels, strict=True):
        match channel:
            case 0:
                plane[:] = (roots[0] - roots[1]) * np.float32(7) + np.float32(0.42)
            case 1:
                plane[:] = luma + np.float32(0.01)
            case _:
                plane[:] = roots[2] - luma + np.float32(0.55)
    return planes


def _halved(planes: Floats) -> Floats:
    """Half as wide and high: each pixel is the mean of four. An odd edge counts twice."""
    _, height, width = planes.shape
    if height % 2 or width % 2:
        planes = np.pad(planes, ((0, 0), (0, height % 2), (0, width % 2)), mode="edge")
    rows = planes[:, ::2] + planes[:, 1::2]
    halved: Floats = (rows[:, :, ::2] + rows[:, :, 1::2]) * np.float32(0.25)
    return halved


def _error(original: _Scale, planes: Floats, weights: list[tuple[Norms, Norms]]) -> float:
    """The weighted errors of one scale."""
    sums = np.zeros((len(weights), 2, len(Norms._fields)))
    for rows, halo, inner in _bands(planes):
        sums += _sums(original, planes, rows, halo, inner)
    means = sums / planes[0].size
    means[:, 1] **= 0.25
    return float((np.array(weights) * means).sum())


def _sums(original: _Scale, planes: Floats, rows: slice, halo: slice, inner: slice) -> npt.NDArray[np.float64]:
    """Of the error maps of some rows and of their fourth powers: channel, power, map."""
    part = planes[:, halo]
    mean, square, product = _blurred(inner, part, part * part, original.planes[:, halo] * part)
    its_mean, its_variance, its_edges = original.mean[:, rows], original.variance[:, rows], original.edges[:, rows]
    stabilizer = np.float32(constants.STABILIZER)
    covariance = product - its_mean * mean
    variances = its_variance + (square - mean * mean)
    likeness = (1 - np.square(its_mean - mean)) * (2 * covariance + stabilizer) / (variances + stabilizer)
    edges = (1 + np.abs(planes[:, rows] - mean)) / its_edges - 1
    maps = np.stack([np.maximum(1 - likeness, 0), np.maximum(edges, 0), np.maximum(-edges, 0)])
    first = maps.sum(axis=(2, 3), dtype=np.float64)
    np.square(maps, out=maps)
    fourth = np.einsum("mcyx,mcyx->mc", maps, maps, dtype=np.float64)
    return np.stack([first, fourth]).transpose(2, 0, 1)


def _bands(planes: Floats) -> Iterator[tuple[slice, slice, slice]]:
    """Some rows at a time, which stay in the processor's cache.

    Yields the rows, these and what a blur of them reaches, and where they are in that.
    """
    _, height, width = planes.shape
    step = max(1, _BAND // (width * _BLOCK)) * _BLOCK - 2 * _REACH
    for top in range(0, height, step):
        bottom = min(height, top + step)
        above = max(0, top - _REACH)
        yield slice(top, bottom), slice(above, bottom + _REACH), slice(top - above, bottom - above)


def _blurred(inner: slice, *stacks: Floats) -> Floats:
    """A Gaussian over each plane of each stack; nothing beyond the edges, as in libjxl. Only the ``inner`` rows.

    A product with a band matrix, block by block: several times faster than adding up shifted copies.
    """
    count, (height, width) = len(stacks) * len(stacks[0]), stacks[0].shape[1:]
    across, down = -(-width // _BLOCK), -(-height // _BLOCK)
    padded = np.zeros((count, height, across * _BLOCK + 2 * _REACH), np.float32)
    np.concatenate(stacks, out=padded[:, :, _REACH : _REACH + width])
    plane, row, pixel = padded.strides
    windows = as_strided(
        padded, (count, across, height, _BLOCK + 2 * _REACH), (plane, _BLOCK * pixel, row, pixel), writeable=False
    )
    columns = np.zeros((count, across, down * _BLOCK + 2 * _REACH, _BLOCK), np.float32)
    columns[:, :, _REACH : _REACH + height] = windows @ _BLUR_ROWS
    plane, block, row, pixel = columns.strides
    windows = as_strided(
        columns,
        (count, across, down, _BLOCK + 2 * _REACH, _BLOCK),
        (plane, block, _BLOCK * row, row, pixel),
        writeable=False,
    )
    blocks = _BLUR_COLUMNS @ windows
    whole = blocks.transpose(0, 2, 3, 1, 4).reshape(count, down * _BLOCK, across * _BLOCK)
    blurred: Floats = whole[:, inner, :width].reshape(len(stacks), -1, inner.stop - inner.start, width)
    return blurred
