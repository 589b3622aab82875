"""Small pictures made of numbers, for the tests of encoders and of what judges them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyvips

from kraken_desktop.engines.local.picture import Animation, Picture, Pixels, Wish
from kraken_desktop.model.recipe import Chroma, QualityTarget

# As in a child. What libvips keeps, it warns of in a later test.
pyvips.cache_set_max(0)


def scene(width: int = 192, height: int = 160, *, seed: int = 1) -> npt.NDArray[np.uint8]:
    """Something like a photo: soft hills of color, edges and a little noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    phase = seed * 0.7
    picture = np.stack(
        [
            128 + 70 * np.sin(x / 23 + phase) + 40 * np.cos(y / 17),
            120 + 60 * np.cos((x + y) / 29 + phase),
            110 + 80 * np.sin(y / 31) * np.cos(x / 13),
        ],
        axis=2,
    )
    picture[(x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(width, height) / 4) ** 2] += (50, -30, 20)
    picture += random.normal(0, 4, picture.shape)
    return picture.clip(0, 255).astype(np.uint8)


def pixels(array: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> Pixels:
    """Height, width, bands as libvips has them."""
    bands = array.shape[2]
    kind = ("grey16" if bands < 3 else "rgb16") if array.dtype == np.uint16 else ("b-w" if bands < 3 else "srgb")
    return pyvips.Image.new_from_array(np.ascontiguousarray(array)).copy(interpretation=kind).copy_memory()


def with_alpha(array: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Transparent on the left, opaque on the right."""
    ramp = np.linspace(0, 255, array.shape[1], dtype=np.uint8)
    return np.dstack([array, np.broadcast_to(ramp, array.shape[:2])])


def still(array: npt.NDArray[np.uint8] | npt.NDArray[np.uint16], *, icc: bytes | None = None) -> Picture:
    height, width, _ = array.shape
    return Picture(pixels=pixels(array), width=width, height=height, is_deep=array.dtype == np.uint16, icc=icc)


def moving(frames: int = 3, *, delays: tuple[int, ...] = (40, 120, 70), loop: int = 0, alpha: bool = False) -> Picture:
    """An animation of scenes, 96 times 64 pixels."""
    scenes = [scene(96, 64, seed=number + 1) for number in range(frames)]
    stacked = np.vstack([with_alpha(one) for one in scenes] if alpha else scenes)
    return Picture(pixels=pixels(stacked), width=96, height=64, animation=Animation(delays=delays, loop=loop))


def wish(
    *,
    lossy: bool = True,
    quality: int | None = None,
    target: QualityTarget = QualityTarget.BALANCED,
    chroma: Chroma | None = None,
) -> Wish:
    return Wish(lossy=lossy, quality=quality, target=target, chroma=chroma)


def decoded(data: bytes) -> npt.NDArray[np.uint8]:
    """What libvips reads, all frames."""
    image = pyvips.Image.new_from_buffer(data, "")
    if image.get_typeof("n-pages") and image.get("n-pages") > 1:
        image = pyvips.Image.new_from_buffer(data, "", n=-1)
    array: npt.NDArray[np.uint8] = image.numpy()
    return array if array.ndim == 3 else array[:, :, None]
