"""A cable between a client and a test server, on loopback: it can be pulled out and plugged in again, or break off."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_PIECE = 64 * 1024


class Wire:
    """Listens on a port of its own and hands every byte on, both ways. Runs while it is entered.

    Args:
        url: where the server answers.
        plugged: whether connections are taken; if not they are refused, as where no program listens.
    """

    def __init__(self, url: str, *, plugged: bool = True) -> None:
        self._target = (urlsplit(url).hostname or "", urlsplit(url).port or 80)
        self._lock = threading.Lock()
        self._listening: socket.socket | None = None
        self._made: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._breaks: list[int] = []
        self.passed = 0
        """Bytes that clients have sent so far."""
        self.returned = 0
        """Bytes that the server has answered so far."""
        # Kept for the whole time, without listening: nobody else gets the port.
        self._reserved = _socket()
        self._reserved.bind(("127.0.0.1", 0))
        self.port: int = self._reserved.getsockname()[1]
        if plugged:
            self.plug()

    @property
    def url(self) -> str:
        """What a client is told instead of the server's address."""
        return f"http://127.0.0.1:{self.port}"

    def plug(self) -> None:
        """Take connections from now on."""
        listening = _socket()
        listening.bind(("127.0.0.1", self.port))
        listening.listen(128)
        self._listening = listening
        self._start(self._accept, listening)

    def pull(self) -> None:
        """Refuse connections from now on, and break those that there are."""
        listening, self._listening = self._listening, None
        if listening is not None:
            # Wakes accept(), which closing does not everywhere.
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        with self._lock:
            connections = tuple(self._made)
        for connection in connections:
            _reset(connection)

    def break_after(self, size: int, *, times: int = 1) -> None:
        """Reset the next connections, once so many bytes have come from the client."""
        with self._lock:
            self._breaks += [size] * times

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pull()
        for thread in tuple(self._threads):
            thread.join(10)
        for each in (*self._made, self._reserved):
            each.close()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._target, timeout=30)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._made += [client, server]
                limit = self._breaks.pop(0) if self._breaks else None
            self._start(self._hand_on, client, server, self._count_passed, limit)
            self._start(self._hand_on, server, client, self._count_returned, None)

    def _count_passed(self, size: int) -> None:
        with self._lock:
            self.passed += size

    def _count_returned(self, size: int) -> None:
        with self._lock:
            self.returned += size

    def _hand_on(
        self, origin: socket.socket, target: socket.socket, count: Callable[[int], None], limit: int | None
    ) -> None:
        left = limit
        try:
            while piece := origin.recv(_PIECE if left is None else min(_PIECE, left)):
                target.sendall(piece)
                count(len(piece))
                if left is not None:
                    left -= len(piece)
                    if left == 0:
                        _reset(origin)
                        break
            with suppress(OSError):
                target.shutdown(socket.SHUT_WR)
        except OSError:
            # The other side learns of it.
            _reset(target)


def _socket() -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


def _reset(connection: socket.socket) -> None:
    """End it with RST instead of FIN."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # Wakes who reads from it; a shutdown for writing would send FIN.
        connection.shutdown(socket.SHUT_RD)
    connection.close()
