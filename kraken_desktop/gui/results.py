"""Where the results of a job are on this computer, if they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QUrl

from kraken_desktop.buckets.folder import FolderBucket
from kraken_desktop.model.errors import FolderError
from kraken_desktop.model.job import JobStatus, StoredImage


def local_file(status: JobStatus, image: StoredImage) -> str:
    """The path of a result in a folder bucket, or of its local copy; empty if it is only elsewhere."""
    url = QUrl(image.url)
    if url.isLocalFile():
        return url.toLocalFile()
    if image.local_copy:
        return image.local_copy
    folder = status.job.snapshot.profile.folder
    if not folder:
        return ""
    try:
        return str(FolderBucket(Path(folder)).path(image.key))
    except FolderError:
        # Of a key that another version could store.
        return ""


def local_files(status: JobStatus) -> Iterator[str]:
    """All of a job's results that are on this computer."""
    for image in status.links:
        if path := local_file(status, image):
            yield path
