"""The ``<picture>`` element for all images that were made of one source.

Sources: HTML standard, "The picture element", "srcset attributes" and "Dimension attributes".
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from kraken_desktop.model.image_types import AVIF, GIF, HEIC, JPEG, PNG, SVG, WEBP, content_type, extension_by_name
from kraken_desktop.model.job import StoredImage

_ORDER = tuple(kind.mime for kind in (HEIC, AVIF, WEBP, SVG, GIF, PNG, JPEG))
"""Browsers take the first ``<source>`` that they understand; the last of these that is there is what all can show."""

_BLANK = re.compile(r"[\t\n\f\r ]")


def picture_element(images: Sequence[StoredImage], alt: str) -> str:
    """Each image once, a line each: the newer formats as ``<source>``, the one that every browser shows as ``<img>``.

    Of images with the same format and size, such as the two largest of a small source, the first is listed. Images
    of another shape than the widest are for narrower windows: they are not the same picture, and a browser would
    squeeze them into its place.
    """
    shapes = _by_shape(images)
    # Of several that are as wide the one that was listed first is the usual one.
    usual, *narrower = sorted(shapes, key=_width, reverse=True)
    lines = []
    for shape in reversed(narrower):
        media = f' media="(max-width: {_width(shape)}px)"'
        lines += [f"<source{media}{_told(kind, same)}{_size(same[-1])}>" for kind, same in _by_type(shape).items()]
    by_type = _by_type(usual)
    *newer, (_, shown) = by_type.items()
    lines += [f"<source{_told(kind, same)}>" for kind, same in newer]
    candidates = f" {_candidates(shown)}" if len(shown) > 1 else ""
    largest = shown[-1]
    told = html.escape(" ".join(alt.split()))
    lines.append(f'<img src="{_escaped(largest.url)}"{candidates}{_size(largest)} alt="{told}">')
    return "\n".join(["<picture>", *(f"  {line}" for line in lines), "</picture>"])


def _told(kind: str, images: Sequence[StoredImage]) -> str:
    told = f' type="{kind}"' if kind else ""
    return f"{told} {_candidates(images)}"


def _by_shape(images: Sequence[StoredImage]) -> list[list[StoredImage]]:
    """The images in groups of the same ratio; those of unknown size are with the first."""
    shapes: list[list[StoredImage]] = []
    for image in images:
        for shape in shapes:
            if _is_alike(shape[0], image):
                shape.append(image)
                break
        else:
            shapes.append([image])
    return shapes


def _is_alike(one: StoredImage, other: StoredImage) -> bool:
    """Whether one is the other in another size, as far as whole pixels tell."""
    if not (one.width and one.height and other.width and other.height):
        return True
    across = abs(one.width - other.width * one.height / other.height)
    down = abs(one.height - other.height * one.width / other.width)
    return across <= _slack(one.width, other.width) or down <= _slack(one.height, other.height)


def _slack(one: int, other: int) -> float:
    """What rounding both to whole pixels makes of the same length, in pixels of ``one``."""
    return 0.5 + 0.5 * one / other + 0.01


def _by_type(images: Sequence[StoredImage]) -> dict[str, list[StoredImage]]:
    """By content type, the newest first; each with its images from narrow to wide."""
    groups: dict[str, dict[int, StoredImage]] = {}
    for image in images:
        groups.setdefault(_type_of(image), {}).setdefault(image.width or 0, image)
    order = sorted(groups, key=lambda kind: _ORDER.index(kind) if kind in _ORDER else len(_ORDER))
    found = {}
    for kind in order:
        by_width = groups[kind]
        # Without its width a candidate cannot stand beside others.
        known = [by_width[width] for width in sorted(by_width) if width]
        found[kind] = known or [by_width[0]]
    return found


def _type_of(image: StoredImage) -> str:
    extension = extension_by_name(image.key)
    return content_type(extension) if extension else ""


def _candidates(images: Sequence[StoredImage]) -> str:
    """``srcset``, and ``sizes`` where widths are to be chosen from."""
    if len(images) == 1:
        return f'srcset="{_escaped(images[0].url)}"'
    told = ", ".join(f"{_escaped(image.url)} {image.width}w" for image in images)
    widest = images[-1].width
    return f'srcset="{told}" sizes="(max-width: {widest}px) 100vw, {widest}px"'


def _escaped(url: str) -> str:
    """An address in an attribute. A blank ends it inside ``srcset``, and so does a comma at its end."""
    url = _BLANK.sub(lambda blank: f"%{ord(blank.group()):02X}", url)
    bare = url.strip(",")
    start = len(url) - len(url.lstrip(","))
    end = len(url) - start - len(bare)
    return html.escape("%2C" * start + bare + "%2C" * end)


def _size(image: StoredImage) -> str:
    return f' width="{image.width}" height="{image.height}"' if image.width and image.height else ""


def _width(images: Sequence[StoredImage]) -> int:
    return max(image.width or 0 for image in images)
