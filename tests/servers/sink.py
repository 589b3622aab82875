"""A server that takes every upload and keeps nothing: for measuring clients, so it costs as little as it can.

To a PUT it is an S3, to a POST it is Kraken.io that found a saving, and whoever looks at a link finds an image. It
checks no signature and no parameter. ``--rate`` lets all connections share a line of so many bytes per second, in
turns; ``--work`` is how many seconds it works on each upload before it answers.

``python -m tests.servers.sink`` runs it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import socket
import threading
from typing import Any

from typing_extensions import override

from tests.servers.child import ChildServer, add_lifetime_option, serve

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect: *100-continue", re.IGNORECASE)
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
_STORED = b'HTTP/1.1 200 OK\r\nETag: "d41d8cd98f00b204e9800998ecf8427e"\r\nContent-Length: 0\r\n\r\n'
_RESULT_BYTES = 1000
_IMAGE = f"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {_RESULT_BYTES}\r\n\r\n".encode()

_BUFFER = 256 * 1024
_LINE_BUFFER = 16 * 1024
"""On a line, what is read at once: the turns of the connections are short."""
_KERNEL_BUFFER = 128 * 1024
_AHEAD_SECONDS = 0.02
"""On a line, how much a late turn may make up for: a timer is some milliseconds late, and the line shall be full."""


class SinkHandle(ChildServer):
    """The sink in a child process, and where it answers.

    Args:
        rate: bytes per second of the line that all connections share; 0 for none.
        work: seconds between the last byte of an upload and the answer.
    """

    def __init__(self, *, rate: int = 0, work: float = 0) -> None:
        super().__init__("tests.servers.sink", "--rate", str(rate), "--work", str(work))
        self.endpoint: str = self.ready["endpoint"]


class _Line:
    """Hands out the line's time in the order in which it is asked for."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._free_at = 0.0

    def wait(self, count: int, now: float) -> float:
        """Seconds until so many bytes are through."""
        self._free_at = max(self._free_at, now - _AHEAD_SECONDS) + count / self._rate
        return self._free_at - now


class _Connection(asyncio.BufferedProtocol):
    """Reads into one buffer again and again; only heads are looked at."""

    def __init__(self, line: _Line | None, work: float, answers: dict[bytes, bytes]) -> None:
        self._buffer = bytearray(_LINE_BUFFER if line is not None else _BUFFER)
        self._line = line
        self._work = work
        self._answers = answers
        self._head = b""
        self._left = 0
        self._answer = b""
        self._transport: Any = None
        self._loop = asyncio.get_running_loop()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    @override
    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    @override
    def buffer_updated(self, nbytes: int) -> None:
        if self._line is None:
            self._read(nbytes)
            return
        # What was read is through, and heard of, when the line had time for it.
        self._transport.pause_reading()
        self._loop.call_later(self._line.wait(nbytes, self._loop.time()), self._through, nbytes)

    def _through(self, nbytes: int) -> None:
        self._read(nbytes)
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def _read(self, nbytes: int) -> None:
        if self._left > nbytes:
            self._left -= nbytes
            return
        data = bytes(memoryview(self._buffer)[:nbytes])
        while data:
            data = self._in_body(data) if self._left else self._in_head(data)

    def _in_body(self, data: bytes) -> bytes:
        taken = min(self._left, len(data))
        self._left -= taken
        if not self._left:
            self._worked()
        return data[taken:]

    def _worked(self) -> None:
        if self._work:
            self._loop.call_later(self._work, self._transport.write, self._answer)
        else:
            self._transport.write(self._answer)

    def _in_head(self, data: bytes) -> bytes:
        self._head += data
        head, separator, rest = self._head.partition(b"\r\n\r\n")
        if not separator:
            return b""
        self._head = b""
        length = _LENGTH.search(head)
        self._left = int(length[1]) if length else 0
        self._answer = self._answers.get(head.partition(b" ")[0], _STORED)
        if self._left and _EXPECTS.search(head):
            self._transport.write(_GO_ON)
        if not self._left:
            self._transport.write(self._answer)
        return rest


def _answers(endpoint: str) -> dict[bytes, bytes]:
    told = {
        "success": True,
        "file_name": "image.png",
        "original_size": 2 * _RESULT_BYTES,
        "kraked_size": _RESULT_BYTES,
        "saved_bytes": _RESULT_BYTES,
        "kraked_url": f"{endpoint}/bench/image.png",
        "kraked_width": 100,
        "kraked_height": 100,
    }
    body = json.dumps(told).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return {b"POST": head.encode() + body, b"HEAD": _IMAGE}


async def _listen(ready: threading.Event, told: dict[str, Any], rate: int, work: float) -> None:
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    if rate:
        # A line's far end does not swallow a whole image at once.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KERNEL_BUFFER)
    endpoint = f"http://127.0.0.1:{listening.getsockname()[1]}"
    line, answers = _Line(rate) if rate else None, _answers(endpoint)
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(line, work, answers), sock=listening)
    told["endpoint"] = endpoint
    ready.set()
    await server.serve_forever()


def main() -> None:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rate", type=int, default=0, help="bytes per second of the line; default: none")
    parser.add_argument("--work", type=float, default=0, help="seconds of work on an upload; default: none")
    add_lifetime_option(parser)
    arguments = parser.parse_args()
    ready, told = threading.Event(), dict[str, Any]()

    def listen() -> None:
        asyncio.run(_listen(ready, told, arguments.rate, arguments.work))

    threading.Thread(target=listen, daemon=True).start()
    if not ready.wait(30):
        raise RuntimeError("the server does not listen")
    serve(told, while_stdin_open=arguments.while_stdin_open)


if __name__ == "__main__":
    main()
