"""Which entry of the history is in which row, when some of them are open, and how one list becomes another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass

Range = tuple[int, int]
"""First and last place, both inside."""

MOST_RANGES = 32
"""Beyond so many separate gaps a whole new list is cheaper for the view than each of them."""
_MOST_DIFFERENT = 5_000
_PIECE = 4096


class Rows:
    """Entries by their numbers, in order; below an open one a row for each of its images."""

    def __init__(self, numbers: Sequence[int] = ()) -> None:
        self.numbers = tuple(numbers)
        self._images: dict[int, int] = {}
        """Of each open entry, how many."""
        self._places: list[int] = []
        """Of the open entries, in order."""
        self._first_rows: list[int] = []
        """The row of each of them."""
        self._total = len(self.numbers)

    def __len__(self) -> int:
        return self._total

    def at(self, row: int) -> tuple[int, int | None]:
        """The place of the entry that a row belongs to, and which of its images the row is about, if it is one."""
        before = bisect_right(self._first_rows, row) - 1
        if before < 0:
            return row, None
        place = self._places[before]
        below = row - self._first_rows[before]
        images = self._images[self.numbers[place]]
        if 0 < below <= images:
            return place, below - 1
        return (place + below - images if below else place), None

    def number(self, row: int) -> int:
        """The entry that a row belongs to."""
        return self.numbers[self.at(row)[0]]

    def row_at(self, place: int) -> int:
        """The row of the entry at this place, or how many there are, for the place after the last."""
        before = bisect_left(self._places, place)
        if before == 0:
            return place
        earlier = self._places[before - 1]
        return self._first_rows[before - 1] + self._images[self.numbers[earlier]] + place - earlier

    def row_of(self, number: int) -> int | None:
        """The row of an entry."""
        try:
            return self.row_at(self.numbers.index(number))
        except ValueError:
            return None

    def images_below(self, number: int) -> int:
        """How many rows of images follow an entry."""
        return self._images.get(number, 0)

    @property
    def image_rows(self) -> list[int]:
        """All rows that are about an image."""
        return [
            row
            for place, first in zip(self._places, self._first_rows, strict=True)
            for row in range(first + 1, first + 1 + self._images[self.numbers[place]])
        ]

    def open(self, number: int, images: int) -> None:
        """Put rows of images below an entry."""
        self._images[number] = images
        self._count()

    def close(self, number: int) -> None:
        """Take them away again."""
        self._images.pop(number, None)
        self._count()

    def replace(self, first: int, last: int, numbers: Sequence[int]) -> None:
        """Other entries in the place of those from ``first`` to before ``last``."""
        self.numbers = (*self.numbers[:first], *numbers, *self.numbers[last:])
        self._count()

    def _count(self) -> None:
        """Find the open entries anew. There are few of them: a person opened each."""
        found: list[tuple[int, int]] = []
        for number in list(self._images):
            try:
                found.append((self.numbers.index(number), number))
            except ValueError:
                del self._images[number]
        self._places, self._first_rows, more = [], [], 0
        for place, number in sorted(found):
            self._places.append(place)
            self._first_rows.append(place + more)
            more += self._images[number]
        self._total = len(self.numbers) + more


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a list becomes another one: first what goes, from the end, then what comes, from the beginning."""

    gone: tuple[Range, ...]
    """Places in the old list."""
    come: tuple[Range, ...]
    """Places in the new one."""


def change_between(old: Sequence[int], new: Sequence[int]) -> Change | None:
    """How one list of different numbers becomes the other; None if that is no matter of a few pieces."""
    first = _alike(old, new)
    last = _alike(old[first:][::-1], new[first:][::-1])
    before, after = old[first : len(old) - last], new[first : len(new) - last]
    gone, come = set(before).difference(after), set(after).difference(before)
    if len(gone) > _MOST_DIFFERENT or len(come) > _MOST_DIFFERENT:
        return None
    if [number for number in before if number not in gone] != [number for number in after if number not in come]:
        return None
    found = Change(gone=_ranges(before, gone, first), come=_ranges(after, come, first))
    return found if len(found.gone) + len(found.come) <= MOST_RANGES else None


def _alike(one: Sequence[int], other: Sequence[int]) -> int:
    """How many at the beginning are the same. In large pieces: no look at each of a hundred thousand numbers."""
    most, same, piece = min(len(one), len(other)), 0, _PIECE
    while piece and same < most:
        if same + piece <= most and one[same : same + piece] == other[same : same + piece]:
            same += piece
        else:
            piece //= 2
    return same


def _ranges(numbers: Sequence[int], chosen: Collection[int], start: int) -> tuple[Range, ...]:
    ranges: list[Range] = []
    for place, number in enumerate(numbers, start):
        if number not in chosen:
            continue
        if ranges and ranges[-1][1] == place - 1:
            ranges[-1] = (ranges[-1][0], place)
        else:
            ranges.append((place, place))
    return tuple(ranges)
