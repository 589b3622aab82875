"""Small images, made on the spot, as bytes of every type; and what is in them."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pyvips
from PIL import Image, ImageCms

CORNERS = ((255, 0, 0), (0, 160, 0), (0, 0, 255), (255, 255, 0))
"""Top left, top right, bottom left, bottom right of :func:`corners`."""


def photo(width: int = 64, height: int = 48, seed: int = 1) -> Image.Image:
    """Smooth colors with some noise: worth compressing with loss."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    base = np.stack([200 * x + 30, 120 + 100 * np.sin(5 * y), 220 - 180 * x * y], axis=-1)
    noisy = base + rng.normal(0, 6, base.shape)
    return Image.fromarray(noisy.clip(0, 255).astype("uint8"))


def corners(width: int = 48, height: int = 32) -> Image.Image:
    """Four flat quarters, each of its own color: shows every turn and every crop."""
    image = Image.new("RGB", (width, height))
    for index, color in enumerate(CORNERS):
        left, top = (index % 2) * (width // 2), (index // 2) * (height // 2)
        image.paste(color, (left, top, left + width // 2, top + height // 2))
    return image


def encoded(image: Image.Image, form: str, *, orientation: int | None = None, **options: Any) -> bytes:
    """A file of one image by Pillow, with an EXIF orientation if one is given."""
    if orientation is not None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif.tobytes()
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def animated(form: str, frames: int = 3, *, loop: int | None = 0, size: tuple[int, int] = (40, 24)) -> bytes:
    """An animation by Pillow: a square that moves over a flat ground, frames of 40, 50, 60, ... ms."""
    images = []
    for index in range(frames):
        image = Image.new("RGB", size, (230, 230, 230))
        image.paste((200, 20, 20), (4 + 6 * index, 4, 14 + 6 * index, 16))
        images.append(image)
    options: dict[str, Any] = {} if loop is None else {"loop": loop}
    if form == "WEBP":
        options["lossless"] = True
    stream = io.BytesIO()
    delays = [40 + 10 * index for index in range(frames)]
    images[0].save(stream, form, save_all=True, append_images=images[1:], duration=delays, **options)
    return stream.getvalue()


def deep_png(width: int = 32, height: int = 16) -> bytes:
    """A PNG with 16 bits a channel that 8 bits cannot hold."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    values = np.stack([x * 2000 + y, y * 3000 + x, (x + y) * 1000 + 7], axis=-1).astype("uint16")
    pixels = pyvips.Image.new_from_memory(values.tobytes(), width, height, 3, "ushort")
    return bytes(pixels.copy(interpretation="rgb16").pngsave_buffer())


def other_profile() -> bytes:
    """An ICC profile that is not sRGB: its red and its blue are swapped, so that nobody can overlook it."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    places = {bytes(profile[132 + 12 * each : 136 + 12 * each]): 132 + 12 * each for each in range(count)}
    red, blue = places[b"rXYZ"], places[b"bXYZ"]
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    # The day on which it was made, so that each call gives the same.
    profile[24:36] = struct.pack(">6H", 2020, 1, 1, 0, 0, 0)
    return bytes(profile)


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def with_chunk(png: bytes, kind: bytes, content: bytes) -> bytes:
    """A PNG with one chunk more, behind its header."""
    return png[:33] + chunk(kind, content) + png[33:]


def opened(data: bytes) -> Image.Image:
    """What Pillow makes of a file, decoded."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def colors_at_corners(image: Image.Image) -> list[tuple[int, ...]]:
    """The color near each corner, in the order of ``CORNERS``."""
    solid = image.convert("RGB")
    across, down = (image.width // 8, image.width - 1 - image.width // 8), (image.height // 8, image.height * 7 // 8)
    return [solid.getpixel((x, y)) for y in down for x in across]  # type: ignore[misc]


def is_near(one: tuple[int, ...], other: tuple[int, ...], within: int = 24) -> bool:
    """Whether two colors look alike."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= within
