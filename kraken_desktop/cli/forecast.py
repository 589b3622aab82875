"""Before a ``put`` through Kraken.io: whether the quota suffices, said once on standard error."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.cli.console import Console
from kraken_desktop.cli.profile_check import command_of
from kraken_desktop.composition import Services
from kraken_desktop.messages import Message
from kraken_desktop.model.errors import KrakenDesktopError, QuotaShortError
from kraken_desktop.model.job import Job
from kraken_desktop.model.offers import THIS_COMPUTER
from kraken_desktop.model.profile import Account
from kraken_desktop.model.quota import Forecast, need_of

SMALL_NEED = 1_000_000
"""Bytes up to which one image goes without a question: asking would take about as long as sending it."""
PATIENCE_SECONDS = 3.0
"""So long a ``put`` that is not large waits for the answer."""


def tell_forecast(services: Services, console: Console, jobs: Sequence[Job]) -> None:
    """Ask Kraken.io what is left, and compare. Without an answer nothing is said, and the images go."""
    need = need_of(jobs)
    snapshot = jobs[0].snapshot if jobs else None
    counted = need.bytes > 0 or need.addresses > 0
    if snapshot is None or snapshot.account is None or not counted or (len(jobs) == 1 and need.bytes <= SMALL_NEED):
        return
    left = _left(services, snapshot.account, None if need.is_large else PATIENCE_SECONDS)
    if left is None:
        return
    forecast = Forecast(need=need, left=left)
    if forecast.fits:
        if need.is_large:
            console.say(console.words.quota.forecast(forecast))
        return
    words = console.words
    short = words.error(QuotaShortError(size=need.bytes, limit=max(0, left)))
    why = " ".join(part for part in (short.why, words.quota.addresses(need.addresses)) if part)
    way = f"{words.offer(THIS_COMPUTER)}: {command_of(THIS_COMPUTER, snapshot.profile)}"
    console.message(Message(short.what, why, f"{short.remedy} {way}"))


def _left(services: Services, account: Account, seconds: float | None) -> int | None:
    """Bytes, negative over the quota; None without an answer, or without one in time."""
    cancel, told, done = CancelToken(), list[int](), threading.Event()

    def ask() -> None:
        try:
            # The first image meets the same, and says it.
            with suppress(KrakenDesktopError, CancelledError):
                told.append(services.account_status(account, cancel=cancel).quota_remaining)
        finally:
            done.set()

    # In a thread of its own: looking a name up and connecting cannot be interrupted.
    threading.Thread(target=ask, name="quota", daemon=True).start()
    ends = time.monotonic() + seconds if seconds is not None else None
    # With a limit: on Windows Ctrl+C is heard only between two waits.
    while not done.wait(0.2):
        if ends is not None and time.monotonic() >= ends:
            cancel.cancel()
            return None
    return told[0] if told else None
