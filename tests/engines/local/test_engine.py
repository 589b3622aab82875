"""The engine as the program sees it: what it loads, its two lanes, what it asks of its children."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.engines.local import engine as module
from kraken_desktop.engines.local.engine import LocalEngine
from kraken_desktop.engines.local.protocol import Made
from kraken_desktop.model.errors import EngineTimeoutError, ImageBrokenError, SourceMissingError
from kraken_desktop.model.recipe import OutputFormat, Recipe, Resize, Strategy, Variant
from tests.engines.local.test_children import PATIENCE, until
from tests.support.tasks import as_named


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    made = LocalEngine(workers=1, scratch=tmp_path_factory.mktemp("scratch"))
    yield made
    made.close()


@pytest.fixture
def named_engine(tmp_path: Path) -> Iterator[LocalEngine]:
    """One whose children do what the name of a source says."""
    made = LocalEngine(workers=1, scratch=tmp_path / "scratch", handler_of=as_named)
    yield made
    made.close()


def picture(path: Path, size: tuple[int, int] = (60, 40)) -> Path:
    Image.linear_gradient("L").resize(size).convert("RGB").save(path)
    return path


def test_importing_it_loads_nothing_heavy() -> None:
    program = """
import json, sys
import kraken_desktop.engines.local.engine as engine
from pathlib import Path
engine.LocalEngine(scratch=Path("nowhere")).close()
print(json.dumps(sorted(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert "kraken_desktop" in loaded
    assert not loaded & {"numpy", "pyvips", "PIL", "pi_heif", "oxipng", "multiprocessing", "PySide6", "requests"}


def test_no_child_before_there_is_work(tmp_path: Path) -> None:
    fresh = LocalEngine(scratch=tmp_path / "scratch")
    fresh.close()
    assert not (tmp_path / "scratch").exists()


@pytest.mark.parametrize(("cores", "workers"), [(1, 1), (2, 1), (8, 7)])
def test_a_core_is_left_to_the_window(
    cores: int, workers: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "cores", lambda: cores)
    assert LocalEngine(scratch=tmp_path).workers == workers
    assert LocalEngine(workers=3, scratch=tmp_path).workers == 3


def test_cores_are_those_that_it_may_use() -> None:
    assert 1 <= module.cores() <= (os.cpu_count() or 1)


class TestLanes:
    @pytest.fixture
    def busy(self, named_engine: LocalEngine, tmp_path: Path) -> Iterator[Future[tuple[Made, ...]]]:
        """An optimization that goes on until the engine is closed."""
        with ThreadPoolExecutor(1) as thread:
            run = thread.submit(
                named_engine.optimize,
                tmp_path / "wait",
                extension=".png",
                recipe=Recipe(),
                folder=tmp_path,
                cancel=CancelToken(),
            )
            until((tmp_path / "wait.begun").exists)
            yield run
            named_engine.close()

    def test_nothing_small_waits_for_it(self, named_engine: LocalEngine, busy: Future[object], tmp_path: Path) -> None:
        assert named_engine.thumbnail(tmp_path / "any", 4) == bytes(64)
        probed = named_engine.probe(tmp_path / "pid", extension=".png", cancel=CancelToken())
        assert probed.width not in {0, os.getpid()}
        assert not busy.done()

    def test_closing_ends_both(self, named_engine: LocalEngine, busy: Future[object], tmp_path: Path) -> None:
        assert named_engine.thumbnail(tmp_path / "any", 4) == bytes(64)
        start = time.monotonic()
        named_engine.close()
        with pytest.raises(CancelledError):
            busy.result(PATIENCE)
        assert time.monotonic() - start < 2
        assert named_engine.thumbnail(tmp_path / "any", 4) is None
        assert list((tmp_path / "scratch").iterdir()) == []

    def test_a_look_takes_no_longer_than_it_is_worth(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "LOOK_SECONDS", 0.2)
        engine = LocalEngine(scratch=tmp_path / "scratch", handler_of=as_named)
        with pytest.raises(EngineTimeoutError):
            engine.probe(tmp_path / "wait", extension=".png", cancel=CancelToken())
        engine.close()

    def test_a_thumbnail_can_be_given_up(self, named_engine: LocalEngine, tmp_path: Path) -> None:
        cancel = CancelToken()
        cancel.cancel()
        assert named_engine.thumbnail(tmp_path / "any", 4, cancel) is None


class TestWork:
    def test_an_optimization_makes_every_output(self, engine: LocalEngine, tmp_path: Path) -> None:
        source = picture(tmp_path / "a.png")
        small = Variant(name="small", resize=Resize(strategy=Strategy.EXACT, width=30, height=20))
        recipe = Recipe(variants=(Variant(name="full"), small, Variant(name="web", convert=OutputFormat.WEBP)))
        folder = tmp_path / "results"
        folder.mkdir()
        told: list[tuple[int, int, int]] = []
        made = engine.optimize(
            source,
            extension=".png",
            recipe=recipe,
            folder=folder,
            cancel=CancelToken(),
            on_made=lambda made, of: told.append((made, of, len(list(folder.iterdir())))),
        )
        assert [(count, of) for count, of, _ in told] == [(0, 3), (1, 3), (2, 3), (3, 3)]
        assert all(files >= count for count, _, files in told)
        assert [(each.variant, each.extension, each.width, each.height) for each in made] == [
            ("full", ".png", 60, 40),
            ("small", ".png", 30, 20),
            ("web", ".webp", 60, 40),
        ]
        for each in made:
            data = Path(each.path).read_bytes()
            assert Path(each.path).parent == folder
            assert (len(data), sha256(data).hexdigest()) == (each.bytes, each.sha256)
        with Image.open(made[1].path) as small_one:
            assert small_one.size == (30, 20)
        assert made[0].bytes <= source.stat().st_size

    def test_a_probe_reads_the_size_as_it_is_seen(self, engine: LocalEngine, tmp_path: Path) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6  # turn by 90 degrees clockwise
        Image.new("RGB", (60, 40)).save(tmp_path / "a.jpg", exif=exif)
        probed = engine.probe(tmp_path / "a.jpg", extension=".jpg", cancel=CancelToken())
        assert (probed.width, probed.height, probed.frames) == (40, 60, 1)

    def test_what_cannot_be_done_is_raised(self, engine: LocalEngine, tmp_path: Path) -> None:
        (tmp_path / "text.png").write_text("no image", encoding="utf-8")
        for name, expected in (("text.png", ImageBrokenError), ("nothing.png", SourceMissingError)):
            with pytest.raises(expected) as told:
                engine.probe(tmp_path / name, extension=".png", cancel=CancelToken())
            assert told.value.path == str(tmp_path / name)
