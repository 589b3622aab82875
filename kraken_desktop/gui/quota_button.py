"""What is left of the quota, in the status bar; its menu tells the rest, and asks anew."""

from __future__ import annotations

import html

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QMenu, QToolButton, QVBoxLayout, QWidget, QWidgetAction
from typing_extensions import override

from kraken_desktop.gui.labels import set_look
from kraken_desktop.gui.quota_bar import QuotaBar
from kraken_desktop.gui.quota_watch import Reading
from kraken_desktop.gui.theme import GRID
from kraken_desktop.messages import Words
from kraken_desktop.model.profile import Account
from kraken_desktop.model.quota import Quota, is_used_up

_WIDEST = 52
"""Characters of a menu's line."""


class QuotaButton(QToolButton):
    """One line and a thin bar. Hidden where the profile has nothing to do with Kraken.io.

    Signals:
        renew_wanted: Kraken.io is to be asked anew.
        account_wanted: the settings of the account.
    """

    renew_wanted = Signal()
    account_wanted = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._long = self._short = ""
        self._lines: tuple[str, ...] = ()
        self._narrow = False
        self._asking = False
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._bar = QuotaBar(self)
        for part in (self._label, self._bar):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        column.setSpacing(GRID // 2)
        column.addWidget(self._label)
        column.addWidget(self._bar)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(self._open_menu)
        self.hide()

    @property
    def told(self) -> str:
        """What stands on it."""
        return self._label.text()

    @property
    def details(self) -> str:
        """What its tool tip and its menu tell beside."""
        return "\n".join(self._lines)

    @property
    def full_width(self) -> int:
        """Device-independent pixels that it takes where it is not narrow."""
        return self._label.fontMetrics().horizontalAdvance(self._long) + 2 * GRID

    @override
    def sizeHint(self) -> QSize:
        column = self.layout()
        return column.sizeHint() if column is not None else super().sizeHint()

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def set_narrow(self, narrow: bool) -> None:
        """With little room a few words have to do."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._set_label()

    def show_reading(self, account: Account | None, reading: Reading | None, *, asking: bool) -> None:
        """Speak of this account; of none, and be hidden."""
        self.setVisible(account is not None)
        self._asking = asking
        if account is None:
            return
        quota = reading.quota if reading is not None else None
        if quota is not None:
            self._long, self._short = self._words.quota.left(quota), self._words.quota.left_short(quota)
        else:
            sign = "…" if asking else "–"
            self._long = self._short = self.tr("Kraken.io: {sign}").replace("{sign}", sign)
        self._set_bar(quota)
        self._lines = tuple(self._told_of(account, reading, asking=asking))
        self.setToolTip("<div>" + "<br>".join(html.escape(line) for line in self._lines) + "</div>")
        self.setAccessibleName(self._long)
        self.setAccessibleDescription(" ".join(self._lines))
        self._set_label()

    def _told_of(self, account: Account, reading: Reading | None, *, asking: bool) -> list[str]:
        told: list[str] = []
        quota = reading.quota if reading is not None else None
        if quota is not None:
            plan = quota.plan_name or self.tr("unnamed")
            told += [self.tr("Kraken.io plan: {plan}").replace("{plan}", plan), self._words.quota.used(quota)]
        if reading is not None and reading.error is not None:
            message = self._words.error(reading.error)
            told += [self.tr("The quota is not known."), message.what, message.why]
        if account.file_limit is not None:
            told.append(self._words.quota.file_limit(account.file_limit))
        if asking:
            told.append(self.tr("Asking Kraken.io…"))
        elif reading is not None:
            told.append(self.tr("Asked at {time}.").replace("{time}", reading.at.strftime("%H:%M")))
        return [line for line in told if line]

    def _set_bar(self, quota: Quota | None) -> None:
        self._bar.show_quota(quota)
        set_look(self._label, "danger" if quota is not None and is_used_up(quota) else "muted")

    def _set_label(self) -> None:
        self._label.setText(self._short if self._narrow else self._long)
        self.updateGeometry()

    def _open_menu(self) -> None:
        menu = self.menu_made()
        menu.popup(self.mapToGlobal(QPoint(0, 0)) - QPoint(0, menu.sizeHint().height()))

    def menu_made(self) -> QMenu:
        """All that is known, and what can be done."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        label = QLabel("\n".join(self._lines), menu)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setMinimumWidth(_WIDEST * self.fontMetrics().averageCharWidth())
        label.setContentsMargins(GRID + GRID // 2, GRID, GRID + GRID // 2, GRID)
        told = QWidgetAction(menu)
        told.setDefaultWidget(label)
        menu.addAction(told)
        menu.addSeparator()
        menu.addAction(self.tr("&Ask Kraken.io again"), self.renew_wanted.emit).setEnabled(not self._asking)
        menu.addAction(self.tr("Accoun&t…"), self.account_wanted.emit)
        return menu
