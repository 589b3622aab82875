"""The first start on one page: what the program does, what it needs, and who gets to see which secret."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from kraken_desktop.gui.labels import wrapping_label
from kraken_desktop.gui.theme import GRID, Theme
from kraken_desktop.model.settings import Settings

_WIDTH = 85 * GRID
_MARK = 56


class Welcome(QScrollArea):
    """Shown until there is an account and a profile.

    Signals:
        setup_wanted: the button was pressed.
    """

    setup_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._signs: list[tuple[QLabel, str, str]] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

        page = QWidget(self)
        title = wrapping_label(self.tr("Drop images. Get links."), page)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 2.0)
        font.setWeight(QFont.Weight.DemiBold)
        title.setFont(font)
        lead = wrapping_label(
            self.tr(
                "Drag images onto this window. Kraken.io makes each of them smaller, it lands in your own S3 "
                "bucket, and its link stands here, ready to be copied."
            ),
            page,
            "muted",
        )
        mark = self._sign("kraken-desktop", "accent", _MARK, page)
        words = QVBoxLayout()
        words.setSpacing(GRID)
        words.addWidget(title)
        words.addWidget(lead)
        head = QHBoxLayout()
        head.setSpacing(3 * GRID)
        head.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)

        self._account = _Step(
            "1",
            self.tr("A Kraken.io account"),
            self.tr("The API key and the API secret from your account’s page at Kraken.io."),
            theme,
            page,
        )
        self._profile = _Step(
            "2",
            self.tr("A place in S3"),
            self.tr("A bucket, its region, and an access key that may put objects into it."),
            theme,
            page,
        )
        steps = QHBoxLayout()
        steps.setSpacing(2 * GRID)
        steps.addWidget(self._account, 1)
        steps.addWidget(self._profile, 1)

        self.button = QPushButton(self.tr("&Set up…"), page)
        self.button.setProperty("look", "primary")
        self.button.clicked.connect(self.setup_wanted)
        self._waiting = wrapping_label("", page, "strong")
        self._waiting.hide()
        action = QHBoxLayout()
        action.setSpacing(2 * GRID)
        action.addWidget(self.button)
        action.addWidget(self._waiting, 1)
        action.addStretch(0)

        column = QVBoxLayout(page)
        column.setSpacing(0)
        column.addStretch(1)
        column.addLayout(head)
        column.addSpacing(4 * GRID)
        column.addLayout(steps)
        column.addSpacing(3 * GRID)
        column.addLayout(action)
        column.addSpacing(4 * GRID)
        heading = self.tr("What leaves this computer, and who sees which secret")
        column.addWidget(wrapping_label(heading, page, "strong"))
        column.addSpacing(GRID + GRID // 2)
        for icon, text in (
            ("image", self.tr("Your images travel to Kraken.io, which puts the results into your bucket.")),
            ("key", self.tr("The API secret is shown to Kraken.io only.")),
            (
                "bucket",
                self.tr(
                    "The S3 secret is shown to Kraken.io too, with each image: it is Kraken.io that writes into "
                    "the bucket. Give it a key that may put objects into this one bucket, and nothing else."
                ),
            ),
            ("lock", self.tr("Both secrets are kept in this system’s keyring, never in a file of ours.")),
            ("shield", self.tr("Your own files are never changed, and nothing is sent to anybody else.")),
        ):
            row = QHBoxLayout()
            row.setSpacing(GRID + GRID // 2)
            row.addWidget(self._sign(icon, "muted", 20, page), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(wrapping_label(text, page), 1)
            column.addLayout(row)
            column.addSpacing(GRID)
        column.addStretch(1)
        self._page_layout = column
        self.setWidget(page)
        self.viewport().setAutoFillBackground(False)
        page.setAutoFillBackground(False)
        theme.changed.connect(self._render)
        self._render()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        # A column of readable width in the middle.
        side = max(5 * GRID, (self.viewport().width() - _WIDTH) // 2)
        self._page_layout.setContentsMargins(side, 4 * GRID, side, 4 * GRID)
        super().resizeEvent(event)

    def show_settings(self, settings: Settings) -> None:
        """Tick what is there already."""
        self._account.set_done(bool(settings.accounts))
        self._profile.set_done(bool(settings.profiles))

    def set_waiting(self, count: int) -> None:
        """Say how many dropped things wait for the set-up; 0 for none."""
        self._waiting.setVisible(count > 0)
        self._waiting.setText(self.tr("%n dropped thing(s) kept until this is done, or you quit.", "", count))

    @property
    def waiting_text(self) -> str:
        """What is said about waiting things; empty if nothing is."""
        return self._waiting.text() if self._waiting.isVisibleTo(self) else ""

    def _sign(self, icon: str, color: str, size: int, parent: QWidget) -> QLabel:
        label = QLabel(parent)
        label.setFixedSize(size, size)
        self._signs.append((label, icon, color))
        return label

    def _render(self) -> None:
        for label, icon, color in self._signs:
            label.setPixmap(self._theme.pixmap(icon, color, label.width(), self.devicePixelRatioF()))


class _Step(QFrame):
    """A card with a number, which becomes a tick."""

    def __init__(self, number: str, title: str, text: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = title
        self._done = False
        self._number_text = number
        self.setProperty("look", "card")
        self._number = QLabel(number, self)
        self._number.setProperty("look", "number")
        self._number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = QVBoxLayout()
        words.setSpacing(GRID // 2)
        heading = wrapping_label(title, self, "strong")
        words.addWidget(heading)
        words.addWidget(wrapping_label(text, self, "muted"))
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        row.setSpacing(GRID + GRID // 2)
        row.addWidget(self._number, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        theme.changed.connect(self._render)
        self._render()

    def set_done(self, done: bool) -> None:
        """Whether this is there already."""
        self._done = done
        self._render()

    def _render(self) -> None:
        if self._done:
            self._number.setPixmap(self._theme.pixmap("check", "success", 16, self.devicePixelRatioF()))
        else:
            self._number.setText(self._number_text)
        done = self.tr("done") if self._done else self.tr("still needed")
        self._number.setAccessibleName(done)
        self.setAccessibleName(f"{self._number_text}. {self._title}: {done}")
