"""The list of the history on the screen. Only rows in sight are here: what is chosen is told by its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from kraken_desktop.gui.history.delegate import HistoryDelegate
from kraken_desktop.gui.history.model import HistoryModel
from kraken_desktop.gui.history.rows import Change
from kraken_desktop.gui.job_lines import narrowed
from kraken_desktop.gui.job_view import JobView
from kraken_desktop.gui.row_layout import row_height
from kraken_desktop.gui.row_menu import UNPUBLISH
from kraken_desktop.gui.theme import Theme
from kraken_desktop.model.history import HistoryEntry
from kraken_desktop.model.job import JobStatus

_MOST_KEPT = 10_000
"""Selected rows that are looked for in another list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What is selected."""

    numbers: tuple[int, ...] = ()
    """Entries, from the top."""
    parts: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Of those of which only some images are selected: the images' places."""

    def status(self, entry: HistoryEntry) -> JobStatus:
        """What is selected of an entry."""
        places = self.parts.get(entry.number)
        return entry.status if places is None else narrowed(entry.status, places)

    @property
    def whole(self) -> tuple[int, ...]:
        """The entries that are selected themselves."""
        return tuple(number for number in self.numbers if number not in self.parts)


class HistoryView(JobView):
    """A row an entry, and below an open one a row for each of its images.

    Signals:
        chosen_changed: something else is selected.
        copy_chosen_wanted, open_chosen_wanted, forget_wanted, unpublish_chosen_wanted: keys, for what is selected.
        menu_wanted: a menu for what is selected, at this ``QPoint`` of the screen.
    """

    chosen_changed = Signal()
    copy_chosen_wanted = Signal()
    open_chosen_wanted = Signal()
    forget_wanted = Signal()
    unpublish_chosen_wanted = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, model: HistoryModel, delegate: HistoryDelegate, theme: Theme, parent: QWidget) -> None:
        super().__init__(model, delegate, theme, parent)
        self._history = model
        self.selectionModel().selectionChanged.connect(self.chosen_changed)
        # A model that is reset ends the selection without a word about it.
        model.modelReset.connect(self.chosen_changed)

    # --- what is selected ---

    @property
    def chosen(self) -> Chosen:
        """What is selected, from the top; where nothing is, the row with the keyboard's frame."""
        rows: dict[int, set[int] | None] = {}
        selected = sorted((part.top(), part.bottom()) for part in self._ranges())
        current = self.currentIndex()
        if not selected and current.isValid():
            selected = [(current.row(), current.row())]
        images = set(self._history.image_rows)
        for first, last in selected:
            if not images:
                rows.update(dict.fromkeys(self._history.numbers[first : last + 1]))
                continue
            for row in range(first, last + 1):
                number = self._history.number(row)
                at = self._history.image_at(row) if row in images else None
                if at is None:
                    rows[number] = None
                elif (found := rows.setdefault(number, set())) is not None:
                    found.add(at)
        parts = {number: frozenset(places) for number, places in rows.items() if places is not None}
        return Chosen(numbers=tuple(rows), parts=parts)

    @property
    def count_chosen(self) -> int:
        """How many rows are selected."""
        return sum(part.height() for part in self._ranges())

    # --- another list ---

    def show_numbers(self, numbers: tuple[int, ...], change: Change | None, *, keeps: bool) -> None:
        """Another list.

        Args:
            change: how it comes of the one that is there, if that is a matter of a few pieces.
            keeps: it is about the same things, so that what was selected and seen is so still.
        """
        if not keeps:
            self._history.show(numbers)
            self.scrollToTop()
            return
        # At the very top what is new is seen; below it, what is read stays where it is.
        anchor = self._anchor() if self.verticalScrollBar().value() > 0 else None
        if change is not None:
            self._history.change(numbers, change)
        else:
            self._show_selected(numbers)
        row = self._history.row_of_number(anchor[0]) if anchor is not None else None
        if anchor is not None and row is not None:
            self.updateGeometries()
            self.verticalScrollBar().setValue(self.verticalHeader().sectionPosition(row) - anchor[1])

    def _anchor(self) -> tuple[int, int] | None:
        """What a person most likely looks at, and how far below the upper edge it is."""
        current, top = self.currentIndex(), self.rowAt(0)
        in_sight = current.isValid() and self.viewport().rect().contains(self.visualRect(current))
        row = current.row() if in_sight else top
        return (self._history.number(row), self.rowViewportPosition(row)) if row >= 0 else None

    def _show_selected(self, numbers: tuple[int, ...]) -> None:
        """A new list in which the same entries are selected."""
        had_selection, current = self.selectionModel().hasSelection(), self.currentIndex()
        chosen = self.chosen.numbers[:_MOST_KEPT] if had_selection else ()
        current_number = self._history.number(current.row()) if current.isValid() else None
        self._history.show(numbers)
        flags = self.selectionModel().SelectionFlag
        rows = {number: row for row, number in enumerate(numbers)} if current_number is not None else {}
        for number in chosen:
            if number in rows:
                self.selectionModel().select(self._history.index(rows[number], 0), flags.Select)
        if current_number in rows:
            self.selectionModel().setCurrentIndex(self._history.index(rows[current_number], 0), flags.NoUpdate)

    @override
    def _set_heights(self, first: int, last: int) -> None:
        # All rows but the few of images have the same height, and a hundred thousand are not looked at for it.
        images = [row for row in self._history.image_rows if first <= row <= last]
        if len(images) == last - first + 1:
            super()._set_heights(first, last)
            return
        self.verticalHeader().setDefaultSectionSize(row_height(self.fontMetrics()))
        for row in self._history.image_rows:
            super()._set_heights(row, row)

    @override
    def show_picture(self, location: str) -> None:
        # It may be that of a result, in the place of a source that is gone.
        self.viewport().update()

    # --- keyboard and menu ---

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_chosen_wanted.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.open_chosen_wanted.emit()
        elif event.keyCombination() == UNPUBLISH:
            self.unpublish_chosen_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Delete) or event.key() == Qt.Key.Key_Backspace:
            self.forget_wanted.emit()
        else:
            super().keyPressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
        if self.count_chosen:
            self.menu_wanted.emit(place)
