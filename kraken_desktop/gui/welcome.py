"""The first start on one page: drop and see, the three routes, and what leaves this computer on each of them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from kraken_desktop.gui.labels import ElidedLabel, wrapping_label
from kraken_desktop.gui.routes import Route
from kraken_desktop.gui.theme import GRID, Theme
from kraken_desktop.model.profile import Profile

_WIDTH = 112 * GRID
_NARROW = 88 * GRID
"""Below this width the routes stand one below the other."""
_MARK = 56
_RADIUS = 14


class Welcome(QScrollArea):
    """What a new person sees; dropping works meanwhile, here as everywhere.

    Signals:
        samples_wanted, add_wanted, folder_wanted, account_wanted: a button.
        route_wanted: the ``Route`` that the person wants a profile for.
        dismissed: it is not to be shown again.
    """

    samples_wanted = Signal()
    add_wanted = Signal()
    folder_wanted = Signal()
    account_wanted = Signal()
    route_wanted = Signal(object)
    dismissed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget(self)
        self.invitation = _Invitation(theme, page)
        self.cards = {route: _Card(route, theme, page) for route in (Route.LOCAL, Route.MIXED, Route.KRAKEN)}
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(2 * GRID)
        for route, card in self.cards.items():
            self._row.addWidget(card, 1)
            card.button.clicked.connect(lambda _checked=False, route=route: self.route_wanted.emit(route))
        heading = wrapping_label(self.tr("Three ways, and what leaves this computer on each"), page, "strong")
        promise = wrapping_label(
            self.tr(
                "Your own files are never changed. Secrets are kept in this system’s keyring, never in a file of ours."
            ),
            page,
            "muted",
        )
        column = QVBoxLayout(page)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self.invitation)
        column.addSpacing(3 * GRID)
        column.addWidget(heading)
        column.addSpacing(GRID + GRID // 2)
        column.addLayout(self._row)
        column.addSpacing(2 * GRID)
        column.addWidget(promise)
        column.addStretch(1)
        self._page_layout = column
        self.setWidget(page)
        self.viewport().setAutoFillBackground(False)
        page.setAutoFillBackground(False)
        self.invitation.samples_button.clicked.connect(self.samples_wanted)
        self.invitation.add_button.clicked.connect(self.add_wanted)
        self.invitation.folder_button.clicked.connect(self.folder_wanted)
        self.invitation.account_button.clicked.connect(self.account_wanted)
        self.invitation.close_button.clicked.connect(self.dismissed)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        # A column of readable width in the middle.
        width = self.viewport().width()
        side = max(3 * GRID, (width - _WIDTH) // 2)
        self._page_layout.setContentsMargins(side, 3 * GRID, side, 3 * GRID)
        wide = width >= _NARROW
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
        super().resizeEvent(event)

    @property
    def button(self) -> QPushButton:
        """What is most wanted now."""
        return self.invitation.main_button

    def show_profile(self, profile: Profile | None, *, ready: bool) -> None:
        """Say what a drop would do; ``ready``: whether it can be done now."""
        self.invitation.show_profile(profile, ready=ready)

    def set_waiting(self, count: int) -> None:
        """Say how many dropped things wait for what is missing; 0 for none."""
        self.invitation.waiting.setVisible(count > 0)
        self.invitation.waiting.setText(self.tr("%n dropped thing(s) kept until this is done, or you quit.", "", count))

    @property
    def waiting_text(self) -> str:
        """What is said about waiting things; empty if nothing is."""
        waiting = self.invitation.waiting
        return waiting.text() if waiting.isVisibleTo(self) else ""


class _Invitation(QFrame):
    """The place to drop on, with what happens then."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._mark = QLabel(self)
        self._title = wrapping_label(self.tr("Drop images. Get links."), self)
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 2.0)
        font.setWeight(QFont.Weight.DemiBold)
        self._title.setFont(font)
        self._lead = wrapping_label("", self, "muted")
        self._sign = QLabel(self)
        self._folder = ElidedLabel(self)
        self.folder_button = QPushButton(self.tr("&Open folder"), self)
        self.folder_button.setFlat(True)
        self.samples_button = QPushButton(self.tr("&Try it with sample images"), self)
        self.add_button = QPushButton(self.tr("&Add images…"), self)
        self.account_button = QPushButton(self.tr("&Set up…"), self)
        self.waiting = wrapping_label("", self, "strong")
        self.waiting.hide()
        self.close_button = QToolButton(self)
        self.close_button.setAccessibleName(self.tr("Do not show this page again"))
        self.close_button.setToolTip(self.tr("Do not show this page again"))
        self._where = QWidget(self)
        where = QHBoxLayout(self._where)
        where.setContentsMargins(0, 0, 0, 0)
        where.setSpacing(GRID)
        where.addWidget(self._sign)
        where.addWidget(self._folder, 1)
        where.addWidget(self.folder_button)
        where.addStretch(0)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID + GRID // 2)
        for button in (self.account_button, self.samples_button, self.add_button):
            buttons.addWidget(button)
        buttons.addWidget(self.waiting, 1)
        buttons.addStretch(0)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addSpacing(GRID)
        words.addWidget(self._lead)
        words.addSpacing(GRID + GRID // 2)
        words.addWidget(self._where)
        words.addSpacing(GRID + GRID // 2)
        words.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(4 * GRID, 3 * GRID, 2 * GRID, 3 * GRID)
        row.setSpacing(3 * GRID)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.main_button = self.add_button
        theme.changed.connect(self._render)
        self._render()

    def show_profile(self, profile: Profile | None, *, ready: bool) -> None:
        """Say what a drop would do."""
        self._lead.setText(self._story(profile, ready=ready))
        folder = profile.folder if profile is not None else ""
        self._folder.set_full_text(folder)
        # The button stands beside the path, not at the far edge.
        self._folder.setMaximumWidth(self._folder.fontMetrics().horizontalAdvance(folder) + GRID)
        self.close_button.setVisible(ready)
        self._where.setVisible(bool(folder))
        self.account_button.setVisible(not ready)
        self.samples_button.setVisible(ready)
        self.add_button.setVisible(ready)
        self.main_button = self.samples_button if ready else self.account_button
        for button in (self.account_button, self.samples_button, self.add_button):
            button.setProperty("look", "primary" if button is self.main_button else "")
            button.style().unpolish(button)
            button.style().polish(button)

    def _story(self, profile: Profile | None, *, ready: bool) -> str:
        if profile is None:
            return self.tr("There is no profile that says where images go. Make one; what you drop meanwhile is kept.")
        if not ready:
            text = self.tr(
                "The profile “{name}” sends images to Kraken.io, and there is no account yet. Add it, or choose "
                "another profile above."
            )
            return text.replace("{name}", profile.name)
        if profile.is_local:
            return self.tr(
                "Drag images onto this window. This computer makes each of them smaller and puts it into the folder "
                "below; its link stands here, ready to be copied. Nothing leaves this computer, and there is nothing "
                "to set up."
            )
        text = self.tr(
            "Drag images onto this window. Each becomes smaller and goes where the profile “{name}” says; its link "
            "stands here, ready to be copied."
        )
        return text.replace("{name}", profile.name)

    def _render(self) -> None:
        ratio = self.devicePixelRatioF()
        self._mark.setPixmap(self._theme.pixmap("kraken-desktop", "accent", _MARK, ratio))
        self._sign.setPixmap(self._theme.pixmap("folder", "muted", 20, ratio))
        self.folder_button.setIcon(self._theme.icon("open"))
        self.close_button.setIcon(self._theme.icon("cancel", "muted"))
        self.close_button.setIconSize(QSize(20, 20))
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self._theme.color("strong_border"), 1.5)
        pen.setDashPattern([5.0, 4.0])
        painter.setPen(pen)
        painter.setBrush(self._theme.color("base"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)


class _Card(QFrame):
    """One route: who does what, what leaves this computer, who sees which secret; and the way there."""

    def __init__(self, route: Route, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("look", "card")
        title, does, leaves, secrets, button, self._icon = self._texts(route)
        self._sign = QLabel(self)
        heading = wrapping_label(title, self, "strong")
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(heading, 1)
        self.button = QPushButton(button, self)
        self.button.setAccessibleDescription(f"{title}. {leaves}")
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(wrapping_label(does, self))
        self._lines: list[tuple[QLabel, str]] = []
        for icon, text in (("upload", leaves), ("key", secrets)):
            line = QHBoxLayout()
            line.setSpacing(GRID)
            sign = QLabel(self)
            self._lines.append((sign, icon))
            line.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(wrapping_label(text, self, "muted"), 1)
            column.addLayout(line)
        column.addStretch(1)
        foot = QHBoxLayout()
        foot.addWidget(self.button)
        foot.addStretch(1)
        column.addLayout(foot)
        theme.changed.connect(self._render)
        self._render()

    def _texts(self, route: Route) -> tuple[str, str, str, str, str, str]:
        match route:
            case Route.LOCAL:
                return (
                    self.tr("This computer does both"),
                    self.tr("Into a folder, or into any S3 bucket of yours."),
                    self.tr("Nothing leaves; with a bucket, the finished images alone."),
                    self.tr("An S3 secret stays here. No account."),
                    self.tr("Add an S3 &bucket…"),
                    "computer",
                )
            case Route.MIXED:
                return (
                    self.tr("Kraken.io makes it smaller, this computer stores it"),
                    self.tr("For any S3 service, and for new buckets at Amazon as they are."),
                    self.tr("Your images go to Kraken.io; the results come back."),
                    self.tr("Kraken.io sees the API secret. The S3 secret stays here."),
                    self.tr("Add &Kraken.io…"),
                    "cloud",
                )
            case Route.KRAKEN:
                return (
                    self.tr("Kraken.io makes it smaller and stores it"),
                    self.tr("For a bucket at Amazon in which ACLs are enabled."),
                    self.tr("Your images go to Kraken.io, which puts the results into your bucket."),
                    self.tr("Kraken.io sees the API secret and the S3 secret, with each image."),
                    self.tr("Let K&raken.io do it all…"),
                    "cloud",
                )

    def _render(self) -> None:
        ratio = self.devicePixelRatioF()
        self._sign.setPixmap(self._theme.pixmap(self._icon, "accent", 20, ratio))
        for label, icon in self._lines:
            label.setPixmap(self._theme.pixmap(icon, "muted", 16, ratio))
