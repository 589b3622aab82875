"""The recipes: what is done to images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.changes import free_name, new_id, profiles_using, save_recipe
from kraken_desktop.gui.settings.collaborators import Collaborators
from kraken_desktop.gui.settings.list_page import ListPage
from kraken_desktop.gui.settings.questions import ask_confirm
from kraken_desktop.gui.settings.recipe_form import RecipeForm
from kraken_desktop.model.recipe import DEFAULT_RECIPE_ID, Recipe
from kraken_desktop.model.settings import Settings


class RecipesPage(ListPage[Recipe]):
    """Add, duplicate, change and delete recipes. The built-in one stays."""

    def __init__(self, collaborators: Collaborators, settings: Settings, parent: QWidget | None = None) -> None:
        form = RecipeForm(collaborators.words, collaborators.theme)
        super().__init__(collaborators, settings, form=form, with_default=False, parent=parent)
        self.form = form
        self.set_texts(
            title=self.tr("Recipes"),
            about=self.tr("A recipe says how images are made smaller. Each profile uses one."),
            empty=self.tr("There is no recipe yet."),
        )
        self.show_saved()

    @override
    def saved_entries(self) -> tuple[Recipe, ...]:
        """The recipes."""
        return self._settings.every_recipe

    @override
    def new_entry(self) -> Recipe:
        """A recipe like the built-in one."""
        return Recipe(id=new_id(), name=free_name(self.tr("New recipe"), self._taken("")))

    @override
    def copy_of(self, entry: Recipe) -> Recipe:
        """The same under another name."""
        wanted = self.tr("{name} copy").replace("{name}", entry.name)
        return replace(entry, id=new_id(), name=free_name(wanted, self._taken("")))

    @override
    def fill_form(self, entry: Recipe, *, like: Recipe | None) -> None:
        """Shows the recipe."""
        del like
        self.form.set_recipe(entry, self._taken(entry.id))

    @override
    def form_entry(self) -> Recipe:
        """The recipe in the form."""
        return self.form.recipe()

    @override
    def form_is_dirty(self) -> bool:
        """Whether it was changed."""
        return self.form.is_dirty()

    @override
    def saving(self) -> tuple[Callable[[], Settings], Callable[[], None]]:
        """Writes the settings."""
        store, recipe = self._use.store, self.form.recipe()
        return (lambda: save_recipe(store, recipe)), (lambda: None)

    @override
    def ask_delete(self, entry: Recipe) -> None:
        """Tells which profiles would change."""
        if entry.id == DEFAULT_RECIPE_ID:
            return
        spare = self._settings.recipe(DEFAULT_RECIPE_ID) or Recipe()
        used = profiles_using(self._settings, entry.id)
        if used:
            consequence = (
                self.tr("These profiles use it and will take “{spare}” instead: {names}.")
                .replace("{spare}", spare.name)
                .replace("{names}", ", ".join(used))
            )
        else:
            consequence = self.tr("No profile uses it.")
        store = self._use.store
        ask_confirm(
            self,
            self.tr("Delete the recipe “{name}”?").replace("{name}", entry.name),
            consequence,
            self.tr("&Delete"),
            lambda: self.delete_in_background(lambda: (store.update(lambda now: now.without_recipe(entry.id)), None)),
        )

    @override
    def update_buttons(self, entry: Recipe | None, *, is_draft: bool) -> None:
        """The built-in recipe cannot be deleted."""
        super().update_buttons(entry, is_draft=is_draft)
        built_in = entry is not None and entry.id == DEFAULT_RECIPE_ID
        self.entries.delete_button.setEnabled(entry is not None and not built_in)
        why = self.tr("The first recipe stays: profiles fall back on it.") if built_in else ""
        self.entries.delete_button.setToolTip(why)
        self.entries.delete_button.setAccessibleDescription(why)

    @override
    def focus_draft(self) -> None:
        """Leads to the name."""
        self.form.name.setFocus()
        # From the end to the beginning, so that the beginning of a long name stays in sight.
        self.form.name.setSelection(len(self.form.name.text()), -len(self.form.name.text()))

    def _taken(self, besides: str) -> frozenset[str]:
        return frozenset(each.name for each in self._settings.every_recipe if each.id != besides)
