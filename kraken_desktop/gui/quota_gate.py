"""Before a drop goes to Kraken.io: does the quota suffice? If not it waits for the person, and nothing is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from kraken_desktop.gui.jobs import JobBridge
from kraken_desktop.gui.quota_watch import QuotaWatch, Reading
from kraken_desktop.gui.uploads import Uploads
from kraken_desktop.model.errors import QuotaShortError
from kraken_desktop.model.job import Cancelled, Failure, Job, JobState, JobStatus
from kraken_desktop.model.offers import Offer, OfferId, on_this_computer
from kraken_desktop.model.profile import Account, Finding
from kraken_desktop.model.quota import Forecast, counts, fitting, need_of, taken

if TYPE_CHECKING:
    from kraken_desktop.composition import Services

PATIENCE_MS = 3000
"""A drop that takes longer to be looked through begins meanwhile, as long as what was found fits."""


class QuotaGate(QObject):
    """Holds the jobs of a drop back until it is known that the quota suffices, or the person has decided.

    A small drop that fits by the last answer is not held up at all. For any other Kraken.io is asked once; without
    an answer the drop goes on, as nobody knows better. What is held is in the journal.

    Signals:
        fits: a ``Forecast`` of a large drop that there is enough for.
        short: the ``Account`` and a ``Forecast`` of what of it is held; None once nothing is any more.
    """

    fits = Signal(object)
    short = Signal(object, object)

    def __init__(
        self, services: Services, uploads: Uploads, bridge: JobBridge, watch: QuotaWatch, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._uploads = uploads
        self._bridge = bridge
        self._watch = watch
        self._found: dict[str, Job] = {}
        """Of a drop that is being looked through."""
        self._scanning = False
        self._held: dict[str, Job] = {}
        """Waiting for Kraken.io's answer, or for the person's."""
        self._short: dict[str, tuple[Forecast, frozenset[str]]] = {}
        """Accounts about which the person is being asked, with what was told: the figures, and of which jobs."""
        self._trusted: set[str] = set()
        """Accounts whose quota the person does not mind, until the program ends: some plans go on at a price."""
        self._sent: dict[str, tuple[str, int]] = {}
        """Account and bytes of what was let through and has not ended."""
        self._spent: dict[str, int] = {}
        """Bytes an account of what has ended since Kraken.io's last answer."""
        self._drawn_on: dict[str, Account] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATIENCE_MS)
        self._timer.timeout.connect(self._judge)
        uploads.asks_first = counts
        uploads.held_back.connect(self._collect)
        uploads.scanning.connect(self._on_scanning)
        uploads.cancelling.connect(self._cancel)
        bridge.changed.connect(self._on_changed)
        watch.answered.connect(self._on_answer)

    @property
    def drawn_on(self) -> tuple[Account, ...]:
        """Accounts of which jobs have ended since Kraken.io's last answer: less is left of them than it said."""
        return tuple(self._drawn_on.values())

    # --- what the person decides ---

    def some_fit(self, account: Account) -> bool:
        """Whether there is enough for a part of what is held."""
        return bool(fitting(self._held_for(account), self._left(account)))

    def obstacles(self, account: Account) -> tuple[Finding, ...]:
        """What forbids making on this computer what is held."""
        offer = Offer(id=OfferId.THIS_COMPUTER_ONCE)
        profiles = {job.snapshot.profile.id: job.snapshot.profile for job in self._held_for(account)}
        return tuple(finding for profile in profiles.values() for finding in offer.obstacles(profile))

    def upload_what_fits(self, account: Account) -> None:
        """Let through what there is enough for; the rest stays on hold."""
        self._let_through(fitting(self._held_for(account), self._left(account)))
        self._show_short(account)

    def upload_all(self, account: Account) -> None:
        """Let everything through, and ask no more about this account."""
        self._trusted.add(account.id)
        self._let_through(self._held_for(account))
        self._show_short(account)

    def use_this_computer(self, account: Account) -> None:
        """Make on this computer what is held; the profile stays as it is."""
        self._let_through([on_this_computer(job) for job in self._held_for(account)])
        self._show_short(account)

    def cancel(self, account: Account) -> None:
        """Let go of what is held. Its rows stay, and can be tried again."""
        self._cancel([job.id for job in self._held_for(account)])

    # --- what comes in ---

    def _collect(self, jobs: Sequence[Job]) -> None:
        self._found.update((job.id, job) for job in jobs)
        if not self._scanning:
            # Of an earlier run: there are no more to come.
            self._judge()
        elif not self._timer.isActive():
            self._timer.start()

    def _on_scanning(self, found: int | None) -> None:
        self._scanning = found is not None
        if not self._scanning:
            self._judge()

    def _judge(self) -> None:
        self._timer.stop()
        found, self._found = tuple(self._found.values()), {}
        for account, jobs in _by_account(found):
            if account.id in self._short:
                self._hold(jobs)
                self._show_short(account)
            elif account.id in self._trusted or self._passes(account, jobs):
                self._let_through(jobs)
            else:
                self._hold(jobs)
                self._watch.ask(account)
                if not need_of(jobs).is_large:
                    QTimer.singleShot(PATIENCE_MS, self, partial(self._on_silence, account))

    def _passes(self, account: Account, jobs: Sequence[Job]) -> bool:
        need, reading = need_of(jobs), self._watch.reading_of(account)
        if need.is_large:
            return False
        if reading is None:
            return not self._watch.is_asked(account)
        return reading.quota is None or Forecast(need=need, left=self._left(account)).fits

    def _on_silence(self, account: Account) -> None:
        """A small drop waits no longer for an answer."""
        held = self._held_for(account)
        if account.id not in self._short and self._watch.is_asked(account) and not need_of(held).is_large:
            self._let_through(held)

    def _on_answer(self, account: Account, reading: Reading) -> None:
        """Whoever asked: what is held goes as soon as there is enough for all of it."""
        if reading.quota is not None:
            self._spent.pop(account.id, None)
            self._drawn_on.pop(account.id, None)
        jobs = self._held_for(account)
        if not jobs:
            return
        if reading.quota is None:
            if account.id not in self._short:
                self._let_through(jobs)
            return
        forecast = Forecast(need=need_of(jobs), left=self._left(account))
        if forecast.fits:
            if forecast.worth_telling:
                self.fits.emit(forecast)
            self._let_through(jobs)
        self._show_short(account)

    def _left(self, account: Account) -> int:
        """Bytes that nothing else is on its way for."""
        reading = self._watch.reading_of(account)
        if reading is None or reading.quota is None:
            return 0
        under_way = sum(size for account_id, size in self._sent.values() if account_id == account.id)
        return reading.quota.quota_remaining - under_way - self._spent.get(account.id, 0)

    def _held_for(self, account: Account) -> tuple[Job, ...]:
        return tuple(job for job in self._held.values() if _account_id(job) == account.id)

    # --- what becomes of it ---

    def _hold(self, jobs: Sequence[Job]) -> None:
        self._held.update((job.id, job) for job in jobs)
        journal = self._services.journal
        self._uploads.wish(lambda: journal.add(jobs))

    def _show_short(self, account: Account) -> None:
        """Ask the person, or stop asking."""
        jobs = self._held_for(account)
        if not jobs:
            if self._short.pop(account.id, None) is not None:
                self.short.emit(account, None)
            return
        forecast = Forecast(need=need_of(jobs), left=self._left(account))
        told = forecast, frozenset(job.id for job in jobs)
        if self._short.get(account.id) == told:
            # A message that is made anew takes the focus from its buttons.
            return
        self._short[account.id] = told
        why = Failure.of(QuotaShortError(size=forecast.need.bytes, limit=max(0, forecast.left)))
        self._bridge.announce([JobStatus(job=job, waiting_for=why) for job in jobs])
        self.short.emit(account, forecast)

    def _let_through(self, jobs: Sequence[Job]) -> None:
        runner, journal = self._uploads.runner, self._services.journal
        changed = [job for job in jobs if self._held.pop(job.id, job) is not job]
        for job in jobs:
            if counts(job.snapshot):
                self._sent[job.id] = (_account_id(job), taken(job) or 0)

        def start() -> None:
            journal.renew(changed)
            # What is journaled already stays as it is there.
            runner.submit(jobs)

        if jobs:
            self._uploads.wish(start)

    def _cancel(self, job_ids: Iterable[str] | None) -> None:
        """Jobs that are cancelled before they were let through: the runner has never heard of them."""
        chosen = {*self._found, *self._held} if job_ids is None else set(job_ids)
        found = [self._found.pop(job_id) for job_id in chosen & self._found.keys()]
        held = [self._held.pop(job_id) for job_id in chosen & self._held.keys()]
        if not found and not held:
            return
        ended = [JobStatus(job=job, state=JobState.CANCELLED, outcome=Cancelled()) for job in (*found, *held)]
        self._uploads.know_ended(ended)
        journal = self._services.journal

        def end() -> None:
            journal.add(found)
            journal.finish_all({status.job.id: Cancelled() for status in ended})
            self._bridge.announce(ended)

        self._uploads.wish(end)
        for account, _ in _by_account(held):
            self._show_short(account)

    def _on_changed(self, statuses: Iterable[JobStatus]) -> None:
        for status in statuses:
            if not status.state.ended:
                continue
            job = status.job
            if job.snapshot.account is not None and counts(job.snapshot):
                self._drawn_on[job.snapshot.account.id] = job.snapshot.account
            if job.id in self._sent:
                account_id, size = self._sent.pop(job.id)
                self._spent[account_id] = self._spent.get(account_id, 0) + size


def _account_id(job: Job) -> str:
    return job.snapshot.account.id if job.snapshot.account is not None else ""


def _by_account(jobs: Iterable[Job]) -> list[tuple[Account, list[Job]]]:
    found: dict[str, tuple[Account, list[Job]]] = {}
    for job in jobs:
        account = job.snapshot.account
        if account is not None:
            found.setdefault(account.id, (account, []))[1].append(job)
    return list(found.values())
