"""A folder of real images through the real program: ``./dev soak --corpus DIR``."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path

import pi_heif
import pytest
from PIL import ExifTags, Image

from tests.e2e.test_cli import environment, kraken_s3, set_up
from tests.e2e.test_cli_routes import path_of
from tests.servers.fixtures import KrakenApiMaker
from tests.servers.kraken_api import KrakenApi
from tests.servers.s3_handle import S3Handle, StrictS3Handle
from tests.support.world import World

pytestmark = pytest.mark.soak


def test_every_file_ends_in_exactly_one_outcome(
    request: pytest.FixtureRequest, home: Path, s3_server: S3Handle, make_kraken_api: KrakenApiMaker, bucket: str
) -> None:
    corpus = request.config.getoption("--corpus")
    if corpus is None:
        pytest.skip("no --corpus DIR")
    world = World(home / "kraken", s3_server, make_kraken_api(s3_server), bucket)
    set_up(world, "--tag", "team=web", "--metadata", "origin=corpus", "--cache-control", "max-age=60")
    files = sorted(path for path in Path(corpus).iterdir() if path.is_file())
    put = kraken_s3(world, "put", "--json", *files, environ=environment(world), seconds=3000)
    told = [json.loads(line) for line in put.stdout.splitlines()]
    assert [each["source"] for each in told] == [str(path) for path in files]
    for each in told:
        if each["status"] == "failed":
            assert each["error"]["code"] in {"kraken.type_refused", "source.unsupported"}, each
            continue
        (image,) = each["images"]
        answer = world.s3.anonymous_get(image["url"])
        assert answer.status == 200
        assert len(answer.body) == image["bytes"]
        stored = world.s3.get(world.bucket, image["key"])
        assert stored.metadata["origin"] == "corpus"
        assert world.s3.tags(world.bucket, image["key"]) == {"team": "web"}
        if not image["key"].endswith(".svg"):
            Image.open(io.BytesIO(answer.body)).load()
    done = [each for each in told if each["status"] == "done"]
    print(f"\n{len(done)} of {len(told)} done, {sum(each['saved_bytes'] for each in done):,} bytes saved")
    assert len({each["images"][0]["key"] for each in done}) == len(done)


@pytest.mark.parametrize("mode", ["--lossless", "--lossy"])
def test_every_file_is_made_here_right_and_no_larger(
    request: pytest.FixtureRequest, home: Path, strict_s3: StrictS3Handle, kraken_api: KrakenApi, bucket: str, mode: str
) -> None:
    corpus = request.config.getoption("--corpus")
    if corpus is None:
        pytest.skip("no --corpus DIR")
    pi_heif.register_heif_opener()
    world = World(home / "kraken", strict_s3, kraken_api, bucket)
    files = sorted(path for path in Path(corpus).resolve().iterdir() if path.is_file() and path.suffix != ".csv")
    put = kraken_s3(world, "put", "--json", mode, *files, environ=environment(world), seconds=3000)
    told = [json.loads(line) for line in put.stdout.splitlines()]
    assert [each["source"] for each in told] == [str(path) for path in files]
    saved: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for path, each in zip(files, told, strict=True):
        assert each["status"] == "done", each
        (image,) = each["images"]
        result = path_of(image["url"])
        kind = path.name.partition("__")[0]
        whole[kind] += path.stat().st_size
        saved[kind] += each["saved_bytes"]
        if kind != "heic":
            assert image["bytes"] <= path.stat().st_size, path.name
        if result.suffix != ".svg":
            assert shape(result) == shape(path), path.name
            with Image.open(result) as made:
                assert ExifTags.IFD.GPSInfo not in made.getexif(), path.name
    for kind in sorted(whole):
        print(f"{kind:24} {whole[kind]:>11,} {saved[kind] / whole[kind]:7.1%}")
    print(f"{'all':24} {whole.total():>11,} {saved.total() / whole.total():7.1%}")


def shape(path: Path) -> tuple[tuple[int, int], int]:
    """Size as shown, upright, and frames. The further images of an MPO are no frames: browsers show the first."""
    with Image.open(path) as image:
        frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
        try:
            turned = image.getexif().get(ExifTags.Base.Orientation) in {5, 6, 7, 8}
        except ValueError:  # one file's Exif is too odd for Pillow
            turned = False
        return image.size[::-1] if turned else image.size, frames
