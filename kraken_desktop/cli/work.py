"""Runs jobs to their end in a terminal: in threads, with Ctrl+C heard at once, and a way out of whatever hangs."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Self

from kraken_desktop.cli.console import Console, WorkersLeftError
from kraken_desktop.cli.report import Report
from kraken_desktop.composition import MOST_AT_ONCE, Services
from kraken_desktop.runner import Runner

_SECONDS_TO_END = 2.0
"""How long an interrupted program waits for its workers."""
_LAST_RESORT = 10.0
"""Seconds after which it ends whatever holds it, such as a reader that has stopped reading."""
_INTERRUPTED = 130


def add_jobs_option(parser: argparse.ArgumentParser) -> None:
    """How many jobs a command runs at the same time."""
    parser.add_argument("--jobs", type=_at_once, metavar="N", help=f"how many at the same time, 1 to {MOST_AT_ONCE}")


def _at_once(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= MOST_AT_ONCE:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MOST_AT_ONCE}")
    return number


Start = Callable[[Runner], None]
"""Gives a runner its jobs."""


class _Interrupts:
    """Ctrl+C, as long as this is entered: heard once, it is noted; heard twice, the program ends."""

    def __init__(self) -> None:
        self.heard = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *_error: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        # No more than that: a lock taken here may be held by what was interrupted.
        if self.heard:
            os._exit(_INTERRUPTED)  # asked twice: at once, and the journal stands a crash
        self.heard = True


def run_jobs(
    services: Services,
    report: Report,
    console: Console,
    concurrency: int,
    starts: Sequence[Start],
    *,
    leaves_rest: bool = False,
) -> int:
    """Run jobs until all have ended, or the person has had enough. Returns the exit code.

    Args:
        services: what the runners are made of.
        report: listens, and knows what failed.
        console: where the end is told.
        concurrency: how many jobs run at the same time.
        starts: one after the other; what stops the jobs of one does not stop those of the next.
        leaves_rest: what is interrupted, or would fail as the others did, stays unfinished in the journal; else it
            ends as cancelled or failed.

    Raises:
        WorkersLeftError: a worker hangs.
    """
    interrupts, ended = _Interrupts(), True

    def enough() -> bool:
        return interrupts.heard or console.failed

    executor = ThreadPoolExecutor(concurrency, thread_name_prefix="job")
    last_resort = threading.Timer(_LAST_RESORT, lambda: os._exit(_INTERRUPTED if interrupts.heard else 1))
    last_resort.daemon = True
    with interrupts:
        try:
            for start in starts:
                report.begin()
                runner = services.runner(executor, report, concurrency)
                try:
                    start(runner)
                    _wait(runner, report, enough, leaves_rest=leaves_rest)
                    if enough():
                        last_resort.start()
                        ended = leaves_rest or _stop(runner)
                finally:
                    ended = runner.close(_SECONDS_TO_END) and ended
                if enough():
                    break
                if leaves_rest:
                    report.tell_stop()
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
    report.tell_sum()
    failed = report.something_failed or report.left > 0 or console.failed
    code = _INTERRUPTED if interrupts.heard else 1 if failed else 0
    if not ended:
        raise WorkersLeftError(code)
    last_resort.cancel()
    return code


def _wait(runner: Runner, report: Report, enough: Callable[[], bool], *, leaves_rest: bool) -> None:
    """Wait until nothing is left to do, or nothing can be done."""
    # With a limit: on Windows Ctrl+C is heard only between two waits.
    while not runner.wait_idle(0.2) and not enough():
        if report.stopped_by is None:
            continue
        if not leaves_rest:
            runner.abandon(report.stopped_by)
        elif report.nothing_runs:
            return


def _stop(runner: Runner) -> bool:
    """Cancel everything, and tell so; False if workers hang."""
    runner.cancel()
    if runner.wait_idle(_SECONDS_TO_END):
        return True
    runner.give_up()
    return False
