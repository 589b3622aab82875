"""Animations in PNG and AVIF, which libvips cannot write: by Pillow, frame by frame."""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image

from kraken_desktop.engines.local import color
from kraken_desktop.engines.local.picture import Animation, Picture, Wish
from kraken_desktop.model.recipe import Chroma, QualityTarget

_AVIF_QUALITIES = {QualityTarget.SMALLER: 50, QualityTarget.BALANCED: 60, QualityTarget.FINEST: 75}
_AVIF_ALMOST_LOSSLESS = 90
_AVIF_SPEED = 6
"""Slower ones take several times as long for a few hundredths of the bytes."""
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def apng(picture: Picture, animation: Animation) -> bytes:
    """An animated PNG of 8 bits a channel; frames that are alike become one that is shown longer."""
    first, *others = _frames(picture)
    stream = io.BytesIO()
    first.save(stream, "PNG", save_all=True, append_images=others, duration=list(animation.delays), loop=animation.loop)
    return stream.getvalue()


def avif(picture: Picture, animation: Animation, wish: Wish) -> bytes:
    """An animated AVIF, shown for ever: Pillow has no way to say anything else."""
    first, *others = _frames(picture)
    quality = _AVIF_QUALITIES[wish.target] if wish.quality is None else wish.quality
    stream = io.BytesIO()
    first.save(
        stream,
        "AVIF",
        save_all=True,
        append_images=others,
        duration=list(animation.delays),
        quality=quality if wish.lossy else _AVIF_ALMOST_LOSSLESS,
        subsampling=(wish.chroma or Chroma.HALF).value if wish.lossy else Chroma.FULL.value,
        speed=_AVIF_SPEED,
    )
    return stream.getvalue()


def _frames(picture: Picture) -> Iterator[Image.Image]:
    for index in range(picture.frames):
        pixels = picture.pixels.crop(0, index * picture.height, picture.width, picture.height)
        pixels = color.to_color(color.to_eight_bits(pixels))
        yield Image.frombytes(_MODES[pixels.bands], (picture.width, picture.height), bytes(pixels.write_to_memory()))
