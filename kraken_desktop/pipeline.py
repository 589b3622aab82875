"""One job from its source to its outcome. The only module that knows the order of things.

Three routes (engine, uploader):

1. Kraken.io, Kraken.io: one request does both.
2. Kraken.io, this computer: the result is fetched, then stored.
3. this computer, this computer: the original goes nowhere.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.asking import LimitCallback
from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.destinations import Destinations
from kraken_desktop.fetching import fetch
from kraken_desktop.keeping import Keeping
from kraken_desktop.known_images import KnownImages
from kraken_desktop.kraken_job import KrakenJob, linked
from kraken_desktop.link_check import JOB_SECONDS, LinkChecks, wants_check
from kraken_desktop.making import Making
from kraken_desktop.model.errors import (
    EngineError,
    FateUnknownError,
    KeyTakenError,
    KrakenDesktopError,
    ObjectExistsError,
    SourceError,
    UnexpectedError,
)
from kraken_desktop.model.geometry import place
from kraken_desktop.model.job import (
    Cancelled,
    Done,
    Failed,
    Failure,
    Job,
    Outcome,
    Phase,
    PlannedImage,
    Progress,
    Skipped,
    SourceKind,
    StoredImage,
)
from kraken_desktop.model.profile import Collision, Engine, Uploader
from kraken_desktop.placing import (
    Looking,
    copy_into,
    image_of,
    note_found,
    put_once,
    skipped,
    upload_of,
)
from kraken_desktop.planning import (
    AlreadyStored,
    Content,
    Errand,
    Plan,
    Tell,
    digest_as_dropped,
    digest_of,
    examine,
    is_unique,
    knows_type,
    looks_before,
    make_plan,
    outputs_of,
    require_usable,
)
from kraken_desktop.pushing import Pushing
from kraken_desktop.stores.journal import Journal
from kraken_desktop.stores.secret_store import Secrets

if TYPE_CHECKING:
    from kraken_desktop.buckets.bucket import Bucket
    from kraken_desktop.engines.local.engine import LocalEngine
    from kraken_desktop.keeping import MadeFile
    from kraken_desktop.stores.scratch import Scratch
    from kraken_desktop.transport import Transport

_log = logging.getLogger(__name__)


class Pipeline:
    """Runs one job at a time in each thread that calls it.

    Between two tries of a job it keeps what the engine made, so that nothing is made, or charged, twice.

    Args:
        transport, engine, scratch: make, or hand out, the one of the program. Callables, because they are slow to
            import.
        look_pauses: seconds before each look for an object whose fate is unknown.
        on_file_limit: told when Kraken.io says how large a file it takes from an account; from a job's thread.
    """

    def __init__(
        self,
        *,
        transport: Callable[[], Transport],
        secrets: Secrets,
        journal: Journal,
        engine: Callable[[], LocalEngine],
        scratch: Callable[[], Scratch],
        destinations: Destinations,
        look_pauses: Iterable[float] = (0, 1, 3),
        on_file_limit: LimitCallback = lambda _account_id, _limit: None,
    ) -> None:
        self._transport = transport
        self._journal = journal
        self._engine = engine
        self._scratch = scratch
        self._destinations = destinations
        self._kraken = KrakenJob(
            transport=transport,
            secrets=secrets,
            journal=journal,
            look_pauses=look_pauses,
            on_file_limit=on_file_limit,
        )
        self._links = LinkChecks(transport)
        self._keeping = Keeping(journal)
        self._known = KnownImages(journal=journal)
        self._making = Making(
            kraken=self._kraken,
            transport=transport,
            journal=journal,
            engine=engine,
            scratch=scratch,
            keeping=self._keeping,
        )
        self._pushing = Pushing(
            kraken=self._kraken,
            making=self._making,
            keeping=self._keeping,
            destinations=destinations,
            journal=journal,
        )

    def run(self, job: Job, cancel: CancelToken, tell: Tell, suspected_since: datetime | None = None) -> Outcome:
        """Bring one job to its outcome. Never raises: the unexpected becomes a failure, its traceback is logged.

        Args:
            tell: hears how far it is, from this thread, often.
            suspected_since: an earlier attempt, begun then, ended unseen after all its bytes had left; the
                bucket is asked, and nothing is sent.
        """
        errand = Errand(job, cancel, tell)
        try:
            self._keeping.forget_removed(job)
            outcome = self._verified(errand, self._sized(errand, self._run(errand, suspected_since)))
        except Exception as error:  # noqa: BLE001 - a bug costs one job, not the program
            outcome = _ended_by(error, job, self._keeping.there(job))
        self._keeping.ended(job, outcome)
        return outcome

    # --- the order of things ---

    def _run(self, errand: Errand, suspected_since: datetime | None) -> Outcome:
        if suspected_since is not None:
            return self._look_again(errand, suspected_since)
        return self._store(errand)

    def _store(self, errand: Errand) -> Outcome:
        job = errand.job
        require_usable(job)
        if job.source.kind is SourceKind.URL and job.snapshot.profile.engine is Engine.LOCAL:
            return self._store_address(errand)
        return self._store_source(errand)

    def _store_address(self, errand: Errand) -> Outcome:
        """An image whose bytes have to come here first; they go when the try has ended."""
        job, address = errand.job, errand.job.source.location

        def received(count: int, of: int) -> None:
            errand.tell(Progress(phase=Phase.FETCHING, sent=count, total=of))

        received(0, 0)
        with self._scratch().job() as folder:
            source = fetch(self._transport(), job.source, folder, errand.cancel, received)
            try:
                return self._store_source(replace(errand, job=replace(job, source=source)))
            except (EngineError, SourceError) as error:
                # The person knows the address, and not the file.
                error.path = address
                raise

    def _store_source(self, errand: Errand) -> Outcome:
        job = errand.job
        profile = job.snapshot.profile
        errand.tell(Progress(phase=Phase.PLANNING))
        content = self._examined(errand)
        rehearses = job.snapshot.recipe.sandbox and profile.engine is Engine.KRAKEN
        if rehearses:
            plan = make_plan(job, content, self._journal, None)
            if not isinstance(plan, Plan):
                raise TypeError("nobody looked")
            return Done(images=self._kraken.rehearse(errand, plan), original_bytes=content.size)
        digest = digest_of(job, content)
        with self._known.alone(errand, digest):
            outcome = self._known_or_stored(errand, content, digest)
            self._known.note(job, digest, outcome)
            return outcome

    def _known_or_stored(self, errand: Errand, content: Content, digest: str) -> Outcome:
        profile = errand.job.snapshot.profile
        known = self._known.of(errand, digest, lambda: self._destinations.open(profile, errand.cancel))
        if known:
            return Skipped(reason="already_stored", images=known, original_bytes=content.size)
        if profile.uploader is Uploader.LOCAL:
            return self._stored_here(errand, content)
        return self._pushing.pushed(errand, content)

    def _sized(self, errand: Errand, outcome: Outcome) -> Outcome:
        """With the sizes that Kraken.io did not tell, as the recipe makes them of the source's."""
        job = errand.job
        if not isinstance(outcome, Done | Skipped) or all(image.width or not image.there for image in outcome.images):
            return outcome
        if job.source.kind is SourceKind.URL or job.snapshot.profile.engine is Engine.LOCAL:
            return outcome
        try:
            size = self._measure(Path(job.source.location), job.source.extension, errand.cancel)
        except (KrakenDesktopError, CancelledError) as error:
            _log.info("job %s: the size of its images is not known: %s", job.id, error)
            size = None
        if size is None:
            return outcome
        sizes = {output.variant: place(size, output.resize).canvas for output in outputs_of(job)}
        images = []
        for image in outcome.images:
            width, height = sizes.get(image.variant, (None, None)) if not image.width else (image.width, image.height)
            images.append(replace(image, width=width, height=height))
        return replace(outcome, images=tuple(images))

    def _verified(self, errand: Errand, outcome: Outcome) -> Outcome:
        """With what anybody gets who opens the links. Whatever that is, the images are there."""
        if not isinstance(outcome, Done | Skipped):
            return outcome
        profile = errand.job.snapshot.profile
        images = list(outcome.images)
        ends = time.monotonic() + JOB_SECONDS
        try:
            for at, image in enumerate(images):
                if wants_check(profile, image) and time.monotonic() < ends:
                    errand.tell(Progress(phase=Phase.VERIFYING, key=image.key, may_arrive=True))
                    type_known = knows_type(errand.job, image.variant)
                    check = self._links.check(image, errand.cancel, type_known=type_known)
                    images[at] = replace(image, check=check)
        except CancelledError:
            _log.debug("job %s: its links were not opened any more", errand.job.id)
        except KrakenDesktopError as error:
            # Such as a proxy whose password cannot be had.
            _log.info("job %s: its links could not be opened: %s", errand.job.id, error.code)
        except Exception:  # noqa: BLE001 - nor does a bug take them away
            _log.exception("job %s: its links could not be opened", errand.job.id)
        return replace(outcome, images=tuple(images))

    def _stored_here(self, errand: Errand, content: Content) -> Outcome:
        profile = errand.job.snapshot.profile
        bucket = self._destinations.open(profile, errand.cancel)
        own = frozenset(image.key for image in self._journal.planned(errand.job.id))
        try:
            return self._planned_and_put(errand, content, bucket, own)
        except ObjectExistsError:
            if profile.collision is not Collision.RENAME:
                raise
            # Somebody took the name since it was looked for, or what is there is not what this job left.
            return self._planned_and_put(errand, content, bucket, frozenset())

    def _planned_and_put(self, errand: Errand, content: Content, bucket: Bucket, own: frozenset[str]) -> Outcome:
        job = errand.job
        looking = Looking(errand, bucket, own) if looks_before(job) else None
        plan = make_plan(job, content, self._journal, looking)
        if isinstance(plan, Skipped):
            return plan
        if isinstance(plan, AlreadyStored):
            return skipped(job, plan.targets, looking)
        kept = self._keeping.taken(job, plan.digest)
        paid = job.snapshot.profile.engine is Engine.KRAKEN and not job.snapshot.profile.local_copy
        if paid:
            note_found(plan.targets, looking, kept)
        missing = tuple(target for target in plan.targets if not paid or target.key not in kept.ledger.there)
        if missing:
            todo = replace(plan, targets=missing)
            self._put(errand, todo, self._making.files(errand, todo), bucket)
        images = tuple(kept.ledger.there[target.key] for target in plan.targets)
        return Done(images=images, original_bytes=content.size or kept.ledger.original_bytes)

    def _put(self, errand: Errand, plan: Plan, files: tuple[MadeFile, ...], bucket: Bucket) -> None:
        """Bring what was made to its places: the local copy first, because its failure leaves nothing half done."""
        profile = errand.job.snapshot.profile
        copies = self._destinations.folder(profile.local_copy) if profile.local_copy else None
        ledger = self._keeping.ledger(errand.job, plan.digest)
        total = sum(file.bytes for file in files)
        moved = 0
        for target, file in zip(plan.targets, files, strict=True):
            copy = copy_into(copies, target.key, file, errand) if copies is not None else ""
            upload = upload_of(
                file,
                plan.digest if plan.careful else "",
                only_if_absent=plan.careful and not target.replaces,
            )

            def on_sent(count: int, of: int, key: str = target.key, before: int = moved) -> None:
                left = count == of
                errand.tell(Progress(phase=Phase.STORING, sent=before + count, total=total, key=key, may_arrive=left))

            put_once(bucket, target.key, file, upload, errand.cancel, on_sent)
            moved += file.bytes
            ledger.there[target.key] = linked(replace(image_of(target, file), local_copy=copy), bucket, profile)

    def _look_again(self, errand: Errand, since: datetime) -> Outcome:
        job = errand.job
        planned = self._journal.planned(job.id) or self._planned_alike(errand)
        if not planned:
            raise FateUnknownError(reason="interrupted")
        bucket = self._destinations.open(job.snapshot.profile, errand.cancel)
        try:
            digest = digest_as_dropped(job, errand.cancel)
        except CancelledError:
            raise CancelledError(sent_all=True) from None
        kept = self._keeping.taken(job, digest)
        ledger = kept.ledger
        if digest and kept.knows(planned):
            # Every answer had come, only the end was not seen.
            return self._store(errand)
        ledger.charge(since)
        try:
            self._kraken.look(errand, bucket, planned, since=since, reason="interrupted", found=ledger.there)
        except FateUnknownError:
            # Who sends it again looks again, in whatever run of the program.
            self._keeping.save(job)
            raise
        self._pushing.copy(errand, digest, [each.key for each in planned], ledger)
        return Done(images=tuple(ledger.there[each.key] for each in planned), original_bytes=job.source.size)

    def _examined(self, errand: Errand) -> Content:
        return examine(errand.job, errand.cancel, lambda path, of: self._measure(path, of, errand.cancel))

    def _planned_alike(self, errand: Errand) -> tuple[PlannedImage, ...]:
        """The keys that a plan would have had that was never written down, where they can only be the job's own."""
        job = errand.job
        if job.source.kind is SourceKind.URL or not is_unique(job):
            return ()
        try:
            make_plan(job, self._examined(errand), self._journal, None)
        except (SourceError, EngineError, KeyTakenError):
            return ()
        return self._journal.planned(job.id)

    def _measure(self, path: Path, extension: str, cancel: CancelToken) -> tuple[int, int] | None:
        probed = self._engine().probe(path, extension=extension, cancel=cancel)
        return (probed.width, probed.height) if probed.width and probed.height else None


def _ended_by(error: Exception, job: Job, images: tuple[StoredImage, ...]) -> Outcome:
    """The outcome of a job that an error ended; ``images`` are there all the same."""
    size = job.source.size
    match error:
        case CancelledError():
            return Cancelled(may_arrive=error.sent_all, images=images, original_bytes=size if images else None)
        case KrakenDesktopError():
            _log.info("job %s failed: %s", job.id, error.code)
            return Failed(failure=Failure.of(error), images=images, original_bytes=size)
        case _:
            _log.error("job %s failed unexpectedly", job.id, exc_info=error)
            failure = Failure.of(UnexpectedError(kind=type(error).__name__))
            return Failed(failure=failure, images=images, original_bytes=size)
