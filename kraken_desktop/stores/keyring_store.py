"""The operating system's keyring as a secret store, and what it takes to trust one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar

from typing_extensions import override

from kraken_desktop.model.errors import (
    KeyringDeniedError,
    KeyringLockedError,
    NoKeyringError,
    SecretError,
    SecretTooLongError,
)

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "Kraken Desktop"
"""The service that all our keyring entries stand under."""
PART_LENGTH = 1_200
"""UTF-16 units in one entry; Windows takes 2,560 bytes, which are 1,280 (Microsoft: CREDENTIALW)."""
MAX_LENGTH = 10 * PART_LENGTH
"""UTF-16 units in one secret: room for session tokens, which AWS gives no limit for."""

_T = TypeVar("_T")


class KeyringStore:
    """The operating system's keyring.

    A value that is too long for one entry is split: parts stand under ``<name>/a/1``, ``<name>/a/2``, ...
    and the entry itself holds a header. The next long value takes ``b``, so that a reader, or a crash in
    between, always finds one whole value.

    ``backend`` takes the place of the system's keyring.
    """

    def __init__(self, backend: KeyringBackend | None = None) -> None:
        self._given = backend

    def get(self, name: str) -> str | None:
        """The value, or None. A long one that lost a part counts as none.

        Raises:
            NoKeyringError, KeyringLockedError, KeyringDeniedError
        """
        backend = self._backend(name)
        # A second look, for when somebody replaced the value while we put the parts together.
        for _ in range(2):
            stored = self._read(backend, name)
            header = _Header.parse(stored)
            if header is None:
                return stored
            parts = [self._read(backend, header.part(name, at)) for at in range(1, header.count + 1)]
            value = "".join(part or "" for part in parts)
            if _digest(value) == header.digest:
                return value
        return None

    def set(self, name: str, value: str) -> None:
        """Keeps the value, in the place of an earlier one.

        Raises:
            SecretTooLongError, NoKeyringError, KeyringLockedError, KeyringDeniedError
        """
        check_length(name, value)
        backend = self._backend(name)
        if _units(value) <= PART_LENGTH and not value.startswith(_Header.MARK):
            self._write(backend, name, value)
            self._sweep(backend, name, "a", "b")
            return
        old = _Header.parse(self._read(backend, name))
        tag, other = ("b", "a") if old is not None and old.tag == "a" else ("a", "b")
        self._sweep(backend, name, tag)
        pieces = list(_pieces(value))
        header = _Header(tag=tag, count=len(pieces), digest=_digest(value))
        for at, piece in enumerate(pieces, 1):
            self._write(backend, header.part(name, at), piece)
        self._write(backend, name, str(header))
        self._sweep(backend, name, other)

    def delete(self, name: str) -> None:
        """Forgets the value and all its parts; none there is fine.

        Raises:
            NoKeyringError, KeyringLockedError, KeyringDeniedError
        """
        backend = self._backend(name)
        self._remove(backend, name)
        self._sweep(backend, name, "a", "b")

    def _backend(self, name: str) -> KeyringBackend:
        if self._given is not None:
            found = self._given
        else:
            import keyring

            found = self._told(name, keyring.get_keyring)
        # keyring's chain of all the system's keyrings; a file may be among them.
        members: list[KeyringBackend] = getattr(found, "backends", [found])
        kept = [member for member in members if _is_safe(member)]
        if not kept:
            raise NoKeyringError(name=name, reason=_kind(found))
        return found if len(kept) == len(members) else kept[0]

    def _read(self, backend: KeyringBackend, entry: str) -> str | None:
        return self._told(entry, lambda: backend.get_password(SERVICE, entry))

    def _write(self, backend: KeyringBackend, entry: str, value: str) -> None:
        self._told(entry, lambda: backend.set_password(SERVICE, entry, value), value)

    def _remove(self, backend: KeyringBackend, entry: str) -> None:
        if self._read(backend, entry) is not None:
            self._told(entry, lambda: backend.delete_password(SERVICE, entry))

    def _sweep(self, backend: KeyringBackend, name: str, *tags: str) -> None:
        """Removes parts, the last first: what a crash leaves is then found from the first one on."""
        for tag in tags:
            header = _Header(tag=tag, count=0, digest="")
            end = 1
            while self._read(backend, header.part(name, end)) is not None:
                end += 1
            for at in range(end - 1, 0, -1):
                self._remove(backend, header.part(name, at))

    def _told(self, entry: str, action: Callable[[], _T], value: str = "") -> _T:
        """What the action returns; whatever it raises becomes an error of ours.

        Raised outside the handler, so that no foreign exception, which may hold the value (a
        ``UnicodeEncodeError`` does), hangs on ours.
        """
        try:
            return action()
        except Exception as error:  # noqa: BLE001  (backends raise what their libraries raise)
            problem = _translated(entry, error, value)
        raise problem


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """What stands in the entry of a split value: where its parts are, and how to tell they are all there."""

    MARK: ClassVar[str] = "kraken-desktop split value "
    tag: str
    count: int
    digest: str

    @override
    def __str__(self) -> str:
        return f"{self.MARK}{self.tag} {self.count} {self.digest}"

    @classmethod
    def parse(cls, stored: str | None) -> _Header | None:
        """The header, or None for a value that stands there itself."""
        found = re.fullmatch(re.escape(cls.MARK) + r"([ab]) (\d{1,3}) ([0-9a-f]{32})", stored or "")
        return cls(tag=found[1], count=int(found[2]), digest=found[3]) if found else None

    def part(self, name: str, at: int) -> str:
        """The entry of a part, counted from 1."""
        return f"{name}/{self.tag}/{at}"


def check_length(name: str, value: str) -> None:
    """Raises ``SecretTooLongError`` for a value that no store takes."""
    if _units(value) > MAX_LENGTH:
        raise SecretTooLongError(name=name, limit=MAX_LENGTH)


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _pieces(value: str) -> Iterator[str]:
    start = 0
    length = 0
    for at, character in enumerate(value):
        width = _units(character)
        if length + width > PART_LENGTH:
            yield value[start:at]
            start, length = at, 0
        length += width
    yield value[start:]


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _kind(backend: KeyringBackend) -> str:
    return f"{type(backend).__module__}.{type(backend).__name__}"


def _is_safe(backend: KeyringBackend) -> bool:
    """Whether it keeps what it is given, and not in a file: those of ``keyrings.alt`` are files."""
    modules = {kind.__module__ for kind in type(backend).__mro__}
    if modules & {"keyring.backends.fail", "keyring.backends.null"}:
        return False
    return not any(module.partition(".")[0] == "keyrings" for module in modules)


def _translated(entry: str, error: Exception, value: str) -> SecretError:
    from keyring import errors

    kind: type[SecretError]
    match error:
        case errors.NoKeyringError() | errors.InitError():
            kind = NoKeyringError
        case errors.KeyringLocked():
            kind = KeyringLockedError
        case _:
            kind = KeyringDeniedError
    # Only keyring's own texts are known to be free of values, and one backend may know better.
    known = isinstance(error, errors.KeyringError) and not (value and value in str(error))
    name = re.sub(r"/[ab]/\d+$", "", entry)
    return kind(name=name, reason=str(error) if known else type(error).__name__)
