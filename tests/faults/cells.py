"""The matrix as data: what goes wrong, on which route, and what has to come of it in the window and in the terminal.

Read a line as: *this fault, on this route, meets these files; in the window they end so, in the terminal so.*
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.faults.books import DONE, Fate
from tests.faults.scene import Scene
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.strict_s3 import S3Fault
from tests.support.stage import FETCHED, HERE, PUSHED

LARGE = 8_000_000
"""Bytes: more than fits into the sockets, so that a break is felt while they leave."""


class End(StrEnum):
    """How a fault ends."""

    BY_ITSELF = "by itself"
    """Nobody has to do anything, whatever becomes of the jobs."""
    HELD = "held"
    """The jobs wait until it is over, and go on by themselves."""
    PAUSED = "paused"
    """The queue stops with one message, and goes on when the person mended it."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What has to come of the files that a fault meets."""

    fate: Fate
    end: End = End.BY_ITSELF
    again: Fate | None = None
    """If a person then tries the failed ones again: their fates. None: nobody does."""


Provoke = Callable[[Scene], None]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One row of the matrix."""

    fault: str
    route: str
    provoke: Provoke
    window: Expected
    terminal: Expected
    meets_all: bool = False
    """The fault meets every file of the drop, not only some."""
    large: bool = False
    """The files that it meets are large."""
    gate: bool = False
    """Part of the short run as well."""

    @property
    def profile(self) -> dict[str, Any]:
        return ROUTES[self.route]

    def __str__(self) -> str:
        return f"{self.fault}, {self.route}"


ROUTES: dict[str, dict[str, Any]] = {"route 1": PUSHED, "route 2": FETCHED, "route 3": HERE}

# --- how it ends -----------------------------------------------------------------------------------


def done(whole: int = 1, charged: int = 1) -> Expected:
    """The program helps itself."""
    return Expected(fate=Fate(whole=whole, charged=charged))


def fails(code: str, whole: int, charged: int, *, retry: Fate | None = None) -> Expected:
    """With this code; ``retry``: what then comes of a person's retry, all tries together."""
    return Expected(fate=Fate(outcome=code, whole=whole, charged=charged), again=retry)


def held() -> Expected:
    """Everything waits, and goes on by itself."""
    return Expected(fate=Fate(), end=End.HELD)


def paused(whole: int = 1, charged: int = 1, asked_for: int = 0) -> Expected:
    """The queue stops, with one message and one button."""
    return Expected(fate=Fate(whole=whole, charged=charged, asked_for=asked_for), end=End.PAUSED)


def _alike(fault: str, route: str, provoke: Provoke, expected: Expected, **more: Any) -> Cell:
    return Cell(fault=fault, route=route, provoke=provoke, window=expected, terminal=expected, **more)


# --- what goes wrong -------------------------------------------------------------------------------


def unplugged(scene: Scene) -> None:
    scene.on_mend(scene.wire(plugged=False).plug)


def api(kind: FaultKind, **more: Any) -> Provoke:
    """Kraken.io misbehaves for some of the files; once each, unless ``times`` says otherwise."""

    def provoke(scene: Scene) -> None:
        for path in scene.some():
            scene.order(Fault(kind=kind, **{"endpoint": "upload", "name": f"{path.stem}.*", **more}))

    return provoke


def api_for_all(kind: FaultKind, **more: Any) -> Provoke:
    return lambda scene: scene.order(Fault(kind=kind, **{"endpoint": "upload", "times": None, **more}))


def s3(**fault: Any) -> Provoke:
    """S3 misbehaves for some of the files."""

    def provoke(scene: Scene) -> None:
        for path in scene.some():
            scene.order_s3(S3Fault(**{"method": "PUT", "key": f"*{path.stem}*", **fault}))

    return provoke


def s3_breaks_off(scene: Scene) -> None:
    scene.wire().break_after(LARGE // 4, times=1)


def quota_used_up(scene: Scene) -> None:
    scene.order(Fault(kind=FaultKind.QUOTA, endpoint="upload", times=None))
    account = scene.world.api.account

    def renewed() -> None:
        account.quota_used = sum(each.file_size or 0 for each in scene.world.api.uploads if each.charged)

    scene.on_mend(renewed)


def full_folder(scene: Scene) -> None:
    """The folder in the place of a bucket is on a disk that is full."""
    disk = scene.small_disk()
    scene.profile["folder"] = str(disk.path / "pictures")
    (disk.path / "pictures").mkdir()
    disk.fill()


def full_scratch(scene: Scene) -> None:
    """Where results wait to be stored there is no room."""
    disk = scene.small_disk()
    (disk.path / "work").mkdir()
    cache = scene.world.home / "cache"
    cache.mkdir(parents=True)
    (cache / "work").symlink_to(disk.path / "work")
    # Folders and empty files take no block there.
    disk.fill()


# --- the matrix ------------------------------------------------------------------------------------

_LATER = {"Retry-After": "60"}
"""Longer than the bucket itself is patient: the queue tries again."""

CELLS: tuple[Cell, ...] = (
    # No network. The window waits for as long as it takes; the terminal gives up after its tries.
    *(
        Cell(
            fault=fault,
            route=route,
            provoke=provoke,
            meets_all=True,
            window=held(),
            terminal=fails(code, whole=0, charged=0),
            gate=route == "route 1",
        )
        for fault, provoke, code in (
            ("connect refused", unplugged, "transport.connect"),
            ("DNS failure", Scene.forget_host, "transport.name_lookup"),
        )
        for route in ROUTES
    ),
    # Somebody in between: never worked around.
    *(
        Cell(
            fault="TLS failure",
            route=route,
            provoke=Scene.untrusted,
            meets_all=True,
            window=paused(),
            terminal=fails("transport.tls", whole=0, charged=0),
            gate=route == "route 2",
        )
        for route in ROUTES
    ),
    # What did not leave whole is sent again.
    _alike("reset while sending", "route 1", api(FaultKind.RESET_IN_UPLOAD), done(), large=True, gate=True),
    _alike("reset while sending", "route 2", api(FaultKind.RESET_IN_UPLOAD), done(), large=True),
    _alike("reset at once", "route 1", api(FaultKind.RESET_AT_START), done(), large=True),
    _alike("reset while sending", "route 3", s3_breaks_off, done(), large=True),
    # All had left: on route 1 the object is looked for; on route 2 only the person may send it again.
    _alike("stall while answering", "route 1", api(FaultKind.STALL_ANSWERING), done(), gate=True),
    _alike(
        "stall while answering",
        "route 2",
        api(FaultKind.STALL_ANSWERING),
        fails("fate.unknown", whole=1, charged=1, retry=Fate(whole=2, charged=2, asked_for=1)),
    ),
    _alike(
        "stall while answering, nothing done",
        "route 1",
        api(FaultKind.STALL_ANSWERING, work=False),
        fails("fate.unknown", whole=1, charged=0, retry=Fate(whole=2, charged=1, asked_for=1)),
    ),
    _alike("stall while answering", "route 3", s3(stall=60, stored=True, status=0), done()),
    _alike("reset after sending", "route 1", api(FaultKind.RESET_AFTER_BODY), done()),
    _alike(
        "reset after sending",
        "route 2",
        api(FaultKind.RESET_AFTER_BODY),
        fails("fate.unknown", whole=1, charged=1, retry=Fate(whole=2, charged=2, asked_for=1)),
    ),
    _alike("reset after sending", "route 3", s3(reset=True, stored=True), done()),
    # Slow is not wrong, until it ends nowhere.
    _alike("slow drip", "route 1", api(FaultKind.DRIP, bytes_a_second=600), done(), gate=True),
    _alike("slow drip", "route 2", api(FaultKind.DRIP, bytes_a_second=600), done()),
    _alike("endless drip", "route 1", api(FaultKind.DRIP, bytes_a_second=5), done()),
    _alike(
        "endless drip",
        "route 2",
        api(FaultKind.DRIP, bytes_a_second=5),
        fails("fate.unknown", whole=1, charged=1, retry=Fate(whole=2, charged=2, asked_for=1)),
    ),
    _alike("slow reading", "route 1", api(FaultKind.SLOW_READING, bytes_a_second=40_000), done()),
    # A file that the plan does not take costs itself alone.
    _alike("413 early", "route 1", api(FaultKind.TOO_LARGE), fails("kraken.file_too_large", 0, 0), large=True),
    _alike(
        "413 early",
        "route 2",
        api(FaultKind.TOO_LARGE, polite=False),
        fails("kraken.file_too_large", 0, 0),
        large=True,
        gate=True,
    ),
    # Too fast: everybody waits, and nobody fails.
    _alike("429 (rate)", "route 1", api(FaultKind.RATE_LIMIT, times=2), done(whole=3), gate=True),
    _alike("429 (rate)", "route 2", api(FaultKind.RATE_LIMIT, times=2, retry_after="20"), done(whole=3)),
    # Nothing left: stop, once.
    *(
        Cell(
            fault="429 (quota)",
            route=route,
            provoke=quota_used_up,
            meets_all=True,
            window=paused(whole=2),
            terminal=fails("kraken.quota", whole=1, charged=0),
            gate=route == "route 1",
        )
        for route in ("route 1", "route 2")
    ),
    # Their own trouble passes.
    _alike("500 twice then success", "route 1", api(FaultKind.STATUS, times=2), done(whole=3)),
    _alike("500 twice then success", "route 2", api(FaultKind.STATUS, times=2), done(whole=3), gate=True),
    _alike(
        "500 twice then success",
        "route 3",
        s3(status=500, code="InternalError", times=2),
        done(),
    ),
    _alike("500 for ever", "route 1", api(FaultKind.STATUS, times=None), fails("kraken.server_fault", 4, 0)),
    _alike("502 HTML", "route 1", api(FaultKind.HTML), done(whole=2), gate=True),
    _alike("502 HTML", "route 2", api(FaultKind.HTML), done(whole=2)),
    _alike("502 HTML", "route 3", s3(status=502, code="<html>", times=3), done()),
    # An answer that cannot be read is none.
    _alike("malformed JSON", "route 1", api(FaultKind.MALFORMED), done()),
    _alike(
        "malformed JSON",
        "route 2",
        api(FaultKind.MALFORMED),
        fails("fate.unknown", whole=1, charged=1, retry=Fate(whole=2, charged=2, asked_for=1)),
        gate=True,
    ),
    _alike("wrong length", "route 1", api(FaultKind.LONG_LENGTH), done(), gate=True),
    _alike(
        "wrong length",
        "route 2",
        api(FaultKind.LONG_LENGTH),
        fails("fate.unknown", whole=1, charged=1, retry=Fate(whole=2, charged=2, asked_for=1)),
    ),
    _alike("wrong length of the result", "route 2", api(FaultKind.LONG_LENGTH, endpoint="download"), done()),
    _alike("cut short", "route 1", api(FaultKind.CUT), done()),
    _alike("cut result", "route 2", api(FaultKind.CUT, endpoint="download"), done()),
    _alike("500 for the result", "route 2", api(FaultKind.STATUS, endpoint="download", times=2), done()),
    # A refusal of one image.
    _alike("200 with success:false", "route 1", api(FaultKind.UNSUCCESSFUL), fails("kraken.refused", 1, 0), gate=True),
    _alike("200 with success:false", "route 2", api(FaultKind.UNSUCCESSFUL), fails("kraken.refused", 1, 0)),
    # S3 says no: to Kraken.io, which was paid for it, and to us.
    Cell(
        fault="S3 refusal: no right",
        route="route 1",
        provoke=lambda scene: scene.as_somebody_else(may_write=False),
        meets_all=True,
        window=paused(whole=2, charged=2, asked_for=1),
        terminal=fails("kraken.store_denied", 1, 1),
        gate=True,
    ),
    *(
        Cell(
            fault="S3 refusal: no right",
            route=route,
            provoke=lambda scene: scene.as_somebody_else(may_write=False),
            meets_all=True,
            window=paused(),
            terminal=fails("bucket.denied", 1, 1),
        )
        for route in ("route 2", "route 3")
    ),
    # A push that was refused is paid for, and so is the next one.
    _alike(
        "S3 refusal: slow down",
        "route 1",
        s3(status=503, code="SlowDown", times=1),
        fails("kraken.store_busy", 1, 1),
    ),
    *(
        _alike(
            "S3 refusal: slow down",
            route,
            s3(status=503, code="SlowDown", headers=_LATER, times=1),
            done(),
        )
        for route in ("route 2", "route 3")
    ),
    _alike(
        "S3 refusal: one object",
        "route 3",
        s3(status=400, code="InvalidRequest", message="No.", times=None),
        fails("bucket.refused", 0, 0),
    ),
    # No room.
    Cell(
        fault="disk full: folder",
        route="route 3",
        provoke=full_folder,
        meets_all=True,
        window=paused(),
        terminal=fails("bucket.folder", whole=0, charged=0),
        gate=True,
    ),
    *(
        Cell(
            fault="disk full: scratch",
            route=route,
            provoke=full_scratch,
            meets_all=True,
            window=paused(),
            terminal=fails("store.scratch", whole=1, charged=1),
        )
        for route in ("route 2", "route 3")
    ),
    # Nobody opens the keyring.
    *(
        Cell(
            fault="keyring locked",
            route=route,
            provoke=Scene.locked_keyring,
            meets_all=True,
            window=paused(),
            terminal=fails("secret.locked", whole=0, charged=0),
            gate=route == "route 1",
        )
        for route in ROUTES
    ),
)

ids = [str(cell) for cell in CELLS]
assert len(set(ids)) == len(ids)
assert all(cell.window.fate.outcome == DONE or cell.window.end is End.BY_ITSELF for cell in CELLS)
