"""Everything a person set up, as one frozen value; every change gives a new one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeVar

from kraken_desktop.model.links import LinkFormat
from kraken_desktop.model.profile import LOCAL_PROFILE_ID, Account, Acl, Engine, Profile, Uploader
from kraken_desktop.model.recipe import DEFAULT_RECIPE_ID, Recipe
from kraken_desktop.model.recipes import BUILT_IN_IDS, BUILT_IN_RECIPES


class Identified(Protocol):
    """An entry of a list that is known by its id."""

    @property
    def id(self) -> str: ...


_Entry = TypeVar("_Entry", bound=Identified)


class ProxyMode(StrEnum):
    """Which proxy requests go through."""

    SYSTEM = "system"
    """What the operating system or the environment says."""
    NONE = "none"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How every request leaves this computer, and whom it trusts."""

    proxy: ProxyMode = ProxyMode.SYSTEM
    proxy_url: str = ""
    """``http://host:port`` of a manual proxy, without user and password."""
    proxy_user: str = ""
    """Its password is in the keyring, under :data:`PROXY_SECRET`."""
    ca_file: str = ""
    """Absolute path of a PEM file with further certificate authorities, trusted beside the system's; empty: none."""
    upload_limit: int | None = None
    """Bytes per second that all uploads together may send; None: as fast as the line allows."""

    def __post_init__(self) -> None:
        if self.upload_limit is not None and self.upload_limit < 1:
            raise ValueError(f"upload_limit must be positive, not {self.upload_limit}")


PROXY_SECRET = "network/proxy-password"  # noqa: S105 - the name of a keyring entry
"""The keyring entry of the manual proxy's password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a person likes, whatever the profile."""

    link_format: LinkFormat = LinkFormat.PLAIN
    concurrency: int = 4
    """Uploads at once, 1 to 16."""
    network: Network = field(default_factory=Network)

    def __post_init__(self) -> None:
        if not 1 <= self.concurrency <= 16:
            raise ValueError(f"concurrency must be 1 to 16, not {self.concurrency}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a person set up. Entries have unique ids; adding one with a known id replaces it."""

    accounts: tuple[Account, ...] = ()
    recipes: tuple[Recipe, ...] = (Recipe(),)
    profiles: tuple[Profile, ...] = ()
    default_profile_id: str | None = None
    preferences: Preferences = field(default_factory=Preferences)

    def profile_named(self, name: str) -> Profile | None:
        """The first profile of exactly this name."""
        return next((profile for profile in self.profiles if profile.name == name), None)

    def profile(self, profile_id: str | None) -> Profile | None:
        """The profile with this id."""
        return with_id(self.profiles, profile_id)

    def account(self, account_id: str | None) -> Account | None:
        """The account with this id."""
        return with_id(self.accounts, account_id)

    def recipe(self, recipe_id: str | None) -> Recipe | None:
        """The recipe with this id, a built-in one included."""
        return with_id(self.every_recipe, recipe_id)

    @property
    def every_recipe(self) -> tuple[Recipe, ...]:
        """The built-in recipes, as the person changed them, then those of the person's own."""
        built_in = tuple(with_id(self.recipes, each.id) or each for each in BUILT_IN_RECIPES)
        return built_in + tuple(each for each in self.recipes if each.id not in BUILT_IN_IDS)

    @property
    def default_profile(self) -> Profile | None:
        """The profile marked as default, or the only one there is; never a guess among several.

        The built-in one does not count beside a profile of the person's own.
        """
        marked = self.profile(self.default_profile_id)
        candidates = self._own_profiles or self.profiles
        return marked or (candidates[0] if len(candidates) == 1 else None)

    @property
    def bucket_folders(self) -> tuple[Path, ...]:
        """Every folder that takes the place of a bucket."""
        return tuple(Path(profile.folder) for profile in self.profiles if profile.folder)

    @property
    def copy_folders(self) -> tuple[Path, ...]:
        """Every folder that gets local copies."""
        return tuple(Path(profile.local_copy) for profile in self.profiles if profile.local_copy)

    @property
    def _own_profiles(self) -> tuple[Profile, ...]:
        return tuple(profile for profile in self.profiles if profile.id != LOCAL_PROFILE_ID)

    def with_profile(self, profile: Profile) -> Settings:
        """With this profile added, or put in the place of the one with its id."""
        return replace(self, profiles=_put(self.profiles, profile))

    def joined_by_profile(self, profile: Profile) -> Settings:
        """With this profile. The first one of the person's own becomes the default, and stays it when others come.

        The built-in one is the default only for as long as it is alone, or if the person marks it.
        """
        joined = self.with_profile(profile)
        if joined.profile(joined.default_profile_id) is not None:
            return joined
        first = (self if self._own_profiles else joined).default_profile
        return joined.with_default(first.id) if first is not None and first.id != LOCAL_PROFILE_ID else joined

    def without_profile(self, profile_id: str) -> Settings:
        """Without this profile; if it was the default, no profile is marked any more."""
        marked = None if self.default_profile_id == profile_id else self.default_profile_id
        return replace(self, profiles=_drop(self.profiles, profile_id), default_profile_id=marked)

    def with_account(self, account: Account) -> Settings:
        """With this account added, or put in the place of the one with its id."""
        return replace(self, accounts=_put(self.accounts, account))

    def joined_by_account(self, account: Account) -> Settings:
        """With this account, and with every profile that has none at it."""
        joined = self.with_account(account)
        for profile in joined.profiles:
            if joined.account(profile.account_id) is None:
                joined = joined.with_profile(replace(profile, account_id=account.id))
        return joined

    def without_file_limit(self, account_id: str) -> Settings:
        """With nothing known of the largest file that the account's plan takes."""
        account = self.account(account_id)
        return self.with_account(replace(account, file_limit=None)) if account is not None else self

    def without_account(self, account_id: str) -> Settings:
        """Without this account; profiles that used it are left without one."""
        profiles = tuple(
            replace(profile, account_id=None) if profile.account_id == account_id else profile
            for profile in self.profiles
        )
        return replace(self, accounts=_drop(self.accounts, account_id), profiles=profiles)

    def with_recipe(self, recipe: Recipe) -> Settings:
        """With this recipe added, or put in the place of the one with its id."""
        return replace(self, recipes=_put(self.recipes, recipe))

    def without_recipe(self, recipe_id: str) -> Settings:
        """Without this recipe; profiles that used it take the first one. A built-in recipe is only reset."""
        if recipe_id == DEFAULT_RECIPE_ID:
            return self.with_recipe(Recipe())
        if recipe_id in BUILT_IN_IDS:
            return replace(self, recipes=_drop(self.recipes, recipe_id))
        profiles = tuple(
            replace(profile, recipe_id=DEFAULT_RECIPE_ID) if profile.recipe_id == recipe_id else profile
            for profile in self.profiles
        )
        return replace(self, recipes=_drop(self.recipes, recipe_id), profiles=profiles)

    def with_default(self, profile_id: str | None) -> Settings:
        """With this profile marked as default; None marks none."""
        return replace(self, default_profile_id=profile_id)


def local_profile(folder: Path, name: str = "This computer") -> Profile:
    """The built-in profile: nothing leaves this computer, and nothing has to be set up.

    Without an ACL, so that it can be led to any bucket later.
    """
    return Profile(
        id=LOCAL_PROFILE_ID,
        name=name,
        engine=Engine.LOCAL,
        uploader=Uploader.LOCAL,
        folder=str(folder),
        acl=Acl.NONE,
    )


def first_settings(folder: Path) -> Settings:
    """What there is before the person set anything up: the one profile that works at once."""
    return Settings(profiles=(local_profile(folder),))


def with_id(entries: tuple[_Entry, ...], wanted: str | None) -> _Entry | None:
    """The entry with this id."""
    return next((entry for entry in entries if entry.id == wanted), None)


def _put(entries: tuple[_Entry, ...], entry: _Entry) -> tuple[_Entry, ...]:
    if with_id(entries, entry.id) is None:
        return (*entries, entry)
    return tuple(entry if old.id == entry.id else old for old in entries)


def _drop(entries: tuple[_Entry, ...], entry_id: str) -> tuple[_Entry, ...]:
    return tuple(entry for entry in entries if entry.id != entry_id)
