"""What a window had not looked through when it was killed, as the terminal sees it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kraken_desktop.composition import Services
from kraken_desktop.model.job import Source, SourceKind
from kraken_desktop.model.settings import Settings, local_profile
from kraken_desktop.stores.drops import Drop
from tests.support.terminal import Terminal

CUT_OFF = (
    "What was dropped onto the window has not been looked through to its end. "
    "The window does that when it is opened next.\n"
)
PROFILE = local_profile(Path("/results"))
GIVEN_UP = "What was dropped onto the window, and not looked through, is given up.\n"


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(capsys, monkeypatch)


@pytest.fixture
def window(home: Path) -> Iterator[Services]:
    """The services of a window that has begun to look through a folder."""
    with closing(Services({"KRAKEN_DESKTOP_HOME": str(home / "kraken")}, _no_problem)) as services:
        now = datetime.now(UTC)
        services.drops.begin(Drop(batch_id="batch", dropped_at=now, profile=PROFILE, things=("/pictures",)))
        yield services


def _no_problem(error: Exception) -> None:
    raise AssertionError(error)


def test_it_is_told_and_stays_with_the_window(window: Services, terminal: Terminal) -> None:
    assert terminal("queue", "list") == (0, "", f"The queue is empty.\n{CUT_OFF}")
    assert terminal("queue", "resume") == (0, "", f"{CUT_OFF}There is nothing to go on with.\n")
    assert terminal("queue", "list")[2].endswith(CUT_OFF)


def test_it_is_given_up_with_its_images(window: Services, terminal: Terminal) -> None:
    assert terminal("queue", "cancel", "--profile", "Other") == (0, "", "There is nothing to cancel.\n")
    assert terminal("queue", "list")[2].endswith(CUT_OFF)
    assert terminal("queue", "cancel") == (0, "", GIVEN_UP)
    assert terminal("queue", "list") == (0, "", "The queue is empty.\n")


def test_a_window_that_works_is_left_alone(window: Services, terminal: Terminal) -> None:
    source = Source(kind=SourceKind.FILE, location="/pictures/lake.jpg", name="lake.jpg", extension=".jpg")
    window.journal.add(window.new_jobs([source], PROFILE, Settings()))
    assert terminal("queue", "list")[2] == ""
    assert terminal("queue", "cancel") == (0, "", "There is nothing to cancel.\n")
    assert "not been looked through" not in terminal("queue", "resume")[2]
