"""The rows that are left in a damaged SQLite file, read page by page: no tree, no index and no header is needed.

Facts from the SQLite docs, "Database File Format": the header (1.3), leaves of tables (1.6), records (2.1), the
write-ahead log (4). Only what has the form of a record is told; whose record it is, is for the caller to see.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, TypeAlias

Value: TypeAlias = "int | float | str | bytes | None"
Record: TypeAlias = "tuple[Value, ...]"

_DEFAULT_PAGE = 4096
"""Bytes of a page of every file that SQLite 3.12 or newer made, if nobody asked for others."""
_TABLE_LEAF = 0x0D
_LARGEST_RECORD = 16 * 1024 * 1024
_WHOLE = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""Bytes of an integer, by its serial type."""


class DamagedRecordError(ValueError):
    """Something has not the form of a record."""


class Pages:
    """The pages of a file, each as its write-ahead log has it last.

    Raises:
        OSError: it cannot be opened or read.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._log: BinaryIO | None = None
        with suppress(FileNotFoundError):
            self._log = Path(f"{path}-wal").open("rb")  # noqa: SIM115 - see close
        self._in_log: dict[int, int] = {}
        head = self._file.read(100)
        told = int.from_bytes(head[16:18], "big") if len(head) == 100 else 0
        self._size = _page_size(told)
        # The last bytes of a page may belong to an extension; there is none in our files.
        self._usable = self._size - (head[20] if len(head) == 100 and _page_size(told) == told and head[20] < 64 else 0)
        if self._log is not None:
            self._read_log(self._log)
        last = max(self._in_log, default=0)
        self.count = max(-(-path.stat().st_size // self._size), last)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        if self._log is not None:
            self._log.close()

    def leaf(self, number: int) -> bytes | None:
        """The page with this number, from 1, if it is a leaf of a table."""
        page = self._page(number)
        return page if number > 1 and len(page) == self._size and page[0] == _TABLE_LEAF else None

    def records(self, page: bytes) -> Iterator[tuple[int, Record]]:
        """The records of a leaf with their row numbers; what has no such form is passed over."""
        count = int.from_bytes(page[3:5], "big")
        for at in range(8, min(8 + 2 * count, self._usable - 1), 2):
            with suppress(DamagedRecordError, IndexError, struct.error):
                yield self._record(page, int.from_bytes(page[at : at + 2], "big"))

    def _record(self, page: bytes, at: int) -> tuple[int, Record]:
        size, at = _varint(page, at)
        row, at = _varint(page, at)
        if not 2 <= size <= _LARGEST_RECORD:
            raise DamagedRecordError
        most = self._usable - 35
        if size <= most:
            payload = page[at : at + size]
        else:
            least = (self._usable - 12) * 32 // 255 - 23
            here = least + (size - least) % (self._usable - 4)
            here = here if here <= most else least
            payload = page[at : at + here] + self._overflow(page[at + here : at + here + 4], size - here)
        if len(payload) != size:
            raise DamagedRecordError
        return row, _values(payload)

    def _overflow(self, pointer: bytes, left: int) -> bytes:
        parts: list[bytes] = []
        while left > 0:
            number = int.from_bytes(pointer, "big")
            page = self._page(number) if 1 < number <= self.count else b""
            part = page[4 : 4 + min(left, self._usable - 4)]
            if not part:
                raise DamagedRecordError
            parts.append(part)
            left -= len(part)
            pointer = page[:4]
        return b"".join(parts)

    def _page(self, number: int) -> bytes:
        if self._log is not None and number in self._in_log:
            self._log.seek(self._in_log[number])
            return self._log.read(self._size)
        self._file.seek((number - 1) * self._size)
        return self._file.read(self._size)

    def _read_log(self, log: BinaryIO) -> None:
        head = log.read(32)
        if len(head) < 32 or int.from_bytes(head[:4], "big") & ~1 != 0x377F0682:
            return
        size = _page_size(int.from_bytes(head[8:12], "big"))
        if size != self._size and self._in_log == {}:
            self._size = self._usable = size
        salts = head[16:24]
        pending: dict[int, int] = {}
        at = 32
        while len(frame := log.read(24)) == 24 and frame[8:16] == salts:
            number, committed = struct.unpack(">II", frame[:8])
            pending[number] = at + 24
            if committed:
                self._in_log.update(pending)
                pending = {}
            at += 24 + self._size
            log.seek(at)


def _page_size(told: int) -> int:
    size = 65536 if told == 1 else told
    return size if 512 <= size <= 65536 and size & (size - 1) == 0 else _DEFAULT_PAGE


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for _ in range(8):
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
    return value << 8 | data[at], at + 1


def _values(payload: bytes) -> Record:
    end, at = _varint(payload, 0)
    if end > len(payload):
        raise DamagedRecordError
    values: list[Value] = []
    body = end
    while at < end:
        kind, at = _varint(payload, at)
        value, body = _value(kind, payload, body)
        values.append(value)
    if at != end or body != len(payload):
        raise DamagedRecordError
    return tuple(values)


def _value(kind: int, payload: bytes, at: int) -> tuple[Value, int]:
    if kind >= 12:
        end = at + (kind - 12) // 2
        data = payload[at:end]
        return (str(data, "utf-8", "replace") if kind & 1 else data), end
    if kind in _WHOLE:
        end = at + _WHOLE[kind]
        return int.from_bytes(payload[at:end], "big", signed=True), end
    if kind == 7:
        return struct.unpack(">d", payload[at : at + 8])[0], at + 8
    if kind in (10, 11):
        raise DamagedRecordError
    return (None, 0, 1)[max(0, kind - 7)], at
