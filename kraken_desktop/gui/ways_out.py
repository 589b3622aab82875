"""One click that changes a profile so that its images can go on, and how to take it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from kraken_desktop.gui.culprit import Culprit
from kraken_desktop.gui.row_text import failure_of
from kraken_desktop.gui.settings_access import SettingsAccess
from kraken_desktop.messages import Words
from kraken_desktop.model.job import Failure, Job, JobStatus
from kraken_desktop.model.offers import Offer, offers_for
from kraken_desktop.model.profile import Profile
from kraken_desktop.model.settings import Settings

if TYPE_CHECKING:
    from kraken_desktop.gui.main_window import MainWindow

Change = Callable[[Settings], Settings]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """An offer as a button shows it."""

    offer: Offer
    label: str
    told: str
    """What follows from it."""


class WaysOut(QObject):
    """Finds the offers for what went wrong, shows them at pauses and rows, and takes them."""

    def __init__(self, window: MainWindow, access: SettingsAccess, words: Words) -> None:
        super().__init__(window)
        self._window = window
        self._uploads = window.uploads
        self._messages = window.messages
        self._model = window.model
        self._access = access
        self._words = words
        self._messages.ways_of = self.of_pause
        self._messages.profile_named = self._other_profile
        self._messages.way_wanted.connect(self.take_in_pause)
        window.details.ways_of = window.view.ways_of = self.of_row
        window.details.way_wanted.connect(self.take_for_row)
        window.view.way_wanted.connect(self.take_for_row)

    def of_pause(self, failure: Failure) -> Sequence[Way]:
        """The ways out of a pause; those for one image are none."""
        job = self._model.job_held_by(failure)
        return [way for way in self._ways(failure, job) if not way.offer.once] if job is not None else ()

    def of_row(self, status: JobStatus) -> Sequence[Way]:
        """The ways out of how a job ended."""
        failure = failure_of(status) if status.state.ended else None
        return self._ways(failure, status.job) if failure is not None else ()

    def take_in_pause(self, failure: Failure, offer: Offer) -> None:
        """Change the profile, and let all go on that waits."""
        job = self._model.job_held_by(failure)
        if job is not None and self._change(job, offer):
            self._uploads.resume()

    def take_for_row(self, status: JobStatus, offer: Offer) -> None:
        """Change the profile, or this job only, and try the job again."""
        if offer.once:
            self._uploads.retry([status.job.id], here=True)
        elif self._change(status.job, offer):
            self._uploads.retry([status.job.id])

    def _ways(self, failure: Failure, job: Job) -> Sequence[Way]:
        profile = self._profile_of(job)
        if profile is None:
            return ()
        words = self._words
        return [
            Way(offer=offer, label=words.offer(offer), told=words.offer_taken(offer, profile.name))
            for offer in offers_for(failure, profile)
        ]

    def _other_profile(self, failure: Failure) -> str:
        """The name of the profile of a pause, unless it is the one that the person looks at."""
        job, chosen = self._model.job_held_by(failure), self._window.profile
        if job is None or (chosen is not None and chosen.id == job.snapshot.profile.id):
            return ""
        profile = self._profile_of(job) or job.snapshot.profile
        return profile.name

    def _profile_of(self, job: Job) -> Profile | None:
        """As it is now, not as it was at the drop."""
        return self._window.settings.profile(job.snapshot.profile.id)

    def _change(self, job: Job, offer: Offer) -> bool:
        before = self._profile_of(job)
        if before is None:
            return False
        obstacles = offer.obstacles(before)
        if obstacles:
            culprit = Culprit(page="profiles", entry_id=before.id, field=obstacles[0].field)
            found = self._words.finding(obstacles[0])
            self._messages.lacks(before.name, found, partial(self._access.open, "profiles", culprit=culprit))
            return False
        after = offer.apply(before)
        self._put(partial(_put_in_place, before=before, after=after))
        told = self._words.offer_taken(offer, before.name)
        self._messages.way_taken(told, partial(self._take_back, before=before, after=after))
        return True

    def _take_back(self, *, before: Profile, after: Profile) -> None:
        self._put(partial(_put_in_place, before=after, after=before))
        self._messages.way_taken_back(before.name)

    def _put(self, change: Change) -> None:
        self._uploads.change_settings(change)
        self._access.changed.emit(change(self._window.settings))


def _put_in_place(settings: Settings, *, before: Profile, after: Profile) -> Settings:
    """Unless somebody else changed the profile meanwhile."""
    return settings.with_profile(after) if settings.profile(before.id) == before else settings
