"""What every encoder does to pixels before it writes them. Only loaded in a child process."""

from __future__ import annotations

import pyvips

from kraken_desktop.engines.local.picture import Picture, Pixels

_ICC = "icc-profile-data"
_PAGE_HEIGHT = "page-height"

_SOME = 4
_SOME_PIXELS = 3_000_000
"""Frames of an animation that a search looks at, and their pixels together."""


def eight_bits(pixels: Pixels) -> Pixels:
    """The same pixels with 8 bits a band, in memory."""
    if pixels.format == "uchar":
        return pixels
    return pixels.colourspace("b-w" if pixels.bands < 3 else "srgb").cast("uchar").copy_memory()


def carrying(pixels: Pixels, icc: bytes | None) -> tuple[Pixels, str]:
    """Pixels and the ``keep`` option with which libvips writes this profile, or none, and nothing else."""
    if icc is None:
        return pixels, "none"
    carrier = pixels.copy()
    carrier.set_type(pyvips.GValue.blob_type, _ICC, icc)
    return carrier, "icc"


def frame(pixels: Pixels, picture: Picture, number: int) -> Pixels:
    """One frame of an animation as a still picture."""
    return _still(pixels.crop(0, number * picture.height, picture.width, picture.height))


def some_frames(pixels: Pixels, picture: Picture) -> Pixels:
    """A few frames, from the first to the last, below each other as one still picture; in memory."""
    count = max(1, min(_SOME, picture.frames, _SOME_PIXELS // (picture.width * picture.height)))
    numbers = sorted({round(step * (picture.frames - 1) / max(1, count - 1)) for step in range(count)})
    joined: Pixels = pyvips.Image.arrayjoin([frame(pixels, picture, number) for number in numbers], across=1)
    return _still(joined).copy_memory()


def animated(pixels: Pixels, picture: Picture) -> Pixels:
    """The pixels with the delays and the loop count that libvips writes."""
    if picture.animation is None:
        return pixels
    carrier = pixels.copy()
    carrier.set_type(pyvips.GValue.gint_type, _PAGE_HEIGHT, picture.height)
    carrier.set_type(pyvips.GValue.array_int_type, "delay", list(picture.animation.delays))
    carrier.set_type(pyvips.GValue.gint_type, "loop", picture.animation.loop)
    return carrier


def _still(pixels: Pixels) -> Pixels:
    """Without the mark of an animation, which encoders would cut it at."""
    still = pixels.copy()
    for name in (_PAGE_HEIGHT, "n-pages", "delay", "loop"):
        if still.get_typeof(name):
            still.remove(name)
    return still
