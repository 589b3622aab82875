"""What is told of a stored image: its size as it is shown, and its type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import ImageOps

from kraken_desktop.engines import kraken_answers
from kraken_desktop.engines.kraken_answers import Result
from kraken_desktop.intake import expand
from kraken_desktop.model.job import Source, Verdict
from kraken_desktop.model.recipe import OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.transport import Answer
from tests.servers.images import ImageKind, make_image
from tests.servers.kraken_faults import Fault, FaultKind
from tests.support.stage import FETCHED, HERE, KRAKEN_ROUTES, PUSHED, ROUTES, Stage, done, picture
from tests.support.world import World

SET = Recipe(
    variants=(
        Variant(name="small", resize=Resize(strategy=Strategy.LANDSCAPE, width=80)),
        Variant(name="auto", resize=Resize(strategy=Strategy.AUTO, width=100, height=100)),
        Variant(name="modern", convert=OutputFormat.WEBP),
    )
)
SIZES = {"small": (80, 107), "auto": (75, 100), "modern": (240, 320)}


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    """A photo whose pixels lie on their side: 240 × 320 once it is upright."""
    return make_image(ImageKind.JPEG_EXIF, tmp_path / "phone.jpg", size=(320, 240))


def sizes(images: Sequence[Any]) -> dict[str, tuple[int, int]]:
    return {image.variant: (image.width, image.height) for image in images}


def address(world: World, key: str, body: bytes) -> Source:
    world.s3.put(world.bucket, key, body, ACL="public-read")
    (source,) = expand([f"{world.s3.endpoint}/{world.bucket}/{key}"])
    assert isinstance(source, Source)
    return replace(source, typed=True)


# --- sizes ---


@pytest.mark.parametrize("route", ROUTES)
def test_a_set_of_a_photo_on_its_side_has_upright_sizes(stage: Stage, world: World, phone: Path, route: Any) -> None:
    images = done(stage.put(phone, recipe=SET, **route)).images
    assert sizes(images) == SIZES
    for image in images:
        assert picture(world.s3.anonymous_get(image.url).body).size == SIZES[image.variant]


def test_a_lost_answer_leaves_the_size_known(stage: Stage, world: World, phone: Path) -> None:
    world.api.order(Fault(kind=FaultKind.RESET_AFTER_BODY, times=2))
    assert sizes(done(stage.put(phone, recipe=SET, **PUSHED)).images) == SIZES


def test_so_does_an_interrupted_try(stage: Stage, phone: Path) -> None:
    began = datetime.now(UTC)
    (job,) = stage.jobs(phone, recipe=SET, **PUSHED)
    done(stage.run(job))
    assert sizes(done(stage.run(job, since=began)).images) == SIZES


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers as the documentation shows them: with the size of the original only."""

    def results_of(answer: Answer, ids: Sequence[str]) -> tuple[Result | None, ...]:
        found = kraken_answers.results_of(answer, ids)
        return tuple(each and replace(each, width=None, height=None) for each in found)

    monkeypatch.setattr("kraken_desktop.engines.kraken_io.results_of", results_of)


@pytest.mark.usefixtures("untold")
@pytest.mark.parametrize("route", KRAKEN_ROUTES)
def test_a_size_that_kraken_does_not_tell_is_found_out(stage: Stage, phone: Path, route: dict[str, Any]) -> None:
    assert sizes(done(stage.put(phone, recipe=SET, **route)).images) == SIZES


@pytest.mark.usefixtures("untold")
@pytest.mark.parametrize(
    ("route", "size"),
    [pytest.param(PUSHED, (None, None), id="route 1"), pytest.param(FETCHED, (240, 320), id="route 2")],
)
def test_of_an_address_no_size_is_better_than_a_wrong_one(
    stage: Stage, world: World, phone: Path, route: dict[str, Any], size: Any
) -> None:
    (image,) = done(stage.put(address(world, "there.jpg", phone.read_bytes()), **route)).images
    assert (image.width, image.height) == size


@pytest.mark.parametrize("route", ROUTES)
def test_a_photo_that_is_not_turned_is_shown_upright_all_the_same(
    stage: Stage, world: World, phone: Path, route: dict[str, Any]
) -> None:
    (image,) = done(stage.put(phone, recipe=Recipe(auto_orient=False), **route)).images
    stored = picture(world.s3.anonymous_get(image.url).body)
    assert ImageOps.exif_transpose(stored).size == (image.width, image.height) == (240, 320)


# --- types ---


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", ["there", "there.php", "there.png"])
def test_the_type_of_an_address_is_that_of_its_bytes(
    stage: Stage, world: World, phone: Path, route: dict[str, Any], name: str
) -> None:
    source = address(world, name, phone.read_bytes())
    (image,) = done(stage.put(source, **route, path_template="copies/{name}")).images
    answer = world.s3.anonymous_get(image.url)
    assert picture(answer.body).format == "JPEG"
    assert answer.headers["content-type"] == "image/jpeg"
    assert image.check is not None
    assert image.check.verdict is Verdict.OPENS


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", ["there", "there.png"])
def test_what_an_address_claims_is_no_reason_not_to_convert(
    stage: Stage, world: World, phone: Path, route: dict[str, Any], name: str
) -> None:
    recipe = Recipe(
        variants=(Variant(name="as-it-is"), Variant(name="png", convert=OutputFormat.PNG)),
    )
    source = address(world, name, phone.read_bytes())
    images = done(stage.put(source, recipe=recipe, **route, path_template="copies/{name}")).images
    formats = [picture(world.s3.anonymous_get(image.url).body).format for image in images]
    assert formats == ["JPEG", "PNG"]
    assert images[1].key.endswith(".png")


def test_a_type_that_no_browser_shows_is_told_for_any_name(
    stage: Stage, world: World, phone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kraken_desktop.placing.content_type", lambda _: "application/octet-stream")
    (image,) = done(stage.put(phone, **HERE, path_template="{stem}-{hash:8}")).images
    assert image.check is not None
    assert image.check.verdict is Verdict.WRONG_TYPE
