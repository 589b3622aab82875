"""What is made of one image: one or a set, in which size and format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum

from typing_extensions import override

from kraken_desktop.gui.settings.choice_field import ChoiceField
from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.recipe_draft import findings_of_size
from kraken_desktop.gui.settings.recipe_fields import FORMAT_NAMES, RecipeFields
from kraken_desktop.gui.settings.recipe_set import SetFields
from kraken_desktop.gui.settings.recipe_size import SizeField
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.value_box import ValueBox
from kraken_desktop.messages import Words
from kraken_desktop.model.profile import Finding
from kraken_desktop.model.recipe import OutputFormat, Recipe
from kraken_desktop.model.recipe_rules import check_format
from kraken_desktop.model.resizing import resize_of, wanted_of


class Many(Enum):
    """How many images are made of one."""

    ONE = "one"
    SET = "set"


class OutputFields(RecipeFields):
    """One image or several, size, format."""

    def __init__(self, form: FieldForm, theme: Theme, words: Words) -> None:
        super().__init__(form)
        self._shown = Recipe()
        self.many = ChoiceField(
            {
                Many.ONE: (self.tr("One image"), self.tr("In one size and one format.")),
                Many.SET: (
                    self.tr("Several images (a set)"),
                    self.tr("Up to ten sizes and formats of each image, for pages that choose what suits the screen."),
                ),
            },
            theme,
            form,
        )
        self.size = SizeField(self.tr("Size"), theme, form)
        self.convert = ValueBox[OutputFormat | None](((None, self.tr("Same as the source")), *FORMAT_NAMES), form)
        form.add_section(self.tr("Result"))
        form.add_field("images", self.tr("What is made of each image"), self.many)
        form.add_field("resize", self.tr("Size"), self.size)
        self.set = SetFields(form, theme, words)
        form.add_field("convert", self.tr("Format"), self.convert)
        self.many.edited.connect(lambda: self.edited.emit("images"))
        self.size.edited.connect(lambda: self.edited.emit("resize"))
        self.watch_choices({"convert": self.convert})
        self.set.edited.connect(self.edited)

    @property
    def is_set(self) -> bool:
        """Whether several images are wanted."""
        return self.many.value is Many.SET

    @override
    def show_recipe(self, recipe: Recipe) -> None:
        """Puts a recipe into the fields."""
        self._shown = recipe
        self.many.set_value(Many.SET if recipe.variants else Many.ONE)
        self.size.set_wanted(wanted_of(recipe.resize))
        self.convert.set_value(recipe.convert)
        self.set.show_variants(recipe.variants)

    @override
    def applied_to(self, recipe: Recipe) -> Recipe:
        """The recipe with what the fields say; what is unfinished is as it was last."""
        recipe = replace(recipe, convert=self.convert.value)
        if self.is_unfinished:
            return replace(recipe, resize=self._shown.resize, variants=self._shown.variants)
        if self.is_set:
            recipe = replace(recipe, resize=self._shown.resize, variants=self.set.variants())
        else:
            resize = resize_of(self.size.wanted, like=self._shown.resize)
            recipe = replace(recipe, resize=resize, variants=())
        return recipe

    @property
    @override
    def is_unfinished(self) -> bool:
        """Whether a size or a set is not complete yet."""
        try:
            if self.is_set:
                self.set.variants()
            else:
                resize_of(self.size.wanted, like=self._shown.resize)
        except ValueError:
            return True
        return False

    @override
    def findings(self) -> Mapping[str, list[Finding]]:
        """What is wrong or unwise, by field."""
        told = {"convert": list(check_format(self.convert.value))}
        if self.is_set:
            return told | dict(self.set.set_findings())
        return told | {"resize": findings_of_size(self.size.wanted, "resize")}

    def arrange(self) -> None:
        """Shows the fields that apply."""
        self._form.set_field_visible("resize", not self.is_set)
        needs_format = self.set.leaves_format or self.convert.value is not None
        self._form.set_field_visible("convert", not self.is_set or needs_format)
        self.set.arrange(visible=self.is_set)
