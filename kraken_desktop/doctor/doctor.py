"""Checks a profile as it stands in a form or in the settings, from what was typed to the link that opens."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.doctor.notes import Notes, Tell
from kraken_desktop.doctor.on_disk import FolderCheck
from kraken_desktop.doctor.patience import Patience
from kraken_desktop.model.diagnosis import CheckVerdict, Diagnosis, Step
from kraken_desktop.model.errors import (
    Fact,
    KrakenDesktopError,
    QuotaExhaustedError,
)
from kraken_desktop.model.offers import OfferId
from kraken_desktop.model.profile import Account, Engine, Finding, Profile, Severity, Uploader
from kraken_desktop.model.profile_rules import check_profile
from kraken_desktop.model.quota import is_low, is_used_up
from kraken_desktop.model.s3_keys import S3Keys
from kraken_desktop.stores.scratch import Scratch
from kraken_desktop.stores.secret_store import Secrets
from kraken_desktop.stores.settings import Settings

if TYPE_CHECKING:
    from kraken_desktop.engines.kraken_answers import AccountStatus
    from kraken_desktop.transport import Transport

_BEARABLE = frozenset(
    {
        "name.empty",
        "account_id.missing",
        "acl.none_with_kraken",
        "credentials.temporary_key",
        "local_copy.not_absolute",
        "uploader.needs_kraken_engine",
    }
)
"""Errors in the settings that leave it possible to try the bucket."""

_LEAVE_KRAKEN = frozenset({"acl.none_with_kraken", "credentials.temporary_key", "endpoint.kraken_uploader"})
"""What Kraken.io's uploader cannot do, and this computer's can."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _nobody(_told: object) -> None:
    """Who waits for the end."""


class Doctor:
    """Finds out what is wrong with a profile. Thread-safe: each check is by itself.

    Args:
        transport: makes, or hands out, the one transport. A callable, because importing it is slow.
        scratch: likewise, the place for temporary files.
        now: this computer's clock, aware.
    """

    def __init__(
        self,
        *,
        transport: Callable[[], Transport],
        secrets: Secrets,
        scratch: Callable[[], Scratch],
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._transport = transport
        self._secrets = secrets
        self._scratch = scratch
        self._now = now

    def examine(
        self,
        profile: Profile,
        settings: Settings,
        cancel: CancelToken,
        tell: Tell = _nobody,
        *,
        secret: str | None = None,
        token: str | None = None,
    ) -> Diagnosis:
        """Try what the profile needs; takes some seconds, two minutes at most.

        One tiny object of a fixed name is stored below what the profile's keys begin with, and removed again. An
        object that is not ours is never replaced. Nothing is sent to Kraken.io but the question for the quota.

        Args:
            settings: where its account is.
            tell: called on this thread with each step and observation.
            secret: a secret access key that is not kept yet; None takes the kept one.
            token: likewise, the session token that goes with it.
        """
        notes = Notes(profile, tell)
        cancelled = False
        try:
            self._examine(profile, settings, cancel, notes, secret, token)
        except CancelledError:
            cancelled = True
        return notes.diagnosis(cancelled=cancelled)

    def _examine(
        self,
        profile: Profile,
        settings: Settings,
        cancel: CancelToken,
        notes: Notes,
        secret: str | None,
        token: str | None,
    ) -> None:
        cancel.check()
        goes_on = self._settings(profile, notes)
        patience = Patience(cancel)
        if profile.engine is Engine.KRAKEN:
            self._account(profile, settings, notes, patience)
        if not goes_on:
            return
        if profile.folder:
            FolderCheck(self._transport, profile, self._scratch(), notes=notes, cancel=cancel).run()
        else:
            self._bucket(profile, cancel, notes, patience, secret, token)
        if profile.local_copy and not _is_wrong(profile, "local_copy"):
            FolderCheck(self._transport, profile, self._scratch(), notes=notes, cancel=cancel).copies()
        if profile.uploader is Uploader.KRAKEN and not profile.folder and notes.was_tried(Step.STORE):
            notes.add(Step.KRAKEN, CheckVerdict.NOT_CHECKED, "doctor.kraken_later")

    def _settings(self, profile: Profile, notes: Notes) -> bool:
        """Whether what was typed is good enough to be tried."""
        notes.begin(Step.SETTINGS)
        findings = check_profile(profile)
        for finding in findings:
            _note_finding(finding, notes)
        if not findings:
            notes.ok(Step.SETTINGS, "doctor.settings_ok")
        errors = {each.problem for each in findings if each.severity is Severity.ERROR}
        return errors <= _BEARABLE

    # --- the account ------------------------------------------------------------------------------

    def _account(self, profile: Profile, settings: Settings, notes: Notes, patience: Patience) -> None:
        account = settings.account(profile.account_id) if profile.account_id else None
        if account is None:
            return
        notes.begin(Step.ACCOUNT)
        try:
            status = self._status(account, patience)
        except KrakenDesktopError as error:
            notes.error(Step.ACCOUNT, error)
            return
        left, total = status.quota_remaining, status.quota_total
        facts: dict[str, Fact] = {"plan": status.plan_name, "left": left, "total": total}
        if not status.active:
            notes.add(Step.ACCOUNT, CheckVerdict.PROBLEM, "doctor.account_inactive", facts, [OfferId.THIS_COMPUTER])
        elif is_used_up(status):
            notes.error(Step.ACCOUNT, QuotaExhaustedError(status=200))
        elif is_low(status):
            notes.add(Step.ACCOUNT, CheckVerdict.WARNING, "doctor.account_low", facts)
        else:
            notes.add(Step.ACCOUNT, CheckVerdict.OK, "doctor.account_ok", facts)

    def _status(self, account: Account, patience: Patience) -> AccountStatus:
        from kraken_desktop.engines.kraken_io import KrakenClient  # slow to import

        began = time.monotonic()
        key, secret = self._secrets.api_key(account), self._secrets.api_secret(account)
        patience.add(time.monotonic() - began)
        client = KrakenClient(self._transport(), api_url=account.api_url, api_key=key, api_secret=secret)
        with patience.for_one(urlsplit(account.api_url).hostname or "") as token:
            return client.account_status(token)

    # --- the bucket -------------------------------------------------------------------------------

    def _bucket(
        self,
        profile: Profile,
        cancel: CancelToken,
        notes: Notes,
        patience: Patience,
        secret: str | None,
        token: str | None,
    ) -> None:
        from kraken_desktop.doctor.on_s3 import S3Check  # slow to import, with requests

        def keys() -> S3Keys:
            began = time.monotonic()
            try:
                if secret is not None:
                    return S3Keys(access_key=profile.credentials.access_key, secret=secret, session_token=token)
                kept = self._secrets.s3_keys(profile, cancel)
                return kept if token is None else replace(kept, session_token=token)
            finally:
                patience.add(time.monotonic() - began)

        S3Check(
            self._transport,
            profile,
            keys,
            self._scratch(),
            notes=notes,
            patience=patience,
            cancel=cancel,
            now=self._now,
        ).run()


def _note_finding(finding: Finding, notes: Notes) -> None:
    verdict = CheckVerdict.PROBLEM if finding.severity is Severity.ERROR else CheckVerdict.WARNING
    offers = [OfferId.UPLOAD_HERE] if finding.problem in _LEAVE_KRAKEN else []
    notes.add(Step.SETTINGS, verdict, finding.problem, {"field": finding.field, "detail": finding.detail}, offers)


def _is_wrong(profile: Profile, field: str) -> bool:
    return any(each.field == field and each.severity is Severity.ERROR for each in check_profile(profile))
