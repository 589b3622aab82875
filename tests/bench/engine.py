"""What this computer's engine makes of images, and at what cost, beside other tools.

``.venv/bin/python -m tests.bench.engine [--corpus DIR] [--quick]`` prints two tables. The first has the bytes that
the engine saves, by kind, and how alike its results look. In the second each peer is asked for several qualities of
the same sources, and its bytes are read off where it would score what ours scored: a ratio under 1 is for us.
Scores are SSIMULACRA2. Seconds of processor include the start of a peer's program, which is what its users pay, but not
that of our child, which lives on. Without ``--corpus`` the images are made here, and only show that it works.
"""

from __future__ import annotations

import argparse
import itertools
import math
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from kraken_desktop.cancel import CancelToken
from kraken_desktop.engines.local.engine import LocalEngine
from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.model.image_types import sniff
from kraken_desktop.model.recipe import OutputFormat, Recipe
from tests.bench import engine_peers
from tests.bench.engine_peers import Peer

_QUICK_COUNT = 3
_QUICK_BYTES = 700_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Sources of one type, a recipe, and who else does that."""

    name: str
    source: tuple[str, ...]
    recipe: Recipe
    peers: tuple[Peer, ...] = ()

    def target(self, source: str) -> str:
        return self.recipe.output_extension(source)


LOSSLESS = Recipe(lossy=False)
LOSSY = Recipe()
CASES = (
    Case(name="JPEG lossless", source=(".jpg",), recipe=LOSSLESS, peers=engine_peers.JPEG_LOSSLESS),
    Case(name="JPEG lossy", source=(".jpg",), recipe=LOSSY, peers=engine_peers.JPEG),
    Case(name="PNG lossless", source=(".png",), recipe=LOSSLESS, peers=engine_peers.PNG_LOSSLESS),
    Case(name="PNG lossy", source=(".png",), recipe=LOSSY, peers=engine_peers.PNG),
    Case(name="GIF lossless", source=(".gif",), recipe=LOSSLESS, peers=engine_peers.GIF_LOSSLESS),
    Case(name="GIF lossy", source=(".gif",), recipe=LOSSY, peers=engine_peers.GIF),
    Case(name="WebP lossless", source=(".webp",), recipe=LOSSLESS),
    Case(name="WebP lossy", source=(".webp",), recipe=LOSSY),
    Case(name="AVIF lossy", source=(".avif",), recipe=LOSSY),
    Case(name="SVG", source=(".svg",), recipe=LOSSY, peers=engine_peers.SVG),
    Case(name="to WebP", source=(".jpg", ".png"), recipe=Recipe(convert=OutputFormat.WEBP), peers=engine_peers.WEBP),
    Case(name="to AVIF", source=(".jpg", ".png"), recipe=Recipe(convert=OutputFormat.AVIF), peers=engine_peers.AVIF),
    Case(name="HEIC to JPEG", source=(".heic",), recipe=LOSSY),
)


def _images() -> ModuleType:
    # A child imports this module anew: numpy would be loaded before the child has told it to use one thread.
    from tests.bench import engine_images

    return engine_images


@dataclass(slots=True)
class Result:
    """Of one source."""

    source: Path
    before: int
    after: int
    megapixels: float
    score: float | None


@dataclass(slots=True)
class Table:
    """Lines of cells, printed in columns."""

    heads: tuple[str, ...]
    lines: list[tuple[str, ...]] = field(default_factory=list)

    def show(self) -> None:
        widths = [max(len(line[column]) for line in (self.heads, *self.lines)) for column in range(len(self.heads))]
        for line in (self.heads, tuple("-" * width for width in widths), *self.lines):
            cells = (cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
            print("  ".join((line[0].ljust(widths[0]), *cells)))
        print(flush=True)


class Bench:
    """One run over some sources.

    Args:
        sources: by the extension of their sniffed type.
        folder: for what is made.
    """

    def __init__(self, sources: dict[str, list[Path]], folder: Path) -> None:
        self._sources, self._folder = sources, folder
        self.ours = Table(("ours", "files", "failed", "saved", "a file", "score min", "p10", "median", "CPU s/MP"))
        self.theirs = Table(("at our score", "files", "our bytes / its", "our CPU / its", "its CPU s/MP"))

    def run(self, case: Case) -> None:
        """Ours first, then each peer that is there on what ours did."""
        sources = [path for extension in case.source for path in self._sources.get(extension, [])]
        if not sources:
            self.ours.lines.append((case.name, "0", *["-"] * (len(self.ours.heads) - 2)))
            return
        results, failed, cpu = self._optimize(case, sources)
        self.ours.lines.append(_summary(case.name, results, failed, cpu))
        for peer in case.peers:
            name = f"{case.name}: {peer.name}"
            if not peer.is_there:
                self.theirs.lines.append((name, "not installed", *["-"] * (len(self.theirs.heads) - 2)))
            elif results:
                self.theirs.lines.append(self._beside(name, case, peer, results, cpu))

    def _optimize(self, case: Case, sources: Sequence[Path]) -> tuple[list[Result], int, float]:
        """Results, how many failed, and seconds of processor of the child that did it, its start left out."""
        made: list[tuple[Path, bytes]] = []
        failed = 0
        scratch = Path(tempfile.mkdtemp(dir=self._folder))
        start = _cpu_of(lambda engine: self._one(engine, sources[0], Recipe(lossy=False), scratch), scratch)
        twice = _cpu_of(
            lambda engine: [self._one(engine, sources[0], Recipe(lossy=False), scratch) for _ in range(2)], scratch
        )

        def all_of_them(engine: LocalEngine) -> None:
            nonlocal failed
            for path in sources:
                data = self._one(engine, path, case.recipe, scratch)
                if data is None:
                    failed += 1
                else:
                    made.append((path, data))

        cpu = max(0.0, _cpu_of(all_of_them, scratch) - max(0.0, 2 * start - twice))
        return [_result(path, data) for path, data in made], failed, cpu

    @staticmethod
    def _one(engine: LocalEngine, path: Path, recipe: Recipe, scratch: Path) -> bytes | None:
        folder = Path(tempfile.mkdtemp(dir=scratch))
        try:
            extension = _extension(path)
            images = engine.optimize(path, extension=extension, recipe=recipe, folder=folder, cancel=CancelToken())
        except KrakenDesktopError as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            return None
        return Path(images[0].path).read_bytes()

    def _beside(self, name: str, case: Case, peer: Peer, results: Sequence[Result], cpu: float) -> tuple[str, ...]:
        ratios: list[float] = []
        seconds = done = 0.0
        for result in results:
            target = self._folder / f"peer{case.target(_extension(result.source))}"
            sight = _images().Sight(result.source.read_bytes(), upright=False)
            points: list[tuple[float, int]] = []
            for level in peer.levels:
                data, used = peer.run(result.source, target, level)
                score = sight.score(data) if data is not None else None
                seconds += used
                done += result.megapixels
                if data is not None and (score is not None or len(peer.levels) == 1):
                    points.append((100.0 if score is None else score, min(len(data), result.before)))
            its = _at(points, result.score) if len(peer.levels) > 1 else (points[0][1] if points else None)
            if its is not None:
                ratios.append(result.after / its)
        if not ratios:
            return (name, "0", "-", "-", "-")
        its_cpu = seconds / done
        ours = cpu / sum(result.megapixels for result in results)
        mean = math.exp(statistics.fmean(map(math.log, ratios)))
        return (name, str(len(ratios)), f"{mean:.3f}", f"{ours / its_cpu:.2f}", f"{its_cpu:.3f}")


def _result(path: Path, data: bytes) -> Result:
    before = path.read_bytes()
    return Result(
        source=path,
        before=len(before),
        after=len(data),
        megapixels=_images().megapixels(before),
        score=_images().Sight(before, upright=True).score(data),
    )


def _at(points: Iterable[tuple[float, int]], score: float | None) -> int | None:
    """Bytes where the points have this score; None outside of them."""
    ordered = sorted(points)
    if score is None or not ordered or not ordered[0][0] <= score <= ordered[-1][0]:
        return None
    for (low, small), (high, large) in itertools.pairwise(ordered):
        if low <= score <= high:
            part = (score - low) / (high - low) if high > low else 0.0
            return round(math.exp(math.log(small) * (1 - part) + math.log(large) * part))
    return ordered[0][1]


def _cpu_of(work: Callable[[LocalEngine], object], scratch: Path) -> float:
    """Seconds of processor of an engine's children, from its start to its end."""
    began = engine_peers.children_cpu()
    engine = LocalEngine(workers=1, scratch=scratch)
    try:
        work(engine)
    finally:
        engine.close()
    return engine_peers.children_cpu() - began


def _summary(name: str, results: Sequence[Result], failed: int, cpu: float) -> tuple[str, ...]:
    if not results:
        return (name, "0", str(failed), *["-"] * 6)
    before, after = sum(result.before for result in results), sum(result.after for result in results)
    scores = sorted(result.score for result in results if result.score is not None)
    return (
        name,
        str(len(results)),
        str(failed),
        f"{1 - after / before:.1%}",
        f"{statistics.fmean(1 - result.after / result.before for result in results):.1%}",
        *(
            (f"{scores[0]:.1f}", f"{scores[len(scores) // 10]:.1f}", f"{statistics.median(scores):.1f}")
            if scores
            else "---"
        ),
        f"{cpu / sum(result.megapixels for result in results):.3f}",
    )


def _extension(path: Path) -> str:
    with path.open("rb") as file:
        kind = sniff(file.read(64 * 1024), path.name)
    return kind.extension if kind is not None else ""


def _sorted_out(paths: Iterable[Path], *, quick: bool) -> dict[str, list[Path]]:
    sources: dict[str, list[Path]] = {}
    for path in sorted(paths):
        if path.is_file() and (extension := _extension(path)):
            of_kind = sources.setdefault(extension, [])
            if not quick or (len(of_kind) < _QUICK_COUNT and path.stat().st_size < _QUICK_BYTES):
                of_kind.append(path)
    return sources


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="a folder of real images; those in it are measured")
    parser.add_argument("--quick", action="store_true", help="a few small images of each type")
    parser.add_argument("--only", metavar="TEXT", default="", help="only cases with this in their name")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        corpus = options.corpus
        if corpus is None:
            corpus = folder / "made"
            corpus.mkdir()
            _images().make(corpus)
        bench = Bench(_sorted_out(corpus.iterdir(), quick=options.quick), folder)
        for case in CASES:
            if options.only in case.name:
                print(case.name, end=" ... ", file=sys.stderr, flush=True)
                bench.run(case)
        print(file=sys.stderr)
        bench.ours.show()
        bench.theirs.show()
    return 0


if __name__ == "__main__":
    sys.exit(main())
