"""The rows of the list: frozen values, replaced whole, told to the view in few large signals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from typing_extensions import override

from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.tally import Tally
from kraken_desktop.model.job import Failure, Job, JobStatus, Source

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_MOST_RANGES = 32
"""Beyond so many separate gaps a whole new list is cheaper for the view than each of them."""


class Role(IntEnum):
    """What the model knows beyond Qt's own roles."""

    STATUS = int(Qt.ItemDataRole.UserRole)
    """The whole row, a ``JobStatus``: all that the delegate reads."""


class JobListModel(QAbstractTableModel):
    """One column; a row a job, in the order of the drops.

    Signals:
        tally_changed: ``tally`` or ``run`` have other figures.
    """

    tally_changed = Signal()

    def __init__(self, row_text: RowText, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._row_text = row_text
        self._rows: list[JobStatus] = []
        self._places: list[int] = []
        """For each row a number that grows downwards; a row that comes back finds its place by it."""
        self._row_of: dict[str, int] = {}
        self._next_place = 0
        self._run_ids: set[str] = set()
        self.tally = Tally()
        """Of all rows."""
        self.run = Tally()
        """Of the jobs since the last time nothing was left to do: what the overall progress is about."""

    # --- asking ---

    @property
    def statuses(self) -> Sequence[JobStatus]:
        """All rows, from the top; not to be kept."""
        return self._rows

    def status(self, row: int) -> JobStatus:
        """One row."""
        return self._rows[row]

    def row_of(self, job_id: str) -> int | None:
        """Where a job is."""
        return self._row_of.get(job_id)

    @property
    def newest_source(self) -> Source | None:
        """The image that came last."""
        return self._rows[-1].job.source if self._rows else None

    def job_held_by(self, failure: Failure) -> Job | None:
        """A job that this failure keeps from going on."""
        return next((status.job for status in self._rows if status.waiting_for == failure), None)

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

    def take(self, job_ids: Collection[str]) -> tuple[tuple[int, JobStatus], ...]:
        """Remove rows; what is returned can be given to :meth:`put_back`."""
        rows = sorted(row for job_id in job_ids if (row := self._row_of.get(job_id)) is not None)
        if not rows:
            return ()
        taken = tuple((self._places[row], self._rows[row]) for row in rows)
        ranges = _ranges(rows)
        if len(ranges) > _MOST_RANGES:
            gone = set(rows)
            self.beginResetModel()
            kept = [row for row in range(len(self._rows)) if row not in gone]
            self._rows, self._places = [self._rows[row] for row in kept], [self._places[row] for row in kept]
            self._number()
            self.endResetModel()
        else:
            for first, last in reversed(ranges):
                self.beginRemoveRows(QModelIndex(), first, last)
                del self._rows[first : last + 1], self._places[first : last + 1]
                self._number()
                self.endRemoveRows()
        for _, status in taken:
            self._count_out(status)
        self.tally_changed.emit()
        return taken

    def put_back(self, taken: Iterable[tuple[int, JobStatus]]) -> None:
        """Bring removed rows back to where they were."""
        back = [entry for entry in taken if entry[1].job.id not in self._row_of]
        if not back:
            return
        self.beginResetModel()
        merged = sorted([*zip(self._places, self._rows, strict=True), *back], key=lambda entry: entry[0])
        self._places, self._rows = [place for place, _ in merged], [status for _, status in merged]
        self._number()
        self.endResetModel()
        for _, status in back:
            self._count_in(status)
        self.tally_changed.emit()

    def _append(self, new: Sequence[JobStatus]) -> None:
        if not new:
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
        for status in new:
            self._row_of[status.job.id] = len(self._rows)
            self._rows.append(status)
            self._places.append(self._next_place)
            self._next_place += 1
        self.endInsertRows()
        for status in new:
            self._count_in(status)

    def _replace(self, changed: Sequence[JobStatus]) -> None:
        rows: list[int] = []
        for status in changed:
            row = self._row_of[status.job.id]
            earlier = self._rows[row]
            if earlier is not status:
                self._count_out(earlier)
                if earlier.state.ended and not status.state.ended:
                    self._run_ids.discard(status.job.id)
                self._rows[row] = status
                self._count_in(status)
                rows.append(row)
        if rows:
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), 0))

    def _number(self) -> None:
        self._row_of = {status.job.id: row for row, status in enumerate(self._rows)}

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
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else 1

    @override
    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        status = self._rows[index.row()]
        match role:
            case Role.STATUS:
                return status
            case Qt.ItemDataRole.DisplayRole:
                return status.job.source.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._row_text.spoken(status)
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return self._row_text.described(status)
            case Qt.ItemDataRole.ToolTipRole:
                return self._row_text.tool_tip(status)
            case _:
                return None


def _ranges(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Sorted numbers as runs of neighbors."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found
