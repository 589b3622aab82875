"""The list of the history: numbers of entries, and those entries that are in sight."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QModelIndex, QObject, Qt
from typing_extensions import override

from kraken_desktop.gui.history.entries import Entries
from kraken_desktop.gui.history.lines import HistoryLine, unread_line, unread_text
from kraken_desktop.gui.history.moments import full_moment
from kraken_desktop.gui.history.records import Records
from kraken_desktop.gui.history.rows import Change, Rows
from kraken_desktop.gui.job_lines import can_open, images_of
from kraken_desktop.gui.jobs import Background
from kraken_desktop.gui.lines_model import NOWHERE, Index, LinesModel, Role
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.model.job import JobStatus

_AHEAD = 16


class HistoryModel(LinesModel):
    """A row an entry, and below an open one a row for each of its images. Rows out of sight cost a number each."""

    def __init__(
        self,
        records: Records,
        background: Background,
        row_text: RowText,
        now: Callable[[], datetime],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(row_text, parent)
        self._now = now
        self._rows = Rows()
        self.entries = Entries(records, background, self._around, self)
        self.entries.arrived.connect(self._show_arrived)

    # --- asking ---

    @property
    def numbers(self) -> tuple[int, ...]:
        """All entries, from the top."""
        return self._rows.numbers

    @property
    def image_rows(self) -> list[int]:
        """The rows that are about one image of several."""
        return self._rows.image_rows

    def number(self, row: int) -> int:
        """The entry that a row belongs to."""
        return self._rows.number(row)

    def image_at(self, row: int) -> int | None:
        """Which of its entry's images a row is about, if it is one."""
        return self._rows.at(row)[1]

    def row_of_number(self, number: int) -> int | None:
        """Where an entry is."""
        return self._rows.row_of(number)

    @override
    def line(self, row: int) -> HistoryLine:
        """One row; without its entry if that is not here."""
        place, at = self._rows.at(row)
        number = self._rows.numbers[place]
        entry = self.entries.entry(number)
        if entry is None or (at is not None and at >= len(images_of(entry.status))):
            return unread_line(number, is_lost=self.entries.is_lost(number))
        is_open = at is None and self._rows.images_below(number) > 0
        return HistoryLine(entry.status, at, is_open, number=number, ended_at=entry.ended_at)

    @override
    def row_of(self, job_id: str) -> int | None:
        number = self.entries.number_of(job_id)
        return self._rows.row_of(number) if number is not None else None

    @override
    def is_whole(self, status: JobStatus) -> bool:
        number = self.entries.number_of(status.job.id)
        entry = self.entries.entry(number) if number is not None else None
        return entry is not None and entry.status is status

    # --- telling ---

    def show(self, numbers: Sequence[int]) -> None:
        """A new list."""
        self.beginResetModel()
        self._rows = Rows(numbers)
        self.entries.begin_anew()
        self.endResetModel()

    def change(self, numbers: Sequence[int], change: Change) -> None:
        """The same list with a few others: rows that stay are still selected, and where they were."""
        self.entries.begin_anew()
        for first, last in reversed(change.gone):
            self.beginRemoveRows(QModelIndex(), self._rows.row_at(first), self._rows.row_at(last + 1) - 1)
            self._rows.replace(first, last + 1, ())
            self.endRemoveRows()
        for first, last in change.come:
            row = self._rows.row_at(first)
            self.beginInsertRows(QModelIndex(), row, row + last - first)
            self._rows.replace(first, first, numbers[first : last + 1])
            self.endInsertRows()

    def apply(self, statuses: Iterable[JobStatus]) -> None:
        """Take over newer states of entries that are here."""
        changed = [status for status in statuses if self.entries.number_of(status.job.id) is not None]
        if not changed:
            return
        self._close_changed(changed)
        self.entries.know(changed)
        self._repaint()

    def _close_changed(self, statuses: Iterable[JobStatus]) -> None:
        """Rows below an open entry are of the images that it had."""
        for status in statuses:
            number = self.entries.number_of(status.job.id)
            if number is not None and self._rows.images_below(number) not in {0, len(images_of(status))}:
                self.set_open([status.job.id], is_open=False)

    @override
    def set_open(self, job_ids: Collection[str], is_open: bool) -> None:
        for job_id in job_ids:
            number = self.entries.number_of(job_id)
            entry = self.entries.entry(number) if number is not None else None
            row = self._rows.row_of(number) if number is not None else None
            if number is None or entry is None or row is None or not can_open(entry.status):
                continue
            below = self._rows.images_below(number)
            if is_open is (below > 0):
                continue
            if is_open:
                images = len(images_of(entry.status))
                self.beginInsertRows(QModelIndex(), row + 1, row + images)
                self._rows.open(number, images)
                self.endInsertRows()
            else:
                self.beginRemoveRows(QModelIndex(), row + 1, row + below)
                self._rows.close(number)
                self.endRemoveRows()
            self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def _repaint(self) -> None:
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, 0))

    def _show_arrived(self, fetched: Mapping[int, int]) -> None:
        numbers = self._rows.numbers
        places = [place for number, place in fetched.items() if numbers[place : place + 1] == (number,)]
        if len(places) < len(fetched):
            # The list is another by now.
            self._repaint()
        elif places:
            first, last = self._rows.row_at(min(places)), self._rows.row_at(max(places) + 1) - 1
            self.dataChanged.emit(self.index(first, 0), self.index(last, 0))

    def _around(self, place: int) -> Sequence[int]:
        return self._rows.numbers[max(0, place - _AHEAD) : place + _AHEAD]

    # --- Qt's interface ---

    @override
    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        place, _ = self._rows.at(index.row())
        number = self._rows.numbers[place]
        entry = self.entries.entry(number)
        if entry is not None and role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return f"{full_moment(entry.ended_at, self._now())}. {super().data(index, role)}"
        if entry is not None:
            return super().data(index, role)
        if role in {Role.LINE, Qt.ItemDataRole.AccessibleTextRole}:
            self.entries.want(number, place)
        line = self.line(index.row())
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return unread_text(line)
        return line if role == Role.LINE else None
