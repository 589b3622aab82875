"""Questions before something is lost. Never blocking: the answer comes to a function."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget


def ask_unsaved(parent: QWidget, name: str, *, save: Callable[[], None], discard: Callable[[], None]) -> QMessageBox:
    """Asks what to do with unsaved changes; closing the question keeps them and goes on editing."""
    box = _box(
        parent, QCoreApplication.translate("questions", "Discard the changes to “{name}”?").replace("{name}", name)
    )
    box.setInformativeText(QCoreApplication.translate("questions", "They have not been saved yet."))
    saving = box.addButton(QCoreApplication.translate("questions", "&Save"), QMessageBox.ButtonRole.AcceptRole)
    discarding = box.addButton(
        QCoreApplication.translate("questions", "&Discard"), QMessageBox.ButtonRole.DestructiveRole
    )
    keeping = box.addButton(QCoreApplication.translate("questions", "&Keep editing"), QMessageBox.ButtonRole.RejectRole)
    _on_click(box, saving, save)
    _on_click(box, discarding, discard)
    box.setDefaultButton(saving)
    box.setEscapeButton(keeping)
    box.open()
    return box


def ask_confirm(
    parent: QWidget, question: str, consequence: str, action: str, confirmed: Callable[[], None]
) -> QMessageBox:
    """Asks before something is removed; the harmless answer is the default."""
    box = _box(parent, question)
    box.setInformativeText(consequence)
    doing = box.addButton(action, QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    _on_click(box, doing, confirmed)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    box.open()
    return box


def _box(parent: QWidget, text: str) -> QMessageBox:
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Question)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(QCoreApplication.translate("questions", "Kraken Desktop"))
    box.setText(text)
    return box


def _on_click(box: QMessageBox, button: QPushButton, act: Callable[[], None]) -> None:
    # Only after the question is gone: what follows may ask the next one.
    box.finished.connect(lambda _result: act() if box.clickedButton() is button else None)
