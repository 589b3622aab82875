"""The window's way to the settings: the dialog over it, and changes that other programs make meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from kraken_desktop.gui.jobs import Background
from kraken_desktop.gui.pages import lacks_account
from kraken_desktop.gui.routes import Route
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Words
from kraken_desktop.model.job import Source
from kraken_desktop.model.settings import Settings

if TYPE_CHECKING:
    from kraken_desktop.composition import Services
    from kraken_desktop.gui.culprit import Culprit
    from kraken_desktop.gui.settings.dialog import PageName

_Stamp = tuple[int, int, int] | None


class SettingsAccess(QObject):
    """Opens the dialog, and reads the file anew when another program has written it.

    Signals:
        changed: with the ``Settings`` as they are on disk now.
        profile_made: a set-up ended with a new profile, of this id.
    """

    changed = Signal(object)
    profile_made = Signal(str)

    def __init__(
        self, services: Services, background: Background, *, words: Words, theme: Theme, window: QWidget
    ) -> None:
        super().__init__(window)
        self._services = services
        self._background = background
        self._words = words
        self._theme = theme
        self._window = window
        # A thread of its own: a drop waits for it, and must not wait for what a dialog asks servers.
        self._reader = Background(1, self)
        self._stamp = _stamp_of(services.settings.path)

    def open(
        self,
        page: PageName,
        *,
        route: Route = Route.KRAKEN,
        sample: Source | None = None,
        culprit: Culprit | None = None,
    ) -> None:
        """Shows the dialog; ``culprit`` is the entry and the field to begin at."""
        from kraken_desktop.gui.settings import SettingsDialog  # a tenth of the start

        dialog = SettingsDialog.open(
            self._services,
            self._background.run,
            self._words,
            self._window,
            page=page,
            route=route,
            sample=sample,
            theme=self._theme,
        )
        dialog.settings_changed.connect(self.changed)
        dialog.profile_made.connect(self.profile_made)
        if culprit is not None:
            dialog.lead_to(culprit.entry_id, culprit.field)

    def look(self, then: Callable[[], object] | None = None) -> None:
        """Reads the file if it is another one than before; the answer comes later.

        Args:
            then: called once the settings are those on disk; in the order in which such looks were asked for.
        """
        before, store = self._stamp, self._services.settings

        def read() -> tuple[_Stamp, Settings | None]:
            # The stamp comes first: what is written after it is seen the next time.
            stamp = _stamp_of(store.path)
            return stamp, None if stamp in {before, None} else store.load()

        self._reader.run(read, partial(self._on_read, then), _raise)

    def close(self, seconds: float) -> bool:
        """Read no more. Whether what runs ended in time."""
        return self._reader.close(seconds)

    def _on_read(self, then: Callable[[], object] | None, found: tuple[_Stamp, Settings | None]) -> None:
        stamp, settings = found
        self._stamp = stamp
        if settings is not None:
            self.changed.emit(settings)
        if then is not None:
            then()


def usual_page(settings: Settings) -> PageName:
    """Where the dialog begins: with the account only if a profile waits for one."""
    waits = any(lacks_account(profile, settings) for profile in settings.profiles)
    return "account" if waits else "profiles"


def _stamp_of(path: Path) -> _Stamp:
    """What changes with each replacement of a file; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _raise(error: Exception) -> None:
    raise error
