"""A decoded image, as the format modules get it and the decoder makes it. Only ever loaded in a child process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from kraken_desktop.model.recipe import Chroma, QualityTarget

Pixels: TypeAlias = Any
"""A ``pyvips.Image``, which has no types of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Animation:
    """How the frames of an animated image follow each other."""

    delays: tuple[int, ...]
    """Milliseconds a frame, as many as there are frames."""
    loop: int
    """How often it is shown; 0 for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Pixels ready to be encoded: upright, resized, in memory.

    sRGB or gray, 8 bits a band (16 if ``is_deep``), with or without an alpha band that is not premultiplied.
    Frames of an animation are joined from top to bottom, ``height`` rows each, as libvips has it.
    """

    pixels: Pixels
    width: int
    height: int
    """Of one frame."""
    animation: Animation | None = None
    is_deep: bool = False
    icc: bytes | None = None
    """The profile that the pixels are in and that has to go into the file; None: sRGB (or gray with its curve)."""

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return len(self.animation.delays) if self.animation is not None else 1

    @property
    def has_alpha(self) -> bool:
        """Whether a pixel may be transparent."""
        return bool(self.pixels.hasalpha())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a picture is to be encoded."""

    lossy: bool
    quality: int | None
    """1 to 100, lossy only; None: found by ``target``."""
    target: QualityTarget
    chroma: Chroma | None
