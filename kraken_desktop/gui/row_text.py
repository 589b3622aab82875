"""What a row says, as text: painted by the delegate, spoken by a screen reader, shown in full as a tool tip."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from kraken_desktop.gui.routes import place_of
from kraken_desktop.messages import Words, percent
from kraken_desktop.messages.text import Message, shown
from kraken_desktop.messages.words import is_already_optimal
from kraken_desktop.model.job import (
    Cancelled,
    Failed,
    Failure,
    JobState,
    JobStatus,
    Skipped,
    SourceKind,
    StoredImage,
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

    def name(self, status: JobStatus) -> str:
        """The source's name, with its folder if it came in one."""
        source = status.job.source
        return shown(f"{source.folder}/{source.name}" if source.folder else source.name)

    def destination(self, status: JobStatus) -> str:
        """The object key, with how long its link opens; or where the image goes before it has one."""
        if status.links:
            validity = "" if self.expired(status) else self.validity(status.links[0])
            return " · ".join(part for part in (shown(status.links[0].key), validity) if part)
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
                return _tr("Skipped")
            case JobState.DONE:
                return self.words.already_optimal() if is_already_optimal(status.outcome) else _tr("Done")
            case JobState.QUEUED:
                return _tr("On hold") if status.waiting_for is not None else self.words.state(status)
            case _:
                return self.words.state(status, self._clock())

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
        return before, status.links[0].bytes if status.links else None

    def link(self, status: JobStatus) -> str:
        """The first link; empty without one."""
        return shown(status.links[0].url) if status.links else ""

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
        several = len(status.links) > 1
        for image in status.links:
            title = image.variant or _tr("Link")
            if several:
                told.append((shown(title), shown(image.url)))
            if validity := self.validity(image):
                told.append((shown(title) if several else "", _sentence(validity)))
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

    def note(self, status: JobStatus) -> str:
        """How a job ended that neither failed nor is plainly done; else empty."""
        match status.outcome:
            case Skipped():
                return self.words.outcome(status.outcome)
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
        return f"{self.name(status)}, {self.words.state(status, self._clock())}"

    def described(self, status: JobStatus) -> str:
        """Everything else."""
        trouble = self.trouble(status)
        told = (
            *(() if trouble is None else (trouble.why, trouble.remedy)),
            self.sizes(status),
            self.destination(status),
            self.expired(status) or self.link(status),
        )
        return ". ".join(part.rstrip(".") for part in told if part)

    def tool_tip(self, status: JobStatus) -> str:
        """Everything in full, as rich text: names and messages may hold anything."""
        trouble = self.trouble(status)
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
        trouble = self.trouble(status)
        failure = failure_of(status)
        if trouble is None or failure is None:
            return ""
        lines = [self.name(status), trouble.what, trouble.why, trouble.remedy, f"[{failure.code}]"]
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
