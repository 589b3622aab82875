"""What is wrong with a field, in words beneath it: a sign, a sentence, the reason and the way out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Message
from kraken_desktop.model.profile import Severity

_ZERO_WIDTH_SPACE = "\u200b"
_LONGEST_PIECE = 24
"""Characters without a place to break the line, in a name or a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to say about a field."""

    severity: Severity
    message: Message

    @property
    def text(self) -> str:
        """All of it in one line."""
        told = self.message
        return " ".join(part for part in (told.what, told.why, told.remedy) if part)


def muted(label: QLabel) -> QLabel:
    """The label, in the color of text that explains."""
    label.setProperty("look", "muted")
    return label


def wrapping(label: QLabel) -> QLabel:
    """The label, breaking its lines to fit."""
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    policy = label.sizePolicy()
    policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


def breakable(text: str) -> str:
    """The text with places where a line may end: names and links have no blanks."""
    pieces = re.split(r"(?<=[/._-])", text)
    return _ZERO_WIDTH_SPACE.join(
        piece if len(piece) <= _LONGEST_PIECE else _ZERO_WIDTH_SPACE.join(piece) for piece in pieces
    )


class RemarkLabel(QWidget):
    """The remarks of one field, beneath it; takes no room without any."""

    MOST = 3
    """So many at a time; the next ones come when these are seen to."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._remarks: tuple[Remark, ...] = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self.hide()
        theme.changed.connect(self._render)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What is shown."""
        return self._remarks

    @property
    def text(self) -> str:
        """Everything that is shown, as a screen reader says it."""
        said = {Severity.ERROR: self.tr("Error: %s"), Severity.WARNING: self.tr("Warning: %s")}
        return "\n".join(said[remark.severity].replace("%s", remark.text) for remark in self._remarks)

    def set_remarks(self, remarks: Sequence[Remark]) -> None:
        """Shows these and no others."""
        wanted = tuple(remarks[: self.MOST])
        if wanted == self._remarks:
            return
        self._remarks = wanted
        self._render()
        self.setVisible(bool(wanted))

    def _render(self) -> None:
        while (item := self._layout.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for remark in self._remarks:
            self._layout.addWidget(self._row(remark))

    def _row(self, remark: Remark) -> QWidget:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        sign = QLabel(row)
        icon, color = ("failed", "danger") if remark.severity is Severity.ERROR else ("warning", "warning")
        sign.setPixmap(self._theme.pixmap(icon, color, 16, self.devicePixelRatioF()))
        sign.setAccessibleName(self.tr("Error") if remark.severity is Severity.ERROR else self.tr("Warning"))
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(wrapping(QLabel(remark.message.what, row)))
        rest = " ".join(part for part in (remark.message.why, remark.message.remedy) if part)
        if rest:
            words.addWidget(muted(wrapping(QLabel(rest, row))))
        layout.addLayout(words, 1)
        return row
