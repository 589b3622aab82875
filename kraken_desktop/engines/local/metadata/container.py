"""What the readers of all containers share: what they write, what they may inflate, how they refuse."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from kraken_desktop.engines.local.protocol import Limits
from kraken_desktop.model.errors import ImageBrokenError

MOST_BYTES = Limits().inflated_bytes
"""Of one profile or text, inflated or not; a longer one counts as not there."""


MOST_PARTS = 2**16
"""Segments, chunks, boxes or frames of one file. No honest file comes near; each costs memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Metadata ready to be put into a file. None: none of its kind."""

    exif: bytes | None = None
    """A TIFF stream, without ``Exif\\0\\0``."""
    xmp: bytes | None = None
    """A packet."""
    iptc: bytes | None = None
    """Records of the Information Interchange Model."""


def broken(reason: str) -> ImageBrokenError:
    """The error for a container whose structure is wrong. Whoever knows the path fills it in."""
    return ImageBrokenError(path="", reason=reason)


def require_few(parts: int) -> None:
    """Refuse a file with more than ``MOST_PARTS``.

    Raises:
        ImageBrokenError: as it says.
    """
    if parts > MOST_PARTS:
        raise broken("too many parts")


def inflate(data: bytes) -> bytes | None:
    """What zlib made of ``data``; None if it is corrupt, cut, or more than ``MOST_BYTES``."""
    stream = zlib.decompressobj()
    try:
        inflated = stream.decompress(data, MOST_BYTES)
    except zlib.error:
        return None
    return inflated if stream.eof else None
