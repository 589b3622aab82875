"""Names that a person gives: each once in its list, because window and terminal call entries by them."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QCoreApplication

from kraken_desktop.gui.settings.remarks import Remark
from kraken_desktop.messages import Message, Words
from kraken_desktop.model.profile import Severity
from kraken_desktop.model.profile_rules import check_name


def name_remarks(name: str, taken: Collection[str], words: Words) -> list[Remark]:
    """What is wrong with a name."""
    remarks = [Remark(severity=found.severity, message=words.finding(found)) for found in check_name(name)]
    if name.strip() in taken:
        remarks.append(Remark(severity=Severity.ERROR, message=_taken(name.strip())))
    return remarks


def _taken(name: str) -> Message:
    return Message(
        QCoreApplication.translate("names", "There is a “{name}” already.").replace("{name}", name),
        QCoreApplication.translate("names", "The window and the terminal tell them apart by their names."),
        QCoreApplication.translate("names", "Choose another name."),
    )
