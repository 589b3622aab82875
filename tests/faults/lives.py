"""A program that is killed, and started again, until its work is done: each time the real one, as a process."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.books import DONE, Fate, ended_jobs, outcome_of
from tests.faults.fronts import ROOT
from tests.servers.wire import Wire
from tests.support.journal_files import query
from tests.support.world import World

_GLANCE = 0.002
"""Seconds between two looks."""
_ANSWER_BYTES = 600
"""About what comes back for a file, heads included."""
_LONGEST_LIFE = 100.0
UNKNOWN = "fate.unknown"

_OWN_TRACEBACK = re.compile(r'File ".*kraken_desktop[\\/]')

Trigger = Callable[[], bool]


@dataclass
class Drop:
    """Files on their way, through as many lives of a program as it takes.

    Args:
        front: ``terminal`` or ``window``.
        wire: the cable to the server that is asked first: what went through it tells how far a program is.
    """

    world: World
    front: str
    environ: Mapping[str, str]
    files: Sequence[Path]
    wire: Wire
    draw: random.Random
    kills: int = 0
    moments: Counter[str] = field(default_factory=Counter)
    """What the kills waited for, and how often."""
    sessions: set[int] = field(default_factory=set)
    """Of its lives: what is left of one is told by it."""
    retries: Counter[Path] = field(default_factory=Counter)
    """How often a person asked for another try of what may have been charged."""

    @property
    def file(self) -> Path:
        return self.world.home / "journal" / "journal.sqlite3"

    def live(self, trigger: Trigger | None) -> None:
        """Start the program, and kill it when ``trigger`` says so; it may end before. None: let it end."""
        command = self._command()
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(self.environ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        ) as program:
            self.sessions.add(program.pid)
            try:
                killed = self._watch(program, trigger)
            finally:
                # With its group die the engine's children; without it they have to notice.
                end = os.killpg if self.draw.random() < 0.5 else os.kill
                if program.poll() is None:
                    end(program.pid, signal.SIGKILL)
            program.wait(20)
            assert program.stderr is not None
            said = program.stderr.read()
        # A child that was being started when the program died says so, in words of Python's own.
        assert not _OWN_TRACEBACK.search(said), said
        self.kills += killed

    def _command(self) -> list[str]:
        """As a person goes on: hands all files over until some are known, and never again."""
        known = self.known()
        files = [] if known else [str(path) for path in self.files]
        if self.front == "window":
            return [sys.executable, "-m", "kraken_desktop", *(files if not self._noted else [])]
        assert len(known) in {0, len(self.files)}, "the terminal writes them down at once"
        return [
            sys.executable,
            "-m",
            "kraken_desktop.cli",
            *(["put", "--json", *files] if files else ["queue", "resume"]),
        ]

    @property
    def _noted(self) -> bool:
        """Whether the window knows of the drop although not all of it is in the journal."""
        return any(self.world.home.glob("journal/drops/*.json"))

    def _watch(self, program: subprocess.Popen[str], trigger: Trigger | None) -> bool:
        """Until it is to be killed in its work, or has nothing left to do; whether it was the former."""
        deadline = time.monotonic() + _LONGEST_LIFE
        while program.poll() is None:
            assert time.monotonic() < deadline, "it goes on and on"
            if trigger is not None and trigger():
                return True
            # The window stays open when all is done.
            if self.front == "window" and self.complete:
                return False
            time.sleep(_GLANCE)
        return False

    # --- how far it is ---

    def known(self) -> set[str]:
        """The sources that are in the journal."""
        return {json.loads(str(row[0]))["location"] for row in self._rows("SELECT source FROM job")}

    @property
    def ended(self) -> int:
        """How many jobs have an outcome."""
        return int(str(self._rows("SELECT count(*) FROM job WHERE ended_at IS NOT NULL")[0][0])) if self._there else 0

    @property
    def complete(self) -> bool:
        return self.ended == len(self.files)

    @property
    def _there(self) -> bool:
        return bool(self._rows("SELECT 1 FROM sqlite_master WHERE name = 'job'"))

    def _rows(self, sql: str) -> list[tuple[object, ...]]:
        if not self.file.exists():
            return []
        try:
            return query(self.file, sql)
        except sqlite3.Error:
            # It is being made.
            return []

    # --- when it dies ---

    def moment(self, kills: int) -> Trigger:
        """A random moment: in its start, while it scans and plans, sends, waits, hears, stores and writes down.

        Args:
            kills: how many there are still to be; what is left to do is to last for all of them.
        """
        kind = self.draw.choice(("clock", "sent", "heard", "written"))
        self.moments[kind] += 1
        later = self.draw.uniform(0, 0.02)
        mean = sum(path.stat().st_size for path in self.files) / len(self.files)
        ended = self.ended
        files = self.draw.uniform(0, (len(self.files) - ended) / (kills + 1))
        began = time.monotonic()
        match kind:
            case "clock":
                seconds, most = self.draw.uniform(0.05, 1.6), ended + 1 + int(files)
                return lambda: time.monotonic() - began >= seconds or self.ended >= most
            case "sent":
                passed = self.wire.passed + files * mean + 1
                return _then(lambda: self.wire.passed >= passed, later)
            case "heard":
                returned = self.wire.returned + files * _ANSWER_BYTES + 1
                return _then(lambda: self.wire.returned >= returned, later)
            case _:
                most = ended + 1 + int(files)
                return _then(lambda: self.ended >= most, later)

    # --- what a person does about it ---

    def unknown(self) -> list[Path]:
        """The sources whose jobs ended as maybe charged."""
        statuses = ended_jobs(self.world.home, self.files)
        return [path for path in self.files if outcome_of(statuses[str(path)]) == UNKNOWN]

    def retry(self, paths: Sequence[Path]) -> None:
        """Queue them again, as the window does; the next life goes on with them."""
        statuses = ended_jobs(self.world.home, self.files)
        with closing(self.world.services()) as services:
            services.journal.requeue_all([statuses[str(path)].job for path in paths])
        self.retries.update(paths)

    def fates(self, *, paid_again: bool) -> dict[Path, Fate]:
        """Everything is done.

        Args:
            paid_again: what a person tried again may have been carried out before. Else nobody paid for anything twice.
        """
        tries = {path: self.retries[path] if paid_again else 0 for path in self.files}
        return {
            path: Fate(outcome=DONE, whole=1 + more, charged=1 + more, asked_for=more) for path, more in tries.items()
        }


def _then(happened: Trigger, seconds: float) -> Trigger:
    """So long after it has happened."""
    since: list[float] = []

    def due() -> bool:
        if not since and happened():
            since.append(time.monotonic())
        return bool(since) and time.monotonic() - since[0] >= seconds

    return due


def in_sessions(sessions: Collection[int]) -> list[int]:
    """The processes of these sessions that are alive; empty where the system has no list of them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            # Behind the name, which may hold blanks: state, parent, group, session (proc_pid_stat(5)).
            state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(session) in sessions and state != "Z":
            found.append(int(entry.name))
    return found
