"""Every error and outcome in words: what happened, why, what to do. Window and terminal use the same.

Errors carry facts, and only this package has words for them. Each text is marked with ``QT_TRANSLATE_NOOP``
where it stands, translated when it is shown, and filled in after that; Qt itself is not needed.
"""

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message, Translate, number, percent, size
from kraken_desktop.messages.words import Words

__all__ = ["QT_TRANSLATE_NOOP", "Message", "Translate", "Words", "number", "percent", "size"]
