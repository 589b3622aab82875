"""What earlier tries of jobs left in their buckets: it is listed, also if a job ends without another try."""

from __future__ import annotations

from dataclasses import replace

from kraken_desktop.model.errors import JournalError
from kraken_desktop.model.job import Cancelled, Failed, Outcome
from kraken_desktop.stores.journal import Journal, Recovered


class LeftImages:
    """By job, until it ends. Safe to use from any thread, for one job in each."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._of: dict[str, Outcome] = {}

    def note(self, job_id: str, outcome: Outcome | None) -> None:
        """Remember how a try came out, or how a job had ended that goes on now."""
        if outcome is not None and outcome.images:
            self._of[job_id] = outcome

    def recover(self, recovered: Recovered) -> None:
        """Remember what another run of the program left."""
        if recovered.kept is not None:
            from kraken_desktop.kept_record import given_up  # with Kraken.io's answers: slow to import

            self.note(recovered.job.id, given_up(recovered))
        self.note(recovered.job.id, recovered.outcome)

    def listed(self, job_id: str, outcome: Outcome) -> Outcome:
        """The outcome that a job ends in, with what is there if it tells of nothing itself. Forgets the job."""
        there = self._of.pop(job_id, None)
        if there is None or outcome.images or not isinstance(outcome, Cancelled | Failed):
            return outcome
        try:
            removed = self._journal.removed(job_id)
        except JournalError:
            removed = frozenset()
        images = tuple(image for image in there.images if image.key not in removed)
        return replace(outcome, images=images, original_bytes=there.original_bytes)
