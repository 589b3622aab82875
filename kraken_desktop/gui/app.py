"""The window's composition root: ``kraken-desktop [--profile NAME] [PATH|URL ...]``."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from kraken_desktop import __version__
from kraken_desktop.folders import Folders
from kraken_desktop.gui import first_look
from kraken_desktop.gui.frame import Frame
from kraken_desktop.gui.loading import Loading
from kraken_desktop.gui.request import Request
from kraken_desktop.gui.window_lock import WindowLock
from kraken_desktop.gui.window_manners import FIRST_SIZE, LEAST_SIZE, resize_within_screen
from kraken_desktop.gui.window_state import load_state, restore_geometry

if TYPE_CHECKING:
    from PySide6.QtCore import QTranslator

    from kraken_desktop.cancel import CancelToken
    from kraken_desktop.composition import Services
    from kraken_desktop.gui.collecting import Collecting
    from kraken_desktop.gui.crash import CrashPath
    from kraken_desktop.gui.ending import Ending
    from kraken_desktop.gui.look_keeping import LookKeeping
    from kraken_desktop.gui.main_window import MainWindow
    from kraken_desktop.gui.single_instance import Instance
    from kraken_desktop.gui.theme import Theme
    from kraken_desktop.model.errors import JournalError
    from kraken_desktop.model.settings import Settings

_log = logging.getLogger(__name__)

LOCK_FILE = "window.lock"
HAND_OVER_SECONDS = 3.0
UNSEEN_MS = 500
"""How long to wait for the first paint before what is not seen is loaded all the same."""
KEEPING_SECONDS = 0.2
SWITCH_SECONDS = 0.0005
"""Python's default of 5 ms lets workers hold up the window for many frames."""


def main(argv: Sequence[str]) -> int:
    """Open the window, or hand the files to the one that is open.

    Returns the exit code where no window was opened here; else the process ends with it.
    """
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
    if program.ended_in_time:
        program.end()
    # What matters is on the disk. To take Qt and Python apart only takes time, and for ever if some worker is still
    # blocked, or in the first moments of a window of Wayland.
    logging.shutdown()
    os._exit(code)


def has_display(platform: str, environ: Mapping[str, str]) -> bool:
    """Whether a window can be opened; without one Qt would end the program with a core dump."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return platform != "linux" or any(environ.get(name) for name in names)


def parse(argv: Sequence[str]) -> Request:
    """The command line. Paths become absolute: the window that is open may have another folder."""
    if not any(word.startswith("-") for word in argv):
        return Request(things=tuple(map(_absolute, argv)))
    import argparse  # with what translates its texts

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

    The frame of the window comes first, and all else after its first paint: nearly nothing may be imported, opened or
    made before it (``tests/gui/test_start.py``).

    Signals:
        started: the window is complete.
    """

    started = Signal()
    _journal_problem = Signal(object)

    def __init__(self, application: QApplication, environ: Mapping[str, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._application = application
        self._environ = environ
        self._folders = Folders.of(environ)
        self._requests: list[Request] = []
        self._problems: list[JournalError] = []
        self._services: Services | None = None
        self._lock = WindowLock(self._folders.state_file.with_name(LOCK_FILE))
        self._instance: Instance | None = None
        self._crash: CrashPath | None = None
        self._look_keeping: LookKeeping | None = None
        self._collecting: Collecting | None = None
        self._ending: Ending | None = None
        self._is_loading = False
        self.frame = Frame()
        self.window: MainWindow | None = None
        self.ended_in_time = True
        self.translations: tuple[QTranslator, ...] = ()
        self._loading = Loading(environ, self._journal_problem.emit, self)

    def begin(self, request: Request) -> bool:
        """Start, unless a window is open and takes the request."""
        lock = self._lock
        if not lock.held and self._handed_over(request, HAND_OVER_SECONDS if lock.taken else 0.0):
            return False
        self._requests.append(request)
        self._look_like_before()
        self._loading.guards_loaded.connect(self._guard)
        self._loading.built.connect(self._make_theme)
        self._loading.failed.connect(self._cannot_start)
        self._journal_problem.connect(self._on_journal_problem)
        self.frame.painted.connect(self._load)
        # A window that opens minimized, or where nobody looks, may never be painted.
        QTimer.singleShot(UNSEEN_MS, self._load)
        self.frame.show()
        return True

    def _handed_over(self, request: Request, seconds: float) -> bool:
        """Give the request to the other start, which may have been a little quicker and will listen soon."""
        from PySide6.QtCore import QDeadlineTimer, QThread

        from kraken_desktop.gui.single_instance import hand_over, server_name  # most starts are the only one

        name, end = server_name(self._folders.settings_file), QDeadlineTimer(round(seconds * 1000))
        while not hand_over(name, request):
            if end.hasExpired():
                return False
            QThread.msleep(50)
        return True

    def _look_like_before(self) -> None:
        frame = self.frame
        state = load_state(self._folders.state_file)
        frame.setWindowTitle("Kraken Desktop")
        frame.setMinimumSize(LEAST_SIZE)
        resize_within_screen(frame, FIRST_SIZE)
        restore_geometry(frame, state)
        path = self._folders.cache / first_look.FILE
        frame.look = first_look.read(path, first_look.basis(frame, self._folders.settings_file, state))

    # --- after the first paint ---

    def _load(self) -> None:
        if not self._is_loading:
            self._is_loading = True
            self._loading.start()

    def _guard(self) -> None:
        from PySide6.QtCore import Qt

        from kraken_desktop.gui.crash import CrashDialogs, CrashPath
        from kraken_desktop.gui.single_instance import Instance, server_name
        from kraken_desktop.gui.translation import install_translations
        from kraken_desktop.log import start_log

        start_log(self._folders.logs)
        self._crash = CrashPath(self)
        self._crash.install()
        dialogs = CrashDialogs(self._folders.logs, self._visible_frame, self)
        self._crash.crashed.connect(dialogs.show_report, Qt.ConnectionType.QueuedConnection)
        self._instance = Instance(server_name(self._folders.settings_file), self._lock, self)
        self._instance.requested.connect(self._take)
        self.translations = install_translations(self._application)

    def _visible_frame(self) -> Frame | None:
        return self.frame if self.frame.isVisible() else None

    def _make_theme(self, built: tuple[Services, Settings]) -> None:
        from kraken_desktop.gui.theme import Theme, application_icon

        self._services = built[0]
        # What the desktop said the last time, until it says it again.
        asks = self._asks_desktop()
        theme = Theme(self._application, self, prefers=self.frame.look.dark if asks else None)
        if asks:
            self._follow_desktop(theme)
        self._application.setWindowIcon(application_icon())
        # In a turn of its own: what the person does meanwhile is heard in between.
        QTimer.singleShot(0, partial(self._fill, theme, *built))

    def _asks_desktop(self) -> bool:
        return sys.platform == "linux" and bool(self._environ.get("DBUS_SESSION_BUS_ADDRESS"))

    def _follow_desktop(self, theme: Theme) -> None:
        from PySide6.QtDBus import QDBusConnection

        from kraken_desktop.gui.desktop_scheme import DesktopScheme

        desktop = DesktopScheme(QDBusConnection.sessionBus(), self)
        desktop.told.connect(theme.prefer)
        desktop.silent.connect(partial(theme.prefer, None))

    def _fill(self, theme: Theme, services: Services, settings: Settings) -> None:
        from kraken_desktop.gui.look_keeping import LookKeeping
        from kraken_desktop.gui.main_window import MainWindow
        from kraken_desktop.gui.translation import translate_message
        from kraken_desktop.messages import Words

        def decode(path: str, size: int, cancel: CancelToken) -> bytes | None:
            # Not before the first picture is wanted, and never on the window's thread.
            return services.engine().thumbnail(path, size, cancel)

        window = MainWindow(
            services, settings, theme=theme, words=Words(translate_message), decode=decode, parent=self.frame
        )
        self._look_keeping = LookKeeping(window, theme, self._folders, look=self.frame.look, parent=self)
        window.closed.connect(self._on_closed)
        self._application.commitDataRequest.connect(window.quit_unasked)
        QTimer.singleShot(0, partial(self._show, window))

    def _show(self, window: MainWindow) -> None:
        self.frame.set_content(window)
        self.window = window
        QTimer.singleShot(0, partial(self._start, window))

    def _start(self, window: MainWindow) -> None:
        from kraken_desktop.gui.collecting import Collecting

        if self._look_keeping is not None:
            # First of all: whatever comes into the window would be in the picture.
            self._look_keeping.keep()
        self._collecting = Collecting(self)
        self._end_when_told(window)
        for problem in self._problems:
            window.messages.trouble(problem)
        window.uploads.take_up()
        kept, requests = self.frame.take_kept(), self._requests
        for what in kept:
            window.arrivals.add(what)
        self._requests = []
        for request in requests:
            self._upload(request)
        if self.frame.closed_early:
            self._end_early(window, anything_new=bool(kept) or any(request.things for request in requests))
        self.started.emit()

    def _end_when_told(self, window: MainWindow) -> None:
        if sys.platform != "win32":
            from kraken_desktop.gui.ending import Ending

            self._ending = Ending(self)
            self._ending.asked.connect(window.quit_unasked)

    def _end_early(self, window: MainWindow, *, anything_new: bool) -> None:
        if anything_new:
            # It is not in the journal yet: the person sees it coming in, and closes the window again.
            self.frame.show()
        else:
            window.quit_unasked()

    def end(self) -> None:
        """After the last event."""
        if self._collecting is not None:
            self._collecting.close()
        if self._ending is not None:
            self._ending.close()
        if self._crash is not None:
            self._crash.remove()
        if self._services is not None:
            self._services.close()
        # Not left to the garbage collector, which may run on any thread.
        self.frame.deleteLater()

    # --- from now on ---

    def _take(self, request: Request) -> None:
        from PySide6.QtCore import Qt

        frame = self.frame
        frame.setWindowState(frame.windowState() & ~Qt.WindowState.WindowMinimized)
        if frame.closed_early:
            # Whoever closed it opens it again.
            frame.closed_early = False
            frame.show()
        frame.raise_()
        frame.activateWindow()
        if self.window is None:
            self._requests.append(request)
        else:
            self._upload(request)

    def _upload(self, request: Request) -> None:
        if self.window is not None:
            # The profile may have been made a moment ago, in a terminal.
            self.window.when_current(partial(self._upload_now, self.window, request))

    def _upload_now(self, window: MainWindow, request: Request) -> None:
        if request.profile and not window.choose_profile(request.profile, request.things):
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
        self.frame.hide()
        self._application.setQuitOnLastWindowClosed(True)
        if self._crash is None:
            # Not even what shows reports could be loaded.
            self._application.exit(1)
        raise error

    def _on_closed(self, ended_in_time: bool) -> None:
        self.ended_in_time = ended_in_time
        if self._look_keeping is not None:
            self._look_keeping.close(KEEPING_SECONDS)
        if self._instance is not None:
            self._instance.close()
        self._application.quit()
