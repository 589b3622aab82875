"""What Kraken.io does for a job: the request, what it may have charged, and the look for what it pushed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
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
)
from kraken_desktop.model.job import Done, Phase, Progress, StoredImage
from kraken_desktop.model.links import object_url, shown_url
from kraken_desktop.model.profile import Acl, Profile, Uploader
from kraken_desktop.planning import Content, Errand, Plan
from kraken_desktop.stores.journal import Journal
from kraken_desktop.stores.secret_store import S3Keys, Secrets

if TYPE_CHECKING:
    from kraken_desktop.buckets.bucket import Bucket, ObjectInfo
    from kraken_desktop.engines.kraken_answers import Result
    from kraken_desktop.engines.kraken_io import KrakenClient, S3Store
    from kraken_desktop.transport import Transport

_log = logging.getLogger(__name__)

_CLOCK_STEP = timedelta(seconds=2)
"""``Last-Modified`` counts whole seconds, and so may lie that much before the request."""


class KrakenJob:
    """Kraken.io's part of one job after the other; holds nothing of a job between two calls.

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
        look_pauses: Iterable[float],
    ) -> None:
        self._transport = transport
        self._secrets = secrets
        self._journal = journal
        self._look_pauses = tuple(look_pauses)

    def push(self, errand: Errand, plan: Plan, bucket_of: Callable[[S3Keys], Bucket]) -> Done:
        """Have the image optimized and pushed into the bucket, in one request.

        Nothing that can fail is asked for once it is there, or it would be sent, and charged, again.

        Raises:
            FateUnknownError: the answer was lost, and the object is not to be found.
            KrakenError, TransportError, SourceError, SecretError: one of their subclasses.
            CancelledError: the token was cancelled.
        """
        from kraken_desktop.engines.kraken_io import S3Store  # slow to import

        profile, key = errand.job.snapshot.profile, plan.targets[0].key
        keys = self._secrets.s3_keys(profile, errand.cancel)
        _require_lasting(keys, profile)
        store = S3Store.of(profile, path=key, access_key=keys.access_key, secret=keys.secret)
        bucket = bucket_of(keys)
        started = datetime.now(UTC)

        def look(reason: str) -> Done:
            return self.look(errand, bucket, key, since=started, reason=reason)

        answered = self._ask(errand, plan.content, key, store)
        if isinstance(answered, str):
            return look(answered)
        return self._pushed(errand, plan, answered, bucket)

    def optimize(self, errand: Errand, content: Content, key: str) -> Result:
        """Have the image optimized, its result kept by Kraken.io for some time.

        That it may be charged stays in the journal until the job ends: after a crash only the person sends it again.

        Raises:
            FateUnknownError: the answer was lost.
            KrakenError, TransportError, SourceError, SecretError: one of their subclasses.
            CancelledError: the token was cancelled.
        """
        answered = self._ask(errand, content, key, None)
        if isinstance(answered, str):
            raise FateUnknownError(reason=answered)
        return answered

    def look(self, errand: Errand, bucket: Bucket, key: str, *, since: datetime, reason: str) -> Done:
        """All bytes had left when the answer was lost: ask the bucket, never send twice.

        Raises:
            FateUnknownError: the object is not there, or we may not look.
            CancelledError: the person did not want to wait for it.
        """
        size = errand.job.source.size
        errand.tell(Progress(phase=Phase.CHECKING, sent=size or 0, total=size or 0, key=key, may_arrive=True))
        profile = errand.job.snapshot.profile
        try:
            for pause in self._look_pauses:
                _wait(pause, errand.cancel)
                found = _look(bucket, key, errand.cancel, public=profile.acl is Acl.PUBLIC_READ)
                if found is not None and _newer(found, since):
                    image = StoredImage(key=key, url=object_url(profile, key), bytes=found.size)
                    return Done(images=(linked(image, bucket, profile),), original_bytes=size)
        except CancelledError:
            raise CancelledError(sent_all=True) from None
        raise FateUnknownError(reason=reason, key=key)

    # --- the request ---

    def _ask(self, errand: Errand, content: Content, key: str, store: S3Store | None) -> Result | str:
        """The result; or, where all bytes had left and no answer is to be trusted, why."""
        client = self._client(errand)
        errand.cancel.check()
        attempt = self._journal.begin_attempt(errand.job.id)
        total = content.size or 0
        errand.tell(Progress(phase=Phase.UPLOADING, total=total, key=key))
        all_left = False

        def before_last() -> None:
            nonlocal all_left
            all_left = True
            self._journal.note_sent(attempt, bytes_sent=total, maybe_charged=True)

        def sent(count: int, of: int) -> None:
            done = count == of
            phase = Phase.OPTIMIZING if done else Phase.UPLOADING
            errand.tell(Progress(phase=phase, sent=count, total=of, key=key, may_arrive=done and store is not None))

        try:
            return _request(errand, client, store, content, sent, before_last)
        except (KrakenDesktopError, CancelledError) as error:
            if not _may_be_done(error):
                # Nothing of it has to be looked for after a crash.
                self._journal.note_sent(attempt, bytes_sent=0, maybe_charged=False)
            elif isinstance(error, KrakenDesktopError):
                return error.code
            raise
        except Exception:
            if not all_left:
                raise
            _log.exception("job %s: the answer could not be taken", errand.job.id)
            return "unexpected"

    def _client(self, errand: Errand) -> KrakenClient:
        from kraken_desktop.engines.kraken_io import KrakenClient  # slow to import

        snapshot = errand.job.snapshot
        account = snapshot.account
        if account is None:
            raise ProfileInvalidError(profile=snapshot.profile.name, field="account_id", problem="account_id.missing")
        return KrakenClient(
            self._transport(),
            api_url=account.api_url,
            api_key=self._secrets.api_key(account),
            api_secret=self._secrets.api_secret(account),
        )

    def _pushed(self, errand: Errand, plan: Plan, result: Result, bucket: Bucket) -> Done:
        profile, key = errand.job.snapshot.profile, plan.targets[0].key
        image = StoredImage(
            key=key,
            url=shown_url(profile, key, result.kraked_url),
            kraked_url=result.kraked_url,
            width=result.width,
            height=result.height,
            bytes=result.kraked_bytes,
        )
        image = linked(image, bucket, profile)
        size = plan.content.size
        return Done(images=(image,), original_bytes=size if size is not None else result.original_bytes)


def linked(image: StoredImage, bucket: Bucket, profile: Profile) -> StoredImage:
    """The image with the link that opens: for a private object of this profile a presigned one."""
    if profile.uploader is Uploader.KRAKEN and (profile.acl is Acl.PUBLIC_READ or profile.public_url):
        return image
    link = bucket.link(image.key)
    return replace(image, url=link.url, expires_at=link.expires_at)


def _request(
    errand: Errand,
    client: KrakenClient,
    store: S3Store | None,
    content: Content,
    sent: Callable[[int, int], None],
    before_last: Callable[[], None],
) -> Result:
    source, recipe = errand.job.source, errand.job.snapshot.recipe
    if content.size is None:
        before_last()
        sent(0, 0)
        return client.fetch(
            source.location, extension=source.extension, recipe=recipe, store=store, cancel=errand.cancel
        )
    return client.upload(
        Path(source.location),
        name=source.name,
        extension=source.extension,
        size=content.size,
        sha256=content.sha256,
        recipe=recipe,
        store=store,
        cancel=errand.cancel,
        on_sent=sent,
        before_last=before_last,
    )


def _look(bucket: Bucket, key: str, cancel: CancelToken, *, public: bool) -> ObjectInfo | None:
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
