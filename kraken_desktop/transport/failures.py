"""What libraries raise when a request fails, as errors of our own: whose fault it was, without anybody's secrets."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
import socks
import urllib3
from requests.utils import select_proxy
from urllib3.exceptions import (
    ConnectTimeoutError,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
)

from kraken_desktop.model.errors import (
    ConnectError,
    ConnectionLostError,
    NameLookupError,
    ProxyRefusedError,
    TimeoutExpiredError,
    TlsError,
    TransportError,
)

if TYPE_CHECKING:
    from kraken_desktop.transport.session import Timeouts

PROXY_LOGIN = 407
_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})\b")
"""How ``http.client`` tells what a proxy answered to CONNECT: it has no exception of its own for it."""


def host_of(url: str) -> str:
    """The name of an address's server; empty if there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


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


def proxy_of(url: str, proxies: Mapping[str, str]) -> str:
    """Name and port of the proxy that the address goes through, without what goes before an ``@``."""
    try:
        parts = urlsplit(select_proxy(url, proxies) or "")
        place = parts.hostname or ""
        return f"{place}:{parts.port}" if parts.port else place
    except ValueError:
        return ""


_NOT_THERE = ("0x03", "0x04", "0x05", "0x06")
"""What a SOCKS proxy answers when the address behind it does not (RFC 1928): nothing is wrong with the proxy."""


def _refused_by_socks(error: socks.ProxyError, host: str, proxy: str) -> TransportError:
    told = ProxyRefusedError(host=host, proxy=proxy)
    if isinstance(error, socks.SOCKS5AuthError):
        return replace(told, problem="login")
    if isinstance(error, socks.SOCKS5Error):
        words = str(error.msg)
        return ConnectError(host=host, reason=words) if words.startswith(_NOT_THERE) else replace(told, reason=words)
    cause = error.socket_err
    if isinstance(cause, socket.gaierror):
        return replace(told, problem="name")
    if isinstance(error, socks.ProxyConnectionError):
        return replace(told, problem="unreachable", reason=_reason(cause) if isinstance(cause, OSError) else "")
    return told


def _refused_by_proxy(causes: tuple[BaseException, ...], host: str, proxy: str, reason: str) -> ProxyRefusedError:
    told = ProxyRefusedError(host=host, proxy=proxy)
    for cause in causes:
        if found := _TUNNEL.match(str(cause)):
            status = int(found[1])
            return replace(told, problem="login" if status == PROXY_LOGIN else "refused", status=status)
        if isinstance(cause, (requests.exceptions.InvalidProxyURL, LocationValueError)):
            return replace(told, problem="address")
        if isinstance(cause, NameResolutionError | socket.gaierror):
            return replace(told, problem="name")
        if isinstance(cause, NewConnectionError | ConnectTimeoutError | ConnectionRefusedError):
            return replace(told, problem="unreachable", reason=reason if reason != type(cause).__name__ else "")
    return replace(told, reason=reason)


def converted(error: Exception, host: str, *, proxy: str, sent_all: bool, timeouts: Timeouts) -> TransportError:
    """The error of a request to ``host``, through ``proxy`` if there is one."""
    causes = tuple(_causes(error))
    reason = _reason(error)

    def among(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    socks_errors = [cause for cause in causes if isinstance(cause, socks.ProxyError)]
    if socks_errors:
        # The innermost one is the most exact.
        return _refused_by_socks(socks_errors[-1], host, proxy)
    # The server's own address was looked at before: what is wrong with an address now is the proxy's.
    if among(requests.exceptions.ProxyError, requests.exceptions.InvalidProxyURL, LocationValueError):
        return _refused_by_proxy(causes, host, proxy, reason)
    if among(ssl.SSLCertVerificationError):
        return TlsError(host=host, reason=reason)
    if isinstance(error, requests.exceptions.SSLError):
        # Broken records are no question of trust: after a whole request they mean that the answer is lost.
        if sent_all or among(ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError):
            return ConnectionLostError(host=host, sent_all=sent_all, reason=reason)
        return TlsError(host=host, reason=reason)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return TimeoutExpiredError(host=host, phase="connect", seconds=round(timeouts.connect))
    if among(NameResolutionError, socket.gaierror):
        return NameLookupError(host=host, reason=reason)
    if among(NewConnectionError):
        return ConnectError(host=host, reason=reason)
    if any(isinstance(cause, OSError) and cause.errno == errno.ETIMEDOUT for cause in causes):
        # The kernel gave the peer up, in less than our own limits.
        return ConnectionLostError(host=host, sent_all=sent_all, reason=reason)
    if among(requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError):
        return TimeoutExpiredError(host=host, sent_all=sent_all, phase="read", seconds=round(timeouts.read))
    if among(TimeoutError):
        return TimeoutExpiredError(host=host, sent_all=sent_all, phase="send", seconds=round(timeouts.connect))
    return ConnectionLostError(host=host, sent_all=sent_all, reason=reason)
