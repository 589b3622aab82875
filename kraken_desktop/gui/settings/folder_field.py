"""A folder on this computer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QDir, QStandardPaths
from PySide6.QtWidgets import QFileDialog
from typing_extensions import override

from kraken_desktop.gui.settings.browsed_field import BrowsedField


class FolderField(BrowsedField):
    """Picks a folder."""

    @override
    def make_dialog(self) -> QFileDialog:
        """Opens in the nearest folder that is there, else among the person's pictures."""
        begin = self.path
        while begin and not QDir(begin).exists() and Path(begin).parent != Path(begin):
            begin = str(Path(begin).parent)
        usual = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        dialog = QFileDialog(self, self._name, begin or usual)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        return dialog
