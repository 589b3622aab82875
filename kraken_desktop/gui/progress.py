"""How far a running job is, over all its phases."""

from __future__ import annotations

from kraken_desktop.gui.routes import Route, route_of
from kraken_desktop.model.job import JobState, JobStatus, Phase, SourceKind

_SPANS: dict[Route, dict[Phase, tuple[float, float]]] = {
    Route.KRAKEN: {
        Phase.UPLOADING: (0.0, 1.0),
        Phase.OPTIMIZING: (0.0, 1.0),
        Phase.DOWNLOADING: (1.0, 1.0),
        Phase.STORING: (1.0, 1.0),
    },
    Route.MIXED: {
        Phase.UPLOADING: (0.0, 0.6),
        Phase.OPTIMIZING: (0.0, 0.6),
        Phase.DOWNLOADING: (0.6, 0.8),
        Phase.STORING: (0.8, 1.0),
    },
    Route.LOCAL: {Phase.FETCHING: (0.0, 0.2), Phase.OPTIMIZING: (0.2, 0.8), Phase.STORING: (0.8, 1.0)},
}
"""What part of the way a phase is; its own bytes move from the first figure to the second.

A set is sent to Kraken.io once a format: uploading and optimizing alternate, and share their part.
"""


def share_of(status: JobStatus) -> float:
    """0 to 1."""
    if status.state.ended:
        return 1.0
    progress = status.progress
    if status.state is not JobState.RUNNING or progress is None:
        return 0.0
    if progress.phase in {Phase.CHECKING, Phase.VERIFYING}:
        return 1.0
    route = route_of(status.job.snapshot.profile)
    spans = _SPANS[route]
    first, last = spans.get(progress.phase, (0.0, 0.0))
    if progress.phase is Phase.PLANNING and status.job.source.kind is SourceKind.URL:
        # What has to come here first is here by then.
        first = last = spans.get(Phase.FETCHING, (0.0, 0.0))[1]
    if route is Route.LOCAL and progress.phase is Phase.OPTIMIZING:
        # Its images are counted; elsewhere this engine only frees an original of its metadata.
        moved = progress.made / max(1, progress.outputs)
    elif progress.total > 0:
        moved = min(1.0, progress.sent / progress.total)
    else:
        # Without bytes of its own it is the engine's turn when all that leads there is through.
        moved = 1.0 if progress.phase is Phase.OPTIMIZING else 0.0
    return first + (last - first) * moved
