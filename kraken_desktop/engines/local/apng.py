"""Animated PNGs, which libvips cannot write: by Pillow, frame by frame."""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image

from kraken_desktop.engines.local import color
from kraken_desktop.engines.local.picture import Animation, Picture

_MODES = {3: "RGB", 4: "RGBA"}


def encode(picture: Picture, animation: Animation) -> bytes:
    """An animated PNG of 8 bits a channel, exact; frames that are alike become one that is shown longer."""
    first, *others = _frames(picture)
    stream = io.BytesIO()
    delays = list(animation.delays)
    profile = {"icc_profile": picture.icc} if picture.icc is not None else {}
    first.save(stream, "PNG", save_all=True, append_images=others, duration=delays, loop=animation.loop, **profile)
    return stream.getvalue()


def _frames(picture: Picture) -> Iterator[Image.Image]:
    for index in range(picture.frames):
        pixels = picture.pixels.crop(0, index * picture.height, picture.width, picture.height)
        pixels = color.to_color(color.to_eight_bits(pixels))
        yield Image.frombytes(_MODES[pixels.bands], (picture.width, picture.height), bytes(pixels.write_to_memory()))
