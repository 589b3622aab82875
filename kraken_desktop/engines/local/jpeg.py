"""JPEG: encoded by mozjpeg, or made smaller without touching a pixel. Only loaded in a child process."""

from __future__ import annotations

import io
from typing import Any

import pyvips
from PIL import Image

from kraken_desktop.engines.local.picture import Picture, Pixels, Wish
from kraken_desktop.engines.local.pixels import carrying, eight_bits
from kraken_desktop.engines.local.search import Curve, Setting, smallest
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import Chroma

CURVE = Curve(lowest=50, highest=94, start=71, slope=0.65)

_ALMOST_LOSSLESS = 95
"""The quality where a lossless recipe changes size or type: scores over 90, which cannot be told from the original."""

_OPTIONS: dict[str, Any] = {
    "optimize_coding": True,
    "interlace": True,
    "trellis_quant": True,
    "overshoot_deringing": True,
    "quant_table": 3,  # the smallest files of mozjpeg's tables at scores of 70 to 80
}

_TRAILER = 64 * 1024
"""How much may follow the end of an image: cameras and hosts append things."""
_DECODABLE = {0xC0, 0xC1, 0xC2}
"""Huffman-coded frames: baseline, extended, progressive. Arithmetic coding and the rest is left alone."""
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_BARE = {0x01, *range(0xD0, 0xD9)}
"""Markers without a length (ITU-T T.81, table B.1)."""


def encode(picture: Picture, wish: Wish) -> bytes:
    """A still picture without alpha as a progressive JPEG, with no metadata but ``picture.icc``.

    Without loss means with a loss that cannot be seen: JPEG has no other.

    Raises:
        pyvips.Error: libvips could not encode it.
    """
    pixels = eight_bits(picture.pixels)
    write = _half_wide if wish.chroma is Chroma.HORIZONTAL and pixels.bands > 1 else _write
    full_chroma = None if wish.chroma is None and pixels.bands > 1 else wish.chroma is Chroma.FULL
    if not wish.lossy:
        setting = Setting(_ALMOST_LOSSLESS, full_chroma=wish.chroma in {None, Chroma.FULL})
    elif wish.quality is not None:
        setting = Setting(wish.quality, full_chroma=bool(full_chroma))
    else:
        setting = smallest(pixels, wish.target, CURVE, write, full_chroma).setting
    return write(pixels, setting, icc=picture.icc, optimize_scans=True)


def lossless(data: bytes) -> bytes:
    """The same pixels in fewer bytes; the input itself where there is nothing to gain, or no way to be sure.

    Args:
        data: the whole file. Its segments are kept as they are, profile and orientation among them.

    Raises:
        ImageBrokenError: it is cut short, or cannot be decoded. ``path`` is empty.
    """
    if data.rfind(b"\xff\xd9", -_TRAILER) < 0:
        raise ImageBrokenError(path="", reason="no end of image")
    if not _is_common(data):
        return data
    try:
        # libjpeg ends the process at an error that mozjpeg's transcoder meets; libvips tells of most of them.
        original = _decoded(data)
        original.avg()
    except pyvips.Error as error:
        raise ImageBrokenError(path="", reason=str(error).strip()) from error
    smaller = _transcoded(data)
    if len(smaller) >= len(data):
        return data
    same = (_decoded(data) != _decoded(smaller)).max() == 0
    return smaller if same else data


def _write(pixels: Pixels, setting: Setting, *, icc: bytes | None = None, optimize_scans: bool = False) -> bytes:
    pixels, keep = carrying(pixels, icc)
    # Never "auto", which is 4:4:4 from a quality of 90 on.
    subsample = "off" if setting.full_chroma else "on"
    data: bytes = pixels.jpegsave_buffer(
        Q=setting.quality, subsample_mode=subsample, optimize_scans=optimize_scans, keep=keep, **_OPTIONS
    )
    return data


def _half_wide(pixels: Pixels, setting: Setting, *, icc: bytes | None = None, optimize_scans: bool = False) -> bytes:
    """4:2:2, which libvips does not write: by Pillow, with mozjpeg's quantization and its scans."""
    sample = _write(pyvips.Image.black(16, 16, bands=3).copy(interpretation="srgb"), setting)
    with Image.open(io.BytesIO(sample)) as opened:
        tables = opened.quantization  # type: ignore[attr-defined]  # of JPEG files only
    file = io.BytesIO()
    image = Image.fromarray(pixels.numpy())
    image.save(file, "JPEG", qtables=tables, subsampling="4:2:2", optimize=True, icc_profile=icc)
    return _transcoded(file.getvalue()) if optimize_scans else file.getvalue()


def _transcoded(data: bytes) -> bytes:
    """Optimal Huffman tables and scans. The input where the library has no build: Windows on ARM."""
    try:
        from mozjpeg_lossless_optimization import COPY_MARKERS, optimize
    except ImportError:
        return data
    try:
        smaller: bytes = optimize(data, copy=COPY_MARKERS.ALL)
    except ValueError:
        return data
    return smaller


def _decoded(data: bytes) -> Pixels:
    return pyvips.Image.jpegload_buffer(data, access="sequential", fail_on="truncated")


def _is_common(data: bytes) -> bool:
    """Whether the first frame has a coding and a depth that decoders know: Huffman, 8 bits."""
    at = 2
    while at + 4 < len(data):
        if data[at] != 0xFF:
            return False
        marker = data[at + 1]
        if marker in _FRAMES:
            return marker in _DECODABLE and data[at + 4] == 8
        if marker == 0xFF:
            at += 1
        elif marker in _BARE:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return False
