"""The ways to add images by a dialog; the next one begins where the last one ended."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from kraken_desktop.gui.incoming import Incoming
from kraken_desktop.gui.questions import ask_for_files, ask_for_folder
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Words
from kraken_desktop.model.address_rules import address_trouble
from kraken_desktop.model.profile import Engine, Profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.model.settings import Settings


class Adding(QObject):
    """Asks for files, a folder, or addresses.

    Signals:
        chosen: an ``Incoming`` with what the person chose.
        set_up_wanted: there is no profile to add them with yet.

    Args:
        parent: the window that waits meanwhile.
        folder: where the first dialog begins; empty for where pictures are.
        destination: the profile, with the settings that it is of; None before the set-up.
    """

    chosen = Signal(object)
    set_up_wanted = Signal()

    def __init__(
        self,
        parent: QWidget,
        folder: str,
        *,
        theme: Theme,
        words: Words,
        destination: Callable[[], tuple[Profile, Settings] | None],
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self._theme = theme
        self._words = words
        self._destination = destination
        self.folder = folder
        """Where the next dialog begins."""

    def files(self) -> None:
        """Any number of images."""
        if self._destination() is None:
            self.set_up_wanted.emit()
        else:
            ask_for_files(self._window, self.folder, self._on_chosen)

    def whole_folder(self) -> None:
        """One folder, with all that is below it."""
        if self._destination() is None:
            self.set_up_wanted.emit()
        else:
            ask_for_folder(self._window, self.folder, self._on_chosen)

    def addresses(self) -> None:
        """Any number of image addresses."""
        from kraken_desktop.gui.add_addresses import AddAddresses  # not needed at the start

        destination = self._destination()
        if destination is None:
            self.set_up_wanted.emit()
            return
        profile, settings = destination
        recipe = settings.recipe(profile.recipe_id) or Recipe()
        account = settings.account(profile.account_id)
        trouble = partial(address_trouble, profile=profile, recipe=recipe, account=account)
        dialog = AddAddresses(self._theme, self._words, self._who_fetches(profile), trouble, self._window)
        dialog.chosen.connect(self.chosen)
        dialog.open()

    def _on_chosen(self, paths: list[str]) -> None:
        if paths:
            self.folder = str(Path(paths[0]).parent)
            self.chosen.emit(Incoming(things=tuple(paths)))

    def _who_fetches(self, profile: Profile) -> str:
        if profile.engine is Engine.KRAKEN:
            return self.tr("Kraken.io fetches them, so they must open for everybody.")
        return self.tr("This computer fetches them, without any login.")
