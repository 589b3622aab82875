"""The region: a list with the names of AWS or another service, and room for one that is not in it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from kraken_desktop.model.regions import REGIONS, Region

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
        self.set_regions(REGIONS)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)
        self.editTextChanged.connect(lambda _text: self.edited.emit())

    def set_regions(self, regions: Iterable[Region]) -> None:
        """The regions of a service to choose from; what is shown stays to be set."""
        self.clear()
        for region in regions:
            self.addItem(f"{region.code}{_BETWEEN}{region.name}", region.code)

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
