"""The fields of a recipe."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.field_form import FieldForm
from kraken_desktop.gui.settings.names import name_remarks
from kraken_desktop.gui.settings.recipe_compression import CompressionFields
from kraken_desktop.gui.settings.recipe_fields import RecipeFields, note, remarks_of
from kraken_desktop.gui.settings.recipe_outputs import OutputFields
from kraken_desktop.gui.settings.recipe_photos import MORE, MoreRecipeFields, PhotoFields
from kraken_desktop.gui.settings.remarks import Remark
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Words
from kraken_desktop.model.recipe import Recipe


class RecipeForm(FieldForm):
    """Name, result, compression, photos, and more; what a recipe has and the form does not show is kept.

    Signals:
        changed: the recipe in the form is another one now, by the person's hand or because it was shown.
    """

    changed = Signal()

    def __init__(self, words: Words, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._words = words
        self._original = Recipe()
        self._taken: Collection[str] = ()
        self.name = QLineEdit(self)
        self.summary = note("", self)
        self.built_in = note(
            self.tr("This recipe is built in: you can change it and reset it, and it cannot be deleted."), self
        )
        self.add_field("name", self.tr("&Name"), self.name, below=(self.summary, self.built_in))
        self.outputs = OutputFields(self, theme, words)
        self.compression = CompressionFields(self, theme)
        self.photos = PhotoFields(self, theme)
        self.more = MoreRecipeFields(self, theme)
        self._groups: tuple[RecipeFields, ...] = (self.outputs, self.compression, self.photos, self.more)
        self.name.textEdited.connect(lambda: self._on_edited("name"))
        for group in self._groups:
            group.edited.connect(self._on_edited)
        self._render()

    def set_recipe(self, recipe: Recipe, taken: Collection[str], *, is_built_in: bool = False) -> None:
        """Shows a recipe. ``taken``: names that others have."""
        self._original = recipe
        self._taken = taken
        blocked = self.blockSignals(True)
        self.name.setText(recipe.name)
        self.built_in.setVisible(is_built_in)
        for group in self._groups:
            group.show_recipe(recipe)
        self.blockSignals(blocked)
        self._render()
        self.forget_touches()
        self.changed.emit()

    def recipe(self) -> Recipe:
        """The recipe as it stands in the form; what is unfinished there is as it was before."""
        recipe = self._original
        for group in self._groups:
            recipe = group.applied_to(recipe)
        return _named(recipe, self.name.text().strip())

    def is_dirty(self) -> bool:
        """Whether the form differs from what it was given."""
        return any(group.is_unfinished for group in self._groups) or self.recipe() != self._original

    @override
    def lead_to(self, name: str) -> None:
        """Goes to the field, opening what hides it."""
        if name in MORE:
            self.more.more.set_open(True)
        super().lead_to(name)

    def _on_edited(self, field: str) -> None:
        if self.signalsBlocked():
            return
        # What one click can make wrong is said after that click.
        if field:
            self._fields[field].touched = True
        self._render()
        if field:
            self.touch(field)
        self.changed.emit()

    def _render(self) -> None:
        self.outputs.arrange()
        self.compression.arrange()
        self.photos.arrange()
        self.more.arrange()
        remarks: dict[str, list[Remark]] = {"name": name_remarks(self.name.text(), self._taken, self._words)}
        for group in self._groups:
            remarks |= remarks_of(group.findings(), self._words)
        if remarks.get("background"):
            self.more.more.set_open(True)
        self.set_remarks(remarks)
        told = self._words.recipe(self.recipe())
        self.summary.setText(told[:1].upper() + told[1:])


def _named(recipe: Recipe, name: str) -> Recipe:
    return recipe if recipe.name == name else replace(recipe, name=name)
