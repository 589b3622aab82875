"""What tests of the window need: statuses by hand, a runner that only notes, services of a home of their own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl, Slot
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QWidget

from kraken_desktop.composition import Services
from kraken_desktop.model.errors import BadCredentialsError, KrakenDesktopError
from kraken_desktop.model.job import (
    Cancelled,
    Done,
    Failed,
    Failure,
    Job,
    JobState,
    JobStatus,
    Phase,
    Progress,
    Snapshot,
    Source,
    SourceKind,
    StoredImage,
)
from kraken_desktop.model.profile import Account, Acl, Profile
from kraken_desktop.model.recipe import Recipe
from kraken_desktop.model.settings import Settings
from kraken_desktop.runner_roles import Executor, Listener

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ACCOUNT = Account(id="a1", api_key="key-1")
PROFILE = Profile(id="p1", name="Blog", bucket="blog-images", account_id="a1")
PRIVATE = Profile(id="p2", name="Drafts", bucket="draft-images", account_id="a1", acl=Acl.PRIVATE)
SETTINGS = Settings().with_account(ACCOUNT).with_profile(PROFILE).with_profile(PRIVATE).with_default("p1")


def make_job(number: int, *, name: str | None = None, size: int | None = 1000, **source: object) -> Job:
    told = name if name is not None else f"image-{number}.png"
    facts = {"kind": SourceKind.FILE, "location": f"/pictures/{told}", "extension": ".png", "mtime_ns": 1} | source
    return Job(
        id=f"job-{number}",
        batch_id="batch",
        position=number + 1,
        dropped_at=NOW,
        source=Source(name=told, size=size, **facts),
        snapshot=Snapshot(profile=PROFILE, recipe=Recipe(), account=ACCOUNT),
    )


def queued(number: int, **job: object) -> JobStatus:
    return JobStatus(job=make_job(number, **job))


def running(number: int, sent: int = 500, phase: Phase = Phase.UPLOADING, **job: object) -> JobStatus:
    made = make_job(number, **job)
    progress = Progress(phase=phase, sent=sent, total=made.source.size or 0)
    return JobStatus(job=made, state=JobState.RUNNING, progress=progress, keys=(f"2026/{made.source.name}",))


def url_of(number: int) -> str:
    return f"https://blog-images.s3.amazonaws.com/2026/image-{number}.png"


def done(number: int, size: int = 400, **job: object) -> JobStatus:
    made = make_job(number, **job)
    key = f"2026/{made.source.name}"
    image = StoredImage(key=key, url=url_of(number), bytes=size)
    outcome = Done(images=(image,), original_bytes=made.source.size)
    return JobStatus(job=made, state=JobState.DONE, keys=(key,), outcome=outcome)


def image_set(number: int, widths: Sequence[int] = (480, 960, 1600), **job: object) -> JobStatus:
    """A job with an AVIF, a WebP and a JPEG of each width."""
    made = make_job(number, **job)
    images = []
    for kind in ("avif", "webp", "jpg"):
        for width in widths:
            key = f"2026/image-{number}-{kind}-{width}.{kind}"
            images.append(
                StoredImage(
                    variant=f"{kind}-{width}",
                    key=key,
                    url=f"https://blog-images.s3.amazonaws.com/{key}",
                    width=width,
                    height=width * 2 // 3,
                    bytes=width * 100,
                )
            )
    outcome = Done(images=tuple(images), original_bytes=made.source.size)
    return JobStatus(job=made, state=JobState.DONE, keys=(images[0].key,), outcome=outcome)


def failed(number: int, error: KrakenDesktopError | None = None, **job: object) -> JobStatus:
    failure = Failure.of(error or BadCredentialsError(status=401, said="Unknown API Key"))
    return JobStatus(job=make_job(number, **job), state=JobState.FAILED, outcome=Failed(failure=failure))


def cancelled(number: int, **job: object) -> JobStatus:
    return JobStatus(job=make_job(number, **job), state=JobState.CANCELLED, outcome=Cancelled())


class NotingRunner:
    """Stands where the runner is: says that jobs are queued, and notes what it is asked for."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.jobs: list[Job] = []
        self.asked: list[tuple[str, object]] = []
        self.progress: dict[str, Progress] = {}

    def submit(self, jobs: Sequence[Job]) -> None:
        self.jobs += jobs
        for job in jobs:
            self.listener.job_changed(JobStatus(job=job))

    def resume_jobs(self, recovered: Sequence[object]) -> None:
        self.asked.append(("resume_jobs", tuple(recovered)))

    def cancel(self, job_ids: Iterable[str] | None = None) -> None:
        self.asked.append(("cancel", None if job_ids is None else tuple(job_ids)))

    def retry(self, job_ids: Iterable[str] | None = None, renewed: object = None) -> None:
        self.asked.append(("retry", None if job_ids is None else tuple(job_ids)))

    def resume(self, renewed: object = None) -> None:
        self.asked.append(("resume", None))

    def suspend(self) -> None:
        self.asked.append(("suspend", None))

    def try_now(self, renewed: object = None) -> None:
        self.asked.append(("try_now", None))

    def take_progress(self) -> dict[str, Progress]:
        taken, self.progress = self.progress, {}
        return taken

    def close(self, timeout: float = 2.0) -> bool:
        self.asked.append(("close", None))
        return True


class WindowServices(Services):
    """The real services of the test's own home, but for the runner."""

    def __init__(self) -> None:
        super().__init__(os.environ, lambda _problem: None)
        self.made: list[NotingRunner] = []

    def runner(  # type: ignore[override]
        self, executor: Executor, listener: Listener, concurrency: int, *, patient: bool = False
    ) -> NotingRunner:
        self.made.append(NotingRunner(listener))
        return self.made[-1]


def write_image(path: Path, *, size: int = 64, color: str = "#336699", image_format: str = "PNG") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = QImage(size, size, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    assert image.save(str(path), image_format)
    return path


def mime_of_files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def drop(target: QWidget, mime: QMimeData, actions: Qt.DropAction = Qt.DropAction.CopyAction) -> QDropEvent:
    """What the window system sends when something is let go in the middle of a widget."""
    place = target.rect().center()
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, actions, mime, buttons, keys)
    QApplication.sendEvent(target, enter)
    event = QDropEvent(QPointF(place), actions, mime, buttons, keys)
    if enter.isAccepted():
        QApplication.sendEvent(target, event)
    else:
        event.ignore()
    return event


def with_image(status: JobStatus, **changes: object) -> JobStatus:
    outcome = status.outcome
    assert isinstance(outcome, Done)
    return replace(status, outcome=replace(outcome, images=(replace(outcome.images[0], **changes),)))


class Catcher(QWidget):
    """Takes the addresses that would open in another program."""

    def __init__(self, opened: list[str]) -> None:
        super().__init__()
        self._opened = opened

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self._opened.append(url.toString())
