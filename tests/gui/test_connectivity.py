"""When to try again at once, by clocks and a network of the test's own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation

from kraken_desktop.gui.connectivity import TICK_MS, Connectivity, system_reachability

pytestmark = pytest.mark.usefixtures("qapp")
Reach = QNetworkInformation.Reachability


class Network(QObject):
    """What the system says of its network."""

    reachabilityChanged = Signal(object)  # noqa: N815 - as Qt names it

    def __init__(self, reach: Reach = Reach.Disconnected) -> None:
        super().__init__()
        self.reach = reach
        self.asked = 0

    def ask(self) -> Network:
        self.asked += 1
        return self

    def reachability(self) -> Reach:
        return self.reach

    def become(self, reach: Reach) -> None:
        self.reach = reach
        self.reachabilityChanged.emit(reach)


class Heard:
    """How often somebody was told to try again."""

    def __init__(self, network: Network | None = None) -> None:
        self.now = 1_000_000.0
        self.times = 0
        self.network = network or Network()
        self.connectivity = Connectivity(clock=lambda: self.now, reachability=self.network.ask)
        self.connectivity.back.connect(self._count)

    def _count(self) -> None:
        self.times += 1

    def tick_after(self, seconds: float) -> None:
        self.now += seconds
        self.connectivity.look()


def test_a_computer_that_slept_is_noticed_once() -> None:
    heard = Heard()
    heard.connectivity.watch(True)
    heard.tick_after(TICK_MS / 1000)
    heard.tick_after(TICK_MS / 1000 + 15)
    assert heard.times == 0
    heard.tick_after(3600)
    assert heard.times == 1
    heard.tick_after(TICK_MS / 1000)
    assert heard.times == 1


def test_nobody_is_told_who_does_not_wait() -> None:
    heard = Heard()
    heard.tick_after(3600)
    heard.connectivity.watch(True)
    heard.tick_after(TICK_MS / 1000)
    heard.connectivity.watch(False)
    assert not heard.connectivity.watching
    heard.tick_after(3600)
    heard.network.become(Reach.Online)
    assert heard.times == 0


def test_the_system_is_asked_once_somebody_waits_and_only_then() -> None:
    heard = Heard()
    assert heard.network.asked == 0
    for waiting in (True, True, False, True):
        heard.connectivity.watch(waiting)
    assert heard.network.asked == 1


@pytest.mark.parametrize(
    ("before", "after", "times"),
    [
        (Reach.Disconnected, Reach.Online, 1),
        (Reach.Disconnected, Reach.Local, 1),
        (Reach.Site, Reach.Online, 1),
        (Reach.Unknown, Reach.Online, 1),
        (Reach.Online, Reach.Disconnected, 0),
        (Reach.Online, Reach.Site, 0),
        (Reach.Online, Reach.Unknown, 0),
        (Reach.Disconnected, Reach.Unknown, 0),
    ],
)
def test_more_that_can_be_reached_is_worth_a_try(before: Reach, after: Reach, times: int) -> None:
    heard = Heard(Network(before))
    heard.connectivity.watch(True)
    heard.network.become(after)
    assert heard.times == times


def test_what_went_and_came_back_counts_each_time() -> None:
    heard = Heard(Network(Reach.Online))
    heard.connectivity.watch(True)
    for reach in (Reach.Disconnected, Reach.Online, Reach.Disconnected, Reach.Online):
        heard.network.become(reach)
    assert heard.times == 2


def test_without_a_word_of_the_system_it_is_only_the_clock() -> None:
    told: list[bool] = []
    now = [0.0]
    connectivity = Connectivity(clock=lambda: now[0], reachability=lambda: None)
    connectivity.back.connect(lambda: told.append(True))
    connectivity.watch(True)
    now[0] = 600
    connectivity.look()
    assert told == [True]


def test_the_real_system_answers_or_has_no_word() -> None:
    information = system_reachability()
    assert information is None or information.reachability() in Reach
