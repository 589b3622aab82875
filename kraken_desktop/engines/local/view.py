"""A source or a result, decoded to be looked at closely. Only ever loaded in a child process.

Decoded as for an optimization, so that what is seen is what the engine sees: the same profile, gamma and turn.
"""

from __future__ import annotations

import pyvips

from kraken_desktop.engines.local import color, decode, metadata, svg
from kraken_desktop.engines.local.child import Announce
from kraken_desktop.engines.local.headers import Header, refuse_size
from kraken_desktop.engines.local.looking import opened
from kraken_desktop.engines.local.picture import Pixels
from kraken_desktop.engines.local.protocol import Limits, View, ViewTask
from kraken_desktop.model.geometry import Size

_Region = tuple[int, int, int, int]


def run(task: ViewTask, limits: Limits, announce: Announce) -> View:
    """Do a ``ViewTask``.

    Raises:
        SourceError: the source cannot be read.
        EngineError: one of its subclasses.
    """
    with opened(task.source, limits, announce) as (data, header):
        full, region, pixels = _seen(data, header, task, limits)
        small = _small(pixels, task.side)
        return View(
            width=small.width,
            height=small.height,
            full_width=full[0],
            full_height=full[1],
            region=region,
            frames=header.frames,
            extension=header.extension,
            pixels=bytes(color.for_screen(small).write_to_memory()),
        )


def _seen(data: bytes, header: Header, task: ViewTask, limits: Limits) -> tuple[Size, _Region, Pixels]:
    """The size of the image, the region, and its pixels."""
    if header.extension == ".svg":
        full = header.size if all(header.size) else _drawn_size(data)
        region = _within(task.region, full)
        return full, region, _drawn(data, full, region, task, limits)
    region = _within(task.region, header.size)
    icc = metadata.read(data, header.extension).icc
    if icc is not None and metadata.is_srgb(icc):
        icc = None
    if header.is_animated:
        decoded = decode.first_of_animation(data, header, task.source, icc=icc)
    else:
        # A part is wanted with all its pixels.
        shrink = max(header.size) / task.side if task.region is None else 1.0
        decoded = decode.decode(data, header, task.source, shrink=max(1.0, shrink), icc=icc)
    pixels = decoded.picture().pixels
    return header.size, region, pixels if task.region is None else pixels.crop(*region)


def _drawn(data: bytes, full: Size, region: _Region, task: ViewTask, limits: Limits) -> Pixels:
    if task.region is None:
        # Drawn as large as it is asked for, in place of drawn and made smaller.
        scale = min(1.0, task.side / max(full))
        return svg.rasterize(data, max(1, round(full[0] * scale)), max(1, round(full[1] * scale)))
    refuse_size(full, 1, task.source, limits)
    return svg.rasterize(data, *full).crop(*region)


def _drawn_size(data: bytes) -> Size:
    drawn = pyvips.Image.svgload_buffer(data, dpi=96)
    return drawn.width, drawn.height


def _within(region: _Region | None, full: Size) -> _Region:
    """What of the region is inside the image, at least a pixel of it."""
    if region is None:
        return (0, 0, *full)
    left, top = (min(max(0, at), side - 1) for at, side in zip(region[:2], full, strict=True))
    width, height = max(1, min(region[2], full[0] - left)), max(1, min(region[3], full[1] - top))
    return left, top, width, height


def _small(pixels: Pixels, side: int) -> Pixels:
    if max(pixels.width, pixels.height) <= side:
        return pixels
    return color.to_eight_bits(pixels).thumbnail_image(side, height=side, size="down")
