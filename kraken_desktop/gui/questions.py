"""The system's dialogs: which files, which folder, and whether to leave while images are on their way."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QDir, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from kraken_desktop.model.image_types import IMAGE_EXTENSIONS


def ask_for_files(parent: QWidget, folder: str, chosen: Callable[[list[str]], object]) -> None:
    """Any number of images."""
    patterns = " ".join(f"*{ending}" for ending in sorted(IMAGE_EXTENSIONS))
    names = ";;".join((f"{_tr('Images')} ({patterns})", f"{_tr('All files')} (*)"))
    dialog = QFileDialog(parent, _tr("Add images"), _beginning(folder), names)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    _open(dialog, chosen)


def ask_for_folder(parent: QWidget, folder: str, chosen: Callable[[list[str]], object]) -> None:
    """One folder, which is taken with all that is below it."""
    dialog = QFileDialog(parent, _tr("Add a folder"), _beginning(folder))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    _open(dialog, chosen)


def _beginning(folder: str) -> str:
    """The last folder if it is still there, else the one for pictures."""
    if folder and QDir(folder).exists():
        return folder
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)


def _open(dialog: QFileDialog, chosen: Callable[[list[str]], object]) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(chosen)
    dialog.open()


def ask_to_quit(parent: QWidget, unfinished: int, leave: Callable[[], object], *, goes_on: bool) -> None:
    """Whether to quit although jobs are unfinished; asked once at a time. ``goes_on``: the next start has them."""
    if parent.findChild(QMessageBox, "quit") is not None:
        return
    box = QMessageBox(parent)
    box.setObjectName("quit")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("Kraken Desktop")
    box.setIcon(QMessageBox.Icon.Question)
    box.setText(QCoreApplication.translate("quit", "%n image(s) on the way.", "", unfinished))
    told, text = _tr("They are not remembered, because the history cannot be saved."), _tr("&Quit, and give them up")
    if goes_on:
        told = _tr("Nothing is lost: at the next start the program goes on with what is unfinished.")
        text = _tr("&Quit, and go on next time")
    box.setInformativeText(told)
    leaving = box.addButton(text, QMessageBox.ButtonRole.AcceptRole)
    staying = box.addButton(_tr("&Keep running"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(staying)
    box.setEscapeButton(staying)
    leaving.clicked.connect(leave)
    box.open()


def _tr(text: str) -> str:
    return QCoreApplication.translate("quit", text)
