"""A proxy on loopback: CONNECT and absolute-form, Basic authentication, SOCKS 5 with user and password.

Names lead where the test says, so that an address that no resolver knows goes through to a server on loopback.
"""

from __future__ import annotations

import base64
import socket
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.support.raw_server import Peer, RawServer


@dataclass(kw_only=True)
class Proxy:
    """Runs while it is entered.

    ``names`` maps host names to ports on loopback; ``login`` is the user and the password that it wants; ``refuses`` a
    status for every CONNECT; ``kind`` is ``http`` or ``socks5``.
    """

    names: Mapping[str, int] = field(default_factory=dict)
    login: tuple[str, str] | None = None
    refuses: int = 0
    kind: str = "http"
    seen: list[str] = field(default_factory=list)
    """What was asked for: ``CONNECT host:port`` or ``GET http://...``."""

    def __post_init__(self) -> None:
        self._server = RawServer(self._serve_socks if self.kind == "socks5" else self._serve_http)
        self.place = f"127.0.0.1:{self._server.port}"
        self.url = f"{self.kind}://{self.place}"

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)

    def _target(self, host: str) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.names[host]), timeout=30)

    # --- HTTP ---

    def _serve_http(self, peer: Peer) -> None:
        line, headers, body = peer.read_request()
        method, target, _ = line.split()
        wanted = f"Basic {base64.b64encode(':'.join(self.login).encode()).decode()}" if self.login else None
        if wanted is not None and headers.get("proxy-authorization") != wanted:
            peer.answer(407, b"", 'Proxy-Authenticate: Basic realm="test"\r\nConnection: close\r\n')
            return
        self.seen.append(f"{method} {target}")
        if method == "CONNECT":
            if self.refuses:
                peer.answer(self.refuses, b"", "Connection: close\r\n")
                return
            with self._target(target.rpartition(":")[0]) as there:
                peer.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _join(peer.connection, there)
            return
        parts = urlsplit(target)
        kept = {name: value for name, value in headers.items() if not name.startswith(("proxy-", "connection"))}
        told = "".join(f"{name}: {value}\r\n" for name, value in kept.items())
        with self._target(parts.hostname or "") as there:
            path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            there.sendall(f"{method} {path} HTTP/1.1\r\n{told}Connection: close\r\n\r\n".encode("latin-1") + body)
            _join(peer.connection, there)

    # --- SOCKS 5 (RFC 1928, RFC 1929) ---

    def _serve_socks(self, peer: Peer) -> None:
        connection = peer.connection
        _, count = _read(connection, 2)
        offered = _read(connection, count)
        wanted = 2 if self.login else 0
        if wanted not in offered:
            connection.sendall(b"\x05\xff")
            return
        connection.sendall(bytes([5, wanted]))
        if self.login is not None:
            _read(connection, 1)
            user = _read(connection, _read(connection, 1)[0]).decode()
            password = _read(connection, _read(connection, 1)[0]).decode()
            right = (user, password) == self.login
            connection.sendall(b"\x01\x00" if right else b"\x01\x01")
            if not right:
                return
        kind = _read(connection, 4)[3]
        assert kind == 3, "the name is to be looked up here"
        host = _read(connection, _read(connection, 1)[0]).decode()
        (port,) = struct.unpack("!H", _read(connection, 2))
        self.seen.append(f"CONNECT {host}:{port}")
        with self._target(host) as there:
            connection.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
            _join(connection, there)


def _read(connection: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        piece = connection.recv(count - len(received))
        if not piece:
            raise ConnectionError("the client left")
        received += piece
    return received


def _join(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until both sides have ended."""
    back = threading.Thread(target=_carry, args=(other, one), daemon=True)
    back.start()
    _carry(one, other)
    back.join(30)


def _carry(source: socket.socket, sink: socket.socket) -> None:
    try:
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        # One side is gone; the other one learns of it.
        source.close()
        sink.close()
