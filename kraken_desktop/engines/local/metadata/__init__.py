"""Metadata at container level: read, removed and written without decoding a pixel.

Whatever a recipe keeps is read as facts and written anew; nothing of the source's own blocks is copied. So a place
cannot survive in a maker note, a thumbnail or a second picture. What a picture needs to look right always stays: its
color profile unless that is sRGB, and its orientation.

A file whose container is broken raises ``ImageBrokenError`` with an empty ``path``; corrupt metadata counts as not
there. Time and memory are linear in the size of the file.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from kraken_desktop.engines.local.metadata import exif, gif, heif, iptc, jpeg, png, webp, xmp
from kraken_desktop.engines.local.metadata.container import Blocks
from kraken_desktop.engines.local.metadata.facts import ExifFacts, Gps, Metadata, XmpFacts
from kraken_desktop.engines.local.metadata.icc import is_srgb
from kraken_desktop.model.recipe import KeptMetadata

__all__ = ["ExifFacts", "Gps", "Metadata", "XmpFacts", "insert", "is_srgb", "read", "strip"]


class _Container(Protocol):
    """A module for one format."""

    def read(self, data: bytes) -> Metadata: ...

    def rewrite(self, data: bytes, blocks: Blocks, *, keep_profile: bool) -> bytes: ...


_FORMATS: dict[str, _Container] = {
    ".jpg": jpeg,
    ".png": png,
    ".webp": webp,
    ".gif": gif,
    ".avif": heif,
    ".heic": heif,
}


def read(data: bytes, extension: str) -> Metadata:
    """What a source holds that a recipe may keep; nothing for SVG.

    Args:
        data: the whole file.
        extension: of its type, as ``ImageType`` has it.

    Raises:
        ImageBrokenError: its container is broken.
    """
    container = _FORMATS.get(extension)
    return Metadata() if container is None else container.read(data)


def strip(data: bytes, extension: str, keep: frozenset[KeptMetadata]) -> bytes:
    """The same pixels, byte for byte, with only the metadata that ``keep`` names; SVG is returned as it is.

    Beside it stay a color profile other than sRGB and an orientation other than upright. A file that is cut, and
    still readable, stays cut; what follows the image goes.

    Raises:
        ImageBrokenError: its container is broken.
    """
    container = _FORMATS.get(extension)
    if container is None:
        return data
    metadata = read(data, extension)
    orientation = metadata.orientation if metadata.orientation != 1 else None
    if metadata.container_turns:
        orientation = None
    elif KeptMetadata.ORIENTATION in keep and metadata.exif.orientation is not None:
        orientation = metadata.exif.orientation
    blocks = _blocks(metadata, keep, orientation)
    return container.rewrite(data, blocks, keep_profile=KeptMetadata.PROFILE in keep)


def insert(
    data: bytes, extension: str, metadata: Metadata, keep: frozenset[KeptMetadata], *, is_upright: bool = True
) -> bytes:
    """A freshly encoded file, with what ``keep`` names of its source's metadata.

    A kept orientation is 1, as the pixels are upright (so does Kraken.io). The encoder's color profile stays.

    Args:
        data: the file, without metadata.
        extension: of its type; the source may have been of another.
        metadata: of the source.
        keep: what the recipe keeps.
        is_upright: whether the pixels were turned upright; if not, they get the source's orientation in any case,
            unless decoders turn such a source themselves.

    Raises:
        ImageBrokenError: the container of ``data`` is broken.
    """
    container = _FORMATS.get(extension)
    orientation = None
    if not is_upright and not metadata.container_turns and metadata.orientation != 1:
        orientation = metadata.orientation
    elif KeptMetadata.ORIENTATION in keep and metadata.exif.orientation is not None:
        orientation = 1
    blocks = _blocks(metadata, keep, orientation)
    if container is None or blocks == Blocks():
        return data
    return container.rewrite(data, blocks, keep_profile=True)


def _blocks(metadata: Metadata, keep: frozenset[KeptMetadata], orientation: int | None) -> Blocks:
    chosen = metadata.chosen(keep)
    return Blocks(
        exif=exif.build(replace(chosen.exif, orientation=orientation)),
        xmp=xmp.build(chosen.xmp),
        iptc=iptc.build(chosen.iptc_copyright),
    )
