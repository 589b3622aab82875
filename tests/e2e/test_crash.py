"""``kill -9`` in the middle of a drop: at the next start the queue is back, and nothing is paid for twice."""

from __future__ import annotations

import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kraken_desktop.model.job import Failure, JobState, JobStatus
from kraken_desktop.runner_roles import Hold
from tests.e2e.test_cli import COMMAND, environment, found_anywhere, set_up
from tests.servers.images import ImageKind, make_set
from tests.servers.kraken_api import KrakenApi
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.s3_handle import StrictS3Handle
from tests.support.world import World


class _Heard:
    def __init__(self) -> None:
        self.statuses: dict[str, JobStatus] = {}

    def job_changed(self, status: JobStatus) -> None:
        self.statuses[status.job.id] = status

    def queue_paused(self, why: Failure | None) -> None:
        assert why is None, why

    def queue_suspended(self, suspended: bool) -> None:
        assert not suspended

    def queue_held(self, holds: tuple[Hold, ...]) -> None:
        assert not holds, holds


@pytest.mark.parametrize("kind", [FaultKind.STALL_ANSWERING, FaultKind.STALL_READING])
def test_a_killed_drop_is_finished_at_the_next_start(
    home: Path, strict_s3: StrictS3Handle, kraken_api: KrakenApi, bucket: str, tmp_path: Path, kind: FaultKind
) -> None:
    world = World(home / "kraken", strict_s3, kraken_api, bucket)
    set_up(world)
    files = make_set(tmp_path / "images", 12, kinds=[ImageKind.JPEG, ImageKind.PNG])
    if kind is FaultKind.STALL_READING:
        # More than fits into the sockets: these have not left when the program dies.
        for path in files[4:8]:
            path.write_bytes(path.read_bytes() + b"\0" * 12_000_000)
    for number in range(4, 8):
        world.api.order(Fault(kind=kind, endpoint="upload", name=f"image-{number:03}*"))
    with subprocess.Popen([*COMMAND, "put", *map(str, files)], env=environment(world)) as program:
        world.api.wait_until(lambda seen: sum(each.fault is kind for each in seen) == 4, 60)
        if kind is FaultKind.STALL_ANSWERING:
            world.api.wait_until(lambda seen: sum(each.sha256 is not None for each in seen) == 8, 60)
        program.kill()
    world.api.clear_faults()

    services, heard = world.services(**world.variables()), _Heard()
    recovered = services.recover()
    assert {each.job.source.name for each in recovered} == {path.name for path in files[4:]}
    with ThreadPoolExecutor(4) as pool:
        runner = services.runner(pool, heard, 4)
        runner.resume_jobs(recovered)
        assert runner.wait_idle(60)
        runner.close()
    services.close()
    assert [status.state for status in heard.statuses.values()] == [JobState.DONE] * 8
    assert len(world.s3.keys(world.bucket)) == 12
    whole = Counter(each.file_name for each in world.api.uploads if each.sha256 is not None)
    assert whole == Counter({f"{path.stem}{path.suffix}": 1 for path in files}), "sent whole once each"
    assert found_anywhere(home, world.secrets) == []
