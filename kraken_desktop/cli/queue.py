"""``kraken-s3 queue``: what is unfinished, and going on with what an earlier run left behind."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from functools import partial
from typing import Any

from kraken_desktop.cli import report
from kraken_desktop.cli.console import Console, load_settings
from kraken_desktop.cli.forecast import tell_forecast
from kraken_desktop.cli.report import Report
from kraken_desktop.cli.table import print_rows
from kraken_desktop.cli.work import Start, add_jobs_option, run_jobs
from kraken_desktop.composition import Services
from kraken_desktop.model.job import Job, JobState
from kraken_desktop.runner import Runner
from kraken_desktop.stores.drops import Drop
from kraken_desktop.stores.journal import Recovered, Unfinished


def add_parser(commands: Any, *, epilog: str) -> None:
    """Add ``queue`` to the command line."""
    text = "images that are unfinished"
    parser = commands.add_parser("queue", help=text, description="Images that are unfinished, and going on with them.")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listed = actions.add_parser(
        "list",
        help="what is unfinished, in every program",
        description="Print a line an image that is unfinished: whether it is running or queued in a program that runs, "
        "or was left behind by one that was interrupted or killed; since when, its name, its profile, and whether "
        "Kraken.io may have charged it. Where the output is piped, tabs stand between them and nothing is shortened.",
    )
    listed.add_argument("--json", action="store_true", help="print one JSON object an image")
    listed.set_defaults(run=_list)
    resume = actions.add_parser(
        "resume",
        help="go on with what was left behind",
        description="Go on with the images that a program left behind when it was interrupted, killed or switched off. "
        "Profiles are taken as they are now. An image that Kraken.io may have charged already is looked for in the "
        "bucket, and not sent again. What a running program works on stays with it. Prints what put prints; what has "
        "not ended waits for the next time.",
        epilog=epilog,
    )
    add_jobs_option(resume)
    report.add_options(resume)
    resume.set_defaults(run=_resume)
    cancel = actions.add_parser(
        "cancel",
        help="give up what was left behind",
        description="Give up the images that a program left behind: they are in the history as cancelled, and the "
        "originals stay. What a running program works on stays with it.",
    )
    cancel.add_argument("--profile", metavar="NAME", help="only what was to go through this profile")
    cancel.set_defaults(run=_cancel)


def _list(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    unfinished = services.journal.unfinished()
    counts = Counter(_state(each) for each in unfinished)
    if arguments.json:
        for each in unfinished:
            console.print(json.dumps(_object(each)))
    else:
        # What stands still first: it is what somebody has to see to.
        by_need = sorted(unfinished, key=lambda each: _STATES.index(_state(each)))
        print_rows(console, [_row(each, console) for each in by_need], _WIDEST)
    if not unfinished:
        console.say("The queue is empty.")
    if left := counts[_LEFT]:
        way_on = "" if services.journal.in_memory else " To go on: kraken-s3 queue resume"
        console.say(f"{console.words.images(left)} left behind.{way_on}")
    if _cut_off(services, unfinished):
        console.say(_CUT_OFF)
    return 0


_LEFT = "left"
_STATES = (_LEFT, JobState.RUNNING.value, JobState.QUEUED.value)
_WIDEST = (7, 16, 30, 16)
_CUT_OFF = (
    "What was dropped onto the window has not been looked through to its end. "
    "The window does that when it is opened next."
)


def _cut_off(services: Services, unfinished: Sequence[Unfinished]) -> tuple[Drop, ...]:
    """Drops that a window did not look through to the end. While images are on their way they may be its own."""
    return () if any(each.owner_alive for each in unfinished) else services.drops.left()


def _state(each: Unfinished) -> str:
    return each.status.state.value if each.owner_alive else _LEFT


def _object(each: Unfinished) -> dict[str, Any]:
    job = each.status.job
    return {
        "source": job.source.location,
        "status": _state(each),
        "profile": job.snapshot.profile.name,
        "dropped_at": job.dropped_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "maybe_charged": each.maybe_charged,
        "job": job.id,
    }


def _row(each: Unfinished, console: Console) -> list[str]:
    job = each.status.job
    dropped = job.dropped_at.astimezone()
    at = dropped.strftime("%Y-%m-%d %H:%M") if console.on_terminal else dropped.isoformat(timespec="seconds")
    # Of a running one that is no news: its answer is on its way.
    note = "may have been charged" if each.maybe_charged and not each.owner_alive else ""
    return [_state(each), at, job.source.name, job.snapshot.profile.name, note]


def _resume(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    settings = load_settings(services, console)
    cut_off = _cut_off(services, services.journal.unfinished())
    if services.journal.in_memory:
        console.say("Nothing is sent: what is done could not be noted.")
        return 1
    recovered = _as_now(services.recover(), services)
    if cut_off:
        console.say(_CUT_OFF)
    if not recovered:
        console.say("There is nothing to go on with.")
        return 0
    jobs = [each.job for each in recovered]
    console.say(f"Going on with {console.words.images(len(jobs))}.")
    _tell_forecasts(services, console, [each.job for each in recovered if not _suspected(each)])
    told = Report(jobs, None, console, as_json=arguments.json, link_format=arguments.link)
    concurrency = arguments.jobs or settings.preferences.concurrency
    try:
        return run_jobs(services, told, console, concurrency, _starts(recovered), leaves_rest=True)
    finally:
        if told.left:
            console.say(f"{console.words.images(told.left)} unfinished. To go on: kraken-s3 queue resume")


def _cancel(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    from kraken_desktop.kept_record import given_up  # with all that Kraken.io answers: only for who asks

    if services.journal.in_memory:
        console.say("Nothing is cancelled: it could not be noted.")
        return 1
    cut_off = _cut_off(services, services.journal.unfinished())
    drops = [drop for drop in cut_off if arguments.profile in (None, drop.profile.name)]
    for drop in drops:
        services.drops.end(drop.batch_id)
    # What is not meant is left behind again when this program ends.
    recovered = [
        each
        for each in services.recover()
        if arguments.profile is None or each.job.snapshot.profile.name == arguments.profile
    ]
    services.journal.finish_all({each.job.id: given_up(each) for each in recovered})
    if recovered:
        console.say(f"{console.words.images(len(recovered))} cancelled.")
    if drops:
        console.say("What was dropped onto the window, and not looked through, is given up.")
    if not recovered and not drops:
        console.say("There is nothing to cancel.")
    return 0


def _starts(recovered: Sequence[Recovered]) -> list[Start]:
    """Profile by profile: a wrong key of one is no reason that the images of another never get their turn."""
    by_profile: dict[str, list[Recovered]] = {}
    for each in recovered:
        by_profile.setdefault(each.job.snapshot.profile.id, []).append(each)
    return [partial(_resume_jobs, own) for own in by_profile.values()]


def _resume_jobs(recovered: Sequence[Recovered], runner: Runner) -> None:
    runner.resume_jobs(recovered)


def _as_now(recovered: Sequence[Recovered], services: Services) -> list[Recovered]:
    """With the profiles as they are now: they may have been mended. What has to be looked for stays as it was."""
    renewed = services.renewal()
    now = [each if _suspected(each) else replace(each, job=renewed(each.job)) for each in recovered]
    services.journal.renew([new.job for new, old in zip(now, recovered, strict=True) if new.job is not old.job])
    return now


def _suspected(recovered: Recovered) -> bool:
    return recovered.attempt is not None and recovered.attempt.maybe_charged


def _tell_forecasts(services: Services, console: Console, jobs: Sequence[Job]) -> None:
    by_account: dict[str, list[Job]] = {}
    for job in jobs:
        if job.snapshot.account is not None:
            by_account.setdefault(job.snapshot.account.id, []).append(job)
    for of_one in by_account.values():
        tell_forecast(services, console, of_one)
