"""Colors that stay right: everything becomes sRGB, or gray with sRGB's curve, before it loses its profile.

Everything here is lazy but ``in_memory``: libvips computes when the pixels are asked for.
"""

from __future__ import annotations

import pyvips

from kraken_desktop.engines.local.picture import Pixels
from kraken_desktop.model.recipe import rgb

_PROFILE = "icc-profile-data"
_OWN_FIELDS = frozenset(
    {
        "width",
        "height",
        "bands",
        "format",
        "coding",
        "interpretation",
        "xoffset",
        "yoffset",
        "xres",
        "yres",
        "filename",
    }
)
"""What every image of libvips has."""
_P3_PRIMARIES = 12
"""Of ITU-T H.273, with a D65 white point: Display P3."""
_SRGB_GAMMA = 1 / 2.2
_STEP = 257
"""From 8 to 16 bits: 255 times this is 65535."""


def in_memory(pixels: Pixels) -> Pixels:
    """The same pixels, computed once, with nothing else that came along in the file."""
    plain = pixels.copy(xres=1, yres=1)
    for name in set(plain.get_fields()) - _OWN_FIELDS:
        plain.remove(name)
    return plain.copy_memory()


def is_gray(pixels: Pixels) -> bool:
    """Whether there is one channel of color."""
    return bool(pixels.bands < 3)


def is_cmyk(pixels: Pixels) -> bool:
    """Whether the four channels are inks."""
    return bool(pixels.interpretation == "cmyk")


def to_srgb(pixels: Pixels, icc: bytes | None, *, primaries: int = 0, gamma: float = 0.0) -> Pixels:
    """Pixels in the colors that a file without a profile is shown in.

    Args:
        pixels: in any color space that a decoder gives.
        icc: the profile they are in. One that cannot be read, or is meant for other channels, is no profile.
        primaries: by ITU-T H.273; counts where there is no profile.
        gamma: what the samples were raised to, if not as sRGB has it; counts where there is no profile.
    """
    if icc is not None:
        try:
            return _transformed(_with_profile(pixels, icc), embedded=True)
        except pyvips.Error:
            return to_srgb(pixels, None)
    if is_cmyk(pixels):
        # Which inks were meant nobody can know; libvips' own profile is as good a guess as any.
        return _transformed(pixels, input_profile="cmyk")
    if primaries == _P3_PRIMARIES and not is_gray(pixels):
        return _transformed(pixels, input_profile="p3")
    return _with_srgb_curve(pixels, gamma) if gamma else pixels


def to_eight_bits(pixels: Pixels) -> Pixels:
    """Rounded, not cut: what had 8 bits once gets them back exactly."""
    if pixels.format == "uchar":
        return pixels
    interpretation = "b-w" if is_gray(pixels) else "srgb"
    return (pixels / _STEP).rint().cast("uchar").copy(interpretation=interpretation)


def to_color(pixels: Pixels) -> Pixels:
    """Three channels of color instead of one."""
    if not is_gray(pixels):
        return pixels
    gray = pixels[0]
    bands = [gray, gray, *([pixels[1]] if pixels.bands == 2 else [])]
    interpretation = "rgb16" if pixels.format == "ushort" else "srgb"
    return gray.bandjoin(bands).copy(interpretation=interpretation)


def for_screen(pixels: Pixels) -> Pixels:
    """As a window draws it: premultiplied, 8 bits, B G R A. ``pixels``: sRGB or gray."""
    pixels = to_color(to_eight_bits(pixels))
    pixels = pixels[:4] if pixels.hasalpha() else pixels[:3].bandjoin(255)
    premultiplied = pixels.premultiply().rint().cast("uchar")
    return premultiplied[2].bandjoin([premultiplied[1], premultiplied[0], pixels[3]])


def background_for(pixels: Pixels, color: str) -> tuple[Pixels, list[float]]:
    """The pixels, made colored if the color needs it, and the color in their bands, opaque."""
    parts = rgb(color)
    scale = _STEP if pixels.format == "ushort" else 1
    if is_gray(pixels) and len(set(parts)) == 1:
        told = [float(parts[0] * scale)]
    else:
        pixels = to_color(pixels)
        told = [float(part * scale) for part in parts]
    return pixels, told


def flattened(pixels: Pixels, color: str) -> Pixels:
    """Without transparency: laid on a color, ``#rgb`` or ``#rrggbb``."""
    if not pixels.hasalpha():
        return pixels
    pixels, told = background_for(pixels, color)
    return pixels.flatten(background=told)


def without_useless_alpha(pixels: Pixels) -> Pixels:
    """Without its alpha channel if nothing is transparent."""
    if not pixels.hasalpha():
        return pixels
    opaque = 65535 if pixels.format == "ushort" else 255
    return pixels[: pixels.bands - 1] if pixels[pixels.bands - 1].min() >= opaque else pixels


def are_same(one: Pixels, other: Pixels) -> bool:
    """Whether two pictures show the same, to the last bit. Ways to store the same (gray, depth, alpha) do not count."""
    if (one.width, one.height) != (other.width, other.height) or is_cmyk(one) != is_cmyk(other):
        return False
    one, other = _comparable(one), _comparable(other)
    # What is under a fully transparent pixel is not seen, and may be changed.
    alike = (one == other).bandand() | ((one[-1] == 0) & (other[-1] == 0))
    return bool(alike.min() == 255)


def _comparable(pixels: Pixels) -> Pixels:
    if is_cmyk(pixels):
        return pixels.bandjoin(255)
    pixels = to_color(pixels)
    if pixels.format == "uchar":
        pixels = (pixels * _STEP).cast("ushort")
    return pixels if pixels.bands == 4 else pixels.bandjoin(65535)


def _with_profile(pixels: Pixels, icc: bytes) -> Pixels:
    pixels = pixels.copy()
    pixels.set_type(pyvips.GValue.blob_type, _PROFILE, icc)
    return pixels


def _with_srgb_curve(pixels: Pixels, gamma: float) -> Pixels:
    solid = pixels[: pixels.bands - 1] if pixels.hasalpha() else pixels
    most = 65535 if pixels.format == "ushort" else 255
    curved = ((solid / most) ** (_SRGB_GAMMA / gamma) * most).rint().cast(pixels.format)
    whole = curved.bandjoin(pixels[pixels.bands - 1]) if pixels.hasalpha() else curved
    return whole.copy(interpretation=pixels.interpretation)


def _transformed(pixels: Pixels, *, embedded: bool = False, input_profile: str | None = None) -> Pixels:
    """Raises ``pyvips.Error`` for a profile that does not fit."""
    wanted = {"embedded": True} if embedded else {"input_profile": input_profile}
    # Without black point compensation dark tones of CMYK photos are lost.
    colored = pixels.icc_transform(
        "srgb",
        intent="relative",
        black_point_compensation=True,
        depth=16 if pixels.format == "ushort" else 8,
        **wanted,
    )
    if not is_gray(pixels):
        return colored
    # A gray profile gives equal parts of each color.
    kept = colored[0].copy(interpretation="grey16" if pixels.format == "ushort" else "b-w")
    return kept.bandjoin(colored[colored.bands - 1]) if pixels.bands == 2 else kept
