"""The terminal's program in a process of its own, but with time that passes faster.

python -m tests.faults.program [--unknown HOST] ARGUMENT...
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from typing import Any

from kraken_desktop.cli import main
from tests.faults.hurry import hurry


def forget(host: str) -> None:
    """Let the resolver know no such host; the real one might ask other computers."""
    look_up = socket.getaddrinfo

    def asked(name: Any, *more: Any, **named: Any) -> Any:
        if name in {host, host.encode()}:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(name, *more, **named)

    socket.getaddrinfo = asked  # type: ignore[assignment]


def begin(arguments: Sequence[str]) -> int:
    """Run it. Returns the exit code."""
    hurry(setattr)
    if arguments[:1] == ["--unknown"]:
        forget(arguments[1])
        arguments = arguments[2:]
    return main(arguments)


if __name__ == "__main__":
    sys.exit(begin(sys.argv[1:]))
