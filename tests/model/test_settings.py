from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kraken_desktop.model.profile import LOCAL_PROFILE_ID, Account, Profile
from kraken_desktop.model.recipe import DEFAULT_RECIPE_ID, Recipe
from kraken_desktop.model.settings import Settings, first_settings

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


# --- the first start ------------------------------------------------------------------------------

FIRST = first_settings(Path("/pictures/Kraken Desktop"))
BUILT_IN = FIRST.profiles[0]


def test_the_first_profile_needs_nothing() -> None:
    assert FIRST.default_profile == BUILT_IN
    assert FIRST.default_profile_id is None
    assert BUILT_IN.is_local
    assert BUILT_IN.id == LOCAL_PROFILE_ID
    assert (BUILT_IN.name, BUILT_IN.folder) == ("This computer", str(Path("/pictures/Kraken Desktop")))
    assert FIRST.recipe(BUILT_IN.recipe_id) == Recipe()


def test_the_first_profile_of_ones_own_takes_the_place_of_the_built_in_one() -> None:
    assert FIRST.with_profile(ONE).default_profile == ONE
    joined = FIRST.joined_by_profile(ONE)
    assert joined.default_profile == ONE
    assert joined.joined_by_profile(TWO).default_profile == ONE
    assert joined.joined_by_profile(replace(BUILT_IN, name="Here")).default_profile == ONE
    assert joined.without_profile("1").default_profile == BUILT_IN
    assert joined.joined_by_profile(TWO).without_profile("1").default_profile == TWO


def test_changing_the_built_in_profile_is_no_mark() -> None:
    changed = FIRST.joined_by_profile(replace(BUILT_IN, name="Here"))
    assert changed.default_profile == replace(BUILT_IN, name="Here")
    assert changed.joined_by_profile(ONE).default_profile == ONE


def test_a_mark_of_the_person_wins() -> None:
    marked = FIRST.with_default(BUILT_IN.id).joined_by_profile(ONE)
    assert marked.default_profile == BUILT_IN
    assert marked.with_default("1").joined_by_profile(TWO).default_profile == ONE


def test_there_is_no_guess_among_several_of_ones_own() -> None:
    unmarked = FIRST.with_profile(ONE).with_profile(TWO)
    assert unmarked.default_profile is None
    assert unmarked.joined_by_profile(THREE).default_profile is None
    assert unmarked.joined_by_profile(replace(BUILT_IN, name="Here")).default_profile is None


def test_the_built_in_profile_can_be_removed() -> None:
    empty = FIRST.without_profile(LOCAL_PROFILE_ID)
    assert empty.profiles == ()
    assert empty.joined_by_profile(ONE).default_profile == ONE


def test_the_folders_that_profiles_store_into() -> None:
    settings = FIRST.with_profile(replace(ONE, local_copy="/copies")).with_profile(TWO)
    assert settings.bucket_folders == (Path("/pictures/Kraken Desktop"),)
    assert settings.copy_folders == (Path("/copies"),)
