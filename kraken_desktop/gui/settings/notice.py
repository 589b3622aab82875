"""A framed message on a page: what happened, why, and buttons for the ways out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from kraken_desktop.gui.banners import announce
from kraken_desktop.gui.settings.remarks import wrapping
from kraken_desktop.gui.settings.sight import bring_into_sight
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Message

Action = tuple[str, Callable[[], None]]
"""A button's text, and what it does."""
MOST_ACTIONS = 2


class Notice(QFrame):
    """Hidden until there is something to say."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("look", "warning")
        self._message: Message | None = None
        self._is_good = False
        self._sign = QLabel(self)
        self._what = wrapping(QLabel(self))
        font = self._what.font()
        font.setBold(True)
        self._what.setFont(font)
        self._rest = wrapping(QLabel(self))
        self._rest.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # Made beforehand, so that the tab key reaches them where they stand.
        self._buttons = [QPushButton(self) for _ in range(MOST_ACTIONS)]
        self._acts: list[Callable[[], None]] = []
        row = QHBoxLayout()
        row.setSpacing(8)
        for at, button in enumerate(self._buttons):
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, at=at: self._acts[at]())
            row.addWidget(button)
        row.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._what)
        words.addWidget(self._rest)
        words.addLayout(row)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(12)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        self.hide()
        theme.changed.connect(self._render)
        self._render()

    @property
    def text(self) -> str:
        """Everything it says; empty while hidden."""
        return f"{self._what.text()} {self._rest.text()}".strip() if self._message else ""

    def show_message(
        self, message: Message, actions: Sequence[Action] = (), *, scrolls: bool = True, is_good: bool = False
    ) -> None:
        """Says it, with these buttons beneath.

        ``scrolls``: whether the page goes there; ``is_good``: nothing went wrong.
        """
        self._message = message
        if is_good != self._is_good:
            self._is_good = is_good
            self.setProperty("look", "info" if is_good else "warning")
            self.style().unpolish(self)
            self.style().polish(self)
            self._render()
        self._what.setText(message.what)
        self._rest.setText(" ".join(part for part in (message.why, message.remedy) if part))
        self._rest.setVisible(bool(self._rest.text()))
        self.setAccessibleName(self.text)
        self._acts = [act for _, act in actions]
        for at, button in enumerate(self._buttons):
            button.setVisible(at < len(actions))
            if at < len(actions):
                button.setText(actions[at][0])
        self.show()
        announce(self, self.text)
        if scrolls:
            bring_into_sight(self)

    def _render(self) -> None:
        icon, color = ("done", "accent") if self._is_good else ("warning", "warning")
        self._sign.setPixmap(self._theme.pixmap(icon, color, 20, self.devicePixelRatioF()))
        self._sign.setAccessibleName(self.tr("Done") if self._is_good else self.tr("Warning"))

    def clear(self) -> None:
        """Nothing to say any more."""
        self._message = None
        self.hide()
