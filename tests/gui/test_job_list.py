from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.job_list import JobListModel
from kraken_desktop.gui.lines_model import Role
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.messages import Words
from kraken_desktop.model.job import JobState
from tests.support.gui import cancelled, done, failed, queued, running


@pytest.fixture
def model(qtbot: QtBot) -> JobListModel:
    made = JobListModel(RowText(Words()))
    made.tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    return made


class Ear:
    """Counts what the model tells its views."""

    def __init__(self, model: JobListModel) -> None:
        self.changes: list[tuple[int, int]] = []
        self.inserts: list[tuple[int, int]] = []
        self.removals: list[tuple[int, int]] = []
        self.resets = 0
        model.dataChanged.connect(lambda first, last: self.changes.append((first.row(), last.row())))
        model.rowsInserted.connect(lambda _parent, first, last: self.inserts.append((first, last)))
        model.rowsRemoved.connect(lambda _parent, first, last: self.removals.append((first, last)))
        model.modelReset.connect(self._reset)

    def _reset(self) -> None:
        self.resets += 1


def names(model: JobListModel) -> list[str]:
    return [status.job.id for status in model.statuses]


def test_new_rows_come_as_one_batch_in_their_order(model: JobListModel) -> None:
    ear = Ear(model)
    model.apply([queued(number) for number in range(5)])
    model.apply([queued(7), queued(6)])
    assert ear.inserts == [(0, 4), (5, 6)]
    assert names(model) == [f"job-{number}" for number in (0, 1, 2, 3, 4, 7, 6)]


def test_neighbors_that_change_are_told_at_once(model: JobListModel) -> None:
    model.apply([queued(number) for number in range(10)])
    ear = Ear(model)
    model.apply([running(7), running(3), running(2), done(4)])
    assert ear.changes == [(2, 4), (7, 7)]
    assert model.status(4).state is JobState.DONE


def test_a_row_that_is_the_same_is_not_told(model: JobListModel) -> None:
    status = queued(0)
    model.apply([status])
    ear = Ear(model)
    model.apply([status])
    assert ear.changes == []


def test_ten_thousand_rows_are_a_handful_of_signals(qtbot: QtBot) -> None:
    model = JobListModel(RowText(Words()))  # without the tester, which looks at each row at each signal
    ear = Ear(model)
    for start in range(0, 10_000, 100):
        model.apply([queued(number) for number in range(start, start + 100)])
    model.apply([running(number) for number in range(0, 10_000, 7)])
    assert len(ear.inserts) == 100
    assert len(ear.changes) == 1
    assert model.rowCount() == 10_000
    assert model.row_of("job-9999") == 9999


def test_the_delegate_and_the_screen_reader_get_what_they_need(model: JobListModel) -> None:
    model.apply([failed(0)])
    index = model.index(0, 0)
    assert index.data(Role.STATUS) is model.status(0)
    assert index.data(Qt.ItemDataRole.DisplayRole) == "image-0.png"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).startswith("image-0.png, Failed: Kraken.io")
    assert "Unknown API Key" in index.data(Qt.ItemDataRole.AccessibleDescriptionRole)
    assert "Unknown API Key" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert index.data(Qt.ItemDataRole.DecorationRole) is None


class TestTaking:
    def test_rows_go_in_runs_of_neighbors(self, model: JobListModel) -> None:
        model.apply([queued(number) for number in range(6)])
        ear = Ear(model)
        model.take(["job-1", "job-2", "job-5", "unknown"])
        assert ear.removals == [(5, 5), (1, 2)]
        assert names(model) == ["job-0", "job-3", "job-4"]
        assert model.row_of("job-4") == 2

    @pytest.mark.parametrize("count", [6, 400])
    def test_and_come_back_where_they_were(self, model: JobListModel, count: int) -> None:
        model.apply([done(number) for number in range(count)])
        before, images = names(model), model.tally.images
        taken = model.take([f"job-{number}" for number in range(0, count, 2)])
        model.apply([queued(count)])
        assert model.rowCount() == count // 2 + 1
        model.put_back(taken)
        assert names(model) == [*before, f"job-{count}"]
        assert model.tally.images == images
        model.put_back(taken)
        assert model.rowCount() == count + 1

    def test_nothing_is_nothing(self, model: JobListModel) -> None:
        ear = Ear(model)
        assert model.take(["unknown"]) == ()
        model.put_back(())
        assert (ear.removals, ear.resets) == ([], 0)


class TestTally:
    def test_counts_states_bytes_and_links(self, model: JobListModel) -> None:
        model.apply([done(0), running(1, sent=250), queued(2), failed(3), queued(4, size=None)])
        tally = model.tally
        assert dict(+tally.counts) == {
            JobState.DONE: 1,
            JobState.RUNNING: 1,
            JobState.QUEUED: 2,
            JobState.FAILED: 1,
        }
        assert (tally.total, tally.ended, tally.unfinished, tally.images) == (5, 2, 3, 1)
        assert (tally.bytes_total, tally.bytes_through) == (4000, 2250)
        assert (tally.bytes_before, tally.bytes_saved) == (1000, 600)

    def test_follows_changes_and_removals(self, model: JobListModel) -> None:
        model.apply([queued(number) for number in range(3)])
        model.apply([running(0), done(1), cancelled(2)])
        model.apply([done(0)])
        model.take(["job-1"])
        assert dict(+model.tally.counts) == {JobState.DONE: 1, JobState.CANCELLED: 1}
        assert model.tally.bytes_saved == 600

    def test_the_overall_progress_is_about_this_run(self, model: JobListModel) -> None:
        model.apply([queued(0), queued(1)])
        model.apply([done(0), done(1)])
        assert (model.run.ended, model.run.total) == (2, 2)
        model.apply([queued(2), queued(3)])
        assert (model.run.ended, model.run.total) == (0, 2)
        model.apply([failed(2)])
        assert (model.run.ended, model.run.total) == (1, 2)
        model.apply([done(3)])
        model.apply([queued(2)])  # tried again, alone
        assert (model.run.ended, model.run.total) == (0, 1)
