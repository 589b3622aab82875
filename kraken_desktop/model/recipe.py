"""What to do to an image: the same words for every engine."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, fields
from enum import StrEnum

DEFAULT_RECIPE_ID = "00000000-0000-4000-8000-000000000001"
"""The built-in recipe of every profile that names none."""

MOST_VARIANTS = 10
"""Of one recipe (Kraken.io docs, "Generating image sets")."""
LARGEST_SIDE = 100_000
"""Pixels that a resize may ask for (the vendor's command-line client)."""
WHITE = "#ffffff"

_COLOR = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?")
_VARIANT = re.compile(r"[A-Za-z0-9._-]{1,64}")


class KeptMetadata(StrEnum):
    """What may survive; by default everything is removed.

    The values are Kraken.io's ``preserve_meta`` words (Kraken.io docs, "Preserving Metadata").
    """

    PROFILE = "profile"
    DATE = "date"
    COPYRIGHT = "copyright"
    GEOTAG = "geotag"
    ORIENTATION = "orientation"


class QualityTarget(StrEnum):
    """How good automatic quality has to look; for this computer's engine only."""

    SMALLER = "smaller"
    BALANCED = "balanced"
    FINEST = "finest"


class Chroma(StrEnum):
    """Chroma subsampling of a JPEG; Kraken.io's ``sampling_scheme``."""

    HALF = "4:2:0"
    HORIZONTAL = "4:2:2"
    FULL = "4:4:4"


class OutputFormat(StrEnum):
    """What an image is converted to; Kraken.io's ``convert.format``."""

    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    AVIF = "avif"

    @property
    def extension(self) -> str:
        """With its dot."""
        return ".jpg" if self is OutputFormat.JPEG else f".{self.value}"


class Strategy(StrEnum):
    """How an image gets its new size (Kraken.io docs, "Image resizing").

    The first three never enlarge.
    """

    PORTRAIT = "portrait"
    """The height is given, the width follows."""
    LANDSCAPE = "landscape"
    """The width is given, the height follows."""
    AUTO = "auto"
    """``landscape`` for an image that is at least as wide as high, else ``portrait``."""
    EXACT = "exact"
    """Both are given; the ratio is ignored."""
    FIT = "fit"
    """Cropped to the ratio of the box, then scaled to it."""
    CROP = "crop"
    """As ``fit``."""
    SQUARE = "square"
    """Cropped to a square, then scaled to ``size``."""
    FILL = "fill"
    """Scaled to fit into the box, the rest filled with the background."""


class CropMode(StrEnum):
    """Which part of the image a crop keeps; Kraken.io's ``crop_mode``."""

    CENTER = "c"
    BOTTOM = "b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resize:
    """A new size, in pixels of the upright image."""

    strategy: Strategy
    width: int | None = None
    height: int | None = None
    size: int | None = None
    """Both sides; of ``square`` only."""
    background: str = WHITE
    """``#rgb`` or ``#rrggbb``; of ``fill`` only."""
    crop_mode: CropMode = CropMode.CENTER
    enhance: bool = False
    """Sharpen after scaling."""

    def __post_init__(self) -> None:
        for name in self.needs:
            side = getattr(self, name)
            if side is None or not 1 <= side <= LARGEST_SIDE:
                raise ValueError(f"{self.strategy} needs a {name} of 1 to {LARGEST_SIDE}, not {side}")
        require_color(self.background)

    @property
    def needs(self) -> tuple[str, ...]:
        """The fields that the strategy takes its size from."""
        match self.strategy:
            case Strategy.PORTRAIT:
                return ("height",)
            case Strategy.LANDSCAPE:
                return ("width",)
            case Strategy.SQUARE:
                return ("size",)
            case _:
                return ("width", "height")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One output of a recipe that has several. What is None is as the recipe says."""

    name: str
    """What ``{variant}`` stands for: letters, digits, ``.``, ``_``, ``-``."""
    resize: Resize | None = None
    """None: the size of the source, whatever the recipe says."""
    convert: OutputFormat | None = None
    lossy: bool | None = None
    quality: int | None = None
    chroma: Chroma | None = None

    def __post_init__(self) -> None:
        if not _VARIANT.fullmatch(self.name):
            raise ValueError(f"a variant's name has letters, digits, '.', '_' and '-', not {self.name!r}")
        _require_quality(self.quality)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One image to be made of a source: a variant with all that it inherits."""

    variant: str = ""
    extension: str
    """Of the result, with its dot."""
    lossy: bool
    quality: int | None
    chroma: Chroma | None
    resize: Resize | None
    converts: bool
    """Whether the result is of another type than the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A named way to make images smaller; the same words for every engine."""

    id: str = DEFAULT_RECIPE_ID
    name: str = "Web image"
    lossy: bool = True
    quality: int | None = None
    """1 to 100, of lossy images only; None lets the engine find the best ratio for each image."""
    target: QualityTarget = QualityTarget.BALANCED
    """For a quality that this computer's engine finds."""
    chroma: Chroma | None = None
    """None: 4:2:0, or finer where the engine sees that it is needed."""
    resize: Resize | None = None
    convert: OutputFormat | None = None
    background: str = WHITE
    """Behind transparent pixels when the result can have none; ``#rgb`` or ``#rrggbb``."""
    auto_orient: bool = True
    """Turn the pixels upright by the EXIF orientation, which is then dropped."""
    keep_metadata: frozenset[KeptMetadata] = frozenset()
    variants: tuple[Variant, ...] = ()
    """Empty for a plain recipe; else its outputs instead of the one that ``resize`` and ``convert`` describe."""
    sandbox: bool = False
    """Kraken.io's ``dev``: the request is checked, nothing is made, stored or charged, and the numbers are made up.

    Means nothing to this computer's engine.
    """

    def __post_init__(self) -> None:
        _require_quality(self.quality)
        require_color(self.background)
        if len(self.variants) > MOST_VARIANTS:
            raise ValueError(f"at most {MOST_VARIANTS} variants, not {len(self.variants)}")
        if len({variant.name for variant in self.variants}) != len(self.variants):
            raise ValueError("two variants have the same name")

    def fingerprint(self) -> str:
        """A short name of everything that changes the output: part of ``{hash}``, so a cache never lies.

        The recipe's own name and id are left out: renaming a recipe changes no image. So is what has its
        default, but for the first four, so that a new field changes no key.
        """
        told: dict[str, object] = {
            "lossy": self.lossy,
            "quality": self.quality if self.lossy else None,
            "auto_orient": self.auto_orient,
            "keep_metadata": sorted(self.keep_metadata),
        }
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in {*told, "id", "name"} and value != field.default:
                told[field.name] = repr(value)
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    def output_extension(self, source_extension: str) -> str:
        """The extension of the result, with its dot. HEIC becomes JPEG: no browser shows HEIC everywhere."""
        return _extension(self.convert, source_extension)

    def outputs(self, source_extension: str) -> tuple[Output, ...]:
        """Every image to be made of a source with this extension, in the recipe's order."""
        variants = self.variants or (None,)
        return tuple(self._output(variant, source_extension) for variant in variants)

    def _output(self, variant: Variant | None, source_extension: str) -> Output:
        if variant is None:
            convert, resize = self.convert, self.resize
            lossy, quality, chroma = self.lossy, self.quality, self.chroma
        else:
            convert, resize = variant.convert or self.convert, variant.resize
            lossy = self.lossy if variant.lossy is None else variant.lossy
            quality = self.quality if variant.quality is None else variant.quality
            chroma = variant.chroma or self.chroma
        extension = _extension(convert, source_extension)
        return Output(
            variant=variant.name if variant is not None else "",
            extension=extension,
            lossy=lossy,
            quality=quality if lossy else None,
            chroma=chroma,
            resize=resize,
            converts=extension != source_extension,
        )


def require_color(text: str) -> None:
    """Raises ``ValueError`` if the text is no ``#rgb`` or ``#rrggbb``."""
    if not _COLOR.fullmatch(text):
        raise ValueError(f"a color is #rgb or #rrggbb, not {text!r}")


def rgb(color: str) -> tuple[int, int, int]:
    """The three parts of ``#rgb`` or ``#rrggbb``, 0 to 255."""
    digits = color.removeprefix("#")
    pairs = [digit * 2 for digit in digits] if len(digits) == 3 else [digits[at : at + 2] for at in (0, 2, 4)]
    red, green, blue = (int(pair, 16) for pair in pairs)
    return red, green, blue


def _extension(convert: OutputFormat | None, source_extension: str) -> str:
    if convert is not None:
        return convert.extension
    return ".jpg" if source_extension in {".heic", ".heif"} else source_extension


def _require_quality(quality: int | None) -> None:
    if quality is not None and not 1 <= quality <= 100:
        raise ValueError(f"quality must be 1 to 100, not {quality}")
