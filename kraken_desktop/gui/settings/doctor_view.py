"""*Check this profile*: the dialog that shows how the check goes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from kraken_desktop.cancel import CancelToken
from kraken_desktop.doctor import Tell
from kraken_desktop.gui.banners import announce
from kraken_desktop.gui.settings.background import Background, RunInBackground
from kraken_desktop.gui.settings.doctor_rows import StepRow
from kraken_desktop.gui.settings.page import PageScroll
from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.gui.settings.sight import bring_into_sight
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.window_manners import resize_within_screen
from kraken_desktop.messages import Words
from kraken_desktop.model.diagnosis import CheckVerdict, Diagnosis, Observation, Step, steps_of
from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.model.offers import Offer
from kraken_desktop.model.profile import Profile

_TICK_MS = 50
_CHANNEL = "check"


@dataclass(frozen=True, slots=True)
class Check:
    """A check that may begin: what of, and how; the latter blocks."""

    profile: Profile
    examine: Callable[[CancelToken, Tell], Diagnosis]


class DoctorView(QDialog):
    """How a check goes, step by step; with the ways out, of which each is tried at once.

    Args:
        new_check: what is to be checked now, as the form stands.
        take: puts what an offer makes of the profile into the form.
    """

    def __init__(
        self,
        new_check: Callable[[], Check],
        take: Callable[[Offer], None],
        *,
        run_in_background: RunInBackground,
        words: Words,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._new_check = new_check
        self._take_offer = take
        self._words = words
        self._theme = theme
        self._background = Background(run_in_background, self)
        self._cancel = CancelToken()
        self._heard: deque[Step | Observation] = deque()
        self._rows: dict[Step, StepRow] = {}
        self._diagnosis: Diagnosis | None = None
        self._changed = False
        self._summary = wrapping(QLabel(self))
        self._summary.setProperty("look", "strong")
        self._hint = muted(wrapping(QLabel(self)))
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Checking"))
        self._body = QWidget(self)
        self._steps = QVBoxLayout(self._body)
        self._steps.setContentsMargins(0, 0, 12, 0)
        self._steps.setSpacing(12)
        self._unreached = muted(wrapping(QLabel(self._body)))
        self._steps.addWidget(self._unreached)
        self._steps.addStretch(1)
        scroll = PageScroll(self._body, self)
        # By the arrow keys too: most of it is nothing but text.
        scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        scroll.setAccessibleName(self.tr("Steps of the check"))
        self.copy_button = QPushButton(self.tr("Copy &report"), self)
        self.again_button = QPushButton(self.tr("Check &again"), self)
        self.stop_button = QPushButton(self.tr("&Stop"), self)
        self.close_button = QPushButton(self.tr("Close"), self)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.copy_button)
        buttons.addStretch(1)
        for button in (self.again_button, self.stop_button, self.close_button):
            buttons.addWidget(button)
        for button in (self.copy_button, self.again_button, self.stop_button, self.close_button):
            # The enter key belongs to the button that has the focus: it must not end a check by chance.
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(self._summary)
        layout.addWidget(self._hint)
        layout.addWidget(self._bar)
        layout.addSpacing(4)
        layout.addWidget(scroll, 1)
        layout.addLayout(buttons)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._hear)
        self.copy_button.clicked.connect(self._copy)
        self.again_button.clicked.connect(self.begin)
        self.stop_button.clicked.connect(self.stop)
        self.close_button.clicked.connect(self.reject)
        line = self.fontMetrics().height()
        resize_within_screen(self, QSize(34, 34) * line)

    # --- the check --------------------------------------------------------------------------------

    def begin(self) -> None:
        """Checks the profile as it stands in the form now."""
        if self.is_checking():
            return
        check = self._new_check()
        self._show_steps(check.profile)
        self._diagnosis = None
        self._cancel = cancel = CancelToken()
        # Also when the program ends over it.
        self.destroyed.connect(cancel.cancel)
        heard = self._heard = deque()
        self.setWindowTitle(self.tr("Check of “{name}”").replace("{name}", check.profile.name))
        self._summary.setText(self.tr("Checking “{name}”…").replace("{name}", check.profile.name))
        self._timer.start()
        # The worker tells a queue, which is there whatever became of the dialog.
        self._background.run(_CHANNEL, lambda: check.examine(cancel, heard.append), self._on_done, self._on_failed)
        self._render()

    def is_checking(self) -> bool:
        """Whether a check runs, or is about to end."""
        return self._background.is_busy(_CHANNEL)

    def stop(self) -> None:
        """Stops the check; what it stored is removed before it ends."""
        self._cancel.cancel()
        self._summary.setText(self.tr("Stopping…"))
        self.stop_button.setEnabled(False)

    @override
    def reject(self) -> None:
        """Closes; a check that runs is stopped first, and the second time nobody waits for its end."""
        if self.is_checking() and not self._cancel.cancelled:
            self.stop()
            return
        self._cancel.cancel()
        super().reject()

    def _hear(self) -> None:
        while self._heard:
            told = self._heard.popleft()
            row = self._rows.get(told if isinstance(told, Step) else told.step)
            if row is None:
                continue
            if isinstance(told, Step):
                row.begin()
            else:
                row.add(told)
                # Told once, below them all.
                row.setVisible(not told.is_unreached)
            if not row.isHidden():
                bring_into_sight(row)

    def _on_done(self, diagnosis: Diagnosis) -> None:
        self._end()
        self._diagnosis = diagnosis
        self._summary.setText(self._words.diagnosis.summary(diagnosis))
        self._show_unreached(self._words.diagnosis.unreached(diagnosis))
        self._render()
        announce(self, self._summary.text())
        worst = next((row for row in self._rows.values() if row.verdict is diagnosis.verdict), None)
        if worst is not None and diagnosis.verdict in {CheckVerdict.PROBLEM, CheckVerdict.WARNING}:
            # What was found last has its height only after the layout is done.
            QTimer.singleShot(_TICK_MS, worst, lambda: bring_into_sight(worst))

    def _on_failed(self, error: KrakenDesktopError) -> None:
        self._end()
        message = self._words.error(error)
        self._summary.setText(" ".join(part for part in (message.what, message.why, message.remedy) if part))
        self._render()
        announce(self, self._summary.text())

    def _end(self) -> None:
        self._timer.stop()
        self._hear()
        for row in self._rows.values():
            row.end_unseen()

    def _take(self, offer: Offer) -> None:
        if self.is_checking():
            return
        self._take_offer(offer)
        self._changed = True
        self.begin()
        self.stop_button.setFocus()

    def _copy(self) -> None:
        if self._diagnosis is not None:
            QGuiApplication.clipboard().setText(self._words.diagnosis.report(self._diagnosis))
            announce(self, self.tr("The report is copied."))
            self.copy_button.setText(self.tr("Report copied"))

    # --- showing ----------------------------------------------------------------------------------

    def _show_steps(self, profile: Profile) -> None:
        for row in self._rows.values():
            self._steps.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = {
            step: StepRow(step, self._words, self._theme, self._take, self._body) for step in steps_of(profile)
        }
        for place, row in enumerate(self._rows.values()):
            self._steps.insertWidget(place, row)
        self._show_unreached("")

    def _show_unreached(self, text: str) -> None:
        self._unreached.setText(text)
        self._unreached.setVisible(bool(text))

    def _render(self) -> None:
        checking = self.is_checking()
        self._bar.setVisible(checking)
        self.stop_button.setVisible(checking)
        self.stop_button.setEnabled(not self._cancel.cancelled)
        self.again_button.setVisible(not checking)
        self.copy_button.setEnabled(self._diagnosis is not None)
        self.copy_button.setText(self.tr("Copy &report"))
        self._hint.setText(self.tr("The form was changed, and is not saved yet."))
        self._hint.setVisible(self._changed and not checking)
