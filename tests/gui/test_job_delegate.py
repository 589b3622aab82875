from __future__ import annotations

from dataclasses import fields, replace

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.colors import DARK, LIGHT
from kraken_desktop.gui.job_delegate import JobDelegate
from kraken_desktop.gui.job_lines import Line
from kraken_desktop.gui.job_list import JobListModel
from kraken_desktop.gui.row_layout import Action, Zone, action_of, fitted_name, lay_out, row_height
from kraken_desktop.gui.row_painting import JobPainting
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Words
from kraken_desktop.model.errors import ServerFaultError
from kraken_desktop.model.job import Failure, JobState, JobStatus, Phase, SourceKind
from tests.support.gui import cancelled, done, failed, make_job, queued, running, url_of

LTR, RTL = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft


class Easel:
    """Paints rows into images."""

    def __init__(self, theme: Theme) -> None:
        text = RowText(Words(), clock=lambda: 0.0)
        self.pictures: dict[str, QPixmap] = {}
        self.model = JobListModel(text)
        self.delegate = JobDelegate(
            theme=theme, row_text=text, thumbnail=lambda status, _scale: self.pictures.get(status.job.id)
        )

    def option(self, width: int = 900, direction: Qt.LayoutDirection = LTR) -> QStyleOptionViewItem:
        option = QStyleOptionViewItem()
        option.font = QApplication.font()
        option.fontMetrics = QFontMetrics(option.font)
        option.direction = direction
        option.rect = QRect(0, 0, width, row_height(option.fontMetrics))
        option.state = QStyle.StateFlag.State_Enabled
        return option

    def paint(self, status: JobStatus, option: QStyleOptionViewItem | None = None, scale: float = 1.0) -> QImage:
        option = option or self.option()
        self.model.take([status.job.id])
        self.model.apply([status])
        index = self.model.index(self.model.row_of(status.job.id), 0)
        image = QImage(option.rect.size() * scale, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        image.fill(QColor("magenta"))
        painter = QPainter(image)
        self.delegate.paint(painter, option, index)
        painter.end()
        return image


@pytest.fixture
def easel(theme: Theme, qtbot: QtBot) -> Easel:
    return Easel(theme)


def colors_in(image: QImage, rect: QRect) -> set[str]:
    scale = image.devicePixelRatio()
    return {
        image.pixelColor(x, y).name()
        for x in range(round(rect.left() * scale), round((rect.right() + 1) * scale))
        for y in range(round(rect.top() * scale), round((rect.bottom() + 1) * scale))
    }


EVERY_ROW = [
    queued(1),
    running(1),
    running(1, phase=Phase.OPTIMIZING),
    JobStatus(job=make_job(1), state=JobState.RUNNING),
    JobStatus(job=make_job(1), state=JobState.WAITING, waiting_for=Failure.of(ServerFaultError(status=503))),
    JobStatus(job=make_job(1), waiting_for=Failure.of(ServerFaultError(status=503))),
    done(1),
    failed(1),
    cancelled(1),
    queued(1, size=None, kind=SourceKind.URL),
    queued(1, name="x" * 5000),
]


@pytest.mark.parametrize("status", EVERY_ROW, ids=range(len(EVERY_ROW)))
@pytest.mark.parametrize("width", [900, 300, 40])
def test_a_row_covers_its_ground_and_nothing_of_it_is_left_out(easel: Easel, status: JobStatus, width: int) -> None:
    image = easel.paint(status, easel.option(width))
    assert "#ff00ff" not in colors_in(image, image.rect())


def test_of_a_name_and_its_folder_the_name_is_left_out_last(qapp: QApplication) -> None:
    metrics = QFontMetrics(qapp.font())
    folder, name = "holidays/2026/on the island", "photo 03995.jpg"
    wide, narrow = metrics.horizontalAdvance(f"{folder}/{name}"), metrics.horizontalAdvance(name)
    assert fitted_name(folder, name, metrics, wide) == f"{folder}/{name}"
    assert fitted_name("", name, metrics, narrow) == name
    for width in range(narrow, wide):
        told = fitted_name(folder, name, metrics, width)
        assert told.endswith(name)
        assert metrics.horizontalAdvance(told) <= width
    assert fitted_name(folder, name, metrics, wide - 1).startswith("holidays/")
    assert fitted_name(folder, name, metrics, narrow) == name
    shorter = fitted_name(folder, name, metrics, narrow - 1)
    assert shorter.startswith("photo")
    assert "…" in shorter
    assert shorter.endswith(".jpg")


def test_a_narrow_row_shows_the_whole_name(easel: Easel, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(JobPainting, "_line", lambda _self, _place, text, *_, **__: told.append(text))
    status = queued(1, name="photo 03995.jpg")
    source = replace(status.job.source, folder="a long folder/of another one/img10000b/0")
    easel.paint(replace(status, job=replace(status.job, source=source)), easel.option(560))
    assert told[0].endswith("/photo 03995.jpg")
    assert told[0].startswith("a ")
    assert "…" in told[0]


@pytest.mark.parametrize("width", [640, 900, 1600])
@pytest.mark.parametrize("direction", [LTR, RTL])
def test_nothing_overlaps(easel: Easel, width: int, direction: Qt.LayoutDirection) -> None:
    option = easel.option(width)
    layout = lay_out(option.rect, option.fontMetrics, direction)
    rects = [getattr(layout, field.name) for field in fields(layout)]
    for place, rect in enumerate(rects):
        assert option.rect.contains(rect)
        assert not any(rect.intersects(other) for other in rects[place + 1 :])


def test_right_to_left_is_the_mirror(easel: Easel) -> None:
    option = easel.option()
    left, right = (lay_out(option.rect, option.fontMetrics, direction) for direction in (LTR, RTL))
    assert left.thumbnail.left() == option.rect.right() - right.thumbnail.right()
    assert left.action.left() > left.state.left() > left.first.left()
    assert right.action.left() < right.state.left() < right.first.left()


@pytest.mark.parametrize(("sent", "share"), [(0, 0.0), (250, 0.25), (1000, 1.0)])
def test_the_bar_is_as_long_as_the_share(easel: Easel, sent: int, share: float) -> None:
    image = easel.paint(running(1, sent=sent))
    option = easel.option()
    third = lay_out(option.rect, option.fontMetrics, LTR).third
    middle = third.center().y() + 1
    line = [image.pixelColor(third.left() + x, middle).name() for x in range(2, 318)]
    assert abs(line.count(LIGHT.accent) / len(line) - share) < 0.02
    assert line.count(LIGHT.accent) + line.count(LIGHT.track) >= len(line) - 3


@pytest.mark.parametrize(
    ("status", "color"),
    [(done(1), "success"), (failed(1), "danger"), (running(1), "accent"), (queued(1), "muted")],
)
@pytest.mark.parametrize("dark", [False, True])
def test_a_state_has_its_color(easel: Easel, theme: Theme, status: JobStatus, color: str, dark: bool) -> None:
    theme.force(dark)
    option = easel.option()
    state = lay_out(option.rect, option.fontMetrics, LTR).state
    assert getattr(DARK if dark else LIGHT, color) in colors_in(easel.paint(status), state)


def test_a_picture_is_painted_where_it_belongs(easel: Easel) -> None:
    easel.pictures["job-1"] = QPixmap(56, 56)
    easel.pictures["job-1"].fill(QColor("#123456"))
    option = easel.option()
    place = lay_out(option.rect, option.fontMetrics, LTR).thumbnail
    assert colors_in(easel.paint(done(1)), place) == {"#123456"}
    assert place.size() == QSize(56, 56)


def test_selection_is_more_than_a_color(easel: Easel) -> None:
    option = easel.option()
    option.state |= QStyle.StateFlag.State_Selected
    image = easel.paint(done(1), option)
    assert colors_in(image, QRect(0, 10, 4, 20)) == {LIGHT.accent}
    assert LIGHT.selection in colors_in(image, image.rect())


def test_the_keyboards_place_is_seen(easel: Easel) -> None:
    option = easel.option()
    plain = easel.paint(done(1), option)
    option.state |= QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
    assert easel.paint(done(1), option) != plain


def test_the_button_answers_the_mouse_and_tells_of_copying(easel: Easel) -> None:
    option = easel.option()
    place = lay_out(option.rect, option.fontMetrics, LTR).action
    plain = colors_in(easel.paint(done(1)), place)
    easel.delegate.hovered = ("job-1", Zone.ACTION)
    assert LIGHT.accent_soft in colors_in(easel.paint(done(1)), place) - plain
    easel.delegate.hovered = None
    easel.delegate.just_copied = frozenset({url_of(1)})
    assert LIGHT.success in colors_in(easel.paint(done(1)), place)


@pytest.mark.parametrize("scale", [2.0, 3.0])
def test_it_is_crisp_on_dense_screens(easel: Easel, scale: float) -> None:
    small, large = easel.paint(done(1)), easel.paint(done(1), scale=scale)
    enlarged = small.scaled(large.size())
    enlarged.setDevicePixelRatio(scale)
    assert large != enlarged


def test_the_same_row_is_painted_alike(easel: Easel) -> None:
    assert easel.paint(done(1)) == easel.paint(replace(done(1)))
    assert easel.paint(done(1)) != easel.paint(done(2))


@pytest.mark.parametrize(
    ("status", "action"),
    [
        (queued(1), Action.CANCEL),
        (running(1), Action.CANCEL),
        (done(1), Action.COPY),
        (failed(1), Action.RETRY),
        (cancelled(1), Action.RETRY),
        (JobStatus(job=make_job(1), state=JobState.SKIPPED), None),
    ],
)
def test_what_the_button_does(status: JobStatus, action: Action | None) -> None:
    assert action_of(status) is action


@pytest.mark.parametrize("direction", [LTR, RTL])
def test_zones(easel: Easel, direction: Qt.LayoutDirection) -> None:
    option = easel.option(direction=direction)
    layout = lay_out(option.rect, option.fontMetrics, direction)
    edge = layout.third.left() + 5 if direction is LTR else layout.third.right() - 5
    link = QPoint(edge, layout.third.center().y())

    def at(status: JobStatus, point: QPoint) -> Zone | None:
        return easel.delegate.zone_at(option, Line(status), point)

    assert at(done(1), layout.action.center()) is Zone.ACTION
    assert at(done(1), link) is Zone.LINK
    assert at(done(1), layout.first.center()) is None
    assert at(queued(1), link) is None
    assert at(failed(1), link) is None
    assert at(JobStatus(job=make_job(1), state=JobState.SKIPPED), layout.action.center()) is None
