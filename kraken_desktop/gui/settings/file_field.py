"""A file on this computer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.browsed_field import BrowsedField


class FileField(BrowsedField):
    """Picks a file.

    Args:
        name: of the field.
        kinds: the dialog's filter, such as ``Certificates (*.pem)``.
    """

    def __init__(self, name: str, kinds: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._kinds = kinds

    @override
    def make_dialog(self) -> QFileDialog:
        """Opens where the file is."""
        dialog = QFileDialog(self, self._name, str(Path(self.path).parent) if self.path else "", self._kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        return dialog
