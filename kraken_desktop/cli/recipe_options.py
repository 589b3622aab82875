"""The options of ``put`` that change its recipe for one run."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace

from kraken_desktop.cli.console import UsageError, one_of
from kraken_desktop.model.recipe import (
    LARGEST_SIDE,
    KeptMetadata,
    OutputFormat,
    QualityTarget,
    Recipe,
    Resize,
    Strategy,
)

_SIZE = re.compile(r"([0-9]{1,6})[x×]([0-9]{1,6})", re.IGNORECASE)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add them to a command."""
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--lossless", action="store_true", help="keep every pixel")
    mode.add_argument("--lossy", action="store_true", help="much smaller, at a quality that looks the same")
    parser.add_argument("--quality", type=_quality, metavar="N", help="1 to 100, lossy only; without it, automatic")
    parser.add_argument(
        "--target",
        type=one_of(QualityTarget),
        metavar="WORD",
        help="automatic quality of this computer's engine: " + ", ".join(QualityTarget),
    )
    parser.add_argument("--max-width", type=_side, metavar="N", help="at most so wide, in pixels; never enlarged")
    parser.add_argument("--max-height", type=_side, metavar="N", help="at most so high, in pixels; never enlarged")
    parser.add_argument(
        "--size", type=_size, metavar="WxH", help="exactly this size, in pixels; cropped unless --strategy"
    )
    parser.add_argument(
        "--strategy",
        type=one_of(Strategy),
        metavar="S",
        help="how --size is reached: " + ", ".join(Strategy),
    )
    parser.add_argument(
        "--format",
        type=_format,
        metavar="F",
        help="convert to " + ", ".join(OutputFormat),
    )
    parser.add_argument(
        "--keep-meta",
        type=_kept_metadata,
        metavar="LIST",
        help="comma-separated: " + ", ".join(KeptMetadata) + "; 'none' removes everything",
    )


def changed(recipe: Recipe, arguments: argparse.Namespace) -> Recipe:
    """The recipe with what the command line says.

    Raises:
        UsageError: the options do not go together.
    """
    if arguments.lossless or arguments.lossy:
        recipe = replace(recipe, lossy=arguments.lossy)
    if arguments.quality is not None:
        if not recipe.lossy:
            raise UsageError("kraken-s3: --quality has a meaning for lossy images only; add --lossy")
        recipe = replace(recipe, quality=arguments.quality)
    if arguments.target is not None:
        recipe = replace(recipe, target=arguments.target, quality=None)
    resize = _resize(arguments)
    if resize is not None or arguments.format is not None:
        # One image is asked for.
        recipe = replace(recipe, variants=())
    if resize is not None:
        recipe = replace(recipe, resize=resize)
    if arguments.format is not None:
        recipe = replace(recipe, convert=arguments.format)
    if arguments.keep_meta is not None:
        recipe = replace(recipe, keep_metadata=arguments.keep_meta)
    return recipe


def _resize(arguments: argparse.Namespace) -> Resize | None:
    width, height, size, strategy = arguments.max_width, arguments.max_height, arguments.size, arguments.strategy
    if size is not None:
        if width is not None or height is not None:
            raise UsageError("kraken-s3: --size says both sides; leave out --max-width and --max-height")
        return _exactly(size, strategy or Strategy.CROP)
    if strategy is not None:
        raise UsageError("kraken-s3: --strategy needs --size WxH")
    if width is not None and height is not None:
        return Resize(strategy=Strategy.AUTO, width=width, height=height)
    if width is not None:
        return Resize(strategy=Strategy.LANDSCAPE, width=width)
    return Resize(strategy=Strategy.PORTRAIT, height=height) if height is not None else None


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


def _format(text: str) -> OutputFormat:
    return one_of(OutputFormat)({"jpg": "jpeg"}.get(text.lower(), text))


def _quality(text: str) -> int:
    return _number(text, 100)


def _side(text: str) -> int:
    return _number(text, LARGEST_SIDE)


def _number(text: str, most: int) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {most}")
    return number


def _size(text: str) -> tuple[int, int]:
    found = _SIZE.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 400x300")
    return _side(found[1]), _side(found[2])


def _kept_metadata(text: str) -> frozenset[KeptMetadata]:
    words = {word.strip() for word in text.split(",") if word.strip()} - {"none"}
    unknown = words - set(KeptMetadata)
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(KeptMetadata)}")
    return frozenset(KeptMetadata(word) for word in words)
