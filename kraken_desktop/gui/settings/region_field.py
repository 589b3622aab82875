"""The region: a list with AWS's names, and room for one that is not in it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from kraken_desktop.model.regions import REGIONS

_BETWEEN = " — "


class RegionField(QComboBox):
    """Typing a part of a code or a name finds it.

    Signals:
        edited: chosen or typed by the person.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(16)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(24)
        for region in REGIONS:
            self.addItem(f"{region.code}{_BETWEEN}{region.name}", region.code)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)
        self.editTextChanged.connect(lambda _text: self.edited.emit())

    @property
    def code(self) -> str:
        """The region's code, chosen or typed."""
        return self.currentText().partition(_BETWEEN)[0].strip()

    def set_code(self, code: str) -> None:
        """Shows the region, with its name if it is in the list."""
        at = self.findData(code)
        self.setCurrentIndex(at)
        if at < 0:
            self.setEditText(code)
