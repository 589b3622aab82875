"""``kraken-s3 profile export`` and ``profile import``: profiles and recipes handed on, without secrets."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from kraken_desktop.cli.account import keep_secret
from kraken_desktop.cli.console import Console, UsageError, chosen_profile, load_settings, one_of
from kraken_desktop.composition import Services
from kraken_desktop.messages.exchange import change_in_words, note_in_words
from kraken_desktop.model.errors import SecretError
from kraken_desktop.model.parcel import Arrival, Clash, Imported, Parcel, arrivals, imported
from kraken_desktop.model.profile import LOCAL_PROFILE_ID, CredentialSource, Profile
from kraken_desktop.model.settings import Settings
from kraken_desktop.stores import exchange
from kraken_desktop.stores.foreign_settings import Program, read_program


def add_actions(actions: Any) -> None:
    """Add both to ``profile``."""
    out = actions.add_parser(
        "export",
        help="profiles and their recipes as one file, for another computer or person",
        description="Write profiles and their recipes as JSON, without secrets, access key IDs and accounts.",
    )
    out.add_argument("names", nargs="*", metavar="NAME", help="without any: all but the built-in one")
    out.add_argument("--all-recipes", action="store_true", help="also recipes that none of these profiles uses")
    out.add_argument("-o", "--output", metavar="FILE", help="instead of standard output; nothing is overwritten")
    out.set_defaults(run=_export)
    into = actions.add_parser(
        "import",
        help="profiles and recipes from such a file, or from another program",
        description="Take in profiles and recipes. Says what comes, and changes nothing of yours unless you say so.",
    )
    into.add_argument("file", nargs="?", metavar="FILE", help="what export wrote; - reads standard input")
    into.add_argument(
        "--from",
        dest="program",
        type=one_of(Program),
        metavar="PROGRAM",
        help=", ".join(Program) + ": its own settings",
    )
    how = into.add_mutually_exclusive_group()
    for clash, text in (
        (Clash.RENAME, "what has the name of one of yours gets another name"),
        (Clash.REPLACE, "yours become like those in the file; secrets stay"),
        (Clash.SKIP, "yours stay as they are"),
    ):
        how.add_argument(f"--{clash}", dest="clash", action="store_const", const=clash, help=text)
    into.add_argument("--dry-run", action="store_true", help="only say what would come")
    into.add_argument(
        "--with-secrets", action="store_true", help="keep secrets that stand in the other program's file in the keyring"
    )
    into.set_defaults(run=_import)


# --- export ---------------------------------------------------------------------------------------


def _export(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    settings = load_settings(services, console)
    if arguments.names:
        profiles = tuple(chosen_profile(name, settings) for name in arguments.names)
    else:
        profiles = tuple(each for each in settings.profiles if each.id != LOCAL_PROFILE_ID)
    text = exchange.export(settings, profiles, every_recipe=arguments.all_recipes)
    if arguments.output is None:
        console.print(text.rstrip("\n"))
    else:
        try:
            with Path(arguments.output).open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise UsageError(f"kraken-s3: cannot write {arguments.output}: {error.strerror or error}") from None
    console.say("Exported without secrets, access key IDs and accounts.")
    return 0


# --- import ---------------------------------------------------------------------------------------


def _import(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    parcel = _parcel(arguments)
    settings = load_settings(services, console)
    coming = arrivals(parcel, settings)
    for note in parcel.notes:
        console.say(note_in_words(note, console.words))
    for arrival in coming:
        _tell(arrival, console)
    if arguments.dry_run:
        return 0
    clashes = [arrival.name for arrival in coming if arrival.clashes]
    if clashes and arguments.clash is None:
        raise UsageError(
            f"kraken-s3: nothing was imported, because you have these already: {', '.join(clashes)}. "
            "Say what to do with them: --rename, --replace or --skip"
        )
    if arguments.with_secrets and any(arrival.has_secret for arrival in coming):
        _require_keyring(services, console)
    done = Imported(settings=settings)

    def change(now: Settings) -> Settings:
        nonlocal done
        done = imported(parcel, now, arguments.clash or Clash.SKIP)
        return done.settings

    services.settings.update(change)
    kept = _keep_secrets(done, services, console) if arguments.with_secrets else frozenset()
    _tell_what_is_missing(done, done.rekeyed - kept, services, console)
    return 0


def _parcel(arguments: argparse.Namespace) -> Parcel:
    path = Path(arguments.file).expanduser() if arguments.file not in {None, "-"} else None
    if arguments.program is not None:
        if arguments.file == "-":
            raise UsageError("kraken-s3: --from reads a file, not standard input")
        return read_program(arguments.program, path, os.environ, Path.home())
    if arguments.file is None:
        raise UsageError("kraken-s3: say which file to import, or which program with --from")
    if path is not None:
        return exchange.read_parcel(path)
    name = "<standard input>"
    raw = sys.stdin.buffer.read(exchange.LARGEST + 1)
    return exchange.parcel_of(exchange.json_of(raw, name), name)


def _tell(arrival: Arrival, console: Console) -> None:
    kind = "recipe" if arrival.is_recipe else "profile"
    if arrival.is_known:
        state = "there already, just like this"
    elif arrival.existing:
        state = f"you have another one called {arrival.existing!r}"
    else:
        state = "new"
    console.say(f"{kind} {arrival.name!r}: {state}")
    for change in arrival.changes:
        console.say(f"  {change_in_words(change, console.words)}")
    for note in arrival.notes:
        console.say(f"  {note_in_words(note, console.words)}")
    if arrival.has_secret:
        console.say("  Its secret stands in that file as plain text; --with-secrets keeps it in the keyring.")


def _require_keyring(services: Services, console: Console) -> None:
    """Before anything changes. Raises ``UsageError``."""
    problem = services.secrets.available()
    if problem is not None:
        console.error(problem)
        raise UsageError("kraken-s3: nothing was imported; without --with-secrets it can be")


def _keep_secrets(done: Imported, services: Services, console: Console) -> frozenset[str]:
    """Keep what came. The ids of the profiles that have their secret now."""
    for profile_id, secret in done.secrets.items():
        profile = done.settings.profile(profile_id)
        if profile is not None:
            keep_secret(services, console, profile.secret_name, secret)
            if profile_id in done.rekeyed:
                # It went with the old one.
                services.secrets.forget(profile.session_token_name)
    return frozenset(done.secrets)


def _tell_what_is_missing(done: Imported, outdated: frozenset[str], services: Services, console: Console) -> None:
    """Print names on standard output, and what is to be entered on standard error.

    Args:
        outdated: the ids of profiles whose kept secret belongs to another access key.
    """
    for profile_id in done.profile_ids:
        profile = done.settings.profile(profile_id)
        if profile is None:
            continue
        name = shlex.quote(profile.name)
        console.print(profile.name)
        if not profile.bucket and not profile.folder:
            console.say(
                f"{profile.name}: the bucket is missing. Enter it with: kraken-s3 profile edit {name} --bucket BUCKET"
            )
        if profile_id in outdated or _lacks_secret(profile, services):
            key = "" if profile.credentials.access_key else " --access-key ID"
            console.say(
                f"{profile.name}: the secret is missing. "
                f"Enter it with: kraken-s3 profile edit {name}{key} --secret-stdin"
            )


def _lacks_secret(profile: Profile, services: Services) -> bool:
    if profile.folder or profile.credentials.source is CredentialSource.AWS_PROFILE:
        return False
    try:
        return services.secrets.where(profile.secret_name) == "nowhere"
    except SecretError:
        return True
