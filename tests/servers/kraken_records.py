"""What the Kraken.io test server was asked: kept for assertions, in memory only."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers.kraken_faults import FaultKind

_SECRET_MEMBERS = frozenset({"auth", "key", "secret"})


@dataclass(slots=True, kw_only=True)
class Received:
    """One request. It is there as soon as its head is read; the rest follows while it is served."""

    endpoint: str
    """``upload``, ``url``, ``user_status`` or ``download``."""
    method: str
    path: str
    connection: int
    """Connections are counted from 1."""
    at: float
    """Seconds since the epoch."""
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    parameters: dict[str, Any] = field(default_factory=dict, repr=False)
    """With all secrets."""
    file_name: str | None = None
    part_headers: dict[str, dict[str, str]] = field(default_factory=dict)
    body_length: int | None = None
    """As Content-Length said."""
    file_size: int | None = None
    """None: it did not come whole."""
    sha256: str | None = None
    """Of the file."""
    charged: bool = False
    """The plan was charged for it, whatever was answered."""
    made: tuple[str, ...] = ()
    """SHA-256 of what came out, in the order of the request."""
    fault: FaultKind | None = None
    status: int | None = None
    """None: not answered, or not yet."""

    @property
    def store(self) -> dict[str, Any]:
        """``s3_store``, or nothing."""
        store = self.parameters.get("s3_store")
        return store if isinstance(store, dict) else {}

    def public(self) -> dict[str, Any]:
        """As JSON may tell it: without secrets."""
        told = {name: getattr(self, name) for name in self.__slots__ if name not in {"parameters", "headers"}}
        return {**told, "parameters": _masked(self.parameters)}


class Records:
    """Requests in the order in which their heads were read. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._received: list[Received] = []
        self._active: dict[str, int] = {}
        self.peak: dict[str, int] = {}
        """The most requests that were under way at once, by endpoint."""

    def begin(self, received: Received) -> None:
        """A request came."""
        with self._changed:
            self._received.append(received)
            now = self._active.get(received.endpoint, 0) + 1
            self._active[received.endpoint] = now
            self.peak[received.endpoint] = max(now, self.peak.get(received.endpoint, 0))
            self._changed.notify_all()

    def end(self, received: Received) -> None:
        """It was answered, or never will be."""
        with self._changed:
            self._active[received.endpoint] -= 1
            self._changed.notify_all()

    def note(self, received: Received, **more: Any) -> None:
        """More of a request is known."""
        with self._changed:
            for name, value in more.items():
                setattr(received, name, value)
            self._changed.notify_all()

    def all(self) -> list[Received]:
        """Oldest first."""
        with self._changed:
            return list(self._received)

    def clear(self) -> None:
        """Forget."""
        with self._changed:
            self._received.clear()
            self.peak.clear()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing is under way. Returns whether that came true within ``timeout`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not any(self._active.values()), timeout)

    def wait_until(self, condition: Callable[[list[Received]], bool], timeout: float) -> list[Received]:
        """The requests, once they fulfil a condition.

        Raises:
            TimeoutError: they don't within ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while not condition(list(self._received)):
                if not self._changed.wait(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError(f"still {self._received}")
            return list(self._received)


def _masked(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: "***" if name in _SECRET_MEMBERS else _masked(value) if isinstance(value, dict) else value
        for name, value in told.items()
    }
