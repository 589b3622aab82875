from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from kraken_desktop.gui import drop_scan
from kraken_desktop.gui.drop_scan import BATCH, FIRST_BATCH
from kraken_desktop.gui.incoming import Blob, Incoming
from kraken_desktop.gui.jobs import JobBridge
from kraken_desktop.gui.uploads import Uploads
from kraken_desktop.intake import LeftOutReason, expand
from kraken_desktop.model.errors import SpoolError
from kraken_desktop.model.job import Failed, Job, JobState, JobStatus, Source, SourceKind
from kraken_desktop.stores.drops import Drop, Drops
from tests.support.gui import PROFILE, SETTINGS, NotingRunner, WindowServices, done, failed, make_job, write_image


class Desk:
    """Uploads, and everything they say."""

    def __init__(self, services: WindowServices, qtbot: QtBot) -> None:
        self.services = services
        self.bridge = JobBridge()
        self.uploads = Uploads(services, self.bridge, 4)
        self.runner: NotingRunner = services.made[-1]
        self.rows: dict[str, JobStatus] = {}
        self.scans: list[int | None] = []
        self.left_out: list[object] = []
        self.troubles: list[object] = []
        self.nothings: list[bool] = []
        self._qtbot = qtbot
        self.bridge.changed.connect(self._hear)
        self.uploads.scanning.connect(self.scans.append)
        self.uploads.left_out.connect(self.left_out.append)
        self.uploads.troubled.connect(self.troubles.append)
        self.uploads.nothing_found.connect(lambda: self.nothings.append(True))

    def _hear(self, statuses: list[JobStatus]) -> None:
        for status in statuses:
            self.rows[status.job.id] = status

    def add(self, *things: Path | str, **more: object) -> list[JobStatus]:
        """Drop it, and wait until all of it was looked at and told."""
        self.scans.clear()
        self.uploads.add(Incoming(things=tuple(str(thing) for thing in things), **more), PROFILE, SETTINGS)
        self._qtbot.waitUntil(lambda: self.scans[-1:] == [None])
        self._qtbot.waitUntil(lambda: not self.bridge._timer.isActive())
        return list(self.rows.values())


@pytest.fixture
def desk(services: WindowServices, qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(services, qtbot)
    yield made
    assert made.uploads.close(10)


def test_a_folder_becomes_jobs_in_natural_order(desk: Desk, tmp_path: Path) -> None:
    for name in ("img10.png", "img2.png", "deep/img1.png"):
        write_image(tmp_path / "holiday" / name)
    rows = desk.add(tmp_path / "holiday")
    assert [row.job.source.name for row in rows] == ["img2.png", "img10.png", "img1.png"]
    assert [row.job.position for row in rows] == [1, 2, 3]
    assert rows[2].job.source.folder == "holiday/deep"
    assert [job.id for job in desk.runner.jobs] == [row.job.id for row in rows]
    assert {job.snapshot.profile for job in desk.runner.jobs} == {PROFILE}


def test_one_drop_is_one_batch_however_many_rows_it_gives(desk: Desk, tmp_path: Path) -> None:
    one = write_image(tmp_path / "one.png", size=2).read_bytes()
    for number in range(BATCH + 5):
        (tmp_path / "many" / f"{number}.png").parent.mkdir(exist_ok=True)
        (tmp_path / "many" / f"{number}.png").write_bytes(one)
    desk.add(tmp_path / "many")
    assert len({(job.batch_id, job.dropped_at) for job in desk.runner.jobs}) == 1
    assert [job.position for job in desk.runner.jobs] == list(range(1, BATCH + 6))
    first = desk.runner.jobs[0].batch_id
    desk.add(tmp_path / "one.png")
    assert desk.runner.jobs[-1].batch_id != first


def test_rows_come_while_more_are_looked_for_and_the_first_at_once(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = write_image(tmp_path / "a.png")
    count = FIRST_BATCH + 2 * BATCH + 1
    taken = [0]

    def many(_things: object, **_more: object) -> Iterator[Source]:
        for number in range(count):
            taken[0] += 1
            yield Source(kind=SourceKind.FILE, location=f"{image}{number}", name=f"{number}.png", size=1)

    seen: list[tuple[int, int]] = []
    submit = desk.runner.submit

    def submitted(jobs: Sequence[Job]) -> None:
        seen.append((len(jobs), taken[0]))
        submit(jobs)

    monkeypatch.setattr(drop_scan, "expand", many)
    monkeypatch.setattr(drop_scan, "deadline", lambda _seconds: lambda: 1.0)
    monkeypatch.setattr(desk.runner, "submit", submitted)
    rows = desk.add(tmp_path)
    assert len(rows) == count
    # What is found is not gathered: it goes on before the next is looked at.
    assert seen == [(20, 20), (100, 120), (100, 220), (1, 221)]
    assert desk.scans == [0, 20, 120, 220, 221, None]


def test_what_cannot_be_used_is_a_failed_row_in_its_place(desk: Desk, tmp_path: Path) -> None:
    text = tmp_path / "b.txt"
    text.write_text("no image")
    rows = desk.add(write_image(tmp_path / "a.png"), text, tmp_path / "gone.png", write_image(tmp_path / "c.png"))
    assert [row.state for row in rows] == [JobState.QUEUED, JobState.FAILED, JobState.FAILED, JobState.QUEUED]
    codes = [row.outcome.failure.code for row in rows if isinstance(row.outcome, Failed)]
    assert codes == ["source.unsupported", "source.missing"]
    assert len(desk.runner.jobs) == 2
    assert [row.job.source.size is None for row in rows] == [False, True, True, False]


def test_a_retry_of_it_looks_again(desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    late = tmp_path / "late.png"
    (row,) = desk.add(late)
    write_image(late)
    desk.uploads.retry([row.job.id, "job-7"])
    qtbot.waitUntil(lambda: len(desk.runner.jobs) == 1)
    assert desk.runner.jobs[0].source.location == str(late)
    assert desk.runner.jobs[0].id == row.job.id, "it keeps its row"
    qtbot.waitUntil(lambda: bool(desk.runner.asked))
    assert desk.runner.asked == [("retry", ("job-7",))]


def test_what_is_refused_once_more_keeps_its_row(desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    gone = tmp_path / "gone.png"
    (row,) = desk.add(gone)
    for _ in range(2):
        desk.scans.clear()
        desk.uploads.retry([row.job.id])
        qtbot.waitUntil(lambda: desk.scans[-1:] == [None])
    (gone).mkdir()
    desk.uploads.retry([row.job.id])
    qtbot.waitUntil(lambda: desk.nothings == [True])
    gone.rmdir()
    write_image(gone)
    desk.uploads.retry([row.job.id])
    qtbot.waitUntil(lambda: [job.id for job in desk.runner.jobs] == [row.job.id])
    assert list(desk.rows) == [row.job.id]
    assert desk.runner.asked == []


def test_files_that_are_no_images_are_counted(desk: Desk, tmp_path: Path) -> None:
    write_image(tmp_path / "mixed" / "a.png")
    (tmp_path / "mixed" / "notes.txt").write_text("x")
    desk.add(tmp_path / "mixed")
    (left_out,) = desk.left_out
    assert left_out.counts == ((LeftOutReason.NOT_AN_IMAGE, 1),)
    assert desk.nothings == []


def test_an_empty_folder_is_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert desk.add(tmp_path / "empty") == []
    assert desk.nothings == [True]


def test_addresses_are_jobs(desk: Desk) -> None:
    (row,) = desk.add("https://example.com/a%20b.png?x=1")
    assert row.job.source.kind is SourceKind.URL
    assert row.job.source.location == "https://example.com/a%20b.png?x=1"


class TestPasted:
    def test_bytes_are_spooled_as_they_are(self, desk: Desk, tmp_path: Path) -> None:
        data = write_image(tmp_path / "x.png").read_bytes()
        (row,) = desk.add(blobs=(Blob(name="sea.png", data=data),))
        source = row.job.source
        assert (source.kind, source.name, source.extension, source.size) == (
            SourceKind.SPOOL,
            "sea.png",
            ".png",
            len(data),
        )
        assert Path(source.location).read_bytes() == data
        assert Path(source.location).parent == desk.services.folders.spool

    def test_pixels_are_encoded(self, desk: Desk) -> None:
        image = QImage(5, 4, QImage.Format.Format_RGB32)
        image.fill(0xFF336699)
        (row,) = desk.add(image=image)
        assert QImage(row.job.source.location).size() == image.size()

    def test_an_image_within_an_address_is_unpacked(self, desk: Desk, tmp_path: Path) -> None:
        data = write_image(tmp_path / "x.png").read_bytes()
        (row,) = desk.add(embedded=(f"data:image/png;base64,{base64.b64encode(data).decode()}",))
        assert (row.job.source.kind, row.job.source.name) == (SourceKind.SPOOL, "pasted.png")
        assert Path(row.job.source.location).read_bytes() == data

    def test_what_is_no_image_is_a_failed_row(self, desk: Desk) -> None:
        (row,) = desk.add(blobs=(Blob(name="x.pdf", data=b"%PDF-1.7"),))
        assert row.state is JobState.FAILED

    def test_a_full_disk_is_told(self, desk: Desk, tmp_path: Path) -> None:
        desk.services.folders.spool.parent.mkdir(parents=True, exist_ok=True)
        desk.services.folders.spool.write_text("a file where the folder should be")
        data = write_image(tmp_path / "x.png").read_bytes()
        assert desk.add(blobs=(Blob(name="sea.png", data=data),)) == []
        assert [type(trouble) for trouble in desk.troubles] == [SpoolError]


def left_drops(services: WindowServices) -> tuple[Drop, ...]:
    """What the next start would look through."""
    return Drops(services.folders.journal / "drops").left()


def test_a_look_through_folders_can_be_stopped(desk: Desk, tmp_path: Path) -> None:
    write_image(tmp_path / "a" / "1.png")
    desk.uploads.scanning.connect(lambda _found: desk.uploads.stop_scanning())
    desk.add(tmp_path / "a")
    assert desk.runner.jobs == []
    assert desk.nothings == []
    assert left_drops(desk.services) == (), "the person wants no more of it"


@pytest.mark.parametrize("held", [False, True], ids=["sent at once", "weighed before"])
def test_what_is_found_when_all_is_cancelled_is_cancelled_too(
    desk: Desk, qtbot: QtBot, tmp_path: Path, held: bool
) -> None:
    write_image(tmp_path / "a" / "1.png")
    unwanted: list[object] = []
    desk.uploads.cancelling.connect(unwanted.append)

    def asks_first(_snapshot: object) -> bool:
        # The batch is complete, and nobody has it yet.
        desk.uploads.cancel()
        return held

    desk.uploads.asks_first = asks_first
    (row,) = desk.add(tmp_path / "a")
    qtbot.waitUntil(lambda: [row.job.id] in unwanted if held else ("cancel", (row.job.id,)) in desk.runner.asked)
    assert len(desk.runner.jobs) == (0 if held else 1)


def test_what_comes_after_all_was_cancelled_is_uploaded(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    first, second = write_image(tmp_path / "1.png"), write_image(tmp_path / "2.png")
    desk.uploads.add(Incoming(things=(str(first),)), PROFILE, SETTINGS)
    desk.uploads.cancel()
    desk.uploads.add(Incoming(things=(str(second),)), PROFILE, SETTINGS)
    qtbot.waitUntil(lambda: desk.scans[-1:] == [None])
    assert str(second) in [job.source.location for job in desk.runner.jobs]


def test_a_drop_is_noted_while_another_is_looked_through(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    going_on = threading.Event()
    desk.uploads.asks_first = lambda _snapshot: not going_on.wait(10)
    for name in ("1.png", "2.png"):
        desk.uploads.add(Incoming(things=(str(write_image(tmp_path / name)),)), PROFILE, SETTINGS)
    qtbot.waitUntil(lambda: len(left_drops(desk.services)) == 2)
    going_on.set()
    qtbot.waitUntil(lambda: desk.scans[-1:] == [None])
    qtbot.waitUntil(lambda: left_drops(desk.services) == ())


def test_what_was_pasted_is_in_the_journal_while_a_folder_is_looked_through(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    going_on = threading.Event()
    asked: list[object] = []

    def asks_first(snapshot: object) -> bool:
        asked.append(snapshot)
        return len(asked) == 1 and not going_on.wait(10)

    desk.uploads.asks_first = asks_first
    data = write_image(tmp_path / "1.png").read_bytes()
    desk.uploads.add(Incoming(things=(str(tmp_path),)), PROFILE, SETTINGS)
    qtbot.waitUntil(lambda: len(asked) == 1)
    desk.uploads.add(Incoming(blobs=(Blob(name="pasted.png", data=data),)), PROFILE, SETTINGS)
    qtbot.waitUntil(lambda: [job.source.name for job in desk.runner.jobs] == ["pasted.png"])
    going_on.set()
    qtbot.waitUntil(lambda: desk.scans[-1:] == [None])


@pytest.mark.parametrize("found", [0, 1, 3], ids=["nothing", "a part", "all"])
def test_a_drop_that_a_crash_cut_off_is_looked_through_to_the_end(
    desk: Desk, qtbot: QtBot, tmp_path: Path, found: int
) -> None:
    files = [write_image(tmp_path / "holiday" / f"{n}.png") for n in range(3)]
    earlier = WindowServices()
    dropped_at = datetime(2026, 11, 26, 12, tzinfo=UTC)
    sources = [each for each in expand([str(tmp_path / "holiday")]) if isinstance(each, Source)]
    drop = Drop(batch_id="the drop", dropped_at=dropped_at, profile=PROFILE, things=(str(tmp_path / "holiday"),))
    jobs = [
        replace(job, batch_id=drop.batch_id, dropped_at=dropped_at)
        for job in earlier.new_jobs(sources, PROFILE, SETTINGS)[:found]
    ]
    earlier.drops.begin(drop)
    earlier.journal.add(jobs)
    if jobs:
        earlier.journal.finish(jobs[0].id, done(1).outcome)
    earlier.close()
    desk.uploads.take_up()
    qtbot.waitUntil(lambda: desk.scans[-1:] == [None])
    qtbot.waitUntil(lambda: len(desk.rows) == 3)
    everything = [status.job for status in desk.rows.values()]
    assert sorted(job.source.location for job in everything) == [str(path) for path in files]
    assert {(job.batch_id, job.dropped_at) for job in everything} == {("the drop", dropped_at)}
    assert sorted(job.position for job in everything) == [1, 2, 3]
    assert len(desk.runner.jobs) == 3 - found, "what is known is not sent again"
    assert desk.nothings == []
    assert left_drops(desk.services) == ()


def test_a_window_that_closes_looks_on_at_the_next_start(
    services: WindowServices, qtbot: QtBot, tmp_path: Path
) -> None:
    write_image(tmp_path / "holiday" / "1.png")
    desk = Desk(services, qtbot)
    desk.uploads.asks_first = lambda _snapshot: desk.uploads._closing.set() is not None
    desk.uploads.add(Incoming(things=(str(tmp_path / "holiday"),)), PROFILE, SETTINGS)
    qtbot.waitUntil(lambda: desk.scans[-1:] == [None])
    assert desk.uploads.close(10)
    (left,) = left_drops(desk.services)
    assert left.things == (str(tmp_path / "holiday"),)


def test_wishes_reach_the_runner_in_order(desk: Desk, qtbot: QtBot) -> None:
    desk.uploads.cancel(["job-1"])
    desk.uploads.retry(["job-1"])
    desk.uploads.cancel()
    desk.uploads.resume()
    qtbot.waitUntil(lambda: len(desk.runner.asked) == 4)
    assert desk.runner.asked == [
        ("cancel", ("job-1",)),
        ("retry", ("job-1",)),
        ("cancel", None),
        ("resume", None),
    ]


def test_unfinished_jobs_of_an_earlier_run_come_back(desk: Desk, qtbot: QtBot) -> None:
    earlier = WindowServices()
    earlier.journal.add([make_job(1), make_job(2)])
    earlier.close()
    desk.uploads.take_up()
    qtbot.waitUntil(lambda: len(desk.rows) == 2)
    (asked,) = desk.runner.asked
    assert asked[0] == "resume_jobs"
    assert [each.job.id for each in asked[1]] == ["job-1", "job-2"]


def test_with_what_had_ended_the_drop_is_whole_again(desk: Desk, qtbot: QtBot) -> None:
    earlier = WindowServices()
    other = replace(make_job(9), batch_id="another")
    earlier.journal.add([make_job(1), make_job(2), make_job(3), other])
    earlier.journal.finish_all({"job-1": done(1).outcome, "job-3": failed(3).outcome, "job-9": done(9).outcome})
    earlier.close()
    with qtbot.waitSignal(desk.uploads.went_on) as told:
        desk.uploads.take_up()
    assert told.args == [1]
    qtbot.waitUntil(lambda: len(desk.rows) == 3)
    assert list(desk.rows) == ["job-1", "job-2", "job-3"]
    assert desk.rows["job-1"].links == done(1).links
    desk.uploads.retry(["job-3", "job-2"])
    qtbot.waitUntil(lambda: len(desk.runner.asked) == 4)
    assert [wish for wish, _ in desk.runner.asked] == ["resume_jobs", "resume_jobs", "resume", "retry"]
    assert [each.job.id for each in desk.runner.asked[1][1]] == ["job-3"]
    assert desk.runner.asked[3][1] == ("job-2",)


@pytest.mark.expect_log("unexpected ZeroDivisionError")
def test_a_fault_of_ours_is_told_as_one(desk: Desk, qtbot: QtBot) -> None:
    desk.runner.resume = lambda _renewed: 1 // 0
    with qtbot.waitSignal(desk.uploads.troubled) as told:
        desk.uploads.resume()
    assert told.args[0].code == "unexpected"
