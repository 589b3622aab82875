from __future__ import annotations

from dataclasses import replace

from kraken_desktop.model.profile import Account, Profile
from kraken_desktop.model.recipe import DEFAULT_RECIPE_ID, Recipe
from kraken_desktop.model.settings import Settings

ONE = Profile(id="1", name="One", account_id="a", recipe_id="r")
TWO = Profile(id="2", name="Two")
THREE = Profile(id="3", name="Three", account_id="gone")
FULL = Settings(accounts=(Account(id="a"),), recipes=(Recipe(), Recipe(id="r", name="R")), profiles=(ONE, TWO, THREE))


def test_a_new_account_serves_the_profiles_that_have_none() -> None:
    joined = FULL.joined_by_account(Account(id="b"))
    assert [profile.account_id for profile in joined.profiles] == ["a", "b", "b"]


def test_only_the_first_profile_becomes_the_default_by_itself() -> None:
    one = Settings().joined_by_profile(ONE)
    assert one.default_profile == ONE
    assert one.joined_by_profile(TWO).default_profile == ONE
    assert one.joined_by_profile(replace(ONE, name="Renamed")).default_profile == replace(ONE, name="Renamed")


def test_the_only_profile_is_the_default_without_a_mark() -> None:
    assert Settings(profiles=(TWO,)).default_profile == TWO
    assert FULL.default_profile is None


def test_removing_clears_what_referred_to_it() -> None:
    assert FULL.without_account("a").profiles[0].account_id is None
    assert FULL.without_recipe("r").profiles[0].recipe_id == DEFAULT_RECIPE_ID
    assert FULL.with_default("1").without_profile("1").default_profile_id is None


def test_the_built_in_recipe_is_reset_and_never_removed() -> None:
    changed = FULL.with_recipe(Recipe(lossy=False))
    assert changed.without_recipe(DEFAULT_RECIPE_ID).recipe(DEFAULT_RECIPE_ID) == Recipe()


def test_entries_are_found_by_id_and_name() -> None:
    assert FULL.profile_named("Two") == TWO
    assert FULL.profile_named("two") is None
    assert FULL.account("nobody") is None
    assert FULL.recipe(None) is None
