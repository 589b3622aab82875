"""Taking entries out of the history: hidden at once, forgotten a little later, so that it can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from kraken_desktop.gui.banners import Toast
from kraken_desktop.gui.history.records import Records
from kraken_desktop.gui.jobs import Background

UNDO_MS = 8_000
ASKS_BEYOND = 50
"""Entries: so many are not taken out by a slip of the hand without a question."""


class Forgetting(QObject):
    """Takes entries out.

    Args:
        forgotten: on another thread, what else goes with entries, before they go.

    Signals:
        changed: other entries are hidden than before.
        failed: an ``Exception``.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        records: Records,
        background: Background,
        toast: Toast,
        window: QWidget,
        forgotten: Callable[[Sequence[int]], object] = lambda _numbers: None,
    ) -> None:
        super().__init__(window)
        self._records = records
        self._background = background
        self._toast = toast
        self._window = window
        self._forgotten = forgotten
        self._pending: tuple[int, ...] = ()
        self._going: frozenset[int] = frozenset()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(UNDO_MS)
        self._timer.timeout.connect(self.settle)

    @property
    def hidden(self) -> frozenset[int]:
        """Entries that are not to be listed any more."""
        return self._going.union(self._pending)

    def take(self, numbers: Sequence[int]) -> None:
        """Take these out; of many only after a question."""
        if not numbers:
            return
        if len(numbers) > ASKS_BEYOND:
            self._ask(tuple(numbers))
        else:
            self._take(tuple(numbers))

    def _ask(self, numbers: tuple[int, ...]) -> None:
        if self._window.findChild(QMessageBox, "forget") is not None:
            return
        box = QMessageBox(self._window)
        box.setObjectName("forget")
        box.setWindowTitle("Kraken Desktop")
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText(self.tr("Remove %n image(s) from the history?", "", len(numbers)))
        box.setInformativeText(
            self.tr(
                "The images stay in their buckets, and their links go on to open. Only this computer forgets them, and "
                "cannot find or remove them any more."
            )
        )
        box.setTextFormat(Qt.TextFormat.PlainText)
        removing = box.addButton(self.tr("&Remove"), QMessageBox.ButtonRole.DestructiveRole)
        keeping = box.addButton(self.tr("&Keep"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keeping)
        box.setEscapeButton(keeping)
        removing.clicked.connect(partial(self._take, numbers))
        box.finished.connect(partial(_forget, box))
        box.open()

    def _take(self, numbers: tuple[int, ...], _checked: bool = False) -> None:
        self.settle()
        self._pending = numbers
        self._timer.start()
        self._toast.say(
            self.tr("%n image(s) removed from the history", "", len(numbers)), (self.tr("Undo"), self.undo), UNDO_MS
        )
        self.changed.emit()

    def undo(self) -> None:
        """Bring back what was taken out last."""
        self._timer.stop()
        self._pending = ()
        self.changed.emit()

    def settle(self) -> None:
        """It cannot be undone any more: forget what was taken out."""
        self._timer.stop()
        numbers, self._pending = self._pending, ()
        if not numbers:
            return
        self._going = self._going.union(numbers)
        self._background.run(
            partial(self._forget, numbers), partial(self._done, numbers), partial(self._failed, numbers)
        )

    def _forget(self, numbers: tuple[int, ...]) -> int:
        self._forgotten(numbers)
        return self._records.forget(numbers)

    def _done(self, numbers: tuple[int, ...], _count: int) -> None:
        self._going = self._going.difference(numbers)

    def _failed(self, numbers: tuple[int, ...], error: Exception) -> None:
        self._going = self._going.difference(numbers)
        self.failed.emit(error)
        self.changed.emit()


def _forget(box: QMessageBox, _result: int) -> None:
    box.setObjectName("")
    box.deleteLater()
