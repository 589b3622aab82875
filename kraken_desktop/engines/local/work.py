"""What a child process does with a source: read its header, or make its outputs as new files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyvips

from kraken_desktop.engines.local import headers, source_file
from kraken_desktop.engines.local.child import Announce
from kraken_desktop.engines.local.outputs import Outcome, Source
from kraken_desktop.engines.local.protocol import (
    Advanced,
    Limits,
    Made,
    Optimized,
    OptimizeTask,
    Probed,
    ProbeTask,
    Started,
)
from kraken_desktop.model.errors import EngineError, ScratchError, SourceChangedError
from kraken_desktop.model.recipe import Output

# Operations that libvips remembers would only fill the memory of a child that never repeats one.
pyvips.cache_set_max(0)


def run(task: OptimizeTask | ProbeTask, limits: Limits, announce: Announce) -> Optimized | Probed:
    """Do a task.

    Args:
        task: names files; the source is only read.
        limits: what the source, and each output, may ask for.
        announce: told the megapixels to be made, once, before a pixel is decoded; then of each output that is a file.

    Raises:
        SourceError: the source cannot be read, or is not what was planned.
        EngineError: one of its subclasses, or itself for what no encoder can make.
        ScratchError: there is no room for what was made.
    """
    try:
        data = source_file.read(task.source)
        if isinstance(task, OptimizeTask) and task.sha256 and hashlib.sha256(data).hexdigest() != task.sha256:
            raise SourceChangedError(path=task.source)
        header = headers.read(data, task.source, limits)
        if isinstance(task, ProbeTask):
            width, height = header.size
            return Probed(width=width, height=height, frames=header.frames)
        source = Source(data, header, task, limits)
        announce(Started(megapixels=source.megapixels))
        made: list[Made] = []
        for index, output in enumerate(task.outputs):
            made.append(_made(task, index, output, source, limits))
            announce(Advanced(made=len(made)))
        return Optimized(images=tuple(made))
    except EngineError as error:
        # The modules of the formats know bytes, not where they came from.
        error.path = error.path or task.source
        raise


def _made(task: OptimizeTask, index: int, output: Output, source: Source, limits: Limits) -> Made:
    outcome = source.make(output)
    _check(outcome, task, limits)
    path = Path(task.folder) / f"{index}{outcome.extension}"
    try:
        with path.open("xb") as file:
            file.write(outcome.data)
    except OSError as error:
        raise ScratchError(path=task.folder, reason=error.strerror or str(error)) from error
    return Made(
        variant=output.variant,
        path=str(path),
        extension=outcome.extension,
        width=outcome.size[0],
        height=outcome.size[1],
        bytes=len(outcome.data),
        sha256=hashlib.sha256(outcome.data).hexdigest(),
        already_optimal=outcome.already_optimal,
    )


def _check(outcome: Outcome, task: OptimizeTask, limits: Limits) -> None:
    """Raises ``EngineError`` if what was made is not what was planned: such a file must never be published."""
    found = headers.read(outcome.data, task.source, limits)
    if found.extension != outcome.extension:
        raise EngineError(path=task.source, reason=f"made a {found.extension} in place of a {outcome.extension}")
    if found.extension == ".svg":
        return
    # Frames that are alike may have become one, but nothing begins to move.
    if found.size != outcome.size or (found.is_animated and not outcome.is_animated):
        raise EngineError(path=task.source, reason=f"made {found.size}, {found.frames} frames, for {outcome.size}")
