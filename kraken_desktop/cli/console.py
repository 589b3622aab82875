"""What the terminal's person reads, and the secrets that come in through standard input."""

from __future__ import annotations

import sys
import threading
from typing import TextIO

from kraken_desktop.composition import Services
from kraken_desktop.messages import Message, Words
from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.stores.settings import Settings


class UsageError(Exception):
    """The command line does not fit: exit code 2. Its text is for the person."""


class Console:
    """Two streams and the words. Each call writes whole lines; thread-safe."""

    def __init__(self, out: TextIO, err: TextIO, words: Words) -> None:
        self._out = out
        self._err = err
        self._lock = threading.Lock()
        self.words = words

    def print(self, line: str) -> None:
        """One line of the result."""
        with self._lock:
            self._out.write(line + "\n")
            self._out.flush()

    def say(self, line: str) -> None:
        """One line for the person."""
        with self._lock:
            self._err.write(line + "\n")
            self._err.flush()

    def message(self, message: Message) -> None:
        """What, why, and what to do."""
        self.say("\n  ".join(part for part in (message.what, message.why, message.remedy) if part))

    def error(self, error: KrakenDesktopError) -> None:
        """An error in words."""
        self.message(self.words.error(error))


def load_settings(services: Services, console: Console) -> Settings:
    """The settings, with what had to be done to read them told."""
    settings = services.settings.load()
    for notice in services.settings.notices:
        console.error(notice)
    return settings


def read_secret(option: str) -> str:
    """A secret from standard input, without its line end.

    Raises:
        UsageError: there is none.
    """
    secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise UsageError(f"kraken-s3: {option} expects the secret on standard input")
    return secret
