"""Where the journal is: its file, a fresh one if that turns out damaged, or memory if there can be no file."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from kraken_desktop.model.errors import JournalError
from kraken_desktop.stores import journal_schema as schema
from kraken_desktop.stores.journal_owner import Owner, surely_alive
from kraken_desktop.stores.journal_salvage import Salvage
from kraken_desktop.stores.journal_together import Together

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

READ = "BEGIN"
# Asking for the write lock at once: a reader that wants to write later can be refused without waiting.
WRITE = "BEGIN IMMEDIATE"

_MOST_READERS = 4
"""Connections that wait for the next look; each may keep two megabytes of pages."""


class JournalFile:
    """The tables, wherever they are. Use it from any thread; what ``lock`` guards of the caller is guarded here too.

    Args:
        folder: where the file belongs.
        on_problem: told, without a lock held, by ``tell``.
        restore: writes all that the caller knows into tables that replace others; called with ``lock`` held.
    """

    # One connection for all that is written, with one lock, rather than a connection a thread: SQLite has one writer
    # at a time anyway, a database in memory has one connection by nature, and the change to it happens in one place.
    # Looks have connections of their own: in WAL mode they and the writer, which waits for the disk, do not wait for
    # each other.

    def __init__(
        self,
        folder: Path,
        on_problem: Callable[[JournalError], None],
        restore: Callable[[sqlite3.Connection], None],
    ) -> None:
        self.lock = threading.RLock()
        self.folder_lock = schema.FolderLock(folder)
        self.owner: Owner | None = None
        self.in_memory = False
        self._folder = folder
        self._path = folder / schema.FILE_NAME
        self._on_problem = on_problem
        self._restore = restore
        self.problem: JournalError | None = None
        """What was told last of the file."""
        self._untold: list[JournalError] = []
        self._closed = False
        self._identity: tuple[int, int] | None = None
        self._readers: list[sqlite3.Connection] = []
        self._salvage: Salvage | None = None
        self._together = Together(self.lock, self._commit)
        self.connection = self._open()
        self._bring(self.connection)
        if self.in_memory:
            self._untold[-1].left_behind = self._left_behind(self.connection)

    @property
    def name(self) -> str:
        """Of this process as an owner of jobs; empty in memory."""
        return self.owner.name if self.owner is not None else ""

    def run(self, begin: str, work: Callable[[sqlite3.Connection], _T], *, durable: bool = True) -> _T:
        """Run ``work`` as one transaction; if the file fails, again on what replaces it.

        What only reads does not wait for what others write just now.

        Args:
            durable: it is on the disk when this returns. What a power cut may undo, but no kill, waits for no disk,
                and is as safe as the next durable one once that is there.

        Raises:
            JournalError: even memory failed, or this is closed.
        """
        if begin == READ:
            return self.look(work)
        try:
            return self._together.run(work, durable=durable)
        finally:
            self.tell()

    def run_held(self, begin: str, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """As ``run``, for who holds ``lock``; problems are told by the next ``tell``."""
        self.require_open()
        renewed = False
        while True:
            try:
                return schema.transaction(self.connection, begin, work)
            except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
                # A mistake of ours, and the same on any other file.
                raise
            except sqlite3.DatabaseError as error:
                self._give_way(schema.journal_error(error, self._path), may_renew=not renewed)
                renewed = True

    def _commit(self, work: Callable[[sqlite3.Connection], None], durable: bool) -> None:
        if durable:
            self.run_held(WRITE, work)
            return
        self.require_open()
        # Between transactions only, and for this one alone (SQLite docs: "PRAGMA synchronous").
        self.connection.execute("PRAGMA synchronous = NORMAL")
        try:
            self.run_held(WRITE, work)
        finally:
            self.connection.execute("PRAGMA synchronous = FULL")

    def look(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Run ``work``, which only reads, beside what is written meanwhile; it sees all that was written before.

        Raises:
            JournalError: as ``run``.
        """
        reader = self._reader()
        if reader is not None:
            try:
                result = schema.transaction(reader, READ, work)
            except sqlite3.DatabaseError as error:
                # Replacing a file is for the one connection that writes, which will meet the same.
                _log.info("a look into the journal failed, and is taken again: %s", error)
                reader.close()
            except BaseException:
                reader.close()
                raise
            else:
                self._give_back(reader)
                return result
        try:
            with self.lock:
                return self.run_held(READ, work)
        finally:
            self.tell()

    def require_open(self) -> None:
        """Refuse after ``close``.

        Raises:
            JournalError: this is closed.
        """
        if self._closed:
            raise JournalError(path=str(self._path), reason="closed", problem="unwritable")

    def tell(self) -> None:
        """Tell the problems since the last time, in this thread."""
        with self.lock:
            untold, self._untold = self._untold, []
        for error in untold:
            self.problem = error
            self._on_problem(error)

    def close(self, in_hand: int) -> None:
        """Leave. What memory holds, ``in_hand`` jobs, is tried once more on disk."""
        with self.lock:
            if self._closed:
                return
            self._closed = True
            self._close_readers()
            self.connection.close()
            saved = not (self.in_memory and in_hand) or self._write_back(in_hand)
            if self.owner is not None:
                if self.in_memory and saved:
                    self.owner.note_unsaved(unsaved=False)
                self.owner.release()

    def _open(self) -> sqlite3.Connection:
        try:
            with self.folder_lock:
                connection = self._open_file()
                try:
                    self.owner = Owner(self._folder)
                except OSError as error:
                    connection.close()
                    raise schema.journal_error(error, self._folder) from error
                return connection
        except JournalError as error:
            self._untold.append(error)
            self.in_memory = True
            memory = schema.open_memory(self._path if error.problem == "unwritable" else None)
            if not memory.execute("SELECT count(*) FROM job").fetchone()[0]:
                # What cannot be used as it is may be read all the same.
                self._find(self._path, Salvage.of_newer if error.problem == "newer" else Salvage.of_damaged)
            return memory

    def _open_file(self) -> sqlite3.Connection:
        """Open the file, or set it aside and make another; the caller holds the folder's lock."""
        try:
            connection = schema.open_file(self._path)
        except JournalError as error:
            if error.problem != "corrupt":
                raise
            self._find(self._set_aside(error), Salvage.of_damaged)
            connection = schema.open_file(self._path)
        if self._salvage is not None:
            try:
                schema.transaction(connection, WRITE, self._salvage.keep_numbers)
            except sqlite3.Error as error:
                connection.close()
                raise schema.journal_error(error, self._path) from error
        self._identity = schema.identity(self._path)
        return connection

    def _set_aside(self, error: JournalError) -> Path:
        try:
            kept = schema.set_aside(self._path)
        except OSError as refused:
            _log.warning("the damaged journal cannot be set aside: %s", refused)
            raise error from refused
        self._untold.append(JournalError(path=str(kept), reason=error.reason, problem=error.problem))
        return kept

    def _find(self, path: Path, find: Callable[[Path], Salvage]) -> None:
        """Look for what is left in a file that is not used; ``_bring`` writes it."""
        try:
            self._salvage = find(path)
        except (OSError, sqlite3.Error) as error:
            _log.info("nothing can be read of the old journal: %s", error)

    def _bring(self, connection: sqlite3.Connection) -> None:
        """Write what was left in another file. Not with the folder's lock: others wait ten seconds for that."""
        salvage, self._salvage = self._salvage, None
        if salvage is None:
            return
        try:
            count = salvage.bring(partial(schema.transaction, connection, WRITE))
        except (OSError, sqlite3.Error) as error:
            _log.warning("not all that is left of the old journal could be taken over: %s", error)
        else:
            _log.info("%d jobs of the old journal were taken over", count)

    def _give_way(self, error: JournalError, *, may_renew: bool) -> None:
        """Put a fresh file, or memory, in place of the file that failed."""
        if self.in_memory:
            raise error
        _log.warning("the journal's file failed: %s", error)
        self._close_readers()
        if error.problem == "corrupt" and may_renew:
            self.connection.close()
            try:
                self.connection = self._renew(error)
                return
            except JournalError as again:
                error = again
                memory = schema.open_memory()
        else:
            memory = schema.open_memory(self.connection if error.problem == "unwritable" else None)
            self.connection.close()
        self.in_memory = True
        error.left_behind = self._left_behind(memory)
        if self.owner is not None:
            self.owner.note_unsaved(unsaved=True)
        self._untold.append(error)
        self.connection = memory
        self._bring(memory)
        schema.transaction(memory, WRITE, self._restore)

    def _left_behind(self, memory: sqlite3.Connection) -> int:
        """How many jobs wait in the file that ``memory`` was made of, for a process that can use it."""
        owners = dict(memory.execute("SELECT owner, count(*) FROM job WHERE ended_at IS NULL GROUP BY owner"))
        if not owners.keys() - {self.name}:
            return 0
        try:
            with self.folder_lock:
                alive = surely_alive(self._folder)
        except JournalError:
            alive = frozenset()
        return sum(count for owner, count in owners.items() if owner != self.name and owner not in alive)

    def _renew(self, error: JournalError) -> sqlite3.Connection:
        with self.folder_lock:
            # Another process may have been here first: its fresh file is not to be set aside.
            if schema.identity(self._path) == self._identity:
                self._find(self._set_aside(error), Salvage.of_damaged)
            connection = self._open_file()
        self._bring(connection)
        try:
            schema.transaction(connection, WRITE, self._restore)
        except sqlite3.Error as again:
            connection.close()
            raise schema.journal_error(again, self._path) from again
        return connection

    def _write_back(self, in_hand: int) -> bool:
        try:
            with self.folder_lock:
                connection = schema.open_file(self._path)
                try:
                    schema.transaction(connection, WRITE, self._restore)
                finally:
                    connection.close()
        except (JournalError, sqlite3.Error) as error:
            _log.warning("%d jobs of this session are not in the journal: %s", in_hand, error)
            return False
        return True

    def _reader(self) -> sqlite3.Connection | None:
        """A connection for one look; None if the look has to be taken on the one that writes."""
        with self.lock:
            self.require_open()
            if self.in_memory:
                return None
            if self._readers:
                return self._readers.pop()
            identity = self._identity
        try:
            reader = schema.open_reader(self._path)
        except sqlite3.Error as error:
            _log.info("no second connection to the journal: %s", error)
            return None
        if schema.identity(self._path) != identity:
            # Set aside this very moment.
            reader.close()
            return None
        return reader

    def _give_back(self, reader: sqlite3.Connection) -> None:
        with self.lock:
            if not self._closed and not self.in_memory and len(self._readers) < _MOST_READERS:
                self._readers.append(reader)
                return
        reader.close()

    def _close_readers(self) -> None:
        readers, self._readers = self._readers, []
        for reader in readers:
            reader.close()
