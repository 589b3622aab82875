"""The one HTTP session: the system's trust store and proxies, time limits, and errors of our own."""

from __future__ import annotations

import errno
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import requests
import truststore
from requests.utils import get_environ_proxies, select_proxy
from typing_extensions import ParamSpec
from urllib3.exceptions import (
    HTTPError,
)

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.model.errors import (
    AddressInvalidError,
    ProxyRefusedError,
    TimeoutExpiredError,
    TransportError,
)
from kraken_desktop.model.links import is_loopback
from kraken_desktop.transport.bodies import PIECE, Body
from kraken_desktop.transport.connections import Adapter, Flight, Lane
from kraken_desktop.transport.deadlines import Deadlines, elapsed
from kraken_desktop.transport.failures import PROXY_LOGIN, converted, host_of, proxy_of
from kraken_desktop.transport.pace import Pace, Stride

P = ParamSpec("P")

_ANSWER_LIMIT = 8 * 1024 * 1024
_WITHOUT_LENGTH = frozenset({"GET", "HEAD"})
_WITHOUT_BODY = frozenset({204, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds.

    ``connect`` bounds each single send too, ``read`` each wait for bytes, and ``total`` everything.
    ``answer`` runs from the last byte sent to the end of the answer: with it instead of ``total``, sending may
    take as long as it goes on.
    """

    connect: float = 15
    read: float = 120
    total: float | None = None
    answer: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer, whatever its status. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _SinkFailedError(Exception):
    """Carries what a callback raised past the handlers of network errors: a full disk is no lost connection."""

    def __init__(self, cause: Exception) -> None:
        super().__init__()
        self.cause = cause


class _Watchdog:
    """Ends a flight when one of its time limits is over."""

    def __init__(self, deadlines: Deadlines, flight: Flight) -> None:
        self._deadlines = deadlines
        self._flight = flight
        self._numbers: list[int] = []

    def watch(self, phase: str, seconds: float | None) -> None:
        if seconds is not None:
            self._numbers.append(self._deadlines.watch(seconds, partial(self._flight.expire, phase, seconds)))

    def stop(self) -> None:
        for number in self._numbers:
            self._deadlines.forget(number)


@dataclass(frozen=True, slots=True)
class _Leaving:
    """A body that leaves at its pace, and tells when its last piece has left."""

    body: Body
    pace: Pace
    cancel: CancelToken
    on_sent_all: Callable[[], None]

    def __len__(self) -> int:
        return len(self.body)

    def __iter__(self) -> Iterator[bytes | memoryview]:
        stride, pieces = Stride(), iter(self.body)
        while True:
            self.body.piece = self.pace.piece or stride.piece
            piece = next(pieces, None)
            if piece is None:
                break
            # Between two sends, whose time limit so knows nothing of it.
            self.pace.take(len(piece), self.cancel)
            stride.begin()
            yield piece
            # The next piece is asked for when the one before has left.
            stride.end()
        self.on_sent_all()


def system_proxies(url: str) -> dict[str, str]:
    """The proxies that the environment or the system names for an address; none for this computer's own."""
    return {} if is_loopback(url) else dict(get_environ_proxies(url))


class Transport:
    """The one HTTP session. Thread-safe: each thread may have one request on its way.

    Args:
        connections: how many requests to one host at the same time.
        user_agent: product and version.
        ssl_context: for tests; the system's trust store otherwise.
        proxies_for: which proxies an address goes through; what it raises passes through.
        unusable: why no request can be made; each of them raises it.
        clock: seconds, which go on while the computer sleeps.
        pace: holds all uploads of the program back; none by default.
    """

    def __init__(
        self,
        *,
        connections: int,
        user_agent: str,
        ssl_context: ssl.SSLContext | None = None,
        proxies_for: Callable[[str], dict[str, str]] = system_proxies,
        unusable: TransportError | None = None,
        clock: Callable[[], float] = elapsed,
        pace: Pace | None = None,
    ) -> None:
        self._unusable = unusable
        self._lane = Lane()
        self._deadlines = Deadlines(clock)
        self._pace = pace or Pace()
        self._proxies_for = proxies_for
        # Of requests only what knows the protocol: its sessions keep cookies, follow redirects and read .netrc, all of
        # which is unwanted, and half of what a small request costs.
        self._headers = {**requests.utils.default_headers(), "User-Agent": user_agent}
        context = ssl_context or truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._adapter = Adapter(lane=self._lane, connections=connections, ssl_context=context, clock=clock)

    def close(self) -> None:
        """Drop the idle connections."""
        self._adapter.close()

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
        sink: Callable[[bytes], None] | None = None,
        on_head: Callable[[int, Mapping[str, str]], None] | None = None,
        permit: Callable[[str | None], None] | None = None,
    ) -> Answer:
        """Send one request and read its whole answer, whatever the status. Redirects are not followed.

        Args:
            limit: the most bytes of an answer's body that are read; more is cut off there.
            sink: takes the body of a 200 piece by piece instead, so that it is never held in memory; what it
                raises passes through.
            on_head: hears the status and the headers before the body is read; what it raises passes through.
            permit: hears the IP address of the peer once it is connected, before TLS and before anything is sent;
                None, before connecting, where a proxy will connect instead. What it raises passes through.

        Raises:
            CancelledError: within milliseconds of the token's cancelling, save for name look-up and
                connecting, which end by ``timeouts.connect``.
            TransportError: one of its subclasses; ``sent_all`` is true once the whole body had left.
            SecretError: the password of the proxy cannot be had.
            SourceError: what a :class:`FileBody` raises; and whatever the callbacks of one raise.
        """
        cancel = cancel or CancelToken()
        cancel.check()
        if self._unusable is not None:
            raise replace(self._unusable, host=host_of(url))
        flight = Flight(permit)
        watchdog = _Watchdog(self._deadlines, flight)
        outgoing = None
        if body:
            outgoing = _Leaving(body, self._pace, cancel, lambda: watchdog.watch("read", timeouts.answer))
        prepared, proxies = self._prepared(method, url, outgoing, headers)
        self._lane.flight = flight
        try:
            with cancel.interrupting(flight.interrupt):
                cancel.check()
                if permit is not None and select_proxy(prepared.url or "", proxies) is not None:
                    permit(None)
                    flight.permit = None
                watchdog.watch("total", timeouts.total)
                if outgoing is None:
                    watchdog.watch("read", timeouts.answer)
                answer = self._exchange(prepared, proxies, timeouts, limit, sink, on_head, flight)
                if answer.status == PROXY_LOGIN and (proxy := proxy_of(url, proxies)):
                    raise ProxyRefusedError(host=host_of(url), proxy=proxy, problem="login", status=answer.status)
                return answer
        except _SinkFailedError as error:
            raise error.cause from None
        except (requests.RequestException, HTTPError, OSError) as error:
            sent_all = body.sent_all if body is not None else False
            if cancel.cancelled:
                raise CancelledError(sent_all=sent_all) from None
            if flight.expired is not None:
                phase, seconds = flight.expired
                raise TimeoutExpiredError(
                    host=host_of(url), sent_all=sent_all, phase=phase, seconds=round(seconds)
                ) from error
            raise converted(
                error, host_of(url), proxy=proxy_of(url, proxies), sent_all=sent_all, timeouts=timeouts
            ) from error
        finally:
            self._lane.flight = None
            flight.detach()
            watchdog.stop()

    def _prepared(
        self, method: str, url: str, body: _Leaving | None, headers: Mapping[str, str] | None
    ) -> tuple[requests.PreparedRequest, dict[str, str]]:
        told = dict(headers or {})
        if body is not None or method not in _WITHOUT_LENGTH:
            told["Content-Length"] = str(len(body) if body is not None else 0)
        prepared = requests.PreparedRequest()
        try:
            prepared.prepare_method(method)
            prepared.prepare_url(url, None)
            prepared.prepare_headers({**self._headers, **told})
            prepared.body = body  # type: ignore[assignment]  # whatever can be iterated is sent so
            prepared.prepare_auth(None)
            address = prepared.url or ""
            if not address.lower().startswith(("http://", "https://")):
                raise requests.exceptions.InvalidSchema(address)
            # As the layers below will encode them, where failing would look like a fault of the network.
            host_of(address).encode("idna")
            for name, value in told.items():
                f"{name}: {value}".encode("latin-1")
            return prepared, self._proxies_for(url)
        except (requests.RequestException, HTTPError, ValueError) as error:
            # Without its cause: that one may quote a header, and a header may be a secret.
            raise AddressInvalidError(host=host_of(url), reason=type(error).__name__) from None

    def _exchange(
        self,
        prepared: requests.PreparedRequest,
        proxies: dict[str, str],
        timeouts: Timeouts,
        limit: int,
        sink: Callable[[bytes], None] | None,
        on_head: Callable[[int, Mapping[str, str]], None] | None,
        flight: Flight,
    ) -> Answer:
        response = self._adapter.send(
            prepared,
            timeout=(timeouts.connect, timeouts.read),
            stream=True,
            proxies=proxies,
        )
        with response:
            lowered = {name.lower(): value for name, value in response.headers.items()}
            if on_head is not None:
                _call(on_head, response.status_code, lowered)
            content = b""
            for piece in response.iter_content(PIECE):
                if sink is not None and response.status_code == 200:
                    _call(sink, piece)
                    continue
                content += piece
                if len(content) > limit:
                    content = content[:limit]
                    break
            if flight.interrupted and not _tells_its_end(response.status_code, lowered):
                # A shut-down connection looks like the end of what was sent.
                raise OSError(errno.ECONNABORTED, "interrupted")
        return Answer(status=response.status_code, headers=lowered, body=content)


def _tells_its_end(status: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer that is cut off can be told from a whole one (RFC 9112, 6.3)."""
    chunked = "chunked" in headers.get("transfer-encoding", "").lower()
    return status in _WITHOUT_BODY or chunked or "content-length" in headers


def _call(callback: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    try:
        callback(*args, **kwargs)
    except Exception as error:
        raise _SinkFailedError(error) from error
