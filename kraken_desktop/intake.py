"""From dropped things to sources: expands folders, looks at what each file is, refuses with a reason.

Nothing is written, no special file is ever opened, and the walk is lazy: the first image is there long before
the last folder was seen. Blocking; never on the window's thread.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from kraken_desktop.buckets.places import Identity, Places, identities, identity
from kraken_desktop.model.errors import (
    SourceError,
    SourceMissingError,
    SourceTooLargeError,
    SourceUnreadableError,
    UnsupportedTypeError,
)
from kraken_desktop.model.image_types import IMAGE_EXTENSIONS, OTHER_IMAGES, ImageType, extension_by_name, sniff
from kraken_desktop.model.job import Source, SourceKind
from kraken_desktop.model.web_address import ascii_form, name_of, problem_of, same_form
from kraken_desktop.source_files import examine, path_of, printable, trouble

__all__ = [
    "ImageType",
    "LeftOut",
    "LeftOutReason",
    "Refused",
    "Repeated",
    "expand",
    "natural_key",
    "sniff",
]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/", re.ASCII)
_LOOK_EVERY = 64


class LeftOutReason(StrEnum):
    """Why a file inside a dropped folder is passed over without a word of its own."""

    HIDDEN = "hidden"
    """A file or folder whose name begins with a dot."""
    STORED = "stored"
    """What this program stored itself: a file in a folder bucket, or such a folder."""
    PDF = "pdf"
    OTHER_IMAGE = "other_image"
    """An image, but of a type that we cannot work on, such as TIFF."""
    NOT_AN_IMAGE = "not_an_image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something that was meant to be used, and cannot be."""

    location: str
    """As it was given, without a password; or the path of a file inside a dropped folder."""
    name: str
    """To be shown."""
    error: SourceError


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """How many things inside one dropped folder were passed over; comes after the folder's last source."""

    folder: str
    """The dropped folder's name."""
    counts: tuple[tuple[LeftOutReason, int], ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(count for _, count in self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """How often an address was there that had been there already; comes last."""

    count: int


def expand(
    dropped: Iterable[str | Path],
    *,
    typed: bool = False,
    buckets: Collection[Path] = (),
    copies: Collection[Path] = (),
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Source | Refused | LeftOut | Repeated]:
    """Turn what was dropped, pasted or typed into sources, in the given order.

    Args:
        dropped: paths, ``file:`` URLs, and http(s) addresses. Folders are walked to the bottom: files
            before folders, each in natural order (``img2`` before ``img10``).
        typed: the person typed the addresses, so that they may lead into a private network.
        buckets: folders that profiles store into. Nothing in them is a source, however it is reached.
        copies: folders that get local copies, and may well be where the sources are. They are left out of
            a folder above them, and used when they, or something in them, is dropped itself.
        cancelled: asked often; once it says yes, nothing more comes.

    The same file counts once, however it is reached; so does the same folder, and loops of links end.
    Inside a folder, what is left out is counted; dropped by itself, it is refused with its reason.
    """
    walk = _Walk(cancelled, buckets=Places(buckets), copies=identities(copies), typed=typed)
    for thing in dropped:
        if cancelled():
            return
        yield from walk.take(thing)
    if walk.repeated:
        yield Repeated(count=walk.repeated)


def natural_key(name: str) -> tuple[tuple[int | str, ...], str, str]:
    """Sorts names as people do: numbers by value, capitals beside small letters, the extension last."""
    parts = re.split(r"([0-9]+)", Path(name).stem.casefold())
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts)), Path(name).suffix, name


@dataclass(slots=True)
class _Folder:
    """What is still to be seen of one folder."""

    folder: str
    files: Iterator[os.DirEntry[str]]
    folders: Iterator[os.DirEntry[str]]


@dataclass(slots=True)
class _Walk:
    """One drop; remembers what it has met."""

    cancelled: Callable[[], bool]
    buckets: Places
    copies: frozenset[Identity]
    typed: bool
    repeated: int = 0
    seen: set[str] = field(default_factory=set)
    visited: set[Identity] = field(default_factory=set)

    def take(self, thing: str | Path) -> Iterator[Source | Refused | LeftOut]:
        text = str(thing)
        address = text.strip()
        path: str | None = text
        scheme = _SCHEME.match(address) if isinstance(thing, str) else None
        if scheme is not None and not os.path.lexists(text):
            if scheme[1].lower() in {"http", "https"}:
                yield from self._address(address)
                return
            path = path_of(address) if scheme[1].lower() == "file" else None
        if path is None or not path:
            error = UnsupportedTypeError(path=text, detected="address")
            yield Refused(location=text, name=printable(text), error=error if text else SourceMissingError(path=text))
            return
        yield from self._path(Path(path))

    def _address(self, url: str) -> Iterator[Source | Refused]:
        error = problem_of(url)
        same = url if error is not None else same_form(url)
        if same in self.seen:
            self.repeated += 1
            return
        self.seen.add(same)
        if error is not None:
            name = error.path if error.detected.startswith("address") else name_of(url)
            yield Refused(location=error.path, name=printable(name), error=error)
            return
        name = name_of(url)
        yield Source(
            kind=SourceKind.URL,
            location=ascii_form(url),
            name=name,
            extension=extension_by_name(name),
            typed=self.typed,
        )

    def _path(self, given: Path) -> Iterator[Source | Refused | LeftOut]:
        path = str(given.absolute())
        try:
            if ".." in given.parts:
                # Only then: a link keeps its own name.
                path = os.path.realpath(path)
            about = Path(path).stat()
        except (OSError, ValueError) as error:
            if self._is_new(path):
                yield _refused(path, trouble(path, error))
            return
        if stat.S_ISDIR(about.st_mode):
            yield from self._walk(path, about)
            return
        real = os.path.realpath(path)
        if not self._is_new(real):
            return
        if Path(path).name.startswith("."):
            yield _refused(path, UnsupportedTypeError(path=path, detected="hidden"))
        elif self.buckets.hold(os.path.dirname(real)):
            yield _refused(path, UnsupportedTypeError(path=path, detected="stored"))
        else:
            found = examine(path, about, folder="")
            yield _refused(path, found) if isinstance(found, SourceError) else found

    def _is_new(self, path: str) -> bool:
        known = os.path.normcase(path)
        if known in self.seen:
            return False
        self.seen.add(known)
        return True

    def _walk(self, top: str, about: os.stat_result) -> Iterator[Source | Refused | LeftOut]:
        left_out: Counter[LeftOutReason] = Counter()
        name = printable(Path(top).name)
        pending: list[_Folder] = []
        yield from self._enter(top, about, name, pending, left_out)
        while pending:
            here = pending[-1]
            for entry in here.files:
                if self.cancelled():
                    return
                yield from self._file(entry, here.folder, left_out)
            if self.cancelled():
                return
            below = next(here.folders, None)
            if below is None:
                pending.pop()
                continue
            inside = f"{here.folder}/{printable(below.name)}" if here.folder else printable(below.name)
            try:
                about = Path(below.path).stat()
            except OSError as error:
                yield _refused(below.path, trouble(below.path, error))
                continue
            yield from self._enter(below.path, about, inside, pending, left_out)
        if self.cancelled():
            return
        if left_out:
            counts = tuple((reason, left_out[reason]) for reason in LeftOutReason if left_out[reason])
            yield LeftOut(folder=name, counts=counts)

    def _enter(
        self,
        path: str,
        about: os.stat_result,
        folder: str,
        pending: list[_Folder],
        left_out: Counter[LeftOutReason],
    ) -> Iterator[Refused]:
        """List one folder and put it on the pile, unless it was there before."""
        known = identity(path, about)
        if known in self.visited:
            return
        self.visited.add(known)
        below_the_top = bool(pending)
        if (below_the_top and known in self.copies) or self.buckets.hold(os.path.realpath(path)):
            left_out[LeftOutReason.STORED] += 1
            return
        files: list[os.DirEntry[str]] = []
        folders: list[os.DirEntry[str]] = []
        try:
            with os.scandir(path) as entries:
                for count, entry in enumerate(entries):
                    if count % _LOOK_EVERY == 0 and self.cancelled():
                        return
                    if entry.name.startswith("."):
                        left_out[LeftOutReason.HIDDEN] += 1
                    else:
                        (folders if _is_folder(entry) else files).append(entry)
        except OSError as error:
            yield _refused(path, trouble(path, error))
        files.sort(key=lambda entry: natural_key(entry.name))
        folders.sort(key=lambda entry: natural_key(entry.name))
        pending.append(_Folder(folder=folder, files=iter(files), folders=iter(folders)))

    def _file(
        self, entry: os.DirEntry[str], folder: str, left_out: Counter[LeftOutReason]
    ) -> Iterator[Source | Refused]:
        real = os.path.realpath(entry.path)
        if not self._is_new(real):
            return
        if self.buckets.hold(os.path.dirname(real)):
            left_out[LeftOutReason.STORED] += 1
            return
        try:
            found = examine(entry.path, Path(entry.path).stat(), folder=folder)
        except OSError as error:
            found = trouble(entry.path, error)
        if isinstance(found, Source):
            yield found
            return
        reason = _reason_to_leave_out(entry.name, found)
        if reason is None:
            yield _refused(entry.path, found)
        else:
            left_out[reason] += 1


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # Such as a link that leads in a circle.
        return False


def _refused(path: str, error: SourceError) -> Refused:
    return Refused(location=path, name=printable(Path(path).name or path), error=error)


def _reason_to_leave_out(name: str, error: SourceError) -> LeftOutReason | None:
    """Why a file inside a folder needs no word of its own; None if its name claims to be an image."""
    claims = Path(name).suffix.lower() in IMAGE_EXTENSIONS
    if claims or isinstance(error, SourceTooLargeError | SourceUnreadableError):
        return None
    detected = error.detected if isinstance(error, UnsupportedTypeError) else ""
    if detected == "pdf":
        return LeftOutReason.PDF
    return LeftOutReason.OTHER_IMAGE if detected in OTHER_IMAGES else LeftOutReason.NOT_AN_IMAGE
