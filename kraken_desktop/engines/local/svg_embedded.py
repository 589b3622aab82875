"""The images inside of an SVG, as data URLs (RFC 2397): a photo in there has metadata like any other.

Looked for in every attribute and every text, so in links, style sheets and HTML alike; in a script only where one
stands in a single piece.
"""

from __future__ import annotations

import base64
import re
import urllib.parse

from kraken_desktop.engines.local import metadata, svg_tidy, svg_xml
from kraken_desktop.engines.local.svg_xml import Document, Text
from kraken_desktop.model import image_types
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import KeptMetadata

_DEEPEST = 4
"""SVG files in each other; what is in use has two."""
_WHOLE = re.compile(r"\s*+(data:[^,]*+),([^#]*+)(.*)", re.IGNORECASE | re.DOTALL)
"""A value that is one address: its type, its data, and its fragment."""
_LINKS = frozenset({"href", "src"})
"""Attributes that are nothing but one address, so that whatever else is in there is noise."""
_LISTS = frozenset({"srcset", "imagesrcset"})
"""Attributes in which something else may follow an address after a space."""
_HEAD = r"""data:[^,"'<>()]{0,300};\s*base64\s*,"""
_QUOTED = re.compile(rf"""(?<=(["']))({_HEAD})([a-z0-9+/=%\s]*+)(?=\1(?!\s*\+))""", re.IGNORECASE | re.ASCII)
"""In a string, but not in one to which a script adds more."""
_UNQUOTED = re.compile(rf"""(?<![\w"'])()({_HEAD})([a-z0-9+/=%]*+)(?=[\s;,)]|$)""", re.IGNORECASE | re.ASCII)
_BASE64 = re.compile(r"[a-z0-9+/=%\s]*+", re.IGNORECASE | re.ASCII)
_IS_BASE64 = re.compile(r";\s*base64\s*$", re.IGNORECASE)
_NOISE = re.compile(rb"[^A-Za-z0-9+/]+")
_MARKS = (b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/", b"<x:xmpmeta", b"Photoshop 3.0\0", b"XML:com.adobe.xmp")
"""How blocks of metadata begin, wherever they are."""
_TIFF = (b"II*\0", b"MM\0*")
"""Is Exif itself; what shows it in an SVG is rare, and may show a place as well."""


def strip(document: Document, keep: frozenset[KeptMetadata]) -> None:
    """Remove the metadata of all images inside, except for what ``keep`` names; their pixels stay as they are.

    An SVG inside loses its metadata too. What is broken, or of another type, stays as it is.

    Raises:
        ImageBrokenError: one that is broken, or of another type, has metadata; or SVG files lie too deep in each other.
    """
    _strip(document, keep, 1)


def _strip(document: Document, keep: frozenset[KeptMetadata], depth: int) -> None:
    for element in document.root.elements():
        for name, value in element.attributes.items():
            if "data:" in value.lower():
                element.attributes[name] = _address(value, name.rpartition(":")[2].lower(), keep, depth)
        for child in element.children:
            if isinstance(child, Text) and "data:" in child.content.lower():
                child.content = _in_pieces(child.content, keep, depth)


def _address(value: str, attribute: str, keep: frozenset[KeptMetadata], depth: int) -> str:
    whole = _WHOLE.fullmatch(value)
    if whole is None or attribute in _LISTS:
        return _in_pieces(value, keep, depth)
    head, body, fragment = whole.groups()
    if not _IS_BASE64.search(head):
        return _rewritten(value, urllib.parse.unquote_to_bytes(body), fragment, keep, depth)
    if attribute in _LINKS or _BASE64.fullmatch(body):
        return _rewritten(value, _decoded(body), fragment, keep, depth)
    return _in_pieces(value, keep, depth)


def _in_pieces(text: str, keep: frozenset[KeptMetadata], depth: int) -> str:
    """A text with addresses somewhere in it."""

    def replaced(found: re.Match[str]) -> str:
        return _rewritten(found[2] + found[3], _decoded(found[3]), "", keep, depth)

    return _UNQUOTED.sub(replaced, _QUOTED.sub(replaced, text))


def _decoded(body: str) -> bytes:
    """The bytes of Base64, however it is broken into lines, and whatever renderers skip in it."""
    digits = _NOISE.sub(b"", urllib.parse.unquote_to_bytes(body))
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return base64.b64decode(digits + b"=" * (-len(digits) % 4))


def _rewritten(address: str, data: bytes, fragment: str, keep: frozenset[KeptMetadata], depth: int) -> str:
    """The address of the image without metadata; the same text if it has none."""
    kind = image_types.sniff(data[: image_types.HEAD_BYTES])
    found = _vector(data, keep, depth) if kind is image_types.SVG else _raster(data, kind, keep)
    if kind is None or found == data:
        return address
    return f"data:{kind.mime};base64,{base64.b64encode(found).decode('ascii')}{fragment}"


def _raster(data: bytes, kind: image_types.ImageType | None, keep: frozenset[KeptMetadata]) -> bytes:
    reason = "of a type without a way to remove it"
    if kind is not None:
        try:
            return metadata.strip(data, kind.extension, keep)
        except ImageBrokenError as error:
            reason = error.reason
    if data.startswith(_TIFF) or any(mark in data for mark in _MARKS):
        raise ImageBrokenError(path="", reason=f"an image inside of it keeps its metadata: {reason}")
    return data


def _vector(data: bytes, keep: frozenset[KeptMetadata], depth: int) -> bytes:
    if depth >= _DEEPEST:
        raise ImageBrokenError(path="", reason=f"more than {_DEEPEST} SVG files lie in each other")
    document = svg_xml.parse(data)
    before = svg_xml.write(document)
    svg_tidy.clean(document, keep_metadata=KeptMetadata.COPYRIGHT in keep)
    _strip(document, keep, depth + 1)
    after = svg_xml.write(document)
    return data if after == before else after
