"""``--variant``, ``--widths`` and ``--formats``: an image set as it is typed."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace

from kraken_desktop.cli.console import UsageError, one_of
from kraken_desktop.messages import Words
from kraken_desktop.model.image_set import grid
from kraken_desktop.model.recipe import (
    LARGEST_SIDE,
    Chroma,
    CropMode,
    OutputFormat,
    Resize,
    Strategy,
    Variant,
    require_color,
)
from kraken_desktop.model.recipe_rules import check_variants

SYNTAX = """\
An image set: --widths and --formats make one image of each width in each format; --variant adds one image.
A variant is NAME followed by what is particular about it, each behind a colon, in any order:
  480w  900h  1600w900h      at most so wide, so high, or both; never enlarged
  400x300                    exactly this size, cropped (400x300-fit: by Kraken.io's other way to crop)
  400x300-fill               exactly this size, with a border
  400x300-exact              exactly this size, stretched
  jpeg png gif webp avif     converted to it
  q70 lossy lossless         its own quality; all other images have the recipe's
  420 422 444                its own chroma subsampling
  bottom                     cropping keeps the lower part
  sharpen                    sharpened after scaling
  #rrggbb                    the color of a border
such as --variant small:480w:webp:q70 --variant square:400x400:bottom
"""

_AT_MOST = re.compile(r"(?:([0-9]{1,6})w)?(?:([0-9]{1,6})h)?")
_EXACTLY = re.compile(r"([0-9]{1,6})[x×]([0-9]{1,6})(?:-([a-z]+))?")
_QUALITY = re.compile(r"q([0-9]{1,3})")
_CHROMA = {each.value.replace(":", ""): each for each in Chroma}
_EXACT_STRATEGIES = (Strategy.CROP, Strategy.FIT, Strategy.FILL, Strategy.EXACT)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add them to a command."""
    parser.add_argument(
        "--widths", type=_widths, metavar="LIST", help="a set of images, at most so wide each, such as 480,960,1600"
    )
    parser.add_argument(
        "--formats", type=_formats, metavar="LIST", help="a set of images, one in each format, such as avif,webp,jpeg"
    )
    parser.add_argument(
        "--variant",
        type=_variant,
        action="append",
        metavar="NAME:…",
        help="one image of a set, such as small:480w:webp:q70; repeat for more, '' for no set",
    )


def wants_set(arguments: argparse.Namespace) -> bool:
    """Whether the command line says of which images a set consists, or that there is none."""
    return any(getattr(arguments, name) is not None for name in ("widths", "formats", "variant"))


def variants_of(arguments: argparse.Namespace, resize: Resize | None) -> tuple[Variant, ...]:
    """The set that the command line describes.

    Args:
        arguments: of a parser with these options.
        resize: the size of the images where only formats are given.

    Raises:
        UsageError: two images have the same name, or there are too many.
    """
    named = tuple(each for each in arguments.variant or () if each is not None)
    variants = (*grid(arguments.widths or (), arguments.formats or (), resize), *named)
    for finding in check_variants([each.name for each in variants]) if variants else ():
        message = Words().finding(finding)
        raise UsageError(f"kraken-s3: {message.what} {message.remedy}")
    return variants


def one_format(text: str) -> OutputFormat:
    """A format, as it may be typed."""
    return one_of(OutputFormat)({"jpg": "jpeg"}.get(text.lower(), text))


def one_side(text: str) -> int:
    """A side in pixels."""
    return number(text, LARGEST_SIDE)


def number(text: str, most: int) -> int:
    """A whole number from 1 on."""
    told = int(text) if text.isdecimal() else 0
    if not 1 <= told <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {most}")
    return told


def _widths(text: str) -> tuple[int, ...]:
    return tuple(one_side(each.strip().removesuffix("w")) for each in text.split(","))


def _formats(text: str) -> tuple[OutputFormat, ...]:
    return tuple(one_format(each.strip()) for each in text.split(","))


def _variant(text: str) -> Variant | None:
    if not text:
        return None
    name, *pieces = text.split(":")
    try:
        variant = Variant(name=name)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error
    for piece in sorted(pieces, key=_is_about_the_size, reverse=True):
        variant = _with_piece(variant, piece.strip(), text)
    return variant


def _is_about_the_size(piece: str) -> bool:
    return bool(_EXACTLY.fullmatch(piece.strip().lower()) or _AT_MOST.fullmatch(piece.strip().lower()))


def _with_piece(variant: Variant, piece: str, text: str) -> Variant:
    word = piece.lower()
    if quality := _QUALITY.fullmatch(word):
        return replace(variant, lossy=True, quality=number(quality[1], 100))
    if word in {"lossy", "lossless"}:
        return replace(variant, lossy=word == "lossy")
    if word in _CHROMA:
        return replace(variant, chroma=_CHROMA[word])
    if word in {"jpg", *OutputFormat}:
        return replace(variant, convert=one_format(word))
    if word and _is_about_the_size(word):
        return replace(variant, resize=_resize(word))
    if word in {"bottom", "sharpen"} or word.startswith("#"):
        return replace(variant, resize=_finer(variant.resize, word, text))
    raise argparse.ArgumentTypeError(f"{piece!r} in {text!r} is nothing that a variant has; see: recipe add --help")


def _resize(word: str) -> Resize:
    if exactly := _EXACTLY.fullmatch(word):
        width, height = one_side(exactly[1]), one_side(exactly[2])
        if exactly[3] is None and width == height:
            return Resize(strategy=Strategy.SQUARE, size=width)
        strategy = next((each for each in _EXACT_STRATEGIES if each.value == (exactly[3] or "crop")), None)
        if strategy is None:
            known = ", ".join(_EXACT_STRATEGIES)
            raise argparse.ArgumentTypeError(f"{exactly[3]!r} is none of: {known}")
        return Resize(strategy=strategy, width=width, height=height)
    found = _AT_MOST.fullmatch(word)
    wide, high = found.groups() if found is not None else (None, None)
    if wide and high:
        return Resize(strategy=Strategy.AUTO, width=one_side(wide), height=one_side(high))
    if wide:
        return Resize(strategy=Strategy.LANDSCAPE, width=one_side(wide))
    return Resize(strategy=Strategy.PORTRAIT, height=one_side(high or ""))


def _finer(resize: Resize | None, word: str, text: str) -> Resize:
    if resize is None:
        raise argparse.ArgumentTypeError(f"{word!r} in {text!r} needs a size")
    if word == "bottom":
        return replace(resize, crop_mode=CropMode.BOTTOM)
    if word == "sharpen":
        return replace(resize, enhance=True)
    try:
        require_color(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error
    return replace(resize, background=word)
