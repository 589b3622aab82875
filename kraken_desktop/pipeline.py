"""One job from its source to its outcome. The only module that knows the order of things.

Route 1 of three: Kraken.io optimizes and pushes into the bucket, in one request.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.model.errors import (
    BadAnswerError,
    BucketLookupError,
    FateUnknownError,
    KrakenDesktopError,
    ProfileInvalidError,
    TransportError,
    UnexpectedError,
)
from kraken_desktop.model.job import (
    Cancelled,
    Done,
    Failed,
    Failure,
    Job,
    Outcome,
    Phase,
    Progress,
    StoredImage,
)
from kraken_desktop.model.links import object_url, shown_url
from kraken_desktop.model.profile import Acl, Profile
from kraken_desktop.planning import Content, examine, require_usable, reserve_key
from kraken_desktop.stores.journal import Journal
from kraken_desktop.stores.secret_store import S3Keys, Secrets

if TYPE_CHECKING:
    from kraken_desktop.buckets.bucket import ObjectInfo
    from kraken_desktop.buckets.s3 import S3Bucket
    from kraken_desktop.engines.kraken_answers import Result
    from kraken_desktop.engines.kraken_io import KrakenClient
    from kraken_desktop.transport import Transport

_log = logging.getLogger(__name__)

_CLOCK_STEP = timedelta(seconds=2)
"""``Last-Modified`` counts whole seconds, and so may lie that much before the request."""

Tell = Callable[[Progress], None]


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
        require_usable(job)
        tell(Progress(phase=Phase.PLANNING))
        content = examine(job, cancel)
        key = reserve_key(job, content, self._journal)
        keys = self._secrets.s3_keys(job.snapshot.profile)
        _require_lasting(keys, job.snapshot.profile)
        client = self._client(job)
        cancel.check()
        started = datetime.now(UTC)
        attempt = self._journal.begin_attempt(job.id)
        total = content.size or 0
        tell(Progress(phase=Phase.UPLOADING, total=total, key=key))

        all_left = False

        def before_last() -> None:
            nonlocal all_left
            all_left = True
            self._journal.note_sent(attempt, bytes_sent=total, maybe_charged=True)

        def sent(count: int, of: int) -> None:
            phase = Phase.OPTIMIZING if count == of else Phase.UPLOADING
            tell(Progress(phase=phase, sent=count, total=of, key=key))

        def look(reason: str) -> Outcome:
            return self._fate(job, keys, key, cancel, tell, since=started, reason=reason, content=content)

        try:
            result = self._request(job, client, keys, key, content, cancel, sent, before_last)
        except (KrakenDesktopError, CancelledError) as error:
            if not _may_be_done(error):
                # Nothing of it has to be looked for after a crash.
                self._journal.note_sent(attempt, bytes_sent=0, maybe_charged=False)
            elif isinstance(error, KrakenDesktopError):
                return look(error.code)
            raise
        except Exception:
            if not all_left:
                raise
            _log.exception("job %s: the answer could not be taken", job.id)
            return look("unexpected")
        return self._done(job, key, result, content)

    def _look_again(self, job: Job, cancel: CancelToken, tell: Tell, since: datetime) -> Outcome:
        planned = self._journal.planned(job.id)
        if not planned:
            raise FateUnknownError(reason="interrupted")
        keys = self._secrets.s3_keys(job.snapshot.profile)
        content = Content(sha256="", size=job.source.size)
        key = planned[0].key
        return self._fate(job, keys, key, cancel, tell, since=since, reason="interrupted", content=content)

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
        content: Content,
        cancel: CancelToken,
        sent: Callable[[int, int], None],
        before_last: Callable[[], None],
    ) -> Result:
        from kraken_desktop.engines.kraken_io import S3Store  # slow to import

        profile, recipe = job.snapshot.profile, job.snapshot.recipe
        store = S3Store.of(profile, path=key, access_key=keys.access_key, secret=keys.secret)
        if content.size is None:
            before_last()
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
            before_last=before_last,
        )

    def _done(self, job: Job, key: str, result: Result, content: Content) -> Done:
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
        content: Content,
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


def _may_be_done(error: KrakenDesktopError | CancelledError) -> bool:
    """Whether the work may be done although nobody told us: all bytes had left, and no answer is to be trusted."""
    if isinstance(error, BadAnswerError):
        return 200 <= error.status < 300
    return isinstance(error, TransportError | CancelledError) and error.sent_all


def _newer(found: ObjectInfo, since: datetime) -> bool:
    """Whether the object was written since then; the server's clock is held against itself."""
    ago = datetime.now(UTC) - since
    return found.modified >= found.asked - ago - _CLOCK_STEP


def _wait(seconds: float, cancel: CancelToken) -> None:
    woken = Event()
    with cancel.interrupting(woken.set):
        woken.wait(seconds)
    cancel.check()


def _require_lasting(keys: S3Keys, profile: Profile) -> None:
    """Kraken.io has no place for a session token, so temporary keys would only be charged for."""
    if keys.session_token or keys.access_key.startswith("ASIA"):
        problem = "credentials.temporary_key"
        raise ProfileInvalidError(profile=profile.name, field="credentials", problem=problem, detail="ASIA")
