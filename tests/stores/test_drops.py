from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kraken_desktop.model.profile import Acl, Profile
from kraken_desktop.stores.drops import Drop, Drops

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def drop(batch_id: str = "one", *, at: datetime = NOW) -> Drop:
    # A lone surrogate stands for a byte of a file's name that is no UTF-8.
    things = ("/photos/sea \udce9", "https://example.com/a.png")
    profile = Profile(id="p", name="Web", bucket="photos", acl=Acl.PRIVATE)
    return Drop(batch_id=batch_id, dropped_at=at, profile=profile, things=things, typed=True)


def test_a_drop_is_there_until_it_ends(tmp_path: Path) -> None:
    drops = Drops(tmp_path / "drops")
    assert drops.left() == ()
    drops.begin(drop("late", at=NOW + timedelta(minutes=1)))
    drops.begin(drop("early"))
    assert Drops(tmp_path / "drops").left() == (drop("early"), drop("late", at=NOW + timedelta(minutes=1)))
    drops.end("early")
    drops.end("early")
    assert [each.batch_id for each in Drops(tmp_path / "drops").left()] == ["late"]


def test_what_comes_in_at_the_start_is_not_what_an_earlier_run_left(tmp_path: Path) -> None:
    Drops(tmp_path).begin(drop("left"))
    drops = Drops(tmp_path)
    drops.begin(drop("just now"))
    assert drops.left() == (drop("left"),)


@pytest.mark.expect_log("cannot be read and is left alone")
def test_a_note_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    Drops(tmp_path).begin(drop())
    drops = Drops(tmp_path)
    (tmp_path / "torn.json").write_text('{"batch_id": "to')
    (tmp_path / "newer.json").write_text('{"batch": 3}')
    assert drops.left() == (drop(),)
    assert (tmp_path / "torn.json").exists(), "somebody may want to look"


@pytest.mark.expect_log("a drop is not noted")
@pytest.mark.expect_log("the note of a drop stays")
def test_a_disk_that_takes_nothing_stops_no_drop(tmp_path: Path) -> None:
    (tmp_path / "drops").write_text("a file where the folder should be")
    drops = Drops(tmp_path / "drops")
    drops.begin(drop())
    drops.end("one")
    assert drops.left() == ()
