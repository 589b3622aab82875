"""The engine on this computer, as the program sees it. Loads no decoder: its children do."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.engines.local.children import Children
from kraken_desktop.engines.local.protocol import (
    Limits,
    Made,
    Optimized,
    OptimizeTask,
    Probed,
    ProbeTask,
    Task,
    Thumbnail,
    ThumbnailTask,
    View,
    ViewTask,
)
from kraken_desktop.model.errors import KrakenDesktopError
from kraken_desktop.model.recipe import Recipe

if TYPE_CHECKING:
    from kraken_desktop.engines.local.child import Handler

_log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
"""A thumbnail, or a look at a header, is worth no more; and others wait behind it."""


class LocalEngine:
    """Optimizes images in child processes: a core is left to the window. Thread-safe.

    Thumbnails and looks at headers have a child of their own, and never wait for an optimization. So has what the
    person only tries out: it waits for no job, and no job for it.
    No child is started before there is work for it.

    Args:
        workers: how many images at the same time; None: the cores less one, at least one.
        limits: what a source may ask for.
        scratch: absolute path of a folder for temporary files; made when needed.
        handler_of: what does a task, in the child; a function that it can import.
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        limits: Limits | None = None,
        scratch: Path,
        handler_of: Callable[[Task], Handler] | None = None,
    ) -> None:
        limits = limits or Limits()
        quick = replace(limits, base_seconds=min(LOOK_SECONDS, limits.base_seconds), seconds_per_megapixel=0.0)
        self.workers = workers or max(1, cores() - 1)
        self._work = Children(
            self.workers, limits=limits, scratch=scratch, name="kraken-desktop images", handler_of=handler_of
        )
        self._looks = Children(
            1, limits=quick, scratch=scratch, name="kraken-desktop thumbnails", handler_of=handler_of
        )

        self._trials = Children(1, limits=limits, scratch=scratch, name="kraken-desktop preview", handler_of=handler_of)

    def optimize(
        self,
        source: Path,
        *,
        extension: str,
        recipe: Recipe,
        folder: Path,
        cancel: CancelToken,
        sha256: str = "",
        on_made: Callable[[int, int], None] | None = None,
        is_trial: bool = False,
    ) -> tuple[Made, ...]:
        """Make every output of a recipe, in its order. Blocks, first until a child is free.

        Args:
            extension: of the source's sniffed type, with its dot.
            folder: of this call's own, there already; the results are new files in it. After an error there may be
                pieces of results in it too.
            sha256: of the source as it was planned, in hex; another one is refused.
            on_made: called, from this thread, with how many outputs are made, of how many: with none of them when a
                child is free, then after each.
            is_trial: for a preview; the same work in the child for those.

        Raises:
            CancelledError: somebody cancelled, or the engine was closed.
            KrakenDesktopError: EngineError, SourceError or one of their subclasses.
        """
        task = OptimizeTask(
            source=str(source.absolute()),
            sha256=sha256,
            extension=extension,
            outputs=recipe.outputs(extension),
            target=recipe.target,
            background=recipe.background,
            auto_orient=recipe.auto_orient,
            keep_metadata=recipe.keep_metadata,
            folder=str(folder.absolute()),
        )

        def tell(made: int) -> None:
            if on_made is not None:
                on_made(made, len(task.outputs))

        lane = self._trials if is_trial else self._work
        reply = lane.run(task, cancel, on_begin=lambda: tell(0), on_made=tell)
        if not isinstance(reply, Optimized):
            raise TypeError(f"{type(reply).__name__} is no answer to an OptimizeTask")
        return reply.images

    def probe(self, source: Path, *, extension: str, cancel: CancelToken) -> Probed:
        """Read the dimensions of a source, upright, from its header. Blocks.

        Raises:
            As :meth:`optimize`.
        """
        reply = self._looks.run(ProbeTask(source=str(source.absolute()), extension=extension), cancel)
        if not isinstance(reply, Probed):
            raise TypeError(f"{type(reply).__name__} is no answer to a ProbeTask")
        return reply

    def thumbnail(self, source: Path | str, size: int, cancel: CancelToken | None = None) -> bytes | None:
        """A square of ``size`` times ``size`` pixels, premultiplied, B G R A. Blocks.

        None if it cannot be made, not in time, or not any more.
        """
        try:
            reply = self._looks.run(ThumbnailTask(source=os.fspath(source), size=size), cancel or CancelToken())
        except CancelledError:
            return None
        except KrakenDesktopError as error:
            _log.info("no thumbnail: %s %s", error.code, error.facts.get("reason", ""))
            return None
        return reply.pixels if isinstance(reply, Thumbnail) else None

    def view(
        self,
        source: Path,
        *,
        side: int,
        region: tuple[int, int, int, int] | None = None,
        cancel: CancelToken,
    ) -> View:
        """Decode a source, or a result, to be looked at closely; in the child for previews. Blocks.

        Args:
            side: no side of the answer has more pixels; what is larger is made smaller, nothing is enlarged.
            region: left, top, width, height in pixels of the upright image; None: all of it.

        Raises:
            As :meth:`optimize`.
        """
        task = ViewTask(source=str(source.absolute()), side=side, region=region)
        reply = self._trials.run(task, cancel)
        if not isinstance(reply, View):
            raise TypeError(f"{type(reply).__name__} is no answer to a ViewTask")
        return reply

    def close(self) -> None:
        """End all children, whatever they do, within a second or so; blocked calls end with CancelledError."""
        for lane in (self._work, self._looks, self._trials):
            lane.close()


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
