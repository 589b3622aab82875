"""A test server in a process of its own: started, awaited by its ready line, and ended with its parent.

The child reads its standard input until that ends. So it ends too when the parent was killed, and nothing
is left running.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import IO, Any

_ROOT = Path(__file__).resolve().parents[2]


def add_lifetime_option(parser: argparse.ArgumentParser) -> None:
    """For ``python -m`` servers: how long to run."""
    parser.add_argument(
        "--while-stdin-open",
        action="store_true",
        help="end when standard input ends (default: when interrupted or terminated)",
    )


def serve(ready: dict[str, Any], *, while_stdin_open: bool) -> None:
    """Print the ready line, then wait for the end. SIGTERM and SIGINT are ends as well."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if while_stdin_open:

        def watch() -> None:
            sys.stdin.read()
            ended.set()

        threading.Thread(target=watch, daemon=True).start()
    print(json.dumps(ready), flush=True)
    ended.wait()


class ChildServer:
    """Runs ``python -m module`` with arguments. ``ready`` is what its ready line said."""

    def __init__(self, module: str, *arguments: str, timeout: float = 60) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, "--while-stdin-open", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            env=environment,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin: IO[str] = self._process.stdin
        self._stdout: IO[str] = self._process.stdout
        lines: queue.Queue[str] = queue.Queue()
        reader = threading.Thread(target=lambda: lines.put(self._stdout.readline()), daemon=True)
        reader.start()
        try:
            line = lines.get(timeout=timeout)
            if not line:
                raise RuntimeError(f"{module} ended with {self._process.wait(10)} before it was ready")
        except BaseException:
            self.stop()
            raise
        self.ready: dict[str, Any] = json.loads(line)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def stop(self) -> None:
        """End the child and wait until it is gone. May be called twice."""
        self._stdin.close()
        for end in (self._process.terminate, self._process.kill):
            try:
                self._process.wait(15)
                break
            except subprocess.TimeoutExpired:
                end()
        self._process.wait()
        self._stdout.close()
