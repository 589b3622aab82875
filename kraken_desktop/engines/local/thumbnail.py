"""A small square picture of a source, for the list. Only ever loaded in a child process."""

from __future__ import annotations

from dataclasses import replace

import pyvips

from kraken_desktop.engines.local import color, decode, metadata
from kraken_desktop.engines.local.child import Announce
from kraken_desktop.engines.local.headers import Header
from kraken_desktop.engines.local.looking import opened
from kraken_desktop.engines.local.picture import Pixels
from kraken_desktop.engines.local.protocol import Limits, Thumbnail, ThumbnailTask


def run(task: ThumbnailTask, limits: Limits, announce: Announce) -> Thumbnail:
    """Do a ``ThumbnailTask``.

    Raises:
        SourceError: the source cannot be read.
        EngineError: one of its subclasses.
    """
    with opened(task.source, limits, announce) as (data, header):
        if header.extension == ".heic":
            pixels = _heic(data, header, task)
        elif header.extension == ".avif" and header.is_animated:
            first = decode.first_of_animation(data, header, task.source).pixels
            pixels = first.thumbnail_image(task.size, **_fit(first, task.size))
        else:
            pixels = _shrunk(data, task.size)
        return Thumbnail(pixels=bytes(squared(pixels, task.size).write_to_memory()))


def squared(pixels: Pixels, size: int) -> Pixels:
    """A square of ``size`` pixels: premultiplied, 8 bits, B G R A, transparent beyond the edges of the picture.

    Args:
        pixels: sRGB or gray, at most ``size`` both ways.
    """
    left, top = (size - pixels.width) // 2, (size - pixels.height) // 2
    return color.for_screen(pixels).embed(left, top, size, size, extend="background", background=[0, 0, 0, 0])


def _shrunk(data: bytes, size: int) -> Pixels:
    """The first frame of what libvips reads, upright and in sRGB; it decodes no more than the size needs."""
    opened = pyvips.Image.new_from_buffer(data, "")
    return pyvips.Image.thumbnail_buffer(data, size, output_profile="srgb", **_fit(opened, size))


def _heic(data: bytes, header: Header, task: ThumbnailTask) -> Pixels:
    """Decoded whole, made small, and only then put into the right colors."""
    icc = metadata.read(data, header.extension).icc
    decoded = decode.decode(data, header, task.source, icc=icc)
    small = decoded.pixels.thumbnail_image(task.size, **_fit(decoded.pixels, task.size)).copy_memory()
    return replace(decoded, pixels=small, width=small.width, height=small.height).picture().pixels


def _fit(pixels: Pixels, size: int) -> dict[str, object]:
    """Photos fill the square, pictures with transparency fit in; nothing is enlarged."""
    box: dict[str, object] = {"height": size, "size": "down"}
    return box if pixels.hasalpha() else box | {"crop": "centre"}
