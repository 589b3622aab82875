"""One window a person: another start hands over what it was given, and ends."""

from __future__ import annotations

import getpass
import hashlib
import json
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from kraken_desktop.gui.request import Request
from kraken_desktop.gui.window_lock import WindowLock

__all__ = ["Instance", "Request", "hand_over", "server_name"]

_PATIENCE_MS = 1500
_MOST_BYTES = 8 * 1024 * 1024
_ACCEPTED = b"ok\n"


def server_name(home: Path) -> str:
    """A name of this person and this home: another home is another program."""
    told = f"{getpass.getuser()}\0{home}"
    return f"kraken-desktop-{hashlib.sha256(told.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}"


def hand_over(name: str, request: Request) -> bool:
    """Give the request to the window that is open; False if there is none that takes it."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_PATIENCE_MS):
        return False
    socket.write(QByteArray(json.dumps(request._asdict()).encode() + b"\n"))
    while socket.bytesToWrite():
        if not socket.waitForBytesWritten(_PATIENCE_MS):
            return False
    answer = b""
    while _ACCEPTED not in answer and socket.waitForReadyRead(_PATIENCE_MS):
        answer += bytes(socket.readAll().data())
    socket.disconnectFromServer()
    return _ACCEPTED in answer


class Instance(QObject):
    """Listens for other starts, if no other does.

    Args:
        lock: what makes sure of it, or the path of its file.

    Signals:
        requested: a ``Request``.
    """

    requested = Signal(object)

    def __init__(self, name: str, lock: Path | WindowLock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = lock if isinstance(lock, WindowLock) else WindowLock(lock)
        self._server = QLocalServer(self)
        # Nobody else on this computer may send us files to upload.
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)
        self._heard: dict[QLocalSocket, bytes] = {}
        self.taken = self._lock.taken
        """Whether another program is there, or about to be."""
        self.listening = not self.taken and self._server.listen(name)

    def close(self) -> None:
        """Listen no more. Who was not heard to the end gets no answer, and does not count on this program."""
        for socket in tuple(self._heard):
            self._heard.pop(socket)
            socket.abort()
        self._server.close()
        self._lock.release()

    def _accept(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            self._heard[socket] = b""
            socket.readyRead.connect(self._read)
            socket.disconnected.connect(self._forget)
            if socket.bytesAvailable():
                self._take(socket)

    def _read(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._take(socket)

    def _take(self, socket: QLocalSocket) -> None:
        if socket not in self._heard:
            return
        self._heard[socket] += bytes(socket.readAll().data())
        line, newline, _ = self._heard[socket].partition(b"\n")
        if len(self._heard[socket]) > _MOST_BYTES:
            self._heard.pop(socket)
            socket.abort()
        elif newline:
            self._heard.pop(socket)
            request = _parsed(line)
            if request is None:
                socket.abort()
                return
            socket.write(QByteArray(_ACCEPTED))
            socket.flush()
            self.requested.emit(request)

    def _forget(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._heard.pop(socket, None)
            socket.deleteLater()


def _parsed(line: bytes) -> Request | None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    profile, things = told.get("profile", ""), told.get("things", [])
    if not isinstance(profile, str) or not isinstance(things, list):
        return None
    return Request(profile=profile, things=tuple(thing for thing in things if isinstance(thing, str)))
