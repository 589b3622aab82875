"""What fills the middle of the window: the welcome, the place to drop on, or the list."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget
from typing_extensions import override

from kraken_desktop.gui.drop_area import DropArea
from kraken_desktop.gui.job_view import JobView
from kraken_desktop.gui.theme import Theme
from kraken_desktop.gui.welcome import Welcome
from kraken_desktop.model.profile import LOCAL_PROFILE_ID, Engine, Profile
from kraken_desktop.model.settings import Settings


class Pages(QStackedWidget):
    """Chooses the page.

    Signals:
        dismissed: the welcome is not to be shown again.
    """

    dismissed = Signal()

    def __init__(self, theme: Theme, view: JobView, *, welcomes: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.welcome = Welcome(theme, self)
        self.drop_area = DropArea(theme, self)
        self.view = view
        for page in (self.welcome, self.drop_area, view):
            self.addWidget(page)
        self.welcomes = welcomes
        """Whether somebody new is welcomed."""
        self._is_new = True
        self._folder = ""
        self.is_ready = False
        """Whether a drop could be uploaded."""
        self.welcome.dismissed.connect(self._dismiss)
        self.welcome.folder_wanted.connect(self._open_folder)
        self.drop_area.folder_wanted.connect(self._open_folder)
        self.currentChanged.connect(self.updateGeometry)

    @override
    def minimumSizeHint(self) -> QSize:
        """Of the page in sight: with those of the others the messages above would be cut off."""
        page = self.currentWidget()
        return super().minimumSizeHint() if page is None else page.minimumSizeHint()

    @override
    def sizeHint(self) -> QSize:
        """It gets all the room that is left, and has to ask for none: before it the messages would yield."""
        return self.minimumSizeHint()

    def show_settings(self, settings: Settings, profile: Profile | None) -> None:
        """Speak of the profile that is picked."""
        others = any(each.id != LOCAL_PROFILE_ID for each in settings.profiles)
        self._is_new = not settings.accounts and not others
        self._folder = profile.folder if profile is not None else ""
        self.is_ready = profile is not None and not lacks_account(profile, settings)
        self.welcome.show_profile(profile, ready=self.is_ready)
        self.drop_area.set_profile(profile)

    def choose(self, rows: int) -> None:
        """The page that suits a list of so many rows."""
        if rows:
            page: QWidget = self.view
        elif self.is_ready and not (self._is_new and self.welcomes):
            page = self.drop_area
        else:
            page = self.welcome
        self.setCurrentWidget(page)

    def focus_button(self) -> None:
        """The focus to what is most wanted on the page."""
        (self.welcome if self.currentWidget() is self.welcome else self.drop_area).button.setFocus()

    def focus_page(self) -> None:
        """The focus to the list, or to what is most wanted where there is none."""
        if self.currentWidget() is self.view:
            self.view.setFocus()
        else:
            self.focus_button()

    def _dismiss(self) -> None:
        self.welcomes = False
        self.choose(0)
        self.focus_button()
        self.dismissed.emit()

    def _open_folder(self) -> None:
        # Before the first image it is not there yet: then the nearest folder that is.
        folder = Path(self._folder)
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        self.view.opening.folder(folder)


def lacks_account(profile: Profile, settings: Settings) -> bool:
    """Whether a profile sends images to Kraken.io, and there is no account for it."""
    return profile.engine is Engine.KRAKEN and settings.account(profile.account_id) is None
