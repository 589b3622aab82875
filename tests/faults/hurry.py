"""Time that passes faster: pauses between tries, and limits for stalls, where the program is given them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from kraken_desktop import composition
from kraken_desktop.buckets import s3
from kraken_desktop.engines import kraken_io
from kraken_desktop.pipeline import Pipeline
from kraken_desktop.runner import Runner
from kraken_desktop.runner_roles import call_later
from kraken_desktop.transport import Timeouts

TIMES = 40
"""How much faster the queue's clock runs."""
PATIENCE = 4.0
"""Seconds until a stalled server is left, instead of minutes; enough for a good one on a busy computer."""
LOOK_PAUSES = (0, 0.2, 0.6)
"""Before each look for an object whose fate is unknown."""


def hurry(replace: Callable[[Any, str, Any], None]) -> None:
    """Let the program be built so. ``replace`` is ``setattr``, or that of pytest's ``monkeypatch``."""
    brief = Timeouts(read=PATIENCE, answer=PATIENCE)
    replace(composition, "Runner", partial(Runner, clock=_clock, later=_later))
    replace(composition, "Pipeline", partial(Pipeline, look_pauses=LOOK_PAUSES))
    replace(kraken_io, "Timeouts", lambda **_given: brief)
    replace(s3, "_WRITING", brief)
    replace(s3, "_ASKING", brief)


def _clock() -> float:
    return time.monotonic() * TIMES


def _later(seconds: float, call: Callable[[], None]) -> Callable[[], None]:
    return call_later(seconds / TIMES, call)
