"""A part of a form that knows its own fields."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit

from kraken_desktop.gui.settings.field_form import FieldForm


class FieldGroup(QObject):
    """The fields of one subject.

    Signals:
        edited: the person changed the field of this name.
    """

    edited = Signal(str)

    def __init__(self, form: FieldForm) -> None:
        super().__init__(form)
        self._form = form

    def watch_lines(self, lines: Mapping[str, QLineEdit]) -> None:
        """Tells when the text of one of these fields is edited."""
        for name, line in lines.items():
            line.textEdited.connect(lambda _text, name=name: self.edited.emit(name))

    def watch_choices(self, boxes: Mapping[str, QComboBox]) -> None:
        """Tells when an entry of one of these fields is chosen."""
        for name, box in boxes.items():
            box.activated.connect(lambda _row, name=name: self.edited.emit(name))


def show_text(line: QLineEdit, text: str) -> None:
    """A long text is shown from its beginning."""
    line.setText(text)
    line.setCursorPosition(0)


def choose(box: QComboBox, data: object) -> None:
    """The entry with this data."""
    box.setCurrentIndex(box.findData(data))
