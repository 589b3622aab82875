"""The check of a profile with a bucket on S3, step by step."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from kraken_desktop.buckets.policy import objects_arn
from kraken_desktop.buckets.s3_answers import server_time
from kraken_desktop.cancel import CancelToken
from kraken_desktop.doctor.notes import Notes
from kraken_desktop.doctor.opening import check_public_link, check_signed_link
from kraken_desktop.doctor.patience import Patience
from kraken_desktop.doctor.refusals import RefusedPut
from kraken_desktop.doctor.trials import Name, Trials, as_uploaded
from kraken_desktop.model.diagnosis import CheckVerdict, Step
from kraken_desktop.model.errors import (
    AwsProfileError,
    BucketDeniedError,
    BucketError,
    BucketLookupError,
    BucketRefusedError,
    ConnectError,
    Fact,
    NameLookupError,
    ObjectExistsError,
    SecretError,
    TimeoutExpiredError,
    TransportError,
    WrongRegionError,
)
from kraken_desktop.model.links import is_aws
from kraken_desktop.model.object_key import PathTemplate
from kraken_desktop.model.profile import Acl, Collision, Profile, Uploader
from kraken_desktop.model.providers import provider_of
from kraken_desktop.model.regions import region_named
from kraken_desktop.model.s3_keys import S3Keys
from kraken_desktop.stores.scratch import Scratch

if TYPE_CHECKING:
    from kraken_desktop.transport import Answer, Transport

SKEW_MINUTES = 5
"""From here on a clock is worth a word; S3 bears 15 minutes (AWS: RequestTimeTooSkewed), others less."""


class S3Check:
    """One check of one bucket.

    Args:
        keys: gets what the profile signs with; may wait for the person to unlock the keyring.
        now: this computer's clock, aware.
    """

    def __init__(
        self,
        transport: Callable[[], Transport],
        profile: Profile,
        keys: Callable[[], S3Keys],
        scratch: Scratch,
        *,
        notes: Notes,
        patience: Patience,
        cancel: CancelToken,
        now: Callable[[], datetime],
    ) -> None:
        self._transport = transport
        self._profile = profile
        self._keys = keys
        self._scratch = scratch
        self._notes = notes
        self._patience = patience
        self._cancel = cancel
        self._now = now

    def run(self) -> None:
        """All steps that the ones before them allow.

        Raises:
            CancelledError: the person stopped the check; what was stored is removed, or said to lie there.
            StoreError: there is no place for a temporary file.
        """
        notes = self._notes
        notes.begin(Step.SECRETS)
        try:
            keys = self._keys()
        except (SecretError, AwsProfileError) as error:
            notes.error(Step.SECRETS, error)
            return
        notes.ok(Step.SECRETS, "doctor.secrets_ok", access_key=keys.access_key)
        with ExitStack() as stack:
            folder = stack.enter_context(self._scratch.job())
            trials = Trials(self._transport(), self._profile, keys, folder, self._patience)
            stack.callback(self._remove, trials)
            if self._knock(trials):
                self._store(trials)

    # --- the way there ----------------------------------------------------------------------------

    def _knock(self, trials: Trials) -> bool:
        """Whether the server answers at all."""
        notes = self._notes
        notes.begin(Step.CONNECTION)
        try:
            answer = trials.knock()
        except TransportError as error:
            self._no_connection(trials, error)
            return False
        notes.ok(Step.CONNECTION, "doctor.connection_ok", host=trials.host)
        self._clock(answer)
        return True

    def _no_connection(self, trials: Trials, error: TransportError) -> None:
        profile = self._profile
        facts: dict[str, Fact] = {**error.facts, "region": profile.region, "endpoint": profile.endpoint}
        on_aws = not profile.endpoint or is_aws(profile.endpoint)
        code = ""
        if isinstance(error, NameLookupError) and on_aws and region_named(profile.region) is None:
            code = "doctor.no_such_region"
        elif isinstance(error, NameLookupError) and not on_aws and trials.host.startswith(f"{profile.bucket}."):
            code = "doctor.no_bucket_host"
        elif isinstance(error, NameLookupError) and profile.endpoint:
            made = provider_of(profile.endpoint).parts_of(profile.endpoint) is not None
            # Then the form has no field for the endpoint, but for what it is made of.
            code = "doctor.no_service_host" if made else "doctor.no_endpoint_host"
        elif profile.endpoint and _makes_no_connection(error):
            code = "doctor.endpoint_silent"
        if code:
            if isinstance(error, NameLookupError):
                # What the system says of a name that is not there helps nobody.
                facts["reason"] = ""
            self._notes.add(Step.CONNECTION, CheckVerdict.PROBLEM, code, facts)
        else:
            self._notes.error(Step.CONNECTION, error)

    def _clock(self, answer: Answer) -> None:
        theirs = server_time(answer)
        if theirs is None:
            self._notes.add(Step.CLOCK, CheckVerdict.NOT_CHECKED, "doctor.clock_unknown")
            return
        minutes = round((self._now() - theirs).total_seconds() / 60)
        if abs(minutes) < SKEW_MINUTES:
            self._notes.ok(Step.CLOCK, "doctor.clock_ok")
            return
        code = "doctor.clock_ahead" if minutes > 0 else "doctor.clock_behind"
        # We sign by the server's clock then, so images arrive all the same.
        self._notes.add(Step.CLOCK, CheckVerdict.WARNING, code, {"minutes": abs(minutes)})

    # --- the object -------------------------------------------------------------------------------

    def _store(self, trials: Trials) -> None:
        notes, sent = self._notes, as_uploaded(self._profile)
        notes.begin(Step.STORE)
        try:
            name = trials.look()
            if name is Name.FOREIGN:
                self._is_taken(trials)
                return
            self._put(trials, sent)
        except (TransportError, BucketLookupError) as error:
            notes.error(Step.STORE, error)
        self._tell_place(trials)
        if trials.is_stored:
            self._look(trials, name)
            self._open(trials)

    def _is_taken(self, trials: Trials) -> None:
        notes, facts = self._notes, self._about(trials)
        notes.ok(Step.ACCESS, "doctor.access_ok")
        notes.add(Step.STORE, CheckVerdict.WARNING, "doctor.name_taken", facts)
        notes.ok(Step.LOOK, "doctor.look_ok")
        self._tell_place(trials)

    def _put(self, trials: Trials, sent: Profile) -> None:
        try:
            self._put_once(trials, sent)
        except BucketRefusedError as error:
            try:
                RefusedPut(trials, self._notes).explain(sent, error)
            except ObjectExistsError:
                self._is_unclear(trials)
        except ObjectExistsError:
            self._is_unclear(trials)
        except BucketLookupError:
            # Neither a look nor a condition: storing might replace somebody's object.
            self._notes.add(Step.STORE, CheckVerdict.NOT_CHECKED, "doctor.nothing_risked", self._about(trials))

    def _put_once(self, trials: Trials, sent: Profile) -> None:
        try:
            trials.put(sent)
        except ObjectExistsError:
            if not trials.is_seen_by_anybody():
                raise
            # What an earlier check was not allowed to remove.
            trials.name = Name.OURS
            trials.put(sent)
        self._notes.ok(Step.ACCESS, "doctor.access_ok")
        self._notes.ok(Step.STORE, "doctor.store_ok", key=trials.key, bucket=self._profile.bucket)

    def _is_unclear(self, trials: Trials) -> None:
        self._notes.ok(Step.ACCESS, "doctor.access_ok")
        self._notes.add(Step.STORE, CheckVerdict.WARNING, "doctor.may_be_ours", self._about(trials))

    def _tell_place(self, trials: Trials) -> None:
        """The bucket's region, which its server tells on the way."""
        notes = self._notes
        if notes.has(Step.BUCKET):
            return
        if trials.region != self._profile.region:
            moved = WrongRegionError(
                bucket=self._profile.bucket, key=trials.key, status=301, region=trials.region, doing="put"
            )
            # We follow by ourselves; Kraken.io does not.
            by_kraken = self._profile.uploader is Uploader.KRAKEN
            notes.error(Step.BUCKET, moved, CheckVerdict.PROBLEM if by_kraken else CheckVerdict.WARNING)
        elif notes.has(Step.ACCESS) and not notes.is_wrong(Step.ACCESS):
            notes.ok(Step.BUCKET, "doctor.bucket_ok", bucket=self._profile.bucket, region=self._profile.region)

    # --- what is there ----------------------------------------------------------------------------

    def _look(self, trials: Trials, name: Name) -> None:
        notes = self._notes
        notes.begin(Step.LOOK)
        if name is not Name.UNKNOWN:
            notes.ok(Step.LOOK, "doctor.look_ok")
            return
        profile = self._profile
        if profile.collision is Collision.OVERWRITE or PathTemplate.parse(profile.path_template).unique:
            notes.ok(Step.LOOK, "doctor.look_not_needed")
            return
        try:
            sees = trials.may_see_it()
        except TransportError as error:
            notes.error(Step.LOOK, error)
            return
        code = "doctor.list_denied" if sees else "doctor.look_denied"
        notes.add(Step.LOOK, CheckVerdict.PROBLEM, code, self._about(trials))

    def _open(self, trials: Trials) -> None:
        notes = self._notes
        notes.begin(Step.OPEN)
        link = trials.link()
        try:
            if link.expires_at is not None:
                check_signed_link(trials, link.url, notes)
                return
            profile = self._profile
            if notes.is_wrong(Step.STORE):
                # Perhaps just the ACL: then it is not what keeps others out.
                profile = replace(profile, acl=Acl.NONE)
            check_public_link(self._transport(), profile, trials.key, link.url, notes, self._cancel)
        except TransportError as error:
            notes.error(Step.OPEN, error)

    def _remove(self, trials: Trials) -> None:
        """Whatever happened: nothing is left behind without a word."""
        notes, facts = self._notes, self._about(trials)
        if not trials.may_be_removed:
            if trials.may_be_stored:
                notes.add(Step.REMOVE, CheckVerdict.WARNING, "doctor.may_be_left", facts)
            return
        notes.begin(Step.REMOVE)
        try:
            trials.remove()
        except BucketDeniedError as error:
            told: dict[str, Fact] = {"aws_code": error.aws_code, "said": error.said}
            notes.add(Step.REMOVE, CheckVerdict.WARNING, "doctor.left_behind", facts | told)
        except (BucketError, TransportError) as error:
            notes.error(Step.REMOVE, error, CheckVerdict.WARNING)
            notes.add(Step.REMOVE, CheckVerdict.WARNING, "doctor.left_over", facts)
        else:
            notes.ok(Step.REMOVE, "doctor.removed", key=trials.key)

    def _about(self, trials: Trials) -> dict[str, Fact]:
        return {"bucket": self._profile.bucket, "key": trials.key, "arn": objects_arn(self._profile)}


def _makes_no_connection(error: TransportError) -> bool:
    return isinstance(error, ConnectError) or (isinstance(error, TimeoutExpiredError) and error.phase == "connect")
