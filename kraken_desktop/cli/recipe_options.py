"""The options that change a recipe: of ``recipe add`` and ``edit`` for good, of ``put`` for one run."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from kraken_desktop.cli import variant_options
from kraken_desktop.cli.console import UsageError, one_of
from kraken_desktop.cli.variant_options import number, one_format, one_side
from kraken_desktop.model.recipe import (
    Chroma,
    CropMode,
    KeptMetadata,
    OutputFormat,
    QualityTarget,
    Recipe,
    Resize,
    Strategy,
    require_color,
)

_SIZE = re.compile(r"([0-9]{1,6})[x×]([0-9]{1,6})", re.IGNORECASE)
_CROP_MODES = {"center": CropMode.CENTER, "bottom": CropMode.BOTTOM}

T = TypeVar("T")
Given = tuple[T]
"""What was typed, where None is something that can be typed."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add them to a command."""
    _add_compression(parser)
    _add_size(parser)
    parser.add_argument(
        "--format",
        type=_or("same", one_format),
        metavar="F",
        help="convert to " + ", ".join(OutputFormat) + ", or keep the same",
    )
    parser.add_argument(
        "--background",
        type=_color,
        metavar="COLOR",
        help="such as #ffffff: behind what is transparent where the result can have none, and of a border",
    )
    variant_options.add_options(parser)
    parser.add_argument(
        "--keep-meta",
        type=_kept_metadata,
        metavar="LIST",
        help="comma-separated: " + ", ".join(KeptMetadata) + "; 'none' removes everything",
    )
    parser.add_argument(
        "--auto-orient", action=argparse.BooleanOptionalAction, help="turn photos upright (or do not), as cameras noted"
    )
    parser.add_argument(
        "--sandbox",
        action=argparse.BooleanOptionalAction,
        help="test with Kraken.io's sandbox: nothing is stored or charged, results are made up",
    )


def _add_compression(parser: argparse.ArgumentParser) -> None:
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--lossless", action="store_true", help="keep every pixel")
    mode.add_argument("--lossy", action="store_true", help="much smaller, at a quality that looks the same")
    parser.add_argument(
        "--quality",
        type=_or("auto", lambda text: number(text, 100)),
        metavar="N",
        help="1 to 100, lossy only; or auto (the default)",
    )
    parser.add_argument(
        "--target",
        type=one_of(QualityTarget),
        metavar="WORD",
        help="automatic quality of this computer's engine: " + ", ".join(QualityTarget),
    )
    parser.add_argument(
        "--chroma",
        type=_or("auto", _chroma),
        metavar="S",
        help="chroma subsampling of JPEG: " + ", ".join(Chroma) + ", or auto; 4:4:4 keeps colored edges sharp",
    )


def _add_size(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--max-width", type=one_side, metavar="N", help="at most so wide, in pixels; never enlarged")
    parser.add_argument("--max-height", type=one_side, metavar="N", help="at most so high, in pixels; never enlarged")
    parser.add_argument(
        "--size",
        type=_or("original", _size),
        metavar="WxH",
        help="exactly this size, in pixels; cropped unless --strategy; or original",
    )
    parser.add_argument(
        "--strategy",
        type=one_of(Strategy),
        metavar="S",
        help="how --size is reached: " + ", ".join(Strategy),
    )
    parser.add_argument(
        "--crop-mode", choices=list(_CROP_MODES), help="which part is kept where an image is cropped (center)"
    )
    parser.add_argument("--enhance", action=argparse.BooleanOptionalAction, help="sharpen after scaling")


def changed(recipe: Recipe, arguments: argparse.Namespace) -> Recipe:
    """The recipe with what the command line says.

    Raises:
        UsageError: the options do not go together.
    """
    recipe = _resized(_compressed(recipe, arguments), arguments)
    given: dict[str, Any] = {
        field: value
        for field, value in (
            ("keep_metadata", arguments.keep_meta),
            ("auto_orient", arguments.auto_orient),
            ("sandbox", arguments.sandbox),
            ("background", arguments.background),
        )
        if value is not None
    }
    return _finished(replace(recipe, **given), arguments)


def _compressed(recipe: Recipe, arguments: argparse.Namespace) -> Recipe:
    if arguments.lossless or arguments.lossy:
        recipe = replace(recipe, lossy=arguments.lossy)
    if arguments.quality is not None:
        (quality,) = arguments.quality
        if not recipe.lossy and quality is not None:
            raise UsageError("kraken-s3: --quality has a meaning for lossy images only; add --lossy")
        recipe = replace(recipe, quality=quality)
    if arguments.target is not None:
        recipe = replace(recipe, target=arguments.target, quality=None)
    if arguments.chroma is not None:
        (chroma,) = arguments.chroma
        recipe = replace(recipe, chroma=chroma)
    return recipe


def _resized(recipe: Recipe, arguments: argparse.Namespace) -> Recipe:
    resize = _resize(arguments)
    if variant_options.wants_set(arguments):
        if arguments.widths is not None and resize is not None:
            raise UsageError("kraken-s3: --widths says the sizes; leave out --max-width, --max-height and --size")
        if arguments.formats is not None and arguments.format is not None:
            raise UsageError("kraken-s3: --formats says the formats; leave out --format")
        (size,) = resize if resize is not None else (recipe.resize,)
        recipe = replace(recipe, variants=variant_options.variants_of(arguments, size))
    elif resize is not None or arguments.format is not None:
        # One image is asked for.
        recipe = replace(recipe, variants=())
    if resize is not None and not recipe.variants:
        recipe = replace(recipe, resize=resize[0])
    if arguments.format is not None:
        recipe = replace(recipe, convert=arguments.format[0])
    return recipe


def _finished(recipe: Recipe, arguments: argparse.Namespace) -> Recipe:
    """With the finer points of a size, for every size that there is."""
    finer: dict[str, Any] = {}
    if arguments.crop_mode is not None:
        finer["crop_mode"] = _CROP_MODES[arguments.crop_mode]
    if arguments.enhance is not None:
        finer["enhance"] = arguments.enhance
    sizes = [each.resize for each in recipe.variants] or [recipe.resize]
    if finer and not any(sizes):
        raise UsageError("kraken-s3: --crop-mode and --enhance need a size, such as --size 400x300 or --max-width 1600")
    border = {} if arguments.background is None else {"background": arguments.background}

    def refined(resize: Resize | None) -> Resize | None:
        if resize is None:
            return None
        return replace(resize, **finer, **(border if resize.strategy is Strategy.FILL else {}))

    if not recipe.variants:
        return replace(recipe, resize=refined(recipe.resize))
    return replace(recipe, variants=tuple(replace(each, resize=refined(each.resize)) for each in recipe.variants))


def _resize(arguments: argparse.Namespace) -> Given[Resize | None] | None:
    """The size that is asked for; None if none is."""
    width, height, size, strategy = arguments.max_width, arguments.max_height, arguments.size, arguments.strategy
    if size is not None:
        if width is not None or height is not None:
            raise UsageError("kraken-s3: --size says both sides; leave out --max-width and --max-height")
        if size == (None,):
            return (None,)
        return (_exactly(size[0], strategy or Strategy.CROP),)
    if strategy is not None:
        raise UsageError("kraken-s3: --strategy needs --size WxH")
    if width is not None and height is not None:
        return (Resize(strategy=Strategy.AUTO, width=width, height=height),)
    if width is not None:
        return (Resize(strategy=Strategy.LANDSCAPE, width=width),)
    return (Resize(strategy=Strategy.PORTRAIT, height=height),) if height is not None else None


def _exactly(size: tuple[int, int], strategy: Strategy) -> Resize:
    width, height = size
    if strategy is Strategy.SQUARE and width != height:
        raise UsageError(f"kraken-s3: a square has two equal sides, not {width}x{height}")
    match strategy:
        case Strategy.SQUARE:
            return Resize(strategy=strategy, size=width)
        case Strategy.PORTRAIT:
            return Resize(strategy=strategy, height=height)
        case Strategy.LANDSCAPE:
            return Resize(strategy=strategy, width=width)
        case _:
            return Resize(strategy=strategy, width=width, height=height)


def _or(word: str, read: Callable[[str], T]) -> Callable[[str], Given[T | None]]:
    """For ``argparse``: a value, or the word for none."""

    def read_either(text: str) -> Given[T | None]:
        return (None,) if text.lower() == word else (read(text),)

    return read_either


def _chroma(text: str) -> Chroma:
    for each in Chroma:
        if text.replace(":", "") == each.value.replace(":", ""):
            return each
    raise argparse.ArgumentTypeError(f"{text!r} is none of: {', '.join(Chroma)}, auto")


def _color(text: str) -> str:
    try:
        require_color(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _size(text: str) -> tuple[int, int]:
    found = _SIZE.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 400x300")
    return one_side(found[1]), one_side(found[2])


def _kept_metadata(text: str) -> frozenset[KeptMetadata]:
    words = {word.strip() for word in text.split(",") if word.strip()} - {"none"}
    unknown = words - set(KeptMetadata)
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(KeptMetadata)}")
    return frozenset(KeptMetadata(word) for word in words)
