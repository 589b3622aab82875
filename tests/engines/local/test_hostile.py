"""Files that are meant to break a decoder: each ends in one outcome, soon, and touches no other file."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kraken_desktop.cancel import CancelToken
from kraken_desktop.engines.local.children import Children
from kraken_desktop.engines.local.engine import LocalEngine
from kraken_desktop.engines.local.protocol import Limits, Made, Probed, ProbeTask
from kraken_desktop.model.errors import (
    EngineDiedError,
    EngineMemoryError,
    EngineTimeoutError,
    ImageBrokenError,
    ImageTooManyPixelsError,
    KrakenDesktopError,
    SourceEmptyError,
    UnexpectedError,
)
from kraken_desktop.model.image_types import HEAD_BYTES, sniff
from kraken_desktop.model.recipe import Recipe
from tests.support import decoding, hostile

LIMITS = Limits(base_seconds=20.0)
MOST_SECONDS = LIMITS.base_seconds + LIMITS.seconds_per_megapixel * LIMITS.pixels / 1e6
REFUSED = (ImageBrokenError, ImageTooManyPixelsError, EngineMemoryError, EngineDiedError, SourceEmptyError)
MODES = {"lossless": Recipe(lossy=False), "lossy": Recipe(lossy=True)}
ALL = hostile.BROKEN | hostile.TRICKY


@dataclass(frozen=True)
class Bench:
    """An engine, and a child that looks at what it made."""

    engine: LocalEngine
    judge: Children

    def optimize(self, source: Path, recipe: Recipe, folder: Path) -> KrakenDesktopError | tuple[Made, ...]:
        """One outcome; what was made is proved to be whole."""
        found = sniff(source.read_bytes()[:HEAD_BYTES], source.name)
        extension = found.extension if found is not None else source.suffix
        folder.mkdir()
        try:
            made = self.engine.optimize(source, extension=extension, recipe=recipe, folder=folder, cancel=CancelToken())
        except KrakenDesktopError as error:
            return error
        assert {Path(each.path) for each in made} == set(folder.iterdir())
        for each in made:
            seen = self.judge.run(ProbeTask(source=each.path, extension=each.extension), CancelToken())
            assert isinstance(seen, Probed)
            if each.extension != ".svg":
                assert (seen.width, seen.height) == (each.width, each.height)
            assert Path(each.path).stat().st_size == each.bytes
        return made


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    scratch = tmp_path_factory.mktemp("scratch")
    made = Bench(
        engine=LocalEngine(workers=1, limits=LIMITS, scratch=scratch),
        judge=Children(1, limits=LIMITS, scratch=scratch, name="judge", handler_of=decoding.handler_of),
    )
    yield made
    made.engine.close()
    made.judge.close()


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_hostile_file_ends_in_one_outcome(bench: Bench, tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    source.write_bytes(ALL[name]())
    before = source.read_bytes()
    for mode, recipe in MODES.items():
        outcome = bench.optimize(source, recipe, tmp_path / mode)
        if isinstance(outcome, KrakenDesktopError):
            assert isinstance(outcome, REFUSED), outcome
            assert outcome.facts["path"] == str(source)
        else:
            assert name not in hostile.BROKEN, outcome
            assert sum(each.bytes for each in outcome) <= len(before)
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    ("make", "extension"),
    [(make, extension) for make in (hostile.good, hostile.animated) for extension in ("png", "gif", "webp", "avif")]
    + [(hostile.good, "jpg")],
)
def test_what_is_whole_is_done(bench: Bench, tmp_path: Path, make: Callable[[str], bytes], extension: str) -> None:
    """The set would prove little if the images that it damages were refused before."""
    source = tmp_path / f"a.{extension}"
    source.write_bytes(make(extension))
    for mode, recipe in MODES.items():
        assert isinstance(bench.optimize(source, recipe, tmp_path / mode), tuple)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", sorted(hostile.SLOW))
def test_what_takes_its_time_ends_all_the_same(bench: Bench, tmp_path: Path, name: str, mode: str) -> None:
    source = tmp_path / name
    source.write_bytes(hostile.SLOW[name]())
    start = time.monotonic()
    outcome = bench.optimize(source, MODES[mode], tmp_path / mode)
    assert isinstance(outcome, (tuple, *REFUSED, EngineTimeoutError))
    assert time.monotonic() - start < MOST_SECONDS


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("mode", MODES)
def test_a_folder_of_malformed_files(bench: Bench, tmp_path: Path, request: pytest.FixtureRequest, mode: str) -> None:
    corpus = request.config.getoption("--corpus")
    if corpus is None or not (folder := Path(corpus, "malformed")).is_dir():
        pytest.skip("no --corpus DIR with a folder 'malformed' in it")
    outcomes: Counter[str] = Counter()
    slowest = (0.0, "")
    wrong: list[str] = []
    for number, source in enumerate(sorted(folder.iterdir())):
        start = time.monotonic()
        try:
            outcome = bench.optimize(source, MODES[mode], tmp_path / str(number))
        except KrakenDesktopError as error:
            # The child that looks at what was made says so.
            wrong.append(f"{source.name}: done, and cannot be decoded: {error}")
            continue
        slowest = max(slowest, (time.monotonic() - start, source.name))
        if isinstance(outcome, UnexpectedError):
            wrong.append(f"{source.name}: {outcome}")
        outcomes["done" if isinstance(outcome, tuple) else outcome.code] += 1
    print(f"\n{mode}: {dict(outcomes)}; the slowest: {slowest[1]}, {slowest[0]:.1f} s")
    assert not wrong
    assert slowest[0] < MOST_SECONDS
