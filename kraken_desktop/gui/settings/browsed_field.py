"""A place on this computer: typed, or picked in the system's dialog."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QDir, Qt
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from kraken_desktop.gui.settings.field_group import show_text
from kraken_desktop.gui.settings.line_with_button import LineWithButton


class BrowsedField(LineWithButton):
    """A line, and a button that opens the dialog.

    Args:
        name: of the field, for the dialog and for screen readers.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.button = QPushButton(self.tr("Browse…"), self)
        self.button.setAccessibleName(self.tr("Browse: %s").replace("%s", name))
        self.button.setAutoDefault(False)
        self.take_button(self.button)
        self.button.clicked.connect(self._browse)

    @property
    def path(self) -> str:
        """What is typed; ``~`` stands for the person's own folder."""
        text = self.line.text().strip()
        return QDir.toNativeSeparators(str(Path(text).expanduser())) if text.startswith("~") else text

    def set_path(self, path: str) -> None:
        """Shows a path."""
        show_text(self.line, path)

    def make_dialog(self) -> QFileDialog:
        """The system's dialog, where the path that is typed leads."""
        raise NotImplementedError

    def _browse(self) -> None:
        dialog = self.make_dialog()
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_picked)
        dialog.open()

    def _on_picked(self, path: str) -> None:
        self.set_path(QDir.toNativeSeparators(path))
        self.edited.emit()
