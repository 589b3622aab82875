"""Rows for a person or for a program: columns on a terminal, tabs between whole texts where the output is piped."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from kraken_desktop.cli.console import Console
from kraken_desktop.messages.text import shown

_GAP = "  "


def print_rows(console: Console, rows: Sequence[Sequence[str]], widest: Sequence[int]) -> None:
    """Print a line a row.

    Args:
        console: where to.
        rows: of as many texts each; of what cannot be shown in a line there is nothing left.
        widest: how wide each column but the last may be on a terminal; what is longer loses its middle.
    """
    lines = [[shown(cell) for cell in row] for row in rows]
    if not console.on_terminal:
        for line in lines:
            console.print("\t".join(line))
        return
    widths = [min(most, max((_width(line[at]) for line in lines), default=0)) for at, most in enumerate(widest)]
    for line in lines:
        cells = [_fitted(cell, width) for cell, width in zip(line, widths, strict=False)]
        console.print(_GAP.join([*cells, line[-1]]).rstrip())


def _fitted(text: str, width: int) -> str:
    """Exactly so wide: padded, or with its middle left out."""
    if _width(text) <= width:
        return text + " " * (width - _width(text))
    room = width - 1
    end = _longest(text[::-1], room // 2)[::-1]
    begin = _longest(text, room - _width(end))
    return f"{begin}…{end}" + " " * (room - _width(begin) - _width(end))


def _longest(text: str, width: int) -> str:
    """As much of the beginning as has room."""
    taken = 0
    for at, char in enumerate(text):
        taken += _width(char)
        if taken > width:
            return text[:at]
    return text


def _width(text: str) -> int:
    """Columns of a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
        for char in text
    )
