"""Below the list: what happened to the one row that is selected, in full, where it went wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from kraken_desktop.gui.job_view import RETRYABLE
from kraken_desktop.gui.labels import wrapping_label
from kraken_desktop.gui.row_text import RowText
from kraken_desktop.gui.theme import GRID, Theme
from kraken_desktop.model.job import JobStatus


class Details(QFrame):
    """Cause and remedy of a job's trouble.

    Signals:
        retry_wanted: a ``list`` of one job id.
        report_wanted: a ``list`` of one ``JobStatus``.
    """

    retry_wanted = Signal(object)
    report_wanted = Signal(object)

    def __init__(self, theme: Theme, row_text: RowText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row_text = row_text
        self._status: JobStatus | None = None
        self.setProperty("look", "details")
        self._sign = QLabel(self)
        self._name = wrapping_label("", self, "strong", selectable=True)
        self._what = wrapping_label("", self, "danger", selectable=True)
        self._why = wrapping_label("", self, selectable=True)
        self._remedy = wrapping_label("", self, "strong", selectable=True)
        self.retry_button = QPushButton(self.tr("Retr&y"), self)
        self.retry_button.clicked.connect(self._retry)
        self.copy_button = QPushButton(self.tr("Copy &details"), self)
        self.copy_button.clicked.connect(self._report)
        words = QVBoxLayout()
        words.setSpacing(GRID // 2)
        for label in (self._name, self._what, self._why, self._remedy):
            words.addWidget(label)
        buttons = QVBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.retry_button)
        buttons.addWidget(self.copy_button)
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
        """Speak of this row; hidden where nothing went wrong."""
        self._status = status
        self._render()

    @property
    def text(self) -> str:
        """All that is said."""
        return "\n".join(label.text() for label in (self._name, self._what, self._why, self._remedy))

    def _render(self) -> None:
        status = self._status
        trouble = self._row_text.trouble(status) if status is not None else None
        self.setVisible(trouble is not None)
        if status is None or trouble is None:
            return
        self._sign.setPixmap(self._theme.pixmap("failed", "danger", 20, self.devicePixelRatioF()))
        for label, text in (
            (self._name, self._row_text.name(status)),
            (self._what, trouble.what),
            (self._why, trouble.why),
            (self._remedy, trouble.remedy),
        ):
            label.setText(text)
            label.setVisible(bool(text))
        self.retry_button.setVisible(status.state in RETRYABLE)
        self.setAccessibleName(self.text)

    def _retry(self) -> None:
        if self._status is not None:
            self.retry_wanted.emit([self._status.job.id])

    def _report(self) -> None:
        if self._status is not None:
            self.report_wanted.emit([self._status])
