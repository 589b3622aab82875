from __future__ import annotations

import pytest

from kraken_desktop.gui.settings.changes import free_name, profiles_using
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.settings import Settings


@pytest.mark.parametrize(
    ("taken", "name"), [((), "Blog"), (("Blog",), "Blog 2"), (("Blog", "Blog 2"), "Blog 3"), (("Blog 2",), "Blog")]
)
def test_a_free_name(taken, name):
    assert free_name("Blog", taken) == name


def test_who_uses_a_recipe():
    settings = Settings(profiles=(Profile(id="1", name="One", recipe_id="r"), Profile(id="2", name="Two")))
    assert profiles_using(settings, "r") == ("One",)
