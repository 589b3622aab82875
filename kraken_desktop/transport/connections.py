"""What ``requests`` lacks, added in urllib3's connections: waking a blocked request, honest progress, and sound peers.

* Little may lie unsent in the kernel (``TCP_NOTSENT_LOWAT``), so progress means bytes that left.
* A request is interrupted by shutting a duplicate of its socket down. Closing would not wake a blocked ``send``,
  and during a TLS handshake the original is not to be had.
* A connection that lay idle is not used again: its peer may be about to close it, or be gone since the computer slept,
  and a request that is lost there may have been charged. A peer that is gone without a word is noticed by the kernel.
"""

from __future__ import annotations

import base64
import errno
import functools
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidProxyURL
from requests.utils import get_auth_from_url, select_proxy
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.retry import Retry

_UNSENT = 16 * 1024
_NOTSENT_LOWAT = {"linux": 25, "darwin": 0x201}.get(sys.platform)
"""``TCP_NOTSENT_LOWAT``, which Python's ``socket`` does not name (``tcp(7)``; ``netinet/tcp.h`` of XNU)."""


IDLE_SECONDS = 4.0
"""How long a connection may lie idle and be used again. Servers close it after five, or much later (Node.js docs:
"server.keepAliveTimeout"; Apache docs: "KeepAliveTimeout"); in a run each is needed again within less."""

_SILENCE_SECONDS = 60
"""How long a peer may leave everything without acknowledgement, probes included, before the kernel gives it up."""


class Flight:
    """One request on its way: what has to be shut down to end it at once.

    Args:
        permit: hears the IP address of the peer before anything is sent to it; None if nobody asks.
    """

    def __init__(self, permit: Callable[[str], None] | None = None) -> None:
        self.permit = permit
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._interrupted = False
        self.expired: tuple[str, float] | None = None
        """The phase that took too long, and its limit in seconds."""

    def attach(self, handle: socket.socket) -> None:
        """Takes a duplicate: the connection closes its own before the body of an answer that ends with it is read."""
        own = handle.dup()
        with self._lock:
            before, self._handle = self._handle, own
            if self._interrupted:
                _shut_down(own)
        if before is not None:
            before.close()

    def detach(self) -> None:
        with self._lock:
            before, self._handle = self._handle, None
        if before is not None:
            before.close()

    @property
    def interrupted(self) -> bool:
        """Whether its socket was shut down, or would have been."""
        with self._lock:
            return self._interrupted

    def interrupt(self) -> None:
        with self._lock:
            self._interrupted = True
            if self._handle is not None:
                _shut_down(self._handle)

    def expire(self, phase: str, seconds: float) -> None:
        self.expired = self.expired or (phase, seconds)
        self.interrupt()


def _shut_down(handle: socket.socket) -> None:
    try:
        handle.shutdown(socket.SHUT_RDWR)
    except OSError:
        # Not connected any more: there is nothing left to wake.
        return


class Lane(threading.local):
    """The request that this thread is making. urllib3 offers no other way to reach a new connection."""

    flight: Flight | None = None


class _Interruptible(HTTPConnection):
    """Keeps a duplicate of its socket, and hands it to the request that uses the connection."""

    def __init__(self, *args: Any, lane: Lane, clock: Callable[[], float], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lane = lane
        self._clock = clock
        self._used = clock()
        self._handle: socket.socket | None = None

    @property
    @override
    def is_connected(self) -> bool:
        # The pool asks before it hands the connection out again.
        return self._clock() - self._used < IDLE_SECONDS and super().is_connected

    @override
    def getresponse(self) -> Any:
        try:
            return super().getresponse()
        finally:
            self._used = self._clock()

    @override
    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        _keep_little_unsent(connected)
        _notice_silence(connected)
        self._handle = connected.dup()
        try:
            self._attach()
        except BaseException:
            # Nobody else knows of it yet.
            connected.close()
            raise
        return connected

    @override
    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:  # kept alive: _new_conn is not called for this request
            self._attach()
        super().request(*args, **kwargs)

    @override
    def close(self) -> None:
        try:
            super().close()
        finally:
            if self._handle is not None:
                self._handle.close()
                self._handle = None

    def _attach(self) -> None:
        flight = self._lane.flight
        if flight is None or self._handle is None:
            return
        flight.attach(self._handle)
        if flight.permit is not None:
            # Of the connection itself: a name may lead elsewhere each time it is looked up.
            flight.permit(self._handle.getpeername()[0])


class _InterruptibleTls(_Interruptible, HTTPSConnection):
    @override
    def send(self, data: Any) -> None:
        try:
            super().send(data)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError) as error:
            # OpenSSL's way to say it. Of this one, urllib3 knows that an early answer may be waiting.
            raise BrokenPipeError(errno.EPIPE, "The server closed the connection") from error


class _Pool(HTTPConnectionPool):
    def __init__(self, *args: Any, lane: Lane, clock: Callable[[], float], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ConnectionCls = functools.partial(_Interruptible, lane=lane, clock=clock)  # type: ignore[assignment]


class _TlsPool(HTTPSConnectionPool):
    def __init__(self, *args: Any, lane: Lane, clock: Callable[[], float], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ConnectionCls = functools.partial(_InterruptibleTls, lane=lane, clock=clock)  # type: ignore[assignment]


def _keep_little_unsent(connected: socket.socket) -> None:
    # Progress is less exact without it, and nothing else: no reason to fail where a system does not know it.
    with suppress(OSError):
        if _NOTSENT_LOWAT is not None:
            connected.setsockopt(socket.IPPROTO_TCP, _NOTSENT_LOWAT, _UNSENT)
        else:
            # Windows has no low-water mark. A buffer larger than a typical file would swallow it whole at once.
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * _UNSENT)


def _notice_silence(connected: socket.socket) -> None:
    # The time limits end such a request too, only later; so this is no reason to fail either.
    with suppress(OSError):
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    # macOS names the first one differently (tcp(4)).
    options = {
        "TCP_KEEPIDLE": _SILENCE_SECONDS // 2,
        "TCP_KEEPALIVE": _SILENCE_SECONDS // 2,
        "TCP_KEEPINTVL": _SILENCE_SECONDS // 6,
        "TCP_KEEPCNT": 3,
        "TCP_USER_TIMEOUT": _SILENCE_SECONDS * 1000,
    }
    for name, value in options.items():
        number = getattr(socket, name, None)
        if number is not None:
            with suppress(OSError):
                connected.setsockopt(socket.IPPROTO_TCP, number, value)


class Adapter(HTTPAdapter):
    def __init__(
        self, *, lane: Lane, connections: int, ssl_context: ssl.SSLContext, clock: Callable[[], float]
    ) -> None:
        self._lane = lane
        self._clock = clock
        self._ssl_context = ssl_context
        # Retries belong to the queue, which knows what may have been charged.
        super().__init__(
            pool_connections=8,
            pool_maxsize=connections,
            pool_block=True,
            max_retries=Retry(0, read=False, redirect=False),
        )

    @override
    def get_connection_with_tls_context(
        self, request: Any, verify: Any, proxies: Mapping[str, str] | None = None, cert: Any = None
    ) -> Any:
        try:
            return super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
        except ValueError:
            if select_proxy(request.url, proxies) is None:
                raise
            # The original names the proxy, and with it perhaps a password.
            raise InvalidProxyURL("The proxy's address is not valid") from None

    @override
    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._ssl_context, **kwargs)
        self._hook(self.poolmanager)

    @override
    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if proxy.lower().startswith("https:"):
            # One handshake inside another, which the trust stores of Windows and macOS do not check.
            raise InvalidProxyURL("A proxy that is reached by TLS is not supported")
        if proxy.lower().startswith("socks"):
            # SOCKS brings connection classes of its own: there, cancelling waits for the time limit.
            return super().proxy_manager_for(proxy, ssl_context=self._ssl_context, **kwargs)
        fresh = proxy not in self.proxy_manager
        manager = super().proxy_manager_for(proxy, ssl_context=self._ssl_context, **kwargs)
        if fresh:
            self._hook(manager)
        return manager

    @override
    def proxy_headers(self, proxy: str) -> dict[str, str]:
        # requests would encode in Latin-1, and fail on a password with any other letter.
        user, password = get_auth_from_url(proxy)
        if not user:
            return {}
        told = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        return {"Proxy-Authorization": f"Basic {told}"}

    @override
    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        # The context holds the system's trust store. requests would load its own bundle into it, again for
        # each connection, and believe REQUESTS_CA_BUNDLE more than the system.
        conn.cert_reqs = "CERT_REQUIRED"
        conn.ca_certs = None
        conn.ca_cert_dir = None

    def _hook(self, manager: Any) -> None:
        manager.pool_classes_by_scheme = {
            "http": functools.partial(_Pool, lane=self._lane, clock=self._clock),
            "https": functools.partial(_TlsPool, lane=self._lane, clock=self._clock),
        }
