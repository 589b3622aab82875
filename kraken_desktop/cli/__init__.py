"""``kraken-s3``: the same job from a terminal. Links on standard output, everything else on standard error."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, as :func:`kraken_desktop.cli.program.run` says. Returns the exit code."""
    multiprocessing.freeze_support()
    # A shell starts what it runs in the background with Ctrl+C ignored, and then nothing could end us tidily.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from kraken_desktop.cli.program import run  # a child process imports this module too, and needs none of that

    return run(argv)
