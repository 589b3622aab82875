"""Every test runs alone: its own home, loopback only, no real keyring, no screen, and no unexpected warning."""

from __future__ import annotations

import gc
import ipaddress
import logging
import os
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before anything imports Qt

import keyring
import pytest

from tests.support.memory_keyring import MemoryKeyring

pytest_plugins = ["tests.servers.fixtures", "tests.support.stage_fixtures"]

_FOREIGN = re.compile(r"(KRAKEN_|AWS_|SSL_CERT|REQUESTS_CA|CURL_CA|.*_PROXY$|DBUS_|DISPLAY$|WAYLAND_)", re.IGNORECASE)
_MUCH_GARBAGE, _SELDOM = 20_000, 10
"""Objects that a test may leave before somebody looks through them, and how often only the newer ones are looked at."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--corpus", metavar="DIR", help="a folder of real images for the soak tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "soak" in (config.getoption("markexpr") or ""):
        return
    skip = pytest.mark.skip(reason="long: run by ./dev soak")
    for item in items:
        if "soak" in item.keywords:
            item.add_marker(skip)


def _move(folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """Make ``folder`` the home; drop what could lead outside."""
    for name in [name for name in os.environ if _FOREIGN.match(name)]:
        patch.delenv(name)
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        patch.setenv(name, str(folder))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        patch.setenv(name, str(folder / name.lower()))
    patch.setenv("KRAKEN_DESKTOP_HOME", str(folder / "kraken"))
    # For the programs that a test starts: the person's own keyring would be the next one that they find.
    patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return folder


@pytest.fixture(scope="session", autouse=True)
def session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of the test servers, which start before the first test has its own."""
    with pytest.MonkeyPatch.context() as patch:
        yield _move(tmp_path_factory.mktemp("session-home"), patch)


@pytest.fixture(autouse=True)
def home(session_home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of this test's own; nothing of the environment that could lead outside."""
    return _move(tmp_path_factory.mktemp("home"), monkeypatch)


@pytest.fixture(autouse=True)
def memory_keyring() -> Iterator[MemoryKeyring]:
    """The keyring of this test."""
    before, own = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(own)
    yield own
    keyring.set_keyring(before)


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wants to leave this computer is stopped, and the test fails."""
    connect, connect_ex, send_to = socket.socket.connect, socket.socket.connect_ex, socket.socket.sendto
    look_up = socket.getaddrinfo

    def check(host: object) -> None:
        if host in (None, "", b"", "localhost"):
            return
        text = host.decode() if isinstance(host, bytes) else str(host)
        try:
            inside = ipaddress.ip_address(text.partition("%")[0]).is_loopback
        except ValueError:
            inside = text.endswith(".localhost")
        if not inside:
            raise AssertionError(f"a test wants to reach {text}")

    def checked_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            check(address[0])
        connect(self, address)

    def checked_connect_ex(self: socket.socket, address: Any) -> int:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            check(address[0])
        return connect_ex(self, address)

    def checked_look_up(host: Any, *more: Any, **named: Any) -> Any:
        if isinstance(host, str) and host.endswith(".invalid"):
            # Reserved to have no address (RFC 6761); the real resolver may ask other computers.
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        check(host)
        return look_up(host, *more, **named)

    def checked_send_to(self: socket.socket, data: Any, *more: Any) -> int:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            check(more[-1][0])
        return send_to(self, data, *more)

    monkeypatch.setattr(socket.socket, "sendto", checked_send_to)
    monkeypatch.setattr(socket.socket, "connect", checked_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", checked_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", checked_look_up)


@pytest.fixture(autouse=True)
def nothing_held() -> Iterator[None]:
    """Nothing is left on the clipboard of the offscreen screen for the next test, and no key is held there.

    Nor for the end of the process: what Qt deletes after Python has ended takes Python down with it, if it was made
    there.
    """
    yield
    gui = sys.modules.get("PySide6.QtGui")
    if gui is None or gui.QGuiApplication.instance() is None:
        return
    gui.QGuiApplication.clipboard().clear()
    if gui.QGuiApplication.keyboardModifiers().value:
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        # Of a click with Ctrl, QTest lets Ctrl never go: a row that is selected then is one more.
        QTest.keyRelease(gui.QWindow(), Qt.Key.Key_Control)


class _Collected(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def garbage_is_collected_here() -> Iterator[None]:
    """By itself the collector runs on any thread, and takes apart there what windows of earlier tests left."""
    gc.disable()
    yield
    young, _, old = gc.get_count()
    if young > _MUCH_GARBAGE:
        gc.collect(2 if old > _SELDOM else 1)


@pytest.fixture(autouse=True)
def no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """A warning in the log that the test did not announce (``expect_log``) fails it."""
    expected = [re.compile(mark.args[0]) for mark in request.node.iter_markers("expect_log")]
    handler = _Collected()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    told = [record.getMessage() for record in handler.records]
    unexpected = [text for text in told if not any(pattern.search(text) for pattern in expected)]
    assert not unexpected, f"unexpected in the log: {unexpected}"
    missing = [pattern.pattern for pattern in expected if not any(pattern.search(text) for text in told)]
    assert not missing, f"expected in the log, and not there: {missing}"
