"""The journal's file: how it is opened, and what to do when it cannot be used.

One SQLite file in WAL mode, shared by all processes of the program. Where a power cut must not undo it, a commit is
on the disk before a call returns (``synchronous=FULL``): a forgotten drop is lost, and a forgotten outcome, or that
something may be charged, is an image that is sent, and paid for, twice. What is done anew in the same way (keys that
are reserved, a try that began) waits for no disk of its own: a kill undoes none of it, and the next commit that is
waited for takes it along. (SQLite docs: "PRAGMA synchronous", "Write-Ahead Logging".)
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from filelock import FileLock

from kraken_desktop.model.errors import JournalError
from kraken_desktop.stores.journal_tables import STEPS, TABLES

FILE_NAME = "journal.sqlite3"
APPLICATION_ID = 0x4B52414B
"""``KRAK``: tells our file from any other SQLite database."""
BUSY_SECONDS = 10.0
"""How long another process may hold the file before we go on without it."""

_MAGIC = b"SQLite format 3\0"
"""How every SQLite file starts (SQLite docs: "Database File Format")."""

_T = TypeVar("_T")


def open_file(path: Path) -> sqlite3.Connection:
    """Open the journal's file, making or upgrading it. The caller holds the ``FolderLock``.

    Raises:
        JournalError: it is ``corrupt`` (or not ours), ``newer`` than this program, or ``unwritable``.
    """
    connection: sqlite3.Connection | None = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives its -wal and -shm files the mode of the main one: only the person reads their history.
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb") as file:
            head = file.read(len(_MAGIC))
        if head and head != _MAGIC:
            # Looked at before SQLite does, which would remove the write-ahead log: the newest rows are in there.
            raise JournalError(path=str(path), reason="file is not a database", problem="corrupt")
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        _prepare(connection, path)
    except (sqlite3.Error, OSError, JournalError) as error:
        if connection is not None:
            connection.close()
        if isinstance(error, JournalError):
            raise
        raise journal_error(error, path) from error
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """Another connection to a file that is open, for reading alone.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    _adapt(connection)
    return connection


def open_memory(source: Path | sqlite3.Connection | None = None) -> sqlite3.Connection:
    """A database in memory, with everything that ``source`` holds if that can be read, else empty."""
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        if isinstance(source, Path):
            with _read_only(source) as readable:
                readable.backup(memory)
        elif source is not None:
            source.backup(memory)
        # A backup copies pages as they are, good or bad.
        sound = source is None or memory.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
        if sound:
            _prepare(memory, None)
            return memory
    except (sqlite3.Error, OSError, JournalError):
        sound = False
    memory.close()
    return open_memory()


def transaction(connection: sqlite3.Connection, begin: str, work: Callable[[sqlite3.Connection], _T]) -> _T:
    """Run ``work`` between ``begin`` and COMMIT; whatever it raises rolls everything back."""
    connection.execute(begin)
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            # The first error is the one that tells something.
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise
    return result


def journal_error(error: Exception, path: Path) -> JournalError:
    """The error of the tree for one of SQLite or of the operating system."""
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    # A file cut to nothing while it is open is a sound database without tables.
    damaged = primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "no such table" in str(error)
    problem = "corrupt" if damaged else "unwritable"
    # The whole text of the system's own errors names the path once more.
    reason = getattr(error, "strerror", None) or str(error)
    return JournalError(path=str(path), reason=reason, problem=problem)


class FolderLock:
    """Holds the folder against other processes that open, register an owner, or set a file aside.

    Reentrant, also between threads: these take turns by a lock of their own.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal.lock"
        self._lock = FileLock(self._path, timeout=BUSY_SECONDS, mode=0o600, thread_local=False)

    def __enter__(self) -> None:
        """Wait for the folder.

        Raises:
            JournalError: ``unwritable``; it cannot be had.
        """
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire()
        except OSError as error:
            raise journal_error(error, self._path) from error

    def __exit__(self, *_: object) -> None:
        """Let the next one in."""
        self._lock.release()


def set_aside(path: Path) -> Path:
    """Rename a damaged file together with its write-ahead log, and say where it is now.

    Raises:
        OSError: it cannot be renamed.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    kept = path.with_name(f"{path.stem}-damaged-{stamp}{path.suffix}")
    for ending in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{ending}").replace(f"{kept}{ending}")
    return kept


def identity(path: Path) -> tuple[int, int] | None:
    """What tells this file from another that takes its name later; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _prepare(connection: sqlite3.Connection, path: Path | None) -> None:
    _adapt(connection)
    where = str(path or ":memory:")
    version = _number(connection, "user_version")
    if version > len(STEPS):
        raise JournalError(path=where, reason=f"version {version}", problem="newer")
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and (
        _number(connection, "application_id") != APPLICATION_ID or not tables >= TABLES[max(0, version - 1)]
    ):
        raise JournalError(path=where, reason="not a journal", problem="corrupt")
    if path is not None:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
        # macOS: fsync() leaves the data in the drive's cache (Apple: "fsync(2)"). Elsewhere these do nothing.
        connection.execute("PRAGMA fullfsync = ON")
        connection.execute("PRAGMA checkpoint_fullfsync = ON")
        # What the person took out of the history is not to be found in the file, nor in what is saved of a damaged one.
        connection.execute("PRAGMA secure_delete = ON").fetchone()
    if version < len(STEPS):
        transaction(connection, "BEGIN IMMEDIATE", _upgrade)
    connection.execute("PRAGMA foreign_keys = ON")


def _adapt(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    # Damaged text must not look like a damaged file: the row is skipped when it is decoded.
    connection.text_factory = lambda raw: str(raw, "utf-8", "replace")


def _upgrade(connection: sqlite3.Connection) -> None:
    for step in STEPS[_number(connection, "user_version") :]:
        step(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(STEPS)}")


@contextmanager
def _read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file that may not be written, with its write-ahead log."""
    with ExitStack() as used:
        connection = _readable(path, "mode=ro")
        if connection is None and _has_log(path):
            # SQLite reads a log only where it may make a file beside it.
            folder = Path(used.enter_context(TemporaryDirectory(prefix="kraken-desktop-")))
            for ending in ("", "-wal"):
                shutil.copyfile(f"{path}{ending}", folder / f"copy{ending}")
            connection = _readable(folder / "copy", "mode=rw")
        elif connection is None:
            connection = _readable(path, "mode=ro&immutable=1")
        if connection is None:
            raise FileNotFoundError(path)
        used.callback(connection.close)
        yield connection


def _readable(path: Path, mode: str) -> sqlite3.Connection | None:
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)
    except sqlite3.Error:
        return None
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        return None
    return connection


def _has_log(path: Path) -> bool:
    try:
        return Path(f"{path}-wal").stat().st_size > 0
    except OSError:
        return False


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
