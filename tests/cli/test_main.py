from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Iterator

import pytest

from kraken_desktop import __main__ as window
from kraken_desktop import cli
from kraken_desktop.cli.program import build_parser


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from parsers(each)


def test_the_windows_version_without_a_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["kraken-desktop", "--version"])
    monkeypatch.setattr(sys, "stdout", None)
    assert window.main() == 0


def test_a_frozen_child_process_goes_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave() -> None:
        raise SystemExit(77)

    monkeypatch.setattr(multiprocessing, "freeze_support", leave)
    with pytest.raises(SystemExit, match="77"):
        cli.main(["nonsense"])


def test_exit_codes_are_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["put", "--help"]):
        with pytest.raises(SystemExit, match="0"):
            cli.main(arguments)
        told = " ".join(capsys.readouterr().out.split())
        assert all(f"{code} " in told.partition("Exit code:")[2] for code in (0, 1, 2, 130))


@pytest.mark.parametrize("parser", [*parsers(build_parser())], ids=lambda parser: parser.prog)
def test_every_command_and_every_argument_says_what_it_is(parser: argparse.ArgumentParser) -> None:
    assert parser.description
    assert parser.description.endswith(".")
    commands = argparse._SubParsersAction
    assert [each.dest for each in parser._actions if not each.help and not isinstance(each, commands)] == []
