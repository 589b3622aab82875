"""The audit after a fault: what the journal, the bucket and Kraken.io's own records say, held against each other.

It knows nothing of how a run went. What may differ from cell to cell is handed in: the fate of each source.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kraken_desktop.model.job import Failed, JobState, JobStatus
from kraken_desktop.model.profile import Engine
from tests.servers.kraken_records import Received
from tests.support.journal_files import query
from tests.support.world import World

DONE = "done"


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What has to have become of one source, and what that may have cost."""

    outcome: str = DONE
    """``done``, or a failure's code."""
    whole: int = 1
    """How many requests may have come whole to Kraken.io, at most."""
    charged: int = 1
    """How many of them may have been charged, at most."""
    asked_for: int = 0
    """How often a person asked for another try of what may have been charged."""

    def again(self, *, whole: int = 1, charged: int = 1) -> Fate:
        """After a person tried it again, and it worked."""
        return replace(
            self,
            outcome=DONE,
            whole=self.whole + whole,
            charged=self.charged + charged,
            asked_for=self.asked_for + 1,
        )


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def audit(world: World, home: Path, fates: Mapping[Path, Fate], made_here: Mapping[str, str]) -> list[JobStatus]:
    """Go through all books; the jobs that ended, as the journal tells them.

    Args:
        home: ``KRAKEN_DESKTOP_HOME`` of those who ran; nobody runs any more, or all has ended.
        fates: of every source that was dropped.
        made_here: what this computer's engine makes of a source: SHA-256 of the one by that of the other.
    """
    statuses = ended_jobs(home, fates)
    for path, fate in fates.items():
        assert outcome_of(statuses[str(path)]) == fate.outcome, (path.name, statuses[str(path)])
    _require_objects(world, list(statuses.values()), made_here)
    _require_thrift(world, statuses, fates)
    return list(statuses.values())


def outcome_of(status: JobStatus) -> str:
    """The state of a job that has ended, or of a failed one its code."""
    return status.outcome.failure.code if isinstance(status.outcome, Failed) else status.state.value


def ended_jobs(home: Path, sources: Mapping[Path, object] | Sequence[Path]) -> dict[str, JobStatus]:
    """The jobs by their sources: one for each, none besides, and each with an outcome."""
    from kraken_desktop.stores.journal import Journal

    file = home / "journal" / "journal.sqlite3"
    rows = query(file, "SELECT id, ended_at IS NOT NULL, outcome IS NOT NULL FROM job")
    assert [row for row in rows if row[1:] != (1, 1)] == [], "every job has an outcome"
    assert len({row[0] for row in rows}) == len(rows)
    problems: list[Exception] = []
    journal = Journal.open(home / "journal", problems.append)
    try:
        statuses = journal.recent(len(rows) + 1)
    finally:
        journal.close()
    assert problems == []
    assert len(statuses) == len(rows), "every row can be read"
    places = Counter(status.job.source.location for status in statuses)
    assert places == Counter(str(path) for path in sources), "one job a source"
    return {status.job.source.location: status for status in statuses}


def _require_objects(world: World, statuses: Sequence[JobStatus], made_here: Mapping[str, str]) -> None:
    """Every image that is listed is there and whole, and what is there is listed, once."""
    listed = [image.key for status in statuses for image in status.links]
    assert len(set(listed)) == len(listed), "no two jobs share an object"
    there = set(keys_in(world, statuses))
    assert there == set(listed), "what is listed is there, and nothing else"
    made: dict[str, set[str]] = {}
    for received in world.api.requests:
        if received.sha256 is not None:
            made.setdefault(received.sha256, set()).update(received.made)
    for status in statuses:
        assert (status.state is JobState.DONE) <= bool(status.links)
        source = digest(Path(status.job.source.location).read_bytes())
        here = status.job.snapshot.profile.engine is Engine.LOCAL
        right = {made_here[source]} if here else made.get(source, set())
        for image in status.links:
            body = body_of(world, status, image.key)
            assert len(body) == image.bytes
            assert digest(body) in right, f"{image.key} is not what was made of {status.job.source.name}"


def keys_in(world: World, statuses: Sequence[JobStatus]) -> list[str]:
    """What is in the bucket, or in the folder in its place."""
    profile = statuses[0].job.snapshot.profile
    if not profile.folder:
        return list(world.s3.keys(world.bucket))
    folder = Path(profile.folder)
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def body_of(world: World, status: JobStatus, key: str) -> bytes:
    """The bytes of an object."""
    folder = status.job.snapshot.profile.folder
    return Path(folder, key).read_bytes() if folder else world.s3.get(world.bucket, key).body


def _require_thrift(world: World, statuses: Mapping[str, JobStatus], fates: Mapping[Path, Fate]) -> None:
    """Nothing was sent again that may have been done, and nothing was paid for twice."""
    came: dict[str, list[Received]] = {}
    for received in world.api.uploads:
        if received.sha256 is not None:
            came.setdefault(received.sha256, []).append(received)
    for path, fate in fates.items():
        requests = came.pop(digest(path.read_bytes()), [])
        profile = statuses[str(path)].job.snapshot.profile
        assert profile.engine is Engine.KRAKEN or not requests, "what is made here goes nowhere else"
        charged = sum(each.charged for each in requests)
        assert len(requests) <= fate.whole, f"{path.name} was sent {len(requests)} times"
        assert charged <= fate.charged, f"{path.name} was charged {charged} times"
        assert fate.outcome != DONE or profile.engine is Engine.LOCAL or charged >= 1
        # Whatever the cell says: after a request that may have been carried out only a person sends another one.
        unsure = [at for at, each in enumerate(requests[:-1]) if _may_be_done(each)]
        assert len(unsure) <= fate.asked_for, f"{path.name} was sent again although it may have been done"
    assert not came, "nothing else was sent"


def _may_be_done(received: Received) -> bool:
    """Whether who sent this could not know that nothing came of it: there was no answer, or one that is no refusal."""
    return received.status is None or received.status < 300
