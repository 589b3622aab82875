"""The child's side: takes a task, does it, answers; until the program closes the pipe, or dies.

Whatever a file does to a decoder ends here: as an answer if the child survives it, else with the child.
"""

from __future__ import annotations

import faulthandler
import logging
import multiprocessing
import pickle
import shutil
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from kraken_desktop.engines.local.confinement import confine, end_this_process, resident
from kraken_desktop.engines.local.protocol import (
    Advanced,
    Answer,
    Limits,
    Message,
    Refusal,
    Reply,
    Started,
    Task,
    ThumbnailTask,
    ViewTask,
)
from kraken_desktop.model.errors import (
    EngineMemoryError,
    EngineUnavailableError,
    ImageBrokenError,
    KrakenDesktopError,
    UnexpectedError,
)

IDLE_SECONDS = 60.0
"""A child without work gives its memory back; the next one is there in a fifth of a second."""
FIRST_SECONDS = 60.0
"""It was started for a task, which is on its way."""
SPARE_SECONDS = 5.0
"""So much after the limit a child ends by itself, if nobody is left to end it."""

Announce = Callable[[Started | Advanced], None]
"""Told the megapixels to be made, once, when the header is known and before a pixel is decoded; then of each output."""
Handler = Callable[[Any, Limits, Announce], Reply]
"""Does tasks of one kind."""


def handler_of(task: Task) -> Handler:
    """What does a task. Loads its libraries, which takes a moment the first time.

    Raises:
        ImportError: a library is not there.
    """
    if isinstance(task, ThumbnailTask):
        from kraken_desktop.engines.local import thumbnail  # with its decoders

        return thumbnail.run
    if isinstance(task, ViewTask):
        from kraken_desktop.engines.local import view  # with its decoders

        return view.run
    from kraken_desktop.engines.local import work  # with its decoders and encoders

    return work.run


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a child is told when it starts."""

    limits: Limits
    temporary: str
    """Absolute path of a folder of its own; the child makes it, and the program removes it."""
    handler_of: Callable[[Task], Handler] = handler_of
    idle_seconds: float = IDLE_SECONDS


def serve(setup: Setup, pipe: Connection, errors: Connection | None) -> None:
    """The whole life of a child. Does not return."""
    confine(memory=setup.limits.memory, temporary=setup.temporary, errors=errors)
    # What libvips warns of is either raised as well, or is what the engine deals with.
    logging.getLogger("pyvips").setLevel(logging.ERROR)
    threading.Thread(target=_end_with_the_program, args=(setup,), daemon=True).start()
    # Once the program closed the pipe, or is gone, there is nobody to work for.
    with suppress(EOFError, OSError):
        seconds = FIRST_SECONDS
        while pipe.poll(seconds):
            seconds = setup.idle_seconds
            task: Task = pickle.loads(pipe.recv_bytes())  # noqa: S301 - the program's own
            Path(setup.temporary).mkdir(parents=True, exist_ok=True)
            _send(pipe, _answer(task, setup, pipe))
    _leave(setup)


def answer(task: Task, setup: Setup, announce: Announce) -> tuple[Reply, str]:
    """Do a task. Never raises.

    Returns the reply, and the traceback if it was a bug.
    """
    try:
        handler = setup.handler_of(task)
        announce(Started())
        return handler(task, setup.limits, announce), ""
    except KrakenDesktopError as error:
        refused, trouble = error, ""
    except BaseException as error:  # noqa: BLE001 - a panic of a Rust library is no Exception
        known = _known(error, task)
        refused = known or UnexpectedError(kind=type(error).__name__)
        trouble = "" if known is not None else traceback.format_exc()
    if isinstance(refused, ImageBrokenError) and _tells_of_memory(refused.reason):
        refused = EngineMemoryError(path=refused.path, reason=refused.reason, limit=0)
    if isinstance(refused, EngineMemoryError):
        refused.limit = setup.limits.memory
    return Refusal(error=refused), trouble


def _known(error: BaseException, task: Task) -> KrakenDesktopError | None:
    """What a decoder's exception means, if it is not a bug of this program."""
    text = str(error)
    if isinstance(error, MemoryError) or _tells_of_memory(text):
        return EngineMemoryError(path=task.source, reason=text, limit=0)
    if isinstance(error, RecursionError):
        return ImageBrokenError(path=task.source, reason="nested too deeply")
    if isinstance(error, ImportError) and not (error.name or "").startswith("kraken_desktop"):
        return EngineUnavailableError(path=task.source, library=error.name or text, reason=text)
    if type(error).__module__ == "pyo3_runtime":
        return ImageBrokenError(path=task.source, reason=text)
    return None


def _tells_of_memory(text: str) -> bool:
    return "out of memory" in text.lower()


def _answer(task: Task, setup: Setup, pipe: Connection) -> Answer:
    def announce(message: Started | Advanced) -> None:
        if isinstance(message, Started):
            _arm(setup.limits, message.megapixels)
        _send(pipe, message)

    reply, trouble = answer(task, setup, announce)
    faulthandler.cancel_dump_traceback_later()
    return Answer(reply=reply, resident=resident(), trouble=trouble)


def _arm(limits: Limits, megapixels: float) -> None:
    # Runs beside the interpreter: it works even while a decoder that hangs holds the interpreter's lock.
    seconds = limits.base_seconds + limits.seconds_per_megapixel * megapixels + SPARE_SECONDS
    faulthandler.dump_traceback_later(seconds, exit=True, file=2)


def _send(pipe: Connection, message: Message) -> None:
    pipe.send_bytes(pickle.dumps(message))


def _end_with_the_program(setup: Setup) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        _leave(setup)


def _leave(setup: Setup) -> None:
    shutil.rmtree(setup.temporary, ignore_errors=True)
    end_this_process()
