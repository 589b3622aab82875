"""A process of its own that uses a journal: it tells what it did, line by line, and may be killed anywhere.

python -m tests.support.journal_child FOLDER hold COUNT     adds, plans, starts, and holds jobs
python -m tests.support.journal_child FOLDER work COUNT     adds jobs and finishes one after the other
python -m tests.support.journal_child FOLDER take           waits for a line, then takes over
"""

from __future__ import annotations

import sys
from pathlib import Path

from kraken_desktop.model.errors import JournalError
from kraken_desktop.stores.journal import Journal
from tests.support.journal_samples import done, job, plan


def _say(*words: str) -> None:
    print(*words, flush=True)


def _problem(error: JournalError) -> None:
    _say("problem", str(error))


def _hold(journal: Journal, count: int) -> None:
    jobs = [job(number) for number in range(1, count + 1)]
    journal.add(jobs)
    # The last one is left as it was dropped.
    for at, each in enumerate(jobs[:-1]):
        journal.reserve(each.id, plan(each))
        attempt = journal.begin_attempt(each.id)
        journal.note_sent(attempt, bytes_sent=each.position, maybe_charged=at == 0)
    _say("ready")
    sys.stdin.readline()


def _work(journal: Journal, count: int) -> None:
    jobs = [job(number) for number in range(1, count + 1)]
    journal.add(jobs)
    for each in jobs:
        journal.reserve(each.id, plan(each))
        journal.begin_attempt(each.id)
        journal.finish(each.id, done(each))
        _say("done", each.id)


def _take(journal: Journal) -> None:
    _say("ready")
    sys.stdin.readline()
    _say("took", *(each.job.id for each in journal.take_over()))
    sys.stdin.readline()


def main(folder: str, what: str, count: str = "0") -> None:
    """Do one of the three things."""
    journal = Journal.open(Path(folder), _problem)
    if what == "hold":
        _hold(journal, int(count))
    elif what == "work":
        _work(journal, int(count))
    else:
        _take(journal)


if __name__ == "__main__":
    main(*sys.argv[1:])
