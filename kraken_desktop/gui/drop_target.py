"""Takes drops on a whole window: the one place that hears what is dragged over any part of it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from kraken_desktop.gui.incoming import may_hold_images, read


class DropTarget(QObject):
    """Watches a window.

    Signals:
        entered: something that may hold images is over the window.
        left: it is no longer.
        dropped: an ``Incoming``; may be empty.
    """

    entered = Signal()
    left = Signal()
    dropped = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._window:
            return False
        if isinstance(event, QDragEnterEvent | QDragMoveEvent) and event.type() is not QEvent.Type.Drop:
            if may_hold_images(event.mimeData()):
                _accept_as_copy(event)
                if event.type() is QEvent.Type.DragEnter:
                    self.entered.emit()
            else:
                event.ignore()
            return True
        if event.type() is QEvent.Type.DragLeave:
            self.left.emit()
            return True
        if isinstance(event, QDropEvent):
            _accept_as_copy(event)
            self.left.emit()
            # Now: what is dragged may not be there any more when this returns.
            self.dropped.emit(read(event.mimeData()))
            return True
        return False


def _accept_as_copy(event: QDropEvent) -> None:
    # Never as a move: the source would delete its file.
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
