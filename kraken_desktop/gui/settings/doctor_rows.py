"""The steps of a check, one below the other: a sign, what was found, what to do, and buttons for the ways out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from kraken_desktop.gui.banners import announce
from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Message, Words
from kraken_desktop.model.diagnosis import CheckVerdict, Observation, Step
from kraken_desktop.model.offers import Offer

_SIGNS = {
    CheckVerdict.OK: ("done", "success"),
    CheckVerdict.WARNING: ("warning", "warning"),
    CheckVerdict.PROBLEM: ("failed", "danger"),
    CheckVerdict.NOT_CHECKED: ("skipped", "muted"),
}
_WAITING = ("clock", "strong_border")
_RUNNING = ("clock", "accent")
_SIGN = 20
_BADNESS = (CheckVerdict.OK, CheckVerdict.NOT_CHECKED, CheckVerdict.WARNING, CheckVerdict.PROBLEM)


class StepRow(QWidget):
    """One step: what it is, and what was found so far."""

    def __init__(
        self, step: Step, words: Words, theme: Theme, take: Callable[[Offer], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words = words
        self._theme = theme
        self._take = take
        self._picture = _WAITING
        self.verdict: CheckVerdict | None = None
        self._sign = QLabel(self)
        self._title = wrapping(QLabel(words.diagnosis.step(step), self))
        self._title.setProperty("look", "strong")
        self._state = muted(wrapping(QLabel(self)))
        self._state.hide()
        self._words_column = QVBoxLayout()
        self._words_column.setSpacing(4)
        self._words_column.addWidget(self._title)
        self._words_column.addWidget(self._state)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(self._words_column, 1)
        theme.changed.connect(self._render)
        self._render()

    def begin(self) -> None:
        """It is looked at now."""
        if self.verdict is None:
            self._picture = _RUNNING
            self._state.setText(self.tr("Looking…"))
            self._state.show()
            self._render()

    def end_unseen(self) -> None:
        """The check ended before it came to this step."""
        if self.verdict is None:
            self._picture = _WAITING
            self._state.hide()
            self._render()

    def add(self, told: Observation) -> None:
        """Something was found."""
        self._state.hide()
        if self.verdict is None or _BADNESS.index(told.verdict) > _BADNESS.index(self.verdict):
            self.verdict = told.verdict
            self._picture = _SIGNS[told.verdict]
        message = self._words.diagnosis.observation(told)
        good = told.verdict in {CheckVerdict.OK, CheckVerdict.NOT_CHECKED}
        self._say(message, good=good)
        for offer in told.offers:
            self._offer(offer)
        if not good:
            announce(self, f"{self._words.diagnosis.verdict(told.verdict)}: {self._title.text()}. {message.what}")
        self._render()

    def _say(self, message: Message, *, good: bool) -> None:
        for text, quiet in ((message.what, good), (message.why, True), (message.remedy, False)):
            if text:
                label = wrapping(QLabel(text, self))
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                self._words_column.addWidget(muted(label) if quiet else label)

    def _offer(self, offer: Offer) -> None:
        button = QPushButton(self._words.offer(offer), self)
        button.setAutoDefault(False)
        button.setAccessibleDescription(self._title.text())
        button.clicked.connect(lambda: self._take(offer))
        line = QHBoxLayout()
        line.setContentsMargins(0, 4, 0, 4)
        line.addWidget(button)
        line.addStretch(1)
        self._words_column.addLayout(line)

    def _render(self) -> None:
        name, color = self._picture
        self._sign.setPixmap(self._theme.pixmap(name, color, _SIGN, self.devicePixelRatioF()))
        said = self.tr("Waiting") if self.verdict is None else self._words.diagnosis.verdict(self.verdict)
        self._sign.setAccessibleName(said)
