"""Whatever order answers come in: only what the newest recipe made is ever shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, QObject

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.engines.local.protocol import Made, View
from kraken_desktop.gui.settings.preview_run import PreviewRun
from kraken_desktop.model.errors import ImageBrokenError, SourceMissingError
from kraken_desktop.model.job import Source, SourceKind
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.previewing import Previewed, Region, Stand, subject
from tests.gui.settings.conftest import Steps

BROKEN = 50
"""The quality at which the engine fails."""


class NotedPreviews:
    """Stands where ``Previews`` is: what it made tells of which recipe, by its quality."""

    def __init__(self) -> None:
        self.cancelled = 0
        self.closed = 0
        self.missing = False

    def make(self, source: Path, recipe: Recipe, cancel: CancelToken, on_made: Callable[[int, int], None]) -> Previewed:
        on_made(1, 2)
        self._check(cancel)
        if recipe.quality == BROKEN:
            raise ImageBrokenError(path=str(source))
        made = Made(
            variant="",
            path=str(recipe.quality),
            extension=".png",
            width=9,
            height=9,
            bytes=1,
            sha256="",
            already_optimal=False,
        )
        return Previewed(source_bytes=2, images=(made, made), outputs=recipe.outputs(".png") * 2)

    def look(self, image: Path, cancel: CancelToken, region: Region | None = None) -> View:
        self._check(cancel)
        if self.missing:
            raise SourceMissingError(path=str(image))
        told = region or (0, 0, 9, 9)
        return View(
            width=9,
            height=9,
            full_width=9,
            full_height=9,
            region=told,
            frames=1,
            extension=image.name,
            pixels=bytes(324),
        )

    def close(self) -> None:
        self.closed += 1

    def _check(self, cancel: CancelToken) -> None:
        if cancel.cancelled:
            self.cancelled += 1
            raise CancelledError


class Bench:
    """A run whose every step is taken by hand, in any order."""

    def __init__(self, newest: Source | None = None) -> None:
        self.steps = Steps(at_once=False)
        self.previews = NotedPreviews()
        self.parent = QObject()
        self.run = PreviewRun(
            self.previews,  # type: ignore[arg-type]
            self.steps,
            newest=newest,
            samples=lambda: [Path("a.jpg")],
            parent=self.parent,
        )
        self.shown: list[object] = []
        self.run.made.connect(lambda made: self.shown.append(made.outputs[0].quality))
        self.run.viewed.connect(lambda _image, view: self.shown.append(int(view.extension)))
        self.run.failed.connect(lambda _error: self.shown.append(BROKEN))

    def let_pause_end(self) -> None:
        if self.run._pause.isActive():
            self.run._pause.stop()
            self.run._pause.timeout.emit()

    def take(self, number: int) -> None:
        """One of the waiting steps, in whatever order."""
        waiting = self.steps.waiting
        if not waiting:
            return
        call = waiting.pop(number % len(waiting))
        try:
            result = call.work()
        except Exception as error:
            call.failed(error)
        else:
            call.done(result)

    def finish(self) -> None:
        self.let_pause_end()
        for _ in range(50):
            self.take(0)


@pytest.fixture
def bench(qapp) -> Bench:
    return Bench()


ACTS = st.one_of(
    st.tuples(st.just("want"), st.sampled_from([10, 20, 30, BROKEN])),
    st.tuples(st.just("pause"), st.just(0)),
    st.tuples(st.just("take"), st.integers(0, 5)),
    st.tuples(st.just("active"), st.booleans()),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=25))
def test_only_the_newest_recipe_is_ever_shown(qapp, acts):
    bench, newest = Bench(), None
    bench.run.set_active(True)
    for act, value in acts:
        before = len(bench.shown)
        match act:
            case "want":
                newest = value
                bench.run.want(Recipe(quality=value))
            case "pause":
                bench.let_pause_end()
            case "take":
                bench.take(value)
            case _:
                bench.run.set_active(value)
        assert set(bench.shown[before:]) <= {newest}
    bench.run.set_active(True)
    bench.finish()
    assert not bench.run.is_busy
    assert newest is None or bench.shown[-1] == newest


def test_what_is_typed_in_one_go_is_tried_once(bench):
    bench.run.set_active(True)
    for quality in (7, 70, 75):
        bench.run.want(Recipe(quality=quality))
        assert bench.run.is_busy
    assert bench.steps.waiting == []
    bench.finish()
    assert bench.shown == [75, 75]


def test_another_name_is_not_tried_again(bench):
    bench.run.set_active(True)
    bench.run.want(Recipe(quality=7))
    bench.finish()
    bench.run.want(Recipe(quality=7, name="Another", id="another"))
    assert not bench.run.is_busy


def test_what_is_given_up_is_told_so_at_once(bench):
    bench.run.set_active(True)
    bench.run.want(Recipe(quality=10))
    bench.let_pause_end()
    bench.take(0)
    bench.run.want(Recipe(quality=20))
    bench.take(0)
    assert bench.previews.cancelled == 1
    bench.finish()
    assert bench.shown == [20, 20]


def test_how_far_it_is_is_told_of_the_newest_recipe_only(bench):
    bench.run.set_active(True)
    bench.run.want(Recipe(quality=10))
    bench.let_pause_end()
    bench.take(0)
    older = bench.steps.waiting[0].work
    assert bench.run.images_made == (0, 0)
    older()
    assert bench.run.images_made == (1, 2)
    bench.run.want(Recipe(quality=20))
    assert bench.run.images_made == (0, 0)
    bench.let_pause_end()
    older()
    assert bench.run.images_made == (0, 0)
    bench.steps.waiting[-1].work()
    assert bench.run.images_made == (1, 2)
    bench.finish()
    assert bench.run.images_made == (0, 0)


def test_nothing_is_done_while_nobody_looks(bench):
    bench.run.want(Recipe(quality=10))
    bench.finish()
    assert bench.shown == []
    bench.run.set_active(True)
    bench.finish()
    assert bench.shown == [10, 10]
    bench.run.set_active(False)
    bench.run.set_active(True)
    assert not bench.run.is_busy


def test_the_end_gives_up_what_runs_and_removes_what_was_made(bench):
    bench.run.set_active(True)
    bench.run.want(Recipe(quality=10))
    bench.let_pause_end()
    bench.take(0)
    bench.run.deleteLater()
    del bench.run
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    for _ in range(4):
        bench.take(0)
    assert bench.previews.cancelled == 1
    assert bench.previews.closed == 1


def test_of_many_details_the_newest_is_next(bench):
    bench.run.set_active(True)
    bench.run.want(Recipe(quality=10))
    bench.finish()
    seen = []
    bench.run.detailed.connect(lambda detail: seen.append(detail.result.region))
    for left in range(5):
        bench.run.want_detail((0, 0, 1, 1), (left, 0, 1, 1))
    bench.finish()
    assert seen == [(0, 0, 1, 1), (4, 0, 1, 1)]


def test_a_detail_of_an_image_that_is_not_shown_any_more_is_dropped(bench):
    bench.run.set_active(True)
    bench.run.want(Recipe(quality=10))
    bench.finish()
    seen = []
    bench.run.detailed.connect(seen.append)
    bench.run.want_detail((0, 0, 1, 1), (0, 0, 1, 1))
    bench.run.want_image(1)
    bench.finish()
    assert seen == []


class TestWhatIsTried:
    def test_the_newest_image(self, tmp_path):
        (tmp_path / "a.png").touch()
        newest = Source(kind=SourceKind.FILE, location=str(tmp_path / "a.png"), name="A.png")
        assert (subject(newest, []).path, subject(newest, []).name) == (tmp_path / "a.png", "A.png")
        assert subject(newest, []).stand is None

    @pytest.mark.parametrize(
        ("newest", "stand"),
        [
            (None, Stand.NOTHING_DROPPED),
            (Source(kind=SourceKind.SPOOL, location="/nowhere/x", name="x.png"), Stand.GONE),
            (Source(kind=SourceKind.URL, location="https://example.com/x.png", name="x.png"), Stand.ADDRESS),
        ],
    )
    def test_a_sample_picture_in_its_place(self, newest, stand):
        found = subject(newest, [Path("a.gif"), Path("b.jpg")])
        assert (found.name, found.stand) == ("b.jpg", stand)

    def test_one_that_vanishes_is_replaced_the_next_time(self, qapp, tmp_path):
        (tmp_path / "a.png").touch()
        bench = Bench(Source(kind=SourceKind.FILE, location=str(tmp_path / "a.png"), name="a.png"))
        found = []
        bench.run.found.connect(lambda subject, _view: found.append(subject.stand))
        bench.run.set_active(True)
        bench.previews.missing = True
        bench.run.want(Recipe(quality=10))
        bench.finish()
        (tmp_path / "a.png").unlink()
        bench.previews.missing = False
        bench.run.want(Recipe(quality=20))
        bench.finish()
        assert found == [Stand.GONE]
