"""Whatever a file holds: an answer or ``ImageBrokenError``, and soon."""

import contextlib
import io
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kraken_desktop.engines.local.metadata import insert, read, strip
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import KeptMetadata as Kept
from tests.engines.local.metadata.samples import EXTENSIONS, encoded, full, picture, segment, wide, with_segments
from tests.engines.local.metadata.test_heif import grid

NOTHING: frozenset[Kept] = frozenset()
EVERYTHING = frozenset(Kept)


def animation() -> bytes:
    out = io.BytesIO()
    picture((64, 64)).save(out, "AVIF", save_all=True, append_images=[picture((64, 64), hue=90)], speed=10)
    return out.getvalue()


SEEDS = [(extension, full(extension, wide())) for extension in EXTENSIONS]
SEEDS += [(".avif", grid()), (".heic", grid(2)), (".avif", animation())]

edits = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 12),
        st.one_of(
            st.sampled_from([b"", b"\0", b"\xff", b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0\0\0\1", bytes(8)]),
            st.binary(max_size=12),
        ),
    ),
    min_size=1,
    max_size=4,
)
"""Where, how many bytes go, what comes."""


def edited(data: bytes, changes: list[tuple[float, int, bytes]], *, only_head: bool) -> bytes:
    for where, removed, added in changes:
        at = int(where * (min(len(data), 700) if only_head else len(data)))
        data = data[:at] + added + data[at + removed :]
    return data


@pytest.mark.parametrize("seed", range(len(SEEDS)))
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(changes=edits, only_head=st.booleans(), keep=st.sampled_from([NOTHING, EVERYTHING]))
def test_damaged_files(
    seed: int, changes: list[tuple[float, int, bytes]], only_head: bool, keep: frozenset[Kept]
) -> None:
    extension, whole = SEEDS[seed]
    data = edited(whole, changes, only_head=only_head)
    try:
        metadata = read(data, extension)
        stripped = strip(data, extension, keep)
    except ImageBrokenError:
        return
    assert strip(stripped, extension, keep) == stripped
    again = insert(stripped, extension, metadata, EVERYTHING)
    if extension != ".gif":
        assert read(again, extension).exif.gps == metadata.exif.gps


@pytest.mark.parametrize("extension", [*EXTENSIONS, ".heic"])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.binary(max_size=200))
def test_bytes_after_a_signature(extension: str, data: bytes) -> None:
    head = encoded(".gif")[:13] if extension == ".gif" else (b"" if extension == ".heic" else encoded(extension)[:33])
    for whole in (data, head + data):
        with contextlib.suppress(ImageBrokenError):
            strip(whole, extension, EVERYTHING)


def best_of(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


JPEG = encoded(".jpg")
MEAN: dict[str, Callable[[int], bytes]] = {
    "fill bytes": lambda size: JPEG[:-2] + b"\xff" * size + JPEG[-2:],
    "stuffed bytes": lambda size: JPEG[:-2] + b"\xff\0" * (size // 2) + JPEG[-2:],
    "markers in a scan": lambda size: JPEG[:-2] + b"\xff\1" * (size // 2) + JPEG[-2:],
    "tables after a scan": lambda size: JPEG[:-2] + segment(0xC4, b"") * (size // 4) + JPEG[-2:],
    "bytes between segments": lambda size: with_segments(JPEG, b"\xff\0" * (size // 2)),
}


@pytest.mark.parametrize("kind", MEAN)
def test_time_grows_with_the_size(kind: str) -> None:
    small, large = (MEAN[kind](size) for size in (20_000, 320_000))
    # Sixteen times the bytes: quadratic work would take 256 times as long.
    assert best_of(lambda: strip(large, ".jpg", NOTHING)) < 0.02 + 64 * best_of(lambda: strip(small, ".jpg", NOTHING))
