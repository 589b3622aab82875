"""Handlers for child processes that misbehave on demand. The task's source says how."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from kraken_desktop.engines.local.child import Announce, Handler
from kraken_desktop.engines.local.protocol import (
    Advanced,
    Limits,
    Probed,
    ProbeTask,
    Reply,
    Started,
    Task,
    Thumbnail,
    ThumbnailTask,
)
from kraken_desktop.model.errors import ImageBrokenError

FOR_EVER = 600


class PanicException(BaseException):
    """As a Rust library throws it."""


PanicException.__module__ = "pyo3_runtime"


def probe(source: str) -> ProbeTask:
    return ProbeTask(source=source, extension=".png")


def handler_of(_task: Task) -> Handler:
    return misbehave


def as_named(_task: Task) -> Handler:
    return misbehave_as_named


def no_library(_task: Task) -> Handler:
    raise ModuleNotFoundError("No module named 'libimage'", name="libimage")


def slow_to_load(_task: Task) -> Handler:
    time.sleep(1.5)
    return misbehave


def misbehave(task: Task, limits: Limits, announce: Announce) -> Reply:
    if isinstance(task, ThumbnailTask):
        return Thumbnail(pixels=bytes(4 * task.size * task.size))
    verb, _, argument = task.source.partition(" ")
    announce(Started(megapixels=float(argument) if verb == "hang" and argument else 1.0))
    match verb:
        case "pid":
            return Probed(width=os.getpid(), height=threading.active_count())
        case "environ":
            return Probed(width=int(os.environ[argument]), height=0)
        case "variables":
            Path(argument).write_text("\n".join(os.environ), encoding="utf-8")
        case "tmpdir":
            Path(os.environ["TMPDIR"], "left.tmp").write_bytes(b"x")
            Path(argument).write_text(os.environ["TMPDIR"], encoding="utf-8")
        case "modules":
            Path(argument).write_text("\n".join(sys.modules), encoding="utf-8")
        case "nice":
            return Probed(width=os.getpriority(os.PRIO_PROCESS, 0), height=0)
        case "wait":  # tells that it began, then waits for a file
            Path(argument).with_suffix(".begun").touch()
            while not Path(argument).exists():
                time.sleep(0.01)
        case "advance":  # as one that makes two outputs, and hangs at the third
            announce(Advanced(made=1))
            announce(Advanced(made=2))
            time.sleep(FOR_EVER)
        case "hang":
            time.sleep(FOR_EVER)
        case "hold":  # the interpreter's lock, as some libraries do
            ctypes.PyDLL(None).sleep(FOR_EVER)
        case "helper":  # a program of its own, which hangs
            helper = subprocess.Popen(["/bin/sleep", str(FOR_EVER)])
            Path(argument).write_text(str(helper.pid), encoding="utf-8")
            time.sleep(FOR_EVER)
        case "exit":
            os._exit(int(argument))
        case "abort":
            os.write(2, argument.encode())
            os.abort()
        case "signal":
            os.kill(os.getpid(), signal.Signals[argument])
            time.sleep(FOR_EVER)
        case "close":  # its pipes, as a decoder that runs amok may do
            os.closerange(3, 64)
            time.sleep(FOR_EVER)
        case "allocate":
            bytearray(int(argument))
        case "recurse":
            return misbehave(task, limits, announce)
        case "refuse":
            raise ImageBrokenError(path=task.source, reason=argument)
        case "panic":
            raise PanicException(argument)
        case "bug":
            raise ZeroDivisionError(argument)
        case "chatter":
            print(argument * 100_000)
            os.write(2, argument.encode() * 1000)
            for _ in range(200):
                try:
                    os.write(2, b"a warning of a library\n" * 100)
                except BlockingIOError:
                    break
    return Probed(width=1, height=1)


def misbehave_as_named(task: Task, limits: Limits, announce: Announce) -> Reply:
    """The name of the source says how, and its path is the argument."""
    if isinstance(task, ThumbnailTask):
        return misbehave(task, limits, announce)
    return misbehave(probe(f"{Path(task.source).name} {task.source}"), limits, announce)
