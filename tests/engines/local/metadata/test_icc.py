import struct
from collections.abc import Callable

import pytest
from PIL import ImageCms

from kraken_desktop.engines.local.metadata import is_srgb
from kraken_desktop.engines.local.metadata.icc import is_profile
from tests.engines.local.metadata.samples import srgb, wide

RIGHT = {
    b"rXYZ": (0.4361, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}
DISPLAY_P3 = {
    b"rXYZ": (0.5151, 0.2412, -0.0011),
    b"gXYZ": (0.2920, 0.6922, 0.0419),
    b"bXYZ": (0.1571, 0.0666, 0.7841),
}


def fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def linear(coded: float) -> float:
    return coded / 12.92 if coded <= 0.04045 else ((coded + 0.055) / 1.055) ** 2.4


def table(count: int, curve: Callable[[float], float] = linear) -> bytes:
    values = [round(65535 * curve(step / (count - 1))) for step in range(count)]
    return b"curv\0\0\0\0" + struct.pack(f">I{count}H", count, *values)


def parametric(kind: int, *values: float) -> bytes:
    return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + fixed(*values)


def gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256))


SRGB_CURVE = parametric(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def profile(tags: dict[bytes, bytes], space: bytes = b"RGB ") -> bytes:
    offset = 132 + 12 * len(tags)
    head, body = b"", b""
    for name, tag in tags.items():
        head += struct.pack(">4sII", name, offset + len(body), len(tag))
        body += tag + bytes(-len(tag) % 4)
    whole = struct.pack(">I", len(tags)) + head + body
    return struct.pack(">I", 128 + len(whole)) + bytes(12) + space + bytes(16) + b"acsp" + bytes(88) + whole


def matrix(curve: bytes, primaries: dict[bytes, tuple[float, float, float]] = RIGHT) -> bytes:
    tags = {name: b"XYZ \0\0\0\0" + fixed(*value) for name, value in primaries.items()}
    return profile(tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


@pytest.mark.parametrize("curve", [SRGB_CURVE, table(1024), table(4096), table(64)])
def test_srgb_is_known_by_its_numbers(curve: bytes) -> None:
    assert is_srgb(matrix(curve))


def test_srgb_of_another_program() -> None:
    assert is_srgb(srgb())


def test_gray_with_the_same_curve_looks_the_same() -> None:
    assert is_srgb(profile({b"kTRC": SRGB_CURVE}, b"GRAY"))
    assert not is_srgb(profile({b"kTRC": gamma(1.8)}, b"GRAY"))


@pytest.mark.parametrize(
    "icc",
    [
        matrix(SRGB_CURVE, DISPLAY_P3),
        matrix(gamma(2.2)),
        matrix(gamma(1.0)),
        matrix(b"curv" + bytes(8)),
        matrix(table(1024, lambda coded: coded**1.8)),
        matrix(parametric(0, 2.2)),
        matrix(parametric(1, 2.4, 0, 1)),
        matrix(parametric(2, 2.4, 1, -2, 0)),
        matrix(parametric(4, 0.5, -1, 0, 0, 0, 0, 0)),
        matrix(parametric(9, 1)),
        matrix(parametric(3, 2.4)[:-4]),
        matrix(b"curv"),
        matrix(b"curv\0\0\0\0\xff\xff\xff\xff"),
        matrix(b""),
        profile({}),
        profile({b"kTRC": SRGB_CURVE}, b"CMYK"),
        profile({b"A2B0": b""}),
        wide(),
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
    ],
    ids=range(19),
)
def test_what_is_not_srgb(icc: bytes) -> None:
    assert is_profile(icc)
    assert not is_srgb(icc)


@pytest.mark.parametrize("icc", [b"", b"sRGB", srgb()[:-1], srgb()[:36] + b"SECR" + srgb()[40:], bytes(400)])
def test_what_is_no_profile(icc: bytes) -> None:
    assert not is_profile(icc)
    assert not is_srgb(icc)


def test_every_cut_is_survived() -> None:
    whole = matrix(SRGB_CURVE)
    for end in range(132, len(whole)):
        is_srgb(struct.pack(">I", end) + whole[4:end])
