"""The program's side of one child: start it, ask it, end it."""

from __future__ import annotations

import logging
import os
import pickle
import shutil
import signal
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.engines.local.protocol import Advanced, Answer, Limits, Message, Refusal, Reply, Started, Task
from kraken_desktop.model.errors import EngineDiedError, EngineMemoryError, EngineTimeoutError, KrakenDesktopError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from kraken_desktop.engines.local.child import Handler, Setup

_log = logging.getLogger(__name__)

START_SECONDS = 60.0
"""For a child to start and to load its libraries, on a slow disk, under a virus scanner."""
MOST_TASKS = 200
MOST_RESIDENT = 600 * 1024 * 1024
"""Bytes. Decoders leak, and memory in pieces does not come back: a child that did or holds more is replaced."""
LARGEST_MESSAGE = 64 * 1024 * 1024
_LAST_WORDS = 4096
_WITHOUT_MEMORY = (b"memory allocation of", b"failed to allocate", b"bad_alloc", b"out of memory")
"""What Rust, GLib and C++ say before they abort for want of memory."""


class NotStartedError(Exception):
    """The child was gone before it began with the task: another one can do it."""


@dataclass(frozen=True, slots=True)
class _Died:
    exit_code: int | None
    last_words: bytes


class ChildProcess:
    """One child. One thread at a time may :meth:`ask`; any thread may :meth:`kill`.

    Making one starts it, which takes a few milliseconds; it is ready a fifth of a second later.

    Args:
        scratch: absolute path; the child's temporary files go into a folder in it, which ends with the child.
        handler_of: what does a task, in the child; a function that it can import.
        idle_seconds: how long the child waits for a task before it ends by itself.
    """

    def __init__(
        self,
        *,
        limits: Limits,
        scratch: Path,
        name: str,
        handler_of: Callable[[Task], Handler] | None = None,
        idle_seconds: float | None = None,
    ) -> None:
        from kraken_desktop.engines.local.child import Setup  # the program starts without multiprocessing

        self._limits = limits
        self._temporary = scratch / f"child-{uuid.uuid4().hex}"
        self._changed = threading.Condition()
        self._inbox: deque[Message | _Died] = deque()
        self._closed = False
        self._killed = False
        self._ended = False
        self._tasks = 0
        self._spent = False
        self._errors: Connection | None = None
        setup = Setup(limits=limits, temporary=str(self._temporary))
        if handler_of is not None:
            setup = replace(setup, handler_of=handler_of)
        if idle_seconds is not None:
            setup = replace(setup, idle_seconds=idle_seconds)
        self._process, self._pipe = self._start(setup, name)
        self._listener = threading.Thread(target=self._listen, name=f"listens to {name}", daemon=True)
        self._listener.start()

    def _start(self, setup: Setup, name: str) -> tuple[SpawnProcess, Connection]:
        import multiprocessing  # slow to import

        from kraken_desktop.engines.local.child import serve  # with multiprocessing

        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        said = None
        if sys.platform != "win32":
            self._errors, said = context.Pipe(duplex=False)
        process = context.Process(target=serve, args=(setup, theirs, said), name=name, daemon=True)
        with _out_of_reach_of_ctrl_c():
            process.start()
        theirs.close()
        if said is not None:
            said.close()
        return process, ours

    @property
    def process_id(self) -> int | None:
        """Of the process."""
        return self._process.pid

    @property
    def is_fresh(self) -> bool:
        """Whether it never did anything yet."""
        return self._tasks == 0

    @property
    def is_usable(self) -> bool:
        """Whether it lives, and has not done or eaten so much that a new one is better."""
        with self._changed:
            return not (self._killed or self._ended or self._spent or self._inbox)

    @property
    def has_ended(self) -> bool:
        """Whether nothing is left of it."""
        return not self._listener.is_alive()

    def ask(self, task: Task, cancel: CancelToken, on_made: Callable[[int], None] | None = None) -> Reply:
        """Have a task done. Blocks; after any error but a refusal the child is dead.

        Args:
            on_made: called, from this thread, with how many outputs are made, after each of them.

        Raises:
            NotStartedError: it was dead already.
            CancelledError: somebody cancelled, or :meth:`close` was called.
            EngineTimeoutError, EngineMemoryError, EngineDiedError: the image cost the child.
            KrakenDesktopError: what the child refused the task with.
        """
        try:
            self._pipe.send_bytes(pickle.dumps(task))
        except (OSError, ValueError) as error:
            raise NotStartedError from error
        with cancel.interrupting(self._wake):
            try:
                answer = self._wait(task, cancel, on_made)
            except BaseException:
                # It may still be at work, and its answer would be taken for that to the next task.
                self.kill()
                raise
        self._forget_words()
        self._tasks += 1
        refused = answer.reply.error if isinstance(answer.reply, Refusal) else None
        # After it ran out of address space the pieces that are left are small.
        self._spent = (
            self._tasks >= MOST_TASKS or answer.resident > MOST_RESIDENT or isinstance(refused, EngineMemoryError)
        )
        if answer.trouble:
            _log.error("a child met a bug:\n%s", answer.trouble)
        if refused is not None:
            raise refused
        return answer.reply

    def kill(self) -> None:
        """End it now, with the programs that it runs. Does not wait."""
        with self._changed:
            self._killed = True
            if self._ended:
                return  # and its number may be another's
            process_id = self._process.pid
            if sys.platform != "win32" and process_id is not None:
                # The group is there once the child has come so far; macOS denies it for one that is just dying.
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process_id, signal.SIGKILL)
            self._process.kill()

    def close(self) -> None:
        """End it for good; whoever waits for its answer is told that the work was cancelled."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self.kill()

    def wait_for_end(self, seconds: float) -> None:
        """After :meth:`kill`: until its folder is removed, at most so long."""
        self._listener.join(seconds)

    def _forget_words(self) -> None:
        # What decoders said about an image that the child survived tells nothing about the next one.
        with self._changed:
            if self._errors is not None and not self._ended:
                _read_now(self._errors)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _wait(self, task: Task, cancel: CancelToken, on_made: Callable[[int], None] | None) -> Answer:
        limit, since, begun = START_SECONDS, time.monotonic(), False
        while True:
            match self._next(cancel, since + limit):
                case Answer() as answer:
                    return answer
                case Started(megapixels=megapixels):
                    if not begun:
                        since, begun = time.monotonic(), True
                    limit = self._limits.base_seconds + self._limits.seconds_per_megapixel * megapixels
                case Advanced(made=made):
                    if on_made is not None:
                        on_made(made)
                case _Died() as died:
                    if not begun and not self.is_fresh:
                        raise NotStartedError
                    raise self._death(died, task)
                case None:
                    raise EngineTimeoutError(path=task.source, seconds=max(1, round(limit)))

    def _next(self, cancel: CancelToken, end: float) -> Message | _Died | None:
        """The next message; None if none came until then."""
        with self._changed:
            while not self._inbox:
                cancel.check()
                if self._closed:
                    raise CancelledError
                left = end - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)
            cancel.check()
            return self._inbox.popleft()

    def _death(self, died: _Died, task: Task) -> KrakenDesktopError:
        lines = died.last_words.decode(errors="replace").split("\n")
        reason = next((line.strip() for line in lines if line.strip()), "")[:200]
        _log.info("a child died with exit code %s: %s", died.exit_code, "\n".join(lines))
        if any(words in died.last_words.lower() for words in _WITHOUT_MEMORY):
            return EngineMemoryError(path=task.source, reason=reason, limit=self._limits.memory)
        return EngineDiedError(path=task.source, reason=reason, exit_code=died.exit_code)

    # --- on the listening thread ---

    def _listen(self) -> None:
        # Unpickling fails in as many ways as there are bytes: a child that sends such is as good as dead.
        try:
            while True:
                message: Message = pickle.loads(self._pipe.recv_bytes(LARGEST_MESSAGE))  # noqa: S301 - a child's
                self._deliver(message)
        except (EOFError, OSError):
            _log.debug("the pipe of a child ended")
        except Exception:  # noqa: BLE001
            _log.info("a child sent what is no message", exc_info=True)
        self._bury()

    def _deliver(self, message: Message | _Died) -> None:
        with self._changed:
            self._inbox.append(message)
            self._changed.notify_all()

    def _bury(self) -> None:
        # It is ending, and then has its exit code already; or it runs amok, and closed what it should not.
        self.kill()
        with self._changed:
            self._ended = True
        self._process.join()
        last_words = b""
        if self._errors is not None:
            last_words = _read_now(self._errors)
            self._errors.close()
        self._pipe.close()
        self._deliver(_Died(self._process.exitcode, last_words))
        shutil.rmtree(self._temporary, ignore_errors=True)


def _read_now(errors: Connection) -> bytes:
    """The last of what is in a pipe, without waiting for more."""
    with suppress(OSError):
        # A pipe holds 64 KiB, on Linux and macOS alike.
        return os.read(errors.fileno(), 64 * 1024)[-_LAST_WORDS:] if errors.poll() else b""
    return b""


@contextmanager
def _out_of_reach_of_ctrl_c() -> Iterator[None]:
    """What is started inside inherits that Ctrl+C does not reach it, and decides for itself later."""
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker  # not on Windows

    # Starting it, which the first child would do, lets Ctrl+C through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
