"""An account's plan and quota, as Kraken.io told them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from kraken_desktop.gui.banners import announce
from kraken_desktop.gui.quota_bar import QuotaBar
from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.messages import Words

if TYPE_CHECKING:
    from kraken_desktop.engines.kraken_answers import AccountStatus


class QuotaView(QFrame):
    """Plan, whether it is active, and how much of the quota is used."""

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words.quota
        self.setProperty("look", "card")
        self._plan = wrapping(QLabel(self))
        font = self._plan.font()
        font.setBold(True)
        self._plan.setFont(font)
        self._bar = QuotaBar(self)
        self._bar.setAccessibleName(self.tr("Quota used"))
        self._used = muted(wrapping(QLabel(self)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(self._plan)
        layout.addWidget(self._bar)
        layout.addWidget(self._used)
        self.hide()

    @property
    def text(self) -> str:
        """Everything it says; empty while hidden."""
        return "" if self.isHidden() else f"{self._plan.text()} {self._used.text()}"

    def show_status(self, status: AccountStatus) -> None:
        """Shows what Kraken.io told."""
        active = self.tr("active") if status.active else self.tr("not active")
        plan = status.plan_name or self.tr("unnamed")
        self._plan.setText(
            self.tr("The key pair works. Plan: {plan}, {active}.").replace("{active}", active).replace("{plan}", plan)
        )
        self._bar.setVisible(status.quota_total > 0)
        self._bar.show_quota(status)
        self._used.setText(self._words.used(status))
        self.show()
        announce(self, self.text)
