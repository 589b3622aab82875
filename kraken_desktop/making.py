"""What an engine makes of a source, as files on this computer, kept until the job has ended.

A try that fails after that is repeated without the engine: nothing is made, or charged, twice.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.cancel import CancelledError
from kraken_desktop.kraken_job import KrakenJob
from kraken_desktop.model.errors import AddressNotFetchedError, NothingStoredError, Scope
from kraken_desktop.model.job import Failed, Job, Outcome, Phase, Progress, SourceKind, StoredImage
from kraken_desktop.model.profile import Engine
from kraken_desktop.planning import Errand, Plan
from kraken_desktop.stores.journal import Journal

if TYPE_CHECKING:
    from kraken_desktop.engines.kraken_answers import Result
    from kraken_desktop.engines.local.engine import LocalEngine
    from kraken_desktop.stores.scratch import Scratch
    from kraken_desktop.transport import Transport

MOST_KEPT = 64
"""Failed jobs whose results are kept in case the person tries again."""


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
class _Kept:
    """What there is of one job."""

    sha256: str
    """Of the source that it was made of."""
    place: ExitStack
    folder: Path
    result: Result | None = None
    files: tuple[MadeFile, ...] = ()
    ended: bool = False
    downloads: int = 0

    def release(self) -> None:
        self.place.close()


@dataclass(slots=True)
class Making:
    """Runs the engine of a job. Safe to use from any thread, for one job in each."""

    kraken: KrakenJob
    transport: Callable[[], Transport]
    journal: Journal
    engine: Callable[[], LocalEngine]
    scratch: Callable[[], Scratch]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kept: OrderedDict[str, _Kept] = field(default_factory=OrderedDict)

    def files(self, errand: Errand, plan: Plan) -> tuple[MadeFile, ...]:
        """The results of a plan, in its order.

        Raises:
            EngineError, KrakenError, ResultLostError, TransportError, SourceError, SecretError, FateUnknownError: one
                of their subclasses.
            CancelledError: the token was cancelled.
        """
        job = errand.job
        kept = self._place(job, plan.content.sha256)
        if kept.files:
            self._begin(job, charged=kept.result is not None)
        elif job.snapshot.profile.engine is Engine.LOCAL:
            self._begin(job, charged=False)
            kept.files = self._made_here(errand, plan, kept)
        else:
            kept.files = (self._made_there(errand, plan, kept),)
        return kept.files

    def fetched(self, errand: Errand, image: StoredImage) -> MadeFile:
        """What Kraken.io pushed into the bucket, brought here. Raises as ``files`` does."""
        from kraken_desktop.engines.kraken_answers import Result

        kept = self._place(errand.job, "")
        result = Result(kraked_url=image.url, kraked_bytes=image.bytes)
        return self._download(errand, result, kept, Path(image.key).suffix, image.key)

    def original_bytes(self, job: Job) -> int | None:
        """The size of a source that never was here, if Kraken.io told it."""
        kept = self._kept.get(job.id)
        return kept.result.original_bytes if kept is not None and kept.result is not None else None

    def ended(self, job: Job, outcome: Outcome) -> None:
        """Let go of what is not needed any more: all of it, unless another try may use it."""
        with self._lock:
            kept = self._kept.get(job.id)
            if kept is None:
                return
            again = isinstance(outcome, Failed) and (
                kept.result is not None or outcome.failure.retryable or outcome.failure.scope is Scope.BATCH
            )
            kept.ended = True
            released = [] if again else [self._kept.pop(job.id)]
            idle = [job_id for job_id, each in self._kept.items() if each.ended]
            released += [self._kept.pop(job_id) for job_id in idle[: max(0, len(idle) - MOST_KEPT)]]
        for each in released:
            each.release()

    # --- the engines ---

    def _made_here(self, errand: Errand, plan: Plan, kept: _Kept) -> tuple[MadeFile, ...]:
        source, recipe = errand.job.source, errand.job.snapshot.recipe
        if source.kind is SourceKind.URL:
            raise AddressNotFetchedError(path=source.location)
        made = self.engine().optimize(
            Path(source.location),
            extension=source.extension,
            recipe=recipe,
            folder=kept.folder,
            cancel=errand.cancel,
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

    def _made_there(self, errand: Errand, plan: Plan, kept: _Kept) -> MadeFile:
        (target,) = plan.targets
        changes_pixels = target.output.resize is not None or target.output.converts
        may_keep = not changes_pixels and errand.job.source.kind is not SourceKind.URL
        if kept.result is not None:
            self._begin(errand.job, charged=True)
        else:
            try:
                kept.result = self.kraken.optimize(errand, plan.content, target.key)
            except CancelledError:
                # Kraken.io keeps the result to itself: nothing can arrive in the bucket.
                raise CancelledError(sent_all=False) from None
            except NothingStoredError:
                if not may_keep:
                    raise
                return self._kept_original(errand, plan, kept)
        result, size = kept.result, plan.content.size
        if may_keep and size is not None and result.kraked_bytes is not None and result.kraked_bytes >= size:
            return replace(self._kept_original(errand, plan, kept), kraked_url=result.kraked_url)
        return self._download(errand, result, kept, target.output.extension, target.key)

    def _kept_original(self, errand: Errand, plan: Plan, kept: _Kept) -> MadeFile:
        """Kraken.io found nothing to save: the original's pixels, its metadata removed as the recipe says."""
        recipe = replace(errand.job.snapshot.recipe, lossy=False)
        lossless = replace(errand, job=replace(errand.job, snapshot=replace(errand.job.snapshot, recipe=recipe)))
        (made,) = self._made_here(lossless, plan, kept)
        return replace(made, already_optimal=True)

    def _download(self, errand: Errand, result: Result, kept: _Kept, extension: str, key: str) -> MadeFile:
        from kraken_desktop.engines.kraken_result import download

        def received(count: int, of: int) -> None:
            errand.tell(Progress(phase=Phase.DOWNLOADING, sent=count, total=of, key=key))

        received(0, result.kraked_bytes or 0)
        kept.downloads += 1
        path = kept.folder / f"result-{kept.downloads}{extension}"
        arrived = download(self.transport(), result, path, errand.cancel, received)
        return MadeFile(
            path=path,
            extension=extension,
            bytes=arrived.bytes,
            sha256=arrived.sha256,
            width=result.width,
            height=result.height,
            kraked_url=result.kraked_url,
        )

    # --- what is kept ---

    def _place(self, job: Job, sha256: str) -> _Kept:
        with self._lock:
            kept = self._kept.pop(job.id, None)
        if kept is not None and kept.sha256 != sha256:
            kept.release()
            kept = None
        if kept is None:
            place = ExitStack()
            kept = _Kept(sha256=sha256, place=place, folder=place.enter_context(self.scratch().job()))
        kept.ended = False
        with self._lock:
            self._kept[job.id] = kept
        return kept

    def _begin(self, job: Job, *, charged: bool) -> None:
        attempt = self.journal.begin_attempt(job.id)
        if charged:
            self.journal.note_sent(attempt, bytes_sent=job.source.size or 0, maybe_charged=True)
