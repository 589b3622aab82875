from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QPalette

from kraken_desktop.messages import Words
from kraken_desktop.model.recipe import (
    DEFAULT_RECIPE_ID,
    Chroma,
    KeptMetadata,
    OutputFormat,
    QualityTarget,
    Recipe,
    Resize,
    Strategy,
    Variant,
)
from kraken_desktop.model.recipes import BUILT_IN_RECIPES

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_everything_of_a_recipe_is_saved(house, type_into):
    dialog = house.open("recipes")
    page = dialog.recipes_page
    page.entries.add_button.click()
    form = page.form
    type_into(form.name, "Photos")
    form.compression.automatic.click()
    form.compression.slider.setValue(70)
    assert form.compression.spin.value() == 70
    form.photos.auto_orient.click()
    form.photos.kept[KeptMetadata.COPYRIGHT].click()
    form.photos.kept[KeptMetadata.GEOTAG].click()
    dialog.bar.save_button.click()
    recipe = house.store.load().recipes[1]
    assert recipe == Recipe(
        id=recipe.id,
        name="Photos",
        quality=70,
        auto_orient=False,
        keep_metadata=frozenset({KeptMetadata.COPYRIGHT, KeptMetadata.GEOTAG}),
    )


def test_quality_belongs_to_lossy_images(house):
    form = house.open("recipes").recipes_page.form
    form.compression.automatic.click()
    assert form.compression.slider.isEnabled()
    form.compression.lossless.click()
    assert not form.compression.slider.isEnabled()
    assert not form.compression.spin.isEnabled()


def test_automatic_quality_has_three_words(house):
    dialog = house.open("recipes")
    form = dialog.recipes_page.form
    assert form.compression.target.value is QualityTarget.BALANCED
    assert form.is_field_visible("target")
    form.compression.target.button_of(QualityTarget.FINEST).click()
    dialog.bar.save_button.click()
    assert house.store.load().recipes[0].target is QualityTarget.FINEST
    form.compression.automatic.click()
    assert not form.is_field_visible("target")
    form.compression.automatic.click()
    form.compression.lossless.click()
    assert not form.is_field_visible("target")
    assert form.recipe().target is QualityTarget.FINEST


def test_what_the_form_does_not_show_is_not_lost(house, type_into):
    rich = Recipe(
        id="recipe-1",
        name="Rich",
        resize=Resize(strategy=Strategy.LANDSCAPE, width=800),
        convert=OutputFormat.WEBP,
        chroma=Chroma.FULL,
        background="#102030",
        variants=(Variant(name="small", quality=40),),
    )
    house.store.update(lambda now: now.with_recipe(rich))
    dialog = house.open("recipes")
    page = dialog.recipes_page
    page.entries.pick(len(BUILT_IN_RECIPES))
    assert not page.is_dirty()
    type_into(page.form.name, "Renamed")
    dialog.bar.save_button.click()
    assert house.store.load().recipe("recipe-1") == replace(rich, name="Renamed")


def test_the_place_is_named_in_plain_words(house):
    form = house.open("recipes").recipes_page.form
    assert form.photos.kept[KeptMetadata.GEOTAG].text().replace("&", "") == "The place where the photo was taken"
    assert set(form.photos.kept) == set(KeptMetadata)


@pytest.mark.parametrize("at", [0, 4], ids=["first", "set"])
def test_a_built_in_recipe_is_changed_and_reset_but_stays(house, type_into, at):
    dialog = house.open("recipes")
    page = dialog.recipes_page
    page.entries.pick(at)
    button = page.entries.delete_button
    assert button.text() == "Reset…"
    assert not button.isEnabled()
    assert "cannot be deleted" in button.accessibleDescription()
    assert page.form.built_in.isVisibleTo(page.form)
    type_into(page.form.name, "Mine")
    page.form.photos.auto_orient.click()
    dialog.bar.save_button.click()
    assert house.store.load().every_recipe[at] == replace(BUILT_IN_RECIPES[at], name="Mine", auto_orient=False)
    assert button.isEnabled()
    button.click()
    assert Words().recipe(BUILT_IN_RECIPES[at]) in house.question(dialog).informativeText()
    house.answer(dialog, "Reset")
    assert house.store.load().every_recipe == BUILT_IN_RECIPES
    assert page.form.recipe() == BUILT_IN_RECIPES[at]
    assert not button.isEnabled()


def test_a_recipe_of_ones_own_is_not_built_in(house):
    house.store.update(lambda now: now.with_recipe(Recipe(id="own", name="Own")))
    page = house.open("recipes").recipes_page
    page.entries.pick(len(BUILT_IN_RECIPES))
    assert page.entries.delete_button.text() == "De&lete…"
    assert page.entries.delete_button.isEnabled()
    assert not page.form.built_in.isVisibleTo(page.form)


def test_deleting_a_recipe_in_use_names_the_profiles(house):
    house.fill("Blog", "Shop")
    own = Recipe(id="recipe-1", name="Own")
    house.store.update(lambda now: now.with_recipe(own).with_profile(replace(now.profiles[1], recipe_id="recipe-1")))
    dialog = house.open("recipes")
    dialog.recipes_page.entries.pick(len(BUILT_IN_RECIPES))
    dialog.recipes_page.entries.delete_button.click()
    told = house.question(dialog).informativeText()
    assert "Shop" in told
    assert "Blog" not in told
    house.answer(dialog, "Delete")
    settings = house.store.load()
    assert [recipe.id for recipe in settings.recipes] == [DEFAULT_RECIPE_ID]
    assert settings.profiles[1].recipe_id == DEFAULT_RECIPE_ID


def test_a_copy(house):
    dialog = house.open("recipes")
    dialog.recipes_page.entries.duplicate_button.click()
    dialog.bar.save_button.click()
    assert [recipe.name for recipe in house.store.load().recipes] == ["Web image", "Web image copy"]


@pytest.mark.parametrize("name", ["", "Other"])
def test_a_name_is_needed_and_must_be_free(house, type_into, qtbot, name):
    house.store.update(lambda now: now.with_recipe(Recipe(id="other", name="Other")))
    dialog = house.open("recipes")
    form = dialog.recipes_page.form
    form.name.selectAll()
    type_into(form.name, "x")
    form.name.setText(name)
    form.name.textEdited.emit(name)
    qtbot.waitUntil(lambda: form.remarks_of("name").startswith("Error: "))
    assert not dialog.bar.save_button.isEnabled()


def test_a_new_recipe_can_be_chosen_in_a_profile(house):
    house.fill("Blog")
    dialog = house.open("recipes")
    dialog.recipes_page.entries.duplicate_button.click()
    dialog.bar.save_button.click()
    profiles = dialog.profiles_page
    at = profiles.form.images.recipe.findText("Web image copy")
    assert at > 0
    profiles.form.images.recipe.setCurrentIndex(at)
    profiles.form.images.recipe.activated.emit(at)
    dialog.show_page("profiles")
    dialog.bar.save_button.click()
    settings = house.store.load()
    assert settings.profiles[0].recipe_id == settings.recipes[1].id


def test_a_slider_that_cannot_be_moved_looks_so(house):
    slider = house.open("recipes").recipes_page.form.compression.slider
    for role in (QPalette.ColorRole.Highlight, QPalette.ColorRole.Accent):
        shown = {
            slider.palette().color(group, role).name()
            for group in (QPalette.ColorGroup.Disabled, QPalette.ColorGroup.Active)
        }
        assert len(shown) == 2
