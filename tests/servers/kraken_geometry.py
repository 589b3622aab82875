"""Kraken.io's resizing strategies (Kraken.io docs: image resizing), on one Pillow image."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageColor, ImageFilter, ImageOps

_CENTER = (0.5, 0.5)
_BOTTOM = (0.5, 1.0)


def color(text: str) -> tuple[int, int, int, int]:
    """``#f60``, ``#ff6600``, ``rgb(...)`` or ``rgba(...)`` with an alpha from 0 to 1."""
    numbers = re.findall(r"[\d.]+", text) if text.startswith("rgb") else []
    if numbers:
        red, green, blue, *alpha = numbers
        return int(red), int(green), int(blue), round(float(alpha[0]) * 255) if alpha else 255
    red, green, blue = ImageColor.getrgb(text)[:3]
    return red, green, blue, 255


def resized(image: Image.Image, asked: Mapping[str, Any]) -> Image.Image:
    """As one entry of ``resize`` asks."""
    strategy = asked["strategy"]
    if strategy == "none":
        return image
    if image.mode in {"P", "1"}:
        image = image.convert("RGBA")
    made = _scaled(image, strategy, asked)
    return made.filter(ImageFilter.UnsharpMask(1, 50, 2)) if asked.get("enhance") else made


def _scaled(image: Image.Image, strategy: str, asked: Mapping[str, Any]) -> Image.Image:
    where = _BOTTOM if asked.get("crop_mode") in {"b", "s"} else _CENTER
    box = (asked.get("width", 0), asked.get("height", 0))
    match strategy:
        case "exact":
            return image.resize(box)
        case "square":
            return ImageOps.fit(image, (asked["size"], asked["size"]), centering=where)
        case "fit" | "crop":
            return ImageOps.fit(image, box, centering=where)
        case "fill":
            background = color(asked.get("background", "#ffffff"))
            inside = ImageOps.contain(image.convert("RGBA"), box)
            canvas = Image.new("RGBA", box, background)
            canvas.alpha_composite(inside, ((box[0] - inside.width) // 2, (box[1] - inside.height) // 2))
            return canvas if background[3] < 255 or "A" in image.getbands() else canvas.convert("RGB")
    if strategy == "auto":
        strategy = "landscape" if image.width >= image.height else "portrait"
    factor = box[0] / image.width if strategy == "landscape" else box[1] / image.height
    if factor >= 1:
        return image
    return image.resize((max(1, round(image.width * factor)), max(1, round(image.height * factor))))


def opaque(image: Image.Image, background: str) -> Image.Image:
    """In RGB (gray stays gray), laid on a background where it was transparent."""
    if image.mode in {"RGB", "L"} and "transparency" not in image.info:
        return image
    if image.mode == "CMYK" or image.mode.startswith("I"):
        return image.convert("RGB")
    front = image.convert("RGBA")
    canvas = Image.new("RGBA", front.size, color(background))
    canvas.alpha_composite(front)
    return canvas.convert("RGB")
