"""GIF's variant of LZW: a coder that may choose between several values for a pixel.

Where a pixel need not have one certain value (it may be drawn or left transparent; it may be a little off), the
coder takes the one that makes the present match longer. A full table is kept for as long as it does better than
it did while it filled; in a small image dropping it at once is tried too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_MOST_CODES = 4096
_WIDEST = 12
_THOROUGH = 100_000
"""Pixels up to which both ways are tried."""
_LOOK_EVERY = 256
"""Codes between two looks at how well a full table does."""


@dataclass(frozen=True, slots=True)
class Codes:
    """One image, coded."""

    values: npt.NDArray[np.uint32]
    clears: tuple[int, ...]
    """Where the clear codes are."""
    code_bits: int

    def data(self) -> bytes:
        """The codes as bits, not cut into sub-blocks."""
        return _packed(self.values, self.clears, self.code_bits)

    def size(self) -> int:
        """How many bytes that is."""
        ends = [*self.clears[1:], len(self.values) - 1]
        lengths = [end - start for start, end in zip(self.clears, ends, strict=True)]
        total = self.code_bits + 1 + sum(_bits(length, self.code_bits) for length in lengths)
        return int(-(-total // 8))

    def moved(self, places: dict[int, int], code_bits: int) -> Codes | None:
        """The same image with other indices.

        Args:
            places: the new index of each.
            code_bits: that they need, not fewer than now.

        Returns:
            what coding them anew would give; None where that has to be done, as the table would be full.
        """
        clear, its_clear = 1 << self.code_bits, 1 << code_bits
        if len(self.values) + its_clear + 2 > _MOST_CODES:
            return None
        table = np.zeros(clear, np.uint32)
        table[list(places)] = list(places.values())
        literal = self.values < clear
        moved = np.where(literal, table[np.where(literal, self.values, 0)], self.values + np.uint32(its_clear - clear))
        return Codes(moved, self.clears, code_bits)


class Coder:
    """Encodes any number of images; keeps the memory of its table between them."""

    def __init__(self) -> None:
        self._table = [0] * (_MOST_CODES << 8)

    def encode(self, symbols: Sequence[int], choices: Sequence[tuple[int, ...]], code_bits: int) -> bytes:
        """Compress pixels.

        Args:
            symbols: one a pixel: a place in ``choices``.
            choices: the values that a symbol may become, the preferred one first; each below ``1 << code_bits``.
            code_bits: least code size, 2 to 8.

        Returns:
            the data, not cut into sub-blocks.
        """
        return self.codes(symbols, choices, code_bits).data()

    def codes(self, symbols: Sequence[int], choices: Sequence[tuple[int, ...]], code_bits: int) -> Codes:
        """As ``encode``, but not packed yet."""
        patient, was_full = self._encode(symbols, choices, code_bits, patient=True)
        if not was_full or len(symbols) > _THOROUGH:
            return patient
        other, _ = self._encode(symbols, choices, code_bits, patient=False)
        return min(patient, other, key=Codes.size)

    def _encode(
        self, symbols: Sequence[int], choices: Sequence[tuple[int, ...]], code_bits: int, *, patient: bool
    ) -> tuple[Codes, bool]:
        """The codes, and whether the table was ever full."""
        table = self._table
        clear = 1 << code_bits
        free = clear + 2
        codes = [clear]
        clears = [0]
        entries: list[int] = []
        looked = looked_codes = started = 0
        rate = 0.0
        only = [options[0] for options in choices]
        others = [options[1:] for options in choices]
        # Codes are kept as the start of their row in the table: one shift less for every pixel.
        row = -1
        for at, symbol in enumerate(symbols):
            value = only[symbol]
            if row < 0:
                row = value << 8
                continue
            longer = table[row | value]
            if longer:
                row = longer
                continue
            for other in others[symbol]:
                longer = table[row | other]
                if longer:
                    break
            if longer:
                row = longer
                continue
            codes.append(row >> 8)
            if free < _MOST_CODES:
                table[row | value] = free << 8
                entries.append(row | value)
                free += 1
                if free == _MOST_CODES:
                    rate = (at - started) / _bits(len(codes) - clears[-1], code_bits)
                    looked, looked_codes = at, len(codes)
            elif not patient or len(codes) - looked_codes >= _LOOK_EVERY:
                if not patient or at - looked < rate * _WIDEST * (len(codes) - looked_codes):
                    clears.append(len(codes))
                    codes.append(clear)
                    for entry in entries:
                        table[entry] = 0
                    entries = []
                    free = clear + 2
                    started = at
                looked, looked_codes = at, len(codes)
            row = value << 8
        codes.append(row >> 8)
        codes.append(clear + 1)
        for entry in entries:
            table[entry] = 0
        return Codes(np.array(codes, np.uint32), tuple(clears), code_bits), rate > 0


def _bits(count: int, code_bits: int) -> float:
    """How many bits the first ``count`` codes after a clear code take."""
    free = np.maximum(np.arange(count) - 1, 0) + (1 << code_bits) + 2
    return float(_width(free, code_bits).sum())


def _width(free: npt.NDArray[np.int64], code_bits: int) -> npt.NDArray[np.int64]:
    """Bits of a code that is read when ``free`` is the next free place of the decoder's table."""
    wide = np.floor(np.log2(free)).astype(np.int64) + 1
    return np.clip(wide, code_bits + 1, _WIDEST)


def _packed(codes: npt.NDArray[np.uint32], clears: Sequence[int], code_bits: int) -> bytes:
    """The codes as bits, the low ones first. ``clears``: where the clear codes are."""
    places = np.arange(len(codes))
    since = np.zeros(len(codes), np.int64)
    # A clear code itself still has the width of the table that it ends.
    after = np.array([place + 1 for place in clears if place + 1 < len(codes)], np.int64)
    since[after] = np.diff(after, prepend=0)
    age = places - np.cumsum(since)
    free = np.maximum(age - 1, 0) + (1 << code_bits) + 2
    widths = _width(free, code_bits)
    widths[0] = code_bits + 1
    ends = np.cumsum(widths)
    starts = ends - widths
    shifted = codes.astype(np.int64) << (starts & 7)
    first = starts >> 3
    length = int(-(-ends[-1] // 8))
    out = np.zeros(length + 2, np.int64)
    for byte in range(3):
        out += np.bincount(first + byte, (shifted >> 8 * byte) & 255, length + 2).astype(np.int64)[: length + 2]
    return out[:length].astype(np.uint8).tobytes()
