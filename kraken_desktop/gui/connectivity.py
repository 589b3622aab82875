"""When it is worth trying again at once: the network is back, or this computer woke up."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QNetworkInformation

TICK_MS = 10_000
_ASLEEP_SECONDS = 20.0
"""Beyond the tick: no load keeps a timer waiting that long."""


class Connectivity(QObject):
    """Watches while somebody waits, and costs nothing else.

    A computer that slept is known by the wall clock between two ticks: the clocks that timers go by stand still
    meanwhile on some systems, and go on on others. A clock that was set looks the same, and costs one try too many.

    Args:
        clock: the wall's, in seconds.
        reachability: gives the system's word on the network, or None where it has none; asked once, when it is
            first needed, since it loads a plugin.

    Signals:
        back: something is different now.
    """

    back = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.time,
        reachability: Callable[[], QNetworkInformation | None] | None = None,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._find_reachability = reachability or system_reachability
        self._asked = False
        self._last_tick = 0.0
        self._last_reach = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.look)

    @property
    def watching(self) -> bool:
        """Whether somebody waits."""
        return self._timer.isActive()

    def watch(self, waiting: bool) -> None:
        """Begin to watch, or end it."""
        if waiting == self.watching:
            return
        if not waiting:
            self._timer.stop()
            return
        self._last_tick = self._clock()
        self._timer.start()
        if not self._asked:
            self._asked = True
            self._listen()

    def look(self) -> None:
        """Whether this computer slept since the last look."""
        now = self._clock()
        slept = now - self._last_tick > TICK_MS / 1000 + _ASLEEP_SECONDS
        self._last_tick = now
        if slept and self.watching:
            self.back.emit()

    def _listen(self) -> None:
        information = self._find_reachability()
        if information is not None:
            self._last_reach = _reach(information.reachability())
            information.reachabilityChanged.connect(self._on_reachability)

    def _on_reachability(self, told: QNetworkInformation.Reachability) -> None:
        """More can be reached than before; what is unknown tells nothing."""
        before, self._last_reach = self._last_reach, _reach(told)
        if self._last_reach > before and self.watching:
            self.back.emit()


def system_reachability() -> QNetworkInformation | None:
    """What the system knows of its network; None where Qt has no plugin that could ask it."""
    from PySide6.QtNetwork import QNetworkInformation  # not before somebody waits

    if not QNetworkInformation.loadBackendByFeatures(QNetworkInformation.Feature.Reachability):
        return None
    return QNetworkInformation.instance()


def _reach(told: QNetworkInformation.Reachability) -> int:
    """0 for nothing or nobody knows, then this computer's own network, the site's, the internet."""
    from PySide6.QtNetwork import QNetworkInformation

    order = QNetworkInformation.Reachability
    known = (order.Disconnected, order.Local, order.Site, order.Online)
    return known.index(told) if told in known else 0
