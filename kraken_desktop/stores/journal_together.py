"""What several threads write at the same time goes to the disk together: it is waited for once, not once for each."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

_T = TypeVar("_T")


class _Part(Generic[_T]):
    """What one thread has to write, and what came of it."""

    def __init__(self, work: Callable[[sqlite3.Connection], _T], *, durable: bool) -> None:
        self.work = work
        self.durable = durable
        self.ended = False
        self.result: _T | None = None
        self.error: BaseException | None = None


class Together:
    """Who gets the lock writes for all who wait for it, each part as if it were alone.

    Args:
        lock: held while the connection is used.
        commit: runs something as one transaction, again if the file was replaced, and whether a power cut must not
            undo it; called with the lock held.
    """

    def __init__(
        self, lock: threading.RLock, commit: Callable[[Callable[[sqlite3.Connection], None], bool], None]
    ) -> None:
        self._lock = lock
        self._commit = commit
        self._queue = threading.Lock()
        self._waiting: list[_Part[Any]] = []

    @property
    def waiting(self) -> int:
        """How many wait to be written."""
        with self._queue:
            return len(self._waiting)

    def run(self, work: Callable[[sqlite3.Connection], _T], *, durable: bool = True) -> _T:
        """What ``work`` returns, once it is written. What it raises undoes it, and nothing of the others.

        It may run more than once. Raises what the commit raises.

        Args:
            durable: not even a power cut may undo it.
        """
        own = _Part(work, durable=durable)
        with self._queue:
            self._waiting.append(own)
        with self._lock:
            if not own.ended:
                with self._queue:
                    parts, self._waiting = self._waiting, []
                self._write(parts)
        if own.error is not None:
            raise own.error
        return cast("_T", own.result)

    def _write(self, parts: list[_Part[Any]]) -> None:
        def write(connection: sqlite3.Connection) -> None:
            for part in parts:
                part.error = None
                if len(parts) == 1:
                    part.result = part.work(connection)
                else:
                    _alone(part, connection)

        try:
            self._commit(write, any(part.durable for part in parts))
        except BaseException as error:  # noqa: BLE001 - of each thread that waits for it
            for part in parts:
                part.error = part.error or error
        finally:
            for part in parts:
                part.ended = True


def _alone(part: _Part[Any], connection: sqlite3.Connection) -> None:
    """Run a part so that its failure is its own; that of the file is everybody's."""
    connection.execute("SAVEPOINT part")
    try:
        part.result = part.work(connection)
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError) as error:
        part.error = error
    except sqlite3.DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - raised where it belongs
        part.error = error
    if part.error is not None:
        connection.execute("ROLLBACK TO part")
    connection.execute("RELEASE part")
