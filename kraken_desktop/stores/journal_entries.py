"""What the history looks for and sorts by, of each ended job. Written when it ends: outcomes are not read again.

Every function works inside its caller's transaction. All is made of the records as they are kept: a field that this
program does not understand hides no job.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from kraken_desktop.model.job import SourceKind

_LARGEST = 2**63 - 1


def folded(text: str) -> str:
    """A text for comparing regardless of case, in any script (Unicode 15, 3.13: canonical caseless matching)."""
    if text.isascii():
        return text.lower().replace("\0", "\ufffd")
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    return storable(decomposed).replace("\0", "\ufffd")


def storable(text: str) -> str:
    """For the columns that are searched; the outcome's record keeps a server's odd text as it came."""
    return text.encode("utf-8", "backslashreplace").decode()


def whole(number: object) -> int | None:
    """A number that SQLite can hold; None for anything else."""
    return number if type(number) is int and -_LARGEST <= number <= _LARGEST else None


def write(
    connection: sqlite3.Connection,
    seq: int,
    ended_at: int,
    source: Mapping[str, Any],
    outcome: Mapping[str, Any],
    keys: Collection[str],
) -> None:
    """Write the entry of a job that has just ended.

    Args:
        seq: the job's row number.
        ended_at: milliseconds since 1970.
        source: its record.
        outcome: its record.
        keys: the planned ones.
    """
    row = (seq, ended_at, *_facts(source, outcome))
    connection.execute(_INSERT_ENTRY, row)
    connection.execute(_INSERT_WORDS, (seq, _words(source, outcome, keys)))


def remove(connection: sqlite3.Connection, seq: int) -> None:
    """Take the entry of a job away again: it goes on."""
    connection.execute("DELETE FROM entry WHERE job = ?", (seq,))
    connection.execute("DELETE FROM words WHERE job = ?", (seq,))


def note_profile(connection: sqlite3.Connection, uuid: str, name: str) -> int:
    """The row number of a profile; its name is this one from now on."""
    connection.execute(
        "INSERT INTO profile (uuid, name) VALUES (?, ?)"
        " ON CONFLICT (uuid) DO UPDATE SET name = excluded.name WHERE name <> excluded.name",
        (storable(uuid), storable(name)),
    )
    return int(connection.execute("SELECT id FROM profile WHERE uuid = ?", (storable(uuid),)).fetchone()[0])


def fill(connection: sqlite3.Connection) -> None:
    """Write the profile of each snapshot and the entry of each ended job that have none yet."""
    snapshots = connection.execute("SELECT id, record FROM snapshot WHERE profile IS NULL ORDER BY id").fetchall()
    for number, record in snapshots:
        profile = _record(_record(record).get("profile"))
        uuid = _text(profile, "id")
        if uuid:
            known = note_profile(connection, uuid, _text(profile, "name"))
            connection.execute("UPDATE snapshot SET profile = ? WHERE id = ?", (known, number))
    for rows in _ended(connection):
        connection.executemany(
            _INSERT_ENTRY, ((seq, ended_at, *_facts(*records)) for seq, ended_at, records, _ in rows)
        )
        connection.executemany(_INSERT_WORDS, ((seq, _words(*records, keys)) for seq, _, records, keys in rows))


_INSERT_ENTRY = (
    "INSERT INTO entry (job, ended_at, profile, state, name, size, saved) VALUES"
    " (?1, ?2, (SELECT snapshot.profile FROM job JOIN snapshot ON snapshot.id = job.snapshot WHERE job.seq = ?1),"
    " ?3, ?4, ?5, ?6)"
)
_INSERT_WORDS = "INSERT INTO words (job, text) VALUES (?1, ?2) ON CONFLICT (job) DO UPDATE SET text = ?2"

_Row = tuple[int, int, tuple[dict[str, Any], dict[str, Any]], list[str]]
_AT_ONCE = 1000
"""Rows of a history of any length that are held at a time."""


def _ended(connection: sqlite3.Connection) -> Iterator[list[_Row]]:
    found = connection.execute(
        "SELECT seq, ended_at, source, outcome, (SELECT group_concat(planned_key, char(10)) FROM image"
        " WHERE image.job = job.seq) FROM job WHERE ended_at IS NOT NULL"
        " AND seq NOT IN (SELECT job FROM entry) ORDER BY seq"
    )
    while rows := found.fetchmany(_AT_ONCE):
        yield [
            (seq, ended_at, (_record(source), _record(outcome)), (keys or "").split("\n"))
            for seq, ended_at, source, outcome, keys in rows
        ]


def _facts(source: Mapping[str, Any], outcome: Mapping[str, Any]) -> tuple[str, str, int | None, int | None]:
    """State, name, size and saving."""
    images = _images(outcome)
    original = whole(outcome.get("original_bytes"))
    saved = None
    if outcome.get("outcome") == "done" and original is not None and len(images) == 1 and not images[0].get("sandbox"):
        made = whole(images[0].get("bytes"))
        saved = max(0, original - made) if made is not None else None
    size = whole(source.get("size"))
    return _text(outcome, "outcome"), folded(_text(source, "name")), size if size is not None else original, saved


def _words(source: Mapping[str, Any], outcome: Mapping[str, Any], keys: Collection[str]) -> str:
    location = _text(source, "location") if source.get("kind") != SourceKind.SPOOL else ""
    images = _images(outcome)
    # An address first: it mostly holds the key, and the key the name.
    texts = [_text(image, name).partition("?")[0] for image in images for name in ("url", "kraked_url")]
    texts += [_text(image, "key") for image in images]
    kept: list[str] = []
    for text in (*texts, *keys, location, _text(source, "folder"), _text(source, "name")):
        # What is a part of something else is found there: what is looked through stays short.
        if not any(text in each for each in kept):
            kept.append(text)
    return folded("\n".join(kept))


def _images(outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    images = outcome.get("images")
    return [image for image in images if isinstance(image, dict)] if isinstance(images, list | tuple) else []


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _record(kept: object) -> dict[str, Any]:
    if isinstance(kept, dict):
        return kept
    try:
        found = json.loads(kept) if isinstance(kept, str) else None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
