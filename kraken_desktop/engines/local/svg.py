"""SVG: its size, its pixels, and the same picture in fewer bytes.

Read by expat with entities refused, so nothing is expanded and nothing fetched. Scripts and event handlers stay: to
make a picture smaller is not to make it safe. What is written is drawn and compared with the original, and only taken
if it looks the same.
"""

from __future__ import annotations

import contextlib
import io
import math
import re
from collections.abc import Iterator
from typing import Any

from kraken_desktop.engines.local import svg_embedded, svg_tidy, svg_xml
from kraken_desktop.engines.local.picture import Pixels
from kraken_desktop.engines.local.svg_xml import Document
from kraken_desktop.model.errors import ImageBrokenError, ImageTooManyPixelsError
from kraken_desktop.model.recipe import KeptMetadata

_LOOK = 512
"""Pixels of the longer side of the drawings that are compared."""
_SAME_LOOK = 93.0
"""SSIMULACRA2 of two drawings: closer than anybody sees."""
_TOLERANCES = (0.1, 0.03, 0.01)
_SCOUR_LIMIT = 1_500_000
_SCOUR_DIGITS = 8
"""Significant digits; rounding is done elsewhere, by what can be seen."""
_LARGEST_SIDE = 16_384
_POINTS_PER_PIXEL = 72 / 96
_FARTHEST = 1e9
_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "q": 96 / 101.6}
"""CSS pixels of each unit (CSS Values and Units, 6.2)."""
_LENGTH = re.compile(r"\s*\+?(\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?)\s*([a-z]*)\s*", re.IGNORECASE)


def size(data: bytes) -> tuple[int, int]:
    """Width and height in CSS pixels, from the root element only; zeros if it has no size of its own.

    Raises:
        ImageBrokenError: no SVG, or one that is refused.
    """
    width, height = _own_size(data)
    return (max(1, round(width)), max(1, round(height))) if width else (0, 0)


def shrink(data: bytes, keep: frozenset[KeptMetadata] = frozenset()) -> bytes:
    """The same picture in fewer bytes, without what its editor and its author wrote into it.

    Args:
        data: the whole file.
        keep: with ``COPYRIGHT`` its ``<metadata>`` stays. Of images inside of it stays all that is named.

    Returns:
        UTF-8. It may be larger than ``data`` only by what the encoding makes of it.

    Raises:
        ImageBrokenError: no SVG, or one that is refused: with entities, too deep, too large, or with an image inside
            whose metadata cannot be removed.
    """
    keeps = KeptMetadata.COPYRIGHT in keep
    document = svg_xml.parse(data)
    svg_tidy.clean(document, keep_metadata=keeps)
    svg_embedded.strip(document, keep)
    cleaned = svg_xml.write(document)
    try:
        look = _Look(data)
    except ImageBrokenError:
        # Some program may draw what ours does not.
        return cleaned
    for candidate in _candidates(cleaned, document, keeps):
        if len(candidate) < len(cleaned) and look.is_same(candidate):
            return candidate
    return cleaned


def rasterize(data: bytes, width: int, height: int) -> Pixels:
    """Draw it: RGBA, 8 bits, not premultiplied, exactly this size, in memory.

    Raises:
        ImageBrokenError: it cannot be drawn, or is refused.
        ImageTooManyPixelsError: a side of over 16,384 pixels.
    """
    import pyvips  # only who draws pays for it

    if max(width, height) > _LARGEST_SIDE:
        raise ImageTooManyPixelsError(path="", width=width, height=height, limit=_LARGEST_SIDE**2)
    svg_xml.parse(data)
    own = _own_size(data)
    try:
        if not all(own):
            natural = pyvips.Image.svgload_buffer(data)
            own = natural.width, natural.height
        # An inch has 96 pixels in CSS; libvips counts sizes in points.
        scale = _POINTS_PER_PIXEL * max(width / own[0], height / own[1])
        drawn = pyvips.Image.svgload_buffer(data, dpi=96, scale=scale)
        if (drawn.width, drawn.height) != (width, height):
            drawn = drawn.premultiply()
            drawn = drawn.resize(width / drawn.width, vscale=height / drawn.height)
            drawn = drawn.unpremultiply().cast("uchar")
        return drawn.copy(interpretation="srgb").copy_memory()
    except pyvips.Error as error:
        raise ImageBrokenError(path="", reason=str(error)) from error


class _Look:
    """How the original looks."""

    def __init__(self, data: bytes) -> None:
        from kraken_desktop.engines.local.metric import Judge

        width, height = size(data)
        if not width:
            width = height = _LOOK
        scale = _LOOK / max(width, height)
        self._size = max(1, round(width * scale)), max(1, round(height * scale))
        self._judge = Judge(rasterize(data, *self._size))

    def is_same(self, data: bytes) -> bool:
        """Whether this looks like it."""
        try:
            return self._judge.score(rasterize(data, *self._size)) >= _SAME_LOOK
        except ImageBrokenError:
            return False


def _own_size(data: bytes) -> tuple[float, float]:
    attributes = svg_xml.root_of(data).attributes
    width, height = (_pixels(attributes.get(name, "")) for name in ("width", "height"))
    box = re.split(r"[\s,]+", attributes.get("viewBox", "").strip())
    try:
        box_width, box_height = (float(box[2]), float(box[3])) if len(box) == 4 else (0.0, 0.0)
    except ValueError:
        box_width = box_height = 0.0
    if not (box_width > 0 and box_height > 0 and math.isfinite(box_width) and math.isfinite(box_height)):
        box_width = box_height = 0.0
    if not width and not height:
        width, height = box_width, box_height
    elif box_width and not width:
        width = height * box_width / box_height
    elif box_width and not height:
        height = width * box_height / box_width
    return (width, height) if 0 < width < _FARTHEST and 0 < height < _FARTHEST else (0.0, 0.0)


def _pixels(length: str) -> float:
    """A CSS length in pixels; 0 for none, and for one that depends on where it is shown."""
    match = _LENGTH.fullmatch(length)
    return float(match[1]) * _UNITS.get(match[2].lower(), 0.0) if match else 0.0


def _candidates(cleaned: bytes, document: Document, keeps_metadata: bool) -> Iterator[bytes]:
    """From the smallest and boldest to the most careful."""
    starts = [cleaned]
    if not svg_tidy.is_active(document) and len(cleaned) <= _SCOUR_LIMIT:
        scoured = _scoured(cleaned, has_style_sheet=svg_tidy.has_style_sheet(document), keeps_metadata=keeps_metadata)
        if scoured is not None:
            starts.insert(0, scoured)
    for start in starts:
        for tolerance in _TOLERANCES:
            rounded = svg_xml.parse(start)
            svg_tidy.round_numbers(rounded, tolerance)
            yield svg_xml.write(rounded)
        yield start


def _scoured(data: bytes, *, has_style_sheet: bool, keeps_metadata: bool) -> bytes | None:
    """As scour writes it; None if it cannot."""
    from scour import scour  # slow to load, and only who shrinks needs it

    options: Any = scour.sanitizeOptions()
    options.digits = _SCOUR_DIGITS
    # It would read files and addresses.
    options.embed_rasters = False
    options.strip_xml_prolog = True
    options.indent_type = "none"
    options.newlines = False
    options.quiet = True
    options.remove_metadata = not keeps_metadata
    if has_style_sheet:
        # Rules find elements by their place and their attributes.
        options.style_to_xml = False
        options.group_collapse = False
        options.keep_defs = True
    # It may fail in any way, and a later candidate will do; what it warns of is none of the person's business.
    with contextlib.suppress(Exception), contextlib.redirect_stderr(io.StringIO()):
        text: str = scour.scourString(data.decode(), options)
        return text.encode()
    return None
