"""What Kraken.io does for a job: the request, what it may have charged, and the look for what it pushed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from kraken_desktop.asking import Asking, LimitCallback
from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.keeping import Ledger
from kraken_desktop.model.errors import (
    BadAnswerError,
    BucketLookupError,
    FateUnknownError,
    ProfileInvalidError,
    TransportError,
)
from kraken_desktop.model.geometry import Size, fixed_size, place
from kraken_desktop.model.job import Job, Phase, PlannedImage, Progress, StoredImage
from kraken_desktop.model.links import object_url, shown_url
from kraken_desktop.model.profile import Acl, Profile, Uploader
from kraken_desktop.planning import DIGEST_METADATA, Content, Errand, Plan, Target
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
        on_file_limit: LimitCallback,
    ) -> None:
        self._transport = transport
        self._secrets = secrets
        self._journal = journal
        self._look_pauses = tuple(look_pauses)
        self._on_file_limit = on_file_limit

    def lasting_keys(self, errand: Errand) -> S3Keys:
        """What Kraken.io is given to store with.

        Raises:
            ProfileInvalidError: they are temporary ones. It has no place for a session token.
            SecretError, AwsProfileError: they cannot be had.
            CancelledError: the token was cancelled.
        """
        profile = errand.job.snapshot.profile
        keys = self._secrets.s3_keys(profile, errand.cancel)
        if keys.session_token or keys.access_key.startswith("ASIA"):
            problem = "credentials.temporary_key"
            raise ProfileInvalidError(profile=profile.name, field="credentials", problem=problem, detail="ASIA")
        return keys

    def push(
        self,
        errand: Errand,
        plan: Plan,
        keys: S3Keys,
        bucket: Bucket,
        ledger: Ledger,
        on_answer: Callable[[], None],
    ) -> None:
        """Have the images made and pushed into the bucket: one request a format.

        Nothing that can fail is asked for once they are there, or they would be sent, and charged, again.

        Args:
            ledger: what is known already is not asked for again; takes what comes, also if an error ends the rest.
            on_answer: called when the ledger has the answer to a request.

        Raises:
            FateUnknownError: an answer was lost, and the objects are not to be found.
            KrakenError, TransportError, SourceError, SecretError: one of their subclasses.
            CancelledError: the token was cancelled.
        """
        profile = errand.job.snapshot.profile
        wanted = [group for group in plan.requests if any(ledger.lacks(target) for target in group)]
        asking = self._asking(errand, plan.content, len(wanted), ledger.charged_since)
        for group in wanted:
            started = datetime.now(UTC)
            answered = asking.ask(group, _store(profile, keys, group, plan))
            ledger.charge(started)
            if isinstance(answered, str):
                self.look(errand, bucket, group, since=started, reason=answered, found=ledger.there)
                continue
            for target, result in zip(group, answered, strict=True):
                ledger.note(target, result)
                if result is not None:
                    ledger.there[target.key] = linked(_stored(errand.job, plan, target, result), bucket, profile)
            on_answer()

    def rehearse(self, errand: Errand, plan: Plan) -> tuple[StoredImage, ...]:
        """Ask the sandbox: everything is checked as in earnest, nothing is made, stored or charged.

        Raises:
            KrakenError, TransportError, SourceError, SecretError: one of their subclasses.
            CancelledError: the token was cancelled.
        """
        profile = errand.job.snapshot.profile
        keys = self.lasting_keys(errand) if profile.uploader is Uploader.KRAKEN else None
        images: list[StoredImage] = []
        asking = self._asking(errand, plan.content, len(plan.requests))
        for group in plan.requests:
            results = _made_up(asking, group, _store(profile, keys, group, plan) if keys is not None else None)
            for target, result in zip(group, results, strict=True):
                made_up = StoredImage(variant=target.output.variant, key=target.key, url="", sandbox=True)
                if result is not None:
                    width, height = size_of(errand.job, result, plan, target) or (None, None)
                    made_up = replace(
                        made_up, kraked_url=result.kraked_url, width=width, height=height, bytes=result.kraked_bytes
                    )
                images.append(made_up)
        return tuple(images)

    def optimize(
        self, errand: Errand, content: Content, groups: Sequence[tuple[Target, ...]], ledger: Ledger
    ) -> Iterator[tuple[tuple[Target, ...], tuple[Result | None, ...]]]:
        """Have images made, one request a group; Kraken.io keeps the results for some time. Comes as they come.

        That it may be charged stays in the journal until the job ends: after a crash only the person sends it again.

        Args:
            ledger: takes what is known of them besides the results.

        Raises:
            FateUnknownError: an answer was lost.
            KrakenError, TransportError, SourceError, SecretError: one of their subclasses.
            CancelledError: the token was cancelled.
        """
        asking = self._asking(errand, content, len(groups), ledger.charged_since)
        for group in groups:
            started = datetime.now(UTC)
            answered = asking.ask(group, None)
            ledger.charge(started)
            if isinstance(answered, str):
                raise FateUnknownError(reason=answered)
            for target, result in zip(group, answered, strict=True):
                ledger.note(target, result)
            yield group, answered

    def look(
        self,
        errand: Errand,
        bucket: Bucket,
        targets: Sequence[PlannedImage | Target],
        *,
        since: datetime,
        reason: str,
        found: dict[str, StoredImage],
    ) -> None:
        """All bytes had left when the answer was lost: ask the bucket, never send twice.

        Args:
            found: takes what is there, by key.

        Raises:
            FateUnknownError: an object is not there, or we may not look.
            CancelledError: the person did not want to wait for it.
        """
        missing = {target.key: target for target in targets}
        try:
            for pause in self._look_pauses:
                errand.cancel.wait(pause)
                self.find(errand, bucket, tuple(missing.values()), since=since, found=found)
                missing = {key: target for key, target in missing.items() if key not in found}
                if not missing:
                    return
        except CancelledError:
            raise CancelledError(sent_all=True) from None
        raise FateUnknownError(reason=reason, key=next(iter(missing)))

    def find(
        self,
        errand: Errand,
        bucket: Bucket,
        targets: Sequence[PlannedImage | Target],
        *,
        since: datetime,
        found: dict[str, StoredImage],
    ) -> None:
        """Look once for what a request since then may have left.

        Args:
            found: takes what is there, by key.

        Raises:
            CancelledError: the token was cancelled.
        """
        size = errand.job.source.size or 0
        profile = errand.job.snapshot.profile
        for target in targets:
            key = target.key
            errand.tell(Progress(phase=Phase.CHECKING, sent=size, total=size, key=key, may_arrive=True))
            seen = look_for(bucket, key, errand.cancel, public=profile.acl is Acl.PUBLIC_READ)
            if seen is not None and _newer(seen, since):
                variant = target.variant if isinstance(target, PlannedImage) else target.output.variant
                image = StoredImage(variant=variant, key=key, url=object_url(profile, key), bytes=seen.size)
                found[key] = linked(image, bucket, profile)

    # --- the requests ---

    def _asking(self, errand: Errand, content: Content, requests: int, charged_since: datetime | None = None) -> Asking:
        return Asking(
            journal=self._journal,
            client=self._client(errand),
            errand=errand,
            content=content,
            requests=requests,
            charged_since=charged_since,
            on_file_limit=self._on_file_limit,
        )

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


def _store(profile: Profile, keys: S3Keys, group: tuple[Target, ...], plan: Plan) -> S3Store:
    from kraken_desktop.engines.kraken_io import S3Store  # slow to import

    store = S3Store.of(profile, path=group[0].key, access_key=keys.access_key, secret=keys.secret)
    # Where the key does not tell what an object was made of, the object does.
    return replace(store, metadata=(*store.metadata, (DIGEST_METADATA, plan.digest))) if plan.careful else store


def _made_up(asking: Asking, group: tuple[Target, ...], store: S3Store | None) -> tuple[Result | None, ...]:
    """The sandbox's numbers, if it gives any: of a set it need not."""
    try:
        answered = asking.ask(group, store)
    except BadAnswerError as error:
        if error.reason != "results":
            raise
        return (None,) * len(group)
    if isinstance(answered, str):
        raise BadAnswerError(status=200, reason=answered)
    return answered


def linked(image: StoredImage, bucket: Bucket, profile: Profile) -> StoredImage:
    """The image with the link that opens: for a private object of this profile a presigned one."""
    if profile.uploader is Uploader.KRAKEN and (profile.acl is Acl.PUBLIC_READ or profile.public_url):
        return image
    link = bucket.link(image.key)
    return replace(image, url=link.url, expires_at=link.expires_at)


def look_for(bucket: Bucket, key: str, cancel: CancelToken, *, public: bool) -> ObjectInfo | None:
    """What is under a key; None if nothing is, or if that cannot be known.

    Args:
        public: anybody may look, so that keys without that right do as well.

    Raises:
        CancelledError: the token was cancelled.
    """
    for anonymous in (True, False) if public else (False,):
        try:
            found = bucket.head(key, cancel, anonymous=anonymous)
        except (BucketLookupError, TransportError) as error:
            _log.info("cannot look for the object: %s", error.code)
            continue
        if found is not None:
            return found
    return None


def _newer(found: ObjectInfo, since: datetime) -> bool:
    """Whether the object was written since then; the server's clock is held against itself."""
    ago = datetime.now(UTC) - since
    return found.modified >= found.asked - ago - _CLOCK_STEP


def _stored(job: Job, plan: Plan, target: Target, result: Result) -> StoredImage:
    width, height = size_of(job, result, plan, target) or (None, None)
    return StoredImage(
        variant=target.output.variant,
        key=target.key,
        url=shown_url(job.snapshot.profile, target.key, result.kraked_url),
        kraked_url=result.kraked_url,
        width=width,
        height=height,
        bytes=result.kraked_bytes,
    )


def size_of(job: Job, result: Result, plan: Plan, target: Target) -> Size | None:
    """The dimensions as they are shown, if that is known without another look at the image.

    Those of the original are no help: an answer does not say whether it is upright.
    """
    resize = target.output.resize
    stays = resize is None and not job.snapshot.recipe.auto_orient
    if result.width and result.height and not stays:
        return result.width, result.height
    content = plan.content
    if content.width and content.height:
        return place((content.width, content.height), resize).canvas
    return fixed_size(resize)
