"""What the terminal's person reads, and the secrets that come in through standard input."""

from __future__ import annotations

import argparse
import contextlib
import errno
import io
import os
import shlex
import sys
import threading
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TextIO, TypeVar

from kraken_desktop.composition import Services
from kraken_desktop.messages import Message, Words
from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.model.recipes import named, slug
from kraken_desktop.stores.settings import Settings

_Word = TypeVar("_Word", bound=StrEnum)


class UsageError(Exception):
    """The command line does not fit: exit code 2. Its text is for the person."""


class WorkersLeftError(Exception):
    """Threads hang where nothing can interrupt them: the program has to end without them, with exit code ``code``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def prepare_streams() -> None:
    """Let standard output and error take every name, whatever the terminal or the code page cannot show."""
    out, err = sys.stdout, sys.stderr
    if isinstance(out, io.TextIOWrapper):
        if out.isatty():
            out.reconfigure(errors="backslashreplace")
        else:
            # Names of files come out as the bytes they are on disk; on Windows they are UTF-16.
            out.reconfigure(encoding="utf-8", errors="backslashreplace" if os.name == "nt" else "surrogateescape")
    if isinstance(err, io.TextIOWrapper):
        err.reconfigure(errors="backslashreplace")


class Console:
    """Two streams and the words. Each call writes whole lines; thread-safe, and never raises.

    Args:
        out: None, as for ``err``, where the program was started without one.
    """

    def __init__(self, out: TextIO | None, err: TextIO | None, words: Words) -> None:
        self._out = out
        self._err = err
        self._lock = threading.Lock()
        self._failure: OSError | None = None
        self.words = words

    @property
    def failed(self) -> bool:
        """Whether a line of the result could not be written; nothing is printed after that."""
        return self._failure is not None

    @property
    def on_terminal(self) -> bool:
        """Whether a person reads the result as it comes, rather than a program or a file."""
        return self._out is not None and self._out.isatty()

    def keep_line_ends(self) -> None:
        """Write line ends as they are given, on Windows too: for files of a format that says what they are."""
        if isinstance(self._out, io.TextIOWrapper):
            self._out.reconfigure(newline="")

    def print(self, line: str) -> None:
        """One line of the result."""
        self.write(line + "\n")

    def write(self, text: str) -> None:
        """A part of the result that ends where it says."""
        with self._lock:
            if self._failure is not None:
                return
            self._failure = _write(self._out, text)
            failure = self._failure
        # Who reads with ``head`` has enough, and knows.
        if failure is not None and not _reader_left(failure):
            self.say(f"kraken-s3: cannot write to standard output: {failure.strerror or failure}")

    def say(self, line: str) -> None:
        """One line for the person."""
        with self._lock:
            if self._err is not None and _write(self._err, line + "\n") is not None:
                self._err = None  # nobody is there to be told

    def message(self, message: Message) -> None:
        """What, why, and what to do."""
        self.say("\n  ".join(part for part in (message.what, message.why, message.remedy) if part))

    def error(self, error: KrakenDesktopError) -> None:
        """An error in words."""
        self.message(self.words.error(error))


def _write(stream: TextIO | None, text: str) -> OSError | None:
    """Write a text at once; what it failed with."""
    if stream is None:
        return OSError(errno.EBADF, os.strerror(errno.EBADF))
    try:
        try:
            stream.write(text)
        except UnicodeEncodeError:  # half a surrogate pair, out of an answer
            stream.write(text.encode("ascii", "backslashreplace").decode("ascii"))
        stream.flush()
    except OSError as error:
        _discard(stream)
        return error
    return None


def _discard(stream: TextIO) -> None:
    """Lead a stream nowhere: the interpreter flushes it at its end, and would exit with 120 if that failed."""
    with contextlib.suppress(OSError):
        number = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)


def _reader_left(error: OSError) -> bool:
    # Windows has no EPIPE for some pipes (Python issue 35754).
    return isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)


def one_of(kind: type[_Word]) -> Callable[[str], _Word]:
    """For ``argparse``: one of the words, a hyphen as good as an underscore; a wrong one is told all of them."""

    def read(text: str) -> _Word:
        for word in kind:
            if text.lower().replace("-", "_") == word.value.replace("-", "_"):
                return word
        raise argparse.ArgumentTypeError(f"{text!r} is none of: {', '.join(word.value for word in kind)}")

    return read


def load_settings(services: Services, console: Console) -> Settings:
    """The settings, with what had to be done to read them told."""
    settings = services.settings.load()
    for notice in services.settings.notices:
        console.error(notice)
    return settings


def chosen_profile(name: str | None, settings: Settings) -> Profile:
    """The profile of that name, or the default one.

    Raises:
        UsageError: there is none.
    """
    if not settings.profiles:
        raise UsageError(
            "kraken-s3: there is no profile yet. Make one with: kraken-s3 profile add NAME --bucket BUCKET …"
        )
    profile = settings.default_profile if name is None else settings.profile_named(name)
    if profile is None:
        known = ", ".join(each.name for each in settings.profiles)
        raise UsageError(f"kraken-s3: there is no profile {name!r}. There are: {known}")
    return profile


def chosen_recipe(name: str, settings: Settings) -> Recipe:
    """The recipe of that name.

    Raises:
        UsageError: there is none.
    """
    recipes = settings.every_recipe
    recipe = named(recipes, name)
    if recipe is not None:
        return recipe
    known = ", ".join(typed_name(each, recipes) for each in recipes)
    raise UsageError(f"kraken-s3: there is no recipe {name!r}. There are: {known}")


def typed_name(recipe: Recipe, recipes: Sequence[Recipe]) -> str:
    """How a recipe is called on a command line: short, if that leads to it and to no other one."""
    short = slug(recipe.name)
    return short if short and named(recipes, short) is recipe else shlex.quote(recipe.name)


def read_secret(option: str) -> str:
    """A secret from standard input, without its line end.

    Raises:
        UsageError: there is none.
    """
    secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise UsageError(f"kraken-s3: {option} expects the secret on standard input")
    return secret
