"""All that can be said of a queue that waits, with names of no language."""

from __future__ import annotations

from collections.abc import Iterator

from kraken_desktop.messages import Message, Words
from kraken_desktop.model.job import Failure, Skipped, StoredImage

_NOBODY = Message("1.", "", "")


def waiting_texts(words: Words) -> Iterator[str]:
    """Each of them once."""
    waiting = words.waiting
    away = [Failure(code="transport.connect", facts={"host": host}) for host in ("1", "2")]
    pauses = Failure(code="kraken.rate_limited")
    yield from (waiting.countdown(seconds) for seconds in (-1, 1, 1000))
    yield from (waiting.held_short(Failure(code=code)) for code in (away[0].code, pauses.code, "bucket.busy"))
    for count in (1, 2):
        message = waiting.held([(why, _NOBODY) for why in (*away, pauses)], count)
        yield from (message.what, message.remedy)
    yield from (waiting.paused(), waiting.paused_counts(1, 1), waiting.paused_counts(2, 1))
    yield words.already_there()
    yield words.outcome(Skipped(reason="already_stored", images=(StoredImage(key="1", url="2"),)))
