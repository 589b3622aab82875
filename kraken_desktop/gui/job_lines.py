"""A line of the list: a job, or below an open job one of its images."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from kraken_desktop.model.job import Failed, JobState, JobStatus, StoredImage


@dataclass(frozen=True, slots=True)
class Line:
    """One line. Replaced whole, never changed."""

    status: JobStatus
    """Of the whole job."""
    at: int | None = None
    """Which of the job's images the line is about; None: the job itself."""
    is_open: bool = False
    """Of a job's line: the lines of its images follow."""

    @property
    def key(self) -> str:
        """What the line is known by, wherever it is."""
        return self.status.job.id if self.at is None else f"{self.status.job.id} {self.at}"

    @property
    def image(self) -> StoredImage | None:
        """The image that the line is about."""
        return images_of(self.status)[self.at] if self.at is not None else None

    @property
    def chosen(self) -> JobStatus:
        """The job with what this line stands for: all of its images, or one."""
        return self.status if self.at is None else narrowed(self.status, (self.at,))

    def below(self) -> Iterator[Line]:
        """The lines of the job's images."""
        return (Line(self.status, at) for at in range(len(images_of(self.status))))


def images_of(status: JobStatus) -> tuple[StoredImage, ...]:
    """The images of a job's outcome, also those that are not there any more."""
    return status.outcome.images if status.outcome is not None else ()


def can_open(status: JobStatus) -> bool:
    """Whether there are several images to be listed below the job."""
    return len(images_of(status)) > 1


def can_retry(status: JobStatus) -> bool:
    """Whether to try the job again could lead anywhere.

    An address that leads into a private network is followed there if it was typed, and never if it was not.
    """
    if status.state is JobState.CANCELLED:
        return True
    if not isinstance(status.outcome, Failed):
        return False
    failure = status.outcome.failure
    return failure.code != "source.blocked" or bool(failure.facts.get("redirected"))


def narrowed(status: JobStatus, places: Collection[int]) -> JobStatus:
    """The same job as if it had these of its images only: to copy, open and remove some of a set."""
    if status.outcome is None:
        return status
    images = tuple(image for at, image in enumerate(status.outcome.images) if at in places)
    return replace(status, outcome=replace(status.outcome, images=images))
