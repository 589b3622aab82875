"""A server that does exactly what a test says, byte by byte: for what no well-behaved server does."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

Script = Callable[["Peer"], None]


class Peer:
    """One connection, seen from the server. Every wait ends when the server stops."""

    def __init__(self, connection: socket.socket, stopping: threading.Event, hanging: threading.Event) -> None:
        self.connection = connection
        self.stopping = stopping
        self.hanging = hanging

    def read_head(self) -> tuple[str, dict[str, str], bytes]:
        """Request line, headers in lower case, and what of the body came along."""
        received = b""
        while b"\r\n\r\n" not in received:
            piece = self.connection.recv(65536)
            if not piece:
                raise ConnectionError("the client left")
            received += piece
        head, _, rest = received.partition(b"\r\n\r\n")
        line, *headers = head.decode("latin-1").split("\r\n")
        told = (header.partition(":") for header in headers)
        return line, {name.strip().lower(): value.strip() for name, _, value in told}, rest

    def read_request(self) -> tuple[str, dict[str, str], bytes]:
        """A whole request, by its Content-Length."""
        line, headers, body = self.read_head()
        length = int(headers.get("content-length", 0))
        while len(body) < length:
            piece = self.connection.recv(65536)
            if not piece:
                raise ConnectionError("the client left")
            body += piece
        return line, headers, body

    def answer(self, status: int = 200, body: bytes = b"{}", headers: str = "", length: int | None = None) -> None:
        told = len(body) if length is None else length
        self.connection.sendall(
            f"HTTP/1.1 {status} Told\r\nContent-Length: {told}\r\n{headers}\r\n".encode("latin-1") + body
        )

    def reset(self) -> None:
        """End with RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def wait(self) -> None:
        """Do nothing until the server stops, and let the test know that it begins."""
        self.hanging.set()
        self.stopping.wait(90)


class RawServer:
    """Runs ``script`` for each connection, on loopback (any address of it). ``errors`` holds what scripts raised."""

    def __init__(self, script: Script, ssl_context: ssl.SSLContext | None = None, *, host: str = "127.0.0.1") -> None:
        self._host = host
        self._script = script
        self._ssl_context = ssl_context
        self._stopping = threading.Event()
        self._listening = socket.create_server((host, 0))
        self.port: int = self._listening.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self.errors: list[BaseException] = []
        self.connections = 0
        self.connected = threading.Event()
        self.hanging = threading.Event()
        """A script is in :meth:`Peer.wait`."""

    @property
    def url(self) -> str:
        scheme = "http" if self._ssl_context is None else "https"
        return f"{scheme}://{self._host}:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        # A connection of our own ends accept(), which closing does not everywhere.
        socket.create_connection((self._host, self.port)).close()
        for connection in tuple(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        for thread in self._threads:
            thread.join(10)
        self._listening.close()

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            connection, _ = self._listening.accept()
            if self._stopping.is_set():
                connection.close()
                return
            # Or a short answer waits in the kernel for the other side's acknowledgement, and a reset throws it away.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._open.append(connection)
            self.connected.set()
            self._start(lambda connection=connection: self._serve(connection))  # type: ignore[misc]

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                if self._ssl_context is not None:
                    connection = self._ssl_context.wrap_socket(connection, server_side=True)
                    self._open.append(connection)
                with connection:
                    self._script(Peer(connection, self._stopping, self.hanging))
            except (OSError, ConnectionError) as error:
                self.errors.append(error)


@contextmanager
def hidden_port() -> Iterator[int]:
    """The port of a server that no more connections reach: who connects, hears nothing."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(8):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield server.getsockname()[1]
