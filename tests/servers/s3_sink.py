"""An S3 that takes every upload and keeps nothing: for measuring clients, so it costs as little as it can.

It checks no signature and answers every PUT with success; whatever else is asked, it has an empty answer.
``python -m tests.servers.s3_sink`` runs it until told to end.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import threading
from typing import Any

from typing_extensions import override

from tests.servers.child import ChildServer, add_lifetime_option, serve

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect: *100-continue", re.IGNORECASE)
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
_DONE = b'HTTP/1.1 200 OK\r\nETag: "d41d8cd98f00b204e9800998ecf8427e"\r\nContent-Length: 0\r\n\r\n'
_BUFFER = 256 * 1024


class SinkHandle(ChildServer):
    """The sink in a child process, and where it answers."""

    def __init__(self) -> None:
        super().__init__("tests.servers.s3_sink")
        self.endpoint: str = self.ready["endpoint"]


class _Connection(asyncio.BufferedProtocol):
    """Reads into one buffer again and again; only heads are looked at."""

    def __init__(self) -> None:
        self._buffer = bytearray(_BUFFER)
        self._head = b""
        self._left = 0
        self._transport: Any = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    @override
    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    @override
    def buffer_updated(self, nbytes: int) -> None:
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
            self._transport.write(_DONE)
        return data[taken:]

    def _in_head(self, data: bytes) -> bytes:
        self._head += data
        head, separator, rest = self._head.partition(b"\r\n\r\n")
        if not separator:
            return b""
        self._head = b""
        length = _LENGTH.search(head)
        self._left = int(length[1]) if length else 0
        if self._left and _EXPECTS.search(head):
            self._transport.write(_GO_ON)
        if not self._left:
            self._transport.write(_DONE)
        return rest


async def _listen(ready: threading.Event, told: dict[str, Any]) -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", 0)
    told["endpoint"] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    ready.set()
    await server.serve_forever()


def main() -> None:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    add_lifetime_option(parser)
    arguments = parser.parse_args()
    ready, told = threading.Event(), dict[str, Any]()
    threading.Thread(target=lambda: asyncio.run(_listen(ready, told)), daemon=True).start()
    if not ready.wait(30):
        raise RuntimeError("the server does not listen")
    serve(told, while_stdin_open=arguments.while_stdin_open)


if __name__ == "__main__":
    main()
