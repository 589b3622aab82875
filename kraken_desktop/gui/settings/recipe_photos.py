"""What photos bring along, and what few recipes need to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.choice import Choice
from kraken_desktop.gui.settings.disclosure import Disclosure
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.marks import CheckBox
from kraken_desktop.gui.settings.recipe_chroma import ChromaBox
from kraken_desktop.gui.settings.recipe_color import ColorField
from kraken_desktop.gui.settings.recipe_fields import RecipeFields, column
from kraken_desktop.gui.theme import Theme
from kraken_desktop.model.profile import Finding
from kraken_desktop.model.recipe import WHITE, KeptMetadata, Recipe
from kraken_desktop.model.recipe_rules import check_color

MORE = ("chroma", "background", "sandbox")
"""The fields that the disclosure hides."""


class PhotoFields(RecipeFields):
    """Orientation, and the information that is kept."""

    def __init__(self, form: FieldForm, theme: Theme) -> None:
        super().__init__(form)
        self.auto_orient = CheckBox(self.tr("Turn photos up&right"), theme, form)
        self.kept = {
            KeptMetadata.PROFILE: CheckBox(self.tr("Color &profile"), theme, form),
            KeptMetadata.DATE: CheckBox(self.tr("Da&te and time the photo was taken"), theme, form),
            KeptMetadata.COPYRIGHT: CheckBox(self.tr("Copyri&ght and author"), theme, form),
            KeptMetadata.GEOTAG: CheckBox(self.tr("The pla&ce where the photo was taken"), theme, form),
            KeptMetadata.ORIENTATION: CheckBox(self.tr("Orientation &mark"), theme, form),
        }
        form.add_section(self.tr("Photos"))
        turning = Choice(
            self.auto_orient, self.tr("Cameras note which side is up; here the pixels themselves are turned."), form
        )
        form.add_field("auto_orient", self.tr("Orientation"), turning, focus=self.auto_orient)
        boxes: list[QWidget] = []
        for what, box in self.kept.items():
            meaning = self._meaning_of(what)
            boxes.append(Choice(box, meaning, form) if meaning else box)
        form.add_field(
            "keep_metadata",
            self.tr("Information in the file to keep"),
            column(form, *boxes),
            focus=self.kept[KeptMetadata.PROFILE],
            hint=self.tr("Everything else that cameras and programs write into files is removed."),
        )
        self.auto_orient.toggled.connect(lambda: self.edited.emit("auto_orient"))
        for box in self.kept.values():
            box.toggled.connect(lambda: self.edited.emit("keep_metadata"))

    def _meaning_of(self, what: KeptMetadata) -> str:
        if what is KeptMetadata.PROFILE:
            return self.tr("Keeps the colors right where they are wider than those of most screens.")
        if what is KeptMetadata.GEOTAG:
            return self.tr("Anyone who can open the image can then read where that was.")
        if what is KeptMetadata.ORIENTATION:
            return self.tr("Only for photos that are not turned upright.")
        return ""

    @override
    def show_recipe(self, recipe: Recipe) -> None:
        """Puts a recipe into the fields."""
        self.auto_orient.setChecked(recipe.auto_orient)
        for what, box in self.kept.items():
            box.setChecked(what in recipe.keep_metadata)

    @override
    def applied_to(self, recipe: Recipe) -> Recipe:
        """The recipe with what the fields say."""
        return replace(
            recipe,
            auto_orient=self.auto_orient.isChecked(),
            keep_metadata=frozenset(what for what, box in self.kept.items() if box.isChecked()),
        )

    def arrange(self) -> None:
        """Turning the pixels makes the mark wrong."""
        self.kept[KeptMetadata.ORIENTATION].setEnabled(not self.auto_orient.isChecked())


class MoreRecipeFields(RecipeFields):
    """Colors of a JPEG, the background, Kraken.io's sandbox."""

    def __init__(self, form: FieldForm, theme: Theme) -> None:
        super().__init__(form)
        self._background = WHITE
        self.more = Disclosure(self.tr("More"), form)
        self.chroma = ChromaBox(self.tr("Automatic"), form)
        self.background = ColorField(self.tr("Background"), theme, form)
        self.sandbox = CheckBox(self.tr("Test with Kraken.io’s sandbox"), theme, form)
        form.add_section(self.more)
        form.add_field(
            "chroma",
            self.tr("Colors of a JPEG"),
            self.chroma,
            hint=self.tr(
                "Eyes see brightness sharper than color, so coarse colors save much. Red letters and thin colored "
                "lines need all of them."
            ),
        )
        form.add_field(
            "background",
            self.tr("Background"),
            self.background,
            focus=self.background.line,
            hint=self.tr("Behind what is transparent, where the new format can have nothing transparent, as JPEG."),
        )
        testing = Choice(
            self.sandbox,
            self.tr("Nothing is stored and nothing is charged; results are made up. For Kraken.io only."),
            form,
        )
        form.add_field("sandbox", self.tr("Test"), testing, focus=self.sandbox)
        self.watch_choices({"chroma": self.chroma})
        self.background.edited.connect(lambda: self.edited.emit("background"))
        self.sandbox.toggled.connect(lambda: self.edited.emit("sandbox"))
        self.more.turned.connect(lambda _open: self.arrange())

    @override
    def show_recipe(self, recipe: Recipe) -> None:
        """Puts a recipe into the fields, and opens them if it says something there."""
        self._background = recipe.background
        self.chroma.set_value(recipe.chroma)
        self.background.set_color(recipe.background)
        self.sandbox.setChecked(recipe.sandbox)
        self.more.set_open(recipe.chroma is not None or recipe.background != WHITE or recipe.sandbox)

    @override
    def applied_to(self, recipe: Recipe) -> Recipe:
        """The recipe with what the fields say."""
        if not self.is_unfinished:
            self._background = self.background.color
        return replace(recipe, chroma=self.chroma.value, background=self._background, sandbox=self.sandbox.isChecked())

    @override
    def findings(self) -> Mapping[str, list[Finding]]:
        """A text that is no color."""
        return {"background": list(check_color("background", self.background.color))}

    @property
    @override
    def is_unfinished(self) -> bool:
        """Whether the background is no color yet."""
        return any(self.findings()["background"])

    def arrange(self) -> None:
        """Shows the fields while they are asked for."""
        for name in MORE:
            self._form.set_field_visible(name, self.more.is_open)
