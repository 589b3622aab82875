"""What Kraken.io tells of quotas: asked in the background, kept by key pair, never more often than needed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, Signal

from kraken_desktop.cancel import CancelToken
from kraken_desktop.gui.jobs import Background
from kraken_desktop.model.errors import BadCredentialsError, KrakenDesktopError, UnexpectedError
from kraken_desktop.model.profile import Account
from kraken_desktop.model.quota import Quota

_log = logging.getLogger(__name__)

AskStatus = Callable[[Account, CancelToken], Quota]
"""Blocks; raises ``KrakenDesktopError``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One answer: the quota, or why there is none. ``at`` is local time."""

    quota: Quota | None = None
    error: KrakenDesktopError | None = None
    at: datetime


_Pair = tuple[str, str, str]


class QuotaWatch(QObject):
    """Asks for the account that is watched, and for others on demand.

    Signals:
        changed: the reading of the watched account is another one, or is being asked for.
        refused: the ``Account`` and the error: its key pair is wrong. Told once, until the person asks again.
        answered: any ``Account`` that was asked for, and its new ``Reading``.
    """

    changed = Signal()
    refused = Signal(object, object)
    answered = Signal(object, object)

    def __init__(self, ask: AskStatus, parent: QObject) -> None:
        super().__init__(parent)
        self._ask_status = ask
        self._background = Background(1, self)
        self._cancel = CancelToken()
        self._account: Account | None = None
        self._readings: dict[_Pair, Reading] = {}
        self._asked: set[_Pair] = set()
        """Whose answer is on its way."""
        self._told: set[_Pair] = set()

    @property
    def account(self) -> Account | None:
        """The one that is watched."""
        return self._account

    @property
    def reading(self) -> Reading | None:
        """The newest of the watched account; None before the first answer."""
        return self.reading_of(self._account) if self._account is not None else None

    def reading_of(self, account: Account) -> Reading | None:
        """The newest of any account."""
        return self._readings.get(_pair(account))

    @property
    def asking(self) -> bool:
        """Whether the watched account is being asked for."""
        return self._account is not None and self.is_asked(self._account)

    def is_asked(self, account: Account) -> bool:
        """Whether the answer for this account is on its way."""
        return _pair(account) in self._asked

    def watch(self, account: Account | None) -> None:
        """Look at this account from now on; it is asked for unless it was before."""
        before, self._account = self._account, account
        if account is not None and self.reading is None:
            self.ask(account)
        if account != before:
            self.changed.emit()

    def renew(self) -> None:
        """Ask once more, because the person wants it."""
        if self._account is not None:
            self._told.discard(_pair(self._account))
            self.ask(self._account)

    def renew_if_failed(self) -> None:
        """Ask once more where there was no answer: what was wrong may have been mended."""
        if self.reading is not None and self.reading.error is not None:
            self.renew()

    def ask(self, account: Account) -> None:
        """Ask for any account. While an answer is on its way, that one has to do."""
        pair = _pair(account)
        if pair in self._asked:
            return
        self._asked.add(pair)
        self._background.run(
            lambda: self._ask_status(account, self._cancel),
            lambda quota: self._answered(account, Reading(quota=quota, at=_now())),
            partial(self._failed, account),
        )
        self._tell(account)

    def close(self, seconds: float) -> bool:
        """Stop asking; whether that ended in time."""
        self._cancel.cancel()
        return self._background.close(seconds)

    def _failed(self, account: Account, error: Exception) -> None:
        if not isinstance(error, KrakenDesktopError):
            # Its text may hold anything, so the log gets the place, not the words.
            _log.error("unexpected %s while asking for a quota", type(error).__name__)
            error = UnexpectedError(kind=type(error).__name__)
        self._answered(account, Reading(error=error, at=_now()))

    def _answered(self, account: Account, reading: Reading) -> None:
        pair = _pair(account)
        self._readings[pair] = reading
        self._asked.discard(pair)
        self._tell(account)
        if isinstance(reading.error, BadCredentialsError) and pair not in self._told:
            self._told.add(pair)
            self.refused.emit(account, reading.error)
        self.answered.emit(account, reading)

    def _tell(self, account: Account) -> None:
        if self._account is not None and _pair(self._account) == _pair(account):
            self.changed.emit()


def _pair(account: Account) -> _Pair:
    """What a quota belongs to: renaming an account changes nothing of it."""
    return account.id, account.api_url, account.api_key


def _now() -> datetime:
    return datetime.now().astimezone()
