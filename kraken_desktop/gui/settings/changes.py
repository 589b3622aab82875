"""What saving does, as functions without widgets: they run in the background, or are pure."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace

from kraken_desktop.model.errors import KeyringDeniedError, KeyringLockedError, SecretError
from kraken_desktop.model.profile import Account, CredentialSource, Profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.model.settings import PROXY_SECRET, Network, Settings
from kraken_desktop.stores.secret_store import Secrets
from kraken_desktop.stores.settings import SettingsStore


def new_id() -> str:
    """For an entry that is new."""
    return str(uuid.uuid4())


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The name, with a number if it is taken: ``Blog``, ``Blog 2``, ``Blog 3``."""
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted} {number}" in taken:
        number += 1
    return f"{wanted} {number}"


def save_account(
    store: SettingsStore, secrets: Secrets, account: Account, secret: str | None, *, session_only: bool
) -> Settings:
    """Keeps the secret, then the account.

    Raises:
        SecretError: nothing was saved.
        SettingsError: the secret is kept, the account is as it was.
    """
    if secret is not None:
        secrets.keep(account.secret_name, secret, session_only=session_only)
    return store.update(lambda now: now.joined_by_account(account))


def save_profile(
    store: SettingsStore,
    secrets: Secrets,
    profile: Profile,
    secret: str | None,
    *,
    session_only: bool,
    token: str | None = None,
    drops_token: bool = False,
    like: Profile | None = None,
    as_default: bool = False,
) -> Settings:
    """Keeps the secrets, then the profile.

    Args:
        secret: the new secret access key; None leaves the kept one.
        token: the new session token, likewise.
        drops_token: the kept token is wanted no longer.
        like: the profile whose secrets it takes over, as its copy.
        as_default: it becomes the default.

    Raises:
        SecretError: nothing was saved.
        SettingsError: the secret is kept, the profile is as it was.
    """
    # A token belongs to the secret that it came with.
    drops_token = drops_token or (secret is not None and like is None)
    if secret is not None:
        secrets.keep(profile.secret_name, secret, session_only=session_only)
    elif like is not None and like.credentials.source is CredentialSource.KEYRING:
        _copy_secrets(secrets, like, profile)
    if token is not None:
        secrets.keep(profile.session_token_name, token, session_only=session_only)
    elif drops_token:
        _forget_kept(secrets, profile.session_token_name, session_only=session_only)

    def change(now: Settings) -> Settings:
        joined = now.joined_by_profile(profile)
        return joined.with_default(profile.id) if as_default else joined

    return store.update(change)


def _forget_kept(secrets: Secrets, name: str, *, session_only: bool) -> None:
    if not session_only:
        secrets.forget(name)


def _copy_secrets(secrets: Secrets, like: Profile, profile: Profile) -> None:
    place = secrets.where(like.secret_name)
    if place not in {"keyring", "session"}:
        return
    keys = secrets.s3_keys(replace(like, credentials=replace(like.credentials, access_key="-")))
    session_only = place == "session"
    secrets.keep(profile.secret_name, keys.secret, session_only=session_only)
    if keys.session_token is not None:
        secrets.keep(profile.session_token_name, keys.session_token, session_only=session_only)


def forget_file_limit(store: SettingsStore, account_id: str) -> Settings:
    """Forgets the largest file that the plan takes. Raises ``SettingsError``."""
    return store.update(lambda now: now.without_file_limit(account_id))


def remove_account(store: SettingsStore, secrets: Secrets, account: Account) -> tuple[Settings, SecretError | None]:
    """Removes the account and its secret; the error, if the keyring did not let go of it.

    Raises:
        SettingsError: nothing was removed.
    """
    settings = store.update(lambda now: now.without_account(account.id))
    return settings, _forget(secrets, (account.secret_name,))


def remove_profile(store: SettingsStore, secrets: Secrets, profile: Profile) -> tuple[Settings, SecretError | None]:
    """Removes the profile and its secrets; the error, if the keyring did not let go of them.

    Raises:
        SettingsError: nothing was removed.
    """
    settings = store.update(lambda now: now.without_profile(profile.id))
    return settings, _forget(secrets, (profile.secret_name, profile.session_token_name))


def _forget(secrets: Secrets, names: tuple[str, ...]) -> SecretError | None:
    kept: SecretError | None = None
    for name in names:
        try:
            secrets.forget(name)
        except (KeyringLockedError, KeyringDeniedError) as error:
            kept = error
        except SecretError:
            # Without a keyring nothing was ever kept in one.
            continue
    return kept


def save_network(
    store: SettingsStore, secrets: Secrets, network: Network, password: str | None, *, session_only: bool
) -> Settings:
    """Keeps the password of the proxy, then the network settings.

    Raises:
        SecretError: nothing was saved.
        SettingsError: the password is kept, the settings are as they were.
    """
    if password is not None:
        secrets.keep(PROXY_SECRET, password, session_only=session_only)
    return store.update(lambda now: replace(now, preferences=replace(now.preferences, network=network)))


def save_recipe(store: SettingsStore, recipe: Recipe) -> Settings:
    """Keeps the recipe. Raises ``SettingsError``."""
    return store.update(lambda now: now.with_recipe(recipe))


def profiles_using(settings: Settings, recipe_id: str) -> tuple[str, ...]:
    """The names of the profiles with this recipe."""
    return tuple(profile.name for profile in settings.profiles if profile.recipe_id == recipe_id)
