"""Accounts, recipes, profiles and preferences: one versioned JSON file that outlives crashes.

Beside ``settings.json`` stand

* ``settings.json.bak``: the last good copy, the same content, written after every change;
* ``settings.json.lock``: held by whoever changes the settings, so that window and terminal do not undo
  each other's changes;
* ``settings.damaged-<time>.json``: a file that could not be used, exactly as it was;
* ``settings.newer-<time>.json``: see below;
* ``settings.v<N>.json``: how the file was before this program upgraded it from version N.

**A file from a newer version** stays where it is for as long as this older program only reads: going
back to the newer program then loses nothing. What this program shows is the last good copy that it
understands, or nothing. Only when the person changes something here is the newer file set aside under a
name of its own, before the change is written. Nothing is ever overwritten that we do not understand.

The file never holds a secret: ``to_record`` refuses them.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias, TypeVar

from filelock import FileLock, Timeout

from kraken_desktop.model.errors import SettingsError
from kraken_desktop.model.profile import Account, Profile
from kraken_desktop.model.recipe import DEFAULT_RECIPE_ID, Recipe
from kraken_desktop.model.records import RecordError, from_record, to_record
from kraken_desktop.model.settings import Identified, Preferences, Settings, with_id
from kraken_desktop.stores import atomic_file
from kraken_desktop.stores.settings_upgrades import UPGRADES, Record, Upgrade, newest_version, upgrade

__all__ = ["FORMAT", "LOCK_SECONDS", "Preferences", "Settings", "SettingsStore"]

FORMAT = "kraken-desktop settings"
LOCK_SECONDS = 10.0
"""How long to wait for another program that is changing the settings."""


_Entry = TypeVar("_Entry", bound=Identified)
_EMPTY = Settings()


FileStamp: TypeAlias = tuple[int, int, int]


def file_stamp(path: Path) -> FileStamp | None:
    """What changes with each replacement of a file; None if there is none that we may look at."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class SettingsStore:
    """The settings file. Safe to use from any thread and from several programs at once; calls block.

    ``path`` may be a symbolic link: the file that it points to is the one that is written.

    Args:
        first: what there is as long as there is no file, and when nothing good is left of it; the first change
            goes on from it. What the person removes from it stays removed.
    """

    def __init__(
        self,
        path: Path,
        *,
        first: Settings = _EMPTY,
        upgrades: Sequence[Upgrade] = UPGRADES,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        lock_seconds: float = LOCK_SECONDS,
    ) -> None:
        self.path = Path(os.path.realpath(path))
        self.backup_path = self._beside(".json.bak")
        self.notices: tuple[SettingsError, ...] = ()
        """What the last load or update had to do about a bad file, for the person.

        ``problem`` is ``truncated``, ``foreign`` (somebody else's, or a field of the wrong type), ``newer``,
        ``unreadable`` or ``unwritable``; ``path`` the settings file. ``reason`` is the file that the bad one
        was set aside as, or the system's text for the last two problems; ``restored`` is False if there was
        no good copy either, so that the settings are the first ones.
        """
        self._first = first
        self._upgrades = upgrades
        self._now = now
        self._lock_seconds = lock_seconds

    def load(self) -> Settings:
        """The settings as they are on disk; ``first`` if there is no file yet. Never raises.

        A bad file is set aside, and its good entries and the last good copy are put together in its place.
        """
        self.notices = ()
        found = self._read(self.path)
        if not found.problem:
            return found.settings
        if found.problem in _LEFT_IN_PLACE:
            return self._told(found, found.reason)
        try:
            with self._locked():
                # Another program may have mended it while we waited.
                found = self._read(self.path)
                return self._mend(found) if found.problem else found.settings
        except SettingsError as error:
            settings = self._told(found, found.reason)
            self.notices += (error,)
            return settings

    def peek(self) -> Settings:
        """The settings as ``load`` would give them, with nothing mended and no notice left. Never raises.

        For whoever needs to know, and is not the one who talks with the person.
        """
        found = self._read(self.path)
        return found.settings if not found.problem else self._last_good(found) or self._first

    def stamp(self) -> FileStamp | None:
        """What changes with each replacement of the file; None if there is none."""
        return file_stamp(self.path)

    def update(self, change: Callable[[Settings], Settings]) -> Settings:
        """Reads anew, applies the change, writes; nobody else's change comes in between.

        Returns the settings as they are now on disk. An exception of ``change`` passes through, and
        nothing is written.

        Raises:
            SettingsError: ``unwritable``, or ``unreadable`` (what cannot be read is not replaced). The file
                is as it was.
        """
        with self._locked():
            self.notices = ()
            found = self._read(self.path)
            if found.problem == "unreadable":
                raise self._error(found.problem, found.reason)
            newer = found.problem == "newer"
            if newer:
                before = self._last_good(found) or self._first
            elif found.problem:
                before = self._mend(found)
            else:
                before = found.settings
            after = change(before)
            if after == before:
                return after
            if newer:
                with self._as_unwritable():
                    self._told(found, str(self._set_aside("newer", found.raw)))
            elif found.version < newest_version(self._upgrades):
                self._keep_version(found)
            self._write(after, found.raw)
            return after

    # --- reading ----------------------------------------------------------------------------------

    def _read(self, path: Path) -> _Found:
        newest = newest_version(self._upgrades)
        try:
            raw = atomic_file.read(path)
        except FileNotFoundError:
            return _Found(version=newest, settings=self._first if path == self.path else _EMPTY)
        except OSError as error:
            return _Found(problem="unreadable", reason=error.strerror or type(error).__name__, usable=False)
        record, problem = _parse(raw)
        version = record.get("version")
        if problem or record.get("format") != FORMAT or type(version) is not int or version < 1:
            return _Found(raw=raw, problem=problem or "foreign", usable=False)
        if version > newest:
            return _Found(raw=raw, problem="newer", version=version, usable=False)
        try:
            record = upgrade(record, version, self._upgrades)
        except (LookupError, TypeError, ValueError, AttributeError):
            return _Found(raw=raw, problem="foreign", usable=False)
        settings, whole = _decode(record, _EMPTY)
        if not whole and path != self.backup_path:
            spare_found = self._read(self.backup_path)
            settings, _ = _decode(record, spare_found.settings)
        return _Found(raw=raw, settings=settings, problem="" if whole else "foreign", version=version)

    def _last_good(self, found: _Found) -> Settings | None:
        """The best that is known when the file itself is not to be used, or only in parts; None if nothing is."""
        if found.usable:
            return found.settings
        candidates = [self.backup_path]
        if found.problem == "newer":
            candidates.append(self._beside(f".v{newest_version(self._upgrades)}.json"))
        for path in candidates:
            other = self._read(path)
            if not other.problem and other.raw:
                return other.settings
        return None

    def _told(self, found: _Found, reason: str) -> Settings:
        """What is used in the file's place, after a notice about it."""
        settings = self._last_good(found)
        error = self._error(found.problem, reason)
        error.restored = settings is not None
        self.notices += (error,)
        return settings or self._first

    # --- writing: under the lock ------------------------------------------------------------------

    def _mend(self, found: _Found) -> Settings:
        with self._as_unwritable():
            aside = self._set_aside("damaged", found.raw)
            settings = self._told(found, str(aside))
            if settings == self._first:
                self.path.unlink()
            else:
                self._write(settings, found.raw)
        return settings

    def _write(self, settings: Settings, before: bytes) -> None:
        """``before``: what the file held, which is safe under another name if we do not understand it."""
        told = {"format": FORMAT, "version": newest_version(self._upgrades), **to_record(settings)}
        data = (json.dumps(told, indent=2) + "\n").encode("ascii")
        with self._as_unwritable():
            copy = self._read(self.backup_path)
            if copy.problem and copy.raw and copy.raw != before:
                self._set_aside("newer" if copy.problem == "newer" else "damaged", copy.raw)
            atomic_file.sweep(self.path)
            atomic_file.replace(self.path, data)
        try:
            atomic_file.replace(self.backup_path, data)
        except OSError as error:
            # The change itself is safe, so this is worth a word but no failure.
            self.notices += (_unwritable(self.backup_path, error),)

    def _set_aside(self, why: str, raw: bytes) -> Path:
        stamp = self._now().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        for number in itertools.count(1):
            path = self._beside(f".{why}-{stamp}{f'-{number}' if number > 1 else ''}.json")
            with suppress(FileExistsError):
                atomic_file.create(path, raw)
                break
        return path

    def _keep_version(self, found: _Found) -> None:
        with self._as_unwritable(), suppress(FileExistsError):
            atomic_file.create(self._beside(f".v{found.version}.json"), found.raw)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = FileLock(f"{self.path}.lock", timeout=self._lock_seconds, mode=0o600)
        with self._as_unwritable():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                lock.acquire()
            except Timeout:
                raise self._error("unwritable", f"locked for {self._lock_seconds:g} s") from None
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _as_unwritable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name.removesuffix(".json") + suffix)

    def _error(self, problem: str, reason: str) -> SettingsError:
        return SettingsError(path=str(self.path), problem=problem, reason=reason)


_LEFT_IN_PLACE = frozenset({"newer", "unreadable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a file holds. ``usable``: ``settings`` came out of it, if only in parts."""

    raw: bytes = b""
    settings: Settings = field(default_factory=Settings)
    problem: str = ""
    reason: str = ""
    version: int = 0
    usable: bool = True


def _parse(raw: bytes) -> tuple[Record, str]:
    """The file as a JSON object, and the problem if it is none."""
    utf16 = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not raw.strip() or (b"\0" in raw and not utf16):
        return {}, "truncated"
    try:
        # Some editors put a byte order mark first.
        data = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}, "truncated" if re.match(rb"(\xef\xbb\xbf)?\s*\{", raw) else "foreign"
    return (data, "") if isinstance(data, dict) else ({}, "foreign")


def _decode(record: Record, spare: Settings) -> tuple[Settings, bool]:
    """The settings, and whether every entry was good; for one that is not, the spare's is taken."""
    accounts, accounts_whole = _entries(Account, record.get("accounts", []), spare.accounts)
    recipes, recipes_whole = _entries(Recipe, record.get("recipes", []), spare.recipes)
    profiles, profiles_whole = _entries(Profile, record.get("profiles", []), spare.profiles)
    if all(recipe.id != DEFAULT_RECIPE_ID for recipe in recipes):
        recipes = (Recipe(), *recipes)
    whole = accounts_whole and recipes_whole and profiles_whole
    marked = record.get("default_profile_id")
    if not isinstance(marked, str | None):
        marked, whole = spare.default_profile_id, False
    try:
        preferences = from_record(Preferences, record.get("preferences", {}))
    except RecordError:
        preferences, whole = spare.preferences, False
    settings = Settings(
        accounts=accounts,
        recipes=recipes,
        profiles=profiles,
        default_profile_id=marked,
        preferences=preferences,
    )
    return settings, whole


def _entries(kind: type[_Entry], data: object, spare: tuple[_Entry, ...]) -> tuple[tuple[_Entry, ...], bool]:
    if not isinstance(data, list):
        return spare, False
    kept: dict[str, _Entry] = {}
    whole = True
    for item in data:
        entry: _Entry | None
        try:
            entry = from_record(kind, item)
        except RecordError:
            whole = False
            named = item.get("id") if isinstance(item, Mapping) else None
            entry = with_id(spare, named if isinstance(named, str) else None)
        if entry is None:
            continue
        if entry.id in kept:
            whole = False
            continue
        kept[entry.id] = entry
    return tuple(kept.values()), whole


def _unwritable(path: Path, error: OSError) -> SettingsError:
    return SettingsError(path=str(path), problem="unwritable", reason=error.strerror or type(error).__name__)
