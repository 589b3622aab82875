"""One job from its source to its outcome. The only module that knows the order of things.

Route 1 of three: Kraken.io optimizes and pushes into the bucket, in one request.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.model.errors import (
    BadAnswerError,
    BucketLookupError,
    FateUnknownError,
    KeyTakenError,
    KrakenDesktopError,
    KrakenError,
    ProfileInvalidError,
    SourceEmptyError,
    SourceMissingError,
    SourceTooLargeError,
    SourceUnreadableError,
    TransportError,
    UnexpectedError,
)
from kraken_desktop.model.job import (
    LARGEST_SOURCE,
    Cancelled,
    Done,
    Failed,
    Failure,
    Job,
    Outcome,
    Phase,
    PlannedImage,
    Progress,
    SourceKind,
    StoredImage,
)
from kraken_desktop.model.links import object_url, shown_url
from kraken_desktop.model.object_key import KeyInputs, PathTemplate, content_digest, numbered
from kraken_desktop.model.profile import Acl, Engine, Severity, Uploader
from kraken_desktop.model.profile_rules import check_profile
from kraken_desktop.stores.journal import Journal
from kraken_desktop.stores.secret_store import S3Keys, Secrets

if TYPE_CHECKING:
    from kraken_desktop.buckets.s3 import ObjectInfo, S3Bucket
    from kraken_desktop.engines.kraken_answers import Result
    from kraken_desktop.engines.kraken_io import KrakenClient
    from kraken_desktop.transport import Transport

_log = logging.getLogger(__name__)

_CLOCK_STEP = timedelta(seconds=2)
"""``Last-Modified`` counts whole seconds, and so may lie that much before the request."""

_MOST_NUMBERED = 1_000

Tell = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class _Content:
    """What the source is made of when its turn has come."""

    sha256: str
    size: int | None
    width: int | None = None
    height: int | None = None


class Pipeline:
    """Runs one job at a time in each thread that calls it; holds nothing of a job between two calls.

    Args:
        transport: makes, or hands out, the one transport. A callable, because importing it is slow.
        look_pauses: seconds before each look for an object whose fate is unknown.
    """

    def __init__(
        self,
        *,
        transport: Callable[[], Transport],
        secrets: Secrets,
        journal: Journal,
        look_pauses: Iterable[float] = (0, 1, 3),
    ) -> None:
        self._transport = transport
        self._secrets = secrets
        self._journal = journal
        self._look_pauses = tuple(look_pauses)

    def run(self, job: Job, cancel: CancelToken, tell: Tell, suspected_since: datetime | None = None) -> Outcome:
        """Bring one job to its outcome. Never raises: the unexpected becomes a failure, its traceback is logged.

        Args:
            tell: hears how far it is, from this thread, often.
            suspected_since: an earlier attempt, begun then, ended unseen after all its bytes had left; the
                bucket is asked, and nothing is sent.
        """
        try:
            if suspected_since is not None:
                return self._look_again(job, cancel, tell, suspected_since)
            return self._store(job, cancel, tell)
        except CancelledError as error:
            return Cancelled(may_arrive=error.sent_all)
        except KrakenDesktopError as error:
            _log.info("job %s failed: %s", job.id, error.code)
            return Failed(failure=Failure.of(error), original_bytes=job.source.size)
        except Exception as error:  # noqa: BLE001 - a bug costs one job, not the program
            _log.exception("job %s failed unexpectedly", job.id)
            failure = Failure.of(UnexpectedError(kind=type(error).__name__))
            return Failed(failure=failure, original_bytes=job.source.size)

    # --- the order of things ---

    def _store(self, job: Job, cancel: CancelToken, tell: Tell) -> Outcome:
        _require_usable(job)
        tell(Progress(phase=Phase.PLANNING))
        content = self._examine(job, cancel)
        key = self._plan(job, content)
        keys = self._secrets.s3_keys(job.snapshot.profile)
        client = self._client(job)
        cancel.check()
        started = datetime.now(UTC)
        attempt = self._journal.begin_attempt(job.id)
        total = content.size or 0
        tell(Progress(phase=Phase.UPLOADING, total=total, key=key))

        def maybe_charged() -> None:
            self._journal.note_sent(attempt, bytes_sent=total, maybe_charged=True)

        def sent(count: int, of: int) -> None:
            phase = Phase.OPTIMIZING if count == of else Phase.UPLOADING
            tell(Progress(phase=phase, sent=count, total=of, key=key))

        try:
            result = self._request(job, client, keys, key, content, cancel, sent, maybe_charged)
        except TransportError as error:
            if not error.sent_all:
                raise
            return self._fate(job, keys, key, cancel, tell, since=started, reason=error.code, content=content)
        except KrakenError as error:
            if not (isinstance(error, BadAnswerError) and 200 <= error.status < 300):
                # They told us what became of it: nothing of it has to be looked for after a crash.
                self._journal.note_sent(attempt, bytes_sent=total, maybe_charged=False)
                raise
            return self._fate(job, keys, key, cancel, tell, since=started, reason=error.code, content=content)
        return self._done(job, key, result, content)

    def _look_again(self, job: Job, cancel: CancelToken, tell: Tell, since: datetime) -> Outcome:
        planned = self._journal.planned(job.id)
        if not planned:
            raise FateUnknownError(reason="interrupted")
        keys = self._secrets.s3_keys(job.snapshot.profile)
        content = _Content(sha256="", size=job.source.size)
        key = planned[0].key
        return self._fate(job, keys, key, cancel, tell, since=since, reason="interrupted", content=content)

    # --- the plan ---

    def _examine(self, job: Job, cancel: CancelToken) -> _Content:
        source = job.source
        if source.kind is SourceKind.URL:
            # The bytes never reach us: the address stands for them.
            return _Content(sha256=hashlib.sha256(source.location.encode()).hexdigest(), size=None)
        path = Path(source.location)
        digest, size = hashlib.sha256(), 0
        try:
            with path.open("rb") as file:
                while piece := file.read(1024 * 1024):
                    cancel.check()
                    digest.update(piece)
                    size += len(piece)
                    if size > LARGEST_SOURCE:
                        raise SourceTooLargeError(path=source.location, size=path.stat().st_size, limit=LARGEST_SOURCE)
        except FileNotFoundError as error:
            raise SourceMissingError(path=source.location) from error
        except OSError as error:
            raise SourceUnreadableError(path=source.location, reason=error.strerror or "") from error
        if size == 0:
            raise SourceEmptyError(path=source.location)
        width, height = _dimensions(path) if _needs_size(job) else (None, None)
        return _Content(sha256=digest.hexdigest(), size=size, width=width, height=height)

    def _plan(self, job: Job, content: _Content) -> str:
        """The object key, reserved and journaled. A second try keeps the key of the first."""
        profile, recipe, source = job.snapshot.profile, job.snapshot.recipe, job.source
        rendered = PathTemplate.parse(profile.path_template).render(
            KeyInputs(
                name=source.name,
                extension=recipe.output_extension(source.extension),
                folder=source.folder,
                digest=content_digest(content.sha256, profile.engine.value, recipe.fingerprint()),
                dropped_at=job.dropped_at,
                counter=job.position,
                profile=profile.name,
                uuid=job.id,
                random=_random_of(job.id),
                width=content.width,
                height=content.height,
            )
        )
        # A key never changes once it is planned, unless the source did.
        before = {planned.key for planned in self._journal.planned(job.id)}
        kept = [key for key in _candidates(rendered) if key in before] if before else []
        for key in chain(kept, _candidates(rendered)):
            try:
                self._journal.reserve(job.id, [PlannedImage(key=key)])
            except KeyTakenError:
                continue
            return key
        raise KeyTakenError(name=source.name, key=rendered)

    # --- bytes move ---

    def _client(self, job: Job) -> KrakenClient:
        from kraken_desktop.engines.kraken_io import KrakenClient  # slow to import

        account = job.snapshot.account
        if account is None:
            raise ProfileInvalidError(
                profile=job.snapshot.profile.name, field="account_id", problem="account_id.missing"
            )
        return KrakenClient(
            self._transport(),
            api_url=account.api_url,
            api_key=self._secrets.api_key(account),
            api_secret=self._secrets.api_secret(account),
        )

    def _request(
        self,
        job: Job,
        client: KrakenClient,
        keys: S3Keys,
        key: str,
        content: _Content,
        cancel: CancelToken,
        sent: Callable[[int, int], None],
        maybe_charged: Callable[[], None],
    ) -> Result:
        from kraken_desktop.engines.kraken_io import S3Store  # slow to import

        profile, recipe = job.snapshot.profile, job.snapshot.recipe
        store = S3Store.of(profile, path=key, access_key=keys.access_key, secret=keys.secret)
        if content.size is None:
            maybe_charged()
            sent(0, 0)
            return client.fetch(
                job.source.location, extension=job.source.extension, recipe=recipe, store=store, cancel=cancel
            )
        return client.upload(
            Path(job.source.location),
            name=job.source.name,
            extension=job.source.extension,
            size=content.size,
            sha256=content.sha256,
            recipe=recipe,
            store=store,
            cancel=cancel,
            on_sent=sent,
            before_last=maybe_charged,
        )

    def _done(self, job: Job, key: str, result: Result, content: _Content) -> Done:
        profile = job.snapshot.profile
        image = StoredImage(
            key=key,
            url=shown_url(profile, key, result.kraked_url),
            kraked_url=result.kraked_url,
            width=result.width,
            height=result.height,
            bytes=result.kraked_bytes,
        )
        original = content.size if content.size is not None else result.original_bytes
        return Done(images=(image,), original_bytes=original)

    # --- unknown fate ---

    def _fate(
        self,
        job: Job,
        keys: S3Keys,
        key: str,
        cancel: CancelToken,
        tell: Tell,
        *,
        since: datetime,
        reason: str,
        content: _Content,
    ) -> Outcome:
        """All bytes had left when the answer was lost: ask the bucket, never send twice.

        Raises:
            FateUnknownError: the object is not there, or we may not look.
            CancelledError: the person did not want to wait for it.
        """
        from kraken_desktop.buckets.s3 import S3Bucket  # slow to import

        tell(Progress(phase=Phase.CHECKING, sent=content.size or 0, total=content.size or 0, key=key))
        profile = job.snapshot.profile
        bucket = S3Bucket(
            self._transport(),
            profile,
            access_key=keys.access_key,
            secret=keys.secret,
            session_token=keys.session_token,
        )
        try:
            for pause in self._look_pauses:
                _wait(pause, cancel)
                found = self._look(bucket, key, cancel, public=profile.acl is Acl.PUBLIC_READ)
                if found is not None and _newer(found, since):
                    image = StoredImage(key=key, url=object_url(profile, key), bytes=found.size)
                    return Done(images=(image,), original_bytes=content.size)
        except CancelledError:
            raise CancelledError(sent_all=True) from None
        raise FateUnknownError(reason=reason, key=key)

    def _look(self, bucket: S3Bucket, key: str, cancel: CancelToken, *, public: bool) -> ObjectInfo | None:
        for anonymous in (True, False) if public else (False,):
            try:
                found = bucket.head(key, cancel, anonymous=anonymous)
            except (BucketLookupError, TransportError) as error:
                _log.info("cannot look for the object: %s", error.code)
                continue
            if found is not None:
                return found
        return None


def _require_usable(job: Job) -> None:
    """Nothing is sent for a profile that cannot work."""
    profile = job.snapshot.profile
    for finding in check_profile(profile):
        if finding.severity is Severity.ERROR:
            raise ProfileInvalidError(
                profile=profile.name, field=finding.field, problem=finding.problem, detail=finding.detail
            )
    if profile.engine is not Engine.KRAKEN or profile.uploader is not Uploader.KRAKEN:
        raise ProfileInvalidError(profile=profile.name, field="engine", problem="engine.not_yet")


def _candidates(rendered: str) -> Iterator[str]:
    yield rendered
    for n in range(2, _MOST_NUMBERED):
        yield numbered(rendered, n)


def _needs_size(job: Job) -> bool:
    return bool({"width", "height"} & PathTemplate.parse(job.snapshot.profile.path_template).variables)


def _dimensions(path: Path) -> tuple[int | None, int | None]:
    """Pixels as shown, upright, read from the header; no pixel is decoded."""
    from PIL import Image, UnidentifiedImageError  # slow to import, and rarely needed

    try:
        with Image.open(path) as image:
            width, height = image.size
            sideways = image.getexif().get(0x0112, 1) in {5, 6, 7, 8}
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return None, None
    return (height, width) if sideways else (width, height)


def _random_of(job_id: str) -> str:
    """32 characters of a-z and 0-9 that stay the same for the job: its key must survive a second plan."""
    number = int.from_bytes(hashlib.sha256(job_id.encode()).digest(), "big")
    letters = "0123456789abcdefghijklmnopqrstuvwxyz"
    drawn = ""
    for _ in range(32):
        number, place = divmod(number, 36)
        drawn += letters[place]
    return drawn


def _newer(found: ObjectInfo, since: datetime) -> bool:
    """Whether the object was written since then; the server's clock is held against itself."""
    ago = datetime.now(UTC) - since
    return found.modified >= found.asked - ago - _CLOCK_STEP


def _wait(seconds: float, cancel: CancelToken) -> None:
    woken = Event()
    with cancel.interrupting(woken.set):
        woken.wait(seconds)
    cancel.check()
