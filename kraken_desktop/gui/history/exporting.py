"""Writes what is listed into a file: asked for by the system's dialog, and there whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDir, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from kraken_desktop.cancel import CancelToken
from kraken_desktop.file_system import patiently
from kraken_desktop.history_export import export_csv, export_json
from kraken_desktop.messages import Words
from kraken_desktop.model.errors import ExchangeError
from kraken_desktop.model.history import HistoryEntry

_BOM = "\ufeff"
"""Without it Excel takes a file of the web's encoding for one of its country's."""


def ask_for_target(parent: QWidget, folder: str, ending: str, chosen: Callable[[Path], object]) -> None:
    """Where to; ``ending`` is ``csv`` or ``json``, which the person may change in the dialog."""
    names = {"csv": f"{_tr('Table for spreadsheets')} (*.csv)", "json": f"{_tr('JSON for scripts')} (*.json)"}
    endings = {name: ending for ending, name in names.items()}
    beginning = folder if folder and QDir(folder).exists() else _documents()
    dialog = QFileDialog(parent, _tr("Export the history"), QDir(beginning).filePath(f"kraken-history.{ending}"))
    dialog.setObjectName("export")
    dialog.setNameFilters([*names.values()])
    dialog.selectNameFilter(names[ending])
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(ending)
    dialog.filterSelected.connect(lambda name: dialog.setDefaultSuffix(endings.get(name, ending)))
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


def export(path: Path, entries: Iterator[HistoryEntry], words: Words, cancel: CancelToken) -> Path:
    """Write entries as JSON where the file's name says so, else as CSV. The old file stays until all is written.

    Raises:
        ExchangeError: it cannot be written.
        CancelledError: the person stopped it; nothing is left behind.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(6)}.tmp")
    is_json = path.suffix.lower() == ".json"
    try:
        try:
            with temporary.open("x", encoding="utf-8", newline="") as file:
                if is_json:
                    export_json(entries, file.write, words)
                else:
                    file.write(_BOM)
                    export_csv(entries, file.write, words)
                file.flush()
                os.fsync(file.fileno())
            cancel.check()
            patiently(lambda: temporary.replace(path))
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ExchangeError(path=str(path), problem="unwritable", reason=reason) from error
    return path


def _tr(text: str) -> str:
    return QCoreApplication.translate("history", text)
