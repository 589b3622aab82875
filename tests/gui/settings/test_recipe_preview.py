"""The preview as a person has it: real children, numbers, words, keys; and nothing that stays behind."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import shiboken6
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.engines.local.engine import LocalEngine
from kraken_desktop.gui.jobs import Background
from kraken_desktop.gui.settings import preview_run, recipe_preview
from kraken_desktop.gui.settings.recipe_preview import RecipePreview
from kraken_desktop.messages import Words
from kraken_desktop.model.job import Source, SourceKind
from kraken_desktop.model.recipe import OutputFormat, Recipe, Resize, Strategy, Variant
from kraken_desktop.previewing import Previewed, Previews
from kraken_desktop.stores.scratch import Scratch
from tests.support.pictures import animated, encoded, photo
from tests.support.tasks import as_named

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
PATIENCE_MS = 30_000
SMALL = Resize(strategy=Strategy.LANDSCAPE, width=60)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    made = LocalEngine(workers=1, scratch=tmp_path_factory.mktemp("scratch"))
    yield made
    made.close()


@pytest.fixture
def background(qtbot) -> Iterator[Background]:
    made = Background(2)
    yield made
    assert made.close(10)


@pytest.fixture
def make(qtbot, theme, engine, background, tmp_path, monkeypatch) -> Iterator[Callable[..., RecipePreview]]:
    monkeypatch.setattr(preview_run, "PAUSE_MS", 0)
    scratch = Scratch(tmp_path / "work")
    made: list[RecipePreview] = []

    def build(path: Path | None, *, by: LocalEngine = engine, kind: SourceKind = SourceKind.FILE) -> RecipePreview:
        newest = None if path is None else Source(kind=kind, location=str(path), name=path.name)
        preview = RecipePreview(Previews(lambda: by, lambda: scratch), background.run, Words(), theme, newest=newest)
        preview.set_open(True)
        preview.resize(640, 320)
        preview.show()
        qtbot.waitExposed(preview)
        made.append(preview)
        return preview

    yield build
    for preview in made:
        end(preview)
    background.close(10)
    scratch.close()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(photo(120, 80), "JPEG", quality=97))
    return path


def end(preview: RecipePreview) -> None:
    if shiboken6.isValid(preview):
        preview.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def show(qtbot, preview: RecipePreview, recipe: Recipe) -> None:
    preview.set_recipe(recipe)
    qtbot.waitUntil(lambda: not preview.is_busy, timeout=PATIENCE_MS)


def results(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "work").rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_before_and_after_are_told_and_shown(qtbot, make, picture, tmp_path):
    preview = make(picture)
    show(qtbot, preview, Recipe(resize=SMALL, convert=OutputFormat.WEBP))
    (file,) = results(tmp_path)
    size = Words().size
    saved = Words().saving(picture.stat().st_size - file.stat().st_size, picture.stat().st_size)
    assert preview.facts.summary == f"{size(picture.stat().st_size)} → {size(file.stat().st_size)}, {saved}"
    assert preview.facts.pixels_line.text().replace("\u00a0", " ") == "120 × 80 px → 60 × 40 px, JPEG → WebP"
    assert preview.about.accessibleName() == "photo.jpg"
    assert preview.comparison.has_both
    assert preview.facts.table.isHidden()
    assert preview.note.isHidden()
    assert not preview.remark.remarks


def test_an_edit_shows_what_it_changes(qtbot, make, picture, monkeypatch):
    monkeypatch.setattr(recipe_preview, "BUSY_MS", 0)
    preview = make(picture)
    show(qtbot, preview, Recipe(quality=90))
    before = preview.facts.summary
    preview.set_recipe(Recipe(quality=20))
    # The numbers of before are there until then, and look like it.
    qtbot.waitUntil(lambda: not preview.facts.bytes_line.isEnabled(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not preview.is_busy, timeout=PATIENCE_MS)
    assert preview.facts.bytes_line.isEnabled()
    assert preview.facts.summary != before
    assert preview.facts.pixels_line.text().replace("\u00a0", " ") == "120 × 80 px, JPEG"


def test_of_a_set_each_image_can_be_looked_at(qtbot, make, picture):
    variants = (
        Variant(name="small", resize=SMALL),
        Variant(name="web", convert=OutputFormat.WEBP, quality=50),
        Variant(name="exact", convert=OutputFormat.PNG, lossy=False),
    )
    preview = make(picture)
    show(qtbot, preview, Recipe(variants=variants))
    table = preview.facts.table
    told = [[table.item(row, column).text() for column in range(2)] for row in range(table.rowCount())]
    assert told == [["small", "60 × 40"], ["web", "120 × 80"], ["exact", "120 × 80"]]
    small = preview.facts.summary
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: not preview.is_busy, timeout=PATIENCE_MS)
    assert preview.facts.summary != small
    assert preview.facts.summary.endswith("larger")
    assert preview.facts.pixels_line.text().replace("\u00a0", " ") == "120 × 80 px, JPEG → PNG"
    assert preview.comparison._canvas.toSize().toTuple() == (120, 80)
    # A plain recipe has no table, and its only image is the first.
    show(qtbot, preview, Recipe(resize=SMALL))
    assert table.isHidden()
    assert preview.comparison._canvas.toSize().toTuple() == (60, 40)


def test_names_of_a_set_can_be_read_where_there_is_little_room(qtbot, make, picture):
    variants = tuple(Variant(name=f"{width}-avif", resize=replace(SMALL, width=width)) for width in (48, 96))
    preview = make(picture)
    show(qtbot, preview, Recipe(variants=variants))
    table = preview.facts.table
    for width in (640, 380, 640):
        preview.resize(width, 500)
        qtbot.waitUntil(lambda: table.columnWidth(0) >= table.sizeHintForColumn(0), timeout=PATIENCE_MS)
        assert table.isColumnHidden(1) == (width == 380)


def test_what_becomes_of_the_pixels_breaks_its_line_before_the_arrow(qtbot, make, picture):
    preview = make(picture)
    show(qtbot, preview, Recipe(resize=SMALL, convert=OutputFormat.WEBP))
    assert preview.facts.pixels_line.text().split(" ") == [
        "120\u00a0×\u00a080\u00a0px",
        "→\u00a060\u00a0×\u00a040\u00a0px,",
        "JPEG",
        "→\u00a0WebP",
    ]


def test_a_long_name_breaks_its_line(qtbot, make, picture):
    named = picture.rename(picture.with_name("a_name_that_" + "never_" * 12 + "ends.jpg"))
    preview = make(named)
    show(qtbot, preview, Recipe(quality=50))
    line = preview.about.fontMetrics().height()
    qtbot.waitUntil(lambda: preview.about.height() > 2 * line, timeout=PATIENCE_MS)
    assert named.name in preview.text


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (None, "This is one of the sample pictures; drop an image to see your own."),
        (
            SourceKind.SPOOL,
            "The image that was dropped last is not there any more. This is one of the sample pictures.",
        ),
        (SourceKind.URL, "What was dropped last is an address, not a file. This is one of the sample pictures."),
    ],
)
def test_a_sample_picture_is_called_one(qtbot, make, tmp_path, kind, told):
    preview = make(None) if kind is None else make(tmp_path / "gone.png", kind=kind)
    preview.set_recipe(Recipe(resize=SMALL, quality=50))
    qtbot.waitUntil(lambda: bool(preview.about.text()), timeout=PATIENCE_MS)
    assert preview.about.text() == told


def test_whose_files_these_are_is_said_where_kraken_makes_others(qtbot, make, picture):
    preview = make(picture)
    preview.set_recipe(Recipe(), with_kraken=True)
    assert preview.note.text() == "Made by this computer’s engine; Kraken.io’s files differ a little."
    assert preview.note.isVisible()


def test_of_an_animation_the_first_frame_is_shown_and_said_so(qtbot, make, tmp_path):
    path = tmp_path / "moves.gif"
    path.write_bytes(animated("GIF"))
    preview = make(path)
    show(qtbot, preview, Recipe())
    assert preview.facts.frames_line.isVisible()
    assert preview.facts.frames_line.text() == "3 frames; the first one is shown"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"no image at all", "“x.png” is damaged."),
        (encoded(photo(), "PNG")[:200], "“x.png” is damaged."),
        (b"", "“x.png” is empty."),
    ],
    ids=["no image", "half", "empty"],
)
def test_what_cannot_be_read_is_said_in_place(qtbot, make, tmp_path, content, told):
    path = tmp_path / "x.png"
    path.write_bytes(content)
    preview = make(path)
    show(qtbot, preview, Recipe())
    (remark,) = preview.remark.remarks
    assert remark.message.what == told
    assert not preview.comparison.has_both
    assert not preview.slider.isEnabled()
    preview.set_open(False)
    assert preview.summary.full_text == told


def test_what_the_engine_cannot_make_is_said_and_the_original_stays(qtbot, make, picture):
    preview = make(picture)
    show(qtbot, preview, Recipe(quality=50))
    show(qtbot, preview, Recipe(resize=Resize(strategy=Strategy.EXACT, width=50_000, height=50_000)))
    (remark,) = preview.remark.remarks
    assert remark.message.what == "“photo.jpg” has too many pixels."
    assert preview.facts.summary == ""
    assert not preview.comparison.has_both
    show(qtbot, preview, Recipe(quality=50))
    assert not preview.remark.remarks
    assert preview.comparison.has_both


def test_closed_it_tells_the_numbers_on_its_line(qtbot, make, picture):
    preview = make(picture)
    preview.set_open(False)
    show(qtbot, preview, Recipe(quality=50))
    assert preview.summary.full_text == preview.facts.summary != ""
    assert preview.body.isHidden()
    preview.set_open(True)
    assert preview.summary.full_text == ""


def test_every_part_can_be_reached_and_has_a_name(qtbot, make, picture):
    preview = make(picture)
    show(qtbot, preview, Recipe(variants=(Variant(name="a"), Variant(name="b", resize=SMALL))))
    preview.activateWindow()
    preview.disclosure.setFocus()
    reached = []
    for _ in range(4):
        QTest.keyClick(preview.focusWidget(), Qt.Key.Key_Tab)
        reached.append(preview.focusWidget())
    # The whole is shown at 100 % already, so that there is nothing to zoom.
    assert reached[:3] == [preview.comparison, preview.slider, preview.facts.table]
    assert preview.comparison.accessibleName() == "Original and result of photo.jpg"
    assert "arrow keys" in preview.comparison.accessibleDescription()
    assert preview.slider.accessibleName() == "Line between original and result"
    assert preview.facts.table.accessibleName() == "Images of the set; the chosen one is shown"


def test_slider_and_line_are_one(qtbot, make, picture):
    preview = make(picture)
    show(qtbot, preview, Recipe(quality=50))
    QTest.keyClick(preview.slider, Qt.Key.Key_Left)
    assert preview.comparison.divider == pytest.approx(0.49)
    QTest.keyClick(preview.comparison, Qt.Key.Key_End)
    assert preview.slider.value() == 100


def test_of_a_large_photo_every_pixel_can_be_seen(qtbot, make, tmp_path):
    path = tmp_path / "large.png"
    lines = Image.new("L", (2400, 400), 255)
    for column in range(0, 2400, 2):
        lines.paste(0, (column, 0, column + 1, 400))
    lines.save(path, compress_level=1)
    preview = make(path)
    show(qtbot, preview, Recipe(lossy=False))
    assert preview.zoom.text() == "100 %"
    preview.zoom.click()
    assert preview.zoom.text() == "Fit"
    qtbot.waitUntil(lambda: not preview.comparison._detail.isEmpty(), timeout=PATIENCE_MS)
    row = preview.comparison.grab().toImage()
    shades = {row.pixelColor(x, row.height() // 2).lightness() for x in range(10, 60)}
    assert shades == {0, 255}
    preview.zoom.click()
    assert not preview.comparison.is_zoomed


class TestWhatHangs:
    @pytest.fixture
    def stuck(self, qtbot, make, tmp_path) -> Iterator[tuple[RecipePreview, LocalEngine, int]]:
        """A preview whose child has started a program, and hangs."""
        engine = LocalEngine(workers=1, scratch=tmp_path / "engine", handler_of=as_named)
        source = tmp_path / "helper"
        source.touch()
        preview = make(source, by=engine)
        preview.set_recipe(Recipe())
        qtbot.waitUntil(lambda: bool(source.read_bytes()), timeout=PATIENCE_MS)
        yield preview, engine, int(source.read_bytes())
        engine.close()

    def test_it_is_said_that_it_works(self, qtbot, stuck):
        preview, _, _ = stuck
        qtbot.waitUntil(lambda: preview.comparison.is_dimmed)
        preview.set_open(False)
        assert preview.summary.full_text == "Working…"

    def test_of_a_set_it_is_said_how_far_it_is(self, qtbot, make, picture, monkeypatch):
        stopped = threading.Event()

        def hang(
            _previews: Previews, _source: Path, recipe: Recipe, cancel: CancelToken, on_made: Callable[[int, int], None]
        ) -> Previewed:
            on_made(2, len(recipe.outputs(".jpg")))
            with cancel.interrupting(stopped.set):
                stopped.wait(PATIENCE_MS / 1000)
            raise CancelledError

        monkeypatch.setattr(Previews, "make", hang)
        preview = make(picture)
        preview.set_recipe(Recipe(variants=tuple(Variant(name=name) for name in "abc")))
        qtbot.waitUntil(lambda: preview.comparison.told == "Working, 2 of 3 images…", timeout=PATIENCE_MS)
        preview.set_open(False)
        assert preview.summary.full_text == "Working, 2 of 3 images…"
        end(preview)
        assert stopped.is_set()

    @pytest.mark.parametrize("way", ["closed", "hidden"])
    def test_nothing_stays_behind(self, qtbot, stuck, background, tmp_path, way):
        preview, engine, helper = stuck
        if way == "closed":
            end(preview)
        else:
            preview.hide()
        qtbot.waitUntil(lambda: not engine._trials.process_ids)
        qtbot.waitUntil(lambda: not any((tmp_path / "engine").iterdir()))
        qtbot.waitUntil(lambda: not is_running(helper))
        assert results(tmp_path) == []


def test_the_end_removes_what_was_made(qtbot, make, picture, tmp_path):
    preview = make(picture)
    show(qtbot, preview, Recipe(quality=50))
    assert len(results(tmp_path)) == 1
    end(preview)
    qtbot.waitUntil(lambda: results(tmp_path) == [])


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # A program whose parent was killed stays as a zombie until somebody asks for it.
    return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[:1]


class TestInTheSettings:
    @pytest.fixture
    def dialog(self, house, engine, picture, tmp_path, monkeypatch):
        monkeypatch.setattr(preview_run, "PAUSE_MS", 0)
        house.fill("Blog")
        scratch = Scratch(tmp_path / "work")
        newest = Source(kind=SourceKind.FILE, location=str(picture), name=picture.name)
        made = house.open("recipes", previews=Previews(lambda: engine, lambda: scratch), sample=newest)
        yield made
        house.close()
        scratch.close()

    def numbers(self, qtbot, dialog) -> str:
        preview = dialog.recipes_page.preview
        qtbot.waitUntil(lambda: not preview.is_busy, timeout=PATIENCE_MS)
        return preview.facts.summary

    def test_the_preview_follows_form_and_list(self, qtbot, dialog, house):
        page = dialog.recipes_page
        before = self.numbers(qtbot, dialog)
        # The first recipe is the one of the profile, whose engine is Kraken.io's.
        assert not page.preview.note.isHidden()
        page.form.compression.automatic.click()
        page.form.compression.slider.setValue(15)
        assert page.preview.is_busy
        edited = self.numbers(qtbot, dialog)
        assert edited != before
        dialog.bar.discard_button.click()
        assert self.numbers(qtbot, dialog) == before
        page.show_by_id(house.store.load().every_recipe[5].id)
        self.numbers(qtbot, dialog)
        assert page.preview.facts.pixels_line.text().replace("\u00a0", " ") == "120 × 80 px → 256 × 256 px, JPEG"
        assert page.preview.note.isHidden()

    def test_nothing_is_made_on_other_pages(self, qtbot, dialog, house):
        self.numbers(qtbot, dialog)
        dialog.show_page("account")
        made = len(house.steps.waiting)
        dialog.recipes_page.preview.set_recipe(Recipe(quality=3))
        assert not dialog.recipes_page.preview.is_busy
        assert len(house.steps.waiting) == made

    def test_closing_removes_what_was_made(self, qtbot, dialog, tmp_path):
        self.numbers(qtbot, dialog)
        assert results(tmp_path)
        dialog.reject()
        end(dialog)
        assert results(tmp_path) == []
