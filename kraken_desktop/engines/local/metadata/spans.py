"""Stretches of bytes that stay when others go, and where they are then."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

Span = tuple[int, int]
"""Start and end."""


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same bytes as spans in order that do not touch each other; empty ones are left out."""
    whole: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(end, whole[-1][1])
        else:
            whole.append((start, end))
    return whole


@dataclass(slots=True)
class Moves:
    """Where kept spans go. Build it with ``merged`` spans in order."""

    spans: list[Span]
    targets: list[int]
    """Where each begins then."""

    def moved(self, offset: int) -> int | None:
        """Where the byte is then; None if it is not kept."""
        at = bisect_right(self.spans, offset, key=lambda span: span[0]) - 1
        if at < 0 or offset >= self.spans[at][1]:
            return None
        return self.targets[at] + offset - self.spans[at][0]


def closed_up(spans: list[Span]) -> Moves:
    """Each moved up to the one before it, the first to 0."""
    targets: list[int] = []
    at = 0
    for start, end in spans:
        targets.append(at)
        at += end - start
    return Moves(spans, targets)
