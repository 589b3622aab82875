"""The window's composition root: ``kraken-desktop [--profile NAME] [PATH|URL ...]``."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QThread, QTimer, QTranslator, Signal
from PySide6.QtWidgets import QApplication

from kraken_desktop import __version__
from kraken_desktop.cancel import CancelToken
from kraken_desktop.gui.crash import CrashDialogs, CrashPath
from kraken_desktop.gui.jobs import Background, deadline
from kraken_desktop.gui.single_instance import Instance, Request, hand_over, server_name
from kraken_desktop.gui.theme import Theme, application_icon
from kraken_desktop.gui.translation import install_translations, translate_message
from kraken_desktop.log import start_log

if TYPE_CHECKING:
    from kraken_desktop.composition import Services
    from kraken_desktop.gui.main_window import MainWindow
    from kraken_desktop.model.errors import JournalError
    from kraken_desktop.model.settings import Settings

_log = logging.getLogger(__name__)

LOCK_FILE = "window.lock"
HAND_OVER_SECONDS = 3.0
SWITCH_SECONDS = 0.0005
"""Python's default of 5 ms lets workers hold up the window for many frames."""


def main(argv: Sequence[str]) -> int:
    """Open the window, or hand the files to the one that is open. Returns the exit code."""
    request = parse(argv)
    if not has_display(sys.platform, os.environ):
        sys.stderr.write("kraken-desktop: there is no display. For a terminal there is kraken-s3: kraken-s3 --help\n")
        return 1
    sys.setswitchinterval(SWITCH_SECONDS)
    application = QApplication([sys.argv[0]])
    application.setApplicationName("kraken-desktop")
    application.setApplicationDisplayName("Kraken Desktop")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("kraken-desktop")
    application.setQuitOnLastWindowClosed(False)
    program = Program(application, os.environ)
    if not program.begin(request):
        return 0
    code = application.exec()
    if not program.ended_in_time:
        # Some worker is still blocked, and Qt would wait for it for ever. What matters is on the disk.
        logging.shutdown()
        os._exit(code)
    program.end()
    return code


def has_display(platform: str, environ: Mapping[str, str]) -> bool:
    """Whether a window can be opened; without one Qt would end the program with a core dump."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return platform != "linux" or any(environ.get(name) for name in names)


def parse(argv: Sequence[str]) -> Request:
    """The command line. Paths become absolute: the window that is open may have another folder."""
    parser = argparse.ArgumentParser(
        prog="kraken-desktop", description="Drag images onto the window: each becomes smaller and gets a link."
    )
    parser.add_argument("--version", action="version", version=f"kraken-desktop {__version__}")
    parser.add_argument("--profile", metavar="NAME", default="", help="upload with this profile")
    parser.add_argument("things", metavar="PATH|URL", nargs="*", help="images, folders, or addresses of images")
    told = parser.parse_args(argv)
    return Request(profile=told.profile, things=tuple(_absolute(thing) for thing in told.things))


def _absolute(thing: str) -> str:
    is_address = "://" in thing and not _is_there(thing)
    return thing if is_address else str(Path(thing).absolute())


def _is_there(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:
        # An address may be longer than any path.
        return False


class Program(QObject):
    """Everything from the first line to the last, in the window's thread.

    Signals:
        started: the window is there.
    """

    started = Signal()
    _journal_problem = Signal(object)

    def __init__(self, application: QApplication, environ: Mapping[str, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._application = application
        self._environ = environ
        self._requests: list[Request] = []
        self._problems: list[JournalError] = []
        self._services: Services | None = None
        self._instance: Instance | None = None
        self._crash = CrashPath(self)
        self.window: MainWindow | None = None
        self.ended_in_time = True
        self.translations: tuple[QTranslator, ...] = ()
        self._starting = Background(1, self)

    def begin(self, request: Request) -> bool:
        """Start, unless a window is open and takes the request."""
        from kraken_desktop.folders import Folders

        folders = Folders.of(self._environ)
        name = server_name(folders.settings_file)
        if hand_over(name, request):
            return False
        self._instance = Instance(name, folders.state_file.with_name(LOCK_FILE), self)
        if self._instance.taken and self._handed_over_late(name, request):
            return False
        start_log(folders.logs)
        self._crash.install()
        dialogs = CrashDialogs(folders.logs, lambda: self.window, self)
        self._crash.crashed.connect(dialogs.show_report, Qt.ConnectionType.QueuedConnection)
        self._instance.requested.connect(self._take)
        self._journal_problem.connect(self._on_journal_problem)
        self.translations = install_translations(self._application)
        self._theme = Theme(self._application, self)
        self._follow_desktop()
        self._application.setWindowIcon(application_icon())
        self._requests.append(request)
        # The journal may wait for the disk or for another process.
        self._starting.run(self._build, self._open_window, self._cannot_start)
        return True

    def _follow_desktop(self) -> None:
        if sys.platform != "linux" or not self._environ.get("DBUS_SESSION_BUS_ADDRESS"):
            return
        from PySide6.QtDBus import QDBusConnection

        from kraken_desktop.gui.desktop_scheme import DesktopScheme

        DesktopScheme(QDBusConnection.sessionBus(), self).told.connect(self._theme.prefer)

    def _handed_over_late(self, name: str, request: Request) -> bool:
        """Another start was quicker, and will listen soon."""
        left = deadline(HAND_OVER_SECONDS)
        while left():
            if hand_over(name, request):
                return True
            QThread.msleep(50)
        return False

    def end(self) -> None:
        """After the last event."""
        self._crash.remove()
        if self._services is not None:
            self._services.close()

    def _build(self) -> tuple[Services, Settings]:
        from kraken_desktop.composition import Services  # slow to import

        problem = self._journal_problem
        services = Services(self._environ, problem.emit)
        return services, services.settings.load()

    def _open_window(self, built: tuple[Services, Settings]) -> None:
        from kraken_desktop.gui.main_window import MainWindow
        from kraken_desktop.messages import Words

        services, settings = built
        self._services = services

        def decode(path: str, size: int, cancel: CancelToken) -> bytes | None:
            # Not before the first picture is wanted, and never on the window's thread.
            return services.engine().thumbnail(path, size, cancel)

        window = MainWindow(services, settings, theme=self._theme, words=Words(translate_message), decode=decode)
        self.window = window
        window.closed.connect(self._on_closed)
        self._application.commitDataRequest.connect(window.quit_unasked)
        window.show()
        # After the first paint.
        QTimer.singleShot(0, self._started)

    def _started(self) -> None:
        if self.window is None:
            return
        for problem in self._problems:
            self.window.messages.trouble(problem)
        self.window.uploads.take_up()
        requests, self._requests = self._requests, []
        for request in requests:
            self._upload(request)
        self.started.emit()

    def _take(self, request: Request) -> None:
        window = self.window
        if window is None:
            self._requests.append(request)
            return
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.raise_()
        window.activateWindow()
        self._upload(request)

    def _upload(self, request: Request) -> None:
        if self.window is not None:
            # The profile may have been made a moment ago, in a terminal.
            self.window.when_current(partial(self._upload_now, self.window, request))

    def _upload_now(self, window: MainWindow, request: Request) -> None:
        if request.profile and not window.choose_profile(request.profile):
            # Never into another bucket than the one that was meant.
            return
        window.arrivals.add_paths(request.things)

    def _on_journal_problem(self, problem: JournalError) -> None:
        if self.window is None:
            self._problems.append(problem)
        else:
            self.window.messages.trouble(problem)

    def _cannot_start(self, error: Exception) -> None:
        # The report is the only window there will be.
        self._application.setQuitOnLastWindowClosed(True)
        raise error

    def _on_closed(self, ended_in_time: bool) -> None:
        self.ended_in_time = ended_in_time
        if self._instance is not None:
            self._instance.close()
        self._application.quit()
