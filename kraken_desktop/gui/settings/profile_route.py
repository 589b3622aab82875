"""The first question of a profile: who does the work, and whether the images go to a bucket or a folder."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from typing_extensions import override

from kraken_desktop.gui.routes import Route, route_meaning, route_of, route_title
from kraken_desktop.gui.settings.choice_field import ChoiceField
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.field_group import choose
from kraken_desktop.gui.settings.name_box import NameBox
from kraken_desktop.gui.settings.profile_fields import ProfileFields
from kraken_desktop.gui.theme import Theme
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.settings import Settings


class Place(Enum):
    """Where the images are stored."""

    BUCKET = "bucket"
    FOLDER = "folder"


class RouteFields(ProfileFields):
    """Route, account and place."""

    def __init__(self, form: FieldForm, theme: Theme) -> None:
        super().__init__(form)
        self.route = ChoiceField({each: (route_title(each), route_meaning(each)) for each in Route}, theme, form)
        self.account = NameBox(form)
        self.place = ChoiceField(
            {
                Place.BUCKET: (
                    self.tr("An S3 bucket"),
                    self.tr(
                        "At Amazon, or at any other service with S3: Cloudflare R2, Backblaze B2, MinIO and so on."
                    ),
                ),
                Place.FOLDER: (
                    self.tr("A folder on this computer"),
                    self.tr("Nothing is uploaded. The links are file:// addresses, which open on this computer only."),
                ),
            },
            theme,
            form,
        )
        form.add_field("route", self.tr("Who does the work"), self.route)
        form.add_field("account_id", self.tr("Kraken.io accoun&t"), self.account)
        form.add_field("place", self.tr("Where the images go"), self.place)
        self.route.edited.connect(lambda: self.edited.emit("route"))
        self.place.edited.connect(lambda: self.edited.emit("place"))
        self.watch_choices({"account_id": self.account})

    @property
    def goes_to_folder(self) -> bool:
        """Whether a folder takes the place of the bucket."""
        return self.route.value.takes_folder and self.place.value is Place.FOLDER

    @override
    def show_profile(self, profile: Profile) -> None:
        """Puts a profile into the fields; the accounts come with :meth:`set_accounts`."""
        self.route.set_value(route_of(profile))
        self.place.set_value(Place.FOLDER if profile.folder else Place.BUCKET)

    def set_accounts(self, settings: Settings, chosen: str | None) -> None:
        """The accounts to choose from."""
        self.account.clear()
        for account in settings.accounts:
            self.account.addItem(account.name, account.id)
        choose(self.account, chosen)
        self.account.setEnabled(bool(settings.accounts))

    @override
    def applied_to(self, profile: Profile) -> Profile:
        """The profile with this route and account; the account is remembered where none is needed."""
        route = self.route.value
        return replace(
            profile,
            engine=route.engine,
            uploader=route.uploader,
            account_id=self.account.currentData() or profile.account_id,
        )

    def arrange(self) -> None:
        """Shows the fields that apply."""
        route = self.route.value
        is_a_question = self.account.count() > 1 or self.account.currentIndex() < 0
        self._form.set_field_visible("account_id", route.needs_account and is_a_question)
        self._form.set_field_visible("place", route.takes_folder)
