"""Links as text, in the order of the list, ready for the clipboard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kraken_desktop.model.job import JobStatus, StoredImage
from kraken_desktop.model.links import LinkFormat, alternative_text, format_links


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedLinks:
    """What goes to the clipboard."""

    text: str
    count: int
    """Links in it; a ``<picture>`` element has several."""
    urls: frozenset[str]
    expired: int
    """Links that open no longer, and were left out."""


def links_of(
    statuses: Iterable[JobStatus], link_format: LinkFormat, is_expired: Callable[[StoredImage], bool]
) -> CopiedLinks:
    """The links of images that are really there: one a line, or an element for each source."""
    texts: list[str] = []
    urls: list[str] = []
    expired = 0
    for status in statuses:
        good = [image for image in status.links if not is_expired(image)]
        expired += len(status.links) - len(good)
        urls += [image.url for image in good]
        texts += format_links(good, link_format, alt=alternative_text(status.job.source.name))
    return CopiedLinks(text="\n".join(texts), count=len(urls), urls=frozenset(urls), expired=expired)
