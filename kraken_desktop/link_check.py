"""Will anyone see it? One look at a link as anybody has it: without credentials, without cookies."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.errors import ConnectionLostError, TransportError
from kraken_desktop.model.image_types import content_type, extension_by_name
from kraken_desktop.model.job import LinkCheck, StoredImage, Verdict
from kraken_desktop.model.links import is_loopback, is_web_address
from kraken_desktop.model.profile import Acl, Profile

if TYPE_CHECKING:
    from kraken_desktop.transport import Answer, Transport

CONNECT_SECONDS = 5
TOTAL_SECONDS = 10
"""For the whole look, redirects included: nobody waits for it, but the job does."""

JOB_SECONDS = 30
"""After so long no further link of a job is opened: of a set some tell enough."""

MOST_REDIRECTS = 3

AWAY_SECONDS = 60
"""How long a host that could not be reached is not asked again."""

ANY_IMAGE = "image/*"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_HEAD = frozenset({405, 501})
_SAME_TYPE = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg"}
_CONTENT_RANGE = re.compile(r"bytes (?:[0-9]+-[0-9]+|\*)/([0-9]+)")

# What is counted is the object, not a shorter transfer of it.
_ASKING = {"Accept-Encoding": "identity"}
_FIRST_BYTE = {"Range": "bytes=0-0"}


class LinkChecks:
    """The looks of one run of the program. Thread-safe.

    A host that could not be reached is left alone for a while: a thousand images do not wait ten seconds each.

    Args:
        transport: makes, or hands out, the one transport. A callable, because importing it is slow.
    """

    def __init__(self, transport: Callable[[], Transport], clock: Callable[[], float] = time.monotonic) -> None:
        self._transport = transport
        self._clock = clock
        self._lock = threading.Lock()
        self._away: dict[str, tuple[float, LinkCheck]] = {}

    def check(self, image: StoredImage, cancel: CancelToken, *, type_known: bool = True) -> LinkCheck:
        """As ``check_link``, by the type that the key's extension stands for.

        Args:
            type_known: False: the extension is only what an address claimed.
        """
        host = urlsplit(image.url).netloc
        with self._lock:
            until, known = self._away.get(host, (0.0, None))
        if known is not None and self._clock() < until:
            return known
        extension = extension_by_name(image.key) if type_known else ""
        found = check_link(self._transport(), image, content_type(extension) if extension else ANY_IMAGE, cancel)
        if found.verdict is Verdict.UNREACHABLE:
            with self._lock:
                self._away[host] = (self._clock() + AWAY_SECONDS, found)
        return found


def wants_check(profile: Profile, image: StoredImage) -> bool:
    """Whether the link is meant for anybody: of an object that is there, on the web, for good.

    Not for private objects, whose link a signature opens for a while, and not for folders.
    """
    if profile.folder or not image.there or image.expires_at is not None:
        return False
    if profile.acl is Acl.PRIVATE and not profile.public_url:
        return False
    return is_web_address(image.url) and (image.url.startswith("https:") or is_loopback(image.url))


def check_link(transport: Transport, image: StoredImage, expected_type: str, cancel: CancelToken) -> LinkCheck:
    """Open the image's link as anybody would, and compare what is served with what was stored.

    The length is compared where both sides tell one. No answer is ``UNREACHABLE`` with the code of the
    transport's error: from here nobody can tell whether it is the link, or this computer's network that is away.

    Args:
        expected_type: the MIME type that the object was stored with; ``ANY_IMAGE`` or empty if nobody knows.

    Raises:
        CancelledError: the token was cancelled. Nothing else: what goes wrong is a verdict.
    """
    try:
        return _Look(transport, cancel, ends=time.monotonic() + TOTAL_SECONDS).at(image, expected_type)
    except TransportError as error:
        return LinkCheck(verdict=Verdict.UNREACHABLE, reason=error.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Where the redirects ended."""

    answer: Answer
    moved: int = 0
    """The status of the first redirect that led away from the link's own site; 0 if none did."""


class _Look:
    def __init__(self, transport: Transport, cancel: CancelToken, *, ends: float) -> None:
        self._transport = transport
        self._cancel = cancel
        self._ends = ends

    def at(self, image: StoredImage, expected_type: str) -> LinkCheck:
        found = self._follow(image.url)
        answer = found.answer
        verdict = _verdict(answer, expected_type, image.bytes)
        if found.moved and verdict is not Verdict.OPENS:
            # Such as a page to sign in: its own status says nothing of the image.
            return LinkCheck(verdict=Verdict.REFUSED, status=found.moved)
        return LinkCheck(verdict=verdict, status=answer.status, content_type=answer.headers.get("content-type", ""))

    def _follow(self, url: str) -> _Found:
        start, moved = url, 0
        answer = self._ask(url)
        for _ in range(MOST_REDIRECTS):
            target = _target(url, answer)
            if not target:
                break
            if _site(target) != _site(start):
                moved = moved or answer.status
            url = target
            try:
                answer = self._ask(url)
            except TransportError:
                if moved:
                    break
                raise
        return _Found(answer=answer, moved=moved)

    def _ask(self, url: str) -> Answer:
        answer = self._request("HEAD", url, _ASKING)
        if answer.status in _NO_HEAD:
            answer = self._request("GET", url, _ASKING | _FIRST_BYTE)
        return answer

    def _request(self, method: str, url: str, headers: Mapping[str, str]) -> Answer:
        try:
            return self._send(method, url, headers)
        except ConnectionLostError:
            # Mostly one that was kept open, and that the server closed just now.
            return self._send(method, url, headers)

    def _send(self, method: str, url: str, headers: Mapping[str, str]) -> Answer:
        from kraken_desktop.transport import Timeouts  # slow to import

        left = max(0.1, self._ends - time.monotonic())
        return self._transport.request(
            method,
            url,
            headers=headers,
            cancel=self._cancel,
            timeouts=Timeouts(connect=min(CONNECT_SECONDS, left), read=left, total=left),
            limit=1,
        )


def _target(url: str, answer: Answer) -> str:
    """Where a redirect leads; empty if there is none, or none that is to be followed."""
    location = answer.headers.get("location", "")
    if answer.status not in _REDIRECTS or not location:
        return ""
    try:
        target = urljoin(url, location)
        # Not from the web into this computer, and never away from https.
        good = target.startswith("https:") or (is_loopback(target) and is_loopback(url))
    except ValueError:
        return ""
    return target if good and is_web_address(target) else ""


def _site(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _verdict(answer: Answer, expected_type: str, expected_bytes: int | None) -> Verdict:
    match answer.status:
        case 200 | 206:
            pass
        case 401 | 403:
            return Verdict.FORBIDDEN
        case 404 | 410:
            return Verdict.MISSING
        case _:
            return Verdict.REFUSED
    served = _plain_type(answer.headers.get("content-type", ""))
    if expected_type == ANY_IMAGE:
        is_right = served.startswith("image/")
    else:
        is_right = not expected_type or served == _plain_type(expected_type)
    if not is_right:
        return Verdict.WRONG_TYPE
    length = _length(answer)
    if length is not None and expected_bytes is not None and length != expected_bytes:
        return Verdict.WRONG_LENGTH
    return Verdict.OPENS


def _plain_type(text: str) -> str:
    """A media type without its parameters, in one spelling."""
    plain = text.partition(";")[0].strip().lower()
    return _SAME_TYPE.get(plain, plain)


def _length(answer: Answer) -> int | None:
    """Bytes of the whole object, if the answer tells."""
    headers = answer.headers
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        return None
    if answer.status == 206:
        told = _CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
        return int(told[1]) if told else None
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else None
