"""The example beneath the path: every name that a recipe gives, and what two images would share."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kraken_desktop.gui.settings.path_field import PreviewBox
from kraken_desktop.gui.settings.preview import findings, preview
from kraken_desktop.model.image_set import grid
from kraken_desktop.model.job import Source, SourceKind
from kraken_desktop.model.profile import Acl, Engine, Profile, Severity, Uploader
from kraken_desktop.model.recipe import OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.model.recipes import BUILT_IN_RECIPES

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROFILE = Profile(id="p", name="Blog", bucket="pictures", engine=Engine.LOCAL, uploader=Uploader.LOCAL, acl=Acl.NONE)
WIDTHS = (480, 960)
FORMATS = (OutputFormat.WEBP, OutputFormat.JPEG)


def keys(template: str, recipe: Recipe, sample: Source | None = None) -> tuple[str, ...]:
    return preview(replace(PROFILE, path_template=template), recipe, sample, NOW, to_folder=False).keys


@pytest.mark.parametrize(
    ("template", "recipe", "expected"),
    [
        ("{stem|slug}{ext}", Recipe(), ("holiday-photo.jpg",)),
        ("{stem|slug}{ext}", Recipe(convert=OutputFormat.AVIF), ("holiday-photo.avif",)),
        (
            "{width}x{height}{ext}",
            Recipe(resize=Resize(strategy=Strategy.LANDSCAPE, width=800)),
            ("800x600.jpg",),
        ),
        (
            "{stem|slug}-{variant}{ext}",
            Recipe(variants=grid(WIDTHS, FORMATS)),
            (
                "holiday-photo-480-webp.webp",
                "holiday-photo-960-webp.webp",
                "holiday-photo-480-jpeg.jpg",
                "holiday-photo-960-jpeg.jpg",
            ),
        ),
        ("{width}{ext}", Recipe(variants=grid(WIDTHS, FORMATS)), ("480.webp", "960.webp", "480.jpg", "960.jpg")),
        ("a{ext}", Recipe(variants=grid((), FORMATS)), ("a.webp", "a.jpg")),
        ("a{ext}", Recipe(variants=grid(WIDTHS, ())), ("a-480.jpg", "a-960.jpg")),
    ],
)
def test_every_name_that_the_recipe_gives(template, recipe, expected):
    assert keys(template, recipe) == expected
    told = preview(replace(PROFILE, path_template=template), recipe, None, NOW, to_folder=False)
    assert told.is_suffixed == (expected[0] == "a-480.jpg")
    assert told.url.endswith(expected[0])


def test_the_type_of_the_image_that_was_dropped_last_counts():
    photo = Source(kind=SourceKind.FILE, location="/a.heic", name="a.heic", extension=".heic")
    assert keys("{name}", Recipe(), photo) == ("a.jpg",)


@pytest.mark.parametrize(
    ("recipe", "template", "engine", "problems"),
    [
        (Recipe(), "{name}", Engine.LOCAL, []),
        (Recipe(variants=(Variant(name="a"), Variant(name="A"))), "{stem}-{variant}{ext}", Engine.LOCAL,
         ["variants.same_key"]),
        (Recipe(variants=(Variant(name="a"), Variant(name="b"))), "{name}", Engine.LOCAL, []),
        (Recipe(sandbox=True), "{name}", Engine.LOCAL, ["recipe_id.sandbox_with_local"]),
        (Recipe(convert=OutputFormat.WEBP), "{name}", Engine.KRAKEN, ["recipe_id.animation_with_kraken"]),
        (Recipe(), "{nmae}", Engine.LOCAL, []),
        (Recipe(), "{variant}", Engine.LOCAL, []),
    ],
)  # fmt: skip
def test_what_profile_and_recipe_make_of_each_other(recipe, template, engine, problems):
    profile = replace(PROFILE, path_template=template, engine=engine)
    assert [each.problem for each in findings(profile, recipe, None, NOW)] == problems


def test_the_box_lists_the_names_of_a_set(qtbot):
    box = PreviewBox()
    qtbot.addWidget(box)
    recipe = Recipe(variants=grid(WIDTHS, ()))
    box.show_preview(preview(replace(PROFILE, path_template="a{ext}"), recipe, None, NOW, to_folder=False))
    assert box.keys == ("a-480.jpg", "a-960.jpg")
    assert box.key == "a-480.jpg"
    assert "{variant}" in box.note
    box.show_preview(preview(replace(PROFILE, path_template="{name}"), Recipe(), None, NOW, to_folder=False))
    assert box.keys == ("Holiday Photo.jpg",)
    assert box.note == ""


def test_the_profile_form_shows_and_lints_the_set_of_its_recipe(house):
    house.fill("Blog")
    clash = Recipe(id="clash", name="Clash", variants=(Variant(name="a"), Variant(name="A")))
    house.store.update(
        lambda now: now.with_recipe(clash).with_profile(
            replace(now.profiles[0], recipe_id=BUILT_IN_RECIPES[4].id, path_template="{stem|slug}-{variant}{ext}")
        )
    )
    form = house.open("profiles").profiles_page.form
    assert len(form.images.example.keys) == 9
    assert form.images.example.keys[0] == "holiday-photo-480-avif.avif"
    assert form.faults() == ()
    at = form.images.recipe.findText("Clash")
    form.images.recipe.setCurrentIndex(at)
    form.images.recipe.activated.emit(at)
    assert form.faults() == ("path_template",)
    form.touch_all()
    assert "Two images of the set would be stored as “holiday-photo-a-a.jpg”." in form.remarks_of("path_template")
    assert "Kraken.io does not say what becomes of an animation" in form.remarks_of("recipe_id")


def test_errors_come_with_their_severity():
    clash = Recipe(variants=(Variant(name="a"), Variant(name="A")), sandbox=True)
    profile = replace(PROFILE, path_template="{variant}{ext}")
    told = {each.problem: each.severity for each in findings(profile, clash, None, NOW)}
    assert told == {
        "recipe_id.sandbox_with_local": Severity.WARNING,
        "variants.same_key": Severity.ERROR,
    }
