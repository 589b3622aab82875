"""A folder of real images through the real program: ``./dev soak --corpus DIR``."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.test_cli import environment, kraken_s3, set_up
from tests.servers.fixtures import KrakenApiMaker
from tests.servers.s3_handle import S3Handle
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
