"""The one HTTP session: the system's trust store and proxies, time limits, and errors of our own."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
import truststore
import urllib3
from requests.utils import get_environ_proxies
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.model.errors import (
    ConnectError,
    ConnectionLostError,
    NameLookupError,
    ProxyRefusedError,
    TimeoutExpiredError,
    TlsError,
    TransportError,
)
from kraken_desktop.model.links import is_loopback
from kraken_desktop.transport.bodies import PIECE, Body
from kraken_desktop.transport.connections import Adapter, Flight, Lane

_ANSWER_LIMIT = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds. ``connect`` bounds each single send too, ``read`` each wait for bytes, ``total`` everything."""

    connect: float = 15
    read: float = 120
    total: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer, whatever its status. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def system_proxies(url: str) -> dict[str, str]:
    """The proxies that the environment or the system names for an address; none for this computer's own."""
    return {} if is_loopback(url) else dict(get_environ_proxies(url))


class Transport:
    """The one HTTP session. Thread-safe: each thread may have one request on its way.

    Args:
        connections: how many requests to one host at the same time.
        user_agent: product and version.
        ssl_context: for tests; the system's trust store otherwise.
        proxies_for: which proxies an address goes through.
    """

    def __init__(
        self,
        *,
        connections: int,
        user_agent: str,
        ssl_context: ssl.SSLContext | None = None,
        proxies_for: Callable[[str], dict[str, str]] = system_proxies,
    ) -> None:
        self._lane = Lane()
        self._proxies_for = proxies_for
        self._session = requests.Session()
        # Off: a .netrc would add passwords to requests that carry their own.
        self._session.trust_env = False
        self._session.headers["User-Agent"] = user_agent
        context = ssl_context or truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        adapter = Adapter(lane=self._lane, connections=connections, ssl_context=context)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def close(self) -> None:
        """Drop the idle connections."""
        self._session.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        cancel: CancelToken | None = None,
        timeouts: Timeouts = Timeouts(),
        limit: int = _ANSWER_LIMIT,
    ) -> Answer:
        """Send one request and read its whole answer, whatever the status. Redirects are not followed.

        Args:
            limit: the most bytes of an answer's body that are read; more is cut off there.

        Raises:
            CancelledError: within milliseconds of the token's cancelling, save for name look-up and
                connecting, which end by ``timeouts.connect``.
            TransportError: one of its subclasses; ``sent_all`` is true once the whole body had left.
            SourceError: what a :class:`FileBody` raises.
        """
        flight = Flight()
        cancel = cancel or CancelToken()
        watchdog = threading.Timer(timeouts.total, flight.expire) if timeouts.total is not None else None
        self._lane.flight = flight
        try:
            with cancel.interrupting(flight.interrupt):
                cancel.check()
                if watchdog is not None:
                    watchdog.daemon = True
                    watchdog.start()
                return self._exchange(method, url, body, headers, timeouts, limit)
        except (requests.RequestException, HTTPError, OSError) as error:
            sent_all = body.sent_all if body is not None else False
            if cancel.cancelled:
                raise CancelledError(sent_all=sent_all) from None
            if flight.expired:
                raise TimeoutExpiredError(
                    host=_host(url), sent_all=sent_all, phase="total", seconds=round(timeouts.total or 0)
                ) from error
            raise _converted(error, _host(url), sent_all=sent_all, timeouts=timeouts) from error
        finally:
            self._lane.flight = None
            flight.detach()
            if watchdog is not None:
                watchdog.cancel()

    def _exchange(
        self,
        method: str,
        url: str,
        body: Body | None,
        headers: Mapping[str, str] | None,
        timeouts: Timeouts,
        limit: int,
    ) -> Answer:
        told = dict(headers or {})
        if body is not None:
            # requests measures only what it can read(); without this it would send chunks.
            told["Content-Length"] = str(len(body))
        response = self._session.request(
            method,
            url,
            data=body,  # type: ignore[arg-type]  # any iterable with a length
            headers=told,
            timeout=(timeouts.connect, timeouts.read),
            allow_redirects=False,
            stream=True,
            proxies=self._proxies_for(url),
        )
        with response:
            content = b""
            for piece in response.iter_content(PIECE):
                content += piece
                if len(content) > limit:
                    content = content[:limit]
                    break
        lowered = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=lowered, body=content)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it wraps, by chaining or, as urllib3 does, by attribute or argument."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        wrapped = (getattr(current, "reason", None), *current.args, current.__cause__, current.__context__)
        waiting.extend(each for each in wrapped if isinstance(each, BaseException))


def _reason(error: BaseException) -> str:
    """The system's own words, without the addresses and objects that libraries put around them."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return str(cause.verify_message)
        if isinstance(cause, OSError) and isinstance(cause.strerror, str):
            return cause.strerror
    return type(error).__name__


def _converted(error: Exception, host: str, *, sent_all: bool, timeouts: Timeouts) -> TransportError:
    causes = tuple(_causes(error))
    reason = _reason(error)

    def among(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if isinstance(error, requests.exceptions.ProxyError):
        return ProxyRefusedError(host=host, reason=reason)
    if isinstance(error, requests.exceptions.SSLError) or among(ssl.SSLCertVerificationError):
        return TlsError(host=host, reason=reason)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return TimeoutExpiredError(host=host, phase="connect", seconds=round(timeouts.connect))
    if among(NameResolutionError, socket.gaierror):
        return NameLookupError(host=host, reason=reason)
    if among(NewConnectionError):
        return ConnectError(host=host, reason=reason)
    if among(requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError):
        return TimeoutExpiredError(host=host, sent_all=sent_all, phase="read", seconds=round(timeouts.read))
    if among(TimeoutError):
        return TimeoutExpiredError(host=host, sent_all=sent_all, phase="send", seconds=round(timeouts.connect))
    return ConnectionLostError(host=host, sent_all=sent_all, reason=reason)
