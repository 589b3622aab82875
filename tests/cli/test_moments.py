from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from kraken_desktop.cli import moments
from kraken_desktop.cli.moments import EXAMPLES, _moment


@pytest.fixture(autouse=True)
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One hour, in summer two, before UTC."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system keeps its time zone to itself")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
        time.tzset()
        yield
    time.tzset()


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


NOW = utc(2026, 11, 26, 23, 30)
"""Already the 27th in Berlin."""


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2026-11-26", utc(2026, 11, 25, 23), utc(2026, 11, 26, 23)),
        ("2026-07-01", utc(2026, 6, 30, 22), utc(2026, 7, 1, 22)),
        ("2026-10-25", utc(2026, 10, 24, 22), utc(2026, 10, 25, 23)),  # of 25 hours
        (" Today ", utc(2026, 11, 26, 23), utc(2026, 11, 27, 23)),
        ("yesterday", utc(2026, 11, 25, 23), utc(2026, 11, 26, 23)),
        ("2026-11-26T14:30", utc(2026, 11, 26, 13, 30), utc(2026, 11, 26, 13, 30)),
        ("2026-11-26 14:30:05", utc(2026, 11, 26, 13, 30, 5), utc(2026, 11, 26, 13, 30, 5)),
        ("2026-11-26T14:30Z", utc(2026, 11, 26, 14, 30), utc(2026, 11, 26, 14, 30)),
        ("2026-11-26T14:30+09:00", utc(2026, 11, 26, 5, 30), utc(2026, 11, 26, 5, 30)),
        ("12h", utc(2026, 11, 26, 11, 30), utc(2026, 11, 26, 11, 30)),
        ("7d", utc(2026, 11, 19, 23, 30), utc(2026, 11, 19, 23, 30)),
        ("2W", utc(2026, 11, 12, 23, 30), utc(2026, 11, 12, 23, 30)),
    ],
)
def test_what_may_be_typed(text: str, begin: datetime, end: datetime) -> None:
    now = NOW.astimezone()
    assert (_moment(text, now, end=False), _moment(text, now, end=True)) == (begin, end)


@pytest.mark.parametrize(
    "text", ["", "soon", "26.11.2026", "2026-13-01", "2026-02-30", "7", "7y", "-7d", "9" * 30 + "d", "2026-11-26T25:00"]
)
def test_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as refused:
        _moment(text, NOW.astimezone(), end=False)
    assert str(refused.value) == f"{text!r} is no date. Such as: {EXAMPLES}"


def test_the_last_day_of_all_has_no_end() -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        moments.until("9999-12-31")


def test_every_example_can_be_typed() -> None:
    now = datetime.now(UTC)
    for example in EXAMPLES.split(", "):
        assert moments.since(example) <= moments.until(example) <= now + timedelta(days=366)
