"""Keys from this computer's AWS configuration: ``~/.aws``, SSO, roles, programs, by botocore's own chain.

For workers only: it may start a program or ask AWS, and loading botocore takes a third of a second.
"""

from __future__ import annotations

import functools
import io
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from kraken_desktop.cancel import CancelToken
from kraken_desktop.log import redacted
from kraken_desktop.model.errors import AwsProfileError, SecretError, TransportError
from kraken_desktop.model.s3_keys import S3Keys

if TYPE_CHECKING:
    from kraken_desktop.transport import Transport

LONGEST = 60
"""Seconds until we no longer wait for a program or for AWS."""

_LOOK_UP_SECONDS = 0.1
"""How often who waits behind another one looks whether it is still wanted."""
_CONNECT_SECONDS = 10
_READ_SECONDS = 20
_REASON_LIMIT = 300

# What botocore would look at when the profile gives nothing: files of old, and the identity of the machine itself,
# which is not what a person means who names a profile, and which costs seconds where there is none.
_NOT_OF_THE_PROFILE = ("ec2-credentials-file", "boto-config", "container-role", "iam-role")
_MOST_SOURCES = 8


class _Loaded(Protocol):
    """Credentials as botocore has them."""

    def get_frozen_credentials(self) -> Any: ...


class AwsProfiles:
    """Keys by the name of an AWS profile. Safe to use from any thread; one at a time asks for a profile.

    Keys that end are kept and renewed in time. Others are read anew each time: it takes milliseconds, and the person
    may have changed them.

    Args:
        longest: seconds until we no longer wait.
        transport: hands out what botocore's own requests, to STS and to single sign-on, are sent with, so that they
            trust whom all others trust and take the same proxy; None leaves them to botocore.
    """

    def __init__(self, longest: float = LONGEST, transport: Callable[[], Transport] | None = None) -> None:
        self._longest = longest
        self._transport = transport
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._failures: dict[str, tuple[int, AwsProfileError | None]] = {}
        self._renewing: dict[str, _Loaded] = {}

    def keys(self, name: str, cancel: CancelToken | None = None) -> S3Keys:
        """The keys of a profile as they are now.

        Raises:
            CancelledError: the token was cancelled; who asks goes on for the others.
            AwsProfileError: it does not exist, is not complete, needs a new login, or failed. Who waited while
                another one asked gets that one's error.
            TransportError, SecretError: AWS, or the proxy on the way, cannot be reached.
        """
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
            before, _ = self._failures.get(name, (0, None))
        token = cancel or CancelToken()
        while not lock.acquire(timeout=_LOOK_UP_SECONDS):
            token.check()
        try:
            with self._guard:
                count, failure = self._failures.get(name, (0, None))
            if failure is not None and count != before:
                raise replace(failure)
            try:
                return self._in_time(name, token)
            except AwsProfileError as error:
                with self._guard:
                    self._failures[name] = (count + 1, replace(error))
                raise
        finally:
            lock.release()

    def forget(self) -> None:
        """Ask anew: the configuration may have changed."""
        with self._guard:
            self._renewing.clear()

    def _in_time(self, name: str, cancel: CancelToken) -> S3Keys:
        """In another thread: botocore sets no limit to programs, and a generous one to AWS."""
        result: list[S3Keys | Exception] = []
        woken = threading.Event()

        def ask() -> None:
            try:
                result.append(self._ask(name))
            except Exception as error:  # noqa: BLE001 - handed over to the thread that waits
                result.append(error)
            woken.set()

        thread = threading.Thread(target=ask, name=f"aws profile {name}", daemon=True)
        thread.start()
        with cancel.interrupting(woken.set):
            woken.wait(self._longest)
        if not result:
            cancel.check()
            raise AwsProfileError(aws_profile=name, reason=f"no answer within {self._longest:g} s")
        (told,) = result
        if isinstance(told, S3Keys):
            return told
        if isinstance(told, TransportError | SecretError):
            raise told
        # Without its cause: what a program said on its way to failing may hold a secret.
        raise _error_of(told, name) from None

    def _ask(self, name: str) -> S3Keys:
        with self._guard:
            loaded = self._renewing.get(name)
        loaded = loaded or _load(name, self._transport)
        frozen = loaded.get_frozen_credentials()
        # botocore has no public name for it.
        expires_at = getattr(loaded, "_expiry_time", None)
        if isinstance(expires_at, datetime):
            with self._guard:
                self._renewing[name] = loaded
        return S3Keys(
            access_key=frozen.access_key,
            secret=frozen.secret_key,
            session_token=frozen.token or None,
            expires_at=expires_at if isinstance(expires_at, datetime) and expires_at.tzinfo else None,
        )


def _load(name: str, transport: Callable[[], Transport] | None) -> _Loaded:
    from botocore.config import Config  # slow to import, as the rest of it
    from botocore.session import Session

    session = Session(profile=name)
    session.set_default_client_config(
        Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"total_max_attempts": 2, "mode": "standard"},
        )
    )
    if transport is not None:
        # What such a handler gives back is taken for the answer; clients inherit the session's handlers.
        session.register("before-send", functools.partial(_send, transport))
    session.get_scoped_config()  # raises for an unknown profile, which the chain below would not
    _require_no_prompt(session.full_config.get("profiles", {}), name)
    chain = session.get_component("credential_provider")
    for method in _NOT_OF_THE_PROFILE:
        chain.remove(method)
    loaded: _Loaded | None = chain.load_credentials()
    if loaded is None:
        raise AwsProfileError(aws_profile=name, problem="incomplete")
    return loaded


class _Raw(io.BytesIO):
    """An answer's body, as botocore reads one."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


def _send(transport: Callable[[], Transport], request: Any, **_told: Any) -> Any:
    """One request of botocore's, sent as all of ours are."""
    from botocore.awsrequest import AWSResponse

    from kraken_desktop.transport import BytesBody, Timeouts

    body = request.body.encode() if isinstance(request.body, str) else request.body
    headers = {
        name: value.decode("latin-1") if isinstance(value, bytes) else str(value)
        for name, value in request.headers.items()
        if name.lower() != "content-length"
    }
    answer = transport().request(
        request.method,
        request.url,
        body=BytesBody(bytes(body)) if body is not None else None,
        headers=headers,
        timeouts=Timeouts(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
    )
    return AWSResponse(request.url, answer.status, answer.headers, _Raw(answer.body))


def _require_no_prompt(profiles: Mapping[str, Any], name: str) -> None:
    """A role that wants a code from a device: botocore would ask on a terminal, which a window does not have."""
    from botocore.exceptions import RefreshWithMFAUnsupportedError

    current = name
    for _ in range(_MOST_SOURCES):
        profile = profiles.get(current, {})
        if "role_arn" not in profile:
            return
        if "mfa_serial" in profile:
            raise RefreshWithMFAUnsupportedError
        current = profile.get("source_profile", "")


def _error_of(error: Exception, name: str) -> AwsProfileError:
    from botocore import exceptions

    if isinstance(error, AwsProfileError):
        return error
    incomplete = (exceptions.PartialCredentialsError, exceptions.InvalidConfigError, exceptions.MissingParametersError)
    login = (exceptions.SSOError, exceptions.TokenRetrievalError, *_login_errors())
    if isinstance(error, exceptions.ProfileNotFound):
        return AwsProfileError(aws_profile=name, problem="missing")
    if isinstance(error, incomplete):
        return AwsProfileError(aws_profile=name, problem="incomplete", reason=_reason(error))
    code = error.response.get("Error", {}).get("Code", "") if isinstance(error, exceptions.ClientError) else ""
    if isinstance(error, login) or "Expired" in code:
        return AwsProfileError(aws_profile=name, problem="expired", reason=_reason(error))
    return AwsProfileError(aws_profile=name, problem="failed", reason=_reason(error))


def _login_errors() -> tuple[type[Exception], ...]:
    """Of ``aws login``, which botocore learned after the version that we can do with."""
    from botocore import exceptions

    kind = getattr(exceptions, "LoginError", None)
    return (kind,) if isinstance(kind, type) and issubclass(kind, Exception) else ()


def _reason(error: Exception) -> str:
    """The error in its own words, if they are botocore's or the system's: others may quote what they could not read."""
    from botocore import exceptions

    if not isinstance(error, (exceptions.BotoCoreError, exceptions.ClientError, OSError)):
        return type(error).__name__
    text = " ".join(str(error).split())
    # It holds what a program said, whatever that is.
    told = redacted(text) if isinstance(error, exceptions.CredentialRetrievalError) else text
    return told[:_REASON_LIMIT]
