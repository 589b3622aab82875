"""The plan of a job, before its bytes move: what the source is, and the name that its result will have."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from kraken_desktop.cancel import CancelToken
from kraken_desktop.model.errors import (
    KeyTakenError,
    ProfileInvalidError,
    SourceEmptyError,
    SourceMissingError,
    SourceTooLargeError,
    SourceUnreadableError,
)
from kraken_desktop.model.job import LARGEST_SOURCE, Job, PlannedImage, SourceKind
from kraken_desktop.model.object_key import KeyInputs, PathTemplate, content_digest, numbered
from kraken_desktop.model.profile import Engine, Severity, Uploader
from kraken_desktop.model.profile_rules import check_profile
from kraken_desktop.stores.journal import Journal

_FIRST_PLACE = 10
_MOST_NUMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Content:
    """What the source is made of when its turn has come."""

    sha256: str
    size: int | None
    width: int | None = None
    height: int | None = None


def require_usable(job: Job) -> None:
    """Nothing is sent for a profile that cannot work."""
    profile = job.snapshot.profile
    for finding in check_profile(profile):
        if finding.severity is Severity.ERROR:
            raise ProfileInvalidError(
                profile=profile.name, field=finding.field, problem=finding.problem, detail=finding.detail
            )
    if profile.engine is not Engine.KRAKEN or profile.uploader is not Uploader.KRAKEN:
        raise ProfileInvalidError(profile=profile.name, field="engine", problem="engine.not_yet")


def examine(job: Job, cancel: CancelToken) -> Content:
    """Read the source once: what will be sent is known before its name is.

    Raises:
        SourceError: it is missing, unreadable, empty or too large.
        CancelledError: the token was cancelled.
    """
    source = job.source
    if source.kind is SourceKind.URL:
        # The bytes never reach us: the address stands for them.
        return Content(sha256=hashlib.sha256(source.location.encode()).hexdigest(), size=None)
    path = Path(source.location)
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while piece := file.read(1024 * 1024):
                cancel.check()
                digest.update(piece)
                size += len(piece)
                if size > LARGEST_SOURCE:
                    raise SourceTooLargeError(path=source.location, size=path.stat().st_size, limit=LARGEST_SOURCE)
    except FileNotFoundError as error:
        raise SourceMissingError(path=source.location) from error
    except OSError as error:
        raise SourceUnreadableError(path=source.location, reason=error.strerror or "") from error
    if size == 0:
        raise SourceEmptyError(path=source.location)
    width, height = _dimensions(path) if _needs_size(job) else (None, None)
    return Content(sha256=digest.hexdigest(), size=size, width=width, height=height)


def reserve_key(job: Job, content: Content, journal: Journal) -> str:
    """The object key, reserved and journaled. A second try keeps the key of the first.

    Raises:
        TemplateError, UnsafeKeyError, KeyTakenError: no good key can be made.
    """
    profile, recipe, source = job.snapshot.profile, job.snapshot.recipe, job.source
    rendered = PathTemplate.parse(profile.path_template).render(
        KeyInputs(
            name=source.name,
            extension=recipe.output_extension(source.extension),
            folder=source.folder,
            digest=content_digest(content.sha256, profile.engine.value, recipe.fingerprint()),
            dropped_at=job.dropped_at,
            counter=job.position,
            profile=profile.name,
            uuid=job.id,
            random=_random_of(job.id),
            width=content.width,
            height=content.height,
        )
    )
    # A key never changes once it is planned, unless the source did.
    before = {planned.key for planned in journal.planned(job.id)}
    kept = [key for key in _candidates(rendered, job.position) if key in before] if before else []
    for key in chain(kept, _candidates(rendered, job.position)):
        try:
            journal.reserve(job.id, [PlannedImage(key=key)])
        except KeyTakenError:
            continue
        return key
    raise KeyTakenError(name=source.name, key=rendered)


def _candidates(rendered: str, position: int) -> Iterator[str]:
    """The key and, should another job of the drop hold it, the key with a number: a small one for a few of a name.

    From the tenth on it is the place in the drop, which is nobody else's: a thousand ``cover.jpg`` do not ask for a
    thousand numbers each.
    """
    yield rendered
    for n in (*range(2, _FIRST_PLACE), *range(max(_FIRST_PLACE, position), position + _MOST_NUMBERED)):
        yield numbered(rendered, n)


def _needs_size(job: Job) -> bool:
    return bool({"width", "height"} & PathTemplate.parse(job.snapshot.profile.path_template).variables)


def _dimensions(path: Path) -> tuple[int | None, int | None]:
    """Pixels as shown, upright, read from the header; no pixel is decoded."""
    from PIL import Image, UnidentifiedImageError  # slow to import, and rarely needed

    try:
        with Image.open(path) as image:
            width, height = image.size
            sideways = image.getexif().get(0x0112, 1) in {5, 6, 7, 8}
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return None, None
    return (height, width) if sideways else (width, height)


def _random_of(job_id: str) -> str:
    """32 characters of a-z and 0-9 that stay the same for the job: its key must survive a second plan."""
    number = int.from_bytes(hashlib.sha256(job_id.encode()).digest(), "big")
    letters = "0123456789abcdefghijklmnopqrstuvwxyz"
    drawn = ""
    for _ in range(32):
        number, place = divmod(number, 36)
        drawn += letters[place]
    return drawn
