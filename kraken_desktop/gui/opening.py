"""Opens files, folders and addresses in the system's own programs; what nothing opens is named instead."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices


class Opening(QObject):
    """Hands over to the desktop.

    Signals:
        failed: the path or address that no program took.
    """

    failed = Signal(str)

    def url(self, url: QUrl) -> None:
        """A file, or an address of the web."""
        if not QDesktopServices.openUrl(url):
            self.failed.emit(url.toLocalFile() if url.isLocalFile() else url.toString())

    def folder(self, folder: Path) -> None:
        """In the file manager."""
        self.url(QUrl.fromLocalFile(str(folder)))

    def folder_of(self, path: str) -> None:
        """The folder that a file lies in."""
        self.folder(Path(path).parent)
