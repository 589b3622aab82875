"""The history as a file for other programs: JSON for scripts, CSV for spreadsheets.

Both are written entry by entry, so a hundred thousand of them take no more memory than one. Neither holds a secret: of
what a job was told only the names of profile and recipe are there. A signed link is itself what opens a private object:
it is there as long as it opens; one that has expired, and the address of a source that somebody had signed, lose what
follows the question mark.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from kraken_desktop.messages import Words
from kraken_desktop.model.history import HistoryEntry
from kraken_desktop.model.job import Failed, SourceKind
from kraken_desktop.result_objects import result_object

Write = Callable[[str], object]
"""Takes the next part of the file. Line ends are to be written as they come."""

COLUMNS = (
    "ended_at",
    "status",
    "name",
    "source",
    "profile",
    "recipe",
    "variant",
    "key",
    "url",
    "kraked_url",
    "width",
    "height",
    "bytes",
    "original_bytes",
    "saved_bytes",
    "expires_at",
    "note",
    "error_code",
    "error_message",
    "job",
)
"""Of the CSV file, in its order."""

_NOTES = ("removed", "sandbox", "already_optimal")
_SIGNED = re.compile(
    r"(?i)[?&](?:[\w.-]*(?:signature|credential|token|secret|password|api_?key|access_?key)[\w.-]*|sig)="
)
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""What a spreadsheet may take for the beginning of a formula, the wide forms of Chinese and Japanese included (OWASP:
CSV injection)."""


def export_json(entries: Iterable[HistoryEntry], write: Write, words: Words | None = None) -> None:
    """Write one JSON array, an object a line: as ``put --json`` has it, and when it ended, its job and its recipe.

    It is ASCII: names that are no text survive.
    """
    words, now = words or Words(), datetime.now(UTC)
    opened = False
    for entry in entries:
        write(("," if opened else "[") + "\n" + json.dumps(_object(entry, words, now)))
        opened = True
    write("\n]\n" if opened else "[]\n")


def export_csv(entries: Iterable[HistoryEntry], write: Write, words: Words | None = None) -> None:
    r"""Write a header and a line an image (RFC 4180); a line without an image for what has none.

    A text that a spreadsheet could take for a formula gets an apostrophe in front, which spreadsheets know as the mark
    of a text. What no Unicode can hold is written as ``\udce9``. There is no byte order mark: the first column would
    have another name for every script. Who writes a file for Excel may put one in front.
    """
    words, now = words or Words(), datetime.now(UTC)
    rows = csv.writer(_Lines(write))
    rows.writerow(COLUMNS)
    for entry in entries:
        rows.writerows([_cell(line.get(column)) for column in COLUMNS] for line in _lines(_object(entry, words, now)))


class _Lines:
    """What ``csv`` writes to."""

    def __init__(self, write: Write) -> None:
        self.write = write


def _object(entry: HistoryEntry, words: Words, now: datetime) -> dict[str, Any]:
    status = entry.status
    job, outcome = status.job, status.outcome
    if outcome is None:
        raise ValueError(f"job {job.id} has not ended")
    message = words.failure(outcome.failure) if isinstance(outcome, Failed) else None
    profile = job.snapshot.profile.name
    told = result_object(source=_source(entry), profile=profile, outcome=outcome, message=message)
    for image, shown in zip(outcome.images, told["images"], strict=True):
        if image.expires_at is not None and image.expires_at <= now:
            shown["url"] = _unsigned(shown["url"])
    return {
        "ended_at": entry.ended_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "name": job.source.name,
        **told,
        "recipe": job.snapshot.recipe.name,
        "job": job.id,
    }


def _source(entry: HistoryEntry) -> str:
    source = entry.status.job.source
    return _unsigned(source.location) if source.kind is SourceKind.URL else source.location


def _unsigned(address: str) -> str:
    return address.partition("?")[0] if _SIGNED.search(address) else address


def _lines(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    error = told.get("error", {})
    own = {**told, "error_code": error.get("code"), "error_message": error.get("message")}
    for image in told["images"] or [{}]:
        yield {**own, **image, "note": " ".join(note for note in _NOTES if image.get(note))}


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.encode("utf-8", "backslashreplace").decode()
    return f"'{text}" if _FORMULA.match(text) else text
