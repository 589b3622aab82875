"""PNG: a palette where that looks as good, and the same pixels in fewer bytes. Only loaded in a child process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyvips

from kraken_desktop.engines.local import color, metric
from kraken_desktop.engines.local.metric import Judge
from kraken_desktop.engines.local.picture import Picture, Pixels, Wish
from kraken_desktop.engines.local.pixels import carrying, eight_bits
from kraken_desktop.engines.local.png_chunks import is_animated, recompressed
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import QualityTarget

__all__ = ["encode", "is_animated", "lossless"]

_EFFORT = 7
_MOST_COLORS = 256
_TILES_ACROSS = 2

_SMALL, _LARGE = 250_000, 40_000_000
"""Pixels up to which the thorough way is quick, and beyond which the usual one is slow."""


@dataclass(frozen=True, slots=True)
class _Try:
    """One way to make a palette: the quality it aims at, 0 to 100, and how much dither, 0 to 1."""

    quality: int
    dither: float


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is tried for a target. Smooth areas need dither, and all others are smaller without it."""

    tries: tuple[_Try, _Try, _Try]
    """Without dither, with dither, and finer if neither is good enough."""
    good: float
    """A score that dither need not improve."""
    gate: float
    """The least score; what is below all of it stays as it is."""
    exact: float
    """The least score that a picture of few colors may have with even fewer."""


_PLANS = {
    QualityTarget.SMALLER: _Plan((_Try(75, 0), _Try(75, 1), _Try(90, 1)), good=76, gate=60, exact=80),
    QualityTarget.BALANCED: _Plan((_Try(90, 0), _Try(90, 1), _Try(100, 1)), good=84, gate=65, exact=86),
    QualityTarget.FINEST: _Plan((_Try(95, 0), _Try(95, 1), _Try(100, 1)), good=90, gate=78, exact=92),
}
_HOPELESS = 0.4
"""A palette that takes so much less than a quick try without one is not beaten by a thorough one."""
_WORTH = 1.5
"""Points that dither has to gain, for it costs bytes."""
_FEWER = 0.93
"""What a palette of fewer colors has to come to, of the size with all of them."""


@dataclass(frozen=True, slots=True)
class _Palette:
    """A finished file with a palette."""

    data: bytes
    looks_exact: bool = False
    is_wished: bool = False

    def beats(self, exact_size: int) -> bool:
        """Whether it is worth that a picture of few colors gets even fewer."""
        return self.is_wished or (self.looks_exact and len(self.data) <= _FEWER * exact_size)


def encode(picture: Picture, wish: Wish) -> bytes:
    """Write a still picture: with a palette if that may be lossy and looks as good, else exactly.

    Args:
        picture: one frame.
        wish: ``quality`` is the palette's; ``chroma`` means nothing here.
    """
    if not wish.lossy:
        return _finished(_written(picture.pixels, picture.icc), hidden_colors=True)
    pixels = eight_bits(picture.pixels)
    palette = _palette(pixels, picture, wish)
    few_colors = _has_few_colors(pixels)
    rough = _written(pixels, picture.icc, filter="none" if few_colors else "all")
    is_small = picture.width * picture.height <= _SMALL
    if palette is not None and not (few_colors or is_small) and len(palette.data) < _HOPELESS * len(rough):
        return palette.data
    exact = _finished(rough)
    if palette is None or (few_colors and not palette.beats(len(exact))):
        return exact
    return min(exact, palette.data, key=len)


def lossless(data: bytes) -> bytes:
    """The same file in fewer bytes, or the input: every pixel and all that it says beside them stays.

    Args:
        data: a whole PNG. An animated one keeps all its frames.

    Raises:
        ImageBrokenError: it does not decode to its end.
    """
    if is_animated(data):
        at = data.index(b"acTL") + 4
        # All frames together, so that many small ones do not take for ever.
        pixels = _pixels(data) * int.from_bytes(data[at : at + 4], "big")
        found = recompressed(data, lambda frame: _recompressed(frame, pixels))
        return found if len(found) < len(data) else data
    found = _run_oxipng(data)
    return found if _shows_the_same(data, found) and len(found) < len(data) else data


def _palette(pixels: Pixels, picture: Picture, wish: Wish) -> _Palette | None:
    """With a palette; None if it would not look good enough."""
    if wish.quality is not None:
        written = _written(pixels, picture.icc, _Try(wish.quality, 1))
        return _Palette(_finished(written), is_wished=True)
    plan = _PLANS[wish.target]
    best = _search(pixels, picture.icc, plan)
    if best is None:
        return None
    score, written = best
    return _Palette(_finished(written), looks_exact=score >= plan.exact)


def _search(pixels: Pixels, icc: bytes | None, plan: _Plan) -> tuple[float, bytes] | None:
    """The best of the tries with its score; None if it is not good enough.

    What dither is worth is seen on a few tiles; what the palette of the whole picture comes to, only there.
    """
    corners = metric.places(pixels, across=_TILES_ACROSS)
    probe = metric.cut(pixels, corners)
    judge = Judge(probe)
    plain, dithered, finer = plan.tries
    first = plain
    if corners:
        scores = [judge.score(_like(probe, _written(probe, None, attempt))) for attempt in (plain, dithered)]
        first = dithered if scores[1] > scores[0] + _WORTH else plain
    best: tuple[float, bytes] | None = None
    for attempt in (first, *((dithered,) if first is plain else ()), finer):
        written = _written(pixels, icc, attempt)
        score = judge.score(metric.cut(_like(pixels, written), corners))
        if best is None or score > best[0] + _WORTH:
            best = score, written
        if best[0] >= (plan.good if attempt is plain and not corners else plan.gate):
            return best
    return None


def _like(pixels: Pixels, written: bytes) -> Pixels:
    """What was written, decoded, with the bands of the original."""
    decoded = pyvips.Image.pngload_buffer(written)
    if decoded.hasalpha() and not pixels.hasalpha():
        decoded = decoded[: decoded.bands - 1]
    if pixels.hasalpha() and not decoded.hasalpha():
        decoded = decoded.bandjoin(255)
    if pixels.bands < 3 <= decoded.bands:
        gray = decoded[1]
        decoded = gray.bandjoin(decoded[decoded.bands - 1]) if pixels.hasalpha() else gray
        decoded = decoded.copy(interpretation="b-w")
    elif decoded.bands < 3 <= pixels.bands:
        decoded = color.to_color(decoded)
    return decoded.copy_memory()


def _has_few_colors(pixels: Pixels) -> bool:
    """Whether a palette can hold all of them."""
    array = pixels.numpy().reshape(-1, pixels.bands)
    colors: set[int] = set()
    for at in range(0, len(array), 1 << 20):
        packed = np.zeros(len(array[at : at + (1 << 20)]), np.uint32)
        for band in range(pixels.bands):
            packed = packed << 8 | array[at : at + (1 << 20), band]
        colors.update(np.unique(packed).tolist())
        if len(colors) > _MOST_COLORS:
            return False
    return True


def _written(pixels: Pixels, icc: bytes | None, attempt: _Try | None = None, **options: object) -> bytes:
    carrier, keep = carrying(pixels, icc)
    # Compressed well by what comes after it.
    options |= {"compression": 1, "keep": keep}
    if attempt is not None:
        options |= {"palette": True, "Q": attempt.quality, "dither": attempt.dither, "effort": _EFFORT}
    data: bytes = carrier.pngsave_buffer(**options)
    return data


def _finished(written: bytes, *, hidden_colors: bool = False) -> bytes:
    """What libvips wrote, in fewer bytes and without its density.

    Args:
        written: a still PNG.
        hidden_colors: whether fully transparent pixels keep theirs.
    """
    return _run_oxipng(written, keep=[b"iCCP"], optimize_alpha=not hidden_colors)


def _recompressed(data: bytes, pixels: int) -> bytes:
    """The same with nothing changed but the compression; ``pixels`` of all that there is to do."""
    found = _run_oxipng(
        data,
        pixels=pixels,
        bit_depth_reduction=False,
        color_type_reduction=False,
        palette_reduction=False,
        grayscale_reduction=False,
    )
    return found if _shows_the_same(data, found) else data


def _pixels(data: bytes) -> int:
    return int.from_bytes(data[16:20], "big") * int.from_bytes(data[20:24], "big")


def _run_oxipng(data: bytes, *, keep: list[bytes] | None = None, pixels: int = 0, **options: Any) -> bytes:
    """In fewer bytes, or as it is where that cannot be done.

    Args:
        data: a still PNG.
        keep: the chunks to keep; None: all.
        pixels: what its thoroughness depends on; 0: its own.
    """
    try:
        import oxipng  # is not there for Windows on ARM
    except ImportError:
        return data
    pixels = pixels or _pixels(data)
    options |= {"strip": oxipng.StripChunks.none() if keep is None else oxipng.StripChunks.keep(keep)}
    level = 4 if pixels <= _SMALL else 1 if pixels > _LARGE else 2
    try:
        found: bytes = oxipng.optimize_from_memory(data, level=level, **options)
    except oxipng.PngError:
        return data
    except BaseException as error:
        # Rust's panics are no Exception for Python.
        if type(error).__name__ != "PanicException":
            raise
        return data
    return found if len(found) < len(data) else data


def _shows_the_same(data: bytes, found: bytes) -> bool:
    try:
        return color.are_same(_sequential(data), _sequential(found))
    except pyvips.Error as error:
        raise ImageBrokenError(path="", reason=str(error)) from error


def _sequential(data: bytes) -> Pixels:
    return pyvips.Image.pngload_buffer(data, access="sequential", fail_on="truncated")
