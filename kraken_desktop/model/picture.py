"""The ``<picture>`` element for all images that were made of one source.

Sources: HTML standard, "The picture element" and "srcset attributes".
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from kraken_desktop.model.image_types import content_type
from kraken_desktop.model.job import StoredImage

_BEST_FIRST = (".avif", ".webp")
"""Browsers take the first ``<source>`` that they understand; all other types go into the ``<img>``."""


def picture_element(images: Sequence[StoredImage], alt: str) -> str:
    """Every image once: the newer formats as ``<source>``, the one that every browser shows as ``<img>``.

    Images of the same format and width, such as the two largest of a small source, are listed once. A line each.
    """
    groups = _by_extension(images)
    order = [each for each in _BEST_FIRST if each in groups] + [each for each in groups if each not in _BEST_FIRST]
    *sources, shown = order
    lines = ["<picture>"]
    for extension in sources:
        candidates = _candidates(groups[extension])
        lines.append(f'  <source type="{content_type(extension)}" {candidates}>')
    largest = max(groups[shown], key=lambda image: image.width or 0)
    size = f' width="{largest.width}" height="{largest.height}"' if largest.width and largest.height else ""
    several = f" {_candidates(groups[shown])}" if len(groups[shown]) > 1 else ""
    lines.append(f'  <img src="{html.escape(largest.url)}"{several}{size} alt="{html.escape(alt)}">')
    return "\n".join([*lines, "</picture>"])


def _by_extension(images: Sequence[StoredImage]) -> dict[str, list[StoredImage]]:
    groups: dict[str, list[StoredImage]] = {}
    for image in images:
        extension = f".{image.key.rpartition('.')[2].lower()}"
        known = groups.setdefault(extension, [])
        if image.width is None or all(each.width != image.width for each in known):
            known.append(image)
    return groups


def _candidates(images: Sequence[StoredImage]) -> str:
    """``srcset``, and ``sizes`` where widths are to be chosen from."""
    if len(images) == 1:
        return f'srcset="{html.escape(images[0].url)}"'
    by_width = sorted(images, key=lambda image: image.width or 0)
    urls = [html.escape(image.url) + (f" {image.width}w" if image.width else "") for image in by_width]
    widest = by_width[-1].width
    sizes = f' sizes="(max-width: {widest}px) 100vw, {widest}px"' if widest else ""
    return f'srcset="{", ".join(urls)}"{sizes}'
