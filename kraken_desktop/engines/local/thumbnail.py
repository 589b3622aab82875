"""A small square picture of a source, for the list. Only ever loaded in a child process."""

from __future__ import annotations

import pyvips

from kraken_desktop.engines.local import color, decode, headers, source_file
from kraken_desktop.engines.local.child import Announce
from kraken_desktop.engines.local.headers import Header
from kraken_desktop.engines.local.picture import Pixels
from kraken_desktop.engines.local.protocol import Limits, Thumbnail, ThumbnailTask
from kraken_desktop.model.errors import ImageBrokenError

# Operations that libvips remembers would only fill the memory of a child that never repeats one.
pyvips.cache_set_max(0)


def run(task: ThumbnailTask, limits: Limits, announce: Announce) -> Thumbnail:
    """Do a ``ThumbnailTask``.

    Raises:
        SourceError: the source cannot be read.
        EngineError: one of its subclasses.
    """
    data = source_file.read(task.source)
    header = headers.read(data, task.source, limits)
    announce(header.width * header.height / 1e6)
    try:
        if header.extension == ".heic" or (header.extension == ".avif" and header.is_animated):
            pixels = _by_frames(data, header, task)
        else:
            pixels = _shrunk(data, task.size)
        return Thumbnail(pixels=squared(pixels, task.size).write_to_memory())
    except pyvips.Error as error:
        raise ImageBrokenError(path=task.source, reason=str(error).strip()[:300]) from error


def squared(pixels: Pixels, size: int) -> Pixels:
    """A square of ``size`` pixels: premultiplied, 8 bits, B G R A, transparent beyond the edges of the picture.

    Args:
        pixels: sRGB or gray, at most ``size`` both ways.
    """
    pixels = color.to_color(color.to_eight_bits(pixels))
    pixels = pixels[:4] if pixels.hasalpha() else pixels[:3].bandjoin(255)
    alpha = pixels[3]
    premultiplied = pixels.premultiply().rint().cast("uchar")
    parts = premultiplied[2].bandjoin([premultiplied[1], premultiplied[0], alpha])
    left, top = (size - pixels.width) // 2, (size - pixels.height) // 2
    return parts.embed(left, top, size, size, extend="background", background=[0, 0, 0, 0])


def _shrunk(data: bytes, size: int) -> Pixels:
    """The first frame of what libvips reads, upright and in sRGB; it decodes no more than the size needs."""
    opened = pyvips.Image.new_from_buffer(data, "")
    return pyvips.Image.thumbnail_buffer(data, size, output_profile="srgb", **_fit(opened, size))


def _by_frames(data: bytes, header: Header, task: ThumbnailTask) -> Pixels:
    """What other decoders read: they know no way but the long one."""
    picture = decode.first_frame(decode.decode(data, header, task.source).picture())
    return picture.pixels.thumbnail_image(task.size, **_fit(picture.pixels, task.size))


def _fit(pixels: Pixels, size: int) -> dict[str, object]:
    """Photos fill the square, pictures with transparency fit in; nothing is enlarged."""
    box: dict[str, object] = {"height": size, "size": "down"}
    return box if pixels.hasalpha() else box | {"crop": "centre"}
