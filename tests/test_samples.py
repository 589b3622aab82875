"""The sample images of the first start: drawn by our own script, sound, and worth making smaller."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageOps

from kraken_desktop.intake import Source, expand
from kraken_desktop.resource_files import resource, samples

ROOT = Path(__file__).parents[1]
SAMPLES = {path.name: path for path in samples()}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_samples", ROOT / "packaging" / "make_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def opened(name: str) -> Image.Image:
    return Image.open(SAMPLES[name])


def test_the_samples_are_what_the_script_draws_and_nothing_else(script: ModuleType) -> None:
    assert sorted(script.DRAWINGS) == sorted(SAMPLES)
    assert sum(path.stat().st_size for path in SAMPLES.values()) < 1_500_000


@pytest.mark.parametrize("name", ["octopus-logo.png", "dashboard.png"])
def test_the_script_draws_them_alike(script: ModuleType, name: str) -> None:
    drawn = np.asarray(Image.open(io.BytesIO(script.DRAWINGS[name]())).convert("RGBA"), dtype=int)
    kept = np.asarray(opened(name).convert("RGBA"), dtype=int)
    assert drawn.shape == kept.shape
    # Another Pillow may round otherwise.
    assert np.abs(drawn - kept).mean() < 0.5


def test_the_drawing_is_the_same_to_the_byte(script: ModuleType) -> None:
    assert script.lighthouse() == SAMPLES["lighthouse.svg"].read_bytes()
    assert ElementTree.fromstring(SAMPLES["lighthouse.svg"].read_bytes()).get("viewBox") == "0 0 800 600"


@pytest.mark.parametrize(
    ("name", "size", "frames"),
    [
        ("city-lights.webp", (1280, 800), 1),
        ("dashboard.png", (1440, 900), 1),
        ("evening-lake.jpg", (1067, 1600), 1),
        ("octopus-logo.png", (640, 640), 1),
        ("waves.gif", (400, 260), 16),
    ],
)
def test_they_are_whole(name: str, size: tuple[int, int], frames: int) -> None:
    with opened(name) as picture:
        assert picture.size == size
        assert getattr(picture, "n_frames", 1) == frames
        picture.seek(frames - 1)
        picture.load()


def test_they_show_what_the_program_takes_care_of() -> None:
    with opened("evening-lake.jpg") as photo:
        assert ImageOps.exif_transpose(photo).size == (1600, 1067)
        assert photo.getexif().get_ifd(0x8825), "a place that goes"
    with opened("octopus-logo.png") as logo:
        assert logo.getchannel("A").getextrema() == (0, 255)
    with opened("waves.gif") as animation:
        assert animation.info["loop"] == 0


def test_intake_takes_them_all() -> None:
    found = list(expand([resource("samples")]))
    assert all(isinstance(each, Source) for each in found)
    assert {each.name for each in found if isinstance(each, Source)} == set(SAMPLES)
