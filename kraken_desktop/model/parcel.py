"""Profiles and recipes that come from elsewhere: what they would change, and the settings after it. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from types import MappingProxyType

from kraken_desktop.model.profile import Credentials, CredentialSource, Engine, Profile
from kraken_desktop.model.recipe import DEFAULT_RECIPE_ID, Recipe
from kraken_desktop.model.recipes import BUILT_IN_IDS
from kraken_desktop.model.settings import Settings, with_id

NOTES = (
    "unknown_field",
    "no_account",
    "no_account_called",
    "no_recipe",
    "no_bucket",
    "engine_local",
    "folder",
    "copies",
    "path_left_out",
    "path_became",
    "acl",
    "tls_off",
    "proxy",
    "links",
    "links_suffix",
    "encrypted",
)
"""Every code of a note."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the person should know of an entry that comes. ``detail`` is the part that it is about."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcelled:
    """A profile that comes."""

    profile: Profile
    notes: tuple[Note, ...] = ()
    account_name: str = ""
    """Of the Kraken.io account that it used where it comes from."""
    secret: str | None = field(default=None, repr=False)
    """The S3 secret access key that another program kept in its file; ours never hold one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What a file brings."""

    profiles: tuple[Parcelled, ...] = ()
    recipes: tuple[Recipe, ...] = ()
    notes: tuple[Note, ...] = ()
    """About no profile in particular."""


class Clash(StrEnum):
    """What happens to an entry that comes where one of its kind, or of its name, is already."""

    RENAME = "rename"
    """Both stay; the one that comes gets another name."""
    REPLACE = "replace"
    """The one that is there becomes like the one that comes."""
    SKIP = "skip"
    """The one that is there stays as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field that would become another. The values are as records have them."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An entry that comes, beside what is there."""

    name: str
    is_recipe: bool = False
    existing: str = ""
    """The name of the entry that it would meet; empty for a new one."""
    changes: tuple[Change, ...] = ()
    """Empty for a new entry, and for one that is there just like this."""
    notes: tuple[Note, ...] = ()
    has_secret: bool = False

    @property
    def clashes(self) -> bool:
        """Whether the person has to decide."""
        return bool(self.changes)

    @property
    def is_known(self) -> bool:
        """Whether it is there already, just like this."""
        return bool(self.existing) and not self.changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The settings after an import, and what it did."""

    settings: Settings
    profile_ids: tuple[str, ...] = ()
    """Of the profiles that came or changed."""
    rekeyed: frozenset[str] = frozenset()
    """Of those that were there, and have another access key now: the secret that is kept belongs to the old one."""
    secrets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """By the id of its profile: what another program's file held."""


_HERE = frozenset({"id", "account_id", "credentials"})
"""What a profile has of this computer, and no file tells."""


def arrivals(parcel: Parcel, settings: Settings) -> tuple[Arrival, ...]:
    """What would come, recipes first."""
    told: list[Arrival] = []
    for recipe in parcel.recipes:
        there = _recipe_like(recipe, settings)
        changes = _recipe_changes(there, recipe)
        told.append(Arrival(name=recipe.name, is_recipe=True, existing=there.name if there else "", changes=changes))
    recipes = {recipe.id: recipe for recipe in (*settings.every_recipe, *parcel.recipes)}
    ids = {recipe.id: like.id for recipe in parcel.recipes if (like := _recipe_like(recipe, settings)) is not None}
    for each in parcel.profiles:
        profile = replace(each.profile, recipe_id=ids.get(each.profile.recipe_id, each.profile.recipe_id))
        notes = [*each.notes]
        if profile.recipe_id not in recipes:
            notes.append(Note("no_recipe"))
            profile = replace(profile, recipe_id=DEFAULT_RECIPE_ID)
        met = _profile_like(profile, settings)
        if profile.engine is Engine.KRAKEN and met is None and _account_id(each, settings) is None:
            notes.append(Note("no_account_called" if each.account_name else "no_account", each.account_name))
        told.append(
            Arrival(
                name=profile.name,
                existing=met.name if met else "",
                changes=_profile_changes(met, profile, recipes),
                notes=tuple(notes),
                has_secret=each.secret is not None,
            )
        )
    return tuple(told)


def imported(
    parcel: Parcel, settings: Settings, clash: Clash, new_id: Callable[[], str] = lambda: str(uuid.uuid4())
) -> Imported:
    """The settings with what comes; ids are made anew but for what takes an entry's place."""
    recipe_ids: dict[str, str] = {}
    for recipe in parcel.recipes:
        settings, recipe_ids[recipe.id] = _with_recipe(recipe, settings, clash, new_id)
    changed: list[str] = []
    rekeyed: set[str] = set()
    secrets: dict[str, str] = {}
    for each in parcel.profiles:
        recipe_id = recipe_ids.get(each.profile.recipe_id, each.profile.recipe_id)
        profile = replace(
            each.profile,
            recipe_id=recipe_id if settings.recipe(recipe_id) is not None else DEFAULT_RECIPE_ID,
            account_id=_account_id(each, settings),
        )
        there = _profile_like(profile, settings)
        if there is not None and (clash is Clash.SKIP or not _profile_changes(there, profile, {})):
            continue
        if there is not None and clash is Clash.REPLACE:
            profile = replace(
                profile,
                id=there.id,
                account_id=there.account_id or profile.account_id,
                credentials=_joined(there.credentials, profile.credentials),
            )
            if profile.credentials.access_key != there.credentials.access_key:
                rekeyed.add(profile.id)
        else:
            taken = {other.name for other in settings.profiles}
            profile = replace(profile, id=new_id(), name=free_name(profile.name, taken))
        settings = settings.joined_by_profile(profile)
        changed.append(profile.id)
        if each.secret is not None:
            secrets[profile.id] = each.secret
    return Imported(
        settings=settings,
        profile_ids=tuple(changed),
        rekeyed=frozenset(rekeyed),
        secrets=MappingProxyType(secrets),
    )


def undone(before: Settings, after: Settings, now: Settings) -> Settings:
    """The settings as they are now, without what an import made of ``before``; what was changed since stays."""
    for profile in after.profiles:
        old = before.profile(profile.id)
        if profile == old or now.profile(profile.id) != profile:
            continue
        now = now.with_profile(old) if old is not None else now.without_profile(profile.id)
    for recipe in after.recipes:
        old_recipe = with_id(before.recipes, recipe.id)
        if recipe == old_recipe or with_id(now.recipes, recipe.id) != recipe:
            continue
        in_use = any(profile.recipe_id == recipe.id for profile in now.profiles)
        if old_recipe is not None:
            now = now.with_recipe(old_recipe)
        elif not in_use:
            now = now.without_recipe(recipe.id)
    if now.default_profile_id == after.default_profile_id != before.default_profile_id:
        now = now.with_default(before.default_profile_id)
    return now


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The name, with a number if it is taken: ``Blog``, ``Blog 2``, ``Blog 3``."""
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted} {number}" in taken:
        number += 1
    return f"{wanted} {number}"


# --- what meets what ------------------------------------------------------------------------------


def _profile_like(profile: Profile, settings: Settings) -> Profile | None:
    return settings.profile(profile.id) or settings.profile_named(profile.name)


def _recipe_like(recipe: Recipe, settings: Settings) -> Recipe | None:
    by_name = next((each for each in settings.every_recipe if each.name == recipe.name), None)
    return settings.recipe(recipe.id) or by_name


def _recipe_changes(there: Recipe | None, comes: Recipe) -> tuple[Change, ...]:
    """A recipe is shown as a whole: its fields mean little alone."""
    if there is None or replace(comes, id=there.id) == there:
        return ()
    return (Change(field="recipe", before=there, after=comes),)


def _profile_changes(there: Profile | None, comes: Profile, recipes: Mapping[str, Recipe]) -> tuple[Change, ...]:
    """``recipes`` by id, to be told by their names."""
    if there is None:
        return ()
    found = []
    for each in fields(Profile):
        before, after = getattr(there, each.name), getattr(comes, each.name)
        if each.name in _HERE or before == after:
            continue
        if each.name == "recipe_id":
            before, after = (recipes[id_].name if id_ in recipes else "" for id_ in (before, after))
        found.append(Change(field=each.name, before=before, after=after))
    joined = _joined(there.credentials, comes.credentials)
    if joined != there.credentials:
        found.append(Change(field="credentials", before=_told(there.credentials), after=_told(joined)))
    return tuple(found)


def _told(credentials: Credentials) -> str:
    """Where keys come from, without their names on this computer's screen being needed."""
    return credentials.aws_profile or credentials.access_key or credentials.source.value


def _joined(before: Credentials, after: Credentials) -> Credentials:
    """A profile's credentials after it was replaced: those that a file does not tell stay."""
    tells = after.source is CredentialSource.AWS_PROFILE or bool(after.access_key)
    return after if tells else before


def _account_id(each: Parcelled, settings: Settings) -> str | None:
    named = next((account for account in settings.accounts if account.name == each.account_name), None)
    only = settings.accounts[0] if len(settings.accounts) == 1 else None
    account = named or only
    return account.id if account is not None else None


def _with_recipe(recipe: Recipe, settings: Settings, clash: Clash, new_id: Callable[[], str]) -> tuple[Settings, str]:
    there = _recipe_like(recipe, settings)
    if there is not None and (clash is Clash.SKIP or not _recipe_changes(there, recipe)):
        return settings, there.id
    if there is not None and clash is Clash.REPLACE:
        return settings.with_recipe(replace(recipe, id=there.id)), there.id
    taken = {each.name for each in settings.every_recipe}
    made = replace(recipe, id=new_id(), name=free_name(recipe.name, taken))
    return settings.with_recipe(made), made.id


def travels(recipe: Recipe, settings: Settings) -> bool:
    """Whether a recipe has to be told of: a built-in one as it was at first is everywhere."""
    return recipe.id not in BUILT_IN_IDS or with_id(settings.recipes, recipe.id) not in (None, _first(recipe.id))


def _first(recipe_id: str) -> Recipe | None:
    return Settings(recipes=()).recipe(recipe_id)
