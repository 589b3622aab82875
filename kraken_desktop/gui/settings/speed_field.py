"""How fast uploads may be: as fast as the line allows, or a number with its unit."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from kraken_desktop.gui.settings.choice_field import ChoiceField
from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.value_box import ValueBox

_LARGEST = 999_999
_FIRST = 500_000
"""What is offered to who wants a limit: half of a slow line."""

_INDENT = 20
_EXAMPLE = 5_000_000
"""Bytes of the photo that tells what a speed means."""


class Speed(Enum):
    """Whether there is a limit."""

    FREE = "free"
    LIMITED = "limited"


class Unit(Enum):
    """What the number counts: bytes per second."""

    KILO = 1000
    MEGA = 1_000_000


class SpeedField(QWidget):
    """A limit in bytes per second, or none.

    Signals:
        edited: the person changed it.
    """

    edited = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: int | None = None
        self.speed = ChoiceField(
            {
                Speed.FREE: (
                    self.tr("As fast as the line allows"),
                    self.tr("Others in the same network may feel it while images are sent."),
                ),
                Speed.LIMITED: (
                    self.tr("At most"),
                    self.tr("For all uploads together. It holds at once, also for those on their way."),
                ),
            },
            theme,
            self,
        )
        self.number = QSpinBox(self)
        self.number.setRange(1, _LARGEST)
        self.number.setAccessibleName(self.tr("Most that is sent"))
        self.number.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.unit = ValueBox([(Unit.KILO, self.tr("kB/s")), (Unit.MEGA, self.tr("MB/s"))], self)
        self.unit.setAccessibleName(self.tr("Unit"))
        self.unit.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.unit.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.number.setFixedHeight(self.unit.sizeHint().height())
        self.meaning = muted(wrapping(QLabel(self)))
        """What the limit means for a photo."""
        self._row = QWidget(self)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.number)
        row.addWidget(self.unit)
        row.addStretch(1)
        lower = QVBoxLayout(self._row)
        # Below the text of the choice that it belongs to.
        lower.setContentsMargins(_INDENT, 0, 0, 0)
        lower.setSpacing(4)
        lower.addLayout(row)
        lower.addWidget(self.meaning)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.speed)
        layout.addWidget(self._row)
        # Without a policy of its own a label's letter would not lead here.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.speed)
        self.speed.edited.connect(self._on_edited)
        self.number.valueChanged.connect(self._on_edited)
        self.unit.activated.connect(self._on_edited)
        self.set_limit(None)

    @property
    def limit(self) -> int | None:
        """Bytes per second."""
        if self.speed.value is Speed.FREE:
            return None
        shown = self._shown
        if shown is not None and _parts(shown) == (self.number.value(), self.unit.value):
            # In a terminal or a file it may be finer than what is shown here.
            return shown
        return self.number.value() * self.unit.value.value

    def set_limit(self, limit: int | None) -> None:
        """Shows it, without a word to anybody."""
        blocked = self.blockSignals(True)
        self._shown = limit
        number, unit = _parts(limit or _FIRST)
        self.speed.set_value(Speed.FREE if limit is None else Speed.LIMITED)
        self.unit.set_value(unit)
        self.number.setValue(number)
        self._render()
        self.blockSignals(blocked)

    def _on_edited(self) -> None:
        self._render()
        self.edited.emit()

    def _render(self) -> None:
        limit = self.limit
        self._row.setVisible(limit is not None)
        if limit is not None:
            self.meaning.setText(self.tr("A photo of 5 MB then takes {time}.").replace("{time}", self._time(limit)))

    def _time(self, limit: int) -> str:
        seconds = max(1, round(_EXAMPLE / limit))
        if seconds < 100:
            return self.tr("%n second(s)", "", seconds)
        return self.tr("%n minute(s)", "", round(seconds / 60))


def _parts(limit: int) -> tuple[int, Unit]:
    """The number and the unit that stand for a limit, to a whole number."""
    if limit % Unit.MEGA.value == 0 or limit > _LARGEST * Unit.KILO.value:
        return min(_LARGEST, round(limit / Unit.MEGA.value)), Unit.MEGA
    return max(1, round(limit / Unit.KILO.value)), Unit.KILO
