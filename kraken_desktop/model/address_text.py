"""Image addresses out of text: a line each, several on a line, or within the usual markup. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace

from kraken_desktop.model.errors import KrakenDesktopError, UnsupportedTypeError
from kraken_desktop.model.web_address import problem_of, same_form

MOST_LINES = 10_000
"""More are not read."""
LONGEST_LINE = 8192
"""Characters; a longer line is no address, unless it is a ``data:`` one."""

Trouble = Callable[[str], KrakenDesktopError | None]
"""Why an address that could be used cannot be, where it is to be used; None for a good one."""

_SLICE = 50

# Of a snippet the address only: Markdown, HTML, CSS, BBCode. What links to a page is passed over. No part of it reaches
# over the beginning of another, so that no line, however mean, is read again and again.
_SNIPPETS = re.compile(
    r"""!\[[^\[\]]*\]\(\s*<?(?P<markdown>[^\s)>]+)
      | <img\b[^<>]*?\bsrc\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'>]+))
      | \burl\(\s*["']?(?P<css>[^"')\s]+)
      | \[img[^\[\]]*\]\s*(?P<bbcode>[^\s\[]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_LIST_MARK = re.compile(r"(?:[-*+•–]|\d{1,4}[.)])\s+")
_COMMENT = ("#", "// ", "<!--")
_AROUND = "<>\"'`“”„‘’«»"
_WEB = ("http://", "https://")
_DATA = "data:image/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line that holds something."""

    number: int
    """From 1."""
    text: str
    addresses: tuple[str, ...] = ()
    """http, https and ``data:`` addresses, usable as far as can be told; none where the line is no such thing."""
    refused: tuple[str, ...] = ()
    """Addresses that cannot be those of images."""
    error: KrakenDesktopError | None = None
    """What is wrong with the line, or with the first bad address on it."""

    @property
    def shown(self) -> str:
        """The text, without the password that an address in it may hold."""
        return _shown(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressText:
    """What a text gives."""

    addresses: tuple[str, ...] = ()
    """Each once, in the order of the text."""
    repeated: int = 0
    """How many were there again."""
    bad: tuple[Line, ...] = ()
    """Lines with an error."""
    cut: bool = False
    """There were more lines than are read."""


def read_addresses(text: str, trouble: Trouble = lambda _address: None) -> AddressText:
    """All image addresses in a text, and what is in it besides.

    Args:
        text: whatever somebody pasted.
        trouble: what else is wrong with an address that could be used.
    """
    slices = reading(text, trouble)
    while True:
        try:
            next(slices)
        except StopIteration as end:
            found: AddressText = end.value
            return found


def reading(text: str, trouble: Trouble) -> Generator[None, None, AddressText]:
    """The same in slices of a few lines each, for a thread that has to answer in between."""
    known: dict[str, str] = {}
    repeated = 0
    bad: list[Line] = []
    for count, line in enumerate(lines_of(text), start=1):
        if count % _SLICE == 0:
            yield
        wrong = {address: None if is_data(address) else trouble(address) for address in line.addresses}
        error = line.error or next((each for each in wrong.values() if each is not None), None)
        if error is not None:
            bad.append(replace(line, error=error))
        for address in line.addresses:
            if wrong[address] is not None:
                continue
            same = address if is_data(address) else same_form(address)
            repeated += same in known
            known.setdefault(same, address)
    return AddressText(
        addresses=tuple(known.values()),
        repeated=repeated,
        bad=tuple(bad),
        cut=len(text.splitlines()[MOST_LINES:]) > 0,
    )


def lines_of(text: str) -> Iterator[Line]:
    """The lines of a text, without those that are blank or comments."""
    for number, line in enumerate(text.splitlines()[:MOST_LINES], start=1):
        told = line.strip().strip("\ufeff")
        if not told or told.startswith(_COMMENT):
            continue
        if is_data(told):
            found: tuple[str, ...] = tuple(told.split())
        else:
            found = tuple(_candidates(told)) if len(told) <= LONGEST_LINE else ()
        if not found:
            yield Line(number=number, text=told, error=UnsupportedTypeError(path=_shown(told), detected="address"))
            continue
        errors = {address: None if is_data(address) else problem_of(address) for address in found}
        yield Line(
            number=number,
            text=told,
            addresses=tuple(address for address in found if errors[address] is None),
            refused=tuple(address for address in found if errors[address] is not None),
            error=next((error for error in errors.values() if error is not None), None),
        )


def is_data(address: str) -> bool:
    """Whether an address holds an image itself (RFC 2397)."""
    return address[: len(_DATA)].lower() == _DATA


def _candidates(line: str) -> Iterator[str]:
    """What is meant to be an address on a line; nothing for prose."""
    snippets = [next(filter(None, found.groups()), "") for found in _SNIPPETS.finditer(line)]
    if snippets:
        yield from (html.unescape(each.strip()) for each in snippets if each)
        return
    words = _LIST_MARK.sub("", line, count=1).split() if _LIST_MARK.match(line) else line.split()
    told = [word.strip(_AROUND).rstrip(",;").strip(_AROUND) for word in words]
    if all(word.lower().startswith(_WEB) or is_data(word) for word in told):
        yield from told


def _shown(line: str) -> str:
    """A line without the password that a mistyped address may hold."""
    # Cut after that: a token may be longer than what is shown.
    return (line.rpartition("@")[2] if "://" in line else line)[:200]
