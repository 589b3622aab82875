"""What became of trying to reach servers: a line for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from kraken_desktop.gui.banners import announce
from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.gui.settings.sight import bring_into_sight
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Message, Words
from kraken_desktop.model.errors import KrakenDesktopError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    good: bool
    message: Message


class TrialView(QFrame):
    """Hidden until something was tried. Servers that failed for the same reason share a line."""

    def __init__(self, words: Words, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._theme = theme
        self._lines: tuple[_Line, ...] = ()
        self.setProperty("look", "card")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 12, 12, 12)
        self._layout.setSpacing(8)
        self.hide()
        theme.changed.connect(self._render)

    @property
    def text(self) -> str:
        """Everything it says; empty while hidden."""
        told = (part for line in self._lines for part in _parts(line.message))
        return " ".join(told)

    def show_results(self, results: Sequence[tuple[str, KrakenDesktopError | None]]) -> None:
        """Addresses with what went wrong; None for one that answered."""
        lines: dict[Message, _Line] = {}
        for url, error in results:
            if error is None:
                answered = self.tr("{host} answers.").replace("{host}", _shown_host(url))
                line = _Line(good=True, message=Message(answered, "", ""))
            else:
                line = _Line(good=False, message=self._words.error(error))
            lines.setdefault(line.message, line)
        self._lines = tuple(lines.values())
        self._render()
        self.show()
        announce(self, self.text)
        bring_into_sight(self)

    def clear(self) -> None:
        """Nothing was tried with what stands in the form now."""
        self._lines = ()
        self.hide()

    def _render(self) -> None:
        while (item := self._layout.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for line in self._lines:
            self._layout.addWidget(self._row(line))

    def _row(self, line: _Line) -> QWidget:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        sign = QLabel(row)
        icon, color = ("done", "success") if line.good else ("failed", "danger")
        sign.setPixmap(self._theme.pixmap(icon, color, 16, self.devicePixelRatioF()))
        sign.setAccessibleName(self.tr("Reached") if line.good else self.tr("Not reached"))
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(wrapping(QLabel(line.message.what, row)))
        rest = " ".join(part for part in (line.message.why, line.message.remedy) if part)
        if rest:
            words.addWidget(muted(wrapping(QLabel(rest, row))))
        layout.addLayout(words, 1)
        return row


def _parts(message: Message) -> tuple[str, ...]:
    return tuple(part for part in (message.what, message.why, message.remedy) if part)


def _shown_host(url: str) -> str:
    """The server's name, with its port where it has one of its own."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""
