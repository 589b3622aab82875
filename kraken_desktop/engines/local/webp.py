"""WebP, still and animated, with and without loss. Only loaded in a child process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kraken_desktop.engines.local import metric
from kraken_desktop.engines.local.picture import Picture, Pixels, Wish
from kraken_desktop.engines.local.pixels import animated, carrying, eight_bits, some_frames
from kraken_desktop.engines.local.search import Curve, Setting, smallest

CURVE = Curve(lowest=50, highest=94, start=75, slope=0.6)

_LOSSY: dict[str, Any] = {
    # Effort 6 instead of 4 is 4 % smaller at the same score, for 1.7 times the time.
    "effort": 6,
    # Without it colored edges of text and line art smear.
    "smart_subsample": True,
    "alpha_q": 90,
}
_LOSSLESS: dict[str, Any] = {"lossless": True, "effort": 4}
_ANIMATED: dict[str, Any] = {
    **_LOSSY,
    "effort": 4,
    # Each frame with or without loss, whichever is smaller.
    "mixed": True,
}
_WORTH_TRYING = 1.15
"""How much larger a probe without loss may be: the picture as a whole may turn the scale."""


def encode(picture: Picture, wish: Wish) -> bytes:
    """A picture as a WebP with no metadata but ``picture.icc``; delays and loop count are kept.

    WebP has 4:2:0 only; ``wish.chroma`` changes nothing.

    Raises:
        pyvips.Error: libvips could not encode it: a side has more than 16383 pixels.
    """
    pixels = eight_bits(picture.pixels)
    if picture.animation is not None:
        return _animation(picture, pixels, wish)
    carrier, keep = carrying(pixels, picture.icc)
    if not wish.lossy:
        return _saved(carrier, keep=keep, **_LOSSLESS)
    if wish.quality is not None:
        return _saved(carrier, Q=wish.quality, keep=keep, **_LOSSY)
    found = smallest(pixels, wish.target, CURVE, _lossy, full_chroma=False)
    lossy = found.data if found.data is not None and keep == "none" else None
    if lossy is None:
        lossy = _saved(carrier, Q=found.setting.quality, keep=keep, **_LOSSY)
    if not _may_be_smaller_without_loss(pixels, found.setting):
        return lossy
    return min(lossy, _saved(carrier, keep=keep, **_LOSSLESS), key=len)


def is_lossless(data: bytes) -> bool:
    """Whether every frame of a WebP file is coded without loss."""
    kinds = list(_bitstreams(data, 12, len(data)))
    return bool(kinds) and all(kind == b"VP8L" for kind in kinds)


def _bitstreams(data: bytes, at: int, end: int) -> Iterator[bytes]:
    """The kinds of the frames' chunks (WebP Container Specification, "Extended File Format")."""
    while at + 8 <= end:
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if kind in {b"VP8 ", b"VP8L"}:
            yield kind
        elif kind == b"ANMF":
            yield from _bitstreams(data, at + 8 + 16, min(end, at + 8 + size))
        at += 8 + size + size % 2


def _animation(picture: Picture, pixels: Pixels, wish: Wish) -> bytes:
    carrier, keep = carrying(animated(pixels, picture), picture.icc)
    if not wish.lossy:
        return _saved(carrier, keep=keep, page_height=picture.height, **_LOSSLESS)
    quality = wish.quality
    if quality is None:
        quality = smallest(some_frames(pixels, picture), wish.target, CURVE, _lossy, full_chroma=False).setting.quality
    return _saved(carrier, Q=quality, keep=keep, page_height=picture.height, **_ANIMATED)


def _may_be_smaller_without_loss(pixels: Pixels, setting: Setting) -> bool:
    """Whether this looks like a graphic, by some tiles of it."""
    probe = metric.tiles(pixels, across=2)
    return len(_saved(probe, keep="none", **_LOSSLESS)) < _WORTH_TRYING * len(_lossy(probe, setting))


def _lossy(pixels: Pixels, setting: Setting) -> bytes:
    return _saved(pixels, Q=setting.quality, keep="none", **_LOSSY)


def _saved(pixels: Pixels, **options: Any) -> bytes:
    data: bytes = pixels.webpsave_buffer(**options)
    return data
