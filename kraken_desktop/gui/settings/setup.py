"""The way to a first profile of a route: the account if one is needed, then the profile."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from kraken_desktop.gui.routes import Route
from kraken_desktop.gui.settings.remarks import muted, wrapping
from kraken_desktop.model.errors import BadCredentialsError, KrakenDesktopError
from kraken_desktop.model.profile import Engine
from kraken_desktop.model.settings import Settings

if TYPE_CHECKING:
    from kraken_desktop.gui.settings.account_page import AccountPage
    from kraken_desktop.gui.settings.profiles_page import ProfilesPage


class Setup(QObject):
    """Leads through the forms. The account is checked before it is kept.

    Args:
        account_page, profiles_page: each is asked for when its turn has come.

    Signals:
        stepped: another page is to be shown.
        finished: the last form is saved; with the id of the profile that was made, or nothing.
    """

    stepped = Signal()
    finished = Signal(str)

    def __init__(
        self, account_page: Callable[[], AccountPage], profiles_page: Callable[[], ProfilesPage], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._make_account_page = account_page
        self._make_profiles_page = profiles_page
        self._route = Route.KRAKEN
        self.is_running = False
        self.page_name: Literal["account", "profiles"] = "account"
        self._may_be_unchecked = False
        self._needs_account = True
        self._needs_profile = True
        self.header = QWidget(parent)
        self._step = muted(QLabel(self.header))
        layout = QVBoxLayout(self.header)
        layout.setContentsMargins(24, 16, 24, 0)
        layout.setSpacing(4)
        layout.addWidget(self._step)
        self.checked = wrapping(QLabel(self.header))
        """What the check of the key pair told."""
        layout.addWidget(self.checked)
        self.header.hide()

    @cached_property
    def _account_page(self) -> AccountPage:
        page = self._make_account_page()
        page.begin_setup()
        page.checked.connect(self._on_checked)
        page.check_failed.connect(self._on_check_failed)
        page.form.edited.connect(self._on_edited)
        return page

    @cached_property
    def _profiles_page(self) -> ProfilesPage:
        page = self._make_profiles_page()
        page.begin_setup(self._route)
        return page

    @property
    def button_text(self) -> str:
        """Of the button that goes on."""
        if self.page_name == "profiles" or (not self._needs_profile and not self._may_be_unchecked):
            return self.tr("&Finish")
        return self.tr("&Next, without the check") if self._may_be_unchecked else self.tr("&Next")

    def begin(self, settings: Settings, route: Route) -> bool:
        """Goes to the first form on the way to a profile of this route; False if there is nothing to fill in."""
        self._needs_account = route.needs_account and not settings.accounts
        self._needs_profile = not route.needs_account or not _has_profile(settings)
        if not self._needs_account and not self._needs_profile:
            return False
        self.is_running = True
        self._route = route
        self.page_name = "account"
        if not self._needs_account:
            self._to_profile()
        self._tell()
        return True

    def go_on(self) -> None:
        """Checks and saves the form, then goes to the next one."""
        if self.page_name == "profiles":
            made = self._profiles_page.form_entry().id
            self._profiles_page.save(lambda: self._finish(made))
        elif self._may_be_unchecked:
            self._account_page.save(self._to_profile)
        elif not self._account_page.is_checking():
            self._account_page.check()

    @property
    def can_go_back(self) -> bool:
        """Whether there is a form before the one that is shown."""
        return self.is_running and self.page_name == "profiles" and self._needs_account

    def go_back(self) -> None:
        """Back to the account; the profile's form stays as it is."""
        if self.can_go_back and not self._profiles_page.is_busy():
            self.page_name = "account"
            self._tell()
            self.stepped.emit()

    def _on_checked(self) -> None:
        if self.is_running and self.page_name == "account":
            self._account_page.save(self._to_profile)

    def _on_check_failed(self, error: KrakenDesktopError) -> None:
        # Somebody without a network can still go on; a wrong pair is wrong.
        self._may_be_unchecked = not isinstance(error, BadCredentialsError)
        self._account_page.changed.emit()

    def _on_edited(self) -> None:
        self._may_be_unchecked = False

    def _to_profile(self) -> None:
        if not self._needs_profile:
            self._finish("")
            return
        self.page_name = "profiles"
        if not self._profiles_page.is_draft():
            self._profiles_page.add()
        self._tell()
        self.stepped.emit()

    def _finish(self, profile_id: str) -> None:
        self.is_running = False
        self.finished.emit(profile_id)

    def _tell(self) -> None:
        step = self.tr("Step 1 of 2") if self.page_name == "account" else self.tr("Step 2 of 2")
        self._step.setText(step)
        self._step.setVisible(self._needs_account and self._needs_profile)
        is_second = self.page_name == "profiles" and self._needs_account
        self.checked.setText(self._account_page.quota.text if is_second else "")
        self.checked.setVisible(bool(self.checked.text()))
        self.header.setVisible(not self._step.isHidden() or not self.checked.isHidden())


def _has_profile(settings: Settings) -> bool:
    """Whether some profile waits for nothing but the account."""
    return any(profile.engine is Engine.KRAKEN for profile in settings.profiles)
