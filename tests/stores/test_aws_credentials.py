"""Keys from the AWS configuration of a home of the test's own; who has to be asked answers on loopback."""

from __future__ import annotations

import json
import sys
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.cancel import CancelledError, CancelToken
from kraken_desktop.model.errors import AwsProfileError
from kraken_desktop.model.s3_keys import S3Keys
from kraken_desktop.stores.aws_credentials import AwsProfiles
from tests.support.raw_server import Peer, RawServer

CANARY = "CANARY/secret+77af"


@pytest.fixture
def config(home: Path) -> Path:
    (home / ".aws").mkdir()
    return home / ".aws/config"


def program(folder: Path, told: Any, *, before: str = "", name: str = "program") -> str:
    """A program that says so, and keeps count of its runs."""
    path, count = folder / f"{name}.py", folder / f"{name}.count"
    text = told if isinstance(told, str) else json.dumps(told)
    path.write_text(f"open({str(count)!r}, 'a').write('x')\n{before}\nprint({text!r})\n", encoding="utf-8")
    return f'"{sys.executable}" "{path}"'.replace("\\", "\\\\")


def runs(folder: Path, name: str = "program") -> int:
    return len((folder / f"{name}.count").read_text())


def temporary(minutes: float, key: str = "ASIA1") -> dict[str, Any]:
    end = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
    return {"Version": 1, "AccessKeyId": key, "SecretAccessKey": CANARY, "SessionToken": "token", "Expiration": end}


def test_lasting_keys_are_read_anew_each_time(config: Path) -> None:
    credentials = config.with_name("credentials")
    profiles = AwsProfiles()
    for secret in ("one", "two"):
        credentials.write_text(f"[default]\naws_access_key_id = AKIA1\naws_secret_access_key = {secret}\n")
        assert profiles.keys("default") == S3Keys(access_key="AKIA1", secret=secret)
    config.write_text("[profile work]\naws_access_key_id = AKIA2\naws_secret_access_key = x\naws_session_token = t\n")
    assert profiles.keys("work") == S3Keys(access_key="AKIA2", secret="x", session_token="t")


def test_the_environment_does_not_go_before_a_profile_that_was_named(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text("[profile work]\naws_access_key_id = AKIA2\naws_secret_access_key = x\n")
    for name, value in {"AWS_ACCESS_KEY_ID": "other", "AWS_SECRET_ACCESS_KEY": "y", "AWS_PROFILE": "else"}.items():
        monkeypatch.setenv(name, value)
    assert AwsProfiles().keys("work").access_key == "AKIA2"


def test_a_program_is_run_again_only_when_its_keys_end(config: Path, tmp_path: Path) -> None:
    lasting = program(tmp_path, temporary(60))
    config.write_text(
        f"[profile lasting]\ncredential_process = {lasting}\n"
        f"[profile ending]\ncredential_process = {program(tmp_path, temporary(9), name='ending')}\n"
    )
    profiles = AwsProfiles()
    first = profiles.keys("lasting")
    assert (first.access_key, first.secret, first.session_token) == ("ASIA1", CANARY, "token")
    assert first.expires_at is not None
    assert abs(first.expires_at - datetime.now(UTC) - timedelta(hours=1)) < timedelta(seconds=30)
    assert profiles.keys("lasting") == first
    assert runs(tmp_path) == 1
    profiles.forget()
    assert profiles.keys("lasting") == first
    assert runs(tmp_path) == 2
    profiles.keys("ending")
    before = runs(tmp_path, "ending")
    profiles.keys("ending")
    assert runs(tmp_path, "ending") > before


ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>{end}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""
REFUSED = "<ErrorResponse><Error><Code>{code}</Code><Message>Not you</Message></Error></ErrorResponse>"
ROLE = """[profile base]
aws_access_key_id = AKIA2
aws_secret_access_key = x
[profile role]
role_arn = arn:aws:iam::123456789012:role/images
source_profile = base
region = eu-west-1
"""


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    told: dict[str, Any] = {"status": 200, "body": "", "asked": []}

    def script(peer: Peer) -> None:
        _, _, body = peer.read_request()
        told["asked"].append(body.decode())
        peer.answer(told["status"], told["body"].encode(), "Content-Type: text/xml\r\nConnection: close\r\n")

    with RawServer(script) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
        yield told


def test_a_role_is_assumed(config: Path, sts: dict[str, Any]) -> None:
    config.write_text(ROLE)
    end = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)
    sts["body"] = ASSUMED.format(end=end.isoformat())
    profiles = AwsProfiles()
    keys = S3Keys(access_key="ASIAROLE", secret="s", session_token="t", expires_at=end)
    assert [profiles.keys("role"), profiles.keys("role")] == [keys, keys]
    assert len(sts["asked"]) == 1
    assert "Action=AssumeRole" in sts["asked"][0]


@pytest.mark.expect_log("Refreshing temporary credentials failed")
@pytest.mark.parametrize(("code", "problem"), [("AccessDenied", "failed"), ("ExpiredTokenException", "expired")])
def test_a_role_that_is_refused(config: Path, sts: dict[str, Any], code: str, problem: str) -> None:
    config.write_text(ROLE)
    sts |= {"status": 403, "body": REFUSED.format(code=code)}
    with pytest.raises(AwsProfileError) as caught:
        AwsProfiles().keys("role")
    assert caught.value.problem == problem
    assert "Not you" in caught.value.reason


SSO = "sso_account_id = 1\nsso_role_name = r\n"


@pytest.mark.parametrize(
    ("text", "problem", "reason"),
    [
        ("", "missing", ""),
        ("[profile another]\nregion = eu-west-1\n", "missing", ""),
        ("[profile work]\nregion = eu-west-1\n", "incomplete", ""),
        ("[profile work]\naws_access_key_id = AKIA1\n", "incomplete", "aws_secret_access_key"),
        (f"[profile work]\n{SSO}", "incomplete", "sso_start_url"),
        ("[profile work]\nrole_arn = a\n", "incomplete", "source_profile"),
        ("[profile work]\nrole_arn = a\nsource_profile = nobody\n", "incomplete", "nobody"),
        ("[profile work]\nrole_arn = a\nsource_profile = work\nmfa_serial = m\n", "failed", "MFA"),
        ("[profile work]\ncredential_process = no-such-program\n", "failed", "no-such-program"),
        ("[profile work\n", "failed", "config"),
    ],
)
def test_what_gives_no_keys(config: Path, text: str, problem: str, reason: str) -> None:
    config.write_text(text)
    with pytest.raises(AwsProfileError) as caught:
        AwsProfiles().keys("work")
    assert (caught.value.aws_profile, caught.value.problem) == ("work", problem)
    assert reason in caught.value.reason


@pytest.mark.expect_log("Refreshing temporary credentials failed")
def test_a_login_that_is_over(config: Path) -> None:
    config.write_text(f"[profile work]\n{SSO}sso_start_url = https://sso.invalid/start\nsso_region = eu-west-1\n")
    with pytest.raises(AwsProfileError) as caught:
        AwsProfiles().keys("work")
    assert caught.value.problem == "expired"


@pytest.mark.parametrize(
    ("told", "before"),
    [
        (f"secret = {CANARY}", ""),
        ({"Version": 2, "SecretAccessKey": CANARY}, ""),
        ({"Version": 1, "SecretAccessKey": CANARY}, ""),
        ("", f"raise SystemExit('the token={CANARY} is wrong')"),
    ],
)
def test_a_program_that_fails_gives_no_secret_away(config: Path, tmp_path: Path, told: Any, before: str) -> None:
    config.write_text(f"[profile work]\ncredential_process = {program(tmp_path, told, before=before)}\n")
    with pytest.raises(AwsProfileError) as caught:
        AwsProfiles().keys("work")
    assert caught.value.problem == "failed"
    assert caught.value.reason
    assert "CANARY" not in "".join(traceback.format_exception(caught.value)) + repr(caught.value.facts)


def test_a_program_that_hangs_is_not_waited_for(config: Path, tmp_path: Path) -> None:
    hanging = tmp_path / "hanging"
    hanging.touch()
    before = f"import os, time\nwhile os.path.exists({str(hanging)!r}): time.sleep(0.02)"
    config.write_text(f"[profile work]\ncredential_process = {program(tmp_path, temporary(60), before=before)}\n")
    try:
        with pytest.raises(AwsProfileError) as caught:
            AwsProfiles(longest=0.5).keys("work")
        assert "0.5 s" in caught.value.reason
    finally:
        hanging.unlink()
        for thread in threading.enumerate():
            if thread.name == "aws profile work":
                thread.join(30)


def test_who_waits_for_a_program_can_be_cancelled(config: Path, tmp_path: Path) -> None:
    hanging = tmp_path / "hanging"
    hanging.touch()
    before = f"import os, time\nwhile os.path.exists({str(hanging)!r}): time.sleep(0.02)"
    config.write_text(f"[profile work]\ncredential_process = {program(tmp_path, temporary(60), before=before)}\n")
    profiles, tokens = AwsProfiles(), [CancelToken() for _ in range(2)]
    try:
        with ThreadPoolExecutor(2) as pool:
            # One asks, the other waits behind it.
            asked = [pool.submit(profiles.keys, "work", token) for token in tokens]
            for token in tokens:
                token.cancel()
            for each in asked:
                with pytest.raises(CancelledError):
                    each.result(10)
    finally:
        hanging.unlink()
        for thread in threading.enumerate():
            if thread.name == "aws profile work":
                thread.join(30)


def test_a_program_is_run_once_for_all_who_want_its_keys(config: Path, tmp_path: Path) -> None:
    config.write_text(f"[profile work]\ncredential_process = {program(tmp_path, temporary(60))}\n")
    profiles = AwsProfiles()
    with ThreadPoolExecutor(4) as pool:
        assert len({each.access_key for each in pool.map(lambda _: profiles.keys("work"), range(4))}) == 1
    assert runs(tmp_path) == 1


class Failures(dict[str, Any]):
    """Tells when it was looked into so many times."""

    def __init__(self, wanted: int) -> None:
        super().__init__()
        self.enough = threading.Event()
        self._left = wanted

    def get(self, *args: Any) -> Any:
        self._left -= 1
        if self._left <= 0:
            self.enough.set()
        return super().get(*args)


def test_one_failure_is_for_all_who_waited_and_who_comes_later_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    waiters = 4
    profiles = AwsProfiles()
    # Each looks once before it waits; the one that gets through looks again.
    profiles._failures = failures = Failures(waiters + 1)
    asked: list[str] = []

    def refuse(name: str) -> S3Keys:
        asked.append(name)
        assert failures.enough.wait(30)
        raise AwsProfileError(aws_profile=name, problem="expired")

    monkeypatch.setattr(profiles, "_ask", refuse)
    with ThreadPoolExecutor(waiters) as pool:
        errors = [each.exception(30) for each in [pool.submit(profiles.keys, "work") for _ in range(waiters)]]
    assert [type(each) for each in errors] == [AwsProfileError] * waiters
    assert len({id(each) for each in errors}) == waiters
    assert asked == ["work"]
    with pytest.raises(AwsProfileError):
        profiles.keys("work")
    assert len(asked) == 2
