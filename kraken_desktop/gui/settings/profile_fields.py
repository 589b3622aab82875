"""A part of the profile form that knows its own fields."""

from __future__ import annotations

from kraken_desktop.gui.settings.field_group import FieldGroup
from kraken_desktop.model.profile import Profile


class ProfileFields(FieldGroup):
    """The fields of one subject: shows a profile, and gives it back as it stands."""

    def show_profile(self, profile: Profile) -> None:
        """Puts a profile into the fields."""
        raise NotImplementedError

    def applied_to(self, profile: Profile) -> Profile:
        """The profile with what the fields say."""
        raise NotImplementedError
