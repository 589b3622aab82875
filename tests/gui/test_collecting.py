from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.collecting import Collecting


class Ring:
    """Something that only the collector can remove."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def now() -> list[float]:
    """The clock."""
    return [0.0]


@pytest.fixture
def collecting(qapp: QApplication, now: list[float]) -> Iterator[Collecting]:
    made = Collecting(clock=lambda: now[0])
    yield made
    made.close()


def test_what_survives_is_not_looked_through_again(collecting: Collecting) -> None:
    kept = [Ring() for _ in range(1000)]
    gc.collect()
    looked_at = gc.get_objects(generation=2)
    assert not any(each is kept for each in looked_at)
    assert gc.get_freeze_count() > len(kept)
    # Nothing but the newest is left to look at.
    assert len(looked_at) < gc.get_freeze_count() / 10


def test_it_is_looked_through_when_the_person_turns_away(collecting: Collecting, qapp: QApplication) -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    gc.collect()
    del ring
    gc.collect()
    assert gone() is not None
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert gone() is not None
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    assert gone() is None


def test_who_turns_away_all_the_time_causes_no_pause_each_time(
    collecting: Collecting, qapp: QApplication, now: list[float]
) -> None:
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    for later, is_gone in ((599, False), (600, True)):
        ring = Ring()
        gone = weakref.ref(ring)
        gc.collect()
        del ring
        now[0] = later
        qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
        assert (gone() is None) is is_gone


def test_it_collects_on_the_window_s_thread_only(collecting: Collecting, qtbot: QtBot) -> None:
    threads: list[int] = []

    def note(phase: str, _about: dict[str, int]) -> None:
        threads.append(threading.get_ident())

    gc.callbacks.append(note)
    try:
        busy = threading.Thread(target=lambda: [Ring() for _ in range(100_000)])
        busy.start()
        busy.join()
        assert threads == [], "not even where a hundred thousand are lost"
        qtbot.waitUntil(lambda: threads != [])
    finally:
        gc.callbacks.remove(note)
    assert set(threads) == {threading.get_ident()}
    assert gc.get_count()[0] < 100_000


def test_older_ones_are_looked_through_less_often(collecting: Collecting) -> None:
    generations: list[int] = []

    def note(phase: str, about: dict[str, int]) -> None:
        if phase == "stop":
            generations.append(about["generation"])

    gc.collect()
    gc.callbacks.append(note)
    try:
        collecting.look()
        assert generations == [], "for a few it is not worth it"
        kept = []
        for _ in range(36):
            kept.append([Ring() for _ in range(1500)])
            collecting.look()
    finally:
        gc.callbacks.remove(note)
    assert generations.count(0) > 4 * generations.count(1) > 0
    assert generations.count(1) > generations.count(2) > 0


@pytest.mark.parametrize("enabled", [True, False])
def test_the_end_brings_back_the_usual_ways(qapp: QApplication, enabled: bool) -> None:
    was_enabled, callbacks = gc.isenabled(), list(gc.callbacks)
    (gc.enable if enabled else gc.disable)()
    try:
        made = Collecting()
        assert not gc.isenabled()
        made.close()
        assert gc.isenabled() is enabled
        assert gc.callbacks == callbacks
        assert gc.get_freeze_count() == 0
    finally:
        (gc.enable if was_enabled else gc.disable)()
