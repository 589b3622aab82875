"""Kraken.io's quota in the window: what is left, what a drop would take, and what to do where it does not suffice."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from kraken_desktop.gui.culprit import Culprit
from kraken_desktop.gui.jobs import JobBridge
from kraken_desktop.gui.quota_gate import QuotaGate
from kraken_desktop.gui.quota_watch import QuotaWatch
from kraken_desktop.gui.settings_access import SettingsAccess
from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.model.job import Failure, JobState
from kraken_desktop.model.profile import Account, Engine, Profile
from kraken_desktop.model.quota import Forecast
from kraken_desktop.model.settings import Settings

if TYPE_CHECKING:
    from kraken_desktop.composition import Services
    from kraken_desktop.gui.main_window import MainWindow


class KrakenQuota(QObject):
    """Brings watch, gate, button and messages together."""

    def __init__(self, window: MainWindow, services: Services, access: SettingsAccess, bridge: JobBridge) -> None:
        super().__init__(window)
        self._button = window.status_bar.quota
        self._messages = window.messages
        self._model = window.model
        self._access = access
        self._moving = False
        self._ended = 0
        self._is_paused = False
        self._used_up: Account | None = None
        """Whose quota holds the queue up."""
        self.watch = QuotaWatch(lambda account, cancel: services.account_status(account, cancel=cancel), self)
        self.gate = QuotaGate(services, window.uploads, bridge, self.watch, self)
        self.watch.changed.connect(self._render)
        self.watch.refused.connect(self._on_refused)
        self.gate.fits.connect(self._messages.forecast)
        self.gate.short.connect(self._on_short)
        self._model.tally_changed.connect(self._on_tally)
        bridge.paused.connect(self._on_pause)
        access.changed.connect(self.watch.renew_if_failed)
        self._button.renew_wanted.connect(self.watch.renew)
        self._button.account_wanted.connect(lambda: self._open_settings(self.watch.account))

    @property
    def shown(self) -> bool:
        """Whether there is a quota to speak of."""
        return self.watch.account is not None

    def show_profile(self, profile: Profile | None, settings: Settings) -> None:
        """Speak of the account of the profile that is chosen."""
        uses_it = profile is not None and profile.engine is Engine.KRAKEN
        self.watch.watch(settings.account(profile.account_id) if profile is not None and uses_it else None)
        self._render()

    def close(self, seconds: float) -> bool:
        """Stop asking, for the end of the window; whether that ended in time."""
        return self.watch.close(seconds)

    def _on_tally(self) -> None:
        """When nothing moves any more Kraken.io is asked what is left, also if some images are on hold."""
        tally = self._model.tally
        moving = tally.counts[JobState.RUNNING] if self._is_paused else tally.moving
        # What is quick is never seen to move: it waits at one look, and has ended at the next.
        ended = tally.ended - tally.counts[JobState.CANCELLED]
        moved, self._moving = self._moving or ended > self._ended, moving > 0
        self._ended = ended
        if moved and not self._moving:
            self._messages.forecast(None)
            for account in self.gate.drawn_on:
                self.watch.ask(account)

    def _on_pause(self, why: Failure | None) -> None:
        """What was left is left no longer; and when the person goes on, it may be renewed."""
        self._is_paused = why is not None
        before, self._used_up = self._used_up, None
        if why is not None and why.code == "kraken.quota":
            held = self._model.job_held_by(why)
            self._used_up = held.snapshot.account if held is not None else self.watch.account
        for account in (before, self._used_up):
            if account is not None:
                self.watch.ask(account)

    def _open_settings(self, account: Account | None) -> None:
        entry_id = account.id if account is not None else ""
        self._access.open("account", culprit=Culprit(page="account", entry_id=entry_id, field="api_key"))

    def _render(self) -> None:
        watch = self.watch
        if watch.account is not None and watch.reading is not None and watch.reading.quota is not None:
            self._messages.key_accepted(watch.account)
        self._button.show_reading(watch.account, watch.reading, asking=watch.asking)

    def _on_refused(self, account: Account, error: KrakenDesktopError) -> None:
        self._messages.key_refused(account, error, partial(self._open_settings, account))

    def _on_short(self, account: Account, forecast: Forecast | None) -> None:
        gate = self.gate
        self._messages.short(
            account,
            forecast,
            obstacles=gate.obstacles(account) if forecast is not None else (),
            what_fits=partial(gate.upload_what_fits, account) if gate.some_fit(account) else None,
            here=partial(gate.use_this_computer, account),
            everything=partial(gate.upload_all, account),
            none=partial(gate.cancel, account),
        )
