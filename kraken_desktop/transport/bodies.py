"""Request bodies of known length, sent piece by piece as they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from typing import Protocol

from kraken_desktop.file_stamp import FileStamp
from kraken_desktop.model.errors import SourceChangedError, SourceMissingError, SourceUnreadableError

PIECE = 64 * 1024
"""Bytes a send, as a rule: smaller costs CPU, larger makes progress coarse and the window stutter."""

SentCallback = Callable[[int, int], None]
"""Called with the bytes of the file that left, and of how many."""


class Body(Protocol):
    """A request body of known length that can be sent more than once."""

    sent_all: bool
    piece: int
    """How many bytes the next piece should have; whoever sends may change it on the way."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[bytes | memoryview]: ...


class BytesBody:
    """A small body that is in memory."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.sent_all = False
        self.piece = PIECE

    def __len__(self) -> int:
        return len(self._content)

    def __iter__(self) -> Iterator[bytes]:
        self.sent_all = False
        if self._content:
            yield self._content
        self.sent_all = True


class FileBody:
    """A file between ``head`` and ``tail``, read while it is sent and never held in memory.

    The last piece goes out only if what was read is what was planned (``sha256``, hex): a file that
    changes on the way leaves an unfinished request behind, which no server acts upon. Where a ``stamp`` shows each
    change, or the file is the program's ``own`` and nobody else writes to it, it is not hashed again.

    ``on_sent`` hears of every piece that left; ``before_last`` is called when only the last one is missing,
    before it can make the request complete.

    It has no ``read``: urllib3 then sends exactly the pieces that it yields.

    Raises:
        SourceMissingError, SourceUnreadableError, SourceChangedError: while it is being sent.
    """

    def __init__(
        self,
        path: Path,
        *,
        size: int,
        sha256: str,
        stamp: FileStamp | None = None,
        own: bool = False,
        head: bytes = b"",
        tail: bytes = b"",
        on_sent: SentCallback | None = None,
        before_last: Callable[[], None] | None = None,
    ) -> None:
        self._path = path
        self._size = size
        self._sha256 = sha256
        self._stamp = stamp
        self._own = own
        self._head = head
        self._tail = tail
        self._on_sent = on_sent
        self._before_last = before_last
        self.sent_all = False
        self.piece = PIECE

    def __len__(self) -> int:
        return len(self._head) + self._size + len(self._tail)

    def __iter__(self) -> Iterator[bytes | memoryview]:
        self.sent_all = False
        self._tell(0)
        try:
            with self._path.open("rb", buffering=0) as file:
                yield from self._pieces(file)
        except FileNotFoundError as error:
            raise SourceMissingError(path=str(self._path)) from error
        except OSError as error:
            raise SourceUnreadableError(path=str(self._path), reason=error.strerror or "") from error
        self.sent_all = True

    def _pieces(self, file: FileIO) -> Iterator[bytes | memoryview]:
        if self._head:
            yield self._head
        stamp = self._stamp
        if stamp is not None and not stamp.holds(file.fileno()):
            # Touched, perhaps, and no more than that: the hash tells.
            stamp = None
        digest = hashlib.sha256() if stamp is None and not self._own else None
        # Two buffers in turn: the piece that is held back must survive the next read.
        buffers = [memoryview(b""), memoryview(b"")]
        held: memoryview | None = None
        sent, read = 0, 0
        while read < self._size:
            buffers.reverse()
            wanted = min(self.piece, self._size - read)
            if len(buffers[0]) < wanted:
                buffers[0] = memoryview(bytearray(wanted))
            count = file.readinto(buffers[0][:wanted])
            if not count:
                raise SourceChangedError(path=str(self._path))
            if held is not None:
                yield held
                sent += len(held)
                self._tell(sent)
            held = buffers[0][:count]
            read += count
            if digest is not None:
                digest.update(held)
        changed = digest is not None and digest.hexdigest() != self._sha256
        if changed or (stamp is not None and not stamp.holds(file.fileno())):
            raise SourceChangedError(path=str(self._path))
        if self._before_last is not None:
            self._before_last()
        if held is not None:
            yield held
        if self._tail:
            yield self._tail
        self._tell(self._size)

    def _tell(self, sent: int) -> None:
        if self._on_sent is not None:
            self._on_sent(sent, self._size)
