"""Links as text, in the order of the list, ready for the clipboard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kraken_desktop.model.job import JobStatus, StoredImage
from kraken_desktop.model.links import LinkFormat, format_link


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedLinks:
    """What goes to the clipboard."""

    text: str
    count: int
    job_ids: tuple[str, ...]
    expired: int
    """Links that open no longer, and were left out."""


def links_of(
    statuses: Iterable[JobStatus], link_format: LinkFormat, is_expired: Callable[[StoredImage], bool]
) -> CopiedLinks:
    """One link a line, of images that are really there."""
    lines: list[str] = []
    job_ids: list[str] = []
    expired = 0
    for status in statuses:
        good = [image for image in status.links if not is_expired(image)]
        expired += len(status.links) - len(good)
        if good:
            job_ids.append(status.job.id)
            lines += [format_link(image, link_format, alt=status.job.source.name) for image in good]
    return CopiedLinks(text="\n".join(lines), count=len(lines), job_ids=tuple(job_ids), expired=expired)
