"""Keeps how the window looks, for the first paint of the next start."""

from __future__ import annotations

import logging
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage

from kraken_desktop.folders import Folders
from kraken_desktop.gui import first_look
from kraken_desktop.gui.first_look import FirstLook
from kraken_desktop.gui.jobs import Background
from kraken_desktop.gui.main_window import MainWindow
from kraken_desktop.gui.theme import Theme

_log = logging.getLogger(__name__)


class LookKeeping(QObject):
    """Takes a picture of the window as every start begins: without images, messages, or what a server has said.

    Args:
        look: what the last start left.
    """

    def __init__(
        self,
        window: MainWindow,
        theme: Theme,
        folders: Folders,
        *,
        look: FirstLook,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._theme = theme
        self._path = folders.cache / first_look.FILE
        self._settings_file = folders.settings_file
        self._look = look
        self._background = Background(1, self)
        self._desktop_dark = look.desktop_dark
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_desktop_scheme)
        theme.changed.connect(partial(QTimer.singleShot, 0, self._keep_scheme))

    def keep(self) -> None:
        """Now, if this is how the next start will begin."""
        window = self._window
        if not window.model.rowCount() and window.banners.isHidden() and window.quota.watch.reading is None:
            self._keep(self._picture())

    def close(self, seconds: float) -> bool:
        """Wait for what is being written; whether that ended in time."""
        return self._background.close(seconds)

    def _on_desktop_scheme(self, scheme: Qt.ColorScheme) -> None:
        self._desktop_dark = scheme is Qt.ColorScheme.Dark

    def _keep_scheme(self) -> None:
        """The next start must not begin in the other scheme, whatever the window shows now."""
        self._keep(QImage())
        self.keep()

    def _picture(self) -> QImage:
        return self._window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)

    def _keep(self, picture: QImage) -> None:
        new = FirstLook(
            desktop_dark=self._desktop_dark,
            dark=self._theme.dark,
            bar=self._window.top_bar.height(),
            picture=picture,
        )
        if new == self._look:
            return
        self._look = new
        basis = first_look.basis(self._window, self._settings_file, self._window.state)
        write = first_look.writer(new, basis)
        self._background.run(partial(write, self._path), _note, _note)


def _note(problem: Exception | None) -> None:
    if problem is not None:
        _log.info("how the window looks could not be kept: %s", problem)
