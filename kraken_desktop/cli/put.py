"""``kraken-s3 put``: images in, links out, in the order they were named."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import FrameType
from typing import Any

from kraken_desktop.cli.console import (
    Console,
    UsageError,
    WorkersLeftError,
    chosen_profile,
    chosen_recipe,
    load_settings,
    one_of,
)
from kraken_desktop.cli.forecast import tell_forecast
from kraken_desktop.cli.profile import option_of
from kraken_desktop.cli.profile_check import command_of
from kraken_desktop.cli.recipe_options import add_options, changed
from kraken_desktop.composition import MOST_AT_ONCE, Services
from kraken_desktop.intake import LeftOut, Refused, Repeated, expand
from kraken_desktop.messages import Message
from kraken_desktop.model.job import Failed, Failure, Job, JobState, JobStatus, Source, StoredImage, Verdict
from kraken_desktop.model.links import LinkFormat, alternative_text, format_links
from kraken_desktop.model.offers import offers_for
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.runner import Runner
from kraken_desktop.runner_roles import Hold
from kraken_desktop.stores.settings import Settings

_SECONDS_TO_END = 2.0
"""How long an interrupted program waits for its workers."""
_LAST_RESORT = 10.0
"""Seconds after which it ends whatever holds it, such as a reader that has stopped reading."""
_INTERRUPTED = 130


def add_parser(commands: Any, *, epilog: str) -> None:
    """Add ``put`` to the command line."""
    parser = commands.add_parser(
        "put",
        help="optimize images and store them",
        description="Optimize images and store them in the profile's bucket. Prints one link a line, in input order.",
        epilog=epilog,
    )
    parser.add_argument("sources", nargs="+", metavar="PATH|URL", help="an image, a folder of images, or an address")
    parser.add_argument("--profile", metavar="NAME", help="the destination; without it, the default profile")
    parser.add_argument("--json", action="store_true", help="print one JSON object a source instead of links")
    parser.add_argument("--jobs", type=_at_once, metavar="N", help=f"how many at the same time, 1 to {MOST_AT_ONCE}")
    parser.add_argument("--recipe", metavar="NAME", help="the recipe; without it, the profile's")
    add_options(parser)
    parser.add_argument(
        "--link",
        type=one_of(LinkFormat),
        default=LinkFormat.PLAIN,
        metavar="FORMAT",
        help="how links are written: " + ", ".join(LinkFormat) + " (one element for all images of a source)",
    )
    parser.set_defaults(run=run)


def _at_once(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= MOST_AT_ONCE:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MOST_AT_ONCE}")
    return number


def run(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """Put the images. Returns the exit code."""
    settings = load_settings(services, console)
    profile = chosen_profile(arguments.profile, settings)
    recipe = _chosen_recipe(arguments, settings, profile)
    entries: list[Source | Refused] = []
    given = expand(arguments.sources, typed=True, buckets=settings.bucket_folders, copies=settings.copy_folders)
    for found in given:
        if isinstance(found, LeftOut):
            console.say(console.words.left_out(found.folder, found.counts))
        elif isinstance(found, Repeated):
            console.say(console.words.repeated(found.count))
        else:
            entries.append(found)
    if not entries:
        raise UsageError("kraken-s3: there is no image to put")
    jobs = services.new_jobs([each for each in entries if isinstance(each, Source)], profile, settings, recipe)
    tell_forecast(services, console, jobs)
    report = _Report(entries, jobs, profile, console, as_json=arguments.json, link_format=arguments.link)
    return _work(services, jobs, report, console, arguments.jobs or settings.preferences.concurrency)


def _chosen_recipe(arguments: argparse.Namespace, settings: Settings, profile: Profile) -> Recipe:
    if arguments.recipe is not None:
        recipe = chosen_recipe(arguments.recipe, settings)
    else:
        recipe = settings.recipe(profile.recipe_id) or Recipe()
    return changed(recipe, arguments)


class _Report:
    """Listens to the runner and prints what is known, in input order, as soon as it is."""

    def __init__(
        self,
        entries: Sequence[Source | Refused],
        jobs: Sequence[Job],
        profile: Profile,
        console: Console,
        *,
        as_json: bool,
        link_format: LinkFormat,
    ) -> None:
        waiting = iter(jobs)
        self._order: list[Refused | str] = [
            entry if isinstance(entry, Refused) else next(waiting).id for entry in entries
        ]
        self._profile = profile
        self._console = console
        self._as_json = as_json
        self._link_format = link_format
        self._lock = threading.Lock()
        self._ended: dict[str, JobStatus] = {}
        self._next = 0
        self._stopped_by: Failure | None = None
        self._told_stop = False
        self._told_links: set[Message] = set()
        self._counts: Counter[JobState] = Counter()
        self.something_failed = any(isinstance(entry, Refused) for entry in entries)
        with self._lock:
            self._print_ready()

    # --- Listener ---

    def job_changed(self, status: JobStatus) -> None:
        if not status.state.ended:
            if status.state is JobState.WAITING and status.waiting_for is not None:
                self._console.message(self._console.words.failure(status.waiting_for))
                self._console.say("  " + self._console.words.state(status))
            return
        with self._lock:
            self._ended[status.job.id] = status
            if status.state in {JobState.FAILED, JobState.CANCELLED}:
                self.something_failed = True
            self._print_ready()

    def queue_paused(self, why: Failure | None) -> None:
        self._stopped_by = why

    def queue_suspended(self, suspended: bool) -> None:
        """Nobody suspends the queue of a terminal."""

    def queue_held(self, holds: tuple[Hold, ...]) -> None:
        """The job that met it has said so itself."""

    # --- for the one who waits ---

    @property
    def stopped_by(self) -> Failure | None:
        """The failure that every further job would meet as well."""
        return self._stopped_by

    def tell_sum(self) -> None:
        """Of several sources: how many ended how, as the last line."""
        if len(self._order) > 1:
            self._console.say(self._console.words.summary(self._counts))

    def _print_ready(self) -> None:
        while self._next < len(self._order):
            entry = self._order[self._next]
            if isinstance(entry, Refused):
                self._print_refused(entry)
            elif entry in self._ended:
                self._print_ended(self._ended[entry])
            else:
                return
            self._next += 1

    def _print_refused(self, refused: Refused) -> None:
        failure = Failure.of(refused.error)
        self._counts[JobState.FAILED] += 1
        self._console.message(self._console.words.failure(failure))
        if self._as_json:
            self._print_json(refused.location, JobState.FAILED, failure=failure)

    def _print_ended(self, status: JobStatus) -> None:
        self._counts[status.state] += 1
        outcome = status.outcome
        failure = outcome.failure if isinstance(outcome, Failed) else None
        if failure is not None:
            self._say_failure(status, failure)
        elif outcome is not None:
            self._console.say(f"{status.job.source.name}: {self._console.words.outcome(outcome)}")
        self._say_links(status)
        if self._as_json:
            self._print_json(status.job.source.location, status.state, status=status, failure=failure)
            return
        alt = alternative_text(status.job.source.name)
        for link in format_links(status.links, self._link_format, alt=alt):
            # A line each, so that a script can tell them apart: between the tags of <picture> blanks mean nothing.
            self._console.print(" ".join(line.strip() for line in link.splitlines()))

    def _say_links(self, status: JobStatus) -> None:
        """Of links that do not open for everybody: cause and way out, each once."""
        for image in status.links:
            words, check = self._console.words, image.check
            message = words.link_trouble(check, status.job.snapshot.profile) if check is not None else None
            if check is None or message is None:
                continue
            self._console.say(f"  {words.link_check(check)}: {image.url}")
            if message not in self._told_links:
                self._told_links.add(message)
                self._console.message(message)

    def _say_failure(self, status: JobStatus, failure: Failure) -> None:
        """One bad credential is told once, not for each of a thousand files."""
        if failure is self._stopped_by:
            if self._told_stop:
                self._console.say(f"{status.job.source.name}: not tried, for the same reason")
                return
            self._told_stop = True
        self._console.say(f"{status.job.source.name}:")
        self._console.message(self._words(failure))

    def _words(self, failure: Failure) -> Message:
        """With the command that mends it, where a field of the profile is at fault."""
        message = self._console.words.failure(failure)
        for offer in offers_for(failure, self._profile):
            way = f"{self._console.words.offer(offer)}: {command_of(offer, self._profile)}"
            message = replace(message, remedy=f"{message.remedy} {way}".strip())
        option = option_of(failure)
        if not option:
            return message
        command = f"kraken-s3 profile edit {shlex.quote(self._profile.name)} {option} …"
        return replace(message, remedy=f"{message.remedy} {command}".strip())

    def _print_json(
        self, source: str, state: JobState, *, status: JobStatus | None = None, failure: Failure | None = None
    ) -> None:
        outcome = status.outcome if status is not None else None
        told: dict[str, Any] = {
            "source": source,
            "status": state.value,
            "profile": self._profile.name,
            "images": [_record(image) for image in (outcome.images if outcome is not None else ())],
            "original_bytes": outcome.original_bytes if outcome is not None else None,
            "saved_bytes": getattr(outcome, "saved_bytes", None),
        }
        if failure is not None:
            message = self._words(failure)
            told["error"] = {
                "code": failure.code,
                "message": " ".join(part for part in (message.what, message.why) if part),
                "hint": message.remedy,
                "retryable": failure.retryable,
            }
        self._console.print(json.dumps(told))


def _record(image: StoredImage) -> dict[str, Any]:
    """One image: what every one has, then what only some have."""
    told: dict[str, Any] = {
        name: getattr(image, name) for name in ("variant", "key", "url", "kraked_url", "width", "height", "bytes")
    }
    if image.expires_at is not None:
        told["expires_at"] = image.expires_at.isoformat()
    if image.already_optimal:
        told["already_optimal"] = True
    if image.local_copy:
        told["local_copy"] = image.local_copy
    if image.sandbox:
        told["sandbox"] = True
    if image.check is not None and image.check.verdict is not Verdict.OPENS:
        told["check"] = {
            "verdict": image.check.verdict.value,
            "status": image.check.status or None,
            "content_type": image.check.content_type,
        }
    return told


def _work(services: Services, jobs: Sequence[Job], report: _Report, console: Console, concurrency: int) -> int:
    interrupted = False

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        # No more than that: a lock taken here may be held by what was interrupted.
        nonlocal interrupted
        if interrupted:
            os._exit(_INTERRUPTED)  # asked twice: at once, and the journal stands a crash
        interrupted = True

    executor = ThreadPoolExecutor(concurrency, thread_name_prefix="job")
    runner = services.runner(executor, report, concurrency)
    last_resort = threading.Timer(_LAST_RESORT, lambda: os._exit(_INTERRUPTED if interrupted else 1))
    last_resort.daemon = True
    before = signal.signal(signal.SIGINT, interrupt)
    ended = True
    try:
        runner.submit(jobs)
        # With a limit: on Windows Ctrl+C is heard only between two waits.
        while not runner.wait_idle(0.2):
            if interrupted or console.failed:
                last_resort.start()
                ended = _stop(runner)
                break
            if report.stopped_by is not None:
                runner.abandon(report.stopped_by)
    finally:
        ended = runner.close(_SECONDS_TO_END) and ended
        executor.shutdown(wait=False, cancel_futures=True)
        signal.signal(signal.SIGINT, before)
    report.tell_sum()
    code = _INTERRUPTED if interrupted else 1 if report.something_failed or console.failed else 0
    if not ended:
        raise WorkersLeftError(code)
    last_resort.cancel()
    return code


def _stop(runner: Runner) -> bool:
    """Cancel everything, and tell so; False if workers hang."""
    runner.cancel()
    if runner.wait_idle(_SECONDS_TO_END):
        return True
    runner.give_up()
    return False
