"""What every encoder does to pixels before it writes them. Only loaded in a child process."""

from __future__ import annotations

import pyvips

from kraken_desktop.engines.local.picture import Pixels

_ICC = "icc-profile-data"


def eight_bits(pixels: Pixels) -> Pixels:
    """The same pixels with 8 bits a band, in memory."""
    if pixels.format == "uchar":
        return pixels
    return pixels.colourspace("b-w" if pixels.bands < 3 else "srgb").cast("uchar").copy_memory()


def carrying(pixels: Pixels, icc: bytes | None) -> tuple[Pixels, str]:
    """Pixels and the ``keep`` option with which libvips writes this profile, or none, and nothing else."""
    if icc is None:
        return pixels, "none"
    carrier = pixels.copy()
    carrier.set_type(pyvips.GValue.blob_type, _ICC, icc)
    return carrier, "icc"
