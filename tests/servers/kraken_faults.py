"""What the Kraken.io test server can be told to do wrong: each way that was seen or must be feared."""

from __future__ import annotations

import fnmatch
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


class FaultKind(StrEnum):
    """The way to misbehave. Unless it says otherwise the request is read whole, and nothing is done."""

    STATUS = "status"
    """``status`` with ``message`` under ``message_key``."""
    HTML = "html"
    """``status`` (502) and a gateway's page."""
    EMPTY = "empty"
    """``status`` (503) and no body."""
    RATE_LIMIT = "rate-limit"
    """429: too many requests."""
    QUOTA = "quota"
    """429: the plan is used up, and so says ``user_status`` from now on."""
    SUSPENDED = "suspended"
    """403."""
    OVERDUE = "overdue"
    """402."""
    NEGATIVE_QUOTA = "negative-quota"
    """``user_status`` tells of a remaining quota below zero."""
    UNSUCCESSFUL = "unsuccessful"
    """200 with ``success: false``."""
    MALFORMED = "malformed"
    """The work is done; the JSON ends in its middle."""
    NO_URL = "no-url"
    """Success with ``saved_bytes: 0`` and nothing else; charged, nothing stored."""
    LIST = "list"
    """The results of a set come as a list."""
    LARGER = "larger"
    """The result is larger than the original."""
    HTTP_URL = "http-url"
    """The work is done; ``kraked_url`` is plain http on a host that is not loopback."""
    PUSH_REFUSED = "push-refused"
    """Charged; S3 is said to refuse with ``message``, and is not asked."""
    TOO_LARGE = "too-large"
    """413 before the file is read. ``polite``: what still comes is read and forgotten; else RST."""
    RESET_AT_START = "reset-at-start"
    """RST before the file is read."""
    RESET_IN_UPLOAD = "reset-in-upload"
    """RST after half of the file."""
    RESET_AFTER_BODY = "reset-after-body"
    """RST instead of an answer, the work done."""
    STALL_READING = "stall-reading"
    """For ``seconds`` nothing is read of the file."""
    SLOW_READING = "slow-reading"
    """The file is read at ``bytes_a_second``."""
    STALL_ANSWERING = "stall-answering"
    """The work is done; the answer comes after ``seconds``."""
    CUT = "cut"
    """The work is done; the connection ends in the middle of the answer."""
    LONG_LENGTH = "long-length"
    """The work is done; Content-Length promises more than comes."""
    DRIP = "drip"
    """The work is done; the answer comes a byte at a time, ``bytes_a_second``."""
    REDIRECT = "redirect"
    """307 to ``location``, by default to the same place."""


BEFORE_THE_FILE = frozenset(
    {
        FaultKind.TOO_LARGE,
        FaultKind.RESET_AT_START,
        FaultKind.RESET_IN_UPLOAD,
        FaultKind.STALL_READING,
        FaultKind.SLOW_READING,
    }
)
"""These act while the file is read or before."""

IN_THE_WORK = frozenset(
    {FaultKind.NEGATIVE_QUOTA, FaultKind.LIST, FaultKind.LARGER, FaultKind.HTTP_URL, FaultKind.PUSH_REFUSED}
)
"""These change the work's result, which is then sent as it should be."""

ON_THE_WAY = frozenset(
    {
        FaultKind.RESET_AFTER_BODY,
        FaultKind.STALL_READING,
        FaultKind.SLOW_READING,
        FaultKind.STALL_ANSWERING,
        FaultKind.CUT,
        FaultKind.LONG_LENGTH,
        FaultKind.DRIP,
    }
)
"""These let the answer be made, and spoil it on its way."""

_STATUS_AND_TEXT = {
    FaultKind.STATUS: (
        500,
        "Kraken.io has encountered an unexpected error and cannot fulfill your request",
    ),
    FaultKind.HTML: (502, "502 Bad Gateway"),
    FaultKind.EMPTY: (503, ""),
    FaultKind.RATE_LIMIT: (429, "Request limit reached"),
    FaultKind.QUOTA: (429, "Overage usage limit hit."),
    FaultKind.SUSPENDED: (403, "Your account has been temporarily suspended"),
    FaultKind.OVERDUE: (402, "Your account is overdue. Please pay your invoice."),
    FaultKind.UNSUCCESSFUL: (200, "This image can not be optimized any further"),
    FaultKind.PUSH_REFUSED: (422, "Access Denied"),
    FaultKind.REDIRECT: (307, "Temporary Redirect"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One order. The patterns are those of a shell; all that are given must match."""

    kind: FaultKind
    endpoint: str = "*"
    """``upload``, ``url``, ``user_status`` or ``download``."""
    name: str = "*"
    """File name as it was sent; for ``url`` and ``download`` the last part of the address."""
    key: str = "*"
    """``s3_store.path``."""
    times: int | None = 1
    """None: until the faults are cleared."""
    status: int | None = None
    message: str | list[str] | None = None
    message_key: str = "message"
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after: str | None = None
    polite: bool = True
    work: bool | None = None
    """Optimize, charge and store although the answer is spoilt. None: as the kind says."""
    seconds: float = 60
    """At most; a stall ends when the client leaves, faults are cleared, or the server stops."""
    bytes_a_second: int = 50_000
    location: str | None = None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """From JSON. Raises TypeError or ValueError for what is no fault."""
        return cls(**{**told, "kind": FaultKind(told["kind"])})

    @property
    def code(self) -> int:
        """The HTTP status to answer with."""
        return self.status or _STATUS_AND_TEXT.get(self.kind, (200, ""))[0]

    @property
    def text(self) -> str | list[str]:
        """The text to answer with."""
        return _STATUS_AND_TEXT.get(self.kind, (200, ""))[1] if self.message is None else self.message

    @property
    def works(self) -> bool:
        """Whether the request is carried out."""
        if self.work is not None:
            return self.work
        spoilt_success = self.kind in {FaultKind.HTML, FaultKind.EMPTY} and self.status == 200
        return spoilt_success or self.kind in IN_THE_WORK | ON_THE_WAY | {FaultKind.MALFORMED}

    def matches(self, endpoint: str, name: str, key: str) -> bool:
        """Whether such a request is meant."""
        pairs = ((endpoint, self.endpoint), (name, self.name), (key, self.key))
        return all(fnmatch.fnmatchcase(text, pattern) for text, pattern in pairs)


class Faults:
    """The orders, oldest first. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[tuple[Fault, int | None]] = []
        self.calm = threading.Event()
        """Set while nothing is ordered: ends stalls."""

    def order(self, fault: Fault) -> None:
        """Let this happen, after what was ordered before."""
        with self._lock:
            self.calm.clear()
            self._orders.append((fault, fault.times))

    def clear(self) -> None:
        """Behave again; running stalls end."""
        with self._lock:
            self._orders.clear()
            self.calm.set()

    def take(self, endpoint: str, name: str, key: str) -> Fault | None:
        """The oldest order for such a request; used up by this."""
        with self._lock:
            for place, (fault, left) in enumerate(self._orders):
                if left != 0 and fault.matches(endpoint, name, key):
                    self._orders[place] = (fault, None if left is None else left - 1)
                    return fault
        return None
