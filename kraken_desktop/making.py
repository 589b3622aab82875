"""What an engine makes of a source, as files on this computer, kept until the job has ended.

A try that fails after that is repeated without the engine: nothing is made, or charged, twice. What Kraken.io was
asked for, and may have charged, is remembered for as long as the program runs.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.cancel import CancelledError
from kraken_desktop.kraken_job import KrakenJob, Ledger, size_of
from kraken_desktop.model.errors import (
    EngineError,
    NothingStoredError,
    ResultExpiredError,
    ResultLostError,
    Scope,
)
from kraken_desktop.model.geometry import Size
from kraken_desktop.model.image_types import HEAD_BYTES, sniff
from kraken_desktop.model.job import Done, Failed, Job, Outcome, Phase, Progress, Skipped, SourceKind, StoredImage
from kraken_desktop.model.profile import Collision, Credentials, Engine, Profile, Uploader
from kraken_desktop.model.recipe import Output
from kraken_desktop.planning import Content, Errand, Plan, Target
from kraken_desktop.stores.journal import Journal

if TYPE_CHECKING:
    from kraken_desktop.engines.kraken_answers import Result
    from kraken_desktop.engines.local.engine import LocalEngine
    from kraken_desktop.stores.scratch import Scratch
    from kraken_desktop.transport import Transport

_log = logging.getLogger(__name__)

MOST_KEPT = 64
"""Jobs between two tries whose files are kept; of all others a result of Kraken.io is fetched again, at no cost."""

_GONE = frozenset({403, 404, 410})
_MISSES = 3
"""How often a result is looked for where it is not to be found: it may need a moment."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Where a download stands among all of its job. In bytes."""

    before: int
    total: int


@dataclass(slots=True)
class _Kept:
    """What there is of one job."""

    digest: str
    """Of the source, engine and recipe that it was made with."""
    stored_as: Profile
    """What of the profile made what is there as it is."""
    ledger: Ledger = field(default_factory=Ledger)
    results: dict[str, Result] = field(default_factory=dict)
    """By variant: what Kraken.io made, and keeps for some time."""
    misses: dict[str, int] = field(default_factory=dict)
    """How often the result of a variant was not to be found."""
    removed: set[str] = field(default_factory=set)
    """Keys that the person removed from the bucket after a try, and that are known as removed."""
    files: tuple[MadeFile, ...] = ()
    original: MadeFile | None = None
    in_use: bool = True
    _place: ExitStack | None = None
    _folder: Path | None = None
    _parts: int = 0

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
class Making:
    """Runs the engine of a job. Safe to use from any thread, for one job in each."""

    kraken: KrakenJob
    transport: Callable[[], Transport]
    journal: Journal
    engine: Callable[[], LocalEngine]
    scratch: Callable[[], Scratch]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kept: dict[str, _Kept] = field(default_factory=dict)
    """By job, the one that was used last at the end."""

    def files(self, errand: Errand, plan: Plan) -> tuple[MadeFile, ...]:
        """The results of a plan, in its order.

        Raises:
            EngineError, KrakenError, ResultLostError, ResultExpiredError, TransportError, SourceError, SecretError,
                FateUnknownError, StoreError: one of their subclasses.
            CancelledError: the token was cancelled.
        """
        job = errand.job
        kept = self._taken(job, plan.digest)
        charged_since = kept.ledger.charged_since
        if job.snapshot.profile.engine is Engine.LOCAL or charged_since is not None:
            self.journal.begin_attempt(job.id, charged_since)
        if not kept.files:
            local = job.snapshot.profile.engine is Engine.LOCAL
            kept.files = self._made_here(errand, plan, kept) if local else self._made_there(errand, plan, kept)
        return kept.files

    def ledger(self, job: Job, digest: str) -> Ledger:
        """What came of this source and recipe so far; to be added to.

        What is there counts only where the profile would put it now.
        """
        return self._taken(job, digest).ledger

    def forget_removed(self, job: Job, keys: Collection[str]) -> None:
        """What the person removed from the bucket since a try stored it is to be stored again.

        Args:
            keys: all that were removed since the job ended last.
        """
        with self._lock:
            kept = self._kept.get(job.id)
        if kept is not None:
            for key in set(keys) - kept.removed:
                kept.ledger.there.pop(key, None)
            kept.removed = set(keys)

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

    def original(self, errand: Errand, plan: Plan) -> MadeFile:
        """The original's pixels, its metadata removed as the recipe says. Raises as ``files`` does."""
        return self._kept_original(errand, plan, self._taken(errand.job, plan.digest))

    def fetched(self, errand: Errand, plan: Plan, image: StoredImage) -> MadeFile:
        """What Kraken.io pushed into the bucket, brought here. Raises as ``files`` does."""
        from kraken_desktop.engines.kraken_answers import Result

        kept = self._taken(errand.job, plan.digest)
        result = Result(kraked_url=image.url, kraked_bytes=image.bytes)
        part = _Part(before=0, total=image.bytes or 0)
        return self._download(errand, result, kept, Path(image.key).suffix, image.key, part)

    def ended(self, job: Job, outcome: Outcome) -> None:
        """Let go of what is not needed any more: all of it, unless another try may use it."""
        with self._lock:
            kept = self._kept.get(job.id)
            if kept is None:
                return
            kept.in_use = False
            released: list[_Kept] = []
            matters = kept.ledger.charged_since or kept.ledger.there or _goes_on(outcome)
            if isinstance(outcome, Done | Skipped) or not matters:
                released.append(self._kept.pop(job.id))
            elif not isinstance(outcome, Failed):
                released.append(kept)
            idle = [each for each in self._kept.values() if each.on_disk and not each.in_use and each not in released]
            released += idle[: max(0, len(idle) - MOST_KEPT)]
        for each in released:
            each.release()

    # --- the engines ---

    def _made_here(self, errand: Errand, plan: Plan, kept: _Kept) -> tuple[MadeFile, ...]:
        source, recipe = errand.job.source, errand.job.snapshot.recipe
        made = self.engine().optimize(
            Path(source.location),
            extension=source.extension,
            recipe=recipe,
            folder=kept.part(self.scratch),
            cancel=errand.cancel,
            sha256=plan.content.sha256,
            on_begin=lambda: errand.tell(Progress(phase=Phase.OPTIMIZING, key=plan.targets[0].key)),
        )
        return tuple(
            MadeFile(
                path=Path(each.path),
                extension=each.extension,
                bytes=each.bytes,
                sha256=each.sha256,
                width=each.width or None,
                height=each.height or None,
                already_optimal=each.already_optimal,
            )
            for each in made
        )

    def _made_there(self, errand: Errand, plan: Plan, kept: _Kept) -> tuple[MadeFile, ...]:
        known = kept.results.keys() | kept.ledger.unsaved
        missing = [group for group in plan.requests if any(target.output.variant not in known for target in group)]
        try:
            for group, results in self._asked(errand, plan, missing, kept.ledger):
                for target, result in zip(group, results, strict=True):
                    if result is not None:
                        kept.results[target.output.variant] = result
        except CancelledError:
            # Kraken.io keeps the results to itself: nothing can arrive in the bucket.
            raise CancelledError(sent_all=False) from None
        return self._brought(errand, plan, kept)

    def _brought(self, errand: Errand, plan: Plan, kept: _Kept) -> tuple[MadeFile, ...]:
        """What Kraken.io made, or the original where it saved nothing, as files on this computer."""
        results = [kept.results.get(target.output.variant) for target in plan.targets]
        stays = [
            may_keep(errand.job, target.output) and not saves(result, plan.content)
            for target, result in zip(plan.targets, results, strict=True)
        ]
        if any(result is None and not stay for result, stay in zip(results, stays, strict=True)):
            raise NothingStoredError(status=200)
        # Before anything is fetched, so that progress goes one way.
        original = self._kept_original(errand, plan, kept) if any(stays) else None
        total = sum(
            result.kraked_bytes or 0 for result, stay in zip(results, stays, strict=True) if result and not stay
        )
        moved = 0
        files: list[MadeFile] = []
        for target, result, stay in zip(plan.targets, results, stays, strict=True):
            if original is not None and stay:
                files.append(replace(original, kraked_url=result.kraked_url if result is not None else ""))
            elif result is not None:
                files.append(self._arrived(errand, plan, target, result, kept, _Part(before=moved, total=total)))
                moved += files[-1].bytes
        return tuple(files)

    def _asked(
        self, errand: Errand, plan: Plan, missing: Sequence[tuple[Target, ...]], ledger: Ledger
    ) -> Iterator[tuple[tuple[Target, ...], tuple[Result | None, ...]]]:
        if missing:
            yield from self.kraken.optimize(errand, plan.content, missing, ledger)

    def _arrived(
        self, errand: Errand, plan: Plan, target: Target, result: Result, kept: _Kept, part: _Part
    ) -> MadeFile:
        variant = target.output.variant
        try:
            file = self._download(errand, result, kept, target.output.extension, target.key, part)
        except ResultLostError as error:
            kept.misses[variant] = kept.misses.get(variant, 0) + (error.status in _GONE)
            if kept.misses[variant] < _MISSES:
                raise
            del kept.results[variant], kept.misses[variant]
            raise ResultExpiredError(host=error.host, status=error.status) from error
        return self._sized(errand, size_of(errand.job, result, plan, target), file)

    def _sized(self, errand: Errand, told: Size | None, file: MadeFile) -> MadeFile:
        """With its size as it is shown. Where a photo is not turned only a look at it tells that."""
        if told is None or not errand.job.snapshot.recipe.auto_orient:
            try:
                seen = self.engine().probe(file.path, extension=file.extension, cancel=errand.cancel)
                told = (seen.width, seen.height)
            except EngineError as error:
                _log.info("job %s: the size of a result is not known: %s", errand.job.id, error.code)
        width, height = told or (None, None)
        return replace(file, width=width or None, height=height or None)

    def _kept_original(self, errand: Errand, plan: Plan, kept: _Kept) -> MadeFile:
        """Kraken.io found nothing to save: the original's pixels, its metadata removed as the recipe says."""
        if kept.original is None:
            snapshot = errand.job.snapshot
            recipe = replace(snapshot.recipe, lossy=False, resize=None, convert=None, variants=())
            lossless = replace(errand, job=replace(errand.job, snapshot=replace(snapshot, recipe=recipe)))
            (made,) = self._made_here(lossless, plan, kept)
            kept.original = replace(made, already_optimal=True)
        return kept.original

    def _download(self, errand: Errand, result: Result, kept: _Kept, extension: str, key: str, part: _Part) -> MadeFile:
        from kraken_desktop.engines.kraken_result import download

        def received(count: int, _of: int) -> None:
            errand.tell(Progress(phase=Phase.DOWNLOADING, sent=part.before + count, total=part.total, key=key))

        received(0, 0)
        path = kept.part(self.scratch) / f"result{extension}"
        arrived = download(self.transport(), result, path, errand.cancel, received)
        return MadeFile(
            path=path,
            extension=_extension_of(path) or extension,
            bytes=arrived.bytes,
            sha256=arrived.sha256,
            kraked_url=result.kraked_url,
        )

    def _taken(self, job: Job, digest: str) -> _Kept:
        """What there is of the job, if it is of this source and recipe; put at the end."""
        stored_as = _storing(job.snapshot.profile)
        with self._lock:
            before = self._kept.pop(job.id, None)
            goes_on = before is not None and before.digest == digest
            kept = before if before is not None and goes_on else _Kept(digest=digest, stored_as=stored_as)
            if kept.stored_as != stored_as:
                kept.stored_as = stored_as
                kept.ledger.there.clear()
            kept.in_use = True
            self._kept[job.id] = kept
        if before is not None and before is not kept:
            before.release()
        return kept


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


def _extension_of(path: Path) -> str:
    """What a result really is, as an extension: an address may have claimed something else."""
    with path.open("rb") as file:
        found = sniff(file.read(HEAD_BYTES))
    return found.extension if found is not None else ""


def _rank(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def may_keep(job: Job, output: Output) -> bool:
    """Whether the original could stand for the result: nothing was asked for that it is not."""
    return output.resize is None and not output.converts and job.source.kind is not SourceKind.URL


def saves(result: Result | None, content: Content) -> bool:
    """Whether a result is smaller than the source, as far as sizes are known."""
    if result is None:
        return False
    return result.kraked_bytes is None or content.size is None or result.kraked_bytes < content.size


def _goes_on(outcome: Outcome) -> bool:
    """Whether the job may be tried again without anybody asking for it."""
    return isinstance(outcome, Failed) and (outcome.failure.retryable or outcome.failure.scope is Scope.BATCH)
