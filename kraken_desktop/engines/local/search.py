"""The smallest file whose SSIMULACRA2 score stays above a target, found in few encodes, for any lossy format.

First on a few tiles of the picture, then on the whole picture, so that what is promised holds for what is written. Of a
picture too large for that, more tiles stand for the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, TypeVar

import pyvips

from kraken_desktop.engines.local import metric
from kraken_desktop.engines.local.picture import Pixels
from kraken_desktop.model.recipe import QualityTarget

GOALS = {QualityTarget.SMALLER: 70.0, QualityTarget.BALANCED: 74.0, QualityTarget.FINEST: 78.0}
"""The score that each target stands for."""

_COARSE, _FINE = 2, 4
"""Tiles across: of the first probe, and of the one that stands for a large picture."""
_WHOLE = 4_000_000
"""Pixels of the largest picture that is scored as a whole: half a second and half a gigabyte."""
_TILES_FLATTER = 1.2
"""How much better tiles score than their whole picture does, in the mean."""

_ROUGH = 1.6
"""How near a score on tiles has to come: the whole picture corrects the rest."""
_NEAR = 1.2
"""How far above the target a score may stay."""
_MOST_ENCODES = 5
"""Of one probe."""
_FAR_BELOW = 3.0
"""Points under the target, at a quality that should have reached it: the color may be what is lost."""
_BYTES_PER_POINT = 0.03
"""How much a file grows with each point of score, as a part of it."""

_Number = TypeVar("_Number", int, float)


class Setting(NamedTuple):
    """What an encoder is told."""

    quality: int
    full_chroma: bool
    """4:4:4 instead of 4:2:0."""


Encode: TypeAlias = Callable[[Pixels, Setting], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How the score of a format's files follows its quality, in the mean."""

    lowest: int
    highest: int
    start: float
    """The quality that scores 74."""
    slope: float
    """Points of score for one step of quality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The setting of the smallest file that looks good enough; the best looking one if none does."""

    setting: Setting
    score: float
    """As measured: of the whole picture, or of the tiles that stood for it."""
    data: bytes | None
    """The file, if the whole picture was encoded on the way."""
    encodes: int


@dataclass(slots=True)
class _Tried:
    score: float
    data: bytes


@dataclass(slots=True)
class _Probe:
    """One picture, or tiles of it, and what has been tried on it."""

    pixels: Pixels
    encode: Encode
    curve: Curve
    tried: dict[Setting, _Tried] = field(default_factory=dict)
    judge: metric.Judge = field(init=False)

    def __post_init__(self) -> None:
        self.judge = metric.Judge(self.pixels)

    def at(self, setting: Setting) -> _Tried:
        """Encodes, decodes and scores, once a setting."""
        if setting not in self.tried:
            data = self.encode(self.pixels, setting)
            copy = pyvips.Image.new_from_buffer(data, "")
            self.tried[setting] = _Tried(self.judge.score(_as(self.pixels, copy)), data)
        return self.tried[setting]

    def descend(self, start: Setting, goal: float, near: float) -> Setting:
        """The lowest quality that reaches the goal, or comes within ``near`` above it; the highest if none does."""
        curve = self.curve
        quality = _between(curve.lowest, start.quality, curve.highest)
        scores: dict[int, float] = {}
        while True:
            scores[quality] = score = self.at(start._replace(quality=quality)).score
            good = [tried for tried, reached in scores.items() if reached >= goal]
            bad = [tried for tried, reached in scores.items() if reached < goal]
            if good and (scores[min(good)] <= goal + near or len(scores) >= _MOST_ENCODES):
                return start._replace(quality=min(good))
            lowest = max(bad) + 1 if bad else curve.lowest
            highest = min(good) - 1 if good else curve.highest
            if lowest > highest:
                return start._replace(quality=min(good, default=curve.highest))
            slope = _slope(scores, curve.slope)
            quality = _between(lowest, round(quality + (goal + near / 2 - score) / slope), highest)


def smallest(pixels: Pixels, target: QualityTarget, curve: Curve, encode: Encode, full_chroma: bool | None) -> Found:
    """Searches for the setting of a still picture.

    Args:
        pixels: 8 bits a band, with or without alpha, in memory.
        target: how good it has to look.
        curve: of the format.
        encode: makes a file of this format, without metadata.
        full_chroma: None lets the search choose.
    """
    goal = GOALS[target]
    start = Setting(round(curve.start + (goal - GOALS[QualityTarget.BALANCED]) / curve.slope), bool(full_chroma))
    coarse = _Probe(metric.tiles(pixels, across=_COARSE), encode, curve)
    whole = coarse.pixels is pixels
    if full_chroma is None:
        start = _with_chroma(coarse, start, goal)
    setting = coarse.descend(start, goal, _NEAR) if whole else coarse.descend(start, goal + _TILES_FLATTER, _ROUGH)
    fine = coarse
    if not whole:
        whole = pixels.width * pixels.height <= _WHOLE
        fine = _Probe(pixels if whole else metric.tiles(pixels, across=_FINE), encode, curve)
        setting = fine.descend(setting, goal if whole else goal + _TILES_FLATTER, _NEAR)
    if full_chroma is None and fine.at(setting).score < goal - _NEAR and not setting.full_chroma:
        other = fine.descend(setting._replace(full_chroma=True), goal, _NEAR)
        setting = max(setting, other, key=lambda one: fine.at(one).score)
    best = fine.at(setting)
    encodes = len(coarse.tried) + (len(fine.tried) if fine is not coarse else 0)
    return Found(setting=setting, score=best.score, data=best.data if whole else None, encodes=encodes)


def _with_chroma(probe: _Probe, start: Setting, goal: float) -> Setting:
    """4:4:4 where it reaches the goal with fewer bytes: colored text and line art."""
    half = probe.at(start)
    if half.score >= goal - _FAR_BELOW:
        return start
    full = probe.at(start._replace(full_chroma=True))
    growth = len(full.data) / len(half.data)
    return start._replace(full_chroma=growth < (1 + _BYTES_PER_POINT) ** (full.score - half.score))


def _slope(scores: dict[int, float], usual: float) -> float:
    """Points for a step of quality between the two last tried, kept from what noise makes of near ones."""
    if len(scores) < 2:
        return usual
    (before, its_score), (last, score) = list(scores.items())[-2:]
    return _between(usual / 2, (score - its_score) / (last - before), usual * 2)


def _as(original: Pixels, copy: Pixels) -> Pixels:
    """The copy with the bits and bands of the original: decoders add colors to gray, and drop alpha that is opaque."""
    if copy.format != "uchar":
        copy = copy.colourspace("srgb")
    if original.interpretation == "b-w" and copy.interpretation != "b-w":
        copy = copy.colourspace("b-w")
    if original.hasalpha() and not copy.hasalpha():
        copy = copy.addalpha()
    return copy


def _between(least: _Number, value: _Number, most: _Number) -> _Number:
    return max(least, min(value, most))
