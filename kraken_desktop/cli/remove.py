"""``kraken-s3 remove``: takes objects out of their bucket again, after publishing by mistake."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from kraken_desktop.cancel import CancelToken
from kraken_desktop.cli.console import Console, UsageError
from kraken_desktop.composition import Services
from kraken_desktop.messages.text import number, shown
from kraken_desktop.model.errors import KrakenDesktopError, ObjectReplacedError, RemovalUncheckedError
from kraken_desktop.removal import Removal
from kraken_desktop.stores.journal import Stored


def add_parser(commands: Any) -> None:
    """Add ``remove`` to the command line."""
    parser = commands.add_parser(
        "remove",
        help="remove objects from their bucket",
        description="Remove objects that this computer stored from their bucket, by link or object key. They cannot be "
        "brought back. What a CDN or a browser has kept of them may be seen for a while. The originals stay, and so do "
        "local copies.",
        epilog="Exit code: 0 all are gone; 1 something was not removed; 2 wrong usage; 130 interrupted.",
    )
    parser.add_argument("objects", nargs="+", metavar="URL|KEY", help="a link as it was printed, or an object key")
    parser.add_argument("--profile", metavar="NAME", help="the profile it was stored with, if the key is in several")
    parser.add_argument("--yes", action="store_true", help="do not ask; nobody is asked without a terminal")
    parser.add_argument(
        "--force",
        action="store_true",
        help="remove an object although it was replaced since, or although this key may not look at it",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """Remove the objects. Returns the exit code."""
    # A script said what it wants, and has nobody to ask.
    asks = not arguments.yes and sys.stdin.isatty()
    removal = services.removal()
    found, all_found = _found(arguments.objects, arguments.profile, removal, console)
    if not found:
        return 1
    if asks and not _confirmed(found, removal, console):
        console.say("Nothing was removed.")
        return 1
    all_gone = [_is_removed(each, removal, console, force=arguments.force) for each in found]
    return 0 if all_found and all(all_gone) else 1


def _found(texts: Sequence[str], profile: str | None, removal: Removal, console: Console) -> tuple[list[Stored], bool]:
    """What is meant, each object once, and whether everything was found.

    Raises:
        UsageError: a key is in several places.
    """
    found: list[Stored] = []
    all_found = True
    for text in texts:
        try:
            places = removal.find(text)
        except KrakenDesktopError as error:
            console.error(error)
            all_found = False
            continue
        names = [removal.profile_name(each) for each in places]
        chosen = [each for each, name in zip(places, names, strict=True) if profile in {None, name}]
        if not chosen:
            known = ", ".join(names)
            console.say(f"kraken-s3: {shown(text)} was not stored with the profile {profile!r}, but with: {known}")
            all_found = False
        elif len(chosen) > 1:
            raise UsageError(
                f"kraken-s3: {shown(text)} is in several places; say which with --profile: {', '.join(names)}"
            )
        elif chosen[0] not in found:
            found.append(chosen[0])
    return found, all_found


def _confirmed(found: Sequence[Stored], removal: Removal, console: Console) -> bool:
    for each in found:
        console.say(f"  {shown(each.image.key)} ({shown(removal.profile_name(each))})")
    console.say(f"Remove {number(len(found))} object(s) from the bucket? They cannot be brought back. [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _is_removed(stored: Stored, removal: Removal, console: Console, *, force: bool) -> bool:
    key = shown(stored.image.key)
    try:
        removed = removal.remove(stored, CancelToken(), whatever_it_is=force)
    except (ObjectReplacedError, RemovalUncheckedError) as error:
        console.error(error)
        if not force:
            console.say("  kraken-s3 remove --force removes it all the same.")
        return False
    except KrakenDesktopError as error:
        console.say(f"{key}:")
        console.error(error)
        return False
    console.say(f"{key}: removed from the bucket" if removed.was_there else f"{key}: was gone already")
    return True
