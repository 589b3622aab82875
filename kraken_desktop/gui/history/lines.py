"""Lines of the history: they know when their job ended, or that nobody has read them yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication
from typing_extensions import override

from kraken_desktop.gui.job_lines import Line
from kraken_desktop.model.job import Job, JobState, JobStatus, Skipped, Snapshot, Source, SourceKind
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.recipe import Recipe

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_UNREAD = JobStatus(
    job=Job(
        id="",
        batch_id="",
        position=1,
        dropped_at=_BEGINNING,
        source=Source(kind=SourceKind.FILE, location="", name="", extension=""),
        snapshot=Snapshot(profile=Profile(id="", name=""), recipe=Recipe()),
    ),
    state=JobState.SKIPPED,
    outcome=Skipped(reason="unread"),
)
"""Ended, and without anything to copy, open or try again."""


@dataclass(frozen=True, slots=True)
class HistoryLine(Line):
    """One line of the history."""

    number: int = 0
    ended_at: datetime = _BEGINNING
    is_unread: bool = False
    """It stands for an entry that is being fetched."""
    is_lost: bool = False
    """That entry could not be had."""

    @property
    @override
    def key(self) -> str:
        return str(self.number) if self.at is None else f"{self.number} {self.at}"


def unread_line(number: int, *, is_lost: bool = False) -> HistoryLine:
    """A line that keeps the place of an entry."""
    return HistoryLine(_UNREAD, number=number, is_unread=True, is_lost=is_lost)


def unread_text(line: HistoryLine) -> str:
    """What such a line says."""
    if line.is_lost:
        return QCoreApplication.translate("history", "This entry of the history cannot be read.")
    return QCoreApplication.translate("history", "Reading…")
