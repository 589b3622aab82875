"""The real ``kraken-s3`` on routes 2 and 3: into a folder, and into a bucket that this computer writes itself."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from kraken_desktop.model.profile import Profile
from kraken_desktop.model.records import from_record
from tests.e2e.test_cli import environment, kraken_s3, set_up
from tests.servers.images import ImageKind, make_image, make_set
from tests.support.stage import picture
from tests.support.world import World

pytestmark = pytest.mark.e2e


def bare(world: World) -> dict[str, str]:
    """A person who has set up nothing: no secret in the environment, no keyring."""
    variables = world.variables()
    return {name: value for name, value in environment(world).items() if name not in variables}


def path_of(url: str) -> Path:
    return Path(unquote(urlsplit(url).path))


def test_the_first_start_needs_nothing(world: World, tmp_path: Path) -> None:
    images = make_set(tmp_path / "images", 6)
    put = kraken_s3(world, "put", *images, environ=bare(world))
    assert put.returncode == 0, put.stderr
    links = put.stdout.splitlines()
    assert len(links) == 6
    for path, link in zip(images, links, strict=True):
        result = path_of(link)
        assert result.is_relative_to(world.home / "pictures")
        assert 0 < result.stat().st_size <= path.stat().st_size
    listed = kraken_s3(world, "profile", "list", environ=bare(world))
    assert listed.stdout == "This computer (default)\n"
    assert world.api.requests == []


def test_results_are_no_sources(world: World, tmp_path: Path) -> None:
    make_set(tmp_path / "images", 2)
    first = kraken_s3(world, "put", tmp_path / "images", environ=bare(world))
    assert first.returncode == 0, first.stderr
    again = kraken_s3(world, "put", world.home / "pictures", environ=bare(world))
    assert (again.returncode, again.stdout) == (2, "")
    single = kraken_s3(world, "put", path_of(first.stdout.splitlines()[0]), environ=bare(world))
    assert (single.returncode, single.stdout) == (1, "")
    assert single.stderr


def add_direct(world: World, *options: str) -> None:
    added = kraken_s3(
        world,
        "profile", "add", "direct", "--engine", "local", "--bucket", world.bucket, "--region", world.s3.region,
        "--endpoint", world.s3.endpoint, "--access-key", world.s3.access_key, "--secret-stdin", *options,
        given=world.s3.secret,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr


def put_json(world: World, *arguments: str | Path) -> list[dict[str, Any]]:
    put = kraken_s3(world, "put", "--json", *arguments)
    assert put.returncode == 0, put.stderr
    return [json.loads(line) for line in put.stdout.splitlines()]


def test_without_an_account_into_a_bucket(either_world: World, tmp_path: Path) -> None:
    world = either_world
    add_direct(
        world, "--acl", "public_read", "--tag", "team=web", "--metadata", "origin=desk", "--cache-control", "max-age=60"
    )
    images = make_set(tmp_path / "images", 8)
    told = put_json(world, *images)
    assert [each["source"] for each in told] == [str(path) for path in images]
    for each in told:
        (image,) = each["images"]
        answer = world.s3.anonymous_get(image["url"])
        assert len(answer.body) == image["bytes"] <= each["original_bytes"]
        stored = world.s3.get(world.bucket, image["key"])
        assert stored.metadata == {"origin": "desk"}
        assert stored.headers["cache-control"] == "max-age=60"
        assert world.s3.tags(world.bucket, image["key"]) == {"team": "web"}
        assert image["kraked_url"] == ""
    assert world.api.requests == []


def test_a_private_profile_prints_links_that_open(either_world: World, tmp_path: Path) -> None:
    world = either_world
    add_direct(world, "--acl", "private")
    (told,) = put_json(world, make_image(ImageKind.PNG, tmp_path / "a b+c.png"))
    (image,) = told["images"]
    assert world.s3.anonymous_get(image["url"]).status == 200
    assert world.s3.anonymous_get(image["url"].partition("?")[0]).status == 403
    assert image["expires_at"]


def test_kraken_makes_and_this_computer_stores(either_world: World, tmp_path: Path) -> None:
    world = either_world
    set_up(world, "--uploader", "local", "--acl", "none")
    (told,) = put_json(world, make_image(ImageKind.JPEG, tmp_path / "a.jpg"))
    assert world.s3.exists(world.bucket, told["images"][0]["key"])
    assert [received.store for received in world.api.uploads] == [{}]


@pytest.mark.parametrize(
    ("options", "size", "extension"),
    [
        (["--max-width", "100"], (100, 75), ".jpg"),
        (["--size", "64x64"], (64, 64), ".jpg"),
        (["--format", "webp", "--max-height", "60"], (80, 60), ".webp"),
        (["--size", "90x90", "--strategy", "fill", "--format", "png"], (90, 90), ".png"),
    ],
)
@pytest.mark.parametrize("engine", ["local", "kraken"])
def test_sizes_and_formats_mean_the_same_for_both_engines(
    world: World, tmp_path: Path, options: list[str], size: tuple[int, int], extension: str, engine: str
) -> None:
    if engine == "local":
        add_direct(world)
    else:
        set_up(world)
    source = make_image(ImageKind.JPEG, tmp_path / "photo.jpg", size=(320, 240))
    (told,) = put_json(world, *options, source)
    (image,) = told["images"]
    assert image["key"].endswith(extension)
    assert (image["width"], image["height"]) == size
    assert picture(world.s3.get(world.bucket, image["key"]).body).size == size


def test_a_broken_image_costs_one_line(world: World, tmp_path: Path) -> None:
    good = make_image(ImageKind.PNG, tmp_path / "good.png")
    broken = make_image(ImageKind.TRUNCATED_JPEG, tmp_path / "broken.jpg")
    put = kraken_s3(world, "put", "--json", broken, good, environ=bare(world))
    assert put.returncode == 1
    first, second = (json.loads(line) for line in put.stdout.splitlines())
    assert (first["status"], first["error"]["code"]) == ("failed", "engine.broken")
    assert "broken.jpg" in first["error"]["message"]
    assert second["status"] == "done"


def test_a_folder_is_a_place_like_any_other(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "Ergebnisse ü"
    added = kraken_s3(world, "profile", "add", "disk", "--folder", str(folder), "--path", "{name}", environ=bare(world))
    assert added.returncode == 0, added.stderr
    image = make_image(ImageKind.PNG, tmp_path / "a #1?.png")
    put = kraken_s3(world, "put", image, environ=bare(world))
    assert put.returncode == 0, put.stderr
    assert path_of(put.stdout.strip()).parent == folder
    shown = kraken_s3(world, "profile", "show", "disk", environ=bare(world))
    profile = from_record(Profile, json.loads(shown.stdout))
    assert (profile.engine, profile.uploader, profile.folder) == ("local", "local", str(folder))


def test_keys_come_from_the_aws_configuration(world: World, tmp_path: Path) -> None:
    aws = world.home.parent / ".aws"
    aws.mkdir(parents=True, exist_ok=True)
    (aws / "credentials").write_text(
        f"[work]\naws_access_key_id = {world.s3.access_key}\naws_secret_access_key = {world.s3.secret}\n"
    )
    (aws / "credentials").chmod(0o600)
    added = kraken_s3(
        world,
        "profile", "add", "work", "--engine", "local", "--bucket", world.bucket, "--region", world.s3.region,
        "--endpoint", world.s3.endpoint, "--aws-profile", "work",
        environ=bare(world),
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    put = kraken_s3(world, "put", make_image(ImageKind.PNG, tmp_path / "a.png"), environ=bare(world))
    assert put.returncode == 0, put.stderr
    assert world.s3.anonymous_get(put.stdout.strip()).status == 200
    missing = kraken_s3(world, "profile", "edit", "work", "--aws-profile", "nobody", environ=bare(world))
    assert missing.returncode == 0, missing.stderr
    refused = kraken_s3(world, "put", make_image(ImageKind.PNG, tmp_path / "b.png"), environ=bare(world))
    assert refused.returncode == 1
    assert "nobody" in refused.stderr
    assert world.s3.secret not in refused.stderr


def test_nothing_of_the_engine_is_left_running_or_lying_about(world: World, tmp_path: Path) -> None:
    put = kraken_s3(world, "put", *make_set(tmp_path / "images", 4), environ=bare(world))
    assert put.returncode == 0, put.stderr
    left = [path for path in (world.home / "cache").rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert left == []
    if Path("/proc").is_dir():
        own = [
            entry.name
            for entry in Path("/proc").iterdir()
            if entry.name.isdecimal() and str(world.home).encode() in _environ_of(entry)
        ]
        assert own == []


def _environ_of(process: Path) -> bytes:
    try:
        if int(process.name) == os.getpid():
            return b""
        return (process / "environ").read_bytes()
    except OSError:
        return b""
