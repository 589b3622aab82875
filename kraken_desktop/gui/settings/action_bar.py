"""The buttons below the pages, and what is to be said about saving."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QWidget,
)
from typing_extensions import override

from kraken_desktop.gui.settings.page import Trial
from kraken_desktop.gui.settings.remarks import muted, wrapping

_LEAST_LETTERS = 12
"""Of a fault, however narrow the window is."""
_TWO_LINES = 0.65
"""The part of its width that a text needs to find room in two lines."""


class FaultButton(QToolButton):
    """Its text is as long as a field's name; where there is no room, the end of it is left out."""

    @override
    def minimumSizeHint(self) -> QSize:
        """A part of the text."""
        return QSize(_LEAST_LETTERS * self.fontMetrics().averageCharWidth(), self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """As much of the text as there is room for."""
        del event
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width() - 12)
        QStylePainter(self).drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)


class ActionBar(QWidget):
    """Save, discard, close; what can be tried; and the way to the field that is in the way.

    Signals:
        save_wanted, discard_wanted, back_wanted, close_wanted: a button was pressed.
        fault_wanted: the person wants to be led to the field at fault.
    """

    save_wanted = Signal()
    discard_wanted = Signal()
    back_wanted = Signal()
    close_wanted = Signal()
    fault_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trial: Trial | None = None
        self.trial_button = QPushButton(self)
        self.trial_button.setAutoDefault(False)
        self.fault_button = FaultButton(self)
        self.fault_button.setAutoRaise(True)
        self.fault_button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.status = muted(wrapping(QLabel(self)))
        self.discard_button = QPushButton(self.tr("D&iscard"), self)
        self.back_button = QPushButton(self.tr("Back"), self)
        self.save_button = QPushButton(self.tr("&Save"), self)
        self.close_button = QPushButton(self.tr("Close"), self)
        self.save_button.setProperty("look", "primary")
        self.save_button.setDefault(True)
        self.discard_button.setAutoDefault(False)
        self.back_button.setAutoDefault(False)
        self.close_button.setAutoDefault(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(self.trial_button)
        layout.addWidget(self.fault_button)
        layout.addWidget(self.status, 1)
        layout.addWidget(self.discard_button)
        layout.addWidget(self.back_button)
        layout.addWidget(self.save_button)
        layout.addWidget(self.close_button)
        self.trial_button.clicked.connect(self._try)
        self.save_button.clicked.connect(self.save_wanted)
        self.discard_button.clicked.connect(self.discard_wanted)
        self.back_button.clicked.connect(self.back_wanted)
        self.close_button.clicked.connect(self.close_wanted)
        self.fault_button.clicked.connect(self.fault_wanted)

    def say(self, text: str) -> None:
        """A word that stays until something else happens."""
        self.status.setText(text)
        # Two lines are as high as the buttons are.
        self.status.setMinimumWidth(round(_TWO_LINES * self.fontMetrics().horizontalAdvance(text)))

    def show_state(
        self,
        *,
        can_save: bool,
        is_dirty: bool,
        is_busy: bool,
        fault: str,
        question: str = "",
        trial: Trial | None = None,
        save_text: str = "",
        can_go_back: bool = False,
    ) -> None:
        """What can be done now.

        ``fault``: the field that forbids saving; ``question``: what waits for an answer on the page; ``trial``: what
        can be tried; ``save_text``: of the button.
        """
        self._show_trial(trial)
        self.save_button.setText(save_text or self.tr("&Save"))
        self.save_button.setEnabled(can_save and not is_busy and not fault)
        self.discard_button.setVisible(not save_text)
        self.discard_button.setEnabled(can_save and not is_busy)
        self.back_button.setVisible(can_go_back)
        self.back_button.setEnabled(not is_busy)
        self.close_button.setText(self.tr("Cancel") if save_text else self.tr("Close"))
        self.fault_button.setVisible(bool(fault))
        self.fault_button.setText(self.tr("Correct: {field}").replace("{field}", fault))
        self.fault_button.setToolTip(self.fault_button.text())
        if is_busy:
            self.say(self.tr("Please wait…"))
        elif fault:
            self.say("")
        elif question:
            self.say(question)
        elif is_dirty:
            self.say(self.tr("Not saved yet"))
        elif self.status.text() != self.tr("Saved."):
            self.say("")

    def _show_trial(self, trial: Trial | None) -> None:
        self._trial = trial
        self.trial_button.setVisible(trial is not None)
        if trial is not None:
            self.trial_button.setText(trial.text)
            self.trial_button.setToolTip(trial.about)
            self.trial_button.setAccessibleDescription(trial.about)

    def _try(self) -> None:
        if self._trial is not None:
            self._trial.run()
