"""What importing does to settings and keyring, as functions without widgets: they run in the background."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kraken_desktop.model.errors import ExchangeError, SecretError
from kraken_desktop.model.parcel import Clash, Imported, Parcel, imported, undone
from kraken_desktop.model.profile import CredentialSource, Profile
from kraken_desktop.model.s3_keys import S3Keys
from kraken_desktop.model.settings import Settings
from kraken_desktop.stores import exchange
from kraken_desktop.stores.foreign_settings import Program, read_program
from kraken_desktop.stores.secret_store import Secrets
from kraken_desktop.stores.settings import SettingsStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A profile that came, and the field of its form that waits for something."""

    profile_id: str
    name: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an import did; what it takes to undo it."""

    before: Settings
    after: Settings
    profile_ids: tuple[str, ...]
    missing: tuple[Missing, ...] = ()
    refused: SecretError | None = None
    """Why secrets that were to be kept were not."""
    keys_before: Mapping[str, S3Keys] = field(default_factory=dict, repr=False)
    """By the id of its profile: what the keyring held in the place of a secret that came."""


def read(source: Path | Program) -> Parcel:
    """What a file, or another program, brings. Raises ``ExchangeError``."""
    if isinstance(source, Program):
        return read_program(source, None, os.environ, Path.home())
    return exchange.read_parcel(source)


def write(path: Path, text: str) -> None:
    """Writes an export; the system's dialog has asked before a file is replaced. Raises ``ExchangeError``."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ExchangeError(path=str(path), problem="unwritable", reason=reason) from error


def take(store: SettingsStore, secrets: Secrets, parcel: Parcel, clash: Clash, *, with_secrets: bool) -> Done:
    """Takes what came into the settings, and its secrets into the keyring if the person agreed.

    Raises:
        SettingsError: nothing was taken.
    """
    before = after = Settings()
    result = Imported(settings=before)

    def change(now: Settings) -> Settings:
        nonlocal before, result
        before, result = now, imported(parcel, now, clash)
        return result.settings

    after = store.update(change)
    refused: SecretError | None = None
    outdated, keys_before = set(result.rekeyed), dict[str, S3Keys]()
    for profile, secret in _with_profile(result.secrets if with_secrets else {}, after):
        try:
            keys = _kept_keys(before.profile(profile.id), secrets)
            secrets.keep(profile.secret_name, secret)
            outdated.discard(profile.id)
            if keys is not None:
                keys_before[profile.id] = keys
                if keys.session_token is not None and profile.id in result.rekeyed:
                    secrets.forget(profile.session_token_name)
        except SecretError as error:
            refused = error
    missing = tuple(
        Missing(profile_id=profile.id, name=profile.name, field=found)
        for profile in after.profiles
        if profile.id in result.profile_ids
        and (found := _missing_field(profile, secrets, is_outdated=profile.id in outdated))
    )
    return Done(
        before=before,
        after=after,
        profile_ids=result.profile_ids,
        missing=missing,
        refused=refused,
        keys_before=keys_before,
    )


def undo(store: SettingsStore, secrets: Secrets, done: Done) -> Settings:
    """Takes an import back, with the secrets that came with it; those they took the place of are kept again.

    Raises:
        SettingsError: nothing was taken back.
        SecretError: a profile is as it was, but the keyring does not take its secret back.
    """
    now = store.update(lambda now: undone(done.before, done.after, now))
    for profile_id in done.profile_ids:
        profile = done.after.profile(profile_id)
        if profile is None:
            continue
        if now.profile(profile_id) is not None:
            if profile_id in done.keys_before and now.profile(profile_id) == done.before.profile(profile_id):
                _keep_again(profile, done.keys_before[profile_id], secrets)
            continue
        try:
            secrets.forget(profile.secret_name)
        except SecretError:
            # Without a keyring nothing was kept in one; and nobody can reach it by the id any more.
            continue
    return now


def _with_profile(by_profile: Mapping[str, str], settings: Settings) -> tuple[tuple[Profile, str], ...]:
    found = ((settings.profile(profile_id), secret) for profile_id, secret in by_profile.items())
    return tuple((profile, secret) for profile, secret in found if profile is not None)


def _kept_keys(profile: Profile | None, secrets: Secrets) -> S3Keys | None:
    """What the keyring holds for a profile; None where it holds nothing. Raises ``SecretError``."""
    if profile is None or not profile.credentials.access_key or secrets.where(profile.secret_name) != "keyring":
        return None
    return secrets.s3_keys(profile)


def _keep_again(profile: Profile, keys: S3Keys, secrets: Secrets) -> None:
    secrets.keep(profile.secret_name, keys.secret)
    if keys.session_token is not None:
        secrets.keep(profile.session_token_name, keys.session_token)


def _missing_field(profile: Profile, secrets: Secrets, *, is_outdated: bool) -> str:
    """The first field that the person has to fill in before the profile works; empty if none.

    Args:
        is_outdated: the secret that is kept belongs to another access key.
    """
    if profile.folder:
        return ""
    if not profile.bucket:
        return "bucket"
    if profile.credentials.source is CredentialSource.AWS_PROFILE:
        return ""
    if not profile.credentials.access_key:
        return "access_key"
    try:
        return "secret" if is_outdated or secrets.where(profile.secret_name) == "nowhere" else ""
    except SecretError:
        return "secret"
