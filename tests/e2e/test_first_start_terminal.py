"""The first start in a terminal: no account, no bucket, no setting; samples in, links out, and they open."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image

from kraken_desktop.resource_files import resource, samples

pytestmark = pytest.mark.e2e


def kraken_s3(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kraken_desktop.cli", *map(str, arguments)],
        env={**os.environ, "PYTHONWARNINGS": "error", "LANG": "C.UTF-8"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=110,
        check=False,
    )


def file_of(link: str) -> Path:
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc) == ("file", "")
    return Path(unquote(parts.path.removeprefix("/") if os.name == "nt" else parts.path))


def test_the_samples_become_smaller_and_their_links_open(home: Path) -> None:
    done = kraken_s3("put", "--json", "--profile", "This computer", resource("samples"))
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(each["source"]).name for each in told] == [path.name for path in samples()]
    pictures = home / "kraken" / "pictures"
    for each, source in zip(told, samples(), strict=True):
        (image,) = each["images"]
        result = file_of(image["url"])
        assert result.is_relative_to(pictures)
        assert result.suffix == source.suffix
        assert result.stat().st_size == image["bytes"] < source.stat().st_size * 0.9
        if source.suffix != ".svg":
            with Image.open(result) as after, Image.open(source) as before:
                assert getattr(after, "n_frames", 1) == getattr(before, "n_frames", 1)
                assert not after.getexif().get_ifd(0x8825)
    assert not list(pictures.rglob("*.tmp"))
    # Nothing was set up, so nothing was written down.
    assert not (home / "kraken" / "settings.json").exists()


def test_the_first_profile_of_ones_own_becomes_the_default(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    added = kraken_s3(
        "profile", "add", "shelf", "--engine", "local", "--uploader", "local", "--folder", shelf,
        "--path", "{stem}{ext}",
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    done = kraken_s3("put", resource("samples", "lighthouse.svg"))
    assert done.stdout == f"{(shelf / 'lighthouse.svg').as_uri()}\n", done.stderr
    removed = kraken_s3("profile", "remove", "This computer")
    assert removed.returncode == 0, removed.stderr
    assert "This computer" not in kraken_s3("profile", "list").stdout
