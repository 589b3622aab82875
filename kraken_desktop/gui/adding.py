"""The ways to add images by a dialog; the next one begins where the last one ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from kraken_desktop.gui.questions import ask_for_files, ask_for_folder


class Adding:
    """Asks for files or a folder.

    Args:
        parent: the window that waits meanwhile.
        folder: where the first dialog begins; empty for where pictures are.
        chosen: called with the paths.
    """

    def __init__(self, parent: QWidget, folder: str, chosen: Callable[[list[str]], object]) -> None:
        self._parent = parent
        self._chosen = chosen
        self.folder = folder
        """Where the next dialog begins."""

    def files(self) -> None:
        """Any number of images."""
        ask_for_files(self._parent, self.folder, self._on_chosen)

    def whole_folder(self) -> None:
        """One folder, with all that is below it."""
        ask_for_folder(self._parent, self.folder, self._on_chosen)

    def _on_chosen(self, paths: list[str]) -> None:
        if paths:
            self.folder = str(Path(paths[0]).parent)
            self._chosen(paths)
