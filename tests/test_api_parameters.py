"""Every parameter of the Kraken.io API that we use, from recipe to object; and none that we do not.

Sources: Kraken.io docs, and the vendor's newest command-line client where they are older than it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL.ExifTags import IFD, Base

from kraken_desktop.engines.kraken_io import recipe_parameters
from kraken_desktop.model.geometry import place
from kraken_desktop.model.image_types import content_type
from kraken_desktop.model.profile import Acl
from kraken_desktop.model.recipe import (
    Chroma,
    CropMode,
    KeptMetadata,
    OutputFormat,
    Recipe,
    Resize,
    Strategy,
    Variant,
)
from tests.servers.images import ImageKind, make_image
from tests.support.recipes import EVERY_RECIPE
from tests.support.stage import HERE, KRAKEN_ROUTES, PUSHED, ROUTES, Stage, done, picture
from tests.support.world import World

SIZE = {"strategy", "width", "height", "size", "background", "crop_mode", "enhance"}
ENTRY = {*SIZE, "id", "storage_path", "lossy", "quality", "sampling_scheme"}
TOP = {
    "auth",
    "wait",
    "dev",
    "lossy",
    "quality",
    "sampling_scheme",
    "auto_orient",
    "preserve_meta",
    "resize",
    "convert",
}
TOP |= {"s3_store", "url"}
STORE = {"key", "secret", "bucket", "region", "path", "acl", "metadata", "headers", "tags"}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_image(ImageKind.JPEG, tmp_path / "beach.jpg", size=(160, 120))


# --- only what is documented ------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", EVERY_RECIPE, ids=range(len(EVERY_RECIPE)))
def test_a_request_holds_documented_parameters_of_the_right_type(recipe: Recipe) -> None:
    """So nothing of ``webp``, ``callback_url``, ``json``, ``level``, ``dpi``, ``origin``, or another storage."""
    told = recipe_parameters(recipe, recipe.outputs(".png"), ["a/b.png"] * max(1, len(recipe.variants)))
    assert told.keys() <= TOP
    entries = told.get("resize", {})
    for entry in entries if isinstance(entries, list) else [entries]:
        assert entry.keys() <= (ENTRY if isinstance(entries, list) else SIZE)
        assert all(type(entry[name]) is int for name in ("width", "height", "size", "quality") if name in entry)
    assert told.get("convert", {}).keys() <= {"format", "background"}
    for name in ("lossy", "auto_orient", "dev"):
        assert isinstance(told.get(name, True), bool)
    if not told["lossy"]:
        assert "quality" not in told, "it means something with loss only"


def test_a_store_holds_documented_parameters_only(stage: Stage, world: World, photo: Path) -> None:
    """So no endpoint, session token, role, storage class or encryption, which Kraken.io has no word for."""
    more: dict[str, Any] = {
        "tags": (("team", "web"),),
        "metadata": (("origin", "desk"),),
        "headers": (("Cache-Control", "no-store"),),
    }
    done(stage.put(photo, storage_class="STANDARD_IA", public_url=f"{world.s3.endpoint}/{world.bucket}", **more))
    (upload,) = world.api.uploads
    assert upload.parameters.keys() <= TOP
    assert upload.store.keys() == STORE
    assert upload.store["tags"] == {"team": "web"}
    assert upload.store["metadata"] == {"origin": "desk"}, "Kraken.io puts the prefix in front of it"
    assert upload.store["headers"] == {"Cache-Control": "no-store"}, "the type is left to Kraken.io"


@pytest.mark.parametrize("template", ["{name}", "a/{folder}/{name}", "{date:%Y}/{stem|slug}-{hash:8}{ext}"])
def test_a_path_is_a_whole_key(stage: Stage, world: World, photo: Path, template: str) -> None:
    (image,) = done(stage.put(photo, path_template=template)).images
    path = world.api.uploads[0].store["path"]
    assert path == image.key
    assert path.endswith(".jpg")
    assert not path.startswith("/")
    assert "//" not in path
    assert world.s3.keys(world.bucket) == (path,)


# --- sizes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resize", "told"),
    [
        (Resize(strategy=Strategy.EXACT, width=50, height=70), {"width": 50, "height": 70}),
        (Resize(strategy=Strategy.PORTRAIT, width=5, height=60), {"height": 60}),
        (Resize(strategy=Strategy.LANDSCAPE, width=80, height=5), {"width": 80}),
        (Resize(strategy=Strategy.LANDSCAPE, width=900), {"width": 900}),
        (Resize(strategy=Strategy.AUTO, width=40, height=60), {"width": 40, "height": 60}),
        (Resize(strategy=Strategy.FIT, width=40, height=60), {"width": 40, "height": 60}),
        (
            Resize(strategy=Strategy.FIT, width=40, height=60, crop_mode=CropMode.BOTTOM),
            {"width": 40, "height": 60, "crop_mode": "b"},
        ),
        (
            Resize(strategy=Strategy.CROP, width=90, height=30, enhance=True),
            {"width": 90, "height": 30, "enhance": True},
        ),
        (
            Resize(strategy=Strategy.CROP, width=90, height=30, crop_mode=CropMode.BOTTOM),
            {"width": 90, "height": 30, "crop_mode": "b"},
        ),
        (Resize(strategy=Strategy.SQUARE, size=48, width=5, height=5), {"size": 48}),
        (
            Resize(strategy=Strategy.FILL, width=60, height=60, background="#f60"),
            {"width": 60, "height": 60, "background": "#f60"},
        ),
    ],
    ids=lambda each: f"{each.strategy}-{each.width}-{each.crop_mode.name}" if isinstance(each, Resize) else "",
)
def test_each_strategy_makes_what_was_planned(
    stage: Stage, world: World, photo: Path, resize: Resize, told: dict[str, Any]
) -> None:
    template = "{width}x{height}{ext}"
    (image,) = done(stage.put(photo, recipe=Recipe(resize=resize), path_template=template)).images
    size = place((160, 120), resize).canvas
    assert picture(world.s3.get(world.bucket, image.key).body).size == (image.width, image.height) == size
    assert image.key == f"{size[0]}x{size[1]}.jpg"
    assert world.api.uploads[0].parameters["resize"] == {"strategy": str(resize.strategy), **told}


# --- types -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", KRAKEN_ROUTES)
@pytest.mark.parametrize("form", OutputFormat)
def test_each_type_has_its_extension_and_its_content(
    stage: Stage, world: World, tmp_path: Path, route: dict[str, Any], form: OutputFormat
) -> None:
    source = make_image(ImageKind.PNG_ALPHA, tmp_path / "logo.png", size=(32, 24))
    recipe = Recipe(convert=form, background="#102030")
    (image,) = done(stage.put(source, recipe=recipe, **route)).images
    stored = world.s3.get(world.bucket, image.key)
    assert image.key.endswith(form.extension)
    assert picture(stored.body).format == form.value.upper()
    assert stored.headers["content-type"] == content_type(form.extension)
    (upload,) = world.api.uploads
    if form is OutputFormat.PNG:
        assert "convert" not in upload.parameters, "it is one already"
    else:
        assert upload.parameters["convert"] == {"format": form.value, "background": "#102030"}


def test_a_photo_of_an_iphone_becomes_a_jpeg() -> None:
    recipe = Recipe()
    assert recipe_parameters(recipe, recipe.outputs(".heic"))["convert"] == {"format": "jpeg"}


# --- quality, chroma, orientation, metadata ---------------------------------------------------------


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        (Recipe(quality=1), {"lossy": True, "quality": 1}),
        (Recipe(quality=100), {"lossy": True, "quality": 100}),
        *((Recipe(chroma=each), {"lossy": True, "sampling_scheme": each.value}) for each in Chroma),
        (Recipe(lossy=False, chroma=Chroma.FULL), {"lossy": False, "sampling_scheme": "4:4:4"}),
    ],
)
def test_how_a_photo_is_compressed(
    stage: Stage, world: World, photo: Path, recipe: Recipe, told: Mapping[str, Any]
) -> None:
    done(stage.put(photo, recipe=recipe))
    (upload,) = world.api.uploads
    names = ("lossy", "quality", "sampling_scheme")
    assert {name: upload.parameters[name] for name in names if name in upload.parameters} == told


GROUPS = {
    KeptMetadata.DATE: IFD.Exif,
    KeptMetadata.COPYRIGHT: Base.Copyright,
    KeptMetadata.GEOTAG: IFD.GPSInfo,
    KeptMetadata.ORIENTATION: Base.Orientation,
}


@pytest.mark.parametrize(
    ("route", "kept"),
    [
        *((PUSHED, kept) for kept in ([], *([each] for each in GROUPS), list(GROUPS))),
        # What each of them means here, has its tests beside the engine.
        *((HERE, kept) for kept in ([], list(GROUPS))),
    ],
    ids=lambda each: "+".join(each) if isinstance(each, list) else each["engine"],
)
def test_both_engines_keep_the_same_of_a_photo(
    stage: Stage, world: World, tmp_path: Path, route: dict[str, Any], kept: list[KeptMetadata]
) -> None:
    source = make_image(ImageKind.JPEG_EXIF, tmp_path / "phone.jpg", size=(64, 48))
    recipe = Recipe(keep_metadata=frozenset(kept))
    (image,) = done(stage.put(source, recipe=recipe, **route)).images
    made = picture(world.s3.get(world.bucket, image.key).body)
    exif = made.getexif()
    assert set(exif) == {GROUPS[each] for each in kept}
    assert made.size == (48, 64), "upright"
    assert exif.get(Base.Orientation, 1) == 1, "and so it is not turned again"


@pytest.mark.parametrize("route", [pytest.param(PUSHED, id="route 1"), pytest.param(HERE, id="route 3")])
def test_both_engines_leave_a_photo_turned_if_they_are_asked_to(
    stage: Stage, world: World, tmp_path: Path, route: dict[str, Any]
) -> None:
    source = make_image(ImageKind.JPEG_EXIF, tmp_path / "phone.jpg", size=(64, 48))
    recipe = Recipe(auto_orient=False, keep_metadata=frozenset({KeptMetadata.ORIENTATION}))
    (image,) = done(stage.put(source, recipe=recipe, **route)).images
    made = picture(world.s3.get(world.bucket, image.key).body)
    assert (made.size, made.getexif()[Base.Orientation]) == ((64, 48), picture(source.read_bytes()).getexif()[274])


def test_a_color_profile_is_asked_for() -> None:
    recipe = Recipe(keep_metadata=frozenset({KeptMetadata.PROFILE}))
    assert recipe_parameters(recipe, recipe.outputs(".jpg"))["preserve_meta"] == ["profile"]


# --- sets --------------------------------------------------------------------------------------------


TWO = Recipe(
    variants=(
        Variant(name="small", resize=Resize(strategy=Strategy.LANDSCAPE, width=40)),
        Variant(name="icon", resize=Resize(strategy=Strategy.SQUARE, size=16)),
    )
)


@pytest.mark.parametrize("route", ROUTES)
def test_everything_of_the_profile_is_on_every_image_of_a_set(
    stage: Stage, world: World, photo: Path, route: dict[str, Any]
) -> None:
    more: dict[str, Any] = {
        "tags": (("team", "web"),),
        "metadata": (("origin", "desk"),),
        "headers": (("Cache-Control", "max-age=60"),),
        "acl": Acl.PRIVATE,
    }
    images = done(stage.put(photo, recipe=TWO, **route, **more)).images
    assert [image.variant for image in images] == ["small", "icon"]
    for image in images:
        stored = world.s3.get(world.bucket, image.key)
        assert world.s3.tags(world.bucket, image.key) == {"team": "web"}
        assert stored.metadata["origin"] == "desk"
        assert stored.headers["cache-control"] == "max-age=60"
        assert world.s3.acl(world.bucket, image.key) == "private"


@pytest.mark.parametrize("route", KRAKEN_ROUTES)
def test_a_set_is_made_of_an_address_too(stage: Stage, world: World, photo: Path, route: dict[str, Any]) -> None:
    (first,) = done(stage.put(photo, path_template="source/{name}")).images
    images = done(stage.put(first.url, recipe=TWO, path_template="set/{stem}{ext}", **route)).images
    assert [image.key for image in images] == ["set/beach-small.jpg", "set/beach-icon.jpg"]
    for image in images:
        assert picture(world.s3.anonymous_get(image.url).body).size == (image.width, image.height)
    assert [(image.width, image.height) for image in images] == [(40, 30), (16, 16)]
    (asked,) = [received for received in world.api.requests if received.endpoint == "url"]
    assert asked.parameters["url"] == first.url
    assert [entry["id"] for entry in asked.parameters["resize"]] == ["small", "icon"]
