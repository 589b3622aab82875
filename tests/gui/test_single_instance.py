from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.single_instance import Instance, Request, hand_over, server_name

REQUEST = Request(profile="Blog", things=("/a b.png", "https://example.com/ü.png", "/\udcff.png"))


@pytest.fixture
def name(tmp_path: Path) -> str:
    return server_name(tmp_path)


@pytest.fixture
def instance(qtbot: QtBot, name: str, tmp_path: Path) -> Iterator[Instance]:
    made = Instance(name, tmp_path / "home" / "window.lock")
    assert made.listening
    yield made
    made.close()


_OTHER = """
import json, sys
from PySide6.QtCore import QCoreApplication
from kraken_desktop.gui.single_instance import Request, hand_over
application = QCoreApplication([])
told = json.load(sys.stdin)
sys.exit(0 if hand_over(sys.argv[1], Request(profile=told["profile"], things=tuple(told["things"]))) else 1)
"""


@contextmanager
def handed_over(name: str, request: Request) -> Iterator[None]:
    """Another program hands over meanwhile, and is content in the end."""
    other = subprocess.Popen([sys.executable, "-c", _OTHER, name], stdin=subprocess.PIPE, text=True)
    with other, other.stdin:
        json.dump(request._asdict(), other.stdin)
        other.stdin.close()
        yield
        assert other.wait(30) == 0


def test_another_start_hands_over(instance: Instance, name: str, qtbot: QtBot) -> None:
    with handed_over(name, REQUEST), qtbot.waitSignal(instance.requested, timeout=30_000) as told:
        pass
    assert told.args == [REQUEST]


def test_ten_thousand_paths_fit(instance: Instance, name: str, qtbot: QtBot) -> None:
    request = Request(things=tuple(f"/pictures/a rather long name {number}.png" for number in range(10_000)))
    with handed_over(name, request), qtbot.waitSignal(instance.requested, timeout=30_000) as told:
        pass
    assert told.args == [request]


def test_nobody_is_there(name: str, qapp: object) -> None:
    assert not hand_over(name, REQUEST)


def test_only_one_listens(instance: Instance, name: str, tmp_path: Path) -> None:
    assert not instance.taken
    other = Instance(name, tmp_path / "home" / "window.lock")
    assert other.taken
    assert not other.listening
    instance.close()
    other = Instance(name, tmp_path / "home" / "window.lock")
    assert other.listening
    other.close()


def test_without_a_place_for_the_lock_it_listens_all_the_same(qtbot: QtBot, name: str, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    made = Instance(name, tmp_path / "home" / "window.lock")
    assert made.listening
    made.close()


def test_each_home_has_its_own(tmp_path: Path) -> None:
    assert server_name(tmp_path / "a") != server_name(tmp_path / "b")
    assert server_name(tmp_path / "a") == server_name(tmp_path / "a")


@pytest.mark.parametrize(
    "line",
    [b"nonsense\n", b"[]\n", b'{"things": "x"}\n', b'{"profile": 3}\n', b"[" * 100_000 + b"\n", b"\xff\xfe\n"],
    ids=["text", "list", "things", "profile", "deep", "bytes"],
)
def test_nonsense_is_turned_away(instance: Instance, name: str, qtbot: QtBot, line: bytes) -> None:
    heard: list[object] = []
    instance.requested.connect(heard.append)
    socket = QLocalSocket()
    socket.connectToServer(name)
    assert socket.waitForConnected()
    with qtbot.waitSignal(socket.disconnected):
        socket.write(line)
    assert heard == []


def test_a_request_may_come_in_pieces(instance: Instance, name: str, qtbot: QtBot) -> None:
    line = json.dumps({"profile": "", "things": ["/a.png", 3]}).encode() + b"\n"
    socket = QLocalSocket()
    socket.connectToServer(name)
    assert socket.waitForConnected()
    socket.write(line[:9])
    socket.flush()
    qtbot.waitUntil(lambda: any(instance._heard.values()))
    with qtbot.waitSignal(instance.requested) as told:
        socket.write(line[9:])
    assert told.args == [Request(things=("/a.png",))]


def test_who_ends_takes_nothing_more(instance: Instance, name: str, qtbot: QtBot) -> None:
    socket = QLocalSocket()
    socket.connectToServer(name)
    assert socket.waitForConnected(5000)
    qtbot.waitUntil(lambda: len(instance._heard) == 1)
    socket.write(b'{"profile": "", "things": ["/pictures/a.png"]}\n')
    assert socket.waitForBytesWritten(5000)
    with qtbot.assertNotEmitted(instance.requested):
        instance.close()
        qtbot.waitUntil(lambda: socket.state() is QLocalSocket.LocalSocketState.UnconnectedState)
    assert socket.readAll().isEmpty()
