"""File names that every system can bear, and that no two keys share."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraken_desktop.buckets.folder_names import LONGEST_NAME, file_names


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("2026/03/holiday-1a2b3c4d.jpg", ("2026", "03", "holiday-1a2b3c4d.jpg")),
        ("日本/😀 é.png", ("日本", "😀 é.png")),
        ("a+b #1&c.png", ("a+b #1&c.png",)),
        ("C:/x.png", ("C%3A", "x.png")),
        ('<>:"|?*\\.png', ("%3C%3E%3A%22%7C%3F%2A%5C.png",)),
        ("100%.png", ("100%25.png",)),
        ("a\x00\x1f\x7f\x85.png", ("a%00%1F%7F%C2%85.png",)),
        ("\\\\server\\share\\x", ("%5C%5Cserver%5Cshare%5Cx",)),
        ("a./b /c..png", ("a%2E", "b%20", "c..png")),
        ("...", ("..%2E",)),
        ("con", ("%63on",)),
        ("NUL.tar.gz", ("%4EUL.tar.gz",)),
        ("aux /COM1.png/lpt¹.jpg", ("aux%20", "%43OM1.png", "%6Cpt¹.jpg")),
        ("console.png", ("console.png",)),
        ("\udcff.png", ("%ED%B3%BF.png",)),
    ],
)
def test_names_are_the_keys_own_but_for_what_windows_cannot_bear(key: str, names: tuple[str, ...]) -> None:
    assert file_names(key) == names


@pytest.mark.parametrize("key", ["", "/", "/etc/passwd", "a//b", "a/", "..", "a/../b", "./a", "a/.", "//server/share"])
def test_keys_that_name_no_place_in_a_folder(key: str) -> None:
    assert file_names(key) is None


def test_a_long_name_is_cut_at_a_whole_character_and_keeps_its_extension() -> None:
    one, other = (file_names("é" * 200 + end + ".webp") for end in ("x", "y"))
    assert one is not None
    assert other is not None
    assert one != other
    for (name,) in (one, other):
        assert len(name.encode()) <= LONGEST_NAME
        assert name.startswith("é" * 100)
        assert PurePosixPath(name).suffix == ".webp"
    assert file_names("a" * LONGEST_NAME) == ("a" * LONGEST_NAME,)
    only = file_names("x" + "." * 400)
    assert only is not None
    assert len(only[0].encode()) <= LONGEST_NAME


@given(st.lists(st.text(min_size=1, max_size=12).filter(lambda text: "/" not in text), min_size=1, max_size=3))
def test_a_short_key_can_be_read_back_from_its_names(segments: list[str]) -> None:
    names = file_names("/".join(segments))
    if names is None:
        assert {".", ".."} & set(segments)
        return
    assert [unquote(name, errors="surrogatepass") for name in names] == segments
    for name in names:
        assert not set('<>:"|?*\\/') & set(name)
        assert min(name) >= " "
        assert name[-1] not in ". "
        name.encode()
