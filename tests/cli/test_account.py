"""The account, and a quota that a drop may not fit into, in the terminal; Kraken.io's test server answers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kraken_desktop.cli import forecast, main
from kraken_desktop.composition import Services
from tests.servers.kraken_api import KrakenApi
from tests.servers.kraken_faults import Fault, FaultKind
from tests.servers.s3_handle import StrictS3Handle
from tests.support.gui import write_image
from tests.support.world import World

MB = 1_000_000


@pytest.fixture
def world(kraken_api: KrakenApi, strict_s3: StrictS3Handle, bucket: str) -> World:
    kraken_api.account.plan_name = "Developers"
    kraken_api.account.quota_total, kraken_api.account.quota_used = 500 * MB, 288 * MB
    made = World(home=Path(os.environ["KRAKEN_DESKTOP_HOME"]), s3=strict_s3, api=kraken_api, bucket=bucket)
    services = made.services()
    made.set_up(services)
    services.close()
    return made


@pytest.fixture
def settings(world: World) -> Callable[..., Services]:
    def change(**account: object) -> None:
        services = world.services()
        services.settings.update(lambda now: now.with_account(replace(now.accounts[0], **account)))
        services.close()

    return change


def file_limit(world: World) -> int | None:
    services = world.services()
    limit = services.settings.load().accounts[0].file_limit
    services.close()
    return limit


def large(path: Path, size: int) -> str:
    write_image(path)
    with path.open("r+b") as file:
        file.truncate(size)
    return str(path)


@pytest.mark.parametrize(
    ("total", "used", "told"),
    [
        (500 * MB, 288 * MB, "used: 288 MB of 500 MB\nleft: 212 MB\n"),
        (500 * MB, 503 * MB, "used: 503 MB of 500 MB\nleft: 0 bytes\nover quota: 3.0 MB\n"),
        (0, 12 * MB, "used: 12.0 MB\n"),
    ],
)
def test_status_tells_plan_and_quota(world, capsys, total, used, told):
    world.api.account.quota_total, world.api.account.quota_used = total, used
    assert main(["account", "status"]) == 0
    assert capsys.readouterr().out == f"plan: Developers\nactive: yes\n{told}"


def test_status_as_json(world, capsys):
    world.api.order(Fault(kind=FaultKind.NEGATIVE_QUOTA, endpoint="user_status"))
    assert main(["account", "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "plan": "Developers",
        "active": True,
        "quota_total": 500 * MB,
        "quota_used": 500 * MB + 4096,
        "quota_remaining": -4096,
        "over_quota": 4096,
        "file_limit": None,
    }


def test_the_largest_file_is_told_and_forgotten(world, settings, capsys):
    settings(file_limit=32 * MB)
    assert main(["account", "status"]) == 0
    told = capsys.readouterr()
    assert told.out.endswith("largest file: 32.0 MB\n")
    assert "It is forgotten now, as the plan may have changed." in told.err
    assert file_limit(world) is None
    assert main(["account", "status"]) == 0
    assert "largest" not in capsys.readouterr().out


def test_a_refused_file_teaches_the_limit(world, capsys, tmp_path):
    world.api.limit_bytes = 4000
    assert main(["put", large(tmp_path / "a.png", 5000)]) == 1
    told = capsys.readouterr().err
    assert "Your plan takes files of 4.0 kB at most." in told
    assert "Make it on this computer: kraken-s3 profile edit Web --engine local --uploader local" in told
    assert file_limit(world) == 4000


def test_a_large_put_that_fits_is_told(world, capsys, tmp_path):
    world.api.order(Fault(kind=FaultKind.SUSPENDED, endpoint="upload"))
    assert main(["put", large(tmp_path / "a.png", 21 * MB)]) == 1
    assert capsys.readouterr().err.startswith("This needs about 21.0 MB of the 212 MB left at Kraken.io.\n")


def test_one_that_does_not_fit_is_warned_of_and_the_way_out_is_named(world, capsys, tmp_path):
    world.api.account.quota_used = 490 * MB
    world.api.order(Fault(kind=FaultKind.QUOTA, endpoint="upload", times=None))
    assert main(["put", large(tmp_path / "a.png", 21 * MB)]) == 1
    told = capsys.readouterr().err
    assert told.startswith(
        "The quota of your Kraken.io plan does not suffice.\n"
        "  About 21.0 MB would be needed, and 10.0 MB are left.\n"
        "  Use this computer, or choose a larger plan on kraken.io. "
        "Go on with this computer: kraken-s3 profile edit Web --engine local --uploader local\n"
    )
    assert "The quota of your Kraken.io plan is used up." in told
    assert "Go on with this computer: kraken-s3 profile edit Web --engine local --uploader local" in told


def asked(world: World) -> int:
    return sum(each.endpoint == "user_status" for each in world.api.requests)


def test_several_small_images_that_do_not_fit_are_warned_of_before_the_first_is_sent(world, capsys, tmp_path):
    world.api.account.quota_used = 500 * MB - 7000
    files = [large(tmp_path / f"{name}.png", 4000) for name in "ab"]
    main(["put", *files])
    assert capsys.readouterr().err.startswith(
        "The quota of your Kraken.io plan does not suffice.\n  About 8.0 kB would be needed, and 7.0 kB are left.\n"
    )
    assert world.api.requests[0].endpoint == "user_status"
    assert asked(world) == 1


def test_several_small_images_that_fit_are_no_matter(world, capsys, tmp_path):
    assert main(["put", *(large(tmp_path / f"{name}.png", 4000) for name in "ab")]) == 0
    assert "quota" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("size", "options", "times"), [(4000, [], 0), (MB + 1, [], 1), (21 * MB, [], 1), (21 * MB, ["--sandbox"], 0)]
)
def test_one_question_at_most_and_none_for_one_small_image(world, capsys, tmp_path, size, options, times):
    world.api.order(Fault(kind=FaultKind.EMPTY, endpoint="user_status", times=None))
    assert main(["put", large(tmp_path / "a.png", size), *options]) == 0
    assert "quota" not in capsys.readouterr().err
    assert asked(world) == times


def test_a_put_that_is_not_large_does_not_wait_long_for_the_answer(world, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(forecast, "PATIENCE_SECONDS", 0.1)
    world.api.order(Fault(kind=FaultKind.STALL_ANSWERING, endpoint="user_status"))
    assert main(["put", *(large(tmp_path / f"{name}.png", 4000) for name in "ab")]) == 0
    assert asked(world) == 1
    world.api.clear_faults()
