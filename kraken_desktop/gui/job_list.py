"""The rows of the list: frozen values, replaced whole, told to the view in few large signals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QModelIndex, QObject, Signal
from typing_extensions import override

from kraken_desktop.gui.job_lines import Line, can_open, images_of
from kraken_desktop.gui.lines_model import NOWHERE, Index, LinesModel
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.tally import Tally
from kraken_desktop.model.job import Failure, Job, JobStatus, Source

_MOST_RANGES = 32
"""Beyond so many separate gaps a whole new list is cheaper for the view than each of them."""


class JobListModel(LinesModel):
    """The jobs of this run, in the order of the drops.

    Signals:
        tally_changed: ``tally`` or ``run`` have other figures.
    """

    tally_changed = Signal()

    def __init__(self, row_text: RowText, parent: QObject | None = None) -> None:
        super().__init__(row_text, parent)
        self._lines: list[Line] = []
        self._places: dict[str, int] = {}
        """For each job a number that grows downwards; a row that comes back finds its place by it."""
        self._row_of: dict[str, int] = {}
        self._next_place = 0
        self._run_ids: set[str] = set()
        self.tally = Tally()
        """Of all jobs."""
        self.run = Tally()
        """Of the jobs since the last time nothing was left to do: what the overall progress is about."""

    # --- asking ---

    @property
    def statuses(self) -> Sequence[JobStatus]:
        """All jobs, from the top."""
        return [line.status for line in self._lines if line.at is None]

    def status(self, row: int) -> JobStatus:
        """The job of a row."""
        return self._lines[row].status

    @override
    def line(self, row: int) -> Line:
        """One row."""
        return self._lines[row]

    @override
    def row_of(self, job_id: str) -> int | None:
        """Where a job is."""
        return self._row_of.get(job_id)

    @override
    def is_whole(self, status: JobStatus) -> bool:
        """Whether this is a job as the list has it, and not some of its images."""
        row = self._row_of.get(status.job.id)
        return row is not None and self._lines[row].status is status

    @property
    def newest_source(self) -> Source | None:
        """The image that came last."""
        return self._lines[-1].status.job.source if self._lines else None

    def job_held_by(self, failure: Failure) -> Job | None:
        """A job that this failure keeps from going on."""
        return next((line.status.job for line in self._lines if line.status.waiting_for == failure), None)

    # --- telling ---

    def apply(self, statuses: Iterable[JobStatus]) -> None:
        """Take over newer states; jobs that are not known yet come in at the end, in this order."""
        new: list[JobStatus] = []
        changed: list[JobStatus] = []
        for status in statuses:
            (changed if status.job.id in self._row_of else new).append(status)
        self._replace(changed)
        self._append(new)
        if new or changed:
            self.tally_changed.emit()

    @override
    def set_open(self, job_ids: Collection[str], is_open: bool) -> None:
        """Show or hide the rows of the images of these jobs, where there are several of them."""
        rows = sorted(row for job_id in job_ids if (row := self._row_of.get(job_id)) is not None)
        rows = [row for row in rows if self._lines[row].is_open is not is_open and can_open(self._lines[row].status)]
        if len(rows) > _MOST_RANGES:
            chosen = set(rows)
            self.beginResetModel()
            blocks = [
                replace(line, is_open=is_open) if row in chosen else line
                for row, line in enumerate(self._lines)
                if line.at is None
            ]
            self._lines = [each for line in blocks for each in (line, *(line.below() if line.is_open else ()))]
            self._number()
            self.endResetModel()
            return
        for row in reversed(rows):
            line = self._lines[row] = replace(self._lines[row], is_open=is_open)
            count = len(images_of(line.status))
            if is_open:
                self.beginInsertRows(QModelIndex(), row + 1, row + count)
                self._lines[row + 1 : row + 1] = line.below()
                self._number()
                self.endInsertRows()
            else:
                self.beginRemoveRows(QModelIndex(), row + 1, row + count)
                del self._lines[row + 1 : row + 1 + count]
                self._number()
                self.endRemoveRows()
            self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def take(self, job_ids: Collection[str]) -> tuple[tuple[int, JobStatus], ...]:
        """Remove jobs; what is returned can be given to :meth:`put_back`."""
        rows = sorted(row for job_id in job_ids if (row := self._row_of.get(job_id)) is not None)
        if not rows:
            return ()
        taken = tuple((self._places.pop(self._lines[row].key), self._lines[row].status) for row in rows)
        self._remove([each for row in rows for each in range(row, row + 1 + self._below(row))])
        for _, status in taken:
            self._count_out(status)
        self.tally_changed.emit()
        return taken

    def put_back(self, taken: Iterable[tuple[int, JobStatus]]) -> None:
        """Bring removed jobs back to where they were."""
        back = [entry for entry in taken if entry[1].job.id not in self._row_of]
        if not back:
            return
        self.beginResetModel()
        self._places.update({status.job.id: place for place, status in back})
        lines = [*self._lines, *(Line(status) for _, status in back)]
        # Sorting keeps the order of a job and its images.
        self._lines = sorted(lines, key=lambda line: self._places[line.status.job.id])
        self._number()
        self.endResetModel()
        for _, status in back:
            self._count_in(status)
        self.tally_changed.emit()

    def _append(self, new: Sequence[JobStatus]) -> None:
        if not new:
            return
        first = len(self._lines)
        self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
        for status in new:
            self._row_of[status.job.id] = len(self._lines)
            self._lines.append(Line(status))
            self._places[status.job.id] = self._next_place
            self._next_place += 1
        self.endInsertRows()
        for status in new:
            self._count_in(status)

    def _replace(self, changed: Sequence[JobStatus]) -> None:
        told: list[str] = []
        stale: list[int] = []
        for status in changed:
            row = self._row_of[status.job.id]
            earlier = self._lines[row]
            if earlier.status is status:
                continue
            self._count_out(earlier.status)
            if earlier.status.state.ended and not status.state.ended:
                self._run_ids.discard(status.job.id)
            below = range(row + 1, row + 1 + self._below(row))
            stays_open = earlier.is_open and len(images_of(status)) == len(below)
            self._lines[row] = Line(status, is_open=stays_open)
            if stays_open:
                for each in below:
                    self._lines[each] = replace(self._lines[each], status=status)
            else:
                stale += below
            self._count_in(status)
            told.append(status.job.id)
        self._remove(sorted(stale))
        if told:
            self._tell(sorted(self._row_of[job_id] for job_id in told))

    def _tell(self, rows: Sequence[int]) -> None:
        """Say that jobs have changed, given from the top, with the rows of their images."""
        parts = _ranges([each for row in rows for each in range(row, row + 1 + self._below(row))])
        if len(parts) > _MOST_RANGES:
            parts = [(parts[0][0], parts[-1][1])]
        for first, last in parts:
            self.dataChanged.emit(self.index(first, 0), self.index(last, 0))

    def _below(self, row: int) -> int:
        """How many rows of images follow the row of a job."""
        line = self._lines[row]
        return len(images_of(line.status)) if line.is_open else 0

    def _remove(self, rows: Sequence[int]) -> None:
        """Take rows out, given from the top."""
        ranges = _ranges(rows)
        if len(ranges) > _MOST_RANGES:
            gone = set(rows)
            self.beginResetModel()
            self._lines = [line for row, line in enumerate(self._lines) if row not in gone]
            self._number()
            self.endResetModel()
            return
        for first, last in reversed(ranges):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._lines[first : last + 1]
            self._number()
            self.endRemoveRows()

    def _number(self) -> None:
        self._row_of = {line.status.job.id: row for row, line in enumerate(self._lines) if line.at is None}

    def _count_in(self, status: JobStatus) -> None:
        job_id = status.job.id
        if not status.state.ended and job_id not in self._run_ids:
            if self.tally.unfinished == 0:
                self._run_ids = set()
                self.run = Tally()
            self._run_ids.add(job_id)
        self.tally.add(status)
        if job_id in self._run_ids:
            self.run.add(status)

    def _count_out(self, status: JobStatus) -> None:
        self.tally.remove(status)
        if status.job.id in self._run_ids:
            self.run.remove(status)

    # --- Qt's interface ---

    @override
    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._lines)


def _ranges(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Sorted numbers as runs of neighbors."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found
