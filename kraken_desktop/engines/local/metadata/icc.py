"""ICC profiles: whether one says what no profile says too.

sRGB is recognized by its numbers, not by its name: the primaries and the curve (IEC 61966-2-1, adapted to D50 as
ICC.1:2022 has it). So the small variants of other programs count, and a wide-gamut profile called "sRGB" does not.
"""

from __future__ import annotations

import struct

_HEADER = 128
_MOST_TAGS = 100
_PRIMARIES = {
    b"rXYZ": (0.4361, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}
_TOLERANCE = 0.003
_CURVE_TOLERANCE = 1.5 / 255
"""In coded values: a step and a half of 8 bits, which small variants need for their short tables."""
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}
_PROBES = tuple(step / 64 for step in range(1, 65))
_LOOKUP_TABLES = frozenset({b"A2B0", b"A2B1", b"A2B2", b"D2B0", b"D2B1", b"cicp"})


def is_profile(icc: bytes) -> bool:
    """Whether these bytes begin as an ICC profile, and are whole."""
    return len(icc) >= _HEADER + 4 and icc[36:40] == b"acsp" and _HEADER < int.from_bytes(icc[:4], "big") <= len(icc)


def is_srgb(icc: bytes) -> bool:
    """Whether a profile is sRGB, or gray with sRGB's curve: without it the picture looks the same."""
    if not is_profile(icc):
        return False
    tags = _tags(icc)
    if _LOOKUP_TABLES & tags.keys():
        # Other rules come first there, and a picture is not what its primaries say.
        return False
    match icc[16:20]:
        case b"GRAY":
            return _is_srgb_curve(tags.get(b"kTRC", b""))
        case b"RGB ":
            curves = {tags.get(name, b"") for name in (b"rTRC", b"gTRC", b"bTRC")}
            return all(_is_near(tags.get(name, b""), told) for name, told in _PRIMARIES.items()) and all(
                _is_srgb_curve(curve) for curve in curves
            )
        case _:
            return False


def _tags(icc: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", icc, _HEADER)
    tags: dict[bytes, bytes] = {}
    for index in range(min(count, _MOST_TAGS, (len(icc) - _HEADER - 4) // 12)):
        name, offset, size = struct.unpack_from(">4sII", icc, _HEADER + 4 + 12 * index)
        tags[name] = icc[offset : offset + size]
    return tags


def _is_near(tag: bytes, told: tuple[float, float, float]) -> bool:
    if len(tag) < 20 or tag[:4] != b"XYZ ":
        return False
    found = struct.unpack_from(">3i", tag, 8)
    return all(abs(part / 65536 - right) <= _TOLERANCE for part, right in zip(found, told, strict=True))


def _is_srgb_curve(tag: bytes) -> bool:
    try:
        return all(abs(_coded(_linear(tag, probe)) - probe) <= _CURVE_TOLERANCE for probe in _PROBES)
    except (ArithmeticError, ValueError, TypeError, struct.error):
        # Parameters that are no curve: a root of a negative number, a division by zero.
        return False


def _linear(tag: bytes, coded: float) -> float:
    """The light of a coded value, both 0 to 1, by a ``curv`` or ``para`` tag."""
    if tag[:4] == b"para":
        return _parametric(tag, coded)
    if tag[:4] != b"curv":
        raise ValueError("no curve")
    (count,) = struct.unpack_from(">I", tag, 8)
    if count == 0:
        return coded
    if count == 1:
        return float(coded ** (struct.unpack_from(">H", tag, 12)[0] / 256))
    at = coded * (count - 1)
    low = min(int(at), count - 2)
    before, after = struct.unpack_from(">2H", tag, 12 + 2 * low)
    return float(before + (after - before) * (at - low)) / 65535


def _parametric(tag: bytes, coded: float) -> float:
    (kind,) = struct.unpack_from(">H", tag, 8)
    count = _PARAMETERS.get(kind, 0)
    told: list[float] = [value / 65536 for value in struct.unpack_from(f">{count}i", tag, 12)]
    gamma, a, b, c, d, e, f = (told + [0.0] * 7)[:7]
    match kind:
        case 0:
            return float(coded**gamma)
        case 1:
            return float((a * coded + b) ** gamma) if coded >= -b / a else 0.0
        case 2:
            return float((a * coded + b) ** gamma + c) if coded >= -b / a else c
        case 3 | 4:
            return float((a * coded + b) ** gamma + e) if coded >= d else c * coded + f
        case _:
            raise ValueError("no curve")


def _coded(linear: float) -> float:
    """The sRGB transfer function."""
    linear = min(max(linear, 0.0), 1.0)
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
