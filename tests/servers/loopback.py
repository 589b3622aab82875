"""The HTTP/1.1 server below the test servers: keep-alive, a thread a connection, and a stop that ends all at once."""

from __future__ import annotations

import contextlib
import itertools
import select
import socket
import struct
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

_PIECE = 64 * 1024
_LINGER_SECONDS = 10
_GLANCE = 0.02
"""Seconds between two looks at what a stalled connection waits for."""


class ClientGoneError(ConnectionError):
    """The client left, was left on purpose, or the server stops."""


class LoopbackServer(ThreadingHTTPServer):
    """Listens on loopback. ``errors`` holds what went wrong unasked."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, handler: type[LoopbackHandler], *, port: int = 0, receive_buffer: int | None = None) -> None:
        self.receive_buffer = receive_buffer
        self.stopping = threading.Event()
        self.errors: list[BaseException] = []
        self._numbers = itertools.count(1)
        self._open: dict[socket.socket, int] = {}
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), handler)
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}"

    def server_bind(self) -> None:
        """With a small receive buffer, if wished: an upload that is not read then stops early."""
        if self.receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        super().server_bind()

    def start(self) -> Self:
        """Answer from now on."""
        self._accepting.start()
        return self

    def stop(self) -> None:
        """End every connection, stalled ones too, and wait for their threads."""
        self.stopping.set()
        # A connection of our own ends accept(), which closing does not everywhere.
        socket.create_connection(("127.0.0.1", self.server_port)).close()
        self._accepting.join()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    # Wakes its thread. RST ends also a client that is still sending, which FIN does not.
                    _reset_when_closed(connection)
                    connection.shutdown(socket.SHUT_RD)
        self.server_close()

    def connection_number(self, connection: socket.socket) -> int:
        """Counts connections from 1."""
        return self._open[connection]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Register the connection before its thread begins."""
        with self._lock:
            self._open[request] = next(self._numbers)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection and close it."""
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: handlers keep their own errors."""

    def _accept(self) -> None:
        while not self.stopping.is_set():
            self.handle_request()


class LoopbackHandler(BaseHTTPRequestHandler):
    """One connection. Subclasses define :meth:`handle_one`; leaving is never an error."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    server: LoopbackServer

    def handle_one(self) -> None:
        """Answer the request whose head was read."""
        raise NotImplementedError

    def do_ANY(self) -> None:
        """Every method comes here."""
        self.body_left = int(self.headers.get("Content-Length") or 0)
        try:
            self.handle_one()
        except (ClientGoneError, OSError):
            self.close_connection = True
        except Exception as error:
            self.server.errors.append(error)
            self.close_connection = True
            self.reply(500, f"{type(error).__name__}: {error}".encode())

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_ANY  # noqa: N815 (names of http.server)

    def handle(self) -> None:
        """Requests until the connection ends."""
        with contextlib.suppress(OSError):
            super().handle()

    def finish(self) -> None:
        """The socket may be gone already."""
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (name of http.server)
        """Requests are recorded, not printed."""

    def read_piece(self, most: int = _PIECE) -> bytes:
        """The next bytes of the body; empty at its end.

        Raises:
            ClientGoneError: the client left before the end.
        """
        if self.body_left == 0:
            return b""
        if self.server.stopping.is_set():
            raise ClientGoneError("the server stops")
        piece = self.rfile.read1(min(most, self.body_left))
        if not piece:
            raise ClientGoneError("the body was cut")
        self.body_left -= len(piece)
        return piece

    def read_body(self) -> bytes:
        """What is left of the body. Raises ClientGoneError as :meth:`read_piece` does."""
        return b"".join(iter(self.read_piece, b""))

    def reply(
        self,
        status: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        length: int | None = None,
        reason: str | None = None,
    ) -> None:
        """Send an answer in one piece. ``length`` is what Content-Length says, by default the truth."""
        head = self.head_of(status, len(body) if length is None else length, headers or {}, reason)
        self.wfile.write(head if self.command == "HEAD" else head + body)

    def head_of(self, status: int, length: int, headers: Mapping[str, str], reason: str | None = None) -> bytes:
        """Status line and headers."""
        if reason is None:
            reason = HTTPStatus(status).phrase if status in {each.value for each in HTTPStatus} else "Unknown"
        told = {"Date": self.date_time_string(), "Content-Length": str(length), **headers}
        if self.close_connection or self.body_left:
            # What is left of the body would be read as the next request.
            self.close_connection = True
            told["Connection"] = "close"
        lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in told.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def reset(self) -> None:
        """End the connection with RST instead of FIN."""
        _reset_when_closed(self.connection)
        # The read file holds the socket open; its descriptor goes now.
        self.rfile.close()
        self.wfile.close()
        self.connection.close()
        raise ClientGoneError("ordered by a test")

    def linger(self) -> None:
        """Read and forget what still comes, so that the answer is not lost to an RST; then close."""
        self.connection.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + _LINGER_SECONDS
        while self.body_left and time.monotonic() < deadline:
            self.read_piece()
        raise ClientGoneError("answered before the body was read")

    def pause(self, seconds: float, go_on: threading.Event | None = None) -> None:
        """Wait, but no longer than until ``go_on``.

        Raises:
            ClientGoneError: the client left, as far as that shows, or the server stops.
        """
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if go_on is not None and go_on.is_set():
                return
            if self.server.stopping.is_set() or self._client_left():
                raise ClientGoneError("while the server waited")
            self.server.stopping.wait(min(_GLANCE, left))

    def _client_left(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""


def _reset_when_closed(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Running:
    """Start and stop as a context manager, for what owns a :class:`LoopbackServer`."""

    def start(self) -> Self:
        """Begin."""
        raise NotImplementedError

    def stop(self) -> None:
        """End."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
