"""The plan of a job, before its bytes move: what the source is, and the names that its results will have."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain
from pathlib import Path

from kraken_desktop.cancel import CancelToken
from kraken_desktop.file_stamp import FileStamp
from kraken_desktop.model.address_rules import address_trouble
from kraken_desktop.model.errors import (
    KeyTakenError,
    ObjectExistsError,
    ProfileInvalidError,
    SourceEmptyError,
    SourceError,
    SourceMissingError,
    SourceTooLargeError,
    SourceUnreadableError,
)
from kraken_desktop.model.geometry import Size, fixed_size, place
from kraken_desktop.model.image_set import told_apart
from kraken_desktop.model.job import LARGEST_SOURCE, Job, PlannedImage, Progress, Skipped, SourceKind
from kraken_desktop.model.object_key import KeyInputs, PathTemplate, content_digest, numbered
from kraken_desktop.model.profile import Collision, Engine, Severity
from kraken_desktop.model.profile_rules import check_profile
from kraken_desktop.model.recipe import Output, Resize
from kraken_desktop.stores.journal import Journal

DIGEST_METADATA = "kraken-desktop"
"""User metadata that tells what an object was made of, where its key does not."""

_PIECE = 256 * 1024
_FIRST_PLACE = 10
_MOST_NUMBERED = 1_000

Measure = Callable[[Path, str], Size | None]
"""Reads the dimensions of a file with this extension, upright, in pixels; None if it has none."""


Tell = Callable[[Progress], None]
"""Hears how far a job is; called from the job's own thread, often."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A job on its way: what every step of it is handed."""

    job: Job
    cancel: CancelToken
    tell: Tell


class Presence(Enum):
    """What the bucket holds under a key."""

    NOTHING = "nothing"
    SAME = "same"
    """The result of the same source and recipe."""
    MAYBE = "maybe"
    """Something that an earlier try of this job may have left there: told apart when the result is at hand."""
    OTHER = "other"
    SOURCE = "source"
    """The source itself, which is never replaced."""


Look = Callable[[str, str], Presence]
"""What the bucket holds under a key, for a job with this digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What the source is made of when its turn has come."""

    sha256: str
    size: int | None
    width: int | None = None
    height: int | None = None
    stamp: FileStamp | None = None
    """Shows each change of the source since; None where its bytes have to be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One result that is to be made, and the key that is reserved for it."""

    output: Output
    key: str
    replaces: bool = False
    """What is there already is the same, or may be replaced."""
    there: bool = False
    """What is there already is the same: an earlier try left it, or the profile skips what is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All results of a job. Never changes once bytes move."""

    content: Content
    digest: str
    """What ``{hash}`` shows."""
    targets: tuple[Target, ...]
    careful: bool = False
    """What is under the keys could be something else: it is not replaced."""

    @property
    def requests(self) -> tuple[tuple[Target, ...], ...]:
        """The targets by format: Kraken.io converts to one format a request, and charges each request."""
        groups: dict[tuple[str, bool], list[Target]] = {}
        for target in self.targets:
            groups.setdefault((target.output.extension, target.output.converts), []).append(target)
        return tuple(tuple(group) for group in groups.values())


def require_usable(job: Job) -> None:
    """Nothing is sent for a profile that cannot work, nor for an address that the engine cannot reach or name.

    Raises:
        ProfileInvalidError, AddressUnreachableError, UnsafeKeyError: the job can only fail.
    """
    profile, source = job.snapshot.profile, job.source
    for finding in check_profile(profile):
        if finding.severity is Severity.ERROR:
            raise ProfileInvalidError(
                profile=profile.name, field=finding.field, problem=finding.problem, detail=finding.detail
            )
    if source.kind is SourceKind.URL:
        trouble = address_trouble(source.location, profile, job.snapshot.recipe, job.snapshot.account)
        if trouble is not None:
            raise trouble


def examine(job: Job, cancel: CancelToken, measure: Measure) -> Content:
    """Read the source once: what will be sent is known before its name is.

    Raises:
        SourceError: it is missing, unreadable, empty or too large.
        CancelledError: the token was cancelled.
        EngineError: its dimensions are needed for its name, and cannot be read.
    """
    source = job.source
    if source.kind is SourceKind.URL:
        # The bytes never reach us: the address stands for them.
        return Content(sha256=hashlib.sha256(source.location.encode()).hexdigest(), size=None)
    path = Path(source.location)
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb", buffering=0) as file:
            stamp = FileStamp.settled(file.fileno())
            buffer = memoryview(bytearray(_PIECE))
            while count := file.readinto(buffer):
                cancel.check()
                digest.update(buffer[:count])
                size += count
                if size > LARGEST_SOURCE:
                    raise SourceTooLargeError(path=source.location, size=path.stat().st_size, limit=LARGEST_SOURCE)
            if stamp is not None and not stamp.holds(file.fileno()):
                stamp = None
    except FileNotFoundError as error:
        raise SourceMissingError(path=source.location) from error
    except OSError as error:
        raise SourceUnreadableError(path=source.location, reason=error.strerror or "") from error
    if size == 0:
        raise SourceEmptyError(path=source.location)
    dimensions = measure(path, source.extension) if _needs_size(job) else None
    width, height = dimensions or (None, None)
    return Content(sha256=digest.hexdigest(), size=size, width=width, height=height, stamp=stamp)


def outputs_of(job: Job) -> tuple[Output, ...]:
    """Every image to be made of a source, in the recipe's order.

    What type an address really has only Kraken.io sees: a format that the recipe names is always asked for there.
    """
    recipe, source = job.snapshot.recipe, job.source
    outputs = recipe.outputs(source.extension)
    if source.kind is not SourceKind.URL:
        return outputs
    named = [(each.convert or recipe.convert) is not None for each in recipe.variants] or [recipe.convert is not None]
    return tuple(
        replace(output, converts=output.converts or is_named) for output, is_named in zip(outputs, named, strict=True)
    )


def knows_type(job: Job, variant: str) -> bool:
    """Whether the extension of a key tells the type of what is under it: not what an address claims."""
    if job.source.kind is not SourceKind.URL or job.snapshot.profile.engine is Engine.LOCAL:
        return True
    return any(output.converts for output in outputs_of(job) if output.variant == variant)


def digest_of(job: Job, content: Content) -> str:
    """What ``{hash}`` shows: of source, engine and recipe."""
    snapshot = job.snapshot
    return content_digest(content.sha256, snapshot.profile.engine.value, snapshot.recipe.fingerprint())


def digest_as_dropped(job: Job, cancel: CancelToken) -> str:
    """What an earlier try of a job showed as ``{hash}``; empty if its source cannot be read, or changed since the drop.

    Raises:
        CancelledError: the token was cancelled.
    """
    source = job.source
    try:
        content = examine(job, cancel, lambda _path, _extension: None)
        if source.kind is SourceKind.FILE:
            found = Path(source.location).stat()
            if (found.st_size, found.st_mtime_ns) != (source.size, source.mtime_ns):
                return ""
    except (SourceError, OSError):
        return ""
    return digest_of(job, content)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyStored:
    """All results are there under these keys, and the profile skips what is stored."""

    targets: tuple[Target, ...]


def make_plan(job: Job, content: Content, journal: Journal, look: Look | None) -> Plan | AlreadyStored | Skipped:
    """The object keys, reserved and journaled. A second try keeps the keys of the first.

    Args:
        look: what the bucket holds under a key; None if nobody asks.

    Raises:
        TemplateError, UnsafeKeyError, KeyTakenError: no good key can be made.
        ObjectExistsError: the profile wants it so.
        BucketLookupError: ``look``'s; without the right to look nothing is replaced.
    """
    profile, source = job.snapshot.profile, job.source
    template = PathTemplate.parse(profile.path_template)
    digest = digest_of(job, content)
    outputs = outputs_of(job)
    rendered = _rendered(job, content, template, digest, outputs)
    careful = look is not None and not template.unique
    # A key never changes once it is planned, unless the source did.
    before = tuple(planned.key for planned in journal.planned(job.id))
    again = [keys for keys in _candidates(rendered, job.position) if keys == before] if before else []
    for keys in chain(again, _candidates(rendered, job.position)):
        found = [look(key, digest) for key in keys] if careful and look is not None else [Presence.NOTHING] * len(keys)
        verdict = _meets(job, found, planned=keys == before, keys=keys)
        targets = tuple(
            Target(
                output=output,
                key=key,
                replaces=presence not in {Presence.NOTHING, Presence.MAYBE},
                there=presence is Presence.SAME,
            )
            for output, key, presence in zip(outputs, keys, found, strict=True)
        )
        if isinstance(verdict, Skipped):
            return AlreadyStored(targets=targets) if all(target.there for target in targets) else verdict
        if not verdict:
            continue
        images = [PlannedImage(variant=target.output.variant, key=target.key) for target in targets]
        try:
            journal.reserve(job.id, images, digest)
        except KeyTakenError:
            continue
        return Plan(content=content, digest=digest, targets=targets, careful=careful)
    raise KeyTakenError(name=source.name, key=rendered[0])


def _meets(job: Job, found: Sequence[Presence], *, planned: bool, keys: Sequence[str]) -> bool | Skipped:
    """Whether these keys may be used, by the profile's collision rule."""
    if all(presence is Presence.NOTHING for presence in found):
        return True
    # What an interrupted try of this very job left there is the job's own.
    if planned and all(presence in {Presence.NOTHING, Presence.SAME, Presence.MAYBE} for presence in found):
        return True
    match job.snapshot.profile.collision:
        case Collision.SKIP:
            if all(presence in {Presence.NOTHING, Presence.SAME} for presence in found) and Presence.NOTHING in found:
                # A part of the set is there: the rest comes beside it.
                return True
            return Skipped(reason="name_taken", original_bytes=job.source.size)
        case Collision.FAIL:
            taken = next(key for key, presence in zip(keys, found, strict=True) if presence is not Presence.NOTHING)
            profile = job.snapshot.profile
            raise ObjectExistsError(bucket=profile.folder or profile.bucket, key=taken)
        case Collision.OVERWRITE:
            return Presence.SOURCE not in found
        case Collision.RENAME:
            return False


def _rendered(
    job: Job, content: Content, template: PathTemplate, digest: str, outputs: Sequence[Output]
) -> tuple[str, ...]:
    """The key of each output; where the template cannot tell them apart, with the variant's name."""
    source = job.source
    keys = []
    for output in outputs:
        width, height = _planned_size(content, output.resize) or (None, None)
        keys.append(
            template.render(
                KeyInputs(
                    name=source.name,
                    extension=output.extension,
                    folder=source.folder,
                    digest=digest,
                    dropped_at=job.dropped_at,
                    counter=job.position,
                    profile=job.snapshot.profile.name,
                    uuid=job.id,
                    random=_random_of(job.id),
                    variant=output.variant,
                    width=width,
                    height=height,
                )
            )
        )
    return told_apart(keys, [output.variant for output in outputs])


def _candidates(rendered: tuple[str, ...], position: int) -> Iterator[tuple[str, ...]]:
    """The keys and, should one of them be taken, the keys with a number: a small one for a few of a name.

    From the tenth on it is the place in the drop, which is nobody else's: a thousand ``cover.jpg`` do not ask for a
    thousand numbers each.
    """
    yield rendered
    for n in (*range(2, _FIRST_PLACE), *range(max(_FIRST_PLACE, position), position + _MOST_NUMBERED)):
        yield tuple(numbered(key, n) for key in rendered)


def _needs_size(job: Job) -> bool:
    return bool({"width", "height"} & PathTemplate.parse(job.snapshot.profile.path_template).variables)


def _planned_size(content: Content, resize: Resize | None) -> Size | None:
    if content.width is None or content.height is None:
        return fixed_size(resize)
    return place((content.width, content.height), resize).canvas


def _random_of(job_id: str) -> str:
    """32 characters of a-z and 0-9 that stay the same for the job: its key must survive a second plan."""
    number = int.from_bytes(hashlib.sha256(job_id.encode()).digest(), "big")
    letters = "0123456789abcdefghijklmnopqrstuvwxyz"
    drawn = ""
    for _ in range(32):
        number, digit = divmod(number, 36)
        drawn += letters[digit]
    return drawn


def is_unique(job: Job) -> bool:
    """Whether what is under a planned key can only be the same."""
    return PathTemplate.parse(job.snapshot.profile.path_template).unique


def may_replace(job: Job) -> bool:
    """Whether what is under a planned key may be replaced: the profile says so, or it can only be the same."""
    return job.snapshot.profile.collision is Collision.OVERWRITE or is_unique(job)


def looks_before(job: Job) -> bool:
    """Whether the place has to be asked before bytes move: it is a key that others may have.

    A folder is asked even where everything may be replaced: it may hold the source.
    """
    profile = job.snapshot.profile
    return not is_unique(job) and (bool(profile.folder) or profile.collision is not Collision.OVERWRITE)
