"""What a child process may do to this computer: called in the child, before anything heavy is loaded.

Each limit is set where the system has it. Where it has none the child works without, and its time limit stays.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

NICENESS = 10
"""Of 19: the window, and whatever else the person does, comes first."""

_ONE_THREAD = {
    "VIPS_CONCURRENCY": "1",
    "RAYON_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""The program runs a child a core; threads of the libraries on top would only wait for each other."""
_SECRETS = ("KRAKEN_", "AWS_")
"""Variables whose values no decoder, and no program that a child runs, has any use for."""


def confine(*, memory: int, temporary: str, errors: Connection | None) -> None:
    """Make this process a child as it should be: silent, patient, bounded, deaf to Ctrl+C, without secrets.

    Args:
        memory: bytes of address space (POSIX) or of committed memory (Windows) that it may have.
        temporary: absolute path of the folder for its temporary files.
        errors: where the standard error goes, without ever blocking; None: nowhere.
    """
    for name in [name for name in os.environ if name.upper().startswith(_SECRETS)]:
        del os.environ[name]
    os.environ.update(_ONE_THREAD, TMPDIR=temporary, TEMP=temporary, TMP=temporary)
    _detach_from_terminal()
    _silence(errors)
    if sys.platform == "win32":
        from kraken_desktop.engines.local import windows_job  # not on other systems

        windows_job.lower_priority()
        windows_job.limit_memory(memory)
    else:
        with suppress(OSError):
            os.nice(NICENESS)
        _limit_memory(memory)


def resident() -> int:
    """Bytes of memory that this process holds now (Linux), or held at most (macOS); 0 elsewhere."""
    with suppress(OSError, ValueError, IndexError), open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        # proc(5): the second number counts resident pages.
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "darwin":
        import resource  # not on Windows

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return 0


def end_this_process() -> None:
    """End at once, together with the programs that it runs; no library gets a chance to hang at its exit."""
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _detach_from_terminal() -> None:
    # Ctrl+C is for the program, which then decides about its children.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        # A group of its own: it can be killed with the programs that it runs.
        with suppress(OSError):
            os.setpgid(0, 0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _silence(errors: Connection | None) -> None:
    # C libraries write what they think of a broken file to these, past sys.stderr.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(errors.fileno() if errors is not None else nowhere, 2)
    os.close(nowhere)
    if errors is not None:
        # Nobody reads before the child is dead: what has no room in the pipe is dropped.
        os.set_blocking(2, False)
        errors.close()


def _limit_memory(memory: int) -> None:
    import resource  # not on Windows

    # macOS refuses the first, or takes it and does not keep to it.
    for limit, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        with suppress(OSError, ValueError):
            resource.setrlimit(limit, (value, value))
