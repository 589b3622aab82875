"""The buttons below the pages, and what is to be said about saving."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from kraken_desktop.gui.settings.remarks import muted


class ActionBar(QWidget):
    """Save, discard, close; and the way to the field that is in the way.

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
        self.fault_button = QToolButton(self)
        self.fault_button.setAutoRaise(True)
        self.status = muted(QLabel(self))
        self.discard_button = QPushButton(self.tr("D&iscard changes"), self)
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
        layout.addWidget(self.fault_button)
        layout.addWidget(self.status, 1)
        layout.addWidget(self.discard_button)
        layout.addWidget(self.back_button)
        layout.addWidget(self.save_button)
        layout.addWidget(self.close_button)
        self.save_button.clicked.connect(self.save_wanted)
        self.discard_button.clicked.connect(self.discard_wanted)
        self.back_button.clicked.connect(self.back_wanted)
        self.close_button.clicked.connect(self.close_wanted)
        self.fault_button.clicked.connect(self.fault_wanted)

    def say(self, text: str) -> None:
        """A word that stays until something else happens."""
        self.status.setText(text)

    def show_state(
        self,
        *,
        can_save: bool,
        is_dirty: bool,
        is_busy: bool,
        fault: str,
        question: str = "",
        save_text: str = "",
        can_go_back: bool = False,
    ) -> None:
        """What can be done now.

        ``fault``: the field that forbids saving; ``question``: what waits for an answer on the page; ``save_text``:
        of the button.
        """
        self.save_button.setText(save_text or self.tr("&Save"))
        self.save_button.setEnabled(can_save and not is_busy and not fault)
        self.discard_button.setVisible(not save_text)
        self.discard_button.setEnabled(can_save and not is_busy)
        self.back_button.setVisible(can_go_back)
        self.back_button.setEnabled(not is_busy)
        self.close_button.setText(self.tr("Cancel") if save_text else self.tr("Close"))
        self.fault_button.setVisible(bool(fault))
        self.fault_button.setText(self.tr("Needs a correction: {field}").replace("{field}", fault))
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
