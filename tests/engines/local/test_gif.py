from __future__ import annotations

import io
import sys
from dataclasses import replace

import numpy as np
import pytest
import pyvips
from PIL import Image

from kraken_desktop.engines.local import gif, gif_blocks, gif_frames
from kraken_desktop.engines.local.gif_blocks import Frame, Gif
from kraken_desktop.engines.local.gif_frames import indices_of
from kraken_desktop.engines.local.lzw import Coder
from kraken_desktop.engines.local.picture import Animation, Picture, Wish
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import QualityTarget

SIDE = 48
PALETTE = bytes((17 * level * (band + 1)) % 256 for level in range(16) for band in range(3))
EXACT = [(value,) for value in range(256)]


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    gif.lossless.cache_clear()


def wish(*, lossy: bool = True, quality: int | None = None, target: QualityTarget = QualityTarget.BALANCED) -> Wish:
    return Wish(lossy=lossy, quality=quality, target=target, chroma=None)


def frame(indices: np.ndarray, *, left: int = 0, top: int = 0, bits: int = 4, **more: object) -> Frame:
    data = Coder().encode(indices.ravel().tolist(), EXACT, bits)
    height, width = indices.shape
    base = Frame(
        left=left, top=top, width=width, height=height, palette=None, interlaced=False, code_bits=bits, data=data
    )
    return replace(base, **more)


def animation(*frames: Frame, loop: int | None = 0, palette: bytes | None = PALETTE) -> bytes:
    return gif_blocks.write(
        Gif(
            width=SIDE,
            height=SIDE,
            palette=palette,
            background=0,
            color_bits=7,
            aspect=0,
            loop=loop,
            frames=frames,
        )
    )


def ground(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 8, (SIDE, SIDE), np.uint8)


def moving(count: int = 3, **more: object) -> list[Frame]:
    """A square that moves over a ground, each frame drawn whole."""
    frames = []
    for number in range(count):
        indices = ground()
        indices[10:20, 5 + 8 * number : 15 + 8 * number] = 9
        frames.append(frame(indices, delay=4 + number, **more))
    return frames


def rendered(data: bytes) -> list[tuple[np.ndarray, object]]:
    image = Image.open(io.BytesIO(data))
    shown = []
    for number in range(image.n_frames):
        image.seek(number)
        pixels = np.asarray(image.convert("RGBA")).copy()
        pixels[pixels[..., 3] == 0] = 0
        shown.append((pixels, image.info.get("duration") or 0))
    return shown


def require_same(one: bytes, other: bytes) -> None:
    before, after = rendered(one), rendered(other)
    assert [time for _, time in before] == [time for _, time in after]
    for (pixels, _), (others, _) in zip(before, after, strict=True):
        assert np.array_equal(pixels, others)
    assert Image.open(io.BytesIO(one)).info.get("loop") == Image.open(io.BytesIO(other)).info.get("loop")


CASES = {
    "whole frames": animation(*moving()),
    "transparent": animation(*moving(transparent=0)),
    "cleared": animation(*moving(transparent=0, disposal=2)),
    "cleared, opaque": animation(*moving(disposal=2)),
    "restored": animation(moving(1)[0], *[replace(one, disposal=3) for one in moving(3, transparent=0)]),
    "nothing changes": animation(moving(1)[0], moving(1)[0], moving(1)[0]),
    "own palettes": animation(*[replace(one, palette=PALETTE[::-1]) for one in moving()]),
    "only own palettes": animation(*[replace(one, palette=PALETTE) for one in moving()], palette=None),
    "shared colors": animation(*[replace(one, palette=PALETTE) for one in moving()]),
    "parts": animation(moving(1)[0], frame(ground(2)[:9, :7], left=30, top=20, delay=7, transparent=3, disposal=2)),
    "once": animation(*moving(), loop=None),
    "five times": animation(*moving(), loop=4),
    "all indices": animation(
        *[frame((np.arange(SIDE * SIDE) * step % 256).astype(np.uint8).reshape(SIDE, SIDE), bits=8) for step in (1, 3)],
        palette=bytes(range(256)) * 3,
    ),
    "still": animation(frame(ground())),
}


@pytest.mark.parametrize("name", CASES)
def test_without_loss_every_frame_looks_as_before(name):
    found = gif.lossless(CASES[name])
    require_same(CASES[name], found)
    assert len(found) <= len(CASES[name])


@pytest.mark.parametrize("name", ["whole frames", "nothing changes", "own palettes", "restored"])
def test_unchanged_pixels_are_not_drawn_again(name):
    assert len(gif.lossless(CASES[name])) < 0.9 * len(CASES[name])


def test_without_loss_again_finds_nothing_more():
    once = gif.lossless(CASES["whole frames"])
    assert gif.lossless(once) == once


def test_interlaced_frames_are_read_right():
    stream = io.BytesIO()
    Image.fromarray(ground() * 30).save(stream, "GIF", interlace=1)
    require_same(stream.getvalue(), gif.lossless(stream.getvalue()))


def test_comments_and_foreign_extensions_go():
    data = CASES["whole frames"]
    at = data.index(b"\x21\xf9")
    comment = b"\x21\xfe\x05Jane!\0"
    xmp = b"\x21\xff\x0bXMP DataXMP\x04abcd\0"
    text = b"\x21\x01\x0c" + bytes(12) + b"\0"
    found = gif.lossless(data[:at] + comment + xmp + text + data[at:])
    assert found == gif.lossless(data)


def test_frames_beyond_the_canvas_are_left_alone():
    data = animation(moving(1)[0], frame(ground()[:9, :9], left=44, top=44))
    assert gif.lossless(data) == data


def test_a_frame_that_would_make_the_canvas_huge_is_broken():
    with pytest.raises(ImageBrokenError):
        gif.lossless(animation(moving(1)[0], frame(ground()[:9, :9], left=65_000, top=65_000)))


def test_what_looks_different_is_not_taken(monkeypatch):
    data = CASES["whole frames"]
    spoiled = gif_blocks.parse(animation(frame(ground(5)[:1, :1]), *moving()[1:]))
    monkeypatch.setattr(gif.Redrawing, "result", lambda self: spoiled)
    assert gif.lossless(data) == data


@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.9])
def test_a_cut_file_is_broken(part):
    data = CASES["whole frames"]
    with pytest.raises(ImageBrokenError):
        gif.lossless(data[: int(len(data) * part)])


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"PNG", b"GIF89a" + bytes(7) + b";", b"GIF89a" + bytes(7) + b"\x99"])
def test_no_gif_is_broken(data):
    with pytest.raises(ImageBrokenError):
        gif.lossless(data)


def test_a_missing_last_byte_does_no_harm():
    data = CASES["still"]
    require_same(data, gif.lossless(data[:-1]))


# --- from pixels ---


def film(count: int = 3, loop: int = 0, *, alpha: bool = False) -> Picture:
    y, x = np.mgrid[:SIDE, :SIDE] * (255 // SIDE)
    frames = []
    for number in range(count):
        one = np.stack([x, y, 255 - x] + ([np.where(x > 60, 255, 0)] if alpha else []), 2).astype(np.uint8)
        one[5:15, 5 + 9 * number : 15 + 9 * number, :3] = 255 - 80 * number
        frames.append(one)
    pixels = pyvips.Image.new_from_array(np.concatenate(frames), interpretation="srgb")
    moves = Animation(delays=tuple(40 + 10 * number for number in range(count)), loop=loop) if count > 1 else None
    return Picture(pixels=pixels, width=SIDE, height=SIDE, animation=moves)


@pytest.mark.parametrize(("loop", "written"), [(0, 0), (1, None), (2, 1), (5, 4)])
@pytest.mark.parametrize("lossy", [True, False])
def test_pixels_keep_their_delays_and_loops(loop, written, lossy):
    found = gif_blocks.parse(gif.encode(film(loop=loop), wish(lossy=lossy)))
    assert [one.delay for one in found.frames] == [4, 5, 6]
    assert found.loop == written


def test_frames_that_are_alike_stay_apart():
    still = film(1)
    pixels = pyvips.Image.arrayjoin([still.pixels] * 3, across=1).copy_memory()
    picture = Picture(pixels=pixels, width=SIDE, height=SIDE, animation=Animation(delays=(100, 200, 300), loop=0))
    assert [one.delay for one in gif_blocks.parse(gif.encode(picture, wish())).frames] == [10, 20, 30]


@pytest.mark.parametrize("alpha", [False, True])
def test_pixels_look_like_themselves(alpha):
    source = film(alpha=alpha)
    shown = rendered(gif.encode(source, wish(lossy=False)))
    for number, (pixels, _) in enumerate(shown):
        expected = source.pixels.crop(0, number * SIDE, SIDE, SIDE).numpy()
        visible = expected[..., 3] > 128 if alpha else np.ones((SIDE, SIDE), bool)
        assert np.array_equal(pixels[..., 3] > 0, visible)
        difference = pixels[..., :3].astype(int) - expected[..., :3]
        assert np.abs(difference[visible]).mean() < 12


# --- with loss ---


def noisy() -> tuple[bytes, Picture]:
    """An animation whose noise is worth losing, and its pixels."""
    rng = np.random.default_rng(3)
    picture = film()
    array = picture.pixels.numpy().astype(int) + rng.integers(-6, 7, (3 * SIDE, SIDE, 1))
    pixels = pyvips.Image.new_from_array(array.clip(0, 255).astype(np.uint8), interpretation="srgb")
    picture = replace(picture, pixels=pixels)
    return gif.encode(picture, wish(lossy=False)), picture


@pytest.fixture(scope="module")
def source() -> tuple[bytes, Picture]:
    return noisy()


def test_less_quality_is_fewer_bytes(source):
    data, picture = source
    sizes = [len(gif.shrink_lossy(data, lambda: picture, wish(quality=quality))) for quality in (50, 80, 100)]
    assert sizes == sorted(sizes)
    assert sizes[0] < 0.8 * sizes[2]


def test_loss_keeps_frames_times_and_loops(source):
    data, picture = source
    found = gif.shrink_lossy(data, lambda: picture, wish())
    before, after = rendered(data), rendered(found)
    assert [time for _, time in before] == [time for _, time in after]
    assert len(found) < len(data)
    for (pixels, _), (others, _) in zip(before, after, strict=True):
        assert np.abs(pixels.astype(int) - others).mean() < 12


def test_what_would_not_look_good_enough_is_without_loss(source, monkeypatch):
    data, picture = source
    monkeypatch.setattr(gif._Looks, "score", lambda self, data: 50.0)
    found = gif.shrink_lossy(data, lambda: picture, wish())
    require_same(data, found)


def test_what_is_installed_changes_nothing(source, monkeypatch):
    started = []

    def start(*command: object, **_more: object) -> None:
        started.append(command)
        raise OSError("no program is to be started")

    monkeypatch.setattr("shutil.which", lambda name, *_rest, **_more: sys.executable)
    monkeypatch.setattr("subprocess.Popen", start)
    data, picture = source
    gif.shrink_lossy(data, lambda: picture, wish())
    assert not started


# --- the coder ---


@pytest.mark.parametrize("bits", [2, 5, 8])
@pytest.mark.parametrize("size", [1, 7, 5000, 120_000])
def test_coded_pixels_are_read_back(bits, size):
    rng = np.random.default_rng(size)
    values = np.minimum(rng.integers(0, 1 << bits, size), rng.integers(0, 1 << bits, size)).astype(np.uint8)
    one = frame(values.reshape(1, -1) if size < 5000 else values.reshape(100, -1), bits=bits)
    assert np.array_equal(indices_of(one), values.reshape(one.height, one.width))


@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize(("size", "is_room"), [(1, True), (2000, True), (40_000, False)])
def test_moved_codes_are_what_coding_anew_gives(bits, size, is_room):
    values = np.random.default_rng(size).integers(0, 4, size)
    codes = Coder().codes(values.tolist(), EXACT, 2)
    assert codes.size() == len(codes.data())
    places = {value: (1 << bits) - 1 - value for value in range(4)}
    moved = codes.moved(places, bits)
    assert (moved is not None) is is_room
    if moved is not None:
        anew = Coder().encode([places[value] for value in values.tolist()], EXACT, bits)
        assert moved.data() == anew


@pytest.mark.parametrize("most", [1, SIDE * SIDE + 1])
def test_what_is_too_much_to_be_drawn_stays_as_it_is(most, monkeypatch):
    data = animation(*moving(6, palette=PALETTE))
    whole = gif.lossless(data)
    gif.lossless.cache_clear()
    monkeypatch.setattr(gif_frames, "_MOST_PIXELS", most)
    found = gif.lossless(data)
    require_same(data, found)
    assert len(whole) < len(found) < len(data)


def test_a_choice_is_used_where_it_makes_a_match_longer():
    rng = np.random.default_rng(4)
    symbols = rng.integers(0, 2, 4000).tolist()
    exact = Coder().encode(symbols, [(0,), (1,)], 2)
    free = Coder().encode(symbols, [(0, 1), (1, 0)], 2)
    assert len(free) < 0.2 * len(exact)
