from __future__ import annotations

import pytest

from kraken_desktop.gui.settings.changes import free_name, profiles_using, with_account, with_profile
from kraken_desktop.model.profile import Account, Profile
from kraken_desktop.model.settings import Settings


@pytest.mark.parametrize(
    ("taken", "name"), [((), "Blog"), (("Blog",), "Blog 2"), (("Blog", "Blog 2"), "Blog 3"), (("Blog 2",), "Blog")]
)
def test_a_free_name(taken, name):
    assert free_name("Blog", taken) == name


def test_profiles_with_an_account_keep_it():
    settings = Settings(
        accounts=(Account(id="a"),),
        profiles=(
            Profile(id="1", name="1", account_id="a"),
            Profile(id="2", name="2"),
            Profile(id="3", name="3", account_id="gone"),
        ),
    )
    joined = with_account(settings, Account(id="b"))
    assert [profile.account_id for profile in joined.profiles] == ["a", "b", "b"]


def test_only_the_first_profile_becomes_the_default_by_itself():
    one = with_profile(Settings(), Profile(id="1", name="1"))
    two = with_profile(one, Profile(id="2", name="2"))
    assert two.default_profile == two.profiles[0]


def test_who_uses_a_recipe():
    settings = Settings(profiles=(Profile(id="1", name="One", recipe_id="r"), Profile(id="2", name="Two")))
    assert profiles_using(settings, "r") == ("One",)
