from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QPalette

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
    form.automatic.click()
    form.slider.setValue(70)
    assert form.spin.value() == 70
    form.auto_orient.click()
    form.kept[KeptMetadata.COPYRIGHT].click()
    form.kept[KeptMetadata.GEOTAG].click()
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
    form.automatic.click()
    assert form.slider.isEnabled()
    form.lossless.click()
    assert not form.slider.isEnabled()
    assert not form.spin.isEnabled()


def test_automatic_quality_has_three_words(house):
    dialog = house.open("recipes")
    form = dialog.recipes_page.form
    assert form.target.value is QualityTarget.BALANCED
    assert form.is_field_visible("target")
    form.target.button_of(QualityTarget.FINEST).click()
    dialog.bar.save_button.click()
    assert house.store.load().recipes[0].target is QualityTarget.FINEST
    form.automatic.click()
    assert not form.is_field_visible("target")
    form.automatic.click()
    form.lossless.click()
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
    assert form.kept[KeptMetadata.GEOTAG].text().replace("&", "") == "The place where the photo was taken"
    assert set(form.kept) == set(KeptMetadata)


def test_the_built_in_recipe_stays(house):
    page = house.open("recipes").recipes_page
    assert not page.entries.delete_button.isEnabled()
    assert page.entries.delete_button.accessibleDescription()


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
    slider = house.open("recipes").recipes_page.form.slider
    for role in (QPalette.ColorRole.Highlight, QPalette.ColorRole.Accent):
        shown = {
            slider.palette().color(group, role).name()
            for group in (QPalette.ColorGroup.Disabled, QPalette.ColorGroup.Active)
        }
        assert len(shown) == 2
