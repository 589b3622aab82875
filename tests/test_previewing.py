"""Previews by the real engine: the very bytes that a job would store, and nothing left behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.engines.local.engine import LocalEngine
from kraken_desktop.model.errors import ImageBrokenError, SourceEmptyError, SourceMissingError
from kraken_desktop.model.recipe import KeptMetadata, OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.previewing import VIEW_SIDE, Previews
from kraken_desktop.stores.scratch import Scratch
from tests.engines.local.test_children import PATIENCE, until
from tests.support.pictures import encoded, photo
from tests.support.tasks import as_named

GPS = 0x8825
SMALL = Resize(strategy=Strategy.LANDSCAPE, width=40)
RECIPES = {
    "plain": Recipe(),
    "resized": Recipe(resize=SMALL),
    "converted": Recipe(convert=OutputFormat.WEBP, quality=60),
    "keeps the place": Recipe(lossy=False, keep_metadata=frozenset({KeptMetadata.GEOTAG})),
    "set": Recipe(variants=(Variant(name="a", resize=SMALL), Variant(name="b", convert=OutputFormat.PNG))),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    made = LocalEngine(workers=1, scratch=tmp_path_factory.mktemp("scratch"))
    yield made
    made.close()


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    made = Scratch(tmp_path / "work")
    yield made
    made.close()


@pytest.fixture
def previews(engine: LocalEngine, scratch: Scratch) -> Iterator[Previews]:
    made = Previews(lambda: engine, lambda: scratch)
    yield made
    made.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    exif = Image.Exif()
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 8.0, 0.0), 3: "E", 4: (11.0, 30.0, 0.0)})
    exif[0x8298] = "Somebody"
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(photo(120, 80), "JPEG", quality=97, exif=exif.tobytes()))
    return path


def kept(tmp_path: Path) -> list[Path]:
    """Results that are there."""
    return [path for path in (tmp_path / "work").rglob("*") if path.is_file() and path.suffix != ".lock"]


@pytest.mark.parametrize("name", RECIPES)
def test_a_preview_has_the_bytes_of_the_real_run(
    name: str, engine: LocalEngine, previews: Previews, source: Path, tmp_path: Path
) -> None:
    recipe, folder = RECIPES[name], tmp_path / "real"
    folder.mkdir()
    real = engine.optimize(source, extension=".jpg", recipe=recipe, folder=folder, cancel=CancelToken())
    shown = previews.make(source, recipe, CancelToken())
    assert [(each.variant, each.extension, each.sha256) for each in shown.images] == [
        (each.variant, each.extension, each.sha256) for each in real
    ]
    for each in shown.images:
        assert sha256(Path(each.path).read_bytes()).hexdigest() == each.sha256
    if name in {"plain", "keeps the place"}:
        assert shown.images[0].bytes <= shown.source_bytes == source.stat().st_size
    for each in shown.images:
        with Image.open(each.path) as opened:
            has_place = bool(opened.getexif().get_ifd(GPS))
        assert has_place is (name == "keeps the place")


def test_the_next_preview_takes_the_place_of_the_one_before(previews: Previews, source: Path, tmp_path: Path) -> None:
    first = previews.make(source, Recipe(quality=30), CancelToken())
    second = previews.make(source, Recipe(quality=80), CancelToken())
    assert kept(tmp_path) == [Path(second.images[0].path)]
    assert not Path(first.images[0].path).exists()
    view = previews.look(Path(second.images[0].path), CancelToken())
    assert (view.width, view.height, view.extension) == (120, 80, ".jpg")
    previews.close()
    assert kept(tmp_path) == []
    with pytest.raises(CancelledError):
        previews.make(source, Recipe(), CancelToken())
    assert kept(tmp_path) == []


def test_what_is_given_up_leaves_no_file_and_no_process(scratch: Scratch, tmp_path: Path) -> None:
    engine = LocalEngine(workers=1, scratch=tmp_path / "engine", handler_of=as_named)
    previews, cancel = Previews(lambda: engine, lambda: scratch), CancelToken()
    # A child that starts a program of its own, writes down its number, and hangs.
    source = tmp_path / "helper"
    source.touch()
    ended: list[BaseException] = []

    def run() -> None:
        try:
            previews.make(source, Recipe(), cancel)
        except CancelledError as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    until(lambda: bool(source.read_bytes()))
    assert engine._trials.process_ids
    cancel.cancel()
    thread.join(PATIENCE)
    assert ended
    until(lambda: not engine._trials.process_ids)
    assert kept(tmp_path) == []
    engine.close()
    assert list((tmp_path / "engine").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "expected"), [(None, SourceMissingError), (b"", SourceEmptyError), (b"no image", ImageBrokenError)]
)
def test_what_cannot_be_previewed_is_said(
    previews: Previews, tmp_path: Path, content: bytes | None, expected: type[Exception]
) -> None:
    path = tmp_path / "x.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(expected):
        previews.make(path, Recipe(), CancelToken())
    assert kept(tmp_path) == []


def test_the_type_is_that_of_the_bytes(previews: Previews, tmp_path: Path) -> None:
    path = tmp_path / "named.png"
    path.write_bytes(encoded(photo(), "JPEG", quality=97))
    (made,) = previews.make(path, Recipe(), CancelToken()).images
    assert made.extension == ".jpg"


def test_a_large_image_is_shown_in_little(previews: Previews, tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    Image.new("L", (2 * VIEW_SIDE, 30), 90).save(path)
    view = previews.look(path, CancelToken())
    assert (view.width, view.full_width) == (VIEW_SIDE, 2 * VIEW_SIDE)
    part = previews.look(path, CancelToken(), region=(VIEW_SIDE, 0, 200, 30))
    assert (part.width, part.height) == (200, 30)
