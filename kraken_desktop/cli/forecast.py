"""Before a large ``put`` through Kraken.io: what it takes of the quota, said once on standard error."""

from __future__ import annotations

from collections.abc import Sequence

from kraken_desktop.cli.console import Console
from kraken_desktop.composition import Services
from kraken_desktop.messages import Message
from kraken_desktop.model.errors import KrakenDesktopError, QuotaShortError
from kraken_desktop.model.job import Job
from kraken_desktop.model.quota import Forecast, need_of


def tell_forecast(services: Services, console: Console, jobs: Sequence[Job]) -> None:
    """Ask Kraken.io what is left, and compare. Nothing is held up for it: without an answer nothing is said."""
    need = need_of(jobs)
    account = jobs[0].snapshot.account if jobs else None
    if account is None or not need.is_large:
        return
    try:
        left = services.account_status(account).quota_remaining
    except KrakenDesktopError:
        # The first image meets the same, and says it.
        return
    forecast = Forecast(need=need, left=left)
    if forecast.fits:
        console.say(console.words.quota.forecast(forecast))
        return
    short = console.words.error(QuotaShortError(size=need.bytes, limit=max(0, left)))
    addresses = console.words.quota.addresses(need.addresses)
    console.message(Message(short.what, " ".join(part for part in (short.why, addresses) if part), short.remedy))
