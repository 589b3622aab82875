"""What a check has found so far, told as it is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from kraken_desktop.model.diagnosis import NOT_REACHED, CheckVerdict, Diagnosis, Observation, Step, steps_of
from kraken_desktop.model.errors import Fact, KrakenDesktopError
from kraken_desktop.model.job import Failure
from kraken_desktop.model.offers import Offer, OfferId, offers_for
from kraken_desktop.model.profile import Profile, Uploader

Tell: TypeAlias = Callable[[Step | Observation], None]
"""Called with a step as it begins, and with each observation as it is made; on the thread of the check."""


class Notes:
    """The observations of one check."""

    def __init__(self, profile: Profile, tell: Tell) -> None:
        self._profile = profile
        self._tell = tell
        self._observations: list[Observation] = []

    def begin(self, step: Step) -> None:
        """This is looked at now."""
        self._tell(step)

    def add(
        self,
        step: Step,
        verdict: CheckVerdict,
        code: str,
        facts: Mapping[str, Fact] | None = None,
        offers: Iterable[OfferId] = (),
    ) -> None:
        """Note what was found, with the ways out that change anything."""
        wanted = (Offer(id=each) for each in offers)
        self._add(
            Observation(
                step=step,
                verdict=verdict,
                code=code,
                facts=dict(facts or {}),
                offers=tuple(each for each in wanted if each.apply(self._profile) != self._profile),
            )
        )

    def ok(self, step: Step, code: str, **facts: Fact) -> None:
        """Nothing is wrong here."""
        self.add(step, CheckVerdict.OK, code, facts)

    def error(self, step: Step, error: KrakenDesktopError, verdict: CheckVerdict = CheckVerdict.PROBLEM) -> None:
        """Note an error, with the ways out that a job would be offered."""
        failure = Failure.of(error)
        self._add(
            Observation(
                step=step,
                verdict=verdict,
                code=failure.code,
                facts=failure.facts,
                offers=self._offers(failure),
            )
        )

    def has(self, step: Step) -> bool:
        """Whether anything was noted about this step."""
        return any(each.step is step for each in self._observations)

    def is_wrong(self, step: Step) -> bool:
        """Whether a problem was noted about this step."""
        return any(each.step is step and each.verdict is CheckVerdict.PROBLEM for each in self._observations)

    def was_tried(self, step: Step) -> bool:
        """Whether this step ended well or in a problem, and was not avoided."""
        tried = {CheckVerdict.OK, CheckVerdict.PROBLEM}
        return any(each.step is step and each.verdict in tried for each in self._observations)

    def diagnosis(self, *, cancelled: bool) -> Diagnosis:
        """All of it, in order; what was not reached is said to be so."""
        order = {step: place for place, step in enumerate(steps_of(self._profile))}
        if not cancelled:
            for step in order:
                if not self.has(step):
                    self.add(step, CheckVerdict.NOT_CHECKED, NOT_REACHED)
        told = sorted(self._observations, key=lambda each: order.get(each.step, len(order)))
        return Diagnosis(profile=self._profile, observations=tuple(told), cancelled=cancelled)

    def _offers(self, failure: Failure) -> tuple[Offer, ...]:
        if failure.code == "bucket.acl_refused" and self._profile.uploader is Uploader.KRAKEN:
            # Kraken.io sends an ACL whatever the profile says.
            return (Offer(id=OfferId.UPLOAD_HERE),)
        return offers_for(failure, self._profile)

    def _add(self, observation: Observation) -> None:
        self._observations.append(observation)
        self._tell(observation)
