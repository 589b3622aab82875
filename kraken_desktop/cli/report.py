"""What a run of jobs says in a terminal: links or JSON on standard output, everything else on standard error."""

from __future__ import annotations

import argparse
import json
import shlex
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from kraken_desktop.cli.console import Console, one_of
from kraken_desktop.cli.profile import option_of
from kraken_desktop.cli.profile_check import command_of
from kraken_desktop.intake import Refused
from kraken_desktop.messages import Message
from kraken_desktop.model.job import Failed, Failure, Job, JobState, JobStatus, Outcome, StoredImage
from kraken_desktop.model.links import LinkFormat, alternative_text, format_links
from kraken_desktop.model.offers import offers_for
from kraken_desktop.model.profile import Profile
from kraken_desktop.result_objects import result_object
from kraken_desktop.runner_roles import Hold

LINK_FORMATS = ", ".join(LinkFormat) + " (one element for all images of a source)"
"""What ``--link`` takes, in words."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """What a command that runs jobs can be told about its output."""
    parser.add_argument("--json", action="store_true", help="print one JSON object a source instead of links")
    parser.add_argument(
        "--link",
        type=one_of(LinkFormat),
        default=LinkFormat.PLAIN,
        metavar="FORMAT",
        help=f"how links are written: {LINK_FORMATS}",
    )


def link_lines(images: Sequence[StoredImage], link_format: LinkFormat, name: str) -> list[str]:
    """The links of one source, each on one line, so that a script can tell them apart.

    Args:
        images: those that are there.
        name: of the source: what the alternative text is made of.
    """
    links = format_links(images, link_format, alt=alternative_text(name))
    # Between the tags of <picture> blanks mean nothing.
    return [" ".join(line.strip() for line in link.splitlines()) for link in links]


class Report:
    """Listens to the runner and prints what is known, in the given order, as soon as it is.

    Args:
        order: every source, by its job or by why there is none.
        profile: what those without a job were to go through.
        console: where it is printed.
        as_json: objects instead of links.
        link_format: how links are written.
    """

    def __init__(
        self,
        order: Sequence[Refused | Job],
        profile: Profile | None,
        console: Console,
        *,
        as_json: bool,
        link_format: LinkFormat,
    ) -> None:
        self._order = [entry if isinstance(entry, Refused) else entry.id for entry in order]
        self._profile = profile
        self._console = console
        self._as_json = as_json
        self._link_format = link_format
        self._lock = threading.Lock()
        self._ended: dict[str, JobStatus] = {}
        self._running: set[str] = set()
        self._next = 0
        self._put_back: JobStatus | None = None
        self._stopped_by: Failure | None = None
        self._told_stop = False
        self._told_links: set[Message] = set()
        self._counts: Counter[JobState] = Counter()
        self.something_failed = any(isinstance(entry, Refused) for entry in order)
        with self._lock:
            self._print_ready()

    # --- Listener ---

    def job_changed(self, status: JobStatus) -> None:
        with self._lock:
            if status.state is JobState.RUNNING:
                self._running.add(status.job.id)
            else:
                self._running.discard(status.job.id)
        if not status.state.ended:
            if status.state is JobState.QUEUED and status.waiting_for is not None:
                self._put_back = status
            if status.state is JobState.WAITING and status.waiting_for is not None:
                self._console.message(self._console.words.failure(status.waiting_for))
                self._console.say("  " + self._console.words.state(status, time.monotonic()))
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

    @property
    def nothing_runs(self) -> bool:
        """Whether no job is at work."""
        with self._lock:
            return not self._running

    @property
    def left(self) -> int:
        """How many jobs have not ended."""
        with self._lock:
            return sum(isinstance(entry, str) and entry not in self._ended for entry in self._order)

    def begin(self) -> None:
        """Other jobs begin, which nothing has stopped yet."""
        self._stopped_by = self._put_back = None
        self._told_stop = False

    def tell_stop(self) -> None:
        """Why nothing more is tried, if so, with the way out: of a job that met it."""
        met = self._put_back
        if self._stopped_by is not None and met is not None and met.waiting_for is not None:
            self._console.say(f"{met.job.source.name}:")
            self._console.message(self._words(met.waiting_for, met.job.snapshot.profile))

    def tell_sum(self) -> None:
        """What ended after one that did not; and of several sources, as the last line, how many ended how."""
        with self._lock:
            for entry in self._order[self._next :]:
                if entry in self._ended:
                    self._print_ended(self._ended[str(entry)])
            self._next = len(self._order)
        if len(self._order) > 1 and (told := self._console.words.summary(self._counts)):
            self._console.say(told)

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
        message = self._console.words.failure(failure)
        self._console.message(message)
        if self._as_json:
            profile = self._profile.name if self._profile is not None else ""
            self._print_json(refused.location, profile, Failed(failure=failure), message)

    def _print_ended(self, status: JobStatus) -> None:
        self._counts[status.state] += 1
        source, profile, outcome = status.job.source, status.job.snapshot.profile, status.outcome
        if isinstance(outcome, Failed):
            self._say_failure(status, outcome.failure)
        elif outcome is not None:
            self._console.say(f"{source.name}: {self._console.words.outcome(outcome)}")
        self._say_links(status)
        if not self._as_json:
            for line in link_lines(status.links, self._link_format, source.name):
                self._console.print(line)
        elif outcome is not None:
            message = self._words(outcome.failure, profile) if isinstance(outcome, Failed) else None
            self._print_json(source.location, profile.name, outcome, message)

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
        self._console.message(self._words(failure, status.job.snapshot.profile))

    def _words(self, failure: Failure, profile: Profile) -> Message:
        """With the command that mends it, where a field of the profile is at fault."""
        message = self._console.words.failure(failure)
        for offer in offers_for(failure, profile):
            way = f"{self._console.words.offer(offer)}: {command_of(offer, profile)}"
            message = replace(message, remedy=f"{message.remedy} {way}".strip())
        option = option_of(failure)
        if not option:
            return message
        command = f"kraken-s3 profile edit {shlex.quote(profile.name)} {option} …"
        return replace(message, remedy=f"{message.remedy} {command}".strip())

    def _print_json(self, source: str, profile: str, outcome: Outcome, message: Message | None) -> None:
        told = result_object(source=source, profile=profile, outcome=outcome, message=message)
        self._console.print(json.dumps(told))
