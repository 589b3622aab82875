"""The command line as a whole: its parser, and one run of one command."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from kraken_desktop import __version__
from kraken_desktop.cli import account, history, network, profile, put, queue, recipe, remove
from kraken_desktop.cli.console import Console, UsageError, WorkersLeftError, prepare_streams
from kraken_desktop.composition import Services
from kraken_desktop.log import start_log, stop_log
from kraken_desktop.messages import Words
from kraken_desktop.model.errors import KrakenDesktopError, UnexpectedError

_log = logging.getLogger(__name__)

_SWITCH_SECONDS = 0.0005
"""As in the window: with Python's 5 ms each of several small uploads waits for the others longer than it works."""

EXIT_CODES = (
    "Exit code: 0 all done or skipped; 1 something failed, or the output could not be written; "
    "2 wrong usage, or no image was found; 130 interrupted."
)


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="kraken-s3",
        description="Make images smaller and store them in your own S3 bucket.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=f"kraken-s3 {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    put.add_parser(commands, epilog=EXIT_CODES)
    profile.add_parser(commands)
    recipe.add_parser(commands)
    account.add_parser(commands)
    network.add_parser(commands)
    queue.add_parser(commands, epilog=EXIT_CODES)
    history.add_parser(commands)
    remove.add_parser(commands)
    return parser


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns the exit code, as ``EXIT_CODES`` says. Where a worker hangs that nothing can interrupt, this does not
    return: it ends the process with its exit code.
    """
    prepare_streams()
    arguments = build_parser().parse_args(argv)
    console = Console(sys.stdout, sys.stderr, Words())
    try:
        code = _run(arguments, console)
    except KeyboardInterrupt:
        return 130
    except WorkersLeftError as left:
        # The interpreter would wait for the workers. Lines and log are written as they come.
        os._exit(left.code)
    return 1 if console.failed and code == 0 else code


def _run(arguments: argparse.Namespace, console: Console) -> int:
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    services = Services(os.environ, console.error)
    # What goes wrong is put into words; the log is for those who look for a bug, and not for the terminal.
    silence, log = logging.NullHandler(), start_log(services.folders.logs)
    logging.getLogger().addHandler(silence)
    try:
        code: int = arguments.run(arguments, services, console)
    except UsageError as error:
        console.say(str(error))
        return 2
    except KrakenDesktopError as error:
        console.error(error)
        return 1
    except WorkersLeftError:
        raise
    except Exception as error:
        if log is None:
            raise
        _log.exception("not caught")
        console.error(UnexpectedError(kind=type(error).__name__))
        return 1
    finally:
        services.close()
        sys.setswitchinterval(before)
        logging.getLogger().removeHandler(silence)
        if log is not None:
            stop_log(log)
    return code
