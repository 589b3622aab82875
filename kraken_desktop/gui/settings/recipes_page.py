"""The recipes: what is done to images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from kraken_desktop.gui.settings.changes import free_name, new_id, profiles_using, save_recipe
from kraken_desktop.gui.settings.collaborators import Collaborators
from kraken_desktop.gui.settings.list_page import ListPage
from kraken_desktop.gui.settings.preview_place import WithPreview
from kraken_desktop.gui.settings.questions import ask_confirm
from kraken_desktop.gui.settings.recipe_form import RecipeForm
from kraken_desktop.gui.settings.recipe_preview import RecipePreview
from kraken_desktop.model.profile import Engine
from kraken_desktop.model.recipe import DEFAULT_RECIPE_ID, Recipe
from kraken_desktop.model.recipes import BUILT_IN_IDS, original
from kraken_desktop.model.settings import Settings


class RecipesPage(ListPage[Recipe]):
    """Add, duplicate, change and delete recipes. The built-in ones stay, and can be reset."""

    def __init__(self, collaborators: Collaborators, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(collaborators, settings, with_default=False, parent=parent)
        self._place: WithPreview | None = None
        self.preview = self._with_preview()
        self.form = RecipeForm(collaborators.words, collaborators.theme, self._frame.body)
        self.take_form(self.form)
        self.form.changed.connect(self._try_recipe)
        self._delete_text = self.entries.delete_button.text()
        self._frame.set_texts(
            title=self.tr("Recipes"),
            about=self.tr("A recipe says what is made of an image, and how it is made smaller. Each profile uses one."),
            empty=self.tr("There is no recipe yet."),
        )
        self.show_saved()

    @override
    def saved_entries(self) -> tuple[Recipe, ...]:
        """The recipes."""
        return self._settings.every_recipe

    @override
    def tip_of(self, entry: Recipe) -> str:
        """What it does."""
        return f"{entry.name}: {self._use.words.recipe(entry)}"

    @override
    def new_entry(self) -> Recipe:
        """A recipe like the first one."""
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
        self.form.set_recipe(entry, self._taken(entry.id), is_built_in=entry.id in BUILT_IN_IDS)

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
        """Tells what would change."""
        first = original(entry.id)
        if first is not None:
            self._ask_reset(entry, first)
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

    def _ask_reset(self, entry: Recipe, first: Recipe) -> None:
        consequence = (
            self.tr("It becomes “{name}” again: {what}. Profiles that use it go on using it.")
            .replace("{what}", self._use.words.recipe(first))
            .replace("{name}", first.name)
        )
        store = self._use.store
        ask_confirm(
            self,
            self.tr("Reset the recipe “{name}” to the original?").replace("{name}", entry.name),
            consequence,
            self.tr("&Reset"),
            lambda: self.delete_in_background(
                lambda: (store.update(lambda now: now.without_recipe(entry.id)), None), stays=True
            ),
        )

    @override
    def update_buttons(self, entry: Recipe | None, *, is_draft: bool) -> None:
        """A built-in recipe cannot be deleted, but reset if it was changed."""
        super().update_buttons(entry, is_draft=is_draft)
        first = original(entry.id) if entry is not None else None
        button = self.entries.delete_button
        button.setText(self.tr("Reset…") if first is not None else self._delete_text)
        button.setEnabled(entry is not None and entry != first)
        why = self.tr("A built-in recipe cannot be deleted. “Reset” makes it again what it was at first.")
        button.setToolTip(why if first is not None else "")
        button.setAccessibleDescription(why if first is not None else "")

    @override
    def focus_draft(self) -> None:
        """Leads to the name."""
        self.form.name.setFocus()
        # From the end to the beginning, so that the beginning of a long name stays in sight.
        self.form.name.setSelection(len(self.form.name.text()), -len(self.form.name.text()))

    def _with_preview(self) -> RecipePreview | None:
        use = self._use
        if use.previews is None:
            return None
        preview = RecipePreview(
            use.previews, use.run_in_background, use.words, use.theme, newest=use.sample, parent=self
        )

        def around(form: QWidget, parent: QWidget) -> QWidget:
            self._place = WithPreview(form, preview, parent)
            return self._place

        self._frame.accompany(around)
        return preview

    @override
    def uncover_form(self) -> None:
        """The preview may stand in its place."""
        if self._place is not None:
            self._place.uncover()

    def _try_recipe(self) -> None:
        if self.preview is not None:
            recipe = self.form.recipe()
            users = [each for each in self._settings.profiles if each.recipe_id == recipe.id]
            self.preview.set_recipe(recipe, with_kraken=any(each.engine is Engine.KRAKEN for each in users))

    def _taken(self, besides: str) -> frozenset[str]:
        return frozenset(each.name for each in self._settings.every_recipe if each.id != besides)
