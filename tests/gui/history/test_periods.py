"""Spans of days, in a zone whose clocks change."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from kraken_desktop.gui.history.periods import Period, span_of

TODAY = date(2026, 4, 2)
DAY = date(2026, 3, 29)
"""The clocks of Berlin go forward."""


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        (Period.ANY, None, None),
        (Period.TODAY, utc(2026, 4, 1, 22), None),
        (Period.WEEK, utc(2026, 3, 26, 23), None),
        (Period.MONTH, utc(2026, 3, 3, 23), None),
        (Period.YEAR, utc(2025, 12, 31, 23), None),
        (Period.RANGE, utc(2026, 3, 28, 23), utc(2026, 3, 29, 22)),
    ],
)
def test_span(period: Period, since: datetime | None, until: datetime | None) -> None:
    assert span_of(period, TODAY, DAY, DAY) == (since, until)


def test_a_range_the_wrong_way_round() -> None:
    assert span_of(Period.RANGE, TODAY, TODAY, DAY) == span_of(Period.RANGE, TODAY, DAY, TODAY)
