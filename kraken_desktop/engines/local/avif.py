"""AVIF, still and animated, with and without loss. Only loaded in a child process."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from kraken_desktop.engines.local.picture import Picture, Pixels, Wish
from kraken_desktop.engines.local.pixels import carrying, eight_bits, frame, some_frames
from kraken_desktop.engines.local.search import Curve, Setting, smallest
from kraken_desktop.model.recipe import Chroma

CURVE = Curve(lowest=40, highest=92, start=60, slope=0.7)

_LOSSLESS_QUALITY = 100
_LOSSLESS_BITS = 12
"""The most that AVIF has."""
_DEEP_BITS = 10
"""What every browser that shows AVIF shows."""

_OPTIONS: dict[str, Any] = {
    "compression": "av1",
    # Effort 4 takes five times as long for 3 % fewer bytes.
    "effort": 2,
}
_PILLOW_SPEED = 6
"""libavif's word for about the same effort."""


def encode(picture: Picture, wish: Wish) -> bytes:
    """A picture as an AVIF with no metadata but ``picture.icc``.

    Without loss it is exact for 8 bits a band; deep pictures are rounded to 12 bits, AVIF's most. Animations keep
    their delays and are shown for ever, as Pillow has it; without loss they get the best quality there is.

    Raises:
        pyvips.Error, OSError: the encoder could not do it.
    """
    full_chroma = wish.chroma in {None, Chroma.FULL}
    if picture.animation is not None:
        return _animation(picture, wish, full_chroma=full_chroma)
    carrier, keep = carrying(picture.pixels, picture.icc)
    if not wish.lossy:
        depth = {"bitdepth": _LOSSLESS_BITS} if picture.is_deep else {}
        return _saved(carrier, lossless=True, keep=keep, **depth)
    data = None
    if wish.quality is not None:
        setting = Setting(wish.quality, full_chroma)
    else:
        # 4:4:4 is smaller than 4:2:0 at the same score, unlike in a JPEG: nothing to search for.
        found = smallest(eight_bits(picture.pixels), wish.target, CURVE, _lossy, full_chroma)
        setting, data = found.setting, found.data
    if data is not None and keep == "none" and not picture.is_deep:
        return data
    return _lossy(carrier, setting, keep=keep, bitdepth=_DEEP_BITS if picture.is_deep else 8)


def _animation(picture: Picture, wish: Wish, *, full_chroma: bool) -> bytes:
    """By Pillow: libvips writes no animated AVIF. Both map quality to the same quantizers."""
    pixels = eight_bits(picture.pixels)
    quality = wish.quality if wish.lossy else _LOSSLESS_QUALITY
    if quality is None:
        quality = smallest(some_frames(pixels, picture), wish.target, CURVE, _lossy, full_chroma).setting.quality
    # Pillow's writer takes RGB and RGBA.
    colored = pixels.colourspace("srgb")
    first, *others = (Image.fromarray(frame(colored, picture, number).numpy()) for number in range(picture.frames))
    file = io.BytesIO()
    first.save(
        file,
        "AVIF",
        save_all=True,
        append_images=others,
        duration=list(picture.animation.delays) if picture.animation is not None else 0,
        quality=quality,
        speed=_PILLOW_SPEED,
        subsampling="4:4:4" if full_chroma else "4:2:0",
        max_threads=1,
        icc_profile=picture.icc or b"",
    )
    return file.getvalue()


def _lossy(pixels: Pixels, setting: Setting, *, keep: str = "none", bitdepth: int = 8) -> bytes:
    return _saved(
        pixels,
        Q=setting.quality,
        subsample_mode="off" if setting.full_chroma else "on",
        keep=keep,
        bitdepth=bitdepth,
    )


def _saved(pixels: Pixels, **options: Any) -> bytes:
    data: bytes = pixels.heifsave_buffer(**_OPTIONS, **options)
    return data
