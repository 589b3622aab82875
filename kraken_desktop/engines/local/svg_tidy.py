"""What an SVG can do without: an author's name in it, its editor's notes, and digits that nobody sees."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from kraken_desktop.engines.local.svg_paths import (
    UnreadablePathError,
    number,
    shorter_path,
    shorter_points,
)
from kraken_desktop.engines.local.svg_xml import Comment, Document, Element, Instruction, Node, Text

_EDITORS = (
    "http://www.inkscape.org/",
    "http://inkscape.sourceforge.net/",
    "http://sodipodi.sourceforge.net/",
    "http://ns.adobe.com/",
    "http://www.bohemiancoding.com/sketch",
    "http://www.figma.com/",
    "http://www.serif.com/",
    "https://boxy-svg.com",
    "http://krita.org/",
    "http://vectornator.io",
    "http://schemas.microsoft.com/visio/",
    "http://taptrix.com/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns",
    "http://creativecommons.org/ns",
    "http://web.resource.org/cc/",
    "http://purl.org/dc/",
)
"""How namespaces begin that no renderer looks at: editors' and metadata's own."""
_TEXTUAL = frozenset({"text", "tspan", "textPath", "tref", "title", "desc", "style", "script", "foreignObject", "a"})
"""Where white space may mean something."""
_ACTIVE = frozenset({"script", "animate", "animateMotion", "animateTransform", "animateColor", "set", "foreignObject"})
_SHARED = frozenset(
    {"defs", "symbol", "pattern", "marker", "mask", "clipPath", "svg", "glyph", "font", "missing-glyph"}
)
"""What is inside may be drawn at another scale than its place says."""
_GRADIENTS = frozenset({"linearGradient", "radialGradient", "pattern", "stop"})
_LENGTHS = frozenset({"x", "y", "width", "height", "cx", "cy", "r", "rx", "ry", "x1", "y1", "x2", "y2"})
_THIN_LENGTHS = frozenset({"stroke-width", "font-size", "stroke-dashoffset"})
_DRAWN = frozenset({"rect", "circle", "ellipse", "line", "image", "use", "text", "tspan", "path", "g"})
_PLAIN_NUMBER = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)\s*")
_FUNCTION = re.compile(r"\s*,?\s*(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^()]*)\)")
_NUMBERS = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_CANVAS = 1000
"""Pixels of its longer side at which it is looked at."""


def is_active(document: Document) -> bool:
    """Whether something may change the picture after it was drawn: a script, an animation, HTML."""
    return any(
        element.local_name in _ACTIVE or any(name.startswith("on") for name in element.attributes)
        for element in document.root.elements()
    )


def has_style_sheet(document: Document) -> bool:
    """Whether rules may refer to elements by where they stand."""
    return any(element.local_name == "style" for element in document.root.elements()) or bool(document.before)


def clean(document: Document, *, keep_metadata: bool) -> None:
    """Remove comments, metadata, what editors left for themselves, and white space that means nothing."""
    document.before = [
        node for node in document.before if isinstance(node, Instruction) and node.target == "xml-stylesheet"
    ]
    prefixes = _editor_prefixes(document.root, keep_metadata=keep_metadata)
    pending: list[tuple[Element, bool]] = [(document.root, False)]
    while pending:
        element, preserves = pending.pop()
        preserves = element.attributes.get("xml:space", "preserve" if preserves else "") == "preserve"
        for name in [name for name in element.attributes if name.partition(":")[0] in prefixes]:
            del element.attributes[name]
        textual = preserves or element.local_name in _TEXTUAL
        element.children = [
            child for child in _merged(element.children) if _stays(child, prefixes, keep_metadata, textual=textual)
        ]
        if element.local_name != "metadata":
            # What is inside a text element is part of its text, whatever its name.
            pending.extend((child, textual) for child in element.children if isinstance(child, Element))
    _drop_unused_prefixes(document.root)


def _editor_prefixes(root: Element, *, keep_metadata: bool) -> frozenset[str]:
    prefixes = set()
    for element in root.elements():
        if keep_metadata and element.local_name == "metadata":
            continue
        for name, value in element.attributes.items():
            if name.startswith("xmlns:") and value.startswith(_EDITORS):
                prefixes.add(name.removeprefix("xmlns:"))
    if keep_metadata:
        used = {
            inner.name.partition(":")[0]
            for element in root.elements()
            if element.local_name == "metadata"
            for inner in element.elements()
        }
        prefixes -= used
    return frozenset(prefixes)


def _merged(children: list[Node]) -> list[Node]:
    """Without comments, and with the texts on both sides of one joined."""
    merged: list[Node] = []
    for child in children:
        if isinstance(child, Comment):
            continue
        last = merged[-1] if merged else None
        if isinstance(child, Text) and isinstance(last, Text):
            merged[-1] = Text(last.content + child.content)
        else:
            merged.append(child)
    return merged


def _stays(child: Node, prefixes: frozenset[str], keep_metadata: bool, *, textual: bool) -> bool:
    match child:
        case Text():
            return textual or bool(child.content.strip(" \t\r\n"))
        case Element():
            if child.local_name == "metadata":
                return keep_metadata
            return child.name.partition(":")[0] not in prefixes if ":" in child.name else True
        case _:
            return False


def _drop_unused_prefixes(root: Element) -> None:
    used = set()
    for element in root.elements():
        used.add(element.name.partition(":")[0] if ":" in element.name else "")
        used.update(name.partition(":")[0] for name in element.attributes if ":" in name)
    for element in root.elements():
        for name in [name for name in element.attributes if name.startswith("xmlns:")]:
            if name.removeprefix("xmlns:") not in used:
                del element.attributes[name]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an element stands: pixels a unit there, and whether it may be drawn elsewhere too."""

    scale: float
    is_shared: bool = False


def round_numbers(document: Document, tolerance: float) -> None:
    """Round what is drawn, so that nothing moves by more than about the tolerance.

    Args:
        tolerance: in pixels, at a size of 1000 pixels.
    """
    pending = [(document.root, _Place(_root_scale(document.root)))]
    moves_shapes = {
        element.attributes.get("attributeName")
        for element in document.root.elements()
        if element.local_name in {"animate", "set"}
    }
    while pending:
        element, place = pending.pop()
        parent = place
        if element is not document.root and element.local_name in _SHARED:
            place = _Place(place.scale, is_shared=True)
        if "transform" in element.attributes:
            element.attributes["transform"], scale = _transform(element.attributes["transform"], parent, tolerance)
            place = _Place(place.scale * scale, place.is_shared)
        decimals = _decimals(place, tolerance)
        if element.local_name in _GRADIENTS:
            _round_gradient(element, place, tolerance)
        for name, shorten in (("d", shorter_path), ("points", shorter_points)):
            if name in element.attributes and name not in moves_shapes:
                element.attributes[name] = _shortened(element.attributes[name], decimals, shorten)
        if element.local_name in _DRAWN:
            _round_lengths(element, decimals)
        pending.extend((child, place) for child in element.children if isinstance(child, Element))


def _root_scale(root: Element) -> float:
    box = _NUMBERS.findall(root.attributes.get("viewBox", ""))
    if len(box) != 4:
        box = ["0", "0", *(_leading_number(root.attributes.get(name, "")) for name in ("width", "height"))]
    longer = max(float(box[2]), float(box[3]))
    return _CANVAS / longer if longer > 0 else 10.0


def _leading_number(text: str) -> str:
    match = _NUMBERS.match(text.strip())
    return match[0] if match else "0"


def _decimals(place: _Place, tolerance: float) -> int:
    scale = place.scale * (10 if place.is_shared else 1)
    # Rounding moves by half a step at most.
    wanted = math.ceil(math.log10(max(scale, 1e-9) / (2 * tolerance)))
    return min(max(wanted, 0), 8)


def _shortened(text: str, decimals: int, shorten: Callable[[str, int], str]) -> str:
    try:
        short = shorten(text, decimals)
    except UnreadablePathError:
        return text
    return short if len(short) < len(text) else text


def _round_lengths(element: Element, decimals: int) -> None:
    for name, value in element.attributes.items():
        if (name in _LENGTHS or name in _THIN_LENGTHS) and _PLAIN_NUMBER.fullmatch(value):
            short = number(float(value), decimals + (name in _THIN_LENGTHS))
            # What has a size is drawn, and what has none is not.
            if len(short) < len(value) and (short != "0" or not float(value)):
                element.attributes[name] = short


def _round_gradient(element: Element, place: _Place, tolerance: float) -> None:
    # Whether its numbers are fractions of a shape or lengths may be said elsewhere.
    decimals = max(_decimals(place, tolerance) + 1, 4)
    for name in ("gradientTransform", "patternTransform"):
        if name in element.attributes:
            element.attributes[name] = _transform(element.attributes[name], place, tolerance, least=decimals)[0]
    for name, value in element.attributes.items():
        if (name in _LENGTHS or name in {"fx", "fy", "offset"}) and _PLAIN_NUMBER.fullmatch(value):
            element.attributes[name] = min(value, number(float(value), decimals), key=len)


def _transform(text: str, place: _Place, tolerance: float, least: int = 0) -> tuple[str, float]:
    """A transform in fewer characters, and by how much it enlarges."""
    functions: list[tuple[str, list[float]]] = []
    at = 0
    for match in _FUNCTION.finditer(text):
        if match.start() != at:
            return text, 1.0
        at = match.end()
        functions.append((match[1], [float(one) for one in _NUMBERS.findall(match[2])]))
    if text[at:].strip():
        return text, 1.0
    scale = math.prod(_enlargement(name, values) for name, values in functions)
    moved = max(_decimals(place, tolerance), least)
    # A factor is multiplied by coordinates as large as the picture.
    factor = min(
        8, max(3, math.ceil(math.log10(_CANVAS / (2 * tolerance * min(max(scale, 1e-3), 1))))) + place.is_shared
    )
    short = "".join(_function(name, values, moved, factor, len(functions)) for name, values in functions)
    return (short if len(short) < len(text) else text), scale


def _enlargement(name: str, values: list[float]) -> float:
    if name == "matrix" and len(values) == 6:
        return max(math.hypot(values[0], values[1]), math.hypot(values[2], values[3]))
    if name == "scale" and values:
        return max(abs(value) for value in values)
    return 1.0


def _function(name: str, values: list[float], moved: int, factor: int, count: int) -> str:
    if count > 1:
        # A later function is enlarged by the ones before it.
        moved = factor
    match name:
        case "translate":
            digits = [moved] * len(values)
        case "matrix":
            digits = [factor] * 4 + [moved] * 2
        case "rotate":
            digits = [4] + [factor] * 2
        case _:
            digits = [factor] * len(values)
    return f"{name}({' '.join(number(value, places) for value, places in zip(values, digits, strict=False))})"
