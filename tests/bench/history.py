"""What the journal costs: a history of 100,000 jobs opened, searched, paged through, and what each job of a run writes.

``.venv/bin/python -m tests.bench.history [--jobs N]`` prints tables. Each time stands beside a floor that is measured
in the same run: looks beside SQLite reading one column of all jobs of the same file, what a job writes beside bare
commits of one row each. So the ratios mean something where the machine is slow, or busy; CPU is that of the thread.
"""

from __future__ import annotations

import argparse
import random
import resource
import sqlite3
import statistics
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kraken_desktop.model.errors import JournalError
from kraken_desktop.model.history import HistoryQuery, Order
from kraken_desktop.model.job import (
    Done,
    Failed,
    Failure,
    Job,
    JobState,
    Outcome,
    PlannedImage,
    Snapshot,
    Source,
    SourceKind,
    StoredImage,
)
from kraken_desktop.model.profile import Account, Profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.stores.history import History
from kraken_desktop.stores.journal import Journal
from tests.support import journal_v1

_ROUNDS = 7
_COMMITS = 200
_WORDS = (
    "berlin",
    "Straße",
    "élan",
    "holiday",
    "shoot",
    "product",
    "header",
    "team",
    "IMG",
    "Screenshot",
    "海",
    "крыша",
)
_FOLDERS = tuple(f"/home/anna/Pictures/{year}/{month:02}" for year in range(2019, 2026) for month in range(1, 13))
_SNAPSHOTS = tuple(
    Snapshot(
        profile=Profile(id=f"00000000-0000-4000-8000-00000000000{number}", name=f"Site {number}", bucket="pictures"),
        recipe=Recipe(),
        account=Account(id="account", api_key="0123456789abcdef"),
    )
    for number in range(8)
)


def rows(count: int, seed: int = 7) -> Iterator[journal_v1.Row]:
    """Jobs as a designer may have had them in some years, with plans and outcomes; batches of 50."""
    chance = random.Random(seed)
    for number in range(count):
        name = f"{chance.choice(_WORDS)}-{chance.choice(_WORDS)}-{chance.randrange(10**6):06}.jpg"
        source = Source(
            kind=SourceKind.FILE,
            location=f"{chance.choice(_FOLDERS)}/{name}",
            name=name,
            size=chance.randrange(20_000, 9_000_000),
            mtime_ns=1_700_000_000_000_000_000 + number,
            extension=".jpg",
        )
        job = Job(
            id=f"{chance.getrandbits(128):032x}",
            batch_id=f"batch {number // 50}",
            position=number % 50 + 1,
            dropped_at=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
            source=source,
            snapshot=_SNAPSHOTS[number // 50 % len(_SNAPSHOTS)],
        )
        key = f"2026/{number % 12 + 1:02}/{name[:-4].lower()}-{number:08x}.jpg"
        yield job, (PlannedImage(key=key),), _outcome(chance, key, source)


def _outcome(chance: random.Random, key: str, source: Source) -> Outcome:
    if chance.random() < 0.05:
        return Failed(failure=Failure(code="kraken.refused", facts={"status": 422, "said": "not an image"}))
    bytes_ = int((source.size or 0) * chance.uniform(0.2, 0.9))
    url = f"https://pictures.s3.eu-central-1.amazonaws.com/{key}"
    image = StoredImage(key=key, url=url, kraked_url=url, width=1920, height=1280, bytes=bytes_)
    return Done(images=(image,), original_bytes=source.size)


def opened(folder: Path) -> Journal:
    """A journal that may not fail."""

    def problem(error: JournalError) -> None:
        raise error

    return Journal.open(folder, problem)


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds of one run, by the clock and of the thread's CPU."""

    wall: float
    cpu: float


def timed(work: Callable[[], object]) -> Taken:
    """What one run takes."""
    began, cpu = time.perf_counter(), time.thread_time()
    work()
    return Taken((time.perf_counter() - began) * 1000, (time.thread_time() - cpu) * 1000)


def best(work: Callable[[], object], rounds: int = _ROUNDS) -> Taken:
    """The fastest run: the one that others disturbed least."""
    return min((timed(work) for _ in range(rounds)), key=lambda taken: taken.wall)


def middle(runs: Sequence[Taken]) -> Taken:
    """The median of many."""
    return Taken(statistics.median(run.wall for run in runs), statistics.median(run.cpu for run in runs))


def head(title: str) -> None:
    """The beginning of a table."""
    print(f"\n{title}\n  {'':<42}{'ms':>10}{'CPU ms':>10}{'x floor':>10}", flush=True)


def line(name: str, taken: Taken, floor: Taken, note: str = "") -> None:
    """One row of a table."""
    ratio = taken.wall / floor.wall
    print(f"  {name:<42}{taken.wall:>10.2f}{taken.cpu:>10.2f}{ratio:>10.2f}  {note}".rstrip(), flush=True)


def fill(folder: Path, count: int) -> None:
    """A journal of ended jobs."""
    journal = opened(folder)
    for part in _parts(list(rows(count)), 5000):
        journal.add([job for job, _, _ in part])
        for job, plan, _ in part[:20]:
            journal.reserve(job.id, plan, f"{random.Random(job.id).getrandbits(256):064x}")
        journal.finish_all({job.id: outcome for job, _, outcome in part if outcome is not None})
    journal.close()


def _parts(everything: Sequence[journal_v1.Row], size: int) -> Iterator[Sequence[journal_v1.Row]]:
    for start in range(0, len(everything), size):
        yield everything[start : start + size]


def looks(folder: Path, count: int) -> None:
    """Opening, finding, a page, and forgetting, in a history of this length."""
    file = folder / "journal.sqlite3"

    def scan() -> object:
        with closing(sqlite3.connect(file)) as connection:
            return connection.execute("SELECT sum(length(source)) FROM job").fetchone()

    floor = best(scan)
    head(f"{count} ended jobs, {file.stat().st_size / 1e6:.0f} MB; the floor is reading one column of them all")
    line("floor", floor, floor)
    line("open and close", best(lambda: opened(folder).close()), floor)
    journal = opened(folder)
    history = History(journal)
    line("recent(500)", best(lambda: journal.recent(500)), floor)
    for name, query in _queries().items():
        line(f"find: {name}", best(lambda query=query: history.find(query)), floor, f"{len(history.find(query))} found")
    everything = history.find(HistoryQuery())
    for at in (0, len(everything) // 2):
        page = everything[at : at + 200]
        line(f"page of 200 from {at}", best(lambda page=page: history.entries(page)), floor)
    line("profiles", best(history.profiles), floor)
    line("count", best(history.count), floor)
    url = history.entries(everything[:1])[0].status.links
    line("stored(address)", best(lambda: journal.stored([url[0].url] if url else ["x"])), floor)
    line("same(digest)", best(lambda: journal.same("00" * 32)), floor)
    some = everything[count // 20 :][:1000]
    line(f"forget {len(some)}", timed(lambda: history.forget(some)), floor)
    journal.close()


def _queries() -> dict[str, HistoryQuery]:
    queries = {f"all, by {order.value}": HistoryQuery(order=order) for order in Order}
    profile = _SNAPSHOTS[3].profile.id
    return queries | {
        "one profile, by name": HistoryQuery(profile=profile, order=Order.NAME),
        "failed": HistoryQuery(states=frozenset({JobState.FAILED})),
        "one word, rare": HistoryQuery(text="berlin-berlin-0001"),
        "one word, in a sixth": HistoryQuery(text="Straße"),
        "three words": HistoryQuery(text="STRASSE 2022 jpg"),
        "one letter, in all": HistoryQuery(text="e", order=Order.SAVED),
        "a word, a profile, a state, by size": HistoryQuery(
            text="holiday", profile=profile, states=frozenset({JobState.DONE}), order=Order.SIZE
        ),
        "nothing there": HistoryQuery(text="no such word"),
    }


def upgrade(folder: Path, count: int) -> None:
    """The first opening of a file of the first version."""
    file = folder / "journal.sqlite3"
    journal_v1.write(file, rows(count))
    with closing(sqlite3.connect(file)) as connection:
        floor = best(lambda: connection.execute("SELECT sum(length(source)) FROM job").fetchone())
    head(f"A file of the first version, {count} ended jobs; the floor as above")
    line("open: upgrade", timed(lambda: opened(folder).close()), floor)


def bare_commits(folder: Path) -> Taken:
    """A commit of one row, as durable as ours."""
    with closing(sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE job (id INTEGER PRIMARY KEY, source TEXT)")
        insert = "INSERT INTO job (source) VALUES (?)"
        return middle([timed(lambda: connection.execute(insert, ("x" * 300,))) for _ in range(_COMMITS)])


def life(journal: Journal, row: journal_v1.Row, times: dict[str, list[Taken]]) -> None:
    """All that one job writes."""
    job, plan, outcome = row
    attempts: list[int] = []
    steps: dict[str, Callable[[], object]] = {
        "reserve": lambda: journal.reserve(job.id, plan, "ab" * 32),
        "begin_attempt": lambda: attempts.append(journal.begin_attempt(job.id)),
        "note_sent": lambda: journal.note_sent(attempts[0], bytes_sent=5, maybe_charged=True),
        "keep": lambda: journal.keep(job.id, {"there": [], "charged_since": "2026-01-01T00:00:00+00:00"}),
        "finish": lambda: journal.finish(job.id, outcome or Done(images=())),
    }
    for name, step in steps.items():
        times.setdefault(name, []).append(timed(step))


def run(folder: Path, count: int) -> None:
    """What the jobs of a run write, one after the other, and who waits for a big drop."""
    journal = opened(folder)
    some = list(rows(_COMMITS, seed=1))
    journal.add([job for job, _, _ in some])
    times: dict[str, list[Taken]] = {}
    for row in some:
        life(journal, row, times)
    floor = bare_commits(folder)
    head(f"What one job writes (median of {_COMMITS}); the floor is a bare commit of one row")
    line("floor", floor, floor)
    for name, taken in times.items():
        line(name, middle(taken), floor)

    head(f"A drop of {count} in batches of 500, while another thread begins attempts; the floor as above")
    drop = [replace(job, batch_id="drop", position=at) for at, (job, _, _) in enumerate(rows(count, seed=2), start=1)]
    waits: list[Taken] = []
    over = threading.Event()

    def begin_attempts() -> None:
        while not over.is_set():
            waits.append(timed(lambda: journal.begin_attempt(some[0][0].id)))

    thread = threading.Thread(target=begin_attempts)
    thread.start()
    whole = timed(lambda: [journal.add(drop[start : start + 500]) for start in range(0, count, 500)])
    over.set()
    thread.join()
    line("add, all of it", whole, floor)
    line("begin_attempt meanwhile, median", middle(waits), floor, f"of {len(waits)}")
    line("begin_attempt meanwhile, longest", max(waits, key=lambda wait: wait.wall), floor)
    line("finish_all", timed(lambda: journal.finish_all({job.id: Done(images=()) for job in drop})), floor)
    journal.close()


def memory(folder: Path, counts: Sequence[int]) -> None:
    """What the journal of a process keeps of jobs that it had."""
    print("\nMemory of the journal, beside that of the jobs and outcomes themselves, which the list holds anyway")
    for count in counts:
        journal = opened(folder / str(count))
        jobs = list(rows(count, seed=3))
        tracemalloc.start()
        for part in _parts(jobs, 2000):
            journal.add([job for job, _, _ in part])
            journal.finish_all({job.id: outcome for job, _, outcome in part if outcome is not None})
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        journal.close()
        print(f"  {count:>7} jobs ended in this process: {kept / 1e6:.1f} MB", flush=True)


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--jobs", type=int, default=100_000, metavar="N", help="length of the history")
    count = arguments.parse_args().jobs
    with tempfile.TemporaryDirectory(prefix="kraken-bench-") as name:
        folder = Path(name)
        for each in ("run", "history", "old"):
            (folder / each).mkdir()
        run(folder / "run", min(count, 10_000))
        fill(folder / "history", count)
        looks(folder / "history", count)
        upgrade(folder / "old", count)
        memory(folder, (count // 10, count // 4))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"\npeak of this process: {peak // 1024} MB")


if __name__ == "__main__":
    main()
