"""The recipe form: every recipe goes in and comes out, and what is wrong is said where it is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog

from kraken_desktop.gui.settings.recipe_form import RecipeForm
from kraken_desktop.gui.settings.recipe_outputs import Many
from kraken_desktop.messages import Words
from kraken_desktop.model.image_set import grid
from kraken_desktop.model.recipe import Chroma, CropMode, OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.model.recipes import BUILT_IN_RECIPES
from kraken_desktop.model.resizing import Sizing
from tests.support.recipes import EVERY_RECIPE

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def form(qtbot, theme) -> RecipeForm:
    made = RecipeForm(Words(), theme)
    qtbot.addWidget(made)
    made.set_recipe(Recipe(id="r", name="Mine"), ())
    return made


def choose(box, value) -> None:
    """As a person does in a combo box."""
    box.set_value(value)
    box.activated.emit(box.currentIndex())


def test_every_recipe_is_shown_and_comes_back_unchanged(form):
    for recipe in (*BUILT_IN_RECIPES, *EVERY_RECIPE):
        form.set_recipe(recipe, ())
        assert form.recipe() == recipe
        assert not form.is_dirty()
        told = Words().recipe(recipe)
        assert form.summary.text() == told[0].upper() + told[1:]
        assert form.faults() == ()


@pytest.mark.parametrize(
    ("sizing", "width", "height", "resize"),
    [
        (Sizing.AT_MOST, 800, 0, Resize(strategy=Strategy.LANDSCAPE, width=800)),
        (Sizing.AT_MOST, 0, 600, Resize(strategy=Strategy.PORTRAIT, height=600)),
        (Sizing.AT_MOST, 800, 600, Resize(strategy=Strategy.AUTO, width=800, height=600)),
        (Sizing.CROPPED, 800, 600, Resize(strategy=Strategy.CROP, width=800, height=600)),
        (Sizing.CROPPED, 800, 800, Resize(strategy=Strategy.SQUARE, size=800)),
        (Sizing.BORDERED, 800, 600, Resize(strategy=Strategy.FILL, width=800, height=600)),
        (Sizing.STRETCHED, 800, 600, Resize(strategy=Strategy.EXACT, width=800, height=600)),
        (Sizing.ORIGINAL, 800, 600, None),
    ],
)
def test_the_words_choose_the_strategy(form, sizing, width, height, resize):
    size = form.outputs.size
    choose(size.sizing, sizing)
    size.width_box.setValue(width)
    size.height_box.setValue(height)
    assert form.recipe().resize == resize


@pytest.mark.parametrize("sizing", [each for each in Sizing if each is not Sizing.ORIGINAL])
def test_a_size_that_was_just_chosen_is_complete(form, sizing):
    choose(form.outputs.size.sizing, sizing)
    assert form.faults() == ()
    assert form.recipe().resize is not None


@pytest.mark.parametrize(
    ("sizing", "shown"),
    [
        (Sizing.ORIGINAL, set()),
        (Sizing.AT_MOST, {"sides", "enhance"}),
        (Sizing.CROPPED, {"sides", "enhance", "crop_mode"}),
        (Sizing.BORDERED, {"sides", "enhance", "background"}),
        (Sizing.STRETCHED, {"sides", "enhance"}),
    ],
)
def test_only_what_applies_is_shown(form, sizing, shown):
    size = form.outputs.size
    choose(size.sizing, sizing)
    parts = {
        "sides": size.width_box,
        "enhance": size.enhance,
        "crop_mode": size.crop_mode,
        "background": size.background,
    }
    assert {name for name, widget in parts.items() if widget.isVisibleTo(form)} == shown


def test_the_finer_points_of_a_size(form):
    size = form.outputs.size
    choose(size.sizing, Sizing.CROPPED)
    choose(size.crop_mode, CropMode.BOTTOM)
    size.enhance.click()
    assert form.recipe().resize == Resize(
        strategy=Strategy.CROP, width=1600, height=1200, crop_mode=CropMode.BOTTOM, enhance=True
    )


def test_a_missing_side_is_said_at_the_size(form):
    size = form.outputs.size
    choose(size.sizing, Sizing.CROPPED)
    before = form.recipe()
    size.width_box.setValue(0)
    assert form.faults() == ("resize",)
    assert "The width or the height is missing." in form.remarks_of("resize")
    assert form.is_dirty()
    assert form.recipe() == replace(before, resize=None)
    choose(size.sizing, Sizing.ORIGINAL)
    assert form.faults() == ()


def test_enlarging_is_warned_of(form):
    choose(form.outputs.size.sizing, Sizing.BORDERED)
    assert "Warning: Images smaller than 1600 × 1200 are enlarged." in form.remarks_of("resize")
    choose(form.outputs.size.sizing, Sizing.AT_MOST)
    assert form.remarks_of("resize") == ""


def test_formats_and_what_they_cannot_hold(form):
    choose(form.outputs.convert, OutputFormat.JPEG)
    assert "only the first one of an animation stays" in form.remarks_of("convert")
    choose(form.outputs.convert, OutputFormat.WEBP)
    assert form.remarks_of("convert") == ""
    assert form.recipe().convert is OutputFormat.WEBP


def test_more_is_open_for_what_says_something_there(form):
    assert not form.is_field_visible("chroma")
    form.more.more.click()
    choose(form.more.chroma, Chroma.FULL)
    form.more.sandbox.click()
    recipe = form.recipe()
    assert recipe.chroma is Chroma.FULL
    assert recipe.sandbox
    form.set_recipe(Recipe(), ())
    assert not form.is_field_visible("chroma")
    form.set_recipe(recipe, ())
    assert form.is_field_visible("sandbox")


def test_a_color_is_written(form, qtbot):
    form.more.more.click()
    line = form.more.background.line
    line.selectAll()
    qtbot.keyClicks(line, "#12")
    assert form.faults() == ("background",)
    assert form.recipe().background == "#ffffff"
    qtbot.keyClicks(line, "3")
    assert form.faults() == ()
    assert form.recipe().background == "#123"


def test_a_color_is_chosen_in_a_dialog(form):
    form.more.more.click()
    form.more.background.button.click()
    (dialog,) = form.findChildren(QColorDialog)
    dialog.setCurrentColor(QColor("#804020"))
    dialog.accept()
    assert form.recipe().background == "#804020"


def test_a_border_of_no_color_is_said_at_the_size(form, qtbot):
    choose(form.outputs.size.sizing, Sizing.BORDERED)
    line = form.outputs.size.background.line
    line.selectAll()
    qtbot.keyClicks(line, "red")
    assert form.faults() == ("resize",)


def test_who_shows_the_recipe_hears_of_every_change(form, qtbot):
    with qtbot.waitSignal(form.changed):
        form.photos.auto_orient.click()
    with qtbot.waitSignal(form.changed):
        form.set_recipe(Recipe(name="Another"), ())


# --- sets ---


def test_a_set_takes_three_clicks(house):
    dialog = house.open("recipes")
    page = dialog.recipes_page
    page.form.outputs.many.button_of(Many.SET).click()
    page.form.outputs.set.generator.button.click()
    dialog.bar.save_button.click()
    formats = (OutputFormat.AVIF, OutputFormat.WEBP, OutputFormat.JPEG)
    assert house.store.load().recipes[0] == Recipe(variants=grid((480, 960, 1600), formats))


@pytest.fixture
def a_set(form):
    form.outputs.many.button_of(Many.SET).click()
    form.outputs.set.generator.widths.setText("480, 960")
    for box in form.outputs.set.generator.formats.values():
        box.setChecked(False)
    form.outputs.set.generator.formats[OutputFormat.WEBP].setChecked(True)
    form.outputs.set.generator.button.click()
    return form.outputs.set


def names(form) -> list[str]:
    return [each.name for each in form.recipe().variants]


def test_the_list_says_what_each_image_is(form, a_set):
    assert a_set.list.texts() == ["480-webp: WebP, at most 480 wide", "960-webp: WebP, at most 960 wide"]
    assert a_set.name.text() == "480-webp"


def test_images_are_added_duplicated_moved_and_removed(form, a_set):
    a_set.list.duplicate_button.click()
    assert names(form) == ["480-webp", "480-webp-2", "960-webp"]
    a_set.list.down_button.click()
    assert names(form) == ["480-webp", "960-webp", "480-webp-2"]
    assert a_set.list.row == 2
    assert not a_set.list.down_button.isEnabled()
    a_set.list.up_button.click()
    a_set.list.remove_button.click()
    assert names(form) == ["480-webp", "960-webp"]
    a_set.list.add_button.click()
    assert names(form) == ["480-webp", "960-webp", "image"]
    assert a_set.name.selectedText() == "image"
    for _ in range(3):
        a_set.list.remove_button.click()
    assert form.faults() == ("variants",)
    assert "The set has no image yet." in form.remarks_of("variants")
    assert not form.is_field_visible("variant_name")


def test_each_image_has_fields_of_its_own(form, a_set, qtbot):
    a_set.list.list.setCurrentRow(1)
    a_set.name.selectAll()
    qtbot.keyClicks(a_set.name, "square")
    choose(a_set.size.sizing, Sizing.CROPPED)
    a_set.size.width_box.setValue(300)
    a_set.size.height_box.setValue(300)
    choose(a_set.convert, OutputFormat.JPEG)
    a_set.own.click()
    choose(a_set.lossy, True)
    a_set.quality.setValue(60)
    choose(a_set.chroma, Chroma.FULL)
    assert form.recipe().variants[1] == Variant(
        name="square",
        resize=Resize(strategy=Strategy.SQUARE, size=300),
        convert=OutputFormat.JPEG,
        lossy=True,
        quality=60,
        chroma=Chroma.FULL,
    )
    assert names(form)[0] == "480-webp"
    a_set.list.list.setCurrentRow(0)
    assert a_set.quality.value() == 0
    assert a_set.size.width_box.value() == 480


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("960-WEBP", "Two images of the set are named “960-WEBP”."),
        ("a b", "“a b” cannot be the name of an image of a set."),
        ("", "An image of the set has no name."),
    ],
)
def test_a_wrong_name_is_said_at_the_name(form, a_set, qtbot, typed, why):
    a_set.name.selectAll()
    qtbot.keyClick(a_set.name, Qt.Key.Key_Delete)
    qtbot.keyClicks(a_set.name, typed)
    assert form.faults() == ("variant_name",)
    form.touch_all()
    assert why in form.remarks_of("variant_name")
    assert form.is_dirty()
    # Of an image that is not in the fields it is said at the list.
    a_set.list.list.setCurrentRow(1)
    assert ("variant_name" if typed == "960-WEBP" else "variants") in form.faults()


def test_ten_are_the_most(form, a_set):
    for _ in range(8):
        a_set.list.add_button.click()
    assert len(names(form)) == 10
    assert not a_set.list.add_button.isEnabled()
    assert not a_set.list.duplicate_button.isEnabled()


@pytest.mark.parametrize(
    ("widths", "problem"),
    [("480, x", "whole numbers"), ("0", "whole numbers"), ("1 2 3 4 5 6 7 8 9 10 11", "11 images are too many")],
)
def test_what_the_quick_way_cannot_make(form, a_set, widths, problem):
    a_set.generator.widths.setText(widths)
    assert problem in a_set.generator.problem.text()
    assert not a_set.generator.button.isEnabled()


def test_going_back_to_one_image_and_again_loses_nothing(form, a_set):
    made = form.recipe()
    form.outputs.many.button_of(Many.ONE).click()
    assert form.recipe().variants == ()
    form.outputs.many.button_of(Many.SET).click()
    assert form.recipe() == made


def test_the_format_of_the_recipe_is_shown_where_an_image_goes_by_it(form, a_set):
    assert not form.is_field_visible("convert")
    choose(a_set.convert, None)
    assert form.is_field_visible("convert")


def test_a_set_that_breaks_a_rule_of_the_form_is_left_alone(form):
    odd = Recipe(variants=(Variant(name="a"), Variant(name="A")))
    form.set_recipe(odd, ())
    assert not form.is_dirty()
    assert form.recipe() == odd
    assert form.remarks_of("variants") == ""
