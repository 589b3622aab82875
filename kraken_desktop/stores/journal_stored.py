"""The objects that jobs left in buckets: found by address or key, and noted as removed.

Every function works inside its caller's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import replace

from kraken_desktop.model.job import JobStatus, Outcome, StoredImage
from kraken_desktop.model.records import outcome_from_record, outcome_to_record
from kraken_desktop.stores import journal_reading as reading
from kraken_desktop.stores import journal_rows as rows
from kraken_desktop.stores.journal_entries import storable
from kraken_desktop.stores.journal_facts import Stored

_MOST_TEXTS = 500
"""At once: older SQLite takes 999 variables in a statement, and each text is used once."""


def stored(connection: sqlite3.Connection, texts: Collection[str]) -> tuple[Stored, ...]:
    """The images of ended jobs that are there and have one of these keys or addresses, newest job first.

    An address is compared as it is, and without its query: that of a presigned link is new each time.
    """
    wanted = frozenset(texts)
    sequence: set[int] = set()
    searched = sorted({storable(each) for text in wanted for each in (text, text.partition("?")[0])})
    for start in range(0, len(searched), _MOST_TEXTS):
        part = searched[start : start + _MOST_TEXTS]
        # Each by itself: OR would read all images. The last one as the index image_url has it.
        found = connection.execute(
            f"WITH wanted (text) AS (VALUES {', '.join('(?)' for _ in part)})"  # noqa: S608 - no text of others
            " SELECT job FROM image WHERE key IN wanted AND state = 'stored'"
            " UNION SELECT job FROM image WHERE kraked_url IN wanted AND state = 'stored'"
            " UNION SELECT job FROM image WHERE url IS NOT NULL AND state = 'stored'"
            " AND substr(url, 1, instr(url || '?', '?') - 1) IN wanted",
            part,
        )
        sequence.update(row["job"] for row in found)
    return _there(connection, sequence, wanted)


def same(connection: sqlite3.Connection, digest: str) -> tuple[Stored, ...]:
    """The images of ended jobs that are there and are of this content, newest job first.

    Of many jobs that left the same name for the same snapshot only the newest counts.
    """
    found = connection.execute(
        "SELECT image.key, job.seq, max(job.ended_at) FROM job JOIN image ON image.job = job.seq"
        " WHERE job.digest = ? AND job.ended_at IS NOT NULL AND image.state = 'stored'"
        " GROUP BY job.snapshot, image.key",
        (bytes.fromhex(digest),),
    ).fetchall()
    newest = {row["seq"] for row in found}
    return _there(connection, newest, None)


def mark_removed(connection: sqlite3.Connection, keys: Mapping[str, Collection[str]]) -> dict[str, Outcome]:
    """Note that these keys of these jobs are there no longer; the new outcomes by job.

    A job that has been queued again meanwhile is left alone: it will say itself what is there.
    """
    amended: dict[str, Outcome] = {}
    for job_id, gone in keys.items():
        row = connection.execute(
            "SELECT seq, outcome FROM job WHERE id = ? AND ended_at IS NOT NULL", (job_id,)
        ).fetchone()
        if row is None:
            continue
        before = outcome_from_record(json.loads(row["outcome"]))
        images = tuple(replace(image, removed=True) if image.key in gone else image for image in before.images)
        after = replace(before, images=images)
        connection.execute(
            "UPDATE job SET outcome = ? WHERE seq = ?", (rows.record_text(outcome_to_record(after)), row["seq"])
        )
        connection.executemany(
            "UPDATE image SET state = 'removed' WHERE job = ? AND key = ?",
            ((row["seq"], storable(key)) for key in gone),
        )
        amended[job_id] = after
    return amended


def removed(connection: sqlite3.Connection, job_id: str) -> frozenset[str]:
    """The keys of a job that were noted as removed, and not stored again by an ended try since."""
    found = connection.execute(
        "SELECT image.key FROM image JOIN job ON job.seq = image.job WHERE job.id = ? AND image.state = 'removed'",
        (job_id,),
    )
    return frozenset(row["key"] for row in found)


def statuses_of(connection: sqlite3.Connection, job_ids: Collection[str]) -> tuple[JobStatus, ...]:
    """What the list shows of these ended jobs."""
    found = (
        connection.execute("SELECT seq FROM job WHERE id = ? AND ended_at IS NOT NULL", (each,)).fetchone()
        for each in job_ids
    )
    numbers = {row["seq"] for row in found if row is not None}
    return tuple(status for _, status, _ in reading.ended(connection, numbers))


def _there(
    connection: sqlite3.Connection, sequence: Collection[int], wanted: frozenset[str] | None
) -> tuple[Stored, ...]:
    return tuple(
        Stored(status=status, image=image, ended_at=ended_at)
        for _, status, ended_at in reading.ended(connection, sequence)
        for image in (status.outcome.images if status.outcome is not None else ())
        if image.there and (wanted is None or not wanted.isdisjoint(_texts(image)))
    )


def _texts(image: StoredImage) -> set[str]:
    return {image.key, image.url, image.url.partition("?")[0], image.kraked_url} - {""}
