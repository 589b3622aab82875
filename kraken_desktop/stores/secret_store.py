"""Secrets: the environment, this session's memory, or the operating system's keyring; never a file.

Everything here may block for as long as a person looks at an unlock dialog, so it is for workers only.
A secret's name (``account/<id>/api-secret``, ...) is no secret; its value stands in no message and no
``repr``.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, Protocol, TypeAlias

from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.errors import SecretError, SecretMissingError
from kraken_desktop.model.profile import Account, CredentialSource, Profile
from kraken_desktop.model.s3_keys import S3Keys
from kraken_desktop.model.settings import PROXY_SECRET
from kraken_desktop.stores.aws_credentials import AwsProfiles
from kraken_desktop.stores.keyring_store import KeyringStore, check_length

__all__ = ["KeyringStore", "S3Keys", "SecretStore", "Secrets", "SessionStore", "variable_of"]

KRAKEN_API_KEY = "KRAKEN_API_KEY"
KRAKEN_API_SECRET = "KRAKEN_API_SECRET"
KRAKEN_S3_ACCESS_KEY = "KRAKEN_S3_ACCESS_KEY"
KRAKEN_S3_SECRET = "KRAKEN_S3_SECRET"
KRAKEN_S3_SESSION_TOKEN = "KRAKEN_S3_SESSION_TOKEN"
KRAKEN_PROXY_PASSWORD = "KRAKEN_PROXY_PASSWORD"

_VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "api-secret": KRAKEN_API_SECRET,
        "s3-secret": KRAKEN_S3_SECRET,
        "s3-session-token": KRAKEN_S3_SESSION_TOKEN,
        "proxy-password": KRAKEN_PROXY_PASSWORD,
    }
)

Place: TypeAlias = Literal["environment", "session", "keyring", "nowhere"]


class SecretStore(Protocol):
    """Keeps values by name. Every method raises ``SecretError`` where the store cannot do its part."""

    def get(self, name: str) -> str | None:
        """The value, or None if there is none."""

    def set(self, name: str, value: str) -> None:
        """Keeps the value, in the place of an earlier one."""

    def delete(self, name: str) -> None:
        """Forgets the value; none there is fine."""


class SessionStore:
    """Keeps secrets in memory, for as long as the program runs."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """The value, or None."""
        return self._values.get(name)

    def set(self, name: str, value: str) -> None:
        """Keeps the value until the program ends."""
        check_length(name, value)
        self._values[name] = value

    def delete(self, name: str) -> None:
        """Forgets the value."""
        self._values.pop(name, None)


class Secrets:
    """Where everybody gets secrets: environment, else session, else keyring, or this computer's AWS configuration.

    Safe to use from any thread.

    The keyring is read once a secret, by one thread at a time; while that one waits for the person to
    unlock it, secrets that are known already still come at once. When the person closes the unlock dialog,
    everybody who waited behind it is refused as well: one dialog, one answer. Who comes later asks again.
    """

    def __init__(
        self,
        keyring: SecretStore,
        session: SecretStore,
        environ: Mapping[str, str],
        aws_profiles: AwsProfiles | None = None,
    ) -> None:
        self._keyring = keyring
        self._session = session
        self._environ = environ
        self._aws_profiles = aws_profiles or AwsProfiles()
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()
        """Guards ``_known`` and the session; never held while something blocks."""
        self._keyring_lock = threading.Lock()
        """Guards the keyring, and the two below."""
        self._failures = 0
        self._failure: SecretError | None = None

    def api_key(self, account: Account) -> str:
        """The account's API key, which is not secret.

        Raises:
            SecretMissingError: neither in the environment nor in the account
        """
        told = self._variable(KRAKEN_API_KEY)
        if told is None and account.source is not CredentialSource.ENVIRONMENT:
            told = account.api_key or None
        if told is None:
            raise _missing(f"account/{account.id}/api-key", account.source, KRAKEN_API_KEY)
        return told

    def api_secret(self, account: Account) -> str:
        """The account's API secret.

        Raises:
            SecretMissingError: there is none
            SecretError: the keyring does not give it
        """
        return self._needed(account.secret_name, account.source)

    def proxy_password(self) -> str:
        """The password of the manual proxy.

        Raises:
            SecretMissingError: there is none
            SecretError: the keyring does not give it
        """
        return self._needed(PROXY_SECRET, CredentialSource.KEYRING)

    def s3_keys(self, profile: Profile, cancel: CancelToken | None = None) -> S3Keys:
        """What the profile signs with.

        A session token belongs to its secret, so it is looked for only where the secret came from.

        Raises:
            SecretMissingError: the access key or the secret is missing
            SecretError: the keyring does not give it
            AwsProfileError: the AWS profile that the profile names does not give it
        """
        credentials = profile.credentials
        if credentials.source is CredentialSource.AWS_PROFILE:
            return self._aws_profiles.keys(credentials.aws_profile.strip(), cancel)
        access_key = self._variable(KRAKEN_S3_ACCESS_KEY) or credentials.access_key
        if not access_key:
            name = f"profile/{profile.id}/s3-access-key"
            raise _missing(name, credentials.source, KRAKEN_S3_ACCESS_KEY, profile.name)
        secret = self._needed(profile.secret_name, credentials.source, profile.name)
        refers = credentials.source is CredentialSource.ENVIRONMENT
        if refers or self._variable(KRAKEN_S3_SECRET) is not None:
            token = self._variable(KRAKEN_S3_SESSION_TOKEN)
        elif self._in_session(profile.secret_name) is not None:
            token = self._in_session(profile.session_token_name)
        else:
            token = self._kept(profile.session_token_name)
        return S3Keys(access_key=access_key, secret=secret, session_token=token)

    def keep(self, name: str, value: str, *, session_only: bool = False) -> None:
        """Keeps a secret in the keyring, or in memory until the program ends.

        Line ends after it, which pasting and piping leave, are no part of it.

        Raises:
            SecretMissingError: it is empty
            SecretTooLongError: it is longer than any store takes
            SecretError: the keyring does not take it; nothing changed
        """
        value = value.rstrip("\r\n")
        if not value.strip():
            raise SecretMissingError(name=name, reason="empty")
        if session_only:
            with self._lock:
                self._session.set(name, value)
            return
        with self._keyring_lock:
            self._keyring.set(name, value)
            with self._lock:
                self._known[name] = value
                self._session.delete(name)

    def forget(self, name: str) -> None:
        """Forgets a secret everywhere but in the environment.

        Raises:
            SecretError: the keyring refuses; this session has forgotten it all the same
        """
        with self._lock:
            self._session.delete(name)
        with self._keyring_lock:
            with self._lock:
                self._known.pop(name, None)
            self._keyring.delete(name)

    def where(self, name: str) -> Place:
        """Where a secret would come from.

        Raises:
            SecretError: the keyring does not say
        """
        if self._variable(variable_of(name)) is not None:
            return "environment"
        if self._in_session(name) is not None:
            return "session"
        return "keyring" if self._kept(name) is not None else "nowhere"

    def where_token(self, name: str, secret_place: Place) -> Place:
        """Where the session token of this name would come from: only from where its secret does.

        Raises:
            SecretError: the keyring does not say
        """
        match secret_place:
            case "environment":
                found = self._variable(variable_of(name))
            case "session":
                found = self._in_session(name)
            case "keyring":
                found = self._kept(name)
            case "nowhere":
                found = None
        return secret_place if found is not None else "nowhere"

    def reread(self) -> None:
        """Lets keyring and AWS configuration be asked anew: another program may have changed what they hold."""
        with self._lock:
            self._known.clear()
        self._aws_profiles.forget()

    def available(self) -> SecretError | None:
        """None if the keyring can be used, else why not."""
        with self._keyring_lock:
            try:
                self._keyring.get("availability")
            except SecretError as error:
                return error
        return None

    def _needed(self, name: str, source: CredentialSource, profile: str = "") -> str:
        variable = variable_of(name)
        value = self._variable(variable)
        if value is None and source is not CredentialSource.ENVIRONMENT:
            value = self._kept(name)
        if value is None:
            raise _missing(name, source, variable, profile)
        return value

    def _kept(self, name: str) -> str | None:
        failures = self._failures
        value = self._remembered(name)
        if value is not None:
            return value
        with self._keyring_lock:
            # Whoever held the lock before us may have read it.
            value = self._remembered(name)
            if value is not None:
                return value
            if self._failure is not None and self._failures != failures:
                raise replace(self._failure, name=name)
            try:
                value = self._keyring.get(name)
            except SecretError as error:
                self._failures += 1
                # A copy: a traceback would keep alive what its frames hold.
                self._failure = replace(error)
                raise
            if value is not None:
                with self._lock:
                    self._known[name] = value
            return value

    def _in_session(self, name: str) -> str | None:
        with self._lock:
            return self._session.get(name)

    def _remembered(self, name: str) -> str | None:
        with self._lock:
            kept = self._session.get(name)
            return kept if kept is not None else self._known.get(name)

    def _variable(self, variable: str) -> str | None:
        """The value of an environment variable; one that holds only white space counts as unset."""
        value = self._environ.get(variable, "").rstrip("\r\n")
        return value if value.strip() else None


def variable_of(name: str) -> str:
    """The environment variable that goes before a secret of this name; empty if none does."""
    return _VARIABLES.get(name.rpartition("/")[2], "")


def _missing(name: str, source: CredentialSource, variable: str, profile: str = "") -> SecretMissingError:
    refers = source is CredentialSource.ENVIRONMENT
    return SecretMissingError(name=name, variable=variable if refers else "", profile=profile)
