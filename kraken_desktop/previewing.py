"""What a recipe makes of one image, to be looked at before anything is sent: the same engine, the same bytes.

Made in the child for previews, kept on this computer until the next one is made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.model.errors import SourceMissingError, SourceUnreadableError
from kraken_desktop.model.image_types import HEAD_BYTES, sniff
from kraken_desktop.model.job import Source, SourceKind
from kraken_desktop.model.recipe import Output, Recipe

if TYPE_CHECKING:
    from kraken_desktop.engines.local.engine import LocalEngine
    from kraken_desktop.engines.local.protocol import Made, View
    from kraken_desktop.stores.scratch import Scratch

VIEW_SIDE = 1600
"""Pixels of the longer side of what is shown: more than a dialog has, and 10 MB at most."""

Region = tuple[int, int, int, int]
"""Left, top, width, height in pixels of the upright image."""


class Stand(StrEnum):
    """Why a sample picture stands in for the person's own."""

    NOTHING_DROPPED = "nothing_dropped"
    GONE = "gone"
    """What was dropped last is not there any more."""
    ADDRESS = "address"
    """What was dropped last is an address, whose bytes are not on this computer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The image that recipes are tried on."""

    path: Path
    name: str
    stand: Stand | None = None
    """None: it is what was dropped last."""


def subject(newest: Source | None, samples: Sequence[Path]) -> Subject:
    """What was dropped last, or a sample picture in its place. Looks at the disk.

    Args:
        samples: at least one; a photo is preferred, for which recipes differ most.
    """
    if newest is None:
        stand = Stand.NOTHING_DROPPED
    elif newest.kind is SourceKind.URL:
        stand = Stand.ADDRESS
    elif Path(newest.location).exists():
        return Subject(path=Path(newest.location), name=newest.name)
    else:
        stand = Stand.GONE
    path = next((each for each in samples if each.suffix == ".jpg"), samples[0])
    return Subject(path=path, name=path.name, stand=stand)


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """What a recipe made of a source."""

    source_bytes: int
    images: tuple[Made, ...]
    """In the recipe's order; their files are there until the next preview is made."""
    outputs: tuple[Output, ...]
    """What each was to be."""


class Previews:
    """The previews of one place in the window. Thread-safe; everything but ``close`` blocks."""

    def __init__(self, engine: Callable[[], LocalEngine], scratch: Callable[[], Scratch]) -> None:
        self._engine = engine
        self._scratch = scratch
        self._lock = threading.Lock()
        self._kept = ExitStack()
        self._closed = False

    def make(
        self,
        source: Path,
        recipe: Recipe,
        cancel: CancelToken,
        on_made: Callable[[int, int], None] | None = None,
    ) -> Previewed:
        """Everything that the recipe makes of the source. The files of the preview before are gone then.

        Args:
            on_made: called, from this thread, with how many images are made, of how many.

        Raises:
            CancelledError: somebody cancelled, or this was closed.
            KrakenDesktopError: SourceError, EngineError, StoreError or one of their subclasses.
        """
        extension, size = _facts(source)
        with ExitStack() as place:
            folder = place.enter_context(self._scratch().job())
            images = self._engine().optimize(
                source,
                extension=extension,
                recipe=recipe,
                folder=folder,
                cancel=cancel,
                on_made=on_made,
                is_trial=True,
            )
            with self._lock:
                cancel.check()
                if self._closed:
                    raise CancelledError
                before, self._kept = self._kept, place.pop_all()
        before.close()
        return Previewed(source_bytes=size, images=images, outputs=recipe.outputs(extension))

    def look(self, image: Path, cancel: CancelToken, region: Region | None = None) -> View:
        """The pixels of a source, or of a result; at most ``VIEW_SIDE`` both ways.

        Raises:
            As :meth:`make`.
        """
        return self._engine().view(image, side=VIEW_SIDE, region=region, cancel=cancel)

    def close(self) -> None:
        """Remove what is kept; nothing is made any more. Cancel what runs first."""
        with self._lock:
            self._closed = True
            kept, self._kept = self._kept, ExitStack()
        kept.close()


def _facts(source: Path) -> tuple[str, int]:
    """Type and size, by the bytes: the name may lie, and the file may have changed since it was dropped."""
    try:
        if not source.is_file():
            raise SourceMissingError(path=str(source))
        with source.open("rb") as file:
            kind = sniff(file.read(HEAD_BYTES))
        size = source.stat().st_size
    except FileNotFoundError as error:
        raise SourceMissingError(path=str(source)) from error
    except OSError as error:
        raise SourceUnreadableError(path=str(source), reason=error.strerror or str(error)) from error
    # What it is not the engine says, in its own words.
    return (kind.extension if kind is not None else source.suffix.lower()), size
