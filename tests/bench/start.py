"""How long until the window is there: ours beside an empty window of PySide6, and beside itself with much history.

``./dev bench start`` prints a table a platform: offscreen, and a real X server where there is one (``Xvfb``). Every
start is a process of its own, from its command to the end of the first paint of its window. The rounds are
interleaved, and a ratio is the median over the pairs of one round; absolute figures depend on the machine and on what
else it does. "Complete" is the window with all that it shows and does; what is dropped before is kept.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from kraken_desktop.folders import Folders
from kraken_desktop.model.settings import first_settings
from kraken_desktop.stores.journal import Journal
from kraken_desktop.stores.settings import SettingsStore
from tests.support import journal_samples
from tests.support.gui import ACCOUNT, PROFILE

PROBE = Path(__file__).with_name("start_probe.py")
LATE = (
    "kraken_desktop.engines",
    "kraken_desktop.buckets",
    "kraken_desktop.stores.journal",
    "keyring",
    "requests",
    "urllib3",
    "botocore",
    "numpy",
    "PIL",
    "pyvips",
)
"""What must not be loaded before the first paint."""
EMPTY = """\
import sys
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication(sys.argv[:1])
window = QMainWindow()
window.show()
sys.exit(application.exec())
"""
HISTORY = 100_000
_AT_ONCE = 5_000
_PROFILES = 6
_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One start: seconds from the command, and of the processor; the longest turn of the event loop before it was
    complete; the modules at the first paint."""

    painted: float
    cpu: float
    modules: frozenset[str]
    complete: float
    complete_cpu: float
    complete_modules: frozenset[str]
    longest: float


def too_early(modules: Iterable[str]) -> list[str]:
    """Which of these must not be loaded before the first paint."""
    return sorted(name for name in modules if f"{name}.".startswith(tuple(f"{late}." for late in LATE)))


def start(script: Path, home: Path, platform: str, *, linger: float = -1.0) -> Start:
    """Start a program once, in a home of its own, and end it as soon as its window is complete.

    Args:
        linger: seconds until it is closed as a person would; negative: it is killed.
    """
    reading, writing = os.pipe()
    environ = os.environ | {
        "KRAKEN_DESKTOP_HOME": str(home),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "QT_QPA_PLATFORM": platform,
        "QT_LOGGING_RULES": "qt.qpa.*=false",
    }
    began = time.monotonic()
    with open(reading, encoding="utf-8") as told:  # noqa: PTH123 - a descriptor
        child = subprocess.Popen(
            [sys.executable, str(PROBE), str(writing), str(linger), str(script)],
            env=environ,
            pass_fds=[writing],
            stdin=subprocess.DEVNULL,
        )
        os.close(writing)
        # One that cannot start shows a report, and waits for somebody to read it.
        end = threading.Timer(_SECONDS, child.kill)
        end.start()
        lines = [json.loads(line) for line in told]
        end.cancel()
    child.wait(_SECONDS)
    if not lines or ("kraken_desktop" in lines[0]["modules"] and len(lines) == 1):
        raise RuntimeError(f"{script.name} has not opened its window; its log is in {home}")
    first, last = lines[0], lines[-1]
    return Start(
        painted=first["at"] - began,
        cpu=first["cpu"],
        modules=frozenset(first["modules"]),
        complete=last["at"] - began,
        complete_cpu=last["cpu"],
        complete_modules=frozenset(last["modules"]),
        longest=last.get("longest", 0.0),
    )


def set_up(home: Path, history: int = 0) -> Path:
    """Settings with several profiles, and so many ended jobs in the journal."""
    folders = Folders.of({"KRAKEN_DESKTOP_HOME": str(home)})
    settings = first_settings(folders.pictures).with_account(ACCOUNT)
    for number in range(_PROFILES):
        settings = settings.with_profile(replace(PROFILE, id=f"more-{number}", name=f"Site {number}"))
    SettingsStore(folders.settings_file).update(lambda _old: settings)
    if history:
        journal = Journal.open(folders.journal, _refuse)
        for first in range(0, history, _AT_ONCE):
            jobs = [journal_samples.job(number) for number in range(first, min(first + _AT_ONCE, history))]
            journal.add(jobs)
            journal.finish_all({job.id: journal_samples.done(job) for job in jobs})
        journal.close()
    return home


def _refuse(problem: Exception) -> None:
    raise problem


@contextmanager
def screen(platform: str) -> Iterator[None]:
    """A display for the platform."""
    if platform != "xcb":
        yield
        return
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1200x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    before = os.environ.get("DISPLAY")
    try:
        with open(reading, encoding="ascii") as number:  # noqa: PTH123 - a descriptor
            os.environ["DISPLAY"] = f":{number.readline().strip()}"
        yield
    finally:
        if before is None:
            os.environ.pop("DISPLAY", None)
        else:
            os.environ["DISPLAY"] = before
        server.terminate()
        server.wait(_SECONDS)


def measure(platform: str, rounds: int, ours: Path, homes: Path) -> dict[str, list[Start]]:
    """Interleaved rounds of all cases on one platform."""
    empty = homes / "empty.py"
    empty.write_text(EMPTY, encoding="utf-8")
    again, long = homes / "again", homes / "long"
    for home in (again, long):
        # What the first start leaves behind for the next: the size of the window, and how it looked.
        start(ours, home, platform, linger=2.0)
    found: dict[str, list[Start]] = {}
    for number in range(rounds):
        new = homes / f"new-{platform}-{number}"
        for name, script, home in (
            ("an empty window", empty, new),
            ("the very first start", ours, new),
            ("several profiles", ours, again),
            (f"{HISTORY:,} jobs in the history", ours, long),
        ):
            found.setdefault(name, []).append(start(script, home, platform))
        shutil.rmtree(new, ignore_errors=True)
    return found


def report(platform: str, found: dict[str, list[Start]], output: IO[str]) -> None:
    """A table, the first case being what the others are measured by."""
    base = next(iter(found.values()))
    output.write(f"\n{platform}, {len(base)} rounds; ms, medians\n\n")
    output.write("| start | first paint | ratio | CPU | ratio | modules | complete | CPU | longest turn |\n")
    output.write("| --- | --: | --: | --: | --: | --: | --: | --: | --: |\n")
    for name, starts in found.items():
        painted, cpu = _median(each.painted for each in starts), _median(each.cpu for each in starts)
        ratios = [_median(one.painted / other.painted for one, other in zip(starts, base, strict=True))]
        ratios += [_median(one.cpu / other.cpu for one, other in zip(starts, base, strict=True))]
        cells = [name, f"{painted * 1000:.0f}", f"{ratios[0]:.2f}", f"{cpu * 1000:.0f}", f"{ratios[1]:.2f}"]
        cells.append(str(len(starts[0].modules)))
        if starts is base:
            cells += ["", "", ""]
        else:
            later = [(each.complete, each.complete_cpu, each.longest) for each in starts]
            cells += [f"{_median(times) * 1000:.0f}" for times in zip(*later, strict=True)]
        output.write(f"| {' | '.join(cells)} |\n")
    early = sorted({name for starts in found.values() for each in starts for name in too_early(each.modules)})
    output.write(f"\nloaded too early: {', '.join(early) or 'nothing'}\n")


def _median(values: Iterator[float] | Sequence[float]) -> float:
    return statistics.median(values)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables. Ends with 1 if something was loaded that must not be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--history", type=int, default=HISTORY, help="ended jobs of the last case")
    options = parser.parse_args(argv)
    ours = Path(sys.executable).with_name("kraken-desktop")
    good = True
    for platform in ("offscreen", "xcb"):
        if platform == "xcb" and shutil.which("Xvfb") is None:
            sys.stdout.write("\nxcb: no Xvfb here\n")
            continue
        with tempfile.TemporaryDirectory() as folder, screen(platform):
            homes = Path(folder)
            set_up(homes / "again")
            set_up(homes / "long", options.history)
            found = measure(platform, options.rounds, ours, homes)
        report(platform, found, sys.stdout)
        good = good and not any(too_early(each.modules) for starts in found.values() for each in starts)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
