from __future__ import annotations

import io

import pytest
from typing_extensions import override

from kraken_desktop.cli.console import Console
from kraken_desktop.cli.table import _width, print_rows
from kraken_desktop.messages import Words


class Screen(io.StringIO):
    """A terminal."""

    @override
    def isatty(self) -> bool:
        return True


def printed(out: io.StringIO, rows: list[list[str]], widest: list[int]) -> list[str]:
    print_rows(Console(out, None, Words()), rows, widest)
    return out.getvalue().splitlines()


def test_a_program_gets_whole_texts_between_tabs() -> None:
    rows = [["done", "a\tlong\nname.png", "https://x.org/a"], ["failed", "b", ""]]
    assert printed(io.StringIO(), rows, [3, 3]) == ["done\ta long name.png\thttps://x.org/a", "failed\tb\t"]


def test_a_person_gets_columns_as_wide_as_they_need_to_be() -> None:
    rows = [["done", "a.png", "https://x.org/a"], ["failed", "holiday.png", "It did not work."], ["done", "b", ""]]
    assert printed(Screen(), rows, [10, 40]) == [
        "done    a.png        https://x.org/a",
        "failed  holiday.png  It did not work.",
        "done    b",
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("0123456789.png", "0123….png"),
        ("写真写真写真.png", "写真….png"),
        ("写真写真写真", "写真…写真"),
    ],
)
def test_what_has_no_room_loses_its_middle(name: str, shown: str) -> None:
    (line,) = printed(Screen(), [[name, "|"]], [9])
    assert line == f"{shown}  |"
    assert _width(shown) == 9


def test_marks_above_letters_take_no_room() -> None:
    assert printed(Screen(), [["cafe\u0301", "|"], ["cafes", "|"]], [9]) == ["cafe\u0301   |", "cafes  |"]


def test_nothing_steers_the_terminal() -> None:
    (line,) = printed(Screen(), [["a\x1b[2Jb", "\x1b]0;x\x07"]], [20])
    assert line.isprintable()
