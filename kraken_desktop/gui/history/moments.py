"""When something ended, as a person says it."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, QTime


def moment(ended_at: datetime, now: datetime) -> str:
    """``Today, 10:12``, ``Yesterday, 10:12``, or the date alone.

    Args:
        now: aware of the zone that the person lives in.
    """
    there = ended_at.astimezone(now.tzinfo)
    clock = QLocale().toString(_time(there), QLocale.FormatType.ShortFormat)
    if there.date() == now.date():
        return _tr("Today, {time}").replace("{time}", clock)
    if there.date() == now.date() - timedelta(days=1):
        return _tr("Yesterday, {time}").replace("{time}", clock)
    return QLocale().toString(_date(there), QLocale.FormatType.ShortFormat)


def full_moment(ended_at: datetime, now: datetime) -> str:
    """Date and time."""
    there = ended_at.astimezone(now.tzinfo)
    return QLocale().toString(QDateTime(_date(there), _time(there)), QLocale.FormatType.ShortFormat)


def _date(there: datetime) -> QDate:
    return QDate(there.year, there.month, there.day)


def _time(there: datetime) -> QTime:
    return QTime(there.hour, there.minute)


def _tr(text: str) -> str:
    return QCoreApplication.translate("history", text)
