"""Below the list: what there is to say of the one row that is selected, beyond what the row has room for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from kraken_desktop.gui.job_lines import can_retry
from kraken_desktop.gui.labels import plain_tip, set_look, wrapping_label
from kraken_desktop.gui.messages_above import WayShown
from kraken_desktop.gui.results import local_files
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.theme import GRID, Theme
from kraken_desktop.messages import Message
from kraken_desktop.model.job import JobStatus
from kraken_desktop.model.offers import Offer


class Details(QFrame):
    """Cause and remedy of a job's trouble, or the finer points of its results.

    Signals:
        retry_wanted: a ``list`` of one job id.
        report_wanted: a ``list`` of one ``JobStatus``.
        folder_wanted: the path of a result on this computer, whose folder is to be shown.
        way_wanted: a ``JobStatus``, and the ``Offer`` that is the way out of its trouble.
        focus_lost: what had the keyboard's focus in here is gone.
    """

    retry_wanted = Signal(object)
    report_wanted = Signal(object)
    folder_wanted = Signal(str)
    way_wanted = Signal(object, object)
    focus_lost = Signal()

    def __init__(self, theme: Theme, row_text: RowText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row_text = row_text
        self._status: JobStatus | None = None
        self._way: Offer | None = None
        self._file = ""
        self.ways_of: Callable[[JobStatus], Sequence[WayShown]] = lambda _status: ()
        self.setProperty("look", "details")
        self._sign = QLabel(self)
        self._name = wrapping_label("", self, "strong", selectable=True)
        self._what = wrapping_label("", self, "danger", selectable=True)
        self._why = wrapping_label("", self, selectable=True)
        self._remedy = wrapping_label("", self, "strong", selectable=True)
        self._facts = wrapping_label("", self, selectable=True)
        self.way_button = QPushButton(self)
        self.way_button.clicked.connect(self._take_way)
        self.retry_button = QPushButton(self.tr("Retr&y"), self)
        self.retry_button.clicked.connect(self._retry)
        self.copy_button = QPushButton(self.tr("Copy &details"), self)
        self.copy_button.clicked.connect(self._report)
        self.folder_button = QPushButton(self.tr("Sho&w in folder"), self)
        self.folder_button.clicked.connect(self._show_folder)
        self._labels = (self._name, self._what, self._why, self._remedy, self._facts)
        words = QVBoxLayout()
        words.setSpacing(GRID // 2)
        for label in self._labels:
            words.addWidget(label)
        buttons = QVBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.way_button)
        buttons.addWidget(self.retry_button)
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.folder_button)
        buttons.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        row.setSpacing(GRID + GRID // 2)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addLayout(buttons)
        theme.changed.connect(self._render)
        self.hide()

    def show_status(self, status: JobStatus | None) -> None:
        """Speak of this row; hidden where there is nothing more to say."""
        had_focus = self._has_focus
        self._status = status
        self._render()
        if had_focus and not self._has_focus:
            self.focus_lost.emit()

    @property
    def _has_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    @property
    def text(self) -> str:
        """All that is said."""
        return "\n".join(label.text() for label in self._labels if label.text())

    def _render(self) -> None:
        status = self._status
        trouble = self._row_text.trouble(status) if status is not None else None
        warning = self._row_text.warning(status) if status is not None and trouble is None else None
        facts = self._row_text.facts(status) if status is not None else []
        self.setVisible(trouble is not None or warning is not None or bool(facts))
        if status is None or self.isHidden():
            return
        look, icon, color = "facts", "info", "accent"
        if trouble is not None and status.state.ended:
            look, icon, color = "details", "failed", "danger"
        elif trouble is not None:
            # It may pass by itself.
            look, icon, color = "caution", "clock", "warning"
        elif warning is not None:
            look, icon, color = "caution", "warning", "warning"
        trouble = trouble or warning or Message("", "", "")
        set_look(self, look)
        set_look(self._what, color)
        self._sign.setPixmap(self._theme.pixmap(icon, color, 20, self.devicePixelRatioF()))
        told = "\n".join(f"{title}: {text}" if title else text for title, text in facts)
        texts = (self._row_text.name(status), trouble.what, trouble.why, trouble.remedy, told)
        for label, text in zip(self._labels, texts, strict=True):
            label.setText(text)
            label.setVisible(bool(text))
        way = next(iter(self.ways_of(status)), None)
        self._way = way.offer if way is not None else None
        self.way_button.setVisible(way is not None)
        self.way_button.setText(way.label if way is not None else "")
        self.way_button.setToolTip(plain_tip(way.told) if way is not None else "")
        self.retry_button.setVisible(can_retry(status))
        self.copy_button.setVisible(bool(trouble.what))
        self._file = next(local_files(status), "")
        self.folder_button.setVisible(bool(self._file))
        self.setAccessibleName(self.text)

    def _show_folder(self) -> None:
        self.folder_wanted.emit(self._file)

    def _take_way(self) -> None:
        if self._status is not None and self._way is not None:
            self.way_wanted.emit(self._status, self._way)

    def _retry(self) -> None:
        if self._status is not None:
            self.retry_wanted.emit([self._status.job.id])

    def _report(self) -> None:
        if self._status is not None:
            self.report_wanted.emit([self._status])
