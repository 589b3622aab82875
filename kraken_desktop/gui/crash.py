"""What nobody expected: into the log, and once into a dialog with a report to copy. Secrets stay out of both."""

from __future__ import annotations

import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler, qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from kraken_desktop import __version__
from kraken_desktop.gui.labels import wrapping_label
from kraken_desktop.gui.theme import GRID
from kraken_desktop.log import redacted

_log = logging.getLogger("kraken_desktop.crash")
_qt_log = logging.getLogger("kraken_desktop.qt")

_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class CrashPath(QObject):
    """Hears of every error that nobody caught, in any thread, and of Qt's own messages.

    Signals:
        crashed: the report, as text; in the window's thread.
    """

    crashed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        """From now on."""
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error
        qInstallMessageHandler(_on_qt_message)

    def remove(self) -> None:
        """As it was before."""
        sys.excepthook, threading.excepthook = self._before
        qInstallMessageHandler(None)

    def _on_error(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QGuiApplication.quit()
            return
        _log.critical("not caught", exc_info=(kind, error, trace))
        self.crashed.emit(report(error, trace))

    def _on_thread_error(self, told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None and not issubclass(told.exc_type, SystemExit):
            self._on_error(told.exc_type, told.exc_value, told.exc_traceback)


def report(error: BaseException, trace: TracebackType | None) -> str:
    """What a developer needs to know, and no secret."""
    lines = traceback.format_exception(type(error), error, trace)
    about = (
        f"Kraken Desktop {__version__}, Python {platform.python_version()}, Qt {qVersion()}, "
        f"{platform.platform()}, {QGuiApplication.platformName()}"
    )
    return redacted(f"{about}\n\n{''.join(lines)}")


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    category = context.category or "qt"
    _qt_log.log(_QT_LEVELS.get(kind, logging.WARNING), "%s: %s", category, message)


class CrashDialog(QDialog):
    """Says that something went wrong which should not have, and lets the person copy the report."""

    def __init__(self, text: str, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Kraken Desktop"))
        self.setObjectName("crash")
        title = QLabel(self.tr("Something went wrong that should not have."), self)
        title.setProperty("look", "strong")
        where = self.tr(
            "Your images and settings are safe, and you can go on. If you report this, please add the text "
            "below; it holds no secrets. The log is in {folder}."
        )
        explanation = wrapping_label(where.replace("{folder}", str(folder)), self)
        self._text = QPlainTextEdit(text, self)
        self._text.setReadOnly(True)
        self._text.setAccessibleName(self.tr("Report"))
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, parent=self)
        self.copy_button: QPushButton = buttons.addButton(
            self.tr("&Copy the report"), QDialogButtonBox.ButtonRole.ActionRole
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        for widget in (title, explanation, self._text, buttons):
            column.addWidget(widget, 1 if widget is self._text else 0)
        self.resize(80 * GRID, 52 * GRID)
        self.copy_button.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())


class CrashDialogs(QObject):
    """One dialog at a time: a fault that comes back with every paint is shown once."""

    def __init__(self, folder: Path, parent_of: Callable[[], QWidget | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._parent_of = parent_of
        self._open: CrashDialog | None = None
        self._told: set[str] = set()

    def show_report(self, text: str) -> None:
        """Show it, unless one is open or the same was shown before."""
        if self._open is not None or text in self._told:
            return
        self._told.add(text)
        self._open = CrashDialog(text, self._folder, self._parent_of())
        self._open.finished.connect(self._closed)
        self._open.open()

    def _closed(self) -> None:
        if self._open is not None:
            self._open.deleteLater()
        self._open = None
