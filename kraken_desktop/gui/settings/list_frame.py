"""How a page with a list is laid out: list and form side by side, or one above the other where room is scarce."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.entry_list import EntryList
from kraken_desktop.gui.settings.notice import Notice
from kraken_desktop.gui.settings.page import FORM_WIDTH, PageHeader, PageScroll
from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.gui.theme import Theme

_NARROW = 42
"""In heights of a line, as the next one: with less width the list shrinks to one line above the form."""
_LOW = 24
_LIST_WIDTH, _REST_WIDTH = 240, 560
_HANDLE = 5
_LEAST_FORM = 8
"""So many heights of a line of the form are always to be seen."""
_ANY = (1 << 24) - 1
"""Qt's own word for no limit."""


class ListFrame(QWidget):
    """Header, list, and a form that scrolls by itself.

    The parts stand in their places before they are filled: to move a full form from parent to parent costs more
    than to make it.
    """

    def __init__(self, theme: Theme, *, with_default: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_compact = False
        self._has_list = True
        self._header = PageHeader(self)
        self._above = QVBoxLayout()
        self._above.setSpacing(16)
        self._above.addWidget(self._header)
        self._splitter = QSplitter(self)
        self._left = QWidget(self._splitter)
        self.entries = EntryList(with_default=with_default, parent=self._left)
        self._column = QHBoxLayout(self._left)
        self._column.addWidget(self.entries)
        self._stack = QStackedWidget(self._splitter)
        self.body = QWidget(self._stack)
        """Where the form belongs; what stands there never becomes wider than is good to read."""
        self.body.setMaximumWidth(FORM_WIDTH * self.fontMetrics().height())
        self._scroll = PageScroll(self.body, self._stack)
        self._inner = QVBoxLayout(self.body)
        self._inner.setContentsMargins(16, 0, 24, 16)
        self._inner.setSpacing(16)
        self.notice = Notice(theme, self.body)
        self._inner.addWidget(self.notice)
        nothing = QWidget(self._stack)
        self._empty = muted(wrapping(QLabel(nothing)))
        blank = QVBoxLayout(nothing)
        blank.setContentsMargins(16, 0, 24, 16)
        blank.addWidget(self._empty)
        blank.addStretch(1)
        self._stack.addWidget(self._scroll)
        self._stack.addWidget(nothing)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._left)
        self._splitter.addWidget(self._stack)
        self._splitter.setStretchFactor(0, 0)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([_LIST_WIDTH, _REST_WIDTH])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(self._above)
        outer.addWidget(self._splitter, 1)
        self._arrange()

    # --- filling ----------------------------------------------------------------------------------

    def set_texts(self, *, title: str, about: str, empty: str) -> None:
        """``empty`` is shown in the form's place while there is no entry."""
        self._header.set_texts(title, about)
        self._empty.setText(empty)
        self.entries.set_name(title)

    def add_above(self, widget: QWidget) -> None:
        """Something between the header and the list."""
        self._above.addWidget(widget)

    def add_to_body(self, form: QWidget) -> None:
        """The form."""
        self._inner.addWidget(form)
        self._inner.addStretch(1)

    def accompany(self, around: Callable[[QWidget, QWidget], QWidget]) -> None:
        """Puts the form's place into something that shows more beside it; ``around`` gets it and the new parent."""
        self._stack.removeWidget(self._scroll)
        self._stack.insertWidget(0, around(self._scroll, self._stack))

    # --- what is shown ----------------------------------------------------------------------------

    def show_form(self, shown: bool) -> None:
        """The form, or what is said in its place."""
        self._stack.setCurrentIndex(0 if shown else 1)

    def hide_list(self) -> None:
        """Only the form is shown: there is just one entry to care about."""
        self._has_list = False
        self._arrange()

    def _arrange(self) -> None:
        compact, has_list = self._is_compact, self._has_list
        self._left.setVisible(has_list)
        # The line with the list says all that the header says.
        self._header.setVisible(not compact or not has_list)
        self._above.setContentsMargins(24, 12 if compact else 24, 24, 0 if compact and has_list else 16)
        self._stack.setContentsMargins(0 if has_list and not compact else 8, 0, 0, 0)
        below = 12 if compact else 16
        self._column.setContentsMargins(24, 0, 24 if compact else 0, below)
        self._left.setMaximumHeight(self.entries.compact_size().height() + below if compact else _ANY)
        self._splitter.setHandleWidth(0 if compact else _HANDLE)

    def _suit(self) -> None:
        unit = self.fontMetrics().height()
        beside = 24 + self.entries.list_width() + _HANDLE + self._stack.minimumSizeHint().width()
        compact = self.width() < max(_NARROW * unit, beside) or self.height() < _LOW * unit
        if compact == self._is_compact:
            return
        self._is_compact = compact
        self.entries.set_compact(compact)
        self._splitter.setOrientation(Qt.Orientation.Vertical if compact else Qt.Orientation.Horizontal)
        self._arrange()
        line = self._left.maximumHeight()
        self._splitter.setSizes([line, self.height() - line] if compact else [_LIST_WIDTH, _REST_WIDTH])

    @override
    def minimumSizeHint(self) -> QSize:
        """What it takes with the list in one line, however it stands now."""
        unit = self.fontMetrics().height()
        width = max(self._stack.minimumSizeHint().width(), self.entries.compact_size().width() + 48)
        return QSize(width, self.entries.compact_size().height() + 40 + _LEAST_FORM * unit)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """There may be more room, or less."""
        super().resizeEvent(event)
        self._suit()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """The font is known only now."""
        super().showEvent(event)
        self._suit()
