"""``kraken-s3 profile check`` in a terminal, against real servers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kraken_desktop.cli.program import run
from kraken_desktop.model.profile import Acl, Engine, Uploader
from tests.servers.kraken_api import KrakenApi
from tests.servers.s3_handle import StrictS3Handle
from tests.support.world import World

SetUp = Callable[..., World]


@pytest.fixture
def set_up(
    tmp_path: Path, strict_s3: StrictS3Handle, kraken_api: KrakenApi, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> SetUp:
    def make(**changes: object) -> World:
        world = World(home=tmp_path / "home", s3=strict_s3, api=kraken_api, bucket=bucket)
        services = world.services()
        world.set_up(services, **({"engine": Engine.LOCAL, "uploader": Uploader.LOCAL} | changes))
        services.close()
        monkeypatch.setenv("KRAKEN_DESKTOP_HOME", str(world.home))
        return world

    return make


def test_a_line_a_step(set_up: SetUp, capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    assert run(["profile", "check", "Web"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == "OK: Settings of the profile. Nothing is wrong in what was typed."
    assert lines[-1] == "OK: Removing the test image. The test image is gone again."
    assert len(lines) == 10
    assert err == "The profile “Web” works.\n"


def test_a_problem_with_its_way_out(
    set_up: SetUp, strict_s3: StrictS3Handle, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(bucket=strict_s3.new_bucket(acls_disabled=True), engine=Engine.KRAKEN, uploader=Uploader.KRAKEN)
    assert run(["profile", "check", "Web"]) == 1
    out, err = capsys.readouterr()
    assert "Problem: Storing an image. The bucket has ACLs turned off." in out
    assert "  Let this computer upload: kraken-s3 profile edit Web --uploader local --acl none\n" in err
    assert err.endswith("The profile “Web” does not work as it is.\n")


def test_the_way_out_works(set_up: SetUp, strict_s3: StrictS3Handle, capsys: pytest.CaptureFixture[str]) -> None:
    set_up(bucket=strict_s3.new_bucket(region="eu-west-3"), acl=Acl.PRIVATE)
    assert run(["profile", "check", "Web", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "warning"
    (command,) = [command for step in told["steps"] for command in step["commands"]]
    assert command == "kraken-s3 profile edit Web --region eu-west-3"
    assert run(command.split()[1:]) == 0
    assert run(["profile", "check", "Web", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "ok"


def test_json_says_all(set_up: SetUp, capsys: pytest.CaptureFixture[str]) -> None:
    world = set_up(bucket="nobody-has-this")
    assert run(["profile", "check", "Web", "--json"]) == 1
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert (told["profile"], told["verdict"]) == ("Web", "problem")
    (step,) = [each for each in told["steps"] if each["verdict"] == "problem"]
    assert step["step"] == "bucket"
    assert step["code"] == "bucket.denied"
    assert step["message"].startswith("There is no bucket of that name.")
    assert step["hint"] == "Correct the bucket in the profile, or make it first, then retry."
    assert all(secret not in out + err for secret in world.secrets)


def test_what_was_not_reached_is_one_line(set_up: SetUp, capsys: pytest.CaptureFixture[str]) -> None:
    set_up(endpoint="https://s3.nowhere.invalid")
    assert run(["profile", "check", "Web"]) == 1
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 4
    assert out.splitlines()[-1] == (
        "Not checked, because of what is above: This computer’s clock, Access key and secret, Bucket and region, "
        "Storing an image, Names that are taken, Opening the link, Removing the test image."
    )
    assert "Correct “S3 endpoint” in the profile" in err
    assert run(["profile", "check", "Web", "--json"]) == 1
    assert sum(step["verdict"] == "not_checked" for step in json.loads(capsys.readouterr().out)["steps"]) == 7


def test_an_unknown_profile(set_up: SetUp, capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    assert run(["profile", "check", "Shop"]) == 2
    assert "there is no profile 'Shop'" in capsys.readouterr().err


def test_the_policy_that_is_missing_can_be_printed(set_up: SetUp, capsys: pytest.CaptureFixture[str]) -> None:
    world = set_up(acl=Acl.NONE)
    assert run(["profile", "check", "Web"]) == 1
    told = "  A policy that allows it: kraken-s3 profile policy Web --bucket-policy\n"
    err = capsys.readouterr().err
    assert told in err
    assert run(told.partition("kraken-s3 ")[2].split()) == 0
    policy = json.loads(capsys.readouterr().out)
    assert world.bucket in json.dumps(policy)
