"""What an engine makes of a source, as files on this computer.

A try that fails after that is repeated without the engine: nothing is made, or charged, twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.cancel import CancelledError
from kraken_desktop.keeping import Keeping, Kept, Ledger, MadeFile
from kraken_desktop.kraken_job import KrakenJob, size_of
from kraken_desktop.model.errors import (
    EngineError,
    NothingStoredError,
    ResultExpiredError,
    ResultLostError,
)
from kraken_desktop.model.geometry import Size
from kraken_desktop.model.image_types import HEAD_BYTES, sniff
from kraken_desktop.model.job import Job, Phase, Progress, SourceKind, StoredImage
from kraken_desktop.model.profile import Engine
from kraken_desktop.model.recipe import Output
from kraken_desktop.planning import Content, Errand, Plan, Target
from kraken_desktop.stores.journal import Journal

if TYPE_CHECKING:
    from kraken_desktop.engines.kraken_answers import Result
    from kraken_desktop.engines.local.engine import LocalEngine
    from kraken_desktop.stores.scratch import Scratch
    from kraken_desktop.transport import Transport

_log = logging.getLogger(__name__)

_GONE = frozenset({403, 404, 410})
_MISSES = 3
"""How often a result is looked for where it is not to be found: it may need a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Where a download stands among all of its job. In bytes."""

    before: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """Runs the engine of a job. Safe to use from any thread, for one job in each."""

    kraken: KrakenJob
    transport: Callable[[], Transport]
    journal: Journal
    engine: Callable[[], LocalEngine]
    scratch: Callable[[], Scratch]
    keeping: Keeping

    def files(self, errand: Errand, plan: Plan) -> tuple[MadeFile, ...]:
        """The results of a plan, in its order.

        Raises:
            EngineError, KrakenError, ResultLostError, ResultExpiredError, TransportError, SourceError, SecretError,
                FateUnknownError, StoreError: one of their subclasses.
            CancelledError: the token was cancelled.
        """
        job = errand.job
        kept = self.keeping.taken(job, plan.digest)
        charged_since = kept.ledger.charged_since
        if job.snapshot.profile.engine is Engine.LOCAL or charged_since is not None:
            self.journal.begin_attempt(job.id, charged_since)
        if not kept.files:
            local = job.snapshot.profile.engine is Engine.LOCAL
            kept.files = self._made_here(errand, plan, kept) if local else self._made_there(errand, plan, kept)
        return kept.files

    def original(self, errand: Errand, plan: Plan) -> MadeFile:
        """The original's pixels, its metadata removed as the recipe says. Raises as ``files`` does."""
        return self._kept_original(errand, plan, self.keeping.taken(errand.job, plan.digest))

    def fetched(self, errand: Errand, digest: str, image: StoredImage) -> MadeFile:
        """What Kraken.io pushed into the bucket, brought here. Raises as ``files`` does."""
        from kraken_desktop.engines.kraken_answers import Result

        kept = self.keeping.taken(errand.job, digest)
        result = Result(kraked_url=image.url, kraked_bytes=image.bytes)
        part = _Part(before=0, total=image.bytes or 0)
        return self._download(errand, result, kept, Path(image.key).suffix, image.key, part)

    # --- the engines ---

    def _made_here(self, errand: Errand, plan: Plan, kept: Kept) -> tuple[MadeFile, ...]:
        source, recipe = errand.job.source, errand.job.snapshot.recipe
        made = self.engine().optimize(
            Path(source.location),
            extension=source.extension,
            recipe=recipe,
            folder=kept.part(self.scratch),
            cancel=errand.cancel,
            sha256=plan.content.sha256,
            on_made=lambda made, of: errand.tell(
                Progress(phase=Phase.OPTIMIZING, made=made, outputs=of, key=plan.targets[0].key)
            ),
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

    def _made_there(self, errand: Errand, plan: Plan, kept: Kept) -> tuple[MadeFile, ...]:
        known = kept.results.keys() | kept.ledger.unsaved
        missing = [group for group in plan.requests if any(target.output.variant not in known for target in group)]
        try:
            for group, results in self._asked(errand, plan, missing, kept.ledger):
                for target, result in zip(group, results, strict=True):
                    if result is not None:
                        kept.results[target.output.variant] = result
                self.keeping.save(errand.job)
        except CancelledError:
            # Kraken.io keeps the results to itself: nothing can arrive in the bucket.
            raise CancelledError(sent_all=False) from None
        return self._brought(errand, plan, kept)

    def _brought(self, errand: Errand, plan: Plan, kept: Kept) -> tuple[MadeFile, ...]:
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

    def _arrived(self, errand: Errand, plan: Plan, target: Target, result: Result, kept: Kept, part: _Part) -> MadeFile:
        variant = target.output.variant
        try:
            file = self._download(errand, result, kept, target.output.extension, target.key, part)
        except ResultLostError as error:
            kept.misses[variant] = kept.misses.get(variant, 0) + (error.status in _GONE)
            if kept.misses[variant] < _MISSES:
                raise
            del kept.results[variant], kept.misses[variant]
            self.keeping.save(errand.job)
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

    def _kept_original(self, errand: Errand, plan: Plan, kept: Kept) -> MadeFile:
        """Kraken.io found nothing to save: the original's pixels, its metadata removed as the recipe says."""
        if kept.original is None:
            snapshot = errand.job.snapshot
            recipe = replace(snapshot.recipe, lossy=False, resize=None, convert=None, variants=())
            lossless = replace(errand, job=replace(errand.job, snapshot=replace(snapshot, recipe=recipe)))
            (made,) = self._made_here(lossless, plan, kept)
            kept.original = replace(made, already_optimal=True)
        return kept.original

    def _download(self, errand: Errand, result: Result, kept: Kept, extension: str, key: str, part: _Part) -> MadeFile:
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


def _extension_of(path: Path) -> str:
    """What a result really is, as an extension: an address may have claimed something else."""
    with path.open("rb") as file:
        found = sniff(file.read(HEAD_BYTES))
    return found.extension if found is not None else ""


def may_keep(job: Job, output: Output) -> bool:
    """Whether the original could stand for the result: nothing was asked for that it is not."""
    return output.resize is None and not output.converts and job.source.kind is not SourceKind.URL


def saves(result: Result | None, content: Content) -> bool:
    """Whether a result is smaller than the source, as far as sizes are known."""
    if result is None:
        return False
    return result.kraked_bytes is None or content.size is None or result.kraked_bytes < content.size
