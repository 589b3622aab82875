"""Spans of days as a person names them, and the moments that they begin and end at."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum


class Period(StrEnum):
    """When something ended."""

    ANY = "any"
    TODAY = "today"
    WEEK = "week"
    """The last 7 days, this one among them."""
    MONTH = "month"
    """The last 30 days."""
    YEAR = "year"
    """This calendar year."""
    RANGE = "range"
    """From a day to a day."""


def span_of(period: Period, today: date, first: date, last: date) -> tuple[datetime | None, datetime | None]:
    """The first moment that belongs to a period, and the first after it; None where it is open.

    Args:
        today: by this computer's calendar.
        first: of a range.
        last: of a range, and part of it.
    """
    match period:
        case Period.ANY:
            return None, None
        case Period.TODAY:
            return _begin(today), None
        case Period.WEEK:
            return _begin(today - timedelta(days=6)), None
        case Period.MONTH:
            return _begin(today - timedelta(days=29)), None
        case Period.YEAR:
            return _begin(today.replace(month=1, day=1)), None
        case Period.RANGE:
            first, last = min(first, last), max(first, last)
            return _begin(first), _begin(last + timedelta(days=1))


def _begin(day: date) -> datetime:
    """Midnight by this computer's clock: a zone of its own each, since a change of the clocks may lie between."""
    return datetime.combine(day, time.min).astimezone()
