"""``kraken-s3 profile policy`` and ``--provider``, from the command line to the settings file and back."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from kraken_desktop.buckets.policy import least_policy, public_policy
from kraken_desktop.cli.program import run
from kraken_desktop.model.profile import Acl, Engine, Profile, Uploader
from kraken_desktop.model.providers import PROVIDERS
from kraken_desktop.stores.settings import SettingsStore


@dataclass
class Terminal:
    home: Path
    capture: pytest.CaptureFixture[str]
    out: str = ""
    err: str = ""

    def __call__(self, line: str) -> int:
        try:
            code = run(shlex.split(line))
        except SystemExit as left:
            code = int(left.code or 0)
        told = self.capture.readouterr()
        self.out, self.err = told.out, told.err
        return code

    def profile(self, name: str) -> Profile:
        (path,) = self.home.rglob("settings.json")
        return next(each for each in SettingsStore(path).load().profiles if each.name == name)


@pytest.fixture
def kraken_s3(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.setenv("KRAKEN_DESKTOP_HOME", str(home / "kraken"))
    monkeypatch.setenv("KRAKEN_S3_ACCESS_KEY", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("KRAKEN_S3_SECRET", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    return Terminal(home / "kraken", capsys)


LOCAL = "--bucket photos --engine local --path 'images/{stem}{ext}'"


def test_the_policy_is_json_alone_and_what_it_is_for_goes_beside(kraken_s3: Terminal) -> None:
    assert kraken_s3(f"profile add web {LOCAL} --acl none") == 0
    assert kraken_s3("profile policy web") == 0
    assert json.loads(kraken_s3.out) == least_policy(kraken_s3.profile("web"))
    told = kraken_s3.err.splitlines()
    assert told[:2] == [
        "Who gets to see the secret",
        "  The S3 secret never leaves this computer, which signs with it. Only the bucket gets to see the images.",
    ]
    assert "  s3:PutObject: to store the images" in told
    assert "EXAMPLEKEY" not in kraken_s3.out + kraken_s3.err


def test_the_right_to_remove_and_the_policy_of_the_bucket(kraken_s3: Terminal) -> None:
    kraken_s3(f"profile add web {LOCAL} --acl none")
    profile = kraken_s3.profile("web")
    assert kraken_s3("profile policy web --with-delete") == 0
    assert json.loads(kraken_s3.out) == least_policy(profile, with_delete=True)
    assert "s3:DeleteObject: to remove images from the bucket" in kraken_s3.err
    assert kraken_s3("profile policy web --bucket-policy") == 0
    assert json.loads(kraken_s3.out) == public_policy(profile)


@pytest.mark.parametrize("more", ["--acl private", "--acl public_read", "--acl none --public-url https://a.b"])
def test_no_policy_of_the_bucket_is_made_up(kraken_s3: Terminal, more: str) -> None:
    kraken_s3(f"profile add web {LOCAL} {more}")
    assert kraken_s3("profile policy web --bucket-policy") == 2
    assert kraken_s3.out == ""
    assert kraken_s3.err == (
        "kraken-s3: 'web' needs no bucket policy: its images are private, opened by their ACL or served from "
        "another address, or its service has no such policies\n"
    )


def test_a_folder_has_no_policy(kraken_s3: Terminal, tmp_path: Path) -> None:
    kraken_s3(f"profile add web --folder '{tmp_path}'")
    assert kraken_s3("profile policy web") == 2
    assert kraken_s3.err == "kraken-s3: 'web' stores into a folder, which needs no policy\n"
    assert kraken_s3("profile policy nobody") == 2


# --- providers ---


def test_a_provider_sets_what_belongs_to_it_and_says_what_is_missing(kraken_s3: Terminal) -> None:
    assert kraken_s3("profile add web --bucket photos --provider r2 --provider-account abc123") == 0
    profile = kraken_s3.profile("web")
    assert profile.endpoint == "https://abc123.r2.cloudflarestorage.com"
    assert (profile.region, profile.acl) == ("auto", Acl.NONE)
    assert (profile.engine, profile.uploader) == (Engine.KRAKEN, Uploader.LOCAL)
    assert kraken_s3.err == (
        "Kraken.io writes into Amazon S3 only, so this computer uploads. R2 opens images only at an address of their "
        "own. In the settings of the bucket connect a domain, or turn on its r2.dev address, and enter that address "
        "at “Links begin with”.\n"
    )
    assert kraken_s3("profile edit web --provider r2 --public-url https://img.example.com --engine local") == 0
    assert kraken_s3.err == ""


def test_every_other_option_goes_before_what_a_provider_sets(kraken_s3: Terminal) -> None:
    assert kraken_s3("profile add web --bucket photos --engine local --provider spaces --region fra1 --acl none") == 0
    profile = kraken_s3.profile("web")
    assert (profile.endpoint, profile.acl) == ("https://fra1.digitaloceanspaces.com", Acl.NONE)
    assert kraken_s3("profile edit web --provider minio --endpoint http://127.0.0.1:9000") == 0
    assert kraken_s3.profile("web").endpoint == "http://127.0.0.1:9000"
    assert kraken_s3("profile edit web --provider minio --region here") == 0
    assert kraken_s3.profile("web").endpoint == "http://127.0.0.1:9000"


def test_another_region_of_the_same_service_has_another_endpoint(kraken_s3: Terminal) -> None:
    kraken_s3("profile add web --bucket photos --engine local --provider b2")
    assert kraken_s3("profile edit web --region eu-central-003") == 0
    profile = kraken_s3.profile("web")
    assert (profile.region, profile.endpoint) == ("eu-central-003", "https://s3.eu-central-003.backblazeb2.com")
    assert kraken_s3("profile edit web --provider aws --region eu-west-1") == 0
    assert (kraken_s3.profile("web").endpoint, kraken_s3.profile("web").region) == ("", "eu-west-1")


def test_another_account_of_the_same_service(kraken_s3: Terminal) -> None:
    kraken_s3("profile add web --bucket photos --engine local --provider r2 --provider-account abc123")
    assert kraken_s3("profile edit web --provider-account def456.eu") == 0
    assert kraken_s3.profile("web").endpoint == "https://def456.eu.r2.cloudflarestorage.com"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--provider r2", "kraken-s3: r2 needs --provider-account, the ID that its dashboard shows"),
        ("--provider minio", "kraken-s3: minio needs --endpoint, the address that the service names for S3"),
        (
            "--provider b2 --provider-account x",
            "kraken-s3: the endpoint of b2 has no account in it: leave out --provider-account",
        ),
        ("--provider-account x", "kraken-s3: --provider-account goes with --provider"),
    ],
)
def test_what_an_endpoint_lacks_is_named(kraken_s3: Terminal, options: str, sentence: str) -> None:
    assert kraken_s3(f"profile add web --bucket photos --engine local {options}") == 2
    assert kraken_s3.err == f"{sentence}\n"


def test_an_unknown_provider_is_told_all_of_them(kraken_s3: Terminal) -> None:
    assert kraken_s3("profile add web --bucket photos --provider nix") == 2
    assert f"'nix' is none of: {', '.join(each.id for each in PROVIDERS)}" in kraken_s3.err
