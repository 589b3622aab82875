"""Runs commands of ``kraken-s3`` in the test's own process."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from kraken_desktop.cli.program import run


class Terminal:
    """A command line: called with its arguments it gives exit code, standard output and standard error."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._patch = monkeypatch

    def __call__(self, *arguments: str | Path, typed: str | None = None) -> tuple[int, str, str]:
        given = io.StringIO(typed or "")
        given.isatty = lambda: typed is not None  # type: ignore[method-assign]
        self._patch.setattr("sys.stdin", given)
        self._capsys.readouterr()
        code = run([str(each) for each in arguments])
        told = self._capsys.readouterr()
        return code, told.out, told.err
