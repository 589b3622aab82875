from __future__ import annotations

import argparse
import errno
import io
import os
import sys
from pathlib import Path

import pytest
from typing_extensions import override

from kraken_desktop.cli import console
from kraken_desktop.cli.console import Console, one_of, prepare_streams
from kraken_desktop.messages import Words
from kraken_desktop.model.profile import Acl
from kraken_desktop.model.recipe import OutputFormat


class Broken(io.StringIO):
    """Takes nothing."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error
        self.tries = 0

    @override
    def write(self, text: str) -> int:
        self.tries += 1
        raise self.error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), ""),
        (OSError(errno.ENOSPC, "No space left"), "kraken-s3: cannot write to standard output: No space left\n"),
        (OSError("odd"), "kraken-s3: cannot write to standard output: odd\n"),
    ],
)
def test_the_first_failure_to_print_is_the_last(error: OSError, told: str) -> None:
    out, err = Broken(error), io.StringIO()
    own = Console(out, err, Words())
    assert not own.failed
    own.print("one")
    own.print("two")
    assert own.failed
    assert out.tries == 1
    assert err.getvalue() == told


def test_a_reader_that_left_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    err = io.StringIO()
    own = Console(Broken(OSError(errno.EINVAL, "Invalid argument")), err, Words())
    with monkeypatch.context() as patch:
        patch.setattr(os, "name", "nt")
        own.print("one")
    assert own.failed
    assert err.getvalue() == ""


def test_nobody_hears_why() -> None:
    out, err = io.StringIO(), Broken(OSError(errno.EIO, "gone"))
    own = Console(out, err, Words())
    own.say("one")
    own.say("two")
    own.print("link")
    assert err.tries == 1
    assert out.getvalue() == "link\n"
    assert not own.failed


def test_started_without_streams() -> None:
    own = Console(None, None, Words())
    own.say("to nobody")
    own.print("link")
    assert own.failed


def test_half_a_pair_out_of_an_answer() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8", newline="\n")
    Console(stream, None, Words()).print("http://a/\ud83d")
    assert raw.getvalue() == b"http://a/\\ud83d\n"


@pytest.mark.parametrize(
    ("system", "text", "expected"),
    [
        ("posix", "写\udce9", "写".encode() + b"\xe9"),
        ("nt", "写\ud83d", "写".encode() + b"\\ud83d"),
    ],
)
def test_output_into_a_file_is_utf_8(monkeypatch: pytest.MonkeyPatch, system: str, text: str, expected: bytes) -> None:
    out, err = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="cp1252"))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(err, encoding="cp1252"))
    with monkeypatch.context() as patch:
        patch.setattr(os, "name", system)
        prepare_streams()
    sys.stdout.write(text)
    sys.stdout.flush()
    sys.stderr.write(text)
    sys.stderr.flush()
    assert out.getvalue() == expected
    assert err.getvalue().startswith(b"\\u5199\\ud")


class Terminal(io.TextIOWrapper):
    @override
    def isatty(self) -> bool:
        return True


def test_a_terminal_keeps_its_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(out, encoding="cp1252"))
    prepare_streams()
    sys.stdout.write("é写")
    sys.stdout.flush()
    assert out.getvalue() == b"\xe9\\u5199"


def test_streams_of_another_kind_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    prepare_streams()
    assert sys.stdout is None


def test_what_is_left_in_a_broken_stream_goes_nowhere(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    stream = io.TextIOWrapper(os.fdopen(writing, "wb"), encoding="utf-8")
    own = Console(stream, io.StringIO(), Words())
    own.print("link")
    assert own.failed
    stream.close()  # would raise: it flushes


def test_the_secret_comes_without_its_line_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("one two\r\nthree"))
    assert console.read_secret("--secret-stdin") == "one two"
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(console.UsageError, match="--secret-stdin"):
        console.read_secret("--secret-stdin")


@pytest.mark.parametrize("text", ["public_read", "public-read", "PUBLIC_READ"])
def test_a_word_may_be_spelled_as_elsewhere(text: str) -> None:
    assert one_of(Acl)(text) is Acl.PUBLIC_READ


def test_a_wrong_word_is_refused_with_all_right_ones() -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="'bmp' is none of: jpeg, png, gif, webp, avif"):
        one_of(OutputFormat)("bmp")


@pytest.mark.parametrize(("kept", "written"), [(False, b"a\r\r\n"), (True, b"a\r\n")])
def test_line_ends_of_a_format_stay_what_they_are_on_windows_too(kept: bool, written: bytes) -> None:
    raw = io.BytesIO()
    own = Console(io.TextIOWrapper(raw, encoding="utf-8", newline="\r\n"), None, Words())
    if kept:
        own.keep_line_ends()
    own.write("a\r\n")
    assert raw.getvalue() == written
