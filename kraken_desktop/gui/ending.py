"""The system tells the program to end: at a logout without a session manager, at a shutdown, or by ``kill``.

Not on Windows, whose sessions end by way of ``QGuiApplication.commitDataRequest``.
"""

from __future__ import annotations

import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier, Signal


class Ending(QObject):
    """Listens for ``SIGTERM`` and ``SIGHUP``, in place of what these do by themselves. For the main thread.

    Python runs no handler while Qt waits for events; what Python writes for each signal into a socket wakes Qt.
    Source: Python's ``signal.set_wakeup_fd``.

    Signals:
        asked: the program is to end, and nobody can be asked anything.
    """

    asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._here, self._there = socket.socketpair()
        for end in (self._here, self._there):
            end.setblocking(False)
        self._woken_before = signal.set_wakeup_fd(self._there.fileno(), warn_on_full_buffer=False)
        self._handled_before = {
            number: signal.signal(number, _leave_to_qt)
            for number in (signal.SIGTERM, signal.SIGHUP)
            # ``nohup`` has the program outlive its terminal.
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        self._notifier = QSocketNotifier(self._here.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)

    def close(self) -> None:
        """Listen no more: from now on each of them ends the program at once again."""
        self._notifier.setEnabled(False)
        for number, handler in self._handled_before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._woken_before)
        self._here.close()
        self._there.close()

    def _read(self) -> None:
        # Each byte is the number of a signal; others than ours, such as Ctrl+C, are here only to wake.
        if any(number in self._handled_before for number in self._here.recv(4096)):
            self.asked.emit()


def _leave_to_qt(_number: int, _frame: object) -> None:
    """In the middle of anything; the event loop comes to it in its turn."""
