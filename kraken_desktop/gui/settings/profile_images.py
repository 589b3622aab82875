"""What a profile does with each image: its name, who may open it, how it becomes smaller."""

from __future__ import annotations

from dataclasses import replace

from typing_extensions import override

from kraken_desktop.gui.settings.acl_field import AclField
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.field_group import choose, show_text
from kraken_desktop.gui.settings.name_box import NameBox
from kraken_desktop.gui.settings.path_field import PathField, PreviewBox
from kraken_desktop.gui.settings.profile_fields import ProfileFields
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.value_box import ValueBox
from kraken_desktop.messages import Words
from kraken_desktop.model.profile import Collision, Profile, Uploader
from kraken_desktop.model.settings import Settings


class ImageFields(ProfileFields):
    """Path, collisions, access, recipe."""

    def __init__(self, form: FieldForm, theme: Theme, words: Words) -> None:
        super().__init__(form)
        self.path = PathField(words, form)
        self.example = PreviewBox(form)
        self.collision = ValueBox(
            (
                (Collision.RENAME, self.tr("Take another name, with a number")),
                (Collision.SKIP, self.tr("Skip the image if the same one is there")),
                (Collision.OVERWRITE, self.tr("Overwrite what is there")),
                (Collision.FAIL, self.tr("Stop this image and say so")),
            ),
            form,
        )
        self.acl = AclField(theme, form)
        self.recipe = NameBox(form)
        form.add_field("path_template", self.tr("&Path"), self.path, focus=self.path.line, below=(self.example,))
        form.add_field("collision", self.tr("If the name is taken"), self.collision)
        form.add_field("acl", self.tr("Access"), self.acl)
        form.add_field("recipe_id", self.tr("Recip&e"), self.recipe)
        self.path.edited.connect(lambda: self.edited.emit("path_template"))
        self.acl.edited.connect(lambda: self.edited.emit("acl"))
        self.watch_choices({"collision": self.collision, "recipe_id": self.recipe})

    @override
    def show_profile(self, profile: Profile) -> None:
        """Puts a profile into the fields; the recipes come with :meth:`set_recipes`."""
        show_text(self.path.line, profile.path_template)
        self.collision.set_value(profile.collision)
        self.acl.set_value(profile.acl)

    def set_recipes(self, settings: Settings, chosen: str) -> None:
        """The recipes to choose from."""
        self.recipe.clear()
        for recipe in settings.every_recipe:
            self.recipe.addItem(recipe.name, recipe.id)
        choose(self.recipe, chosen)

    @override
    def applied_to(self, profile: Profile) -> Profile:
        """The profile with what the fields say."""
        return replace(
            profile,
            path_template=self.path.line.text().strip(),
            collision=self.collision.value,
            acl=self.acl.value,
            recipe_id=self.recipe.currentData() or profile.recipe_id,
        )

    def arrange(self, uploader: Uploader, *, goes_to_folder: bool) -> None:
        """Shows the fields that apply: a folder is as open as its owner made it."""
        self.acl.set_uploader(uploader)
        self._form.set_field_visible("acl", not goes_to_folder)
