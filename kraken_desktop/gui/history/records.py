"""What the window needs of the history that is kept on the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.model.history import HistoryEntry, HistoryQuery

CHUNK = 200
"""Entries that are read at once where many are: the list in sight waits for no more than that."""


class Records(Protocol):
    """The history. Every call may wait for the disk: not for the thread that paints."""

    @property
    def problem(self) -> KrakenDesktopError | None:
        """Why entries of earlier may be missing, or new ones will not be kept; never waits."""

    def find(self, query: HistoryQuery) -> tuple[int, ...]:
        """The numbers of all entries that answer a query, in its order."""

    def entries(self, numbers: Sequence[int]) -> tuple[HistoryEntry, ...]:
        """These entries, as far as they are there, in this order."""

    def count(self) -> int:
        """How many entries there are."""

    def profiles(self) -> tuple[tuple[str, str], ...]:
        """Ids and names of the profiles that anything went through."""

    def forget(self, numbers: Sequence[int]) -> int:
        """Take entries out of the history for good; how many there were. Images stay where they are."""


def read_all(
    records: Records, numbers: Sequence[int], cancel: CancelToken, tell: Callable[[int], object]
) -> Iterator[HistoryEntry]:
    """Many entries, without having them all at once.

    Args:
        tell: called with how many have been read.

    Raises:
        CancelledError: the token was cancelled.
    """
    for first in range(0, len(numbers), CHUNK):
        cancel.check()
        chunk = numbers[first : first + CHUNK]
        yield from records.entries(chunk)
        tell(first + len(chunk))
