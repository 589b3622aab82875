"""A process of its own that uses a journal: it tells what it did, line by line, and may be killed anywhere.

python -m tests.support.journal_child FOLDER hold COUNT     adds, plans, starts, and holds jobs
python -m tests.support.journal_child FOLDER work COUNT     adds jobs and finishes one after the other
python -m tests.support.journal_child FOLDER take           waits for a line, then takes over
python -m tests.support.journal_child FOLDER fight NAME     waits for a line, then brings 200 jobs to their end
python -m tests.support.journal_child FOLDER look WHO       as this user, who may only read: tells what is there
python -m tests.support.journal_child FOLDER full LIMIT     works until a file may not grow beyond so many bytes
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kraken_desktop.model.errors import JournalError
from kraken_desktop.model.history import HistoryQuery
from kraken_desktop.model.job import Job
from kraken_desktop.stores.history import History
from kraken_desktop.stores.journal import Journal
from tests.support.journal_samples import done, job, plan


def _say(*words: str) -> None:
    print(*words, flush=True)


def _problem(error: JournalError) -> None:
    _say("problem", error.problem)


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


def _fight(journal: Journal, name: str) -> None:
    jobs = [job(number, batch=name) for number in range(1, 201)]
    _say("ready")
    sys.stdin.readline()
    journal.add(jobs)

    def run(each: Job) -> None:
        journal.reserve(each.id, plan(each))
        journal.note_sent(journal.begin_attempt(each.id), bytes_sent=1, maybe_charged=True)
        journal.finish(each.id, done(each))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, jobs))
    _say("over")


def _full(journal: Journal, limit: int) -> None:
    import resource  # not on Windows, where the test does not run either

    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    jobs = [job(number) for number in range(1, 301)]
    for each in jobs:
        journal.add([each])
        journal.finish(each.id, done(each))
    _say("there", str(len(journal.recent(1000))))
    # Somebody made room.
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    journal.close()
    _say("closed")


def _look(journal: Journal) -> None:
    history = History(journal)
    _say("there", str(len(journal.recent(1000))), str(len(history.find(HistoryQuery(text="photo")))))
    journal.add([job(1, batch="now")])
    journal.finish("now-1", done(job(1, batch="now")))
    _say("there", str(len(journal.recent(1000))), str(len(journal.take_over())))


def main(folder: str, what: str, argument: str = "0") -> None:
    """Do one of these things."""
    if what == "look" and int(argument):
        os.setuid(int(argument))
    journal = Journal.open(Path(folder), _problem)
    if what == "hold":
        _hold(journal, int(argument))
    elif what == "work":
        _work(journal, int(argument))
    elif what == "fight":
        _fight(journal, argument)
    elif what == "look":
        _look(journal)
    elif what == "full":
        _full(journal, int(argument))
    else:
        _take(journal)


if __name__ == "__main__":
    main(*sys.argv[1:])
