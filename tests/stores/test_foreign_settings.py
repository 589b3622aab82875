"""Settings of other programs, as those write them, become profiles; what does not fit is told, and secrets stay out."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from kraken_desktop.messages import Words
from kraken_desktop.messages.exchange import note_in_words
from kraken_desktop.model.errors import ExchangeError
from kraken_desktop.model.object_key import lint
from kraken_desktop.model.parcel import Note, Parcel, Parcelled
from kraken_desktop.model.profile import Acl, CredentialSource, Engine, Severity, Uploader
from kraken_desktop.model.profile_rules import check_profile
from kraken_desktop.stores.foreign_settings import Program, places, read_program
from kraken_desktop.stores.picgo_settings import template_of

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
USUAL = {
    "accessKeyID": "AKIAIOSFODNN7EXAMPLE",
    "secretAccessKey": SECRET,
    "bucketName": "my-bucket",
    "uploadPath": "{year}/{month}/{md5}.{extName}",
    "region": "us-west-1",
}


def write(path: Path, data: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def read(program: Program, home: Path, path: Path | None = None, **environ: str) -> Parcel:
    return read_program(program, path, environ, home)


def picgo(tmp_path: Path, **changes: Any) -> Parcelled:
    told = {name: value for name, value in (USUAL | changes).items() if value is not None}
    path = write(tmp_path / "data.json", {"picBed": {"uploader": "aws-s3", "aws-s3": told}})
    (parcelled,) = read(Program.PICGO, tmp_path, path).profiles
    assert [each for each in check_profile(parcelled.profile) if each.severity is Severity.ERROR] == []
    assert SECRET not in repr(parcelled)
    return parcelled


# --- where they are ---


@pytest.mark.parametrize(
    ("program", "platform", "environ", "expected"),
    [
        (Program.PICGO, "linux", {}, ["/h/.config/picgo/data.json", "/h/.picgo/config.json"]),
        (Program.PICLIST, "linux", {"XDG_CONFIG_HOME": "/c"}, ["/c/piclist/data.json", "/h/.piclist/config.json"]),
        (Program.PICGO, "darwin", {}, ["/h/Library/Application Support/picgo/data.json", "/h/.picgo/config.json"]),
        (Program.PICGO, "win32", {"APPDATA": "/r"}, ["/r/picgo/data.json", "/h/.picgo/config.json"]),
        (Program.AWS, "linux", {}, ["/h/.aws/config", "/h/.aws/credentials"]),
        (Program.AWS, "win32", {"AWS_CONFIG_FILE": "/a", "AWS_SHARED_CREDENTIALS_FILE": "/b"}, ["/a", "/b"]),
    ],
)
def test_the_usual_places(program: Program, platform: str, environ: dict[str, str], expected: list[str]) -> None:
    assert [path.as_posix() for path in places(program, environ, Path("/h"), platform)] == expected


@pytest.mark.parametrize("program", Program)
def test_where_nothing_is_the_places_are_named(program: Program, tmp_path: Path) -> None:
    with pytest.raises(ExchangeError) as caught:
        read(program, tmp_path)
    told = Words().error(caught.value)
    assert told.what == f"Nothing of {program.product} was found on this computer."
    for place in places(program, {}, tmp_path):
        assert str(place) in told.why
    with pytest.raises(ExchangeError) as caught:
        read(program, tmp_path, tmp_path / "x.json")
    assert caught.value.problem == "missing"


@pytest.mark.parametrize("program", [Program.PICGO, Program.PICLIST])
def test_app_and_core_are_both_found(program: Program, tmp_path: Path) -> None:
    for place in reversed(places(program, {}, tmp_path)):
        write(place, {"picBed": {"aws-s3": {**USUAL, "bucketName": place.name.replace(".", "-")}}})
        (found,) = read(program, tmp_path).profiles
        assert found.profile.bucket == place.name.replace(".", "-")


# --- PicGo and PicList ---


def test_a_usual_set_up(tmp_path: Path) -> None:
    parcelled = picgo(tmp_path)
    profile = parcelled.profile
    assert (profile.name, profile.bucket, profile.region, profile.endpoint) == (
        "my-bucket",
        "my-bucket",
        "us-west-1",
        "",
    )
    assert (profile.engine, profile.uploader, profile.acl) == (Engine.LOCAL, Uploader.LOCAL, Acl.PUBLIC_READ)
    assert profile.path_template == "{date:%Y/%m}/{hash:32}{ext}"
    assert profile.credentials.access_key == "AKIAIOSFODNN7EXAMPLE"
    assert parcelled.secret == SECRET
    told = [note_in_words(note, Words()) for note in parcelled.notes]
    assert told == [
        "In the path, {md5} → {hash:32}: it is unique as well, but another value.",
        "This computer makes the images smaller; choose Kraken.io later.",
    ]


def test_every_configuration_comes_once(tmp_path: Path) -> None:
    listed = [{**USUAL, "_id": "1", "_configName": "Default"}, {**USUAL, "_configName": "Work", "bucketName": "work"}]
    data = {
        "picBed": {"current": "aws-s3", "aws-s3": listed[0], "smms": {"token": "x"}},
        "uploader": {
            "aws-s3": {"configList": [*listed, 5, {}, {"bucketName": 7}], "defaultId": "1"},
            "aws-s3-plist": {"configList": [{**USUAL, "_configName": "Own", "bucketName": "own-bucket"}]},
        },
    }
    path = write(tmp_path / "data.json", data)
    assert [each.profile.name for each in read(Program.PICLIST, tmp_path, path).profiles] == ["Default", "Work", "Own"]


@pytest.mark.parametrize(
    ("path", "template", "notes"),
    [
        ("", "{name}", []),
        ("/{year}/{month}/{fullName}", "{date:%Y/%m}/{name}", []),
        ("img/{fileName}-{sha256:8}.{extName}", "img/{stem}-{hash:8}{ext}", ["path_became"]),
        ("{md5:2,4}.{extName}", "{hash:4}{ext}", ["path_became"]),
        ("{year}{month}{day}-{hour}{minute}{second}.{extName}", "{date:%Y%m%d-%H%M%S}{ext}", []),
        ("{timestampMS}.{extName}", "{date:%Y%m%d%H%M%S}-{random:3}{ext}", ["path_became"]),
        ("{md5B64Short}{extName}", "{hash:7}{ext}", ["path_became"]),
        ("{Y}/{m}/{filename}-{str-10}{extName}", "{date:%Y/%m}/{stem}-{random:10}{ext}", []),
        ("{uuid}.{extName}", "{uuid}{ext}", []),
        ("images/{year}/", "images/{date:%Y}/{name}", []),
        ("{localFolder:2}/{fullName}", "{name}", ["path_left_out"]),
        ("{weather}{fullName}", "{name}", ["path_left_out"]),
        ("a{{b}}/{full name}}{fullName}", "a/{name}", None),
        ("{sha1:99}.{extName}", "{hash:40}{ext}", ["path_became"]),
        ("{md5:0}.{extName}", "{hash:1}{ext}", ["path_became"]),
        ("{md5:" + "9" * 900 + "}{extName}", "{hash:32}{ext}", ["path_became"]),
        ("{md5:" + "9" * 5000 + "}{extName}", "{name}", ["path_left_out"]),
        ("a{" * 2_000_000, "{name}", ["path_left_out"]),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_their_path_becomes_ours(path: str, template: str, notes: list[str] | None) -> None:
    found, told = template_of(path)
    assert found == template
    assert [each for each in lint(found) if each.severity is Severity.ERROR] == []
    if notes is not None:
        assert [note.code for note in told] == notes


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"endpoint": "s3.us-west-000.backblazeb2.com", "region": None},
         {"endpoint": "https://s3.us-west-000.backblazeb2.com", "region": "us-west-000", "path_style": False}),
        ({"endpoint": "s3.eu-west-3.amazonaws.com", "region": ""}, {"endpoint": "", "region": "eu-west-3"}),
        ({"endpoint": "https://s3.amazonaws.com", "region": "auto"}, {"endpoint": "", "region": "us-east-1"}),
        ({"endpoint": "http://127.0.0.1:9000", "pathStyleAccess": "true"}, {"path_style": True}),
        ({"endpoint": "https://abc.r2.cloudflarestorage.com", "region": "auto", "pathStyleAccess": True},
         {"region": "auto", "path_style": True}),
        ({"pathStyleAccess": True}, {"path_style": True}),
        ({"pathStyleAccess": False}, {"path_style": None}),
        ({"acl": "private"}, {"acl": Acl.PRIVATE}),
        ({"acl": ""}, {"acl": Acl.NONE}),
        ({"acl": "auto"}, {"acl": Acl.NONE}),
        ({"urlPrefix": "https://img.example.com/"}, {"public_url": "https://img.example.com"}),
        ({"urlPrefix": "img.example.com", "endpoint": "https://s3.example", "pathStyleAccess": True},
         {"public_url": "https://img.example.com/my-bucket"}),
        ({"urlPrefix": "https://img.example.com", "pathStyleAccess": True, "disableBucketPrefixToURL": "true"},
         {"public_url": "https://img.example.com"}),
        ({"outputURLPattern": "https://img.example.com/{bucket}/{path}"},
         {"public_url": "https://img.example.com/my-bucket"}),
        ({"outputURLPattern": "https://img.example.com/{dir}/{uploadedFileName}"},
         {"public_url": "https://img.example.com"}),
        ({"outputURLPattern": "{protocol}://{host}:{port}/{path}"}, {"public_url": ""}),
        ({"_configName": "  Blog\x1b[2J "}, {"name": "Blog\ufffd[2J"}),
    ],
)  # fmt: skip
def test_what_has_a_counterpart(tmp_path: Path, changes: dict[str, Any], expected: dict[str, Any]) -> None:
    profile = picgo(tmp_path, **changes).profile
    assert {name: getattr(profile, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"acl": "bucket-owner-read"}, Note("acl", "bucket-owner-read")),
        ({"proxy": "http://me:hunter2@127.0.0.1:1080"}, Note("proxy", "http://127.0.0.1:1080")),
        ({"proxy": "127.0.0.1:1080"}, Note("proxy", "http://127.0.0.1:1080")),
        ({"endpoint": "https://s3.example", "rejectUnauthorized": False}, Note("tls_off")),
        ({"urlSuffix": "?x=1"}, Note("links_suffix", "?x=1")),
        ({"outputURLPattern": "https://x.example/{path:/a/i,'b'}"}, Note("links", "https://x.example/{path:/a/i,'b'}")),
    ],
)
def test_what_has_none_is_told(tmp_path: Path, changes: dict[str, Any], note: Note) -> None:
    notes = picgo(tmp_path, **changes).notes
    assert note in notes
    assert "hunter2" not in "".join(note_in_words(each, Words()) for each in notes)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("[" * 100_000, "not_json"),
        ("not json", "not_json"),
        ([], "foreign"),
        ({"something": 1}, "foreign"),
        ({"picBed": {}}, "empty"),
        ({"picBed": {"aws-s3": 5}, "uploader": []}, "empty"),
        ({"picBed": {"aws-s3": {"bucketName": 5}}, "uploader": {"aws-s3": {"configList": {"a": 1}}}}, "empty"),
        ({"picBed": {"uploader": "smms", "smms": {"token": "t"}}}, "empty"),
    ],
)
def test_settings_without_an_s3_uploader(tmp_path: Path, data: Any, problem: str) -> None:
    path = write(tmp_path / "data.json", data)
    with pytest.raises(ExchangeError) as caught:
        read(Program.PICGO, tmp_path, path)
    assert caught.value.problem == problem


def test_values_of_the_wrong_type_are_as_good_as_none(tmp_path: Path) -> None:
    odd = dict.fromkeys(USUAL, 5) | {"bucketName": "my-bucket", "pathStyleAccess": [], "acl": {}, "proxy": 1}
    path = write(tmp_path / "data.json", {"picBed": {"aws-s3": odd}})
    (parcelled,) = read(Program.PICGO, tmp_path, path).profiles
    assert parcelled.secret is None
    assert parcelled.profile.path_template == "{name}"


def test_a_path_that_the_system_does_not_take(tmp_path: Path) -> None:
    with pytest.raises(ExchangeError) as caught:
        read(Program.PICGO, tmp_path, tmp_path / ("x" * 300))
    assert caught.value.problem == "unreadable"


# --- AWS ---

CONFIG = """
[default]
region = eu-west-1
[profile work]
region = eu-central-1
services = minio
endpoint_url = https://all.example
s3 =
    addressing_style = path
[profile plain]
endpoint_url = https://me:hunter2@all.example/
[profile none]
ignore_configured_endpoint_urls = true
endpoint_url = https://all.example
[services minio]
s3 =
    endpoint_url = http://127.0.0.1:9000
[sso-session company]
sso_region = eu-west-1
[plugins]
x = y
"""


def test_each_profile_of_aws_is_referred_to(tmp_path: Path) -> None:
    write(tmp_path / ".aws/config", CONFIG)
    write(
        tmp_path / ".aws/credentials",
        f"[default]\naws_access_key_id = AKIA1\naws_secret_access_key = {SECRET}\n[old]\naws_access_key_id = AKIA2\n",
    )
    parcel = read(Program.AWS, tmp_path)
    told = {each.profile.name: each.profile for each in parcel.profiles}
    assert set(told) == {"default", "work", "plain", "none", "old"}
    assert {name: (profile.region, profile.endpoint, profile.path_style) for name, profile in told.items()} == {
        "default": ("eu-west-1", "", None),
        "work": ("eu-central-1", "http://127.0.0.1:9000", True),
        "plain": ("us-east-1", "https://all.example", None),
        "none": ("us-east-1", "", None),
        "old": ("us-east-1", "", None),
    }
    for name, profile in told.items():
        assert profile.credentials.source is CredentialSource.AWS_PROFILE
        assert (profile.credentials.aws_profile, profile.credentials.access_key) == (name, "")
        assert {each.problem for each in check_profile(profile) if each.severity is Severity.ERROR} == {"bucket.empty"}
    for hidden in (SECRET, "AKIA1", "hunter2"):
        assert hidden not in repr(parcel)
    assert all(each.secret is None and Note("no_bucket") in each.notes for each in parcel.profiles)


@pytest.mark.parametrize("odd", ["services =\n  a = b", "services = missing", "s3 = plain", "region =\n  a = b"])
def test_values_of_aws_of_the_wrong_shape_are_as_good_as_none(tmp_path: Path, odd: str) -> None:
    write(tmp_path / ".aws/config", f"[default]\n{odd}\n[services x]\ns3 = 1\n")
    (parcelled,) = read(Program.AWS, tmp_path).profiles
    assert (parcelled.profile.region, parcelled.profile.endpoint) == ("us-east-1", "")


def test_one_file_of_aws(tmp_path: Path) -> None:
    path = write(tmp_path / "credentials", "[work]\naws_access_key_id = AKIA1\n[work2]\nrole_arn = x\n")
    assert [each.profile.name for each in read(Program.AWS, tmp_path, path).profiles] == ["work", "work2"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("[services x]\n", "empty"),
        (f"aws_secret_access_key = {SECRET}\n", "not_ini"),
        ("[a\n", "not_ini"),
    ],
)
def test_a_file_of_aws_that_is_no_good(tmp_path: Path, text: str, problem: str) -> None:
    path = write(tmp_path / ".aws/config", text)
    with pytest.raises(ExchangeError) as caught:
        read(Program.AWS, tmp_path)
    assert caught.value.problem == problem
    assert caught.value.__cause__ is None
    assert SECRET not in f"{caught.value} {Words().error(caught.value)}"
    assert stat.S_ISREG(path.stat().st_mode)
