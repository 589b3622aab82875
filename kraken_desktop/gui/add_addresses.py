"""A dialog to type or paste image addresses into, with a word on each line that cannot be used."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from kraken_desktop.gui.banners import announce
from kraken_desktop.gui.incoming import Incoming, of_addresses
from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.gui.theme import GRID, Theme
from kraken_desktop.gui.window_manners import resize_within_screen
from kraken_desktop.messages import Words
from kraken_desktop.model.address_text import AddressText, Line, Trouble, read_addresses, reading

READ_MS = 150
"""Nobody reads faster."""
_SLICE_SECONDS = 0.008
"""Ten thousand lines take a moment, in which the window has to answer."""
MOST_REMARKS = 3
_LINES_NAMED = 4
_MOST_MARKS = 200
_LONGEST_LINE = 60


class AddAddresses(QDialog):
    """Any number of addresses, one a line. What is entered here counts as typed.

    Signals:
        chosen: an ``Incoming`` with the addresses.

    Args:
        hint: who fetches them.
        trouble: what else is wrong with an address, with the profile that it is for.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, words: Words, hint: str, trouble: Trouble, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = words
        self._trouble = trouble
        self._found = AddressText()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Add addresses"))
        self.setMinimumSize(400, 300)
        resize_within_screen(self, QSize(640, 440))

        label = QLabel(self.tr("Image &addresses, one a line:"), self)
        self.box = QPlainTextEdit(self)
        self.box.setPlaceholderText("https://example.com/photo.jpg")
        self.box.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.box.setTabChangesFocus(True)
        self.box.setAccessibleName(self.tr("Image addresses, one a line"))
        label.setBuddy(self.box)
        self.summary = wrapping(QLabel(self))
        self.remarks = muted(wrapping(QLabel(self)))
        self.remarks.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hint = muted(wrapping(QLabel(hint, self)))
        self.add_button = QPushButton(self)
        self.add_button.setProperty("look", "primary")
        self.add_button.setDefault(True)
        cancel_button = QPushButton(self.tr("Cancel"), self)
        cancel_button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.hint, 100)
        buttons.addStretch(1)
        buttons.addWidget(self.add_button)
        buttons.addWidget(cancel_button)

        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(label)
        column.addWidget(self.box, 1)
        column.addWidget(self.summary)
        column.addWidget(self.remarks)
        column.addLayout(buttons)

        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(READ_MS)
        self._timer.timeout.connect(self._begin)
        self._reading: Generator[None, None, AddressText] | None = None
        self._slices = QTimer(self)
        self._slices.setInterval(0)
        self._slices.timeout.connect(self._read_slice)
        self.box.textChanged.connect(self._on_text)
        self.add_button.clicked.connect(self._add)
        cancel_button.clicked.connect(self.reject)
        # Enter alone begins a line.
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._add)
        theme.changed.connect(self._mark)
        self.read()

    def read(self) -> None:
        """Look through the text at once, and say what is in it."""
        self._timer.stop()
        self._slices.stop()
        self._show(read_addresses(self.box.toPlainText(), self._trouble))

    def _on_text(self) -> None:
        self._slices.stop()
        self._timer.start()

    def _begin(self) -> None:
        self._reading = reading(self.box.toPlainText(), self._trouble)
        self._slices.start()

    def _read_slice(self) -> None:
        end = time.monotonic() + _SLICE_SECONDS
        try:
            while self._reading is not None and time.monotonic() < end:
                next(self._reading)
        except StopIteration as read:
            self._slices.stop()
            self._reading = None
            self._show(read.value)

    def _show(self, found: AddressText) -> None:
        self._found = found
        count = len(found.addresses)
        self.add_button.setEnabled(count > 0)
        self.add_button.setText(self.tr("Add %n", "", count) if count else self.tr("Add"))
        self._say(self.summary, self._summary(found))
        self._say(self.remarks, self._remarks(found.bad))
        # Where there is much to say, the rest gives way.
        self.hint.setVisible(not found.bad)
        self._mark()

    def _add(self) -> None:
        self.read()
        if self._found.addresses:
            self.chosen.emit(self._incoming())
            self.accept()

    def _incoming(self) -> Incoming:
        return of_addresses(self._found.addresses, typed=True)

    def _say(self, label: QLabel, text: str) -> None:
        if label is self.summary and text and text != label.text():
            announce(self.box, text)
        label.setText(text)
        label.setVisible(bool(text))

    def _summary(self, found: AddressText) -> str:
        if not (found.addresses or found.bad):
            return ""
        told = [self.tr("%n address(es)", "", len(found.addresses))]
        if found.repeated:
            told.append(self.tr("%n duplicate(s)", "", found.repeated))
        if found.bad:
            told.append(f"{self.tr('%n not usable', '', len(found.bad))}: {self._places(found.bad)}")
        if found.cut:
            told.append(self.tr("the text is too long to be read to its end"))
        return ", ".join(told)

    def _places(self, bad: Sequence[Line]) -> str:
        numbers = ", ".join(str(line.number) for line in bad[:_LINES_NAMED])
        if len(bad) == 1:
            return self.tr("line {numbers}").replace("{numbers}", numbers)
        if len(bad) > _LINES_NAMED:
            return self.tr("lines {numbers} and more").replace("{numbers}", numbers)
        return self.tr("lines {numbers}").replace("{numbers}", numbers)

    def _remarks(self, bad: Sequence[Line]) -> str:
        """Each of the first bad lines with its reason; the same reason for many is told once."""
        told: dict[str, Line] = {}
        for line in bad:
            if line.error is not None:
                message = self._words.error(line.error)
                # The way out of a mistyped line is plain. That of a good address which this profile cannot have is not.
                parts = (message.why, message.remedy if line.addresses else "")
                told.setdefault(" ".join(part for part in parts if part), line)
            if len(told) == MOST_REMARKS:
                break
        return "\n".join(self._remark(line, why) for why, line in told.items())

    def _remark(self, line: Line, why: str) -> str:
        text = line.shown if len(line.shown) <= _LONGEST_LINE else f"{line.shown[: _LONGEST_LINE - 1]}…"
        form = self.tr("Line {number}, “{text}”: {why}").replace("{number}", str(line.number))
        return form.replace("{why}", why).replace("{text}", text)

    def _mark(self) -> None:
        """Underline the bad lines in the box."""
        form = QTextCharFormat()
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        form.setUnderlineColor(self._theme.color("danger"))
        marks: list[QTextEdit.ExtraSelection] = []
        for line in self._found.bad[:_MOST_MARKS]:
            cursor = QTextCursor(self.box.document().findBlockByNumber(line.number - 1))
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            mark = QTextEdit.ExtraSelection()
            mark.cursor, mark.format = cursor, form
            marks.append(mark)
        self.box.setExtraSelections(marks)
