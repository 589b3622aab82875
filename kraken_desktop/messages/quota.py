"""Words for a Kraken.io quota: what is left of it, and what a drop would take."""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Translate, fill, number, shown, size
from kraken_desktop.model.quota import Forecast, Need, Quota

_LEFT = QT_TRANSLATE_NOOP("messages", "{plan}: {left} of {total} left")
_OVER = QT_TRANSLATE_NOOP("messages", "{plan}: over quota by {over}")
_NO_TOTAL = QT_TRANSLATE_NOOP("messages", "{plan}: {used} used")
_LEFT_SHORT = QT_TRANSLATE_NOOP("messages", "{left} left")
_OVER_SHORT = QT_TRANSLATE_NOOP("messages", "Over by {over}")
_NO_TOTAL_SHORT = QT_TRANSLATE_NOOP("messages", "{used} used")

_USED = QT_TRANSLATE_NOOP("messages", "{used} of {total} used, {left} left.")
_USED_OVER = QT_TRANSLATE_NOOP("messages", "{used} of {total} used: over the quota by {over}.")
_USED_NO_TOTAL = QT_TRANSLATE_NOOP("messages", "{used} used; the plan names no quota.")

_FITS = QT_TRANSLATE_NOOP("messages", "This needs about {need} of the {left} left at Kraken.io.")
_ONE_ADDRESS = QT_TRANSLATE_NOOP("messages", "{size} plus {count} address of unknown size")
_MANY_ADDRESSES = QT_TRANSLATE_NOOP("messages", "{size} plus {count} addresses of unknown size")
_PLUS_ONE = QT_TRANSLATE_NOOP("messages", "Plus {count} address of unknown size.")
_PLUS_MANY = QT_TRANSLATE_NOOP("messages", "Plus {count} addresses of unknown size.")

_FILE_LIMIT = QT_TRANSLATE_NOOP("messages", "Largest file: {limit}, as Kraken.io told.")


class QuotaWords:
    """Puts the figures of one account into words.

    Args:
        translate: called for each text when it is shown, with the English source text.
    """

    def __init__(self, translate: Translate) -> None:
        self._translate = translate

    def left(self, quota: Quota) -> str:
        """On one line, with the plan's name: ``Developers: 212 MB of 500 MB left``."""
        return self._of(quota, _LEFT, _OVER, _NO_TOTAL)

    def left_short(self, quota: Quota) -> str:
        """The same in two or three words."""
        return self._of(quota, _LEFT_SHORT, _OVER_SHORT, _NO_TOTAL_SHORT)

    def used(self, quota: Quota) -> str:
        """The same as a sentence, without the plan's name."""
        return self._of(quota, _USED, _USED_OVER, _USED_NO_TOTAL)

    def forecast(self, forecast: Forecast) -> str:
        """What a drop takes of what is left, where it fits."""
        return fill(self._translate, _FITS, {"need": self.need(forecast.need), "left": self._size(forecast.left)})

    def need(self, need: Need) -> str:
        """``340 MB``, and the addresses beside it."""
        told = self._size(need.bytes)
        if not need.addresses:
            return told
        text = _ONE_ADDRESS if need.addresses == 1 else _MANY_ADDRESSES
        return fill(self._translate, text, {"size": told, "count": number(need.addresses)})

    def addresses(self, count: int) -> str:
        """What comes beside what is known, as a sentence; empty for none."""
        return fill(self._translate, _PLUS_ONE if count == 1 else _PLUS_MANY, {"count": number(count)}) if count else ""

    def file_limit(self, limit: int) -> str:
        """The largest file that the plan takes."""
        return fill(self._translate, _FILE_LIMIT, {"limit": self._size(limit)})

    def _of(self, quota: Quota, left: str, over: str, no_total: str) -> str:
        if quota.quota_total <= 0:
            text = no_total
        elif quota.quota_remaining < 0:
            text = over
        else:
            text = left
        values = {
            "plan": shown(quota.plan_name) or "Kraken.io",
            "left": self._size(quota.quota_remaining),
            "over": self._size(-quota.quota_remaining),
            "total": self._size(max(0, quota.quota_total)),
            "used": self._size(max(0, quota.quota_used)),
        }
        return fill(self._translate, text, values)

    def _size(self, count: int) -> str:
        return size(count, self._translate)
