"""Fetches an address that anybody may have chosen, without being led where only this computer can go.

* ``http`` and ``https`` only, at most five redirects, each hop looked at anew.
* The peer is looked at once it is connected, so that a name cannot lead elsewhere between a look and the request.
* Through a proxy the peer is the proxy: there the name is looked up here, and where only the proxy can do that,
  it must not spell an address or a name of a private network. What the proxy itself then connects to is not seen.
* No more bytes than the limit, by what is announced and by what comes; nothing is unpacked.
* No cookies, no credentials, no Referer.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.errors import (
    AddressAwayError,
    AddressBlockedError,
    AddressBusyError,
    AddressEncodedError,
    AddressRedirectError,
    AddressRefusedError,
    AddressSlowError,
    AddressUntrustedError,
    ConnectError,
    ConnectionLostError,
    NameLookupError,
    SourceTooLargeError,
    TimeoutExpiredError,
    TlsError,
)
from kraken_desktop.model.hosts import is_public, may_be_public
from kraken_desktop.model.web_address import ascii_form, usable
from kraken_desktop.transport.session import Timeouts, Transport

MOST_REDIRECTS = 5
TIMEOUTS = Timeouts(connect=15, read=30, total=600)
"""``read`` bounds each wait for bytes, ``total`` the whole way, redirects included."""

_HEADERS = {"Accept": "image/*, */*;q=0.5", "Accept-Encoding": "identity"}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PROXY_LOGIN = 407
_LATER = frozenset({408, 425, 429})
_LONGEST_WAIT = 3600


def fetch_address(
    transport: Transport,
    url: str,
    sink: Callable[[bytes, int], None],
    *,
    trusted: bool,
    limit: int,
    cancel: CancelToken,
    timeouts: Timeouts = TIMEOUTS,
) -> int:
    """Get the bytes behind an address. Returns how many.

    Args:
        transport: whose proxies and trust apply.
        url: an http or https address without a password.
        sink: takes the bytes piece by piece, and how many were announced in all, 0 if nobody said; what it raises
            passes through.
        trusted: the person typed it, so it may lead into a private network, and within such a network further. From
            the public internet no redirect leads into one, whoever typed it.
        limit: the most bytes.
        cancel: takes effect at once, save while a name is looked up.
        timeouts: of all hops together; each of ``connect`` and ``read`` for each hop.

    Raises:
        SourceTooLargeError, AddressBlockedError, AddressRedirectError, AddressRefusedError, AddressBusyError,
            AddressEncodedError, AddressSlowError, AddressAwayError, AddressUntrustedError: ``path`` is ``url``.
        TransportError: one of its subclasses.
        CancelledError: the token was cancelled.
    """
    return _Fetch(transport, url, sink, limit=limit, cancel=cancel, timeouts=timeouts).run(trusted=trusted)


class _RedirectedError(Exception):
    """Ends a request at its head: what a redirect has for a body may never end."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target


class _Fetch:
    """One address on its way."""

    def __init__(
        self,
        transport: Transport,
        url: str,
        sink: Callable[[bytes, int], None],
        *,
        limit: int,
        cancel: CancelToken,
        timeouts: Timeouts,
    ) -> None:
        self._transport = transport
        self._url = url
        self._sink = sink
        self._limit = limit
        self._cancel = cancel
        self._timeouts = timeouts
        self._received = 0
        self._announced = 0
        self._on_public = True
        """Whether the hop that was made last was one on the public internet."""

    def run(self, *, trusted: bool) -> int:
        total = self._timeouts.total
        end = time.monotonic() + total if total is not None else None
        hop = ascii_form(self._url).partition("#")[0]
        seen = {hop}
        for redirects in range(MOST_REDIRECTS + 1):
            target = self._hop(hop, self._left(end, hop), trusted=trusted, redirected=redirects > 0)
            if target is None:
                return self._received
            hop = self._next(hop, target)
            if hop in seen:
                raise self._redirect("loop")
            seen.add(hop)
            trusted = trusted and not self._on_public
        raise self._redirect("too_many")

    def _hop(self, url: str, timeouts: Timeouts, *, trusted: bool, redirected: bool) -> str | None:
        """One request; the target if it is a redirect, in whatever form the server gave it."""
        host = urlsplit(url).hostname or ""

        def permit(peer: str | None) -> None:
            self._on_public = _leads_outside(host) if peer is None else is_public(peer)
            if not (self._on_public or trusted):
                raise AddressBlockedError(path=self._url, host=host, redirected=redirected)

        if not (trusted or may_be_public(host)):
            raise AddressBlockedError(path=self._url, host=host, redirected=redirected)
        try:
            answer = self._transport.request(
                "GET",
                url,
                headers=_HEADERS,
                cancel=self._cancel,
                timeouts=timeouts,
                sink=self._take,
                on_head=lambda status, headers: self._look(status, headers, host),
                permit=permit,
            )
        except _RedirectedError as error:
            return error.target
        except (NameLookupError, ConnectError) as error:
            # This host's own trouble: it must not hold up what has nothing to do with it.
            raise AddressAwayError(path=self._url, host=host, reason=error.reason) from error
        except TlsError as error:
            raise AddressUntrustedError(path=self._url, host=host, reason=error.reason) from error
        except TimeoutExpiredError as error:
            if error.phase == "total":
                raise self._too_slow(host) from error
            if error.phase == "connect":
                # As above: a host that a firewall hides answers nothing at all.
                raise AddressAwayError(path=self._url, host=host, reason=error.code) from error
            raise
        if answer.status != 200:
            # A 407 of a server that is no proxy.
            raise AddressRefusedError(path=self._url, host=host, status=answer.status)
        if self._announced and self._received < self._announced:
            raise ConnectionLostError(host=host, sent_all=True, reason="incomplete")
        return None

    def _look(self, status: int, headers: Mapping[str, str], host: str) -> None:
        """Refuse by the head what need not be read."""
        if status == _PROXY_LOGIN:
            # The transport's own matter.
            return
        if status in _REDIRECTS:
            raise _RedirectedError(headers.get("location", ""))
        if status in _LATER or status >= 500:
            wait = headers.get("retry-after", "").strip()
            seconds = min(int(wait), _LONGEST_WAIT) if wait.isascii() and wait.isdecimal() and len(wait) < 9 else None
            raise AddressBusyError(path=self._url, host=host, status=status, retry_after=seconds)
        if status != 200:
            raise AddressRefusedError(path=self._url, host=host, status=status)
        encoding = headers.get("content-encoding", "").strip().lower()
        if encoding not in {"", "identity"}:
            raise AddressEncodedError(path=self._url, host=host, encoding=encoding[:40])
        length = headers.get("content-length", "").strip()
        # Of a longer number the first digits would do to refuse it, too.
        self._announced = int(length[:18]) if length.isascii() and length.isdecimal() else 0
        if self._announced > self._limit:
            raise SourceTooLargeError(path=self._url, size=self._announced, limit=self._limit)

    def _take(self, piece: bytes) -> None:
        self._received += len(piece)
        if self._received > self._limit:
            raise SourceTooLargeError(path=self._url, size=0, limit=self._limit)
        self._sink(piece, self._announced)

    def _next(self, url: str, target: str) -> str:
        try:
            # http.client reads headers as Latin-1; servers that send more than ASCII mean UTF-8.
            told = target.strip().encode("latin-1").decode("utf-8", "replace").replace(" ", "%20")
            joined = ascii_form(urljoin(url, told)).partition("#")[0]
            scheme = urlsplit(joined).scheme
        except ValueError:
            raise self._redirect("no_target") from None
        if scheme not in {"http", "https"}:
            raise self._redirect("scheme")
        parts = usable(joined)
        if parts is None or not told:
            raise self._redirect("no_target")
        if "@" in parts.netloc:
            raise self._redirect("password")
        return joined

    def _left(self, end: float | None, url: str) -> Timeouts:
        """The time limits of the next hop."""
        if end is None:
            return self._timeouts
        left = end - time.monotonic()
        if left <= 0:
            raise self._too_slow(urlsplit(url).hostname or "")
        return replace(self._timeouts, total=left)

    def _too_slow(self, host: str) -> AddressSlowError:
        return AddressSlowError(path=self._url, host=host, seconds=round(self._timeouts.total or 0))

    def _redirect(self, problem: str) -> AddressRedirectError:
        return AddressRedirectError(path=self._url, problem=problem, most=MOST_REDIRECTS)


def _leads_outside(host: str) -> bool:
    """Whether a name that a proxy will look up leads to the public internet, as far as this computer can tell."""
    if not may_be_public(host):
        return False
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        # Where only the proxy looks names up, the spelling is all that we have.
        return True
    return all(is_public(str(address[0])) for *_, address in found)
