"""The small parts of every message: marking for translation, filling in, sizes and counts.

Texts are marked where they are written, translated when they are shown, and filled in after that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import urlsplit

Translate = Callable[[str], str]
"""Takes an English source text of the context ``messages``, gives the text to show."""

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_JOINERS = "\u200c\u200d"
_LONGEST_FACT = 600


@dataclass(frozen=True, slots=True)
class Message:
    """What a person is told, as plain text: never to be read as HTML."""

    what: str
    """One short sentence: what happened."""
    why: str
    """The cause; a server's or system's own words are quoted."""
    remedy: str
    """What to do now; may be empty."""


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802, ARG001 - what Qt's lupdate looks for
    """Marks a text for translation and gives it back as it is; the context is always ``messages``."""
    return text


def identity(text: str) -> str:
    """The translation into English."""
    return text


def fill(translate: Translate, source: str, values: Mapping[str, str]) -> str:
    """The translated text with its placeholders filled in.

    Values are put in as they are, whatever braces they hold. A translation whose placeholders do not fit
    gives way to the English text.
    """
    for text in (translate(source), source):
        try:
            return text.format_map(_Values(values))
        except (ValueError, IndexError, AttributeError, TypeError):
            continue
    return _PLACEHOLDER.sub("…", source)


class _Values(dict[str, str]):
    """Facts by name; one that an old journal entry does not have is left open."""

    def __missing__(self, name: str) -> str:
        return "…"


def shown(value: object) -> str:
    """A fact as one line of text: line ends and tabs are blanks, what cannot be shown is ``\ufffd``."""
    text = re.sub(r"\s+", " ", str(value)).strip()
    if len(text) > _LONGEST_FACT:
        text = text[: _LONGEST_FACT - 1] + "…"
    return "".join(char if char.isprintable() or char in _JOINERS else "\ufffd" for char in text)


def shown_path(path: str) -> str:
    """A path as text; of an address what may hold a password or a signature is left out."""
    if not is_address(path):
        return shown(path)
    try:
        parts = urlsplit(path)
        return shown(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")
    except ValueError:
        return shown(path.partition("?")[0].rpartition("@")[2])


def file_name(path: str) -> str:
    """The last part of a path, or the whole of an address."""
    return shown_path(path) if is_address(path) else shown(PurePath(path).name or path)


def is_address(path: object) -> bool:
    """Whether a fact is a web address, and no path."""
    return isinstance(path, str) and path.lower().startswith(("http://", "https://"))


_MOST_WITHOUT_SEPARATOR = 9_999


def number(count: int) -> str:
    """A count, or another figure: ``1234``, and from five digits on with separators, ``12,345``."""
    return str(count) if abs(count) <= _MOST_WITHOUT_SEPARATOR else f"{count:,}"


_UNITS = (
    (10**3, QT_TRANSLATE_NOOP("messages", "{number} kB")),
    (10**6, QT_TRANSLATE_NOOP("messages", "{number} MB")),
    (10**9, QT_TRANSLATE_NOOP("messages", "{number} GB")),
    (10**12, QT_TRANSLATE_NOOP("messages", "{number} TB")),
)


def size(count: int, translate: Translate = identity) -> str:
    """A number of bytes in decimal units: ``1.2 MB``."""
    sign, count = ("-" if count < 0 else ""), abs(count)
    if count < 1000:
        one = QT_TRANSLATE_NOOP("messages", "{number} byte")
        many = QT_TRANSLATE_NOOP("messages", "{number} bytes")
        return fill(translate, one if count == 1 else many, {"number": f"{sign}{count}"})
    number, told = "", ""
    for unit, text in _UNITS:
        # Rounding may carry: 999,960 bytes are 1.0 MB, not 1000.0 kB.
        number = f"{count / unit:.1f}" if count < 99.95 * unit else f"{count / unit:.0f}"
        told = text
        if float(number) < 1000:
            break
    return fill(translate, told, {"number": sign + number})


def percent(part: int, whole: int) -> str:
    """How much of the whole a part is: ``45%``; never 100% for less than all of it, nor 0% for something."""
    if whole <= 0:
        return "0%"
    share = round(100 * part / whole)
    if 0 < part < whole:
        share = min(max(share, 1), 99)
    return f"{share}%"
