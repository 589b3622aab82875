from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kraken_desktop.folders import Folders
from kraken_desktop.gui.app import Program, has_display, main, parse
from kraken_desktop.gui.single_instance import Request
from kraken_desktop.gui.window_state import geometry_of, load_state
from kraken_desktop.model.job import JobState
from kraken_desktop.stores.journal import Journal
from kraken_desktop.stores.settings import SettingsStore
from tests.support.gui import PROFILE, SETTINGS, make_job, write_image


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    request = parse(["--profile", "Blog", "a.png", "/b.png", "https://example.com/c.png"])
    assert request == Request(profile="Blog", things=(f"{tmp_path}/a.png", "/b.png", "https://example.com/c.png"))
    assert parse([]) == Request()


def test_an_address_may_be_longer_than_any_path() -> None:
    address = f"https://example.com/a.png?X-Amz-Security-Token={'f' * 5000}"
    assert parse([address]).things == (address,)


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":1"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"QT_QPA_PLATFORM": "offscreen"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_a_window_needs_a_display(platform: str, environ: dict[str, str], expected: bool) -> None:
    assert has_display(platform, environ) is expected


@pytest.mark.skipif(sys.platform != "linux", reason="only there Qt ends the program")
def test_without_a_display_there_is_a_line_and_the_other_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main([]) == 1
    told = capsys.readouterr().err
    assert "kraken-s3" in told
    assert told.count("\n") == 1


def test_wrong_usage_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["--no-such-option"])
    assert ended.value.code == 2


@pytest.fixture
def program(qapp: QApplication) -> Iterator[Program]:
    made = Program(qapp, os.environ)
    yield made
    if made.window is not None:
        made.window.quit_unasked()
        assert made.ended_in_time
    made.end()
    for translator in made.translations:
        qapp.removeTranslator(translator)


def set_up() -> Folders:
    folders = Folders.of(os.environ)
    SettingsStore(folders.settings_file).update(lambda _settings: SETTINGS)
    return folders


def test_a_first_start_shows_the_welcome_page(program: Program, qtbot: QtBot) -> None:
    with qtbot.waitSignal(program.started):
        assert program.begin(Request())
    window = program.window
    assert window is not None
    assert window.isVisible()
    assert window.pages.currentWidget() is window.pages.welcome


def test_files_of_the_command_line_are_uploaded(program: Program, qtbot: QtBot, tmp_path: Path) -> None:
    set_up()
    with qtbot.waitSignal(program.started):
        program.begin(Request(things=(str(tmp_path / "missing.png"),)))
    qtbot.waitUntil(lambda: program.window.model.rowCount() == 1)
    assert program.window.model.status(0).job.source.name == "missing.png"


@pytest.mark.expect_log("does not support raise")  # the offscreen platform
def test_another_start_raises_this_window(program: Program, qtbot: QtBot, tmp_path: Path) -> None:
    set_up()
    with qtbot.waitSignal(program.started):
        program.begin(Request())
    program._take(Request(profile="Drafts", things=(str(tmp_path / "gone.png"),)))
    qtbot.waitUntil(lambda: program.window.model.rowCount() == 1)
    assert program.window.profile.name == "Drafts"
    program._take(Request(profile="Nope", things=(str(write_image(tmp_path / "x.png")),)))
    qtbot.waitUntil(lambda: program.window.banners.banner("profile") is not None)
    assert program.window.model.rowCount() == 1


@pytest.mark.expect_log("does not support raise")  # the offscreen platform
def test_another_start_may_name_a_profile_that_a_terminal_has_just_made(
    program: Program, qtbot: QtBot, tmp_path: Path
) -> None:
    folders = set_up()
    with qtbot.waitSignal(program.started):
        program.begin(Request())
    SettingsStore(folders.settings_file).update(lambda now: now.with_profile(replace(PROFILE, id="new", name="New")))
    program._take(Request(profile="New", things=(str(tmp_path / "gone.png"),)))
    qtbot.waitUntil(lambda: program.window.model.rowCount() == 1)
    assert program.window.model.status(0).job.snapshot.profile.name == "New"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_program_that_is_told_to_end_keeps_what_was_chosen(program: Program, qtbot: QtBot) -> None:
    folders = set_up()
    with qtbot.waitSignal(program.started):
        program.begin(Request())
    assert program.window.choose_profile("Drafts")
    program.frame.setGeometry(40, 30, 700, 500)
    assert callable(signal.getsignal(signal.SIGTERM)), "it would end the tests"
    with qtbot.waitSignal(program.window.closed):
        os.kill(os.getpid(), signal.SIGTERM)
    assert not program.frame.isVisible()
    state = load_state(folders.state_file)
    assert state.profile_id == program.window.profile.id
    assert state.geometry == geometry_of(program.frame)


def test_unfinished_jobs_are_taken_up(program: Program, qtbot: QtBot, tmp_path: Path) -> None:
    earlier = Journal.open(set_up().journal, lambda _problem: None)
    earlier.add([make_job(1, location=str(tmp_path / "gone.png"))])
    earlier.close()
    with qtbot.waitSignal(program.started):
        program.begin(Request())
    # The profile has no access key: the queue pauses, and says so once.
    qtbot.waitUntil(lambda: program.window.banners.banner("paused") is not None)
    qtbot.waitUntil(lambda: program.window.model.tally.counts[JobState.QUEUED] == 1)


def test_a_journal_that_cannot_be_written_is_told(program: Program, qtbot: QtBot) -> None:
    folders = set_up()
    folders.journal.parent.mkdir(parents=True, exist_ok=True)
    folders.journal.write_text("a file where the folder should be")
    with qtbot.waitSignal(program.started):
        program.begin(Request())
    assert program.window.banners.banner("store.journal") is not None
