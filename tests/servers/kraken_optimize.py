"""Makes images smaller with Pillow, as far as Pillow can: what the Kraken.io test server answers is real.

"Lossless" is true for PNG, still GIF and lossless WebP. A JPEG is encoded anew with its own quantization tables,
lossy WebP and AVIF at a high quality.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from PIL import Image, ImageOps, ImageSequence, JpegImagePlugin
from PIL.ExifTags import GPS, IFD, Base

from tests.servers.kraken_geometry import opaque, resized
from tests.servers.kraken_params import SAMPLINGS, Options, RefusedError

_OPENED = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
_EXTENSIONS = {"JPEG": ".jpg", "PNG": ".png", "GIF": ".gif", "WEBP": ".webp", "AVIF": ".avif"}
_PLACE = (GPS.GPSVersionID, GPS.GPSLatitudeRef, GPS.GPSLatitude, GPS.GPSLongitudeRef, GPS.GPSLongitude)
_AUTOMATIC_QUALITY = 72
_DEEP = frozenset({"I;16", "I;16B", "I;16L", "I"})
_BROKEN = "This file type is not supported or file is corrupted."


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimized:
    """One result. Sizes in pixels."""

    body: bytes = field(repr=False)
    content_type: str
    extension: str | None
    """Of the new format; None if the file keeps its name."""
    original_size: tuple[int, int]
    size: tuple[int, int]


def optimize(body: bytes, file_name: str, options: Options, entry: Mapping[str, Any] | None = None) -> Optimized:
    """One output of a request.

    Args:
        entry: how to resize, with what an entry of a set overrides.

    Raises:
        RefusedError: 415, it can't be decoded.
    """
    if b"<svg" in body[:4096]:
        if not file_name.lower().endswith(".svg"):
            raise RefusedError(415, "File type not supported")
        return _svg(body)
    try:
        with Image.open(io.BytesIO(body), formats=_OPENED) as image:
            return _encoded(image, _frames(image), body, options, entry or {})
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise RefusedError(415, _BROKEN) from error


def _frames(image: Image.Image) -> list[Image.Image]:
    """All of them, decoded; one for a still image."""
    if getattr(image, "n_frames", 1) == 1 or image.format == "MPO":
        image.load()
        return [image]
    frames = []
    for frame in ImageSequence.Iterator(image):
        copied = frame.copy()
        copied.info["duration"] = frame.info.get("duration", 100)
        frames.append(copied)
    return frames


def _encoded(
    image: Image.Image,
    frames: list[Image.Image],
    body: bytes,
    options: Options,
    entry: Mapping[str, Any],
) -> Optimized:
    source = "JPEG" if image.format == "MPO" else str(image.format)
    target = options.convert.upper() if options.convert else source
    original_size = image.size
    metadata = _metadata(image, options)
    settings = _settings(target, source, image, body, options, entry)
    durations = [frame.info.get("duration", 100) for frame in frames]
    if target in {"PNG", "JPEG"}:
        frames = frames[:1]
    if options.auto_orient and image.getexif().get(Base.Orientation, 1) != 1:
        frames = [ImageOps.exif_transpose(frame) for frame in frames]
    if entry:
        frames = [resized(frame, entry) for frame in frames]
    frames = [_fit_for(target, frame, options.background) for frame in frames]
    if target == "PNG" and settings.pop("palette"):
        frames = [_palette(frames[0])]
    if len(frames) > 1:
        loop = image.info.get("loop", 0)
        settings |= {"save_all": True, "append_images": frames[1:], "duration": durations, "loop": loop}
    first = frames[0]
    # Pillow would write what the source brought along.
    first.info = {name: value for name, value in first.info.items() if name == "transparency"}
    written = io.BytesIO()
    first.save(written, format=target, **settings, **metadata)
    return Optimized(
        body=written.getvalue(),
        content_type=f"image/{target.lower()}",
        extension=None if target == source or options.keep_extension else _EXTENSIONS[target],
        original_size=original_size,
        size=first.size,
    )


def _settings(
    target: str,
    source: str,
    image: Image.Image,
    body: bytes,
    options: Options,
    entry: Mapping[str, Any],
) -> dict[str, Any]:
    """How to encode."""
    lossy = entry.get("lossy", options.lossy)
    quality = entry.get("quality", options.quality)
    chosen = _AUTOMATIC_QUALITY if quality is None else quality
    sampling = SAMPLINGS[entry["sampling_scheme"]] if "sampling_scheme" in entry else options.sampling
    match target:
        case "JPEG":
            common = {"optimize": True, "progressive": True}
            if lossy:
                return {**common, "quality": chosen, "subsampling": sampling}
            if isinstance(image, JpegImagePlugin.JpegImageFile) and image.mode in {"RGB", "L"}:
                kept: dict[str, Any] = {"qtables": image.quantization}
                if image.mode == "RGB":
                    kept["subsampling"] = JpegImagePlugin.get_sampling(image)
                return {**common, **kept}
            return {**common, "quality": 92}
        case "PNG":
            return {"optimize": True, "palette": lossy}
        case "GIF":
            return {"optimize": True}
        case "WEBP":
            was_lossless = b"VP8L" in body[:64] or source in {"PNG", "GIF"}
            if lossy or not was_lossless:
                return {"quality": chosen if lossy else 90, "method": 4}
            return {"lossless": True, "method": 4}
        case _:
            return {"quality": chosen if lossy else 85}


def _fit_for(target: str, image: Image.Image, background: str) -> Image.Image:
    """In a mode that the format knows."""
    if target == "JPEG" and image.mode not in {"RGB", "L", "CMYK"}:
        return opaque(image, background)
    if target != "JPEG" and image.mode == "CMYK":
        return image.convert("RGB")
    if target in {"GIF", "WEBP", "AVIF"} and image.mode in _DEEP:
        image = image.convert("RGB")
    # Pillow would do this too, with a slower method.
    return _palette(image) if target == "GIF" else image


def _palette(image: Image.Image) -> Image.Image:
    """At most 256 colors, with alpha; images that are so already, or deeper than Pillow can reduce, stay."""
    if image.mode in {"P", "1", "L"} or image.mode in _DEEP:
        return image
    transparent = "A" in image.getbands() or "transparency" in image.info
    return image.convert("RGBA" if transparent else "RGB").quantize(256, method=Image.Quantize.FASTOCTREE)


def _metadata(image: Image.Image, options: Options) -> dict[str, Any]:
    """What of the source's metadata is to be kept, as arguments of Pillow's ``save``."""
    kept: dict[str, Any] = {}
    if "profile" in options.preserve_meta and image.info.get("icc_profile"):
        kept["icc_profile"] = image.info["icc_profile"]
    source = image.getexif()
    exif = Image.Exif()
    if "orientation" in options.preserve_meta and Base.Orientation in source:
        exif[Base.Orientation] = 1 if options.auto_orient else source[Base.Orientation]
    if "copyright" in options.preserve_meta and Base.Copyright in source:
        exif[Base.Copyright] = source[Base.Copyright]
    if "date" in options.preserve_meta:
        _keep(source, exif, IFD.Exif, (Base.DateTimeOriginal, Base.DateTimeDigitized))
    if "geotag" in options.preserve_meta:
        _keep(source, exif, IFD.GPSInfo, _PLACE)
    if len(exif):
        kept["exif"] = exif
    return kept


def _keep(source: Image.Exif, target: Image.Exif, ifd: IFD, tags: tuple[int, ...]) -> None:
    given = source.get_ifd(ifd)
    chosen = {tag: given[tag] for tag in tags if tag in given}
    if chosen:
        target[ifd] = chosen


def _svg(body: bytes) -> Optimized:
    """Without comments, and without the space between elements where there is no text."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise RefusedError(415, _BROKEN) from error
    if root.tag.rpartition("}")[2] != "svg":
        raise RefusedError(415, "File type not supported")
    smaller = re.sub(rb"<!--.*?-->", b"", body, flags=re.DOTALL)
    if b"<text" not in smaller and b"<style" not in smaller:
        smaller = re.sub(rb">\s+<", b"><", smaller).strip()
    size = _svg_size(root)
    return Optimized(body=smaller, content_type="image/svg+xml", extension=None, original_size=size, size=size)


def _svg_size(root: ElementTree.Element) -> tuple[int, int]:
    box = (root.get("viewBox") or "").replace(",", " ").split()
    sides = []
    for name, place in (("width", 2), ("height", 3)):
        told = root.get(name) or (box[place] if len(box) == 4 else "0")
        number = re.match(r"[\d.]+", told)
        sides.append(round(float(number[0])) if number and "%" not in told else 0)
    return sides[0], sides[1]
