"""What there is of jobs between their tries: files, results, and what they left in their buckets.

What Kraken.io was asked for, and may have charged, is remembered for as long as the program runs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.model.job import Done, Failed, Job, Outcome, PlannedImage, Skipped, StoredImage
from kraken_desktop.model.profile import Collision, Credentials, Engine, Profile, Uploader
from kraken_desktop.model.records import to_record
from kraken_desktop.planning import Target
from kraken_desktop.stores.journal import Journal

if TYPE_CHECKING:
    from kraken_desktop.engines.kraken_answers import Result
    from kraken_desktop.stores.scratch import Scratch

MOST_KEPT = 64
"""Jobs between two tries whose files are kept; of all others a result of Kraken.io is fetched again, at no cost."""


@dataclass(slots=True)
class Ledger:
    """What came of a job so far. Filled as it comes: no error takes anything of it away."""

    there: dict[str, StoredImage] = field(default_factory=dict)
    """By key: what is in the bucket."""
    unsaved: set[str] = field(default_factory=set)
    """Variants that Kraken.io found no saving for: paid for, and made nothing of."""
    charged_since: datetime | None = None
    """When the first try began that Kraken.io may have charged; None: it charged nothing."""
    original_bytes: int | None = None
    """Of a source that never was here, as Kraken.io told it."""

    def charge(self, since: datetime) -> None:
        """Note that a try that began then may have been charged."""
        self.charged_since = self.charged_since or since

    def note(self, target: Target, result: Result | None) -> None:
        """Keep what an answer of Kraken.io tells besides the image itself."""
        if result is None:
            self.unsaved.add(target.output.variant)
        else:
            self.unsaved.discard(target.output.variant)
            self.original_bytes = result.original_bytes or self.original_bytes

    def lacks(self, target: Target) -> bool:
        """Whether Kraken.io has to be asked for an image that it is to push."""
        return target.key not in self.there and target.output.variant not in self.unsaved


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFile:
    """One result, on this computer."""

    path: Path
    extension: str
    """With its dot."""
    bytes: int
    sha256: str
    width: int | None = None
    height: int | None = None
    already_optimal: bool = False
    kraked_url: str = ""


@dataclass(slots=True)
class Kept:
    """What there is of one job."""

    digest: str
    """Of the source, engine and recipe that it was made with."""
    stored_as: Profile
    """What of the profile made what is there as it is."""
    stored_otherwise: bool = False
    """An earlier try stored as the profile was then: what the bucket holds is not what is wanted now."""
    ledger: Ledger = field(default_factory=Ledger)
    results: dict[str, Result] = field(default_factory=dict)
    """By variant: what Kraken.io made, and keeps for some time."""
    misses: dict[str, int] = field(default_factory=dict)
    """How often the result of a variant was not to be found."""
    removed: frozenset[str] = frozenset()
    """Keys that the person removed from the bucket after a try, and that are forgotten for that."""
    files: tuple[MadeFile, ...] = ()
    original: MadeFile | None = None
    in_use: bool = True
    _place: ExitStack | None = None
    _folder: Path | None = None
    _parts: int = 0

    def knows(self, planned: Sequence[PlannedImage]) -> bool:
        """Whether nothing has to be asked of Kraken.io any more for these images."""
        known = self.results.keys() | self.ledger.unsaved
        return all(image.key in self.ledger.there or image.variant in known for image in planned)

    @property
    def on_disk(self) -> bool:
        return self._place is not None

    def part(self, scratch: Callable[[], Scratch]) -> Path:
        """A new folder for one run of an engine, or one download."""
        if self._place is None or self._folder is None:
            place = ExitStack()
            self._folder = place.enter_context(scratch().job())
            self._place = place
        self._parts += 1
        part = self._folder / str(self._parts)
        part.mkdir(mode=0o700)
        return part

    def release(self) -> None:
        """Let go of the files; what was paid for is remembered."""
        place, self._place, self._folder, self.files, self.original = self._place, None, None, (), None
        if place is not None:
            place.close()


@dataclass(slots=True)
class Keeping:
    """What is kept of all jobs. Safe to use from any thread, for one job in each."""

    journal: Journal
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kept: dict[str, Kept] = field(default_factory=dict)
    """By job, the one that was used last at the end."""

    def taken(self, job: Job, digest: str) -> Kept:
        """What there is of the job, if it is of this source and recipe; put at the end.

        Args:
            digest: of both; empty if the source cannot be read: what there is is of what it was then.
        """
        stored_as = _storing(job.snapshot.profile)
        restored = self._restored(job)
        with self._lock:
            before = self._kept.pop(job.id, None) or restored
            goes_on = before is not None and digest in {"", before.digest}
            kept = before if before is not None and goes_on else Kept(digest=digest, stored_as=stored_as)
            if kept.stored_as != stored_as:
                kept.stored_as = stored_as
                kept.stored_otherwise = True
                kept.ledger.there.clear()
            kept.in_use = True
            self._kept[job.id] = kept
        if before is not None and before is not kept:
            before.release()
        return kept

    def ledger(self, job: Job, digest: str) -> Ledger:
        """What came of this source and recipe so far; to be added to.

        What is there counts only where the profile would put it now.
        """
        return self.taken(job, digest).ledger

    def save(self, job: Job) -> None:
        """Write what is known of a job into the journal: the next run of the program does not pay for it again."""
        from kraken_desktop.kept_record import KeptRecord  # with the answers of Kraken.io: not for every program

        with self._lock:
            kept = self._kept[job.id]
        told = KeptRecord(
            digest=kept.digest,
            stored_as=kept.stored_as,
            there=tuple(kept.ledger.there.values()),
            unsaved=tuple(sorted(kept.ledger.unsaved)),
            charged_since=kept.ledger.charged_since,
            original_bytes=kept.ledger.original_bytes,
            results=dict(kept.results),
        )
        self.journal.keep(job.id, to_record(told))

    def _restored(self, job: Job) -> Kept | None:
        """What an earlier run of the program wrote down."""
        with self._lock:
            if job.id in self._kept or job.snapshot.profile.engine is Engine.LOCAL:
                return None
        record = self.journal.kept(job.id)
        if record is None:
            return None
        from kraken_desktop.kept_record import read

        told = read(job.id, record)
        if told is None:
            return None
        removed = self.journal.removed(job.id)
        ledger = Ledger(
            there={image.key: image for image in told.there if image.key not in removed},
            unsaved=set(told.unsaved),
            charged_since=told.charged_since,
            original_bytes=told.original_bytes,
        )
        return Kept(
            digest=told.digest,
            stored_as=told.stored_as,
            ledger=ledger,
            results=dict(told.results),
            removed=removed,
        )

    def forget_removed(self, job: Job) -> None:
        """What the person removed from the bucket since a try stored it is to be stored again."""
        with self._lock:
            kept = self._kept.get(job.id)
        if kept is not None and kept.ledger.there:
            removed = self.journal.removed(job.id)
            for key in removed - kept.removed:
                kept.ledger.there.pop(key, None)
            kept.removed = removed

    def there(self, job: Job) -> tuple[StoredImage, ...]:
        """What any try of a job left in its bucket, in the recipe's order."""
        with self._lock:
            kept = self._kept.get(job.id)
        if kept is None:
            return ()
        # A variant that was given another name is there twice; the newer one is meant.
        newest = {image.variant: image for image in kept.ledger.there.values()}
        order = [variant.name for variant in job.snapshot.recipe.variants]
        return tuple(sorted(newest.values(), key=lambda each: _rank(order, each.variant)))

    def ended(self, job: Job, outcome: Outcome) -> None:
        """Let go of what is not needed any more: all of it, unless another try may use it."""
        with self._lock:
            kept = self._kept.get(job.id)
            if kept is None:
                return
            kept.in_use = False
            released: list[Kept] = []
            goes_on = isinstance(outcome, Failed) and outcome.failure.goes_on
            matters = kept.ledger.charged_since or kept.ledger.there or goes_on
            if isinstance(outcome, Done | Skipped) or not matters:
                released.append(self._kept.pop(job.id))
            elif not isinstance(outcome, Failed):
                released.append(kept)
            idle = [each for each in self._kept.values() if each.on_disk and not each.in_use and each not in released]
            released += idle[: max(0, len(idle) - MOST_KEPT)]
        for each in released:
            each.release()


def stored_alike(one: Profile, other: Profile) -> bool:
    """Whether two profiles store in the same bucket, in the same way, with the same links."""
    return _storing(one) == _storing(other)


def _storing(profile: Profile) -> Profile:
    """What of a profile decides where an object is, as what it is stored, and what its link is."""
    return replace(
        profile,
        id="",
        name="",
        engine=Engine.LOCAL,
        uploader=Uploader.LOCAL,
        account_id=None,
        recipe_id="",
        path_template="",
        local_copy="",
        collision=Collision.RENAME,
        credentials=Credentials(),
    )


def _rank(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)
