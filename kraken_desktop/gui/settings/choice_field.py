"""A few choices one below the other, each with what it means in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from kraken_desktop.gui.settings.choice import Choice
from kraken_desktop.gui.settings.marks import RadioButton
from kraken_desktop.gui.theme import Theme

V = TypeVar("V", bound=Enum)


class ChoiceField(QWidget, Generic[V]):
    """One of several values, all of them in sight.

    Args:
        texts: for each value a short name, and what choosing it means.

    Signals:
        edited: chosen by the person.
    """

    edited = Signal()

    def __init__(self, texts: Mapping[V, tuple[str, str]], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = {value: RadioButton(name, theme, self) for value, (name, _) in texts.items()}
        self._choices = {value: Choice(self._buttons[value], meaning, self) for value, (_, meaning) in texts.items()}
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for choice in self._choices.values():
            self._group.addButton(choice.button)
            layout.addWidget(choice)
        # Without a policy of its own a label's letter would not lead here.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_value(next(iter(self._choices)))
        self._group.buttonToggled.connect(self._on_toggled)
        self._group.buttonToggled.connect(self._let_tab_come_to)

    @property
    def value(self) -> V:
        """What is chosen."""
        return next(value for value, button in self._buttons.items() if button.isChecked())

    def set_value(self, value: V) -> None:
        """Chooses."""
        button = self._buttons[value]
        button.setChecked(True)
        self.setFocusProxy(button)
        for each in self._buttons.values():
            self._let_tab_come_to(each, each is button)

    def button_of(self, value: V) -> QRadioButton:
        """The button that chooses a value."""
        return self._buttons[value]

    def meaning_of(self, value: V) -> str:
        """What a choice means."""
        return self._choices[value].meaning

    def set_meaning(self, value: V, meaning: str) -> None:
        """What the choice means now: it may depend on other fields."""
        self._choices[value].set_meaning(meaning)

    def set_offered(self, value: V, offered: bool) -> None:
        """Whether the value can be chosen. What is chosen is shown all the same, so that it is not lost."""
        self._choices[value].setVisible(offered or self._buttons[value].isChecked())

    def _let_tab_come_to(self, button: QAbstractButton, checked: bool) -> None:
        # Arrows go to the others. Qt does the same, but only after one of them has had the focus.
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if checked else Qt.FocusPolicy.ClickFocus)

    def _on_toggled(self, button: QRadioButton, checked: bool) -> None:
        if checked:
            self.setFocusProxy(button)
            self.edited.emit()
