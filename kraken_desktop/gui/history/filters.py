"""What is looked for: words, a profile, an outcome, a time, and the order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QDate, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDateEdit, QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from kraken_desktop.gui.history.periods import Period, span_of
from kraken_desktop.gui.theme import GRID, Theme
from kraken_desktop.gui.value_box import ValueBox
from kraken_desktop.messages.text import shown
from kraken_desktop.model.history import HistoryQuery, Order
from kraken_desktop.model.job import JobState

_PAUSE_MS = 150
"""After the last key: who types a word is not asked after every letter."""
_LEAST_LETTERS = 9


class Filters(QFrame):
    """The part of the window above the list.

    Signals:
        changed: something else is looked for.
        list_wanted: the keyboard is to go to the list.
    """

    changed = Signal()
    list_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._profiles: tuple[tuple[str, str], ...] = ()
        self.setProperty("look", "bar")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.changed)

        self.search = SearchField(self)
        self.search.setPlaceholderText(self.tr("Search names, folders, keys and links"))
        self.search.setAccessibleName(self.tr("Search the history"))
        self.search.setToolTip(self.tr("Several words find what has all of them (Ctrl+F)"))
        self.search.textChanged.connect(self._on_typed)
        self.search.returnPressed.connect(self._search_now)
        self.search.down_pressed.connect(self.list_wanted)
        self._sign = self.search.addAction(theme.icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        # Qt's own button for that has a sign of one color, light or dark.
        self._empties = self.search.addAction(theme.icon("cancel", "muted"), QLineEdit.ActionPosition.TrailingPosition)
        self._empties.setText(self.tr("Empty the search field"))
        self._empties.setVisible(False)
        self._empties.triggered.connect(self.search.clear)

        self.profile: ValueBox[str] = ValueBox([("", self.tr("Any profile"))], self)
        self.outcome: ValueBox[JobState | None] = ValueBox(
            [
                (None, self.tr("Any outcome")),
                (JobState.DONE, self.tr("Done")),
                (JobState.FAILED, self.tr("Failed")),
                (JobState.SKIPPED, self.tr("Skipped")),
                (JobState.CANCELLED, self.tr("Cancelled")),
            ],
            self,
        )
        self.period: ValueBox[Period] = ValueBox(
            [
                (Period.ANY, self.tr("Any time")),
                (Period.TODAY, self.tr("Today")),
                (Period.WEEK, self.tr("Last 7 days")),
                (Period.MONTH, self.tr("Last 30 days")),
                (Period.YEAR, self.tr("This year")),
                (Period.RANGE, self.tr("From … to …")),
            ],
            self,
        )
        self.order: ValueBox[tuple[Order, bool]] = ValueBox(
            [
                ((Order.ENDED, True), self.tr("Newest first")),
                ((Order.ENDED, False), self.tr("Oldest first")),
                ((Order.NAME, False), self.tr("By name")),
                ((Order.SIZE, True), self.tr("Largest first")),
                ((Order.SAVED, True), self.tr("Most saved first")),
            ],
            self,
        )
        named = (
            (self.profile, self.tr("Profile")),
            (self.outcome, self.tr("Outcome")),
            (self.period, self.tr("Time")),
            (self.order, self.tr("Order")),
        )
        boxes = QHBoxLayout()
        boxes.setSpacing(GRID)
        for box, name in named:
            box.setAccessibleName(name)
            box.setMinimumContentsLength(_LEAST_LETTERS)
            box.view().setTextElideMode(Qt.TextElideMode.ElideMiddle)
            box.activated.connect(self._on_chosen)
            boxes.addWidget(box, 1)
        self._days = QWidget(self)
        self.first_day, self.last_day = self._day(self.tr("First day")), self._day(self.tr("Last day"))
        days = QHBoxLayout(self._days)
        days.setContentsMargins(0, 0, 0, 0)
        days.setSpacing(GRID)
        for text, edit in ((self.tr("&From"), self.first_day), (self.tr("&to"), self.last_day)):
            label = QLabel(text, self._days)
            label.setBuddy(edit)
            days.addWidget(label)
            days.addWidget(edit)
        days.addStretch(1)
        self._days.hide()
        self.first_day.dateChanged.connect(self._on_first_day)
        self.last_day.dateChanged.connect(self._on_last_day)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID + GRID // 2, 2 * GRID, GRID + GRID // 2)
        column.setSpacing(GRID)
        column.addWidget(self.search)
        column.addLayout(boxes)
        column.addWidget(self._days)
        theme.changed.connect(self._render)

    def _day(self, name: str) -> QDateEdit:
        edit = QDateEdit(QDate.currentDate(), self._days)
        edit.setCalendarPopup(True)
        edit.setAccessibleName(name)
        # Half a day that is typed, "1" of "15", is not to move the other field.
        edit.setKeyboardTracking(False)
        return edit

    # --- what is looked for ---

    @property
    def query(self) -> HistoryQuery:
        """All of it, as of now."""
        order, descending = self.order.value
        first, last = _date(self.first_day.date()), _date(self.last_day.date())
        since, until = span_of(self.period.value, _date(QDate.currentDate()), first, last)
        state = self.outcome.value
        return HistoryQuery(
            text=self.search.text().strip(),
            profile=self.profile.value,
            states=frozenset((state,)) if state is not None else frozenset(),
            since=since,
            until=until,
            order=order,
            descending=descending,
        )

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out; the order leaves out nothing."""
        narrow = (self.profile.value, self.outcome.value, self.period.value is not Period.ANY)
        return bool(self.search.text().strip()) or any(narrow)

    @property
    def is_waiting(self) -> bool:
        """Whether the person may be in the middle of a word."""
        return self._pause.isActive()

    def clear(self) -> None:
        """Look for everything."""
        self.search.clear()
        self.profile.set_value("")
        self.outcome.set_value(None)
        self.period.set_value(Period.ANY)
        self._search_now()

    def set_profiles(self, profiles: Sequence[tuple[str, str]]) -> None:
        """Offer these, by id and name; the chosen one stays, if it is among them."""
        if tuple(profiles) == self._profiles:
            return
        self._profiles = tuple(profiles)
        chosen = self.profile.value
        self.profile.clear_values()
        self.profile.add_values([("", self.tr("Any profile"))])
        self.profile.add_values([(profile_id, shown(name)) for profile_id, name in self._profiles])
        if chosen in {profile_id for profile_id, _ in self._profiles}:
            self.profile.set_value(chosen)
        elif chosen:
            self._search_now()

    # --- what the person does ---

    def _on_typed(self) -> None:
        self._empties.setVisible(bool(self.search.text()))
        self._pause.start()

    def _on_first_day(self, day: QDate) -> None:
        self.last_day.setDate(max(day, self.last_day.date()))
        self._on_typed()

    def _on_last_day(self, day: QDate) -> None:
        self.first_day.setDate(min(day, self.first_day.date()))
        self._on_typed()

    def _on_chosen(self) -> None:
        self._search_now()

    def _search_now(self) -> None:
        self._days.setVisible(self.period.value is Period.RANGE)
        self._pause.stop()
        self.changed.emit()

    def _render(self) -> None:
        self._sign.setIcon(self._theme.icon("search", "muted"))
        self._empties.setIcon(self._theme.icon("cancel", "muted"))


def _date(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())


class SearchField(QLineEdit):
    """A line for words.

    Signals:
        down_pressed: the person wants to go to what was found.
    """

    down_pressed = Signal()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
        else:
            super().keyPressEvent(event)
