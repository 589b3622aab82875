"""``kraken-s3 profile check`` as a process, interrupted as a person does it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kraken_desktop.model.profile import Engine, Uploader
from tests.servers.kraken_api import KrakenApi
from tests.servers.s3_handle import StrictS3Handle
from tests.servers.strict_s3 import S3Fault
from tests.support.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(os.name == "nt", reason="sends SIGINT")]


IN_THE_BACKGROUND = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]
"""As a shell starts what it does not wait for."""


@pytest.mark.parametrize("start", [[], IN_THE_BACKGROUND], ids=["foreground", "background"])
def test_ctrl_c_ends_it_at_once_and_leaves_nothing(
    tmp_path: Path, strict_s3: StrictS3Handle, kraken_api: KrakenApi, bucket: str, start: list[str]
) -> None:
    world = World(home=tmp_path / "home", s3=strict_s3, api=kraken_api, bucket=bucket)
    services = world.services()
    world.set_up(services, engine=Engine.LOCAL, uploader=Uploader.LOCAL)
    services.close()
    strict_s3.order(S3Fault(method="PUT", stored=True, stall=60))
    process = subprocess.Popen(
        [*start, sys.executable, "-m", "kraken_desktop.cli", "profile", "check", "Web"],
        env={**os.environ, **world.environ, **world.variables()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    woken = threading.Event()
    while not any(each["method"] == "PUT" and each["key"] for each in strict_s3.requests(bucket)):
        assert process.poll() is None
        woken.wait(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert out.splitlines()[-1] == "OK: Removing the test image. The test image is gone again."
    assert err == "The check of “Web” was stopped.\n"
    assert strict_s3.keys(bucket) == ()
