"""Settings dialogs on real stores: a file in a temporary folder, and a keyring in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QMessageBox, QPushButton

from kraken_desktop.doctor import Doctor
from kraken_desktop.engines.kraken_answers import AccountStatus
from kraken_desktop.gui.routes import Route
from kraken_desktop.gui.settings.collaborators import Collaborators
from kraken_desktop.gui.settings.dialog import SettingsDialog
from kraken_desktop.gui.theme import Theme
from kraken_desktop.messages import Words
from kraken_desktop.model.profile import Account, Credentials, Profile
from kraken_desktop.model.settings import Network, Settings
from kraken_desktop.network_access import Reached
from kraken_desktop.stores.secret_store import KeyringStore, Secrets, SessionStore
from kraken_desktop.stores.settings import SettingsStore
from tests.support.memory_keyring import MemoryKeyring

API_SECRET = "api-secret-0123456789abcdef"
S3_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


class StubbornKeyring(MemoryKeyring):
    """Raises ``problem`` while it is set."""

    def __init__(self) -> None:
        super().__init__()
        self.problem: Exception | None = None

    def _answer(self) -> None:
        if self.problem is not None:
            raise self.problem

    def get_password(self, service: str, username: str) -> str | None:
        self._answer()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._answer()
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        self._answer()
        super().delete_password(service, username)

    def value(self, name: str) -> str | None:
        return next((value for (_, entry), value in self.entries.items() if entry == name), None)


@dataclass
class Waiting:
    work: Callable[[], object]
    done: Callable[[object], object]
    failed: Callable[[Exception], object]


@dataclass
class Steps:
    """``run_in_background`` by hand: at once, or when the test says so."""

    at_once: bool = True
    waiting: list[Waiting] = field(default_factory=list)

    def __call__(self, work, done, failed) -> None:
        self.waiting.append(Waiting(work, done, failed))
        if self.at_once:
            self.step()

    def step(self) -> None:
        while self.waiting:
            call = self.waiting.pop(0)
            try:
                result = call.work()
            except Exception as error:
                call.failed(error)
            else:
                call.done(result)


def no_doctor() -> Doctor:
    """For those who press no button that asks for one."""
    raise AssertionError("nobody wanted a check")


class House:
    """What a dialog is opened in."""

    def __init__(self, qtbot, theme: Theme, folder: Path) -> None:
        self.qtbot = qtbot
        self.path = folder / "settings.json"
        self.store = SettingsStore(self.path)
        self.keyring = StubbornKeyring()
        self.environ: dict[str, str] = {}
        self.secrets = Secrets(KeyringStore(self.keyring), SessionStore(), self.environ)
        self.steps = Steps()
        self.status: AccountStatus | Exception = AccountStatus(
            active=True, plan_name="Advanced", quota_total=5_000, quota_used=1_000, quota_remaining=4_000
        )
        self.asked: list[tuple[Account, str | None]] = []
        self.tried: list[tuple[Network, str | None]] = []
        self.reached: tuple[Reached, ...] | Exception = ()
        self.words = Words()
        self.theme = theme
        self.dialogs: list[SettingsDialog] = []

    def account_status(self, account: Account, secret: str | None) -> AccountStatus:
        self.asked.append((account, secret))
        if isinstance(self.status, Exception):
            raise self.status
        return self.status

    def try_network(self, _settings: Settings, network: Network, password: str | None) -> tuple[Reached, ...]:
        self.tried.append((network, password))
        if isinstance(self.reached, Exception):
            raise self.reached
        return self.reached

    def fill(self, *names: str, account: bool = True) -> None:
        """One account, and a profile for each name; the first one is the default."""
        made = Account(id="account-1", api_key="a-key")
        profiles = [
            Profile(
                id=f"profile-{number}",
                name=name,
                account_id=made.id if account else None,
                bucket=f"bucket-{number}",
                credentials=Credentials(access_key="AKIAIOSFODNN7EXAMPLE"),
            )
            for number, name in enumerate(names, 1)
        ]

        def filled(now: Settings) -> Settings:
            now = now.with_account(made) if account else now
            for profile in profiles:
                now = now.with_profile(profile)
            return now.with_default(profiles[0].id) if profiles else now

        self.store.update(filled)
        if account:
            self.secrets.keep(made.secret_name, API_SECRET)
        for profile in profiles:
            self.secrets.keep(profile.secret_name, S3_SECRET)

    def open(self, page="account", route=Route.KRAKEN, *, doctor=no_doctor, **more) -> SettingsDialog:
        collaborators = Collaborators(
            store=self.store,
            secrets=self.secrets,
            account_status=self.account_status,
            try_network=self.try_network,
            run_in_background=self.steps,
            words=self.words,
            theme=self.theme,
            doctor=doctor,
            now=lambda: datetime(2026, 11, 23, 12, tzinfo=UTC),
            **more,
        )
        dialog = SettingsDialog(collaborators, page=page, route=route)
        dialog.show()
        dialog.activateWindow()
        self.qtbot.waitUntil(dialog.isActiveWindow)
        self.dialogs.append(dialog)
        return dialog

    def question(self, dialog) -> QMessageBox:
        """The question that is asked now."""
        self.qtbot.waitUntil(lambda: bool(_questions(dialog)))
        return _questions(dialog)[0]

    def is_asked(self, dialog) -> bool:
        return bool(_questions(dialog))

    def answer(self, dialog, text: str) -> None:
        """Presses the button of the question that has this text."""
        box = self.question(dialog)
        (button,) = [each for each in box.buttons() if each.text().replace("&", "") == text]
        button.click()
        self.qtbot.waitUntil(lambda: not shiboken6.isValid(box) or not box.isVisible())

    def close(self) -> None:
        for dialog in self.dialogs:
            if shiboken6.isValid(dialog):
                shiboken6.delete(dialog)


def press(notice, text: str) -> None:
    """Presses a button of a notice."""
    (button,) = [
        each for each in notice.findChildren(QPushButton) if each.isVisible() and each.text().replace("&", "") == text
    ]
    button.click()


def _questions(dialog) -> list[QMessageBox]:
    return [box for box in dialog.findChildren(QMessageBox) if box.isVisible()]


@pytest.fixture
def house(qtbot, theme, tmp_path) -> Iterator[House]:
    built = House(qtbot, theme, tmp_path)
    yield built
    built.close()


@pytest.fixture
def type_into(qtbot):
    """Replaces what stands in a line, as a person does."""

    def do(line, text: str) -> None:
        line.setFocus()
        line.selectAll()
        qtbot.keyClicks(line, text)

    return do
