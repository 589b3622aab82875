"""What the program and its child processes say to each other: frozen values, sent through a pipe.

A task names files; pixels never travel, but for those of a thumbnail or a view. Imports nothing heavy: both sides load
it first.
"""

from __future__ import annotations

from dataclasses import dataclass

from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.model.recipe import KeptMetadata, Output, QualityTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a source may ask for before, and while, it is decoded."""

    pixels: int = 150_000_000
    """Width times height of a still image."""
    animated_pixels: int = 300_000_000
    """Width times height times frames."""
    svg_side: int = 16_384
    """Pixels of a vector image's viewport."""
    inflated_bytes: int = 16 * 1024 * 1024
    """Of each compressed text or profile inside a file."""
    base_seconds: float = 45.0
    seconds_per_megapixel: float = 6.0
    """Wall-clock seconds a task may take: the base, and so much more for each megapixel to be made. A child has the
    lowest claim on the cores, so that a good image takes several times its own seconds on a busy computer."""
    memory: int = 3 * 1024**3
    """Bytes of address space of a child, where the system has such a limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizeTask:
    """Make the outputs of one source; each becomes a new file in ``folder``."""

    source: str
    """Absolute path. Only read."""
    sha256: str = ""
    """Of the source as it was planned, in hex: another one is refused. Empty: whatever it is."""
    extension: str
    """Of the sniffed type, with its dot."""
    outputs: tuple[Output, ...]
    target: QualityTarget
    background: str
    """Behind transparent pixels where the result can have none; ``#rgb`` or ``#rrggbb``."""
    auto_orient: bool
    keep_metadata: frozenset[KeptMetadata]
    folder: str
    """Absolute path of an existing folder of this task's own; the parent removes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTask:
    """Read the dimensions of a source from its header, upright; no pixel is decoded."""

    source: str
    extension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThumbnailTask:
    """Decode a source small: a square of ``size`` pixels, as ``Thumbnail`` has them."""

    source: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewTask:
    """Decode a source, or a part of it, to be looked at closely: as ``View`` has it."""

    source: str
    side: int
    """No side of the answer has more pixels."""
    region: tuple[int, int, int, int] | None = None
    """Left, top, width, height in pixels of the upright image; None: all of it."""


Task = OptimizeTask | ProbeTask | ThumbnailTask | ViewTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One file that an ``OptimizeTask`` made."""

    variant: str
    path: str
    extension: str
    """Of what was really made, with its dot: the content type follows from it."""
    width: int
    height: int
    """Pixels as they are shown, upright; 0 for a vector image without a size of its own."""
    bytes: int
    sha256: str
    """Of the file, in hex."""
    already_optimal: bool = False
    """Nothing smaller was found: the pixels are the source's own, the metadata as the recipe says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimized:
    """The answer to an ``OptimizeTask``, in the order of its outputs."""

    images: tuple[Made, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """The answer to a ``ProbeTask``. Zeros: it has no size of its own."""

    width: int
    height: int
    frames: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """The answer to a ``ThumbnailTask``: ``size`` times ``size`` pixels, premultiplied, B G R A a pixel."""

    pixels: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The answer to a ``ViewTask``: the first frame, upright and in sRGB."""

    width: int
    height: int
    """Of ``pixels``."""
    full_width: int
    full_height: int
    """Of the image; what is drawn of a vector image that has no size of its own."""
    region: tuple[int, int, int, int]
    """What of the image is shown: left, top, width, height."""
    frames: int
    extension: str
    """Of what the file really is, with its dot."""
    pixels: bytes
    """``width`` times ``height`` of them, premultiplied, B G R A a pixel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The child could not do it, and lives on."""

    error: KrakenDesktopError


Reply = Optimized | Probed | Thumbnail | View | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A child begins with a task, and says so again when the header told how much there is to do.

    The time limit runs from the first one on: what a child needs to start is not the image's fault.
    """

    megapixels: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """So many outputs of an ``OptimizeTask`` are files now. Sent once for each of them; no time limit changes by it."""

    made: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a child sends once for each task."""

    reply: Reply
    resident: int
    """Bytes of memory that the child holds; 0 where the system does not tell."""
    trouble: str = ""
    """The traceback of a bug, for the log."""


Message = Started | Advanced | Answer
