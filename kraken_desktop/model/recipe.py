"""What to do to an image."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

DEFAULT_RECIPE_ID = "00000000-0000-4000-8000-000000000001"
"""The built-in recipe of every profile that names none."""


class KeptMetadata(StrEnum):
    """What may survive; by default everything is removed.

    The values are Kraken.io's ``preserve_meta`` words (Kraken.io docs, "Preserving Metadata").
    """

    PROFILE = "profile"
    DATE = "date"
    COPYRIGHT = "copyright"
    GEOTAG = "geotag"
    ORIENTATION = "orientation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A named way to make images smaller; the same words for every engine."""

    id: str = DEFAULT_RECIPE_ID
    name: str = "Web image"
    lossy: bool = True
    quality: int | None = None
    """1 to 100, of lossy images only; None lets the engine find the best ratio for each image."""
    auto_orient: bool = True
    """Turn the pixels upright by the EXIF orientation, which is then dropped."""
    keep_metadata: frozenset[KeptMetadata] = frozenset()

    def __post_init__(self) -> None:
        if self.quality is not None and not 1 <= self.quality <= 100:
            raise ValueError(f"quality must be 1 to 100, not {self.quality}")

    def fingerprint(self) -> str:
        """A short name of everything that changes the output: part of ``{hash}``, so a cache never lies.

        The recipe's own name and id are left out: renaming a recipe changes no image.
        """
        told = {
            "lossy": self.lossy,
            "quality": self.quality if self.lossy else None,
            "auto_orient": self.auto_orient,
            "keep_metadata": sorted(self.keep_metadata),
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    def output_extension(self, source_extension: str) -> str:
        """The extension of the result, with its dot. HEIC becomes JPEG: no browser shows HEIC everywhere."""
        return ".jpg" if source_extension in {".heic", ".heif"} else source_extension
