"""GIF: the same animation in fewer bytes, and encoded from pixels. Only loaded in a child process."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyvips
from PIL import Image

from kraken_desktop.engines.local import gif_blocks, metric
from kraken_desktop.engines.local.gif_blocks import Gif
from kraken_desktop.engines.local.gif_frames import Redrawing
from kraken_desktop.engines.local.metric import Judge
from kraken_desktop.engines.local.picture import Animation, Picture, Wish
from kraken_desktop.engines.local.pixels import eight_bits
from kraken_desktop.model.errors import ImageBrokenError
from kraken_desktop.model.recipe import QualityTarget

Rendered: TypeAlias = npt.NDArray[np.uint8]
"""Height, width, RGBA; zeros where it is fully transparent."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a lossy file may lose."""

    losses: tuple[float, ...]
    """How far colors may be off, as ``Redrawing`` has it, from the boldest on."""
    gate: float
    """The least score of the frames that are looked at."""


_PLANS = {
    QualityTarget.SMALLER: _Plan((24, 18, 13, 9), gate=62),
    QualityTarget.BALANCED: _Plan((18, 13, 9, 6), gate=72),
    QualityTarget.FINEST: _Plan((11, 8, 5), gate=82),
}
_LOSS_PER_QUALITY = 0.5
_EFFORT = 7
_INTERFRAME_ERROR = 16
_PROBE_PIXELS = 600_000
_FULL_TRIES = 2
_LOSSY_PIXELS = 16_000_000
"""To be drawn over all tries with loss; never decided by the clock: the same file always gives the same bytes."""
_WORTH = 0.98
"""What loss has to come to, of the size without: what was made with loss before gets no smaller by more."""
_LOOKS = 3
"""Frames that are scored."""
_TILES_ACROSS = 2
_LARGEST_CANVAS = 300_000_000
"""Pixels that all frames may span."""


# The recipe with loss needs it too, and asks right afterwards.
@lru_cache(maxsize=1)
def lossless(data: bytes) -> bytes:
    """The same animation without metadata, in as few bytes as are found.

    Every frame looks as before, and is shown as long; looping stays.

    Args:
        data: a whole GIF.

    Raises:
        ImageBrokenError: a frame does not decode to its end.
    """
    gif = _whole(data)
    plain = gif_blocks.write(gif)
    found = gif_blocks.write(Redrawing(gif).result())
    return found if len(found) < len(plain) and _shows_the_same(plain, found) else plain


def encode(picture: Picture, wish: Wish) -> bytes:
    """Write pixels with palettes of up to 256 colors.

    Args:
        picture: a still one or an animation; delays are rounded to the hundredths of a second that the format has.
        wish: without loss means with no more loss than the palette brings.
    """
    gif = _quantized(picture, interframe_error=0)
    found = Redrawing(gif).result()
    if not wish.lossy:
        return gif_blocks.write(found)
    plain = gif_blocks.write(found)
    return min([plain, *_lossy(gif, wish, _Looks(plain), plain)], key=len)


def shrink_lossy(data: bytes, picture: Callable[[], Picture], wish: Wish) -> bytes:
    """The same animation in fewer bytes, looking nearly the same; at worst what ``lossless`` makes of it.

    Args:
        data: a whole GIF.
        picture: gives its frames, if they are needed.
        wish: ``quality``, or else ``target``, says how near.

    Raises:
        ImageBrokenError: a frame does not decode to its end.
    """
    exact = lossless(data)
    gif = gif_blocks.parse(data)
    looks = _Looks(exact)
    lossy = _lossy(gif, wish, looks, exact)
    if not lossy:
        # Where ours finds something, libvips has never found more.
        other = gif_blocks.write(_quantized(picture(), interframe_error=_INTERFRAME_ERROR))
        if len(other) < len(exact) and looks.score(other) >= _gate(wish):
            return other
    return min([exact, *lossy], key=len)


def _gate(wish: Wish) -> float:
    return _PLANS[wish.target].gate if wish.quality is None else float(wish.quality) - 15


def _lossy(gif: Gif, wish: Wish, looks: _Looks, exact: bytes) -> list[bytes]:
    """The file with as much loss as is wanted; nothing if there is no such. ``exact`` is the one without."""
    if wish.quality is not None:
        loss = (100 - wish.quality) * _LOSS_PER_QUALITY
        return [gif_blocks.write(Redrawing(gif, loss=loss).result())] if loss else []
    plan = _PLANS[wish.target]
    losses = list(plan.losses)
    probe = _probe(gif)
    tries = max(1, _LOSSY_PIXELS // sum(frame.width * frame.height for frame in gif_blocks.parse(exact).frames))
    if probe is not gif:
        before = gif_blocks.write(probe)
        judge = _Looks(before)
        while losses:
            found = gif_blocks.write(Redrawing(probe, loss=losses[0]).result())
            if len(found) > _WORTH * len(before):
                return []
            if judge.score(found) >= plan.gate:
                break
            del losses[0]
        losses = losses[: min(tries, _FULL_TRIES)]
    # Without a probe the boldest is a mere guess: where not all can be tried, the mildest are.
    for loss in losses[-tries:]:
        found = gif_blocks.write(Redrawing(gif, loss=loss).result())
        if len(found) > _WORTH * len(exact):
            return []
        if looks.score(found) >= plan.gate:
            return [found]
    return []


def _probe(gif: Gif) -> Gif:
    """The first frames of a long animation."""
    total = 0
    for count, frame in enumerate(gif.frames, 1):
        total += frame.width * frame.height
        if total >= _PROBE_PIXELS:
            return replace(gif, frames=gif.frames[:count]) if 2 * count < len(gif.frames) else gif
    return gif


def _quantized(picture: Picture, *, interframe_error: float) -> Gif:
    """As libvips writes it, with the delays and the looping of the picture."""
    animation = picture.animation or Animation(delays=(0,), loop=1)
    pixels = eight_bits(picture.pixels).copy()
    pixels.set_type(pyvips.GValue.array_int_type, "delay", list(animation.delays))
    data: bytes = pixels.gifsave_buffer(
        effort=_EFFORT,
        interframe_maxerror=interframe_error,
        page_height=picture.height,
        keep_duplicate_frames=True,
        keep="none",
    )
    gif = gif_blocks.parse(data)
    if len(gif.frames) != len(animation.delays):
        raise RuntimeError(f"libvips made {len(gif.frames)} frames of {len(animation.delays)}")
    frames = tuple(
        replace(frame, delay=min(65_535, (delay + 5) // 10))
        for frame, delay in zip(gif.frames, animation.delays, strict=True)
    )
    # The file counts how often it is repeated.
    loop = {0: 0, 1: None}.get(animation.loop, min(65_535, animation.loop - 1))
    return replace(gif, frames=frames, loop=loop)


class _Looks:
    """Some frames of an original, ready to be compared with copies."""

    def __init__(self, data: bytes) -> None:
        self._judges: list[tuple[list[tuple[int, int]], Judge]] = []
        count = len(gif_blocks.parse(data).frames)
        self._chosen = {round(step) for step in np.linspace(0, count - 1, _LOOKS)}
        for frame, _ in _rendered(data, self._chosen):
            pixels = _pixels(frame)
            corners = metric.places(pixels, across=_TILES_ACROSS)
            self._judges.append((corners, Judge(metric.cut(pixels, corners))))

    def score(self, data: bytes) -> float:
        """The worst of the frames."""
        return min(
            judge.score(metric.cut(_pixels(frame), corners))
            for (corners, judge), (frame, _) in zip(self._judges, _rendered(data, self._chosen), strict=True)
        )


def _pixels(frame: Rendered) -> pyvips.Image:
    if frame[..., 3].all():
        # With alpha it would be judged twice, on dark and on light.
        frame = np.ascontiguousarray(frame[..., :3])
    return pyvips.Image.new_from_array(frame, interpretation="srgb")


def _whole(data: bytes) -> Gif:
    gif = gif_blocks.parse(data)
    right = max(frame.left + frame.width for frame in gif.frames)
    bottom = max(frame.top + frame.height for frame in gif.frames)
    if right * bottom > _LARGEST_CANVAS:
        # Pillow enlarges its canvas for a frame that lies outside.
        raise ImageBrokenError(path="", reason="a frame lies far outside of the image")
    for _ in _rendered(gif_blocks.write(gif), ()):
        pass
    return gif


def _rendered(data: bytes, chosen: Collection[int] | None = None) -> Iterator[tuple[Rendered, int]]:
    """Each frame as it is shown, and its time in milliseconds.

    Args:
        data: a whole GIF.
        chosen: the numbers of the frames that are wanted; None: all. The others are decoded all the same.

    Raises:
        ImageBrokenError: it does not decode to its end.
    """
    try:
        # Sizes were checked before anything was decoded.
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data), formats=["GIF"]) as image:
            number = 0
            while True:
                with contextlib.suppress(EOFError):
                    image.seek(number)
                if image.tell() != number:
                    return
                image.load()
                if chosen is None or number in chosen:
                    frame = np.asarray(image.convert("RGBA")).copy()
                    if not frame[..., 3].all():
                        frame[frame[..., 3] == 0] = 0
                    yield frame, int(image.info.get("duration") or 0)
                number += 1
    except (OSError, ValueError, SyntaxError, IndexError, Image.DecompressionBombError) as error:
        raise ImageBrokenError(path="", reason=str(error)) from error


def _shows_the_same(data: bytes, found: bytes) -> bool:
    """Whether all frames are alike, and as long; looping is written from the same number."""
    try:
        return all(
            one[1] == other[1] and np.array_equal(one[0], other[0])
            for one, other in zip(_rendered(data), _rendered(found), strict=True)
        )
    except ValueError:
        # One has fewer frames.
        return False
