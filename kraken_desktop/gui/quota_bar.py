"""How much of a quota is used, as a thin bar in the color of how things stand."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QProgressBar, QWidget
from typing_extensions import override

from kraken_desktop.model.quota import Quota, is_low, is_used_up

_STEPS = 1000
_LEAST = 4
"""Device-independent pixels: less of the bar would look like a stray dot."""


class QuotaBar(QProgressBar):
    """Empty where the quota is not known, or the plan names no total."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = 0
        # Per mille: a progress bar counts in 32 bits, quotas are larger.
        self.setRange(0, _STEPS)
        self.setTextVisible(False)

    def show_quota(self, quota: Quota | None) -> None:
        """Speak of this one."""
        look, self._share = "", 0
        if quota is not None and quota.quota_total > 0:
            self._share = min(max(quota.quota_used * _STEPS // quota.quota_total, 0), _STEPS)
            look = "danger" if is_used_up(quota) else "warning" if is_low(quota) else ""
        if self.property("look") != look:
            self.setProperty("look", look)
            self.style().unpolish(self)
            self.style().polish(self)
        self._draw()

    def _draw(self) -> None:
        self.setValue(self._share if self._share * self.width() >= _LEAST * _STEPS else 0)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()
