"""``kraken-s3 history``: what was done, found again: as lines, as links, or as a file for other programs."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from kraken_desktop.cancel import CancelToken
from kraken_desktop.cli import moments
from kraken_desktop.cli.console import Console, UsageError, load_settings, one_of
from kraken_desktop.cli.report import LINK_FORMATS, link_lines
from kraken_desktop.cli.table import print_rows
from kraken_desktop.composition import Services
from kraken_desktop.history_export import export_csv, export_json
from kraken_desktop.messages import Message, number
from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.model.history import HistoryEntry, HistoryQuery, Order
from kraken_desktop.model.job import Cancelled, Failed, JobState, StoredImage
from kraken_desktop.model.links import LinkFormat

_LIMIT = 50
_AT_ONCE = 500
"""Entries that are held at a time, however long the history is."""
_ENDED = [state for state in JobState if state.ended]
_DESCENDING = {Order.ENDED, Order.SIZE, Order.SAVED}
"""What begins with the newest, or the largest."""
_FORMATS = {"json": export_json, "csv": export_csv}
_WIDEST = (16, 9, 30, 16)


def add_parser(commands: Any) -> None:
    """Add ``history`` to the command line."""
    text = "what was done, with its links"
    parser = commands.add_parser("history", help=text, description="What was done, with its links.")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listed = actions.add_parser(
        "list",
        help="find what was done, newest first",
        description="Print a line an image: when, what became of it, its name, its profile, its link. Where the output "
        "is piped, tabs stand between them and nothing is shortened.",
    )
    _add_filters(listed, _LIMIT)
    listed.add_argument(
        "--link",
        type=one_of(LinkFormat),
        metavar="FORMAT",
        help="print the links only, each on a line, and signed anew where they have expired; written as: "
        + LINK_FORMATS,
    )
    listed.set_defaults(run=_list)
    exported = actions.add_parser(
        "export",
        help="all of it as JSON or CSV",
        description="Print it as one JSON array of what put --json prints, with ended_at, name, recipe and job; or as "
        "CSV, a line an image. In CSV, a text that a spreadsheet could take for a formula begins with an apostrophe. "
        "There is no secret in it.",
    )
    exported.add_argument("--format", choices=_FORMATS, required=True, help="json or csv")
    _add_filters(exported, 0)
    exported.set_defaults(run=_export)


def _add_filters(parser: argparse.ArgumentParser, limit: int) -> None:
    parser.add_argument("--search", default="", metavar="TEXT", help="words in name, folder, key or link")
    parser.add_argument("--profile", metavar="NAME", help="what went through this profile")
    parser.add_argument(
        "--state",
        type=_ended_state,
        nargs="+",
        action="extend",
        default=[],
        metavar="STATE",
        help=f"how it ended: {', '.join(_ENDED)}; several are possible",
    )
    parser.add_argument("--since", type=moments.since, metavar="DATE", help=f"ended then or later: {moments.EXAMPLES}")
    parser.add_argument("--until", type=moments.until, metavar="DATE", help="ended before; a day is in it as a whole")
    parser.add_argument(
        "--sort",
        type=one_of(Order),
        default=Order.ENDED,
        metavar="BY",
        help="ended (newest first), name, size or saved (largest first)",
    )
    parser.add_argument("--reverse", action="store_true", help="the other way round")
    told = f"at most so many sources; 0 means all; without it {limit}" if limit else "at most so many sources"
    parser.add_argument("--limit", type=_count, default=limit, metavar="N", help=told)


def _ended_state(text: str) -> JobState:
    for state in _ENDED:
        if text.lower() == state:
            return state
    raise argparse.ArgumentTypeError(f"{text!r} is none of: {', '.join(_ENDED)}")


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 0 or more. Such as: 100, or 0 for all")
    return int(text)


def _list(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    numbers, found = _numbers(arguments, services, console)
    pages = _pages(numbers, services, console)
    told_all = True
    if arguments.link is None:
        _print(pages, console)
    else:
        told_all = _print_links(pages, arguments.link, services, console)
    if len(numbers) < found:
        console.say(f"{number(len(numbers))} of {number(found)}. To see all: --limit 0")
    return 0 if told_all else 1


def _print(pages: Iterable[Sequence[HistoryEntry]], console: Console) -> None:
    now, expired = datetime.now(UTC), 0
    for entries in pages:
        print_rows(console, [row for entry in entries for row in _rows(entry, console, now)], _WIDEST)
        expired += sum(_has_expired(image, now) for entry in entries for image in entry.status.links)
    if expired:
        console.say(
            f"Links that have expired: {number(expired)}. To sign them anew: kraken-s3 history list --link plain …"
        )


def _print_links(
    pages: Iterable[Sequence[HistoryEntry]], link_format: LinkFormat, services: Services, console: Console
) -> bool:
    """Print links that open: those of private objects are signed anew where they have expired. Whether all could be."""
    fresh, cancel, now = services.fresh_links(), CancelToken(), datetime.now(UTC)
    told: set[Message] = set()
    for entry in (entry for entries in pages for entry in entries):
        try:
            status = fresh.renewed(entry.status, lambda image: _has_expired(image, now), cancel)
        except KrakenDesktopError as error:
            message = console.words.error(error)
            if message not in told:
                told.add(message)
                console.message(message)
            console.say(f"{entry.status.job.source.name}: the link has expired, and no other one could be signed")
            continue
        for line in link_lines(status.links, link_format, status.job.source.name):
            console.print(line)
    return not told


def _has_expired(image: StoredImage, now: datetime) -> bool:
    return image.expires_at is not None and image.expires_at <= now


def _export(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    numbers, _ = _numbers(arguments, services, console)
    console.keep_line_ends()
    entries = (entry for page in _pages(numbers, services, console) for entry in page)
    _FORMATS[arguments.format](entries, console.write, console.words)
    return 0


def _numbers(arguments: argparse.Namespace, services: Services, console: Console) -> tuple[Sequence[int], int]:
    """Those that are wanted, and how many there are without a limit.

    Raises:
        UsageError: the time ends before it begins, or there is no such profile.
    """
    since, until = arguments.since, arguments.until
    if since is not None and until is not None and since >= until:
        raise UsageError("kraken-s3: --since is later than --until, so nothing could be found. Swap the two")
    query = HistoryQuery(
        text=arguments.search,
        states=frozenset(arguments.state),
        since=since,
        until=until,
        order=arguments.sort,
        descending=(arguments.sort in _DESCENDING) != arguments.reverse,
    )
    if arguments.profile is None:
        found = services.history.find(query)
    else:
        found = _through(_profile_ids(arguments.profile, services, console), query, services)
    if not found:
        console.say("Nothing was found." if services.history.count() else "The history is empty.")
    return (found[: arguments.limit] if arguments.limit else found), len(found)


def _through(profile_ids: Sequence[str], query: HistoryQuery, services: Services) -> tuple[int, ...]:
    """What went through any of these profiles, in the order of all."""
    each = [services.history.find(replace(query, profile=profile_id)) for profile_id in profile_ids]
    if len(each) == 1:
        return each[0]
    wanted = frozenset(chain.from_iterable(each))
    return tuple(number for number in services.history.find(query) if number in wanted)


def _profile_ids(name: str, services: Services, console: Console) -> list[str]:
    """The profiles of that name: the one there is now, and those that were called so before they were removed.

    Raises:
        UsageError: there is none.
    """
    now = [(profile.id, profile.name) for profile in load_settings(services, console).profiles]
    renamed = {profile_id for profile_id, _ in now}
    known = now + [each for each in services.history.profiles() if each[0] not in renamed]
    for same in (str, str.casefold):
        if found := [profile_id for profile_id, called in known if same(called) == same(name)]:
            return found
    names = ", ".join(sorted({called for _, called in known}))
    raise UsageError(f"kraken-s3: there is and was no profile {name!r}. There are: {names}")


def _pages(numbers: Sequence[int], services: Services, console: Console) -> Iterator[Sequence[HistoryEntry]]:
    """The entries, some at a time, as long as somebody reads them."""
    for start in range(0, len(numbers), _AT_ONCE):
        if console.failed:
            return
        yield services.history.entries(numbers[start : start + _AT_ONCE])


def _rows(entry: HistoryEntry, console: Console, now: datetime) -> list[list[str]]:
    """A row an image that is there; one with the reason where none is, or not all are."""
    status, ended_at = entry.status, entry.ended_at.astimezone()
    at = ended_at.strftime("%Y-%m-%d %H:%M") if console.on_terminal else ended_at.isoformat(timespec="seconds")
    own = [at, status.state.value, status.job.source.name, status.job.snapshot.profile.name]
    outcome, words = status.outcome, console.words
    last = [words.validity(image.expires_at, now) if _has_expired(image, now) else image.url for image in status.links]
    if isinstance(outcome, Failed):
        last.append(words.failure(outcome.failure).what)
    elif not last and outcome is not None:
        plain = isinstance(outcome, Cancelled) and not outcome.may_arrive
        last.append("" if plain else words.outcome(outcome))
    return [[*own, text] for text in last]
