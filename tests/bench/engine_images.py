"""What the engine's benchmark measures on: images that it makes itself, and how alike two of them look."""

from __future__ import annotations

import io
from pathlib import Path

import pyvips
from PIL import Image, ImageDraw

from kraken_desktop.engines.local import metric
from kraken_desktop.engines.local.picture import Pixels
from kraken_desktop.model.image_types import HEAD_BYTES, SVG, sniff
from tests.engines.local.pictures import scene, with_alpha

_FRAMES = 4
"""Of an animation, that are compared."""
_VECTOR_SIDE = 512


def make(folder: Path) -> None:
    """A few images of each kind. Too smooth and too regular to stand for real ones: bring a folder of these."""
    for seed in (1, 2, 3):
        photo = Image.fromarray(scene(720, 480, seed=seed))
        photo.save(folder / f"photo-{seed}.jpg", quality=93, subsampling=0)
        photo.save(folder / f"photo-{seed}.png")
        photo.save(folder / f"photo-{seed}.webp", quality=92)
        photo.save(folder / f"photo-{seed}.avif", quality=85, speed=8)
        Image.fromarray(with_alpha(scene(320, 240, seed=seed))).save(folder / f"alpha-{seed}.png")
        graphic(seed).save(folder / f"graphic-{seed}.png")
        frames = [graphic(seed, moved=step * 9).resize((320, 240)) for step in range(8)]
        frames[0].save(folder / f"moving-{seed}.gif", save_all=True, append_images=frames[1:], duration=80, loop=0)
        (folder / f"drawing-{seed}.svg").write_text(_drawing(seed), encoding="utf-8")


def graphic(seed: int, moved: int = 0) -> Image.Image:
    """Something like a window with text and a chart."""
    image = Image.new("RGB", (800, 600), "#f4f5f7")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 800, 44), fill="#24407a")
    for row in range(12):
        draw.text((24, 70 + row * 40), f"Row {row}: {seed * 7919 * (row + 3) % 99991} of 99991 counted", fill="#222222")
        length = (seed * 137 + row * 61 + moved) % 380
        draw.rounded_rectangle((360, 66 + row * 40, 370 + length, 88 + row * 40), 6, fill=(60, 90 + row * 9, 200))
    return image


def _drawing(seed: int) -> str:
    shapes = "\n".join(
        f"    <circle cx='{(n * 37 + seed) % 200}.000000' cy='{n * 53 % 200}.00000' r='{5 + n % 9}.50000'"
        f" style='fill:#3366{n % 90 + 10};stroke:none'></circle>"
        for n in range(60)
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n<!-- a drawing -->\n"
        f"<svg xmlns='http://www.w3.org/2000/svg' width='200' height='200'>\n  <g>\n{shapes}\n  </g>\n</svg>\n"
    )


def seen(data: bytes, *, upright: bool) -> Pixels | None:
    """sRGB or gray, 8 bits; the frames of an animation joined; None for what libvips cannot decode."""
    try:
        if sniff(data[:HEAD_BYTES]) is SVG:
            vector = pyvips.Image.svgload_buffer(data)
            scale = _VECTOR_SIDE / max(vector.width, vector.height, 1)
            return pyvips.Image.svgload_buffer(data, scale=scale).copy_memory()
        image = pyvips.Image.new_from_buffer(data, "")
        if (
            image.get_typeof("n-pages")
            and image.get("n-pages") > 1
            and image.get("vips-loader").startswith(("gif", "webp"))
        ):
            return _some_frames(pyvips.Image.new_from_buffer(data, "", n=-1))
        if upright:
            image = image.autorot()
        if image.get_typeof("icc-profile-data"):
            image = image.icc_transform("srgb", embedded=True, intent="relative", black_point_compensation=True)
        elif image.bands > 2:
            image = image.colourspace("srgb")
        if image.format != "uchar":
            image = image.colourspace("srgb" if image.bands > 2 else "b-w").cast("uchar")
        return image.copy_memory()
    except pyvips.Error:
        return None


def _some_frames(pages: Pixels) -> Pixels:
    height, count = pages.get("page-height"), pages.height // pages.get("page-height")
    numbers = sorted({round(step * (count - 1) / (_FRAMES - 1)) for step in range(_FRAMES)})
    frames = [pages.crop(0, number * height, pages.width, height) for number in numbers]
    joined = pyvips.Image.arrayjoin(frames, across=1).copy()
    for name in ("page-height", "n-pages", "delay", "loop"):
        if joined.get_typeof(name):
            joined.remove(name)
    return joined.copy_memory()


class Sight:
    """An original, looked at once, and compared with what was made of it.

    Args:
        largest: pixels; of a larger image a part of that many is compared, from its middle.
    """

    def __init__(self, data: bytes, *, upright: bool, largest: int = 1_000_000) -> None:
        self._upright, self._largest = upright, largest
        self._original = seen(data, upright=upright)
        self._judges: dict[bool, metric.Judge] = {}

    def score(self, data: bytes) -> float | None:
        """SSIMULACRA2; None if the two cannot be compared."""
        copy = seen(data, upright=self._upright)
        if self._original is None or copy is None:
            return None
        if (copy.width, copy.height) != (self._original.width, self._original.height):
            return None
        has_alpha = self._original.hasalpha() or copy.hasalpha()
        if has_alpha not in self._judges:
            self._judges[has_alpha] = metric.Judge(self._part(self._original, has_alpha=has_alpha))
        return self._judges[has_alpha].score(self._part(copy, has_alpha=has_alpha))

    def _part(self, image: Pixels, *, has_alpha: bool) -> Pixels:
        if image.bands < 3:
            image = image.colourspace("srgb")
        if has_alpha and not image.hasalpha():
            image = image.addalpha()
        shrink = min(1.0, (self._largest / (image.width * image.height)) ** 0.5)
        width, height = max(1, int(image.width * shrink)), max(1, int(image.height * shrink))
        left, top = (image.width - width) // 2, (image.height - height) // 2
        return image.crop(left, top, width, height).cast("uchar").copy_memory()


def megapixels(data: bytes) -> float:
    """Of all frames; a vector image counts as one."""
    if sniff(data[:HEAD_BYTES]) is SVG:
        return 1.0
    # Only the header is read; that of HEIC too, whose pixels libvips cannot decode.
    try:
        image = pyvips.Image.new_from_buffer(data, "")
    except pyvips.Error:  # an animated AVIF
        with Image.open(io.BytesIO(data)) as opened:
            return float(opened.width * opened.height * getattr(opened, "n_frames", 1)) / 1e6
    is_animated = image.get_typeof("n-pages") and image.get("vips-loader").startswith(("gif", "webp"))
    frames = image.get("n-pages") if is_animated else 1
    return float(image.width * image.height * frames) / 1e6
