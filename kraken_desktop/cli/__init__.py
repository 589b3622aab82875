"""``kraken-s3``: the same job from a terminal. Links on standard output, everything else on standard error."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence

from kraken_desktop import __version__
from kraken_desktop.cli import account, profile, put
from kraken_desktop.cli.console import Console, UsageError
from kraken_desktop.composition import Services
from kraken_desktop.messages import Words
from kraken_desktop.model.errors import KrakenDesktopError


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="kraken-s3", description="Make images smaller and store them in your own S3 bucket."
    )
    parser.add_argument("--version", action="version", version=f"kraken-s3 {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    put.add_parser(commands)
    profile.add_parser(commands)
    account.add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns the exit code: 0 all done or skipped, 1 something failed, 2 wrong usage, 130 interrupted.
    """
    arguments = build_parser().parse_args(argv)
    # What goes wrong is put into words below; the log is for those who look for a bug.
    logging.basicConfig(level=logging.CRITICAL, stream=sys.stderr)
    console = Console(sys.stdout, sys.stderr, Words())
    services = Services(os.environ, console.error)
    try:
        code: int = arguments.run(arguments, services, console)
    except UsageError as error:
        console.say(str(error))
        return 2
    except KrakenDesktopError as error:
        console.error(error)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        services.close()
    return code
