"""A key with the least policy, as the terminal prints it: enough for everything that the program does with it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from PIL import Image

from kraken_desktop.cli.program import run
from tests.servers.radosgw import RadosgwHandle

pytestmark = pytest.mark.e2e


def test_a_key_with_the_least_policy_stores_checks_and_removes(
    radosgw: RadosgwHandle,
    bucket: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    access_key, secret = radosgw.new_user("least")
    monkeypatch.setenv("KRAKEN_DESKTOP_HOME", str(home / "kraken"))
    monkeypatch.setenv("KRAKEN_S3_ACCESS_KEY", access_key)
    monkeypatch.setenv("KRAKEN_S3_SECRET", secret)
    image = home / "cat.png"
    Image.new("RGB", (8, 8), "red").save(image)

    def kraken_s3(line: str) -> str:
        assert run(shlex.split(line)) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    kraken_s3(
        f"profile add web --engine local --acl none --bucket {bucket} --endpoint {radosgw.endpoint} "
        "--path 'images/{stem}-{hash:8}{ext}'"
    )
    radosgw.allow("least", json.loads(kraken_s3("profile policy web --with-delete")))
    opened = kraken_s3("profile policy web --bucket-policy")
    radosgw.client.put_bucket_policy(Bucket=bucket, Policy=opened)

    link = kraken_s3(f"put --profile web '{image}'").strip()
    assert radosgw.anonymous_get(link).status == 200
    assert "OK: Removing the test image." in kraken_s3("profile check web")
    kraken_s3(f"remove --yes {link}")
    assert radosgw.keys(bucket) == ()
