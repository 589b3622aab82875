"""Profiles and recipes as one file that can be handed on: without secrets, and without the names of keys.

The file is one JSON object: ``format``, ``version``, ``profiles``, ``recipes``. What stays behind: every secret (none
is in the settings), access key IDs and accounts, which are nobody else's business, and ids of this computer's accounts;
a profile tells the *name* of its account.

What comes in is somebody else's: it is read as far as it can be understood, nothing of it is run or opened, and it
changes nothing by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from kraken_desktop.model.errors import ExchangeDamagedError, ExchangeError
from kraken_desktop.model.parcel import Note, Parcel, Parcelled, travels
from kraken_desktop.model.profile import Credentials, CredentialSource, Profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.model.records import Json, RecordError, from_record, to_record
from kraken_desktop.model.settings import Settings
from kraken_desktop.model.web_address import has_odd_login

FORMAT = "kraken-desktop profiles"
VERSION = 1
LARGEST = 4 * 1024 * 1024
"""Bytes; a thousand profiles take a quarter of it."""
MOST_ENTRIES = 1000
"""Profiles, and recipes: nobody has so many, and each becomes a row to look at."""
LONGEST_NAME = 200
_MOST_UNKNOWN = 20
"""Fields that are named; what there is more of tells nobody anything."""

_LEFT_OUT = ("account_id", "credentials")

_T = TypeVar("_T")


def export(settings: Settings, profiles: Sequence[Profile], *, every_recipe: bool = False) -> str:
    """The file's text: these profiles and the recipes that they use, or all that are not built in.

    Args:
        settings: where they are from.
        profiles: which ones.
        every_recipe: also recipes that none of them uses.
    """
    used = {profile.recipe_id for profile in profiles}
    recipes = [
        recipe for recipe in settings.every_recipe if travels(recipe, settings) and (every_recipe or recipe.id in used)
    ]
    told: dict[str, Json] = {
        "format": FORMAT,
        "version": VERSION,
        "profiles": [_profile_record(profile, settings) for profile in profiles],
        "recipes": [to_record(recipe) for recipe in recipes],
    }
    return json.dumps(told, indent=2) + "\n"


def read_parcel(path: Path) -> Parcel:
    """What such a file brings.

    Raises:
        ExchangeError: it cannot be read, is not such a file, is damaged, or comes from a newer version.
    """
    return parcel_of(read_json(path), str(path))


def read_json(path: Path) -> Any:
    """The JSON value in a file that somebody else wrote.

    Raises:
        ExchangeError: missing, unreadable, too_large or not_json.
    """

    def refused(problem: str, reason: str = "") -> ExchangeError:
        return ExchangeError(path=str(path), problem=problem, reason=reason)

    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise refused("missing") from None
    except OSError as error:
        raise refused("unreadable", error.strerror or type(error).__name__) from error
    return json_of(raw, str(path))


def json_of(raw: bytes, path: str) -> Any:
    """The JSON value that somebody else wrote; ``path`` is for errors.

    Raises:
        ExchangeError: too_large or not_json.
    """
    if len(raw) > LARGEST:
        raise ExchangeError(path=path, problem="too_large")
    try:
        # Some editors put a byte order mark first, and some write UTF-16.
        utf16 = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
        return json.loads(raw.decode("utf-16" if utf16 else "utf-8-sig"))
    except (ValueError, RecursionError):
        # Without its cause: that one quotes what it read, and in other programs' files secrets stand.
        raise ExchangeError(path=path, problem="not_json") from None


def parcel_of(data: Any, path: str) -> Parcel:
    """What a parsed file brings; ``path`` is for errors.

    Raises:
        ExchangeError: foreign, newer, damaged or empty.
    """
    version = data.get("version") if isinstance(data, dict) else None
    if not isinstance(data, dict) or data.get("format") != FORMAT or type(version) is not int or version < 1:
        raise ExchangeError(path=path, problem="foreign")
    if version > VERSION:
        raise ExchangeError(path=path, problem="newer")
    recipes = tuple(
        _cleaned(_decoded(Recipe, item, f"recipes[{at}]", path)) for at, item in enumerate(_list(data, "recipes", path))
    )
    profiles = tuple(_parcelled(item, f"profiles[{at}]", path) for at, item in enumerate(_list(data, "profiles", path)))
    if not profiles and not recipes:
        raise ExchangeError(path=path, problem="empty")
    known = {"format", "version", "profiles", "recipes"}
    notes = [Note("unknown_field", name) for name in _names(data, known)]
    for at, item in enumerate(data.get("recipes", [])):
        notes += [Note("unknown_field", f"recipes[{at}].{name}") for name in _names(item, _fields(Recipe))]
    return Parcel(profiles=profiles, recipes=recipes, notes=tuple(notes[:_MOST_UNKNOWN]))


def clean_name(name: str) -> str:
    """A name as it may be shown anywhere: one line of visible text, and not endless."""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in name.strip())
    return shown[:LONGEST_NAME]


def _profile_record(profile: Profile, settings: Settings) -> dict[str, Json]:
    record = to_record(_without_users(profile))
    for name in _LEFT_OUT:
        record.pop(name)
    account = settings.account(profile.account_id)
    if account is not None:
        record["account"] = account.name
    credentials: dict[str, Json] = {"source": profile.credentials.source.value}
    if profile.credentials.source is CredentialSource.AWS_PROFILE:
        credentials["aws_profile"] = profile.credentials.aws_profile
    return {**record, "credentials": credentials}


def _parcelled(item: Any, place: str, path: str) -> Parcelled:
    profile = _cleaned(_decoded(Profile, item, place, path))
    account = item.get("account", "")
    if not isinstance(account, str):
        raise ExchangeDamagedError(path=path, place=f"{place}.account", expected="a text")
    # A key in the file would be nobody's who gets it, and the place of a secret is not for a file to say.
    credentials = replace(profile.credentials, access_key="")
    if credentials.source is not CredentialSource.AWS_PROFILE:
        credentials = Credentials()
    notes = [Note("unknown_field", name) for name in _names(item, {*_fields(Profile), "account"})]
    if profile.folder:
        notes.append(Note("folder", profile.folder))
    if profile.local_copy:
        notes.append(Note("copies", profile.local_copy))
    return Parcelled(
        profile=replace(_without_users(profile), account_id=None, credentials=credentials),
        notes=tuple(notes),
        account_name=clean_name(account),
    )


def _decoded(kind: type[_T], item: Any, place: str, path: str) -> _T:
    try:
        return from_record(kind, item)
    except RecordError as error:
        where = f"{place}.{error.path}" if error.path else place
        raise ExchangeDamagedError(path=path, place=where, expected=error.expected) from None


_Named = TypeVar("_Named", Profile, Recipe)


def _cleaned(entry: _Named) -> _Named:
    return replace(entry, name=clean_name(entry.name) or "?")


def _list(data: Mapping[str, Any], name: str, path: str) -> list[Any]:
    items = data.get(name, [])
    if not isinstance(items, list):
        raise ExchangeDamagedError(path=path, place=name, expected="a list")
    if len(items) > MOST_ENTRIES:
        raise ExchangeError(path=path, problem="too_large")
    return items


def _names(item: Any, known: Iterable[str]) -> list[str]:
    """Of fields that this version does not know."""
    if not isinstance(item, dict):
        return []
    seen = set(known)
    return [clean_name(name) for name in islice((name for name in item if name not in seen), _MOST_UNKNOWN)]


def _fields(kind: type[Profile | Recipe]) -> set[str]:
    return {field.name for field in fields(kind)}


def _without_users(profile: Profile) -> Profile:
    return replace(profile, endpoint=without_user(profile.endpoint), public_url=without_user(profile.public_url))


def without_user(url: str) -> str:
    """An address without what may be a login in it, also where that makes it none."""
    if has_odd_login(url):
        scheme, separator, rest = url.partition("://")
        url = f"{scheme}{separator}{rest.partition('@')[2]}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.rpartition("@")[2]
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if "@" in parts.netloc else url
