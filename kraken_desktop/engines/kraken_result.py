"""Kraken.io's temporary result, brought to this computer: over https only, streamed to a file, its size checked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kraken_desktop.cancel import CancelToken
from kraken_desktop.engines.kraken_answers import Result
from kraken_desktop.model.errors import BadAnswerError, ResultLostError, ScratchError
from kraken_desktop.model.links import is_loopback
from kraken_desktop.transport import Timeouts, Transport

ReceivedCallback = Callable[[int, int], None]
"""Called with the bytes that arrived, and of how many; 0 for the latter if nobody said."""

_TIMEOUTS = Timeouts(read=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """What arrived."""

    bytes: int
    sha256: str


def download(
    transport: Transport, result: Result, into: Path, cancel: CancelToken, on_received: ReceivedCallback
) -> Downloaded:
    """Fetch a result into a new file.

    The address is raised to https, but for one on this computer (the vendor's newest client refuses any other
    scheme; its documentation still shows http).

    Raises:
        BadAnswerError: the address is none to fetch from.
        ResultLostError: it is not there, or not whole; asking again costs nothing.
        TransportError: one of its subclasses.
        CancelledError: the token was cancelled.
        ScratchError: the file cannot be written.
    """
    try:
        return _download(transport, result, into, cancel, on_received)
    except OSError as error:
        raise ScratchError(path=str(into), reason=error.strerror or str(error)) from error


def _download(
    transport: Transport, result: Result, into: Path, cancel: CancelToken, on_received: ReceivedCallback
) -> Downloaded:
    address = safe_address(result.kraked_url)
    host = urlsplit(address).hostname or ""
    expected = result.kraked_bytes or 0
    digest, received = hashlib.sha256(), 0
    with into.open("xb") as file:

        def take(piece: bytes) -> None:
            nonlocal received
            file.write(piece)
            digest.update(piece)
            received += len(piece)
            if expected and received > expected:
                raise ResultLostError(host=host, problem="size")
            on_received(received, expected)

        answer = transport.request("GET", address, cancel=cancel, timeouts=_TIMEOUTS, sink=take)
    if answer.status != 200:
        raise ResultLostError(host=host, problem="status", status=answer.status)
    if received == 0 or (expected and received != expected):
        raise ResultLostError(host=host, problem="size")
    return Downloaded(bytes=received, sha256=digest.hexdigest())


def safe_address(url: str) -> str:
    """The address with https. Raises ``BadAnswerError`` for one that is no web address."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url)):
        return url
    if parts.scheme != "http":
        raise BadAnswerError(status=200, reason="kraked_url")
    return parts._replace(scheme="https", netloc=parts.netloc.removesuffix(":80")).geturl()
