"""Moments as they are typed on a command line: a date, a date and a time, ``today``, or how long ago."""

from __future__ import annotations

import argparse
import re
from datetime import date, datetime, time, timedelta

EXAMPLES = "2026-11-26, 2026-11-26T14:30, today, yesterday, 12h, 7d, 2w"

_AGO = re.compile(r"(\d+)\s*([hdw])", re.IGNORECASE)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_DAYS = {"today": 0, "yesterday": 1}


def since(text: str) -> datetime:
    """For ``argparse``: the moment that is meant by a beginning; of a day its first one."""
    return _moment(text, datetime.now().astimezone(), end=False)


def until(text: str) -> datetime:
    """For ``argparse``: the first moment after what is meant by an end; a day is in it as a whole."""
    return _moment(text, datetime.now().astimezone(), end=True)


def _moment(text: str, now: datetime, *, end: bool) -> datetime:
    typed = text.strip()
    try:
        if ago := _AGO.fullmatch(typed):
            return now - int(ago[1]) * _UNITS[ago[2].lower()]
        if typed.lower() in _DAYS:
            return _midnight(now.date() - timedelta(days=_DAYS[typed.lower()]), end=end)
        if "T" in typed or ":" in typed:
            return datetime.fromisoformat(typed).astimezone()
        return _midnight(date.fromisoformat(typed), end=end)
    except (ValueError, OverflowError, OSError):
        raise argparse.ArgumentTypeError(f"{text!r} is no date. Such as: {EXAMPLES}") from None


def _midnight(day: date, *, end: bool) -> datetime:
    """The beginning of a day, or of the one after it, here: by wall clock, since not every day has 24 hours."""
    return datetime.combine(day + timedelta(days=1) if end else day, time()).astimezone()
