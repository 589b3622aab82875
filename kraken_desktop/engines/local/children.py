"""A lane of child processes that do image work: so many at a time, and each one replaceable."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.engines.local.child_process import ChildProcess, NotStartedError
from kraken_desktop.engines.local.protocol import Limits, Reply, Task
from kraken_desktop.model.errors import EngineDiedError

if TYPE_CHECKING:
    from kraken_desktop.engines.local.child import Handler

CLOSE_SECONDS = 0.5
_TRIES = 3


class Children:
    """Runs tasks in at most ``count`` processes, which are started when there is work for them.

    Thread-safe: each thread that calls :meth:`run` waits for a child that is free, and for its reply.

    Args:
        handler_of: what does a task, in the child; a function that it can import.
        idle_seconds: how long a child waits for a task before it ends by itself.
    """

    def __init__(
        self,
        count: int,
        *,
        limits: Limits,
        scratch: Path,
        name: str,
        handler_of: Callable[[Task], Handler] | None = None,
        idle_seconds: float | None = None,
    ) -> None:
        self._count = count
        self._limits = limits
        self._scratch = scratch
        self._name = name
        self._handler_of = handler_of
        self._idle_seconds = idle_seconds
        self._changed = threading.Condition()
        self._idle: list[ChildProcess] = []
        self._busy: set[ChildProcess] = set()
        self._ending: list[ChildProcess] = []
        self._places = 0
        self._closed = False

    @property
    def process_ids(self) -> frozenset[int]:
        """Of the children that there are."""
        with self._changed:
            return frozenset(child.process_id or 0 for child in (*self._idle, *self._busy))

    def run(
        self,
        task: Task,
        cancel: CancelToken,
        on_begin: Callable[[], None] | None = None,
        on_made: Callable[[int], None] | None = None,
    ) -> Reply:
        """Have a task done by the next child that is free. Blocks.

        Args:
            on_begin: called when the waiting for a child is over.
            on_made: called with how many outputs are made, after each of them.

        Raises:
            CancelledError: somebody cancelled, or the lane was closed.
            EngineTimeoutError, EngineMemoryError, EngineDiedError: the image cost its child.
            KrakenDesktopError: what the child refused the task with.
        """
        self._take_place(cancel)
        try:
            if on_begin is not None:
                on_begin()
            return self._run(task, cancel, on_made)
        finally:
            with self._changed:
                self._places -= 1
                self._changed.notify()

    def close(self) -> None:
        """End all children at once; waits a moment until their folders are removed."""
        with self._changed:
            self._closed = True
            children = (*self._idle, *self._busy, *self._ending)
            self._idle.clear()
            self._changed.notify_all()
        for child in children:
            child.close()
        end = time.monotonic() + CLOSE_SECONDS
        for child in children:
            child.wait_for_end(max(0.0, end - time.monotonic()))

    def _take_place(self, cancel: CancelToken) -> None:
        with cancel.interrupting(self._wake), self._changed:
            while True:
                cancel.check()
                if self._closed:
                    raise CancelledError
                if self._places < self._count:
                    self._places += 1
                    return
                self._changed.wait()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _run(self, task: Task, cancel: CancelToken, on_made: Callable[[int], None] | None) -> Reply:
        for _ in range(_TRIES):
            child = self._child(task)
            try:
                return child.ask(task, cancel, on_made)
            except NotStartedError:
                # It ended while it had nothing to do; the image was not touched. Its end may not be noticed yet.
                child.kill()
                continue
            finally:
                self._give_back(child)
        raise EngineDiedError(path=task.source, reason="no child process begins")

    def _child(self, task: Task) -> ChildProcess:
        """One that waits, or a new one."""
        with self._changed:
            while self._idle:
                child = self._idle.pop()
                if child.is_usable:
                    self._busy.add(child)
                    return child
        try:
            child = ChildProcess(
                limits=self._limits,
                scratch=self._scratch,
                name=self._name,
                handler_of=self._handler_of,
                idle_seconds=self._idle_seconds,
            )
        except OSError as error:
            raise EngineDiedError(path=task.source, reason=str(error)) from error
        with self._changed:
            self._busy.add(child)
            closed = self._closed
        if closed:
            child.close()
            raise CancelledError
        return child

    def _give_back(self, child: ChildProcess) -> None:
        with self._changed:
            self._busy.discard(child)
            keep = child.is_usable and not self._closed
            if keep:
                self._idle.append(child)
            else:
                self._ending = [each for each in (*self._ending, child) if not each.has_ended]
        if not keep:
            child.kill()
