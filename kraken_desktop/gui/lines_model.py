"""What every list of jobs is to its view: one column of lines, each read whole."""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from kraken_desktop.gui.job_lines import Line
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.model.job import JobStatus

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class Role(IntEnum):
    """What the model knows beyond Qt's own roles."""

    STATUS = int(Qt.ItemDataRole.UserRole)
    """The job of the row, a ``JobStatus``."""
    LINE = int(Qt.ItemDataRole.UserRole) + 1
    """The whole row, a ``Line``: all that the delegate reads."""


class LinesModel(QAbstractTableModel):
    """One column; a row a job, and below an open job a row for each of its images."""

    def __init__(self, row_text: RowText, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._row_text = row_text

    def line(self, row: int) -> Line:
        """One row."""
        raise NotImplementedError

    def row_of(self, job_id: str) -> int | None:
        """Where a job is."""
        raise NotImplementedError

    def is_whole(self, status: JobStatus) -> bool:
        """Whether this is a job as the list has it, and not some of its images."""
        raise NotImplementedError

    def set_open(self, job_ids: Collection[str], is_open: bool) -> None:
        """Show or hide the rows of the images of these jobs, where there are several of them."""
        raise NotImplementedError

    # --- Qt's interface ---

    @override
    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else 1

    @override
    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        line = self.line(index.row())
        match role:
            case Role.LINE:
                return line
            case Role.STATUS:
                return line.status
            case Qt.ItemDataRole.DisplayRole:
                return self._row_text.title(line)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._row_text.spoken_line(line)
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return self._row_text.described(line.chosen)
            case Qt.ItemDataRole.ToolTipRole:
                return self._row_text.tool_tip(line.chosen)
            case _:
                return None
