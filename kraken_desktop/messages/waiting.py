"""Words for a queue that waits: for the network, for a server that asks for a pause, or for the person."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message, Translate, fill, number, shown
from kraken_desktop.model.job import Failure

SECONDS = QT_TRANSLATE_NOOP("messages", "Trying again in {seconds} s")
MINUTES = QT_TRANSLATE_NOOP("messages", "Trying again in {minutes} min")
_NOW = QT_TRANSLATE_NOOP("messages", "Trying again now")
_SHORT_OF_A_MINUTE = 100
"""Seconds: up to here they are counted one by one."""

_AWAY = frozenset({"transport.name_lookup", "transport.connect", "transport.timeout"})
"""What says that there is no way to a host; a time-out holds others back only if it is one of connecting."""
_PAUSED_US = "kraken.rate_limited"

_NO_CONNECTION = QT_TRANSLATE_NOOP("messages", "No connection")
_ASKED_TO_WAIT = QT_TRANSLATE_NOOP("messages", "Kraken.io is busy")
_WAITING = QT_TRANSLATE_NOOP("messages", "Waiting")

_NO_CONNECTION_TO = QT_TRANSLATE_NOOP("messages", "No connection to {hosts}")
_KRAKEN_PAUSES = QT_TRANSLATE_NOOP("messages", "Kraken.io asks for a pause")
_AND = QT_TRANSLATE_NOOP("messages", "{before} and {last}")
_ONE_WAITS = QT_TRANSLATE_NOOP("messages", "{why}: {count} image waits.")
_MANY_WAIT = QT_TRANSLATE_NOOP("messages", "{why}: {count} images wait.")
_GOES_ON = QT_TRANSLATE_NOOP("messages", "The upload goes on by itself.")

PAUSED = QT_TRANSLATE_NOOP("messages", "Paused")
_PAUSED_COUNTS = QT_TRANSLATE_NOOP("messages", "Paused: {counts}")
_ONE_OF_THEM_WAITS = QT_TRANSLATE_NOOP("messages", "{count} waits")
_SOME_OF_THEM_WAIT = QT_TRANSLATE_NOOP("messages", "{count} wait")
_STILL_RUNNING = QT_TRANSLATE_NOOP("messages", "{count} still running")


class WaitingWords:
    """Why nothing happens, and until when.

    Args:
        translate: called for each text when it is shown, with the English source text.
    """

    def __init__(self, translate: Translate) -> None:
        self._translate = translate

    def countdown(self, seconds: float) -> str:
        """``Trying again in 12 s``, or in minutes where these are many; for a time that has come, that too."""
        if seconds <= 0:
            return self._fill(_NOW)
        if seconds <= _SHORT_OF_A_MINUTE:
            return self._fill(SECONDS, seconds=str(math.ceil(seconds)))
        return self._fill(MINUTES, minutes=str(math.ceil(seconds / 60)))

    def held_short(self, why: Failure) -> str:
        """What holds a job back, in two or three words."""
        if why.code in _AWAY:
            return self._fill(_NO_CONNECTION)
        return self._fill(_ASKED_TO_WAIT if why.code == _PAUSED_US else _WAITING)

    def held(self, whys: Sequence[tuple[Failure, Message]], count: int) -> Message:
        """What holds jobs back.

        Args:
            whys: each cause, with its own words; the one that ends first at the head.
            count: how many images wait.
        """
        why = whys[0][1].why if len({failure.code for failure, _ in whys}) == 1 else ""
        form = _ONE_WAITS if count == 1 else _MANY_WAIT
        return Message(self._fill(form, why=self._causes(whys), count=number(count)), why, self._fill(_GOES_ON))

    def _causes(self, whys: Sequence[tuple[Failure, Message]]) -> str:
        """On one line; each host once."""
        hosts = self._listed(str(why.facts.get("host", "")) for why, _ in whys if why.code in _AWAY)
        told = [self._fill(_NO_CONNECTION_TO, hosts=hosts)] if hosts else []
        for why, message in whys:
            if why.code not in _AWAY:
                told.append(self._fill(_KRAKEN_PAUSES) if why.code == _PAUSED_US else message.what.rstrip("."))
        return "; ".join(dict.fromkeys(told))

    def _listed(self, names: Iterable[str]) -> str:
        each = [shown(name) for name in dict.fromkeys(names)]
        if len(each) < 2:
            return "".join(each)
        return self._fill(_AND, before=", ".join(each[:-1]), last=each[-1])

    def paused(self) -> str:
        """Of a row, or of a queue without rows: the person paused it."""
        return self._fill(PAUSED)

    def paused_counts(self, waiting: int, running: int) -> str:
        """``Paused: 12 wait, 3 still running``."""
        counts = [self._fill(_ONE_OF_THEM_WAITS if waiting == 1 else _SOME_OF_THEM_WAIT, count=number(waiting))]
        if running:
            counts.append(self._fill(_STILL_RUNNING, count=number(running)))
        if not waiting:
            counts = counts[1:]
        return self._fill(_PAUSED_COUNTS, counts=", ".join(counts)) if counts else self.paused()

    def _fill(self, source: str, **values: str) -> str:
        return fill(self._translate, source, values)
