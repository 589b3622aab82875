"""Words for jobs on their way and at their end, and for counts of them."""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP
from kraken_desktop.model.job import JobState, Phase

PHASES: dict[Phase, str] = {
    Phase.PLANNING: QT_TRANSLATE_NOOP("messages", "Preparing"),
    Phase.FETCHING: QT_TRANSLATE_NOOP("messages", "Fetching the image"),
    Phase.UPLOADING: QT_TRANSLATE_NOOP("messages", "Uploading"),
    Phase.OPTIMIZING: QT_TRANSLATE_NOOP("messages", "Optimizing"),
    Phase.DOWNLOADING: QT_TRANSLATE_NOOP("messages", "Fetching the result"),
    Phase.STORING: QT_TRANSLATE_NOOP("messages", "Storing"),
    Phase.CHECKING: QT_TRANSLATE_NOOP("messages", "Looking in the bucket"),
    Phase.VERIFYING: QT_TRANSLATE_NOOP("messages", "Opening the link"),
}

STATES: dict[JobState, str] = {
    JobState.QUEUED: QT_TRANSLATE_NOOP("messages", "Queued"),
    JobState.RUNNING: QT_TRANSLATE_NOOP("messages", "Running"),
    JobState.WAITING: QT_TRANSLATE_NOOP("messages", "Trying again soon"),
    JobState.DONE: QT_TRANSLATE_NOOP("messages", "Done"),
    JobState.SKIPPED: QT_TRANSLATE_NOOP("messages", "Skipped"),
    JobState.CANCELLED: QT_TRANSLATE_NOOP("messages", "Cancelled"),
    JobState.FAILED: QT_TRANSLATE_NOOP("messages", "Failed"),
}

SHARES: dict[Phase, str] = {
    Phase.FETCHING: QT_TRANSLATE_NOOP("messages", "Fetching, {share}"),
    Phase.UPLOADING: QT_TRANSLATE_NOOP("messages", "Uploading, {share}"),
    Phase.DOWNLOADING: QT_TRANSLATE_NOOP("messages", "Fetching, {share}"),
    Phase.STORING: QT_TRANSLATE_NOOP("messages", "Storing, {share}"),
}
"""Of phases in which bytes are moved, once it is known how many."""
OPTIMIZING_COUNT = QT_TRANSLATE_NOOP("messages", "Optimizing, {made} of {outputs}")
HELD = QT_TRANSLATE_NOOP("messages", "On hold: {what}")
PAUSED = QT_TRANSLATE_NOOP("messages", "The queue is on hold: {what}")
PAUSED_BY = QT_TRANSLATE_NOOP("messages", "The queue is on hold, because of the profile “{profile}”: {what}")

SKIP_REASONS: dict[str, str] = {
    "already_stored": QT_TRANSLATE_NOOP("messages", "Already in the bucket: nothing was sent"),
    "name_taken": QT_TRANSLATE_NOOP("messages", "Skipped: there is an object of this name already"),
}
"""By ``Skipped.reason``."""
KNOWN_LINK = QT_TRANSLATE_NOOP("messages", "Already in the bucket: its link is known, nothing was sent")
ALREADY_THERE = QT_TRANSLATE_NOOP("messages", "Already there")

DONE_SMALLER = QT_TRANSLATE_NOOP("messages", "Done, {share} smaller")
DONE_NO_SMALLER = QT_TRANSLATE_NOOP("messages", "Done, no smaller than before")
ALREADY_OPTIMAL = QT_TRANSLATE_NOOP("messages", "Already optimal")
DONE_ALREADY_OPTIMAL = QT_TRANSLATE_NOOP("messages", "Done, already optimal")
DONE_MANY = QT_TRANSLATE_NOOP("messages", "Done, {images}")
DONE_SANDBOX = QT_TRANSLATE_NOOP(
    "messages", "Only a test: Kraken.io’s sandbox stored nothing, and its numbers are made up"
)
REMOVED = QT_TRANSLATE_NOOP("messages", "Removed from the bucket")
MAY_ARRIVE = QT_TRANSLATE_NOOP("messages", "Cancelled; the image may still arrive in the bucket")
FAILED = QT_TRANSLATE_NOOP("messages", "Failed: {what}")
PARTLY = QT_TRANSLATE_NOOP("messages", "Failed with {images} stored: {what}")
SMALLER = QT_TRANSLATE_NOOP("messages", "{share} smaller")
NO_SMALLER = QT_TRANSLATE_NOOP("messages", "no smaller")

ONE_IMAGE = QT_TRANSLATE_NOOP("messages", "{count} image")
MANY_IMAGES = QT_TRANSLATE_NOOP("messages", "{count} images")

LINK_VALID = QT_TRANSLATE_NOOP("messages", "link valid until {time}")
LINK_EXPIRED = QT_TRANSLATE_NOOP("messages", "link expired on {time}")

SUMMARY: dict[JobState, str] = {
    JobState.DONE: QT_TRANSLATE_NOOP("messages", "{count} done"),
    JobState.SKIPPED: QT_TRANSLATE_NOOP("messages", "{count} skipped"),
    JobState.CANCELLED: QT_TRANSLATE_NOOP("messages", "{count} cancelled"),
    JobState.FAILED: QT_TRANSLATE_NOOP("messages", "{count} failed"),
    JobState.RUNNING: QT_TRANSLATE_NOOP("messages", "{count} running"),
    JobState.WAITING: QT_TRANSLATE_NOOP("messages", "{count} waiting for another try"),
    JobState.QUEUED: QT_TRANSLATE_NOOP("messages", "{count} queued"),
}
"""In the order of a status line."""
SUMMARY_HELD = QT_TRANSLATE_NOOP("messages", "{count} on hold")

LEFT_OUT = QT_TRANSLATE_NOOP("messages", "Left out of “{folder}”: {counts}")

LEFT_OUT_COUNTS: dict[str, tuple[str, str]] = {
    "hidden": (
        QT_TRANSLATE_NOOP("messages", "{count} hidden file or folder"),
        QT_TRANSLATE_NOOP("messages", "{count} hidden files or folders"),
    ),
    "stored": (
        QT_TRANSLATE_NOOP("messages", "{count} file or folder that Kraken Desktop stored itself"),
        QT_TRANSLATE_NOOP("messages", "{count} files or folders that Kraken Desktop stored itself"),
    ),
    "pdf": (QT_TRANSLATE_NOOP("messages", "{count} PDF"), QT_TRANSLATE_NOOP("messages", "{count} PDFs")),
    "other_image": (
        QT_TRANSLATE_NOOP("messages", "{count} image of another type"),
        QT_TRANSLATE_NOOP("messages", "{count} images of other types"),
    ),
    "not_an_image": (
        QT_TRANSLATE_NOOP("messages", "{count} file that is no image"),
        QT_TRANSLATE_NOOP("messages", "{count} files that are no images"),
    ),
}
"""By ``LeftOutReason``: for one, and for any other number."""

ONE_REPEATED = QT_TRANSLATE_NOOP("messages", "{count} address was there twice; each is taken once.")
MANY_REPEATED = QT_TRANSLATE_NOOP("messages", "{count} addresses were there twice; each is taken once.")
