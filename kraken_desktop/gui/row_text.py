"""What a row says, as text: painted by the delegate, spoken by a screen reader, shown in full as a tool tip."""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from kraken_desktop.gui.job_lines import Line, can_open, images_of
from kraken_desktop.gui.queue_state import QueueState
from kraken_desktop.gui.routes import place_of
from kraken_desktop.messages import Words, number, percent
from kraken_desktop.messages.text import Message, fill, identity, shown
from kraken_desktop.messages.words import is_already_optimal, is_already_there, is_sandbox
from kraken_desktop.model.job import (
    Cancelled,
    Done,
    Failed,
    Failure,
    JobState,
    JobStatus,
    Skipped,
    SourceKind,
    StoredImage,
    Verdict,
)


def _now() -> datetime:
    return datetime.now().astimezone()


class RowText:
    """Texts of a job, in the words of one language.

    Args:
        clock: the runner's, for how long a job still waits.
        now: aware, for how long a link still opens.
    """

    def __init__(
        self, words: Words, clock: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = _now
    ) -> None:
        self.words = words
        self._clock = clock
        self._now = now
        self.queue = QueueState()
        """What keeps jobs from starting that could."""

    def name(self, status: JobStatus) -> str:
        """The source's name, with its folder if it came in one."""
        source = status.job.source
        return shown(f"{source.folder}/{source.name}" if source.folder else source.name)

    def destination(self, status: JobStatus) -> str:
        """The object key, with who can open its link, and how long; or where the image goes before it has one."""
        if status.links:
            image = status.links[0]
            opens = "" if can_open(status) or self.expired(status) else self.validity(image) or self._opens(image)
            return " · ".join(part for part in (shown(image.key), opens) if part)
        if status.keys:
            return shown(status.keys[0])
        profile = status.job.snapshot.profile
        return shown(" · ".join(part for part in (profile.name, place_of(profile)) if part))

    def state(self, status: JobStatus) -> str:
        """One or two words."""
        match status.state:
            case JobState.FAILED:
                return _tr("Failed")
            case JobState.CANCELLED:
                return _tr("Cancelled")
            case JobState.SKIPPED:
                return self.words.already_there() if is_already_there(status.outcome) else _tr("Skipped")
            case JobState.DONE if is_sandbox(status.outcome):
                return _tr("Only a test")
            case JobState.DONE if images_of(status) and all(image.removed for image in images_of(status)):
                return _tr("Removed")
            case JobState.DONE if closed := self._closed(status.links):
                return closed
            case JobState.DONE:
                return self.words.already_optimal() if is_already_optimal(status.outcome) else _tr("Done")
            case JobState.QUEUED | JobState.WAITING if self.is_on_hold(status):
                return _tr("On hold")
            case JobState.QUEUED | JobState.WAITING:
                return self._waiting(status)
            case _:
                return self.words.state(status)

    def is_on_hold(self, status: JobStatus) -> bool:
        """Whether a job waits for something that the person has to mend or decide."""
        if status.state is JobState.QUEUED and status.waiting_for is not None:
            return True
        return self.queue.paused is not None and status.state in {JobState.QUEUED, JobState.WAITING}

    def _waiting(self, status: JobStatus) -> str:
        """What a job waits for that could start, or until when."""
        waiting, queue = self.words.waiting, self.queue
        if queue.suspended:
            return waiting.paused()
        seconds, hold = self.seconds_left(status), queue.hold_of(status)
        if seconds is not None:
            return waiting.countdown(seconds)
        return waiting.held_short(hold.why) if hold is not None else self.words.state(status)

    def seconds_left(self, status: JobStatus) -> float | None:
        """Until a job is tried again; None where there is nothing to count, or no time left of it."""
        tried_at = self.queue.tried_at(status)
        left = tried_at - self._clock() if tried_at is not None else 0.0
        return left if left > 0 else None

    def sizes(self, status: JobStatus) -> str:
        """``2.4 MB → 910 kB``, or the one that is known."""
        before, after = self._sizes(status)
        if before is None:
            return self.words.size(after) if after is not None else ""
        if after is None:
            return self.words.size(before)
        return f"{self.words.size(before)} → {self.words.size(after)}"

    def saving(self, status: JobStatus) -> str:
        """``−62%``; empty where nothing was saved or a size is unknown."""
        before, after = self._sizes(status)
        if not before or after is None or after >= before:
            return ""
        return f"−{percent(before - after, before)}"

    def _sizes(self, status: JobStatus) -> tuple[int | None, int | None]:
        original = status.outcome.original_bytes if status.outcome is not None else None
        before = original if original is not None else status.job.source.size
        # Of several, none is what the source became.
        one = len(images_of(status)) == 1 and bool(status.links)
        return before, status.links[0].bytes if one else None

    def link(self, status: JobStatus) -> str:
        """The link of the one image; empty without one, and for several."""
        return shown(status.links[0].url) if status.links and not can_open(status) else ""

    def images(self, status: JobStatus) -> str:
        """``9 images, 480 to 1600 px wide, 1.1 MB in all``; empty for a job that has not several."""
        if not can_open(status):
            return ""
        images = images_of(status)
        widths = [image.width for image in images if image.width]
        sizes = [image.bytes for image in images if image.bytes is not None and not image.sandbox]
        told = [self.words.images(len(images))]
        if widths and min(widths) < max(widths):
            told.append(_filled(_tr("{least} to {most} px wide"), least=min(widths), most=max(widths)))
        if sizes:
            told.append(_filled(_tr("{size} in all"), size=self.words.size(sum(sizes))))
        if removed := sum(image.removed for image in images):
            told.append(_filled(_tr("{count} removed"), count=removed))
        return ", ".join(told)

    # --- one image of several ---

    def variant(self, line: Line) -> str:
        """The name of an image's variant; without one its place."""
        image = line.image
        return shown(image.variant) if image is not None and image.variant else str((line.at or 0) + 1)

    def figures(self, image: StoredImage) -> str:
        """``480 × 320 px, 12 kB``, as far as it is known."""
        if image.sandbox:
            return ""
        size = f"{number(image.width)} × {number(image.height)} px" if image.width and image.height else ""
        return ", ".join(
            part for part in (size, self.words.size(image.bytes) if image.bytes is not None else "") if part
        )

    def hindrance(self, image: StoredImage) -> str:
        """Why the link of an image does not open; empty if it does, as far as anybody knows."""
        if image.removed:
            return _tr("Removed from the bucket")
        if image.sandbox:
            return _tr("Only a test: nothing was stored")
        if self.is_expired(image):
            return _sentence(self.validity(image))
        return self._closed((image,))

    def title(self, line: Line) -> str:
        """The source's name, or the variant's."""
        return line.status.job.source.name if line.at is None else self.variant(line)

    def spoken_line(self, line: Line) -> str:
        """Name and state of a line, in one breath; of a job with several images also whether they are shown."""
        image = line.image
        if image is None:
            status = line.status
            if not can_open(status):
                return self.spoken(status)
            openness = _tr("expanded") if line.is_open else _tr("collapsed")
            done = status.state is JobState.DONE
            state = f"{self.name(status)}, {self.state(status)}" if done else self.spoken(status)
            told = (state, self.images(status), openness)
        else:
            told = (self.variant(line), self.figures(image), self.hindrance(image) or self._opens(image))
        return ", ".join(part for part in told if part)

    # --- who can open links ---

    def warning(self, status: JobStatus) -> Message | None:
        """What is the matter with the links of a job that ended well, and the way out."""
        for image in status.links:
            told = self.words.link_trouble(image.check, status.job.snapshot.profile) if image.check else None
            if told is not None:
                return told
        return None

    def _closed(self, images: Sequence[StoredImage]) -> str:
        """That links do not open for everybody, in a few words; empty if they do."""
        bad = [image.check for image in images if image.check and image.check.verdict is not Verdict.OPENS]
        told = list(dict.fromkeys(self.words.link_check(check) for check in bad))
        if len(told) == 1 and len(bad) == len(images):
            return told[0]
        return QCoreApplication.translate("rows", "%n link(s) to check", "", len(bad)) if bad else ""

    def _opens(self, image: StoredImage) -> str:
        return self.words.link_check(image.check) if image.check and image.check.verdict is Verdict.OPENS else ""

    # --- how long links open ---

    def validity(self, image: StoredImage) -> str:
        """How long the link of an image opens; empty if it does not expire."""
        return self.words.validity(image.expires_at, self._now())

    def expired(self, status: JobStatus) -> str:
        """That the link opens no longer; empty while it does."""
        image = next(iter(status.links), None)
        if image is None or not self.is_expired(image):
            return ""
        return _sentence(self.validity(image))

    def is_expired(self, image: StoredImage) -> bool:
        """Whether the link of an image opens no longer."""
        return image.expires_at is not None and image.expires_at <= self._now()

    def facts(self, status: JobStatus) -> list[tuple[str, str]]:
        """What there is to know of a stored image that its row has no room for: titles and texts."""
        told: list[tuple[str, str]] = []
        if is_already_optimal(status.outcome):
            kept = _tr("Already optimal: its pixels are kept as they are, and only what the recipe removes is gone.")
            told.append(("", kept))
        if is_already_there(status.outcome) and status.links:
            told.append(("", f"{self.note(status)}."))
        if is_sandbox(status.outcome):
            told.append(("", _tr("Turn the sandbox off in the recipe to store images for real.")))
        if can_open(status):
            # The lines below the row tell the rest.
            return told
        for image in images_of(status):
            if image.variant:
                told.append((shown(image.variant), shown(image.key)))
            if image.removed:
                told.append(("", _tr("A CDN or a browser may show its own copy for a while.")))
                continue
            if told_who := self._opens(image):
                told.append(("", f"{told_who}."))
            if validity := self.validity(image):
                told.append(("", _sentence(validity)))
            if image.local_copy:
                told.append((_tr("Local copy"), shown(image.local_copy)))
        return told

    def trouble(self, status: JobStatus) -> Message | None:
        """Cause and remedy, if something went wrong or keeps the job waiting."""
        failure = failure_of(status)
        if failure is None:
            return None
        message = self.words.failure(failure)
        # What waits is tried again by itself: there is nothing for the person to do.
        return message if status.state.ended else Message(message.what, message.why, "")

    def _hold(self, status: JobStatus) -> Message | None:
        """Why a job has not started yet, where that passes by itself."""
        hold = self.queue.hold_of(status)
        message = self.words.failure(hold.why) if hold is not None else None
        return Message(message.what, message.why, "") if message is not None else None

    def note(self, status: JobStatus) -> str:
        """How a job ended that neither failed nor is plainly done; else empty."""
        match status.outcome:
            case Skipped():
                return self.words.outcome(status.outcome)
            case Done() if not status.links:
                return self.words.outcome(status.outcome) if images_of(status) else ""
            case Cancelled(may_arrive=True):
                # The state says the rest.
                return _tr("The image may still arrive in the bucket.")
            case _:
                return ""

    def location(self, status: JobStatus) -> str:
        """Where the source is, for a person."""
        if status.job.source.kind is SourceKind.SPOOL:
            return _tr("Pasted")
        return shown(status.job.source.location)

    def spoken(self, status: JobStatus) -> str:
        """Name and state, in one breath."""
        is_queued = status.state is JobState.QUEUED and status.waiting_for is None
        here = is_queued or status.state is JobState.WAITING
        return f"{self.name(status)}, {self.state(status) if here else self.words.state(status)}"

    def described(self, status: JobStatus) -> str:
        """Everything else."""
        trouble = self.trouble(status) or self._hold(status) or self.warning(status) or Message("", "", "")
        told = (
            # Of one that failed the state says it.
            "" if status.state.ended else trouble.what,
            trouble.why,
            trouble.remedy,
            self.sizes(status),
            self.images(status),
            self.destination(status),
            self.expired(status) or self.link(status),
        )
        return ". ".join(part.rstrip(".") for part in told if part)

    def tool_tip(self, status: JobStatus) -> str:
        """Everything in full, as rich text: names and messages may hold anything."""
        trouble = self.trouble(status) or self._hold(status) or self.warning(status)
        lines = [f"<b>{html.escape(self.name(status))}</b>", html.escape(self.location(status))]
        if trouble is not None:
            lines += [html.escape(part) for part in (trouble.what, trouble.why, trouble.remedy) if part]
        elif note := self.note(status):
            lines.append(html.escape(note))
        lines.append(html.escape(self.destination(status)))
        for image in status.links:
            lines += [html.escape(shown(image.url)), html.escape(_sentence(self.validity(image)))]
            lines.append(html.escape(shown(image.local_copy)))
        return "<div>" + "<br>".join(line for line in lines if line) + "</div>"

    def report(self, status: JobStatus) -> str:
        """The details of a failure as text to be pasted into a question to somebody."""
        failure = failure_of(status)
        trouble = self.trouble(status) or self.warning(status)
        if trouble is None:
            return ""
        code = f"[{failure.code}]" if failure is not None else ""
        links = [shown(image.url) for image in status.links if self._closed((image,))]
        lines = [self.name(status), trouble.what, trouble.why, trouble.remedy, *links, code]
        return "\n".join(line for line in lines if line)


def failure_of(status: JobStatus) -> Failure | None:
    """What went wrong with a job, or makes it wait for another try.

    A job on hold says nothing: what holds all of them is told once, above the list.
    """
    if isinstance(status.outcome, Failed):
        return status.outcome.failure
    return status.waiting_for if status.state is JobState.WAITING else None


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _tr(text: str) -> str:
    return QCoreApplication.translate("rows", text)


def _filled(text: str, **values: object) -> str:
    return fill(
        identity,
        text,
        {name: number(value) if isinstance(value, int) else str(value) for name, value in values.items()},
    )
