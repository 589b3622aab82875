"""Secrets: where they come from, who waits for whom, and that nothing of them leaks."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keyring.errors
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null

from kraken_desktop.model.errors import (
    AwsProfileError,
    KeyringDeniedError,
    KeyringLockedError,
    NoKeyringError,
    SecretError,
    SecretMissingError,
    SecretTooLongError,
)
from kraken_desktop.model.profile import Account, Credentials, CredentialSource, Profile
from kraken_desktop.stores.keyring_store import MAX_LENGTH, PART_LENGTH, SERVICE
from kraken_desktop.stores.secret_store import KeyringStore, S3Keys, Secrets, SessionStore, variable_of
from tests.support.secret_store_contract import NAME, SecretStoreContract

ROOT = Path(__file__).parents[2]
ACCOUNT = Account(id="a1", api_key="api-key")
PROFILE = Profile(id="p1", name="Blog", credentials=Credentials(access_key="AKIA1"))
FROM_ENVIRONMENT = Credentials(source=CredentialSource.ENVIRONMENT)


class Backend(KeyringBackend):
    """A keyring in memory that can be told to fail or to wait, before what it is asked for."""

    viable = False
    """Never offered to the rest of the test run."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.before: Callable[[str, str, str], None] = lambda verb, entry, value: None
        self.asked: list[tuple[str, str]] = []

    def get_password(self, service: str, username: str) -> str | None:
        self._called("get", username)
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._called("set", username, password)
        # What Windows takes (keyring's own limit).
        assert len(password.encode("utf-16-le")) <= 2_560
        password.encode("utf-8")
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._called("delete", username)
        if (service, username) not in self.entries:
            raise keyring.errors.PasswordDeleteError("not found")
        del self.entries[service, username]

    def _called(self, verb: str, entry: str, value: str = "") -> None:
        self.asked.append((verb, entry))
        self.before(verb, entry, value)

    def names(self) -> list[str]:
        assert {service for service, _ in self.entries} <= {SERVICE}
        return sorted(name for _, name in self.entries)


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def environ() -> dict[str, str]:
    return {}


@pytest.fixture
def secrets(backend: Backend, environ: dict[str, str]) -> Secrets:
    return Secrets(KeyringStore(backend), SessionStore(), environ)


class TestSessionStore(SecretStoreContract):
    """The contract, in memory."""

    @pytest.fixture
    def store(self) -> SessionStore:
        return SessionStore()


class TestKeyringStore(SecretStoreContract):
    """The contract, over keyring, with the limits of Windows."""

    @pytest.fixture
    def store(self, backend: Backend) -> KeyringStore:
        return KeyringStore(backend)


# --- long values ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("parts", "entries"), [(1, 1), (2, 3), (10, 11)])
def test_long_values_stand_in_parts_and_leave_none(backend: Backend, parts: int, entries: int) -> None:
    store = KeyringStore(backend)
    store.set(NAME, "z" * MAX_LENGTH)
    store.set(NAME, "x" * parts * PART_LENGTH)
    assert len(backend.names()) == entries
    store.delete(NAME)
    assert backend.names() == []


@pytest.mark.parametrize("new", ["short", "y" * 2 * PART_LENGTH, "y" * 5 * PART_LENGTH])
@pytest.mark.parametrize("old", ["before", "x" * 3 * PART_LENGTH])
@pytest.mark.parametrize(("last", "entries"), [("last", 1), ("z" * 2 * PART_LENGTH, 3)])
def test_stopped_anywhere_a_write_leaves_the_old_or_the_new_value_and_the_next_one_cleans_up(
    backend: Backend, old: str, new: str, last: str, entries: int
) -> None:
    store = KeyringStore(backend)
    stopped_at = 0
    while True:
        backend.entries.clear()
        backend.before = lambda verb, entry, value: None
        store.set(NAME, old)
        left = [stopped_at]

        def stop(verb: str, entry: str, value: str, left: list[int] = left) -> None:
            if verb != "get":
                left[0] -= 1
                if left[0] < 0:
                    raise keyring.errors.PasswordSetError("stopped")

        backend.before = stop
        try:
            store.set(NAME, new)
        except KeyringDeniedError:
            finished = False
        else:
            finished = True
        backend.before = lambda verb, entry, value: None
        assert store.get(NAME) in {old, new}
        store.set(NAME, last)
        assert len(backend.names()) == entries
        if finished:
            break
        stopped_at += 1
    assert stopped_at > 0


def test_a_value_that_lost_a_part_is_no_value(backend: Backend) -> None:
    store = KeyringStore(backend)
    store.set(NAME, "x" * 3 * PART_LENGTH)
    del backend.entries[SERVICE, backend.names()[2]]
    assert store.get(NAME) is None


def test_a_value_replaced_while_it_is_read_comes_whole(backend: Backend) -> None:
    store = KeyringStore(backend)
    store.set(NAME, "x" * 3 * PART_LENGTH)

    def replace(verb: str, entry: str, value: str) -> None:
        if entry.endswith("/2"):
            backend.before = lambda verb, entry, value: None
            store.set(NAME, "y" * 2 * PART_LENGTH)

    backend.before = replace
    assert store.get(NAME) == "y" * 2 * PART_LENGTH


# --- keyrings that cannot -------------------------------------------------------------------------

FAILURES = {
    "none": (keyring.errors.NoKeyringError("no backend"), NoKeyringError),
    "not started": (keyring.errors.InitError("no collection"), NoKeyringError),
    "locked": (keyring.errors.KeyringLocked("dismissed"), KeyringLockedError),
    "refused": (keyring.errors.PasswordSetError("denied"), KeyringDeniedError),
    "delete refused": (keyring.errors.PasswordDeleteError("denied"), KeyringDeniedError),
    "of its own": (keyring.errors.KeyringError("odd"), KeyringDeniedError),
    "bus gone": (ConnectionResetError("reset"), KeyringDeniedError),
    "a bug": (AttributeError("'NoneType' has no attribute"), KeyringDeniedError),
}


@pytest.mark.parametrize("verb", ["get", "set", "delete"])
@pytest.mark.parametrize(("raised", "expected"), FAILURES.values(), ids=FAILURES)
def test_what_a_keyring_raises_becomes_an_error_of_ours(
    backend: Backend, verb: str, raised: Exception, expected: type[SecretError]
) -> None:
    store = KeyringStore(backend)
    store.set(NAME, "value")

    def refuse(asked: str, entry: str, value: str) -> None:
        if asked == verb:
            raise raised

    backend.before = refuse
    calls = {
        "get": lambda: store.get(NAME),
        "set": lambda: store.set(NAME, "new"),
        "delete": lambda: store.delete(NAME),
    }
    with pytest.raises(expected) as told:
        calls[verb]()
    assert type(told.value) is expected
    assert told.value.name == NAME
    assert told.value.reason


class Plaintext(Backend):
    """As ``keyrings.alt`` has one."""


Plaintext.__module__ = "keyrings.alt.file"


class EncryptedFile(Plaintext):
    """Somebody's subclass of it."""


class Chain(Backend):
    """As ``keyring.backends.chainer`` chains all there are."""

    def __init__(self, *backends: KeyringBackend) -> None:
        super().__init__()
        self.backends = list(backends)


@pytest.mark.parametrize(
    "unfit",
    [
        fail.Keyring(),
        null.Keyring(),
        Plaintext(),
        EncryptedFile(),
        Chain(Plaintext(), fail.Keyring()),
        Chain(),
    ],
    ids=lambda unfit: type(unfit).__name__,
)
def test_a_keyring_that_keeps_nothing_or_in_a_file_counts_as_none(unfit: KeyringBackend) -> None:
    secrets = Secrets(KeyringStore(unfit), SessionStore(), {})
    assert isinstance(secrets.available(), NoKeyringError)
    with pytest.raises(NoKeyringError):
        secrets.keep(NAME, "value")
    for each in [unfit, *getattr(unfit, "backends", [])]:
        assert not getattr(each, "entries", {})
    with pytest.raises(NoKeyringError):
        secrets.api_secret(ACCOUNT)
    secrets.keep(ACCOUNT.secret_name, "value", session_only=True)
    assert secrets.api_secret(ACCOUNT) == "value"


def test_in_a_chain_only_the_fit_ones_are_used(backend: Backend) -> None:
    plaintext = Plaintext()
    store = KeyringStore(Chain(plaintext, backend))
    store.set(NAME, "value")
    assert store.get(NAME) == "value"
    assert (plaintext.asked, backend.names()) == ([], [NAME])


CHOSEN = """
import sys
from kraken_desktop.stores.secret_store import KeyringStore
assert "keyring" not in sys.modules
try:
    KeyringStore().set("name", "value")
except Exception as error:
    print(error.code, error.reason)
"""


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        ("keyring.backends.null.Keyring", "keyring.backends.null.Keyring"),
        ("keyring.backends.fail.Keyring", "keyring.backends.fail.Keyring"),
        ("no_such_module.Keyring", "ModuleNotFoundError"),
    ],
)
def test_the_systems_keyring_is_asked_for_only_when_it_is_needed(tmp_path: Path, chosen: str, reason: str) -> None:
    environ = {**os.environ, "PYTHON_KEYRING_BACKEND": chosen, "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", CHOSEN],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    code = "secret.denied" if reason == "ModuleNotFoundError" else "secret.no_keyring"
    assert done.stdout.split() == [code, reason]


# --- where a secret comes from --------------------------------------------------------------------


def test_environment_then_session_then_keyring(secrets: Secrets, environ: dict[str, str]) -> None:
    name = ACCOUNT.secret_name
    assert secrets.where(name) == "nowhere"
    secrets.keep(name, "kept")
    assert (secrets.where(name), secrets.api_secret(ACCOUNT)) == ("keyring", "kept")
    secrets.keep(name, "for now", session_only=True)
    assert (secrets.where(name), secrets.api_secret(ACCOUNT)) == ("session", "for now")
    environ["KRAKEN_API_SECRET"] = "told"
    assert (secrets.where(name), secrets.api_secret(ACCOUNT)) == ("environment", "told")
    del environ["KRAKEN_API_SECRET"]
    secrets.keep(name, "kept anew")
    assert (secrets.where(name), secrets.api_secret(ACCOUNT)) == ("keyring", "kept anew")


@pytest.mark.parametrize("blank", ["", " ", "\n", "\t\r\n"])
def test_a_blank_variable_counts_as_unset(secrets: Secrets, environ: dict[str, str], blank: str) -> None:
    environ["KRAKEN_API_SECRET"] = blank
    secrets.keep(ACCOUNT.secret_name, "kept")
    assert secrets.api_secret(ACCOUNT) == "kept"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_line_ends_are_no_part_of_a_secret(secrets: Secrets, environ: dict[str, str], end: str) -> None:
    secrets.keep(PROFILE.secret_name, "kept" + end)
    environ["KRAKEN_API_SECRET"] = "told" + end
    assert (secrets.s3_keys(PROFILE).secret, secrets.api_secret(ACCOUNT)) == ("kept", "told")


@pytest.mark.parametrize("session_only", [False, True])
@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_an_empty_secret_is_not_kept(secrets: Secrets, empty: str, session_only: bool) -> None:
    with pytest.raises(SecretMissingError):
        secrets.keep(NAME, empty, session_only=session_only)
    assert secrets.where(NAME) == "nowhere"


def test_who_refers_to_the_environment_gets_nothing_else(secrets: Secrets, backend: Backend) -> None:
    account = Account(id="a1", api_key="api-key", source=CredentialSource.ENVIRONMENT)
    profile = Profile(id="p1", name="Blog", credentials=FROM_ENVIRONMENT)
    secrets.keep(account.secret_name, "kept")
    secrets.keep(profile.secret_name, "kept", session_only=True)
    backend.asked.clear()
    missing = []
    for call in (
        lambda: secrets.api_key(account),
        lambda: secrets.api_secret(account),
        lambda: secrets.s3_keys(profile),
    ):
        with pytest.raises(SecretMissingError) as told:
            call()
        missing.append(told.value.variable)
    assert missing == ["KRAKEN_API_KEY", "KRAKEN_API_SECRET", "KRAKEN_S3_ACCESS_KEY"]
    assert backend.asked == []


def test_the_whole_environment(environ: dict[str, str]) -> None:
    secrets = Secrets(KeyringStore(fail.Keyring()), SessionStore(), environ)
    environ |= {
        "KRAKEN_API_KEY": "key",
        "KRAKEN_API_SECRET": "secret",
        "KRAKEN_S3_ACCESS_KEY": "AKIA9",
        "KRAKEN_S3_SECRET": "s3",
        "KRAKEN_S3_SESSION_TOKEN": "token",
    }
    for source in (CredentialSource.ENVIRONMENT, CredentialSource.KEYRING):
        account = Account(id="a1", source=source)
        profile = Profile(id="p1", name="Blog", credentials=Credentials(source=source))
        assert (secrets.api_key(account), secrets.api_secret(account)) == ("key", "secret")
        assert secrets.s3_keys(profile) == S3Keys(access_key="AKIA9", secret="s3", session_token="token")
    del environ["KRAKEN_S3_SESSION_TOKEN"]
    assert secrets.s3_keys(PROFILE).session_token is None


def test_keys_of_a_profile(secrets: Secrets, environ: dict[str, str]) -> None:
    secrets.keep(PROFILE.secret_name, "s3")
    assert secrets.s3_keys(PROFILE) == S3Keys(access_key="AKIA1", secret="s3")
    secrets.keep(PROFILE.session_token_name, "t" * 3_000)
    assert secrets.s3_keys(PROFILE).session_token == "t" * 3_000
    environ["KRAKEN_S3_SECRET"] = "told"
    assert secrets.s3_keys(PROFILE) == S3Keys(access_key="AKIA1", secret="told")


def test_for_this_session_only_needs_no_keyring() -> None:
    secrets = Secrets(KeyringStore(fail.Keyring()), SessionStore(), {})
    secrets.keep(PROFILE.secret_name, "s3", session_only=True)
    assert secrets.s3_keys(PROFILE) == S3Keys(access_key="AKIA1", secret="s3")
    secrets.keep(PROFILE.session_token_name, "token", session_only=True)
    assert secrets.s3_keys(PROFILE).session_token == "token"


@pytest.mark.parametrize("session_only", [True, False])
def test_a_token_of_the_environment_does_not_go_with_another_secret(
    secrets: Secrets, environ: dict[str, str], session_only: bool
) -> None:
    environ["KRAKEN_S3_SESSION_TOKEN"] = "told"
    secrets.keep(PROFILE.session_token_name, "kept")
    secrets.keep(PROFILE.secret_name, "s3", session_only=session_only)
    assert secrets.s3_keys(PROFILE).session_token == (None if session_only else "kept")
    place = secrets.where(PROFILE.secret_name)
    expected = "nowhere" if session_only else "keyring"
    assert secrets.where_token(PROFILE.session_token_name, place) == expected


def test_what_is_missing_is_named(secrets: Secrets) -> None:
    with pytest.raises(SecretMissingError) as told:
        secrets.s3_keys(PROFILE)
    assert (told.value.name, told.value.variable, told.value.profile) == (PROFILE.secret_name, "", PROFILE.name)
    with pytest.raises(SecretMissingError) as told:
        secrets.api_key(Account(id="a2"))
    assert (told.value.name, told.value.profile) == ("account/a2/api-key", "")
    with pytest.raises(SecretMissingError) as told:
        secrets.s3_keys(Profile(id="p2", name="x"))
    assert (told.value.name, told.value.profile) == ("profile/p2/s3-access-key", "x")


def test_an_aws_profile_is_asked_and_nothing_of_ours(
    secrets: Secrets, backend: Backend, environ: dict[str, str], home: Path
) -> None:
    environ |= {"KRAKEN_S3_ACCESS_KEY": "AKIA9", "KRAKEN_S3_SECRET": "told"}
    (home / ".aws").mkdir()
    credentials = home / ".aws/credentials"
    credentials.write_text("[work]\naws_access_key_id = AKIA7\naws_secret_access_key = s7\n")
    of_aws = Credentials(source=CredentialSource.AWS_PROFILE, aws_profile=" work ")
    profile = Profile(id="p3", name="x", credentials=of_aws)
    assert secrets.s3_keys(profile) == S3Keys(access_key="AKIA7", secret="s7")
    assert backend.asked == []
    credentials.unlink()
    with pytest.raises(AwsProfileError):
        secrets.s3_keys(profile)


def test_every_secret_has_its_variable() -> None:
    names = (ACCOUNT.secret_name, PROFILE.secret_name, PROFILE.session_token_name, "something/else")
    assert [variable_of(name) for name in names] == [
        "KRAKEN_API_SECRET",
        "KRAKEN_S3_SECRET",
        "KRAKEN_S3_SESSION_TOKEN",
        "",
    ]


def test_forgotten_is_forgotten_everywhere(secrets: Secrets, backend: Backend) -> None:
    secrets.keep(ACCOUNT.secret_name, "kept")
    secrets.keep(ACCOUNT.secret_name, "for now", session_only=True)
    secrets.forget(ACCOUNT.secret_name)
    assert secrets.where(ACCOUNT.secret_name) == "nowhere"
    assert backend.names() == []
    secrets.forget(ACCOUNT.secret_name)


def locked(verb: str, entry: str, value: str) -> None:
    raise keyring.errors.KeyringLocked("dismissed")


def test_a_locked_keyring_does_not_make_forget_remember(secrets: Secrets, backend: Backend) -> None:
    secrets.keep(ACCOUNT.secret_name, "kept")
    backend.before = locked
    with pytest.raises(KeyringLockedError):
        secrets.forget(ACCOUNT.secret_name)
    with pytest.raises(KeyringLockedError):
        secrets.api_secret(ACCOUNT)


def test_what_could_not_be_kept_changes_nothing(secrets: Secrets, backend: Backend) -> None:
    secrets.keep(NAME, "for now", session_only=True)
    backend.before = locked
    with pytest.raises(KeyringLockedError):
        secrets.keep(NAME, "kept")
    assert secrets.where(NAME) == "session"
    backend.before = lambda verb, entry, value: None
    with pytest.raises(SecretTooLongError):
        secrets.keep(NAME, "x" * (MAX_LENGTH + 1))
    assert secrets.where(NAME) == "session"


def test_availability(secrets: Secrets, backend: Backend) -> None:
    assert secrets.available() is None
    backend.before = locked
    assert isinstance(secrets.available(), KeyringLockedError)


# --- threads --------------------------------------------------------------------------------------


def test_the_keyring_is_read_once(secrets: Secrets, backend: Backend) -> None:
    KeyringStore(backend).set(ACCOUNT.secret_name, "kept")
    backend.asked.clear()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: secrets.api_secret(ACCOUNT), range(40))) == {"kept"}
    assert backend.asked == [("get", ACCOUNT.secret_name)]


def test_a_missing_secret_is_looked_for_again_and_a_changed_one_when_told(secrets: Secrets, backend: Backend) -> None:
    other_program = KeyringStore(backend)
    with pytest.raises(SecretMissingError):
        secrets.api_secret(ACCOUNT)
    other_program.set(ACCOUNT.secret_name, "one")
    assert secrets.api_secret(ACCOUNT) == "one"
    other_program.set(ACCOUNT.secret_name, "two")
    assert secrets.api_secret(ACCOUNT) == "one"
    secrets.reread()
    assert secrets.api_secret(ACCOUNT) == "two"


def test_while_one_waits_for_an_unlock_dialog_the_others_go_on(
    secrets: Secrets, backend: Backend, environ: dict[str, str]
) -> None:
    KeyringStore(backend).set(PROFILE.secret_name, "s3")
    secrets.keep(ACCOUNT.secret_name, "known")
    asking, answered = threading.Event(), threading.Event()

    def dialog(verb: str, entry: str, value: str) -> None:
        asking.set()
        assert answered.wait(30)

    backend.asked.clear()
    backend.before = dialog
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(secrets.s3_keys, PROFILE) for _ in range(2)]
        try:
            assert asking.wait(30)
            assert secrets.api_secret(ACCOUNT) == "known"
            secrets.keep(NAME, "for now", session_only=True)
            assert secrets.where(NAME) == "session"
            secrets.reread()
            environ["KRAKEN_API_SECRET"] = "told"
            assert secrets.api_secret(ACCOUNT) == "told"
            assert not any(each.done() for each in waiting)
        finally:
            answered.set()
        assert [each.result(30).secret for each in waiting] == ["s3", "s3"]
    assert backend.asked.count(("get", PROFILE.secret_name)) == 1


class CountingSession(SessionStore):
    """Tells when it was looked into so many times."""

    def __init__(self, wanted: int) -> None:
        super().__init__()
        self.enough = threading.Event()
        self._left = wanted

    def get(self, name: str) -> str | None:
        self._left -= 1
        if self._left <= 0:
            self.enough.set()
        return super().get(name)


def test_one_closed_unlock_dialog_refuses_all_who_wait_and_a_later_try_asks_again(backend: Backend) -> None:
    KeyringStore(backend).set(ACCOUNT.secret_name, "one")
    waiters = 4
    # Each looks once before it waits; the one that gets through looks again.
    session = CountingSession(waiters + 1)
    secrets = Secrets(KeyringStore(backend), session, {})

    def dialog(verb: str, entry: str, value: str) -> None:
        assert session.enough.wait(30)
        raise keyring.errors.KeyringLocked("dismissed")

    backend.asked.clear()
    backend.before = dialog
    with ThreadPoolExecutor(waiters) as pool:
        waiting = [pool.submit(secrets.api_secret, ACCOUNT) for _ in range(waiters)]
        refused = [each.exception(30) for each in waiting]
    assert [type(error) for error in refused] == [KeyringLockedError] * waiters
    assert len({id(error) for error in refused}) == waiters
    assert backend.asked == [("get", ACCOUNT.secret_name)]
    with pytest.raises(KeyringLockedError):
        secrets.api_secret(ACCOUNT)
    assert len(backend.asked) == 2
    backend.before = lambda verb, entry, value: None
    assert secrets.api_secret(ACCOUNT) == "one"


# --- nothing leaks --------------------------------------------------------------------------------

CANARY = "CANARY-77af"


def spill(verb: str, entry: str, value: str) -> None:
    if value:
        raise keyring.errors.PasswordSetError(f"cannot store {value}")


def undecodable(verb: str, entry: str, value: str) -> None:
    value.encode("ascii")


@pytest.mark.parametrize("before", [spill, undecodable])
def test_a_failing_keyring_leaks_no_value(
    secrets: Secrets,
    backend: Backend,
    caplog: pytest.LogCaptureFixture,
    before: Callable[[str, str, str], None],
) -> None:
    backend.before = before
    with caplog.at_level(logging.DEBUG), pytest.raises(KeyringDeniedError) as told:
        secrets.keep(NAME, CANARY + "é")
    error = told.value
    text = "".join(traceback.format_exception(error)) + caplog.text
    assert CANARY not in text + str(error) + repr(error.facts)
    assert error.__context__ is None
    assert error.__cause__ is None


def test_nothing_shows_a_value(secrets: Secrets) -> None:
    secrets.keep(PROFILE.secret_name, CANARY)
    secrets.keep(PROFILE.session_token_name, CANARY, session_only=True)
    keys = secrets.s3_keys(PROFILE)
    session = SessionStore()
    session.set(NAME, CANARY)
    with pytest.raises(SecretTooLongError) as told:
        session.set(NAME, CANARY * 2_000)
    assert keys.secret == keys.session_token == CANARY
    assert CANARY not in f"{keys!r} {keys} {secrets!r} {session!r} {told.value!r} {told.value}"
