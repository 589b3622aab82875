"""A table of one column that paints what has changed, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QTableView
from typing_extensions import override


class FrugalTableView(QTableView):
    """Qt's own paints all rows in sight whenever more than one has changed, wherever those are.

    With uploads under way something changes thirty times a second, mostly far from what the person looks at.
    """

    def rows_in_sight(self) -> range:
        """The rows of which something can be seen."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        return range(max(0, first), last + 1 if last >= 0 else self.model().rowCount())

    def paint_rows(self, rows: Iterable[int]) -> None:
        """Paint these rows soon."""
        model = self.model()
        for row in rows:
            self.viewport().update(self.visualRect(model.index(row, 0)))

    @override
    def dataChanged(
        self,
        topLeft: QModelIndex | QPersistentModelIndex,
        bottomRight: QModelIndex | QPersistentModelIndex,
        roles: Sequence[int] = (),
    ) -> None:
        # A screen reader hears of changes from Qt's own code.
        if topLeft == bottomRight or QAccessible.isActive():
            super().dataChanged(topLeft, bottomRight, list(roles))
            return
        sight = self.rows_in_sight()
        self.paint_rows(range(max(topLeft.row(), sight.start), min(bottomRight.row() + 1, sight.stop)))
