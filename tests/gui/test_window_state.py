from __future__ import annotations

from pathlib import Path

import pytest

from kraken_desktop.gui.window_state import WindowState, load_state, save_state

STATE = WindowState(geometry="AdnQ", profile_id="p1", folder="/pictures/ü")


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "state.json"
    save_state(path, STATE)
    assert load_state(path) == STATE


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", WindowState()),
        (b"\0" * 300, WindowState()),
        (b"[]", WindowState()),
        (b"\xff", WindowState()),
        (b"[" * 100_000, WindowState()),
        (b'{"geometry": 3, "folder": "/x", "newer": true}', WindowState(folder="/x")),
    ],
    ids=["empty", "zeros", "list", "no text", "deep", "partly"],
)
def test_a_bad_file_is_no_trouble(tmp_path: Path, content: bytes, expected: WindowState) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(content)
    assert load_state(path) == expected


def test_without_a_file_or_a_place_for_it(tmp_path: Path) -> None:
    assert load_state(tmp_path / "none.json") == WindowState()
    (tmp_path / "file").write_text("in the way")
    save_state(tmp_path / "file" / "state.json", STATE)
    assert (tmp_path / "file").read_text() == "in the way"
