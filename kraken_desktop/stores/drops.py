"""Drops that are being looked through: what a crash cuts off is looked through at the next start.

A file each, there from the moment that the look begins until all that it found is in the journal.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kraken_desktop.model.profile import Profile
from kraken_desktop.model.records import RecordError, from_record, to_record
from kraken_desktop.stores import atomic_file

_log = logging.getLogger(__name__)

_ENDING = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """What came in one drop, apart from bytes, which the spool keeps."""

    batch_id: str
    """Of its jobs."""
    dropped_at: datetime
    """Local time, aware of its zone."""
    profile: Profile
    things: tuple[str, ...]
    """Paths and addresses."""
    typed: bool = False
    """The person typed the addresses among them."""


class Drops:
    """The drops of this computer's one window. A note that cannot be kept costs what a crash would cut off, no more."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun: set[str] = set()

    def begin(self, drop: Drop) -> None:
        """Note that a drop is looked through; a note of the same one is replaced."""
        data = json.dumps(to_record(drop), separators=(",", ":")).encode()
        self._begun.add(drop.batch_id)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            atomic_file.replace(self._path(drop.batch_id), data)
        except OSError as error:
            _log.warning("a drop is not noted: %s", error.strerror)

    def end(self, batch_id: str) -> None:
        """Forget a drop: all of it is in the journal, or not wanted."""
        try:
            self._path(batch_id).unlink(missing_ok=True)
        except OSError as error:
            # It is looked through once more, and everything in it is known.
            _log.warning("the note of a drop stays: %s", error.strerror)

    def left(self) -> tuple[Drop, ...]:
        """What an earlier run did not look through to the end, oldest first: nothing that this one has begun with."""
        found: list[Drop] = []
        for path in self._folder.glob(f"*{_ENDING}"):
            if path.stem in self._begun:
                continue
            try:
                found.append(from_record(Drop, json.loads(atomic_file.read(path))))
            except (OSError, ValueError, RecordError) as error:
                _log.warning("the note of a drop cannot be read and is left alone: %s", type(error).__name__)
            else:
                atomic_file.sweep(path)
        return tuple(sorted(found, key=lambda drop: drop.dropped_at))

    def _path(self, batch_id: str) -> Path:
        return self._folder / f"{batch_id}{_ENDING}"
