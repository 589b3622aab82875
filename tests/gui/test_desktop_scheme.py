"""A real session bus, and a portal on it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Self

import pytest
from PySide6.QtDBus import QDBusConnection
from pytestqt.qtbot import QtBot

from kraken_desktop.gui.desktop_scheme import DesktopScheme
from kraken_desktop.gui.theme import Theme

if sys.platform != "linux" or shutil.which("dbus-daemon") is None:
    pytest.skip("there is no session bus here", allow_module_level=True)

from jeepney import DBusAddress, HeaderFields, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

GROUP, KEY = "org.freedesktop.appearance", "color-scheme"
PATH = "/org/freedesktop/portal/desktop"


class Portal:
    """Answers Read with a scheme; without one it has no such setting."""

    def __init__(self, address: str, scheme: int | None) -> None:
        self._scheme = scheme
        self._connection = open_dbus_connection(address)
        self._connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.portal.Desktop"))
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def change(self, scheme: int, group: str = GROUP) -> None:
        settings = DBusAddress(PATH, interface="org.freedesktop.portal.Settings")
        self._connection.send(new_signal(settings, "SettingChanged", "ssv", (group, KEY, ("u", scheme))))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._closing.set()
        self._thread.join(20)
        self._connection.close()

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                message = self._connection.receive(timeout=0.05)
            except TimeoutError:
                continue
            if message.header.message_type is not MessageType.method_call:
                continue
            asked = message.header.fields.get(HeaderFields.member)
            if asked == "Read" and message.body == (GROUP, KEY) and self._scheme is not None:
                answer = new_method_return(message, "v", (("v", ("u", self._scheme)),))
            else:
                answer = new_error(message, "org.freedesktop.portal.Error.NotFound", "s", ("no such setting",))
            self._connection.send(answer)


@pytest.fixture
def address() -> Iterator[str]:
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        yield daemon.stdout.readline().strip()
        daemon.terminate()


@pytest.fixture
def bus(address: str) -> Iterator[QDBusConnection]:
    yield QDBusConnection.connectToBus(address, "of this test")
    QDBusConnection.disconnectFromBus("of this test")


@pytest.mark.parametrize(("scheme", "dark"), [(0, None), (1, True), (2, False), (3, None)])
def test_it_says_what_the_desktop_prefers_from_the_start(
    address: str, bus: QDBusConnection, qtbot: QtBot, scheme: int, dark: bool | None
) -> None:
    with Portal(address, scheme):
        desktop = DesktopScheme(bus)
        with qtbot.waitSignal(desktop.told) as told:
            pass
    assert told.args == [dark]


def test_the_theme_follows_from_the_start_and_on(
    address: str, bus: QDBusConnection, theme: Theme, qtbot: QtBot
) -> None:
    theme.force(None)
    with Portal(address, 1) as portal:
        desktop = DesktopScheme(bus)
        desktop.told.connect(theme.prefer)
        qtbot.waitUntil(lambda: theme.dark)
        changes: list[bool] = []
        theme.changed.connect(lambda: changes.append(theme.dark))
        portal.change(2, group="of.another.kind")
        portal.change(1)
        portal.change(2)
        qtbot.waitUntil(lambda: not theme.dark)
        portal.change(1)
        qtbot.waitUntil(lambda: theme.dark)
        portal.change(0)
        qtbot.waitUntil(lambda: not theme.dark)
    assert changes == [False, True, False]


def test_a_portal_without_the_setting_changes_nothing(address: str, bus: QDBusConnection, qtbot: QtBot) -> None:
    with Portal(address, None):
        desktop = DesktopScheme(bus)
        heard: list[object] = []
        desktop.told.connect(heard.append)
        with qtbot.waitSignal(desktop._answer.finished):
            pass
    assert heard == []


def test_no_bus_is_no_trouble(qtbot: QtBot) -> None:
    desktop = DesktopScheme(QDBusConnection.connectToBus("unix:path=/nowhere/at/all", "none"))
    heard: list[object] = []
    desktop.told.connect(heard.append)
    qtbot.waitUntil(desktop._answer.isFinished)
    assert heard == []
